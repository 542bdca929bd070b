"""Every fenced block of the documents, by what its fence says it is.

| Fence | What it is | What the tests do with it |
|---|---|---|
| ``console`` | ``$ command`` and what it prints | run, and compared; ``…`` stands for anything that is left out |
| ``sh`` | commands | run; each has to end well |
| ``python`` | a program, or a session with ``>>>`` | run as one, or as a doctest |
| ``yaml``, ``json`` | a file, named by its ``title`` | read as what it is, and laid where the page's commands find it |
| ``text`` | something to look at, with no command in it | not run |

A page is one story: its blocks run in order, in one folder. What no test can run stands in ``NOT_RUN`` with the reason; the options
of such a command are held against the command all the same.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
GENERATED = ("docs/sheets", "docs/reference")
WRITTEN = sorted(path for path in (ROOT / "docs").rglob("*.md") if not path.relative_to(ROOT).as_posix().startswith(GENERATED))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *WRITTEN]
FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>[\w-]*)(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r'title="(?P<name>[^",]+)(?P<more>, continued)?"')
RUN = ("console", "sh", "python", "yaml", "json")
SHOWN = {
    "text": "to look at",
    "nginx": "the set-up of a proxy that is not ours",
}  # fmt: skip

NOT_RUN = {
    r"make\b": "sets up, checks or builds the repository itself",
    r"git\b": "is about a copy of the repository",
    r"pip install\b": "installs",
    r"\. ": "changes the shell that it is typed in",
    r"spark-submit\b": "needs a cluster",
    r"gravida serve\b": "runs until it is stopped; tests/hooks and tests/web open it, and curl below it is run",
    r"gravida audit .*--engine spark": "needs Java; tests/audit/test_spark.py runs it where it is there",
    r"gravida audit cdm[.-]": "stands for a database of the reader's own; tests/audit reads one, and so does the command below it",
    r"gravida review diff\b": "compares two states of the repository; tests/unit/test_review_diff.py",
    r"gravida review sign\b": "writes into the knowledge; tests/unit/test_review_signing.py",
    r"gravida check( --knowledge \S+)?$": "takes minutes; `make check` runs it, and tests/unit/test_overlay.py",
}  # fmt: skip
"""Commands that no test of a page runs, by a pattern of how they begin, each with why."""


@dataclass(frozen=True)
class Example:
    """One fenced block: where it is, what it is, and its text without the indent of a list."""

    page: Path
    line: int
    kind: str
    file: str
    continued: bool
    text: str

    @property
    def name(self) -> str:
        """Return the name that a failing test shows."""
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}:{self.kind or 'no kind'}"


def examples_of(page: Path) -> list[Example]:
    """Return the blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [_example(page, text, found) for found in FENCE.finditer(text)]


def _example(page: Path, text: str, found: re.Match[str]) -> Example:
    title = TITLE.search(found["info"])
    lines = [line.removeprefix(found["indent"]) for line in found["text"].splitlines(keepends=True)]
    line = text[: found.start()].count("\n") + 1
    return Example(page, line, found["kind"], title["name"] if title else "", bool(title and title["more"]), "".join(lines))


def commands_in(example: Example) -> list[tuple[str, str]]:
    """Return each command of a block with the output shown below it; a line that ends in a backslash goes on."""
    text = re.sub(r"\\\n\s*", "", example.text)
    if example.kind == "sh":
        return [(line.strip(), "") for line in text.splitlines() if line.strip() and not line.startswith("#")]
    first, *sessions = re.split(r"^\$ ", text, flags=re.MULTILINE)
    assert not first.strip(), f"{example.name}: a console block begins with a command"
    return [(command, shown) for command, _, shown in (each.partition("\n") for each in sessions)]


def why_not_run(command: str) -> str:
    """Say why no test runs a command, or nothing if one does."""
    return next((why for begins, why in NOT_RUN.items() if re.match(begins, command)), "")
