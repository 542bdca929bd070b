"""What is asked of all records at once, and how it is answered: a record that shows it, or a proof that there is none.

A claim is a list of clauses that must all hold; a clause holds if any of its recommendations has one of its verdicts.
The solver is asked with as many entries of each list as could matter (:mod:`gravida.smt.bounds`), fewest first, so what
it finds is small. Records are *sharp*: a verdict that stands where something is left open stands when it becomes known.

>>> from gravida.library import load
>>> knowledge = load()
>>> advice = knowledge.recommendations["nice-2022-preterm-labour/progesterone-or-cerclage"]
>>> twice = Claim((Clause(((advice, STANDS),)), Clause(((advice, frozenset({"not-met"})),))))
>>> answer(twice, knowledge) is None                     # one recommendation, two verdicts: never
True
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import z3

from gravida.cql import Node, names
from gravida.evaluate import World
from gravida.guideline import Recommendation, Verdict
from gravida.knowledge import Knowledge
from gravida.reach import nodes, reach
from gravida.smt.bounds import by_list, entries_needed
from gravida.smt.meaning import Formulas
from gravida.smt.reading import world_of
from gravida.smt.terms import Formula, all_of, any_of
from gravida.smt.verdicts import Verdicts
from gravida.smt.worlds import Space
from gravida.verdict import STANDING, Today

STANDS: frozenset[Verdict] = STANDING
"""Verdicts of a recommendation that applies at this moment, with nothing in its way."""
APART: frozenset[Verdict] = frozenset({"not-met", "withheld"})
"""Verdicts of one that does not apply, whatever the week, or is taken back."""
LATER: frozenset[Verdict] = frozenset({"later", "passed"})
"""Verdicts of one that applies, in other weeks."""

Alternative = tuple[Recommendation, frozenset[Verdict]]


@dataclass(frozen=True)
class Clause:
    """Any of these: a recommendation, and the verdicts it may have."""

    alternatives: tuple[Alternative, ...]

    def holds(self, verdict: Callable[[Recommendation], Verdict]) -> bool:
        """Return whether it holds where recommendations have these verdicts."""
        return any(verdict(each) in wanted for each, wanted in self.alternatives)


@dataclass(frozen=True)
class Claim:
    """All of some clauses, at one moment of one record."""

    clauses: tuple[Clause, ...]

    def holds(self, verdict: Callable[[Recommendation], Verdict]) -> bool:
        """Return whether it holds where recommendations have these verdicts."""
        return all(clause.holds(verdict) for clause in self.clauses)

    def formula(self, verdicts: Verdicts) -> Formula:
        """Return when it holds."""
        return all_of(*(any_of(*(verdicts.among(each, wanted) for each, wanted in clause.alternatives)) for clause in self.clauses))

    def recommendations(self) -> Iterator[Recommendation]:
        """Yield every recommendation that it speaks of."""
        yield from {each.key: each for clause in self.clauses for each, _ in clause.alternatives}.values()


Found = tuple[World, Today]


def answer(claim: Claim, knowledge: Knowledge) -> Found | None:
    """Return a record for which a claim holds, or ``None``, which is proved for records of every size."""
    space = Space(knowledge, sizes_for(claim, knowledge))
    verdicts = Verdicts(Formulas(space))
    return smallest(space, claim.formula(verdicts))


def sizes_for(claim: Claim, knowledge: Knowledge) -> dict[str, int]:
    """Return how many entries of each list a claim may need: of each clause, one alternative has to hold."""
    common: dict[Hashable, int] = {}
    extra: dict[str, int] = {}
    for clause in claim.clauses:
        needs = [entries_needed(nodes(each, knowledge.actions), knowledge.meaning) for each, _ in clause.alternatives]
        if len(needs) == 1:
            common = _most(common, needs[0])
            continue
        sizes = [by_list(each) for each in needs]
        extra = {
            name: extra.get(name, 0) + max((each.get(name, 0) for each in sizes), default=0)
            for name in dict.fromkeys([*extra, *(name for each in sizes for name in each)])
        }
    found = by_list(common)
    return {name: found.get(name, 0) + extra.get(name, 0) for name in dict.fromkeys([*found, *extra])}


def _most(left: Mapping[Hashable, int], right: Mapping[Hashable, int]) -> dict[Hashable, int]:
    return {key: max(left.get(key, 0), right.get(key, 0)) for key in {**left, **right}}


def smallest(space: Space, *wanted: Formula) -> Found | None:
    """Return a record of a space, in pregnancy and with few entries if there is one, for which some formulas hold; ``None`` if there is none at all."""
    if any(each is False for each in wanted):
        return None
    solver = z3.Solver()
    solver.add(*(each for each in wanted if each is not True), *rules(space))
    pregnant_first = [(most, space.pregnant.yes) for most in (0, 1, None)]
    for most, state in (*pregnant_first, (None, True)):
        solver.push()
        solver.add(state, *_no_more_than(space, most))
        found = solver.check()
        if found == z3.sat:
            return world_of(space, solver.model())
        solver.pop()
        if found == z3.unknown:
            raise RuntimeError(f"the solver gave up: {solver.reason_unknown()}")
    return None


def _no_more_than(space: Space, most: int | None) -> Iterator[Formula]:
    """Yield that no list has more entries; with ``None``, nothing."""
    if most is not None:
        yield from (z3.Not(each.present) for listed in space.lists.values() for each in listed.entries[most:])


def rules(space: Space) -> list[Formula]:
    """Return what must hold of every record of a space: its own rules, and the constraints of the knowledge."""
    formulas = Formulas(space)
    found = [rule for each in space.knowledge.constraints for rule in _constraint(each.list, each.holds.node, formulas)]
    return [*space.rules, *(rule for rule in found if not isinstance(rule, bool))]


def _constraint(name: str, node: Node, formulas: Formulas) -> Iterable[Formula]:
    """Yield that a constraint is not broken, of what the space has variables for."""
    space = formulas.space
    if not name and not space.facts.keys().isdisjoint(reach(names(node), space.knowledge.meaning)):
        yield z3.Not(formulas.truth(node).no)
    elif name in space.lists:
        yield from (z3.Implies(each.present, z3.Not(formulas.truth(node, each.fields).no)) for each in space.lists[name].entries)
