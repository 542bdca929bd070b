# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""An audit from flat tables to counts, portion by portion, so that memory stays small however many pregnancies there are.

What was worked out once, a kind or a class, is kept for the portions that follow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from gravida.audit.classes import Classes
from gravida.audit.counts import Counts, Tally, add_lacking
from gravida.audit.courses import Courses, Found
from gravida.audit.engine import Engine
from gravida.audit.entries import Entries
from gravida.audit.intake import Intake, Portion, Sources, types_of
from gravida.audit.kinds import Kinds
from gravida.audit.moments import Moments
from gravida.audit.needs import Needs, due_again, needs_of
from gravida.audit.outcomes import Outcomes, acts_of
from gravida.audit.quality import Quality, Told
from gravida.audit.states import States
from gravida.audit.timeline import Timed, Timeline
from gravida.audit.wanted import Listed, Lists, Wanted
from gravida.audit.windows import Windows
from gravida.audit.worlds import Worlds
from gravida.cql import Name, Node, walk
from gravida.guideline import Recommendation
from gravida.knowledge import Knowledge

ACTS = ("treatment", "test", "referral")
"""Kinds of actions that somebody does; information and cautions are not audited."""


def audited(knowledge: Knowledge) -> list[Recommendation]:
    """Return the recommendations that an audit is about: those for or against an act, such as a scan, a stitch or a referral."""
    acts = {action.id for action in knowledge.actions.values() if action.kind in ACTS or action.done_when is not None}
    return [each for each in knowledge.recommendations.values() if not acts.isdisjoint(each.actions) and (each.favours or each.stance == "against")]


@dataclass(frozen=True)
class Part:
    """What was counted of one portion: ``rows`` are pregnancies that somebody asked for, ``log`` the queries."""

    pregnancies: int
    counts: Counts
    told: Told
    rows: list[Listed]
    log: list[tuple[str, str]]


