"""What was made, counted so that it can be held beside published figures; counts of portions add up.

A figure about lengths is counted on one scan of everybody who is still pregnant, in one week of its span, whether a
scan is on record or not: the studies behind it scanned everybody.

>>> share(np.array([3.0, 4.0]))
(0.75, 0.21650635094610965)
"""

from collections.abc import Mapping, Sequence

import numpy as np

from gravida.draws import Array, Draws
from gravida.synthesis import Figure
from gravida.synthesize_births import Ends
from gravida.synthesize_chosen import Chosen
from gravida.synthesize_lengths import PER_CENT, Lengths
from gravida.synthesize_people import ONE, TWO, People
from gravida.units import DAYS_IN_A_WEEK

Counts = dict[str, Array]
LONGEST_COUNTED = 100
"""Millimetres of a histogram."""

EVERY = 2
"""Weeks between scans of which the shortest counts."""


def count(draws: Draws, people: People, lengths: Lengths, ends: Ends, chosen: Chosen, figures: Sequence[Figure]) -> Counts:
    """Return the counts of one portion, by figure."""
    groups = _groups(people, chosen)
    measures = {
        "length-share": _length_share, "length-mean": _length_mean, "length-centile": _histogram, "shortest-share": _shortest_share,
        "birth-share": _birth_share, "end-share": _end_share,
    }  # fmt: skip
    return {each.id: measures[each.measure](each, _Portion(draws, people, lengths, ends, groups[each.group])) for each in figures}


class _Portion:
    """One portion of people, of whom a figure counts those of its group."""

    def __init__(self, draws: Draws, people: People, lengths: Lengths, ends: Ends, group: Array) -> None:
        self.draws, self.person, self.lengths, self.ends, self.group = draws, people.person, lengths, ends, np.nonzero(group)[0]

    def scanned(self, week: Array | int, rows: Array) -> Array:
        """Return what a scan in the middle of a week shows; nothing for those whose pregnancy has ended."""
        days = np.broadcast_to(np.asarray(week) * DAYS_IN_A_WEEK + DAYS_IN_A_WEEK // 2, rows.shape)
        error = self.draws.normal("validation", self.person[rows], entry=week)
        return np.where(self.ends.days[rows] > days, self.lengths.measured(rows, days, error), np.nan)

    def once(self, first: int, last: int) -> Array:
        """Return one scan of everybody in a week of a span."""
        week = first + np.floor(self.draws.uniform("validation-week", self.person[self.group]) * (last + 1 - first)).astype(np.int64)
        shown = self.scanned(week, self.group)
        return shown[np.isfinite(shown)]


def _groups(people: People, chosen: Chosen) -> Mapping[str, Array]:
    priors, value = people.priors, chosen.value
    one = people.babies == ONE
    early = (priors.spontaneous & (priors.ended >= value("painless_from")) & (priors.ended < value("high_risk_birth_before"))).any(axis=1)
    return {
        "singletons": one, "low-risk": one & people.is_low_risk, "prior-spontaneous": one & people.has_spontaneous,
        "no-prior-spontaneous": one & ~people.has_spontaneous, "prior-early": one & early, "first": one & ~priors.exists.any(axis=1),
        "parous": one & priors.exists.any(axis=1), "twins": people.babies == TWO, "painless": one & people.has_painless, "after-loss": one & people.has_loss,
    }  # fmt: skip


def _length_share(figure: Figure, portion: _Portion) -> Array:
    shown = portion.once(*figure.weeks)
    return np.array([(shown <= figure.limit).sum(), len(shown)], dtype=float)


def _length_mean(figure: Figure, portion: _Portion) -> Array:
    shown = portion.once(*figure.weeks)
    return np.array([shown.sum(), (shown**2).sum(), len(shown)], dtype=float)


def _histogram(figure: Figure, portion: _Portion) -> Array:
    return np.bincount(portion.once(*figure.weeks).astype(np.int64), minlength=LONGEST_COUNTED + 1).astype(float)


def _shortest_share(figure: Figure, portion: _Portion) -> Array:
    first, last = figure.weeks
    rows = portion.group
    shown = np.stack([portion.scanned(week, rows) for week in range(first, last + 1, EVERY)])
    still = np.isfinite(shown[0])
    return np.array([np.nansum((shown <= figure.limit).any(axis=0) & still), still.sum()], dtype=float)


def _birth_share(figure: Figure, portion: _Portion) -> Array:
    rows = portion.group
    days, spontaneous = portion.ends.days[rows], portion.ends.spontaneous[rows]
    still = days >= figure.weeks[0] * DAYS_IN_A_WEEK
    return np.array([(still & spontaneous & (days < figure.limit)).sum(), still.sum()], dtype=float)


def _end_share(figure: Figure, portion: _Portion) -> Array:
    days = portion.ends.days[portion.group]
    still = days >= figure.weeks[0] * DAYS_IN_A_WEEK
    return np.array([(still & (days < figure.limit)).sum(), still.sum()], dtype=float)


# --- from counts to figures ----------------------------------------------------------------------------------------


def share(counts: Array) -> tuple[float, float]:
    """Return a share and its standard error."""
    events, of = counts
    found = events / of if of else np.nan
    return float(found), float(np.sqrt(found * (1 - found) / of)) if of else np.nan


def mean(counts: Array) -> tuple[float, float]:
    """Return a mean and its standard error.

    >>> mean(np.array([30.0, 306.0, 3.0]))           # lengths whose squares add up to 306
    (10.0, 0.816496580927726)
    """
    total, squares, of = counts
    found = total / of if of else np.nan
    return float(found), float(np.sqrt(max(0.0, squares / of - found**2) / of)) if of else np.nan


def centile(counts: Array, at: float) -> tuple[float, float]:
    """Return a centile of a histogram of whole millimetres, and half a millimetre as its error.

    >>> centile(np.array([0.0, 10.0, 80.0, 10.0]), 5)
    (1.0, 0.5)
    """
    if not counts.sum():
        return np.nan, np.nan
    return float(np.searchsorted(np.cumsum(counts), counts.sum() * at / PER_CENT)), 0.5


def made(figure: Figure, counts: Array) -> tuple[float, float]:
    """Return what a figure is in what was made, with its standard error."""
    if figure.measure == "length-mean":
        return mean(counts)
    return centile(counts, figure.limit) if figure.measure == "length-centile" else share(counts)
