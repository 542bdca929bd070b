"""``gravida risk``: what studies counted in groups to which a record belongs, in people and in pictures."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import click

from gravida.assess import assess
from gravida.assessment import Assessment
from gravida.folders import Folders
from gravida.knowledge import Knowledge
from gravida.terminal import KNOWLEDGE, How, how_to_read, load_knowledge, plain_errors, read, today
from gravida.words import say

WIDTH = 80


@click.command("risk")
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Judge as of this day; what was recorded later is left out.")
@click.option("--plain", is_flag=True, help="In plain words, for the person herself.")
@click.option("--all", "everything", is_flag=True, help="Also groups that the record may belong to, and figures that nobody has verified.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to print.")
@click.option("--save", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Also write pictures (SVG): people as icons, and risk by band.")
@KNOWLEDGE
@how_to_read
def risk(file: str | None, as_of: datetime | None, form: str, save: Path | None, knowledge: Folders, how: How, *, plain: bool, everything: bool) -> None:
    """Say to which published groups the record in FILE belongs, and what was counted in them.

    A figure is of a group, and no forecast for one person. Where several groups fit, all are shown; they are never
    averaged. Where none fits, that is said. What is only relative stays relative. Without FILE, everything that there
    is: studies, and models that are named and not computed, with what they need and where they are.

    \b
    gravida risk                                            studies and models
    gravida risk examples/cervix-24-9-mm.yaml               the groups of a record
    gravida risk --plain examples/cervix-24-9-mm.yaml       the same for the person herself
    gravida risk examples/cervix-24-9-mm.yaml --save pictures
    """
    with plain_errors():
        known = load_knowledge(knowledge)
        if file is None:
            _echo(_listed(known))
            return
        day = as_of.date() if as_of else None
        record = read(file, known, day, how)
        assessment = assess(record, known, today(record, day))
        pictures = list(_pictures(assessment, known)) if save else []
        _print(assessment, form, [(study, save / name) for study, name, _ in pictures] if save else [], plain=plain, everything=everything)
        for _, name, svg in pictures:
            if save:
                _write(save / name, svg)


def _print(assessment: Assessment, form: str, pictures: Sequence[tuple[str, Path]], *, plain: bool, everything: bool) -> None:
    from gravida.report_risk import markdown, page, plain_page  # noqa: PLC0415

    if form == "json":
        from gravida.report_json import risks_json  # noqa: PLC0415

        click.echo(risks_json(assessment))
    elif form == "markdown":
        click.echo(markdown(assessment, pictures, everything=everything))
    elif plain:
        _echo([*plain_page(assessment), "", say("notice.plain")])
    else:
        _echo([*page(assessment, everything=everything), "", say("notice.clinical")])


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip(" -")))
        click.echo(textwrap.fill(line, WIDTH, subsequent_indent=indent, break_on_hyphens=False))


def _listed(knowledge: Knowledge) -> Iterator[str]:
    """Yield every study and every model that is only named."""
    yield "Studies (gravida risk FILE shows those that a record belongs to)"
    for study in knowledge.risks.studies.values():
        yield f"- {study.heading} [{study.id}]: {study.asks}"
    yield ""
    yield "Named and not computed: nobody has published these whole, or what is published cannot be right"
    for model in knowledge.risks.models:
        yield f"- {model.name}. For: {model.population}. Needs: {'; '.join(model.needs)}. Gives: {model.gives}."
        yield f"  Where: {model.where}. Not here, because: {model.why_not}"
        if model.performance:
            yield f"  How well it does: {model.performance}"
    yield ""
    yield say("notice.clinical")


def _pictures(assessment: Assessment, knowledge: Knowledge) -> Iterator[tuple[str, str, str]]:
    """Yield a picture for each share of each group that the record belongs to, and one for each measurement in bands: study, file name, SVG."""
    from gravida.report_risk import by_band, icons, shown  # noqa: PLC0415
    from gravida.risk_lines import figures  # noqa: PLC0415

    for study in assessment.risks:
        for group in shown(study, everything=False):
            for number, each in enumerate(figures(group), start=1):
                if each.share is not None and not each.measure:
                    yield study.study, f"{study.study}-{group.group}-{number}.svg", icons(study, group, each)
        if study.bands and study.belongs:
            labels = {each.outcome: each.label for group in study.groups for each in figures(group) if each.share is not None}
            for outcome, label in labels.items():
                yield study.study, f"{study.study}-bands-{outcome}.svg", by_band(knowledge.risks.studies[study.study], study, outcome, label)


def _write(path: Path, svg: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(svg, encoding="utf-8")
    click.echo(f"wrote {path}", err=True)
