"""An assessment as Markdown, for a note, a letter or a meeting: the same sections as on the terminal."""

from collections.abc import Iterable

from gravida.assessment import Assessment, Opinion, Row
from gravida.report_text import ORDER, SHOWN, URGENT, dates, sides, visible
from gravida.risk_lines import belonging, centile_line, effect_line
from gravida.words import STANCES, TIERS, VERDICTS, babies, ended, leans, say


def markdown(assessment: Assessment, *, everything: bool = False) -> str:
    """Return the whole assessment."""
    rows = visible(assessment.matrix, everything=everything)
    sections: tuple[tuple[str, Iterable[str]], ...] = (
        ("Urgent signs", _urgent(assessment)),
        ("This pregnancy", _pregnancy(assessment)),
        ("Earlier pregnancies, and how each fits cervical insufficiency", _history(assessment)),
        ("What each guideline says", [*_guidelines(rows, everything=everything), *([] if everything else ["", _unknown(rows)])]),
        ("Where guidelines disagree for this record", _disagreements(assessment)),
        ("What is missing, and what it would settle", _missing(assessment)),
        ("Timeline (if nothing changes)", _timeline(assessment)),
        ("What was counted in groups like this", _risks(assessment)),
        ("What trials found on what stands here", _evidence(assessment)),
        ("Questions for the appointment", [f"- {each}" for each in assessment.questions] or ["None follow from this record."]),
        ("Sources", [f"- {each.heading}. {each.citation} {each.url}".rstrip() for each in assessment.sources]),
    )
    lines = [f"# Assessment as of {assessment.as_of}", "", f"*{say('notice.clinical')}*" if not assessment.reviewed else "", ""]
    if assessment.overlays:
        lines += [f"Changed by {', '.join(assessment.overlays)}: what they put into the documents of others is marked.", ""]
    for title, body in sections:
        lines += [f"## {title}", "", *body, ""]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Return text that a table cell can hold."""
    return text.replace("|", "\\|").replace("\n", " ")


def _row(*cells: object) -> str:
    return "| " + " | ".join(escaped(str(each)) for each in cells) + " |"


def _urgent(assessment: Assessment) -> Iterable[str]:
    for flag in assessment.red_flags:
        yield f"- **{TIERS[flag.tier].mark}: {', '.join(flag.signs)}.** {TIERS[flag.tier].plain} {flag.says}"
    if assessment.unanswered:
        yield f"Not answered for today (not answered is not no): {', '.join(each.label for each in assessment.unanswered)}."
    elif not assessment.red_flags:
        yield "None reported today; every safety question was answered."


def _pregnancy(assessment: Assessment) -> Iterable[str]:
    found = assessment.pregnancy
    if found.pregnant is False:
        yield "Not pregnant on this day."
    else:
        yield f"- Gestation: {found.gestation or 'not known'}"
        if found.due_date:
            yield f"- Due: {found.due_date} (by {found.dated_by})"
        yield f"- {babies(found.plurality)}"
    yield from (f"- **Look at this:** {each}" for each in assessment.conflicts)
    yield from (f"- Assumed: {each}" for each in assessment.assumed)
    if found.dating_note:
        yield f"- {found.dating_note}"
    if found.gravida:
        yield f"- Gravida {found.gravida}; para " + "; ".join(f"{each.births} by {each.counted_from}" for each in found.para)


def _history(assessment: Assessment) -> Iterable[str]:
    if not assessment.history:
        yield "No earlier pregnancies." if assessment.history_complete is True else "None recorded."
    for event in assessment.history:
        yield f"{event.index + 1}. **{event.ended or 'gestation not recorded'}, {ended(event.outcome)}**"
        for feature in event.features:
            yield f"   - {leans(feature.leans) if feature.holds else 'not known'}: {feature.says}"


def _guidelines(rows: tuple[Row, ...], *, everything: bool) -> Iterable[str]:
    yield _row("Topic", "Guideline", "Says", "Verdict", "When", "Recommendation")
    yield _row("---", "---", "---", "---", "---", "---")
    for row in rows:
        for each in sorted(row.opinions, key=lambda one: ORDER.index(one.verdict)):
            if everything or (each.verdict in SHOWN and row.topic != URGENT):
                yield _row(
                    row.label, each.heading, f"{STANCES[each.stance].mark} {', '.join(each.actions)}", _verdict(each), _when(each), f"`{each.recommendation}`"
                )


def _unknown(rows: tuple[Row, ...]) -> str:
    count = sum(each.verdict == "unknown" for row in rows for each in row.opinions)
    return f"{count} recommendations cannot be judged yet: something is not known (`--all` lists them)."


def _verdict(opinion: Opinion) -> str:
    reasons = opinion.withheld_by or opinion.open_questions if opinion.verdict in ("now-if", "withheld") else ()
    unverified = " (unverified)" if opinion.recalled else ""
    return f"{VERDICTS[opinion.verdict].mark} {opinion.verdict}{': ' + '; '.join(reasons) if reasons else ''}{unverified}"


def _when(opinion: Opinion) -> str:
    return " · ".join(part for part in (opinion.window, dates(opinion)) if part)


def _disagreements(assessment: Assessment) -> Iterable[str]:
    if not assessment.disagreements:
        yield "None for what is known so far."
    for each in assessment.disagreements:
        yield f"- **{each.label}: {each.action}.** " + "; ".join(f"{side}: {', '.join(keys)}" for side, keys in sides(each))


def _missing(assessment: Assessment) -> Iterable[str]:
    if not assessment.missing:
        yield "Nothing that would settle a verdict."
        return
    yield _row("What", "Would settle", "At most")
    yield _row("---", "---:", "---:")
    for each in assessment.missing:
        yield _row(f"{each.label}{' (a treatment waits for this)' if each.first else ''}", f"{each.settles:g}", each.settles_at_most)


def _timeline(assessment: Assessment) -> Iterable[str]:
    if not assessment.timeline:
        yield "No dates follow from what is known."
        return
    yield _row("From", "To", "Weeks", "What")
    yield _row("---", "---", "---", "---")
    for each in assessment.timeline:
        yield _row(each.begins or "", each.ends or "", each.window, f"{VERDICTS[each.verdict].mark} {each.body}: {STANCES[each.stance].mark} {each.what}")


def _risks(assessment: Assessment) -> Iterable[str]:
    found = list(belonging(assessment.risks))
    for group, lines in found:
        yield f"- **{group}**"
        yield from (f"  - {line}" for line in lines)
    if not found:
        yield "This record is not known to belong to any published group."
    yield from (f"- {centile_line(each)}" for each in assessment.centiles)


def _evidence(assessment: Assessment) -> Iterable[str]:
    if not assessment.evidence:
        yield "No question of ours is about what stands here."
    for each in assessment.evidence:
        yield f"- **{each.asks}** (`gravida evidence {each.question}`)"
        yield from (f"  - {effect_line(one)}" for one in each.effects)
