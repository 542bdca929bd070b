"""What came of each pregnancy: moments against windows, taken together.

A course is all moments of one pregnancy, each as a profile and where its first and last day stand among the windows.
Pregnancies with the same course are worked out once. An act was done at the moment in which the record first shows it;
what was advised is asked of that moment and of the one before, because a stitch changes what is advised.

Courses stand side by side, 64 in a word, those with most moments first: so the second moments of all courses lie over
the first ones, and what holds at some moment is one *or* of words.

>>> STATUSES[:4]
('never', 'withheld', 'due-done-in-time', 'due-done-late')
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gravida.audit.classes import Classes
from gravida.audit.engine import Columns
from gravida.audit.outcomes import Outcomes, acts_of
from gravida.audit.truths import BITS, Planes, packed, unpacked
from gravida.audit.windows import Clock, Windows
from gravida.guideline import Action, Recommendation

STATUSES = (
    "never", "withheld", "due-done-in-time", "due-done-late", "due-not-done", "due-done-unknown", "due-not-recordable",
    "unknown-contraindication", "unknown-calendar", "unknown-criterion",
    "against-heeded", "against-done", "against-unknown", "against-not-recordable",
)  # fmt: skip
"""What can come of a recommendation in a pregnancy."""
CODE = {name: code for code, name in enumerate(STATUSES)}
SUPPORT = ("not-done", "supported", "unknown", "unsupported")
"""What can come of an act: not done; done where some guideline supports it; where that cannot be told; where none does."""
TOGETHER = 1 << 14
"""Courses that are worked out together."""


@dataclass(frozen=True)
class Found:
    """What came of some courses: ``status`` and ``acted`` have shape (recommendations, courses), ``support`` (acts, courses).

    ``last`` is the profile at the end of each, in its words.
    """

    status: NDArray[np.uint8]
    acted: NDArray[np.uint8]
    support: NDArray[np.uint8]
    last: Columns


class Lanes:
    """Some courses, one in each bit: their j-th moments are a block of words, and blocks stand one after another.

    A course with fewer moments than its neighbours in a word stays at its last. ``rows`` says which moment each bit is.
    """

    def __init__(self, firsts: NDArray[np.intp], counts: NDArray[np.intp]) -> None:
        self.size = len(firsts)
        words = [-(-int((counts > turn).sum()) // BITS) for turn in range(int(counts[0]))]
        lanes = [np.minimum(np.arange(each * BITS), self.size - 1) for each in words]
        self.rows = np.concatenate([firsts[each] + np.minimum(turn, counts[each] - 1) for turn, each in enumerate(lanes)])
        self._ends = np.cumsum(words)

    def _blocks(self, planes: Planes) -> list[Planes]:
        return np.split(planes, self._ends[:-1], axis=-1)

    def ever(self, planes: Planes) -> Planes:
        """Return in which courses something holds at some moment."""
        first, *rest = self._blocks(planes)
        found = first.copy()
        for each in rest:
            found[..., : each.shape[-1]] |= each
        return found

    def before(self, planes: Planes) -> Planes:
        """Return where something held at the moment before."""
        blocks = self._blocks(planes)
        earlier = [each[..., : later.shape[-1]] for each, later in pairwise(blocks)]
        return np.concatenate([np.zeros_like(blocks[0]), *earlier], axis=-1)


class Courses:
    """Works out courses.

    ``counted`` are recommendations that can support an act: current, and read by somebody. ``families`` names, for each act,
    what shows it: acts that one entry shows together, such as a scan and a look at the cervix, support each other.
    """

    def __init__(self, classes: Classes, outcomes: Outcomes, windows: Windows, counted: Sequence[bool], families: Mapping[str, str]) -> None:
        self.classes, self.outcomes, self.windows, self.families = classes, outcomes, windows, families
        self.recommendations, self.acts = outcomes.recommendations, acts_of(outcomes.actions)
        self.deadline = _mask([bool(each.window and each.window.deadline) for each in self.recommendations])
        self.is_against = _mask([each.stance == "against" for each in self.recommendations])
        self.favours = _mask([each.favours and bool(each.actions) for each in self.recommendations])
        self.recordable = _mask([recordable(each, outcomes.actions) for each in self.recommendations])
        self.series = _mask([_is_series(each, outcomes.actions) for each in self.recommendations])
        self.named = [np.array([act.id in each.actions for each in self.recommendations]) for act in self.acts]
        same = [{other.id for other in outcomes.actions.values() if other.done_when == act.done_when} for act in self.acts]
        able = [each.favours and bool(each.actions) and counts for each, counts in zip(self.recommendations, counted, strict=True)]
        self.supports = [np.array([can and not names.isdisjoint(each.actions) for each, can in zip(self.recommendations, able, strict=True)]) for names in same]

    def find(self, rows: Columns) -> Found:
        """Return what came of each course, in the order of their numbers, given their moments in order."""
        _, firsts, counts = np.unique(rows["course"], return_index=True, return_counts=True)
        members = (len(self.recommendations), len(self.recommendations), len(self.acts))
        status, acted, support = (np.empty((each, len(firsts)), dtype=np.uint8) for each in members)
        for at in range(0, len(firsts), TOGETHER):
            part = slice(at, at + TOGETHER)
            status[:, part], acted[:, part], support[:, part] = self._together(rows, firsts[part], counts[part])
        return Found(status, acted, support, {word: rows[word][firsts + counts - 1] for word in self.classes.words})

    def _together(self, rows: Columns, firsts: NDArray[np.intp], counts: NDArray[np.intp]) -> tuple[NDArray[np.uint8], ...]:
        lanes = Lanes(firsts, counts)
        moments = Moments(self, lanes, {name: values[lanes.rows] for name, values in rows.items()})
        ever = {name: lanes.ever(each) for name, each in (moments.bits() | moments.against()).items()}
        support = moments.support()
        return self._status(ever, lanes.size), unpacked(ever["acted"], lanes.size), support

    def said(self, profiles: Columns) -> dict[str, Planes]:
        """Return what every recommendation says of some profiles, by :data:`gravida.audit.outcomes.SETS`."""
        return self.outcomes.sets(self.classes.atoms(profiles), -(-len(next(iter(profiles.values()))) // BITS))

    def _status(self, bits: Mapping[str, Planes], size: int) -> NDArray[np.uint8]:
        """Return the status of each recommendation in each course: the first of these that is true."""
        favours, against, recordable = self.favours, self.is_against, self.recordable
        due, late = bits["due"] & favours, bits["acted_after"] | (bits["acted_inside"] & bits["overrun"])
        advised = bits["due"] & against
        ladder = (
            (due & ~recordable, "due-not-recordable"),
            (due & self.series & bits["acted"], "due-done-unknown"),
            (due & bits["acted_inside"] & ~bits["overrun"], "due-done-in-time"),
            (due & late, "due-done-late"),
            (due & bits["acted_unknown"], "due-done-unknown"),
            (due, "due-not-done"),
            (bits["unsure"] & favours, "unknown-contraindication"),
            (bits["calendar"] & favours, "unknown-calendar"),
            (bits["maybe"] & favours, "unknown-criterion"),
            (bits["withheld"] & favours, "withheld"),
            (bits["done_against"] & against, "against-done"),
            (bits["done_against_unknown"] & against, "against-unknown"),
            (advised & ~recordable, "against-not-recordable"),
            (advised, "against-heeded"),
        )
        return _first_true(ladder, size)


def _first_true(ladder: Sequence[tuple[Planes, str]], size: int) -> NDArray[np.uint8]:
    """Return the code of the first test that is true for each recommendation and course; 0 where none is."""
    left = np.full_like(ladder[0][0], ~np.uint64(0))
    digits = [np.zeros_like(left) for _ in range(max(CODE.values()).bit_length())]
    for test, name in ladder:
        hit = test & left
        left &= ~hit
        for digit in (digit for digit in range(len(digits)) if CODE[name] >> digit & 1):
            digits[digit] |= hit
    return _numbers(digits, size)


def _numbers(digits: Sequence[Planes], size: int) -> NDArray[np.uint8]:
    """Return the numbers whose binary digits are planes, the least digit first."""
    found: NDArray[np.uint8] = np.bitwise_or.reduce([unpacked(each, size) << digit for digit, each in enumerate(digits)])
    return found


@dataclass
class Moments:
    """The moments of some courses, and what each says. Planes have a row for each recommendation and a bit for each moment."""

    courses: Courses
    lanes: Lanes
    at: Columns

    def _clock(self, end: str) -> Clock:
        at = self.at
        return self.courses.windows.clock((at["begin_low"], at["begin_high"]), (at[f"{end}_low"], at[f"{end}_high"]), at["width"])

    @cached_property
    def now(self) -> dict[str, Planes]:
        """What every recommendation says."""
        return self.courses.said(self.at)

    def bits(self) -> dict[str, Planes]:
        """Return for which recommendations something holds at some day of each moment."""
        now, clock = self.now, self._clock("end")
        overdue = clock.after & self.courses.deadline
        standing = clock.inside | overdue
        settled = now["clear"] | now["done"] | now["again_unknown"]
        return {
            "due": (settled & clock.inside) | (now["clear"] & overdue),
            "unsure": now["unsure"] & standing,
            "withheld": (now["against"] | now["impossible"]) & standing,
            "calendar": (settled | now["unsure"]) & clock.possible & ~clock.inside,
            "maybe": now["maybe"] & (clock.possible | overdue),
            "acted": now["acted"], "acted_inside": now["acted"] & clock.inside, "acted_after": now["acted"] & clock.after,
            "acted_unknown": now["acted_unknown"], "overrun": now["overrun"] & clock.inside,
        }  # fmt: skip

    @cached_property
    def fresh(self) -> Planes:
        """Where a moment begins, and does not merely go on under another dating."""
        return packed(self.at["turn"] % 2 == 0)

    @cached_property
    def new(self) -> Planes:
        """Which acts the record first shows. Shape (acts, words)."""
        acts = self.now["acts"]
        return acts & ~self.lanes.before(acts) & self.fresh

    @cached_property
    def _begin(self) -> Clock:
        return self._clock("begin")

    def _either(self, *names: str) -> Planes:
        """Return for which recommendations one of some sets holds at each moment or at the one before it."""
        held: Planes = np.bitwise_or.reduce([self.now[name] for name in names])
        return held | (self.lanes.before(held) & self.fresh)

    def against(self) -> dict[str, Planes]:
        """Return which recommendations against an act it was done against, on the day on which it was done."""
        named = np.zeros_like(self._begin.inside)
        for each, new in zip(self.courses.named, self.new, strict=True):
            named[each] |= new
        done = named & self._either("clear") & self._begin.inside
        return {"done_against": done, "done_against_unknown": named & self._either("clear", "unsure", "maybe") & self._begin.possible}

    def support(self) -> NDArray[np.uint8]:
        """Return, for each act and course, the worst of whether a guideline supports it when it is new, by :data:`SUPPORT`."""
        yes = self._supported(self._either("clear", "unsure", "done", "again_unknown") & self._begin.inside)
        perhaps = self._supported(self._either("clear", "unsure", "done", "again_unknown", "maybe") & self._begin.possible)
        supported, unknown, unsupported = (self.lanes.ever(self.new & each) for each in (yes, perhaps & ~yes, ~(yes | perhaps)))
        return _numbers([(supported & ~unknown) | unsupported, unknown | unsupported], self.lanes.size)

    def _supported(self, by: Planes) -> Planes:
        """Return which acts any of some recommendations supports: one entry may show several acts at once, and what supports one supports all."""
        families: dict[str, Planes] = {}
        for act, supports, new in zip(self.courses.acts, self.courses.supports, self.new, strict=True):
            shown = new & np.bitwise_or.reduce(by[supports], axis=0)
            family = self.courses.families[act.id]
            families[family] = families.get(family, np.zeros_like(new)) | shown
        return np.stack([families[self.courses.families[act.id]] for act in self.courses.acts])


def _mask(members: Sequence[bool]) -> Planes:
    """Return a plane for each recommendation, full or empty, to lay over others."""
    return np.where(np.asarray(members, dtype=np.bool_), ~np.uint64(0), np.uint64(0))[:, None]


def recordable(recommendation: Recommendation, actions: Mapping[str, Action]) -> bool:
    """Return whether a record can ever show it done; of what is advised against, any one act, and no series, which one scan does not show."""
    acts = [actions[name] for name in recommendation.actions]
    if not recommendation.favours:
        return any(each in acts_of(actions) for each in acts)
    traced = [each.done_when is not None for each in acts]
    return bool(traced) and (any(traced) if recommendation.free_choice else all(traced))


def _is_series(recommendation: Recommendation, actions: Mapping[str, Action]) -> bool:
    """Return whether it asks for a series and gives no interval: then one shows that it was begun, and nothing that it was kept up."""
    return recommendation.repeat_days is None and any(actions[name].days_since for name in recommendation.actions)
