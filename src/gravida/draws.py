"""Keyed random numbers: the luck of a person is a function, not a stream.

A stream of random numbers gives everybody the next number, so that one person more, or one question more, changes the
luck of all who come after. Here a draw depends on the seed, on the name of the decision, on the person and, where it
matters, on the week or the number of an entry, and on nothing else. Person 17 has the same luck among a hundred and
among ten million, in whatever portions they are made; and if a policy changes one decision, only what rests on that
decision changes.

The number is a hash in the way of counter-based generators (Salmon et al., SC 2011): the name becomes 64 bits by
BLAKE2b under the seed; person, week and entry are stirred in one after the other, each through the finalizer of
SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), in which every bit of the input moves about half of the bits of the
result. It is no cipher, and keeps nothing secret.

>>> luck = Draws(seed=7)
>>> few, many = luck.uniform("length", np.arange(20)), luck.uniform("length", np.arange(500))
>>> bool(few[17] == many[17]), bool(few[17] == luck.uniform("birth", np.arange(20))[17])
(True, False)
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
"""Numbers of many people: a place for each."""

Whole = int | Array
"""A number for all, or one for each of them."""

PERSON, WEEK, ENTRY = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1B54A32D192ED03), np.uint64(0x8CB92BA72F3D8DD7)
"""Odd multipliers without pattern, so that week 3 of one person is not week 0 of another."""

STIR = ((30, np.uint64(0xBF58476D1CE4E5B9)), (27, np.uint64(0x94D049BB133111EB)))
"""The finalizer of SplitMix64: shift, and multiply; then shift once more."""

LAST_SHIFT = 31
MANTISSA = 11
"""Bits of 64 that a float of 53 has no room for."""

ONE_STEP = 2.0**-53


@dataclass(frozen=True, slots=True)
class Draws:
    """All the luck of one seed. Nothing is kept between two draws."""

    seed: int

    def bits(self, decision: str, person: Whole, *, week: Whole | None = None, entry: Whole | None = None) -> Array:
        """Return 64 random bits for each person."""
        named = hashlib.blake2b(decision.encode(), digest_size=8, key=self.seed.to_bytes(16, "little", signed=True)).digest()
        state = _stirred(_words(person) * PERSON + np.uint64(int.from_bytes(named, "little")))
        for number, multiplier in ((week, WEEK), (entry, ENTRY)):
            if number is not None:
                state = _stirred(state + (_words(number) + np.uint64(1)) * multiplier)
        return _stirred(state)

    def uniform(self, decision: str, person: Whole, *, week: Whole | None = None, entry: Whole | None = None) -> Array:
        """Return a number for each person, evenly spread between 0 and 1, neither of which occurs.

        >>> Draws(1).uniform("birth", np.arange(3), week=20).round(3)
        array([0.216, 0.553, 0.792])
        """
        return ((self.bits(decision, person, week=week, entry=entry) >> np.uint64(MANTISSA)) + 0.5) * ONE_STEP

    def normal(self, decision: str, person: Whole, *, week: Whole | None = None, entry: Whole | None = None) -> Array:
        """Return a number for each person from the normal curve of mean 0 and spread 1; more luck is always a larger number."""
        return normal_quantile(self.uniform(decision, person, week=week, entry=entry))

    def happens(self, decision: str, person: Whole, chance: float | Array, *, week: Whole | None = None, entry: Whole | None = None) -> Array:
        """Return for each person whether something of this chance happens. A greater chance never undoes what happened.

        >>> luck, people = Draws(1), np.arange(1000)
        >>> bool(np.all(luck.happens("scan", people, 0.5) >= luck.happens("scan", people, 0.4)))
        True
        """
        return np.asarray(self.uniform(decision, person, week=week, entry=entry) < chance)

    def choice(self, decision: str, person: Whole, weights: Array, *, week: Whole | None = None, entry: Whole | None = None) -> Array:
        """Return for each person the index of one of the weights, chosen in proportion to them.

        >>> np.bincount(Draws(1).choice("site", np.arange(10_000), np.array([1.0, 3.0]))).round(-2)
        array([2600, 7400])
        """
        edges = np.cumsum(weights, dtype=float)
        return np.asarray(np.searchsorted(edges[:-1] / edges[-1], self.uniform(decision, person, week=week, entry=entry), side="right"))


def _words(number: Whole) -> Array:
    return np.atleast_1d(np.asarray(number)).astype(np.uint64)


def _stirred(state: Array) -> Array:
    for shift, multiplier in STIR:
        state = (state ^ (state >> np.uint64(shift))) * multiplier
    return np.asarray(state ^ (state >> np.uint64(LAST_SHIFT)))


# --- the normal curve ----------------------------------------------------------------------------------------------

CENTRE = ((2.50662823884, -18.61500062529, 41.39119773534, -25.44106049637), (-8.47351093090, 23.08336743743, -21.06224101826, 3.13082909833))
TAIL = (
    0.3374754822726147, 0.9761690190917186, 0.1607979714918209, 0.0276438810333863, 0.0038405729373609,
    0.0003951896511919, 0.0000321767881768, 0.0000002888167364, 0.0000003960315187,
)  # fmt: skip
CENTRAL = 0.42


def normal_quantile(share: Array) -> Array:
    """Return the number below which so great a share of the normal curve lies (Moro, Risk 1995;8(2):57-8).

    Its error is below 2e-8 in the centre and the tails alike, which is far less than any length is measured to.

    >>> normal_quantile(np.array([0.025, 0.5, 0.975])).round(6) + 0.0
    array([-1.959964,  0.      ,  1.959964])
    """
    middle = np.asarray(share, dtype=float) - 0.5
    square = middle * middle
    found = middle * _polynomial(CENTRE[0], square) / (1 + square * _polynomial(CENTRE[1], square))
    outside = np.abs(middle) > CENTRAL
    depth = np.log(-np.log(0.5 - np.abs(middle[outside])))
    found[outside] = np.copysign(_polynomial(TAIL, depth), middle[outside])
    return found


def _polynomial(coefficients: tuple[float, ...], at: Array) -> Array:
    total = np.full_like(at, coefficients[-1])
    for each in reversed(coefficients[:-1]):
        total = total * at + each
    return total
