"""What the room *Where guidelines differ* shows, ready for a template. It is loaded only where the solver is installed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from gravida import report_compare
from gravida.compare.inside import Peculiar
from gravida.compare.kinds import KINDS
from gravida.compare.pairs import Difference, editions, plainest
from gravida.compare.positions import Position
from gravida.compare.report_two_maps import rows_of_region, witness_line
from gravida.compare.two_maps import PARTINGS, TwoMaps, turns_on_length
from gravida.compare.witness import Witness, verdict_in
from gravida.comparing import Gap
from gravida.guideline import Action, Guideline, Recommendation, Topic, Verdict
from gravida.knowledge import Knowledge
from gravida.record import write_record
from gravida.report_compare import found_in_words
from gravida.report_map import NAMES
from gravida.web.clinicians_map import Box, Frame, boxes, length_marks, week_marks
from gravida.web.compare_work import Answers, spoken
from gravida.words import say

NEVER, NEITHER, APART = "never", "neither", "apart"
"""How two documents stand to each other that do not part: it is proved; neither is for the act; they do not both speak of it."""
STATES = (*KINDS, NEVER, NEITHER, APART)
MARKS: dict[str, str] = {**dict(report_compare.MARKS.items()), NEVER: report_compare.NEVER, NEITHER: "-", APART: report_compare.APART}


def state_of(found: Sequence[Difference], *, both_speak: bool) -> str:
    """Return how two documents stand to each other: the plainest way in which they part, or that they never do."""
    if not found:
        return NEITHER if both_speak else APART
    return plainest(found) or NEVER


def _both(one: Sequence[Position], other: Sequence[Position]) -> bool:
    return not {each.action for each in one}.isdisjoint(each.action for each in other)


# --- all of one topic --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Matrix:
    """How every two documents stand to each other on a topic."""

    topic: Topic
    documents: tuple[Guideline, ...]
    states: dict[tuple[str, str], str]

    def by_state(self, name: str) -> Iterator[tuple[str, list[Guideline]]]:
        """Yield for one document the others, by how they stand to it, the plainest difference first."""
        for state in STATES:
            others = [each for each in self.documents if each.id != name and self.states[name, each.id] == state]
            if others:
                yield state, others

    @property
    def used(self) -> list[str]:
        """The states that there are."""
        return [each for each in STATES if each in self.states.values()]


def matrix_of(topic: str, answers: Answers) -> Matrix:
    """Return the matrix of a topic, of the documents that hold today."""
    knowledge = answers.knowledge
    speaking = {name: each for name, each in spoken(knowledge)[topic].items() if knowledge.guidelines[name].status == "current"}
    answers.matrix([*speaking], topic)
    states = {}
    for one, other in combinations(speaking, 2):
        state = state_of(answers.differences(one, other, [topic]), both_speak=_both(speaking[one], speaking[other]))
        states[one, other] = states[other, one] = state
    return Matrix(knowledge.topics[topic], tuple(knowledge.guidelines[each] for each in speaking), states)


# --- a pair ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A made-up record: as text, and what each line of advice comes to for it."""

    text: str
    verdicts: tuple[tuple[Recommendation, Verdict], ...] = ()


@dataclass(frozen=True)
class Way:
    """One way in which one document might part from the other; without a record it is proved that it never does."""

    kind: str
    favours: Guideline
    other: Guideline
    shown: Shown | None


@dataclass(frozen=True)
class MapView:
    """Two maps and the region where they differ, as shapes, with the looks that are used and the region as a table."""

    panels: tuple[tuple[str, tuple[Box, ...]], ...]
    point: tuple[float, float] | None
    told: str
    said: tuple[str, ...]
    partings: tuple[str, ...]
    weeks: tuple[tuple[float, int], ...]
    lengths: tuple[tuple[float, int], ...]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Act:
    """One act of one topic: what each of two documents says of it, and how they part."""

    action: Action
    state: str
    sides: tuple[tuple[Guideline, tuple[Recommendation, ...]], ...]
    ways: tuple[Way, ...]
    map: MapView | None


def pair_of(first: Guideline, second: Guideline, answers: Answers) -> list[tuple[Topic, list[Act]]]:
    """Return how two documents part, topic by topic and act by act."""
    knowledge = answers.knowledge
    both = {name: found for name, found in spoken(knowledge).items() if first.id in found and second.id in found and _both(found[first.id], found[second.id])}
    differences = answers.differences(first.id, second.id, [*both])
    records = dict(zip(map(_key, differences), answers.witnesses(differences), strict=True))
    return [(knowledge.topics[name], list(_acts(name, found[first.id], found[second.id], differences, records, answers))) for name, found in both.items()]


