"""The knowledge as it is used: everything that was loaded, under full names.

How it is read from files is in :mod:`gravida.library`; how it is kept ready between runs, in
:mod:`gravida.knowledge_cache`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from gravida.article import Article, Claim
from gravida.codes import Codes
from gravida.comparing import Comparing
from gravida.cql import AtLeast, Node, walk
from gravida.evaluate import Meaning
from gravida.evidence import Evidence
from gravida.facts import Dictionary
from gravida.folders import Folders
from gravida.guideline import Action, Case, Condition, Equivalent, Guideline, Recommendation, Topic, conditions
from gravida.index import Index, build_index
from gravida.policies import Policy
from gravida.risk import Risks
from gravida.sources import Sources
from gravida.synthesis import Population


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a file. ``place`` is ``file:line:column``."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class KnowledgeError(ValueError):
    """The knowledge cannot be used. All problems are listed, not the first alone."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Reference:
    """One document. ``citation`` is a line for a list of sources; ``url`` may be empty."""

    key: str
    citation: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class FactNotes:
    """What stands beside a fact and is not part of its meaning."""

    place: str
    cases: tuple[Case, ...] = ()
    equivalent: tuple[Equivalent, ...] = ()
    note: str = ""
    provenance: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """How one feature of an earlier loss or birth speaks for or against cervical insufficiency."""

    id: str
    where: Node
    leans: str
    says: str
    plain: str
    source: str


@dataclass(frozen=True, slots=True)
class Constraint:
    """What must hold between facts, or (with ``list``) between the fields of one entry."""

    list: str
    holds: Condition
    because: str


@dataclass(frozen=True, slots=True)
class Overlay:
    """A hospital's or country's own folder that was laid over the knowledge, and what it did there."""

    name: str
    short: str
    says: str
    path: Path
    added: tuple[str, ...] = ()
    """Keys of recommendations that are its own."""
    changed: tuple[str, ...] = ()
    """Keys of recommendations that stand instead of others."""
    left_out: tuple[str, ...] = ()
    """Keys of recommendations that it takes away."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Its own words, by their name in the catalogue."""


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Everything that was loaded. All names are full names."""

    folders: Folders
    dictionary: Dictionary
    criteria: Mapping[str, Node]
    notes: Mapping[str, FactNotes]
    topics: Mapping[str, Topic]
    actions: Mapping[str, Action]
    guidelines: Mapping[str, Guideline]
    recommendations: Mapping[str, Recommendation]
    bases: Mapping[str, Mapping[str, object]]
    constraints: tuple[Constraint, ...] = ()
    fits: tuple[Fit, ...] = ()
    references: Mapping[str, Reference] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    risks: Risks = field(default_factory=Risks)
    population: Population = field(default_factory=Population)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    sources: Sources = field(default_factory=Sources)
    codes: Codes = field(default_factory=Codes)
    words: Mapping[str, str] = field(default_factory=dict)
    """What the program itself says, by name: ``knowledge/words.yaml``."""
    overlays: tuple[Overlay, ...] = ()
    article: Article | None = None
    comparing: Comparing = field(default_factory=Comparing)

    @property
    def claims(self) -> Mapping[str, Claim]:
        """The claims of the article, by id; none where the folder has no article."""
        return {each.id: each for each in self.article.claims} if self.article else {}

    def say(self, name: str, /, **values: object) -> str:
        """Return what the program says under a name of ``words.yaml``, with its open places filled in."""
        return self.words[name].format(**values)

    @property
    def root(self) -> Path:
        """The whole folder that everything else is laid over."""
        return self.folders.base

    @cached_property
    def meaning(self) -> Meaning:
        """What every name means, for the engines."""
        return Meaning(self.dictionary.facts, self.dictionary.lists, self.criteria)

    @cached_property
    def index(self) -> Index:
        """What rests on what."""
        return build_index(self.dictionary.facts, self.criteria, self.recommendations, self.actions)

    @cached_property
    def largest_k(self) -> int:
        """The largest count that any criterion asks for: how many blanks an incomplete list may need."""
        nodes = [*self.criteria.values(), *(c.node for r in self.recommendations.values() for c in conditions(r))]
        counts = [part.k for node in nodes for part in walk(node) if isinstance(part, AtLeast)]
        return max(counts, default=1)
