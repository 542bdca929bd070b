"""What a simulation found, as tables: one row for each figure, with how sure it is.

Two things are told apart: how far another seed would be off (``mc_error``, a standard error), and how far the numbers
behind it may be off (``low`` and ``high``, the 2.5th and 97.5th centile of the sensitivity draws; empty without them).

>>> needed(0.9, -0.001)
900.0
>>> needed(0.9, 0.001) is None         # nothing was prevented, so no number would do
True
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from gravida.draws import Array
from gravida.policies import Line
from gravida.simulate.runs import Job
from gravida.simulate.tally import MAIN, OUTCOMES, Totals
from gravida.simulate.uncertain import Flip, Swing, curve_of, is_uncertain
from gravida.synthesis import Parameter

Row = dict[str, object]
PER = 100_000
"""People of whom rates are given."""
Z95 = 1.959964
CENTILES = (2.5, 97.5)
NEEDED = {"screened": "scanned", "treated": "treated"}
"""Whom it takes to prevent one early end, and the outcome that counts them."""

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "outcomes": ("policy", "outcome", "per_100000", "mc_error", "low", "high"),
    "differences": ("policy", "compared_with", "outcome", "per_100000", "mc_error", "low", "high"),
    "needed": ("policy", "compared_with", "needed", "value", "mc_low", "mc_high", "low", "high", "draws_without"),
    "draws": ("draw", "policy", "outcome", "per_100000"),
    "drawn": ("draw", "parameter", "value"),
    "tornado": ("parameter", "end", "value", "policy", "compared_with", "outcome", "per_100000"),
    "flips": ("parameter", "value", "fewer_below", "fewer_above", "outcome"),
    "parameters": (
        "parameter", "about", "value", "low", "high", "unit", "confidence", "source", "population", "because", "note", "drawn_from",
    ),
    "lines": ("policy", "act", "goes_by", "stance", "uptake", "share", "from_day", "to_day", "every_days", "alone", "because", "digest"),
}  # fmt: skip
"""The columns of every table, so that an empty one has them too."""


def needed(extra: float, prevented: float) -> float | None:
    """Return how many it takes to prevent one: ``extra`` more of them, and ``prevented`` more ends, which is below zero where it helps."""
    return extra / -prevented if prevented < 0 and extra > 0 else None


@dataclass(frozen=True)
class Result:
    """Everything that a simulation found. ``used`` are all numbers behind it."""

    job: Job
    totals: Totals
    used: Mapping[str, Parameter]
    drawn: Sequence[Mapping[str, float]] = ()
    draws: Sequence[Totals] = ()
    swings: Sequence[Swing] = ()
    flips: Sequence[Flip] = ()
    sample: int = 0
    """People in each sensitivity draw."""
    _kept: dict[str, Array] = field(default_factory=dict)

    @property
    def policies(self) -> list[str]:
        """The ids of the policies; the first is the one that is compared with."""
        return [each.id for each in self.job.policies]

    @property
    def held(self) -> list[Parameter]:
        """The numbers that have no limits, and were held as they are."""
        return [each for each in self.used.values() if not is_uncertain(each)]

    def share(self, policy: int, outcome: str) -> float:
        """What a policy comes to, for 100,000 people."""
        return float(self.totals.shares[policy, OUTCOMES.index(outcome)] * PER)

    def shift(self, policy: int, outcome: str) -> float:
        """By how much a policy differs from the first, for 100,000 people."""
        return float(self.totals.shifts[policy, OUTCOMES.index(outcome)] * PER)

    def shift_error(self, policy: int, outcome: str) -> float:
        """How far another seed would be off that."""
        return float(self.totals.shift_errors[policy, OUTCOMES.index(outcome)] * PER)

    def share_span(self, policy: int, outcome: str) -> tuple[float, float] | None:
        """Between which values it lies in 95 of 100 draws."""
        return self._span(self._stack("shares")[:, policy, OUTCOMES.index(outcome)]) if self.draws else None

    def shift_span(self, policy: int, outcome: str) -> tuple[float, float] | None:
        """Between which values the difference lies in 95 of 100 draws."""
        return self._span(self._stack("shifts")[:, policy, OUTCOMES.index(outcome)]) if self.draws else None

    def best(self) -> list[float]:
        """In which share of the draws each policy has the fewest early ends."""
        first = np.argmin(self._stack("shares")[:, :, OUTCOMES.index(MAIN)], axis=1)
        return [float(each) for each in np.bincount(first, minlength=len(self.policies)) / len(first)]

    def _stack(self, what: str) -> Array:
        if what not in self._kept:
            self._kept[what] = np.stack([getattr(each, what) for each in self.draws])
        return self._kept[what]

    @staticmethod
    def _span(values: Array) -> tuple[float, float]:
        low, high = np.percentile(values * PER, CENTILES)
        return float(low), float(high)

    # --- how many it takes -------------------------------------------------------------------------------------------

    def needed(self, policy: int, whom: str) -> Row:
        """Return how many more must be screened or treated to prevent one early end, and how sure that is.

        An end that cannot be told from none prevented is empty: there is no upper limit.
        """
        extra, prevented = self.shift(policy, NEEDED[whom]), self.shift(policy, MAIN)
        sure = Z95 * self.shift_error(policy, MAIN)
        row: Row = {"needed": whom, "value": needed(extra, prevented), "mc_low": needed(extra, prevented - sure), "mc_high": needed(extra, prevented + sure)}
        if not self.draws:
            return row | {"low": None, "high": None, "draws_without": None}
        shifts = self._stack("shifts")[:, policy]
        with np.errstate(divide="ignore", invalid="ignore"):
            each = np.where(shifts[:, OUTCOMES.index(NEEDED[whom])] > 0, -shifts[:, OUTCOMES.index(MAIN)] / shifts[:, OUTCOMES.index(NEEDED[whom])], np.nan)
        if np.isnan(each).any():
            return row | {"low": None, "high": None, "draws_without": None}
        least, most = np.percentile(each, CENTILES)
        return row | {"low": needed(1, -most), "high": needed(1, -least), "draws_without": float((each <= 0).mean())}

    # --- tables ------------------------------------------------------------------------------------------------------

    def tables(self) -> dict[str, list[Row]]:
        """Return every table by name."""
        return {
            "outcomes": [*self._outcomes()], "differences": [*self._differences()], "needed": [*self._needed()], "draws": [*self._draws()],
            "drawn": [*self._drawn()], "tornado": [*self._tornado()], "flips": [*self._flips()], "parameters": [*self._parameters()], "lines": [*self._lines()],
        }  # fmt: skip

    def _outcomes(self) -> Iterator[Row]:
        for number, policy in enumerate(self.policies):
            for place, outcome in enumerate(OUTCOMES):
                error = float(self.totals.share_errors[number, place] * PER)
                yield {
                    "policy": policy,
                    "outcome": outcome,
                    "per_100000": self.share(number, outcome),
                    "mc_error": error,
                    **_ends(self.share_span(number, outcome)),
                }

    def _differences(self) -> Iterator[Row]:
        first = self.policies[0]
        for number, policy in enumerate(self.policies[1:], start=1):
            for outcome in OUTCOMES:
                row: Row = {"policy": policy, "compared_with": first, "outcome": outcome, "per_100000": self.shift(number, outcome)}
                yield row | {"mc_error": self.shift_error(number, outcome), **_ends(self.shift_span(number, outcome))}

    def _needed(self) -> Iterator[Row]:
        for number, policy in enumerate(self.policies[1:], start=1):
            yield from ({"policy": policy, "compared_with": self.policies[0], **self.needed(number, whom)} for whom in NEEDED)

    def _draws(self) -> Iterator[Row]:
        for number, total in enumerate(self.draws):
            for policy, shares in zip(self.policies, total.shares, strict=True):
                yield from (
                    {"draw": number, "policy": policy, "outcome": each, "per_100000": float(share * PER)} for each, share in zip(OUTCOMES, shares, strict=True)
                )

    def _drawn(self) -> Iterator[Row]:
        for number, each in enumerate(self.drawn):
            yield from ({"draw": number, "parameter": name, "value": value} for name, value in each.items())

    def _tornado(self) -> Iterator[Row]:
        main = OUTCOMES.index(MAIN)
        for each in self.swings:
            for end, shares, value in (("low", each.low, each.parameter.low), ("high", each.high, each.parameter.high)):
                for number, policy in enumerate(self.policies[1:], start=1):
                    found = float((shares[number, main] - shares[0, main]) * PER)
                    row: Row = {"parameter": each.parameter.id, "end": end, "value": value, "policy": policy}
                    yield row | {"compared_with": self.policies[0], "outcome": MAIN, "per_100000": found}

    def _flips(self) -> Iterator[Row]:
        for each in self.flips:
            yield {"parameter": each.parameter.id, "value": each.value, "fewer_below": each.fewer_below, "fewer_above": each.fewer_above, "outcome": MAIN}

    def _parameters(self) -> Iterator[Row]:
        for each in self.used.values():
            yield {
                "parameter": each.id, "about": each.about, "value": each.value, "low": each.low, "high": each.high, "unit": each.unit,
                "confidence": each.confidence, "source": each.source, "population": each.population, "because": each.because, "note": each.note,
                "drawn_from": curve_of(each) if is_uncertain(each) else "held",
            }  # fmt: skip

    def _lines(self) -> Iterator[Row]:
        for policy in self.job.policies:
            for line in policy.lines:
                for key in line.recommendations:
                    yield {"policy": policy.id, "act": line.act, "goes_by": key, **self._line(line, key)}

    def _line(self, line: Line, key: str) -> Row:
        found = self.job.knowledge.recommendations.get(key)
        share = self.used[line.uptake].value if isinstance(line.uptake, str) else line.uptake
        return {
            "stance": found.stance if found else "the policy's own", "uptake": str(line.uptake), "share": share, "from_day": line.first,
            "to_day": line.last, "every_days": line.every, "alone": line.alone, "because": line.because, "digest": found.digest if found else "",
        }  # fmt: skip


def _ends(span: tuple[float, float] | None) -> Row:
    return {"low": None, "high": None} if span is None else {"low": span[0], "high": span[1]}
