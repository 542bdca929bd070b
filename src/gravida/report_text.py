"""An assessment for a terminal: red flags first, then the rest in the order in which a clinician asks.

Eighty columns are enough, colour is an extra, and every mark is explained where it is used.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from gravida.assessment import Assessment, Disagreement, Event, Missing, Moment, Opinion, Pregnancy, Row
from gravida.guideline import Stance, Verdict
from gravida.risk_lines import belonging, centile_line, effect_line
from gravida.words import COMPILED, STANCES, TIERS, VERDICTS, babies, ended, leans, say

COLOURS = {"recommend": "green", "offer": "green", "consider": "green", "against": "red", "insufficient": "yellow", "inform": "cyan"}
SHOWN: tuple[Verdict, ...] = ("overdue", "now", "now-if", "withheld", "met", "later", "done")
ORDER = tuple(VERDICTS)
MOST_MISSING = 10
MOST_EFFECTS = 2
URGENT = "urgent-signs"
TRAILING = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$")


def print_assessment(assessment: Assessment, console: Console, *, everything: bool = False) -> None:
    """Print an assessment. ``everything`` adds what does not apply, what is superseded and what nobody has verified."""
    print_parts(parts(assessment, everything=everything), console)


def print_parts(found: Iterable[RenderableType], console: Console) -> None:
    """Print to a console, without the spaces that layout leaves at the ends of lines."""
    with console.capture() as captured:
        for part in found:
            console.print(part)
    for line in captured.get().splitlines():
        console.file.write(TRAILING.sub(r"\1", line) + "\n")


def parts(assessment: Assessment, *, everything: bool) -> Iterable[RenderableType]:
    """Yield the sections in order."""
    draft = "" if assessment.reviewed else " · draft, not reviewed by a clinician"
    yield Text(f"Assessment as of {assessment.as_of}{draft}", style="bold")
    if assessment.overlays:
        yield Text(f"Changed by {', '.join(assessment.overlays)} (gravida guidelines --diff shows what)", style="yellow")
    yield from _red_flags(assessment)
    yield from _section("This pregnancy", _pregnancy(assessment.pregnancy, assessment))
    yield from _section("Earlier pregnancies, and how each fits cervical insufficiency", _history(assessment))
    rows = visible(assessment.matrix, everything=everything)
    yield from _section("What stands, side by side", _standing(rows))
    yield from _section("What each guideline says, by topic", _matrix(rows, everything=everything))
    yield from _section("In words (gravida why KEY FILE shows the reasons)", _words(rows, everything=everything))
    yield from _section("Where guidelines disagree for this record", _disagreements(assessment))
    yield from _section("What is missing, and what it would settle", _missing(assessment))
    yield from _section("Timeline (if nothing changes)", _timeline(assessment.timeline))
    yield from _section("What was counted in groups like this (gravida risk FILE says more)", _risks(assessment))
    yield from _section("What trials found on what stands here (gravida evidence QUESTION weighs it)", _evidence(assessment))
    yield from _section("Questions for the appointment", [_bullet(each) for each in assessment.questions] or [Text("None follow from this record.")])
    yield from _section("Sources", _sources(assessment))
    yield Text()
    yield Text("Every recommendation shown is signed." if assessment.reviewed else say("notice.clinical"), style="bold")


def _section(title: str, body: Iterable[RenderableType]) -> Iterable[RenderableType]:
    yield Text()
    yield Rule(title, align="left", style="dim", characters="─")
    yield from body


def _bullet(text: str, mark: str = "•") -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=len(mark))
    grid.add_column()
    grid.add_row(mark, text)
    return Padding(grid, (0, 0, 0, 2))


def visible(rows: Sequence[Row], *, everything: bool) -> tuple[Row, ...]:
    """Return the rows without what is superseded or unverified, unless everything is wanted."""
    kept = ((row, tuple(each for each in row.opinions if everything or not (each.recalled or each.superseded))) for row in rows)
    return tuple(replace(row, opinions=opinions) for row, opinions in kept if opinions)


def _red_flags(assessment: Assessment) -> Iterable[RenderableType]:
    yield Text()
    for flag in assessment.red_flags:
        words = TIERS[flag.tier]
        yield Text(f"{words.mark}: {', '.join(flag.signs) or 'warning sign'}", style="bold white on red" if flag.tier == "now" else "bold yellow")
        doubt = "The record says not pregnant; it may be out of date. " if flag.contradicts else ""
        yield Padding(Text(f"{doubt}{flag.do.capitalize()}. {flag.says}"), (0, 0, 0, 2))
    if assessment.unanswered:
        names = ", ".join(each.label for each in assessment.unanswered)
        yield Text(f"Safety questions not answered for today: {names}.", style="bold")
        yield Padding(Text("Not answered is not no. Any of these is a reason to call at once."), (0, 0, 0, 2))
    elif not assessment.red_flags:
        yield Text("No urgent sign was reported today; every safety question was answered.")


def _pregnancy(pregnancy: Pregnancy, assessment: Assessment) -> Iterable[RenderableType]:
    if pregnancy.pregnant is False:
        yield Text("Not pregnant on this day.")
    else:
        facts = [
            f"gestation {pregnancy.gestation}" if pregnancy.gestation else "gestation not known",
            f"due {pregnancy.due_date} (by {pregnancy.dated_by})" if pregnancy.due_date else "",
            babies(pregnancy.plurality),
            "" if pregnancy.pregnant else "whether she is pregnant is not recorded",
        ]
        yield Text(" · ".join(fact for fact in facts if fact))
    if pregnancy.dating_note:
        yield Text(pregnancy.dating_note, style="yellow")
    if pregnancy.gravida:
        charts = ", ".join(f"G{pregnancy.gravida} P{para.births} ({para.counted_from})" for para in pregnancy.para)
        yield Text(f"As charts write it: {charts or 'G' + pregnancy.gravida}")
    for conflict in assessment.conflicts:
        yield Text(f"Look at this: {conflict}", style="bold yellow")
    for assumed in assessment.assumed:
        yield Text(f"Assumed: {assumed}", style="yellow")
    if assessment.ignored_later_entries:
        yield Text(f"Left out, because it came after this day: {assessment.ignored_later_entries} of the recorded entries.")


def _history(assessment: Assessment) -> Iterable[RenderableType]:
    if not assessment.history:
        yield Text("None recorded." if assessment.history_complete is not True else "No earlier pregnancies.")
    for event in assessment.history:
        yield Text(f"{event.index + 1}. {_event(event)}", style="bold")
        for feature in event.features:
            lean = leans(feature.leans) if feature.holds else "not known"
            yield _bullet(feature.says if feature.holds else f"It is not recorded whether: {feature.says}", f"{lean:15}")
    if assessment.history and assessment.history_complete is not True:
        yield Text("The list of earlier pregnancies may be incomplete: more of them could count.", style="yellow")


def _event(event: Event) -> str:
    return f"{event.ended or 'gestation not recorded'}, {ended(event.outcome)}"


def _standing(rows: Sequence[Row]) -> Iterable[RenderableType]:
    """Yield a line for each action that anybody is for or against here: the most pressing first."""
    by_action: dict[str, list[Opinion]] = {}
    for row in rows:
        for each in row.opinions:
            if each.verdict in SHOWN and each.stance != "inform" and each.body != COMPILED:
                for action in each.actions:
                    by_action.setdefault(action, []).append(each)
    if not by_action:
        yield Text("Nothing yet: too little is known.")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(max_width=32)
    table.add_column()
    for action, found in sorted(by_action.items(), key=lambda item: min(ORDER.index(each.verdict) for each in item[1])):
        table.add_row(action, _voices(found))
    yield table


def _voices(opinions: Sequence[Opinion]) -> Text:
    """Return who says what, such as ``● RCOG consider · ◐ NICE consider``; the same words stand once."""
    voices: dict[tuple[str, str, str], str] = {}
    for each in sorted(opinions, key=lambda one: ORDER.index(one.verdict)):
        voices.setdefault((VERDICTS[each.verdict].mark, each.body.replace(" ", "\u00a0"), STANCES[each.stance].mark), COLOURS[each.stance])
    parts = [Text.assemble(f"{mark}\u00a0{body}\u00a0", (stance, colour)) for (mark, body, stance), colour in voices.items()]
    return Text(" · ").join(parts)


def _matrix(rows: Sequence[Row], *, everything: bool) -> Iterable[RenderableType]:
    """Yield each topic with what every body says on it: with twenty bodies a line is read, and a table of columns is not."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(max_width=28)
    table.add_column()
    for row in rows:
        bodies = dict.fromkeys(each.body for each in row.opinions if each.body != COMPILED)
        said = {body: voice([each for each in row.opinions if each.body == body], everything=everything) for body in bodies}
        open_for = [body.replace(" ", "\u00a0") for body, found in said.items() if found is None]
        voices = [text for found in said.values() if found for text in found]
        if open_for:
            voices.append(Text(f"{VERDICTS['unknown'].mark}\u00a0{', '.join(open_for)}", style="dim"))
        if voices:
            table.add_row(Text(row.label), Text(" · ").join(voices))
    yield table
    yield Text("  ".join(f"{words.mark}\u00a0{verdict}" for verdict, words in VERDICTS.items()), style="dim")
    if not everything:
        yield Text("Who is not named says nothing that applies here; --all shows that too.", style="dim")


