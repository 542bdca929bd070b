"""Is a change of a criterion really one that no record can tell apart? Here that is proved, or refuted.

Random records (:mod:`gravida.equivalence`) only fail to find one. Here every record is asked for at once, also those
that leave things open, as long as it keeps the constraints of the knowledge.

>>> from gravida.cql import parse
>>> from gravida.library import load
>>> knowledge = load()
>>> told_apart(parse("plurality >= 2"), parse("not (plurality < 2)"), knowledge) is None     # proved
True
>>> world, _ = told_apart(parse("plurality >= 2"), parse("plurality > 2"), knowledge)
>>> world.observed['plurality']
2
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gravida.compare.claims import Found, smallest
from gravida.cql import Node
from gravida.equivalence import Claim, Counterexample, Defined, Difference, Side
from gravida.facts import Pick, Truths
from gravida.guideline import Recommendation
from gravida.knowledge import Knowledge, Problem
from gravida.reach import nodes
from gravida.smt.bounds import by_list, entries_needed
from gravida.smt.meaning import Formulas
from gravida.smt.terms import Formula, Number, Term, Tri, all_of, any_of, none_of
from gravida.smt.verdicts import VERDICTS, Verdicts
from gravida.smt.worlds import Space

ONE_ENTRY = 1
"""Two versions of a truth for each entry differ on some entry, and so on a list that holds no other."""


def prove_claims(claims: Iterable[Claim], knowledge: Knowledge) -> list[Problem]:
    """Return a problem for each mutant that is declared equivalent and can be told apart."""
    problems = []
    for claim in claims:
        found = told_apart(claim.original, claim.mutant, knowledge)
        if found is not None:
            today = found[1] if isinstance(claim.original, Recommendation) else None
            shown = Counterexample(found[0], Difference("the original", "the mutant", today))
            known = str(shown).rpartition(": ")[0]
            problems.append(Problem(claim.place, f"the mutant {claim.text!r} is declared equivalent, and the solver has a record that tells it apart: {known}"))
    return problems


def told_apart(original: Side, mutant: Side, knowledge: Knowledge) -> Found | None:
    """Return a record that tells two versions apart, or ``None``, which is proved."""
    if isinstance(original, Recommendation) and isinstance(mutant, Recommendation):
        return _verdicts_apart(original, mutant, knowledge)
    assert not isinstance(original, Recommendation)
    assert not isinstance(mutant, Recommendation)
    first, second = _defined(original), _defined(mutant)
    space = Space(knowledge, _sizes((first, second), knowledge), sharp=False)
    return smallest(space, _apart(_terms(first, space), _terms(second, space)))


def _verdicts_apart(original: Recommendation, mutant: Recommendation, knowledge: Knowledge) -> Found | None:
    needed = entries_needed([*nodes(original, knowledge.actions), *nodes(mutant, knowledge.actions)], knowledge.meaning, sharp=False)
    verdicts = Verdicts(Formulas(Space(knowledge, by_list(needed), sharp=False)))
    one, other = verdicts.all_of(original), verdicts.all_of(mutant)
    return smallest(verdicts.space, any_of(*(all_of(one[each], none_of(other[each])) for each in VERDICTS)))


def _defined(side: Defined | Node) -> tuple[Any, Node | None]:
    return (side.fact, side.criterion) if isinstance(side, Defined) else (None, side)


def _sizes(sides: Sequence[tuple[Any, Node | None]], knowledge: Knowledge) -> Mapping[str, int]:
    sizes: dict[str, int] = {}
    for fact, node in sides:
        if isinstance(fact, Truths):
            sizes[fact.list] = ONE_ENTRY
        elif isinstance(fact, Pick):
            sizes[fact.list] = sizes.get(fact.list, 0) + 2
        elif node is not None:
            found = by_list(entries_needed([node], knowledge.meaning, sharp=False))
            sizes |= {name: sizes.get(name, 0) + most for name, most in found.items()}
    return sizes


def _terms(side: tuple[Any, Node | None], space: Space) -> list[Term]:
    """Return what a side says: one value, or a truth for each entry."""
    fact, node = side
    formulas = Formulas(space, {fact.name: node} if fact is not None and node is not None else {}, {fact.name: fact} if fact is not None else {})
    if isinstance(fact, Truths):
        return list(formulas.truths(fact.name))
    if isinstance(fact, Pick):
        return [formulas.pick(fact, node)]
    assert node is not None
    return [formulas.term(node)]


def _apart(left: Sequence[Term], right: Sequence[Term]) -> Formula:
    return any_of(*(_unlike(one, other) for one, other in zip(left, right, strict=True)))


def _unlike(one: Term, other: Term) -> Formula:
    """Return when two values differ: in what is known, or in what it is."""
    if isinstance(one, Tri) and isinstance(other, Tri):
        return any_of(_either_alone(one.yes, other.yes), _either_alone(one.no, other.no))
    assert isinstance(one, Number)
    assert isinstance(other, Number)
    differ = any_of(one.low != other.low, one.high != other.high)
    return any_of(_either_alone(one.known, other.known), all_of(one.known, other.known, differ))


def _either_alone(one: Formula, other: Formula) -> Formula:
    return any_of(all_of(one, none_of(other)), all_of(other, none_of(one)))
