"""Which verdicts a change of the knowledge moves: a fixed set of records, judged by the knowledge before and after.

The records are those of every case of both versions, and random ones that gather around the limits of both. A
recommendation whose digest is the same in both means the same in both, so only the others are judged.

>>> from gravida.library import load
>>> knowledge = load()
>>> compare(knowledge, knowledge, records=10, seed=1).moved
()
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from gravida.cases import CASE_DAY
from gravida.facts import Observed
from gravida.guideline import Case
from gravida.knowledge import Knowledge
from gravida.logic import Truth
from gravida.prepare import Situation, prepare
from gravida.random_records import random_records, read, remove
from gravida.record import Record, write_record
from gravida.review_cases import record_of, unused
from gravida.verdict import Judgement, judge

Advance = Callable[[int, int], object]
Pair = tuple[str, str]
"""A verdict before, and after."""
EXAMPLES = 2
"""So many records are shown for each move."""
TRIED = 8
"""Of so many random records that move alike, the shortest are shown."""
KEPT = frozenset({"as_of"})
"""What is never left out of an example, because every gestation and age hangs on it."""


@dataclass
class Subject:
    """One record, as it is written: of cases (none for a random one), in the earlier version only or in the later too."""

    written: dict[str, Any]
    cases: list[Case] = field(default_factory=list)
    is_old: bool = False
    record: Record | None = None
    """As the version that it was drawn for reads it."""


@dataclass(frozen=True)
class Example:
    """A record that moves: the case that it stands in, or what matters of it."""

    case: Case | None
    record: str
    is_old: bool = False


@dataclass
class Moved:
    """One recommendation whose verdicts move: how many records for each pair of verdicts, and examples of those that differ."""

    recommendation: str
    counts: Counter[Pair] = field(default_factory=Counter)
    examples: dict[Pair, list[Example]] = field(default_factory=dict)


@dataclass
class Comparison:
    """What a change moves. ``unmoved`` were changed and gave the same verdicts; ``unreadable`` records fit one version only."""

    of_cases: int = 0
    random: int = 0
    moved: tuple[Moved, ...] = ()
    unmoved: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    who: Counter[tuple[Truth, Truth]] = field(default_factory=Counter)
    unreadable: int = 0

    @property
    def changed(self) -> int:
        """How many recommendations are in both versions, and may mean something else now."""
        return len(self.moved) + len(self.unmoved)


def compare(before: Knowledge, now: Knowledge, records: int, seed: int, advance: Advance = lambda done, total: None) -> Comparison:
    """Judge the same records by both versions, with ``records`` random ones, and return what differs."""
    shared = [key for key in now.recommendations if key in before.recommendations]
    suspects = [key for key in shared if before.recommendations[key].digest != now.recommendations[key].digest]
    found = Comparison(
        new=tuple(key for key in now.recommendations if key not in before.recommendations),
        gone=tuple(key for key in before.recommendations if key not in now.recommendations),
    )
    if suspects:
        work = _Work(before, now, suspects, found)
        work.judge_all(list(cohort(before, now, records, seed)), advance)
        work.finish()
    return found


def cohort(before: Knowledge, now: Knowledge, records: int, seed: int) -> Iterator[Subject]:
    """Yield the records: of every case of both versions, each once; and random ones, half of them around the limits of each."""
    found: dict[str, Subject] = {}
    for knowledge in (now, before):
        for case in _cases(knowledge):
            written = {"as_of": CASE_DAY.isoformat(), **record_of(case, knowledge)}
            key = json.dumps(written, sort_keys=True)
            subject = found.setdefault(key, Subject(written, is_old=knowledge is before))
            if subject.is_old == (knowledge is before):
                subject.cases.append(case)
    yield from found.values()
    half = records // 2
    for knowledge, count in ((now, records - half), (before, half)):
        yield from (Subject(each.written, record=each.record) for each in random_records(knowledge, count, seed))


def _cases(knowledge: Knowledge) -> Iterator[Case]:
    yield from (case for each in knowledge.recommendations.values() for case in each.cases)
    yield from (case for each in knowledge.notes.values() for case in each.cases)


@dataclass
class _Work:
    before: Knowledge
    now: Knowledge
    suspects: list[str]
    found: Comparison
    tables: dict[str, Moved] = field(default_factory=dict)
    movers: dict[tuple[str, Pair], list[Subject]] = field(default_factory=dict)

    def judge_all(self, subjects: list[Subject], advance: Advance) -> None:
        """Judge every record by every recommendation that may differ."""
        self.tables = {key: Moved(key) for key in self.suspects}
        alike = _reads_alike(self.before, self.now)
        for done, subject in enumerate(subjects):
            pair = self._situations(subject.written, subject.record if alike else None, alike=alike)
            if pair is None:
                self.found.unreadable += 1
            else:
                self.found.of_cases += bool(subject.cases)
                self.found.random += not subject.cases
                self._judge(subject, *pair)
            advance(done, len(subjects))

    def _judge(self, subject: Subject, before: Situation, now: Situation) -> None:
        for key in self.suspects:
            old, new = self._both(key, before, now)
            self.tables[key].counts[old.verdict, new.verdict] += 1
            self.found.who[old.who, new.who] += 1
            if old.verdict != new.verdict:
                self.movers.setdefault((key, (old.verdict, new.verdict)), []).append(subject)

    def _situations(self, written: Mapping[str, Any], record: Record | None = None, *, alike: bool = False) -> tuple[Situation, Situation] | None:
        """Return a record as both versions see it, or nothing if one of them refuses it. One that is read already is not read again."""
        old = record or read(written, self.before)
        new = old if alike else read(written, self.now)
        if not isinstance(old, Record) or not isinstance(new, Record):
            return None
        return prepare(old, self.before.meaning, self.before.largest_k), prepare(new, self.now.meaning, self.now.largest_k)

    def verdicts(self, key: str, written: Mapping[str, Any]) -> Pair | None:
        """Return what both versions of a recommendation say for a record."""
        pair = self._situations(written)
        if pair is None:
            return None
        old, new = self._both(key, *pair)
        return old.verdict, new.verdict

    def _both(self, key: str, before: Situation, now: Situation) -> tuple[Judgement, Judgement]:
        old, new = self.before.recommendations[key], self.now.recommendations[key]
        return judge(old, self.before.actions, before.world, before.today), judge(new, self.now.actions, now.world, now.today)

    def finish(self) -> None:
        """Find examples, and sort out what has moved."""
        for (key, pair), subjects in self.movers.items():
            self.tables[key].examples[pair] = list(self._examples(key, pair, subjects))
        self.found.moved = tuple(each for each in self.tables.values() if each.examples)
        self.found.unmoved = tuple(key for key, each in self.tables.items() if not each.examples)

    def _examples(self, key: str, pair: Pair, subjects: list[Subject]) -> Iterator[Example]:
        """Yield records that move so: cases first, its own before those of others; then the shortest of the random ones."""
        path = self.now.recommendations[key].path
        of_cases = [(subject, case) for subject in subjects for case in subject.cases]
        of_cases.sort(key=lambda each: not each[1].place.startswith(path))
        first = {id(subject): subject for subject, _ in of_cases}
        shown = [Example(next(case for each, case in of_cases if each is subject), "", subject.is_old) for subject in list(first.values())[:EXAMPLES]]
        yield from shown
        random = [self._without_idle(key, subject.written) for subject in subjects if not subject.cases][:TRIED]
        random = sorted((each for each in random if self.verdicts(key, each) == pair), key=lambda each: len(json.dumps(each)))
        different: dict[str, None] = {}
        for each in random:
            if len(different) < EXAMPLES - len(shown):
                different[self._written(self._smallest(key, pair, each))] = None
        yield from (Example(None, each) for each in different)

    def _without_idle(self, key: str, written: Mapping[str, Any]) -> dict[str, Any]:
        """Return a record without what neither version of a recommendation asks for."""
        idle = unused(self.before.recommendations[key], self.before) & unused(self.now.recommendations[key], self.now)
        smaller = deepcopy(dict(written))
        for path in list(_paths(smaller)):
            if ".".join(step for step in path if isinstance(step, str)) in idle:
                remove(smaller, path)
        return smaller

    def _smallest(self, key: str, pair: Pair, written: dict[str, Any]) -> dict[str, Any]:
        """Return a record with hardly anything in it that the move does not need: whole parts are tried first, then their values."""
        for path in sorted(_paths(written), key=len):
            smaller = deepcopy(written)
            if path[0] not in KEPT and remove(smaller, path) and self.verdicts(key, smaller) == pair:
                written = smaller
        return written

    def _written(self, written: Mapping[str, Any]) -> str:
        record = read(written, self.now)
        assert isinstance(record, Record), "both versions have judged it"
        return write_record(record)


def _reads_alike(before: Knowledge, now: Knowledge) -> bool:
    """Return whether both versions read a record to the same values and refuse the same ones. Words make no difference."""
    return _reading(before) == _reading(now)


def _reading(knowledge: Knowledge) -> tuple[object, object]:
    observed = {name: (each.path, each.type) for name, each in knowledge.dictionary.facts.items() if isinstance(each, Observed)}
    lists = {
        name: (entries.declared, {key: (each.source, each.type, each.suspicious_below) for key, each in entries.fields.items()})
        for name, entries in knowledge.dictionary.lists.items()
    }
    return observed, lists


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of everything in a record: parts, lists, entries and values; of a list the last entry first."""
    steps: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, Mapping) and set(value) != {"from", "to"}:
        steps = value.items()
    elif isinstance(value, list):
        steps = reversed(list(enumerate(value)))
    for step, inner in steps:
        yield (*path, step)
        yield from _paths(inner, (*path, step))
