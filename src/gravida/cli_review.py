"""``gravida review``: sheets to read, what a change moves, and signatures.

>>> sorted(review.commands)
['diff', 'sheet', 'sign', 'status']
"""

import sys
from collections.abc import Collection
from datetime import date, datetime
from pathlib import Path

import click

from gravida.folders import Folders
from gravida.knowledge import Knowledge
from gravida.terminal import KNOWLEDGE, Fault, load_knowledge, no_such, plain_errors, progress


@click.group(context_settings={"max_content_width": 100})
def review() -> None:
    """Read a recommendation as a clinician, see what a change moves, sign, and see what is signed.

    \b
    gravida review sheet figo-2021-pessary/twins    one recommendation on one page
    gravida review diff HEAD                        which verdicts a change moves
    gravida review sign GUIDELINE/RECOMMENDATION --orcid … --role …
    gravida review status                           what is draft, signed, lapsed
    """


@review.command("sheet", short_help="Print a recommendation on one page, to read and to sign.")
@click.argument("names", metavar="[GUIDELINE | GUIDELINE/RECOMMENDATION]...", nargs=-1)
@click.option("--write", "written", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Write the sheets as pages into this folder.")
@click.option("--check", "checked", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Exit with 1 if a page there is not as it should be.")
@KNOWLEDGE
def sheet_command(names: tuple[str, ...], written: Path | None, checked: Path | None, knowledge: Folders) -> None:
    """Print the review sheet of a recommendation, of a document's recommendations, or of all, as Markdown.

    A sheet is for somebody who reads no code: what it says, for whom, when, what speaks against it, patients with what
    must come out for each, what every word means, where it stands, and how that was seen.

    \b
    gravida review sheet figo-2021-pessary/twins
    gravida review sheet --write docs/sheets      a page for each, with an index
    """
    from gravida.review_pages import pages  # noqa: PLC0415

    with plain_errors():
        known = load_knowledge(knowledge)
        _known_names(names, known)
        if written and checked:
            raise Fault("--write and --check contradict each other: one makes the pages as they should be, the other only looks")
        with progress("sheets") as advance:
            found = pages(known, names, advance)
        if written:
            _write(written, found, names)
        elif checked:
            _check(checked, found, names)
        else:
            click.echo("\n".join(text for page, text in found.items() if not page.endswith("README.md")), nl=False)


def _known_names(names: Collection[str], knowledge: Knowledge) -> None:
    choices = [*knowledge.guidelines, *knowledge.recommendations]
    for name in names:
        if name not in choices:
            raise no_such("guideline and no recommendation", name, choices, "gravida guidelines")


def _write(folder: Path, found: dict[str, str], names: Collection[str]) -> None:
    from gravida.review_pages import ForeignPage, write  # noqa: PLC0415

    try:
        done = write(folder, found, names)
    except ForeignPage as error:
        raise Fault(str(error)) from None
    except OSError as error:
        raise Fault(f"{error.filename or folder}: this cannot be written: {error.strerror}") from None
    removed = sum(each.how == "left over" for each in done)
    click.echo(f"{folder}: {len(found)} pages, {len(done) - removed} written, {removed} removed")


def _check(folder: Path, found: dict[str, str], names: Collection[str]) -> None:
    from gravida.review_pages import differences  # noqa: PLC0415

    wrong = differences(folder, found, names)
    for each in wrong:
        click.echo(f"{folder / each.page}: {each.how}")
    if wrong:
        named = "".join(f" {name}" for name in names)
        click.echo(f"{len(wrong)} of the review sheets are not as the knowledge is: run 'gravida review sheet{named} --write {folder}' (or 'make docs')")
        sys.exit(1)


@review.command("diff", short_help="Say which verdicts a change of the knowledge moves.")
@click.argument("revision", metavar="REV")
@click.option("--records", default=2000, show_default=True, type=click.IntRange(min=0), metavar="N", help="So many random records beside those of all cases.")
@click.option("--seed", default=1, show_default=True, metavar="S", help="The same seed gives the same random records.")
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text", help="How to print.")
@KNOWLEDGE
def diff(revision: str, records: int, seed: int, form: str, knowledge: Folders) -> None:
    """Say which verdicts a change of the knowledge moves: from the git revision REV to the files as they are now.

    Every case's record of both versions, and random records that gather around the limits of both, are judged by both.
    For each recommendation whose verdicts move there is a table of before and after, and two records for each move.
    This goes into the pull request of a change; "no verdict moves" is an answer too.

    \b
    gravida review diff HEAD                    what my changes move
    gravida review diff main --format markdown  for a pull request
    """
    from gravida.old_knowledge import NoOldKnowledge, knowledge_at  # noqa: PLC0415
    from gravida.report_moves import markdown, text  # noqa: PLC0415
    from gravida.review_diff import compare  # noqa: PLC0415

    with plain_errors():
        now = load_knowledge(knowledge)
        try:
            before = knowledge_at(revision, knowledge)
        except NoOldKnowledge as error:
            raise Fault(str(error)) from None
        with progress("judging") as advance:
            found = compare(before.knowledge, now, records, seed, advance)
        click.echo((markdown if form == "markdown" else text)(found, before.name), nl=False)


@review.command("sign", short_help="Sign a recommendation as it stands.")
@click.argument("name", metavar="GUIDELINE/RECOMMENDATION")
@click.option("--orcid", "by", required=True, metavar="0000-0000-0000-0000", help="Your ORCID (orcid.org): who signs.")
@click.option("--role", required=True, help="In which role, such as obstetrician or midwife.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day; today if left out.")
@KNOWLEDGE
def sign(name: str, by: str, role: str, day: datetime | None, knowledge: Folders) -> None:
    """Sign a recommendation as it stands: you have held its sheet against the source, and you agree.

    A signature covers everything that the recommendation means: its own file, and every fact, definition, action, topic
    and record that it names. If any of these is changed, it lapses, and the recommendation is a draft again.
    Nothing is signed while 'gravida check' finds a problem with the guideline.
    """
    from gravida.signing import NotSigned, orcid  # noqa: PLC0415

    with plain_errors():
        try:
            person = orcid(by)
            on = _day(day)
            place = _sign(name, person, " ".join(role.split()), on, knowledge)
        except NotSigned as error:
            raise Fault(str(error)) from None
    click.echo(f"{place}: {name} is signed by {person} ({role}, {on}). Any change of what it means will make this lapse.")


def _day(written: datetime | None) -> date:
    today = date.today()  # noqa: DTZ011  (the person's own calendar day is meant)
    day = written.date() if written else today
    if day > today:
        raise Fault(f"--on {day}: this day is still to come; a signature is given today or was given before")
    return day


def _sign(name: str, by: str, role: str, on: date, folders: Folders) -> str:
    """Sign, and return the file in which the signature stands."""
    from gravida.signing import file_of, sign_in_file, signed  # noqa: PLC0415

    known = load_knowledge(folders)
    if name not in known.recommendations:
        raise no_such("recommendation", name, known.recommendations, "gravida guidelines ID")
    if not role:
        raise Fault("--role is empty: say in which role you sign, such as obstetrician or midwife")
    if not role.isprintable():
        raise Fault(f"--role {role!r}: this holds a sign that cannot be printed; write it in plain words, such as obstetrician or midwife")
    recommendation = known.recommendations[name]
    signatures = signed(recommendation, by, role, on)
    path = file_of(recommendation, known)
    _refuse_problems(recommendation.guideline, folders)
    sign_in_file(path, recommendation.path, signatures)
    return recommendation.path


def _refuse_problems(guideline: str, folders: Folders) -> None:
    """Refuse to sign what the check does not pass. A signature that has lapsed is no reason, since signing again mends it."""
    from gravida.check import check_all  # noqa: PLC0415
    from gravida.library import load  # noqa: PLC0415
    from gravida.signing import without_signatures  # noqa: PLC0415

    with progress("checking") as advance:
        report = check_all(without_signatures(load(folders, (guideline,))), (guideline,), advance)
    if report.problems:
        told = "\n".join(str(each) for each in report.problems)
        found = "1 problem in {0}. Mend that" if len(report.problems) == 1 else f"{len(report.problems)} problems in {{0}}. Mend these"
        raise Fault(f"{told}\nNothing was signed: 'gravida check' finds {found.format(guideline)}, and sign then")


@review.command("status", short_help="Count what is draft, signed, lapsed.")
@KNOWLEDGE
def status_command(knowledge: Folders) -> None:
    """Say how many recommendations are drafts, signed, or were signed and have changed since, document by document."""
    from gravida.report_review import status_table  # noqa: PLC0415

    with plain_errors():
        click.echo(status_table(load_knowledge(knowledge)), nl=False)
