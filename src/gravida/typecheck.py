"""Does a criterion make sense in the dictionary? Kinds, units and ranges, before anything is judged.

>>> from gravida.cql import parse
>>> from gravida.facts import Type
>>> scope = Scope({"plurality": Type("integer", low=1, high=8)})
>>> require_truth(parse("plurality = 1"), scope)
>>> require_truth(parse("plurality = 12"), scope)
Traceback (most recent call last):
    ...
gravida.cql.CqlError: 12 is outside what plurality can be (1 to 8)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from gravida.cql import And, Arithmetic, AtLeast, Between, Compare, CqlError, Gestation, Literal, Member, Name, Node, Not, Or
from gravida.facts import BOOLEAN, TRUTHS, Type
from gravida.units import weeks

GESTATION = Type("gestation")
KIND_OF = {bool: BOOLEAN, int: Type("integer"), float: Type("decimal"), str: Type("string")}
READABLE = {
    "boolean": "a truth", "integer": "a whole number", "decimal": "a number", "gestation": "a gestation in days",
    "string": "a word", "date": "a date", "truths": "a truth list",
}  # fmt: skip


@dataclass(frozen=True)
class Scope:
    """The names that a criterion may use: facts, and inside a ``where`` the fields of one entry."""

    facts: Mapping[str, Type]
    alias: str | None = None
    fields: Mapping[str, Type] = field(default_factory=dict)


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return a hint with the nearest of the choices, or nothing. Shape: ``"; did you mean …?"``."""
    found = get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f"; did you mean {found[0]!r}?" if found else ""


def require_truth(node: Node, scope: Scope) -> None:
    """Raise :class:`CqlError` unless the criterion is a truth and everything in it fits."""
    kind = type_of(node, scope)
    if kind.kind == "truths":
        raise CqlError("a truth list alone is not a criterion: write AtLeast(1, …)", node.at)
    if kind.kind != "boolean":
        raise CqlError(f"expected a truth, found {READABLE[kind.kind]}", node.at)


def type_of(node: Node, scope: Scope) -> Type:
    """Return the type of a node, having checked everything below it. Raises :class:`CqlError`."""
    match node:
        case Literal(value=value):
            return KIND_OF[type(value)]
        case Gestation():
            return GESTATION
        case Name(id=name):
            return _lookup(name, scope.facts, "fact", node.at)
        case Member(alias=alias, id=name):
            return _member(alias, name, scope, node.at)
        case Not(operand=operand):
            require_truth(operand, scope)
        case And(clauses=clauses) | Or(clauses=clauses):
            for clause in clauses:
                require_truth(clause, scope)
        case Compare(operator=operator, left=left, right=right):
            _comparable(operator, left, right, scope)
        case Between(value=value, low=low, high=high):
            _comparable("<=", low, value, scope)
            _comparable("<=", value, high, scope)
        case Arithmetic(left=left, right=right):
            return _sum(left, right, scope)
        case AtLeast(list=truths):
            _truth_list(truths, scope)
    return BOOLEAN


def _lookup(name: str, choices: Mapping[str, Type], what: str, at: int) -> Type:
    if name not in choices:
        bare = {choice.rpartition("/")[2] for choice in choices}
        raise CqlError(f"there is no {what} {name!r}{nearest(name, bare)}", at)
    return choices[name]


def _member(alias: str, name: str, scope: Scope, at: int) -> Type:
    if scope.alias is None:
        raise CqlError(f"{alias}.{name}: entries can be judged inside a 'where' only", at)
    if alias != scope.alias:
        raise CqlError(f"there is no entry called {alias!r} here; it is called {scope.alias!r}", at)
    return _lookup(name, scope.fields, "field", at)


def _truth_list(name: Name, scope: Scope) -> None:
    kind = _lookup(name.id, scope.facts, "truth list", name.at)
    if kind != TRUTHS:
        lists = [choice for choice, type_ in scope.facts.items() if type_ == TRUTHS]
        raise CqlError(f"AtLeast counts a truth list; {name.id!r} is {READABLE[kind.kind]}{nearest(name.id, lists)}", name.at)


def _comparable(operator: str, left: Node, right: Node, scope: Scope) -> None:
    a, b = type_of(left, scope), type_of(right, scope)
    if not _same_kind(a, b, left, right):
        raise CqlError(f"cannot compare {READABLE[a.kind]} with {READABLE[b.kind]}{_unit_hint(a, b)}", right.at)
    if operator not in ("=", "!=") and not a.is_number:
        raise CqlError(f"{operator} needs numbers, and this is {READABLE[a.kind]}", left.at)
    if a.kind in ("date", "truths"):
        raise CqlError(f"{READABLE[a.kind]} cannot be compared here", left.at)
    _fits(left, right, a)
    _fits(right, left, b)


def _same_kind(a: Type, b: Type, left: Node, right: Node) -> bool:
    if a.kind == b.kind:
        return True
    if isinstance(right, Literal) and b.kind == "integer":
        return a.kind == "decimal"
    return isinstance(left, Literal) and a.kind == "integer" and b.kind == "decimal"


def _unit_hint(a: Type, b: Type) -> str:
    return ": write a gestation as ga(weeks, days)" if {a.kind, b.kind} == {"gestation", "integer"} else ""


def _fits(named: Node, literal: Node, kind: Type) -> None:
    """Hold a literal against the range, or the words, of what it is compared with."""
    if not isinstance(named, Name | Member):
        return
    name = named.id.rpartition("/")[2]
    if isinstance(literal, Literal) and kind.kind == "string":
        if literal.value not in kind.values:
            hint = nearest(str(literal.value), kind.values)
            raise CqlError(f"{name} is never {literal.value!r}{hint or ': it is one of ' + ', '.join(kind.values)}", literal.at)
        return
    number = literal.total if isinstance(literal, Gestation) else literal.value if isinstance(literal, Literal) else None
    if number is None or isinstance(number, bool | str) or kind.low is None or kind.high is None:
        return
    if not kind.low <= number <= kind.high:
        raise CqlError(f"{_unit(number, kind)} is outside what {name} can be ({_unit(kind.low, kind)} to {_unit(kind.high, kind)})", literal.at)


def _unit(number: float, kind: Type) -> str:
    return weeks(int(number)) if kind.kind == "gestation" else f"{number:g}"


def _sum(left: Node, right: Node, scope: Scope) -> Type:
    a, b = type_of(left, scope), type_of(right, scope)
    if not (a.is_number and b.is_number):
        raise CqlError("+ and - need numbers on both sides", left.at)
    if "gestation" in (a.kind, b.kind):
        return GESTATION
    return Type("decimal") if "decimal" in (a.kind, b.kind) else Type("integer")
