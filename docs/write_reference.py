"""Write the generated parts of the documentation, or (``--check``) say which of them are stale.

JSON Schemas of the record and of the assessment, and pages to read of both; the help of every command; the list of facts. The reference of the
language is written by the tests that hold it (``tests/spec``).
"""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from command_pages import commands_page
from schema_pages import assessment_page, record_page

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
    record, assessment = record_schema(knowledge.dictionary), assessment_schema()
    yield "record.schema.json", _json(record)
    yield "assessment.schema.json", _json(assessment)
    yield "record.md", record_page(record)
    yield "assessment.md", assessment_page(assessment)
    yield "commands.md", commands_page(main)
    lines = ["# Facts", "", "What can be known of a pregnancy, by the name that criteria use. Generated; do not edit.", ""]
    lines += ["| name | what | kind | question |", "|---|---|---|---|"]
    for name, fact in sorted(knowledge.dictionary.facts.items()):
        if "/" not in name and isinstance(fact, Observed | Pick):
            lines.append(f"| `{name}` | {fact.words.label} | {kind(fact.type)} | {fact.words.question} |")
    yield "facts.md", "\n".join(lines) + "\n"


def _json(schema: object) -> str:
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


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
