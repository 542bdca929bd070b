"""When a pregnancy ends, and how.

The chance of a spontaneous end before each of a few gestations rests on the length of the cervix at a fixed week, on
what came before, and on treatment, on the scale of log odds. What is free on that scale is solved, so that single
pregnancies together have the published share; between two gestations ends are spread evenly. Everybody has one draw of
luck for it, so a treatment that lowers a chance makes nobody's pregnancy shorter.

>>> bands = np.array([[0.1, 0.3]])
>>> spontaneous_end(np.array([0.2]), bands, np.array([100.0, 200.0, 300.0])).round()  # half-way through the second band
array([250.])
"""

from dataclasses import dataclass

import numpy as np

from gravida.draws import Array, Draws
from gravida.synthesize_chosen import Chosen
from gravida.synthesize_lengths import PER_CENT, Lengths, Ruler, make_lengths
from gravida.synthesize_people import LOSS, ONE, SAMPLE_SEED, TWO, People, in_bands, indicated_bands, sample_people, still_share, term_bands
from gravida.units import DAYS_IN_A_WEEK

NEVER = np.inf
STEPS, WIDEST = 60, 64.0
"""Of the search for an odds."""


@dataclass(frozen=True, slots=True)
class Treated:
    """What was done for each person before a pregnancy would have ended without it."""

    stitch: Array
    stitch_open: Array
    """A stitch because the cervix was found open."""
    progesterone: Array
    """Because of a short cervix."""


@dataclass(frozen=True, slots=True)
class Ends:
    """When each pregnancy ends, in days, and how. Of several possible ends the first is the one."""

    days: Array
    spontaneous: Array
    """Whether it began by itself before term."""
    alive: Array


@dataclass(frozen=True)
class Births:
    """The chances of one setting: ``free`` is what was solved, one number for each gestation of ``before``."""

    chosen: Chosen
    before: Array
    free: Array

    def log_odds(self, people: People, lengths: Lengths) -> Array:
        """Return the log odds of a spontaneous end before each gestation, without treatment."""
        return self.free + raised(people, lengths, self.chosen)

    def chances(self, log_odds: Array, treated: Treated | None = None) -> Array:
        """Return the chances of a spontaneous end before each gestation; a later one is never less likely."""
        found = np.maximum.accumulate(1 / (1 + np.exp(-log_odds)), axis=1)
        if treated is None:
            return found
        would = np.minimum(found, self._before(self.chosen.value("open_before"), found)[:, None])
        return np.maximum.accumulate(np.where(treated.stitch_open[:, None], would, found) * self._effect(treated), axis=1)

    def _before(self, day: float, chances: Array) -> Array:
        """Return the chance of an end before a day. Who was found open has the luck of one: a stitch leaves a share of those ends, not of all chances."""
        edges, padded = self.edges, np.column_stack([np.zeros(len(chances)), chances])
        column = int(np.clip(np.searchsorted(edges, day), 1, len(edges) - 1))
        share = np.clip((day - edges[column - 1]) / (edges[column] - edges[column - 1]), 0, 1)
        return np.asarray(padded[:, column - 1] + share * (padded[:, column] - padded[:, column - 1]))

    def _effect(self, treated: Treated) -> Array:
        """Return what is left of each chance under treatment."""
        value = self.chosen.value
        early = np.where(treated.stitch, value("rr_cerclage_ptb35_us_indicated"), 1) * np.where(treated.progesterone, value("rr_vp_ptb33_short_cervix"), 1)
        early = np.where(treated.stitch_open, value("rr_exam_cerclage_ptb34"), early)
        late = np.where(treated.stitch | treated.stitch_open, value("rr_cerclage_37"), 1)
        late = late * np.where(treated.progesterone, value("rr_vpgel_ptb37_pregnant"), 1)
        return np.where(np.arange(len(self.before)) < len(self.before) - 1, early[:, None], np.maximum(late, early)[:, None])

    def ends(self, draws: Draws, people: People, chances: Array) -> Ends:
        """Return when each pregnancy ends, and how."""
        return self.ends_of(self.fates(draws, people), chances)

    def fates(self, draws: Draws, people: People) -> "Fates":
        """Return everything about the ends of these people that no treatment changes."""
        person = people.person
        return Fates(
            draws.uniform("birth", person), _other_loss(draws, people, self.chosen), _indicated(draws, person, self.chosen), _term(draws, person, self.chosen),
            draws.uniform("alive", person),
        )  # fmt: skip

    def ends_of(self, fates: "Fates", chances: Array) -> Ends:
        """Return when pregnancies end, and how, whose fates are known."""
        alone = spontaneous_end(fates.luck, chances, self.edges)
        days = np.floor(np.minimum.reduce([alone, fates.other, fates.begun, fates.term])).astype(np.int64)
        alive = (days >= self.chosen.value("born_alive_from")) & (fates.alive >= still_share(days, self.chosen)) & (fates.other > days + 1)
        return Ends(days, np.isfinite(alone) & (np.floor(alone) == days), alive)

    @property
    def edges(self) -> Array:
        """The gestations between which spontaneous ends are spread evenly, in days."""
        return np.concatenate([[self.chosen.value("spontaneous_from")], self.before])


