# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""What came of each pregnancy: moments against windows, taken together.

A course is all moments of one pregnancy, each as an outcome and where its first and last day stand among the windows.
Pregnancies with the same course are worked out once. An act was done at the moment in which the record first shows it;
what was advised is asked of that moment and of the one before, because a stitch changes what is advised.

>>> STATUSES[:4]
('never', 'withheld', 'due-done-in-time', 'due-done-late')
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gravida.audit.engine import Columns, Engine
from gravida.audit.hashes import KEY
from gravida.audit.outcomes import Outcomes, acts_of
from gravida.audit.truths import Bits, columns, packed
from gravida.audit.windows import UNDATED, Clock, Windows, within
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
Integers = NDArray[np.int32]
SAME, FIRST = -1, -2
"""In place of the outcome before: no act is new; there was no moment before."""
ROW = ("outcome", "before", "begin_low", "begin_high", "end_low", "end_high", "width")


@dataclass(frozen=True)
class Found:
    """What came of some courses: ``status`` and ``acted`` have shape (recommendations, courses), ``support`` (acts, courses)."""

    status: NDArray[np.uint8]
    acted: NDArray[np.uint8]
    support: NDArray[np.uint8]


@dataclass(frozen=True)
class Timeline:
    """Makes the tables ``timed`` and ``coursed`` of one portion, and hands over its courses."""

    engine: Engine

    def make(self) -> None:
        """Make them. ``judged`` gives the outcome and the acts of each profile, ``day_class`` the class of each day."""
        news = f"CASE WHEN prev IS NULL THEN {FIRST} ELSE prev END"
        before = f"CASE WHEN (acts & COALESCE(prev_acts, 0)) <> acts THEN {news} ELSE {SAME} END"
        moments = (
            "SELECT m.pid, m.begins, m.ends, j.number, j.outcome, j.acts, LAG(j.outcome) OVER ordered AS prev, LAG(j.acts) OVER ordered AS prev_acts "
            "FROM moments AS m JOIN judged AS j ON j.profile = m.profile WINDOW ordered AS (PARTITION BY m.pid ORDER BY m.begins)"
        )
        pieces = (
            f"SELECT m.pid, m.number, m.outcome, GREATEST(m.begins, d.begins) AS first, LEAST(m.ends, COALESCE(d.nexts - 1, m.ends)) AS last, "
            f"CASE WHEN m.begins >= d.begins THEN {before} ELSE {SAME} END AS before, d.start_low, d.start_high FROM ({moments}) AS m "
            "JOIN datings AS d ON d.pid = m.pid AND d.begins <= m.ends AND (d.nexts IS NULL OR d.nexts > m.begins)"
        )
        ends = {
            "begin_low": "p.first - p.start_high", "begin_high": "p.first - p.start_low",
            "end_low": "p.last - p.start_high", "end_high": "p.last - p.start_low",
        }  # fmt: skip
        joins = " ".join(f"LEFT JOIN day_class AS {name} ON {name}.day = {within(f'({day})')}" for name, day in ends.items())
        columns = ", ".join(f"COALESCE({name}.class, {UNDATED}) AS {name}" for name in ends)
        self.engine.table(
            "timed",
            f"SELECT p.pid, p.number, p.first, p.outcome, p.before, {columns}, COALESCE(p.start_high - p.start_low, 0) AS width FROM ({pieces}) AS p {joins}",
        )
        self.engine.table(
            "coursed",
            f"SELECT t.pid, SUM(CAST(HASH({', '.join(ROW)}) AS {KEY})) AS course, MAX_BY(number, first) AS last_profile FROM timed AS t GROUP BY t.pid",
        )
        self.engine.table("course", "SELECT course, ROW_NUMBER() OVER (ORDER BY course) - 1 AS number, MIN(pid) AS pid FROM coursed GROUP BY course")

    def rows(self) -> Columns:
        """Return the moments of every course of the portion: the number of the course, then :data:`ROW`."""
        columns = ", ".join(f"CAST(t.{name} AS INTEGER) AS {name}" for name in ROW)
        return self.engine.numbers(f"SELECT CAST(c.number AS INTEGER) AS course, {columns} FROM course AS c JOIN timed AS t ON t.pid = c.pid")


