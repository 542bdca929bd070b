"""An assessment for the person herself: plain words, safety first, no doses, nothing that nobody has verified.

It is text with short paragraphs, made to be read on a small screen, aloud, or on paper.
"""

import textwrap
from collections.abc import Iterable, Sequence
from datetime import date

from gravida.assessment import Assessment, Event, Moment, Opinion, Row
from gravida.words import BABIES, COMPILED, CONTRADICTS, ENDED, PLAIN_NOTICE, SAFETY, SORRY, STANCES, STOPPED, VERDICTS

WIDTH = 72
SHOWN = ("overdue", "now", "now-if", "withheld", "met", "later")
MOST_MISSING = 8


def plain_text(assessment: Assessment, *, everything: bool = False) -> str:
    """Return the whole page. Recalled, superseded and not-applying recommendations never stand in it.

    A sign that needs help now stops everything else, unless somebody examined her this very day or ``everything`` is wanted.
    """
    lines = [*_urgent(assessment), "", *_wrapped(PLAIN_NOTICE), ""]
    if assessment.overlays:
        lines += [*_wrapped(f"{' and '.join(assessment.overlays)} added to this or changed some of it. Each such place says so."), ""]
    urgent = any(flag.tier == "now" and not flag.contradicts for flag in assessment.red_flags)
    if urgent and not (everything or assessment.examined_today):
        return "\n".join([*lines, *_wrapped(STOPPED)]) + "\n"
    sections = (_now, _history, _topics, _differ, _missing, _dates, _ask, _sources)
    for section in (_now, _topics, _sources) if assessment.pregnancy.ending else sections:
        lines += [*section(assessment), ""]
    return "\n".join([*lines, *_wrapped(PLAIN_NOTICE)]) + "\n"


def _wrapped(text: str, indent: str = "", first: str | None = None) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent if first is None else first, subsequent_indent=indent) or [""]


def _title(text: str) -> list[str]:
    return [text.upper(), "=" * len(text)]


def _bullet(text: str) -> list[str]:
    return _wrapped(text, "  ", "- ")


def _urgent(assessment: Assessment) -> Iterable[str]:
    yield from _title("When to get help")
    for flag in assessment.red_flags:
        told = f" You told us: {', '.join(flag.signs)}." if flag.signs else ""
        yield from _wrapped(f"{CONTRADICTS if flag.contradicts else ''}{flag.do.capitalize()}.{told}")
        yield from _wrapped(flag.plain, "  ", "  ")
        yield ""
    yield from _wrapped(SAFETY)
    if assessment.unanswered:
        yield ""
        yield from _wrapped("You have not answered these yet. If one of them is true, call now. Do not wait for an appointment.")
        for each in assessment.unanswered:
            yield from _bullet(each.question)


def _now(assessment: Assessment) -> Iterable[str]:
    pregnancy = assessment.pregnancy
    yield from _title("Where you are")
    if pregnancy.ending:
        yield from _wrapped(SORRY)
    elif pregnancy.pregnant is False:
        yield from _wrapped("You are not pregnant now.")
    elif not pregnancy.gestation:
        yield from _wrapped("We do not know how far along you are. Many answers depend on it.")
    else:
        babies = BABIES.get(pregnancy.plurality, f"{pregnancy.plurality} babies")
        due = f" The baby is due on {_day(pregnancy.due_date)}." if pregnancy.due_date else ""
        yield from _wrapped(f"On {_day(assessment.as_of)} you are {_weeks(pregnancy.gestation)} pregnant ({babies}).{due}")


def _weeks(gestation: str) -> str:
    """Say ``20+3`` as people do: 20 weeks and 3 days."""
    if " to " in gestation:
        return f"between {' and '.join(_weeks(part) for part in gestation.split(' to '))}"
    weeks, _, days = gestation.partition("+")
    return f"{weeks} weeks" + {"0": "", "1": " and 1 day"}.get(days, f" and {days} days")


