"""From the flat tables of a made-up population to a FHIR Bulk Data export, pregnancy by pregnancy.

DuckDB sorts the tables by pregnancy, so that memory does not grow. What FHIR cannot carry is listed in :mod:`gravida.bulk_limits`.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import duckdb

from gravida.bulk_resources import LABEL, Coder, Made, Maker, fhir_id
from gravida.bulk_write_care import write_cerclages, write_examinations, write_procedures, write_progestogens, write_scans
from gravida.bulk_write_story import rules_in, write_end, write_history, write_known
from gravida.fhir import rules_of
from gravida.flat import TABLES
from gravida.knowledge import Knowledge
from gravida.sources import Sources

Row = Mapping[str, Any]
Tables = dict[str, list[Row]]
AT_ONCE = 5000
"""Rows that are fetched together."""
FILE_LINES = 500_000
"""Resources in one file."""
MEMORY = "512MB"


@dataclass
class Files:
    """The files of an export: one kind of resource in each, and a new one when it is long. Equal resources make equal files."""

    folder: Path
    open: ExitStack
    written: dict[str, int] = field(default_factory=dict)
    _files: dict[str, gzip.GzipFile] = field(default_factory=dict)

    def add(self, made: Made) -> None:
        """Write a resource on a line of its own."""
        kind = made["resourceType"]
        number = self.written.get(kind, 0)
        if number % FILE_LINES == 0:
            raw = self.open.enter_context((self.folder / f"{kind}.{number // FILE_LINES:03}.ndjson.gz").open("wb"))
            self._files[kind] = self.open.enter_context(gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=raw, mtime=0))
        self._files[kind].write(json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        self.written[kind] = number + 1


def write_bulk(flat: Path, out: Path, knowledge: Knowledge, advance: Callable[[int, int], object] = lambda _done, _total: None) -> dict[str, int]:
    """Write the flat tables of a folder as FHIR Bulk Data into another; return how many resources of each kind there are."""
    out.mkdir(parents=True, exist_ok=True)
    coder, sources = Coder(knowledge), replace(knowledge.sources, rules=rules_of(knowledge))
    with ExitStack() as stack:
        data = stack.enter_context(duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(out / ".sorting")}))
        files, flat_tables = Files(out, stack), Flat(data, flat)
        _write_people(flat_tables, files)
        total = flat_tables.count("pregnancies")
        for done, (key, tables) in enumerate(flat_tables.pregnancies(), start=1):
            for made in resources_of(key, tables, coder, sources):
                files.add(made)
            if done % AT_ONCE == 0 or done == total:
                advance(done, total)
    return files.written


def _write_people(flat: "Flat", files: Files) -> None:
    """Write organisations and people. Whoever has pregnancies at several sites belongs to the first by name."""
    for (site,) in flat.rows("SELECT DISTINCT site FROM pregnancies WHERE site IS NOT NULL ORDER BY site"):
        files.add({"resourceType": "Organization", "id": fhir_id(site), "meta": {"security": [LABEL]}, "name": site})
    for person, site in flat.rows("SELECT person_id, min(site) FROM pregnancies GROUP BY person_id ORDER BY person_id"):
        of = {"managingOrganization": {"reference": f"Organization/{fhir_id(site)}"}} if site else {}
        files.add({"resourceType": "Patient", "id": fhir_id(person), "meta": {"security": [LABEL]}, **of})


def resources_of(key: str, tables: Tables, coder: Coder, sources: Sources) -> list[Made]:
    """Return the resources of one pregnancy."""
    row = tables["pregnancies"][0]
    rules = rules_in(sources)
    makes, day = Maker(coder, row["person_id"], key), row["known_from"]
    pregnant = coder.concept("pregnant")
    makes.observe("pregnant", "pregnancy_status", day, valueCodeableConcept=pregnant)
    for number, known in enumerate([row, *tables.get("updates", ())]):
        write_known(known, known.get("recorded_on") or day, number, makes, rules)
    write_history(tables.get("prior_pregnancies", ()), day, makes, sources)
    write_scans(tables.get("scans", ()), day, makes)
    write_examinations(tables.get("examinations", ()), makes)
    write_cerclages(tables.get("cerclages", ()), makes)
    write_progestogens(tables.get("progestogens", ()), day, makes)
    write_procedures(tables.get("cervical_procedures", ()), makes)
    write_end(row, makes, rules)
    return makes.made


class Flat:
    """The flat tables of a folder, as views of DuckDB; a table that is not there has no rows."""

    def __init__(self, data: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.data = data
        self.there = [name for name in TABLES if any((folder / name).glob("*.parquet"))]
        for name in self.there:
            files = str(folder / name / "*.parquet").replace("'", "''")
            self.data.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{files}', union_by_name = true)")  # noqa: S608  (our name, a quoted path)

    def rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query."""
        cursor = self.data.cursor().execute(query)
        while found := cursor.fetchmany(AT_ONCE):
            yield from found

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(next(self.rows(f"SELECT count(*) FROM {table}"))[0])  # noqa: S608  (a name of ours)

    def pregnancies(self) -> Iterator[tuple[str, Tables]]:
        """Yield each pregnancy with its rows in every table, by its id."""
        others = {name: _Ahead(self._by_pregnancy(name)) for name in self.there if name != "pregnancies"}
        for key, rows in self._by_pregnancy("pregnancies"):
            yield key, {"pregnancies": rows, **{name: each.of(key) for name, each in others.items()}}

    def _by_pregnancy(self, table: str) -> Iterator[tuple[str, list[Row]]]:
        order = [name for name in ("pregnancy_id", "entry", "recorded_on") if any(column.name == name for column in TABLES[table])]
        names = [column.name for column in TABLES[table]]
        there = {each for (each,) in self.rows(f"SELECT column_name FROM (DESCRIBE {table})")}  # noqa: S608  (a name of ours)
        chosen = ", ".join(f'"{name}"' if name in there else f'NULL AS "{name}"' for name in names)
        sorting = ", ".join(f"{name} NULLS FIRST" for name in order)
        query = f"SELECT {chosen} FROM {table} ORDER BY {sorting}"  # noqa: S608  (names of ours)
        found = (dict(zip(names, row, strict=True)) for row in self.rows(query))
        for key, rows in groupby(found, key=itemgetter("pregnancy_id")):
            yield key, list(rows)


class _Ahead:
    """Rows that come by rising keys, asked for by rising keys."""

    def __init__(self, rows: Iterator[tuple[str, list[Row]]]) -> None:
        self.rows = rows
        self.next = next(rows, None)

    def of(self, key: str) -> list[Row]:
        """Return the rows of a key; none if there are none."""
        while self.next is not None and self.next[0] < key:
            self.next = next(self.rows, None)
        return self.next[1] if self.next is not None and self.next[0] == key else []
