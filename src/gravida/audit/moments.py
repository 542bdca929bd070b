# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""Moments: the time between two changes of class, with the classes of all components.

What changes nothing for any criterion begins no moment: a second scan of the same kind, or a scan that turns two weeks
old where nothing has to be repeated.

Each component tells which class it has from which day on. What changes, in all of them, is put in the order of time by one
sort of numbers, and summed up to the profile that holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gravida.audit.classes import Classes
from gravida.audit.engine import Columns, Engine
from gravida.audit.needs import OWN, Needs

Numbers = NDArray[np.int64]


TOGETHER = 1 << 12
"""Pregnancies whose moments are found together: few enough for their numbers to stay in the cache."""


@dataclass(frozen=True)
class Calendar:
    """Days of pregnancies as one number each, in the order of pregnancies and then of days. ``first`` is the first of so many ``days``.

    >>> calendar = Calendar(100, 50)
    >>> at = calendar.at(np.array([2]), np.array([120]))
    >>> at, calendar.pid(at), calendar.day(at)
    (array([120]), array([2]), array([120]))
    """

    first: int
    days: int

    def borders(self, last: int) -> Numbers:
        """Return where every :data:`TOGETHER` pregnancies begin, and where those end among which is the ``last``."""
        return np.arange(0, last + TOGETHER + 1, TOGETHER, dtype=np.int64) * self.days

    def at(self, pid: NDArray[Any], day: NDArray[Any]) -> Numbers:
        """Return the number of each day."""
        return pid.astype(np.int64) * self.days + (day.astype(np.int64) - self.first)

    def pid(self, at: Numbers) -> Numbers:
        """Return the pregnancy of each number."""
        return at // self.days

    def day(self, at: Numbers) -> Numbers:
        """Return the day of each number."""
        return at % self.days + self.first


@dataclass(frozen=True)
class Track:
    """What holds from which day on, in order, in columns of numbers. ``bounds`` are where every :data:`TOGETHER` pregnancies begin."""

    at: Numbers
    values: Mapping[str, Numbers]
    bounds: NDArray[np.intp]

    @classmethod
    def of(cls, calendar: Calendar, rows: Columns, borders: Numbers) -> "Track":
        """Return what holds in order, given in any, by ``pid`` and ``begins``."""
        at = calendar.at(rows["pid"], rows["begins"])
        order = np.argsort(at)
        at = at[order]
        values = {name: each[order].astype(np.int64) for name, each in rows.items() if name not in ("pid", "begins")}
        return cls(at, values, np.searchsorted(at, borders))

    def part(self, number: int) -> "Track":
        """Return the part of some pregnancies."""
        part = slice(*self.bounds[number : number + 2])
        return Track(self.at[part], {name: each[part] for name, each in self.values.items()}, self.bounds[:0])


@dataclass(frozen=True)
class Steps:
    """Moments of some pregnancies, in order: when each begins, by ``calendar``, and the words of its profile. ``number`` is which part of all it is."""

    number: int
    calendar: Calendar
    at: Numbers
    words: Mapping[str, Numbers]


