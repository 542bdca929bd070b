"""Numbers that nobody knows exactly: drawn from their intervals, or set to their ends.

A ratio is drawn from a lognormal curve, a share from a beta curve, anything else from a normal curve; low and high are
taken as the 2.5th and the 97.5th centile. Each number is drawn on its own, because how they hang together was not
published. A number without limits is held as it is, and named, so that nobody takes an interval for more than it says.

>>> ratio = Parameter("rr", "a ratio", 0.62, "RR", "seen", low=0.47, high=0.81, citation="an example")
>>> [round(drawn(ratio, Draws(1), number), 2) for number in range(3)]
[0.7, 0.63, 0.64]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from gravida.draws import Draws
from gravida.simulate.answers import Answers
from gravida.simulate.effects import PAIRS
from gravida.simulate.runs import Job, Runner, chosen_of, live, world_of
from gravida.simulate.tally import outcomes
from gravida.synthesis import SHARE, Parameter

RATIOS = ("RR", "OR", "aOR", "HR", "factor")
SPREADS = 2 * 1.959964
"""Between the 2.5th and the 97.5th centile of a normal curve."""
FEW = 400
"""People whose lives show which numbers are asked for."""


def used_by(job: Job) -> dict[str, Parameter]:
    """Return every number that a job rests on, by name."""
    chosen = chosen_of(job, {})
    world = world_of(chosen, job.seed)
    for each in live(world.portion(0, FEW), job.policies, Answers(job.knowledge, job.policies)):
        outcomes(each)
    named = {line.uptake for policy in job.policies for line in policy.lines if isinstance(line.uptake, str)}
    effects = {name for pair in PAIRS for name in pair}
    return {name: chosen.parameters[name] for name in sorted(chosen.used | named | effects)}


def is_uncertain(parameter: Parameter) -> bool:
    """Return whether a number has limits that say how sure it is."""
    return parameter.low is not None and parameter.high is not None and not parameter.of_individuals and parameter.low < parameter.high


def uncertain(used: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Return the numbers that are drawn."""
    return {name: each for name, each in used.items() if is_uncertain(each)}


def curve_of(parameter: Parameter) -> str:
    """Return the curve that a number is drawn from."""
    return "lognormal" if parameter.unit in RATIOS else "beta" if parameter.unit == SHARE else "normal"


def drawn(parameter: Parameter, draws: Draws, number: int) -> float:
    """Return a number from its interval. It rests on the seed, its name and the number of the draw alone."""
    low, high, value = parameter.low or 0.0, parameter.high or 0.0, parameter.value
    luck = np.random.default_rng(int(draws.bits(f"draw-{parameter.id}", number)[0]))
    if parameter.unit in RATIOS:
        return float(exp(log(value) + luck.standard_normal() * (log(high) - log(low)) / SPREADS))
    spread = (high - low) / SPREADS
    if parameter.unit != SHARE:
        return float(value + luck.standard_normal() * spread)
    size = value * (1 - value) / min(spread, 0.95 * sqrt(value * (1 - value))) ** 2 - 1
    return float(luck.beta(value * size, (1 - value) * size))


def sensitivity_draws(parameters: Mapping[str, Parameter], seed: int, count: int) -> list[dict[str, float]]:
    """Return so many draws of all numbers at once."""
    draws = Draws(seed)
    return [{name: drawn(each, draws, number) for name, each in parameters.items()} for number in range(count)]


@dataclass(frozen=True, slots=True)
class Swing:
    """One number at its low and its high end: what each policy comes to then. Shapes (policies, outcomes), for each person."""

    parameter: Parameter
    low: np.ndarray
    high: np.ndarray
    found: np.ndarray
    """With the number as it is, among the same people."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A value of a number at which an answer turns: which of two policies has fewer early ends."""

    parameter: Parameter
    value: float
    fewer_below: str
    """The policy with fewer below this value."""
    fewer_above: str


def swings(runner: Runner, parameters: Mapping[str, Parameter], people: int, advance: object) -> list[Swing]:
    """Return what each number does on its own."""
    ends = [{name: value} for name, each in parameters.items() for value in (each.low, each.high) if value is not None]
    found, *rest = (each.shares for each in runner.run([{}, *ends], people, advance))  # type: ignore[arg-type]
    return [Swing(each, low, high, found) for each, low, high in zip(parameters.values(), rest[::2], rest[1::2], strict=True)]


HALVINGS = 7


def flips(runner: Runner, found: Sequence[Swing], outcome: int, people: int, advance: object) -> list[Flip]:
    """Return every value between low and high at which another policy has the fewest early ends, to a hundredth of the interval."""
    spans = [(each, each.parameter.low or 0.0, each.parameter.high or 0.0) for each in found if _best(each.low, outcome) != _best(each.high, outcome)]
    for _ in range(HALVINGS if spans else 0):
        middles = [(low + high) / 2 for _, low, high in spans]
        totals = runner.run([{each.parameter.id: middle} for (each, _, _), middle in zip(spans, middles, strict=True)], people, advance)  # type: ignore[arg-type]
        same = [_best(total.shares, outcome) == _best(each.low, outcome) for total, (each, _, _) in zip(totals, spans, strict=True)]
        spans = [(each, middle, high) if is_low else (each, low, middle) for (each, low, high), middle, is_low in zip(spans, middles, same, strict=True)]
    names = [each.id for each in runner.job.policies]
    return [Flip(each.parameter, (low + high) / 2, names[_best(each.low, outcome)], names[_best(each.high, outcome)]) for each, low, high in spans]


def _best(shares: np.ndarray, outcome: int) -> int:
    return int(np.argmin(shares[:, outcome]))
