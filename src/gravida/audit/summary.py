"""What an audit found in twenty lines, for a terminal of eighty columns.

>>> _cut("a line that is rather long", 12)
'a line that…'
"""

from collections.abc import Callable, Iterator

from gravida.audit.report_lines import Line, Lines
from gravida.audit.report_parts import Shown
from gravida.audit.result import Result

WIDTH = 80
MOST = 4
NOTICE = "Drafts: no clinician has reviewed these. Guidelines are never merged."


def summary(result: Result) -> str:
    """Return how many pregnancies there were, and where to look first. Each line has at most 80 columns."""
    return "\n".join(_cut(line, WIDTH) for line in _lines(result, Lines(result)))


def _lines(result: Result, lines: Lines) -> Iterator[str]:
    count = result.cell(result.pregnancies).shown
    yield f"{_shown(count, result)} pregnancies, {len(lines.counted)} recommendations for or against an act"
    yield ""
    yield "Most often due and not done"
    yield from _ranked(lines.undone(MOST), result, lambda each: f"{_shown(each.parts.came['undone'], result)} of {_shown(each.parts.due, result)}")
    yield ""
    yield "Most often done although a guideline advises against it"
    yield from _ranked(lines.against(MOST), result, lambda each: _shown(each.against.done, result))
    yield ""
    yield "Most often it cannot be told whether it was due, and what was not recorded"
    for each in lines.maybe(MOST):
        lacking = ", ".join(lack.label for lack in each.lacks[:2]) or "nothing that a record holds"
        yield f"{_shown(each.parts.maybe, result):>16}  {each.body}: {each.acts}"
        yield f"{'':16}  for want of: {lacking}"
    yield ""
    yield NOTICE


def _ranked(found: list[Line], result: Result, count: Callable[[Line], str]) -> Iterator[str]:
    if not found:
        yield f"{'':16}  nothing that can be shown"
    yield from (f"{count(each):>16}  {each.body}: {each.acts}" for each in found)


def _shown(count: Shown, result: Result) -> str:
    return f"under {result.suppress}" if count is None else f"{count:,}"


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else line[: width - 1].rstrip() + "…"
