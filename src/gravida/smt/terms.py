"""What a formula is made of: truths with three values, and numbers that may be unknown or a range.

A truth is a pair of formulas, *certainly true* and *certainly false*; where neither holds, it is unknown. A number is a
formula for *known*, and the ends between which it lies. What is settled already stays a plain ``True`` or ``False``, so
that formulas are small.

>>> known, unknown = constant(20), Number(False, 0, 0)
>>> compare("<=", known, constant(25)), compare("<=", unknown, constant(25))
(Tri(yes=True, no=False), Tri(yes=False, no=False))
>>> either(compare("<=", unknown, constant(25)), Tri(True, False))
Tri(yes=True, no=False)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import z3

Formula = Any
"""``True``, ``False``, or a formula of the solver."""
Amount = Any
"""A number of Python, or a term of the solver. Words are numbers too: their place in a list of all words."""


@dataclass(frozen=True, slots=True)
class Tri:
    """A truth: when it is certainly true, and when certainly false."""

    yes: Formula
    no: Formula

    @property
    def open(self) -> Formula:
        """When it is unknown."""
        return none_of(self.yes, self.no)


@dataclass(frozen=True, slots=True)
class Number:
    """A number or a word: when it is known, and between which ends it then lies."""

    known: Formula
    low: Amount
    high: Amount


UNKNOWN = Tri(False, False)
Term = Tri | Number


def settled(*, truth: bool | None) -> Tri:
    """Return a truth that nothing can change."""
    return Tri(truth is True, truth is False)


def exact(number: float) -> Amount:
    """Return a number as the solver takes it: whole, or as a decimal fraction without rounding."""
    return int(number) if number == int(number) else z3.RealVal(str(number))


def constant(number: float) -> Number:
    """Return a number that nothing can change."""
    return Number(True, exact(number), exact(number))


# --- formulas ------------------------------------------------------------------------------------------------------


def all_of(*parts: Formula) -> Formula:
    """Return whether all of some formulas hold."""
    if any(part is False for part in parts):
        return False
    left = [part for part in parts if part is not True]
    return True if not left else left[0] if len(left) == 1 else z3.And(left)


def any_of(*parts: Formula) -> Formula:
    """Return whether any of some formulas holds."""
    if any(part is True for part in parts):
        return True
    left = [part for part in parts if part is not False]
    return False if not left else left[0] if len(left) == 1 else z3.Or(left)


def none_of(*parts: Formula) -> Formula:
    """Return whether none of some formulas holds."""
    found = any_of(*parts)
    return not found if isinstance(found, bool) else z3.Not(found)


def chosen(test: Formula, then: Amount, otherwise: Amount) -> Amount:
    """Return one amount where a formula holds, and the other where it does not."""
    if isinstance(test, bool):
        return then if test else otherwise
    return z3.If(test, then, otherwise)


def count_is(parts: Sequence[Formula], least: int) -> Formula:
    """Return whether at least so many of some formulas hold."""
    wanted = least - sum(part is True for part in parts)
    left = [part for part in parts if not isinstance(part, bool)]
    if wanted <= 0:
        return True
    if len(left) < wanted:
        return False
    return any_of(*left) if wanted == 1 else z3.PbGe([(part, 1) for part in left], wanted)


# --- truths --------------------------------------------------------------------------------------------------------


def negation(truth: Tri) -> Tri:
    """Return the opposite."""
    return Tri(truth.no, truth.yes)


def every(truths: Iterable[Tri]) -> Tri:
    """Return whether all hold; one false decides."""
    found = list(truths)
    return Tri(all_of(*(each.yes for each in found)), any_of(*(each.no for each in found)))


def some(truths: Iterable[Tri]) -> Tri:
    """Return whether any holds; one true decides."""
    return negation(every(negation(each) for each in truths))


def both(left: Tri, right: Tri) -> Tri:
    """Return whether both hold."""
    return every((left, right))


def either(left: Tri, right: Tri) -> Tri:
    """Return whether at least one holds."""
    return some((left, right))


# --- numbers -------------------------------------------------------------------------------------------------------


def compare(symbol: str, left: Term, right: Term) -> Tri:
    """Compare two values as :func:`gravida.evaluate.compare` does: known only if every value in a range agrees."""
    if isinstance(left, Tri) or isinstance(right, Tri):
        assert isinstance(left, Tri)
        assert isinstance(right, Tri)
        same = either(both(left, right), both(negation(left), negation(right)))
        found = Tri(all_of(same.yes, none_of(left.open, right.open)), all_of(same.no, none_of(left.open, right.open)))
        return found if symbol == "=" else negation(found)
    known = all_of(left.known, right.known)
    yes, no = _compared(symbol, left, right)
    return Tri(all_of(known, yes), all_of(known, no))


def _compared(symbol: str, left: Number, right: Number) -> tuple[Formula, Formula]:
    """Return when a comparison of two known numbers is certainly true, and when certainly false."""
    match symbol:
        case "<":
            return left.high < right.low, left.low >= right.high
        case "<=":
            return left.high <= right.low, left.low > right.high
        case ">" | ">=":
            return _compared({">": "<", ">=": "<="}[symbol], right, left)
        case "=":
            under, over = _compared("<=", left, right), _compared(">=", left, right)
            return all_of(under[0], over[0]), any_of(under[1], over[1])
    yes, no = _compared("=", left, right)
    return no, yes


def add(symbol: str, left: Term, right: Term) -> Number:
    """Add or subtract; a range stays a range."""
    assert isinstance(left, Number)
    assert isinstance(right, Number)
    known = all_of(left.known, right.known)
    if symbol == "+":
        return Number(known, left.low + right.low, left.high + right.high)
    return Number(known, left.low - right.high, left.high - right.low)
