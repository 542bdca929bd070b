"""From a text to the plain values of a record, with every problem put into words.

What somebody wrote is never corrected in silence: it is read in the one form that cannot be mistaken, or refused with
what was found, where, what was expected and what to write instead. ``010`` could be 8 or 10 and ``on`` could be a
date or a yes, so neither is read.

>>> whole("3"), decimal("24.9"), yes_no("no")
(3, 24.9, False)
>>> print(Problem(("scans", 0, "route"), "vaginal", "one of transvaginal, transabdominal", place="record.yaml:4:12"))
record.yaml:4:12: scans[0].route: found vaginal; expected one of transvaginal, transabdominal
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, NoReturn

from pydantic import ValidationInfo
from pydantic_core import PydanticCustomError

from gravida.facts import Range
from gravida.plain_yaml import MAX_DEPTH, Path, Tree, YamlError, read_yaml
from gravida.units import days, weeks

MAX_BYTES = 1_000_000
"""A record is a few kilobytes. What is larger is refused before it is parsed."""

MAX_VALUES = 20_000
"""As many scalars, lists and entries as a text may have: a record of a hundred scans has about a thousand."""

MAX_PROBLEMS = 50
"""As many as a person will read at once."""

MAX_SHOWN = 40
"""Characters of a value that a message repeats."""

DECLINED = "prefer-not-to-say"
"""What may stand in the place of any value: unknown, and not to be asked again."""

YEARS = range(1900, 2200)
"""A year outside these is a slip of the pen, and would lead outside the calendar."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a record. ``place`` is ``file:line:column``, or the file alone, or nothing.

    The message repeats what the patient's record says, so it belongs on the user's own screen only; the ``repr``, which
    may end in a log, leaves it out.
    """

    path: Path
    found: str = field(repr=False)
    expected: str = field(repr=False)
    hint: str = field(default="", repr=False)
    place: str = ""

    def __str__(self) -> str:
        start = "".join(f"{part}: " for part in (self.place, dotted(self.path)) if part)
        return f"{start}found {self.found}; expected {self.expected}" + (f". {self.hint}" if self.hint else "")


class RecordError(ValueError):
    """A record that cannot be used. All problems are listed, not the first alone; of very many, the first ones.

    ``more`` counts problems that were found and not put into words.
    """

    def __init__(self, problems: Sequence[Problem], more: int = 0) -> None:
        more += max(0, len(problems) - MAX_PROBLEMS)
        shown = [str(problem) for problem in problems[:MAX_PROBLEMS]] + ([f"… and {more} more"] if more else [])
        super().__init__("\n".join(shown))
        self.problems = tuple(problems)


def dotted(path: Path) -> str:
    """Return a path as a person writes it. Shape: ``scans[0].route``."""
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{_printable(step)}" for step in path)
    return steps.removeprefix(".")


def template(path: Path) -> str:
    """Return a path without the numbers of entries. Shape: ``scans[].route``."""
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def show(value: object) -> str:
    """Return a value as a message repeats it: short, and with nothing that a terminal could obey."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return _printable(_text(value))
        case Mapping():
            return _show_mapping(value)
        case list() | tuple():
            return f"a list of {len(value)}"
    return _printable(str(value))


def _show_mapping(value: Mapping[object, object]) -> str:
    if set(value) == {"from", "to"}:
        return f"{{from: {show(value['from'])}, to: {show(value['to'])}}}"
    return "fields (" + ", ".join(show(key) for key in list(value)[:5]) + ")" if value else "an empty entry"


