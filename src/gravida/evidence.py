"""What trials found: rows with counts, published estimates, and which of them answer which question.

A row keeps how its figures were seen. ``seen`` and ``derived`` (printed share times printed number) are used by
default; ``partial`` and ``recalled`` only when somebody asks, and then they are marked.

>>> row = Row("T", 2001, "ptb_lt34", 3, 23, 6, 44, "seen")
>>> round(row.risk_ratio, 2)
0.96
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Confidence = Literal["seen", "derived", "partial", "recalled"]
CONFIDENCES: tuple[Confidence, ...] = ("seen", "derived", "partial", "recalled")
TRUSTED: frozenset[Confidence] = frozenset({"seen", "derived"})


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison of one trial and one outcome: events and numbers in both arms."""

    trial: str
    year: int
    outcome: str
    events_treated: int
    treated: int
    events_control: int
    control: int
    confidence: Confidence
    author: str = ""
    citation: str = ""
    intervention: str = ""
    comparator: str = ""
    population: str = ""
    note: str = ""

    @property
    def key(self) -> str:
        """The name of the row: trial and outcome."""
        return f"{self.trial}/{self.outcome}"

    @property
    def name(self) -> str:
        """How the trial is named in a picture."""
        return f"{self.author or self.trial} {self.year}"

    @property
    def risk_treated(self) -> float:
        """The share of events with the treatment."""
        return self.events_treated / self.treated

    @property
    def risk_control(self) -> float:
        """The share of events without it."""
        return self.events_control / self.control

    @property
    def risk_ratio(self) -> float:
        """The ratio of the two; infinite if there was no event without the treatment."""
        return self.risk_treated / self.risk_control if self.events_control else float("inf")


@dataclass(frozen=True, slots=True)
class Published:
    """An estimate that somebody published. Limits may be missing."""

    review: str
    citation: str
    population: str
    comparison: str
    outcome: str
    measure: str
    estimate: float
    low: float | None
    high: float | None
    trials: int | None
    participants: int | None
    model: str
    confidence: Confidence
    note: str = ""


@dataclass(frozen=True, slots=True)
class Apart:
    """Rows that belong to a question and are not pooled, and why. Without ``outcomes``, all rows of the trials."""

    trials: tuple[str, ...]
    why: str
    outcomes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recompute:
    """A published estimate whose trials are all here. Ours must come ``within`` so much of it."""

    review: str
    outcome: str
    trials: tuple[str, ...]
    within: float
    because: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What trials counted, and whether more of it is harm."""

    id: str
    label: str
    plain: str
    harm: bool
    until: int | None = None
    """The day of gestation from which it cannot happen any more; ``None`` where there is none."""


@dataclass(frozen=True)
class EvidenceQuestion:
    """One question that trials can answer."""

    id: str
    topic: str
    asks: str
    plain: str
    compares: str
    actions: tuple[str, ...]
    pool: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    apart: tuple[Apart, ...] = ()
    published: tuple[str, ...] = ()
    recompute: tuple[Recompute, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """Everything that is known of what treatments do."""

    rows: Mapping[str, Row] = field(default_factory=dict)
    published: tuple[Published, ...] = ()
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    questions: Mapping[str, EvidenceQuestion] = field(default_factory=dict)

    def pooled_rows(self, question: EvidenceQuestion, outcome: str) -> tuple[Row, ...]:
        """Return the rows that may be pooled for one outcome, by year, whatever their confidence."""
        rows = [self.rows[f"{trial}/{outcome}"] for trial in question.pool.get(outcome, ())]
        return tuple(sorted(rows, key=lambda row: (row.year, row.trial)))

    def rows_apart(self, question: EvidenceQuestion) -> list[tuple[Row, str]]:
        """Return the rows that are shown and not pooled, each with the reason."""
        return [(row, each.why) for each in question.apart for row in self.rows.values() if is_meant(each, row)]

    def published_for(self, question: EvidenceQuestion) -> tuple[Published, ...]:
        """Return the published estimates on a question."""
        return tuple(each for each in self.published if any(names(name, each) for name in question.published))

    def published_on(self, recompute: Recompute) -> Published:
        """Return the published estimate that is recomputed."""
        return next(each for each in self.published if names(recompute.review, each) and each.outcome == recompute.outcome)


def is_meant(apart: Apart, row: Row) -> bool:
    """Return whether a row is among those that are set apart."""
    return row.trial in apart.trials and (not apart.outcomes or row.outcome in apart.outcomes)


def names(name: str, published: Published) -> bool:
    """Return whether ``REVIEW`` or ``REVIEW: population or comparison`` names a published estimate."""
    review, _, which = name.partition(": ")
    return published.review == review and (not which or which in (published.population, published.comparison))
