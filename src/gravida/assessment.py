"""What an assessment holds, as typed objects; words and layout come later.

Every list is in the order in which a reader should meet it. A gestation is written ``weeks+days``, or as a range
``18+0 to 19+3`` where the dating is one; dates are ISO dates.
"""

from dataclasses import dataclass
from datetime import date

from gravida.guideline import Clock, Stance, Tier, Verdict
from gravida.logic import Truth


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A sign that calls for help, before anything else. ``signs`` are the labels of what was reported."""

    recommendation: str
    tier: Tier
    says: str
    plain: str
    signs: tuple[str, ...]
    do: str
    """What to do, in plain words."""
    contradicts: bool
    """Whether the record says not pregnant, and the sign matters in pregnancy: the record may be out of date."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A safety question that nobody has answered, or not recently enough."""

    fact: str
    label: str
    question: str


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """This pregnancy as charts write it. ``None`` or an empty text is not known."""

    pregnant: Truth
    gestation: str
    due_date: date | None
    dated_by: str
    dating_note: str
    plurality: str
    gravida: str
    para: tuple["Para", ...]
    ending: bool
    """Whether the record says that this pregnancy is being lost."""


@dataclass(frozen=True, slots=True)
class Para:
    """Births counted from a gestation; countries draw the line differently. ``births`` may be a range."""

    counted_from: str
    births: str


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of an earlier event, and which way it leans. ``holds`` is never false here; ``None`` is unknown."""

    id: str
    leans: str
    holds: Truth
    says: str
    plain: str
    source: str


@dataclass(frozen=True, slots=True)
class Event:
    """One earlier loss or birth. ``index`` counts from 0, as in the record."""

    index: int
    ended: str
    outcome: str
    features: tuple[Feature, ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one recommendation says for this record on this day."""

    recommendation: str
    guideline: str
    heading: str
    body: str
    topic: str
    verdict: Verdict
    stance: Stance
    strength: str
    who: Truth
    clock: Clock
    actions: tuple[str, ...]
    says: str
    plain: str
    begins: date | None
    ends: date | None
    window: str
    withheld_by: tuple[str, ...]
    open_questions: tuple[str, ...]
    cautions: tuple[str, ...]
    """What other guidelines hold against the same action, and what is true of this record, each with who says so."""
    about_loss: bool
    """Whether its criterion itself speaks of a pregnancy that is being lost."""
    recalled: bool
    superseded: bool
    signed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One topic, and what each guideline says on it."""

    topic: str
    label: str
    plain: str
    opinions: tuple[Opinion, ...]
    for_patients: bool = True


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Guidelines that part ways for this record. Each side lists recommendations."""

    topic: str
    label: str
    action: str
    plain: str
    favour: tuple[str, ...]
    against: tuple[str, ...]
    unsure: tuple[str, ...]
    not_met: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Something unknown that would settle verdicts: how many on average over its possible answers, and at most."""

    id: str
    label: str
    question: str
    settles: float
    settles_at_most: int
    first: bool
    """Whether a treatment waits for it (a stated contraindication that nobody has excluded)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing on the timeline. Dates are as exact as the dating; ``margin_days`` says by how much they may be off."""

    begins: date | None
    ends: date | None
    window: str
    recommendation: str
    heading: str
    body: str
    what: str
    plain: str
    stance: Stance
    verdict: Verdict
    margin_days: int


@dataclass(frozen=True, slots=True)
class Cited:
    """One document behind this assessment."""

    guideline: str
    heading: str
    body_name: str
    citation: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class RiskFigure:
    """One figure of a group. A share has ``share`` and may have limits and counts; a relative effect has ``measure``."""

    outcome: str
    label: str
    plain: str
    condition: str
    confidence: str
    because: str
    over: bool
    """Whether this pregnancy has passed the weeks in which it can happen."""
    share: float | None = None
    low: float | None = None
    high: float | None = None
    events: int | None = None
    of: int | None = None
    measure: str = ""
    estimate: float | None = None
    against: str = ""
    before: float | None = None


@dataclass(frozen=True, slots=True)
class RiskGroup:
    """A group of people who were counted. ``belongs`` is never false here; ``None`` is unknown, and ``open`` says why."""

    group: str
    label: str
    plain: str
    belongs: Truth
    figures: tuple[RiskFigure, ...]
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RiskStudy:
    """One publication with the groups that this record belongs to, or may. Its figures are counted ``out_of`` so many people."""

    study: str
    heading: str
    asks: str
    population: str
    plain: str
    country: str
    years: str
    treated: str
    treatment: str
    counted_from: str
    citation: str
    url: str
    groups: tuple[RiskGroup, ...]
    unlike: tuple[str, ...]
    """In what this record is known to differ from the people who were counted."""
    out_of: int
    bands: bool
    notes: tuple[str, ...] = ()

    @property
    def belongs(self) -> bool:
        """Whether the record is known to belong to any group."""
        return any(each.belongs for each in self.groups)


@dataclass(frozen=True, slots=True)
class PublishedEffect:
    """An effect that somebody published, as printed; limits and sizes may not be known."""

    citation: str
    population: str
    outcome: str
    measure: str
    estimate: float
    low: float | None
    high: float | None
    trials: int | None
    participants: int | None


@dataclass(frozen=True, slots=True)
class EvidenceFor:
    """A question of ``gravida evidence`` on a decision that stands, and what was published on it."""

    question: str
    asks: str
    plain: str
    compares: str
    effects: tuple[PublishedEffect, ...]


@dataclass(frozen=True, slots=True)
class Centile:
    """Where a length lies in one published population: between two centiles, or beyond the outermost; ``None`` is none."""

    population: str
    citation: str
    length_mm: float
    at: str
    above: float | None
    above_mm: float | None
    below: float | None
    below_mm: float | None
    note: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that is known to be said for one record, as of one day."""

    as_of: date
    red_flags: tuple[RedFlag, ...]
    unanswered: tuple[Unanswered, ...]
    examined_today: bool
    """Whether a clinician's examination of this very day is recorded."""
    pregnancy: Pregnancy
    history: tuple[Event, ...]
    history_complete: Truth
    matrix: tuple[Row, ...]
    disagreements: tuple[Disagreement, ...]
    missing: tuple[Missing, ...]
    not_yet: tuple[Missing, ...]
    timeline: tuple[Moment, ...]
    questions: tuple[str, ...]
    sources: tuple[Cited, ...]
    ignored_later_entries: int
    reviewed: bool
    """Whether every recommendation shown has been signed by a clinician."""
    risks: tuple[RiskStudy, ...] = ()
    """Published groups, each for itself; none while a pregnancy is being lost."""
    centiles: tuple[Centile, ...] = ()
    evidence: tuple[EvidenceFor, ...] = ()
    assumed: tuple[str, ...] = ()
    """What was assumed about the record system that the record was read from."""
    conflicts: tuple[str, ...] = ()
    """What contradicted itself there, or was too doubtful to be used."""
    overlays: tuple[str, ...] = ()
    """Who has laid something over the knowledge; what they put into the documents of others is marked."""

    def opinion(self, recommendation: str) -> Opinion:
        """Return what one recommendation says. Raises ``KeyError`` with the name."""
        for row in self.matrix:
            for each in row.opinions:
                if each.recommendation == recommendation:
                    return each
        raise KeyError(recommendation)
