# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""Flat tables as the engines need them: days as numbers, words that are known, numbers within their limits.

Nothing is lost on the way and nothing is guessed. A row that cannot be used is set aside with a reason, a value that
cannot be right becomes unknown, and both are counted: rows read = rows used + rows set aside.

>>> day("ended_on")
"DATE_DIFF('day', CAST('1970-01-01' AS DATE), TRY_CAST(ended_on AS DATE))"
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from gravida.audit.engine import SQL_OF_KIND, Engine
from gravida.audit.parquet_files import Span, empty_columns, spans_of
from gravida.facts import Dictionary, Observed, Type
from gravida.flat import LISTS, SQL_TYPES, TABLES, Column

WHEN = {"scans": ("on", "at_days"), "examinations": ("on", "at_days"), "symptoms": ("on", "at_days"), "cerclages": ("placed_on", "placed_days")}
"""Lists whose entries have a time: the columns of its date and of its gestation."""
NAMES = {"VARCHAR": "STRING", "INTEGER": "INT"}
"""What Spark calls types."""
ID = "CAST(s.pregnancy_id AS VARCHAR)"
UNASKED = ("pregnancy_id", "person_id", "ended_days", "ended_how")
"""Columns that no query asks for once rows have a ``pid``."""
WHOSE = ("pregnancy_id", "known_from", "entry")
"""Columns that are missed if they are not there; of others it is the same whether they are empty or not there."""
SAMPLE = 100_000
"""About so many ids tell where to cut."""
SUFFIXES = (".parquet", ".csv", ".csv.gz")


class NotFlat(ValueError):  # noqa: N818  (it says what the folder is)
    """The folder does not hold flat tables: the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The tables that are there, each with its columns; what is in them is read portion by portion."""

    columns: Mapping[str, Mapping[str, str]]
    unknown: tuple[str, ...]
    """Columns that no flat table has, as ``table.column``: they are not read."""
    spans: Mapping[str, Sequence[Span]] = field(default_factory=dict)
    """For tables of which it is known, which ids are in which file."""


@dataclass(frozen=True, slots=True)
class Check:
    """A value that cannot be right: ``wrong`` is the SQL that says so, and ``why`` says it in words."""

    column: str
    wrong: str
    why: str


def day(column: str) -> str:
    """Return the SQL of a date as days since 1970."""
    return f"DATE_DIFF('day', CAST('1970-01-01' AS DATE), TRY_CAST({column} AS DATE))"


def open_folder(folder: Path, engine: Engine) -> Sources:
    """Make the flat tables of a folder readable. Raises :class:`NotFlat`."""
    found: dict[str, dict[str, str]] = {}
    spans: dict[str, Sequence[Span]] = {}
    for table in TABLES:
        files = files_of(folder, table)
        if files:
            columns = engine.source(f"source_{table}", files)
            empty = empty_columns(files).intersection(column.name for column in TABLES[table]).difference(WHOSE)
            found[table] = {name: kind for name, kind in columns.items() if name not in empty}
            spans[table] = spans_of(files)
    if "pregnancies" not in found:
        raise NotFlat(f"{folder}: no pregnancies.parquet, pregnancies.csv or folder pregnancies/ is here; 'gravida audit --schema' lists the tables")
    for table, columns in found.items():
        for name in ("pregnancy_id", "known_from") if table == "pregnancies" else ("pregnancy_id",):
            if name not in columns:
                raise NotFlat(f"{folder}: the table {table} has no column {name}; it has {', '.join(columns)}")
    return Sources(found, tuple(_unknown(found)), spans)


def files_of(folder: Path, table: str) -> list[Path]:
    """Return the files of a table: one beside the others, or all in a folder of its name."""
    single = [folder / f"{table}{suffix}" for suffix in SUFFIXES]
    many = sorted(each for suffix in SUFFIXES for each in (folder / table).glob(f"*{suffix}"))
    return [path for path in single if path.is_file()][:1] or many


