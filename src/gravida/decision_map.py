"""What each guideline says of one action over all gestations and lengths of the cervix, everything else as recorded.

Each point is judged by the engine itself, as if on that day of gestation a transvaginal scan showed that length. A
verdict can change only at a limit that a criterion or a window draws, so the map is exact though few points are judged.

>>> import gravida
>>> from gravida.prepare import prepare
>>> knowledge = gravida.load()
>>> record = gravida.record_from({"as_of": "2026-06-01", "pregnancy": {"gestation": "20+0", "plurality": "1"}, "cerclages": []})
>>> situation = prepare(record, knowledge.meaning, knowledge.largest_k)
>>> found = decision_map(situation, knowledge, "vaginal-progesterone")
>>> next(each for each in found.panels if each.guideline == "figo-2021-progestogens").said(154, 20)
'for'
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from gravida.cql import Gestation, Node, walk
from gravida.cql import Literal as Number
from gravida.evaluate import Entries, Entry, World, fact
from gravida.guideline import Guideline, Recommendation, conditions
from gravida.knowledge import Knowledge
from gravida.prepare import Situation
from gravida.reach import named, reach
from gravida.units import TERM_LENGTH_DAYS
from gravida.verdict import STANDING, Judgement, Today, judge

Said = Literal["for", "consider", "for-if", "consider-if", "against", "both", "insufficient", "withheld", "done", "unknown", "silent"]
"""What a guideline says at a point: in favour (or only worth considering), the same if nothing speaks against it, and so on."""

LENGTH = "cervical_length_mm"
"""The fact and the field that hold a length; the map begins when it can first be measured, and ends at the due date."""
FINEST_MM = 0.1
"""Lengths are told apart to a tenth of a millimetre, the finest that is recorded."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What one guideline says: ``cells[length][day]`` over spans that begin at ``lengths`` and ``days``."""

    guideline: str
    heading: str
    lengths: tuple[float, ...]
    days: tuple[int, ...]
    cells: tuple[tuple[Said, ...], ...]

    def said(self, day: int, length_mm: float) -> Said:
        """Return what is said at a point inside the frame."""
        return self.cells[bisect_right(self.lengths, length_mm) - 1][bisect_right(self.days, day) - 1]

    @property
    def says_something(self) -> bool:
        """Whether it speaks anywhere on the map."""
        return any(each != "silent" for row in self.cells for each in row)


@dataclass(frozen=True, slots=True)
class DecisionMap:
    """The panels of one action, and where the record stands today: a day and a length, either of which may be unknown."""

    action: str
    panels: tuple[Panel, ...]
    last: int
    """The last day of the map; every panel begins on its first."""
    here: tuple[int | None, float | None]


def decision_map(
    situation: Situation, knowledge: Knowledge, action: str, guidelines: Sequence[str] = (), advance: Callable[[int, int], object] = lambda done, total: None
) -> DecisionMap:
    """Judge one action over the whole frame, for every current guideline that speaks of it, or for some (ids or bodies)."""
    speaking = [(each, found) for each in knowledge.guidelines.values() if (found := _of(each, action, knowledge, guidelines))]
    panels = []
    for done, (guideline, found) in enumerate(speaking, start=1):
        panels.append(_panel(guideline, found, situation, knowledge))
        advance(done, len(speaking))
    return DecisionMap(action, tuple(panels), TERM_LENGTH_DAYS, here(situation))


def panel_of(guideline: Guideline, action: str, situation: Situation, knowledge: Knowledge) -> Panel:
    """Judge one action over the whole frame for one guideline, also for one that was replaced."""
    return _panel(guideline, _about(guideline, action, knowledge), situation, knowledge)


def said_at(guideline: Guideline, action: str, situation: Situation, knowledge: Knowledge, day: int, length_mm: float) -> Said:
    """Return what a guideline says at one point, judged there."""
    return _said(_about(guideline, action, knowledge), *_point(situation, day, length_mm), knowledge)


def _of(guideline: Guideline, action: str, knowledge: Knowledge, guidelines: Sequence[str]) -> list[Recommendation]:
    """Return what a current guideline says of an action, if it is wanted."""
    wanted = guideline.status == "current" and (not guidelines or guideline.id in guidelines or guideline.body in guidelines)
    return _about(guideline, action, knowledge) if wanted else []


def _about(guideline: Guideline, action: str, knowledge: Knowledge) -> list[Recommendation]:
    """Return what a guideline says of an action, without what nobody has read, and without what only informs."""
    found = (knowledge.recommendations[key] for key in guideline.recommendations)
    return [each for each in found if action in each.actions and not each.is_recalled and each.stance != "inform"]


