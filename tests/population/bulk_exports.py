"""Small exports of FHIR Bulk Data, written by hand, and what comes out of them."""

import gzip
import json
from datetime import date

import duckdb

from gravida.bulk_read import flatten
from gravida.flat import TABLES
from gravida.library import load

KNOWLEDGE = load()
SYSTEMS = {"loinc": "http://loinc.org", "snomed": "http://snomed.info/sct", "rx": "http://www.nlm.nih.gov/research/umls/rxnorm"}


def coded(*codes, text=None):
    """``coded("loinc 11961-0")``"""
    found = {"coding": [dict(zip(("system", "code"), (SYSTEMS[each.split()[0]], each.split()[1]), strict=True)) for each in codes]}
    return {**found, "text": text} if text else found


def patient(name="ada", **more):
    return {"resourceType": "Patient", "id": name, **more}


def about(name, kind, person, **told):
    return {"resourceType": kind, "id": name, "subject": {"reference": f"Patient/{person}"}, **told}


def observation(name, code, on=None, person="ada", **more):
    return about(name, "Observation", person, status="final", code=coded(code), **({"effectiveDateTime": on} if on else {}), **more)


def condition(name, code, on=None, person="ada", **more):
    return about(name, "Condition", person, code=coded(code), **({"onsetDateTime": on} if on else {}), **more)


def procedure(name, code, on=None, person="ada", **more):
    return about(name, "Procedure", person, status="completed", code=coded(code), **({"performedDateTime": on} if on else {}), **more)


def due(day, on, name="due", **more):
    return observation(name, "loinc 11778-8", on, valueDateTime=day, **more)


def scan(name, on, value, unit="mm", **more):
    return observation(name, "loinc 11961-0", on, valueQuantity={"value": value, "unit": unit, "code": unit}, method={"text": "transvaginal"}, **more)


def birth(name, on, code="snomed 169826009", **more):
    return condition(name, code, on, **more)


def export(folder, *resources, zipped=False, name="export"):
    """Write resources into a folder, a file for each kind; texts are lines as they are."""
    folder = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    kinds = {}
    for each in resources:
        kinds.setdefault("Observation" if isinstance(each, str) else each["resourceType"], []).append(each if isinstance(each, str) else json.dumps(each))
    for kind, lines in kinds.items():
        text = "\n".join(lines).encode() + b"\n"
        path = folder / (f"{kind}.000.ndjson.gz" if zipped else f"{kind}.ndjson")
        path.write_bytes(gzip.compress(text, mtime=0) if zipped else text)
    return folder


def read(folder, *resources, **how):
    """Return the account of an export, and its rows by table: what is known of each, without ids and without nulls."""
    account = flatten(export(folder, *resources, **how), folder / "flat", knowledge=KNOWLEDGE)
    return account, {name: rows(folder / "flat", name) for name in (*TABLES, "conflicts")}


def rows(folder, table):
    """Return the rows of a table, without nulls, in the order of the files."""
    found = duckdb.read_parquet(f"{folder}/{table}/*.parquet")
    return [{name: value for name, value in zip(found.columns, row, strict=True) if value is not None} for row in found.fetchall()]


def day(text):
    return date.fromisoformat(text)


def aside(account):
    """Return what was set aside, as ``kind: reason``."""
    return {f"{kind}: {why}": number for (kind, why), number in account.aside.items()}
