# ruff: noqa: S608 - every name in a query is one of ours, and every value comes from the knowledge
"""From the flat tables of a made-up population to a database of the OMOP form (CDM 5.4), as a folder of Parquet.

Everything is said by codes of the knowledge: a row has concept 0, "no matching concept", and a source concept of this
database's own, whose code and vocabulary stand in CONCEPT. What has no code is lost; :mod:`gravida.omop_lost` lists it.

The made-up people have one pregnancy each. Their earlier ones have no date in the flat form; here they lie two years
apart, before the time in which the people are observed, so that they are history and are not judged.
"""

import errno
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb

from gravida.codes import Coded, Codes
from gravida.flat import TABLES
from gravida.knowledge import Knowledge
from gravida.omop_says import SAYS, TABLE_OF
from gravida.omop_source import EVENTS, Db, Event, literal

LOCAL = 2_000_000_000
"""Concepts of a database's own have numbers above this, by the convention of OMOP."""
PREFER = ("loinc", "snomed", "icd-10-cm", "rxnorm", "atc", "cpt", "omop")
"""Which code stands for a concept that has several."""
WORK = ".omop-work"
EPOCH, END = "DATE '1970-01-01'", "DATE '2099-12-31'"


def write_omop(flat: Path, out: Path, knowledge: Knowledge, memory: str = "3GB") -> dict[str, int]:
    """Write a folder of flat tables as an OMOP database, a folder of Parquet for each table; return the rows of each."""
    method, rules = knowledge.sources.method, knowledge.sources.rules
    if method is None or rules is None:
        raise ValueError("this knowledge has no sources/omop.yaml or no sources/reading.yaml")
    limits = {
        "first_low": int(rules.first_trimester.low), "first_high": int(rules.first_trimester.high), "second_low": int(rules.second_trimester.low),
        "second_high": int(rules.second_trimester.high), "preterm": method.preterm_before,
    }  # fmt: skip
    with duckdb.connect() as db:
        db.execute(f"SET memory_limit = {literal(memory)}; SET temp_directory = {literal(str(out / WORK))}")
        read_flat(flat, db)
        _make_concepts(knowledge.codes, {name: system for system, name in method.vocabularies.items()}, db)
        _say(limits, db)
        tables = {**_plain(), **{event.table: _events(event) for event in EVENTS}}
        try:
            return {name: _write(name, query, out, db) for name, query in tables.items()}
        except duckdb.IOException as error:
            raise OSError(errno.EIO, str(error).splitlines()[0]) from None
        finally:
            shutil.rmtree(out / WORK, ignore_errors=True)


def read_flat(flat: Path, db: Db) -> None:
    """Make every flat table a view ``flat_<table>`` with all its columns; what is not there is null."""
    for table, columns in TABLES.items():
        files = sorted((flat / table).glob("*.parquet")) or [path for path in [flat / f"{table}.parquet"] if path.is_file()]
        listed = ", ".join(literal(str(path)) for path in files)
        there = {str(row[0]) for row in db.execute(f"DESCRIBE FROM read_parquet([{listed}])").fetchall()} if files else set()
        picked = ", ".join((f'CAST("{c.name}" AS {c.sql_type})' if c.name in there else f"CAST(NULL AS {c.sql_type})") + f' AS "{c.name}"' for c in columns)
        db.execute(f"CREATE VIEW flat_{table} AS SELECT {picked} {f'FROM read_parquet([{listed}])' if files else 'WHERE false'}")


def code_of(codes: Codes, concept: str) -> Coded:
    """Return the code that stands for a concept: one that somebody has seen, of one thing and not of all that begin so."""
    usable = [row for row in codes.of(concept) if row.confidence == "seen" and not row.is_beginning and row.value is None and row.system in PREFER]
    return min(usable, key=lambda row: PREFER.index(row.system))


def _make_concepts(codes: Codes, names: Mapping[str, str], db: Db) -> None:
    """Make ``spoken``: each concept with its code; those that are known by number alone keep that number."""
    db.execute("CREATE TABLE spoken (concept VARCHAR, id BIGINT, source_id BIGINT, code VARCHAR, vocabulary VARCHAR, name VARCHAR, domain VARCHAR)")
    domains = {"condition_occurrence": "Condition", "procedure_occurrence": "Procedure", "measurement": "Measurement", "observation": "Observation"}
    for number, concept in enumerate(sorted(TABLE_OF), start=1):
        row = code_of(codes, concept)
        by_number = row.system == "omop"
        values = (concept, int(row.code) if by_number else 0, 0 if by_number else LOCAL + number, row.code, names.get(row.system, "None"), row.label)
        db.execute("INSERT INTO spoken VALUES ($1, $2, $3, $4, $5, $6, $7)", [*values, domains.get(TABLE_OF[concept], "Drug")])


