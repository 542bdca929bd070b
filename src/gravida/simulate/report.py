"""The report of a simulation: one page in one file, and a few lines for a terminal.

Its words come from the words of the knowledge that is in use, its style from the report of an audit.
"""

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined

from gravida.simulate.page import Page
from gravida.simulate.result import Result
from gravida.simulate.shown import number, signed
from gravida.simulate.tally import MAIN
from gravida.words import say

TEMPLATES = ("gravida.simulate", "gravida.audit")


def html(result: Result) -> str:
    """Return the whole report as one page that loads nothing else."""
    return _environment().get_template("report.html").render(page=Page(result))


def summary(result: Result) -> list[str]:
    """Return what was found, in lines for a terminal."""
    lines = [say("simulate.summary.head", people=f"{result.job.people:,}", count=len(result.policies))]
    wide = max(map(len, result.policies))
    for place, policy in enumerate(result.policies):
        found = {name: number(result.share(place, key)) for name, key in _SUMMED.items()}
        difference = signed(result.shift(place, MAIN))
        text = say("simulate.summary.line" if place else "simulate.summary.first", difference=difference, first=result.policies[0], **found)
        lines.append(f"  {policy:<{wide}}  {text}")
    return [*lines, say("simulate.summary.notice")]


_SUMMED = {"early": MAIN, "scans": "scans", "stitches": "stitches", "courses": "progesterone_courses"}


@cache
def _environment() -> Environment:
    environment = Environment(loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(say=say)
    return environment


def _template(name: str) -> str | None:
    for package in TEMPLATES:
        found: Any = files(package) / "templates" / name
        if found.is_file():
            return str(found.read_text(encoding="utf-8"))
    return None
