"""Gestation as charts write it, and as a number of days.

A chart writes ``23+6`` for twenty-three weeks and six days. Inside, that is 167 days, so that one day more is one more.

>>> days("23+6")
167
>>> weeks(168)
'24+0'
"""

import re

DAYS_IN_A_WEEK = 7
TERM_LENGTH_DAYS = 280
"""From the first day of the last period to the due date (Naegele): 40+0, by the convention that defines a due date."""
LONGEST_DAYS = 300
"""Beyond every window: no pregnancy lasts so long."""

UNITS = frozenset({"mm", "cm", "days"})
"""What a name may end in to say what its number counts."""

_WRITTEN = re.compile(r"(\d{1,2})\+([0-6])")


def days(written: str) -> int:
    """Return the days of a gestation written ``weeks+days``; the days run from 0 to 6.

    Raises ``ValueError`` if it is not written so: ``24`` alone could be 24+0 or "in the 24th week".
    """
    match = _WRITTEN.fullmatch(written.strip())
    if match is None:
        raise ValueError(f"{written!r} is not a gestation: write weeks+days, such as 23+6 (days 0 to 6)")
    return int(match[1]) * DAYS_IN_A_WEEK + int(match[2])


def weeks(gestation_days: int) -> str:
    """Return days as charts write them. Shape: ``weeks+days``."""
    whole, rest = divmod(gestation_days, DAYS_IN_A_WEEK)
    return f"{whole}+{rest}"


def unit_of(name: str) -> str:
    """Return the unit that a name ends in, or nothing.

    >>> unit_of("cervical_length_mm")
    'mm'
    """
    ending = name.rpartition("_")[2]
    return ending if ending in UNITS else ""
