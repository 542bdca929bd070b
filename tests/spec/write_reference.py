"""Write ``docs/reference/language.md`` from the chapters that the tests hold the engines to."""

import sys
from collections.abc import Iterator
from pathlib import Path

from spec_reading import BLOCK, CHAPTERS, Block, Table

from gravida.cql_parser import GRAMMAR

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "language.md"
SOURCE = "tests/spec/chapters"
INTRODUCTION = f"""# The language of criteria

Generated from `{SOURCE}`; do not edit. Every table on this page is a test that runs on two engines.
A cell left blank is unknown: nobody recorded it. A bar `‖` parts what is known of a record from what follows.
"""


def reference() -> str:
    """Return the whole page."""
    texts = [path.read_text(encoding="utf-8") for path in CHAPTERS]
    titles = [text.partition("\n")[0].removeprefix("## ") for text in texts]
    contents = "\n".join(f"- [{title}](#{_anchor(title)})" for title in titles)
    body = "\n".join(BLOCK.sub(lambda found: _shown(Block(*found.groups())), text) for text in texts)
    return f"{INTRODUCTION}\n{contents}\n\n{body}".replace("{grammar}", GRAMMAR.strip())


def _anchor(title: str) -> str:
    return "".join(char for char in title.lower().replace(" ", "-") if char.isalnum() or char == "-")


def _shown(block: Block) -> str:
    if block.kind not in ("spec", "rejected"):
        return f"```{block.kind}\n{block.text}```\n"
    return "\n".join("\n".join(_markdown(table, block.kind)) + "\n" for table in block.tables)


def _markdown(table: Table, kind: str) -> Iterator[str]:
    code = kind == "spec"
    answers = [f"`{answer}`" if code else answer for answer in table.answers]
    first, *others = [heading if heading in ("record", "criterion") else f"`{heading}`" for heading in table.headings]
    headings = [first if answers else f"{first} of record", *others]
    bar = ["‖"] if answers else []
    yield _row([*headings, *bar, *answers])
    yield _row(["---"] * len(headings) + [":-:"] * len(bar) + ["---"] * len(answers))
    for index, row in enumerate(table.rows):
        cells = row if code else [f"`{cell}`" for cell in row]
        yield _row([*cells, *bar, *(table.expected[index] if answers else ())])


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(reference(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} written\n")
