"""Putting trials together: random effects by REML with Hartung and Knapp's interval, and Mantel-Haenszel for rare events.

PyMARE gives the REML estimate, the interval of Hartung and Knapp and the Q statistic. The interval is the one that is
never narrower than the classic one (``adhoc`` in metafor): where trials agree by chance, as two on 17-OHPC and perinatal
loss do, the plain one gives 0.77 to 0.96 where each trial alone reaches from far below 1 to far above it. Three small things stand here, because
no library that we use has them as precise as R's metafor: the Mantel-Haenszel risk ratio with the variance of
Greenland and Robins (1985), the prediction interval, and the Q-profile interval of tau² (Viechtbauer 2007), for which
PyMARE's own search stops at the fifth decimal. ``validation/metafor`` holds all of them against metafor.

All estimates are risk ratios; logarithms are natural.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import optimize, stats

from gravida.evidence import Row

HALF = 0.5
"""What is added to each cell of a trial in which one arm has no event, for estimates on the log scale."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A risk ratio with its 95 % limits."""

    estimate: float
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Whether there is a ratio at all: none where no trial had an event in one of the arms."""
        return not math.isnan(self.estimate)

    @property
    def says_nothing(self) -> bool:
        """Whether it includes no difference."""
        return self.low <= 1 <= self.high


@dataclass(frozen=True, slots=True)
class Heterogeneity:
    """How much trials differ beyond chance. ``i2`` is a share of 1; ``tau2_low`` and ``tau2_high`` are the Q-profile interval."""

    tau2: float
    tau2_low: float
    tau2_high: float
    i2: float
    q: float
    q_p: float


@dataclass(frozen=True, slots=True)
class Pooled:
    """Several trials as one: random effects, Mantel-Haenszel, what a further trial might find, and how trials differ."""

    rows: tuple[Row, ...]
    random: Interval
    mantel_haenszel: Interval
    prediction: Interval | None
    heterogeneity: Heterogeneity

    @property
    def has_rare_events(self) -> bool:
        """Whether some arm has no event, or too few for the log scale to be trusted."""
        return any(min(row.events_treated, row.events_control) < FEW for row in self.rows)

    @property
    def are_few(self) -> bool:
        """Whether there are too few trials to tell how much they differ."""
        return len(self.rows) < FEW_TRIALS

    @property
    def headline(self) -> Interval:
        """The estimate to quote: Mantel-Haenszel where events or trials are few, else random effects."""
        return self.mantel_haenszel if self.has_rare_events or self.are_few else self.random


FEW_TRIALS = 3
FEW = 5
"""Below so many events in an arm the normal approximation on the log scale is poor."""


def log_ratio(row: Row) -> tuple[float, float]:
    """Return the logarithm of a trial's risk ratio and its variance; one half is added where an arm has no event."""
    add = HALF if 0 in (row.events_treated, row.events_control) else 0.0
    a, c = row.events_treated + add, row.events_control + add
    n, m = row.treated + 2 * add, row.control + 2 * add
    return math.log(a / n) - math.log(c / m), 1 / a - 1 / n + 1 / c - 1 / m


def of_trial(row: Row) -> Interval:
    """Return one trial's risk ratio with its limits by the normal approximation on the log scale."""
    y, v = log_ratio(row)
    return _interval(y, math.sqrt(v), stats.norm.ppf(0.975))


def _interval(y: float, se: float, quantile: float) -> Interval:
    return Interval(math.exp(y), math.exp(y - quantile * se), math.exp(y + quantile * se))


