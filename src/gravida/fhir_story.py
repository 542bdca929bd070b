"""When this pregnancy began, as far as the data say, and whether a day lies in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gravida.dating import Span
from gravida.facts import Range
from gravida.fhir_resource import day_of
from gravida.fhir_sort import Finding, Notes
from gravida.fhir_values import Unreadable, gestation_of, whole_week
from gravida.sources import Rules
from gravida.units import TERM_LENGTH_DAYS

DUE_DATES = ("due_date_from_ultrasound", "due_date", "due_date_from_last_period", "due_date_from_conception", "due_date_from_fundal_height")
"""In the order in which they govern where several were written on one day."""
WEAKEST = "due_date_from_fundal_height"
ONSET = "onset"
"""The day on which a condition "pregnant" is said to have begun: she was pregnant by then, and that is all it dates."""
GESTATIONS = {"gestational_age": "", "gestational_age_in_weeks": "wk", "gestational_age_in_days": "d"}
"""Concepts of a dated gestation, with the unit that the code fixes."""
FROM_LAST_PERIOD = timedelta(14)
"""Conception is counted two weeks after the last period (the convention behind every gestation)."""


@dataclass(frozen=True)
class Dated:
    """One thing that dates a pregnancy: the days on which the gestation may have been 0+0."""

    finding: Finding
    kind: str
    span: Span
    rank: tuple[int, ...]


@dataclass(frozen=True)
class Story:
    """The day of assessment, the limits, and what dates the pregnancy of that day; the first governs."""

    as_of: date
    rules: Rules
    dated: tuple[Dated, ...] = ()
    last_end: date | None = None
    """The last day on which an earlier pregnancy is known to have ended."""
    ended_by: Finding | None = None
    """What says so, if the day is certainly that of the end."""

    @property
    def begins(self) -> Span | None:
        """The days on which this pregnancy may have begun."""
        return self.dated[0].span if self.dated else None

    @property
    def dates_her(self) -> tuple[Dated, ...]:
        """What says how far along she is: more than that she was pregnant on some day."""
        return tuple(each for each in self.dated if each.kind != ONSET)

    def in_this_pregnancy(self, day: date | None) -> bool | None:
        """Return whether a day lies in this pregnancy; ``None`` if that cannot be known."""
        if day is None:
            return None
        if day > self.as_of or (self.last_end and day < self.last_end) or (self.as_of - day).days > self.rules.longest_gestation:
            return False
        if self.begins is None:
            return None
        return True if self.begins.latest <= day else False if day < self.begins.earliest else None


def dates(findings: Sequence[Finding], rules: Rules, notes: Notes) -> list[Dated]:
    """Return everything that dates some pregnancy; what cannot be read goes to the notes."""
    found = []
    for finding in findings:
        try:
            found += list(_dated(finding, rules))
        except Unreadable as why:
            notes.leave_out(finding, str(why))
    return sorted(found, key=lambda each: (each.rank, each.finding.resource.name))


def _dated(finding: Finding, rules: Rules) -> Iterator[Dated]:
    """Yield what a finding dates. The rank: kind first, then the newest, then the surest."""
    age = -(finding.day.toordinal() if finding.day else 0)
    for place, concept in enumerate(DUE_DATES):
        day = day_of(finding.resource.value) if finding.has(concept) else None
        if day:
            start = day - timedelta(TERM_LENGTH_DAYS)
            yield Dated(finding, "due_date", Span(start, start), (4 if concept == WEAKEST else 0, age, place))
    if finding.has("last_period", "conception_date"):
        day = day_of(finding.resource.value)
        if day:
            start = day - FROM_LAST_PERIOD if finding.has("conception_date") else day
            kind = "conception" if finding.has("conception_date") else "last_period"
            yield Dated(finding, kind, Span(start, start), (1, age))
    onset = finding.resource.happened
    if finding.resource.kind == "Condition" and finding.has("pregnant") and onset:
        yield Dated(finding, ONSET, Span(onset - timedelta(rules.longest_gestation), onset), (5, age))
    yield from _from_gestation(finding, rules, age)


def _from_gestation(finding: Finding, rules: Rules, age: int) -> Iterator[Dated]:
    """Yield what a gestation on a day dates. One that is about another event than the pregnancy of that day has a focus."""
    concept = next((each for each in GESTATIONS if finding.has(each)), None)
    week = finding.carried("gestational_week")
    if finding.day is None or (concept and finding.resource.focus) or (concept is None and week is None):
        return
    gestation = gestation_of(finding.resource, rules.longest_gestation, GESTATIONS[concept]) if concept else whole_week(week or 0, rules.longest_gestation)
    low, high = (int(gestation.low), int(gestation.high)) if isinstance(gestation, Range) else (gestation, gestation)
    yield Dated(finding, "gestation", Span(finding.day - timedelta(high), finding.day - timedelta(low)), (2 if concept else 3, age))


def story(as_of: date, rules: Rules, found: Sequence[Dated], ends: Sequence[tuple[date, Finding]], notes: Notes) -> Story:
    """Return what dates the pregnancy of the day of assessment: it holds that day, and no end of a pregnancy lies in it."""
    last_end, last = max(ends, key=lambda end: end[0], default=(None, None))
    certain = last if last and (last.resource.kind != "Observation" or last.resource.happened != last_end) else None
    now = [each for each in found if holds(each.span, as_of, rules) and not is_over(each.span, last_end, rules)]
    for first, other in ((now[0], each) for each in now[1:]):
        apart = first.span.days_apart(other.span)
        if apart > rules.dating_conflict:
            notes.conflict(
                f"{first.finding.resource.name} and {other.finding.resource.name} date this pregnancy {apart} days apart; {first.finding.resource.name} is used"
            )
    for each in found:
        if each not in now and each.kind != ONSET:
            notes.set_aside(each.finding, "it dates a pregnancy that is over, or none that holds the day of assessment")
    return Story(as_of, rules, tuple(now), last_end, certain)


def is_over(span: Span, last_end: date | None, rules: Rules) -> bool:
    """Return whether a pregnancy is over: one ended after it had begun, and not so early that it was the one before."""
    return last_end is not None and last_end >= span.latest + timedelta(int(rules.first_trimester.low))


def holds(span: Span, as_of: date, rules: Rules) -> bool:
    """Return whether a pregnancy that began so may go on on a day."""
    return span.earliest <= as_of <= span.latest + timedelta(rules.longest_gestation)
