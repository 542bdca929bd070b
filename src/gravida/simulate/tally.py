"""What came of it, counted: sums over people, and over differences between two lives of the same person.

Sums of portions add up, so ten million people need no more memory than one portion.

>>> total = Totals.none(policies=2)
>>> total.people, total.sums.shape == (2, len(OUTCOMES))
(0, True)
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from gravida.draws import Array
from gravida.policies import Act
from gravida.simulate.cohort import Cohort
from gravida.synthesize_births import Ends

LIMITS = ("outcome_loss", "outcome_extremely_early", "outcome_early", "outcome_preterm")
"""Numbers of the population that say from which gestation on a loss is a birth, and which births are early."""

OUTCOMES = (
    "scans", "scanned", "history_stitches", "length_stitches", "rescue_stitches", "stitches", "stitches_not_needed", "progesterone_courses",
    "progesterone_after_scan", "treated", "losses", "ended_extremely_early", "ended_early", "ended_preterm", "born_extremely_early", "born_early",
    "born_preterm", "stillbirths", "left_open",
)  # fmt: skip
"""What is counted of each person. ``ended`` counts losses too, ``born`` does not."""

MAIN = "ended_early"
"""The outcome by which policies are put in order."""


class Lived(Protocol):
    """What became of a cohort."""

    cohort: Cohort
    ends: Ends
    done: dict[Act, Array]
    scans: Array
    left_open: Array


def outcomes(life: Lived) -> Array:
    """Return what is counted of each person. Shape (people, outcomes)."""
    chosen, days, never = life.cohort.chosen, life.ends.days, np.full(len(life.cohort), np.inf)
    loss, extremely, early, preterm = (chosen.value(name) for name in LIMITS)
    done = {act: np.isfinite(life.done.get(act, never)) for act in ("history-stitch", "short-cervix-stitch", "rescue-stitch")}
    hormones = [np.isfinite(life.done.get(act, never)) for act in ("history-progesterone", "short-cervix-progesterone")]
    stitched, given = np.logical_or.reduce(list(done.values())), hormones[0] | hormones[1]
    born = days >= loss
    found = {
        "scans": life.scans, "scanned": life.scans > 0, "history_stitches": done["history-stitch"], "length_stitches": done["short-cervix-stitch"],
        "rescue_stitches": done["rescue-stitch"], "stitches": stitched, "stitches_not_needed": stitched & (life.cohort.untreated.days >= preterm),
        "progesterone_courses": given, "progesterone_after_scan": hormones[1], "treated": stitched | given, "losses": ~born,
        "ended_extremely_early": days < extremely, "ended_early": days < early, "ended_preterm": days < preterm,
        "born_extremely_early": born & (days < extremely), "born_early": born & (days < early), "born_preterm": born & (days < preterm),
        "stillbirths": born & ~life.ends.alive, "left_open": life.left_open,
    }  # fmt: skip
    return np.column_stack([found[name] for name in OUTCOMES]).astype(np.float64)


@dataclass(frozen=True)
class Totals:
    """Sums under each policy, and of the differences from the first, with their squares. Shapes (policies, outcomes)."""

    people: int
    sums: Array
    squares: Array
    differences: Array
    differences_squared: Array

    @classmethod
    def none(cls, policies: int) -> "Totals":
        """Return the sums over nobody."""
        return cls(0, *(np.zeros((policies, len(OUTCOMES))) for _ in range(4)))

    @classmethod
    def of(cls, lives: list[Array]) -> "Totals":
        """Return the sums over one portion, whose outcomes under each policy are given."""
        first = lives[0]
        return cls(
            len(first), np.stack([each.sum(axis=0) for each in lives]), np.stack([(each**2).sum(axis=0) for each in lives]),
            np.stack([(each - first).sum(axis=0) for each in lives]), np.stack([((each - first) ** 2).sum(axis=0) for each in lives]),
        )  # fmt: skip

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.people + other.people, self.sums + other.sums, self.squares + other.squares, self.differences + other.differences,
            self.differences_squared + other.differences_squared,
        )  # fmt: skip

    @property
    def shares(self) -> Array:
        """What each policy comes to, for each person. Shape (policies, outcomes)."""
        return np.asarray(self.sums / self.people)

    @property
    def shifts(self) -> Array:
        """By how much each differs from the first, for each person."""
        return np.asarray(self.differences / self.people)

    @property
    def share_errors(self) -> Array:
        """Standard errors of the shares: how far another seed would be off."""
        return _errors(self.sums, self.squares, self.people)

    @property
    def shift_errors(self) -> Array:
        """Standard errors of the differences. The same people live under both, so they are small."""
        return _errors(self.differences, self.differences_squared, self.people)


def _errors(sums: Array, squares: Array, people: int) -> Array:
    mean = sums / people
    return np.asarray(np.sqrt(np.maximum(squares / people - mean**2, 0) / people))
