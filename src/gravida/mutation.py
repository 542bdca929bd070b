"""Small wrong versions of a criterion, to see whether any case would notice.

If nobody's case changes when 25 becomes 26, the limit is not tested. Every mutant must be killed by a case, or be
declared equivalent with a reason.

>>> from gravida.cql import parse
>>> [description for description, _ in mutants(parse("plurality = 1"))]
['not plurality = 1', 'plurality != 1', 'plurality = 0', 'plurality = 2']
"""

from collections.abc import Iterator
from dataclasses import replace

from gravida.cql import And, AtLeast, Between, Compare, Gestation, Literal, Node, Not, Or, children, rebuild, show
from gravida.guideline import Bound, Condition, Recommendation, Window
from gravida.units import DAYS_IN_A_WEEK, weeks

FLIPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "!=", "!=": "="}


def mutants(node: Node) -> Iterator[tuple[str, Node]]:
    """Yield every mutant of a criterion, as ``(text, criterion)``, the negation of the whole first."""
    yield _described(_negated(node))
    for mutant in _changed(node):
        yield _described(mutant)


def _described(node: Node) -> tuple[str, Node]:
    return show_mutant(node), node


def show_mutant(node: Node) -> str:
    """Print a mutant; unlike a criterion it may hold ``not`` before a comparison."""
    return f"not {show(node.operand)}" if isinstance(node, Not) and isinstance(node.operand, Compare | Between) else show(node)


def _negated(node: Node) -> Node:
    return node.operand if isinstance(node, Not) else Not(node)


def _changed(node: Node) -> Iterator[Node]:
    """Yield the node with one change somewhere in it, other than its own negation."""
    yield from _here(node)
    for index, child in enumerate(children(node)):
        for mutant in _changed(child):
            yield _with_part(node, index, mutant)


def _here(node: Node) -> Iterator[Node]:
    match node:
        case And(clauses=clauses) | Or(clauses=clauses):
            yield from _clause_changes(node, clauses)
        case Compare(operator=operator):
            yield replace(node, operator=FLIPPED[operator])
        case AtLeast(k=k):
            yield from (replace(node, k=other) for other in (k - 1, k + 1) if other >= 1)
        case Gestation(total=total):
            yield from (Gestation(*divmod(total + step, DAYS_IN_A_WEEK)) for step in (-1, 1))
        case Literal(value=value) if not isinstance(value, bool | str):
            yield from (Literal(value + step) for step in (-1, 1))
        case _:
            return


def _clause_changes(node: And | Or, clauses: tuple[Node, ...]) -> Iterator[Node]:
    other = Or if isinstance(node, And) else And
    yield other(clauses)
    for index, clause in enumerate(clauses):
        rest = clauses[:index] + clauses[index + 1 :]
        yield rest[0] if len(rest) == 1 else replace(node, clauses=rest)
        yield replace(node, clauses=(*clauses[:index], _negated(clause), *clauses[index + 1 :]))


def _with_part(node: Node, index: int, new: Node) -> Node:
    counter = iter(range(len(children(node))))
    return rebuild(node, lambda child: new if next(counter) == index else child)


def recommendation_mutants(recommendation: Recommendation) -> Iterator[tuple[str, Recommendation]]:
    """Yield every mutant of a recommendation: its criterion, its window, and what it leaves out."""
    if recommendation.who is not None:
        for text, node in mutants(recommendation.who.node):
            yield f"who: {text}", replace(recommendation, who=replace(recommendation.who, node=node))
    for text, window in _window_mutants(recommendation.window):
        yield f"window: {text}", replace(recommendation, window=window)
    yield from _left_out(recommendation, "unless", recommendation.unless)
    yield from _left_out(recommendation, "silent_on", recommendation.silent_on)
    if recommendation.before_pregnancy:
        yield "before-pregnancy: no", replace(recommendation, before_pregnancy=False)
    if recommendation.repeat_days is not None:
        for days in (None, recommendation.repeat_days - 1, recommendation.repeat_days + 1):
            yield f"repeat: {days} days", replace(recommendation, repeat_days=days)


def _left_out(recommendation: Recommendation, key: str, items: tuple[Condition, ...]) -> Iterator[tuple[str, Recommendation]]:
    for index, item in enumerate(items):
        yield f"{key}: without {item.text}", replace(recommendation, **{key: items[:index] + items[index + 1 :]})  # type: ignore[arg-type]
        for text, node in mutants(item.node):
            changed = (*items[:index], replace(item, node=node), *items[index + 1 :])
            yield f"{key}: {text}", replace(recommendation, **{key: changed})  # type: ignore[arg-type]


def _window_mutants(window: Window | None) -> Iterator[tuple[str, Window | None]]:
    if window is None:
        return
    for key in ("start", "end"):
        bound: Bound | None = getattr(window, key)
        if bound is None:
            continue
        yield f"without {'from' if key == 'start' else 'to'}", replace(window, **{key: None})  # type: ignore[arg-type]
        for moved in _moved(bound):
            yield f"{'from' if key == 'start' else 'to'} {_shown(moved)}", replace(window, **{key: moved})  # type: ignore[arg-type]
    if window.deadline:
        yield "not a deadline", replace(window, deadline=False)


def _moved(bound: Bound) -> Iterator[Bound]:
    if bound.low == bound.high:
        yield from (Bound(bound.low + step, bound.high + step) for step in (-1, 1))
        return
    for step in (-1, 1):
        yield replace(bound, low=bound.low + step)
        yield replace(bound, high=bound.high + step)


def _shown(bound: Bound) -> str:
    return weeks(bound.low) if bound.low == bound.high else f"between {weeks(bound.low)} and {weeks(bound.high)}"
