"""Windows of all recommendations as sets by day: which have opened, and which have closed.

Days between two bounds are alike, so they are classes: the number of bounds that lie at or before a day. Where a
dating is a range, a day of the calendar is two gestations; where there is none, every window may be open.

>>> from gravida.guideline import Bound, Window
>>> windows = Windows([Window(start=Bound(112, 112), end=Bound(154, 160)), None])
>>> windows.cuts
[112, 155, 161]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gravida.audit.truths import Planes, packed
from gravida.guideline import Window

UNDATED, DATED = -1, 0
"""The class of a day that nobody dated, and the least of those that somebody did."""
NO_DAY = -(2**31) + 1
"""Stands for a day that nobody knows, where there must be a number."""
Numbers = NDArray[Any]
"""Shape (n,): a whole number for each moment."""
FIRST_DAY, LAST_DAY = -40, 400
"""Days of gestation that are told apart; whatever lies beyond is like the first or the last."""


@dataclass(frozen=True)
class Clock:
    """For every recommendation, at which moments some day is inside, may be inside, or is surely after its window. Shapes (members, words)."""

    inside: Planes
    possible: Planes
    after: Planes


class Windows:
    """Windows by class of day: each bound is the least class that lies at or after it."""

    def __init__(self, windows: Sequence[Window | None]) -> None:
        self.windows = windows
        self.cuts = sorted({cut for window in windows for cut in _cuts(window)})
        starts = [(None, None) if each is None or each.start is None else (each.start.low, each.start.high) for each in windows]
        ends = [(None, None) if each is None or each.end is None else (each.end.low, each.end.high) for each in windows]
        always = [UNDATED if each is None else DATED for each in windows]
        self._opened = np.array([self._class(high, other) for (_, high), other in zip(starts, always, strict=True)])
        self._may_open = np.array([self._class(low, DATED) for low, _ in starts])
        self._may_close = np.array([self._class(_next(low), self.never) for low, _ in ends])
        self._closed = np.array([self._class(_next(high), self.never) for _, high in ends])
        self._lengths = np.array(
            [end[0] - start[1] if start[1] is not None and end[0] is not None else LAST_DAY for start, end in zip(starts, ends, strict=True)]
        )

    @property
    def never(self) -> int:
        """The class of no day."""
        return len(self.cuts) + 1

    def _class(self, day: int | None, other: int) -> int:
        return other if day is None else self.cuts.index(day) + 1

    @cached_property
    def _by_day(self) -> NDArray[np.int16]:
        return np.searchsorted(self.cuts, np.arange(FIRST_DAY, LAST_DAY + 1), side="right").astype(np.int16)

    def class_of(self, days: Numbers, dated: NDArray[np.bool_]) -> NDArray[np.int16]:
        """Return the class of some days of gestation, of which not all are dated."""
        return np.where(dated, self._by_day[np.clip(days, FIRST_DAY, LAST_DAY) - FIRST_DAY], np.int16(UNDATED))

    def clock(self, begins: tuple[Numbers, Numbers], ends: tuple[Numbers, Numbers], width: Numbers) -> Clock:
        """Return where moments stand. ``begins`` and ``ends`` are the classes of their least and greatest gestation; ``width`` the days between these."""
        fits = ~_from(width, self._lengths + 1)  # whether a window can hold the whole range of a dating on some day
        inside = _from(ends[0], self._opened) & ~_from(begins[1], self._may_close) & fits
        possible = (_from(ends[1], self._may_open) | packed(ends[1] == UNDATED)) & ~_from(begins[0], self._closed)
        return Clock(inside, possible, _from(ends[0], self._closed))


def _from(numbers: Numbers, least: NDArray[np.int_]) -> Planes:
    """Return where numbers are at least so great, for each of some bounds."""
    different, which = np.unique(least, return_inverse=True)
    return packed(numbers >= different[:, None].astype(numbers.dtype))[which.reshape(-1)]


def _next(day: int | None) -> int | None:
    return None if day is None else day + 1


def _cuts(window: Window | None) -> list[int]:
    if window is None:
        return []
    starts = [] if window.start is None else [window.start.low, window.start.high]
    return starts + ([] if window.end is None else [window.end.low + 1, window.end.high + 1])
