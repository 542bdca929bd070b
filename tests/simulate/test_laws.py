"""What must hold of any two lives of the same people."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gravida.simulate.effects import lowered
from gravida.simulate.tally import OUTCOMES, Totals, outcomes

EVERY = ["nobody", "after-two-losses", "after-one-loss", "universal", "nice-2022", "rcog-2022", "sogc-2020", "figo-2021", "acog-smfm", "clinicians"]


def days(life):
    return life.ends.days


def was_done(life, act):
    return np.isfinite(life.done[act]) if act in life.done else np.zeros(len(life.cohort), dtype=bool)


def test_the_same_policy_twice_gives_identical_lives(cohort, lives):
    people = cohort(6000)

    one, two = lives(people, "nice-2022", "nice-2022")

    assert np.array_equal(outcomes(one), outcomes(two))
    assert all(np.array_equal(one.done[act], two.done[act]) for act in one.done)
    assert one.scans.sum() > 0


def test_without_acts_pregnancies_end_as_if_untreated(cohort, lives, nothing):
    people = cohort(6000)

    (life,) = lives(people, nothing)

    assert np.array_equal(days(life), people.untreated.days)
    assert np.array_equal(life.ends.alive, people.untreated.alive)


def test_a_policy_that_nobody_takes_up_changes_nothing(cohort, lives, knowledge):
    people = cohort(6000)
    unheard = replace(knowledge.policies["rcog-2022"], lines=tuple(replace(line, uptake=0.0) for line in knowledge.policies["rcog-2022"].lines))

    (life,) = lives(people, unheard)

    assert np.array_equal(days(life), people.untreated.days)
    assert life.scans.sum() == 0


@pytest.mark.parametrize("name", EVERY)
def test_treatments_that_lower_the_risk_make_no_pregnancy_shorter(cohort, lives, name):
    people = cohort(20_000, rr_stitch_multiples=0.9)  # the only one above 1

    (life,) = lives(people, name)

    assert (days(life) >= people.untreated.days).all()
    treated = np.logical_or.reduce([np.isfinite(day) for day in life.done.values()])
    assert np.array_equal(days(life)[~treated], people.untreated.days[~treated])


@pytest.mark.parametrize(("name", "act"), [("rcog-2022", "short-cervix-stitch"), ("nice-2022", "history-progesterone"), ("figo-2021", "rescue-stitch")])
def test_more_uptake_of_an_act_changes_only_those_who_then_get_it(cohort, lives, with_uptake, name, act):
    people = cohort(30_000)

    less, more = lives(people, with_uptake(name, act, 0.3), with_uptake(name, act, 0.9))

    newly = was_done(more, act) & ~was_done(less, act)
    assert newly.sum() > 0
    assert not (was_done(less, act) & ~was_done(more, act)).any()
    assert np.array_equal(days(less)[~newly], days(more)[~newly])
    same = ~newly
    assert np.array_equal(outcomes(less)[same], outcomes(more)[same])


def test_turning_one_effect_changes_only_those_whose_treatment_it_is(cohort, lives, only, knowledge):
    before, after = cohort(30_000), cohort(30_000, rr_vp_ptb33_short_cervix=0.3)
    scans_and_progesterone = only(knowledge.policies["universal"], "scan", "short-cervix-progesterone")

    (one,), (two,) = lives(before, "rcog-2022"), lives(after, "rcog-2022")
    assert np.array_equal(days(one), days(two))  # RCOG gives no progesterone

    (one,), (two,) = lives(before, scans_and_progesterone), lives(after, scans_and_progesterone)
    given_progesterone = was_done(one, "short-cervix-progesterone")
    assert np.array_equal(given_progesterone, was_done(two, "short-cervix-progesterone"))
    assert np.array_equal(days(one)[~given_progesterone], days(two)[~given_progesterone])
    assert (days(two) >= days(one)).all()
    assert (days(two) > days(one)).any()


def test_the_same_woman_has_the_same_scan_under_every_policy(cohort, lives, only, knowledge):
    people = cohort(8000)
    scans_alone = only(knowledge.policies["after-one-loss"], "scan")

    treated, scanned = lives(people, "after-one-loss", scans_alone)

    both = (treated.scans == scanned.scans) & (treated.scans > 0)
    assert both.any()
    assert np.array_equal(treated.shortest[both], scanned.shortest[both])


def test_person_17_is_the_same_in_any_size_and_portion(cohort, lives):
    few, many, late = cohort(18), cohort(4000), cohort(20, first=10)

    found = [outcomes(lives(people, "figo-2021")[0]) for people in (few, many, late)]

    assert np.array_equal(found[0][17], found[1][17])
    assert np.array_equal(found[1][10:30], found[2])


def test_portions_add_up(cohort, lives):
    whole = lives(cohort(3000), "nobody", "universal")
    parts = [lives(cohort(1500, first=first), "nobody", "universal") for first in (0, 1500)]

    one = Totals.of([outcomes(each) for each in whole])
    two = Totals.none(2)
    for part in parts:
        two += Totals.of([outcomes(each) for each in part])

    assert one.people == two.people
    for name in ("sums", "squares", "differences", "differences_squared"):
        assert np.array_equal(getattr(one, name), getattr(two, name))


def test_the_errors_are_those_of_another_seed(cohort, lives):
    """Differences of forty cohorts scatter as the standard error of each says."""
    place = OUTCOMES.index("ended_early")
    whole = [outcomes(each) for each in lives(cohort(100_000), "nobody", "figo-2021")]
    totals = [Totals.of([each[first : first + 2500] for each in whole]) for first in range(0, 100_000, 2500)]

    scatter = np.std([each.shifts[1, place] for each in totals], ddof=1)
    expected = np.sqrt(np.mean([each.shift_errors[1, place] ** 2 for each in totals]))

    assert 0.6 < scatter / expected < 1.6


CHANCES = st.lists(st.floats(0, 0.999), min_size=4, max_size=4).map(sorted)


@settings(max_examples=200)
@given(chances=CHANCES, day=st.floats(90, 320), left=st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_what_lies_behind_is_left_as_it_was(chances, day, left):
    edges = np.array([100.0, 150.0, 200.0, 250.0, 300.0])

    after = lowered(edges, np.array([chances]), np.array([day]), np.array([left]))[0]

    assert (np.diff(after) >= 0).all()
    assert (after <= np.array(chances) + 1e-12).all()
    behind = edges[1:] <= day
    assert np.allclose(after[behind], np.array(chances)[behind])


@settings(max_examples=100)
@given(chances=CHANCES, left=st.floats(0, 1))
def test_a_relative_risk_is_of_those_still_pregnant(chances, left):
    edges, day = np.array([100.0, 150.0, 200.0, 250.0, 300.0]), 150.0

    after = lowered(edges, np.array([chances]), np.array([day]), np.full((1, 4), left))[0]

    still = 1 - chances[0]
    assert np.allclose((after[1:] - chances[0]) / still, left * (np.array(chances[1:]) - chances[0]) / still)
