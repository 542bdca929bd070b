"""From the variables of a space to one record, and back: a model of the solver becomes a world that engines judge."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

import z3

from gravida.evaluate import Entries, World
from gravida.facts import Range, Scalar, Type, Value
from gravida.smt.terms import Amount, Formula, Term, Tri, exact
from gravida.smt.worlds import Listed, Space
from gravida.verdict import Today


def holds(formula: Formula, model: z3.ModelRef) -> bool:
    """Return whether a formula holds in a model; what the model leaves open is taken as its solver would."""
    return formula if isinstance(formula, bool) else z3.is_true(model.eval(formula, model_completion=True))


def world_of(space: Space, model: z3.ModelRef) -> tuple[World, Today]:
    """Return the record that a model describes: the facts and lists that the question had variables for."""
    facts, lists = space.knowledge.dictionary.facts, space.knowledge.dictionary.lists
    observed = {name: _value(term, facts[name].type, space, model) for name, term in space.facts.items()}
    found = {name: _entries(listed, space, {key: each.type for key, each in lists[name].fields.items()}, model) for name, listed in space.lists.items()}
    pregnant = _value(space.pregnant, Type("boolean"), space, model)
    gestation = _value(space.today, Type("gestation"), space, model)
    assert pregnant is None or isinstance(pregnant, bool)
    known = {name: entries for name, entries in found.items() if entries is not None}
    return World(space.knowledge.meaning, observed, known), Today(pregnant, gestation if pregnant is not False else None)


def _entries(listed: Listed, space: Space, types: Mapping[str, Type], model: z3.ModelRef) -> Entries | None:
    if not holds(listed.known, model):
        return None
    described = ({name: _value(term, types[name], space, model) for name, term in each.fields.items()} for each in listed.entries if holds(each.present, model))
    return Entries(tuple(described), sum(holds(each, model) for each in listed.blanks))


def _value(term: Term, kind: Type, space: Space, model: z3.ModelRef) -> Scalar:
    if isinstance(term, Tri):
        return True if holds(term.yes, model) else False if holds(term.no, model) else None
    if not holds(term.known, model):
        return None
    low, high = (_amount(each, model) for each in (term.low, term.high))
    if kind.values:
        return next(word for word, number in space.words.items() if number == low)
    return low if low == high else Range(low, high)


def _amount(amount: Amount, model: z3.ModelRef) -> float:
    """Return a number, whole where it is whole."""
    found = model.eval(amount, model_completion=True) if isinstance(amount, z3.ExprRef) else amount
    exact = Fraction(str(found)) if isinstance(found, z3.RatNumRef | z3.IntNumRef) else Fraction(found)
    return exact.numerator if exact.denominator == 1 else float(exact)


def fixed(space: Space, world: World, today: Today) -> Iterator[Formula]:
    """Yield what makes a space hold one record and no other, of the facts and lists that it has variables for."""
    for name, term in space.facts.items():
        yield from _equal(term, world.observed.get(name), space)
    for name, listed in space.lists.items():
        yield from _list(listed, world.lists.get(name), space)
    yield from _equal(space.pregnant, today.pregnant, space)
    yield from _equal(space.today, today.gestation_days, space)


def _list(listed: Listed, entries: Entries | None, space: Space) -> Iterator[Formula]:
    yield listed.known == (entries is not None)
    described = entries.described if entries else ()
    for index, each in enumerate(listed.entries):
        yield each.present == (index < len(described))
        for name, term in each.fields.items() if index < len(described) else ():
            yield from _equal(term, described[index].get(name), space)
    for index, blank in enumerate(listed.blanks):
        yield blank == (index < (entries.missing if entries else 0))


def _equal(term: Term, value: Value, space: Space) -> Iterator[Formula]:
    if isinstance(term, Tri):
        yield from (term.yes == (value is True), term.no == (value is False))
        return
    yield term.known == (value is not None)
    if isinstance(value, Range):
        yield from (term.low == exact(value.low), term.high == exact(value.high))
    elif value is not None and not isinstance(value, tuple):
        number = space.words[value] if isinstance(value, str) else value
        yield from (term.low == exact(number), term.high == exact(number))
