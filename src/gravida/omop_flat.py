# ruff: noqa: S608 - every name in a query is one of ours
"""Queries in the form of the flat tables: what is not said of a column is null, which is unknown.

>>> put("updates", {"pregnancy_id": "p", "recorded_on": "day"}, "news").startswith('SELECT CAST(p AS VARCHAR) AS "pregnancy_id", CAST(day AS DATE)')
True
"""

from collections.abc import Mapping
from pathlib import Path

from gravida.flat import TABLES
from gravida.omop_source import Db, literal

ORDER = {"pregnancies": "pregnancy_id", "updates": "pregnancy_id, recorded_on"}


def put(table: str, columns: Mapping[str, str], source: str) -> str:
    """Return the SQL of rows of a flat table, by what each column is; ``source`` is what follows FROM."""
    unknown = columns.keys() - {column.name for column in TABLES[table]}
    if unknown:
        raise KeyError(f"{table} has no column {min(unknown)}")
    picked = ", ".join(f'CAST({columns.get(column.name, "NULL")} AS {column.sql_type}) AS "{column.name}"' for column in TABLES[table])
    return f"SELECT {picked} FROM {source}"


def write(table: str, query: str, out: Path, db: Db) -> int:
    """Write a flat table as Parquet, in one order, and return how many rows it has."""
    folder = out / table
    folder.mkdir(parents=True, exist_ok=True)
    order = ORDER.get(table, "pregnancy_id, entry, recorded_on NULLS FIRST")
    path = literal(str(folder / "part-00000.parquet"))
    copied = db.execute(f"COPY ({query} ORDER BY {order}) TO {path} (FORMAT parquet, COMPRESSION zstd)").fetchall()
    return int(copied[0][0])