@dataclass
class Audit:
    """Everything that one audit keeps. ``recommendations`` are those that are judged, in the order of all arrays."""

    engine: Engine
    knowledge: Knowledge
    sources: Sources
    recommendations: Sequence[Recommendation]
    asked: Sequence[Wanted] = ()
    portions: int = 0
    log: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        types, suspicious = types_of(self.knowledge.dictionary)
        self.needs: Needs = needs_of(self.knowledge, self.recommendations)
        self.intake = Intake(self.engine, self.sources, types, suspicious)
        self.entries = Entries(self.engine, self.knowledge.meaning, self.needs)
        self.states = States(self.engine, self.needs, self.entries, Kinds(self.engine, self.knowledge.meaning))
        self.classes = Classes(self.engine, self.needs, Worlds(self.engine, self.knowledge.meaning, self.entries, self.knowledge.largest_k))
        self.moments = Moments(self.engine, self.needs, self.classes)
        outcomes, windows = Outcomes(self.needs, self.recommendations, self.knowledge.actions), Windows([each.window for each in self.recommendations])
        self.courses = Courses(self.classes, outcomes, windows, [self._counts(each) for each in self.recommendations], self._families())
        self.timeline, self.quality = Timeline(self.engine, self.moments, self.courses.windows), Quality(self.engine, self.intake, self.needs)
        self.counts, self.lists = self._no_counts(), Lists(self.engine, self.recommendations, self.asked)

    def _counts(self, recommendation: Recommendation) -> bool:
        """Return whether a recommendation can support an act: it is current, and somebody has read it."""
        return self.knowledge.guidelines[recommendation.guideline].status == "current" and not recommendation.is_recalled

    def _families(self) -> dict[str, str]:
        """Return, for each act, the list or the fact in a record that shows it."""
        return {act.id: ", ".join(sorted(self._leaves(act.done_when))) for act in acts_of(self.knowledge.actions) if act.done_when is not None}

    def part(self, portion: Portion) -> Part:
        """Read, judge and count one portion alone, with the queries that did it."""
        counted, told, listed = self.counts, self.quality.told, self.lists.rows
        self.engine.log.clear()
        self.counts, self.quality.told, self.lists.rows = self._no_counts(), Told(), []
        self.add(portion)
        part = Part(portion.count, self.counts, self.quality.told, self.lists.rows, list(self.engine.log))
        self.counts, self.quality.told, self.lists.rows = counted, told, listed
        return part

    def merge(self, part: Part) -> None:
        """Take up what was counted of a portion. The queries of one stand for all: every portion runs the same."""
        self.counts.merge(part.counts)
        self.quality.told.merge(part.told)
        self.lists.rows += part.rows
        self.portions += 1
        self.log = self.log or part.log

    def add(self, portion: Portion) -> tuple[Timed, Found]:
        """Read, judge and count one portion; return its courses, and what came of them."""
        self._classify(portion)
        self.quality.add()
        timed = self.timeline.find()
        tally, found = self._tally(timed), self.courses.find(timed.rows)
        self.counts.add(tally, found)
        add_lacking(self.counts, tally, found, self.classes.unknown(found.last), self._rests_on)
        self.lists.add(found, timed)
        return timed, found

    def _no_counts(self) -> Counts:
        return Counts(len(self.recommendations), len(acts_of(self.knowledge.actions)), self.leaves)

    def judge(self, portion: Portion) -> None:
        """Read one portion, and keep its moments as a table, so that verdicts can be asked for."""
        self._classify(portion)
        self.moments.make()

    def _classify(self, portion: Portion) -> None:
        """Read one portion, and work out every class that was not met before."""
        self.intake.load(portion)
        self.entries.make()
        self.states.make()
        self.classes.learn()

    # --- counting ----------------------------------------------------------------------------------------------------

    def _tally(self, timed: Timed) -> Tally:
        """Count the pregnancies of the portion by site, month and course."""
        when = "(CAST('1970-01-01' AS DATE) + p.known_from)"
        month = f"CAST(EXTRACT(YEAR FROM {when}) * 12 + EXTRACT(MONTH FROM {when}) - 1 AS INTEGER)"
        self.engine.table("grouped", f"SELECT p.pid, COALESCE(p.site, '') AS site, {month} AS month FROM in_pregnancies AS p")
        self.engine.table(
            "groups", "SELECT site, month, ROW_NUMBER() OVER (ORDER BY site, month) - 1 AS number FROM (SELECT DISTINCT site, month FROM grouped) AS g"
        )
        groups = self.engine.rows("SELECT site, month FROM groups ORDER BY number")
        joined = "FROM grouped AS p JOIN groups AS g ON g.site = p.site AND g.month = p.month"
        rows = self.engine.numbers(f"SELECT CAST(p.pid AS INTEGER) AS pid, CAST(g.number AS INTEGER) AS number {joined}")
        group = np.zeros(1 + int(rows["pid"].max(initial=-1)), dtype=np.int64)
        group[rows["pid"]] = rows["number"]
        both, count = np.unique(timed.course * len(groups) + group[timed.pid], return_counts=True)
        course, group = np.divmod(both, len(groups))
        return Tally([(site, f"{month // 12}-{month % 12 + 1:02}") for site, month in groups], group, course, count)

    @cached_property
    def leaves(self) -> list[str]:
        """What can be lacking: observed facts, lists, and the dating."""
        return sorted({leaf for nodes in self.needs.atoms.values() for node in nodes.values() for leaf in self._leaves(node)})

    def _leaves(self, node: Node) -> Iterator[str]:
        """Yield the lists that an atom rests on, or the observed facts."""
        leaves = set(self.knowledge.index.leaves_of(node))
        lists = {leaf for leaf in leaves if leaf.startswith("list:")}
        yield from lists or leaves

    @cached_property
    def _rests_on(self) -> list[dict[str, list[tuple[int, list[str]]]]]:
        return [{role: self._leaf_atoms(nodes) for role, nodes in self._roles(each).items()} for each in self.recommendations]

    def _roles(self, recommendation: Recommendation) -> dict[str, list[Node]]:
        actions = [self.knowledge.actions[name] for name in recommendation.actions]
        done = [node for each in actions for node in (each.done_when, due_again(recommendation, each)) if node is not None]
        who = [*([recommendation.who] if recommendation.who else []), *recommendation.silent_on]
        return {"who": [each.node for each in who], "unless": [each.node for each in recommendation.unless], "done": done}

    def _leaf_atoms(self, nodes: Sequence[Node]) -> list[tuple[int, list[str]]]:
        """Return, for each leaf that some criteria rest on, the atoms that tell whether it was known."""
        trees = {node: self.needs.trees[name] for name, node in self.needs.criteria.items()}
        atoms = {part.id for node in nodes for part in walk(trees[node]) if isinstance(part, Name)}
        where = {name: self.needs.atoms[component][name] for component in self.needs.atoms for name in self.needs.atoms[component] if name in atoms}
        found: dict[int, list[str]] = {}
        for name, node in where.items():
            for leaf in self._leaves(node):
                found.setdefault(self.leaves.index(leaf), []).append(name)
        return sorted(found.items())