def _say(limits: Mapping[str, int], db: Db) -> None:
    """Make ``one``, each pregnancy with its numbers, and ``said``, everything that is said of it, as it stands in its table."""
    db.execute("""
        CREATE TABLE one AS SELECT p.*, dense_rank() OVER (ORDER BY p.person_id) AS person,
            row_number() OVER (ORDER BY p.person_id, p.known_from, p.pregnancy_id) AS visit,
            dense_rank() OVER (ORDER BY p.site) AS place, p.ended_on - coalesce(p.ended_days, 0) AS start FROM flat_pregnancies AS p""")
    db.execute("""CREATE TABLE said (person BIGINT, visit BIGINT, day DATE, until DATE, concept VARCHAR, number DOUBLE, unit VARCHAR, words VARCHAR,
        route VARCHAR, also VARCHAR, link VARCHAR, part BIGINT)""")
    for query in SAYS:
        for name, value in limits.items():
            query = query.replace(f"${name}", str(value))  # noqa: PLW2901  (filled in, one by one)
        db.execute(f"INSERT INTO said BY NAME {query}")
    homes = ", ".join(f"({literal(concept)}, {literal(table)})" for concept, table in TABLE_OF.items())
    order = "s.person, s.day, s.part, s.concept, s.also, s.number, s.words"
    db.execute(f"CREATE TABLE numbered AS SELECT row_number() OVER (PARTITION BY k.home ORDER BY {order}) AS id, s.*, k.home "
               f"FROM said AS s JOIN (VALUES {homes}) AS k (concept, home) USING (concept)")  # fmt: skip


def _events(event: Event) -> str:
    """Return the SQL of a table of events, with the columns of CDM 5.4 that are filled, and those that it requires."""
    begins = event.begins
    columns = {
        f"{event.table}_id": "n.id", "person_id": "n.person", f"{begins}_concept_id": "k.id", event.day: "n.day",
        f"{begins}_type_concept_id": "0", "visit_occurrence_id": "n.visit", f"{begins}_source_value": "concat_ws(', ', k.code, n.also)",
        f"{begins}_source_concept_id": "k.source_id",
    }  # fmt: skip
    more = {
        "until": "n.until", "number": "n.number", "unit": "n.unit", "unit_id": "0", "words": "CAST(NULL AS VARCHAR)", "value_id": "0", "operator_id": "0",
        "points_to": "o.id", "route": "n.route", "route_id": "0", "days": "CAST(NULL AS INTEGER)",
    }  # fmt: skip
    columns |= {column: more[own] for own, column in event.more.items() if own != "value_day"}
    if event.table == "observation":
        columns["value_as_string"] = "n.words"
    picked = ", ".join(f"{value} AS {name}" for name, value in columns.items())
    pointed = "LEFT JOIN numbered AS o ON o.link = n.link AND o.home = 'procedure_occurrence'" if "points_to" in event.more else ""
    return f"SELECT {picked} FROM numbered AS n JOIN spoken AS k USING (concept) {pointed} WHERE n.home = '{event.table}' ORDER BY n.id"


def _plain() -> dict[str, str]:
    """Return the SQL of the tables that hold no events. The flat form knows no year of birth."""
    return {
        "person": """SELECT person AS person_id, 0 AS gender_concept_id, CAST(NULL AS INTEGER) AS year_of_birth, 0 AS race_concept_id,
            0 AS ethnicity_concept_id,
            min(place) FILTER (WHERE site IS NOT NULL) AS care_site_id, min(person_id) AS person_source_value FROM one GROUP BY person ORDER BY person""",
        "observation_period": """SELECT visit AS observation_period_id, person AS person_id, known_from AS observation_period_start_date,
            ended_on AS observation_period_end_date, 0 AS period_type_concept_id FROM one ORDER BY visit""",
        "visit_occurrence": """SELECT visit AS visit_occurrence_id, person AS person_id, 0 AS visit_concept_id, known_from AS visit_start_date,
            known_from AS visit_end_date, 0 AS visit_type_concept_id, CASE WHEN site IS NOT NULL THEN place END AS care_site_id FROM one ORDER BY visit""",
        "care_site": "SELECT DISTINCT place AS care_site_id, site AS care_site_name, site AS care_site_source_value FROM one WHERE site IS NOT NULL ORDER BY 1",
        "concept": f"""SELECT CASE WHEN source_id = 0 THEN id ELSE source_id END AS concept_id, name AS concept_name, domain AS domain_id,
            vocabulary AS vocabulary_id, 'Undefined' AS concept_class_id, CAST(NULL AS VARCHAR) AS standard_concept, code AS concept_code,
            {EPOCH} AS valid_start_date, {END} AS valid_end_date,
            CAST(NULL AS VARCHAR) AS invalid_reason FROM spoken ORDER BY 1""",
    }


def _write(name: str, query: str, out: Path, db: Db) -> int:
    out.mkdir(parents=True, exist_ok=True)
    copied = db.execute(f"COPY ({query}) TO {literal(str(out / f'{name}.parquet'))} (FORMAT parquet, COMPRESSION zstd)").fetchall()
    return int(copied[0][0])
