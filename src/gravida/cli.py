"""The command line: what a person at a terminal asks, and how it is printed.

Exit codes: 0 done, 1 the knowledge has problems (``check``), 2 the input cannot be used. What cannot be used is said in
a sentence with its place; there is never a traceback.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gravida.assess import Unusable, assess
from gravida.assessment import Assessment
from gravida.knowledge import Knowledge, KnowledgeError, knowledge_root
from gravida.knowledge_cache import load_kept
from gravida.record import MAX_BYTES, Record, RecordError, read_record
from gravida.typecheck import nearest

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

CANNOT = 2
KNOWLEDGE = click.option("--knowledge", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Another folder of knowledge.")


class Fault(Exception):  # noqa: N818  (it is what the person is told, not an error of the program)
    """Something that the person can mend; its text is the whole message."""


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


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Print what is wrong and leave with exit code 2."""
    try:
        yield
    except KnowledgeError as error:
        click.echo(str(error), err=True)
        click.echo(f"{len(error.problems)} problem{'s' * (len(error.problems) != 1)}: the knowledge cannot be used like this.", err=True)
    except (RecordError, Unusable, Fault) as error:
        click.echo(str(error), err=True)
    else:
        return
    sys.exit(CANNOT)


def _console(*, stderr: bool = False) -> "Console":
    """Return a console: the terminal's width and colours, or 80 plain columns in a pipe."""
    from rich.console import Console  # noqa: PLC0415  (loading it takes a tenth of a second)

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else 80, highlight=False, emoji=False, markup=False)


def _show(part: "RenderableType") -> None:
    from gravida.report_text import print_parts  # noqa: PLC0415

    print_parts([part], _console())


def _read(path: str, knowledge: Knowledge, as_of: date | None) -> Record:
    name = "standard input" if path == "-" else path
    try:
        raw = sys.stdin.buffer.read(MAX_BYTES + 1) if path == "-" else _bytes(Path(path))
    except FileNotFoundError:
        raise Fault(f"{path}: there is no such file{_near_file(Path(path))}") from None
    except IsADirectoryError:
        raise Fault(f"{path}: this is a folder; name one record in it") from None
    except OSError as error:
        raise Fault(f"{path}: this file cannot be read: {error.strerror}") from None
    return read_record(raw, name, knowledge.dictionary, as_of=as_of)


