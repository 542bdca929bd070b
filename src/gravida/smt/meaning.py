"""What a criterion means as a formula, node by node, as :mod:`gravida.evaluate` means it for one record.

>>> from gravida.cql import parse
>>> from gravida.library import load
>>> space = Space(load(), {"prior_pregnancies": 2})
>>> one, two = (Formulas(space).truth(parse(f"AtLeast({k}, births_from_24w)")) for k in (1, 2))
>>> import z3
>>> z3.Solver().check(*space.rules, two.yes, z3.Not(one.yes))       # two of them, and not one of them
unsat
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gravida.cql import And, Arithmetic, AtLeast, Between, Compare, Gestation, Literal, Member, Name, Node, Not, Or
from gravida.evaluate import BLANK, World, truth
from gravida.facts import Derived, Observed, Pick, Truths
from gravida.smt.terms import (
    UNKNOWN,
    Formula,
    Number,
    Term,
    Tri,
    add,
    all_of,
    any_of,
    both,
    chosen,
    compare,
    constant,
    count_is,
    every,
    negation,
    none_of,
    settled,
    some,
)
from gravida.smt.worlds import STARTED, Entry, Space

NOBODY: Mapping[str, Term] = {}


@dataclass(frozen=True)
class Candidate:
    """An entry that a pick may take: when it belongs, its value, and how long ago it was."""

    belongs: Tri
    value: Term
    age: Term

    @property
    def possible(self) -> Formula:
        """Whether it may belong."""
        return none_of(self.belongs.no)


@dataclass
class Formulas:
    """The formulas of a space. Each fact is worked out once. ``criteria`` may put others in the place of those of the knowledge."""

    space: Space
    criteria: Mapping[str, Node] = field(default_factory=dict)
    declared: Mapping[str, Any] = field(default_factory=dict)
    found: dict[str, Term] = field(default_factory=dict)

    def truth(self, node: Node, entry: Mapping[str, Term] = NOBODY) -> Tri:
        """Return when a criterion is certainly true, and when certainly false."""
        term = self.term(node, entry)
        assert isinstance(term, Tri), f"{node} is not a truth"
        return term

    def term(self, node: Node, entry: Mapping[str, Term] = NOBODY) -> Term:
        """Return the formula of any node."""
        return MEANING[type(node)](self, node, entry)

    def fact(self, name: str) -> Term:
        """Return what a fact is: a variable, or what follows from others."""
        if name not in self.found:
            self.found[name] = self._work_out(name)
        return self.found[name]

    def _work_out(self, name: str) -> Term:
        match self._declared(name):
            case Observed():
                return self.space.pregnant if name == "pregnant" else self.space.observed(name)
            case Derived():
                return self.term(self._criterion(name))
            case Pick() as declared:
                return self.pick(declared, self._where(name))
        raise TypeError(f"{name} is not a single value")

    def _declared(self, name: str) -> Any:
        return self.declared.get(name) or self.space.knowledge.dictionary.facts[name]

    def _criterion(self, name: str) -> Node:
        return self.criteria.get(name) or self.space.knowledge.criteria[name]

    def _where(self, name: str) -> Node | None:
        return self.criteria.get(name) or self.space.knowledge.criteria.get(name)

    # --- lists -------------------------------------------------------------------------------------------------------

    def at_least(self, k: int, name: str) -> Tri:
        """Return when at least ``k`` entries of a truth list are true, and when certainly fewer are."""
        declared = self._declared(name)
        assert isinstance(declared, Truths)
        listed = self.space.listed(declared.list)
        truths = self.truths(name)
        certain, possible = [each.yes for each in truths], [none_of(each.no) for each in truths]
        return Tri(all_of(listed.known, count_is(certain, k)), all_of(listed.known, none_of(count_is(possible, k))))

    def truths(self, name: str) -> list[Tri]:
        """Return the truth of each entry that may be there: false where there is none."""
        declared = self._declared(name)
        where, listed = self._criterion(name), self.space.listed(declared.list)
        blank = settled(truth=truth(where, World(self.space.knowledge.meaning, {}, {}), BLANK))
        described = [_if_present(each.present, self.truth(where, each.fields)) for each in listed.entries]
        return [*described, *(_if_present(each, blank) for each in listed.blanks)]

    def pick(self, declared: Pick, where: Node | None) -> Term:
        """Return what a pick takes."""
        listed = self.space.listed(declared.list)
        found = [self._candidate(declared, where, each) for each in listed.entries]
        shut = all_of(listed.known, none_of(*listed.blanks))
        if declared.take == "any":
            return _any(found, listed.known, shut)
        return _taken(found, shut, declared.take)

    def _candidate(self, declared: Pick, where: Node | None, entry: Entry) -> Candidate:
        age = entry.fields.get(STARTED, Number(False, 0, 0))
        valid = settled(truth=True) if declared.valid_for_days is None else compare("<=", age, constant(declared.valid_for_days))
        belongs = both(valid, settled(truth=True) if where is None else self.truth(where, entry.fields))
        return Candidate(_if_present(entry.present, belongs), entry.fields[declared.value], age)


def _if_present(present: Formula, truth: Tri) -> Tri:
    return Tri(all_of(present, truth.yes), any_of(none_of(present), truth.no))


# --- picks ---------------------------------------------------------------------------------------------------------


def _any(found: list[Candidate], known: Formula, shut: Formula) -> Tri:
    """One certain yes stands; a no needs an entry that certainly belongs, and no open one."""
    answers = some(both(each.belongs, _truth_of(each)) for each in found)
    somebody = any_of(*(each.belongs.yes for each in found))
    return Tri(all_of(known, answers.yes), all_of(shut, somebody, answers.no))


def _truth_of(candidate: Candidate) -> Tri:
    return candidate.value if isinstance(candidate.value, Tri) else UNKNOWN


def _taken(found: list[Candidate], shut: Formula, take: str) -> Term:
    """Return the value of the entry that certainly belongs and goes before every other that may."""
    chances = [all_of(shut, _decides(one, [each for each in found if each is not one], take)) for one in found]
    truths = [each.value for each in found if isinstance(each.value, Tri)]
    if truths:
        pairs = list(zip(chances, truths, strict=True))
        return Tri(any_of(*(all_of(chance, each.yes) for chance, each in pairs)), any_of(*(all_of(chance, each.no) for chance, each in pairs)))
    return _number([(chance, each.value) for chance, each in zip(chances, found, strict=True) if isinstance(each.value, Number)])


def _number(chances: list[tuple[Formula, Number]]) -> Number:
    low: Any = 0
    high: Any = 0
    for chance, value in reversed(chances):
        low, high = chosen(chance, value.low, low), chosen(chance, value.high, high)
    return Number(any_of(*(all_of(chance, value.known) for chance, value in chances)), low, high)


def _decides(one: Candidate, others: list[Candidate], take: str) -> Formula:
    if take == "latest":
        first = [any_of(each.belongs.no, compare("<=", one.age, each.age).yes) for each in others]
        alike = [any_of(each.belongs.no, compare("=", each.age, one.age).no, compare("=", each.value, one.value).yes) for each in others]
        return all_of(one.belongs.yes, *first, *alike)
    symbol = "<=" if take == "shortest" else ">="
    return all_of(one.belongs.yes, *(any_of(each.belongs.no, compare(symbol, one.value, each.value).yes) for each in others))


# --- nodes ---------------------------------------------------------------------------------------------------------


def _literal(formulas: Formulas, node: Literal, entry: Mapping[str, Term]) -> Term:
    if isinstance(node.value, bool):
        return settled(truth=node.value)
    return constant(formulas.space.words.get(node.value, -1) if isinstance(node.value, str) else node.value)


def _between(formulas: Formulas, node: Between, entry: Mapping[str, Term]) -> Tri:
    value, low, high = (formulas.term(each, entry) for each in (node.value, node.low, node.high))
    return both(compare(">=", value, low), compare("<=", value, high))


MEANING: dict[type, Callable[..., Term]] = {
    Literal: _literal,
    Gestation: lambda formulas, node, entry: constant(node.total),
    Name: lambda formulas, node, entry: formulas.fact(node.id),
    Member: lambda formulas, node, entry: entry[node.id],
    Not: lambda formulas, node, entry: negation(formulas.truth(node.operand, entry)),
    And: lambda formulas, node, entry: every(formulas.truth(each, entry) for each in node.clauses),
    Or: lambda formulas, node, entry: some(formulas.truth(each, entry) for each in node.clauses),
    Compare: lambda formulas, node, entry: compare(node.operator, formulas.term(node.left, entry), formulas.term(node.right, entry)),
    Between: _between,
    Arithmetic: lambda formulas, node, entry: add(node.operator, formulas.term(node.left, entry), formulas.term(node.right, entry)),
    AtLeast: lambda formulas, node, entry: formulas.at_least(node.k, node.list.id),
}  # fmt: skip
"""What each node means: a function of the formulas, the node, and the entry that it is asked about."""
