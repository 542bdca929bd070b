"""A decision map for a terminal, as Markdown, as plain values and as a picture: the same cells everywhere."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from gravida.decision_map import FINEST_MM, DecisionMap, Panel
from gravida.markdown_text import table
from gravida.pictures_map import MapPanel
from gravida.pictures_map import decision_map as draw
from gravida.units import weeks

MARKS = {
    "for": "●", "for-if": "◐", "consider": "○", "consider-if": "◌", "against": "✗", "both": "±",
    "insufficient": "~", "withheld": "⊘", "done": "✓", "unknown": "?", "silent": "·",
}  # fmt: skip
NAMES = {
    "for": "recommended or offered", "for-if": "recommended or offered, if nothing speaks against it",
    "consider": "may be considered", "consider-if": "may be considered, if nothing speaks against it",
    "against": "advised against", "both": "advised for and against", "insufficient": "too little evidence",
    "withheld": "something recorded speaks against it", "done": "done already", "unknown": "cannot be said: something is not known",
    "silent": "nothing said for this", "here": "today",
}  # fmt: skip


def title(found: DecisionMap, label: str) -> str:
    """Return what a map shows."""
    return f"{label[:1].upper()}{label[1:]}: what each guideline says, by gestation and length of the cervix"


def page(found: DecisionMap, label: str) -> Iterator[str]:
    """Yield the map as lines: for each guideline a table, what is said where; the cell of today stands in brackets."""
    yield title(found, label)
    yield "As if a transvaginal scan on that day showed that length, and with everything else as recorded. Exact to the day and to a tenth of a millimetre."
    yield today(found)
    for panel in (each for each in found.panels if each.says_something):
        yield ""
        yield f"{panel.heading} [{panel.guideline}]"
        yield from _grid(panel, found)
    silent = [each.heading for each in found.panels if not each.says_something]
    if silent:
        yield ""
        yield f"Speak of it, and say nothing for this record: {', '.join(silent)}."
    used = {said for each in found.panels for row in each.cells for said in row}
    yield ""
    yield "; ".join(f"{MARKS[said]} {NAMES[said]}" for said in MARKS if said in used)


def today(found: DecisionMap) -> str:
    """Return where the record stands."""
    day, length = found.here
    parts = [
        f"gestation {weeks(day) if day is not None else 'not known exactly'}",
        f"shortest length {f'{length:g} mm' if length is not None else 'not known'}",
    ]
    return f"Today: {', '.join(parts)}."


def _grid(panel: Panel, found: DecisionMap) -> Iterator[str]:
    """Yield the table of one panel, the longest cervix on top."""
    head, *rows = rows_in_words(panel, found.last, found.here)
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        yield (
            "  "
            + "  ".join(cell.rjust(width) if not column else cell.center(width) for column, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        )


def rows_in_words(panel: Panel, last: int, here: tuple[int | None, float | None]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a panel as text; the first is its head."""
    yield ("mm", *(_span(weeks(start), weeks(end)) for start, end in zip(panel.days, (*(day - 1 for day in panel.days[1:]), last), strict=True)))
    lengths = zip(panel.lengths, (*panel.lengths[1:], None), strict=True)
    for (low, high), row in reversed(list(zip(lengths, panel.cells, strict=True))):
        ends = zip(panel.days, (*panel.days[1:], last + 1), strict=True)
        yield (_millimetres(low, high), *(_cell(said, (low, high), span, here) for said, span in zip(row, ends, strict=True)))


def _span(start: str, end: str) -> str:
    return start if start == end else f"{start}-{end}"


def _millimetres(low: float, high: float | None) -> str:
    """Return a span of lengths: the next one begins at ``high``."""
    if high is None:
        return f"{low:g} or more"
    last = round(high - FINEST_MM, 1)
    return f"{low:g}" if last == low else f"{low:g}-{last:g}"


def _cell(said: str, lengths: tuple[float, float | None], days: tuple[int, int], here: tuple[int | None, float | None]) -> str:
    day, length = here
    inside = day is not None and length is not None and days[0] <= day < days[1] and lengths[0] <= length and (lengths[1] is None or length < lengths[1])
    return f"[{MARKS[said]}]" if inside else MARKS[said]


def markdown(found: DecisionMap, label: str) -> str:
    """Return the map as Markdown, a table in words for each guideline."""
    lines = [f"# {title(found, label)}", "", today(found), ""]
    words = {mark: NAMES[said] for said, mark in MARKS.items()}
    for panel in (each for each in found.panels if each.says_something):
        head, *rows = rows_in_words(panel, found.last, found.here)
        shown = [(row[0], *(words[cell.strip("[]")] + (" **(today)**" if cell.startswith("[") else "") for cell in row[1:])) for row in rows]
        lines += [f"## {panel.heading}", "", *table(head, shown), ""]
    return "\n".join(lines)


def plain_values(found: DecisionMap) -> dict[str, Any]:
    """Return the map as plain values, for JSON."""
    return asdict(found)


def picture(found: DecisionMap, label: str) -> str:
    """Return the map as SVG; its description for screen readers is the tables in words."""
    speaking = [each for each in found.panels if each.says_something]
    panels = [MapPanel(each.heading, each.lengths, each.days, each.cells) for each in speaking]
    first, top = speaking[0].days[0], 2 * max(each.lengths[-1] for each in speaking) or 1.0
    day, length = found.here
    here = (day + 0.5, min(length, top)) if day is not None and length is not None and first <= day <= found.last else None
    told = "; ".join(f"{each.heading}: {_in_words(each, found.last)}" for each in speaking)
    return draw(panels, ((first, found.last), (0, top)), here, NAMES, title(found, label), f"{today(found)} {told}")


def _in_words(panel: Panel, last: int) -> str:
    """Return where a guideline speaks, as text."""
    head, *rows = rows_in_words(panel, last, (None, None))
    words = {mark: NAMES[said] for said, mark in MARKS.items()}
    return ", ".join(f"{row[0]} mm at {span} {words[cell]}" for row in rows for span, cell in zip(head[1:], row[1:], strict=True) if cell != MARKS["silent"])
