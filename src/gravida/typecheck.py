"""Does a criterion make sense in the dictionary? Kinds, units and ranges, before anything is judged.

>>> from gravida.cql import parse
>>> from gravida.facts import Type
>>> scope = Scope({"plurality": Type("integer", low=1, high=8)})
>>> require_truth(parse("plurality = 1"), scope)
>>> require_truth(parse("plurality = 12"), scope)
Traceback (most recent call last):
    ...
gravida.cql_nodes.CqlError: 12 is outside what plurality can be (1 to 8)
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from gravida.cql import And, Arithmetic, AtLeast, Between, Compare, CqlError, Gestation, Literal, Member, Name, Node, Not, Or
from gravida.facts import BOOLEAN, TRUTHS, Type
from gravida.units import DAYS_IN_A_WEEK, weeks

GESTATION = Type("gestation")
MM_IN_A_CM = 10
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
    known = list(choices)
    longer = [choice for choice in known if choice.startswith(f"{word}_")]
    found = longer if len(longer) == 1 else get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {found[0]!r}?" if found else ""


def require_truth(node: Node, scope: Scope) -> None:
    """Raise :class:`CqlError` unless the criterion is a truth and everything in it fits."""
    kind = type_of(node, scope)
    if isinstance(node, Name) and kind.kind == "truths":
        raise CqlError(f"a truth list alone is not a criterion: {_counted(node)}", node.at)
    if kind.kind != "boolean":
        raise CqlError(f"expected a truth, found {READABLE[kind.kind]}: compare it with something, such as x <= 25", node.at)


def type_of(node: Node, scope: Scope) -> Type:
    """Return the type of a node, having checked everything below it. Raises :class:`CqlError`."""
    match node:
        case Literal(value=value):
            return KIND_OF[type(value)]
        case Gestation():
            return GESTATION
        case Name():
            return _fact(node, scope)
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
            _comparable(">=", value, low, scope)
            _comparable("<=", value, high, scope)
            _upwards(low, high)
        case Arithmetic(left=left, right=right):
            return _sum(left, right, scope)
        case AtLeast(list=truths):
            _truth_list(truths, scope)
    return BOOLEAN


def _lookup(name: str, choices: Mapping[str, Type], what: str, at: int) -> Type:
    if name not in choices:
        bare = {choice.rpartition("/")[2] for choice in choices}
        listed = "; 'gravida facts' lists them" if what == "fact" else ""
        raise CqlError(f"there is no {what} {name!r}{_meant(name) or nearest(name, bare) or listed}", at)
    return choices[name]


TODAY = re.compile(r"(today|as_of|weeks?|ga|(current_)?(ga|gestation(al_age)?)(_today)?(_(days|weeks))?)")
"""What somebody calls today's gestation who looks for it among the facts."""

WHERE = "'where'"
MEANT = {"yes": "true", "no": "false", "everyone": "everyone alone, and only in 'who'", "unknown": "a fact that asks whether it is known"}


def _meant(name: str) -> str:
    """Return a hint about a word that many would look for, and that is not there on purpose."""
    if TODAY.fullmatch(name.lower()):
        return ": today's gestation belongs in 'window', never in a criterion; at which gestation something was found is a field of its list"
    return f": write {MEANT[name.lower()]}" if name.lower() in MEANT else ""


def _fact(node: Name, scope: Scope) -> Type:
    """Return the type of a name: a fact, and never a fact inside a ``where``, which is about one entry."""
    if scope.alias is None or node.id in scope.facts:
        return _lookup(node.id, scope.facts, "fact", node.at)
    if node.id in scope.fields:
        raise CqlError(f"inside a 'where', {node.id!r} is written {scope.alias}.{node.id}", node.at)
    example = next(iter(scope.fields), "field")
    hint = nearest(node.id, scope.fields)
    raise CqlError(f"inside a 'where' only the fields of one entry count, such as {scope.alias}.{example}; found {node.id!r}{hint}", node.at)


def _member(alias: str, name: str, scope: Scope, at: int) -> Type:
    if scope.alias is None:
        raise CqlError(f"{alias}.{name}{_meant(name) or f': entries can be judged inside a {WHERE} only; a fact goes by its name alone'}", at)
    if alias != scope.alias:
        raise CqlError(f"there is no entry called {alias!r} here; it is called {scope.alias!r}", at)
    return _lookup(name, scope.fields, "field", at)


def _truth_list(name: Name, scope: Scope) -> None:
    if scope.alias is not None:
        raise CqlError("AtLeast counts a whole list; a 'where' judges one entry of it", name.at)
    kind = _lookup(name.id, scope.facts, "truth list", name.at)
    if kind != TRUTHS:
        lists = [choice.rpartition("/")[2] for choice, type_ in scope.facts.items() if type_ == TRUTHS]
        raise CqlError(f"AtLeast counts a truth list; {name.id.rpartition('/')[2]!r} is {READABLE[kind.kind]}{nearest(name.id, lists)}", name.at)


