"""Truth with three values, written out.

In a medical record "nobody asked" is not "no". So a truth here is ``True``, ``False`` or ``None`` (unknown), and the
tables below say what follows from what. They are Kleene's, which are also those of CQL and of SQL. Only this module
combines truths; everywhere else Python's own ``and``, ``or`` and ``not`` would quietly read unknown as no.

>>> either(True, None)      # one reason is enough, whatever the other turns out to be
True
>>> both(True, None) is None
True
"""

from collections.abc import Callable, Iterable
from typing import TypeVar

Truth = bool | None

A = TypeVar("A")
B = TypeVar("B")

T, F, U = True, False, None

NOT: dict[Truth, Truth] = {T: F, F: T, U: U}

AND: dict[tuple[Truth, Truth], Truth] = {
    (T, T): T, (T, F): F, (T, U): U,
    (F, T): F, (F, F): F, (F, U): F,
    (U, T): U, (U, F): F, (U, U): U,
}  # fmt: skip

OR: dict[tuple[Truth, Truth], Truth] = {
    (T, T): T, (T, F): T, (T, U): T,
    (F, T): T, (F, F): F, (F, U): U,
    (U, T): T, (U, F): U, (U, U): U,
}  # fmt: skip


def negation(truth: Truth) -> Truth:
    """Return the opposite; the opposite of unknown is unknown."""
    return NOT[truth]


def both(left: Truth, right: Truth) -> Truth:
    """Return whether both hold; one false decides."""
    return AND[left, right]


def either(left: Truth, right: Truth) -> Truth:
    """Return whether at least one holds; one true decides."""
    return OR[left, right]


def every(truths: Iterable[Truth]) -> Truth:
    """Return whether all hold. Of nothing at all, this is true."""
    result: Truth = T
    for truth in truths:
        result = AND[result, truth]
    return result


def some(truths: Iterable[Truth]) -> Truth:
    """Return whether any holds. Of nothing at all, this is false."""
    result: Truth = F
    for truth in truths:
        result = OR[result, truth]
    return result


def all_hold(clauses: Iterable[Callable[[A, B], Truth]], a: A, b: B) -> Truth:
    """Ask clauses one after another whether they hold, and stop at the first no, which decides."""
    result: Truth = T
    for clause in clauses:
        found = clause(a, b)
        if found is F:
            return F
        if found is U:
            result = U
    return result


def any_holds(clauses: Iterable[Callable[[A, B], Truth]], a: A, b: B) -> Truth:
    """Ask clauses one after another whether they hold, and stop at the first yes, which decides."""
    result: Truth = F
    for clause in clauses:
        found = clause(a, b)
        if found is T:
            return T
        if found is U:
            result = U
    return result


def at_least(k: int, truths: Iterable[Truth] | None) -> Truth:
    """Return whether at least ``k`` of the list are true.

    ``None`` for the list means that nobody knows the list. An unknown entry may turn out either way, so the answer is
    true when enough are certain, false when even all the unknown ones would not be enough, and unknown between.

    >>> at_least(1, [True, None]), at_least(2, [True, None]), at_least(3, [True, None])
    (True, None, False)
    """
    if truths is None:
        return U
    known = tuple(truths)
    if known.count(T) >= k:
        return T
    return F if len(known) - known.count(F) < k else U
