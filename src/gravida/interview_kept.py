"""An interview as text: in a file that a person keeps, and in a form that travels with a page, for nothing is kept elsewhere.

The file is a record's file, whose first line says which questions were asked, so that what nobody knew is not asked
again. The form also holds what is needed to go back; it is compressed, and refused if it was changed on the way.
"""

import base64
import binascii
import copy
import json
import zlib
from datetime import date
from typing import Any

from gravida.interview import Interview
from gravida.knowledge import Knowledge
from gravida.record import write_record

ASKED = "# asked: "
MOST_UNPACKED = 8_000_000


class Torn(ValueError):  # noqa: N818  (it says what the text is)
    """The text does not hold an interview: it was changed on the way, or cut short."""


def as_text(interview: Interview) -> str:
    """Return a record's file, and which questions were asked."""
    return f"{ASKED}{' '.join(interview.asked)}\n{write_record(interview.record)}"


def asked_in(text: str) -> tuple[str, ...]:
    """Return which questions a file says were asked; none for a record that nobody was asked about."""
    first = text.partition("\n")[0]
    return tuple(first.removeprefix(ASKED).split()) if first.startswith(ASKED) else ()


def packed(interview: Interview, seen: frozenset[str] = frozenset()) -> str:
    """Return an interview as one word. ``seen`` are the warnings that the person has read."""
    held = {"data": interview.data, "asked": interview.asked, "past": interview.past, "seen": sorted(seen)}
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(held).encode(), 9)).decode("ascii")


def unpacked(word: str, knowledge: Knowledge, as_of: date) -> tuple[Interview, frozenset[str]]:
    """Return an interview and the warnings that were read. Raises :class:`Torn`, and :class:`RecordError` for a record that cannot be."""
    held = _read(word)
    data, asked, past, seen = (held.get(name) for name in ("data", "asked", "past", "seen"))
    if not (isinstance(data, dict) and _are_names(asked) and _are_names(seen) and _is_past(past)):
        raise Torn
    try:
        interview = Interview(knowledge, as_of, data, asked)  # type: ignore[arg-type]
        _ = interview.record
    except RecursionError:
        raise Torn from None
    interview.past.extend((before, names) for before, names in past)  # type: ignore[union-attr]
    return interview, frozenset(seen)  # type: ignore[arg-type]


def _read(word: str) -> dict[str, Any]:
    try:
        reader = zlib.decompressobj()
        raw = reader.decompress(base64.urlsafe_b64decode(word.encode("ascii")), MOST_UNPACKED)
        held = json.loads(raw) if reader.eof else None
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        raise Torn from None
    if not isinstance(held, dict):
        raise Torn
    return held


def _are_names(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(each, str) for each in found)


def _is_past(found: object) -> bool:
    return isinstance(found, list) and all(isinstance(each, list) and len(each) == 2 and isinstance(each[0], dict) and _are_names(each[1]) for each in found)  # noqa: PLR2004


def again(interview: Interview, step: str) -> None:
    """Let a question be asked again; what was answered stays."""
    interview.past.append((copy.deepcopy(interview.data), list(interview.asked)))
    interview.asked = [name for name in interview.asked if name != step]
