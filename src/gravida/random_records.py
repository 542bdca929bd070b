"""Random records, as somebody would write them: with dates, and with nothing in them that contradicts itself.

The values come from :mod:`gravida.random_worlds`, so they gather around the limits that criteria draw; today's gestation
gathers around the ends of windows. What a reader would refuse is taken out again, value by value.

>>> from gravida.library import load
>>> knowledge = load()
>>> first = next(random_records(knowledge, 1, seed=7))
>>> first == next(random_records(knowledge, 1, seed=7)), first.written["as_of"]
(True, '2026-06-01')
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from random import Random
from typing import Any

from gravida.cases import CASE_DAY
from gravida.evaluate import Entries, Entry, World
from gravida.facts import EntryList, Observed, Pick, Range, Scalar, Value
from gravida.guideline import Bound
from gravida.knowledge import Knowledge
from gravida.random_worlds import random_worlds
from gravida.record import Record, RecordError, record_from
from gravida.record_checks import TIMES
from gravida.units import weeks

STATES = ("ongoing", "ended", "not-pregnant")
SHARES = (0.8, 0.05, 0.15)
"""How often each state occurs: most of what there is to judge is in pregnancy."""
UNDATED = 0.05
"""How many pregnant records do not say how far along she is."""
COMPLETE, OPEN = 0.6, 0.8
"""Where the earlier pregnancies are declared complete; where they are declared incomplete; elsewhere nobody said."""
TRIES = 9
"""So often something is taken out before a record is given up."""
STATED = "pregnancy.status"
BY_HAND = frozenset({STATED, "pregnancy.planned_caesarean_on"})
"""What a record says in another form than its fact: a state for a truth, a date for a gestation."""


@dataclass(frozen=True)
class Drawn:
    """A random record: in the form of the texts, and as it is read."""

    written: dict[str, Any]
    record: Record


def random_records(knowledge: Knowledge, count: int, seed: int) -> Iterator[Drawn]:
    """Yield random records. The same seed gives the same records."""
    random = Random(seed)  # noqa: S311  (nothing secret hangs on these numbers)
    maker = _Maker(knowledge, random, sorted(_days(knowledge)))
    for world in random_worlds(knowledge, count, seed):
        yield maker.allowed(maker.written(world))


def _days(knowledge: Knowledge) -> Iterator[int]:
    """Yield the days on which a window begins or ends, and the days beside them; where there is no window, the due date."""
    windows = [each.window for each in knowledge.recommendations.values() if each.window]
    bounds: list[Bound] = [bound for window in windows for bound in (window.start, window.end) if bound]
    known = knowledge.dictionary.lists["scans"].fields["gestation_days"].type if "scans" in knowledge.dictionary.lists else None
    low, high = (known.low or 0, known.high or 0) if known else (0, 0)
    yield from {end + step for bound in bounds for end in (bound.low, bound.high) for step in (-1, 0, 1) if low <= end + step <= high} or {int(high)}


@dataclass
class _Maker:
    knowledge: Knowledge
    random: Random
    days: Sequence[int]

    def written(self, world: World) -> dict[str, Any]:
        """Return a world as a record of the day on which every case is judged."""
        found: dict[str, Any] = {"as_of": CASE_DAY.isoformat(), "pregnancy": {}}
        today = self._pregnancy(found["pregnancy"])
        for name, value in world.observed.items():
            fact = self.knowledge.dictionary.facts[name]
            if isinstance(fact, Observed) and fact.path not in BY_HAND and value is not None:
                put(found, fact.path, text(value, fact.type.kind))
        for name, entries in world.lists.items():
            found[name] = [self._entry(self.knowledge.dictionary.lists[name], each, today) for each in entries.described]
            found |= self._completeness(self.knowledge.dictionary.lists[name], entries)
        return found

    def _pregnancy(self, found: dict[str, Any]) -> int | None:
        """Say how far along she is, and return it."""
        found["status"] = self.random.choices(STATES, SHARES)[0]
        today = self.random.choice(self.days)
        if found["status"] != STATES[0] or self.random.random() < UNDATED:
            return None
        found["gestation"] = weeks(today)
        return today

    def _entry(self, declared: EntryList, entry: Entry, today: int | None) -> dict[str, Any]:
        found = {field.source: text(entry[name], field.type.kind) for name, field in declared.fields.items() if field.source and entry.get(name) is not None}
        return {**(self._time(declared.name, entry, today) if declared.name in TIMES else {}), **found}

    def _time(self, name: str, entry: Entry, today: int | None) -> dict[str, Any]:
        """Return when an entry was made: at a gestation that has been reached, or, of what soon tells nothing, so many days ago."""
        on, at = TIMES[name]
        gestation, age = entry.get("gestation_days"), entry.get("age_days")
        if today is not None and isinstance(gestation, int | float) and not (name in self.fleeting and isinstance(age, int)):
            return {at: weeks(min(int(gestation), today))}
        if not isinstance(age, int):
            return {}
        first = int(self.knowledge.dictionary.lists[name].fields["gestation_days"].type.low or 0)
        return {on: (CASE_DAY - timedelta(days=age if today is None else min(age, max(0, today - first)))).isoformat()}

    @cached_property
    def fleeting(self) -> frozenset[str]:
        """The lists whose entries soon tell nothing any more, such as symptoms."""
        return frozenset(each.list for each in self.knowledge.dictionary.facts.values() if isinstance(each, Pick) and each.valid_for_days is not None)

    def _completeness(self, declared: EntryList, entries: Entries) -> dict[str, Any]:
        """Say of a list that may be incomplete whether it is, or how many there are."""
        if not declared.declared:
            return {}
        drawn = self.random.random()
        if entries.missing and drawn < COMPLETE:
            return {f"{declared.name}_total": str(len(entries.described) + entries.missing)}
        return {f"{declared.name}_complete": "yes" if drawn < COMPLETE else "no"} if drawn < OPEN else {}

    def allowed(self, written: dict[str, Any]) -> Drawn:
        """Return a record that can be read: with something forgotten, as long as it contradicts itself."""
        for _ in range(TRIES):
            found = read(written, self.knowledge)
            if isinstance(found, Record):
                return Drawn(written, found)
            # From the last entry on, so that the others keep their numbers.
            for path in sorted((problem.path for problem in found.problems), key=str, reverse=True):
                remove(written, path)
        smallest = {"as_of": written["as_of"], "pregnancy": {}}
        return Drawn(smallest, record_from(smallest, self.knowledge.dictionary))


def read(written: Mapping[str, Any], knowledge: Knowledge) -> Record | RecordError:
    """Return the record, or why it is none."""
    try:
        return record_from(written, knowledge.dictionary)
    except RecordError as error:
        return error


def put(record: dict[str, Any], path: str, value: Any) -> None:
    """Write a value at a dotted path of a record."""
    *steps, last = path.split(".")
    for step in steps:
        record = record.setdefault(step, {})
    record[last] = value


def remove(record: Any, path: Sequence[str | int]) -> bool:
    """Take out what stands at a path, and return whether it was there."""
    *steps, last = path
    for step in steps:
        record = record[step] if _holds(record, step) else None
    if not _holds(record, last):
        return False
    record.pop(last)
    return True


def _holds(holder: Any, step: str | int) -> bool:
    return step in holder if isinstance(holder, Mapping) else isinstance(holder, list) and isinstance(step, int) and step < len(holder)


def text(value: Value | Scalar, kind: str) -> Any:
    """Return a value as a record writes it; ``kind`` is that of its type."""
    if isinstance(value, Range):
        return {"from": text(value.low, kind), "to": text(value.high, kind)}
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind == "gestation" and isinstance(value, int | float):
        return weeks(int(value))
    return f"{value:g}" if isinstance(value, int | float) else str(value)
