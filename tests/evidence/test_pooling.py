"""What trials say together: as metafor has it, honest where they are few, and nothing where there is one."""

import json
import math
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gravida.evidence import Row
from gravida.pooling import Interval, absolute, cumulative, leave_one_out, mantel_haenszel, of_trial, pool

METAFOR = Path(__file__).parents[2] / "validation" / "metafor"
sys.path.insert(0, str(METAFOR))
import against_metafor  # noqa: E402

PINS = json.loads((METAFOR / "pins.json").read_text(encoding="utf-8"))


def row(a, n, c, m, name="T", year=2000):
    return Row(name, year, "o", a, n, c, m, "seen")


def test_every_number_agrees_with_metafor():
    compared = list(against_metafor.compare(PINS["pins"]))

    assert len(compared) > 1000
    assert [where for where, difference in compared if not difference <= 1e-6] == []


def test_the_pins_say_where_they_come_from():
    assert PINS["program"] == "R metafor"
    assert PINS["version"]
    assert PINS["date"]


def test_one_trial_is_not_pooled():
    with pytest.raises(ValueError, match="fewer than two trials"):
        pool([row(1, 10, 2, 10)])
    with pytest.raises(ValueError, match="fewer than two trials"):
        pool([row(1, 10, 2, 10), row(0, 10, 0, 10)])


def test_with_two_trials_the_one_to_quote_is_mantel_haenszel():
    two = pool([row(20, 100, 30, 100), row(25, 100, 33, 100)])

    assert two.headline == two.mantel_haenszel
    assert two.prediction is None


def test_with_three_and_enough_events_it_is_random_effects():
    three = pool([row(20, 100, 30, 100), row(25, 100, 33, 100), row(10, 80, 19, 80)])

    assert three.headline == three.random
    assert three.prediction.low <= three.random.low


def test_the_interval_is_never_narrower_than_the_classic_one():
    """Two trials that agree by chance: plain Hartung-Knapp gives 0.77 to 0.96 for 17-OHPC and perinatal loss."""
    found = pool([row(19, 310, 11, 153), row(22, 1128, 13, 578)])

    assert found.random.low < 0.53
    assert found.random.high > 1.41


def test_leave_one_out_and_cumulative():
    rows = [row(20, 100, 30, 100, "A", 2003), row(25, 100, 33, 100, "B", 2001), row(10, 80, 19, 80, "C", 2002)]

    assert [left.trial for left, _ in leave_one_out(rows)] == ["A", "B", "C"]
    assert [last.trial for last, _ in cumulative(rows)] == ["C", "A"]
    assert leave_one_out(rows[:2]) == []


def test_a_risk_is_never_more_than_all():
    found = absolute(Interval(2.0, 1.0, 9.0), 0.6)

    assert (found.without, found.with_treatment, found.low, found.high) == (60, 100, 60, 100)


COUNTS = st.integers(1, 40)


@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=2, max_size=5))
def test_turning_the_arms_round_turns_the_ratio_round(counts):
    one = mantel_haenszel([row(a, 100, c, 120) for a, c in counts])
    other = mantel_haenszel([row(c, 120, a, 100) for a, c in counts])

    assert one.estimate == pytest.approx(1 / other.estimate)
    assert one.low == pytest.approx(1 / other.high)


@given(COUNTS, COUNTS, st.integers(2, 4))
def test_the_same_trial_again_changes_no_estimate_and_narrows_the_interval(a, c, times):
    one = row(a, 100, c, 120)
    many = mantel_haenszel([one] * times)

    assert many.estimate == pytest.approx(of_trial(one).estimate)
    assert math.log(many.high / many.low) < math.log(of_trial(one).high / of_trial(one).low)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=5))
def test_an_estimate_lies_between_its_limits(counts):
    rows = [row(a, 100, c, 100) for a, c in counts]
    assume(sum(bool(a or c) for a, c in counts) > 1)
    found = pool(rows)

    assert found.random.low <= found.random.estimate <= found.random.high
    assert found.heterogeneity.tau2_low <= found.heterogeneity.tau2_high
