"""The decision maps of two guidelines on one grid, and the region where they say different things of one act.

Both panels are exact, and so is the region: a point belongs to it if and only if the two say different things there. What
one of them cannot say, because something is not known, is told apart from every other difference. A witness is a point
of the region in round numbers, which the reference engine judges there.

>>> import gravida
>>> from gravida.prepare import prepare
>>> knowledge = gravida.load()
>>> record = gravida.record_from({"as_of": "2026-06-01", "pregnancy": {"gestation": "20+0", "plurality": "1"}, "cerclages": []})
>>> situation = prepare(record, knowledge.meaning, knowledge.largest_k)
>>> found = two_maps(situation, knowledge, "vaginal-progesterone", "figo-2021-progestogens", "sogc-2020-progesterone")
>>> found.witness
Point(day=112, length_mm=20.0, parting='one-silent', said=('for', 'silent'))
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from gravida.compare import UnconfirmedError
from gravida.decision_map import FINEST_MM, LENGTH, Panel, Said, here, panel_of, said_at
from gravida.facts import Pick
from gravida.knowledge import Knowledge
from gravida.prepare import Situation
from gravida.units import DAYS_IN_A_WEEK, TERM_LENGTH_DAYS

Parting = Literal["opposed", "unsure", "held-back", "one-silent", "strength", "otherwise", "not-known", "neither-known", "same"]
"""How two guidelines stand to each other at a point, from the plainest difference to none; only the last two are no difference in what is said."""
PARTINGS: tuple[Parting, ...] = ("opposed", "unsure", "held-back", "one-silent", "strength", "otherwise", "not-known", "neither-known", "same")
NOT_APART: frozenset[Parting] = frozenset({"neither-known", "same"})
FAVOURS: frozenset[Said] = frozenset({"for", "for-if", "consider", "consider-if"})
BESIDE: dict[Said, Parting] = {"against": "opposed", "both": "opposed", "insufficient": "unsure", "withheld": "held-back", "silent": "one-silent"}
"""How somebody who is for an act parts from one who says this of it."""


def parting(one: Said, other: Said) -> Parting:
    """Return how two guidelines part that say this of the same act at the same point.

    >>> parting("for", "against"), parting("silent", "consider"), parting("unknown", "for"), parting("unknown", "unknown")
    ('opposed', 'one-silent', 'not-known', 'neither-known')
    """
    if one == other:
        return "neither-known" if one == "unknown" else "same"
    if "unknown" in (one, other):
        return "not-known"
    if one in FAVOURS and other in FAVOURS:
        return "strength"
    if {one, other} == {"both", "against"}:
        return "opposed"
    for favours, beside in ((one, other), (other, one)):
        if favours in FAVOURS or (favours == "both" and beside not in FAVOURS):
            return BESIDE.get(beside, "otherwise")
    return "otherwise"


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the region: a day of gestation and a length, how the two part there, and what each says."""

    day: int
    length_mm: float
    parting: Parting
    said: tuple[Said, Said]


@dataclass(frozen=True, slots=True)
class TwoMaps:
    """Two panels of one grid and how they part in each cell, ``cells[length][day]``; where the record stands today, and a witness."""

    action: str
    panels: tuple[Panel, Panel]
    cells: tuple[tuple[Parting, ...], ...]
    last: int
    """The last day of the map."""
    here: tuple[int | None, float | None]
    witness: Point | None
    """``None`` where the two say the same everywhere."""

    @property
    def lengths(self) -> tuple[float, ...]:
        """Where the spans of lengths begin."""
        return self.panels[0].lengths

    @property
    def days(self) -> tuple[int, ...]:
        """Where the spans of days begin."""
        return self.panels[0].days

    @property
    def top_mm(self) -> float:
        """Up to which length it is drawn, and a witness may lie: twice the last limit."""
        return 2 * self.lengths[-1] or TOP_MM

    def parts(self, day: int, length_mm: float) -> Parting:
        """Return how the two part at a point inside the frame."""
        return self.cells[bisect_right(self.lengths, length_mm) - 1][bisect_right(self.days, day) - 1]


