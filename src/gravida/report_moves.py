"""What a change moves, for a terminal and for a pull request.

>>> from gravida.review_diff import Comparison
>>> print(text(Comparison(), "a1b2c3d"), end="")
From a1b2c3d to the files as they are now: no recommendation means anything else.
<BLANKLINE>
No verdict moves.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gravida.guideline import Verdict
from gravida.logic import Truth
from gravida.markdown_text import inline, table
from gravida.review_diff import Comparison, Example, Moved
from gravida.words import VERDICTS

TRUTHS: dict[Truth, str] = {True: "true", False: "false", None: "unknown"}
ORDER: tuple[Verdict, ...] = tuple(VERDICTS)
NOWHERE = "."
"""Where no record is."""


def text(found: Comparison, before: str) -> str:
    """Return it as plain text."""
    lines = [_scope(found, before)]
    for moved in found.moved:
        lines += ["", f"{moved.recommendation}", *_aligned(_verdict_rows(moved))]
        for (old, new), examples in sorted(moved.examples.items()):
            lines += [f"  {old} → {new} ({moved.counts[old, new]}):"]
            lines += [f"    {line}" for each in examples for line in _example(each)]
    if found.changed and found.who:
        lines += ["", "Whom it is for, over all that were changed:", *_aligned(_truth_rows(found.who))]
    return "\n".join([*lines, *_lists(found), "", _answer(found)]) + "\n"


def markdown(found: Comparison, before: str) -> str:
    """Return it as Markdown, for a pull request."""
    lines = ["## Which verdicts move", "", inline(_scope(found, before)), ""]
    for moved in found.moved:
        head, *rows = _verdict_rows(moved)
        lines += [f"### {moved.recommendation}", "", *table(head, rows), ""]
        for (old, new), examples in sorted(moved.examples.items()):
            lines += [f"{old} → {new} ({moved.counts[old, new]}):", ""]
            lines += [line for each in examples for line in _marked_down(each)]
            lines += [""]
    if found.changed and found.who:
        head, *rows = _truth_rows(found.who)
        lines += ["### Whom it is for, over all that were changed", "", *table(head, rows)]
    return "\n".join([*lines, *map(inline, _lists(found)), "", f"**{_answer(found)}**"]) + "\n"


def _scope(found: Comparison, before: str) -> str:
    start = f"From {before} to the files as they are now: "
    if not found.changed:
        return start + "no recommendation means anything else."
    refused = f" {found.unreadable} more fit only one of the two, and were left out." if found.unreadable else ""
    records = f"{found.of_cases + found.random} records ({found.of_cases} of cases, {found.random} random)"
    one = found.changed == 1
    return f"{start}{found.changed} recommendation{'s' * (not one)} may mean something else. {records} were judged by both versions.{refused}"


def _answer(found: Comparison) -> str:
    if not found.moved:
        return "No verdict moves."
    count = sum(number for each in found.moved for (old, new), number in each.counts.items() if old != new)
    return f"{count} verdict{'s' * (count != 1)} of {len(found.moved)} recommendation{'s' * (len(found.moved) != 1)} move."


def _lists(found: Comparison) -> Iterator[str]:
    named = {"Changed, and no verdict moves": found.unmoved, "New (absent before)": found.new, "Gone (absent now)": found.gone}
    for title, keys in named.items():
        yield from ["", f"{title}, {len(keys)}:", "", *(f"- {key}" for key in keys)] if keys else []


def _verdict_rows(moved: Moved) -> Iterator[list[str]]:
    """Yield a table of before and after, with the verdicts that occur."""
    before, after = ({pair[side] for pair in moved.counts} for side in (0, 1))
    return _rows(moved.counts, [each for each in ORDER if each in before], [each for each in ORDER if each in after], {each: each for each in ORDER})


def _truth_rows(counts: Counter[tuple[Truth, Truth]]) -> Iterator[list[str]]:
    return _rows(counts, list(TRUTHS), list(TRUTHS), TRUTHS)


def _rows(counts: Counter[Any], before: list[Any], after: list[Any], words: Mapping[Any, str]) -> Iterator[list[str]]:
    yield ["before ↓  after →", *(words[each] for each in after)]
    for old in before:
        yield [words[old], *(str(counts[old, new] or NOWHERE) for new in after)]


def _aligned(rows: Iterable[list[str]]) -> Iterator[str]:
    """Yield a table for a terminal: names to the left, numbers to the right."""
    found = list(rows)
    widths = [max(len(row[column]) for row in found) for column in range(len(found[0]))]
    for first, *others in found:
        yield "  " + "  ".join([first.ljust(widths[0]), *(each.rjust(width) for each, width in zip(others, widths[1:], strict=True))])


def _example(each: Example) -> Iterator[str]:
    if each.case is not None:
        yield f"{each.case.place}: {each.case.why}{' (a case of the earlier version)' if each.is_old else ''}"
    else:
        yield "a random record, with what matters of it:"
        yield from (f"  {line}" for line in each.record.splitlines())


def _marked_down(each: Example) -> Iterator[str]:
    if each.case is not None:
        (line,) = _example(each)
        yield f"- {inline(line)}"
    else:
        yield from ("- a random record, with what matters of it:", "", "  ```yaml", *(f"  {line}" for line in each.record.splitlines()), "  ```")
