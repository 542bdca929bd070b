"""Why a verdict is what it is: the criterion as a tree, each clause with its value and the entries behind it.

Traces are made on demand, by asking the reference engine again for every node; nothing is kept while judging.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gravida.assess import written_window
from gravida.cql import And, AtLeast, Between, Compare, Member, Name, Node, Not, Or, children, show
from gravida.evaluate import BLANK, Candidate, Entry, World, candidates, fact, truth, value
from gravida.facts import Derived, Observed, Pick, Range, Truths, Type, Value
from gravida.guideline import Recommendation
from gravida.knowledge import Knowledge
from gravida.logic import Truth
from gravida.prepare import ORIGIN, Situation
from gravida.units import weeks
from gravida.verdict import Judgement, judge


@dataclass(frozen=True, slots=True)
class Step:
    """One clause: its text, what it came to, a note on values, and the clauses below it."""

    text: str
    truth: Truth
    note: str = ""
    steps: tuple["Step", ...] = ()
    entries: tuple[str, ...] = ()
    """The entries of the record behind it, one line each."""


@dataclass(frozen=True)
class Reason:
    """Everything about one recommendation and one record."""

    recommendation: Recommendation
    judgement: Judgement
    who: Step | None
    unless: tuple[Step, ...]
    silent_on: tuple[Step, ...]
    done: tuple[Step, ...]
    clock: str


def why(recommendation: Recommendation, situation: Situation, knowledge: Knowledge) -> Reason:
    """Return the reasons behind one verdict."""
    found = judge(recommendation, knowledge.actions, situation.world, situation.today)
    tracer = _Tracer(situation.world, knowledge, situation.record.origins)
    done = [knowledge.actions[action].done_when for action in recommendation.actions] if recommendation.favours else []
    return Reason(
        recommendation=recommendation, judgement=found,
        who=tracer.step(recommendation.who.node) if recommendation.who else None,
        unless=tuple(tracer.step(each.node) for each in recommendation.unless),
        silent_on=tuple(tracer.step(each.node) for each in recommendation.silent_on),
        done=tuple(tracer.step(node) for node in done if node is not None),
        clock=_clock(recommendation, situation, found),
    )  # fmt: skip


def _clock(recommendation: Recommendation, situation: Situation, found: Judgement) -> str:
    window = written_window(recommendation.window) or "no weeks are stated"
    gestation = situation.today.gestation_days
    today = "gestation not known" if gestation is None else f"today is {readable(gestation, Type('gestation'))}"
    today = "not pregnant" if situation.today.pregnant is False else today
    return f"{window}; {today}: {found.clock.replace('-', ' ')}"


class _Tracer:
    """Asks the engine again for every clause of a criterion."""

    def __init__(self, world: World, knowledge: Knowledge, origins: Mapping[str, str]) -> None:
        self.world, self.knowledge, self.origins = world, knowledge, origins

    def step(self, node: Node, entry: Entry = BLANK) -> Step:
        """Return the trace of one node."""
        found = truth(node, self.world, entry)
        match node:
            case And() | Or():
                word = "all of these" if isinstance(node, And) else "at least one of these"
                return Step(word, found, steps=tuple(self.step(child, entry) for child in children(node)))
            case Not(operand=operand):
                return Step("not", found, steps=(self.step(operand, entry),))
            case AtLeast(k=k, list=name):
                return self._list(k, name.id, found)
            case Name(id=name):
                return self._fact(name, found)
            case _:
                return self._comparison(node, found, entry)

    def _comparison(self, node: Node, found: Truth, entry: Entry) -> Step:
        names = [child for child in children(node) if isinstance(child, Name | Member)] if isinstance(node, Compare | Between) else []
        notes, lines = [], []
        for each in names:
            kind = self._type(each)
            label = self._label(each.id) if isinstance(each, Name) else each.id
            notes.append(f"{label}: {readable(value(each, self.world, entry), kind)}")
            lines += self._entries_of(each.id) if isinstance(each, Name) else []
        return Step(show(node), found, "; ".join(notes), entries=tuple(lines))

    def _type(self, node: Name | Member) -> Type:
        if isinstance(node, Name):
            return self.knowledge.dictionary.facts[node.id].type
        kinds = (each.fields[node.id].type for each in self.knowledge.dictionary.lists.values() if node.id in each.fields)
        return next(kinds, Type("string"))

    def _label(self, name: str) -> str:
        return self.knowledge.dictionary.facts[name].words.label

    def _fact(self, name: str, found: Truth) -> Step:
        declared = self.knowledge.dictionary.facts[name]
        if isinstance(declared, Derived):
            return Step(f"{show(Name(name))} ({declared.words.label})", found, steps=(self.step(self.knowledge.criteria[name]),))
        return Step(show(Name(name)), found, f"{declared.words.label}: {readable(found, declared.type)}", entries=tuple(self._entries_of(name)))

    def _entries_of(self, name: str) -> list[str]:
        """Return where a value was found: the path of an observed fact, or the entries that a pick looked at."""
        match self.knowledge.dictionary.facts[name]:
            case Observed(path=path):
                return [f"record: {path}{_from(self.origins.get(path, ''))}"]
            case Pick() as declared:
                found = candidates(declared, self.world)
                if found is None:
                    return [f"{declared.list}: not recorded"]
                return [self._candidate(declared, each) for each in found] or [f"{declared.list}: no entry counts for this"]
        return []

    def _candidate(self, declared: Pick, each: Candidate) -> str:
        entries = self.world.lists[declared.list].described
        number = next((index for index, entry in enumerate(entries) if entry.get("age_days") == each.age_days and entry.get(declared.value) == each.value), 0)
        doubt = "" if each.belongs else " (it is not known whether this one counts)"
        return f"{declared.list}[{number}]: {describe(entries[number], declared.list, self.knowledge)}{doubt}"

    def _list(self, k: int, name: str, found: Truth) -> Step:
        declared = self.knowledge.dictionary.facts[name]
        assert isinstance(declared, Truths)
        truths = fact(name, self.world)
        text = f"at least {k}: {declared.words.label}"
        origin = _from(self.origins.get(declared.list, ""))
        if not isinstance(truths, tuple):
            return Step(text, found, f"{declared.list}: not recorded{origin}")
        counted = f"{sum(each is True for each in truths)} yes, {sum(each is False for each in truths)} no, {sum(each is None for each in truths)} not known"
        return Step(text, found, counted + origin, entries=tuple(self._list_lines(declared, truths)))

    def _list_lines(self, declared: Truths, truths: Sequence[Truth]) -> list[str]:
        entries = self.world.lists[declared.list]
        lines = [
            f"{WORD[each]} {declared.list}[{index}]: {describe(entry, declared.list, self.knowledge)}"
            for index, (each, entry) in enumerate(zip(truths, entries.described, strict=False))
        ]
        return [*lines, f"? up to {entries.missing} more that are not described"] if entries.missing else lines


WORD: dict[Truth, str] = {True: "yes", False: "no", None: "?"}


def readable(found: Value, kind: Type) -> str:
    """Return a value in words: gestations as weeks+days, truths as yes and no."""
    if found is None:
        return "not known"
    if isinstance(found, bool):
        return WORD[found]
    if isinstance(found, Range):
        return f"{readable(found.low, kind)} to {readable(found.high, kind)}"
    if isinstance(found, int | float):
        return weeks(int(found)) if kind.kind == "gestation" else f"{found:g}"
    return str(found)


def describe(entry: Entry, list_name: str, knowledge: Knowledge) -> str:
    """Return one entry of the record in a line: what is known of it."""
    fields = knowledge.dictionary.lists[list_name].fields
    shown = ((name, found) for name, found in entry.items() if found is not None and name not in ("age_days", ORIGIN))
    known = ", ".join(f"{fields[name].words.label} {readable(found, fields[name].type)}" for name, found in shown) or "nothing known"
    return known + _from(str(entry.get(ORIGIN) or ""))


def _from(origin: str) -> str:
    """Return where a value came from, behind the value."""
    return f" [{origin}]" if origin else ""
