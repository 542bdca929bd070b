"""The record of a pregnancy as it grows: a history, and what was done since, as one number.

Two people with the same history, the same scans in the same weeks (as far as criteria can tell) and the same treatments
are in the same state, and the same is due for both. So a state is asked about once.

>>> states = States((25.0,))
>>> first = states.of(np.array([0, 0, 1]))
>>> scanned = states.after(first, states.scan(20, np.array([31.0, 44.0, 19.0])))
>>> scanned, states.told[int(scanned[0])].scans
(array([2, 2, 3]), ((20, 26.0),))
"""

from dataclasses import dataclass, field, replace

import numpy as np

from gravida.draws import Array
from gravida.simulate.histories import bands

HISTORY_STITCH, LENGTH_STITCH, RESCUE_STITCH = range(3)
STITCH, HORMONE, SPAN = 10**6, 2 * 10**6, 1000
"""How events are written as numbers: below ``STITCH`` they are scans; ``SPAN`` is more than the classes of a length, and the weeks of a pregnancy."""
LONG, BEYOND = 30.0, 1.0
"""A length where none makes a difference, and how far above the last limit one lies that stands for all above it, in millimetres."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a record holds in one state: scans as week and millimetres; the week of a stitch, with its reason; of progesterone."""

    history: int
    scans: tuple[tuple[int, float], ...] = ()
    stitch: tuple[int, int] | None = None
    hormone: int | None = None

    @property
    def is_dated(self) -> bool:
        """Whether something is in it that grows older."""
        return bool(self.scans) or self.stitch is not None or self.hormone is not None


@dataclass
class States:
    """Numbers for states. ``limits`` are where a length makes a difference."""

    limits: tuple[float, ...]
    told: list[Told] = field(default_factory=list)
    _numbers: dict[tuple[int, int], int] = field(default_factory=dict)

    def of(self, histories: Array) -> Array:
        """Return the states of people of whom only a history is known."""
        return self._through(np.full(len(histories), -1), histories)

    def after(self, states: Array, events: Array) -> Array:
        """Return the states that follow when something happens."""
        return self._through(states, events)

    def scan(self, week: int, shown: Array) -> Array:
        """Return scans of a week as events, by what they showed."""
        return np.asarray(week * SPAN + bands(shown, self.limits))

    def any_scan(self, week: int) -> Array:
        """Return every scan of a week that criteria can tell apart."""
        return week * SPAN + np.arange(2 * len(self.limits) + 1)

    def length(self, band: int) -> float:
        """Return a length in millimetres that stands for all that lie between the same limits."""
        place, is_limit = divmod(band, 2)
        if is_limit:
            return self.limits[place]
        if not 0 < place < len(self.limits):
            return self.limits[0] / 2 if self.limits and place == 0 else max(self.limits, default=LONG) + BEYOND
        return (self.limits[place - 1] + self.limits[place]) / 2

    @staticmethod
    def stitch(reason: int, week: int, people: int) -> Array:
        """Return the same stitch for so many people as events."""
        return np.full(people, STITCH + reason * SPAN + week)

    @staticmethod
    def hormone(week: int, people: int) -> Array:
        """Return the beginning of progesterone for so many people as events."""
        return np.full(people, HORMONE + week)

    def _through(self, states: Array, events: Array) -> Array:
        width = HORMONE + SPAN
        pairs, inverse = np.unique((states + 1) * width + events, return_inverse=True)
        found = np.array([self._number(*divmod(pair, width)) for pair in pairs.tolist()], dtype=np.int64)
        return found[inverse] if len(found) else np.zeros(0, dtype=np.int64)

    def _number(self, before: int, event: int) -> int:
        key = (before - 1, event)
        if key not in self._numbers:
            self._numbers[key] = len(self.told)
            self.told.append(Told(event) if before == 0 else self._grown(self.told[before - 1], event))
        return self._numbers[key]

    def _grown(self, told: Told, event: int) -> Told:
        if event >= HORMONE:
            return replace(told, hormone=event - HORMONE)
        if event >= STITCH:
            reason, week = divmod(event - STITCH, SPAN)
            return replace(told, stitch=(week, reason))
        week, band = divmod(event, SPAN)
        return replace(told, scans=(*told.scans, (week, self.length(band))))
