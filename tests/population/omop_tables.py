# ruff: noqa: S608 - the queries are of the tests, and so are the values
"""Small databases of the OMOP form, as a person would write them."""

from datetime import date, timedelta

import duckdb

from gravida.omop import flatten

BORN = 1990
BIRTH = date(2024, 9, 1)
START = BIRTH - timedelta(273)
LENGTH = 2_000_000_001
CONCEPTS = [
    {"concept_id": LENGTH, "concept_name": "length", "domain_id": "Measurement", "vocabulary_id": "LOINC", "concept_code": "11961-0"},
    {"concept_id": 2_000_000_002, "concept_name": "care", "domain_id": "Condition", "vocabulary_id": "ICD10CM", "concept_code": "O34.32"},
    {"concept_id": 2_000_000_003, "concept_name": "progesterone 200 MG Oral Capsule", "domain_id": "Drug", "vocabulary_id": "RxNorm", "concept_code": "9"},
    {"concept_id": 2_000_000_004, "concept_name": "Vaginal", "domain_id": "Route", "vocabulary_id": "SNOMED", "concept_code": "1"},
    {"concept_id": 2_000_000_005, "concept_name": "medroxyprogesterone", "domain_id": "Drug", "vocabulary_id": "RxNorm", "concept_code": "8"},
    {"concept_id": 2_000_000_006, "concept_name": "<", "domain_id": "Meas Value Operator", "vocabulary_id": "SNOMED", "concept_code": "2"},
]
LIVE_BIRTH, STILLBIRTH, MISCARRIAGE, DUE, IN_DAYS, CERCLAGE, REMOVAL, INSUFFICIENCY = 4014295, 4014454, 4067106, 3011536, 3050433, 4130310, 4123182, 436740


def day(gestation):
    return START + timedelta(gestation)


def length(number, unit="mm", on=140, **more):
    return {"measurement_concept_id": LENGTH, "measurement_date": day(on), "value_as_number": number, "unit_source_value": unit, **more}


def condition(concept, on, **more):
    return {"condition_concept_id": concept, "condition_start_date": on, **more}


def gestation(days, on, concept=IN_DAYS):
    return {"measurement_concept_id": concept, "measurement_date": on, "value_as_number": days}


def dated(due=START + timedelta(280), on=None):
    return {"observation_concept_id": DUE, "observation_date": on or day(70), "value_as_string": str(due)}


def tables(**given):
    """Return the tables of one person with a birth at 39+0 and a due date, and what is given beside it, with ids and the person."""
    found = {
        "person": [{"person_id": 1, "year_of_birth": BORN}], "concept": CONCEPTS, "condition_occurrence": [condition(LIVE_BIRTH, BIRTH)],
        "observation": [dated()],
    }  # fmt: skip
    for name, rows in given.items():
        found[name] = [*found.get(name, []), *rows]
    for name, rows in found.items():
        if name not in ("concept", "person", "care_site"):
            found[name] = [{f"{name}_id": number, "person_id": 1, **row} for number, row in enumerate(rows, start=1)]
    return found


def put(folder, found, form="csv"):
    """Write tables as CSV, as Parquet, or as a DuckDB file, and return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "cdm.duckdb" if form == "duckdb" else folder
    with duckdb.connect(str(path) if form == "duckdb" else ":memory:") as db:
        for name, rows in found.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            typed = ", ".join(f'"{column}" {kind_of([row.get(column) for row in rows])}' for column in columns)
            db.execute(f'CREATE TABLE "{name}" ({typed})')
            for row in rows:
                db.execute(f'INSERT INTO "{name}" VALUES ({", ".join("?" for _ in columns)})', [row.get(column) for column in columns])
            if form != "duckdb":
                db.execute(f"COPY \"{name}\" TO '{folder / name}.{form}' (FORMAT {form})")
    return path


def kind_of(values):
    kinds = {type(value) for value in values if value is not None}
    return next((name for kind, name in ((str, "VARCHAR"), (date, "DATE"), (float, "DOUBLE")) if kind in kinds), "BIGINT")


def reading(path, out, known):
    result = flatten(path, out, knowledge=known)
    rows = {}
    for table in result.rows:
        found = duckdb.read_parquet(f"{out}/{table}/*.parquet")
        rows[table] = [{name: value for name, value in zip(found.columns, row, strict=True) if value is not None} for row in found.fetchall()]
    assert result.adds_up
    return rows, result
