"""The result in plain words: what was understood, what comes when, what may be talked about, and why doctors differ.

What nobody has read, and what no longer stands, is never on this page. Guidelines stand side by side and none is shown
as the right one. While a pregnancy is being lost, only what speaks of that is shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gravida.assess import assess
from gravida.assessment import Assessment, Disagreement, Event, Moment, Opinion, Row
from gravida.guideline import Stance
from gravida.interview import Interview
from gravida.knowledge import Knowledge
from gravida.report_plain import caution, day_in_words, shown, span, weeks_in_words, when
from gravida.report_risk import plain_page
from gravida.safety import signs
from gravida.web.you_studies import studies
from gravida.web.you_told import in_notes, told
from gravida.words import COMPILED, STANCES, VERDICTS, babies, ended, say

MOST_MISSING = 8
SIDES = ("favour", "against", "unsure", "held")
FOR = frozenset({"recommend", "offer", "consider"})
NOTES = {"overdue": "web.you.result.late", "now-if": "web.you.result.check-first", "withheld": "web.you.result.not-now"}
"""What comes before a date on the timeline, by verdict."""


@dataclass(frozen=True)
class Line:
    """What one guideline says: its body, who in which words takes which stance, the words, and when it holds."""

    body: str
    who: str
    says: str
    when: str


@dataclass(frozen=True)
class Option:
    """One thing that may be talked about: lines by side, and what trials found."""

    title: str
    sides: dict[str, list[Line]]
    states: list[Line]
    studies: list[tuple[str, tuple[str, ...]]]

    @property
    def is_choice(self) -> bool:
        """Whether somebody takes a side on it."""
        return bool(self.sides)

    @property
    def bodies(self) -> str:
        """Who takes which side, in short."""
        return "; ".join(
            f"{say(f'web.you.result.brief.{side}')}: {', '.join(dict.fromkeys(line.body for line in lines))}" for side, lines in self.sides.items()
        )


@dataclass(frozen=True)
class When:
    """One line of the timeline: the dates in words, what, how each guideline puts it, and what comes first."""

    dates: str
    what: str
    who: str
    note: str
    is_now: bool
    is_late: bool


def result_values(interview: Interview, knowledge: Knowledge, *, everything: bool) -> dict[str, Any]:
    """Return what the page of the result shows."""
    found = assess(interview.record, knowledge, interview.as_of)
    urgent = any(flag.tier == "now" and not flag.contradicts for flag in found.red_flags)
    options = list(_options(found, knowledge))
    return {
        "found": found, "urgent": urgent, "stopped": urgent and not (everything or found.examined_today), "day": day_in_words(found.as_of),
        "where": list(_where(found)), "told": told(interview), "notes": in_notes(interview), "history": [_event(each) for each in found.history],
        "no_history": _no_history(found), "dates": _dates(found), "margin": max((each.margin_days for each in found.timeline), default=0),
        "choices": [each for each in options if each.is_choice], "good_to_know": [each for each in options if not each.is_choice],
        "differ": [_differ(each, found) for each in found.disagreements],
        "call": [knowledge.dictionary.facts[name].words.question for name in signs(knowledge)],
        "missing": [each.question for each in found.missing[:MOST_MISSING]], "numbers": _numbers(found), "sources": _sources(found),
        "ending": found.pregnancy.ending,
    }  # fmt: skip


def _where(found: Assessment) -> Iterator[str]:
    pregnancy = found.pregnancy
    if pregnancy.ending:
        yield say("page.sorry")
    elif pregnancy.pregnant is False:
        yield say("page.not-pregnant")
    elif not pregnancy.gestation:
        yield say("page.gestation-unknown")
    else:
        yield say("page.today", day=day_in_words(found.as_of), gestation=weeks_in_words(pregnancy.gestation), babies=babies(pregnancy.plurality))
        if pregnancy.due_date:
            yield say("page.due", day=day_in_words(pregnancy.due_date))


def _no_history(found: Assessment) -> str:
    return "" if found.history else say("page.first" if found.history_complete else "page.no-history")


def _event(event: Event) -> tuple[str, list[str]]:
    """Return the title of an earlier pregnancy, and what it may and may not mean."""
    name = "event" if event.ended else "event-when-unknown"
    title = say(f"page.{name}", number=event.index + 1, outcome=ended(event.outcome), gestation=weeks_in_words(event.ended) if event.ended else "")
    lines = [feature.plain for feature in event.features if feature.holds] or [say("page.event-unknown")]
    unsure = not event.ended or " to " in event.ended
    return title, [*lines, say("web.you.result.unsure-when")] if unsure else lines


def _dates(found: Assessment) -> list[When]:
    first = what_comes_first(found)
    lines: dict[tuple[str, str, str, bool, bool], dict[Stance, list[str]]] = {}
    for each in found.timeline:
        if each.stance in FOR:
            place = (span(each), each.plain, first[each.recommendation], _is_now(each, found), each.verdict == "overdue")
            lines.setdefault(place, {}).setdefault(each.stance, []).append(each.body)
    return [When(dates, what, _who(said), note, now, late) for (dates, what, note, now, late), said in lines.items()]


def what_comes_first(found: Assessment) -> dict[str, str]:
    """Return for each recommendation what is to be asked first, or speaks against it: a date alone would sound like an order."""
    return {each.recommendation: _note(each) for row in found.matrix for each in row.opinions}


def _note(opinion: Opinion) -> str:
    verdict = say(NOTES[opinion.verdict]) if opinion.verdict in NOTES else ""
    return " ".join(filter(None, (verdict, caution(opinion))))


def _who(said: Mapping[Stance, Sequence[str]]) -> str:
    return "; ".join(say(f"web.you.result.by.{stance}", who=", ".join(dict.fromkeys(bodies))) for stance, bodies in said.items())


def _is_now(moment: Moment, found: Assessment) -> bool:
    return moment.verdict != "withheld" and (moment.begins is None or moment.begins <= found.as_of) and (moment.ends is None or moment.ends >= found.as_of)


def _options(found: Assessment, knowledge: Knowledge) -> Iterator[Option]:
    for row in found.matrix:
        said = sorted(shown(row, ending=found.pregnancy.ending), key=lambda each: list(VERDICTS).index(each.verdict))
        if row.for_patients and row.topic != "urgent-signs" and said:
            yield _option(row, said, knowledge, ending=found.pregnancy.ending)


def _option(row: Row, said: Sequence[Opinion], knowledge: Knowledge, *, ending: bool) -> Option:
    sides: dict[str, list[Line]] = {side: [_line(each) for each in said if _side(each) == side] for side in SIDES}
    states = [_line(each) for each in said if not _side(each)]
    found = [] if ending else studies(row.topic, knowledge)
    return Option(row.plain, {side: lines for side, lines in sides.items() if lines}, states, found)


def _side(opinion: Opinion) -> str:
    """Return which side a guideline takes; nothing if it takes none."""
    if opinion.stance == "inform" or opinion.body == COMPILED:
        return ""
    if opinion.stance in FOR:
        return "held" if opinion.verdict == "withheld" else "favour"
    return "against" if opinion.stance == "against" else "unsure"


def _line(opinion: Opinion) -> Line:
    who = "" if opinion.body == COMPILED else f"{opinion.heading} {STANCES[opinion.stance].plain}"
    return Line(opinion.body, who, opinion.plain, when(opinion))


def _differ(each: Disagreement, found: Assessment) -> tuple[str, list[tuple[str, str]]]:
    headings = {opinion.recommendation: opinion.heading for row in found.matrix for opinion in row.opinions}
    sides = (("favour", each.favour), ("against", each.against), ("unsure", each.unsure), ("not-met", each.not_met))
    return each.plain, [(say(f"page.sides.{side}"), ", ".join(dict.fromkeys(headings[key] for key in keys))) for side, keys in sides if keys]


def _numbers(found: Assessment) -> list[str]:
    """Return what studies counted of others, if any group is known to be hers."""
    return [line for line in plain_page(found) if line] if any(study.belongs for study in found.risks) else []


def _sources(found: Assessment) -> list[tuple[str, str, str]]:
    said = {opinion.guideline for row in found.matrix for opinion in shown(row, ending=found.pregnancy.ending)}
    return [(each.heading, each.body_name, each.guideline) for each in found.sources if each.guideline in said]
