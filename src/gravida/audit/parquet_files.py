"""What Parquet files say of themselves: which columns are empty, and between which ids their rows lie.

Files of text say nothing, and are read.

>>> empty_columns([Path("scans.csv")]), spans_of([Path("scans.csv")])
(set(), [])
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

ID = "pregnancy_id"


@dataclass(frozen=True, slots=True)
class Span:
    """A file, and ids before and after which it has none."""

    file: Path
    first: str
    last: str


def empty_columns(files: Sequence[Path]) -> set[str]:
    """Return the columns in which nothing stands."""
    chunks = [(part.num_rows, part.column(index)) for _, file in _read(files) for part in _parts(file) for index in range(part.num_columns)]
    filled = {chunk.path_in_schema for rows, chunk in chunks if not _is_empty(chunk.statistics, rows)}
    return {chunk.path_in_schema for _, chunk in chunks} - filled


def _is_empty(statistics: pq.Statistics | None, rows: int) -> bool:
    return statistics is not None and bool(statistics.has_null_count) and statistics.null_count == rows


def spans_of(files: Sequence[Path]) -> list[Span]:
    """Return which ids are in which file; nothing if some file does not tell, or has other columns than the rest."""
    read = [*_read(files)]
    if any(not each.schema.equals(read[0][1].schema) for _, each in read):
        return []
    ends = [(path, [_ends(part) for part in _parts(each)]) for path, each in read]
    if any(end is None for _, found in ends for end in found):
        return []
    return [Span(path, min(end[0] for end in found if end), max(end[1] for end in found if end)) for path, found in ends if found]


def _ends(part: pq.RowGroupMetaData) -> tuple[str, str] | None:
    """Return the least and the greatest id of a part: text, for ids are compared as text."""
    for index in range(part.num_columns):
        column = part.column(index)
        if column.path_in_schema == ID and column.statistics is not None and column.statistics.has_min_max and isinstance(column.statistics.min, str):
            return column.statistics.min, column.statistics.max
    return None


def _read(files: Sequence[Path]) -> Iterator[tuple[Path, pq.FileMetaData]]:
    yield from ((path, pq.read_metadata(path)) for path in files if path.suffix == ".parquet")


def _parts(file: pq.FileMetaData) -> Iterator[pq.RowGroupMetaData]:
    yield from (file.row_group(index) for index in range(file.num_row_groups))
