"""What clinicians choose: care as the made-up hospitals of the synthesizer give it, with its gaps and its delays.

It goes by what is on record there, which is less than what is true, and by nobody's criteria. Only the effects are those
of every other policy, so that the two can be compared.
"""

from dataclasses import dataclass, field

import numpy as np

from gravida.draws import Array
from gravida.policies import Act, Policy
from gravida.simulate.cohort import Cohort
from gravida.simulate.effects import Effects
from gravida.synthesize_births import Ends
from gravida.synthesize_care import BY_EXAMINATION, BY_HISTORY, BY_LENGTH, Care, Carer, first_of
from gravida.synthesize_known import make_known
from gravida.synthesize_lengths import Lengths

NEVER = np.inf
ON: dict[int, Act] = {BY_HISTORY: "history-stitch", BY_LENGTH: "short-cervix-stitch", BY_EXAMINATION: "rescue-stitch"}


@dataclass
class HabitLife:
    """What becomes of a cohort under the habits of hospitals. Days are infinite for what was not done."""

    cohort: Cohort
    policy: Policy
    ends: Ends = field(init=False)
    done: dict[Act, Array] = field(init=False)
    scans: Array = field(init=False)
    left_open: Array = field(init=False)

    def __post_init__(self) -> None:
        cohort = self.cohort
        if not isinstance(cohort.lengths, Lengths):
            raise TypeError("the habits of hospitals need the lengths of the synthesizer")
        known = make_known(cohort.draws, cohort.people, cohort.chosen)
        care = Carer(cohort.draws, cohort.people, known, cohort.lengths, cohort.births, cohort.chosen).care()
        self.scans = np.bincount(care.scans.row, minlength=len(cohort))
        self.left_open = np.zeros(len(cohort), dtype=bool)
        short = self._first_short(care)
        self.done = self._done(care, short)
        self.ends = self._ends(short)

    def _first_short(self, care: Care) -> Array:
        seen = care.scans.vaginal & (care.scans.shown <= self.cohort.chosen.value("act_at_mm"))
        return first_of(care.scans.row[seen], care.scans.day[seen], len(self.cohort))

    def _done(self, care: Care, short: Array) -> dict[Act, Array]:
        stitches, hormones = care.stitches, care.hormones
        found = {act: np.where(stitches.placed & (stitches.indication == reason), stitches.day, NEVER) for reason, act in ON.items()}
        given, by_length = hormones.given & ~hormones.injected, short <= hormones.day
        found["history-progesterone"] = np.where(given & ~by_length, hormones.day, NEVER)
        found["short-cervix-progesterone"] = np.where(given & by_length, hormones.day, NEVER)
        return found

    def _ends(self, short: Array) -> Ends:
        cohort, effects = self.cohort, Effects(self.cohort)
        chances, treated = cohort.chances.copy(), np.zeros(len(cohort), dtype=bool)
        for act, day in self.done.items():
            rows = np.nonzero(np.isfinite(day))[0]
            after = effects.after(act, rows, day[rows], short[rows] <= day[rows])
            chances[rows] = np.where(treated[rows, None], np.minimum(after, chances[rows]), after)
            treated[rows] = True
        return cohort.births.ends_of(cohort.fates, chances)
