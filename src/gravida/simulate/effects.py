"""What a treatment leaves of the chance of an early end, in the group in which that was found out.

A relative risk is of those who are still pregnant when the treatment begins: it leaves what lies behind them as it was,
and a share of what lies ahead. So a treatment that comes late does less, and one that lowers the risk makes nobody's
pregnancy shorter. Where a trial found nothing certain in a group, its estimate is taken with its whole interval, also
above 1.

>>> edges, chances = np.array([100.0, 200.0, 300.0]), np.array([[0.1, 0.3]])
>>> lowered(edges, chances, np.array([150.0]), np.array([[0.5, 0.5]])).round(3)  # 0.05 lies behind, half of the rest remains
array([[0.075, 0.175]])
"""

from dataclasses import dataclass

import numpy as np

from gravida.draws import Array
from gravida.policies import Act
from gravida.simulate.cohort import Cohort
from gravida.synthesize_people import ONE

Pair = tuple[str, str]
"""The names of two relative risks: of an end before the last gestation but one, and before the last."""

RESCUE: Pair = ("rr_exam_cerclage_ptb34", "rr_rescue_37")
MULTIPLE_STITCH: Pair = ("rr_stitch_multiples", "rr_stitch_multiples")
MULTIPLE_HORMONE: Pair = ("rr_progesterone_multiples", "rr_progesterone_multiples")
HISTORY_STITCH: Pair = ("rr_stitch_history_33", "rr_stitch_history_37")
SHORT_AFTER_EARLY: Pair = ("rr_cerclage_ptb35_us_indicated", "rr_cerclage_37")
SHORT_ALONE: Pair = ("rr_stitch_short_alone_33", "rr_stitch_short_alone_37")
SHORT_HORMONE: Pair = ("rr_vp_ptb33_short_cervix", "rr_vpgel_ptb37_pregnant")
HISTORY_HORMONE: Pair = ("rr_progesterone_history_34", "rr_progesterone_history_37")
PAIRS = (RESCUE, MULTIPLE_STITCH, MULTIPLE_HORMONE, HISTORY_STITCH, SHORT_AFTER_EARLY, SHORT_ALONE, SHORT_HORMONE, HISTORY_HORMONE)
"""All effects that there are."""


def lowered(edges: Array, chances: Array, day: Array, left: Array) -> Array:
    """Return chances of an end before each gestation when a treatment begins on a day.

    ``edges`` are gestations in days, one more than the columns of ``chances``; ``left`` is the share of the risk that
    remains, in the shape of ``chances``.
    """
    behind = np.minimum(chance_before(edges, chances, day)[:, None], chances)
    return np.maximum.accumulate(np.minimum(behind + left * (chances - behind), 1.0), axis=1)


def chance_before(edges: Array, chances: Array, day: Array) -> Array:
    """Return the chance of an end before each person's day; ends are spread evenly between two edges."""
    padded = np.column_stack([np.zeros(len(chances)), chances])
    column = np.clip(np.searchsorted(edges, day), 1, len(edges) - 1)
    share = np.clip((day - edges[column - 1]) / (edges[column] - edges[column - 1]), 0, 1)
    rows = np.arange(len(chances))
    return np.asarray(padded[rows, column - 1] + share * (padded[rows, column] - padded[rows, column - 1]))


@dataclass(frozen=True)
class Effects:
    """The effects of treatments on one cohort."""

    cohort: Cohort

    def after(self, act: Act, rows: Array, day: Array, short: Array) -> Array:
        """Return the chances of these people after an act on a day. ``short`` says whose cervix was seen to be short by then."""
        if act == "rescue-stitch":
            return self._rescued(rows)
        left = self._left(self._groups(act, rows, short))
        return lowered(self.cohort.births.edges, self.cohort.chances[rows], day, left)

    def _groups(self, act: Act, rows: Array, short: Array) -> list[tuple[Array, Pair]]:
        """Return who is in which group: the first that holds is the one."""
        people = self.cohort.people
        several = people.babies[rows] != ONE
        everybody = np.ones(len(rows), dtype=bool)
        if act == "history-stitch":
            return [(several, MULTIPLE_STITCH), (everybody, HISTORY_STITCH)]
        if act == "short-cervix-stitch":
            return [(several, MULTIPLE_STITCH), (people.has_spontaneous[rows], SHORT_AFTER_EARLY), (everybody, SHORT_ALONE)]
        return [(several, MULTIPLE_HORMONE), (short, SHORT_HORMONE), (everybody, HISTORY_HORMONE)]

    def _left(self, groups: list[tuple[Array, Pair]]) -> Array:
        """Return what is left of each chance. The last gestation has an effect of its own, which is never the stronger."""
        value = self.cohort.chosen.value
        early, late = (np.select([who for who, _ in groups], [value(pair[index]) for _, pair in groups]) for index in (0, 1))
        bands = self.cohort.chances.shape[1]
        return np.where(np.arange(bands) < bands - 1, early[:, None], np.maximum(early, late)[:, None])

    def _rescued(self, rows: Array) -> Array:
        """Return the chances after a stitch on an open cervix. Without it all of them would end early: a share of that is left."""
        edges, chances = self.cohort.births.edges, self.cohort.chances[rows]
        limit = np.full(len(rows), self.cohort.chosen.value("open_before"))
        would = np.minimum(chances, chance_before(edges, chances, limit)[:, None])
        left = self._left([(np.ones(len(rows), dtype=bool), RESCUE)])
        return np.maximum.accumulate(np.minimum(would * left, 1.0), axis=1)
