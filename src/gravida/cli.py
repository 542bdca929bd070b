"""The command line: what a person at a terminal asks, and how it is printed.

Exit codes: 0 done, 1 the knowledge has problems (``check``), 2 the input cannot be used. What cannot be used is said in
a sentence with its place; there is never a traceback.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gravida.assess import assess
from gravida.assessment import Assessment
from gravida.cli_article import article
from gravida.cli_ask import ask
from gravida.cli_audit import audit
from gravida.cli_compare import compare
from gravida.cli_evidence import evidence
from gravida.cli_export import export
from gravida.cli_map import decision_map_command
from gravida.cli_read import read_command
from gravida.cli_review import review
from gravida.cli_risk import risk
from gravida.cli_serve import serve
from gravida.cli_simulate import simulate
from gravida.cli_synthesize import synthesize
from gravida.cli_words import words_command
from gravida.folders import ENVIRONMENT, OVERLAY, Folders, NoFolder, knowledge_folders
from gravida.knowledge import Knowledge
from gravida.record import Record, RecordError
from gravida.terminal import (
    KNOWLEDGE,
    Fault,
    How,
    console,
    given,
    how_to_read,
    load_knowledge,
    no_such,
    plain_errors,
    progress,
    read,
    reading_of,
    show,
    shown_name,
    today,
)  # fmt: skip
from gravida.typecheck import nearest

if TYPE_CHECKING:
    from gravida.check import Report


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="gravida")
def main() -> None:
    """What every guideline on cervical insufficiency says for one pregnancy, with the reasons.

    \b
    gravida assess examples/one-painless-loss.yaml           what each guideline says
    gravida assess --plain examples/one-painless-loss.yaml   the same for the person herself
    gravida why rcog-2022-cerclage/ultrasound-indicated examples/one-painless-loss.yaml
    gravida guidelines                                       what there is to read
    gravida check                                            every gate on the knowledge

    A record is a YAML or JSON file; examples/ has twenty. Nothing is stored and nothing is sent anywhere. Nothing here
    has been reviewed by a clinician.
    """
    for stream in (sys.stdout, sys.stderr):
        _write_every_mark(stream)


def _write_every_mark(stream: Any) -> None:
    """Let a stream write all marks. One that knows fewer letters would fail, or show ● as ?, which means something else."""
    if hasattr(stream, "reconfigure") and (stream.encoding or "").lower().replace("-", "") != "utf8":
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@main.command("assess")
@click.argument("file", metavar="FILE")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Judge as of this day; what was recorded later is left out.")
@click.option("--guideline", "guidelines", multiple=True, metavar="ID", help="Only this guideline or body (may be repeated).")
@click.option("--country", "countries", multiple=True, metavar="CODE", help="Only guidelines of this country, and international ones.")
@click.option("--plain", is_flag=True, help="In plain words, for the person herself.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to print.")
@click.option("--all", "everything", is_flag=True, help="Also what does not apply, is superseded, or nobody has verified.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Also write the timeline as a picture (SVG) to this file.")
@click.option("--each-patient", is_flag=True, help="Of FHIR resources of several people: assess each, one after the other; JSON comes as a line for each.")
@KNOWLEDGE
@how_to_read
def assess_command(
    file: str, as_of: datetime | None, guidelines: tuple[str, ...], countries: tuple[str, ...], *,
    plain: bool, form: str, everything: bool, save: Path | None, knowledge: Folders, how: How, each_patient: bool,
) -> None:  # fmt: skip
    """Say what every guideline says for the record in FILE (YAML, JSON or FHIR R4; - for standard input).

    Red flags come first. Then: this pregnancy, how each earlier loss or birth fits, what each guideline says, where they
    disagree, what is missing and what it would settle, the timeline, questions for the appointment, sources.

    Marks: ● now, ◐ now if nothing speaks against it, ! overdue, ■ applies (no weeks stated), ○ later, ⊘ withheld, ✓ done,
    · its weeks have passed, ? not known, - does not apply. "Unknown" is never "no".
    """
    with plain_errors():
        known = load_knowledge(knowledge)
        _known_names(guidelines, countries, known)
        day = as_of.date() if as_of else None

        def assessed(record: Record) -> Assessment:
            return assess(record, known, today(record, day), guidelines, countries)

        if each_patient:
            _each(file, known, day, how, assessed, form, plain=plain, everything=everything)
            return
        assessment = assessed(read(file, known, day, how))
        _print(assessment, form, plain=plain, everything=everything)
        if save:
            from gravida.report_timeline import picture  # noqa: PLC0415

            if not assessment.timeline:
                raise Fault("there is no timeline to draw: no dates follow from what is known")
            save.write_text(picture(assessment), encoding="utf-8")
            click.echo(f"wrote {save}", err=True)


def _each(
    file: str, knowledge: Knowledge, day: date | None, how: How, assessed: Callable[[Record], Assessment], form: str, *, plain: bool, everything: bool
) -> None:  # fmt: skip
    """Assess everybody whom FHIR resources are about. Whose record cannot be read is told, and the others go on."""
    from gravida.fhir import FhirError, people  # noqa: PLC0415

    told = given(file)
    if isinstance(told, bytes):
        raise Fault(f"{shown_name(file)}: --each-patient is for FHIR resources, and this is a record of ours")
    for person in people(told):
        try:
            assessment = assessed(reading_of(told, knowledge, day, replace(how, patient=person)).record)
        except (RecordError, FhirError) as error:
            click.echo(f"{person}: {error}", err=True)
            continue
        if form == "json":
            from gravida.report_json import to_json  # noqa: PLC0415

            click.echo(json.dumps({"person": person, "assessment": json.loads(to_json(assessment))}, ensure_ascii=False))
        else:
            click.echo(f"{'#' if form == 'markdown' else '====='} {person}\n")
            _print(assessment, form, plain=plain, everything=everything)
            click.echo()


def _known_names(guidelines: tuple[str, ...], countries: tuple[str, ...], knowledge: Knowledge) -> None:
    """Refuse a guideline or country that is not there, rather than show an empty page."""
    bodies = {each.body for each in knowledge.guidelines.values()}
    places = {each.jurisdiction for each in knowledge.guidelines.values()}
    for name in guidelines:
        if name not in knowledge.guidelines and name not in bodies:
            raise Fault(f"there is no guideline {name!r}" + (nearest(name, [*knowledge.guidelines, *bodies]) or "; 'gravida guidelines' lists them"))
    for name in countries:
        if name not in places:
            raise Fault(f"no guideline here is from {name!r}{nearest(name, places)}; there are: {', '.join(sorted(places))}")


def _print(assessment: Assessment, form: str, *, plain: bool, everything: bool) -> None:
    if form == "json":
        from gravida.report_json import to_json  # noqa: PLC0415

        click.echo(to_json(assessment))
    elif plain:
        from gravida.report_plain import plain_text  # noqa: PLC0415

        click.echo(plain_text(assessment, everything=everything), nl=False)
    elif form == "markdown":
        from gravida.report_markdown import markdown  # noqa: PLC0415

        click.echo(markdown(assessment, everything=everything), nl=False)
    else:
        from gravida.report_text import print_assessment  # noqa: PLC0415

        print_assessment(assessment, console(), everything=everything)


@main.command()
@click.argument("recommendation", metavar="GUIDELINE/RECOMMENDATION")
@click.argument("file", metavar="FILE")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Judge as of this day.")
@KNOWLEDGE
@how_to_read
def why(recommendation: str, file: str, as_of: datetime | None, knowledge: Folders, how: How) -> None:
    """Show why a verdict is what it is: each clause, the value found, and the entries of the record behind it.

    \b
    gravida why nice-2022-preterm-labour/progesterone-or-cerclage examples/one-painless-loss.yaml
    """
    from gravida.explain import why as reasons  # noqa: PLC0415
    from gravida.prepare import prepare  # noqa: PLC0415
    from gravida.report_why import render  # noqa: PLC0415

    with plain_errors():
        known = load_knowledge(knowledge)
        if recommendation not in known.recommendations:
            raise no_such("recommendation", recommendation, known.recommendations, "gravida guidelines ID")
        day = as_of.date() if as_of else None
        record = read(file, known, day, how)
        situation = prepare(record, known.meaning, known.largest_k, today(record, day))
        show(render(reasons(known.recommendations[recommendation], situation, known), known))


@main.command()
@click.argument("identifier", metavar="[ID]", required=False)
@click.option("--diff", is_flag=True, help="What the overlays added, changed, left out and reworded.")
@KNOWLEDGE
def guidelines(identifier: str | None, *, diff: bool, knowledge: Folders) -> None:
    """List the guidelines; with ID, one guideline and its recommendations; with ID/RECOMMENDATION, one of them whole.

    \b
    gravida guidelines --diff --knowledge our-hospital   what an overlay changes
    """
    from gravida.report_knowledge import guideline, guideline_list, recommendation  # noqa: PLC0415

    with plain_errors():
        known = load_knowledge(knowledge)
        if diff:
            _show_overlays(known)
        elif identifier is None:
            show(guideline_list(known))
        elif identifier in known.guidelines:
            show(guideline(known.guidelines[identifier], known))
        elif identifier in known.recommendations:
            show(recommendation(known.recommendations[identifier], known))
        else:
            choices = [*known.guidelines, *known.recommendations]
            raise Fault(f"there is no guideline {identifier!r}{nearest(identifier, choices)}")


def _show_overlays(knowledge: Knowledge) -> None:
    from gravida.report_overlay import overlay_diff  # noqa: PLC0415

    if not knowledge.overlays:
        raise Fault(f"nothing is laid over the knowledge: name a folder that has an {OVERLAY} with --knowledge, or in {ENVIRONMENT}")
    folders = knowledge.folders
    for number, overlay in enumerate(knowledge.overlays):
        above, below = (load_knowledge(Folders(folders.base, folders.overlays[:count])) for count in (number + 1, number))
        show(overlay_diff(overlay, above, below))


@main.command()
@click.argument("name", metavar="[NAME]", required=False)
@KNOWLEDGE
def facts(name: str | None, knowledge: Folders) -> None:
    """List the facts that can be known; with NAME, one of them: its meaning, unit, range, question and who uses it."""
    from gravida.report_knowledge import fact, fact_list  # noqa: PLC0415

    with plain_errors():
        known = load_knowledge(knowledge)
        if name is None:
            show(fact_list(known))
        elif name in known.dictionary.facts:
            show(fact(name, known))
        else:
            raise no_such("fact", name, known.dictionary.facts, "gravida facts")


@main.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path), required=False)
@KNOWLEDGE
def check(path: Path | None, knowledge: Folders) -> None:
    """Run every gate on the knowledge: all of it, or the guideline in PATH, or with the overlay in PATH.

    Cases run on two engines, every mutant of every criterion must be noticed by a case, and every number, citation and
    provenance must be accounted for. Exit code 1 if anything is wrong.
    """
    from gravida.check import check_all  # noqa: PLC0415
    from gravida.library import load  # noqa: PLC0415

    with plain_errors():
        folders, only = _where(path, knowledge)
        known = load(folders, only)
        with progress("checking") as advance:
            report = check_all(known, only, advance)
        proved = _solve(known, report, whole=not only)
    for problem in report.problems:
        click.echo(str(problem))
    click.echo(report.summary() + proved)
    sys.exit(1 if report.problems else 0)


def _solve(known: Knowledge, report: "Report", *, whole: bool) -> str:
    """Ask the solver what it finds, add that to the report, and say what was done; nothing, where there are other problems already."""
    try:
        from gravida.compare.gate import solver_problems  # noqa: PLC0415
    except ModuleNotFoundError:
        return "; nothing was proved, because Z3 is not installed (pip install 'gravida[compare]')"
    if report.problems:
        return ""
    with progress("proving") as advance:
        found, declared = solver_problems(known, report.claims, advance, whole=whole)
    report.problems += found
    return f"; {declared} declared peculiarit{'y' if declared == 1 else 'ies'}, and {len(found) or 'no'} problem{'s' * (len(found) != 1)} that the solver finds"


def _where(path: Path | None, folders: Folders) -> tuple[Folders, tuple[str, ...]]:
    """Return the folders of knowledge, and the guideline to look at if the path is one."""
    if path is None:
        return folders, ()
    for folder in (path.resolve(), *path.resolve().parents):
        if folder.parent.name == "guidelines":
            return knowledge_folders((folder.parent.parent,)), (folder.name,)
    if path.is_file():
        raise Fault(f"{path}: this is a file; name a folder of knowledge, an overlay, or a guideline in one")
    try:
        return knowledge_folders((path,)), ()
    except NoFolder as error:
        raise Fault(f"{error}, and it is no guideline in one") from None


main.add_command(article)
main.add_command(ask)
main.add_command(compare)
main.add_command(evidence)
main.add_command(risk)
main.add_command(export)
main.add_command(serve)
main.add_command(audit)
main.add_command(simulate)
main.add_command(synthesize)
main.add_command(read_command)
main.add_command(decision_map_command)
main.add_command(review)
main.add_command(words_command)
