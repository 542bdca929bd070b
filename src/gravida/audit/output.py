"""What an audit writes: tidy tables in Parquet and CSV, and the SQL that was run.

>>> csv_text([{"site": "north", "pregnancies": None, "suppressed": True}])
'site,pregnancies,suppressed\\nnorth,,yes\\n'
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gravida.audit.result import Result, Row

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "recommendations": ("guideline", "recommendation", "topic", "stance", "acts", "site", "month", "status", "pregnancies", "suppressed"),
    "acts": ("act", "site", "month", "support", "pregnancies", "suppressed"),
    "not_told": ("guideline", "recommendation", "lacking", "pregnancies", "suppressed"),
    "groups": ("site", "month", "pregnancies", "suppressed"),
    "rows": ("table", "what", "reason", "rows"),
    "findings": ("table", "column", "finding", "values"),
}
"""The columns of every table, so that an empty one has them too."""
NUMBERS = frozenset({"pregnancies", "rows", "values"})


def write_tables(result: Result, folder: Path) -> None:
    """Write every table twice, as Parquet and as CSV. Two runs over the same data give the same bytes."""
    for name, rows in result.tables().items():
        columns = COLUMNS[name]
        pq.write_table(pa.table({column: pa.array([row[column] for row in rows], _type(column)) for column in columns}), folder / f"{name}.parquet")
        (folder / f"{name}.csv").write_text(csv_text(rows, columns), encoding="utf-8")


def _type(column: str) -> pa.DataType:
    return pa.int64() if column in NUMBERS else pa.bool_() if column == "suppressed" else pa.string()


def csv_text(rows: Sequence[Row], columns: Sequence[str] = ()) -> str:
    """Return rows as CSV: what is suppressed is empty, and says so."""
    names = columns or list(rows[0])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_written(row[name]) for name in names] for row in rows)
    return out.getvalue()


def _written(value: object) -> object:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def write_sql(log: Iterable[tuple[str, str]], dialect: str, folder: Path) -> None:
    """Write the queries of the first portion, in order, each with the table that it makes. All portions run the same."""
    folder.mkdir()
    seen: set[str] = set()
    for number, (table, query) in enumerate(_once(log, seen)):
        (folder / f"{number:03}-{table}.sql").write_text(f"-- {table}, by {dialect}\n{query}\n", encoding="utf-8")


def _once(log: Iterable[tuple[str, str]], seen: set[str]) -> Iterable[tuple[str, str]]:
    for table, query in log:
        if query not in seen:
            seen.add(query)
            yield table, query
