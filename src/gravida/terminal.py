"""What every command shares: how a file is read, how a fault is told, how a bar is shown.

What cannot be used is said in a sentence with its place, and the command leaves with exit code 2; there is never a
traceback for what a person wrote.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gravida.assess import Unusable
from gravida.fhir_sort import FhirError
from gravida.folders import ENVIRONMENT, Folders, NoFolder, knowledge_folders
from gravida.knowledge import Knowledge, KnowledgeError
from gravida.knowledge_cache import load_kept
from gravida.record import Record, RecordError, read_record
from gravida.typecheck import nearest
from gravida.words import speak

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from gravida.fhir import Reading
    from gravida.fhir_resource import Json

CANNOT = 2
MOST = 64_000_000
"""Bytes that are read of a file: FHIR exports are large, and records of ours are refused long before."""


def _to_folders(_context: click.Context, _option: click.Parameter, named: tuple[Path, ...]) -> Folders:
    try:
        return knowledge_folders(named)
    except NoFolder as error:
        raise click.BadParameter(str(error)) from None


KNOWLEDGE = click.option(
    "--knowledge", type=click.Path(exists=True, file_okay=False, path_type=Path), multiple=True, callback=_to_folders, metavar="DIR",
    help=f"A folder of knowledge, or an overlay to lay over it (may be repeated). Else {ENVIRONMENT}, else what comes with Gravida.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class How:
    """How a file from a record system is read: whose it is, what the system may be trusted for, or nothing of that."""

    patient: str = ""
    source: str = ""
    strict: bool = False


def how_to_read(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options for files from record systems, as one argument ``how``."""

    @click.option("--patient", default="", metavar="ID", help="Of FHIR resources of several people: whose to read.")
    @click.option("--source", default="", metavar="NAME", help="Trust a system for what knowledge/sources/NAME.yaml declares; it is shown as assumed.")
    @click.option("--strict", is_flag=True, help="Assume nothing, whatever --source says.")
    @wraps(command)
    def with_how(*arguments: Any, patient: str, source: str, strict: bool, **options: Any) -> Any:
        return command(*arguments, how=How(patient, source, strict), **options)

    return with_how


class Fault(Exception):  # noqa: N818  (it is what the person is told, not an error of the program)
    """Something that the person can mend; its text is the whole message."""


def no_such(what: str, name: str, choices: Iterable[str], lists_them: str) -> Fault:
    """Return the fault of naming what is not there: with the nearest name, or the command that lists them."""
    return Fault(f"there is no {what} {name!r}" + (nearest(name, choices) or f"; '{lists_them}' lists them"))


def load_knowledge(folders: Folders) -> Knowledge:
    """Return the knowledge of these folders, and speak its words. Raises :class:`KnowledgeError`."""
    knowledge = load_kept(folders)
    speak(knowledge.words)
    return knowledge


@contextmanager
def plain_errors() -> Iterator[None]:
    """Print what is wrong and leave with exit code 2."""
    try:
        yield
    except KnowledgeError as error:
        click.echo(str(error), err=True)
        click.echo(f"{len(error.problems)} problem{'s' * (len(error.problems) != 1)}: the knowledge cannot be used like this.", err=True)
    except (RecordError, Unusable, Fault, FhirError) as error:
        click.echo(str(error), err=True)
    else:
        return
    sys.exit(CANNOT)


def console(*, stderr: bool = False) -> "Console":
    """Return a console: the terminal's width and colours, or 80 plain columns in a pipe."""
    from rich.console import Console  # noqa: PLC0415  (loading it takes a tenth of a second)

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else 80, highlight=False, emoji=False, markup=False)


def show(part: "RenderableType") -> None:
    """Print one part of a page."""
    from gravida.report_text import print_parts  # noqa: PLC0415

    print_parts([part], console())


def read(path: str, knowledge: Knowledge, as_of: date | None, how: How = How()) -> Record:
    """Read a record, or FHIR resources, from a file, a folder, or standard input if the path is ``-``.

    Raises :class:`Fault`, :class:`RecordError` or :class:`gravida.fhir.FhirError`.
    """
    told = given(path)
    if not isinstance(told, bytes):
        return reading_of(told, knowledge, as_of, how).record
    if how.patient or how.source:
        raise Fault(f"{shown_name(path)}: --patient and --source are for FHIR resources, and this is a record of ours")
    return read_record(told, shown_name(path), knowledge.dictionary, as_of=as_of)


def reading_of(resources: "list[Json]", knowledge: Knowledge, as_of: date | None, how: How) -> "Reading":
    """Read one person's FHIR resources."""
    from gravida.fhir import read_resources  # noqa: PLC0415

    return read_resources(resources, knowledge, as_of=as_of, patient=how.patient, source=how.source, strict=how.strict)


def given(path: str) -> "bytes | list[Json]":
    """Return what a file, a folder or standard input holds: FHIR resources, or the text of something else."""
    from gravida.fhir_files import ENDINGS, looks_like_fhir, resources_in, resources_of_folder  # noqa: PLC0415

    if path != "-" and Path(path).is_dir() and any(each.suffix in ENDINGS for each in Path(path).iterdir()):
        return resources_of_folder(Path(path))
    raw = _raw(path)
    return resources_in(raw, shown_name(path)) if looks_like_fhir(raw) else raw


def shown_name(path: str) -> str:
    """Return how a file is named in messages."""
    return "standard input" if path == "-" else path


def _raw(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read(MOST + 1) if path == "-" else _bytes(Path(path))
    except FileNotFoundError:
        raise Fault(f"{path}: there is no such file{_near_file(Path(path))}") from None
    except IsADirectoryError:
        raise Fault(f"{path}: this is a folder; name one record in it") from None
    except OSError as error:
        raise Fault(f"{path}: this file cannot be read: {error.strerror}") from None


def _bytes(path: Path) -> bytes:
    """Read at most one byte more than is allowed, so that a huge file is never taken in whole."""
    with path.open("rb") as file:
        return file.read(MOST + 1)


def _near_file(path: Path) -> str:
    folder = path.parent
    return nearest(path.name, [each.name for each in folder.iterdir()]) if folder.is_dir() else ""


def today(record: Record, as_of: date | None) -> date:
    """Return the day of assessment; today if nobody gives one, unless the record speaks of a day that it does not name."""
    stated = record.pregnancy.gestation
    if as_of is None and record.as_of is None and stated is not None and stated.on is None:
        raise Fault("the record gives a gestation, and not the day on which it held: write 'as_of: YYYY-MM-DD' in it, or use --as-of")
    return as_of or record.as_of or date.today()  # noqa: DTZ011  (the person's own calendar day is meant)


@contextmanager
def progress(title: str) -> Iterator[Any]:
    """Show a bar on standard error while a terminal watches; yields ``advance(done, total)``."""
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
