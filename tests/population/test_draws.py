"""Keyed luck: the same for the same person, different for everything else, and evenly spread."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gravida.draws import Draws, normal_quantile

SEEDS, PEOPLE, WEEKS = st.integers(0, 2**63), st.integers(0, 2**40), st.integers(0, 50)
NAMES = st.text(min_size=1, max_size=20)


@given(SEEDS, NAMES, PEOPLE, WEEKS)
def test_a_person_has_the_same_luck_alone_and_in_any_company(seed, name, person, week):
    alone = Draws(seed).uniform(name, person, week=week)[0]
    crowd = Draws(seed).uniform(name, np.arange(person - min(person, 5), person + 5), week=week)

    assert alone == crowd[min(person, 5)]


@given(SEEDS, NAMES, PEOPLE)
def test_luck_lies_between_0_and_1_and_never_on_them(seed, name, person):
    assert 0 < Draws(seed).uniform(name, person)[0] < 1


@given(SEEDS, PEOPLE, WEEKS)
def test_another_seed_decision_person_week_or_entry_is_other_luck(seed, person, week):
    draws = Draws(seed)
    found = [
        draws.bits("scan", person, week=week), draws.bits("scan", person), draws.bits("scan", person, entry=week), draws.bits("scan", person, week=week + 1),
        draws.bits("scan", person + 1, week=week), draws.bits("birth", person, week=week), Draws(seed + 1).bits("scan", person, week=week),
    ]  # fmt: skip

    assert len({int(each[0]) for each in found}) == 7


@given(SEEDS, st.floats(0, 1), st.floats(0, 1))
def test_a_greater_chance_never_undoes_what_happened(seed, one, other):
    people = np.arange(50)
    less, more = (Draws(seed).happens("stitch", people, chance) for chance in sorted((one, other)))

    assert not np.any(less & ~more)


@given(st.lists(st.floats(1e-9, 1 - 1e-9), min_size=2, max_size=20))
def test_more_luck_is_a_larger_normal_number(shares):
    assert list(normal_quantile(np.array(sorted(shares)))) == sorted(normal_quantile(np.array(shares)))


def test_luck_is_evenly_spread():
    counts = np.bincount((Draws(5).uniform("length", np.arange(1_000_000)) * 1000).astype(int), minlength=1000)
    chi_squared = ((counts - 1000) ** 2 / 1000).sum()

    assert abs(chi_squared - 999) < 4 * math.sqrt(2 * 999)


def test_neighbours_in_person_week_decision_and_seed_have_nothing_to_do_with_each_other():
    people = np.arange(1_000_000)
    luck = Draws(5).uniform("length", people, week=20)
    others = [
        Draws(5).uniform("length", people + 1, week=20), Draws(5).uniform("length", people, week=21), Draws(5).uniform("length", people),
        Draws(5).uniform("length", people, entry=20), Draws(5).uniform("lengths", people, week=20), Draws(6).uniform("length", people, week=20),
    ]  # fmt: skip

    assert max(abs(np.corrcoef(luck, other)[0, 1]) for other in others) < 4 / 1000
    assert max(abs(np.corrcoef((luck - 0.5) ** 2, (other - 0.5) ** 2)[0, 1]) for other in others) < 4 / 1000


def test_every_bit_is_set_for_half_of_the_people():
    bits = Draws(5).bits("length", np.arange(100_000))
    shares = [((bits >> np.uint64(place)) & np.uint64(1)).mean() for place in range(64)]

    assert max(abs(share - 0.5) for share in shares) < 4.5 * 0.5 / math.sqrt(100_000)


def test_changing_one_bit_of_the_person_changes_half_of_the_bits():
    people = np.arange(10_000, dtype=np.uint64)
    for place in (0, 1, 7, 31, 40):
        changed = Draws(5).bits("length", people) ^ Draws(5).bits("length", people ^ np.uint64(2**place))
        assert abs(np.unpackbits(changed.view(np.uint8)).mean() - 0.5) < 0.005


def test_normal_numbers_have_mean_0_spread_1_and_the_tails_of_the_normal_curve():
    found = Draws(5).normal("length", np.arange(1_000_000))

    assert abs(found.mean()) < 0.004
    assert abs(found.std() - 1) < 0.003
    assert [round(float((found < at).mean()), 3) for at in (-2.326, -1.282, 0, 1.645)] == [0.01, 0.1, 0.5, 0.95]


def test_weights_decide_how_often_each_is_chosen():
    chosen = Draws(5).choice("site", np.arange(100_000), np.array([5.0, 0.0, 3.0, 2.0]))

    assert (np.bincount(chosen) / 1000).round().tolist() == [50, 0, 30, 20]
