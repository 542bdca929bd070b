"""Columns of many rows on their way to a flat table: values, which of them are known, and the words that codes stand for.

>>> sheet = Sheet(np.array([0, 2]), {"route": word(np.array([1, 0]), ("vaginal", "oral"), np.array([True, False]))})
>>> sheet.cells["route"].values, sheet.entries()
(array([1, 0]), array([1, 1]))
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gravida.draws import Array


@dataclass(frozen=True, slots=True)
class Cell:
    """One column. Where ``known`` is false nothing is on record; without it everything is."""

    values: Array
    known: Array | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of one table: ``row`` is the place of their person in the portion, in rising order."""

    row: Array
    cells: Mapping[str, Cell]

    def entries(self) -> Array:
        """Number the rows of each person from 1."""
        return numbered(self.row)


def numbered(row: Array) -> Array:
    """Number the rows of each person from 1; the rows of one person stand together.

    >>> numbered(np.array([0, 0, 3, 5, 5, 5]))
    array([1, 2, 1, 1, 2, 3])
    """
    place = np.arange(len(row))
    begins = np.ones(len(row), dtype=bool)
    begins[1:] = row[1:] != row[:-1]
    return place - np.maximum.accumulate(np.where(begins, place, 0)) + 1


def cell(values: Array, known: Array | None = None) -> Cell:
    """Return a column of numbers, truths or days."""
    return Cell(values, known)


def word(codes: Array, words: tuple[str, ...], known: Array | None = None) -> Cell:
    """Return a column of words, from their places among all words."""
    return Cell(codes, known, words)


def ordered(blocks: list[tuple[Array, Array]]) -> tuple[Array, Array, Array]:
    """Put several kinds of rows, each as row and day, into one order by row and day. Returns row, day and kind."""
    row, day = (np.concatenate([block[index] for block in blocks]) for index in (0, 1))
    kind = np.concatenate([np.full(len(block[0]), number) for number, block in enumerate(blocks)])
    order = np.lexsort((kind, day, row))
    return row[order], day[order].astype(np.int64), kind[order]
