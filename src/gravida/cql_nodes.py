"""The nodes of a criterion, how to walk and rebuild them, and how to print them as CQL."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace

from gravida.units import DAYS_IN_A_WEEK

OPERATORS = ("=", "!=", "<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a string or a truth, as written."""

    value: bool | int | float | str
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Gestation:
    """``ga(weeks, days)``: a gestation in days."""

    weeks: int
    days: int
    at: int = field(default=0, compare=False, repr=False)

    @property
    def total(self) -> int:
        """The gestation in days."""
        return self.weeks * DAYS_IN_A_WEEK + self.days


@dataclass(frozen=True, slots=True)
class Name:
    """A fact."""

    id: str
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Member:
    """A field of the entry under judgement: ``p.ended_days``."""

    alias: str
    id: str
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    operand: "Node"
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class And:
    """All of the clauses."""

    clauses: tuple["Node", ...]
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the clauses."""

    clauses: tuple["Node", ...]
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """One of :data:`OPERATORS` between two values."""

    operator: str
    left: "Node"
    right: "Node"
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Between:
    """``value between low and high``, both ends included."""

    value: "Node"
    low: "Node"
    high: "Node"
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``+`` or ``-``."""

    operator: str
    left: "Node"
    right: "Node"
    at: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least ``k`` entries of a truth list are true."""

    k: int
    list: Name
    at: int = field(default=0, compare=False, repr=False)


Node = Literal | Gestation | Name | Member | Not | And | Or | Compare | Between | Arithmetic | AtLeast


class CqlError(ValueError):
    """A criterion that cannot be read. ``at`` is the offset of the trouble in the text, from 0."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below."""
    match node:
        case And(clauses=clauses) | Or(clauses=clauses):
            return clauses
        case Not(operand=operand):
            return (operand,)
        case Compare(left=left, right=right) | Arithmetic(left=left, right=right):
            return (left, right)
        case Between(value=value, low=low, high=high):
            return (value, low, high)
        case AtLeast(list=truths):
            return (truths,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield the node and everything below it."""
    yield node
    for child in children(node):
        yield from walk(child)


def names(node: Node) -> set[str]:
    """Return the facts that a criterion speaks of."""
    return {part.id for part in walk(node) if isinstance(part, Name)}


def rename(node: Node, new: Callable[[str], str]) -> Node:
    """Return the same criterion with every fact's name replaced by ``new(name)``."""
    if isinstance(node, Name):
        return replace(node, id=new(node.id))
    return rebuild(node, lambda child: rename(child, new))


def rebuild(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return the node with each direct child replaced by ``change(child)``."""
    new: dict[str, object] = {}
    for part in fields(node):
        value = getattr(node, part.name)
        if isinstance(value, tuple):
            new[part.name] = tuple(change(clause) for clause in value)
        elif isinstance(value, Node):
            new[part.name] = change(value)
    return replace(node, **new) if new else node  # type: ignore[arg-type]


BINDING = {Or: 1, And: 2, Not: 3, Compare: 4, Between: 4, Arithmetic: 5}
"""How tightly each node holds together; what is not listed never needs brackets."""


def show(node: Node) -> str:
    """Print a criterion so that it reads back as the same criterion."""
    match node:
        case Literal(value=value):
            return _literal(value)
        case Gestation(weeks=weeks, days=days):
            return f"ga({weeks}, {days})"
        case Name(id=name):
            return name.rpartition("/")[2]
        case Member(alias=alias, id=name):
            return f"{alias}.{name}"
        case Not(operand=operand):
            return f"not {_inside(operand, 6)}"
        case And(clauses=clauses):
            return " and ".join(_inside(clause, 3) for clause in clauses)
        case Or(clauses=clauses):
            return " or ".join(_inside(clause, 2) for clause in clauses)
        case Compare(operator=operator, left=left, right=right):
            return f"{_inside(left, 5)} {operator} {_inside(right, 5)}"
        case Between(value=value, low=low, high=high):
            return f"{_inside(value, 5)} between {_inside(low, 5)} and {_inside(high, 5)}"
        case Arithmetic(operator=operator, left=left, right=right):
            return f"{_inside(left, 5)} {operator} {_inside(right, 6)}"
        case AtLeast(k=k, list=truths):
            return f"AtLeast({k}, {show(truths)})"


def _literal(value: bool | float | str) -> str:  # noqa: FBT001  (any literal of the language)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"'{value}'" if isinstance(value, str) else str(value)


def _inside(node: Node, at_least: int) -> str:
    text = show(node)
    return f"({text})" if BINDING.get(type(node), 9) < at_least else text
