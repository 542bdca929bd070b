"""What a simulation writes: tidy tables in CSV and Parquet, and simulate.json with everything it rests on."""

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from gravida import tidy_tables
from gravida.simulate.result import COLUMNS, Result

WORDS = frozenset({
    "policy", "outcome", "compared_with", "needed", "parameter", "end", "fewer_below", "fewer_above", "about", "unit", "confidence", "source", "population",
    "because", "note", "drawn_from", "act", "goes_by", "stance", "uptake", "digest",
})  # fmt: skip
WHOLE, TRUTHS = frozenset({"draw", "from_day", "to_day", "every_days"}), frozenset({"alone"})


def write_tables(result: Result, folder: Path) -> None:
    """Write every table twice, as Parquet and as CSV. The same question with the same seed gives the same bytes."""
    tidy_tables.write_tables(result.tables(), COLUMNS, _type, folder)


def _type(column: str) -> pa.DataType:
    return pa.string() if column in WORDS else pa.int64() if column in WHOLE else pa.bool_() if column in TRUTHS else pa.float64()


def facts(result: Result, version: str) -> Mapping[str, object]:
    """Return what a simulation rests on, for a program to read."""
    job = result.job
    return {
        "gravida": version, "synthetic": True, "seed": job.seed, "people": job.people, "setting": job.setting, "changed": dict(job.changes),
        "compared_with": result.policies[0], "policies": result.policies, "sensitivity_draws": len(result.draws), "people_in_a_draw": result.sample,
        "costs": "none: no sourced set of costs and utilities was found",
        "digests": {row["goes_by"]: row["digest"] for row in result.tables()["lines"] if row["digest"]},
        "parameters": {str(row["parameter"]): {name: row[name] for name in COLUMNS["parameters"][1:]} for row in result.tables()["parameters"]},
    }  # fmt: skip


def write_facts(result: Result, version: str, path: Path) -> None:
    """Write them."""
    path.write_text(json.dumps(facts(result, version), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
