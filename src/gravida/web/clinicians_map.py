"""The decision map as shapes for a template: gestation across, length of the cervix upwards, a small panel for each guideline.

What is said at a point is told three times: by colour, by a pattern, and in words in a table below the panels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from gravida.decision_map import LENGTH, DecisionMap, Panel, decision_map
from gravida.facts import Pick
from gravida.knowledge import Knowledge
from gravida.prepare import Situation
from gravida.report_map import MARKS, NAMES, rows_in_words, today
from gravida.units import DAYS_IN_A_WEEK

FIRST_ACTION = "transvaginal-cerclage"
LEFT, TOP, ACROSS, HIGH = 33.0, 8.0, 260.0, 150.0
"""Where the frame of a panel begins, and how large it is, in units of its drawing."""
WEEKS_BETWEEN, MM_BETWEEN = 4, 10
"""Between two marks on an axis."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a panel in which the same is said."""

    x: float
    y: float
    width: float
    height: float
    said: str


@dataclass(frozen=True, slots=True)
class PanelView:
    """One guideline: its boxes, where the record stands today, and the same as a table in words."""

    heading: str
    boxes: tuple[Box, ...]
    here: tuple[float, float] | None
    here_said: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class MapView:
    """The panels of one action that say something, the marks of the axes, and which looks are used."""

    action: str
    today: str
    panels: tuple[PanelView, ...]
    silent: tuple[str, ...]
    weeks: tuple[tuple[float, int], ...]
    lengths: tuple[tuple[float, int], ...]
    used: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """From days and millimetres to the drawing."""

    first: int
    last: int
    top_mm: float

    def x(self, day: float) -> float:
        """Return how far to the right a day stands."""
        return round(LEFT + ACROSS * (day - self.first) / (self.last + 1 - self.first), 1)

    def y(self, length_mm: float) -> float:
        """Return how far down a length stands."""
        return round(TOP + HIGH * (1 - min(length_mm, self.top_mm) / self.top_mm), 1)


@cache
def actions(knowledge: Knowledge) -> tuple[str, ...]:
    """Return the actions of which some current recommendation turns on a length; the vaginal stitch first."""
    lengths = {each.name for each in knowledge.dictionary.facts.values() if isinstance(each, Pick) and each.value == LENGTH}
    found = {
        action
        for each in knowledge.recommendations.values()
        if knowledge.guidelines[each.guideline].status == "current" and not each.is_recalled and each.stance != "inform"
        if lengths & set(knowledge.index.leaves[each.key])
        for action in each.actions
    }
    return tuple(sorted(found, key=lambda each: (each != FIRST_ACTION, knowledge.actions[each].label)))


def drawn(situation: Situation, knowledge: Knowledge, action: str) -> MapView:
    """Return the map of one action."""
    found = decision_map(situation, knowledge, action)
    speaking = [each for each in found.panels if each.says_something]
    silent = tuple(each.heading for each in found.panels if not each.says_something)
    frame = _frame(found, speaking)
    used = {said for each in speaking for row in each.cells for said in row}
    return MapView(
        action, today(found), tuple(_panel(each, found, frame) for each in speaking), silent,
        tuple(week_marks(frame)), tuple(length_marks(frame)), tuple(each for each in NAMES if each in used),
    )  # fmt: skip


def _frame(found: DecisionMap, speaking: list[Panel]) -> Frame:
    first = min((each.days[0] for each in speaking), default=0)
    return Frame(first, found.last, max((2 * each.lengths[-1] for each in speaking), default=0.0) or 1.0)


def _panel(panel: Panel, found: DecisionMap, frame: Frame) -> PanelView:
    day, length = found.here
    inside = day is not None and length is not None and frame.first <= day <= frame.last
    here = (frame.x(day + 0.5), frame.y(length)) if inside and day is not None and length is not None else None
    said = panel.said(day, length) if here and day is not None and length is not None else ""
    head, *rows = rows_in_words(panel, found.last, found.here)
    return PanelView(
        panel.heading, tuple(boxes(panel.lengths, panel.days, panel.cells, frame)), here, said, head, tuple(tuple(map(_in_words, row)) for row in rows)
    )


def _in_words(cell: str) -> str:
    """Return a cell of the table in words; the cell of today stands in brackets."""
    said = next((said for said, mark in MARKS.items() if mark == cell.strip("[]")), "")
    words = NAMES[said] if said else cell
    return f"{words} ({NAMES['here']})" if cell.startswith("[") else words


def boxes(lengths: Sequence[float], days: Sequence[int], cells: Sequence[Sequence[str]], frame: Frame) -> Iterator[Box]:
    """Yield the parts of a panel."""
    for row, low, high in zip(cells, lengths, (*lengths[1:], frame.top_mm), strict=True):
        for said, start, end in zip(row, days, (*days[1:], frame.last + 1), strict=True):
            x, y = frame.x(start), frame.y(high)
            yield Box(x, y, round(frame.x(end) - x, 1), round(frame.y(low) - y, 1), said)


def week_marks(frame: Frame) -> Iterator[tuple[float, int]]:
    """Yield the marks of the axis of weeks."""
    for day in range(frame.first, frame.last + 2, WEEKS_BETWEEN * DAYS_IN_A_WEEK):
        yield frame.x(day), day // DAYS_IN_A_WEEK


def length_marks(frame: Frame) -> Iterator[tuple[float, int]]:
    """Yield the marks of the axis of lengths."""
    for length in range(0, int(frame.top_mm) + 1, MM_BETWEEN):
        yield frame.y(length), length
