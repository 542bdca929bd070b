"""What commands share that make people up: a setting, and numbers that somebody changes."""

import math
import textwrap
from collections.abc import Iterable, Iterator

import click

from gravida.synthesis import SHARE, Parameter, Population
from gravida.terminal import Fault, no_such
from gravida.units import days

LISTS_THEM = "gravida synthesize --list"
WIDTH = 80


def changes_of(_context: click.Context, _option: click.Parameter, texts: tuple[str, ...]) -> dict[str, float]:
    """Read ``NAME=VALUE``, as often as it is given."""
    found = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            found[name] = float(days(value)) if "+" in value else float(value)
        except ValueError:
            found[name] = math.nan
        if not math.isfinite(found[name]):
            raise click.BadParameter(f"{text!r} changes no number: write NAME=VALUE, such as route_missing=0.2 or surveillance_from=14+0")
    return found


def setting_of(named: str | None, population: Population) -> str:
    """Return the setting that is meant."""
    if not population.settings:
        raise Fault("this knowledge holds no numbers to make a population from: it has no population/settings.yaml")
    if named is not None and named not in population.settings:
        raise no_such("setting", named, population.settings, LISTS_THEM)
    return named or population.default.id


def allow(changes: dict[str, float], population: Population) -> None:
    """Refuse a number that is not there, or that cannot be what it is said to be."""
    for name, value in changes.items():
        if name not in population.parameters:
            raise no_such("number", name, population.parameters, LISTS_THEM)
        if population.parameters[name].unit == SHARE and not 0 <= value <= 1:
            raise Fault(f"--set {name}={value:g}: this is a share, so write a number from 0 to 1")


def numbered(each: Parameter) -> str:
    """Return a number with its source, as a line of a list."""
    because = f" {each.because}" if each.because else ""
    return f"{each.id} = {each.shown}: {each.about} ({each.confidence}; {each.source}).{because}"


def print_lines(lines: Iterable[str] | Iterator[str]) -> None:
    """Print lines of a list within 80 columns."""
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip(" -")))
        click.echo(textwrap.fill(line, WIDTH, subsequent_indent=indent, break_on_hyphens=False))
