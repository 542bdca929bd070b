"""Figures as a reader sees them, and the lines and bars of pictures.

>>> number(3720.7), number(4.26), signed(-84.9), signed(0.0)
('3,721', '4.3', '\N{MINUS SIGN}85', '0')
"""

from collections.abc import Sequence
from dataclasses import dataclass

MINUS = "\N{MINUS SIGN}"
FEW = 10
"""Below this, a decimal is shown."""


def number(value: float) -> str:
    """Return a figure with no more digits than it deserves."""
    return f"{value:,.0f}" if abs(value) >= FEW or value == round(value) else f"{value:,.1f}"


def signed(value: float) -> str:
    """Return a difference with its sign."""
    return f"{MINUS if value < 0 else '+' if value > 0 else ''}{number(abs(value))}"


@dataclass(frozen=True)
class Piece:
    """One piece of a bar: where it begins and how wide it is, in hundredths of the whole."""

    name: str
    start: float
    width: float


@dataclass(frozen=True)
class Range:
    """A bar with a dot on a line that all rows share; ``zero`` is where nothing differs."""

    pieces: Sequence[Piece]
    zero: float
    dot: float | None


@dataclass(frozen=True)
class Scale:
    """From where to where a picture reaches."""

    low: float
    high: float

    @classmethod
    def over(cls, values: Sequence[float]) -> "Scale":
        """Return a scale that holds all values, and nothing between them and zero is cut off."""
        low, high = min((*values, 0.0)), max((*values, 0.0))
        edge = (high - low or 1.0) * 0.04
        return cls(low - edge, high + edge)

    def at(self, value: float) -> float:
        """Return where a value lies, in hundredths of the width."""
        return round(100 * (value - self.low) / (self.high - self.low), 2)

    def piece(self, name: str, first: float, last: float) -> Piece:
        """Return a piece from one value to another, whichever is the smaller."""
        ends = sorted((self.at(first), self.at(last)))
        return Piece(name, ends[0], round(max(ends[1] - ends[0], 0.3), 2))
