"""Who is pregnant: site, dates, number of babies, and what came before.

How an earlier pregnancy ended depends on how late ones before it did, so that losses and early births gather in few
people, as they do. ``kind`` is one of :data:`KINDS`; ``-1`` stands where there is no such entry.

>>> KINDS[SPONTANEOUS]
'spontaneous preterm birth'
"""

from dataclasses import dataclass

import numpy as np

from gravida.draws import Array, Draws
from gravida.synthesize_chosen import Chosen
from gravida.units import DAYS_IN_A_WEEK

KINDS = ("first-trimester loss", "ectopic", "termination", "second-trimester loss", "spontaneous preterm birth", "indicated preterm birth", "term birth")
FIRST, ECTOPIC, TERMINATION, LOSS, SPONTANEOUS, INDICATED, TERM = range(len(KINDS))
NONE = -1
ONE, TWO, THREE = 1, 2, 3
"""Babies."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days between which pregnancies begin, as days since 1970."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Priors:
    """Earlier pregnancies: a row for each person, a column for each entry in the order of time."""

    kind: Array
    ended: Array
    painless: Array
    began_alone: Array
    alive: Array
    stitch: Array
    """0 none, 1 vaginal, 2 abdominal."""
    stitch_by_history: Array

    @property
    def exists(self) -> Array:
        """Where there is an entry."""
        return np.asarray(self.kind != NONE)

    @property
    def spontaneous(self) -> Array:
        """Where a birth or loss from the second trimester on began by itself before term."""
        return np.asarray(((self.kind == SPONTANEOUS) | (self.kind == LOSS)) & self.began_alone)


@dataclass(frozen=True, slots=True)
class People:
    """So many pregnancies, of one person each. ``start`` is the day of 0+0, as days since 1970."""

    person: Array
    site: Array
    start: Array
    booking: Array
    """Gestation at the first visit, in days."""
    babies: Array
    priors: Priors
    excision_mm: Array
    """Depth of an excision, whether recorded or not; 0 for none."""
    excision_is_cone: Array
    conditions: dict[str, Array]

    def __len__(self) -> int:
        return len(self.person)

    @property
    def has_spontaneous(self) -> Array:
        """Whether an earlier birth from the second trimester on began by itself before term."""
        return np.asarray(self.priors.spontaneous.any(axis=1))

    @property
    def has_loss(self) -> Array:
        """Whether there was a second-trimester loss."""
        return np.asarray((self.priors.kind == LOSS).any(axis=1))

    @property
    def is_low_risk(self) -> Array:
        """Whether nothing from before makes a short cervix or an early birth more likely."""
        return np.asarray(~self.has_spontaneous & (self.excision_mm == 0) & ~self.conditions["uterine_anomaly"])

    @property
    def has_painless(self) -> Array:
        """Whether there was a painless dilation."""
        return np.asarray(self.priors.painless.any(axis=1))


def make_people(draws: Draws, person: Array, chosen: Chosen, span: Span) -> People:
    """Return these people."""
    value = chosen.value
    parity = draws.choice("parity", person, chosen.curve("parity")[1])
    priors = _priors(draws, person, parity, chosen)
    triplets, twins = value("triplets"), value("twins")
    babies = np.asarray([THREE, TWO, ONE])[np.searchsorted([triplets, triplets + twins], draws.uniform("babies", person), side="right")]
    days = span.last - span.first + 1
    depth, is_cone = _excision(draws, person, chosen)
    return People(
        person, draws.choice("site", person, np.array([site.share for site in chosen.sites])),
        span.first + np.floor(draws.uniform("start", person) * days).astype(np.int64), _booking(draws, person, chosen), babies, priors,
        depth, is_cone, _conditions(draws, person, chosen, priors),
    )  # fmt: skip


def _booking(draws: Draws, person: Array, chosen: Chosen) -> Array:
    """Return the gestation at the first visit."""
    value = chosen.value
    usual = value("booking_mean") + value("booking_sd") * draws.normal("booking", person)
    later = draws.uniform("booking-late-by", person) * value("booking_late_weeks") * DAYS_IN_A_WEEK
    late = draws.happens("booking-late", person, value("booking_late"))
    return np.maximum(np.floor(usual + np.where(late, later, 0)), value("booking_earliest")).astype(np.int64)


def _excision(draws: Draws, person: Array, chosen: Chosen) -> tuple[Array, Array]:
    """Return depth and kind of an excision of the cervix."""
    value = chosen.value
    depth = value("excision_mean_mm") * value("excision_spread") ** draws.normal("excision-depth", person)
    whole = np.round(np.clip(depth, value("excision_least_mm"), value("excision_most_mm")))
    has = draws.happens("excision", person, value("excision"))
    return np.where(has, whole, 0.0), draws.happens("excision-cone", person, value("excision_cone"))


def _conditions(draws: Draws, person: Array, chosen: Chosen, priors: Priors) -> dict[str, Array]:
    """Return what is true of uterus and cervix, by its name in the record."""
    simple = {"uterine_anomaly": "uterine_anomaly", "intrauterine_adhesions": "adhesions", "connective_tissue_disorder": "connective_tissue",
              "des_exposure": "des_exposure"}  # fmt: skip
    found = {name: draws.happens(parameter, person, chosen.value(parameter)) for name, parameter in simple.items()}
    had_term = (priors.kind == TERM).any(axis=1)
    emptied = ((priors.kind == FIRST) | (priors.kind == TERMINATION)).sum(axis=1) > 1
    found["full_dilatation_caesarean"] = had_term & draws.happens("full-dilatation", person, chosen.value("full_dilatation"))
    found["repeated_dilatation_and_evacuation"] = emptied & draws.happens("evacuation", person, chosen.value("repeated_evacuation"))
    return found


SAMPLE, SAMPLE_SEED = 60_000, -1


def sample_people(chosen: Chosen) -> People:
    """Return people on whom what is free is solved. They are of no population, so seed and size of one change nothing for it."""
    return make_people(Draws(SAMPLE_SEED), np.arange(SAMPLE), chosen, Span(0, 0))


# --- earlier pregnancies -------------------------------------------------------------------------------------------


def _priors(draws: Draws, person: Array, parity: Array, chosen: Chosen) -> Priors:
    """Return earlier pregnancies, one after the other: each depends on the late ones before it."""
    most = len(chosen.curve("parity")[0]) - 1
    kind = np.full((len(person), most), NONE, dtype=np.int8)
    state = np.zeros(len(person), dtype=np.int64)
    chances = _chances(chosen)
    for entry in range(most):
        drawn = (draws.uniform("prior-kind", person, entry=entry)[:, None] > chances[state]).sum(axis=1)
        kind[:, entry] = np.where(parity > entry, drawn, NONE)
        state = _next_state(state, kind[:, entry])
    return _described(draws, person, kind, chosen)


NOBODY_YET, AFTER_TERM, AFTER_SPONTANEOUS, AFTER_LOSS = range(4)


def _next_state(state: Array, kind: Array) -> Array:
    found = np.where(kind == TERM, np.where(state == NOBODY_YET, AFTER_TERM, state), state)
    found = np.where((kind == TERM) & (state == AFTER_SPONTANEOUS), AFTER_TERM, found)
    found = np.where(kind == SPONTANEOUS, np.maximum(found, AFTER_SPONTANEOUS), found)
    return np.where(kind == LOSS, AFTER_LOSS, found)


def _chances(chosen: Chosen) -> Array:
    """Return for each state the chances of each kind, added up."""
    value = chosen.value
    early = [value("prior_first_trimester"), value("prior_ectopic"), value("prior_termination")]
    late = [
        (value("inc_second_trimester_loss"), value("sptb_nullip_nuMoM2b")),
        (value("p_2tl_after_term"), value("p_ptb_third_term_term")),
        (value("p_2tl_after_sptb"), value("p_recur_ptd_prior_spont")),
        (value("p_2tl_after_2tl"), value("p_sptb_after_2tl")),
    ]
    left = 1 - sum(early)
    return np.cumsum([[*early, loss * left, spontaneous * left, value("indicated_ptb_nullip") * left] for loss, spontaneous in late], axis=1)


def _described(draws: Draws, person: Array, kind: Array, chosen: Chosen) -> Priors:
    """Return when each ended, how it began, and whether there was a stitch."""
    value, most = chosen.value, kind.shape[1]

    def each(name: str) -> Array:
        return np.stack([draws.uniform(name, person, entry=entry) for entry in range(most)], axis=1)

    ended = _ended(each("prior-ended"), each("prior-within"), kind, chosen)
    may = ((kind == LOSS) | (kind == SPONTANEOUS)) & (ended >= value("painless_from")) & (ended < value("painless_before"))
    painless = may & (each("prior-painless") < value("share_ci_of_2t_loss"))
    alone = (kind == SPONTANEOUS) | painless | ((kind == LOSS) & (each("prior-alone") < value("loss_spontaneous")))
    alone |= (kind == FIRST) | ((kind == TERM) & (each("prior-induced") < value("term_spontaneous")))
    alive = (ended >= value("born_alive_from")) & (kind != TERMINATION) & (each("prior-alive") >= still_share(ended, chosen))
    before = np.zeros_like(painless)
    before[:, 1:] = np.maximum.accumulate(painless, axis=1)[:, :-1]
    stitched = before & ~np.isin(kind, (FIRST, ECTOPIC, TERMINATION, NONE)) & (each("prior-stitch") < value("share_ci_cerclage_denmark"))
    stitch = np.where(stitched, np.where(each("prior-abdominal") < value("prior_abdominal"), 2, 1), 0)
    return Priors(kind, ended, painless, alone, alive, stitch, each("prior-indication") < value("prior_stitch_by_history"))


def still_share(ended: Array, chosen: Chosen) -> Array:
    """Return the share of stillbirths at each gestation."""
    before, share = chosen.curve("stillbirth")
    return np.asarray(share[np.minimum(np.searchsorted(before, ended, side="right"), len(share) - 1)])


def _ended(which: Array, within: Array, kind: Array, chosen: Chosen) -> Array:
    """Return the gestation at which each ended, in days; 0 where there is no entry."""
    value = chosen.value
    spans = {
        FIRST: (value("prior_first_from"), value("loss_from")),
        ECTOPIC: (value("prior_first_from"), value("prior_ectopic_before")),
        TERMINATION: (value("prior_first_from"), value("loss_from")),
        LOSS: (value("loss_from"), value("loss_before")),
    }
    found = np.zeros(kind.shape)
    for each, (first, before) in spans.items():
        found = np.where(kind == each, first + within * (before - first), found)
    for each, edges, weights in ((SPONTANEOUS, *late_spontaneous(chosen)), (INDICATED, *indicated_bands(chosen)), (TERM, *term_bands(chosen))):
        found = np.where(kind == each, in_bands(which, within, edges, weights), found)
    return np.floor(found).astype(np.int64)


def late_spontaneous(chosen: Chosen) -> tuple[Array, Array]:
    """Return the bands of spontaneous preterm births, without losses: edges, and how many in each."""
    before, share = chosen.curve("spontaneous")
    return before, share[1:]


def indicated_bands(chosen: Chosen) -> tuple[Array, Array]:
    """Return the bands of births that somebody began before term."""
    before, share = chosen.curve("indicated")
    return np.concatenate([[chosen.value("indicated_from")], before]), share


def term_bands(chosen: Chosen) -> tuple[Array, Array]:
    """Return the bands of births at term."""
    before, share = chosen.curve("term")
    return np.concatenate([[chosen.curve("spontaneous")[0][-1]], before]), share


def in_bands(which: Array, within: Array, edges: Array, weights: Array) -> Array:
    """Return a gestation in one of the bands, chosen by their weights, evenly spread in it."""
    chosen = np.searchsorted(np.cumsum(weights)[:-1] / weights.sum(), which, side="right")
    return np.asarray(edges[chosen] + within * (edges[chosen + 1] - edges[chosen]))
