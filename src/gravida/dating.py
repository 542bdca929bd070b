"""How far along a pregnancy is: the day on which its gestation was 0+0, and what follows from it.

A due date governs when there is one, because somebody settled it; else a recorded gestation; else the last period.
A gestation known only as a range makes the start a span of days, and stays a range wherever it is used.

>>> from gravida.record_model import Pregnancy, Record
>>> dated = dating(Record(pregnancy=Pregnancy(due_date=date(2026, 10, 19))))
>>> dated.start, dated.gestation_on(date(2026, 6, 1)), dated.date_at(168)
(datetime.date(2026, 1, 12), 140, datetime.date(2026, 6, 29))
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from gravida.facts import Range
from gravida.record_model import Record
from gravida.units import TERM_LENGTH_DAYS

Source = Literal["due_date", "gestation", "last_period"]
"""Fields of ``pregnancy`` that date it, in the order in which they govern."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which the gestation may have been 0+0, both included."""

    earliest: date
    latest: date

    def days_apart(self, other: "Span") -> int:
        """Return the days between two spans; 0 if they share a day."""
        return max(0, (other.earliest - self.latest).days, (self.earliest - other.latest).days)


@dataclass(frozen=True, slots=True)
class Dating:
    """When the gestation was 0+0 and who says so. Without a source nothing is known, and every answer is ``None``."""

    source: Source | None = None
    span: Span | None = None
    differences: dict[Source, int] = field(default_factory=dict)
    """By how many days the other sources differ from the one that governs; those that agree are left out."""

    @property
    def start(self) -> date | None:
        """The day of 0+0, if it is one day."""
        return self.span.earliest if self.span and self.span.earliest == self.span.latest else None

    def gestation_on(self, day: date) -> int | Range | None:
        """Return the gestation in days on a day; below 0 if the pregnancy had not begun."""
        if self.span is None:
            return None
        low, high = (day - self.span.latest).days, (day - self.span.earliest).days
        return low if low == high else Range(low, high)

    def date_at(self, gestation_days: int) -> date | None:
        """Return the day on which a gestation is reached; ``None`` if that is unknown or not one day."""
        return self.start + timedelta(gestation_days) if self.start else None

    def dates_at(self, gestation_days: int) -> tuple[date, date] | None:
        """Return the first and the last day on which a gestation may be reached."""
        reached = timedelta(gestation_days)
        return (self.span.earliest + reached, self.span.latest + reached) if self.span else None


def dating(record: Record, as_of: date | None = None) -> Dating:
    """Return how a pregnancy is dated. ``as_of`` stands for the record's own day of assessment if that is missing.

    Before pregnancy nothing is dated: a last period then dates no pregnancy.
    """
    if record.pregnancy.status == "not-pregnant":
        return Dating()
    found = sources(record, as_of)
    for source, span in found.items():
        apart = {other: span.days_apart(theirs) for other, theirs in found.items()}
        return Dating(source, span, {other: number for other, number in apart.items() if number})
    return Dating()


def sources(record: Record, as_of: date | None = None) -> dict[Source, Span]:
    """Return what each source says of the day of 0+0, the governing one first."""
    pregnancy, found = record.pregnancy, dict[Source, Span]()
    if pregnancy.due_date:
        found["due_date"] = _one_day(pregnancy.due_date - timedelta(TERM_LENGTH_DAYS))
    on = pregnancy.gestation and (pregnancy.gestation.on or record.as_of or as_of)
    if pregnancy.gestation and on:
        low, high = ends(pregnancy.gestation.at)
        found["gestation"] = Span(on - timedelta(high), on - timedelta(low))
    if pregnancy.last_period:
        found["last_period"] = _one_day(pregnancy.last_period)
    return found


def ends(gestation_days: int | Range) -> tuple[int, int]:
    """Return the first and last day of a gestation, which are one if it is no range."""
    if isinstance(gestation_days, Range):
        return int(gestation_days.low), int(gestation_days.high)
    return gestation_days, gestation_days


def _one_day(day: date) -> Span:
    return Span(day, day)
