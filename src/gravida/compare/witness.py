"""From what the solver found to a record that anybody can read: the fewest facts that still show it, in round numbers.

A witness goes through the reader and the reference engine like any other record; what they do not confirm is not one.

>>> from gravida.compare.claims import STANDS, Claim, Clause, answer
>>> from gravida.library import load
>>> knowledge = load()
>>> advice = knowledge.recommendations["nice-2022-preterm-labour/progesterone-or-cerclage"]
>>> claim = Claim((Clause(((advice, STANDS),)),))
>>> shown = witness(claim, answer(claim, knowledge), knowledge)
>>> shown.written["scans"]
[{'at': '16+0', 'route': 'transvaginal', 'cervical_length_mm': '5'}]
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gravida.cases import CASE_DAY
from gravida.compare import UnconfirmedError
from gravida.compare.claims import Claim, Found
from gravida.compare.inside import Peculiar, findings, gaps
from gravida.comparing import Gap
from gravida.evaluate import BLANK, Entry, World, truth
from gravida.facts import EntryList, Observed, Scalar
from gravida.guideline import Recommendation, Verdict
from gravida.knowledge import Knowledge
from gravida.prepare import Situation, prepare
from gravida.random_records import BY_HAND, put, read, remove, text
from gravida.record import Record
from gravida.record_checks import TIMES
from gravida.units import DAYS_IN_A_WEEK, days, weeks
from gravida.verdict import judge

STEPS, PAIR = (10, 5, 1), 2
Path = tuple[str | int, ...]
TODAY: Path = ("pregnancy", "gestation")
WHEN = frozenset(at for _, at in TIMES.values())
FORTNIGHT = 2 * DAYS_IN_A_WEEK
Changes = Callable[[dict[str, Any], dict[str, Any], Path, Knowledge], Iterator[tuple[dict[str, Any], dict[str, Any]]]]


@dataclass(frozen=True)
class Witness:
    """A record that shows a claim: in the form of the texts, and as it is read."""

    written: dict[str, Any]
    record: Record
    situation: Situation


def witness(claim: Claim, found: Found, knowledge: Knowledge) -> Witness:
    """Return the smallest record that shows a claim. Raises :class:`UnconfirmedError`."""
    trial = Trial(claim, knowledge)
    written = as_written(found, knowledge)
    if trial.of(written) is None:
        raise UnconfirmedError(f"not confirmed: {trial.verdicts(written)} for {written}")
    written = trial.rounder(trial.smaller(trial.rounder(trial.smaller(written))))
    shown = trial.of(written)
    assert shown is not None
    return shown


def witnesses(shown: Sequence[tuple[Claim, Found]], knowledge: Knowledge) -> tuple[Witness, ...]:
    """Return the smallest records of a finding: none, one, or a record and the same made more serious."""
    if len(shown) < PAIR:
        return tuple(witness(claim, found, knowledge) for claim, found in shown)
    (before, first), (after, then) = shown
    return PairTrial(Trial(before, knowledge), Trial(after, knowledge)).smallest(as_written(first, knowledge), as_written(then, knowledge))


def inside(name: str, knowledge: Knowledge) -> tuple[list[tuple[Peculiar, tuple[Witness, ...]]], list[tuple[Gap, Witness | None]]]:
    """Return what is peculiar about one document, with its records, and its gaps, each with a record to which it says nothing, if there is one."""
    guideline = knowledge.guidelines[name]
    peculiar = [(each, witnesses(each.shown, knowledge)) for each in findings(guideline, knowledge)]
    return peculiar, [(gap, witness(*shown, knowledge) if shown else None) for gap, shown in gaps(guideline, knowledge)]


def verdict_in(situation: Situation, knowledge: Knowledge, recommendation: Recommendation) -> Verdict:
    """Return what the reference engine says."""
    return judge(recommendation, knowledge.actions, situation.world, situation.today).verdict


@dataclass(frozen=True)
class Trial:
    """Tries records on a claim."""

    claim: Claim
    knowledge: Knowledge

    def of(self, written: dict[str, Any]) -> Witness | None:
        """Return the witness that a record is, or ``None`` if it is none, or no record."""
        record = read(written, self.knowledge)
        if not isinstance(record, Record):
            return None
        situation = prepare(record, self.knowledge.meaning, self.knowledge.largest_k)
        holds = self.claim.holds(lambda each: verdict_in(situation, self.knowledge, each))
        return Witness(written, record, situation) if holds and not breaks(situation.world, self.knowledge) else None

    def verdicts(self, written: dict[str, Any]) -> object:
        """Return what comes out for a record, or what is wrong with it."""
        record = read(written, self.knowledge)
        if not isinstance(record, Record):
            return str(record)
        situation = prepare(record, self.knowledge.meaning, self.knowledge.largest_k)
        return {each.key: verdict_in(situation, self.knowledge, each) for each in self.claim.recommendations()}

    def smaller(self, written: dict[str, Any]) -> dict[str, Any]:
        """Return a record with everything left out that it does not need."""
        for path in list(_paths(written)):
            less = deepcopy(written)
            if remove(less, path) and self.of(less):
                return self.smaller(less)
        return written

    def rounder(self, written: dict[str, Any]) -> dict[str, Any]:
        """Return a record with every number as round as it may be."""
        written = next((moved for moved in _moved(written) if self.of(moved)), written)
        for path in list(_paths(written)):
            for value in _rounder(path, _at(written, path), self.knowledge):
                changed = _with(written, path, value)
                if self.of(changed):
                    written = changed
                    break
        return written


@dataclass(frozen=True)
class PairTrial:
    """Tries a record and the same record made more serious, each on its own claim: what is left out is left out of both."""

    before: Trial
    after: Trial

    def smallest(self, before: dict[str, Any], after: dict[str, Any]) -> tuple[Witness, Witness]:
        """Return the smallest pair. Raises :class:`UnconfirmedError`."""
        shown = self.of(before, after)
        if shown is None:
            raise UnconfirmedError(f"not confirmed: {self.before.verdicts(before)} for {before}, then {self.after.verdicts(after)} for {after}")
        for change in (_less, _moved_in_both, _rounder_in_both, _less):
            shown = self._while_it_can(change, shown)
        return shown

    def of(self, before: dict[str, Any], after: dict[str, Any]) -> tuple[Witness, Witness] | None:
        """Return the witnesses that two records are, or ``None``."""
        first, second = self.before.of(before), self.after.of(after)
        return (first, second) if first and second else None

    def _while_it_can(self, change: Changes, shown: tuple[Witness, Witness]) -> tuple[Witness, Witness]:
        for path in list(_paths(shown[0].written)):
            for before, after in change(shown[0].written, shown[1].written, path, self.before.knowledge):
                found = self.of(before, after)
                if found:
                    return self._while_it_can(change, found)
        return shown


def _less(before: dict[str, Any], after: dict[str, Any], path: Path, knowledge: Knowledge) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    fewer, then = deepcopy(before), deepcopy(after)
    if remove(fewer, path) and remove(then, path):
        yield fewer, then


def _rounder_in_both(before: dict[str, Any], after: dict[str, Any], path: Path, knowledge: Knowledge) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield both with a rounder value where they are alike, and, where they are not, with one that keeps them apart."""
    old, new = _at(before, path), _at(after, path)
    for value in _rounder(path, old, knowledge):
        if old == new or (isinstance(new, str) and float(new) <= float(value)):
            yield _with(before, path, value), _with(after, path, value if old == new else new)
    for value in _rounder(path, new, knowledge) if old != new else ():
        if float(value) <= float(old):
            yield before, _with(after, path, value)