def informative(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows that say something of a ratio: not those without any event."""
    return tuple(row for row in rows if row.events_treated or row.events_control)


def pool(rows: Sequence[Row]) -> Pooled:
    """Put at least two trials together. Raises ``ValueError`` for fewer: one trial is itself, and none is nothing."""
    rows = informative(rows)
    if len(rows) < 2:  # noqa: PLR2004  (pooling begins with two)
        raise ValueError("fewer than two trials can be pooled: show them as they are")
    y, v = (np.array(part) for part in zip(*(log_ratio(row) for row in rows), strict=True))
    beta, se, tau2, q, q_p = _reml(y, v)
    df = len(rows) - 1
    random = _interval(beta, se, stats.t.ppf(0.975, df))
    prediction = _interval(beta, math.sqrt(se**2 + tau2), stats.t.ppf(0.975, df)) if df > 1 else None
    low, high = tau2_interval(y, v)
    return Pooled(rows, random, mantel_haenszel(rows), prediction, Heterogeneity(tau2, low, high, _i2(v, tau2), q, q_p))


def _reml(y: Any, v: Any) -> tuple[float, float, float, float, float]:
    """Return estimate, Hartung-Knapp standard error, tau², Q and its p-value, by PyMARE."""
    from pymare import Dataset  # noqa: PLC0415  (loading it takes more than a second)
    from pymare.estimators import VarianceBasedLikelihoodEstimator  # noqa: PLC0415

    dataset = Dataset(y=y[:, None], v=v[:, None])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that tau² lies on its limit of 0, which is an answer
        found = VarianceBasedLikelihoodEstimator(method="REML", small_sample_correction="knapp-hartung-conservative").fit_dataset(dataset).summary()
        fixed, spread = found.get_fe_stats(), found.get_heterogeneity_stats()
    return float(fixed["est"].item()), float(fixed["se"].item()), float(found.tau2.item()), float(spread["Q"].item()), float(spread["p(Q)"].item())


def _i2(v: Any, tau2: float) -> float:
    """Return I² as a share of 1: the part of tau² in the total variance, with the typical variance of Higgins and Thompson."""
    w = 1 / v
    typical = (len(v) - 1) * w.sum() / (w.sum() ** 2 - (w**2).sum())
    return float(tau2 / (tau2 + typical))


def _generalised_q(tau2: float, y: Any, v: Any) -> float:
    w = 1 / (v + tau2)
    return float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())


def tau2_interval(y: Any, v: Any) -> tuple[float, float]:
    """Return the 95 % interval of tau² by the Q-profile method: where the generalised Q meets its own quantiles."""
    df = len(y) - 1
    return _where_q_is(float(stats.chi2.ppf(0.975, df)), y, v), _where_q_is(float(stats.chi2.ppf(0.025, df)), y, v)


def _where_q_is(wanted: float, y: Any, v: Any) -> float:
    if _generalised_q(0, y, v) <= wanted:
        return 0.0
    high = 1.0
    while _generalised_q(high, y, v) > wanted:
        high *= 2
    return float(optimize.brentq(lambda tau2: _generalised_q(tau2, y, v) - wanted, 0, high, xtol=1e-12))


def mantel_haenszel(rows: Sequence[Row]) -> Interval:
    """Return the Mantel-Haenszel risk ratio with the variance of Greenland and Robins. No cell is corrected."""
    a, n = _column(rows, "events_treated"), _column(rows, "treated")
    c, m = _column(rows, "events_control"), _column(rows, "control")
    total = n + m
    top, bottom = (a * m / total).sum(), (c * n / total).sum()
    if not top or not bottom:
        return Interval(float("nan"), float("nan"), float("nan"))
    spread = ((n * m * (a + c) - a * c * total) / total**2).sum()
    return _interval(math.log(top / bottom), math.sqrt(spread / (top * bottom)), stats.norm.ppf(0.975))


def _column(rows: Sequence[Row], name: str) -> Any:
    return np.array([getattr(row, name) for row in rows], dtype=float)


def leave_one_out(rows: Sequence[Row]) -> list[tuple[Row, Pooled]]:
    """Return, for each trial, what the others say together; nothing if too few would be left."""
    rows = informative(rows)
    return [(left, pool([row for row in rows if row is not left])) for left in rows] if len(rows) > 2 else []  # noqa: PLR2004


def cumulative(rows: Sequence[Row]) -> list[tuple[Row, Pooled]]:
    """Return what was known after each trial, by year, from the second on."""
    rows = sorted(informative(rows), key=lambda row: (row.year, row.trial))
    return [(rows[count - 1], pool(rows[:count])) for count in range(2, len(rows) + 1)]


@dataclass(frozen=True, slots=True)
class Absolute:
    """What a ratio means for so many people at a baseline risk: events without and with the treatment, with limits."""

    out_of: int
    without: float
    with_treatment: float
    low: float
    high: float


def absolute(effect: Interval, baseline: float, out_of: int = 100) -> Absolute:
    """Return natural frequencies. A risk is never more than all.

    >>> absolute(Interval(0.5, 0.25, 1.0), 0.2)
    Absolute(out_of=100, without=20.0, with_treatment=10.0, low=5.0, high=20.0)
    """
    found = [min(1.0, baseline * ratio) * out_of for ratio in (effect.estimate, effect.low, effect.high)]
    return Absolute(out_of, baseline * out_of, *found)
