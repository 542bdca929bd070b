"""A portion of pregnancies before any policy: people, lengths, and what becomes of them if nothing is done.

A cohort holds nothing that a policy could change. Everything a policy needs from the world is here, so a small world
made by hand, such as a published decision tree, can take the place of the synthesizer's.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gravida.draws import Array, Draws
from gravida.synthesize_births import Births, Ends, Fates
from gravida.synthesize_chosen import Chosen
from gravida.synthesize_lengths import Ruler, make_lengths
from gravida.synthesize_people import People, Span, make_people


class Measured(Protocol):
    """Whatever knows what a scan shows."""

    def measured(self, rows: Array, days: Array, error: Array) -> Array:
        """Return lengths in millimetres for some people on some days of gestation; ``error`` is luck from the normal curve."""


@dataclass(frozen=True)
class Cohort:
    """So many pregnancies. ``chances`` are those of a spontaneous end before each gestation without treatment, a row for each person."""

    draws: Draws
    people: People
    lengths: Measured
    births: Births
    chances: Array
    fates: Fates
    untreated: Ends
    booked: Array
    """Gestation at the first visit in days, which comes before the end."""

    def __len__(self) -> int:
        return len(self.people)

    @property
    def chosen(self) -> Chosen:
        """The numbers behind it."""
        return self.births.chosen

    def uniform(self, decision: str) -> Array:
        """Return everybody's luck in a decision."""
        return self.draws.uniform(decision, self.people.person)


def cohort_of(draws: Draws, people: People, lengths: Measured, births: Births, chances: Array) -> Cohort:
    """Return the cohort of people whose chances are known."""
    fates = births.fates(draws, people)
    untreated = births.ends_of(fates, chances)
    return Cohort(draws, people, lengths, births, chances, fates, untreated, np.minimum(people.booking, untreated.days - 1))


@dataclass(frozen=True)
class World:
    """What portions are made from."""

    seed: int
    span: Span
    ruler: Ruler
    births: Births

    def portion(self, first: int, size: int) -> Cohort:
        """Return so many people from a number on."""
        draws, chosen = Draws(self.seed), self.births.chosen
        people = make_people(draws, np.arange(first, first + size), chosen, self.span)
        lengths = make_lengths(draws, people, chosen, self.ruler)
        return cohort_of(draws, people, lengths, self.births, self.births.chances(self.births.log_odds(people, lengths)))
