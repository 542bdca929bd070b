"""What a guideline says, as data: recommendations, windows, cases, actions and topics.

Only declarations, and the arithmetic of a window. What a recommendation means for a record is in ``verdict``.

>>> window = Window(start=Bound(112, 112), end=Bound(154, 181, why="viability"))
>>> window.clock(120), window.clock(160), window.clock(182)
('inside', 'uncertain', 'after')
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gravida.cql import Node

Stance = Literal["recommend", "offer", "consider", "against", "insufficient", "inform"]
Clock = Literal["before", "inside", "after", "not-stated", "uncertain", "not-pregnant"]
Tier = Literal["now", "today"]
Verdict = Literal["now", "now-if", "overdue", "met", "later", "done", "withheld", "passed", "unknown", "not-met"]

PROVENANCE = (
    "primary", "primary_copy", "official_abstract", "official_summary", "official_patient_info",
    "secondary", "local_implementation", "recalled",
)  # fmt: skip
"""How the source was seen, from the guideline itself to memory alone. ``recalled`` has not been read by anybody."""

FAVOURING: frozenset[Stance] = frozenset({"recommend", "offer", "consider"})


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a window, in days of gestation. Where the text is vague, ``low`` and ``high`` differ and ``why`` says so."""

    low: int
    high: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """When a recommendation applies: today's gestation, both ends included, either end open."""

    start: Bound | None = None
    end: Bound | None = None
    deadline: bool = False
    """Whether somebody who comes late is overdue, rather than past it."""

    def clock(self, gestation_days: int) -> Clock:
        """Return where a day stands to the window."""
        if self.start and gestation_days < self.start.low:
            return "before"
        if self.end and gestation_days > self.end.high:
            return "after"
        late_enough = self.start is None or gestation_days >= self.start.high
        early_enough = self.end is None or gestation_days <= self.end.low
        return "inside" if late_enough and early_enough else "uncertain"

    def meets(self, other: "Window") -> bool:
        """Return whether some day may lie in both."""
        return not (self.ends_before(other) or other.ends_before(self))

    def ends_before(self, other: "Window") -> bool:
        """Return whether its last day lies before the other's first."""
        return self.end is not None and other.start is not None and self.end.high < other.start.low


@dataclass(frozen=True, slots=True)
class Source:
    """Where it stands: key of the reference, and the place in it. ``entry`` is the number in our list of sources."""

    cite: str
    locator: str
    entry: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done. ``done_when`` tells from the record that it was."""

    id: str
    kind: str
    label: str
    plain: str
    done_when: Node | None = None
    days_since: str = ""
    """The fact that tells how many days ago it was last done, for what must be repeated."""
    not_when: Node | None = None
    """When it cannot be meant at all, whatever a guideline says."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A decision that guidelines speak to."""

    id: str
    label: str
    plain: str
    compare: bool
    ask: str = ""
    cuts_across: bool = False
    """Whether it speaks to an action whatever the reason for it, as contraindications do."""
    for_patients: bool = True
    """Whether it is shown to the person herself; what a document covers is for those who read documents."""


@dataclass(frozen=True, slots=True)
class Case:
    """A record, and what must come out. ``line`` is where it stands in its file."""

    why: str
    given: Mapping[str, object]
    expect: object
    place: str


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A change that cannot be told apart by any record, and the reason."""

    mutant: str
    because: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, in which role, on which day, over which digest."""

    by: str
    role: str
    on: str
    digest: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A criterion as written, and as read. ``place`` is where it stands."""

    text: str
    node: Node
    place: str


@dataclass(frozen=True)
class Recommendation:
    """One recommendation of one guideline. ``who`` is ``None`` for everyone."""

    guideline: str
    id: str
    topic: str
    source: Source
    provenance: Mapping[str, str]
    says: str
    plain: str
    who: Condition | None
    stance: Stance
    path: str
    strength: str = ""
    actions: tuple[str, ...] = ()
    free_choice: bool = False
    """Whether any one of several actions will do."""
    unless: tuple[Condition, ...] = ()
    silent_on: tuple[Condition, ...] = ()
    window: Window | None = None
    before_pregnancy: bool = False
    repeat_days: int | None = None
    tier: Tier | None = None
    notes: tuple[str, ...] = ()
    cases: tuple[Case, ...] = ()
    equivalent: tuple[Equivalent, ...] = ()
    review: tuple[Signature, ...] = ()
    digest: str = ""
    """Of everything that it means, through all the names that it uses (:mod:`gravida.digests`)."""
    overlay: str = ""
    """Whose overlay put it into a document of another body; nothing if it is the body's own."""
    overlay_short: str = ""

    @property
    def key(self) -> str:
        """The name everywhere: ``guideline/recommendation``."""
        return f"{self.guideline}/{self.id}"

    @property
    def is_recalled(self) -> bool:
        """Whether nobody has read the source, so that patients are not shown it."""
        return "recalled" in self.provenance.values()

    @property
    def confidence(self) -> str:
        """How the part of it was seen that is the least sure."""
        return max(self.provenance.values(), key=PROVENANCE.index)

    @property
    def is_signed(self) -> bool:
        """Whether somebody has signed it as it stands."""
        return bool(self.signatures)

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """The signatures that hold: made over what it means now."""
        return tuple(each for each in self.review if each.digest == self.digest)

    @property
    def lapsed(self) -> tuple[Signature, ...]:
        """The signatures that hold no longer, because what they cover was changed."""
        return tuple(each for each in self.review if each.digest != self.digest)

    @property
    def favours(self) -> bool:
        """Whether the stance is for doing it."""
        return self.stance in FAVOURING


def conditions(recommendation: Recommendation) -> tuple[Condition, ...]:
    """Return every criterion of a recommendation: who, unless, silent_on."""
    who = () if recommendation.who is None else (recommendation.who,)
    return (*who, *recommendation.unless, *recommendation.silent_on)


@dataclass(frozen=True)
class Guideline:
    """One document of one body: edition, jurisdiction, status and its own definitions."""

    id: str
    body: str
    body_name: str
    name: str
    title: str
    year: int | None
    """``None`` where the document shows none."""
    jurisdiction: str
    status: Literal["current", "superseded"]
    status_note: str
    cite: str
    superseded_by: str = ""
    amends: str = ""
    amended_by: str = ""
    definitions: tuple[str, ...] = ()
    """Qualified names of the body's own terms."""
    recommendations: tuple[str, ...] = ()
    """Keys of its recommendations."""
    path: str = ""

    @property
    def heading(self) -> str:
        """How it is named on screen, such as ``ACOG 2014 Practice Bulletin 142``."""
        return f"{self.body} {self.year or '(no year)'} {self.name}"
