# ruff: noqa: S608 - every name in a query is one of ours or of the OMOP form, never from a record
"""A database of the OMOP form (CDM 5.4) as views of one shape: a DuckDB file, or a folder of Parquet or CSV.

Tables and columns are found in any spelling of their capitals. What is not there is null, and a value that is not of its
type is null too; whether that matters is decided where the value is needed, so that every row is counted.

>>> [event.table for event in EVENTS][:2]
['condition_occurrence', 'procedure_occurrence']
>>> date_of("x")
'coalesce(try_cast(x AS DATE), try_cast(try_cast(x AS TIMESTAMP) AS DATE))'
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

Columns = Mapping[str, str]
Db = duckdb.DuckDBPyConnection


class OmopError(ValueError):
    """The source cannot be read as a database of the OMOP form; the text says what was found and what was expected."""


@dataclass(frozen=True)
class Event:
    """A table of what happened to people, with where its columns stand; ``more`` are further columns by our names."""

    table: str
    begins: str
    """How the columns about its concept begin."""
    day: str
    more: Columns = field(default_factory=dict)


EVENTS = (
    Event("condition_occurrence", "condition", "condition_start_date", {"until": "condition_end_date"}),
    Event("procedure_occurrence", "procedure", "procedure_date"),
    Event("measurement", "measurement", "measurement_date", {
        "number": "value_as_number", "operator_id": "operator_concept_id", "unit_id": "unit_concept_id", "unit": "unit_source_value",
        "words": "value_source_value", "value_id": "value_as_concept_id", "points_to": "measurement_event_id",
    }),
    Event("observation", "observation", "observation_date", {
        "number": "value_as_number", "unit_id": "unit_concept_id", "unit": "unit_source_value", "words": "value_as_string",
        "value_id": "value_as_concept_id", "value_day": "value_as_datetime",
    }),
    Event("drug_exposure", "drug", "drug_exposure_start_date", {
        "until": "drug_exposure_end_date", "days": "days_supply", "route_id": "route_concept_id", "route": "route_source_value",
    }),
)  # fmt: skip
TYPES = {
    "id": "BIGINT", "person_id": "BIGINT", "concept_id": "BIGINT", "source_concept_id": "BIGINT", "source_value": "VARCHAR", "day": "DATE", "until": "DATE",
    "visit_id": "BIGINT", "number": "DOUBLE", "operator_id": "BIGINT", "unit_id": "BIGINT", "unit": "VARCHAR", "words": "VARCHAR", "value_id": "BIGINT",
    "value_day": "DATE", "points_to": "BIGINT", "days": "BIGINT", "route_id": "BIGINT", "route": "VARCHAR",
}  # fmt: skip
"""The columns that every table of events is read as."""
OTHERS: dict[str, dict[str, tuple[str, str]]] = {
    "person": {
        "person_id": ("person_id", "BIGINT"), "year": ("year_of_birth", "BIGINT"), "month": ("month_of_birth", "BIGINT"), "day": ("day_of_birth", "BIGINT"),
        "care_site_id": ("care_site_id", "BIGINT"),
    },
    "observation_period": {
        "person_id": ("person_id", "BIGINT"), "first": ("observation_period_start_date", "DATE"), "last": ("observation_period_end_date", "DATE"),
    },
    "visit_occurrence": {
        "id": ("visit_occurrence_id", "BIGINT"), "person_id": ("person_id", "BIGINT"), "day": ("visit_start_date", "DATE"),
        "care_site_id": ("care_site_id", "BIGINT"),
    },
    "care_site": {"id": ("care_site_id", "BIGINT"), "name": ("care_site_name", "VARCHAR"), "source_value": ("care_site_source_value", "VARCHAR")},
    "concept": {
        "id": ("concept_id", "BIGINT"), "name": ("concept_name", "VARCHAR"), "domain": ("domain_id", "VARCHAR"), "vocabulary": ("vocabulary_id", "VARCHAR"),
        "code": ("concept_code", "VARCHAR"),
    },
    "cdm_source": {"released": ("source_release_date", "DATE"), "made": ("cdm_release_date", "DATE")},
    "pregnancy_episode": {
        "person_id": ("person_id", "BIGINT"), "first": ("pregnancy_start_date", "DATE"), "day": ("pregnancy_end_date", "DATE"),
        "concept_id": ("pregnancy_outcome", "BIGINT"), "words": ("pregnancy_outcome", "VARCHAR"),
    },
}  # fmt: skip
"""The other tables that are read. ``pregnancy_episode`` is the extension that some sites have instead of raw records of outcomes."""
NAMES = (*(event.table for event in EVENTS), *OTHERS)
SUFFIXES = (".parquet", ".csv", ".csv.gz", ".tsv")
DATABASES = (".duckdb", ".db", ".ddb")
DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True)
class Source:
    """What was found: tables that are read, with the number of their rows, and tables that are not."""

    rows: Mapping[str, int]
    not_read: tuple[str, ...]


def open_source(path: Path, db: Db) -> Source:
    """Make every table of the source a view ``src_<table>``; a table that is missing is an empty one. Raises :class:`OmopError`."""
    if not path.exists():
        raise OmopError(f"{path}: there is nothing here; name a folder of an OMOP database, or a DuckDB file")
    try:
        found = _of_folder(path) if path.is_dir() else _of_database(path, db)
        read = {name: relation for name, relation in found.items() if name in NAMES}
        if not any(event.table in read for event in EVENTS):
            raise OmopError(_nothing(path, found))
        for name in NAMES:
            db.execute(f"CREATE VIEW src_{name} AS {_query(name, read.get(name), db)}")
        rows = {name: int(db.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0]) for name, relation in read.items()}
    except duckdb.Error as error:
        raise OmopError(f"{path}: this cannot be read: {str(error).splitlines()[0]}") from None
    return Source(rows, tuple(sorted(found.keys() - read.keys())))


def _nothing(path: Path, found: Mapping[str, str]) -> str:
    there = f"found {', '.join(sorted(found))}" if found else "found no tables"
    if path.is_dir() and not found:
        files = sorted(each.name for each in path.iterdir())
        there += f" among {', '.join(files[:5])}{' and others' if len(files) > 5 else ''}" if files else "; the folder is empty"  # noqa: PLR2004  (enough to see what it is)
    wanted = ", ".join(event.table for event in EVENTS)
    return (
        f"{path}: this holds no OMOP database: {there}. "
        f"Expected one or more of {wanted}, each as <table>.parquet, <table>.csv or a folder <table>/, or a DuckDB file with these tables"
    )


def _of_folder(path: Path) -> dict[str, str]:
    """Return the tables of a folder, each as what a query reads."""
    files: dict[str, list[Path]] = {}
    for each in sorted(path.rglob("*")):
        suffix = next((suffix for suffix in SUFFIXES if each.name.lower().endswith(suffix)), None)
        depth = len(each.relative_to(path).parts)
        if suffix and each.is_file() and depth <= 2:  # noqa: PLR2004  (the file itself, or one in the table's folder)
            name = each.parent.name if depth == 2 else each.name[: -len(suffix)]  # noqa: PLR2004
            files.setdefault(name.lower(), []).append(each)
    return {name: _reads(paths) for name, paths in files.items()}


def _reads(paths: Sequence[Path]) -> str:
    listed = ", ".join(literal(str(path)) for path in paths)
    if all(path.name.lower().endswith(".parquet") for path in paths):
        return f"read_parquet([{listed}], union_by_name = true)"
    options = "header = true, all_varchar = true, union_by_name = true, null_padding = true, strict_mode = false"
    delimiter = _delimiter(paths[0])
    quote = "''" if delimiter == "\t" else "'\"'"
    return f"read_csv([{listed}], delim = {literal(delimiter)}, quote = {quote}, escape = {quote}, {options})"


def _delimiter(path: Path) -> str:
    """Return the sign that separates most in the first line; vocabularies come with tabs and without quotes."""
    options = "delim = '\x01', quote = '', header = false, columns = {'line': 'VARCHAR'}"
    query = f"SELECT line FROM read_csv({literal(str(path))}, {options}) LIMIT 1"
    with duckdb.connect() as db:
        lines = db.execute(query).fetchall()
    head = str(lines[0][0]) if lines else ""
    return max(DELIMITERS, key=head.count)


def _of_database(path: Path, db: Db) -> dict[str, str]:
    """Return the tables of a DuckDB file, whatever schema they stand in."""
    if path.suffix.lower() not in DATABASES:
        raise OmopError(f"{path}: this file is no DuckDB database by its name ({', '.join(DATABASES)}); name one, or a folder of Parquet or CSV")
    db.execute(f"ATTACH {literal(str(path))} AS source (READ_ONLY)")
    tables = db.execute("SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'source' ORDER BY 1, 2").fetchall()
    views = db.execute("SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'source' AND NOT internal ORDER BY 1, 2").fetchall()
    return {name.lower(): f'source."{schema}"."{name}"' for schema, name in (*views, *tables)}


def _query(name: str, relation: str | None, db: Db) -> str:
    event = next((event for event in EVENTS if event.table == name), None)
    columns = _event_columns(event) if event else OTHERS[name]
    there = set() if relation is None else {str(row[0]).lower() for row in db.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()}
    picked = ", ".join(f"{_typed(column, kind, there)} AS {own}" for own, (column, kind) in columns.items())
    return f"SELECT {picked} FROM {relation}" if relation else f"SELECT {picked} WHERE false"


def _event_columns(event: Event) -> dict[str, tuple[str, str]]:
    own = {
        "id": f"{event.table}_id", "person_id": "person_id", "concept_id": f"{event.begins}_concept_id", "day": event.day,
        "source_concept_id": f"{event.begins}_source_concept_id", "source_value": f"{event.begins}_source_value", "visit_id": "visit_occurrence_id",
        **event.more,
    }  # fmt: skip
    return {name: (own.get(name, ""), kind) for name, kind in TYPES.items()}


def _typed(column: str, kind: str, there: set[str]) -> str:
    """Return the SQL of a column. A date that is missing may stand as a time beside it."""
    if kind == "DATE":
        names = [name for name in (column, column.replace("_date", "_datetime")) if name in there]
        return f"coalesce({', '.join(date_of(_quoted(name)) for name in names)})" if names else "CAST(NULL AS DATE)"
    if column not in there:
        return f"CAST(NULL AS {kind})"
    if kind == "BIGINT":
        return f"try_cast(try_cast({_quoted(column)} AS DOUBLE) AS BIGINT)"
    return f"nullif(trim(CAST({_quoted(column)} AS VARCHAR)), '')" if kind == "VARCHAR" else f"try_cast({_quoted(column)} AS {kind})"


def date_of(text: str) -> str:
    """Return the SQL of the day of a date or a time."""
    return f"coalesce(try_cast({text} AS DATE), try_cast(try_cast({text} AS TIMESTAMP) AS DATE))"


def _quoted(name: str) -> str:
    return f'"{name}"'


def literal(value: object) -> str:
    """Return a value in SQL."""
    return "NULL" if value is None else str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
