"""The published method by which pregnancies are found in a database of the OMOP form, as ``knowledge/sources/omop.yaml`` has it.

>>> live = Outcome("LB", "live-birth", (161, 308))
>>> live.category, live.days[0]
('LB', 161)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cited:
    """One rule of the method and where it stands. ``published`` was read in the source; ``own`` is a convention of this project."""

    says: str
    source: str
    locator: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A way in which a pregnancy ends: the method's name for it, ours, and the days that such a pregnancy lasts."""

    category: str
    outcome: str
    days: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its words and by numbers of OMOP concepts."""

    words: tuple[str, ...]
    concepts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """Everything that reading the OMOP form rests on. ``outcomes`` stand in their hierarchy."""

    rules: Mapping[str, Cited]
    outcomes: tuple[Outcome, ...]
    spacing_days: Mapping[str, Mapping[str, int]]
    preterm_before: int
    vocabularies: Mapping[str, str]
    without_vocabulary: tuple[str, ...]
    units: Mapping[str, Unit]
    scan_routes: Mapping[str, str]
    medicine_routes: Mapping[str, str]
    medicine_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    denials: tuple[str, ...] = ()

    def category_of(self, outcome: str) -> str:
        """Return the category of an outcome in our words; of an end that says none, the one without an outcome."""
        return next(each.category for each in self.outcomes if each.outcome == outcome)
