"""What is done in a pregnancy: scans, stitches, progesterone, referral.

Care acts on what is on record, at sites whose habits differ: some of it in time, some late, some not at all, and some
without a reason. Whatever is done lies before the day on which the pregnancy would have ended without it.

>>> INDICATIONS[BY_LENGTH], REASONS[INCIDENTAL]
('ultrasound', 'incidental')
"""

from dataclasses import dataclass, field

import numpy as np

from gravida.draws import Array, Draws
from gravida.synthesize_births import NEVER, Births, Ends, Treated
from gravida.synthesize_chosen import Chosen
from gravida.synthesize_known import Known
from gravida.synthesize_lengths import Lengths
from gravida.synthesize_people import People

BY_HISTORY, BY_LENGTH, BY_EXAMINATION = range(3)
INDICATIONS = ("history", "ultrasound", "examination")
SURVEILLANCE, INCIDENTAL, SYMPTOMS = range(3)
REASONS = ("surveillance", "incidental", "symptoms")


@dataclass(frozen=True, slots=True)
class Scans:
    """One row for each scan, ordered by person and day. ``day`` is a gestation in days."""

    row: Array
    day: Array
    column: Array
    """Its number among the scans that are planned for anybody: it keys the luck of the scan."""
    vaginal: Array
    reason: Array
    shown: Array


@dataclass(frozen=True, slots=True)
class Stitches:
    """At most one for each person; ``day`` is infinite for who has none, and below zero if it was placed before pregnancy."""

    day: Array
    indication: Array
    abdominal: Array

    @property
    def placed(self) -> Array:
        """Who has one."""
        return np.isfinite(self.day)


@dataclass(frozen=True, slots=True)
class Hormones:
    """At most one treatment for each person; ``day`` is infinite for who has none."""

    day: Array
    until: Array
    injected: Array

    @property
    def given(self) -> Array:
        """Who has one."""
        return np.isfinite(self.day)


@dataclass(frozen=True, slots=True)
class Care:
    """All that was done, and when the pregnancy ended with it. Days are infinite for what was not done."""

    scans: Scans
    stitches: Stitches
    hormones: Hormones
    referred: Array
    anatomy: Array
    found_open: Array
    worried: Array
    ends: Ends


