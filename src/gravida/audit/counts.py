"""Counts of what came of every recommendation and of every act, by site and month, over any number of portions.

>>> table = Sparse((2, 3))
>>> table.add(np.array([0, 5, 5]), np.array([1, 2, 2]))
>>> list(table.items())
[([0, 0], 1), ([1, 2], 4)]
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gravida.audit.courses import CODE, STATUSES, SUPPORT, Found

Group = tuple[str, str]
"""A site and a month."""
LeafAtoms = Sequence[tuple[int, Sequence[str]]]
"""Leaves, by their places, each with the atoms that tell whether it was known."""


class Sparse:
    """Counts under whole numbers, of which most never occur. ``shape`` says what a number stands for; its first length may grow."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.keys: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.counts: NDArray[np.int64] = np.zeros(0, dtype=np.int64)

    def add(self, keys: NDArray[Any], counts: NDArray[Any]) -> None:
        """Add counts; a key may come more than once."""
        self.keys, inverse = np.unique(np.concatenate([self.keys, keys.astype(np.int64)]), return_inverse=True)
        total = np.zeros(len(self.keys), dtype=np.int64)
        np.add.at(total, inverse.reshape(-1), np.concatenate([self.counts, counts.astype(np.int64)]))
        self.counts = total

    def items(self) -> Iterator[tuple[list[int], int]]:
        """Yield what each number stands for, with its count, in order."""
        rest, parts = self.keys, []
        for length in reversed(self.shape[1:]):
            rest, part = np.divmod(rest, length)
            parts.append(part)
        yield from zip(np.column_stack([rest, *reversed(parts)]).tolist(), self.counts.tolist(), strict=True)


@dataclass(frozen=True)
class Tally:
    """How many pregnancies of a portion had which course, in the order of courses. ``group`` points into ``groups``.

    In the order of groups, counting takes twice as long: each sum would wait for the one before.
    """

    groups: Sequence[Group]
    group: NDArray[np.int64]
    course: NDArray[np.int64]
    count: NDArray[np.int64]


@dataclass
class Counts:
    """What is counted over all portions. ``lacking`` is by recommendation and leaf: what was not known where it could not be told."""

    recommendations: int
    acts: int
    leaves: Sequence[str]
    groups: dict[Group, int] = field(default_factory=dict)
    pregnancies: dict[Group, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.statuses = Sparse((0, self.recommendations, len(STATUSES), 2))
        self.support = Sparse((0, self.acts, len(SUPPORT)))
        self.lacking = np.zeros((self.recommendations, len(self.leaves)), dtype=np.int64)

    def add(self, tally: Tally, found: Found) -> None:
        """Add a portion."""
        numbers = np.array([self.groups.setdefault(group, len(self.groups)) for group in tally.groups], dtype=np.int64)
        pregnancies = np.bincount(tally.group, weights=tally.count, minlength=len(numbers)).astype(np.int64)
        for group, count in zip(tally.groups, pregnancies.tolist(), strict=True):
            self.pregnancies[group] = self.pregnancies.get(group, 0) + count
        codes = [status * np.uint8(2) + acted for status, acted in zip(found.status, found.acted, strict=True)]
        self._spread(self.statuses, numbers, tally, codes, len(STATUSES) * 2)
        self._spread(self.support, numbers, tally, [*found.support], len(SUPPORT))

    def merge(self, other: "Counts") -> None:
        """Add what was counted of other portions."""
        numbers = np.array([self.groups.setdefault(group, len(self.groups)) for group in other.groups], dtype=np.int64)
        for group, count in other.pregnancies.items():
            self.pregnancies[group] = self.pregnancies.get(group, 0) + count
        for mine, theirs in ((self.statuses, other.statuses), (self.support, other.support)):
            size = int(np.prod(mine.shape[1:]))
            mine.add(numbers[theirs.keys // size] * size + theirs.keys % size, theirs.counts)
        self.lacking += other.lacking

    def _spread(self, into: Sparse, numbers: NDArray[np.int64], tally: Tally, codes: Sequence[NDArray[np.uint8]], size: int) -> None:
        """Count the codes of every row of some courses, by group."""
        keys, counts = [], []
        at_group, weights, met = tally.group * size, tally.count.astype(np.float64), dict[bytes, NDArray[Any]]()
        for row, each in enumerate(codes):
            text = each.tobytes()  # recommendations that say the same of every course are counted once
            if text not in met:
                met[text] = np.bincount(at_group + each[tally.course], weights=weights, minlength=len(numbers) * size)
            spread = met[text]
            at = np.flatnonzero(spread)
            keys.append((numbers[at // size] * len(codes) + row) * size + at % size)
            counts.append(spread[at])
        into.add(np.concatenate(keys), np.concatenate(counts))


UNTOLD = {
    "unknown-criterion": "who", "unknown-contraindication": "unless", "due-done-unknown": "done",
}  # fmt: skip
"""What could not be told, by status: whether it applies, whether something stands against it, whether it was done."""


def add_lacking(counts: Counts, tally: Tally, found: Found, unknown: Callable[[str], NDArray[np.bool_]], rests_on: Sequence[Mapping[str, LeafAtoms]]) -> None:
    """Count what was not known at the end of each pregnancy for which a recommendation could not be told.

    ``unknown`` tells at the end of which courses an atom is unknown; ``rests_on`` gives, for each recommendation and what could not be
    told, the leaves and the atoms of each.
    """
    pregnancies = np.bincount(tally.course, weights=tally.count, minlength=found.status.shape[1])

    @cache
    def lacks(atoms: tuple[str, ...]) -> NDArray[np.bool_]:
        return np.asarray(np.logical_or.reduce([unknown(atom) for atom in atoms]))

    for number, roles in enumerate(rests_on):
        for status, role in UNTOLD.items():
            at = np.flatnonzero(found.status[number] == CODE[status]) if roles[role] else np.zeros(0, dtype=np.intp)
            many = pregnancies[at]
            for leaf, atoms in roles[role] if len(at) else ():
                counts.lacking[number, leaf] += int(many[lacks(tuple(atoms))[at]].sum())
