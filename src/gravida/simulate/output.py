"""What a simulation writes: tidy tables in CSV and Parquet, and simulate.json with everything it rests on."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gravida.simulate.result import COLUMNS, Result, Row

WORDS = frozenset({
    "policy", "outcome", "compared_with", "needed", "parameter", "end", "fewer_below", "fewer_above", "about", "unit", "confidence", "source", "population",
    "because", "note", "drawn_from", "act", "goes_by", "stance", "uptake", "digest",
})  # fmt: skip
WHOLE, TRUTHS = frozenset({"draw", "from_day", "to_day", "every_days"}), frozenset({"alone"})
DIGITS = 10


def write_tables(result: Result, folder: Path) -> None:
    """Write every table twice, as Parquet and as CSV. The same question with the same seed gives the same bytes."""
    for name, rows in result.tables().items():
        columns = COLUMNS[name]
        pq.write_table(pa.table({column: pa.array([row[column] for row in rows], _type(column)) for column in columns}), folder / f"{name}.parquet")
        (folder / f"{name}.csv").write_text(csv_text(rows, columns), encoding="utf-8")


def _type(column: str) -> pa.DataType:
    return pa.string() if column in WORDS else pa.int64() if column in WHOLE else pa.bool_() if column in TRUTHS else pa.float64()


def csv_text(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Return rows as CSV; what is not known, or does not exist, is empty.

    >>> csv_text([{"policy": "nobody", "low": None}], ("policy", "low"))
    'policy,low\\nnobody,\\n'
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_written(row[name]) for name in columns] for row in rows)
    return out.getvalue()


def _written(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else value


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
