"""An export, person by person: resources of many files are brought together on disk, so that memory does not grow with the export.

DuckDB keeps them and sorts them. Whose a resource is, the reader of one record says (:mod:`gravida.fhir_resource`).
A medicine that others point to goes with each of them.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import duckdb
import pyarrow as pa

from gravida.bulk_lines import UNREADABLE, BulkError, Line, files_of, lines_of
from gravida.fhir_resource import KINDS, Resource, identifier, listed, reference, shown
from gravida.fhir_sort import MEDICINES, NOBODY

Advance = Callable[[int, int], object]
Someone = tuple[str, list[str], list[str]]
"""A person, the texts of their resources, and those of medicines that these point to."""
PORTION = 20_000
"""Resources that go to disk together."""
MEMORY = "512MB"
"""What DuckDB may hold at once; the rest lies on disk."""
READ = frozenset({*KINDS, "Patient", "Medication", "RelatedPerson"})
NOT_READ, NO_PATIENT, NO_PERSON = "this kind of resource is not read", "it names no patient", "it is about no person"
UNLINKED = "its patient is not in the export"
ALONE = "a medicine by itself says nothing of who had it"
SCHEMAS = {
    "told": pa.schema([("person", pa.string()), ("place", pa.int64()), ("kind", pa.string()), ("text", pa.string())]),
    "known_as": pa.schema([("identifier", pa.string()), ("person", pa.string())]),
    "wanted": pa.schema([("person", pa.string()), ("medicine", pa.string())]),
}
Rows = dict[str, list[tuple[object, ...]]]


@dataclass
class Export:
    """What was found in an export: how many resources of each kind, those that go no further and why, and names of organisations."""

    found: Counter[str] = field(default_factory=Counter)
    aside: Counter[tuple[str, str]] = field(default_factory=Counter)
    organisations: dict[str, str] = field(default_factory=dict)
    size: int = 0


class Gathered:
    """The resources of an export, ordered by person on disk."""

    def __init__(self, folder: Path) -> None:
        self.data = duckdb.connect(str(folder / "resources.duckdb"), config={"memory_limit": MEMORY, "temp_directory": str(folder / "spilled")})
        self.data.execute("SET preserve_insertion_order = false")
        for name, schema in SCHEMAS.items():
            columns = ", ".join(f"{each.name} {'BIGINT' if each.type == pa.int64() else 'VARCHAR'}" for each in schema)
            self.data.execute(f"CREATE TABLE {name} ({columns})")
        self.export, self.folder = Export(), folder
        self._place = 0

    def gather(self, source: Path, advance: Advance) -> None:
        """Read every file."""
        files = files_of(source)
        self.export.size = sum(path.stat().st_size for path in files)
        done, rows = 0, _no_rows()
        for path in files:
            for line, read in lines_of(path):
                self._take(line, rows)
                if len(rows["told"]) >= PORTION:
                    self._keep(rows)
                    advance(min(done + read, self.export.size), 2 * self.export.size)
            done += path.stat().st_size
        self._keep(rows)
        self._match()

    def _take(self, line: Line, rows: Rows) -> None:
        if line.why:
            self.export.found[UNREADABLE] += 1
            self.export.aside[UNREADABLE, line.why] += 1
        for told in line.resources:
            resource = Resource(told)
            self.export.found[shown(resource.kind)] += 1
            if resource.kind == "Organization":
                self.export.organisations[resource.name] = str(told.get("name") or told.get("id") or "")
            elif why := _goes_no_further(resource):
                self.export.aside[shown(resource.kind), why] += 1
            else:
                self._file(resource, rows)

    def _file(self, resource: Resource, rows: Rows) -> None:
        """File a resource under its person, a medicine under its own name."""
        self._place += 1
        told = resource.told if "id" in resource.told else {**resource.told, "id": f"(no id, number {self._place})"}
        person = resource.name if resource.kind in ("Patient", "Medication") else resource.subject
        rows["told"].append((person, self._place, resource.kind, json.dumps(told, ensure_ascii=False)))
        if resource.kind == "Patient":
            rows["known_as"] += [(identifier(each), resource.name) for each in listed(resource.told.get("identifier"))]
        elif resource.kind in MEDICINES and (medicine := reference(resource.told.get("medicationReference"))):
            rows["wanted"].append((person, medicine))

    def _keep(self, rows: Rows) -> None:
        for name, schema in SCHEMAS.items():
            if rows[name]:
                columns = list(zip(*rows[name], strict=True))
                batch = pa.table([pa.array(column, each.type) for column, each in zip(columns, schema, strict=True)], schema=schema)
                self.data.register("batch", batch)
                self.data.execute(f"INSERT INTO {name} SELECT * FROM batch")  # noqa: S608  (a name of ours)
                self.data.unregister("batch")
                rows[name].clear()

    def _match(self) -> None:
        """Find out who is meant, and set aside what is about somebody who is not in the export."""
        self.data.execute(PEOPLE)
        for kind, why, number in self.data.execute(SET_ASIDE, [UNLINKED, ALONE]).fetchall():
            self.export.aside[kind, why] += number

    @property
    def people(self) -> int:
        """How many people there are."""
        row = self.data.execute("SELECT count(DISTINCT person) FROM patients").fetchone()
        return int(row[0]) if row else 0

    def each(self) -> Iterator[Someone]:
        """Yield each person with the texts of their resources, and of the medicines that these point to."""
        with _disk(self.folder):
            cursor = self.data.execute(BY_PERSON)
        for person, rows in groupby(_rows(cursor), key=itemgetter(0)):
            own, medicines = list[str](), list[str]()
            for _, shared, text, _ in rows:
                (medicines if shared else own).append(text)
            yield person, own, medicines

    def close(self) -> None:
        """Let go of the file."""
        self.data.close()


def _no_rows() -> Rows:
    return {name: [] for name in SCHEMAS}


def _goes_no_further(resource: Resource) -> str:
    if resource.kind not in READ:
        return NOT_READ
    if resource.kind in ("Patient", "Medication"):
        return ""
    return NO_PATIENT if not resource.subject else NO_PERSON if resource.subject.startswith(NOBODY) else ""


def _rows(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, bool, str, int]]:
    while rows := cursor.fetchmany(PORTION):
        yield from rows


PEOPLE = """
CREATE TABLE patients AS SELECT DISTINCT person FROM told WHERE kind = 'Patient';
CREATE TABLE named AS SELECT identifier, min(person) AS person FROM known_as WHERE identifier <> '' GROUP BY identifier;
CREATE VIEW theirs AS
SELECT coalesce(patients.person, named.person) AS person, told.place, told.kind, told.text
FROM told LEFT JOIN patients ON patients.person = told.person LEFT JOIN named ON named.identifier = told.person
WHERE told.kind <> 'Medication';
CREATE VIEW medicines AS
SELECT DISTINCT coalesce(patients.person, named.person) AS person, told.place, told.text
FROM wanted JOIN told ON told.person = wanted.medicine AND told.kind = 'Medication'
LEFT JOIN patients ON patients.person = wanted.person LEFT JOIN named ON named.identifier = wanted.person
"""
SET_ASIDE = """
SELECT kind, ?, count(*) FROM theirs WHERE person IS NULL GROUP BY kind
UNION ALL
SELECT 'Medication', ?, count(*) FROM told WHERE kind = 'Medication' AND person NOT IN (SELECT medicine FROM wanted)
HAVING count(*) > 0
"""
BY_PERSON = """
SELECT person, false AS shared, text, place FROM theirs WHERE person IS NOT NULL
UNION ALL
SELECT person, true, text, place FROM medicines WHERE person IS NOT NULL
ORDER BY person, place
"""


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Say what DuckDB cannot do here, such as write to a full disk."""
    try:
        yield
    except duckdb.Error as error:
        raise BulkError(f"{folder}: the resources cannot be brought together here: {error}") from None


def gather(source: Path, folder: Path, advance: Advance) -> Gathered:
    """Bring an export together in a folder. Raises :class:`BulkError` where there is none."""
    with _disk(folder):
        found = Gathered(folder)
        found.gather(source, advance)
    return found
