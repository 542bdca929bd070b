"""``gravida export``: the knowledge as files for other systems, and what was written."""

import json
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from gravida.folders import Folders
from gravida.knowledge import Knowledge
from gravida.terminal import KNOWLEDGE, Fault, load_knowledge, plain_errors, progress
from gravida.words import say

WIDTH = 80
FEW = 5
"""As many left-over files as are named."""


@click.command("export")
@click.argument("what", type=click.Choice(["cql", "fhir", "questionnaire"]))
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
@click.option("--force", is_flag=True, help="Write into a folder that is not empty; files of the same name are replaced, others stay.")
@KNOWLEDGE
def export(what: str, folder: Path, knowledge: Folders, *, force: bool) -> None:
    """Write the knowledge into DIR as files for other systems.

    cql: one CQL library for each guideline and one for the shared terms. fhir: FHIR R4 resources (Library,
    PlanDefinition, ActivityDefinition, StructureDefinition) as JSON. questionnaire: one FHIR R4 Questionnaire whose
    linkIds are paths in the record. The same knowledge gives the same files, byte for byte.

    Everything is a draft and says so. Advice against something never becomes an order, nor does what nobody has read or
    what is superseded.

    \b
    gravida export cql cql
    gravida export fhir fhir --knowledge our-hospital
    gravida export questionnaire form
    """
    with plain_errors():
        _refuse_what_is_full(folder, force=force)
        known = load_knowledge(knowledge)
        with progress("exporting") as advance:
            files = dict(_files(what, known))
            _make(folder)
            for number, (name, text) in enumerate(files.items(), start=1):
                _write(folder / name, text)
                advance(number, len(files))
        _say_what(folder, list(files))


def _refuse_what_is_full(folder: Path, *, force: bool) -> None:
    """Refuse a folder in which something stands already: files of two exports must not lie together unseen."""
    if not force and folder.is_dir() and any(folder.iterdir()):
        raise Fault(f"{folder}: this folder is not empty; name a new one, or write into it with --force")


def _files(what: str, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of every file."""
    if what == "cql":
        from gravida.export_cql import exported, file_name  # noqa: PLC0415

        yield from ((file_name(each), each.cql) for each in exported(knowledge))
    elif what == "fhir":
        from gravida.export_fhir import resources  # noqa: PLC0415

        yield from (_as_file(each) for each in resources(knowledge))
    else:
        from gravida.export_questionnaire import questionnaire  # noqa: PLC0415

        yield _as_file(questionnaire(knowledge))


def _as_file(resource: dict[str, object]) -> tuple[str, str]:
    return f"{resource['resourceType']}-{resource['id']}.json", json.dumps(resource, indent=2, ensure_ascii=False) + "\n"


def _make(folder: Path) -> None:
    """Make the folder, with those above it. Raises :class:`Fault`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Fault(f"{folder}: this folder cannot be made: {error.strerror}") from None


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise Fault(f"{path}: this file cannot be written: {error.strerror}") from None


def _say_what(folder: Path, names: list[str]) -> None:
    """Say what was written, and what stands in the folder beside it and may be out of date."""
    kinds = Counter("CQL" if name.endswith(".cql") else name.partition("-")[0] for name in names)
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    click.echo(f"wrote {len(names)} file{'s' * (len(names) != 1)} to {folder}: {told}")
    others = sorted({each.name for each in folder.iterdir()} - set(names))
    if others:
        more = f" and {len(others) - FEW} more" if len(others) > FEW else ""
        click.echo(textwrap.fill(f"not written by this export, and may be out of date: {', '.join(others[:FEW])}{more}", WIDTH, break_on_hyphens=False))
    click.echo()
    click.echo(textwrap.fill(say("notice.clinical"), WIDTH))