def voice(opinions: Sequence[Opinion], *, everything: bool) -> list[Text] | None:
    """Return the most pressing verdict of one body on one topic, with the stances it comes with; ``None`` if it cannot be said."""
    shown = [each for each in opinions if everything or each.verdict != "not-met"]
    if not shown:
        return []
    first = min(shown, key=lambda each: ORDER.index(each.verdict)).verdict
    if first == "unknown":
        return None
    stances = {each.stance for each in shown if each.verdict == first}
    weighty: list[Stance] = [stance for stance in STANCES if stance in stances and stance != "inform"] or ["inform"]
    body = shown[0].body.replace(" ", "\u00a0")
    return [Text.assemble(f"{VERDICTS[first].mark}\u00a0{body}\u00a0", (STANCES[each].mark, COLOURS[each])) for each in weighty]


def _words(rows: Sequence[Row], *, everything: bool) -> Iterable[RenderableType]:
    for row in rows:
        if row.topic == URGENT and not everything:
            continue  # they stand at the top
        shown = [each for each in row.opinions if everything or each.verdict in SHOWN]
        unknown = sum(each.verdict == "unknown" for each in row.opinions)
        if shown or unknown:
            yield Text(f"\n{row.label}", style="bold")
        for opinion in sorted(shown, key=lambda each: (each.stance == "inform", ORDER.index(each.verdict))):
            yield _opinion(opinion)
        if unknown and not everything:
            yield Text(f" ? {unknown} more cannot be said yet: something is not known (--all lists them)", style="dim")