def _text(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # Python refuses to write out an integer of thousands of digits
        return "a number of thousands of digits"


def _printable(text: str) -> str:
    if re.fullmatch(r"[A-Za-z0-9_.+:/~<>%-]+", text) and len(text) <= MAX_SHOWN:
        return text
    return repr(text[:MAX_SHOWN]) + ("…" if len(text) > MAX_SHOWN else "")


# --- one value at a time -------------------------------------------------------------------------------------------

VALUE: Literal["record_value"] = "record_value"
"""The kind of error that the dictionary can say more about: what the field may hold."""

Reader = Callable[[Any], Any]
NOT_KNOWN = frozenset({"unknown", "unsure", "null", "none", "~", "?", "-", "n/a", "na", "nan", "not known"})
LIKE_YES = frozenset({"y", "on", "1", "t", "yes", "true"})
LIKE_NO = frozenset({"n", "off", "0", "f", "no", "false"})
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
SLIPS = (
    (re.compile(r"[-+]?0[0-9].*"), "Write it without a zero in front."),
    (re.compile(r"[0-9]+,[0-9]+"), "Write decimals after a point, such as 24.9."),
    (re.compile(r"[0-9.]+ *(mm|cm|millimet|centimet|days?|weeks?).*"), "Write the number alone; the unit is part of the field's name."),
    (re.compile(r"[0-9]+\.[0-9]*"), "Write it without a decimal point."),
)
OTHER_GESTATIONS = re.compile(r"([0-9]{1,2}) ?w(?:ee)?k?s?,? ?([0-6]) ?d?(?:ays?)?")
"""Such as 20w3d."""


def refuse(expected: str, hint: str = "", *, kind: Literal["record", "record_value"] = "record") -> NoReturn:
    """Say within pydantic what was expected, and what to write instead."""
    raise PydanticCustomError(kind, "{expected}", {"expected": expected, "hint": hint})


def leave_out(value: object) -> str:
    """Return a hint if somebody wrote in words that a value is not known."""
    return "If it is not known, leave it out." if _lower(value) in NOT_KNOWN else ""


def _lower(value: object) -> str:
    return _text(value).strip().lower()[:MAX_SHOWN]


def _slip(value: object) -> str:
    return leave_out(value) or next((hint for slip, hint in SLIPS if slip.fullmatch(_lower(value))), "")


def yes_no(value: Any) -> bool:
    """Read ``yes``, ``no``, ``true`` or ``false``, and nothing that looks like them."""
    if isinstance(value, bool) or (isinstance(value, str) and value in ("yes", "no", "true", "false")):
        return value in (True, "yes", "true")
    text = _lower(value)
    refuse("yes or no", "Write yes." if text in LIKE_YES else "Write no." if text in LIKE_NO else leave_out(value), kind=VALUE)


def whole(value: Any) -> int:
    """Read a whole number: ``3``, not ``03`` and not ``3.0``."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**MAX_SHOWN:
        return value
    match = NUMBER.fullmatch(value) if isinstance(value, str) and len(value) <= MAX_SHOWN else None
    if match is None or match[2]:
        refuse("a whole number", _slip(value), kind=VALUE)
    return int(value)


def decimal(value: Any) -> float:
    """Read a number, with or without decimals, that is finite."""
    written = isinstance(value, str) and len(value) <= MAX_SHOWN and NUMBER.fullmatch(value)
    given = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**MAX_SHOWN
    if not written and not given:
        refuse("a number", _slip(value), kind=VALUE)
    return float(value) + 0.0  # so that -0.0 is 0.0, and is written so


def gestation(value: Any) -> int:
    """Read a gestation written ``weeks+days``."""
    try:
        return days(value if isinstance(value, str) and value.isascii() else "")
    except ValueError:
        refuse("a gestation written weeks+days, such as 23+6 (days 0 to 6)", _weeks_hint(value), kind=VALUE)


def _weeks_hint(value: object) -> str:
    text = _lower(value)
    other = OTHER_GESTATIONS.fullmatch(text)
    if other:
        return f"Write {other[1]}+{other[2]}."
    if re.fullmatch(r"[0-9]{1,2}", text):
        return f"{text} alone could be {text}+0 or any later day of that week."
    if re.fullmatch(r"[1-9][0-9]{2}", text):
        return f"If these are days, write {weeks(int(text))}."
    return leave_out(value)


def iso_date(value: Any) -> date:
    """Read a date written ``year-month-day``."""
    expected = "a date written year-month-day, such as 2026-06-01"
    if isinstance(value, date) and not isinstance(value, datetime):
        value = value.isoformat()
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        refuse(expected, leave_out(value))
    if int(value[:4]) not in YEARS:
        refuse(expected, f"The year is outside {YEARS[0]} to {YEARS[-1]}.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        refuse(expected, "There is no such day in the calendar.")


def word(value: Any) -> str:
    """Read a word; which words are allowed is for the dictionary to say."""
    if not isinstance(value, str):
        refuse("a word", kind=VALUE)
    return value


def ranged(read: Reader) -> Reader:
    """Return a reader that also takes a range: ``{from: 18+0, to: 22+6}``."""

    def either(value: Any) -> Any:
        if isinstance(value, Range):
            return value
        if not isinstance(value, Mapping):
            return read(value)
        if set(value) != {"from", "to"}:
            refuse("one value, or a range written {from: …, to: …}")
        low, high = read(value["from"]), read(value["to"])
        if low > high:
            refuse("a range that runs upwards", "Write the smaller end as from, and the larger as to.")
        return low if low == high else Range(low, high)

    return either


def days_in_code(read: Reader) -> Callable[[Any, ValidationInfo], Any]:
    """Return a reader that takes days as a number too, but from Python code only; a text always brings a context."""
    return lambda value, info: value if info.context is None and type(value) is int else read(value)


# --- a whole text --------------------------------------------------------------------------------------------------


def read_text(text: str | bytes, name: str) -> Tree:
    """Read YAML or JSON into plain values, without believing any of them yet. Raises :class:`RecordError`."""
    _refuse_size(text, name)
    read = _decode(text, name)
    if not read.strip():
        _stop(name, "an empty file", "a record: fields and values, such as 'pregnancy: {gestation: 20+3}'")
    is_json = name.lower().endswith(".json") or read.lstrip()[0] in "{["
    tree = _read_json(read, name) if is_json else _read_yaml(read, name)
    if not isinstance(tree.value, Mapping):
        found = "a list" if isinstance(tree.value, list) else show(tree.value)
        _stop(place(tree, ()), found, "a record: fields and values", "One file holds one record." if found == "a list" else "")
    return tree


def place(tree: Tree, path: Path) -> str:
    """Return where a value stands: file, line and column if the text was YAML, else the file."""
    return tree.place(path) if tree.places else tree.name


def _stop(where: str, found: str, expected: str, hint: str = "") -> NoReturn:
    raise RecordError([Problem((), found, expected, hint, where)]) from None


def _refuse_size(text: str | bytes, name: str) -> None:
    if len(text) > MAX_BYTES:  # of a str in characters, each of which is a byte or more
        _stop(name, f"a file of more than {MAX_BYTES:,} bytes", "less", "One file holds one record, which is a few kilobytes.")


def _decode(text: str | bytes, name: str) -> str:
    try:
        data = text if isinstance(text, bytes) else text.encode("utf-8")
        return data.decode("utf-8").removeprefix("\ufeff")
    except (UnicodeDecodeError, UnicodeEncodeError) as error:
        _stop(name, f"what is not UTF-8, at position {error.start}", "text in UTF-8", "Save the file again as UTF-8.")


def _read_yaml(text: str, name: str) -> Tree:
    try:
        return read_yaml(text, name, MAX_VALUES)
    except YamlError as error:
        where = f"{name}:{error.line}:{error.column}"
        _stop(where, f"a text that cannot be read ({error.message})", "a record in YAML or JSON")


def _read_json(text: str, name: str) -> Tree:
    try:
        # NaN and Infinity stay words, which no reader takes for a number.
        return Tree(json.loads(text, parse_constant=str, object_pairs_hook=_pairs), name)
    except json.JSONDecodeError as error:
        named = name.lower().endswith(".json")
        hint = "" if named else "A text that begins with { or [ is read as JSON; begin YAML with the name of a field."
        where = f"{name}:{error.lineno}:{error.colno}"
        _stop(where, f"a text that cannot be read (this is not JSON: {error.msg})", "a record in JSON", hint)
    except RecursionError:
        _stop(name, "a text that cannot be read (it is nested too deep)", "a record in JSON")
    except ValueError as error:
        _stop(name, f"a text that cannot be read ({error})", "a record in JSON")


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {show(twice)} stands twice in one place; only one can count")
    return found


def settle(tree: Tree) -> tuple[Any, frozenset[str]]:
    """Return a copy in which blanks and declined answers are ``None``, and the paths that were declined."""
    settling = _Settling(tree)
    return settling.copy(tree.value, ()), frozenset(settling.declined)


class _Settling:
    """One walk over a tree: what was declined, and how many values it has so far."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.declined: set[str] = set()
        self.count = 0

    def copy(self, value: Any, path: Path) -> Any:
        self._refuse(path)
        if isinstance(value, Mapping):
            return {self._key(key, path): self.copy(each, (*path, key)) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.copy(each, (*path, index)) for index, each in enumerate(value)]
        if isinstance(value, str) and value == DECLINED:
            self.declined.add(dotted(path))
        return None if isinstance(value, str) and value in ("", DECLINED) else value

    def _refuse(self, path: Path) -> None:
        self.count += 1
        if len(path) > MAX_DEPTH:
            _stop(self._place(path), f"a value nested more than {MAX_DEPTH} deep", "a record")
        if self.count > MAX_VALUES:
            _stop(self._place(path), f"more than {MAX_VALUES:,} values", "a record")

    def _key(self, key: object, path: Path) -> str:
        if not isinstance(key, str) or not key.isprintable():
            _stop(self._place(path), f"the key {show(key)}", "the name of a field")
        return key

    def _place(self, path: Path) -> str:
        return place(self.tree, path)
