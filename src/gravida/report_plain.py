"""An assessment for the person herself: plain words, safety first, no doses, nothing that nobody has verified.

It is text with short paragraphs, made to be read on a small screen, aloud, or on paper.
"""

import textwrap
from collections.abc import Iterable, Sequence
from datetime import date

from gravida.assessment import Assessment, Event, Opinion, Row
from gravida.words import BABIES, ENDED, PLAIN_NOTICE, SAFETY, STANCES, TIERS, VERDICTS

WIDTH = 72
SHOWN = ("overdue", "now", "now-if", "withheld", "met", "later")
MOST_MISSING = 8


def plain_text(assessment: Assessment) -> str:
    """Return the whole page. Recalled, superseded and not-applying recommendations never stand in it."""
    sections = (
        _urgent(assessment), _now(assessment), _history(assessment), _topics(assessment), _differ(assessment),
        _missing(assessment), _dates(assessment), _ask(assessment), _sources(assessment),
    )  # fmt: skip
    lines = [*_wrapped(PLAIN_NOTICE), ""]
    for section in sections:
        lines += [*section, ""]
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
        yield from _wrapped(f"{TIERS[flag.tier].plain} You told us: {', '.join(flag.signs)}." if flag.signs else TIERS[flag.tier].plain)
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
    if pregnancy.pregnant is False:
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


def _shown(row: Row) -> list[Opinion]:
    return [each for each in row.opinions if each.verdict in SHOWN and not each.recalled and not each.superseded]


def _topics(assessment: Assessment) -> Iterable[str]:
    yield from _title("What guidelines say for you")
    rows = [row for row in assessment.matrix if row.topic != "urgent-signs" and _shown(row)]
    if not rows:
        yield from _wrapped("Too little is known to say. The questions below help most.")
    for row in rows:
        yield ""
        yield row.plain
        for opinion in sorted(_shown(row), key=lambda each: list(VERDICTS).index(each.verdict)):
            yield from _bullet(f"{opinion.heading} {STANCES[opinion.stance].plain}: {opinion.plain} {_when(opinion)}".strip())


def _when(opinion: Opinion) -> str:
    if opinion.verdict in ("now-if", "withheld"):
        reasons = "; ".join(opinion.withheld_by or opinion.open_questions)
        return f"{VERDICTS[opinion.verdict].plain} ({reasons})"
    if opinion.verdict == "later" and opinion.begins:
        return f"This comes from {_day(opinion.begins)}, if nothing changes."
    return VERDICTS[opinion.verdict].plain if opinion.verdict in ("overdue", "later") else ""


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
        yield from _bullet(f"{each.action}. {said}.")


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
    moments = [each for each in assessment.timeline if each.verdict in ("now", "now-if", "later", "overdue") and each.stance != "against"]
    if not moments:
        yield from _wrapped("No dates follow from what is known.")
    for each in moments:
        span = (
            f"{_day(each.begins)} to {_day(each.ends)}"
            if each.begins and each.ends
            else f"from {_day(each.begins)}"
            if each.begins
            else f"until {_day(each.ends)}"
        )
        yield from _bullet(f"{span}: {each.plain} ({each.heading})")


def _ask(assessment: Assessment) -> Iterable[str]:
    yield from _title("Questions to take with you")
    for question in assessment.questions:
        yield from _bullet(question)
    if not assessment.questions:
        yield from _wrapped("What do you think happened? What would you watch for in a next pregnancy?")


def _sources(assessment: Assessment) -> Iterable[str]:
    yield from _title("Where this comes from")
    for each in assessment.sources:
        yield from _bullet(each.heading)