def turns_on_length(action: str, guidelines: Iterable[str], knowledge: Knowledge) -> bool:
    """Return whether any of some guidelines looks at a length of the cervix where it speaks of an act."""
    lengths = {each.name for each in knowledge.dictionary.facts.values() if isinstance(each, Pick) and each.value == LENGTH}
    keys = (key for each in guidelines for key in knowledge.guidelines[each].recommendations)
    said = (key for key in keys if action in knowledge.recommendations[key].actions and not knowledge.recommendations[key].is_recalled)
    return any(lengths & set(knowledge.index.leaves[key]) for key in said)


def two_maps(situation: Situation, knowledge: Knowledge, action: str, first: str, second: str) -> TwoMaps:
    """Judge one action over the whole frame for two guidelines. Raises :class:`UnconfirmedError`."""
    own = [panel_of(knowledge.guidelines[each], action, situation, knowledge) for each in (first, second)]
    one, other = _on_one_grid(own)
    cells = tuple(tuple(map(parting, *rows)) for rows in zip(one.cells, other.cells, strict=True))
    found = TwoMaps(action, (one, other), cells, TERM_LENGTH_DAYS, here(situation), None)
    return TwoMaps(action, found.panels, cells, found.last, found.here, _witness(found, situation, knowledge))


def _on_one_grid(panels: Sequence[Panel]) -> tuple[Panel, Panel]:
    lengths = tuple(sorted({each for panel in panels for each in panel.lengths}))
    days = tuple(sorted({each for panel in panels for each in panel.days}))
    one, other = (
        Panel(each.guideline, each.heading, lengths, days, tuple(tuple(each.said(day, length) for day in days) for length in lengths)) for each in panels
    )
    return one, other


# --- the witness ---------------------------------------------------------------------------------------------------


def _witness(found: TwoMaps, situation: Situation, knowledge: Knowledge) -> Point | None:
    """Return the roundest point where the two part in the plainest way, once the engine has said the same of it."""
    plainest = next((each for each in PARTINGS if each not in NOT_APART and any(each in row for row in found.cells)), None)
    if plainest is None:
        return None
    least = _least(knowledge)
    day, length = min(_candidates(found, plainest), key=lambda point: (point[1] < least, _day_roughness(point[0]) + _mm_roughness(point[1]), point))
    one, other = (said_at(knowledge.guidelines[each.guideline], found.action, situation, knowledge, day, length) for each in found.panels)
    if parting(one, other) != plainest:
        raise UnconfirmedError(f"{found.action} on day {day} at {length:g} mm: {one} and {other}, where the map has {plainest}")
    return Point(day, length, plainest, (one, other))


def _candidates(found: TwoMaps, plainest: Parting) -> Iterator[tuple[int, float]]:
    """Yield the roundest point of each cell in which the two part this way."""
    for row, (low, high) in zip(found.cells, pairwise((*found.lengths, found.top_mm)), strict=True):
        for each, (start, end) in zip(row, pairwise((*found.days, found.last + 1)), strict=True):
            if each == plainest:
                tenths = range(round(low * 10), round(high * 10))
                yield min(range(start, end), key=lambda day: (_day_roughness(day), day)), min((tenth / 10 for tenth in tenths), key=_length_order)


TOP_MM = 50.0
"""Up to which length a map is drawn on which no length matters."""
STEPS_MM, STEPS_DAYS = (10, 5, 1, FINEST_MM), (2 * DAYS_IN_A_WEEK, DAYS_IN_A_WEEK, 1)


def _length_order(length: float) -> tuple[int, float]:
    return _mm_roughness(length), -length


def _mm_roughness(length: float) -> int:
    return next((place for place, step in enumerate(STEPS_MM) if length % step == 0), len(STEPS_MM))


def _day_roughness(day: int) -> int:
    return next(place for place, step in enumerate(STEPS_DAYS) if day % step == 0)


def _least(knowledge: Knowledge) -> float:
    """Return below which a length would look like a slip."""
    field = knowledge.dictionary.lists["scans"].fields[LENGTH]
    return field.suspicious_below or 0.0
