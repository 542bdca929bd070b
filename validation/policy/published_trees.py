"""Published trees lived through by the simulator: a world with two kinds of cervix, and one scan.

Everybody is in a first pregnancy with one baby. A share has a short cervix, and with it a risk of an early birth after
the scan. Whether progesterone is due is asked of the engine, as everywhere.

>>> people = cohort(load(), Branch(0.02, 0.3, 0.01, 0.6), 2000, 1)
>>> bool(abs((people.lengths.measured(np.arange(2000), np.zeros(2000), np.zeros(2000)) < 20).mean() - 0.02) < 0.01)
True
"""

from dataclasses import dataclass

import numpy as np

from gravida.cql import parse
from gravida.draws import Array, Draws
from gravida.guideline import Bound, Condition, Recommendation, Source, Window
from gravida.knowledge import Knowledge
from gravida.library import load
from gravida.policies import OWN, Act, Line, Policy
from gravida.simulate.answers import Answers
from gravida.simulate.cohort import Cohort, cohort_of
from gravida.simulate.runs import Job, chosen_of, live
from gravida.simulate.tally import MAIN, OUTCOMES, Totals, outcomes
from gravida.synthesize import span_of_years
from gravida.synthesize_births import Births
from gravida.synthesize_people import make_people

SHORT_MM, LONG_MM = 15.0, 40.0
SCAN = 22 * 7
NO_ONE = (
    "parity_1", "parity_2", "parity_3", "parity_4", "parity_5", "twins", "triplets", "excision", "uterine_anomaly", "booking_late", "share_2t_loss_other",
    "indicated_ptb_nullip", "adhesions", "connective_tissue", "des_exposure", "act_delay_days",
)  # fmt: skip


@dataclass(frozen=True)
class Branch:
    """A tree: how many are short, the risk of an early birth in short and in long ones, and what progesterone leaves of it."""

    prevalence: float
    risk_short: float
    risk_long: float
    ratio: float


@dataclass(frozen=True)
class TwoLengths:
    """A scan shows one of two lengths."""

    short: Array

    def measured(self, rows: Array, _days: Array, _error: Array) -> Array:
        """Return what it shows."""
        return np.where(self.short[rows], SHORT_MM, LONG_MM)


def cohort(knowledge: Knowledge, tree: Branch, people: int, seed: int) -> Cohort:
    """Return so many people of a tree. Everybody who would be born early is so between 24 and 34 weeks."""
    changes = {"parity_0": 1.0, **dict.fromkeys(NO_ONE, 0.0), "rr_vp_ptb33_short_cervix": tree.ratio, "rr_vpgel_ptb37_pregnant": tree.ratio}
    chosen = chosen_of(Job(knowledge, (), seed, people, knowledge.population.default.id, changes), {})
    draws = Draws(seed)
    made = make_people(draws, np.arange(people), chosen, span_of_years(2024, 2024))
    short = draws.happens("tree-short", made.person, tree.prevalence)
    risk = np.where(short, tree.risk_short, tree.risk_long)
    edges = chosen.curve("spontaneous")[0]
    rising = np.clip((edges - edges[0]) / (edges[-2] - edges[0]), 0, 1)
    return cohort_of(draws, made, TwoLengths(short), Births(chosen, edges, np.zeros(len(edges))), risk[:, None] * rising)


def rule(act: Act, who: str, action: str, number: int) -> Line:
    """Return a rule of the policy's own."""
    found = Recommendation(
        guideline=OWN, id=f"tree-{number}", topic="", source=Source("", "", ""), provenance={}, says="", plain="", who=Condition(who, parse(who), ""),
        stance="offer", path="", actions=(action,), window=Window(Bound(SCAN, SCAN), Bound(SCAN, SCAN)),
    )  # fmt: skip
    return Line(act, own=found, because="a published tree")


SCREEN = Policy("tree", "One scan, and progesterone with a short cervix", "", (
    rule("scan", "plurality = 1", "single-cervical-length", 1),
    rule("short-cervix-progesterone", f"plurality = 1 and cervical_length_mm <= {SHORT_MM:.0f}", "vaginal-progesterone", 2),
), because="published trees")  # fmt: skip
NOBODY = Policy("none", "Nobody is scanned", "", (), because="published trees")


def lived(tree: Branch, people: int, seed: int = 1) -> Totals:
    """Return what came of so many people, unscanned and scanned."""
    knowledge = load()
    answers = Answers(knowledge, (NOBODY, SCREEN))
    return Totals.of([outcomes(each) for each in live(cohort(knowledge, tree, people, seed), (NOBODY, SCREEN), answers)])


def prevented(total: Totals) -> tuple[float, float]:
    """Return early births prevented by one scan, with its standard error."""
    place = OUTCOMES.index(MAIN)
    return -float(total.shifts[1, place]), float(total.shift_errors[1, place])