def _bytes(path: Path) -> bytes:
    """Read at most one byte more than is allowed, so that a huge file is never taken in whole."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _near_file(path: Path) -> str:
    folder = path.parent
    return nearest(path.name, [each.name for each in folder.iterdir()]) if folder.is_dir() else ""


def _today(record: Record, as_of: date | None) -> date:
    """Return the day of assessment; today if nobody gives one, unless the record speaks of a day that it does not name."""
    stated = record.pregnancy.gestation
    if as_of is None and record.as_of is None and stated is not None and stated.on is None:
        raise Fault("the record gives a gestation, and not the day on which it held: write 'as_of: YYYY-MM-DD' in it, or use --as-of")
    return as_of or record.as_of or date.today()  # noqa: DTZ011  (the person's own calendar day is meant)


@main.command("assess")
@click.argument("file", metavar="FILE")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Judge as of this day; what was recorded later is left out.")
@click.option("--guideline", "guidelines", multiple=True, metavar="ID", help="Only this guideline or body (may be repeated).")
@click.option("--country", "countries", multiple=True, metavar="CODE", help="Only guidelines of this country, and international ones.")
@click.option("--plain", is_flag=True, help="In plain words, for the person herself.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to print.")
@click.option("--all", "everything", is_flag=True, help="Also what does not apply, is superseded, or nobody has verified.")
@KNOWLEDGE
def assess_command(
    file: str, as_of: datetime | None, guidelines: tuple[str, ...], countries: tuple[str, ...], *,
    plain: bool, form: str, everything: bool, knowledge: Path | None,
) -> None:  # fmt: skip
    """Say what every guideline says for the record in FILE (YAML or JSON; - for standard input).

    Red flags come first. Then: this pregnancy, how each earlier loss or birth fits, what each guideline says, where they
    disagree, what is missing and what it would settle, the timeline, questions for the appointment, sources.

    Marks: ● now, ◐ now if nothing speaks against it, ! overdue, ■ applies (no weeks stated), ○ later, ⊘ withheld, ✓ done,
    · its weeks have passed, ? not known, - does not apply. "Unknown" is never "no".
    """
    with _plain_errors():
        known = load_kept(knowledge)
        _known_names(guidelines, countries, known)
        day = as_of.date() if as_of else None
        record = _read(file, known, day)
        assessment = assess(record, known, _today(record, day), guidelines, countries)
        _print(assessment, form, plain=plain, everything=everything)


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

        print_assessment(assessment, _console(), everything=everything)


@main.command()
@click.argument("recommendation", metavar="GUIDELINE/RECOMMENDATION")
@click.argument("file", metavar="FILE")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Judge as of this day.")
@KNOWLEDGE
def why(recommendation: str, file: str, as_of: datetime | None, knowledge: Path | None) -> None:
    """Show why a verdict is what it is: each clause, the value found, and the entries of the record behind it.

    \b
    gravida why nice-2022-preterm-labour/progesterone-or-cerclage examples/one-painless-loss.yaml
    """
    from gravida.explain import why as reasons  # noqa: PLC0415
    from gravida.prepare import prepare  # noqa: PLC0415
    from gravida.report_why import render  # noqa: PLC0415

    with _plain_errors():
        known = load_kept(knowledge)
        if recommendation not in known.recommendations:
            hint = nearest(recommendation, known.recommendations) or "; 'gravida guidelines ID' lists them"
            raise Fault(f"there is no recommendation {recommendation!r}{hint}")
        day = as_of.date() if as_of else None
        record = _read(file, known, day)
        situation = prepare(record, known.meaning, known.largest_k, _today(record, day))
        _show(render(reasons(known.recommendations[recommendation], situation, known), known))


@main.command()
@click.argument("identifier", metavar="[ID]", required=False)
@KNOWLEDGE
def guidelines(identifier: str | None, knowledge: Path | None) -> None:
    """List the guidelines; with ID, one guideline and its recommendations; with ID/RECOMMENDATION, one of them whole."""
    from gravida.report_knowledge import guideline, guideline_list, recommendation  # noqa: PLC0415

    with _plain_errors():
        known = load_kept(knowledge)
        if identifier is None:
            _show(guideline_list(known))
        elif identifier in known.guidelines:
            _show(guideline(known.guidelines[identifier], known))
        elif identifier in known.recommendations:
            _show(recommendation(known.recommendations[identifier], known))
        else:
            choices = [*known.guidelines, *known.recommendations]
            raise Fault(f"there is no guideline {identifier!r}{nearest(identifier, choices)}")


@main.command()
@click.argument("name", metavar="[NAME]", required=False)
@KNOWLEDGE
def facts(name: str | None, knowledge: Path | None) -> None:
    """List the facts that can be known; with NAME, one of them: its meaning, unit, range, question and who uses it."""
    from gravida.report_knowledge import fact, fact_list  # noqa: PLC0415

    with _plain_errors():
        known = load_kept(knowledge)
        if name is None:
            _show(fact_list(known))
        elif name in known.dictionary.facts:
            _show(fact(name, known))
        else:
            raise Fault(f"there is no fact {name!r}" + (nearest(name, known.dictionary.facts) or "; 'gravida facts' lists them"))


@main.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path), required=False)
def check(path: Path | None) -> None:
    """Run every gate on the knowledge: all of it, or the guideline in PATH.

    Cases run on two engines, every mutant of every criterion must be noticed by a case, and every number, citation and
    provenance must be accounted for. Exit code 1 if anything is wrong.
    """
    from gravida.check import check_all  # noqa: PLC0415
    from gravida.library import load  # noqa: PLC0415

    with _plain_errors():
        root, only = _where(path)
        knowledge = load(root, only)
        with _progress("checking") as advance:
            report = check_all(knowledge, only, advance)
    for problem in report.problems:
        click.echo(str(problem))
    click.echo(report.summary())
    sys.exit(1 if report.problems else 0)


@contextmanager
def _progress(title: str) -> Iterator[Any]:
    """Show a bar on standard error while a terminal watches; yields ``advance(done, total)``."""
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=_console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _where(path: Path | None) -> tuple[Path, tuple[str, ...]]:
    """Return the root of the knowledge, and the guideline to look at if the path is one."""
    if path is None:
        return knowledge_root(), ()
    for folder in (path.resolve(), *path.resolve().parents):
        if folder.parent.name == "guidelines":
            return folder.parent.parent, (folder.name,)
    if not (path / "facts").is_dir():
        raise Fault(f"{path}: this is no folder of knowledge (it has no facts/), and no guideline in one")
    return path, ()
