"""The length of the cervix, week by week, as a person has it and as a scan shows it.

Everybody has a place in the distribution of lengths, a number of the normal curve, that wanders: two scans agree the
better the nearer they are. A place becomes millimetres through published centiles, because a normal curve has too few
short lengths. What speaks for a short cervix moves the place down, more and more as the weeks go by.

>>> ruler = Ruler(np.array([-2.0, 0.0, 2.0]), np.array([15.0, 35.0, 50.0]), centile_week=24.0, weekly=(0.1, 0.05), squeeze=0.5)
>>> ruler.mm(np.array([-2.0, 0.0, 2.0]), 24.0)           # half as far below the median, in a setting with fewer short ones
array([25., 35., 50.])
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from gravida.draws import Array, Draws, normal_quantile
from gravida.synthesize_chosen import Chosen
from gravida.synthesize_people import ONE, TWO, People, sample_people
from gravida.units import DAYS_IN_A_WEEK

PER_CENT = 100
MIDDLE = 0.5
"""Of a week."""

STEPS, WIDEST = 60, 8.0
"""Of the search for a place."""


@dataclass(frozen=True, slots=True)
class Ruler:
    """Turns a place into millimetres: ``places`` and ``lengths`` are published centiles, ``squeeze`` is the setting's."""

    places: Array
    lengths: Array
    centile_week: float
    weekly: tuple[float, float]
    """How far everybody moves down in a week, before and after that of the centiles."""
    squeeze: float

    def mm(self, place: Array, weeks: Array | float) -> Array:
        """Return the length that belongs to a place at a gestation in weeks."""
        there = place + fall(self.centile_week, weeks, *self.weekly)
        return np.interp(np.where(there < 0, there * self.squeeze, there), self.places, self.lengths)


@dataclass(frozen=True, slots=True)
class Lengths:
    """The places of many people in every week from ``first`` on: a row for each person."""

    place: Array
    first: int
    blur: float
    """How much of the spread between two scans is error, as a spread of its own."""
    ruler: Ruler
    longest: float

    def at(self, week: int) -> Array:
        """Return the length that everybody has in a week."""
        return self.ruler.mm(self.place[:, week - self.first], week + MIDDLE)

    def measured(self, rows: Array, days: Array, error: Array) -> Array:
        """Return what a transvaginal scan shows, rounded up to whole millimetres: so a centile is the same before and after rounding."""
        column = np.clip(days // DAYS_IN_A_WEEK - self.first, 0, self.place.shape[1] - 1)
        shown = self.ruler.mm(self.place[rows, column] + self.blur * error, days / DAYS_IN_A_WEEK)
        return np.minimum(np.ceil(shown), self.longest)


def make_lengths(draws: Draws, people: People, chosen: Chosen, ruler: Ruler) -> Lengths:
    """Return the lengths of these people."""
    first, last = (int(chosen.value("cl_shift_begins")) // DAYS_IN_A_WEEK, int(chosen.curve("spontaneous")[0][-1]) // DAYS_IN_A_WEEK)
    reliable = 1 - (chosen.value("cl_sem_t2") / chosen.value("cl_sd_24w")) ** 2
    true = min(1.0, chosen.value("endocervix_corr_11_13_to_20_24w") / reliable)  # errors, which are in the published one, make two scans less alike
    kept = true ** (1 / chosen.value("cl_corr_weeks"))
    place = np.empty((len(people), last - first), dtype=np.float32)
    shift = _shift(people, chosen)
    wander = draws.normal("length", people.person, week=first)
    for week in range(first, last):
        if week > first:
            wander = kept * wander + np.sqrt(1 - kept**2) * draws.normal("length", people.person, week=week)
        place[:, week - first] = np.sqrt(reliable) * wander + shift * _grown(week, chosen)
    return Lengths(place, first, float(np.sqrt(1 - reliable)), ruler, chosen.value("cl_longest"))


def make_ruler(chosen: Chosen) -> Ruler:
    """Return the ruler of a setting: so many are short in its week as were counted there, in a fixed sample of people."""
    value = chosen.value
    centiles, lengths = chosen.curve("length")
    places = normal_quantile(centiles / PER_CENT)
    centile_week, weekly = value("cl_centile_week") / DAYS_IN_A_WEEK, (value("cl_weekly_shift"), value("cl_weekly_shift_late"))
    people, week = sample_people(chosen), value("short_week") / DAYS_IN_A_WEEK
    counted = (people.babies == ONE) & (people.is_low_risk | (value("short_among_low_risk") == 0))
    below = _place_of(value("short_share"), _shift(people, chosen)[counted] * _grown(week, chosen))
    short = np.interp(value("short_mm"), lengths, places)
    return Ruler(places, lengths, centile_week, weekly, float(short / (below + fall(centile_week, week, *weekly))))


def _place_of(share: float, shifts: Array) -> float:
    """Return the place below which this share of people is, each of whom has a shift of their own, by halving.

    >>> round(_place_of(0.025, np.array([0.0])), 2), round(_place_of(0.025, np.array([0.0, -1.0])), 2)
    (-1.96, -2.68)
    """
    values, counts = np.unique(shifts, return_counts=True)
    curves = [(NormalDist(float(shift)), count / counts.sum()) for shift, count in zip(values, counts, strict=True)]
    low, high = -WIDEST, WIDEST
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(curve.cdf(middle) * weight for curve, weight in curves) < share else (low, middle)
    return (low + high) / 2


def fall(centile_week: float, weeks: Array | float, before: float, after: float) -> Array:
    """Return how far above its place in the week of the centiles everybody is at a gestation; below zero after it.

    >>> fall(24.0, np.array([20.0, 28.0]), 0.1, 0.05).round(3)
    array([ 0.4, -0.2])
    """
    apart = np.asarray(centile_week - weeks)
    return np.where(apart > 0, apart * before, apart * after)


def _shift(people: People, chosen: Chosen) -> Array:
    """Return how far what is true of each person moves the lengths down."""
    value, priors = chosen.value, people.priors
    early = (priors.spontaneous & (priors.ended >= value("painless_from")) & (priors.ended < value("high_risk_birth_before"))).any(axis=1)
    by_history = (value("cl_shift_painless"), value("cl_shift_prior_early"), value("cl_shift_prior_ptd"))
    found = np.select([people.has_painless, early, people.has_spontaneous], by_history, 0.0)
    found += np.where(people.babies >= TWO, value("cl_shift_twins"), 0)
    found += np.where(people.excision_mm > 0, value("cl_shift_excision"), 0)
    return np.asarray(found + np.where(people.conditions["uterine_anomaly"], value("cl_shift_anomaly"), 0))


def _grown(week: float, chosen: Chosen) -> float:
    """Return how much of the whole shift there is in a week."""
    begins, whole = chosen.value("cl_shift_begins"), chosen.value("cl_shift_whole")
    return float(np.clip((week * DAYS_IN_A_WEEK - begins) / (whole - begins), 0, 1))
