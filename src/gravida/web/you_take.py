"""What she can take along: a calendar of the dates, and a file with her answers. The names of the files say nothing of anybody."""

import json
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

import icalendar
from starlette.responses import Response

from gravida.assess import assess
from gravida.interview import Interview
from gravida.interview_kept import as_text
from gravida.knowledge import Knowledge
from gravida.record import plain
from gravida.report_plain import span
from gravida.web.site import download
from gravida.web.you_result import FOR, what_comes_first
from gravida.words import say


def kept_file(interview: Interview, form: str = "yaml") -> Response:
    """Return her answers as a file: as ``gravida ask`` keeps them, or as JSON for other programs."""
    if form == "json":
        return download(json.dumps(plain(interview.record), indent=2, ensure_ascii=False), "application/json", "answers.json")
    return download(as_text(interview), "application/yaml; charset=utf-8", "answers.yaml")


def calendar_file(interview: Interview, knowledge: Knowledge) -> Response:
    """Return the dates that guidelines name as a calendar: a day on which each thing begins, or is last possible."""
    found = assess(interview.record, knowledge, interview.as_of)
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Gravida//EN")
    calendar.add("version", "2.0")
    entries: dict[tuple[date, str, str], list[str]] = {}
    first = what_comes_first(found)
    margin = max((each.margin_days for each in found.timeline), default=0)
    notice = f"{say('web.you.result.dates-margin', days=margin)} {say('notice.plain')}" if margin else say("notice.plain")
    for each in found.timeline:
        if each.stance in FOR and each.verdict != "withheld":
            day, name = _day(each.begins, each.ends, interview.as_of)
            if day is not None:
                place = (day, say(f"web.you.calendar.{name}", what=each.plain), f"{span(each)}. {first[each.recommendation]}".strip())
                entries.setdefault(place, []).append(each.body)
    for (day, what, dates), who in entries.items():
        calendar.add_component(_event(day, what, say("web.you.calendar.about", span=dates, who=", ".join(dict.fromkeys(who)), notice=notice)))
    return download(calendar.to_ical().decode("utf-8"), "text/calendar; charset=utf-8", "dates.ics")


def _day(begins: date | None, ends: date | None, today: date) -> tuple[date | None, str]:
    """Return the day to write down: when it begins, else today if it has begun, else its last day; none for what is over."""
    if begins is not None and begins > today:
        return begins, "from"
    if ends is None:
        return today, "between"
    return (ends, "until") if ends >= today else (None, "")


def _event(day: date, what: str, about: str) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", f"{day.isoformat()}-{sha256((what + about).encode()).hexdigest()[:16]}@gravida")
    event.add("dtstamp", datetime.combine(day, time(), UTC))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(1))
    event.add("transp", "TRANSPARENT")
    event.add("summary", what)
    event.add("description", about)
    return event
