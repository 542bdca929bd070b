# ruff: noqa: S608 - every name in a query comes from the dictionary, never from a record
"""Worlds as tables: what the SQL engine answers for many records at once.

The worlds are written to plain files that DuckDB reads in one go, and a query answers fifty criteria for all of them.

>>> from gravida.cql import parse
>>> from gravida.evaluate import Meaning, World
>>> from gravida.facts import BOOLEAN, Observed, Words
>>> meaning = Meaning({"fever": Observed("fever", BOOLEAN, "fever", Words("fever"))}, {}, {})
>>> worlds = {1: World(meaning, {"fever": True}, {}), 2: World(meaning, {}, {})}
>>> answers(worlds, {"well": parse("not fever")}, meaning)
{1: {'well': False}, 2: {'well': None}}

A world here holds observed facts and lists, as a record gives them. The reference engine also takes the value of a
pick, a truth list or a derived fact directly (a person's own answer to "what was the shortest length?"); tables have no
column for that, so such a world is refused.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import duckdb

from gravida.cql import Node
from gravida.evaluate import BLANK, Meaning, World
from gravida.facts import Observed, Range, Scalar, Type, Value
from gravida.logic import Truth
from gravida.sql import Sql, fact_columns, schema

MOST_COLUMNS = 50
"""So many criteria go into one query; a longer one takes DuckDB more time to plan than to run."""

Row = list[Any]


@dataclass(frozen=True, slots=True)
class Counted:
    """A truth list as SQL sees it: how many entries are certainly true, and how many possibly (the certain included)."""

    certain: int
    possible: int


Found = Scalar | Counted
"""What is known of a fact, in a form that both engines have."""


def counted(value: Value) -> Found:
    """Return a value of the reference engine in the form that SQL gives it too."""
    if isinstance(value, tuple):
        return Counted(sum(each is True for each in value), sum(each is not False for each in value))
    return value


def answers(worlds: Mapping[int, World], criteria: Mapping[str, Node], meaning: Meaning) -> dict[int, dict[str, Truth]]:
    """Return what DuckDB answers: for each world, the truth of each criterion."""
    with Tables(meaning) as tables:
        tables.load(worlds)
        return tables.answers(criteria)


class Tables:
    """A database in memory that holds worlds. Use it in a ``with``, or :meth:`close` it."""

    def __init__(self, meaning: Meaning) -> None:
        self.meaning = meaning
        self.observed = {name: fact.type for name, fact in meaning.facts.items() if isinstance(fact, Observed)}
        self.connection = duckdb.connect()
        for statement in schema(self.observed, meaning.lists):
            self.connection.execute(statement)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back."""
        self.connection.close()

    def load(self, worlds: Mapping[int, World]) -> None:
        """Add worlds. Raises ``ValueError`` for one that is given what can only be worked out."""
        with TemporaryDirectory() as folder:
            self._copy("records", (self._record(number, world) for number, world in worlds.items()), Path(folder))
            for name in self.meaning.lists:
                rows = (row for number, world in worlds.items() for row in self._entries(name, number, world))
                self._copy(name, rows, Path(folder))

    def _copy(self, table: str, rows: Iterable[Row], folder: Path) -> None:
        path = folder / f"{table}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        self.connection.execute(f"""COPY "{table}" FROM '{path}' (FORMAT csv, HEADER false, AUTO_DETECT false, NULLSTR '')""")

    def _record(self, number: int, world: World) -> Row:
        for name in world.observed.keys() - self.observed.keys():
            raise ValueError(f"record {number} states {name!r}, which is worked out or unknown to the dictionary: tables hold observed facts only")
        known = [name in world.lists for name in self.meaning.lists]
        return [number, *known, *_cells(world.observed, self.observed.items())]

    def _entries(self, name: str, number: int, world: World) -> Iterator[Row]:
        if name not in world.lists:
            return
        entries = world.lists[name]
        types = [(key, field.type) for key, field in self.meaning.lists[name].fields.items()]
        for index, entry in enumerate(entries.described):
            yield [number, index, True, *_cells(entry, types)]
        for index in range(entries.missing):
            yield [number, len(entries.described) + index, False, *_cells(BLANK, types)]

    def answers(self, criteria: Mapping[str, Node]) -> dict[int, dict[str, Truth]]:
        """Return, for each world, the truth of each criterion."""
        found: dict[int, dict[str, Truth]] = {number: {} for number in self.numbers()}
        for some in _portions(list(criteria)):
            query = Sql(self.meaning).query({name: criteria[name] for name in some})
            for number, *truths in self.connection.execute(query).fetchall():
                found[number].update(zip(some, truths, strict=True))
        return found

    def values(self, names: Sequence[str]) -> dict[int, dict[str, Found]]:
        """Return, for each world, what is known of each fact: a value, a range, or the counts of a truth list."""
        found: dict[int, dict[str, Found]] = {number: {} for number in self.numbers()}
        for some in _portions(names):
            for number, *cells in self.connection.execute(Sql(self.meaning).facts_query(some)).fetchall():
                found[number].update(self._decoded(some, cells))
        return found

    def profiles(self, names: Sequence[str]) -> dict[int, dict[str, Found]]:
        """Return what is known of the facts, once for each combination that occurs, with the first world that has it."""
        query = Sql(self.meaning).facts_query(names)
        rows = self.connection.execute(f"SELECT MIN(record_id), * EXCLUDE (record_id) FROM ({query}) GROUP BY ALL ORDER BY 1").fetchall()
        return {number: self._decoded(names, cells) for number, *cells in rows}

    def _decoded(self, names: Iterable[str], cells: Iterable[Any]) -> dict[str, Found]:
        rest = iter(cells)
        return {name: self._value(name, [next(rest) for _ in fact_columns(name, self.meaning)]) for name in names}

    def _value(self, name: str, cells: Row) -> Found:
        if cells[0] is None or len(cells) == 1:
            value: Scalar = cells[0]
            return value
        low, high = cells
        if self.meaning.facts[name].type.kind == "truths":
            return Counted(low, high)
        return low if low == high else Range(low, high)

    def numbers(self) -> list[int]:
        """Return the numbers of the worlds, in order."""
        return [number for (number,) in self.connection.execute("SELECT record_id FROM records ORDER BY record_id").fetchall()]


def _portions(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + MOST_COLUMNS] for start in range(0, len(names), MOST_COLUMNS))


def _cells(values: Mapping[str, Value], types: Iterable[tuple[str, Type]]) -> Row:
    """Return a row: a number takes two cells, its lowest and its highest value."""
    row: Row = []
    for name, kind in types:
        value = values.get(name)
        if not kind.is_number:
            row.append(value)
        elif isinstance(value, Range):
            row += (value.low, value.high)
        else:
            row += (value, value)
    return row
