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
    overlays: tuple[str, ...] = ()
    """Who has laid something over the knowledge; what they put into the documents of others is marked."""

    def opinion(self, recommendation: str) -> Opinion:
        """Return what one recommendation says. Raises ``KeyError`` with the name."""
        for row in self.matrix:
            for each in row.opinions:
                if each.recommendation == recommendation:
                    return each
        raise KeyError(recommendation)