class Courses:
    """Works out courses.

    ``counted`` are recommendations that can support an act: current, and read by somebody. ``families`` names, for each act,
    what shows it: acts that one entry shows together, such as a scan and a look at the cervix, support each other.
    """

    def __init__(self, outcomes: Outcomes, windows: Windows, counted: Sequence[bool], families: Mapping[str, str]) -> None:
        self.outcomes, self.windows, self.families = outcomes, windows, families
        self.recommendations, self.acts = outcomes.recommendations, acts_of(outcomes.actions)
        self.deadline = _mask([bool(each.window and each.window.deadline) for each in self.recommendations])
        self.is_against = _mask([each.stance == "against" for each in self.recommendations])
        self.favours = _mask([each.favours and bool(each.actions) for each in self.recommendations])
        self.recordable = _mask([recordable(each, outcomes.actions) for each in self.recommendations])
        self.series = _mask([_is_series(each, outcomes.actions) for each in self.recommendations])
        self.named = [_mask([act.id in each.actions for each in self.recommendations]) for act in self.acts]
        same = [{other.id for other in outcomes.actions.values() if other.done_when == act.done_when} for act in self.acts]
        shown = [_mask([not names.isdisjoint(each.actions) for each in self.recommendations]) for names in same]
        self.supports = [each & self.favours & _mask(counted) for each in shown]

    def find(self, rows: Columns) -> Found:
        """Return what came of each course, in the order of their numbers."""
        order = np.argsort(rows["course"], kind="stable")
        at = {name: np.asarray(values[order], dtype=np.int32) for name, values in rows.items()}
        firsts = np.flatnonzero(np.r_[True, at["course"][1:] != at["course"][:-1]])
        bits = self._over_courses(at, firsts)
        return Found(self._status(bits), columns(bits["acted"], len(self.recommendations)), self._support(at, firsts))

    def _over_courses(self, at: Mapping[str, Integers], firsts: NDArray[np.intp]) -> dict[str, Bits]:
        """Return for which recommendations something holds at some day of each course."""
        some, which = different(at, ("outcome", "begin_low", "begin_high", "end_low", "end_high", "width"))
        found = Moments(self, some).bits()
        new, which_new = different(at, ("outcome", "before", "begin_low", "begin_high", "width"))
        found_new = Moments(self, new).against()
        bits = {name: np.bitwise_or.reduceat(each[which], firsts, axis=0) for name, each in found.items()}
        return bits | {name: np.bitwise_or.reduceat(each[which_new], firsts, axis=0) for name, each in found_new.items()}

    def _support(self, at: Mapping[str, Integers], firsts: NDArray[np.intp]) -> NDArray[np.uint8]:
        some, which = different(at, ("outcome", "before", "begin_low", "begin_high", "width"))
        found = Moments(self, some).support()
        return np.stack([np.maximum.reduceat(each[which], firsts) for each in found])

    def _status(self, bits: Mapping[str, Bits]) -> NDArray[np.uint8]:
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
        return _first_true(ladder, len(self.recommendations))


def _first_true(ladder: Sequence[tuple[Bits, str]], members: int) -> NDArray[np.uint8]:
    """Return the code of the first test that is true for each recommendation and course; 0 where none is."""
    left = np.full_like(ladder[0][0], ~np.uint64(0))
    planes = [np.zeros_like(left) for _ in range(max(CODE.values()).bit_length())]
    for test, name in ladder:
        hit = test & left
        left &= ~hit
        for plane in (plane for plane in range(len(planes)) if CODE[name] >> plane & 1):
            planes[plane] |= hit
    found: NDArray[np.uint8] = np.bitwise_or.reduce([columns(bits, members) << plane for plane, bits in enumerate(planes)])
    return found


