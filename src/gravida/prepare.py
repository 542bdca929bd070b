"""From a record to a world that can be judged, as of one day.

Dates become gestations and ages, lists become entries, and whatever was recorded after the day of assessment is left
out: on that day nobody knew it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gravida.evaluate import Entries, Entry, Meaning, World, add, compare
from gravida.facts import EntryList, Observed, Scalar, Value
from gravida.logic import Truth, some
from gravida.record import Dating, Record, dating
from gravida.verdict import Today

ORIGIN = "read from"
"""Where an entry came from, beside its fields."""

STATUS: dict[str | None, Truth] = {"ongoing": True, "ended": False, "not-pregnant": False, None: None}


@dataclass(frozen=True)
class Situation:
    """A record on one day: what the engines judge, and the dating behind it. ``later`` counts entries not yet known."""

    record: Record
    as_of: date | None
    world: World
    today: Today
    dating: Dating
    later: int = 0


@dataclass
class _Preparation:
    record: Record
    as_of: date | None
    dating: Dating
    meaning: Meaning
    largest_k: int
    later: int = 0
    placed: list[Scalar] | None = field(default=None)


def prepare(record: Record, meaning: Meaning, largest_k: int, as_of: date | None = None) -> Situation:
    """Return the situation of a record. ``as_of`` goes before the record's own day; without either, ages are unknown."""
    as_of = as_of or record.as_of
    work = _Preparation(record, as_of, dating(record, as_of), meaning, largest_k)
    pregnant = is_pregnant(record, as_of)
    gestation = work.dating.gestation_on(as_of) if as_of and pregnant is not False else None
    work.placed = _placed(work)
    lists = {name: _entries(entries, work) for name, entries in meaning.lists.items()}
    known = {name: entries for name, entries in lists.items() if entries is not None}
    world = World(meaning, _observed(work, pregnant), known)
    return Situation(record, as_of, world, Today(pregnant, gestation), work.dating, work.later)


def is_pregnant(record: Record, as_of: date | None) -> Truth:
    """Return whether the pregnancy is ongoing. A gestation stated for this very day says so; a due date alone does not."""
    stated = record.pregnancy.gestation
    if record.pregnancy.status is None and stated is not None:
        return True if (stated.on or record.as_of) == as_of else None
    return STATUS[record.pregnancy.status]


def _observed(work: _Preparation, pregnant: Truth) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name, fact in work.meaning.facts.items():
        if isinstance(fact, Observed):
            value = _at(work.record, fact.path)
            value = pregnant if name == "pregnant" else value
            found[name] = work.dating.gestation_on(value) if isinstance(value, date) else value
    return found


def _at(record: Record, path: str) -> Any:
    value: Any = record
    for step in path.split("."):
        value = getattr(value, step, None)
    return value


def _placed(work: _Preparation) -> list[Scalar] | None:
    """Return the gestation at which each stitch of this pregnancy was placed; ``None`` if the stitches are unknown."""
    if work.record.cerclages is None:
        return None
    placed = [_gestation(each, work) for each in work.record.cerclages if not _is_later(each, work)]
    return [*placed, None] if "cerclages" in work.record.open_lists else placed


def _entries(declared: EntryList, work: _Preparation) -> Entries | None:
    written = getattr(work.record, declared.name)
    if written is None:
        return _counted_only(declared, work)
    kept = [(index, each) for index, each in enumerate(written) if not _is_later(each, work)]
    work.later += len(written) - len(kept)
    entries = ({**_entry(each, declared, work), **_origin(work.record, declared.name, index)} for index, each in kept)
    return Entries(tuple(entries), _missing(declared, len(kept), work))


def _origin(record: Record, name: str, index: int) -> Entry:
    """Return where an entry was read from, under a name that no criterion can use; nothing for what somebody wrote here."""
    found = record.origins.get(f"{name}[{index}]")
    return {ORIGIN: found} if found else {}


def _counted_only(declared: EntryList, work: _Preparation) -> Entries | None:
    """A list that nobody wrote down, of which the number is known: nothing but blanks."""
    total = work.record.prior_pregnancies_total if declared.declared else None
    return None if total is None else Entries((), int(total))


def _missing(declared: EntryList, described: int, work: _Preparation) -> int:
    """Return how many blanks stand for entries that are not described."""
    if declared.name in work.record.open_lists:
        return work.largest_k
    if not declared.declared or work.record.prior_pregnancies_complete is True:
        return 0
    total = work.record.prior_pregnancies_total
    if total is not None:
        return int(total) - described
    said_none = described == 0 and work.record.prior_pregnancies_complete is None
    return 0 if said_none else work.largest_k


def _entry(written: Any, declared: EntryList, work: _Preparation) -> Entry:
    values = {name: getattr(written, each.source) for name, each in declared.fields.items() if each.source}
    computed = {name for name, each in declared.fields.items() if not each.source}
    if "gestation_days" in computed:
        values["gestation_days"] = _gestation(written, work)
    if "age_days" in computed:
        values["age_days"] = _age(written, work)
    if "after_cerclage" in computed:
        values["after_cerclage"] = after_any(values["gestation_days"], work.placed)
    return values


def after_any(gestation: Scalar, placed: Iterable[Scalar] | None) -> Truth:
    """Return whether a gestation lies after that of any stitch; ``placed`` is ``None`` if the stitches are unknown."""
    return None if placed is None else some(compare(">", gestation, each) for each in placed)


def _day(written: Any) -> date | None:
    return getattr(written, "on", None) or getattr(written, "placed_on", None)


def _gestation(written: Any, work: _Preparation) -> Scalar:
    stated = getattr(written, "at", None) or getattr(written, "placed", None)
    day = _day(written)
    if stated is not None:
        return stated  # type: ignore[no-any-return]
    return work.dating.gestation_on(day) if day else None


def _age(written: Any, work: _Preparation) -> Scalar:
    day = _day(written)
    if work.as_of is None:
        return None
    if day is not None:
        return (work.as_of - day).days
    return add("-", work.dating.gestation_on(work.as_of), _gestation(written, work))


def _is_later(written: Any, work: _Preparation) -> bool:
    """Return whether an entry certainly lies after the day of assessment."""
    return compare("<", _age(written, work), 0) is True
