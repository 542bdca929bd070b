"""Claims that a change makes no difference: wrong ones are refuted with a small record, right ones stand."""

from dataclasses import replace
from pathlib import Path

import pytest

from gravida.cql import parse
from gravida.equivalence import Claim, Defined, counterexample, try_claims
from gravida.guideline import Bound
from gravida.library import load
from gravida.mutation import recommendation_mutants
from gravida.verdict import judge

TOY = load(Path(__file__).parents[1] / "toy")
PASS = TOY.recommendations["rivendell-2018-roads/cross-the-pass"]
CUT_SHORT = "rivendell-2018-roads/journeys_cut_short"
SAME = [
    ("walkers >= 2", "not (walkers < 2)"),
    ("walkers between 2 and 8", "walkers >= 2"),
    ("large_company and drums", "drums and walkers > 3"),
    ("not (drums or large_company)", "not drums and not large_company"),
]


def defined(name, text=None, **changes):
    node = parse(text) if text else TOY.criteria.get(name)
    return Defined(replace(TOY.dictionary.facts[name], **changes), node)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_of_saying_the_same_stand(one, other):
    assert counterexample(parse(one), parse(other), TOY, count=5000) is None


def test_a_difference_is_shown_with_the_smallest_record():
    assert str(counterexample(parse("walkers >= 2"), parse("walkers > 2"), TOY)) == "walkers 2: true becomes false"
    assert str(counterexample(parse("drums or not drums"), parse("true"), TOY)) == "an empty record: unknown becomes true"


def test_what_a_constraint_rules_out_refutes_nothing():
    too_many = "planned_road = 'pass' and walkers > 7"
    one, other = parse(too_many), parse(f"{too_many} and not ({too_many})")
    found = counterexample(one, other, replace(TOY, constraints=()), count=3000)

    assert str(found) == "planned_road pass; walkers 8: true becomes false"
    assert counterexample(one, other, TOY, count=3000) is None


def test_a_fact_may_be_worked_out_otherwise():
    found = counterexample(defined(CUT_SHORT), defined(CUT_SHORT, "j.cause = 'orcs' and j.ended_days between ga(14, 0) and ga(28, 0)"), TOY)
    longer = counterexample(defined("drums"), defined("drums", valid_for_days=2), TOY)

    assert str(found) == "prior_pregnancies [{ended_days 28+0}]: from 0 to 0 entries becomes from 0 to 1 entries"
    assert str(longer) == "symptoms [{age_days 2, drums false}]: unknown becomes false"
    assert counterexample(defined("drums"), defined("drums"), TOY, count=3000) is None


@pytest.mark.parametrize(("text", "mutant"), list(recommendation_mutants(PASS))[::3], ids=lambda each: each if isinstance(each, str) else "")
def test_a_mutant_that_a_case_kills_is_refuted_by_a_random_record_too(text, mutant):
    found = counterexample(PASS, mutant, TOY)
    world, today = found.world, found.difference.today

    assert judge(PASS, TOY.actions, world, today).verdict == found.difference.original
    assert judge(mutant, TOY.actions, world, today).verdict == found.difference.mutant
    assert found.difference.original != found.difference.mutant


def test_a_recommendation_differs_on_the_day_that_matters():
    found = counterexample(PASS, replace(PASS, window=replace(PASS.window, end=Bound(168, 168))), TOY)

    assert "today 24+0" in str(found)
    assert counterexample(PASS, replace(PASS, says="other words"), TOY, count=3000) is None


def test_wrong_claims_become_problems_and_right_ones_do_not():
    wrong = Claim("a.yaml:1:1", "walkers > 2", parse("walkers >= 2"), parse("walkers > 2"))
    right = Claim("b.yaml:2:1", "walkers > 3", parse("walkers >= 4"), parse("walkers > 3"))
    problems = [str(problem) for problem in try_claims([wrong, right], TOY, count=3000)]

    assert problems == ["a.yaml:1:1: the mutant 'walkers > 2' is declared equivalent, and this record tells it apart. walkers 2: true becomes false"]
