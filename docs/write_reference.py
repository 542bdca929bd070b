"""Write the generated parts of the documentation, or (``--check``) say which of them are stale.

JSON Schemas of the record and of the assessment, the help of every command, and the list of facts. The reference of the
language is written by the tests that hold it (``tests/spec``).
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from gravida.cli import main
from gravida.facts import Observed, Pick
from gravida.library import load
from gravida.record import record_schema
from gravida.report_json import assessment_schema
from gravida.report_knowledge import kind

HERE = Path(__file__).parent / "reference"


def pages() -> Iterator[tuple[str, str]]:
    """Yield every generated page as ``(name, text)``."""
    knowledge = load()
    yield "record.schema.json", _json(record_schema(knowledge.dictionary))
    yield "assessment.schema.json", _json(assessment_schema())
    yield "commands.md", _commands()
    lines = ["# Facts", "", "What can be known of a pregnancy, by the name that criteria use. Generated; do not edit.", ""]
    lines += ["| name | what | kind | question |", "|---|---|---|---|"]
    for name, fact in sorted(knowledge.dictionary.facts.items()):
        if "/" not in name and isinstance(fact, Observed | Pick):
            lines.append(f"| `{name}` | {fact.words.label} | {kind(fact.type)} | {fact.words.question} |")
    yield "facts.md", "\n".join(lines) + "\n"


def _json(schema: object) -> str:
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _commands() -> str:
    parts = ["# Commands\n\nGenerated from the commands' own help; do not edit.\n"]
    for name, command in commands("", main):
        context = click.Context(command, info_name=f"gravida {name}".strip(), max_content_width=100, terminal_width=100)
        parts.append(f"## gravida {name}".rstrip() + f"\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Yield a command, and those inside it, in order of name."""
    yield name, command
    if isinstance(command, click.Group):
        for inner, each in sorted(command.commands.items()):
            yield from commands(f"{name} {inner}".strip(), each)


def run() -> int:
    """Write the pages, or check them. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a page is stale")
    check = parser.parse_args().check
    stale = []
    HERE.mkdir(exist_ok=True)
    for name, text in pages():
        path = HERE / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                path.write_text(text, encoding="utf-8")
    verb = "stale: run 'make docs'" if check else "written"
    sys.stdout.write("".join(f"docs/reference/{name}: {verb}\n" for name in stale))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(run())
