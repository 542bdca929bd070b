"""``gravida read``: how FHIR resources become a record, with what was read, left out and assumed."""

import json
import textwrap
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import click

from gravida.folders import Folders
from gravida.terminal import KNOWLEDGE, Fault, How, given, how_to_read, load_knowledge, plain_errors, reading_of, shown_name

if TYPE_CHECKING:
    from gravida.fhir import Reading

WIDTH = 80
FEW = 5
"""Names of resources that were left out for one reason; the JSON has all."""


@click.command("read")
@click.argument("file", metavar="FILE")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Read as of this day; today, if none is given.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "record"]),
    default="text",
    help="How to print; 'record' is the record itself, as YAML, with an empty entry in lists that may hold more.",
)
@KNOWLEDGE
@how_to_read
def read_command(file: str, as_of: datetime | None, form: str, knowledge: Folders, how: How) -> None:
    """Say what was read of FHIR R4 resources (Bundle, resource, NDJSON or a folder), what was left out, and why.

    That something is absent is unknown, never no. A declaration that is named with --source can make it more; each one
    that is used is listed. Nothing is stored and nothing is sent anywhere.

    \b
    gravida read examples/fhir/short-cervix.json --as-of 2026-06-01
    gravida read examples/fhir/short-cervix.json --as-of 2026-06-01 --source us-core
    gravida read examples/fhir/export --patient lena --format record > lena.yaml
    """
    with plain_errors():
        known = load_knowledge(knowledge)
        told = given(file)
        if isinstance(told, bytes):
            raise Fault(f"{shown_name(file)}: this is not FHIR: a resource has a resourceType; 'gravida assess' reads records of ours as they are")
        reading = reading_of(told, known, as_of.date() if as_of else None, how)
        if form == "record":
            from gravida.record import with_blanks, write_record  # noqa: PLC0415

            click.echo(write_record(with_blanks(reading.record)), nl=False)
        elif form == "json":
            from pydantic import TypeAdapter  # noqa: PLC0415

            shown = {name: TypeAdapter(object).dump_python(getattr(reading, name), mode="json") for name in ("read", "ignored", "conflicts", "assumed")}
            click.echo(json.dumps({"person": reading.person, **shown}, indent=2, ensure_ascii=False))
        else:
            _print(reading)


def _print(reading: "Reading") -> None:
    for line in _page(reading):
        indent = " " * (len(line) - len(line.lstrip(" -")))
        click.echo(textwrap.fill(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False))


def _page(reading: "Reading") -> Iterator[str]:
    yield f"Read as of {reading.record.as_of}{f', for {reading.person}' if reading.person else ''}"
    yield from _section("Look at this", (f"- {each}" for each in reading.conflicts))
    yield from _section("Read", (f"- {each.path}: {each.said} [{each.origin}]" for each in reading.read))
    yield from _section("Assumed", (f"- {each.path}: {each.name}. {each.says}" for each in reading.assumed))
    if reading.declaration and not reading.declaration.signed_by:
        yield f"Nobody has signed what {reading.declaration.id} declares."
    yield from _section("Left out", _left_out(reading))
    yield ""
    yield "What is not in this list is unknown. It is not read as no."


def _left_out(reading: "Reading") -> Iterator[str]:
    """Yield what was left out, by reason: an export of a whole hospital has thousands of resources that are somebody else's."""
    why: dict[str, list[str]] = {}
    for each in reading.ignored:
        why.setdefault(each.why, []).append(each.resource)
    for reason, names in why.items():
        more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
        yield f"- {', '.join(names[:FEW])}{more}: {reason}"


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield from ("", title, *found)