def _counted(node: Name) -> str:
    return f"write AtLeast(1, {node.id.rpartition('/')[2]})"


def _comparable(operator: str, left: Node, right: Node, scope: Scope) -> None:
    _refuse_bare_word(left, right, scope)
    a, b = type_of(left, scope), type_of(right, scope)
    for side, kind in ((left, a), (right, b)):
        if isinstance(side, Name) and kind == TRUTHS:
            raise CqlError(f"a truth list is counted, not compared: {_counted(side)}", side.at)
    if not _same_kind(a, b, left, right):
        raise CqlError(f"cannot compare {READABLE[a.kind]} with {READABLE[b.kind]}{_unit_hint(a, b, right)}", right.at)
    if operator not in ("=", "!=") and not a.is_number:
        raise CqlError(f"{operator!r} needs numbers, and this is {READABLE[a.kind]}", left.at)
    if a.kind == "date":
        raise CqlError("a date cannot be compared here", left.at)
    _fits(left, right, a)
    _fits(right, left, b)


def _refuse_bare_word(left: Node, right: Node, scope: Scope) -> None:
    """Refuse ``kind = history``, where ``'history'`` was meant."""
    for side, other in ((left, right), (right, left)):
        if isinstance(side, Name) and side.id not in scope.facts and isinstance(other, Name | Member) and side.id in type_of(other, scope).values:
            raise CqlError(f"a word stands between quotes: write {side.id!r}", side.at)


def _upwards(low: Node, high: Node) -> None:
    a, b = _number(low), _number(high)
    if a is not None and b is not None and a > b:
        raise CqlError("nothing lies between these two: the smaller one comes first", low.at)


def _number(node: Node) -> float | None:
    """Return the number that a literal writes, in days for a gestation; ``None`` for anything else."""
    if isinstance(node, Gestation):
        return node.total
    return node.value if isinstance(node, Literal) and not isinstance(node.value, bool | str) else None


def _same_kind(a: Type, b: Type, left: Node, right: Node) -> bool:
    if a.kind == b.kind:
        return True
    if isinstance(right, Literal) and b.kind == "integer":
        return a.kind == "decimal"
    return isinstance(left, Literal) and a.kind == "integer" and b.kind == "decimal"


def _unit_hint(a: Type, b: Type, right: Node) -> str:
    """Return how a number is written that means a gestation, or why it can never be equal."""
    if {a.kind, b.kind} == {"integer", "decimal"}:
        return ": a whole number has no decimals"
    if "gestation" not in (a.kind, b.kind) or not (a.is_number and b.is_number):
        return ""
    match right:
        case Literal(value=int(number)):
            as_weeks = number * DAYS_IN_A_WEEK <= max(a.high or 0, b.high or 0)  # 24 can be weeks, 167 can only be days
            whole, rest = (number, 0) if as_weeks else divmod(number, DAYS_IN_A_WEEK)
            return f": write ga({whole}, {rest})"
        case Arithmetic(operator="+", left=Literal(value=int(whole)), right=Literal(value=int(rest))):
            return f": write ga({whole}, {rest})"
        case _:
            return ": write a gestation as ga(weeks, days)"


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
    number = _number(literal)
    if number is None or kind.low is None or kind.high is None:
        return
    if not kind.low <= number <= kind.high:
        hint = f"; if these are centimetres, write {number * MM_IN_A_CM:g}" if name.endswith("_mm") and kind.low <= number * MM_IN_A_CM <= kind.high else ""
        raise CqlError(f"{_unit(number, kind)} is outside what {name} can be ({_unit(kind.low, kind)} to {_unit(kind.high, kind)}){hint}", literal.at)


def _unit(number: float, kind: Type) -> str:
    return weeks(int(number)) if kind.kind == "gestation" else f"{number:g}"


def _sum(left: Node, right: Node, scope: Scope) -> Type:
    if isinstance(left, Name) and isinstance(right, Name) and f"{left.id}_{right.id}" in scope.facts:
        raise CqlError(f"'-' subtracts: the fact is written {left.id}_{right.id}", left.at)
    a, b = type_of(left, scope), type_of(right, scope)
    if not (a.is_number and b.is_number):
        raise CqlError("+ and - need numbers on both sides", left.at)
    if "gestation" in (a.kind, b.kind):
        return GESTATION
    return Type("decimal") if "decimal" in (a.kind, b.kind) else Type("integer")