def _moved_in_both(before: dict[str, Any], after: dict[str, Any], path: Path, knowledge: Knowledge) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    if path == TODAY:
        yield from zip(_moved(before), _moved(after), strict=True)


def _moved(written: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a record moved by some days as a whole, so that today is an even week."""
    today = days(written["pregnancy"]["gestation"]) if "gestation" in written.get("pregnancy", {}) else 0
    for step in (-today % FORTNIGHT, -(today % FORTNIGHT)) if today % FORTNIGHT else ():
        moved = deepcopy(written)
        for path in _paths(written):
            if path == TODAY or path[-1] in WHEN:
                _set(moved, path, weeks(max(0, days(_at(written, path)) + step)))
        yield moved


def _with(written: dict[str, Any], path: Path, value: str) -> dict[str, Any]:
    changed = deepcopy(written)
    _set(changed, path, value)
    return changed


def breaks(world: World, knowledge: Knowledge) -> bool:
    """Return whether a world is certainly against a constraint of the knowledge."""
    for each in knowledge.constraints:
        entries = world.lists[each.list].described if each.list in world.lists else () if each.list else (BLANK,)
        if any(truth(each.holds.node, world, entry) is False for entry in entries):
            return True
    return False


# --- writing -------------------------------------------------------------------------------------------------------


def as_written(found: Found, knowledge: Knowledge) -> dict[str, Any]:
    """Return a world as a record of the day on which every case is judged."""
    world, today = found
    record: dict[str, Any] = {"as_of": CASE_DAY.isoformat(), "pregnancy": {"status": "ongoing" if today.pregnant else "not-pregnant"}}
    gestation = today.gestation_days if today.pregnant else None
    if isinstance(gestation, int):
        record["pregnancy"]["gestation"] = weeks(gestation)
    for name, value in world.observed.items():
        fact = knowledge.dictionary.facts[name]
        if isinstance(fact, Observed) and fact.path not in BY_HAND and value is not None:
            put(record, fact.path, text(value, fact.type.kind))
        elif isinstance(fact, Observed) and fact.type.kind == "gestation" and isinstance(value, int) and isinstance(gestation, int):
            put(record, fact.path, (CASE_DAY + timedelta(days=value - gestation)).isoformat())
    for name, entries in world.lists.items():
        declared = knowledge.dictionary.lists[name]
        record[name] = [_entry(declared, each, gestation) for each in entries.described]
        record |= {f"{name}_complete": "yes"} if declared.declared else {}
    return record


def _entry(declared: EntryList, entry: Entry, today: Scalar) -> dict[str, Any]:
    found = {field.source: text(entry[name], field.type.kind) for name, field in declared.fields.items() if field.source and entry.get(name) is not None}
    for name, field in declared.fields.items():
        value = entry.get(name)
        if field.suspicious_below is not None and isinstance(value, int | float) and value < field.suspicious_below:
            found["confirmed"] = "yes"
    return {**(_time(declared.name, entry, today) if declared.name in TIMES else {}), **found}


def _time(name: str, entry: Entry, today: Scalar) -> dict[str, Any]:
    on, at = TIMES[name]
    gestation, age = entry.get("gestation_days"), entry.get("age_days")
    if today is not None and isinstance(gestation, int) and gestation >= 0:
        return {at: weeks(gestation)}
    return {on: (CASE_DAY - timedelta(days=age)).isoformat()} if isinstance(age, int) else {}


# --- paths ---------------------------------------------------------------------------------------------------------


def _paths(written: Any, path: Path = ()) -> Iterator[Path]:
    """Yield every place in a record, the larger parts first; the day of assessment stays."""
    pairs: Any = written.items() if isinstance(written, dict) else enumerate(written) if isinstance(written, list) else ()
    for step, part in pairs:
        if (*path, step) != ("as_of",):
            yield (*path, step)
            yield from _paths(part, (*path, step))


def _at(written: Any, path: Path) -> Any:
    for step in path:
        written = written[step]
    return written


def _set(written: Any, path: Path, value: str) -> None:
    _at(written, path[:-1])[path[-1]] = value


def _rounder(path: Path, value: Any, knowledge: Knowledge) -> Iterator[str]:
    """Yield rounder values for a gestation or a number, the roundest first, and none rounder than it is."""
    if not isinstance(value, str):
        return
    if "+" in value:
        yield from _rounder_gestations(days(value))
    elif value.replace(".", "", 1).isdigit():
        number, least = float(value), _least(path, knowledge)
        for step in (each for each in STEPS if each <= max(number, least) and (number % each or number < least)):
            near = {max(number // step * step, least), max(number // step * step + step, least)}
            yield from (f"{each:g}" for each in sorted(near, key=lambda each: abs(each - number)) if each % step == 0)
    else:
        yield from _plainer(path, value, knowledge)


def _plainer(path: Path, value: str, knowledge: Knowledge) -> Iterator[str]:
    """Yield the words that the dictionary names before this one."""
    entries = knowledge.dictionary.lists.get(str(path[0]))
    words = {each.source: each.type.values for each in entries.fields.values()} if entries else {}
    choices = words.get(str(path[-1]), ())
    yield from choices[: choices.index(value)] if value in choices else ()


def _least(path: Path, knowledge: Knowledge) -> float:
    """Return below which a number would look like a slip, and so is not shown unless it must be."""
    entries = knowledge.dictionary.lists.get(str(path[0]))
    sources = {each.source: each.suspicious_below for each in entries.fields.values()} if entries else {}
    return sources.get(str(path[-1])) or 0


def _rounder_gestations(found: int) -> Iterator[str]:
    week, rest = divmod(found, DAYS_IN_A_WEEK)
    if week % 2 or rest:
        evens = sorted({week // 2 * 2, week // 2 * 2 + 2}, key=lambda near: abs(near * DAYS_IN_A_WEEK - found))
        yield from (weeks(near * DAYS_IN_A_WEEK) for near in evens)
    if rest:
        yield from (weeks(near * DAYS_IN_A_WEEK) for near in (week, week + 1))
