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

import numpy as np
from numpy.typing import NDArray

from gravida.audit.truths import Bits, packed
from gravida.guideline import Window

UNDATED = -1
FIRST_DAY, LAST_DAY = -40, 400
"""Days of gestation that are told apart; whatever lies beyond is like the first or the last."""


def within(day: str) -> str:
    """Return the SQL of a day of gestation within those that are told apart. It stays null: LEAST would skip a null."""
    return f"CASE WHEN {day} IS NOT NULL THEN GREATEST(LEAST({day}, {LAST_DAY}), {FIRST_DAY}) END"


@dataclass(frozen=True)
class Clock:
    """For each of n moments, for which recommendations some day of it is inside, may be inside, or is surely after the window."""

    inside: Bits
    possible: Bits
    after: Bits


class Windows:
    """Sets by class of day. The last row stands for a pregnancy that nobody dated."""

    def __init__(self, windows: Sequence[Window | None]) -> None:
        self.windows = windows
        self.cuts = sorted({cut for window in windows for cut in _cuts(window)})
        days = [FIRST_DAY, *self.cuts]
        starts = [(None, None) if each is None or each.start is None else (each.start.low, each.start.high) for each in windows]
        ends = [(None, None) if each is None or each.end is None else (each.end.low, each.end.high) for each in windows]
        undated = [each is None for each in windows]
        self._opened = _sets([[high is None or high <= day for _, high in starts] for day in days], undated)
        self._may_open = _sets([[low is None or low <= day for low, _ in starts] for day in days], [True] * len(windows))
        self._may_close = _sets([[low is not None and low < day for low, _ in ends] for day in days], [False] * len(windows))
        self._closed = _sets([[high is not None and high < day for _, high in ends] for day in days], [False] * len(windows))
        self._lengths = np.array(
            [end[0] - start[1] if start[1] is not None and end[0] is not None else LAST_DAY for start, end in zip(starts, ends, strict=True)]
        )

    def classes(self) -> dict[str, NDArray[np.int32]]:
        """Return the class of each day as a table: day, class."""
        days = np.arange(FIRST_DAY, LAST_DAY + 1, dtype=np.int32)
        return {"day": days, "class": np.searchsorted(self.cuts, days, side="right").astype(np.int32)}

    def clock(self, begins: tuple[NDArray[np.int32], NDArray[np.int32]], ends: tuple[NDArray[np.int32], NDArray[np.int32]], width: NDArray[np.int32]) -> Clock:
        """Return where moments stand. ``begins`` and ``ends`` are the classes of their least and greatest gestation; ``width`` the days between these."""
        inside = self._opened[ends[0]] & ~self._may_close[begins[1]] & self._fits(width)
        return Clock(inside, self._may_open[ends[1]] & ~self._closed[begins[0]], self._closed[ends[0]])

    def _fits(self, width: NDArray[np.int32]) -> Bits:
        """Return which windows are long enough to hold the whole range of a dating on some day."""
        widths, inverse = np.unique(width, return_inverse=True)
        return packed(self._lengths[:, None] >= widths[None, :])[inverse.reshape(-1)]


def _cuts(window: Window | None) -> list[int]:
    if window is None:
        return []
    starts = [] if window.start is None else [window.start.low, window.start.high]
    return starts + ([] if window.end is None else [window.end.low + 1, window.end.high + 1])


def _sets(rows: list[list[bool]], undated: list[bool]) -> Bits:
    return packed(np.array([*rows, undated], dtype=np.bool_).T)