def _day(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""


def _history(assessment: Assessment) -> Iterable[str]:
    yield from _title("Your earlier pregnancies")
    if not assessment.history:
        yield from _wrapped("You have told us of none." if assessment.history_complete is not True else "This is your first pregnancy.")
    for event in assessment.history:
        yield from _event(event)
    if assessment.history:
        yield from _wrapped("Losing a pregnancy is not your fault. These notes cannot tell what happened. They show what doctors look at.")


def _event(event: Event) -> Iterable[str]:
    when = f"ended at {_weeks(event.ended)}" if event.ended else "we do not know when it ended"
    yield from _wrapped(f"Pregnancy {event.index + 1} ({ENDED.get(event.outcome, event.outcome)}; {when})")
    for feature in event.features:
        if feature.holds:
            yield from _bullet(feature.plain)
    if not any(feature.holds for feature in event.features):
        yield from _bullet("We know too little to say how this fits.")


def _shown(row: Row, *, ending: bool) -> list[Opinion]:
    """Return what is for her; to somebody who is losing a pregnancy, only what speaks of that."""
    shown = [each for each in row.opinions if each.verdict in SHOWN and not each.recalled and not each.superseded]
    return [each for each in shown if each.about_loss and each.verdict in ("now", "met")] if ending else shown


def _topics(assessment: Assessment) -> Iterable[str]:
    yield from _title("What guidelines say for you")
    ending = assessment.pregnancy.ending
    rows = [row for row in assessment.matrix if row.for_patients and row.topic != "urgent-signs" and _shown(row, ending=ending)]
    if not rows:
        yield from _wrapped("Too little is known to say. The questions below help most.")
    for row in rows:
        yield ""
        yield row.plain
        for opinion in sorted(_shown(row, ending=ending), key=lambda each: list(VERDICTS).index(each.verdict)):
            lead = "" if opinion.body == COMPILED else f"{opinion.heading} {STANCES[opinion.stance].plain}: "
            yield from _bullet(f"{lead}{opinion.plain} {_when(opinion)}".strip())


def _when(opinion: Opinion) -> str:
    return " ".join(part for part in (_verdict(opinion), _caution(opinion)) if part)


def _verdict(opinion: Opinion) -> str:
    if opinion.verdict in ("now-if", "withheld"):
        reasons = "; ".join(opinion.withheld_by or opinion.open_questions)
        return f"{VERDICTS[opinion.verdict].plain} ({reasons})"
    if opinion.verdict == "later" and opinion.begins:
        return f"This comes from {_day(opinion.begins)}, if nothing changes."
    return VERDICTS[opinion.verdict].plain if opinion.verdict in ("overdue", "later") else ""


def _caution(opinion: Opinion) -> str:
    return f"But others advise against it with: {'; '.join(opinion.cautions)}. Ask about this first." if opinion.cautions else ""


def _differ(assessment: Assessment) -> Iterable[str]:
    yield from _title("Where doctors differ")
    if not assessment.disagreements:
        yield from _wrapped("For what is known so far, the guidelines here do not part ways.")
        return
    yield from _wrapped("Guidelines differ for someone like you. None of them is shown as the right one. You can ask why.")
    headings = {each.recommendation: each.heading for row in assessment.matrix for each in row.opinions}
    for each in assessment.disagreements:
        sides = (("For it", each.favour), ("Against it", each.against), ("Not sure", each.unsure), ("Not for your situation", each.not_met))
        said = "; ".join(f"{side}: {', '.join(_named(keys, headings))}" for side, keys in sides if keys)
        yield from _bullet(f"{each.plain.capitalize()}. {said}.")


def _named(keys: Sequence[str], headings: dict[str, str]) -> list[str]:
    return list(dict.fromkeys(headings[key] for key in keys))


def _missing(assessment: Assessment) -> Iterable[str]:
    yield from _title("What would help to know")
    if not assessment.missing:
        yield from _wrapped("Nothing more would change what is shown here.")
    for each in assessment.missing[:MOST_MISSING]:
        yield from _bullet(each.question)


def _dates(assessment: Assessment) -> Iterable[str]:
    yield from _title("Dates, if nothing changes")
    moments = [each for each in assessment.timeline if each.verdict in SHOWN and each.stance not in ("against", "insufficient", "inform")]
    if not moments:
        yield from _wrapped("No dates follow from what is known.")
    for line in dict.fromkeys(f"{_span(each)}: {each.plain} ({each.body})" for each in moments):
        yield from _bullet(line)


def _span(moment: Moment) -> str:
    late = ", which has passed" if moment.verdict == "overdue" else ""
    if moment.begins and moment.ends:
        return f"{_day(moment.begins)} to {_day(moment.ends)}{late}"
    return f"from {_day(moment.begins)}" if moment.begins else f"until {_day(moment.ends)}{late}"


def _ask(assessment: Assessment) -> Iterable[str]:
    yield from _title("Questions to take with you")
    for question in assessment.questions:
        yield from _bullet(question)
    if not assessment.questions:
        yield from _wrapped("What do you think happened? What would you watch for in a next pregnancy?")


def _sources(assessment: Assessment) -> Iterable[str]:
    yield from _title("Where this comes from")
    for each in assessment.sources:
        yield from _bullet(f"{each.heading}. {each.body_name}.")
