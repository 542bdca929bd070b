"""The timeline of an assessment as a picture: a bar for each thing and its weeks, a line for today."""

import textwrap
from collections.abc import Iterator
from datetime import date, timedelta

from gravida.assessment import Assessment, Moment
from gravida.pictures import Bar, timeline
from gravida.units import DAYS_IN_A_WEEK, TERM_LENGTH_DAYS
from gravida.words import STANCES, VERDICTS

STYLES = {"now": "now", "now-if": "if", "later": "later", "overdue": "overdue", "withheld": "held"}
LONGEST = 70
STEP = 4
"""So many weeks lie between two gestations that are written under the bars."""


def picture(assessment: Assessment) -> str:
    """Return the timeline as SVG. What several bodies say of the same weeks is one bar with all their names."""
    bars: dict[Bar, list[str]] = {}
    for each in assessment.timeline:
        bars.setdefault(Bar(_what(each), each.begins, each.ends, _style(each)), []).append(each.body)
    rows = [Bar(_label(bar.label, bodies), bar.begins, bar.ends, bar.style) for bar, bodies in bars.items()]
    told = "; ".join(f"{bar.label}: {bar.begins or 'no first day'} to {bar.ends or 'no last day'}" for bar in rows)
    title = "What comes when, if nothing changes"
    weeks = list(_weeks(assessment.pregnancy.due_date, rows))
    return timeline(rows, assessment.as_of, title, f"As of {assessment.as_of}, at {assessment.pregnancy.gestation or 'an unknown gestation'}. {told}.", weeks)


def _what(moment: Moment) -> str:
    return f"{VERDICTS[moment.verdict].mark} {STANCES[moment.stance].mark} {moment.what} ({moment.window})"


def _style(moment: Moment) -> str:
    return "against" if moment.stance in ("against", "insufficient") else STYLES[moment.verdict]


def _label(what: str, bodies: list[str]) -> str:
    return textwrap.shorten(f"{', '.join(dict.fromkeys(bodies))}: {what}", LONGEST, placeholder=" …")


def _weeks(due: date | None, bars: list[Bar]) -> Iterator[tuple[date, str]]:
    """Yield days inside the picture with their gestation; none if there is no due date."""
    known = sorted(day for bar in bars for day in (bar.begins, bar.ends) if day)
    for week in range(0, TERM_LENGTH_DAYS // DAYS_IN_A_WEEK + 1, STEP) if due and known else ():
        day = due - timedelta(days=TERM_LENGTH_DAYS - week * DAYS_IN_A_WEEK) if due else date.min
        if known[0] <= day <= known[-1]:
            yield day, f"{week}+0"
