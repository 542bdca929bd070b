"""An assessment for the person herself: plain words, safety first, no doses, nothing that nobody has verified.

It is text with short paragraphs, made to be read on a small screen, aloud, or on paper.
"""

import textwrap
from collections.abc import Iterable, Sequence
from datetime import date

from gravida.assessment import Assessment, Event, Moment, Opinion, Row
from gravida.words import COMPILED, STANCES, VERDICTS, babies, ended, say

WIDTH = 72
SHOWN = ("overdue", "now", "now-if", "withheld", "met", "later")
MOST_MISSING = 8


def plain_text(assessment: Assessment, *, everything: bool = False) -> str:
    """Return the whole page. Recalled, superseded and not-applying recommendations never stand in it.

    A sign that needs help now stops everything else, unless somebody examined her this very day or ``everything`` is wanted.
    """
    lines = [*_urgent(assessment), "", *wrapped(say("notice.plain")), ""]
    if assessment.overlays:
        lines += [*wrapped(_page("changed-by", names=_page("and").join(assessment.overlays))), ""]
    urgent = any(flag.tier == "now" and not flag.contradicts for flag in assessment.red_flags)
    if urgent and not (everything or assessment.examined_today):
        return "\n".join([*lines, *wrapped(_page("stopped"))]) + "\n"
    sections = (_now, _history, _topics, _differ, _missing, _dates, _ask, _numbers, _sources)
    for section in (_now, _topics, _sources) if assessment.pregnancy.ending else sections:
        lines += [*section(assessment), ""]
    return "\n".join([*lines, *wrapped(say("notice.plain"))]) + "\n"


def _page(name: str, /, **values: object) -> str:
    return say(f"page.{name}", **values)


def wrapped(text: str, indent: str = "", first: str | None = None) -> list[str]:
    """Return a paragraph as lines that a narrow window holds."""
    return textwrap.wrap(text, WIDTH, initial_indent=indent if first is None else first, subsequent_indent=indent) or [""]


def _title(name: str) -> list[str]:
    text = _page(f"titles.{name}")
    return [text.upper(), "=" * len(text)]


def _bullet(text: str) -> list[str]:
    return wrapped(text, "  ", "- ")


def _urgent(assessment: Assessment) -> Iterable[str]:
    yield from _title("help")
    for flag in assessment.red_flags:
        told = [_page("told", signs=", ".join(flag.signs))] if flag.signs else []
        doubt = [_page("contradicts")] if flag.contradicts else []
        yield from wrapped(" ".join([*doubt, f"{flag.do.capitalize()}.", *told]))
        yield from wrapped(flag.plain, "  ", "  ")
        yield ""
    yield from wrapped(say("safety"))
    if assessment.unanswered:
        yield ""
        yield from wrapped(_page("unanswered"))
        for each in assessment.unanswered:
            yield from _bullet(each.question)


def _now(assessment: Assessment) -> Iterable[str]:
    pregnancy = assessment.pregnancy
    yield from _title("now")
    if pregnancy.ending:
        yield from wrapped(_page("sorry"))
    elif pregnancy.pregnant is False:
        yield from wrapped(_page("not-pregnant"))
    elif not pregnancy.gestation:
        yield from wrapped(_page("gestation-unknown"))
    else:
        due = [_page("due", day=day_in_words(pregnancy.due_date))] if pregnancy.due_date else []
        today = _page("today", day=day_in_words(assessment.as_of), gestation=weeks_in_words(pregnancy.gestation), babies=babies(pregnancy.plurality))
        yield from wrapped(" ".join([today, *due]))


def weeks_in_words(gestation: str) -> str:
    """Say ``20+3`` as people do: 20 weeks and 3 days."""
    if " to " in gestation:
        low, high = (weeks_in_words(part) for part in gestation.split(" to "))
        return _page("between", low=low, high=high)
    weeks, _, days = gestation.partition("+")
    return _page({"0": "weeks", "1": "weeks-and-day"}.get(days, "weeks-and-days"), weeks=weeks, days=days)


def day_in_words(day: date | None) -> str:
    """Return a date as people say it; nothing for none."""
    return _page("day", day=day.day, month=_page(f"months.{day.month}"), year=day.year) if day else ""


def _history(assessment: Assessment) -> Iterable[str]:
    yield from _title("history")
    if not assessment.history:
        yield from wrapped(_page("no-history" if assessment.history_complete is not True else "first"))
    for event in assessment.history:
        yield from _event(event)
    if assessment.history:
        yield from wrapped(_page("no-fault"))


def _event(event: Event) -> Iterable[str]:
    name = "event" if event.ended else "event-when-unknown"
    yield from wrapped(_page(name, number=event.index + 1, outcome=ended(event.outcome), gestation=weeks_in_words(event.ended) if event.ended else ""))
    for feature in event.features:
        if feature.holds:
            yield from _bullet(feature.plain)
    if not any(feature.holds for feature in event.features):
        yield from _bullet(_page("event-unknown"))


