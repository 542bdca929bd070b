"""What a synthetic population is made from: numbers with their sources, settings, sites, and figures to compare with.

A number without a published source that is needed all the same is ``assumed``, and says why; it is never dressed as
more. Where populations differ much, a *setting* takes the place of single numbers. *Sites* differ in their habits of
care, so that whoever audits them has something to find.

>>> half = Parameter("half", "half of them", 0.5, "proportion", "assumed", because="an example")
>>> half.source
'no source'
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gravida.evidence import Confidence
from gravida.units import weeks

Surety = Confidence | Literal["assumed"]
MEASURES = ("length-share", "length-mean", "length-centile", "shortest-share", "birth-share", "end-share")
"""Shares of lengths, their mean and centiles, the shortest of several scans, births that began by themselves, and ends of any kind."""

GESTATION, SHARE = "gestation", "proportion"
"""Units that are not what they seem: days, written as weeks and days; and a number between 0 and 1."""

YEARS = (2023, 2025)
"""When pregnancies begin, if nobody says."""

HABIT = "habit_"
"""How the names of parameters begin that sites may differ in."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number. ``curve`` and ``at`` make it a point of a curve, such as the 5th centile of a length."""

    id: str
    about: str
    value: float
    unit: str
    confidence: Surety
    low: float | None = None
    high: float | None = None
    cite: str = ""
    """A key of references.bib; else ``citation`` spells the source out as it was noted."""
    citation: str = ""
    population: str = ""
    because: str = ""
    note: str = ""
    curve: str = ""
    at: float | None = None
    of_individuals: bool = False
    """Whether the limits say how far people or measurements differ, and not how sure the number is."""

    @property
    def shown(self) -> str:
        """The number as a person reads it.

        >>> Parameter("from", "the first day", 112, "gestation", "assumed").shown
        '16+0'
        """
        return weeks(int(self.value)) if self.unit == GESTATION else f"{self.value:g} {self.unit}"

    @property
    def source(self) -> str:
        """Where it comes from, in a word."""
        return self.cite or self.citation or "no source"


@dataclass(frozen=True, slots=True)
class Setting:
    """A population with numbers of its own."""

    id: str
    label: str
    note: str
    is_default: bool
    values: Mapping[str, Parameter]


@dataclass(frozen=True, slots=True)
class Site:
    """A made-up hospital: how much of the population it cares for, and in what it differs."""

    id: str
    label: str
    share: float
    habits: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A published figure, and what to measure in the population to hold beside it.

    ``measure`` is one of :data:`MEASURES`; ``group`` says in whom.
    """

    id: str
    about: str
    measure: str
    group: str
    value: float
    low: float | None
    high: float | None
    limit: float
    """Millimetres, a centile, or the gestation in days before which births count; nothing for a mean."""
    weeks: tuple[int, int]
    settings: tuple[str, ...]
    parameter: Parameter
    note: str


@dataclass(frozen=True, slots=True)
class Population:
    """Everything in ``knowledge/population/``."""

    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    settings: Mapping[str, Setting] = field(default_factory=dict)
    sites: tuple[Site, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def default(self) -> Setting:
        """The setting that is taken if nobody names one."""
        return next(each for each in self.settings.values() if each.is_default)