@dataclass
class Carer:
    """Decides for each person. ``until`` is the day on which the pregnancy ends if nothing is done."""

    draws: Draws
    people: People
    known: Known
    lengths: Lengths
    births: Births
    chosen: Chosen
    log_odds: Array = field(init=False)
    untreated: Ends = field(init=False)
    booked: Array = field(init=False)

    def __post_init__(self) -> None:
        self.log_odds = self.births.log_odds(self.people, self.lengths)
        self.untreated = self.births.ends(self.draws, self.people, self.births.chances(self.log_odds))
        self.booked = np.minimum(self.people.booking, self.untreated.days - 1)

    def care(self) -> Care:
        """Return what is done, in the order in which it is decided."""
        history = self._stitch_by_history()
        anatomy, worried = self._anatomy_day(), self._worried_day()
        scans = self._scans(anatomy, worried)
        short = self._first_short(scans)
        stitches = self._stitch_by_length(history, short)
        found_open = self._found_open()
        stitches = self._stitch_by_examination(stitches, found_open)
        hormones = self._hormones(short, stitches)
        ends = self._ends(stitches, hormones, short)
        return Care(scans, stitches, hormones, self._referred(), anatomy, found_open, worried, ends)

    def uniform(self, decision: str) -> Array:
        """Return everybody's luck in a decision."""
        return self.draws.uniform(decision, self.people.person)

    def habit(self, name: str) -> Array:
        """Return the habit of everybody's site."""
        return np.asarray(self.chosen.habit(name)[self.people.site])

    def by_risk(self, high: str, other: str) -> Array:
        """Return the habit for those known to be high-risk, and the one for all others."""
        return np.where(self.known.high, self.habit(high), self.habit(other))

    def _within(self, day: Array, who: Array) -> Array:
        """Return days on which something is done for these people, if they have booked and are still pregnant."""
        return np.where(who & (day >= self.booked) & (day < self.untreated.days), np.floor(day), NEVER)

    # --- scans -----------------------------------------------------------------------------------------------------

    def _anatomy_day(self) -> Array:
        value = self.chosen.value
        day = value("anatomy_mean") + value("anatomy_sd") * self.draws.normal("anatomy", self.people.person)
        day = np.clip(day, value("anatomy_earliest"), value("anatomy_latest"))
        return self._within(day, self.uniform("anatomy-done") < value("anatomy_done"))

    def _worried_day(self) -> Array:
        value = self.chosen.value
        day = value("worried_from") + self.uniform("worried-when") * value("worried_days")
        return self._within(day, self.uniform("worried") < value("worried_visit"))

    def _scans(self, anatomy: Array, worried: Array) -> Scans:
        """Return all scans of the cervix: planned ones, at the anatomy scan, because of symptoms."""
        planned = self._planned()
        luck = self.uniform("measured-at-anatomy")
        vaginal = luck < self.habit("tv_for_all")
        at_anatomy = np.where(vaginal | (self.uniform("belly") < self.habit("ta_for_all")), anatomy, NEVER)
        at_worry = np.where(self.uniform("worried-scan") < self.chosen.value("worried_scan"), worried, NEVER)
        days = np.column_stack([*planned, at_anatomy, at_worry])
        row, column = np.nonzero(np.isfinite(days))
        day = days[row, column].astype(np.int64)
        order = np.lexsort((column, day, row))
        row, column, day = row[order], column[order], day[order]
        is_planned, is_anatomy = column < len(planned), column == len(planned)
        reason = np.select([is_planned, is_anatomy], [SURVEILLANCE, INCIDENTAL], SYMPTOMS)
        through = np.where(is_anatomy, vaginal[row], True)
        return Scans(row, day, column, through, reason, self._shown(row, day, column, through))

    def _planned(self) -> list[Array]:
        """Return the days of planned scans, a column for each."""
        value = self.chosen.value
        watched = self.uniform("surveillance") < self.by_risk("surveillance", "surveillance_low")
        late = self.uniform("late-start") < self.habit("late_start")
        found = []
        for number in range(self.chosen.days("surveillance_scans")):
            due = value("surveillance_from") + number * value("surveillance_every")
            day = due + self.draws.uniform("surveillance-delay", self.people.person, entry=number) * value("surveillance_delay")
            kept = self.draws.happens("surveillance-kept", self.people.person, value("surveillance_kept"), entry=number)
            found.append(self._within(day, watched & kept & ~(late & (number < value("late_start_scans")))))
        return found

    def _shown(self, row: Array, day: Array, column: Array, vaginal: Array) -> Array:
        """Return the length that each scan shows. One over the belly makes a short cervix look longer."""
        value, person = self.chosen.value, self.people.person[row]
        shown = self.lengths.measured(row, day, self.draws.normal("scan-error", person, entry=column))
        belly = value("ta_sd") * self.draws.normal("belly-error", person, entry=column) + np.where(shown < value("act_at_mm"), value("ta_bias_cl_lt25"), 0)
        return np.where(vaginal, shown, np.clip(np.ceil(shown + belly), 1, value("cl_longest")))

    def _first_short(self, scans: Scans) -> Array:
        """Return the day on which a short cervix was first seen on a transvaginal scan."""
        seen = scans.vaginal & (scans.shown <= self.chosen.value("act_at_mm"))
        return first_of(scans.row[seen], scans.day[seen], len(self.people))

    # --- treatments ------------------------------------------------------------------------------------------------

    def _stitch_by_history(self) -> Stitches:
        value, known = self.chosen.value, self.known
        many = known.events >= value("stitch_history_events")
        chance = np.select([many, known.painless, known.high], [self.habit("stitch_history"), self.habit("stitch_painless"), self.habit("stitch_high")], 0.0)
        day = value("stitch_history_from") + self.uniform("stitch-day") * value("stitch_history_days")
        late = self.uniform("stitch-late") < self.habit("stitch_late")
        day = np.maximum(day + np.where(late, self.uniform("stitch-late-by") * value("stitch_late_days"), 0), self.booked)
        wanted = self.uniform("stitch") < chance
        abdominal = wanted & known.stitched & (self.uniform("abdominal") < value("abdominal"))
        before = abdominal & (self.uniform("abdominal-before") < value("abdominal_before"))
        placed = self._within(day, wanted)
        placed = np.where(before, -1 - np.floor(self.uniform("abdominal-when") * value("abdominal_before_days")), placed)
        return Stitches(placed, np.full(len(self.people), BY_HISTORY), abdominal)

    def _stitch_by_length(self, so_far: Stitches, short: Array) -> Stitches:
        value = self.chosen.value
        delay = -value("act_delay_days") * np.log(self.uniform("act-delay"))
        wanted = self.uniform("stitch-short") < self.by_risk("stitch_short", "stitch_short_low")
        day = self._within(short + delay, wanted & ~so_far.placed & (short + delay < value("stitch_before")))
        return _added(so_far, day, BY_LENGTH)

    def _found_open(self) -> Array:
        """Return the day on which an open cervix was found, of those whose pregnancy would end early by itself."""
        value = self.chosen.value
        early = self.untreated.spontaneous & (self.untreated.days < value("open_before"))
        day = self.untreated.days - 1 - np.floor(self.uniform("open-when") * value("open_days"))
        return self._within(day, early & (self.uniform("open") < value("open_found")))

    def contracting(self) -> Array:
        """Return who has contractions when the cervix is found open."""
        return np.asarray(self.uniform("open-contracting") < self.chosen.value("open_contracting"))

    def _stitch_by_examination(self, so_far: Stitches, found_open: Array) -> Stitches:
        wanted = (self.uniform("stitch-open") < self.habit("stitch_open")) & ~self.contracting() & ~so_far.placed
        return _added(so_far, np.where(wanted, found_open, NEVER), BY_EXAMINATION)

    def _hormones(self, short: Array, stitches: Stitches) -> Hormones:
        value = self.chosen.value
        by_history = self.uniform("progesterone") < self.by_risk("progesterone_history", "progesterone_none")
        early = self._within(np.maximum(value("progesterone_from"), self.booked), by_history)
        delay = -value("act_delay_days") * np.log(self.uniform("progesterone-delay"))
        wanted = (self.uniform("progesterone-short") < self.habit("progesterone_short")) & ~stitches.placed & ~np.isfinite(early)
        late = self._within(short + delay, wanted)
        until = value("progesterone_until") + np.floor(self.uniform("progesterone-until") * value("progesterone_until_days"))
        injected = np.isfinite(early) & (self.uniform("17ohpc") < self.habit("17ohpc"))
        return Hormones(np.minimum(early, late), until, injected)

    def _referred(self) -> Array:
        value = self.chosen.value
        day = self.booked + self.uniform("referral-when") * value("referral_days")
        return self._within(day, self.uniform("referral") < self.by_risk("referral", "referral_none"))

    def _ends(self, stitches: Stitches, hormones: Hormones, short: Array) -> Ends:
        """Return when each pregnancy ends with what was done."""
        opened = stitches.placed & (stitches.indication == BY_EXAMINATION)
        treated = Treated(stitches.placed & ~opened, opened, hormones.given & ~hormones.injected & (short <= hormones.day))
        return self.births.ends(self.draws, self.people, self.births.chances(self.log_odds, treated))


def _added(so_far: Stitches, day: Array, indication: int) -> Stitches:
    """Return the stitches with those of another indication."""
    new = np.isfinite(day)
    return Stitches(np.where(new, day, so_far.day), np.where(new, indication, so_far.indication), so_far.abdominal & ~new)


def first_of(row: Array, day: Array, people: int) -> Array:
    """Return the first of these days for each person; infinite for who has none.

    >>> first_of(np.array([0, 2, 2]), np.array([150, 160, 140]), 3)
    array([150.,  inf, 140.])
    """
    found = np.full(people, NEVER)
    np.minimum.at(found, row, day)
    return found
