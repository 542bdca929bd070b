"""A note for the chart: short, plain text, with who says what, what is not known, and that it is a draft."""

from collections.abc import Iterator

from gravida.assessment import Assessment
from gravida.report_text import dates
from gravida.web.clinicians_judge import Wanted
from gravida.web.clinicians_view import Line, TopicView, headings, named, topics
from gravida.words import COMPILED, STANCES, TIERS, VERDICTS, babies, ended, leans, say

MOST_MISSING = 5
MOST_EVENTS = 12


def note(assessment: Assessment) -> str:
    """Return the note. What is superseded, unverified, or does not apply is left out, whatever the page shows."""
    return "\n".join(_lines(assessment)) + "\n"


def _say(name: str, /, **values: object) -> str:
    return say(f"web.clinicians.note.{name}", **values)


def _lines(assessment: Assessment) -> Iterator[str]:
    yield _say("title", day=assessment.as_of)
    yield say("notice.clinical") if not assessment.reviewed else _say("reviewed")
    yield ""
    yield from _urgent(assessment)
    yield from _pregnancy(assessment)
    yield from _events(assessment)
    yield from _said(assessment)
    yield from _differ(assessment)
    yield from _missing(assessment)
    yield from _sources(assessment)


def _urgent(assessment: Assessment) -> Iterator[str]:
    for flag in assessment.red_flags:
        yield f"{TIERS[flag.tier].mark}: {', '.join(flag.signs)}. {flag.says}"
    if assessment.unanswered:
        yield _say("unanswered", signs=", ".join(each.label for each in assessment.unanswered))
    elif not assessment.red_flags:
        yield _say("no-signs")


def _pregnancy(assessment: Assessment) -> Iterator[str]:
    found = assessment.pregnancy
    yield _say("pregnancy", what=pregnancy_line(assessment))
    if found.dating_note:
        yield found.dating_note
    yield from (_say("conflict", what=each) for each in assessment.conflicts)
    yield from (_say("assumed", what=each) for each in assessment.assumed)


def pregnancy_line(assessment: Assessment) -> str:
    """Return this pregnancy as charts write it, in a line."""
    found = assessment.pregnancy
    if found.pregnant is False:
        parts = [_say("not-pregnant")]
    else:
        due = _say("due", day=found.due_date, by=found.dated_by) if found.due_date else ""
        parts = [found.gestation or _say("no-gestation"), due, babies(found.plurality), "" if found.pregnant else _say("unsure-pregnant")]
    return ", ".join([*filter(None, parts), *charts(assessment)])


def charts(assessment: Assessment) -> list[str]:
    """Return gravida and para, once for each way in which births are counted."""
    found = assessment.pregnancy
    if not found.gravida:
        return []
    return [f"G{found.gravida} P{para.births} ({para.counted_from})" for para in found.para] or [f"G{found.gravida}"]


def _events(assessment: Assessment) -> Iterator[str]:
    for event in assessment.history[:MOST_EVENTS]:
        fits = [f"{leans(each.leans)} ({each.id.replace('-', ' ')})" for each in event.features if each.holds]
        yield _say("event", number=event.index + 1, when=event.ended or _say("no-gestation"), how=ended(event.outcome), fits="; ".join(fits) or _say("no-fit"))
    if assessment.history and assessment.history_complete is not True:
        yield _say("history-open")


def _said(assessment: Assessment) -> Iterator[str]:
    yield ""
    yield _say("said")
    said = [(topic, line) for topic in topics(assessment, Wanted()) for line in topic.lines if _counts(line)]
    yield from (_line(topic, line) for topic, line in said)
    if not said:
        yield _say("nothing")


def _counts(line: Line) -> bool:
    return any(each.body != COMPILED for each in line.opinions)


def _line(topic: TopicView, line: Line) -> str:
    when = "; ".join(dict.fromkeys(text for each in line.opinions if (text := ", ".join(filter(None, (each.window, dates(each)))))))
    who = ", ".join(dict.fromkeys(each.heading for each in line.opinions))
    reasons = f" [{'; '.join(line.reasons)}]" if line.reasons and line.verdict in ("now-if", "withheld") else ""
    what = f"{STANCES[line.stance].clinical} {', '.join(line.actions) or topic.label}"
    return f"- {what}: {VERDICTS[line.verdict].clinical}{reasons}{f' ({when})' if when else ''}. {who}."


def _differ(assessment: Assessment) -> Iterator[str]:
    whose = headings(assessment)
    for each in assessment.disagreements:
        sides = (("favour", each.favour), ("against", each.against), ("unsure", each.unsure), ("not-met", each.not_met))
        said = "; ".join(f"{say(f'web.clinicians.sides.{side}')}: {', '.join(named(keys, whose))}" for side, keys in sides if keys)
        yield _say("differ", what=each.action, said=said)


def _missing(assessment: Assessment) -> Iterator[str]:
    if assessment.missing:
        rest = len(assessment.missing) - MOST_MISSING
        more = _say("more", count=rest) if rest > 0 else ""
        yield _say("missing", what=", ".join(each.label for each in assessment.missing[:MOST_MISSING]) + more)


def _sources(assessment: Assessment) -> Iterator[str]:
    whose = {each.guideline for topic in topics(assessment, Wanted()) for line in topic.lines if _counts(line) for each in line.opinions}
    yield ""
    yield _say("sources")
    yield from (f"- {each.heading}: {each.citation}" for each in assessment.sources if each.guideline in whose)
