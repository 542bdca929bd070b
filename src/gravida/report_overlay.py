"""What an overlay changed, for a terminal: what is new, what stands instead of what, what is left out, which words differ."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from gravida.assess import written_window
from gravida.catalogue import catalogue
from gravida.guideline import Recommendation
from gravida.knowledge import Knowledge, Overlay


def overlay_diff(overlay: Overlay, above: Knowledge, below: Knowledge) -> RenderableType:
    """Return what one overlay did: ``above`` is the knowledge with it, ``below`` without."""
    parts: list[RenderableType] = [Text(overlay.name, style="bold"), Padding(Text(overlay.says), (0, 0, 0, 2))]
    parts += [_line("added", _summary(above.recommendations[key])) for key in overlay.added if key in above.recommendations]
    for key in overlay.changed:
        parts += [_line("changed", key), *_changes(differences(below.recommendations[key], above.recommendations[key]))]
    parts += [_line("left out", _summary(below.recommendations[key])) for key in overlay.left_out if key in below.recommendations]
    texts = catalogue(below)
    for name, text in overlay.words.items():
        parts += [_line("words", name), *_changes([("", texts[name], text)])]
    counts = f"{len(overlay.added)} added, {len(overlay.changed)} changed, {len(overlay.left_out)} left out, reworded: {len(overlay.words)}"
    return Group(*parts, Text(counts, style="dim"))


def _summary(found: Recommendation) -> str:
    return f"{found.key} ({found.stance}): {found.says}"


def _line(what: str, text: str) -> RenderableType:
    return Padding(Text(f"{what:<9} {text}"), (1, 0, 0, 2))


def _changes(found: Iterable[tuple[str, str, str]]) -> Iterator[RenderableType]:
    for name, before, after in found:
        label = f"{name}: " if name else ""
        yield Padding(Text(f"- {label}{before}", style="red"), (0, 0, 0, 12))
        yield Padding(Text(f"+ {label}{after}", style="green"), (0, 0, 0, 12))


def differences(before: Recommendation, after: Recommendation) -> list[tuple[str, str, str]]:
    """Return what differs between two forms of one recommendation, each as name, before, after."""
    rows = zip(_written(before), _written(after), strict=True)
    return [(name, old or "nothing", new or "nothing") for (name, old), (_, new) in rows if old != new]


def _written(found: Recommendation) -> list[tuple[str, str]]:
    return [
        ("says", found.says), ("plain", found.plain), ("who", found.who.text if found.who else "everyone"),
        ("unless", "; ".join(each.text for each in found.unless)), ("silent on", "; ".join(each.text for each in found.silent_on)),
        ("weeks", written_window(found.window)), ("deadline", "yes" if found.window and found.window.deadline else ""), ("stance", found.stance),
        ("strength", found.strength), ("action", ", ".join(found.actions) + (" (any)" if found.free_choice else "")), ("topic", found.topic),
        ("before pregnancy", "yes" if found.before_pregnancy else ""), ("repeat", f"{found.repeat_days} days" if found.repeat_days else ""),
        ("urgency", found.tier or ""), ("source", f"{found.source.cite}, {found.source.locator}"), ("notes", " ".join(found.notes)),
        ("how it was seen", ", ".join(f"{key}: {value}" for key, value in found.provenance.items())),
    ]  # fmt: skip
