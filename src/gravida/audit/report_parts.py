"""Counts of statuses as a report shows them: a few plain parts, each as it may be shown.

Nothing behind this module knows a count that is not shown: bars, percentages and the order of rows are made from what
is shown, so that none of them gives a small count away.

>>> [bar.name for bar in stacked(100, {"in-time": 60, "late": None, "undone": 30})]
['in-time', 'undone']
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gravida.audit.result import Result

Shown = int | None
"""A count as it may be shown; ``None`` is one that is too small."""

DUE = {
    "in-time": ("due-done-in-time",), "late": ("due-done-late",), "undone": ("due-not-done",),
    "untold": ("due-done-unknown", "due-not-recordable"),
}  # fmt: skip
"""What came of what was due, and the statuses that are counted as it."""
MAYBE = {
    "who": ("unknown-criterion", "unknown-criterion, done"),
    "unless": ("unknown-contraindication", "unknown-contraindication, done"),
    "weeks": ("unknown-calendar", "unknown-calendar, done"),
}  # fmt: skip
"""Why it cannot be told whether it was due, and the statuses that are counted as it."""
NOT_DUE = ("never", "never, done", "withheld", "withheld, done")
LEAST_WHOLE = 100
"""How many times the least count a whole must be for a percentage of it: rounding moves it by less than two hundredths then."""


@dataclass(frozen=True)
class Bar:
    """One piece of a stacked bar: where it begins and how wide it is, in hundredths of the whole."""

    name: str
    start: float
    width: float


@dataclass(frozen=True)
class Parts:
    """What came of some recommendations, as it may be shown: whether they were due, and what came of those that were."""

    due: Shown
    done: Shown
    came: Mapping[str, Shown]
    """By the names of :data:`DUE`."""
    maybe: Shown
    reasons: Mapping[str, Shown]
    """By the names of :data:`MAYBE`."""
    not_due: Shown

    @property
    def bars(self) -> list[Bar]:
        """The pieces of what was due that can be shown."""
        return stacked(self.due, self.came)


def parts_of(result: Result, statuses: Mapping[str, int]) -> Parts:
    """Return the parts of some counts by status."""

    def total(names: Iterable[str]) -> Shown:
        return result.cell(sum(statuses.get(name, 0) for name in names)).shown

    return Parts(
        due=total(name for names in DUE.values() for name in names),
        done=total((*DUE["in-time"], *DUE["late"])),
        came={part: total(names) for part, names in DUE.items()},
        maybe=total(name for names in MAYBE.values() for name in names),
        reasons={part: total(names) for part, names in MAYBE.items()},
        not_due=total(NOT_DUE),
    )


def stacked(whole: Shown, parts: Mapping[str, Shown]) -> list[Bar]:
    """Return the pieces of a bar, one behind the other; what is not shown has none."""
    bars: list[Bar] = []
    start = 0.0
    for name, count in parts.items():
        if whole and count:
            width = 100 * count / whole
            bars.append(Bar(name, round(start, 1), round(width, 1)))
            start += width
    return bars


def percent(part: Shown, whole: Shown, suppress: int) -> int | None:
    """Return a share in hundredths, where both counts are shown and rounding them does not matter.

    >>> percent(450, 1_000, 10), percent(450, 990, 10), percent(None, 1_000, 10)
    (45, None, None)
    """
    least = LEAST_WHOLE * max(suppress, 1)
    return round(100 * part / whole) if part is not None and whole is not None and whole >= least else None


def rank(*counts: Shown) -> Sequence[int]:
    """Return what sorts the largest first, by what is shown alone."""
    return [-(count or 0) for count in counts]