@dataclass(frozen=True, slots=True)
class Fates:
    """What becomes of pregnancies whatever is done: their luck, and when they would end for another reason, in days."""

    luck: Array
    other: Array
    """A loss that has nothing to do with the cervix."""
    begun: Array
    term: Array
    alive: Array

    def of(self, rows: Array) -> "Fates":
        """Return those of some of them."""
        return Fates(self.luck[rows], self.other[rows], self.begun[rows], self.term[rows], self.alive[rows])


def raised(people: People, lengths: Lengths, chosen: Chosen) -> Array:
    """Return by how much each person's log odds lie above those of a middling one."""
    value = chosen.value
    week = int(value("predictor_week")) // DAYS_IN_A_WEEK
    centiles, mm = chosen.curve("length")
    shorter = np.interp(PER_CENT / 2, centiles, mm) - np.minimum(lengths.at(week), value("predictor_longest"))
    slopes, recurrence, twins = (np.log(chosen.curve(name)[1]) for name in ("slope", "recurrence", "twins"))
    found = -shorter[:, None] * slopes
    found += people.has_spontaneous[:, None] * recurrence
    found += (people.babies >= TWO)[:, None] * twins
    return found + _same_everywhere(people, chosen)[:, None]


def _same_everywhere(people: People, chosen: Chosen) -> Array:
    """Return what raises the log odds before every gestation alike."""
    value = chosen.value
    deep = people.excision_mm >= value("excision_deep_mm")
    excised = np.where(deep, value("rr_ptb_excision_ge20mm"), value("aor_sptd_excision_sweden"))
    lost_only = (people.priors.kind == LOSS).any(axis=1) & ~people.has_spontaneous
    return np.asarray(
        np.where(lost_only, np.log(value("or_after_loss")), 0)
        + np.where(people.has_painless, np.log(value("or_after_painless")), 0)
        + np.where(people.excision_mm > 0, np.log(excised), 0)
        + np.where(people.conditions["uterine_anomaly"], np.log(value("rr_ptb_unification")), 0)
    )


def make_births(chosen: Chosen, ruler: Ruler) -> Births:
    """Return the chances of a setting, with what is free in them solved on a fixed sample of people."""
    before, share = chosen.curve("spontaneous")
    people = sample_people(chosen)
    lengths = make_lengths(Draws(SAMPLE_SEED), people, chosen, ruler)
    above = raised(people, lengths, chosen)[people.babies == ONE]
    return Births(chosen, before, np.array([_solved(above[:, column], wanted) for column, wanted in enumerate(np.cumsum(share))]))


def _solved(above: Array, wanted: float) -> float:
    """Return the log odds of a middling person with which this share has it, by halving."""
    low, high = -WIDEST, WIDEST
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-middle - above))).mean() < wanted else (low, middle)
    return (low + high) / 2


def spontaneous_end(luck: Array, chances: Array, edges: Array) -> Array:
    """Return the gestation of a spontaneous end in days; infinite for those whose luck is better than every chance."""
    last = chances.shape[1]
    band = (luck[:, None] >= chances).sum(axis=1)
    inside = np.minimum(band, last - 1)
    rows = np.arange(len(luck))
    above = chances[rows, inside]
    below = np.where(inside > 0, chances[rows, np.maximum(inside - 1, 0)], 0.0)
    share = np.divide(luck - below, above - below, out=np.zeros_like(luck), where=(band < last) & (above > below))
    return np.where(band < last, edges[inside] + share * (edges[inside + 1] - edges[inside]), NEVER)


def _other_loss(draws: Draws, people: People, chosen: Chosen) -> Array:
    value, person = chosen.value, people.person
    when = value("loss_from") + draws.uniform("other-loss-when", person) * (value("loss_before") - value("loss_from"))
    return np.where(draws.happens("other-loss", person, value("share_2t_loss_other")), when, NEVER)


def _indicated(draws: Draws, person: Array, chosen: Chosen) -> Array:
    edges, weights = indicated_bands(chosen)
    when = in_bands(draws.uniform("indicated-band", person), draws.uniform("indicated-when", person), edges, weights)
    return np.where(draws.happens("indicated", person, chosen.value("indicated_ptb_nullip")), when, NEVER)


def _term(draws: Draws, person: Array, chosen: Chosen) -> Array:
    return in_bands(draws.uniform("term-band", person), draws.uniform("term-when", person), *term_bands(chosen))