def different(at: Mapping[str, Integers], names: Sequence[str]) -> tuple[dict[str, Integers], NDArray[np.intp]]:
    """Return the different rows of some columns, and which of them each row is."""
    keys = np.zeros(len(at[names[0]]), dtype=np.int64)
    for name in names:
        least = int(at[name].min(initial=0))
        keys = keys * (int(at[name].max(initial=0)) - least + 1) + (at[name] - least)
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    return {name: at[name][first] for name in names}, which.reshape(-1)


@dataclass(frozen=True)
class Moments:
    """Moments of courses, one a row, and what each says."""

    courses: Courses
    at: Mapping[str, Integers]

    def _clock(self, end: str) -> Clock:
        at = self.at
        return self.courses.windows.clock((at["begin_low"], at["begin_high"]), (at[f"{end}_low"], at[f"{end}_high"]), at["width"])

    def bits(self) -> dict[str, Bits]:
        """Return for which recommendations something holds at some day of each moment."""
        now = {name: each[self.at["outcome"]] for name, each in self.courses.outcomes.sets().items()}
        clock = self._clock("end")
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

    def _new(self) -> NDArray[np.uint8]:
        """Return which acts the record first shows at each moment. Shape (acts, rows)."""
        acts, before = self.courses.outcomes.sets()["acts"][:, :1], self.at["before"]
        earlier = np.where((before >= 0)[:, None], acts[np.maximum(before, 0)], np.uint64(0))
        new = np.where((before != SAME)[:, None], acts[self.at["outcome"]] & ~earlier, np.uint64(0))
        return columns(new, len(self.courses.acts))

    def _either(self, *names: str) -> Bits:
        """Return for which recommendations one of some sets holds at each moment or at the one before it."""
        sets, before = self.courses.outcomes.sets(), self.at["before"]
        rows = np.bitwise_or.reduce([sets[name] for name in names])
        either: Bits = rows[self.at["outcome"]] | np.where((before >= 0)[:, None], rows[np.maximum(before, 0)], np.uint64(0))
        return either

    def against(self) -> dict[str, Bits]:
        """Return which recommendations against an act it was done against, on the day on which it was done."""
        clock, new = self._clock("begin"), self._new()
        named = np.zeros_like(clock.inside)
        for index, mask in enumerate(self.courses.named):
            named |= new[index][:, None].astype(np.uint64) * mask
        done = named & self._either("clear") & clock.inside
        return {"done_against": done, "done_against_unknown": named & self._either("clear", "unsure", "maybe") & clock.possible}

    def support(self) -> list[NDArray[np.uint8]]:
        """Return, for each act, whether a guideline supports it at the moments at which it is new, by :data:`SUPPORT`."""
        clock, new = self._clock("begin"), self._new()
        yes = self._either("clear", "unsure", "done", "again_unknown") & clock.inside
        perhaps = self._either("clear", "unsure", "done", "again_unknown", "maybe") & clock.possible
        by_family = {}
        for family in set(self.courses.families.values()):
            mask = self._shown(family, new)
            by_family[family] = np.where((yes & mask).any(axis=1), np.uint8(1), np.where((perhaps & mask).any(axis=1), np.uint8(2), np.uint8(3)))
        return [by_family[self.courses.families[act.id]] * new[index] for index, act in enumerate(self.courses.acts)]

    def _shown(self, family: str, new: NDArray[np.uint8]) -> Bits:
        """Return the recommendations for any act of a family that is new at each moment: one scan may show several acts at once."""
        mask = np.zeros((new.shape[1], self.courses.outcomes.words), dtype=np.uint64)
        for index, act in enumerate(self.courses.acts):
            if self.courses.families[act.id] == family:
                mask |= new[index][:, None].astype(np.uint64) * self.courses.supports[index]
        return mask


def _mask(members: Sequence[bool]) -> Bits:
    mask: Bits = packed(np.asarray(members, dtype=np.bool_)[:, None])[0]
    return mask


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
