"""Rows of the flat tables as Parquet files, and contradictions by their kind.

>>> kind_of_conflict("Observation/a and Observation/b date this pregnancy 9 days apart; Observation/a is used")
'… and … date this pregnancy … days apart; … is used'
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from gravida.flat import TABLES
from gravida.synthesize_parquet import TYPES, write

CONFLICTS = "conflicts"
"""The table of contradictions that were met, beside the flat ones."""
SCHEMAS = {name: pa.schema([(column.name, TYPES[column.kind]) for column in columns]) for name, columns in TABLES.items()} | {
    CONFLICTS: pa.schema([("pregnancy_id", pa.string()), ("says", pa.string())])
}
PARTICULAR = re.compile(r"\(?\b[A-Z][A-Za-z]+/[^\s,;:)]+\)?|\d{4}-\d\d-\d\d|\d+(\.\d+)?(\+\d)?|\[\d+\]")
"""What makes two sentences of one kind differ: names of resources, days, numbers."""
AGAIN = re.compile(r"…([\s,]*…)+")


def write_table(folder: Path, name: str, number: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the rows of one portion."""
    write(folder / name / f"part-{number:05}.parquet", pa.Table.from_pylist(list(rows), SCHEMAS[name]))


def kind_of_conflict(text: str) -> str:
    """Return what a sentence about a contradiction says, without what is particular to one person."""
    return AGAIN.sub("…", PARTICULAR.sub("…", text))
