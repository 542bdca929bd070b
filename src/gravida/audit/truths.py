"""Truths by the million: Kleene's tables over arrays, and sets of recommendations as bits.

A truth is a small number: 1 is true, -1 false, 0 unknown. Then *and* is the least, *or* the greatest, *not* the sign.

>>> a, b = np.array([1, 0, -1], dtype=np.int8), np.array([1, 1, 0], dtype=np.int8)
>>> both(a, b).tolist(), either(a, b).tolist(), (-a).tolist()
([1, 0, -1], [1, 1, 0], [-1, 0, 1])
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gravida.cql import And, Literal, Name, Node, Not, Or

TRUE, FALSE, UNKNOWN = 1, -1, 0
BITS = 64
ROOM = 1024
"""Rows for which there is room at first."""

Truths = NDArray[np.int8]
"""Shape (n,): 1, 0 or -1 for each of n cases."""
Bits = NDArray[np.uint64]
"""Shape (n, words): a set of recommendations for each of n cases."""


def both(a: Truths, b: Truths) -> Truths:
    """Return whether both hold."""
    return np.minimum(a, b)


def either(a: Truths, b: Truths) -> Truths:
    """Return whether at least one holds."""
    return np.maximum(a, b)


def every(truths: Iterable[Truths], size: int) -> Truths:
    """Return whether all hold; of nothing, yes."""
    return reduce(both, truths, np.full(size, TRUE, dtype=np.int8))


def some(truths: Iterable[Truths], size: int) -> Truths:
    """Return whether any holds; of nothing, no."""
    return reduce(either, truths, np.full(size, FALSE, dtype=np.int8))


def truth(tree: Node, atoms: Mapping[str, Truths], size: int) -> Truths:
    """Return the truth of a tree of and, or and not over atoms."""
    match tree:
        case Name(id=name):
            return atoms[name]
        case Not(operand=operand):
            return -truth(operand, atoms, size)
        case And(clauses=clauses):
            return every((truth(each, atoms, size) for each in clauses), size)
        case Or(clauses=clauses):
            return some((truth(each, atoms, size) for each in clauses), size)
        case Literal(value=value):
            return np.full(size, TRUE if value is True else FALSE if value is False else UNKNOWN, dtype=np.int8)
    raise TypeError(f"{tree} is not a tree over atoms")


def packed(columns: NDArray[np.bool_]) -> Bits:
    """Return sets as bits. ``columns`` has shape (members, n): which of n sets each member belongs to."""
    members, size = columns.shape
    words = -(-members // BITS)
    packed = np.zeros((words * BITS // 8, size), dtype=np.uint8)
    rows = np.packbits(columns, axis=0, bitorder="little")
    packed[: len(rows)] = rows
    return np.ascontiguousarray(packed.T).view(np.uint64)


def unpacked(bits: Bits, members: int) -> NDArray[np.bool_]:
    """Return the columns that were packed. Shape (n, members)."""
    rows: NDArray[Any] = np.unpackbits(np.ascontiguousarray(bits).view(np.uint8), axis=1, bitorder="little")
    return rows[:, :members].astype(np.bool_)


def columns(bits: Bits, members: int) -> NDArray[np.uint8]:
    """Return the columns that were packed, one row for each member. Shape (members, n)."""
    rows: NDArray[np.uint8] = np.unpackbits(np.ascontiguousarray(bits.view(np.uint8).T), axis=0, bitorder="little")
    return rows[:members]


def fingerprint(rows: NDArray[Any], seed: int = 0) -> NDArray[np.uint64]:
    """Return one number for each row; two different rows share one by chance once in 10^19."""
    weights = np.random.default_rng(seed).integers(1, 2**63, size=rows.shape[1], dtype=np.uint64) | np.uint64(1)
    mixed = rows.astype(np.uint64) if rows.dtype == np.uint64 else rows.astype(np.int64).view(np.uint64)
    found: NDArray[np.uint64] = ((mixed ^ (mixed >> np.uint64(31))) * weights).sum(axis=1, dtype=np.uint64)
    return found


class Numbering:
    """Numbers different rows in the order in which they come, and keeps the first of each."""

    def __init__(self, columns: int, kind: type[np.generic]) -> None:
        self._kept: NDArray[Any] = np.zeros((ROOM, columns), dtype=kind)
        self._met: dict[int, int] = {}

    @property
    def rows(self) -> NDArray[Any]:
        """Every row that was numbered, in the order of the numbers."""
        return self._kept[: len(self._met)]

    def number(self, rows: NDArray[Any]) -> NDArray[np.int32]:
        """Return the number of each row; a new row gets the next."""
        prints, first, inverse = np.unique(fingerprint(rows), return_index=True, return_inverse=True)
        numbers = np.array([self._met.get(each, -1) for each in prints.tolist()], dtype=np.int32)
        new, size = np.flatnonzero(numbers < 0), len(self._met)
        numbers[new] = np.arange(size, size + len(new), dtype=np.int32)
        self._grow(size + len(new))
        self._kept[size : size + len(new)] = rows[first[new]]
        self._met.update(zip(prints[new].tolist(), numbers[new].tolist(), strict=True))
        return np.asarray(numbers[inverse.reshape(-1)])

    def _grow(self, size: int) -> None:
        """Make room for so many rows: twice as much as before, so that rows are seldom moved."""
        if size > len(self._kept):
            room = np.zeros((max(size, 2 * len(self._kept)), self._kept.shape[1]), dtype=self._kept.dtype)
            room[: len(self._met)] = self.rows
            self._kept = room
