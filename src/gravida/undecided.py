"""What a verdict still turns on: the questions whose answer could change it, and no others.

A clause that is decided either way is passed over with everything below it, so a question that can no longer change
anything is not among them. A question goes by its place: ``plurality`` for a fact, ``scans`` for a list,
``prior_pregnancies[0].onset`` for a field of an entry, ``pregnant`` and ``gestation`` for today.
"""

from collections.abc import Iterable, Iterator

from gravida.cql import AtLeast, Member, Name, Node, children, walk
from gravida.evaluate import BLANK, Entry, fact, truth, value
from gravida.facts import Derived, Observed, Pick, Range, Truths
from gravida.guideline import Recommendation
from gravida.knowledge import Knowledge
from gravida.missing import is_measured
from gravida.prepare import Situation
from gravida.verdict import PROMISING, Judgement, is_done, is_due_again, judge

STANDS = frozenset({*PROMISING, "now-if"})
"""Verdicts that the record could still turn into ``done``."""


def undecided(recommendation: Recommendation, situation: Situation, knowledge: Knowledge) -> frozenset[str]:
    """Return the questions that could still change the verdict of one recommendation; none if it is settled.

    Whether somebody is past a recommendation or was never meant makes no difference to her, so neither is asked about.
    """
    found = judge(recommendation, knowledge.actions, situation.world, situation.today)
    seeker = _Seeker(situation, knowledge)
    questions: set[str] = set()
    if found.verdict == "unknown":
        questions |= set(_of_unknown(recommendation, found, seeker))
    if found.verdict == "now-if":
        for index in found.open_contraindications:
            questions |= set(seeker.within(recommendation.unless[index].node))
    if found.verdict in STANDS and is_done(recommendation, knowledge.actions, situation.world) is None:
        for action in recommendation.actions:
            done_when = knowledge.actions[action].done_when
            questions |= set(seeker.within(done_when)) if done_when else set()
    return frozenset(questions)


def _of_unknown(recommendation: Recommendation, found: Judgement, seeker: "_Seeker") -> Iterator[str]:
    """Yield what makes a verdict unknown: the criterion, the silence of the text, the calendar, or when it was last done."""
    if found.who is None:
        for condition in (*((recommendation.who,) if recommendation.who else ()), *recommendation.silent_on):
            yield from seeker.within(condition.node)
    if found.clock == "uncertain":
        yield from seeker.today()
    actions, world = seeker.knowledge.actions, seeker.situation.world
    if found.who is True and is_due_again(recommendation, actions, world) is None:
        for action in recommendation.actions:
            yield from seeker.of_fact(actions[action].days_since) if actions[action].days_since else ()


class _Seeker:
    """Walks down a criterion along what is unknown."""

    def __init__(self, situation: Situation, knowledge: Knowledge) -> None:
        self.situation, self.world, self.knowledge = situation, situation.world, knowledge

    def today(self) -> Iterator[str]:
        """Yield what is not known of today."""
        today = self.situation.today
        if today.pregnant is None:
            yield "pregnant"
        elif not isinstance(today.gestation_days, int | float):
            yield "gestation"

    def within(self, node: Node) -> Iterator[str]:
        """Yield the open questions of a criterion; none if it is decided."""
        if not _is_open(node, self):
            return
        match node:
            case Name(id=name):
                yield from self.of_fact(name)
            case AtLeast(list=name):
                yield from self.of_fact(name.id)
            case _:
                for child in children(node):
                    yield from self.within(child)

    def of_fact(self, name: str) -> Iterator[str]:
        """Yield what is not known of one fact."""
        declared = self.knowledge.dictionary.facts[name]
        match declared:
            case Observed():
                yield name
            case Derived():
                yield from self.within(self.knowledge.criteria[name])
            case Truths(list=entries):
                yield from self._of_list(entries, name)
            case Pick(list=entries):
                yield from [name] if not is_measured(declared) and entries in self.world.lists else self._of_list(entries, name, declared.value)

    def _of_list(self, name: str, fact_name: str, wanted: str = "") -> Iterator[str]:
        entries = self.world.lists.get(name)
        if entries is None:
            yield name
            return
        if entries.missing:
            yield f"{name}_complete" if entries.described else name
        for index, entry in enumerate(entries.described):
            for field in dict.fromkeys(self._fields(fact_name, entry, wanted)):
                yield from self._of_field(name, index, field)

    def _fields(self, fact_name: str, entry: Entry, wanted: str) -> Iterator[str]:
        """Yield the fields of an entry that would tell whether it counts, and the value that is wanted of it."""
        where = self.knowledge.criteria.get(fact_name)
        counts = True if where is None else truth(where, self.world, entry)
        if where is not None and counts is None:
            yield from self._open_fields(where, entry)
        if wanted and counts is not False and entry.get(wanted) is None:
            yield wanted

    def _open_fields(self, node: Node, entry: Entry) -> Iterator[str]:
        if isinstance(node, Member) and _is_unsettled(entry.get(node.id)):
            yield node.id
        elif not any(isinstance(part, Member) for part in walk(node)) or truth_or_value(node, self, entry) is not None:
            return
        for child in children(node):
            yield from self._open_fields(child, entry)

    def _of_field(self, name: str, index: int, field: str) -> Iterator[str]:
        column = self.knowledge.dictionary.lists[name].fields[field]
        if field == "after_cerclage":  # worked out from the stitches
            yield from [] if "cerclages" in self.world.lists else ["cerclages"]
        elif column.source and not self._perishes(name, field):
            yield f"{name}[{index}].{column.source}"

    def _perishes(self, name: str, field: str) -> bool:
        """Return whether a field is a sign that tells something for some days only: it is asked of today, not of an old entry."""
        picks = (each for key, each in self.knowledge.dictionary.facts.items() if isinstance(each, Pick) and "/" not in key)
        return any(each.list == name and each.value == field and each.valid_for_days is not None for each in picks)


def truth_or_value(node: Node, seeker: _Seeker, entry: Entry) -> object:
    """Return what a node comes to for one entry; ``None`` is unknown, and a number known only as a range is so too."""
    found = value(node, seeker.world, entry)
    return None if isinstance(found, Range) else found


def _is_open(node: Node, seeker: _Seeker) -> bool:
    if isinstance(node, Name):
        return _is_unsettled(fact(node.id, seeker.world))
    return truth_or_value(node, seeker, BLANK) is None


def _is_unsettled(found: object) -> bool:
    return found is None or isinstance(found, Range | tuple)


def all_undecided(recommendations: Iterable[Recommendation], situation: Situation, knowledge: Knowledge) -> dict[str, frozenset[str]]:
    """Return the open questions of each recommendation, by its key; those that are settled are left out."""
    found = {each.key: undecided(each, situation, knowledge) for each in recommendations}
    return {key: questions for key, questions in found.items() if questions}