def _opinion(opinion: Opinion) -> RenderableType:
    words = VERDICTS[opinion.verdict]
    head = Text(f"{words.mark} {opinion.heading} ")
    head.append(STANCES[opinion.stance].clinical, style=COLOURS[opinion.stance])
    head.append(f" {', '.join(opinion.actions)}" if opinion.stance != "inform" else "")
    marks = [mark for mark, on in (("UNVERIFIED: nobody has read the source", opinion.recalled), ("superseded", opinion.superseded)) if on]
    details = [words.clinical if opinion.stance != "inform" else "", opinion.window and f"weeks {opinion.window}", dates(opinion), opinion.strength, *marks]
    lines = [Text(" · ".join(part for part in details if part), style="dim")] if any(details) else []
    if opinion.verdict in ("now-if", "withheld"):
        reasons = opinion.withheld_by if opinion.verdict == "withheld" else opinion.open_questions
        lead = "speaks against it: " if opinion.verdict == "withheld" else "not known: "
        lines.append(Text(lead + "; ".join(reasons), style="yellow"))
    if opinion.cautions:
        lines.append(Text("others hold against it what is recorded here: " + "; ".join(opinion.cautions), style="yellow"))
    lines += [Text(opinion.says), Text(opinion.recommendation, style="dim")]
    return Padding(Group(head, *(Padding(line, (0, 0, 0, 2)) for line in lines)), (0, 0, 0, 1))


