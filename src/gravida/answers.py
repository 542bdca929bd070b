"""From what somebody types to an answer: forgiving in form, never guessing what is meant.

>>> gestation("20"), gestation("18-22"), gestation("20+3")
(('20+0', '20+6'), ('18+0', '22+6'), '20+3')
>>> signs("1 4?", 5)
{0: True, 1: False, 2: False, 3: None, 4: False}
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from gravida.interview import Count, Step, Unsaid
from gravida.units import days as in_days
from gravida.units import unit_of

YES, NO = frozenset({"y", "yes"}), frozenset({"n", "no"})
UNSAID = {
    "k": Unsaid.UNSURE, "don't know": Unsaid.UNSURE, "dont know": Unsaid.UNSURE, "i don't know": Unsaid.UNSURE,
    "p": Unsaid.DECLINED, "prefer not to say": Unsaid.DECLINED,
}  # fmt: skip
DATES = ("%Y-%m-%d", "%d %B %Y", "%d %b %Y")
WEEKS = re.compile(r"([0-9]{1,2})(?:\s*(?:\+|w|weeks?,?)\s*(?:and\s*)?([0-9]+)?\s*(?:d|days?)?)?")
NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
MILLIMETRES = {"mm": Decimal(1), "cm": Decimal(10)}
FROM_TO = re.compile(r"\s*(?:[-\u2013]|\bto\b)\s*")


class Unclear(ValueError):  # noqa: N818  (it is what the person is told)
    """An answer that cannot be read. ``name`` is the sentence of ``words.yaml`` that says what to write, ``values`` fill it in."""

    def __init__(self, name: str, **values: object) -> None:
        super().__init__(name)
        self.name, self.values = name, values


def parse(step: Step, text: str) -> Any:
    """Return the answer to a step. Raises :class:`Unclear`."""
    text = " ".join(text.lower().split())
    if text in UNSAID:
        return UNSAID[text]
    if step.kind in ("signs", "ticks"):
        return {step.items[index][0]: found for index, found in signs(text, len(step.items)).items()}
    if step.kind == "choice":
        return step.choices[_number_of(text, len(step.choices)) - 1]
    if step.kind == "number":
        return number(text, unit_of(step.id))
    return READERS[step.kind](text)


def _yes_no(text: str) -> bool:
    if text in YES or text in NO:
        return text in YES
    raise Unclear("yes-no")


def _number_of(text: str, most: int) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= most:
        return int(text)
    raise Unclear("choice", count=most)


def signs(text: str, count: int) -> dict[int, bool | None]:
    """Return for every sign whether it is there: those named are, those with ``?`` are not known, the others are not."""
    words = re.split(r"[\s,;]+", text.strip())
    if words == ["0"] or words in (["n"], ["no"], ["none"]):
        return dict.fromkeys(range(count), False)
    found: dict[int, bool | None] = dict.fromkeys(range(count), False)
    for word in words:
        number = word.removesuffix("?")
        if not (number.isascii() and number.isdigit() and 1 <= int(number) <= count):
            raise Unclear("signs", count=count)
        found[int(number) - 1] = None if word.endswith("?") else True
    return found


def gestation(text: str) -> str | tuple[str, str]:
    """Return weeks+days. Weeks alone mean any day of that week, so they are a range; so is ``18-22``."""
    ends = [_weeks(part) for part in FROM_TO.split(text)]
    if len(ends) not in (1, 2):
        raise Unclear("gestation")
    low, high = ends[0][0], ends[-1][1]
    if in_days(low) > in_days(high):
        raise Unclear("upwards", text=text)
    return low if low == high else (low, high)


def _weeks(text: str) -> tuple[str, str]:
    found = WEEKS.fullmatch(text.strip())
    if found is None:
        raise Unclear("gestation")
    weeks, days = int(found[1]), found[2]
    if days is not None and int(days) > 6:  # noqa: PLR2004  (days of a week)
        raise Unclear("days", text=text, days=days)
    return (f"{weeks}+0", f"{weeks}+6") if days is None else (f"{weeks}+{int(days)}",) * 2


def number(text: str, unit: str = "") -> str | tuple[str, str]:
    """Return a number in the unit that is asked for, or two for a range. A length given in the other unit is converted.

    >>> number("2.2 cm", "mm"), number("20 - 25", "mm")
    ('22', ('20', '25'))
    """
    bare, written = (text[:-2].strip(), text[-2:]) if text.endswith(("mm", "cm")) else (text, unit)
    ends = [part.replace(",", ".") for part in FROM_TO.split(bare)]
    if len(ends) not in (1, 2) or not all(NUMBER.fullmatch(end) for end in ends):
        raise Unclear("number")
    if written != unit:
        ends = [_converted(end, written, unit) for end in ends]
    if float(ends[0]) > float(ends[-1]):
        raise Unclear("upwards", text=text)
    return ends[0] if len(ends) == 1 else (ends[0], ends[1])


def _converted(number: str, written: str, unit: str) -> str:
    if unit not in MILLIMETRES:
        raise Unclear("number")
    converted = Decimal(number) * MILLIMETRES[written] / MILLIMETRES[unit]
    return f"{converted.normalize():f}"


def day(text: str) -> date:
    """Return a date. Forms in which day and month could be mistaken for each other are not read."""
    for form in DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  (a calendar day has no zone)
        except ValueError:
            continue
    raise Unclear("date")


def _today(text: str) -> date | str | tuple[str, str]:
    return _either("today", text)


def _when(text: str) -> date | str | tuple[str, str]:
    return _either("when", text)


def _either(name: str, text: str) -> date | str | tuple[str, str]:
    readers: tuple[Callable[[str], date | str | tuple[str, str]], ...] = (day, gestation)
    for read in readers:
        try:
            return read(text)
        except Unclear as error:
            if error.name in ("days", "upwards"):
                raise
    raise Unclear(name)


def _count(text: str) -> Count:
    digits = text.removesuffix("+").strip()
    if not (digits.isascii() and digits.isdigit()):
        raise Unclear("how-many")
    return Count(int(digits), text.endswith("+"))


READERS: dict[str, Callable[[str], Any]] = {
    "yes-no": _yes_no, "pregnant": _yes_no, "complete": _yes_no, "examined": _yes_no, "gestation": gestation,
    "date": day, "today": _today, "when": _when, "how-many": _count,
}  # fmt: skip
