"""Sheets as Parquet files in the form of the flat tables.

Words are kept as codes with their dictionary, which every reader of Parquet gives back as text.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gravida.draws import Array
from gravida.flat import TABLES, Column
from gravida.synthesize_sheet import Cell, Sheet

TYPES = {
    "boolean": pa.bool_(), "integer": pa.int32(), "gestation": pa.int32(), "decimal": pa.float64(), "string": pa.string(), "date": pa.date32(),
    "id": pa.string(),
}  # fmt: skip
BEGINS = "synthetic-"
"""How every id begins, so that no row can be taken for one of a person."""

PLACES = 9
"""Digits of a number in an id: the same in any size, so that a person keeps the id."""


def ids(person: Array) -> pa.Array:
    """Return the ids of people.

    >>> ids(np.array([17])).to_pylist()
    ['synthetic-000000017']
    """
    digits = pc.utf8_lpad(pc.cast(pa.array(person), pa.string()), PLACES, "0")
    return pc.binary_join_element_wise(pa.scalar(BEGINS), digits, "")


def table_of(name: str, sheet: Sheet, people: pa.Array) -> pa.Table:
    """Return a flat table. Columns that nothing is said of are there, and empty."""
    persons = people.take(pa.array(sheet.row))
    own = {
        "pregnancy_id": pc.binary_join_element_wise(persons, pa.scalar("1"), "-"),
        "person_id": persons,
        "entry": pa.array(sheet.entries(), pa.int32()),
    }
    columns = {each.name: _filled(each, sheet, own) for each in TABLES[name]}
    return pa.table(columns)


def write(path: Path, table: pa.Table) -> None:
    """Write one file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd", compression_level=1)


def _filled(column: Column, sheet: Sheet, own: dict[str, pa.Array]) -> pa.Array:
    found = sheet.cells.get(column.name)
    if found is not None:
        return _array(column, found)
    return own[column.name] if column.name in own else pa.nulls(len(sheet.row), TYPES[column.kind])


def _array(column: Column, cell: Cell) -> pa.Array:
    missing = None if cell.known is None else ~cell.known
    if cell.words:
        return pa.DictionaryArray.from_arrays(pa.array(cell.values.astype(np.int8), mask=missing), pa.array(cell.words))
    kind = TYPES[column.kind]
    if column.kind == "date":
        return pa.array(cell.values.astype(np.int32), mask=missing).cast(kind)
    return pa.array(cell.values.astype(kind.to_pandas_dtype()), mask=missing)
