"""Numbers of FHIR observations in the one unit that the record has; what could be misread is not read, and why is said.

>>> gestation_days({"value": 33.71, "unit": "wk", "code": "wk"}, 308), gestation_days("39+6", 308), gestation_days({"value": 236, "code": "d"}, 308)
(236, 279, 236)
>>> gestation_days({"value": 20, "unit": "weeks"}, 308)              # completed weeks: any day of that week
Range(low=140, high=146)
>>> gestation_days({"low": {"value": 140, "code": "d"}, "high": {"value": 20.5, "code": "wk"}}, 308)
Range(low=140, high=144)
>>> millimetres({"value": 2.1, "code": "cm"}, 7), millimetres({"value": 21}, 7)
(21.0, 21.0)
"""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from gravida.facts import Range
from gravida.fhir_resource import Resource, mapping
from gravida.units import DAYS_IN_A_WEEK, days, weeks

WEEKS = frozenset({"wk", "wks", "w", "week", "weeks", "{weeks}", "[wk]"})
DAYS = frozenset({"d", "day", "days", "{days}"})
MM, CM = (
    frozenset({"mm", "millimeter", "millimeters", "millimetre", "millimetres"}),
    frozenset({"cm", "centimeter", "centimeters", "centimetre", "centimetres"}),
)
MM_IN_A_CM = 10
WRITTEN = re.compile(r"\s*(\d{1,2})\s*(?:\+|w(?:eeks?|ks?)?\s*)\s*([0-6])\s*(?:d(?:ays?)?)?\s*", re.IGNORECASE)


class Unreadable(ValueError):  # noqa: N818  (its text is the whole reason)
    """A value that could be misread. The text says why, and holds no value of a patient but the unit."""


def unit_of_quantity(quantity: Mapping[str, Any]) -> str:
    """Return the unit of a quantity in small letters: its code, or its text. Two that are known and differ are no unit that is known."""
    found = [str(quantity.get(key) or "").strip().lower() for key in ("code", "unit")]
    known = [next((units for units in (WEEKS, DAYS, MM, CM) if each in units), None) for each in found]
    if None not in known and known[0] != known[1]:
        return " or ".join(found)
    return found[0] or found[1]


def number_of(value: object) -> float | None:
    """Return a number alone, or that of a quantity. A truth is no number, and neither is a limit ("less than 20")."""
    found = value
    if isinstance(value, Mapping):
        found = None if value.get("comparator") else value.get("value")
    if not isinstance(found, int | float) or isinstance(found, bool):
        return None
    try:
        return float(found) if math.isfinite(found) else None
    except OverflowError:
        return None


def whole_number(value: object) -> int | None:
    """Return a whole number, such as a count; ``None`` for anything else."""
    found = number_of(value)
    return int(found) if found is not None and found == int(found) else None


def gestation_days(value: object, longest: int, unit: str = "") -> int | Range:
    """Return a gestation in days. ``unit`` is what the code of the observation fixes. Raises :class:`Unreadable`."""
    if isinstance(value, str):
        return _checked(_from_text(value), longest)
    if isinstance(value, Mapping) and {"low", "high"} <= value.keys():
        return _between(gestation_days(value["low"], longest, unit), gestation_days(value["high"], longest, unit))
    number = number_of(value)
    unit = unit_of_quantity(mapping(value)) or unit
    if number is None:
        raise Unreadable("there is no number that could be a gestation")
    if unit in DAYS and number == int(number):
        return _checked(int(number), longest)
    if unit in WEEKS:
        return _checked(_from_weeks(Decimal(str(number))), longest)
    raise Unreadable(f"a gestation is read in weeks or days, and this has {f'the unit {unit!r}' if unit else 'no unit'}")


def _between(low: int | Range, high: int | Range) -> int | Range:
    """Return the gestation that lies between two, as a ``valueRange`` gives it."""
    first, last = (low.low if isinstance(low, Range) else low), (high.high if isinstance(high, Range) else high)
    if first > last:
        raise Unreadable("a range of gestations begins with the lower one")
    return int(first) if first == last else Range(first, last)


def _from_text(text: str) -> int:
    match = WRITTEN.fullmatch(text)
    if match is None:
        raise Unreadable("a gestation in words is read as weeks+days, such as 39+6 or 39w6d")
    return days(f"{match[1]}+{match[2]}")


def _from_weeks(number: Decimal) -> int | Range:
    """Return the days that a number of weeks can stand for: a whole number is completed weeks, a decimal as exact as it is written."""
    if number == number.to_integral_value():
        return Range(int(number) * DAYS_IN_A_WEEK, int(number) * DAYS_IN_A_WEEK + DAYS_IN_A_WEEK - 1)
    half = Decimal(1).scaleb(int(number.as_tuple().exponent)) / 2
    low, high = math.ceil((number - half) * DAYS_IN_A_WEEK), math.floor((number + half) * DAYS_IN_A_WEEK)
    if low >= high:
        return round(number * DAYS_IN_A_WEEK)
    return Range(low, high)


def _checked(found: int | Range, longest: int) -> int | Range:
    low, high = (found.low, found.high) if isinstance(found, Range) else (found, found)
    if low < 0 or high > longest:
        raise Unreadable(f"a gestation lies between 0+0 and {weeks(longest)}")
    return found


def whole_week(number: int, longest: int) -> int | Range:
    """Return the days of a completed week, as a code carries it. Raises :class:`Unreadable`."""
    return _checked(_from_weeks(Decimal(number)), longest)


def gestation_of(observation: Resource, longest: int, unit: str = "") -> int | Range:
    """Return the gestation of an observation: its value, or a pair of components in weeks and days. Raises :class:`Unreadable`."""
    if observation.value is not None:
        return gestation_days(observation.value, longest, unit)
    parts = {unit_of_quantity(mapping(each.value)): number_of(each.value) for each in observation.components}
    in_weeks = next((number for name, number in parts.items() if name in WEEKS), None)
    in_days = next((number for name, number in parts.items() if name in DAYS), None)
    if in_weeks is not None and in_days is not None and in_days < DAYS_IN_A_WEEK:
        return _checked(int(in_weeks) * DAYS_IN_A_WEEK + int(in_days), longest)
    raise Unreadable("there is no value, and no pair of weeks and days")


def millimetres(value: object, without_unit_above: float) -> float:
    """Return a length in millimetres. Without a unit, what could be centimetres is not read. Raises :class:`Unreadable`."""
    number, unit = number_of(value), unit_of_quantity(mapping(value))
    if mapping(value).get("comparator"):
        raise Unreadable("this is a limit and not a length: it is more or less than the number")
    if number is None:
        raise Unreadable("there is no number that could be a length")
    if unit in MM:
        return number
    if unit in CM:
        return float(Decimal(str(number)) * MM_IN_A_CM)
    if not unit and number > without_unit_above:
        return number
    raise Unreadable(
        "there is no unit, and the number could be centimetres or millimetres" if not unit else f"a length is read in mm or cm, and this has the unit {unit!r}"
    )


def centimetres(value: object, limits: tuple[float, float]) -> float:
    """Return a dilation in centimetres. Raises :class:`Unreadable` without a unit, or outside the limits."""
    number, unit = number_of(value), unit_of_quantity(mapping(value))
    if number is None or unit not in MM | CM:
        raise Unreadable("a dilation is read in cm or mm")
    found = number if unit in CM else float(Decimal(str(number)) / MM_IN_A_CM)
    if not limits[0] <= found <= limits[1]:
        raise Unreadable(f"a dilation lies between {limits[0]:g} and {limits[1]:g} cm")
    return found
