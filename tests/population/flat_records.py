"""Flat tables as a person would write the records, to see that each can be read."""

from datetime import date

import duckdb

from gravida.flat import LISTS, TABLES
from gravida.units import weeks

TIMES = {"scans": "on", "examinations": "on", "symptoms": "on", "cerclages": "placed_on"}


def rows_of(folder, table):
    """Return the rows of a table as dicts, in the order of the files."""
    found = duckdb.read_parquet(f"{folder}/{table}/*.parquet")
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def records_of(folder):
    """Yield the id of each pregnancy and its record on its last day, in plain values."""
    tables = {name: {} for name in TABLES}
    for name, kept in tables.items():
        for row in rows_of(folder, name):
            kept.setdefault(row["pregnancy_id"], []).append(row)
    for key, (row,) in tables["pregnancies"].items():
        yield key, record_on(row, row["ended_on"], {name: kept.get(key, []) for name, kept in tables.items()})


def record_on(row, day, tables):
    """Return the record of a pregnancy as it was known on a day."""
    known = dict(row)
    for update in sorted(tables["updates"], key=lambda each: each["recorded_on"]):
        if update["recorded_on"] <= day:
            known |= {name: value for name, value in update.items() if value is not None}
    record = {"as_of": str(day), "pregnancy": {"status": "ongoing"}}
    put(record, known, [column for column in TABLES["pregnancies"] if column.path])
    for name in LISTS:
        entries = {}
        for each in sorted(tables[name], key=lambda each: recorded(each, name, row["known_from"])):
            if recorded(each, name, row["known_from"]) <= day:
                entries[each["entry"]] = each
        if entries or row[f"{name}_known"]:
            record[name] = [put({}, each, [column for column in TABLES[name] if column.path]) for each in entries.values()]
    return record


def recorded(row, name, known_from):
    """Return the day on which a row became known."""
    own = row.get(TIMES.get(name, ""))
    return max(row["recorded_on"] or own or known_from, known_from)


def put(into, row, columns):
    """Write the values of a row at their paths, in the form of a record's text."""
    for column in columns:
        value = row[column.name]
        if value is None or column.name.endswith("_to"):
            continue
        upper = row.get(f"{column.name}_to")
        text = written(value, column.kind) if upper is None else {"from": written(value, column.kind), "to": written(upper, column.kind)}
        *holders, last = column.path.split(".")
        at = into
        for holder in holders:
            at = at.setdefault(holder, {})
        at[last] = text
    return into


def written(value, kind):
    """Return a value as a record writes it."""
    if kind == "gestation":
        return weeks(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, date | int) else f"{value:g}" if isinstance(value, float) else value
