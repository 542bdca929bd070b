# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""Courses: all moments of one pregnancy, each as a profile and where its first and last day stand among the windows.

A moment that goes on under another dating is parted there. Pregnancies with the same course are one: their moments are
worked out once, and the pregnancies counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gravida.audit.engine import Columns, Engine
from gravida.audit.moments import Calendar, Moments, Numbers, Steps, Track, follows, runs_of
from gravida.audit.truths import fingerprint
from gravida.audit.windows import NO_DAY, Windows

ENDS = ("begin_low", "begin_high", "end_low", "end_high")
MIXERS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1))
"""Shifts and factors that spread every bit of a number over all of it (splitmix64)."""


@dataclass(frozen=True)
class Timed:
    """Courses of a portion. ``pid`` and ``course`` tell the course of each pregnancy; courses are numbered from the one with most moments on.

    ``rows`` are the moments of every course, in order: the number of the course, then turn, words of the profile,
    :data:`ENDS` and width. ``turn`` is even where a moment begins, odd where it goes on under another dating.
    """

    pid: Numbers
    course: NDArray[np.intp]
    rows: Columns


@dataclass(frozen=True)
class Timeline:
    """Finds the courses of one portion."""

    engine: Engine
    moments: Moments
    windows: Windows

    def find(self) -> Timed:
        """Return them."""
        datings, parts = None, []
        for moments in self.moments.find():
            datings = datings or self._datings(moments.calendar)
            at, columns = self._pieces(moments, datings.part(moments.number))
            parts.append(_Part.of(moments.calendar.pid(at), columns))
        return _courses(parts)

    def _datings(self, calendar: Calendar) -> Track:
        starts = ", ".join(f"COALESCE({name}, {NO_DAY}) AS {name}" for name in ("start_low", "start_high"))
        rows = self.engine.numbers(f"SELECT CAST(pid AS INTEGER) AS pid, begins, ended, {starts} FROM datings")
        return Track.of(calendar, rows, calendar.borders(int(rows["pid"].max(initial=0))))

    def _pieces(self, moments: Steps, datings: Track) -> tuple[Numbers, Columns]:
        """Return when each moment begins, or goes on under another dating, and the columns of :class:`Timed`."""
        calendar, dating = moments.calendar, datings.at
        others = dating[1:][calendar.pid(dating[1:]) == calendar.pid(dating[:-1])]
        at = np.union1d(moments.at, others) if len(others) else moments.at
        pid, first = calendar.pid(at), calendar.day(at)
        which, under = (np.searchsorted(each, at, side="right") - 1 for each in (moments.at, dating))
        last = np.where(follows(pid), np.append(first[1:], 0) - 1, datings.values["ended"][under])
        low, high = datings.values["start_low"][under], datings.values["start_high"][under]
        days = {"begin_low": first - high, "begin_high": first - low, "end_low": last - high, "end_high": last - low}
        dated = low != NO_DAY
        ends = {name: self.windows.class_of(each, dated) for name, each in days.items()}
        begins = moments.at[which] == at
        words = {word: values[which] for word, values in moments.words.items()}
        return at, {"turn": (2 * _turns(pid, begins) + ~begins).astype(np.int32), **words, **ends, "width": np.where(dated, high - low, 0).astype(np.int32)}


@dataclass(frozen=True)
class _Part:
    """Pregnancies with how many moments each has, a number that stands for its course, and the columns of all their moments."""

    pid: Numbers
    counts: NDArray[np.intp]
    prints: NDArray[np.uint64]
    columns: Columns

    @classmethod
    def of(cls, pid: Numbers, columns: Columns) -> "_Part":
        """Return them, given the pregnancy of each moment and its columns, in order."""
        firsts, counts = runs_of(pid)
        prints = _mixed(fingerprint(np.column_stack(list(columns.values()))))
        return cls(pid[firsts], counts, np.add.reduceat(prints, firsts) if len(firsts) else prints, columns)


def _turns(pid: Numbers, begins: NDArray[np.bool_]) -> Numbers:
    """Return how many moments of its pregnancy have begun, from 1 on."""
    begun, (new, counts) = np.cumsum(begins), runs_of(pid)
    return begun - np.repeat(begun[new] - 1, counts)


def _courses(parts: Sequence[_Part]) -> Timed:
    """Return the courses of all pregnancies."""
    pid, counts, prints = (np.concatenate([getattr(part, name) for part in parts]) for name in ("pid", "counts", "prints"))
    _, some, course = np.unique(prints, return_index=True, return_inverse=True)
    order = np.argsort(-counts[some], kind="stable")
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    many, firsts = counts[some][order], (np.cumsum(counts) - counts)[some][order]
    at = np.repeat(firsts - (np.cumsum(many) - many), many) + np.arange(int(many.sum()))
    rows = {name: np.concatenate([part.columns[name] for part in parts])[at] for name in parts[0].columns}
    return Timed(pid, number[course.reshape(-1)], {"course": np.repeat(np.arange(len(order)), many), **rows})


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers of which sums are as good as numbers drawn by lot."""
    for shift, factor in MIXERS:
        numbers = (numbers ^ (numbers >> np.uint64(shift))) * np.uint64(factor)
    return numbers