def dates(opinion: Opinion | Moment) -> str:
    """Return the calendar days of a window."""
    if opinion.begins and opinion.ends:
        return f"{opinion.begins} to {opinion.ends}"
    return f"from {opinion.begins}" if opinion.begins else f"until {opinion.ends}" if opinion.ends else ""


def _disagreements(assessment: Assessment) -> Iterable[RenderableType]:
    if not assessment.disagreements:
        yield Text("None for what is known so far.")
    for each in assessment.disagreements:
        yield Text(f"{each.label}: {each.action}", style="bold")
        for side, keys in sides(each):
            yield _bullet(", ".join(keys), f"{side:12}")


def sides(disagreement: Disagreement) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield the sides that somebody takes."""
    named = (("for", disagreement.favour), ("against", disagreement.against), ("unsure", disagreement.unsure), ("not for this", disagreement.not_met))
    return ((side, keys) for side, keys in named if keys)


def _missing(assessment: Assessment) -> Iterable[RenderableType]:
    if not assessment.missing:
        yield Text("Nothing that would settle a verdict.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("what")
    table.add_column("would settle", justify="right", no_wrap=True)
    for each in assessment.missing[:MOST_MISSING]:
        table.add_row(_wanted(each), f"{each.settles:g} (at most {each.settles_at_most})")
    yield table
    rest = len(assessment.missing) - MOST_MISSING
    if rest > 0:
        yield Text(f"and {rest} more that settle less.", style="dim")
    yield Text("Verdicts settled, on average over the possible answers.", style="dim")
    if assessment.not_yet:
        yield Text("Not to be known yet: " + ", ".join(each.label for each in assessment.not_yet) + ".", style="dim")


def _wanted(missing: Missing) -> str:
    return f"{missing.label}{' (a treatment waits for this)' if missing.first else ''}"


def _timeline(moments: Sequence[Moment]) -> Iterable[RenderableType]:
    if not moments:
        yield Text("No dates follow from what is known.")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in ("from", "to", "weeks", "what"):
        table.add_column(column, no_wrap=column in ("from", "to"))
    rows: dict[tuple[str, str, str, str], None] = {}
    for each in moments:
        what = f"{VERDICTS[each.verdict].mark} {each.body}: {STANCES[each.stance].mark} {each.what}"
        rows.setdefault((str(each.begins or ""), str(each.ends or ""), each.window, what), None)
    for row in rows:
        table.add_row(*row)
    yield table
    if moments[0].margin_days:
        yield Text(f"The dating is uncertain by {moments[0].margin_days} days; these are the widest dates.", style="yellow")


def _risks(assessment: Assessment) -> Iterable[RenderableType]:
    found = list(belonging(assessment.risks))
    for group, lines in found:
        yield Text(group, style="bold")
        yield from (_bullet(line) for line in lines)
    if not found:
        yield Text("This record is not known to belong to any published group.")
    yield from (_bullet(centile_line(each)) for each in assessment.centiles)


def _evidence(assessment: Assessment) -> Iterable[RenderableType]:
    if not assessment.evidence:
        yield Text("No question of ours is about what stands here.")
    for each in assessment.evidence:
        yield Text(f"{each.asks} [{each.question}]", style="bold")
        yield from (_bullet(effect_line(one)) for one in each.effects[:MOST_EFFECTS])
        if len(each.effects) > MOST_EFFECTS:
            yield Text(f"  and {len(each.effects) - MOST_EFFECTS} more", style="dim")


def _sources(assessment: Assessment) -> Iterable[RenderableType]:
    for each in assessment.sources:
        yield _bullet(f"{each.heading}. {each.citation}")
        if each.url:
            yield Padding(Text(each.url, overflow="fold"), (0, 0, 0, 4))
