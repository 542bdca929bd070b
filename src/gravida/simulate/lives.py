"""Week by week: what is due, what is done, and when the pregnancy ends.

Everybody is seen on the first day of each week from the first visit on. A scan that is due is made, and what it shows is
on record at once; then treatments that are due are decided, in the order of the policy's lines, and begin some days
later. Between two visits a cervix may be found open. Nothing is planned after a stitch, or once a cervix was open.

A life under a policy stops whenever it must know what is due, and goes on when the engine has answered: so the lives
under all policies wait together, and are asked about at once.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import numpy as np

from gravida.draws import Array
from gravida.policies import Act, Line, Policy
from gravida.simulate.answers import DONE, DUE, OPEN, Answers
from gravida.simulate.cohort import Cohort
from gravida.simulate.effects import Effects
from gravida.simulate.questions import KNOWN_FROM, Opened, Question
from gravida.simulate.states import HISTORY_STITCH, LENGTH_STITCH, RESCUE_STITCH, States
from gravida.synthesize_births import Ends
from gravida.units import DAYS_IN_A_WEEK

Asks = Generator[list[Question], None, None]
"""What must be answered before it goes on."""

STITCHES: dict[Act, int] = {"history-stitch": HISTORY_STITCH, "short-cervix-stitch": LENGTH_STITCH, "rescue-stitch": RESCUE_STITCH}
LATER: tuple[Act, ...] = ("short-cervix-stitch", "short-cervix-progesterone")
"""What is not done at the visit at which it is decided."""

NEVER = np.inf
NO_SCAN = -(10**6)


@dataclass
class Life:
    """What becomes of a cohort under one policy. Days are infinite for what was not done."""

    cohort: Cohort
    policy: Policy
    answers: Answers
    ends: Ends = field(init=False)
    done: dict[Act, Array] = field(init=False)
    """When each treatment began, by act."""
    scans: Array = field(init=False)
    left_open: Array = field(init=False)
    """For whom the guideline leaves something open that the policy asks, so that it was not done."""

    def __post_init__(self) -> None:
        size, before = len(self.cohort), self.cohort.untreated
        self.ends = Ends(before.days.copy(), before.spontaneous.copy(), before.alive.copy())
        self.done = {line.act: np.full(size, NEVER) for line in self.policy.lines if line.is_treatment}
        self.scans, self.left_open = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=bool)
        self.shortest, self.last_scan = np.full(size, NEVER), np.full(size, NO_SCAN)
        self.stitched, self.given, self.closed = (np.zeros(size, dtype=bool) for _ in range(3))
        self.opened: list[Array] = [np.zeros(0, dtype=np.int64)]
        self.chances = self.cohort.chances
        self.effects = Effects(self.cohort)
        self.planned = [line for line in self.policy.lines if line.act != "rescue-stitch"]
        self.rescues = [line for line in self.policy.lines if line.act == "rescue-stitch"]

    def live(self, state: Array) -> Asks:
        """Live through all weeks, from everybody's state at the first visit on."""
        self.state = state.copy()
        self.found_open = self._found_open(np.arange(len(self.cohort)), self.ends)
        active = yield from self._active()
        for week in range(-(-KNOWN_FROM // DAYS_IN_A_WEEK), self._latest // DAYS_IN_A_WEEK + 1):
            self._between(week)
            yield from self._visit(week, active)
        yield from self._rescue()

    def _value(self, name: str) -> float:
        return self.cohort.chosen.value(name)

    def _columns(self, line: Line) -> list[int]:
        return [self.answers.column[key] for key in line.recommendations]

    # --- who is seen -------------------------------------------------------------------------------------------------

    def _weeks(self, line: Line) -> range:
        """Return the weeks in which a line may act."""
        windows = [self.answers.recommendations[column].window for column in self._columns(line)]
        last = max((each.end.high if each and each.end else self._latest for each in windows), default=self._latest)
        first = min((each.start.low if each and each.start else 0 for each in windows), default=0)
        first, last = max(first, line.first or 0, KNOWN_FROM), min(last, self._latest if line.last is None else line.last)
        return range(-(-first // DAYS_IN_A_WEEK), last // DAYS_IN_A_WEEK + 1)

    @property
    def _latest(self) -> int:
        return int(self.cohort.births.edges[-1]) - 1

    def _active(self) -> Generator[list[Question], None, Array]:
        """Return for whom anything can ever be due before a scan, and so anything at all."""
        histories, inverse = np.unique(self.state, return_inverse=True)
        can, unclear = np.zeros(len(histories), dtype=bool), np.zeros(len(histories), dtype=bool)
        weeks = sorted({week for line in self.planned for week in self._weeks(line)})
        yield [question for week in weeks for question in self.answers.missing(histories, week)]
        for week in weeks:
            found = self.answers.at(histories, week)
            for line in self.planned:
                if week in self._weeks(line):
                    can |= (found[:, self._columns(line)] == DUE).any(axis=1)
                    unclear |= (found[:, self._columns(line)] == OPEN).any(axis=1) & (line.act not in LATER)
        self.left_open |= unclear[inverse]
        return np.nonzero(can[inverse])[0]

    def _is_seen(self, rows: Array, week: int) -> Array:
        day = week * DAYS_IN_A_WEEK
        return np.asarray((self.cohort.booked[rows] <= day) & (self.ends.days[rows] > day) & ~self.stitched[rows] & ~self.closed[rows])

    # --- a visit -----------------------------------------------------------------------------------------------------

    def _visit(self, week: int, active: Array) -> Asks:
        """See everybody for whom something may be due. It asks twice in every week, so that all lives ask in the same week."""
        lines = [line for line in self.planned if week in self._weeks(line)]
        rows = active[self._is_seen(active, week)] if lines else active[:0]
        yield self.answers.missing(self.state[rows], week)
        found = self.answers.at(self.state[rows], week)
        scanned = np.zeros(len(rows), dtype=bool)
        for line in lines:
            if line.act == "scan":
                scanned |= self._scan_is_due(line, found, rows, week) & self._taken_up(line, rows)
        yield self._scan(week, rows[scanned])
        found[scanned] = self.answers.at(self.state[rows[scanned]], week)
        used = [column for line in lines if line.act in LATER for column in self._columns(line)]
        self.left_open[rows] |= scanned & (found[:, used] == OPEN).any(axis=1)
        for line in lines:
            if line.is_treatment:
                due = (found[:, self._columns(line)] == DUE).any(axis=1) & self._taken_up(line, rows)
                self._treat(line, week, rows[due & self._may(line, rows)])

    def _scan_is_due(self, line: Line, found: Array, rows: Array, week: int) -> Array:
        mine = found[:, self._columns(line)]
        again = (mine == DONE).any(axis=1) & (line.every is not None)
        rested = (week - self.last_scan[rows]) * DAYS_IN_A_WEEK >= (line.every or 0)
        return np.asarray(((mine == DUE).any(axis=1) | again) & rested)

    def _taken_up(self, line: Line, rows: Array) -> Array:
        """Return who takes an act up. Luck is of the person and the act, so it is the same under every policy and every week."""
        share = self._value(line.uptake) if isinstance(line.uptake, str) else line.uptake
        return self.cohort.draws.happens(f"uptake-{line.act}", self.cohort.people.person[rows], share)

    def _may(self, line: Line, rows: Array) -> Array:
        stitch = line.act in STITCHES
        other = (self.given[rows] if stitch else self.stitched[rows]) & line.alone
        return np.asarray(~other & ~(self.stitched[rows] if stitch else self.given[rows]))

    def _scan(self, week: int, rows: Array) -> list[Question]:
        """Make a scan, and return what must be asked of what it shows."""
        cohort = self.cohort
        error = cohort.draws.normal("scan-error", cohort.people.person[rows], week=week)
        shown = cohort.lengths.measured(rows, np.full(len(rows), week * DAYS_IN_A_WEEK), error)
        self.scans[rows] += 1
        self.last_scan[rows] = week
        self.shortest[rows] = np.minimum(self.shortest[rows], shown)
        self.state[rows], wanted = self.answers.scanned(self.state[rows], week, shown)
        return wanted

    def _treat(self, line: Line, week: int, rows: Array) -> None:
        """Do what was decided, unless the pregnancy ends before it is done."""
        day = np.full(len(rows), float(week * DAYS_IN_A_WEEK))
        if line.act in LATER:
            day -= np.floor(self._value("act_delay_days") * np.log(self.cohort.draws.uniform(f"delay-{line.act}", self.cohort.people.person[rows])))
        self._record(line.act, week, rows)
        kept = day < self.ends.days[rows]
        self._does(line.act, rows[kept], day[kept])

    def _record(self, act: Act, week: int, rows: Array) -> None:
        states = self.answers.states
        event = States.stitch(STITCHES[act], week, len(rows)) if act in STITCHES else States.hormone(week, len(rows))
        self.state[rows] = states.after(self.state[rows], event)
        (self.stitched if act in STITCHES else self.given)[rows] = True

    def _does(self, act: Act, rows: Array, day: Array) -> None:
        """Let an act begin, and change what it changes. Of two treatments the one that does more counts, not both."""
        if not len(rows):
            return
        treated = np.isfinite(np.stack([self.done[each][rows] for each in self.done])).any(axis=0)
        self.done[act][rows] = day
        after = self.effects.after(act, rows, day, self.shortest[rows] <= self._value("act_at_mm"))
        if self.chances is self.cohort.chances:
            self.chances = self.cohort.chances.copy()
        self.chances[rows] = np.where(treated[:, None], np.minimum(after, self.chances[rows]), after)
        ends = self.cohort.births.ends_of(self.cohort.fates.of(rows), self.chances[rows])
        for mine, new in ((self.ends.days, ends.days), (self.ends.spontaneous, ends.spontaneous), (self.ends.alive, ends.alive)):
            mine[rows] = new
        self.found_open[rows] = self._found_open(rows, ends)

    # --- between two visits ------------------------------------------------------------------------------------------

    def _found_open(self, rows: Array, ends: Ends) -> Array:
        """Return when an open cervix is found, of those whose pregnancy would end early by itself."""
        before, person = self._value("open_before"), self.cohort.people.person[rows]
        early = np.nonzero(ends.spontaneous & (ends.days < before))[0]
        found = np.full(len(rows), NEVER)
        day = ends.days[early] - 1 - np.floor(self.cohort.draws.uniform("open-when", person[early]) * self._value("open_days"))
        seen = self.cohort.draws.happens("open", person[early], self._value("open_found")) & (day >= self.cohort.booked[rows[early]])
        found[early] = np.where(seen, day, NEVER)
        return found

    def _between(self, week: int) -> None:
        """Take note of those who were found open since the last visit: nothing is planned for them any more."""
        day = week * DAYS_IN_A_WEEK
        rows = np.nonzero((self.found_open < day) & (self.found_open >= day - DAYS_IN_A_WEEK) & ~self.closed)[0]
        self.closed[rows] = True
        self.opened.append(rows[~self.stitched[rows]])

    def _rescue(self) -> Asks:
        """Decide about a stitch for everybody who was found open without one; nothing else rests on it."""
        rows = np.concatenate(self.opened)
        if not self.rescues or not len(rows):
            return
        questions = self._questions(rows)
        yield self.answers.missing_opened(questions)
        found = self.answers.opened(questions)
        for line in self.rescues:
            due = (found[:, self._columns(line)] == DUE).any(axis=1) & self._within(line, rows) & self._taken_up(line, rows) & ~self.stitched[rows]
            self.stitched[rows[due]] = True
            self._does(line.act, rows[due], self.found_open[rows[due]])

    def _within(self, line: Line, rows: Array) -> Array:
        day = self.found_open[rows]
        return np.asarray((day >= (line.first or 0)) & (day <= (self._latest if line.last is None else line.last)))

    def _questions(self, rows: Array) -> list[Question]:
        draws, person = self.cohort.draws, self.cohort.people.person[rows]
        width = np.ceil(draws.uniform("dilation", person, entry=0) * self._value("open_most_cm")).astype(int).tolist()
        exposed = draws.happens("exposed", person, self._value("open_exposed")).tolist()
        contracting = draws.happens("open-contracting", person, self._value("open_contracting")).tolist()
        opened = map(Opened, width, exposed, contracting)
        days = self.found_open[rows].astype(int).tolist()
        return [Question(state, day, each) for state, day, each in zip(self.state[rows].tolist(), days, opened, strict=True)]


def live_all(lives: Sequence[tuple[Life, Array]], answers: Answers) -> None:
    """Let several lives go on together, and answer what they ask all at once."""
    going = [life.live(state) for life, state in lives]
    while going:
        asked: dict[Question, None] = {}
        still = []
        for each in going:
            questions = next(each, None)
            if questions is not None:
                asked.update(dict.fromkeys(questions))
                still.append(each)
        if asked:
            answers.learn(asked)
        going = still
