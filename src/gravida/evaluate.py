"""The reference engine: what a criterion means for one record, node by node.

It is written to be read: no rewriting, every operator once. The first time a criterion is asked for, each of its nodes
becomes a function of a record; after that only those functions run. The SQL engine and the CQL engines that others
wrote are held against it.

>>> from gravida.cql import parse
>>> world = World(Meaning({}, {}, {}), {"cervical_length_mm": Range(24, 26)}, {})
>>> truth(parse("cervical_length_mm <= 30"), world)
True
>>> truth(parse("cervical_length_mm <= 25"), world) is None     # 24 would be, 26 would not
True
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gravida.cql import And, Arithmetic, AtLeast, Between, Compare, Gestation, Literal, Member, Name, Node, Not, Or
from gravida.facts import Derived, EntryList, Fact, Observed, Pick, Range, Scalar, Truths, Value
from gravida.logic import Truth, all_hold, any_holds, at_least, both, every, negation, some

Entry = Mapping[str, Scalar]
"""One entry of a list: its fields by name. A field that is not there is unknown."""

BLANK: Entry = {}


@dataclass(frozen=True)
class Entries:
    """A list of the record. ``missing`` entries are known to exist, or may exist, and are not described."""

    described: tuple[Entry, ...]
    missing: int = 0


@dataclass(frozen=True)
class Meaning:
    """What every name means: the facts, the lists, and the criterion behind each fact that has one."""

    facts: Mapping[str, Fact]
    lists: Mapping[str, EntryList]
    criteria: Mapping[str, Node]


@dataclass
class World:
    """One record, ready to be judged: values by fact, and lists by name. What is absent is unknown."""

    meaning: Meaning
    observed: Mapping[str, Value]
    lists: Mapping[str, Entries]
    found: dict[str, Value] = field(default_factory=dict)
    """What has been worked out already."""


Run = Callable[[World, Entry], Value]
"""What a node means: a function of a record, and of an entry inside a ``where``."""

KEPT = 20_000
_kept: dict[int, tuple[Node, Run]] = {}
"""Criteria that were asked for, by identity; the node is kept with its function, so that no other takes its place."""


def truth(node: Node, world: World, entry: Entry = BLANK) -> Truth:
    """Return whether a criterion holds: true, false, or ``None`` for unknown."""
    result = (_kept.get(id(node)) or _keep(node))[1](world, entry)
    if result is None or result is True or result is False:
        return result
    raise TypeError(f"{node} is not a truth")


def value(node: Node, world: World, entry: Entry = BLANK) -> Value:
    """Return the value of any node."""
    return (_kept.get(id(node)) or _keep(node))[1](world, entry)


def _keep(node: Node) -> tuple[Node, Run]:
    if len(_kept) >= KEPT:
        _kept.clear()
    return _kept.setdefault(id(node), (node, meaning(node)))


def meaning(node: Node) -> Run:
    """Return what a node means."""
    return MEANING[type(node)](node)


def _constant(node: Literal | Gestation) -> Run:
    value = node.total if isinstance(node, Gestation) else node.value
    return lambda world, entry: value


def _name(node: Name) -> Run:
    name = node.id
    return lambda world, entry: fact(name, world)


def _member(node: Member) -> Run:
    name = node.id
    return lambda world, entry: entry.get(name)


def _not(node: Not) -> Run:
    operand = _truth(node.operand)
    return lambda world, entry: negation(operand(world, entry))


def _and(node: And) -> Run:
    clauses = tuple(_truth(clause) for clause in node.clauses)
    return lambda world, entry: all_hold(clauses, world, entry)


def _or(node: Or) -> Run:
    clauses = tuple(_truth(clause) for clause in node.clauses)
    return lambda world, entry: any_holds(clauses, world, entry)


def _compare(node: Compare) -> Run:
    symbol, left, right = node.operator, _scalar(node.left), _scalar(node.right)
    return lambda world, entry: compare(symbol, left(world, entry), right(world, entry))


def _between(node: Between) -> Run:
    middle, low, high = _scalar(node.value), _scalar(node.low), _scalar(node.high)

    def run(world: World, entry: Entry) -> Truth:
        found = middle(world, entry)
        if found is None:  # neither end can be told
            return None
        return both(compare(">=", found, low(world, entry)), compare("<=", found, high(world, entry)))

    return run


def _arithmetic(node: Arithmetic) -> Run:
    symbol, left, right = node.operator, _scalar(node.left), _scalar(node.right)
    return lambda world, entry: add(symbol, left(world, entry), right(world, entry))


def _at_least(node: AtLeast) -> Run:
    k, name = node.k, node.list.id

    def run(world: World, entry: Entry) -> Truth:
        truths = fact(name, world)
        if truths is None or isinstance(truths, tuple):
            return at_least(k, truths)
        raise TypeError(f"{name} is not a truth list")

    return run


MEANING: dict[type, Callable[..., Run]] = {
    Literal: _constant, Gestation: _constant, Name: _name, Member: _member, Not: _not, And: _and, Or: _or,
    Compare: _compare, Between: _between, Arithmetic: _arithmetic, AtLeast: _at_least,
}  # fmt: skip


def _truth(node: Node) -> Callable[[World, Entry], Truth]:
    """Return the meaning of a node that is a truth, as :mod:`gravida.typecheck` has made sure."""
    return meaning(node)  # type: ignore[return-value]


def _scalar(node: Node) -> Callable[[World, Entry], Scalar]:
    """Return the meaning of a node that is one value, as :mod:`gravida.typecheck` has made sure."""
    return meaning(node)  # type: ignore[return-value]


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def compare(symbol: str, left: Scalar, right: Scalar) -> Truth:
    """Compare two values. With a range it is known only if every value in the range gives the same answer."""
    if left is None or right is None:
        return None
    if left.__class__ is not Range and right.__class__ is not Range:
        return COMPARISONS[symbol](left, right)
    if symbol == "!=":
        return negation(compare("=", left, right))
    a, b = _range(left), _range(right)
    if symbol == "=":
        return both(compare("<=", left, right), compare(">=", left, right))
    test = COMPARISONS[symbol]
    outcomes = {test(a.low, b.high), test(a.high, b.low)}
    return outcomes.pop() if len(outcomes) == 1 else None


def add(symbol: str, left: Scalar, right: Scalar) -> Scalar:
    """Add or subtract; a range stays a range. Anything unknown makes the sum unknown."""
    if left is None or right is None or isinstance(left, str | bool) or isinstance(right, str | bool):
        return None
    a, b = _range(left), _range(right)
    total = Range(a.low + b.low, a.high + b.high) if symbol == "+" else Range(a.low - b.high, a.high - b.low)
    return total.low if total.low == total.high else total


def _range(number: Scalar) -> Range:
    if isinstance(number, Range):
        return number
    if isinstance(number, str | bool) or number is None:
        raise TypeError(f"{number!r} is not a number")
    return Range(number, number)


def fact(name: str, world: World) -> Value:
    """Return what is known of a fact in this world, working it out once."""
    found = world.found
    if name not in found:
        observed = world.observed
        found[name] = observed[name] if name in observed else _work_out(world.meaning.facts.get(name), world)
    return found[name]


def _work_out(declared: Fact | None, world: World) -> Value:
    match declared:
        case Truths():
            return truths(world.meaning.criteria[declared.name], declared, world)
        case Pick():
            return pick(declared, world)
        case Derived():
            return value(world.meaning.criteria[declared.name], world)
        case Observed() | None:
            return None


def truths(where: Node, declared: Truths, world: World) -> tuple[Truth, ...] | None:
    """Return one truth for each entry, then one for each entry that is counted but not described."""
    entries = world.lists.get(declared.list)
    if entries is None:
        return None
    blanks = (BLANK,) * entries.missing
    return tuple([truth(where, world, entry) for entry in (*entries.described, *blanks)])


@dataclass(frozen=True, eq=False)
class Candidate:
    """An entry that a pick may take: whether it belongs, and its value."""

    belongs: Truth
    value: Scalar
    age_days: Scalar


UNDESCRIBED = Candidate(None, None, None)
"""An entry that is counted and not described: it may belong, and may be the one."""


def candidates(declared: Pick, world: World) -> list[Candidate] | None:
    """Return the described entries that belong, or may belong, to a pick; ``None`` if the list is unknown."""
    entries = world.lists.get(declared.list)
    if entries is None:
        return None
    where = world.meaning.criteria.get(declared.name)
    found = []
    for entry in entries.described:
        belongs = both(_still_valid(declared, entry), True if where is None else truth(where, world, entry))
        found.append(Candidate(belongs, entry.get(declared.value), entry.get("age_days")))
    return [candidate for candidate in found if candidate.belongs is not False]


def _still_valid(declared: Pick, entry: Entry) -> Truth:
    if declared.valid_for_days is None:
        return True
    return compare("<=", entry.get("age_days"), declared.valid_for_days)


def pick(declared: Pick, world: World) -> Scalar:
    """Return the value that a pick takes.

    Unknown if nothing certainly belongs, and unknown if an entry that may belong, or whose value was not recorded,
    could change the pick.
    """
    found = candidates(declared, world)
    if not found:
        return None
    if world.lists[declared.list].missing:
        found.append(UNDESCRIBED)
    if declared.take == "any":
        return _any(found)
    return _latest(found) if declared.take == "latest" else _extreme(found, declared.take)


def _any(found: list[Candidate]) -> Truth:
    """One certain yes stands, whatever else was skipped; a no needs an entry that belongs, and no open one."""
    answers = [both(one.belongs, one.value if isinstance(one.value, bool) else None) for one in found]
    nobody_certain = all(one.belongs is None for one in found)
    return None if nobody_certain else some(answers)


def _extreme(found: list[Candidate], take: str) -> Scalar:
    symbol = "<=" if take == "shortest" else ">="
    for one in found:
        others = (other.value for other in found if other is not one)
        if one.belongs is True and every(compare(symbol, one.value, value) for value in others) is True:
            return one.value
    return None


def _latest(found: list[Candidate]) -> Scalar:
    for one in found:
        others = [other for other in found if other is not one]
        if one.belongs is True and every(compare("<=", one.age_days, other.age_days) for other in others) is True:
            same_day = [other.value for other in others if compare("=", other.age_days, one.age_days) is not False]
            return one.value if all(compare("=", value, one.value) is True for value in same_day) else None
    return None
