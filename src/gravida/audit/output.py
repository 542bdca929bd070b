"""What an audit writes: tidy tables in Parquet and CSV, and the SQL that was run."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa

from gravida import tidy_tables
from gravida.audit.result import Result

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
    tidy_tables.write_tables(result.tables(), COLUMNS, _type, folder)


def _type(column: str) -> pa.DataType:
    return pa.int64() if column in NUMBERS else pa.bool_() if column == "suppressed" else pa.string()


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
