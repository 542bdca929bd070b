"""Random criteria: every operator of the language, also those that no guideline happens to use.

A criterion that makes no sense in the dictionary, such as a length compared with a gestation, is thrown away. So is
what CQL does not take as it stands (README.md, "Reserved words" and "Warnings"): a reserved word as a name, and a word
in quotes that is also a name.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from random import Random

from gravida.cql import (
    OPERATORS,
    And,
    Arithmetic,
    AtLeast,
    Between,
    Compare,
    CqlError,
    Gestation,
    Literal,
    Member,
    Name,
    Node,
    Not,
    Or,
    parse,
    show,
)  # fmt: skip
from gravida.cql_library import RESERVED, Expression
from gravida.facts import Type
from gravida.knowledge import Knowledge
from gravida.typecheck import Scope, require_truth
from gravida.units import DAYS_IN_A_WEEK

Leaves = Mapping[Name | Member, Type]

DEPTH = 3
JOINED, NEGATED, EQUATED = 0.5, 0.6, 0.68
"""Of all truths with room below, so many are joined; of the others so many negated, and so on."""
HALF, SUMS, CONSTANTS = 0.5, 0.3, 0.05
LARGEST_K = 4


def random_criteria(knowledge: Knowledge, count: int, seed: int) -> Iterator[Expression]:
    """Yield criteria over the facts of the dictionary, and every third over the entries of a list."""
    draw = Random(seed)  # noqa: S311  (not a secret)
    taken = {*knowledge.dictionary.lists, *knowledge.dictionary.facts}
    facts = _usable({name: fact.type for name, fact in knowledge.dictionary.facts.items() if "/" not in name}, taken)
    for number in range(count):
        if number % 3:
            node = _sensible(draw, {Name(name): kind for name, kind in facts.items()}, Scope(facts))
            yield Expression(f"criterion {number}", _text(node), node)
        else:
            entries = draw.choice(list(knowledge.dictionary.lists.values()))
            fields = _usable({name: field.type for name, field in entries.fields.items()}, taken)
            node = _sensible(draw, {Member("p", name): kind for name, kind in fields.items()}, Scope({}, "p", fields))
            yield Expression(f"criterion {number}", _text(node), node, entries.name, "p")


def _usable(types: Mapping[str, Type], taken: Collection[str]) -> dict[str, Type]:
    """Return the names, and of words the values, that CQL takes as they stand."""
    kept = {name: kind for name, kind in types.items() if name.lower() not in RESERVED}
    return {name: replace(kind, values=tuple(value for value in kind.values if value not in taken)) for name, kind in kept.items()}


def _text(node: Node) -> str:
    """Return a criterion as text, making sure that it reads back as itself."""
    text = show(node)
    if parse(text) != node:
        raise AssertionError(f"{text!r} reads back as another criterion")
    return text


def _sensible(draw: Random, leaves: Leaves, scope: Scope) -> Node:
    while True:
        node = _truth(draw, leaves, DEPTH)
        try:
            require_truth(node, scope)
        except CqlError:
            continue
        return node


def _truth(draw: Random, leaves: Leaves, depth: int) -> Node:
    chance = draw.random()
    if depth and chance < JOINED:
        join = draw.choice((And, Or))
        return join(tuple(_truth(draw, leaves, depth - 1) for _ in range(draw.choice((2, 3)))))
    if depth and chance < NEGATED:
        return Not(_truth(draw, leaves, depth - 1))
    if depth and chance < EQUATED:
        return Compare(draw.choice(("=", "!=")), _truth(draw, leaves, depth - 1), _truth(draw, leaves, depth - 1))
    return Literal(draw.random() < HALF) if draw.random() < CONSTANTS else _about(draw, leaves)


def _about(draw: Random, leaves: Leaves) -> Node:
    leaf, kind = draw.choice(list(leaves.items()))
    if kind.kind == "truths" and isinstance(leaf, Name):
        return AtLeast(draw.randint(1, LARGEST_K), leaf)
    if kind.is_number:
        return _about_number(draw, leaves, kind)
    if kind.kind == "boolean":
        return leaf
    return Compare(draw.choice(("=", "!=")), leaf, Literal(draw.choice(kind.values)))


def _about_number(draw: Random, leaves: Leaves, kind: Type) -> Node:
    if draw.random() < SUMS:
        return Between(_number(draw, leaves, kind), _number(draw, leaves, kind), _number(draw, leaves, kind))
    return Compare(draw.choice(OPERATORS), _number(draw, leaves, kind), _number(draw, leaves, kind))


def _number(draw: Random, leaves: Leaves, kind: Type) -> Node:
    same = [leaf for leaf, other in leaves.items() if other.kind == kind.kind]
    plain: Node = draw.choice(same) if draw.random() < HALF else _literal(draw, kind)
    if draw.random() < SUMS:
        added = _literal(draw, kind) if draw.random() < HALF else _number(draw, leaves, kind)
        return Arithmetic(draw.choice("+-"), plain, added)
    return plain


def _literal(draw: Random, kind: Type) -> Node:
    number = draw.randint(int(kind.low or 0), int(kind.high or LARGEST_K))
    if kind.kind == "gestation":
        return Gestation(*divmod(number, DAYS_IN_A_WEEK))
    return Literal(number + draw.choice((0.0, 0.5)) if kind.kind == "decimal" and draw.random() < HALF else number)