def _acts(
    topic: str, mine: list[Position], others: list[Position], differences: list[Difference], records: dict[tuple[str, ...], Witness | None], answers: Answers
) -> Iterator[Act]:
    knowledge = answers.knowledge
    for one in mine:
        other = next((each for each in others if each.action == one.action), None)
        if other is not None:
            found = sorted((each for each in differences if (each.topic, each.action) == (topic, one.action)), key=lambda each: KINDS.index(each.kind))
            sides = tuple((knowledge.guidelines[each.guideline], each.all) for each in (one, other))
            ways = tuple(_way(each, records[_key(each)], knowledge) for each in found)
            state = state_of(found, both_speak=True)
            yield Act(knowledge.actions[one.action], state, sides, ways, _map(found, (one.guideline, other.guideline), records, answers))


def _key(each: Difference) -> tuple[str, ...]:
    return each.favours, each.other, each.topic, each.action, each.kind


def _way(each: Difference, witness: Witness | None, knowledge: Knowledge) -> Way:
    shown = None
    if witness is not None:
        verdicts = tuple((line, verdict_in(witness.situation, knowledge, line)) for line in each.claim.recommendations())
        shown = Shown(write_record(witness.record), verdicts)
    return Way(each.kind, knowledge.guidelines[each.favours], knowledge.guidelines[each.other], shown)


def _map(found: list[Difference], names: tuple[str, str], records: dict[tuple[str, ...], Witness | None], answers: Answers) -> MapView | None:
    """Return the maps for the record of the plainest difference in which a length matters, if the act turns on one at all."""
    for each in found if found and turns_on_length(found[0].action, names, answers.knowledge) else ():
        witness = records[_key(each)]
        if witness is not None and witness.situation.today.pregnant is not False:
            maps = answers.maps(witness, _key(each), each.action, *names)
            if len(maps.lengths) > 1:
                return _drawn(maps, each, answers.knowledge)
    return None


def _drawn(found: TwoMaps, each: Difference, knowledge: Knowledge) -> MapView:
    """Return the maps as shapes, with the words for whose record they are."""
    way = say(f"web.compare.ways.{each.kind}", favours=knowledge.guidelines[each.favours].heading, other=knowledge.guidelines[each.other].heading)
    frame = Frame(found.days[0], found.last, found.top_mm)
    panels = [(panel.heading, tuple(boxes(found.lengths, found.days, panel.cells, frame))) for panel in found.panels]
    region = (say("web.compare.map.region"), tuple(boxes(found.lengths, found.days, found.cells, frame)))
    point = (frame.x(found.witness.day + 0.5), frame.y(found.witness.length_mm)) if found.witness else None
    said = {cell for panel in found.panels for row in panel.cells for cell in row}
    parts = {cell for row in found.cells for cell in row}
    head, *rows = rows_of_region(found)
    told = f"{say('web.compare.map.how', way=way)} {witness_line(found)}"
    return MapView(
        (*panels, region), point, told, tuple(each for each in NAMES if each in said), tuple(each for each in PARTINGS if each in parts),
        tuple(week_marks(frame)), tuple(length_marks(frame)), head, tuple(rows),
    )  # fmt: skip


# --- one document, and editions ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Found:
    """Something peculiar about a document: in words, of which lines, with its records, and why it is so."""

    what: str
    lines: tuple[Recommendation, ...]
    says: str
    because: str
    records: tuple[Shown, ...]


def peculiar(found: Sequence[tuple[Peculiar, tuple[Witness, ...]]], knowledge: Knowledge) -> list[Found]:
    """Return what is peculiar about a document, ready to be shown."""
    return [_found(each, records, knowledge) for each, records in found]


def _found(each: Peculiar, records: tuple[Witness, ...], knowledge: Knowledge) -> Found:
    lines = tuple(knowledge.recommendations[name] for name in each.of if name in knowledge.recommendations)
    says = found_in_words(each, knowledge) if each.what == "withdrawn" else ""
    return Found(each.what, lines, says, each.declared.because.strip() if each.declared else "", tuple(Shown(write_record(one.record)) for one in records))


def gaps_of(found: Sequence[tuple[Gap, Witness | None]]) -> list[tuple[str, Shown | None]]:
    """Return whom a document might say nothing to, each with a record to which it does not, or none: it always says something."""
    return [(gap.says, Shown(write_record(witness.record)) if witness else None) for gap, witness in found]


def changed(answers: Answers) -> list[tuple[Guideline, Guideline, list[tuple[Topic, Action, str]]]]:
    """Return each document that was replaced with the one that replaced it, and how they stand to each other act by act."""
    knowledge = answers.knowledge
    return [_changed(knowledge.guidelines[old], knowledge.guidelines[new], answers) for old, new in editions(knowledge)]


def _changed(old: Guideline, new: Guideline, answers: Answers) -> tuple[Guideline, Guideline, list[tuple[Topic, Action, str]]]:
    knowledge = answers.knowledge
    rows = []
    for name, found in spoken(knowledge).items():
        mine, others = found.get(old.id, []), {each.action for each in found.get(new.id, [])}
        both = [each.action for each in mine if each.action in others]
        differences = answers.differences(old.id, new.id, [name]) if both else []
        for action in both:
            state = state_of([each for each in differences if each.action == action], both_speak=True)
            rows.append((knowledge.topics[name], knowledge.actions[action], state))
    return old, new, rows