@dataclass(frozen=True)
class Moments:
    """Finds the moments of one portion. The classes of all its keys must be known."""

    engine: Engine
    needs: Needs
    classes: Classes

    def make(self) -> None:
        """Keep them as a table: pid, begins, nexts, and the words of the profile. ``nexts`` is the day after the last one."""
        parts = list(self.find())
        at = np.concatenate([part.at for part in parts])
        words = {word: np.concatenate([part.words[word] for part in parts]) for word in self.classes.words}
        calendar = parts[0].calendar
        pid, begins = calendar.pid(at), calendar.day(at)
        rows = self.engine.numbers("SELECT CAST(pid AS INTEGER) AS pid, ended_on FROM in_pregnancies")
        ended = np.zeros(1 + int(rows["pid"].max(initial=-1)), dtype=np.int64)
        ended[rows["pid"]] = rows["ended_on"]
        nexts = np.where(follows(pid), np.append(begins[1:], 0), ended[pid] + 1)
        self.engine.put("moments", {"pid": pid, "begins": begins.astype(np.int32), "nexts": nexts.astype(np.int32), **words})

    def find(self) -> Iterator[Steps]:
        """Yield them, for :data:`TOGETHER` pregnancies at a time."""
        rows = {name: self._rows(name) for name in self.needs.atoms}
        told = self._told()
        calendar, last = self._calendar(), max(int(each["pid"].max(initial=0)) for each in (*rows.values(), told))
        borders = calendar.borders(last)
        tracks, spoken = {name: Track.of(calendar, each, borders) for name, each in rows.items()}, Track.of(calendar, told, borders)
        sayings = self._sayings()
        for number in range(len(borders) - 1):
            yield self._part(number, calendar, {name: each.part(number) for name, each in tracks.items()}, spoken.part(number), sayings)

    def _calendar(self) -> Calendar:
        """Return one that has room for every day of every pregnancy: nothing begins before it was known, or after it ended."""
        ((first, last),) = self.engine.rows("SELECT COALESCE(MIN(known_from), 0), COALESCE(MAX(ended_on), 0) FROM in_pregnancies")
        return Calendar(int(first), int(last) - int(first) + 1)

    @property
    def _lists(self) -> list[str]:
        return [name for name in self.needs.atoms if name != OWN]

    def _rows(self, name: str) -> Columns:
        """Return the class of a component from each day on: of a list, where it has rows."""
        table, key = ("bare", OWN) if name == OWN else (f"state_{name}", "key")
        rows = f"FROM {table} AS s JOIN class_{name} AS c ON c.key = s.{key}"
        return self.engine.numbers(f"SELECT CAST(s.pid AS INTEGER) AS pid, s.begins, c.class {rows}")

    def _told(self) -> Columns:
        """Return what is said about lists from each day on, as a number of :meth:`_sayings`."""
        if not self._lists:
            return {"pid": np.zeros(0, dtype=np.int32), "begins": np.zeros(0, dtype=np.int32), "saying": np.zeros(0, dtype=np.int32)}
        numbered = "(SELECT saying, ROW_NUMBER() OVER (ORDER BY saying) - 1 AS number FROM sayings)"
        rows = f"FROM told AS t JOIN {numbered} AS k ON k.saying = t.saying"
        return self.engine.numbers(f"SELECT CAST(t.pid AS INTEGER) AS pid, t.begins, CAST(k.number AS INTEGER) AS saying {rows}")

    def _sayings(self) -> Columns:
        """Return the class of each list in all that is said about lists together; 0 where every pregnancy has rows of it."""
        if not self._lists:
            return {}
        codes = ", ".join(f"COALESCE(c_{name}.class, 0) AS {name}" for name in self._lists)
        joins = " ".join(f"LEFT JOIN class_{name} AS c_{name} ON c_{name}.key = s.{name}" for name in self._lists)
        return self.engine.numbers(f"SELECT {codes} FROM sayings AS s {joins} ORDER BY s.saying")

    def _part(self, number: int, calendar: Calendar, tracks: Mapping[str, Track], told: Track, sayings: Columns) -> Steps:
        changes = [(self.classes.places[name].word, *_changes(calendar, each.at, self._coded(name, each.values["class"]))) for name, each in tracks.items()]
        changes += [(word, *_changes(calendar, told.at, codes)) for word, codes in enumerate(self._said(calendar, tracks, told, sayings))]
        return _steps(number, calendar, self.classes.words, changes)

    def _coded(self, name: str, classes: NDArray[Any]) -> Numbers:
        return classes.astype(np.int64) << self.classes.places[name].shift

    def _said(self, calendar: Calendar, tracks: Mapping[str, Track], told: Track, sayings: Columns) -> Numbers:
        """Return what is said about lists in the words of a profile. A list that has rows is added with them. Shape (words, rows)."""
        words = np.zeros((len(self.classes.words), len(told.at)), dtype=np.int64)
        pid = calendar.pid(told.at)
        for name, classes in sayings.items():
            filled = np.isin(pid, calendar.pid(tracks[name].at))
            words[self.classes.places[name].word] += np.where(filled, 0, self._coded(name, classes)[told.values["saying"]])
        return words


def follows(pid: Numbers) -> NDArray[np.bool_]:
    """Return where the next is of the same pregnancy."""
    return np.append(pid[1:] == pid[:-1], np.zeros(min(len(pid), 1), dtype=np.bool_))


def runs_of(numbers: Numbers) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the places of numbers that differ from the one before, and how many are alike from there on.

    >>> runs_of(np.array([4, 4, 7, 9, 9]))
    (array([0, 2, 3]), array([2, 1, 2]))
    """
    firsts = np.flatnonzero(np.append(np.ones(min(len(numbers), 1), dtype=np.bool_), numbers[1:] != numbers[:-1]))
    return firsts, np.diff(np.append(firsts, len(numbers)))


def _changes(calendar: Calendar, at: Numbers, codes: Numbers) -> tuple[Numbers, Numbers]:
    """Return when something changes, and by how much, given what holds from each day on."""
    pid = calendar.pid(at)
    changes = codes.copy()
    changes[1:] -= np.where(pid[1:] == pid[:-1], codes[:-1], 0)
    changed = changes != 0
    return at[changed], changes[changed]


def _steps(number: int, calendar: Calendar, words: Sequence[str], changes: Sequence[tuple[int, Numbers, Numbers]]) -> Steps:
    """Return the moments, given what changes: in which word, when, and by how much.

    A sum runs on from one pregnancy to the next, and what it was when the pregnancy began is taken away again: where it is too
    great for a number of 64 bits, both wrap around alike.
    """
    at = np.concatenate([each for _, each, _ in changes])
    order = np.argsort(at)
    firsts, _ = runs_of(at[order])
    at = at[order][firsts]
    new, counts = runs_of(calendar.pid(at))
    found = {}
    for place, word in enumerate(words):
        values = np.concatenate([each if where == place else np.zeros(len(each), dtype=np.int64) for where, _, each in changes])[order]
        sums = np.add.reduceat(values, firsts) if len(firsts) else values
        totals = np.cumsum(sums)
        found[word] = totals - np.repeat((totals - sums)[new], counts)
    return Steps(number, calendar, at, found)
