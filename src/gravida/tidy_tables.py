"""Tidy tables, each as Parquet and as CSV: the same rows give the same bytes.

>>> csv_text([{"site": "north", "pregnancies": None, "suppressed": True}], ("site", "pregnancies", "suppressed"))
'site,pregnancies,suppressed\\nnorth,,yes\\n'
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

DIGITS = 10
"""Of a number that is not whole."""


def write_tables(
    tables: Mapping[str, Sequence[Mapping[str, Any]]], columns: Mapping[str, Sequence[str]], kind: Callable[[str], pa.DataType], folder: Path
) -> None:
    """Write every table twice, with its columns in their order; ``kind`` gives the type of a column by its name."""
    for name, rows in tables.items():
        names = columns[name]
        pq.write_table(pa.table({column: pa.array([row[column] for row in rows], kind(column)) for column in names}), folder / f"{name}.parquet")
        (folder / f"{name}.csv").write_text(csv_text(rows, names), encoding="utf-8")


def csv_text(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Return rows as CSV; what is suppressed, not known or does not exist is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(_column([row[name] for row in rows]) for name in columns), strict=True))
    return out.getvalue()


def _column(values: Sequence[object]) -> Sequence[object]:
    """Return the values of a column as they are written. Most columns hold words, which are written as they are."""
    return values if {bool, float}.isdisjoint(map(type, values)) else list(map(_written, values))


def _written(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else value