def shown(row: Row, *, ending: bool) -> list[Opinion]:
    """Return what is for her; to somebody who is losing a pregnancy, only what speaks of that."""
    found = [each for each in row.opinions if each.verdict in SHOWN and not each.recalled and not each.superseded]
    return [each for each in found if each.about_loss and each.verdict in ("now", "met")] if ending else found


def _topics(assessment: Assessment) -> Iterable[str]:
    yield from _title("topics")
    ending = assessment.pregnancy.ending
    rows = [row for row in assessment.matrix if row.for_patients and row.topic != "urgent-signs" and shown(row, ending=ending)]
    if not rows:
        yield from wrapped(_page("topics-none"))
    for row in rows:
        yield ""
        yield row.plain
        for opinion in sorted(shown(row, ending=ending), key=lambda each: list(VERDICTS).index(each.verdict)):
            lead = "" if opinion.body == COMPILED else f"{opinion.heading} {STANCES[opinion.stance].plain}: "
            yield from _bullet(f"{lead}{opinion.plain} {when(opinion)}".strip())


def when(opinion: Opinion) -> str:
    """Return when and on which condition something is for her."""
    return " ".join(part for part in (verdict_in_words(opinion), caution(opinion)) if part)


def verdict_in_words(opinion: Opinion) -> str:
    """Return what a verdict means for her; nothing where it goes without saying."""
    if opinion.verdict in ("now-if", "withheld"):
        reasons = "; ".join(opinion.withheld_by or opinion.open_questions)
        return f"{VERDICTS[opinion.verdict].plain} ({reasons})"
    if opinion.verdict == "later" and opinion.begins:
        return _page("later-from", day=day_in_words(opinion.begins))
    return VERDICTS[opinion.verdict].plain if opinion.verdict in ("overdue", "later") else ""


def caution(opinion: Opinion) -> str:
    """Return what other guidelines hold against the same action; nothing for none."""
    return _page("caution", reasons="; ".join(opinion.cautions)) if opinion.cautions else ""


def _differ(assessment: Assessment) -> Iterable[str]:
    yield from _title("differ")
    if not assessment.disagreements:
        yield from wrapped(_page("no-difference"))
        return
    yield from wrapped(_page("differences"))
    headings = {each.recommendation: each.heading for row in assessment.matrix for each in row.opinions}
    for each in assessment.disagreements:
        sides = (("favour", each.favour), ("against", each.against), ("unsure", each.unsure), ("not-met", each.not_met))
        said = "; ".join(f"{_page(f'sides.{side}')}: {', '.join(_named(keys, headings))}" for side, keys in sides if keys)
        yield from _bullet(f"{each.plain.capitalize()}. {said}.")


def _named(keys: Sequence[str], headings: dict[str, str]) -> list[str]:
    return list(dict.fromkeys(headings[key] for key in keys))


def _missing(assessment: Assessment) -> Iterable[str]:
    yield from _title("missing")
    if not assessment.missing:
        yield from wrapped(_page("nothing-missing"))
    for each in assessment.missing[:MOST_MISSING]:
        yield from _bullet(each.question)


def _dates(assessment: Assessment) -> Iterable[str]:
    yield from _title("dates")
    moments = [each for each in assessment.timeline if each.verdict in SHOWN and each.stance not in ("against", "insufficient", "inform")]
    if not moments:
        yield from wrapped(_page("no-dates"))
    for line in dict.fromkeys(f"{span(each)}: {each.plain} ({each.body})" for each in moments):
        yield from _bullet(line)


def span(moment: Moment) -> str:
    """Return the dates of something on the timeline, in words."""
    late = _page("passed") if moment.verdict == "overdue" else ""
    if moment.begins and moment.ends:
        return _page("from-to", begins=day_in_words(moment.begins), ends=day_in_words(moment.ends)) + late
    return _page("from", begins=day_in_words(moment.begins)) if moment.begins else _page("until", ends=day_in_words(moment.ends)) + late


def _ask(assessment: Assessment) -> Iterable[str]:
    yield from _title("ask")
    for question in assessment.questions:
        yield from _bullet(question)
    if not assessment.questions:
        yield from wrapped(_page("no-questions"))


def _numbers(assessment: Assessment) -> Iterable[str]:
    """Say that there are numbers, and show none: whoever wants to see them asks for them."""
    if any(study.belongs for study in assessment.risks):
        yield from wrapped(say("risk.there-are"))


def _sources(assessment: Assessment) -> Iterable[str]:
    """Yield the documents that say something on this page; those that do not are for clinicians."""
    yield from _title("sources")
    said = {opinion.guideline for row in assessment.matrix for opinion in shown(row, ending=assessment.pregnancy.ending)}
    for each in assessment.sources:
        if each.guideline in said:
            yield from _bullet(f"{each.heading}. {each.body_name}.")