def _panel(guideline: Guideline, found: list[Recommendation], situation: Situation, knowledge: Knowledge) -> Panel:
    spans_mm, spans_days = _limits(found, knowledge)
    rows = [tuple(_said(found, *_point(situation, day, length), knowledge) for day in spans_days) for length in spans_mm]
    kept_mm, rows = _joined(rows)
    kept_days, columns = _joined(list(zip(*rows, strict=True)))
    starts = tuple(spans_mm[each] for each in kept_mm), tuple(spans_days[each] for each in kept_days)
    return Panel(guideline.id, guideline.heading, *starts, tuple(zip(*columns, strict=True)))


def _joined(rows: Sequence[tuple[Said, ...]]) -> tuple[list[int], list[tuple[Said, ...]]]:
    """Join neighbours that say the same: which of them begins each run, and what it says."""
    found = [next(group) for _, group in groupby(enumerate(rows), key=lambda pair: pair[1])]
    return [number for number, _ in found], [row for _, row in found]


def _limits(found: Iterable[Recommendation], knowledge: Knowledge) -> tuple[list[float], list[int]]:
    """Return where a verdict may change: first millimetres and first days of every span. A limit belongs to itself alone."""
    nodes = [node for each in found for node in _nodes(each, knowledge)]
    parts = [part for node in nodes for part in walk(node)]
    lengths = [part.value for part in parts if isinstance(part, Number) and not isinstance(part.value, bool | str)]
    limits = [part.total for part in parts if isinstance(part, Gestation)]
    limits += [day for each in found if each.window for bound in (each.window.start, each.window.end) if bound for day in (bound.low, bound.high)]
    spans_mm = {round(limit + step, 1) for limit in lengths for step in (0, FINEST_MM)}
    spans_days = {limit + step for limit in limits for step in (0, 1)}
    first = knowledge.dictionary.facts[LENGTH].words.obtainable_from or 0
    return sorted({0.0, *(each for each in spans_mm if each > 0)}), sorted({first, *(each for each in spans_days if first < each <= TERM_LENGTH_DAYS)})


def _nodes(recommendation: Recommendation, knowledge: Knowledge) -> Iterator[Node]:
    yield from (condition.node for condition in conditions(recommendation))
    for name in reach(named(recommendation, knowledge.actions), knowledge.meaning):
        if name in knowledge.criteria:
            yield knowledge.criteria[name]


def _point(situation: Situation, day: int, length_mm: float) -> tuple[World, Today]:
    """Return the record as if a transvaginal scan on this day showed this length; nothing else is changed."""
    scan = {**_latest(situation), "gestation_days": day, "age_days": 0, "route": "transvaginal", LENGTH: length_mm}
    world = situation.world
    changed = World(world.meaning, world.observed, {**world.lists, "scans": Entries((scan,))})
    return changed, replace(situation.today, pregnant=True, gestation_days=day)


def _latest(situation: Situation) -> Entry:
    """Return what holds of a scan today beside its length: whether a stitch is in place. A recorded scan's reason is kept."""
    entries = situation.world.lists.get("scans")
    last = entries.described[-1] if entries and entries.described else {}
    return {"reason": last.get("reason"), "after_cerclage": _after_cerclage(situation)}


def _after_cerclage(situation: Situation) -> bool | None:
    cerclages = situation.world.lists.get("cerclages")
    if cerclages is None or cerclages.missing:
        return None
    return bool(cerclages.described)


def _said(found: Sequence[Recommendation], world: World, today: Today, knowledge: Knowledge) -> Said:
    """Return what a guideline says at one point: what stands goes before what is open, and what is open before silence."""
    judged = [(each, judge(each, knowledge.actions, world, today)) for each in found]
    stands = {_stance(each, one) for each, one in judged if one.verdict in STANDING or one.verdict == "now-if"}
    favour = next((each for each in FAVOUR if each in stands), None)
    if favour and "against" in stands:
        return "both"
    if favour or stands:
        return favour or ("against" if "against" in stands else "insufficient")
    verdicts = {one.verdict for _, one in judged}
    return next((said for verdict, said in OTHERWISE.items() if verdict in verdicts), "silent")


FAVOUR: tuple[Said, ...] = ("for", "for-if", "consider", "consider-if")
OTHERWISE: dict[str, Said] = {"withheld": "withheld", "done": "done", "unknown": "unknown"}


def _stance(recommendation: Recommendation, judgement: Judgement) -> Said:
    if not recommendation.favours:
        return "against" if recommendation.stance == "against" else "insufficient"
    if recommendation.stance == "consider":
        return "consider-if" if judgement.verdict == "now-if" else "consider"
    return "for-if" if judgement.verdict == "now-if" else "for"


def here(situation: Situation) -> tuple[int | None, float | None]:
    """Return today's gestation and the shortest recorded length, where each is known, and no finer than the map tells apart."""
    gestation = situation.today.gestation_days
    length = fact(LENGTH, situation.world)
    told_apart = isinstance(length, int | float) and round(length, 1) == length
    return int(gestation) if isinstance(gestation, int | float) else None, float(length) if told_apart else None  # type: ignore[arg-type]
