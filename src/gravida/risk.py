"""What studies counted in groups of people: how often birth came early, in whom, and how sure that is.

A group is a criterion of the language, so the engine that judges a guideline also tells whether a record belongs to it.
A figure belongs to its group and to nobody in particular. Figures of several studies are never averaged.

>>> seven_of_16 = Share.counted(7, 16)
>>> f"{seven_of_16.share:.3f}, {seven_of_16.low:.3f} to {seven_of_16.high:.3f}"
'0.438, 0.231 to 0.668'
>>> round(updated(0.1, 10.1), 3)          # one in ten before the test, a likelihood ratio of 10.1
0.529
>>> agrees("0.0014326", 669 / 436509)     # printed so; the counts beside it say 0.0015326
False
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from gravida.cql import Node
from gravida.evidence import TRUSTED, Confidence
from gravida.guideline import Case

Treated = Literal["untreated", "treated", "mixed", "not-stated"]
Measure = Literal["RR", "OR", "aOR", "HR"]

PERCENT = 2
"""A share in per cent has its point so many places further left."""

NOISE = 1e-6
"""Two numbers just one unit apart do not agree, whatever the last bits of a float say."""

Z95 = 1.959963984540054
"""The normal quantile behind limits of 95 %."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share between 0 and 1 with limits of 95 %, which may not be known; ``events`` and ``of`` where they are."""

    share: float
    low: float | None = None
    high: float | None = None
    events: int | None = None
    of: int | None = None

    @classmethod
    def counted(cls, events: int, of: int) -> "Share":
        """Return the share of a count, with Wilson's limits (Wilson, J Am Stat Assoc 1927;22:209-12).

        Written out, because the library that has them takes a second to load, and an assessment a tenth of one.
        """
        share, weight = events / of, Z95**2 / of
        middle, half = share + weight / 2, Z95 * math.sqrt(share * (1 - share) / of + weight / of / 4)
        low, high = (middle - half) / (1 + weight), (middle + half) / (1 + weight)
        return cls(share, low if events else 0.0, high if events < of else 1.0, events, of)


@dataclass(frozen=True, slots=True)
class Relative:
    """An effect that tells how much more or less, and not how often. ``against`` says compared with whom."""

    measure: Measure
    estimate: float
    low: float | None
    high: float | None
    against: str


@dataclass(frozen=True, slots=True)
class Update:
    """A likelihood ratio: what a finding does to a risk that was known before. ``before`` is such a risk, from ``source``."""

    ratio: float
    before: Share
    source: str

    @property
    def after(self) -> Share:
        """The risk with the finding."""
        return Share(updated(self.before.share, self.ratio))


Figure = Share | Relative | Update


@dataclass(frozen=True, slots=True)
class Result:
    """One figure of one group. ``condition`` tells in which part of it, where the record cannot say."""

    outcome: str
    figure: Figure
    confidence: Confidence
    condition: str = ""
    because: str = ""
    """How a derived figure was worked out."""

    @property
    def is_trusted(self) -> bool:
        """Whether the figure was read, or follows from what was read."""
        return self.confidence in TRUSTED

    @property
    def share(self) -> Share | None:
        """How often it happened; ``None`` for what is relative only."""
        match self.figure:
            case Share():
                return self.figure
            case Update():
                return self.figure.after
            case Relative():
                return None


@dataclass(frozen=True, slots=True)
class Group:
    """The people of a study about whom a figure speaks. ``fact`` is the full name of the criterion."""

    id: str
    fact: str
    label: str
    plain: str
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Unlike:
    """Something in which a person may differ from those who were studied."""

    when: Node
    says: str


@dataclass(frozen=True, slots=True)
class Example:
    """A record, and the figures that must come out for it: ``group/outcome: share``."""

    case: Case
    expect: tuple[str, ...]


@dataclass(frozen=True)
class Study:
    """One publication. ``nested`` groups hold each other, the narrowest first: only the narrowest is shown."""

    id: str
    cite: str
    heading: str
    asks: str
    population: str
    plain: str
    country: str
    years: str
    treated: Treated
    treatment: str
    counted_from: str
    path: str
    groups: Mapping[str, Group]
    nested: bool = False
    bands: bool = False
    """Whether the groups are bands of one measurement, in order, so that they make a picture together."""
    unlike: tuple[Unlike, ...] = ()
    examples: tuple[Example, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is named and not computed: what it needs, where it is, and why it is not here."""

    id: str
    name: str
    cite: str
    population: str
    needs: tuple[str, ...]
    gives: str
    where: str
    why_not: str
    performance: str = ""


@dataclass(frozen=True, slots=True)
class Centiles:
    """Lengths of the cervix below which so many per cent of a population lay. Nothing is drawn between them."""

    id: str
    cite: str
    population: str
    plurality: int
    start: int
    """First day of gestation at the scan; ``end`` is the last."""
    end: int
    lengths: tuple[tuple[float, float], ...]
    """Pairs of centile and millimetres, upwards."""
    confidence: Confidence = "seen"
    note: str = ""

    def around(self, length_mm: float) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
        """Return the published centile at or below a length, and the next above it; ``None`` beyond the published ones."""
        below = [each for each in self.lengths if each[1] <= length_mm]
        above = [each for each in self.lengths if each[1] > length_mm]
        return (below[-1] if below else None), (above[0] if above else None)


@dataclass(frozen=True)
class Risks:
    """All that is published of risk, and what is not to be had."""

    studies: Mapping[str, Study] = field(default_factory=dict)
    models: tuple[Model, ...] = ()
    centiles: tuple[Centiles, ...] = ()


def updated(before: float, ratio: float) -> float:
    """Return a risk after a finding with this likelihood ratio: odds are multiplied."""
    odds = before / (1 - before) * ratio
    return odds / (1 + odds)


def agrees(printed: str, computed: float) -> bool:
    """Return whether a printed number can be this one, rounded or cut off: less than one unit of its last place away."""
    return abs(read(printed) - computed) < unit(printed) * (1 - NOISE)


def read(printed: str) -> float:
    """Return a printed number; one in per cent as a share.

    >>> read("7.5%"), unit("7.5%")
    (0.075, 0.001)
    """
    number = Decimal(printed.removesuffix("%"))
    return float(number.scaleb(-PERCENT) if printed.endswith("%") else number)


def unit(printed: str) -> float:
    """Return what one more in the last place of a printed number is worth."""
    number = Decimal(printed.removesuffix("%"))
    return float(Decimal(1).scaleb(int(number.as_tuple().exponent) - (PERCENT if printed.endswith("%") else 0)))


def out_of(shares: Sequence[float]) -> int:
    """Return among how many people to count, so that the rarest share still is a person: 100, 1,000 or 10,000."""
    least = min((share for share in shares if share > 0), default=1.0)
    return next((size for size in (100, 1_000) if least * size >= 1), 10_000)
