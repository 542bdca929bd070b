"""The lines of a FHIR Bulk Data export, and what each of them holds; a file that ends in the middle of a line is told and not fatal.

>>> [(each.why, [one["id"] for one in each.resources]) for each in map(read_line, [b'{"resourceType": "Patient", "id": "p1"}', b'{"resourceType": "Pat'])]
[('', ['p1']), ('not JSON', [])]
"""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from gravida.fhir_files import resources_in
from gravida.fhir_resource import Json
from gravida.fhir_sort import FhirError

ENDINGS = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
GZIP = b"\x1f\x8b"
NOT_JSON, TORN, NO_RESOURCE, SLIP = "not JSON", "torn line: the file ends within it", "JSON, and no FHIR resource", "cannot be read safely"
UNREADABLE = "(unreadable line)"
"""What a line is called whose type nobody can tell."""


class BulkError(ValueError):
    """An export that cannot be read as a whole; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """The resources of a line, more than one if it holds others; or why there is none."""

    resources: tuple[Json, ...] = ()
    why: str = ""


def files_of(source: Path) -> list[Path]:
    """Return the files of an export, in the order of their names. Raises :class:`BulkError` if there is none."""
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise BulkError(f"{source}: there is no such folder")
    found = sorted(path for path in source.rglob("*") if path.name.endswith(ENDINGS) and path.is_file() and not path.name.startswith("."))
    if not found:
        raise BulkError(f"{source}: there is no file of FHIR Bulk Data in this folder: their names end in {', '.join(ENDINGS)}")
    return found


def lines_of(path: Path) -> Iterator[tuple[Line, int]]:
    """Yield what each line of a file holds, and how far the file has been read, in bytes. Blank lines hold nothing, and are left out."""
    try:
        with path.open("rb") as file:
            zipped = file.read(len(GZIP)) == GZIP
            file.seek(0)
            with gzip.GzipFile(fileobj=file) if zipped else nullcontext(file) as unzipped:
                for text in _texts(unzipped):
                    yield _last(read_line(text), text), file.tell()
    except OSError as error:
        raise BulkError(f"{path}: this file cannot be read: {error.strerror or error}") from None


def _texts(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    """Yield the lines of a file. A zipped file that is cut off ends with a line that is none."""
    try:
        for text in file:
            if text.strip():
                yield text
    except (EOFError, zlib.error, gzip.BadGzipFile):
        yield b"{"


def _last(line: Line, text: bytes) -> Line:
    """Return what a line holds; what is not JSON and does not end as a line ends was cut off."""
    return Line(why=TORN) if line.why == NOT_JSON and not text.endswith(b"\n") else line


def read_line(text: bytes) -> Line:
    """Return the resources of one line."""
    try:
        found = tuple(resources_in(text, "a line"))
    except FhirError as error:
        return Line(why=NOT_JSON if "not JSON" in str(error) or "not UTF-8" in str(error) else SLIP)
    return Line(found) if found else Line(why=NO_RESOURCE)
