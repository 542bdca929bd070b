"""The maps of two guidelines and the region where they differ: for a terminal, as Markdown, as plain values and as a picture."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from gravida.compare.two_maps import NOT_APART, TwoMaps
from gravida.decision_map import DecisionMap, Panel
from gravida.markdown_text import table
from gravida.pictures_map import MapPanel
from gravida.pictures_map import decision_map as draw
from gravida.report_map import MARKS, NAMES, rows_in_words, today
from gravida.units import weeks

PARTING_NAMES = {
    "opposed": "one is for it, the other against it", "unsure": "one is for it, the other says that too little is known",
    "held-back": "one is for it, the other sees something that speaks against it", "one-silent": "one is for it, the other says nothing for this",
    "strength": "both are for it, one more than the other", "otherwise": "they say different things in another way",
    "not-known": "one of them cannot be said: something is not known", "neither-known": "neither can be said: something is not known",
    "same": "both say the same",
}  # fmt: skip
SHOWN = {"shown": "a point where they differ"}
DIFFER = "Where they differ"


def title(found: TwoMaps, label: str) -> str:
    """Return what the maps show."""
    return f"{label[:1].upper()}{label[1:]}: where {found.panels[0].heading} and {found.panels[1].heading} differ"


def witness_line(found: TwoMaps) -> str:
    """Return a point where the two differ, with what each says there."""
    point = found.witness
    if point is None:
        return "They say the same at every gestation and every length."
    said = "; ".join(f"{panel.heading}: {NAMES[each]}" for panel, each in zip(found.panels, point.said, strict=True))
    return f"For example at {weeks(point.day)} and {point.length_mm:g} mm: {said}."


def page(found: TwoMaps, label: str) -> Iterator[str]:
    """Yield the region as lines of a table: in each cell what the first says, and what the second; ``=`` where they say the same."""
    yield title(found, label)
    yield "As if a transvaginal scan on that day showed that length, and with everything else as recorded. Exact to the day and to a tenth of a millimetre."
    yield today(_as_map(found))
    yield witness_line(found)
    yield ""
    rows = list(_rows(found, {said: MARKS[said] for said in MARKS}, "="))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield from ("  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    used = {said for panel in found.panels for row in panel.cells for said in row}
    yield ""
    yield f"In each cell: {found.panels[0].heading} | {found.panels[1].heading}; = where both say the same."
    yield "; ".join(f"{MARKS[said]} {NAMES[said]}" for said in MARKS if said in used)


def markdown(found: TwoMaps, label: str) -> str:
    """Return the region as Markdown, in words."""
    head, *rows = _rows(found, NAMES, PARTING_NAMES["same"])
    return "\n".join([f"# {title(found, label)}", "", today(_as_map(found)), witness_line(found), "", f"## {DIFFER}", "", *table(head, rows), ""])


def plain_values(found: TwoMaps) -> dict[str, Any]:
    """Return the maps as plain values, for JSON."""
    return asdict(found)


def picture(found: TwoMaps, label: str) -> str:
    """Return three panels as SVG, below each other; the description for screen readers is the region in words."""
    panels = [MapPanel(each.heading, each.lengths, each.days, each.cells) for each in found.panels]
    panels.append(MapPanel(DIFFER, found.lengths, found.days, found.cells))
    first, top = found.days[0], found.top_mm
    day, length = found.here
    here = (day + 0.5, min(length, top)) if day is not None and length is not None and first <= day <= found.last else None
    shown = (found.witness.day + 0.5, min(found.witness.length_mm, top)) if found.witness else None
    frame = ((first, found.last), (0.0, top))
    told = f"{witness_line(found)} {'; '.join(_in_words(found))}"
    return draw(panels, frame, here, {**PARTING_NAMES, **NAMES, **SHOWN}, title(found, label), told, is_narrow=True, shown=shown)


def rows_of_region(found: TwoMaps) -> Iterator[tuple[str, ...]]:
    """Yield the region as rows in words; the first is its head."""
    yield from _rows(found, NAMES, PARTING_NAMES["same"])


def _rows(found: TwoMaps, words: dict[str, str], same: str) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a table, the longest cervix on top; the first is its head."""
    head, *spans = rows_in_words(found.panels[0], found.last, (None, None))
    yield head
    one, other = found.panels
    cells = zip(one.cells, other.cells, found.cells, strict=True)
    for span, (mine, others, parts) in zip(spans, reversed(list(cells)), strict=True):
        yield (
            span[0],
            *(same if part == "same" else f"{words[left]} | {words[right]}" for left, right, part in zip(mine, others, parts, strict=True)),
        )


def _in_words(found: TwoMaps) -> Iterator[str]:
    """Yield where the two differ, as text."""
    head, *rows = _rows(found, NAMES, "")
    parted = reversed([[each not in NOT_APART for each in row] for row in found.cells])
    for row, apart in zip(rows, parted, strict=True):
        yield from (f"{row[0]} mm at {span}: {cell}" for span, cell, differs in zip(head[1:], row[1:], apart, strict=True) if differs)


def _as_map(found: TwoMaps) -> DecisionMap:
    panels: tuple[Panel, ...] = found.panels
    return DecisionMap(found.action, panels, found.last, found.here)
