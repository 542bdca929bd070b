"""What a record system may be trusted for, and the limits within which its values are read.

The absence of a code is unknown. Only a declaration that somebody named can make it more, and every one that was used is
told and shown as assumed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gravida.facts import Range
from gravida.omop_method import Method


@dataclass(frozen=True, slots=True)
class Rules:
    """Limits of reading. Units: days of gestation, days, millimetres, centimetres, as the names say."""

    longest_gestation: int
    dating_conflict: int
    one_event: int
    shortest_pregnancy_gap: int
    length_mm: tuple[float, float]
    length_without_unit_above_mm: float
    length_to_confirm_below_mm: float
    dilation_cm: tuple[float, float]
    youngest_days: int
    first_trimester: Range
    second_trimester: Range


@dataclass(frozen=True, slots=True)
class Complete:
    """A list of the record that the system holds whole."""

    list: str
    says: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A fact that has a value if no code says otherwise."""

    fact: str
    value: str
    says: str


@dataclass(frozen=True, slots=True)
class Inference:
    """What a kind of code means beyond what it says."""

    name: str
    concept: str
    sets: Mapping[str, str]
    says: str


@dataclass(frozen=True, slots=True)
class Declaration:
    """What one system may be trusted for. ``signed_by`` is empty for a draft."""

    id: str
    says: str
    complete: tuple[Complete, ...] = ()
    absent: tuple[Absent, ...] = ()
    infer: tuple[Inference, ...] = ()
    signed_by: str = ""
    signed_on: str = ""


@dataclass(frozen=True)
class Sources:
    """Every declaration by its name, the limits of reading, and the method for the OMOP form; ``None`` where the knowledge has none."""

    declarations: Mapping[str, Declaration] = field(default_factory=dict)
    rules: Rules | None = None
    method: Method | None = None
