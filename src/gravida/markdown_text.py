r"""Markdown: texts that mean nothing but themselves, and tables.

>>> prose("25 mm <b>or less</b> | *never* [more]")
'25 mm \\<b>or less\\</b> | \\*never\\* \\[more\\]'
>>> print("\n".join(table(["What", "How many"], [["births | losses", 2]])))
| What | How many |
|---|---|
| births \| losses | 2 |
"""

import re
from collections.abc import Iterable, Iterator, Sequence

SIGNS = re.compile(r"([*`\[\]<\\])")
BEGINS_A_BLOCK = re.compile(r"^(#+|[>+-]|\d+[.)])(?=\s)")


def inline(text: str) -> str:
    """Return a text in which no sign is markup."""
    return SIGNS.sub(r"\\\1", " ".join(text.split()))


def prose(text: str) -> str:
    """Return a text that may stand as a paragraph of its own."""
    return BEGINS_A_BLOCK.sub(r"\\\1", inline(text))


def row(cells: Iterable[object]) -> str:
    """Return one row of a table. The cells are Markdown; a bar or the end of a line inside one would end it."""
    return "| " + " | ".join(str(each).replace("|", "\\|").replace("\n", " ") for each in cells) + " |"


def table(head: Sequence[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield a table, line by line."""
    yield row(head)
    yield "|" + "---|" * len(head)
    yield from map(row, rows)
