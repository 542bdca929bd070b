"""What an audit found in twenty lines, for a terminal of eighty columns.

>>> _cut("a line that is rather long", 12)
'a line that…'
"""

from collections.abc import Callable, Iterator

from gravida.audit.report_lines import Line, Lines
from gravida.audit.report_parts import Shown
from gravida.audit.result import Result
from gravida.words import say

WIDTH, LEFT = 80, 16
"""Columns of a line, and of the counts at its beginning."""
MOST = 4


def summary(result: Result) -> str:
    """Return how many pregnancies there were, and where to look first. Each line has at most 80 columns."""
    return "\n".join(_cut(line, WIDTH) for line in _lines(result, Lines(result)))


def _lines(result: Result, lines: Lines) -> Iterator[str]:
    count = result.cell(result.pregnancies).shown
    yield say("audit.summary.head", pregnancies=_shown(count, result), count=len(lines.counted))
    yield from ("", say("audit.summary.undone"))
    yield from _ranked(lines.undone(MOST), lambda each: _undone(each, result))
    yield from ("", say("audit.summary.against"))
    yield from _ranked(lines.against(MOST), lambda each: _shown(each.against.done, result))
    yield from ("", say("audit.summary.maybe"))
    for each in lines.maybe(MOST):
        yield from _ranked([each], lambda each: _shown(each.parts.maybe, result))
        lacking = ", ".join(lack.label for lack in each.lacks[:2]) or say("audit.summary.nothing")
        yield f"{'':{LEFT}}  {say('audit.summary.want', what=lacking)}"
    yield from ("", say("audit.summary.notice"))


def _undone(line: Line, result: Result) -> str:
    return say("audit.summary.of", undone=_shown(line.parts.came["undone"], result), due=_shown(line.parts.due, result))


def _ranked(found: list[Line], count: Callable[[Line], str]) -> Iterator[str]:
    if not found:
        yield f"{'':{LEFT}}  {say('audit.summary.none')}"
    yield from (f"{count(each):>{LEFT}}  {each.body}: {each.acts}" for each in found)


def _shown(count: Shown, result: Result) -> str:
    return say("audit.summary.under", least=result.suppress) if count is None else f"{count:,}"


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"
