"""Truths by the million: Kleene's tables over bits, 64 cases in a word.

A truth is two planes of bits: where it is true, and where it is false; where neither, it is unknown. Then *and*, *or* and
*not* of 64 cases take one step each.

>>> a, b = (Truth(packed(rows == TRUE), packed(rows == FALSE)) for rows in np.array([[1, 0, -1], [1, 1, 0]], dtype=np.int8))
>>> [(unpacked(each.yes, 3) - unpacked(each.no, 3).astype(np.int8)).tolist() for each in (both(a, b), either(a, b), opposite(a))]
[[1, 0, -1], [1, 1, 0], [-1, 0, 1]]
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gravida.cql import And, Literal, Name, Node, Not, Or

TRUE, FALSE, UNKNOWN = 1, -1, 0
BITS = 64
ROOM = 1024
"""Rows for which there is room at first."""
SWAPS = ((7, 0x00AA00AA00AA00AA), (14, 0x0000CCCC0000CCCC), (28, 0x00000000F0F0F0F0))
"""Which bits change places, by how far, to turn 8 rows of 8 bits into 8 columns."""

Planes = NDArray[np.uint64]
"""Shape (words,), or (members, words): in which of 64 cases for each word something holds."""


class Truth(NamedTuple):
    """Where something is true, and where it is false."""

    yes: Planes
    no: Planes


def both(a: Truth, b: Truth) -> Truth:
    """Return whether both hold."""
    return Truth(a.yes & b.yes, a.no | b.no)


def either(a: Truth, b: Truth) -> Truth:
    """Return whether at least one holds."""
    return Truth(a.yes | b.yes, a.no & b.no)


def opposite(a: Truth) -> Truth:
    """Return whether it does not hold."""
    return Truth(a.no, a.yes)


def constant(value: bool | None, words: int) -> Truth:  # noqa: FBT001  (a truth is what it is about)
    """Return what is the same in every case."""
    nowhere = np.zeros(words, dtype=np.uint64)
    return Truth(~nowhere if value is True else nowhere, ~nowhere if value is False else nowhere)


def every(truths: Iterable[Truth], words: int) -> Truth:
    """Return whether all hold; of nothing, yes."""
    return reduce(both, truths, constant(True, words))


def some(truths: Iterable[Truth], words: int) -> Truth:
    """Return whether any holds; of nothing, no."""
    return reduce(either, truths, constant(False, words))


def truth(tree: Node, atoms: Mapping[str, Truth], words: int) -> Truth:
    """Return the truth of a tree of and, or and not over atoms."""
    match tree:
        case Name(id=name):
            return atoms[name]
        case Not(operand=operand):
            return opposite(truth(operand, atoms, words))
        case And(clauses=clauses):
            return every((truth(each, atoms, words) for each in clauses), words)
        case Or(clauses=clauses):
            return some((truth(each, atoms, words) for each in clauses), words)
        case Literal(value=value):
            return constant(value if isinstance(value, bool) else None, words)
    raise TypeError(f"{tree} is not a tree over atoms")


def packed(cases: NDArray[np.bool_]) -> Planes:
    """Return planes of cases, which are the last axis; where they do not fill a word, nothing holds in the rest."""
    *shape, size = cases.shape
    rows = np.zeros((*shape, -(-size // BITS) * BITS // 8), dtype=np.uint8)
    filled = np.packbits(cases, axis=-1, bitorder="little")
    rows[..., : filled.shape[-1]] = filled
    return rows.view(np.uint64)


def unpacked(planes: Planes, size: int) -> NDArray[np.uint8]:
    """Return the cases of planes, of which there are ``size``."""
    cases: NDArray[np.uint8] = np.unpackbits(planes.view(np.uint8), axis=-1, bitorder="little")
    return cases[..., :size]


def turned(rows: NDArray[np.uint8]) -> Planes:
    """Return planes of what stands in rows: shape (n, bytes), n a multiple of 64, to (8 * bytes, n / 64)."""
    size, width = rows.shape
    squares = np.ascontiguousarray(rows.reshape(size // 8, 8, width).transpose(2, 0, 1)).view(np.uint64)
    for far, mask in SWAPS:
        swap = (squares ^ (squares >> np.uint64(far))) & np.uint64(mask)
        squares ^= swap ^ (swap << np.uint64(far))
    members = np.ascontiguousarray(squares.view(np.uint8).reshape(width, size // 8, 8).transpose(0, 2, 1))
    return members.reshape(8 * width, size // 8).view(np.uint64)


def fingerprint(rows: NDArray[Any], seed: int = 0) -> NDArray[np.uint64]:
    """Return one number for each row; two different rows share one by chance once in 10^19."""
    weights = np.random.default_rng(seed).integers(1, 2**63, size=rows.shape[1], dtype=np.uint64) | np.uint64(1)
    mixed = rows.astype(np.int64).view(np.uint64)
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
