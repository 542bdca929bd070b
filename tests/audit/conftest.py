"""The knowledge, and flat tables as files, for the tests of the audit."""

import duckdb
import pytest

from gravida.flat import TABLES, create
from gravida.library import load


@pytest.fixture(scope="session")
def knowledge():
    return load()


@pytest.fixture
def written(tmp_path):
    """Return a function that writes rows as flat tables and gives their folder."""

    def write(tables, ending="parquet"):
        connection = duckdb.connect()
        folder = tmp_path / f"flat-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        for table, rows in tables.items():
            columns = [column.name for column in TABLES[table]]
            connection.execute(create(table))
            if rows:
                marks = ", ".join("?" for _ in columns)
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", [[row.get(name) for name in columns] for row in rows])  # noqa: S608
            connection.execute(f"COPY {table} TO '{folder / table}.{ending}'")
        return folder

    return write
