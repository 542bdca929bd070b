"""Published risks in words and pictures: what was counted in groups, each study for itself.

A share is said in people, because people are easier to picture than per cent; what is only relative is said so, and no
share is made of it. A figure is of a group: it tells how it went for others, and not how it will go for one person.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from gravida.assessment import Assessment, RiskFigure, RiskGroup, RiskStudy
from gravida.markdown_text import table
from gravida.pictures import Band, bands, icon_array
from gravida.risk import Share, Study
from gravida.risk_lines import centile_line, figure_line, figures, in_people, people
from gravida.words import say

TREATED = {"untreated": "Without treatment", "treated": "Under treatment", "mixed": "Some were treated", "not-stated": "Treatment not seen"}
IN_A_ROW = 50
ICONS_FOR = 100
"""Among more people than this, a terminal shows no icons."""


def shown(study: RiskStudy, *, everything: bool) -> tuple[RiskGroup, ...]:
    """Return the groups of a study that a record is known to belong to; with ``everything`` also those that it may."""
    return tuple(each for each in study.groups if each.belongs or everything)


def page(assessment: Assessment, *, everything: bool = False) -> Iterator[str]:
    """Yield the published groups of an assessment, line by line, for those who read studies."""
    yield "Published groups that this record belongs to"
    yield "What was counted in groups of people. It is no forecast for one person. Studies stand side by side and are never averaged."
    if assessment.pregnancy.ending:
        yield ""
        yield "The record says that this pregnancy is being lost: no figures are shown."
        return
    found = [(each, groups) for each in assessment.risks if (groups := shown(each, everything=everything))]
    for study, groups in found:
        yield from ("", *_study(study, groups, everything=everything))
    if not found:
        yield from ("", "This record is not known to belong to any published group.")
    yield from _section("Where the measured length lies", [f"- {centile_line(each)}" for each in assessment.centiles])
    yield from _section("May belong, if more were known (--all shows the figures)", () if everything else _may(assessment))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield from ("", title, *found)


def _study(study: RiskStudy, groups: Sequence[RiskGroup], *, everything: bool) -> Iterator[str]:
    yield f"{study.heading} [{study.study}]"
    yield f"  {study.population} ({study.country}; years: {study.years})"
    yield f"  {TREATED[study.treated]}. {study.treatment} Counted from {study.counted_from}."
    for says in study.unlike:
        yield f"  This record differs: {says}"
    for group in groups:
        doubt = "" if group.belongs else f" (may belong; not known: {', '.join(group.open) or 'a detail of what is recorded'})"
        yield f"  - {group.label}{doubt}"
        found = figures(group, everything=everything)
        yield from (f"    {line}" for each in found for line in _figure(each, study.out_of))
        if any(each.over for each in group.figures):
            yield "    Left out: what this pregnancy has passed already."
    yield from (f"  Note: {note}" for note in study.notes if everything)


def _figure(figure: RiskFigure, out_of: int) -> Iterator[str]:
    yield figure_line(figure, out_of)
    if figure.share is not None and not figure.measure and out_of <= ICONS_FOR:
        marks = "●" * people(figure.share, out_of) + "○" * (out_of - people(figure.share, out_of))
        yield from (f"  {marks[start : start + IN_A_ROW]}" for start in range(0, out_of, IN_A_ROW))


def _may(assessment: Assessment) -> Iterator[str]:
    for study in assessment.risks:
        unsure = [each for each in study.groups if each.belongs is None]
        if unsure:
            wanted = dict.fromkeys(label for each in unsure for label in each.open)
            yield f"- {study.heading}: not known: {', '.join(wanted) or 'a detail of what is recorded'}"


def plain_page(assessment: Assessment) -> Iterator[str]:
    """Yield the same for the person herself: what happened to others, in people, and nothing that is relative or from memory."""
    yield say("risk.title")
    yield say("risk.what")
    if assessment.pregnancy.ending:
        yield say("risk.ending")
        return
    told = [line for study in assessment.risks if not study.unlike for line in _plain_study(study)]
    yield from told or [say("risk.none")]
    if any(study.unlike and study.belongs for study in assessment.risks):
        yield say("risk.left-out")
    yield say("risk.ask")


def _plain_study(study: RiskStudy) -> Iterator[str]:
    groups = [(each, told) for each in shown(study, everything=False) if (told := [one for one in figures(each, everything=False) if _is_plain(one)])]
    if not groups:
        return
    yield ""
    yield say("risk.who", people=study.plain)
    for group, told in groups:
        yield f"- {say('risk.group', group=group.plain)}"
        yield from (f"  {_plain_figure(each, study.out_of)}" for each in told)
    if study.treated in ("treated", "mixed"):
        yield say(f"risk.{study.treated}")


def _is_plain(figure: RiskFigure) -> bool:
    return figure.share is not None and not figure.measure


def _plain_figure(figure: RiskFigure, out_of: int) -> str:
    assert figure.share is not None
    start = f"{figure.condition[:1].upper()}{figure.condition[1:]}: " if figure.condition else ""
    number = people(figure.share, out_of)
    rest = out_of - number
    told = say("risk.people", start=start, out_of=f"{out_of:,}", number=f"{number:,}", what=figure.plain, rest=f"{rest:,}")
    if figure.confidence == "derived":
        told += " " + say("risk.derived")
    if figure.of is not None and figure.of < FEW:
        told += " " + say("risk.few", of=figure.of)
    return told


FEW = 100
"""In a group of fewer people, chance moves a share by several in a hundred, and the reader is told so."""


def markdown(assessment: Assessment, pictures: Sequence[tuple[str, Path]] = (), *, everything: bool = False) -> str:
    """Return the groups as Markdown, a table for each study. ``pictures`` are files by study."""
    lines = ["# Published groups that this record belongs to", "", f"*{say('notice.clinical')}*", ""]
    lines += ["What was counted in groups of people. It is no forecast for one person. Studies are never averaged.", ""]
    for study in assessment.risks:
        rows = [
            (group.label, figure.label, figure_line(figure, study.out_of).partition(": ")[2], figure.confidence)
            for group in shown(study, everything=everything)
            for figure in figures(group, everything=everything)
        ]
        if rows:
            lines += [f"## {study.heading}", "", f"{study.population} ({study.country}). {TREATED[study.treated]}. {study.treatment}", ""]
            lines += [*(f"- This record differs: {says}" for says in study.unlike), *([""] if study.unlike else [])]
            lines += [*table(["Group", "Outcome", "Counted", "Seen"], rows), "", study.citation, ""]
            lines += [f"![{study.heading}]({path})\n" for name, path in pictures if name == study.study]
    lines += ["## Where the measured length lies", "", *[f"- {centile_line(each)}" for each in assessment.centiles], ""] if assessment.centiles else []
    return "\n".join(lines)


def icons(study: RiskStudy, group: RiskGroup, figure: RiskFigure) -> str:
    """Return one share as an icon array."""
    assert figure.share is not None
    said = in_people(figure.share, study.out_of)
    title = f"{study.heading}: {figure.label}{', ' + figure.condition if figure.condition else ''}"
    return icon_array([(group.label, people(figure.share, study.out_of))], study.out_of, title, f"{group.label}: about {said}. {study.population}.")


def by_band(study: Study, found: RiskStudy, outcome: str, label: str) -> str:
    """Return how often something happened in each band of a study, with this record's band marked."""
    here = {each.group for each in found.groups if each.belongs}
    rows = [
        Band(group.label, result.figure.share, result.figure.low, result.figure.high, is_here=group.id in here)
        for group in study.groups.values()
        for result in group.results
        if result.outcome == outcome and result.is_trusted and isinstance(result.figure, Share)
    ]
    description = "; ".join(f"{band.label}: {band.share:.1%}{' (this record)' if band.is_here else ''}" for band in rows)
    return bands(rows, f"{study.heading}: {label}", f"{description}. {study.population}. {study.treatment}", f"{label}, per cent with 95 % limits")