def _unknown(found: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for table, columns in found.items():
        known = {column.name for column in TABLES[table]}
        yield from (f"{table}.{name}" for name in columns if name not in known)


@dataclass(frozen=True, slots=True)
class Portion:
    """Pregnancies whose ids lie in a span: where a source is in the order of its ids, only their part of it is read.

    ``first`` belongs, ``after`` belongs to the next; ``None`` is an open end. ``count`` is about how many they are.
    """

    first: str | None
    after: str | None
    count: int

    def holds(self, value: str) -> str:
        """Return the test in SQL that an id belongs."""
        tests = [f"{value} >= {literal(self.first)}"] if self.first is not None else []
        tests += [f"{value} < {literal(self.after)}"] if self.after is not None else []
        return f"({' AND '.join(tests)})" if tests else f"{value} IS NOT NULL"

    def meets(self, span: Span) -> bool:
        """Return whether a file may hold some of it."""
        return (self.after is None or span.first < self.after) and (self.first is None or span.last >= self.first)


def literal(value: str) -> str:
    """Return a text in SQL."""
    return "'" + value.replace("'", "''") + "'"


@dataclass
class Intake:
    """Reads portions. ``types`` are the dictionary's, by the path of the record."""

    engine: Engine
    sources: Sources
    types: Mapping[str, Type]
    suspicious: Mapping[str, float]
    findings: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By table, column and what is wrong: values of the portion that became unknown."""
    parts: set[str] = field(default_factory=set)
    """Tables of which the portion needs only some files."""

    def portions(self, size: int, workers: int = 1) -> list[Portion]:
        """Return portions of about so many pregnancies or fewer, in the order of their ids, as many for each worker. Some of the ids tell where to cut."""
        ((rows,),) = self.engine.rows("SELECT COUNT(*) FROM source_pregnancies WHERE pregnancy_id IS NOT NULL")
        few, one_in = max(-(-int(rows) // size), min(workers, int(rows) // SAMPLE)), -(-int(rows) // SAMPLE)
        many = few if few < workers else -(-few // workers) * workers
        some = f"SELECT DISTINCT id FROM (SELECT {ID} AS id FROM source_pregnancies AS s WHERE s.pregnancy_id IS NOT NULL) AS i"
        found = [key for (key,) in self.engine.rows(f"{some} WHERE HASH(id) % {one_in} = 0 ORDER BY id")] if many > 1 else []
        cuts = sorted({found[index * len(found) // many] for index in range(1, many)}) if found else []
        return [Portion(first, after, int(rows) // (len(cuts) + 1)) for first, after in pairwise([None, *cuts, None])]

    def load(self, portion: Portion) -> None:
        """Read one portion into ``in_pregnancies``, ``in_updates`` and ``in_<list>``, each pregnancy under a number ``pid``.

        These are views: of what is there as tables ``rows_<table>``, and of columns in which nothing stands as nulls.
        """
        again = self.engine.view if self._is_typed("pregnancies", _column("pregnancies", "known_from")) else self.engine.table  # text is read once
        self._narrow(portion)
        again("raw_pregnancies", f"SELECT s.* FROM {self.source('pregnancies')} AS s WHERE {portion.holds(ID)}")
        self.engine.table("ids", self._ids())
        self.engine.table("portion", "SELECT id, ROW_NUMBER() OVER (ORDER BY id) - 1 AS pid FROM ids WHERE reason IS NULL")
        self.findings.clear()
        for table in TABLES:
            self._find(table, portion)
            there, absent = self._parted(table)
            self.engine.table(f"rows_{table}", self._query(table, there, portion))
            nulls = "".join(f", CAST(NULL AS {SQL_OF_KIND[column.kind]}) AS {column.name}" for column in absent)
            self.engine.view(f"in_{table}", f"SELECT r.*{nulls} FROM rows_{table} AS r")

    def _narrow(self, portion: Portion) -> None:
        """Leave out the files in which no id of a portion can be: to open some hundred for every query takes long."""
        self.parts.clear()
        for table, spans in self.sources.spans.items():
            files = [span.file for span in spans if portion.meets(span)] or [span.file for span in spans[:1]]
            if len(files) < len(spans):
                self.engine.source(f"part_{table}", files)
                self.parts.add(table)

    def source(self, table: str) -> str:
        """Return what a table of the portion is read from."""
        return f"part_{table}" if table in self.parts else f"source_{table}"

    def _ids(self) -> str:
        """Return the SQL of the pregnancies, each with its rows and with the reason why it cannot be used: nothing if it can."""
        known, ended = (f"MIN({self.typed('pregnancies', _column('pregnancies', name))})" for name in ("known_from", "ended_on"))
        reason = (
            f"CASE WHEN COUNT(*) > 1 THEN 'more than one row with this pregnancy_id' WHEN {known} IS NULL THEN 'no known_from' "
            f"WHEN {ended} IS NULL THEN 'no ended_on: the last day that is judged' WHEN {ended} < {known} THEN 'ended before it was known' END"
        )
        return f"SELECT {ID} AS id, COUNT(*) AS number, {reason} AS reason FROM raw_pregnancies AS s GROUP BY s.pregnancy_id"

    def _parted(self, table: str) -> tuple[list[Column], list[Column]]:
        """Return the columns of a table that are read, and those in which nothing stands. What no query asks for is neither."""
        asked = [column for column in TABLES[table] if column.path or column.name not in UNASKED]
        there = [column for column in asked if column.name == "entry" or column.name in self.sources.columns.get(table, {})]
        return there, [column for column in asked if column not in there]

    def _find(self, table: str, portion: Portion) -> None:
        """Count the values that cannot be right. Where there are none, as nearly always, no value is looked at again."""
        checks = [check for column in TABLES[table] for check in self.checks(table, column)]
        if checks:
            counts = ", ".join(f"COUNT(*) FILTER (WHERE {check.wrong})" for check in checks)
            ((*found,),) = self.engine.rows(f"SELECT {counts} FROM {self._raw(table)} AS s WHERE {portion.holds(ID)}")
            self.findings.update({(table, check.column, check.why): count for check, count in zip(checks, found, strict=True) if count})

    def _raw(self, table: str) -> str:
        return "raw_pregnancies" if table == "pregnancies" else self.source(table)

    def _query(self, table: str, there: Sequence[Column], portion: Portion) -> str:
        columns = "".join(f", {self._column(table, column)} AS {column.name}" for column in there)
        if table not in self.sources.columns:
            return f"SELECT CAST(NULL AS BIGINT) AS pid{columns} WHERE FALSE"
        return f"SELECT portion.pid AS pid{columns} FROM {self._raw(table)} AS s JOIN portion ON portion.id = {ID} WHERE {portion.holds(ID)}"

    def _column(self, table: str, column: Column) -> str:
        """Return the SQL of a column. Rows of a list that have no number are entries of their own."""
        if column.name != "entry" or table not in self.sources.columns:
            return self.value(table, column)
        own = f"-CAST(ROW_NUMBER() OVER (PARTITION BY portion.pid ORDER BY {self.typed(table, _column(table, 'recorded_on'))}) AS INTEGER)"
        return (
            own
            if "entry" not in self.sources.columns[table]
            else f"COALESCE({self.value(table, column)}, {own})"
            if table in self.unnumbered
            else self.value(table, column)
        )

    @cached_property
    def unnumbered(self) -> frozenset[str]:
        """Lists in which some row has no number."""
        found = set()
        for table in LISTS:
            if "entry" in self.sources.columns.get(table, {}):
                number = self.typed(table, _column(table, "entry"))
                found |= {table} if self.engine.rows(f"SELECT 1 FROM source_{table} AS s WHERE {number} IS NULL LIMIT 1") else set()
        return frozenset(found)

    def value(self, table: str, column: Column) -> str:
        """Return the SQL of a value: of its type, and null if it, or the other end of its range, cannot be right."""
        typed = self.typed(table, column)
        wrong = [each.wrong for other in _pair(table, column) for each in self.checks(table, other) if self.findings[table, other.name, each.why]]
        return f"CASE WHEN {' OR '.join(wrong)} THEN NULL ELSE {typed} END" if wrong else typed

    def typed(self, table: str, column: Column) -> str:
        """Return the SQL of a value in its type."""
        if column.name not in self.sources.columns.get(table, {}):
            return f"CAST(NULL AS {SQL_OF_KIND[column.kind]})"
        if column.kind == "date":
            return f"CAST({day(f's.{column.name}')} AS INTEGER)"
        return f's."{column.name}"' if self._is_typed(table, column) else f'TRY_CAST(s."{column.name}" AS {SQL_OF_KIND[column.kind]})'

    def _is_typed(self, table: str, column: Column) -> bool:
        """Return whether the source has a column in its type already, so that there is nothing to read and nothing to doubt."""
        return self.sources.columns[table][column.name].upper() in (SQL_TYPES[column.kind], NAMES.get(SQL_TYPES[column.kind]))

    def checks(self, table: str, column: Column) -> Iterator[Check]:
        """Yield what can be wrong with the values of a column that is there."""
        if column.name not in self.sources.columns.get(table, {}):
            return
        typed, path = self.typed(table, column), column.path if table not in LISTS else f"{table}[].{column.path}"
        if not self._is_typed(table, column):
            yield Check(column.name, f'({typed} IS NULL AND s."{column.name}" IS NOT NULL)', f"not a value of the type {column.kind}")
        kind = self.types.get(path) if column.path else None
        if kind is None:
            return
        if kind.values:
            listed = ", ".join(f"'{value}'" for value in kind.values)
            yield Check(column.name, f"({typed} NOT IN ({listed}))", f"not one of {', '.join(kind.values)}")
        if kind.low is not None and kind.high is not None and column.kind in ("integer", "decimal", "gestation"):
            yield Check(column.name, f"({typed} NOT BETWEEN {kind.low:g} AND {kind.high:g})", f"outside {kind.low:g} to {kind.high:g}")
        first = _pair(table, column)[0]
        if first is not column:
            yield Check(column.name, f"({typed} < {self.typed(table, first)})", "a range that runs downwards")
        if path in self.suspicious:
            sure = self.typed(table, _column(table, "confirmed"))
            limit = self.suspicious[path]
            yield Check(column.name, f"({typed} < {limit:g} AND ({sure}) IS DISTINCT FROM TRUE)", f"below {limit:g} and not confirmed: centimetres?")


def _pair(table: str, column: Column) -> list[Column]:
    """Return the columns that say one value together: both ends of a range, or the column alone."""
    return [each for each in TABLES[table] if each.path == column.path] if column.path else [column]


def _column(table: str, name: str) -> Column:
    return next(each for each in TABLES[table] if each.name == name)


def types_of(dictionary: Dictionary) -> tuple[dict[str, Type], dict[str, float]]:
    """Return the type of every path of a record, and below which number a value is suspicious."""
    types = {fact.path: fact.type for fact in dictionary.facts.values() if isinstance(fact, Observed)}
    suspicious: dict[str, float] = {}
    for name, entries in dictionary.lists.items():
        for each in entries.fields.values():
            types[f"{name}[].{each.source}"] = each.type
            if each.suspicious_below is not None:
                suspicious[f"{name}[].{each.source}"] = each.suspicious_below
        for column in WHEN.get(name, ()):
            types[f"{name}[].{column.removesuffix('_days')}"] = entries.fields["gestation_days"].type
    return types, suspicious
