"""The report of an audit: one page in one file, for whoever answers for the care, on a screen and on paper.

Everything on it is made from counts as they may be shown (:mod:`gravida.audit.report_parts`), and its words come from the
words of the knowledge that is in use.

>>> About("Audit", "tables", "DuckDB", "2026-06-01", 75.2, "0.1.0", synthetic=True).took
'1 min 15 s'
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from gravida.audit.quality import Account
from gravida.audit.report_groups import groups, months_of, sites_of
from gravida.audit.report_lines import Lines
from gravida.audit.report_parts import Shown, percent, rank, stacked
from gravida.audit.result import Result
from gravida.words import say

MOST_FIRST = 8
"""How many recommendations stand where a reader looks first."""
A_MINUTE = 60


@dataclass(frozen=True)
class About:
    """What was audited, with what, when, and whether all of it is made up."""

    title: str
    source: str
    engine: str
    date: str
    seconds: float
    version: str
    synthetic: bool = False
    portions: int = 1
    notes: tuple[str, ...] = ()
    """What else a reader must know, such as what a source declares."""

    @property
    def took(self) -> str:
        """How long it took, in words."""
        minutes, seconds = divmod(round(self.seconds), A_MINUTE)
        return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


@dataclass(frozen=True)
class Act:
    """An act, and in how many pregnancies it was done: where a guideline supports it, none does, or nobody can tell."""

    label: str
    done: Shown
    supported: Shown
    unsupported: Shown
    untold: Shown


@dataclass(frozen=True)
class Rows:
    """What became of the rows of one table; ``reasons`` say why some were set aside."""

    table: str
    read: Shown
    used: Shown
    aside: Shown
    reasons: Sequence[tuple[str, Shown]]


def html(result: Result, about: About) -> str:
    """Return the whole report as one page that loads nothing else."""
    lines = Lines(result)
    chapters = lines.chapters(lines.counted)
    months = months_of(result)
    return _environment().get_template("report.html").render(
        result=result, about=about, lines=lines, chapters=chapters, acts=acts(result), groups=groups(lines, chapters),
        accounts=accounts(result), findings=[*findings(result)], conflicts=[*conflicts(result)], meanings=meanings(),
        months=months, sites=sites_of(result), most=MOST_FIRST, limit=result.suppress,
        share=lambda part, whole: percent(part, whole, result.suppress),
    )  # fmt: skip


def acts(result: Result) -> list[Act]:
    """Return every act that a record can show, those most often done without support first."""
    found = [_act(result, result.knowledge.actions[act].label, support) for (act,), support in result.acts_by("act").items()]
    return sorted(found, key=lambda each: (*rank(each.unsupported, each.untold, each.supported), each.label))


def _act(result: Result, label: str, support: dict[str, int]) -> Act:
    names = ("supported", "unsupported", "unknown")
    return Act(label, result.cell(sum(support.get(name, 0) for name in names)).shown, *(result.cell(support.get(name, 0)).shown for name in names))


def accounts(result: Result) -> list[Rows]:
    """Return what became of the rows of every table."""

    def reasons(account: Account) -> list[tuple[str, Shown]]:
        return [(reason, result.cell(count).shown) for reason, count in account.aside.items()]

    def shown(count: int) -> Shown:
        return result.cell(count).shown

    return [Rows(each.table, shown(each.read), shown(each.used), shown(sum(each.aside.values())), reasons(each)) for each in result.accounts]


def findings(result: Result) -> Iterator[tuple[str, Shown]]:
    """Yield what cannot be right in the values, and how often it was found."""
    for (table, column, why), count in sorted(result.findings.items()):
        yield f"{table}.{column}: {why}", result.cell(count).shown


def conflicts(result: Result) -> Iterator[tuple[str, Shown]]:
    """Yield what contradicted itself in the source, and how often."""
    for what, count in sorted(result.conflicts.items()):
        yield what, result.cell(count).shown


def meanings() -> list[tuple[str, str]]:
    """Return every status that the report names: the name of what it means, and what it is called."""
    called = {
        "yes": "due.yes", "no": "due.no", "maybe": "due.maybe", "in-time": "came.in-time", "late": "came.late", "undone": "came.undone",
        "untold": "came.untold", "no-trace": "lines.no-trace", "who": "untold.who", "unless": "untold.unless", "weeks": "untold.weeks",
        "against-done": "against.done", "heeded": "against.heeded", "against-untold": "against.untold",
        "supported": "acts.supported", "unsupported": "acts.unsupported", "act-untold": "acts.untold",
    }  # fmt: skip
    return [(name, say(f"audit.{label}")) for name, label in called.items()]


@cache
def _environment() -> Environment:
    environment = Environment(loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(say=say, stacked=stacked)
    return environment


def _template(name: str) -> str | None:
    found: Any = files("gravida.audit") / "templates" / name
    return str(found.read_text(encoding="utf-8")) if found.is_file() else None
