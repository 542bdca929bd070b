"""From records of one pregnancy, one for each day on which something became known, to rows of the flat tables.

What a later record says otherwise becomes an update, or a later row of the same entry. The flat form cannot take a value
back, so what was taken back later is left out from the beginning: unknown is safe, and a value that does not stand is not.
Dates of the pregnancy are never taken back, only superseded.

>>> [column.name for column in DATES]
['pregnancy_due_date', 'pregnancy_last_period', 'pregnancy_gestation_at_days', 'pregnancy_gestation_at_days_to', 'pregnancy_gestation_on']
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, get_args

from gravida.dating import Source, Span, dating
from gravida.facts import Range
from gravida.fhir import Reading
from gravida.flat import LISTS, SCALARS, TABLES, Column
from gravida.record_model import Part
from gravida.units import TERM_LENGTH_DAYS

Cells = dict[str, Any]
DATES = tuple(each for each in SCALARS if each.path.removeprefix("pregnancy.").partition(".")[0] in ("due_date", "last_period", "gestation"))
HAPPENED = {name: next((column.name for column in columns if column.path in ("on", "placed_on")), "") for name, columns in TABLES.items()}
"""The column of a table that says when an entry happened."""
GOVERNING = get_args(Source)
"""In this order a row is dated by what stands in it."""
ENTRY = re.compile(r"(\w+)\[(\d+)\]")


@dataclass(frozen=True)
class Seen:
    """A pregnancy as it was known on a day."""

    day: date
    reading: Reading


@dataclass
class Entry:
    """One entry of a list through the days: its resources, and what was known of it from which day on."""

    names: set[str]
    known: list[tuple[date, Cells]]
    place: int = -1
    """Where it stands on the last day; below 0 if it is no longer there."""


@dataclass
class Rows:
    """Rows of the flat tables, without their keys."""

    tables: dict[str, list[Cells]] = field(default_factory=lambda: {name: [] for name in TABLES})
    names: set[str] = field(default_factory=set)
    """The resources that rows rest on."""
    taken_back: set[str] = field(default_factory=set)
    """Paths and lists of which something was taken back."""


def rows_of(seen: Sequence[Seen]) -> Rows:
    """Return the rows of one pregnancy. The first table has one row, without keys and without how it ended."""
    rows = Rows()
    first, *later = _scalars(seen, rows)
    rows.tables["updates"] = [{"recorded_on": each.day, **cells} for each, cells in zip(seen[1:], later, strict=True) if cells]
    for name in LISTS:
        entries = _entries(name, seen)
        rows.tables[name] = sorted(_rows(name, entries, seen[0].day, rows), key=lambda row: (row["entry"], row["recorded_on"] or date.min))
        first |= _known(name, seen, rows.taken_back)
    rows.tables["pregnancies"] = [first]
    told = (read for each in seen for read in each.reading.read)
    rows.names |= {read.resource for read in told if not ENTRY.fullmatch(read.path) and read.path not in rows.taken_back}
    return rows


def cells(part: Part, columns: Sequence[Column]) -> Cells:
    """Return what a part of a record says, by column."""
    found: Cells = {}
    for column in (each for each in columns if each.path):
        value: Any = part
        for step in column.path.split("."):
            value = getattr(value, step) if value is not None else None
        if isinstance(value, Range):
            value = value.high if column.name.endswith("_to") else value.low
            value = value if column.kind == "decimal" else int(value)
        elif column.name.endswith("_to"):
            value = None
        found[column.name] = value
    return found


# --- outside lists ---------------------------------------------------------------------------------------------------


def _scalars(seen: Sequence[Seen], rows: Rows) -> list[Cells]:
    """Return for each day what changed on it."""
    told = _one_start([cells(each.reading.record, SCALARS) for each in seen], seen)
    found: list[Cells] = [{} for _ in seen]
    for column in SCALARS:
        values = [each[column.name] for each in told]
        begins = 0 if column in DATES else _stands_from(values)
        if any(value is not None for value in values[:begins]):
            rows.taken_back.add(column.path)
        for number, value in _changes(values, begins):
            found[number][column.name] = value
    return [_exact(now, before) for now, before in zip(found, _so_far(found), strict=True)]


def _one_start(told: list[Cells], seen: Sequence[Seen]) -> list[Cells]:
    """Return what was told, with every date of the pregnancy where it governs.

    A date that was superseded stays in the row. Where it would go before the one that governs now, it says the same as that.
    """
    strongest: Source | None = None
    for number, each in enumerate(seen):
        dated = dating(each.reading.record)
        if dated.source is None or strongest is None or GOVERNING.index(dated.source) <= GOVERNING.index(strongest):
            strongest = dated.source or strongest
        elif dated.span is not None:
            told[number] |= dict.fromkeys((column.name for column in DATES), None) | _said_as(strongest, dated.span, each.day)
    return told


def _said_as(source: Source, span: Span, day: date) -> Cells:
    """Return the start of a pregnancy as another source would say it; nothing if it cannot."""
    if source == "gestation":
        low, high = (day - span.latest).days, (day - span.earliest).days
        return {"pregnancy_gestation_at_days": low, "pregnancy_gestation_at_days_to": high if high > low else None, "pregnancy_gestation_on": day}
    return {"pregnancy_due_date": span.latest + timedelta(TERM_LENGTH_DAYS)} if span.earliest == span.latest else {}


def _stands_from(values: Sequence[Any]) -> int:
    """Return the place after the last one at which nothing was known; what is known before it was taken back."""
    return next((number + 1 for number in reversed(range(len(values))) if values[number] is None), 0)


def _changes(values: Sequence[Any], begins: int) -> Iterator[tuple[int, Any]]:
    before = None
    for number, value in enumerate(values):
        if number >= begins and value is not None and value != before:
            yield number, value
            before = value


def _so_far(found: Sequence[Cells]) -> Iterator[Cells]:
    so_far: Cells = {}
    for each in found:
        yield dict(so_far)
        so_far |= each


def _exact(now: Cells, before: Cells) -> Cells:
    """Return a change in which a number that was a range and is exact now ends where it begins: a null would change nothing."""
    ends = {f"{name}_to": value for name, value in now.items() if f"{name}_to" in before and f"{name}_to" not in now}
    return {**now, **ends}


# --- lists -----------------------------------------------------------------------------------------------------------


def _entries(name: str, seen: Sequence[Seen]) -> list[Entry]:
    """Return the entries of a list, each followed through the days by its resources."""
    entries: list[Entry] = []
    for each in seen:
        found = [cells(part, TABLES[name]) for part in getattr(each.reading.record, name) or ()]
        behind = _behind(name, each.reading)
        for entry in entries:
            entry.place = -1
        for place, now in enumerate(found):
            entry = _same(entries, behind.get(place, set()), place)
            entry.names |= behind.get(place, set())
            entry.place = place
            if not entry.known or entry.known[-1][1] != now:
                entry.known.append((each.day, now))
    return entries


def _behind(name: str, reading: Reading) -> dict[int, set[str]]:
    """Return the resources behind each entry of a list."""
    found: dict[int, set[str]] = {}
    for each in reading.read:
        match = ENTRY.fullmatch(each.path)
        if match and match[1] == name:
            found.setdefault(int(match[2]), set()).add(each.resource)
    return found


def _same(entries: list[Entry], names: set[str], place: int) -> Entry:
    """Return the entry that is made of the same resources and not taken yet; one without any is told by its place."""
    free = [each for each in entries if each.place < 0]
    entry = max(free, key=lambda each: len(each.names & names), default=None)
    if entry is None or not entry.names & names:
        entry = entries[place] if not names and place < len(entries) and entries[place] in free else None
    if entry is None:
        entry = Entry(set(), [])
        entries.append(entry)
    return entry


def _rows(name: str, entries: Sequence[Entry], known_from: date, rows: Rows) -> Iterator[Cells]:
    for entry in entries:
        if entry.place < 0:
            rows.taken_back.add(name)
            continue
        rows.names |= entry.names
        for number, (day, now) in enumerate(entry.known):
            happened = now.get(HAPPENED[name])
            by_itself = number == 0 and day == max(happened or known_from, known_from)
            yield {"entry": entry.place + 1, "recorded_on": None if by_itself else day, **now}


def _known(name: str, seen: Sequence[Seen], taken_back: Collection[str]) -> Cells:
    """Return whether there was none of a list from the first day on, and whether it may hold more, as the reader of one record says it."""
    lists = [getattr(each.reading.record, name) for each in seen]
    none = lists[0] == () and None not in lists and name not in taken_back
    is_open = name in seen[-1].reading.record.open_lists
    return {f"{name}_known": True if none else None, f"{name}_open": True if is_open else None}
