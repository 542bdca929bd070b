"""Published decision trees: the closed form gives what was printed, and the simulator what the closed form gives."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "validation" / "policy"))

from against_published import SURE, identities
from closed_form import (
    PUBLISHED,
    implied_risk,
    needed_to_screen,
    prevented,
    werner_line,
    wikstrom_deaths,
    wikstrom_early,
    wikstrom_share_needed,
)
from published_trees import Branch, lived
from published_trees import prevented as prevented_in

FACCO = PUBLISHED["facco_2013"]


def test_the_number_needed_to_screen_of_facco_is_exact():
    assert round(needed_to_screen(**FACCO["inputs"])) == FACCO["outputs"]["needed_to_screen"]


def test_what_was_not_read_of_facco_is_implied_and_plausible():
    found = {group: implied_risk(each, 0.40, FACCO["outputs"][group]) for group, each in FACCO["prevalence_of_others"].items()}

    assert found == {"nulliparous": pytest.approx(0.346, abs=0.001), "prior_preterm": pytest.approx(0.440, abs=0.001)}


def test_wikstrom_falls_short_by_what_was_not_read():
    assert wikstrom_early() == pytest.approx(47.7, abs=0.05)
    assert wikstrom_deaths() == pytest.approx(3.47, abs=0.005)
    assert wikstrom_deaths() / PUBLISHED["wikstrom_2022"]["outputs"]["deaths_averted"] == pytest.approx(0.85, abs=0.01)
    assert wikstrom_share_needed() > 0.3
    assert all(33.7 < qalys / deaths < 35.6 for deaths, qalys in PUBLISHED["wikstrom_2022"]["all_strategies"])


@pytest.mark.parametrize(("what", "found", "printed", "most"), identities(), ids=lambda each: each if isinstance(each, str) else "")
def test_printed_figures_fit_together(what, found, printed, most):
    assert abs(found - printed) <= most, what


def test_the_effect_of_progesterone_swings_the_cost_of_a_qaly():
    line = werner_line()

    assert line.cost_per_qaly(0.45) < 0
    assert line.cost_per_qaly(0.30) == pytest.approx(28_530, rel=0.001)
    assert line.cost_per_qaly(0.11) > 200_000


@pytest.mark.parametrize("tree", [Branch(0.0093, 0.25, 0.02, 0.60), Branch(274 / 6288, 10 / 274, 16 / 6014, 0.70), Branch(0.0551, 0.1, 0.01, 0.55)])
def test_the_simulator_agrees_with_the_closed_form(tree):
    found, error = prevented_in(lived(tree, 150_000, seed=4))

    assert abs(found - prevented(tree.prevalence, tree.risk_short, 1 - tree.ratio)) < SURE * error
    assert error < 0.0002
