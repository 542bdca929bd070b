# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""One SQL for two engines: written in DuckDB's words, and rendered by sqlglot for the one that runs it.

DuckDB is embedded and spills to disk; Spark is for what does not fit one machine. Nothing is optimised on the way: what
is parsed is printed again, node by node.

>>> render("SELECT HASH(1, 2) AS key", "spark")
'SELECT XXHASH64(1, 2) AS key'
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Protocol

import duckdb
import numpy as np
import pyarrow as pa
import sqlglot
from numpy.typing import NDArray
from sqlglot import expressions as sql

from gravida.flat import SQL_TYPES

Row = tuple[Any, ...]
Columns = Mapping[str, NDArray[np.generic]]
MEMORY = "3GB"
NEVER = "100GB"
"""Nothing here outlives the process, so a checkpoint of tables that are replaced at once would be for nothing: 1 s for each 500,000 pregnancies."""


class Engine(Protocol):
    """What both engines do. Tables live as long as the engine; ``log`` is every query that made one, or a view."""

    name: ClassVar[str]
    log: list[tuple[str, str]]

    def table(self, name: str, query: str) -> None:
        """Keep the rows of a query under a name, in place of what it named before."""

    def view(self, name: str, query: str) -> None:
        """Give a query a name, in place of what it named before: its rows are made where it is read, and only the columns that are."""

    def append(self, name: str, query: str) -> None:
        """Add the rows of a query to a table of the same columns."""

    def drop(self, *names: str) -> None:
        """Forget tables."""

    def rows(self, query: str) -> list[Row]:
        """Return the rows of a query."""

    def numbers(self, query: str) -> Columns:
        """Return the rows of a query as columns of numbers, none of which is null."""

    def put(self, name: str, columns: Columns) -> None:
        """Keep columns of numbers as a table."""

    def source(self, name: str, files: Sequence[Path]) -> dict[str, str]:
        """Make files readable as a table, without reading them, and return its columns with their types."""

    def write(self, query: str, path: Path) -> None:
        """Write the rows of a query to a Parquet file."""

    def close(self) -> None:
        """Give everything back."""


def render(query: str, dialect: str) -> str:
    """Return a query of DuckDB's in the words of another engine. Spark's hash has another name and its own numbers."""
    tree = sqlglot.parse_one(query, dialect="duckdb")
    for node in list(tree.find_all(sql.Anonymous)):
        if str(node.this).upper() == "HASH":
            node.set("this", "XXHASH64")
    return tree.sql(dialect=dialect)


class Duck:
    """DuckDB, embedded. ``folder`` is where it may spill to."""

    name: ClassVar[str] = "duckdb"

    def __init__(self, folder: Path | None = None, threads: int | None = None, memory: str = MEMORY) -> None:
        self.log: list[tuple[str, str]] = []
        self.connection = duckdb.connect()
        settings = {"memory_limit": memory, "preserve_insertion_order": "false", "enable_progress_bar": "false", "checkpoint_threshold": NEVER}
        if folder is not None:
            settings["temp_directory"] = _quoted(folder)
        if threads is not None:
            settings["threads"] = str(threads)
        for name, value in settings.items():
            self.connection.execute(f"SET {name} = '{value}'")

    def table(self, name: str, query: str) -> None:
        """Keep the rows of a query."""
        self.log.append((name, query))
        self.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS {query}')

    def view(self, name: str, query: str) -> None:
        """Give a query a name."""
        self.log.append((name, query))
        self.connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS {query}')

    def append(self, name: str, query: str) -> None:
        """Add rows to a table."""
        self.log.append((name, query))
        self.connection.execute(f'INSERT INTO "{name}" BY NAME {query}')

    def drop(self, *names: str) -> None:
        """Forget tables."""
        for name in names:
            self.connection.execute(f'DROP TABLE IF EXISTS "{name}"')

    def rows(self, query: str) -> list[Row]:
        """Return the rows of a query."""
        return self.connection.execute(query).fetchall()

    def numbers(self, query: str) -> Columns:
        """Return the rows of a query as columns of numbers."""
        return dict(self.connection.execute(query).fetchnumpy())

    def put(self, name: str, columns: Columns) -> None:
        """Keep columns of numbers as a table."""
        self.connection.register("handed_over", pa.table(dict(columns)))
        self.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM handed_over')
        self.connection.unregister("handed_over")

    def source(self, name: str, files: Sequence[Path]) -> dict[str, str]:
        """Make files readable as a table."""
        listed = ", ".join(f"'{_quoted(path)}'" for path in files)
        reader = "read_parquet" if files[0].suffix == ".parquet" else "read_csv"
        options = ", union_by_name = true" if reader == "read_parquet" else ", all_varchar = true, header = true, union_by_name = true"
        self.connection.execute(f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM {reader}([{listed}]{options})')
        return {column: kind for column, kind, *_ in self.rows(f'DESCRIBE "{name}"')}

    def write(self, query: str, path: Path) -> None:
        """Write rows to a Parquet file."""
        self.connection.execute(f"COPY ({query}) TO '{_quoted(path)}' (FORMAT parquet, COMPRESSION zstd)")

    def close(self) -> None:
        """Close the database."""
        self.connection.close()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


@contextmanager
def duck(folder: Path | None = None, threads: int | None = None, memory: str = MEMORY) -> Iterator[Duck]:
    """Give DuckDB for a while."""
    engine = Duck(folder, threads, memory)
    try:
        yield engine
    finally:
        engine.close()


SQL_OF_KIND = {**SQL_TYPES, "date": "INTEGER"}
"""Types of columns inside: a date is a number of days since 1970."""
