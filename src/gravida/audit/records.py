"""One pregnancy of the flat tables as a record on a day: what ``gravida assess`` reads, and what an audit saw of it.

>>> rows = {"pregnancies": [{"known_from": date(2026, 1, 1), "ended_on": date(2026, 6, 1), "pregnancy_plurality": 1, "scans_known": True}]}
>>> record = record_on(rows, date(2026, 2, 1))
>>> record.pregnancy.plurality, record.scans, record.examinations
(1, (), None)
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from gravida.audit.intake import WHEN
from gravida.dating import dating
from gravida.facts import Range
from gravida.flat import LISTS, SCALARS, TABLES, Column
from gravida.record_model import Part, Record, forms, is_list, part_of

Row = Mapping[str, Any]
Rows = Mapping[str, Sequence[Row]]


def record_on(rows: Rows, day: date) -> Record:
    """Return the record of one pregnancy as it was known on a day. ``rows`` are its rows in each flat table."""
    (own,) = rows["pregnancies"]
    known = _known(own, rows.get("updates", ()), day)
    record = _part(Record, _values(known, SCALARS))
    lists = {name: _entries(name, rows.get(name, ()), own, record, day) for name in LISTS}
    written = {name: entries for name, entries in lists.items() if entries or own.get(f"{name}_known") or own.get(f"{name}_open")}
    pregnancy = record.pregnancy.model_copy(update={"status": "ongoing"})
    record = record.model_copy(update={"as_of": day, "pregnancy": pregnancy, **{name: tuple(entries) for name, entries in written.items()}})
    return Record.read_from(record, {}, frozenset(name for name in LISTS if own.get(f"{name}_open")))


def _known(own: Row, updates: Sequence[Row], day: date) -> dict[str, Any]:
    """Return what was known outside the lists: of two later values on one day, the greater."""
    later: dict[date, dict[str, Any]] = {}
    for row in updates:
        on = max(row.get("recorded_on") or own["known_from"], own["known_from"])
        values = later.setdefault(on, {})
        for name, value in _whole(row).items():
            if value is not None and name not in ("pregnancy_id", "recorded_on"):
                values[name] = max(values.get(name, value), value)
    known = _settled({**own, **later.pop(own["known_from"], {})}, own["known_from"])
    for on in sorted(each for each in later if each <= day):
        known |= _settled(later[on], on)
    return known


def _whole(row: Row) -> dict[str, Any]:
    """Return a later row in which a number without an upper end is exact, whatever was known before."""
    ends = [column.name for column in SCALARS if column.name.endswith("_to")]
    return {**row, **{name: row.get(name) if row.get(name) is not None else row.get(name.removesuffix("_to")) for name in ends}}


def _settled(row: Row, day: date) -> dict[str, Any]:
    """Return a row in which a gestation without a day holds on the day of recording."""
    if row.get("pregnancy_gestation_at_days") is None:
        return dict(row)
    return {**row, "pregnancy_gestation_on": row.get("pregnancy_gestation_on") or day}


def _entries(name: str, rows: Sequence[Row], own: Row, record: Record, day: date) -> list[Part]:
    """Return the entries of a list that were known, each in its latest form."""
    columns = [column for column in TABLES[name] if column.path]
    entries: dict[Any, Part] = {}
    for row in sorted(rows, key=lambda each: _recorded(each, name, own)):
        entry = _part(LISTS[name], _values(row, columns))  # type: ignore[arg-type]
        if _recorded(row, name, own) <= day:
            entries[row.get("entry")] = entry
    return [entry for entry in entries.values() if not _is_later(entry, record, day)]


def _recorded(row: Row, name: str, own: Row) -> date:
    happened = row.get(WHEN[name][0]) if name in WHEN else None
    found: date = max(row.get("recorded_on") or happened or own["known_from"], own["known_from"])
    return found


def _is_later(entry: Part, record: Record, day: date) -> bool:
    """Return whether an entry certainly happened after a day."""
    on, at = (getattr(entry, name, None) or getattr(entry, other, None) for name, other in (("on", "placed_on"), ("at", "placed")))
    if on is not None:
        return bool(on > day)
    span = dating(record, day).span
    if at is None or span is None:
        return False
    return bool(span.earliest + timedelta(int(at.low if isinstance(at, Range) else at)) > day)


def _values(row: Row, columns: Sequence[Column]) -> dict[str, Any]:
    """Return the values of a row by their paths; two columns of one path are the ends of a range."""
    values: dict[str, Any] = {}
    for column in columns:
        low, high = values.get(column.path), row.get(column.name)
        if column.path not in values:
            values[column.path] = high
        elif low is not None and high is not None and high > low:
            values[column.path] = Range(low, high)
    return values


def _part(model: type[Part], values: Mapping[str, Any], at: str = "") -> Any:
    """Return a part with values by their paths."""
    return model.model_construct(**dict(_fields(model, values, at)))


def _fields(model: type[Part], values: Mapping[str, Any], at: str) -> Iterator[tuple[str, Any]]:
    for name, form in forms(model).items():
        path, inner = f"{at}.{name}".removeprefix("."), part_of(form)
        if inner is None:
            yield name, values.get(path)
        elif not is_list(form):
            part = _part(inner, values, path)
            yield name, part if name != "gestation" or part.at is not None else None
