"""From a file, a folder or standard input to FHIR resources: a Bundle, one resource, a list, or NDJSON.

What is FHIR is told from a record of ours by ``resourceType``, which no record has. Files are limited in size and depth,
because they come from anywhere.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gravida.fhir_resource import Json, unpacked
from gravida.fhir_sort import FhirError

MAX_BYTES = 64_000_000
"""A bundle of one person is kilobytes, a folder of exports some megabytes."""
MAX_DEPTH = 100
HALF = re.compile(r"\\u[dD][89abAB]|\\u[dD][c-fC-F]")
"""Half of a character, written as an escape: alone it can be read and not be printed."""
ENDINGS = (".json", ".ndjson", ".jsonl")


def looks_like_fhir(raw: bytes) -> bool:
    """Return whether a text is FHIR JSON: it begins as JSON does, and names a resource type soon."""
    return raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") and b'"resourceType"' in raw


def resources_in(raw: bytes, name: str) -> list[Json]:
    """Return every resource of a text. Raises :class:`FhirError` with the place of what cannot be read."""
    if len(raw) > MAX_BYTES:
        raise FhirError(f"{name}: this is larger than {MAX_BYTES // 1_000_000} million bytes")
    return [inner for told in _documents(raw, name) for inner in unpacked(told)]


def _documents(raw: bytes, name: str) -> Iterator[Any]:
    """Yield the JSON of a text: one document, or one on each line."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FhirError(f"{name}: this file is not UTF-8 text: save it again as UTF-8") from None
    try:
        yield _parsed(text, name)
    except json.JSONDecodeError as whole:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for _, line in lines):  # noqa: PLR2004  (one line is no NDJSON)
            raise FhirError(f"{name}:{whole.lineno}:{whole.colno}: this is not JSON: {whole.msg}") from None
        for number, line in lines:
            yield _line(line, name, number)


def _line(line: str, name: str, number: int) -> Any:
    try:
        return _parsed(line, name)
    except json.JSONDecodeError as error:
        raise FhirError(f"{name}:{number}:{error.colno}: this line is not JSON: {error.msg}") from None


def _parsed(text: str, name: str) -> Any:
    try:
        found = json.loads(text)
    except RecursionError:
        raise FhirError(f"{name}: this is nested too deeply") from None
    except json.JSONDecodeError:
        raise
    except ValueError:  # Python refuses to read an integer of thousands of digits
        raise FhirError(f"{name}: there is a number of thousands of digits in this") from None
    if HALF.search(text) and not _is_writable(found):
        raise FhirError(f"{name}: there is half of a character in this (a lone \\uD800 to \\uDFFF): save it again as UTF-8")
    if _depth(found) > MAX_DEPTH:
        raise FhirError(f"{name}: this is nested more than {MAX_DEPTH} deep")
    return found


def _is_writable(found: Any) -> bool:
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _depth(value: Any) -> int:
    """Return how deep a JSON value is nested, without recursion."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        found, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
        waiting += [(each, depth + 1) for each in inner if isinstance(each, dict | list)]
    return deepest


def resources_of_folder(folder: Path) -> list[Json]:
    """Return the resources of every JSON and NDJSON file of a folder: an export has one file for each type."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in ENDINGS and path.is_file())
    if not files:
        raise FhirError(f"{folder}: there is no file in this folder that ends in {', '.join(ENDINGS)}")
    return [each for path in files for each in resources_in(path.read_bytes(), str(path))]
