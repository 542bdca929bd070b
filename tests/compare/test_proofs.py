"""Mutants: what is the same is proved, what is not is told apart by a record, for every mutant of the toy."""

from dataclasses import replace
from pathlib import Path

import pytest

from gravida.compare.proofs import prove_claims, told_apart
from gravida.cql import parse, rename
from gravida.equivalence import Claim, Defined
from gravida.evaluate import World, truth
from gravida.library import load
from gravida.mutation import mutants, recommendation_mutants
from gravida.verdict import judge

TOY = load(Path(__file__).parents[1] / "toy")
PASS = TOY.recommendations["rivendell-2018-roads/cross-the-pass"]
CUT_SHORT = "rivendell-2018-roads/journeys_cut_short"
SAME = [
    ("walkers >= 2", "not (walkers < 2)"),
    ("large_company and drums", "drums and walkers > 3"),
    ("not (drums or large_company)", "not drums and not large_company"),
    ("drums and drums", "drums"),
]
UNLIKE = [
    ("walkers >= 2", "walkers > 2"),
    ("drums or not drums", "true"),  # unknown is not true
    ("walkers between 2 and 5", "walkers >= 2 and walkers <= 4"),
    (f"AtLeast(2, {CUT_SHORT.rpartition('/')[2]})", f"AtLeast(3, {CUT_SHORT.rpartition('/')[2]})"),
]


def node(text):
    return rename(parse(text), lambda name: name if name in TOY.dictionary.facts else f"rivendell-2018-roads/{name}")


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_of_saying_the_same_are_proved(one, other):
    assert told_apart(node(one), node(other), TOY) is None


@pytest.mark.parametrize(("one", "other"), UNLIKE)
def test_a_difference_is_a_record_that_the_reference_engine_tells_apart(one, other):
    world, _ = told_apart(node(one), node(other), TOY)

    assert truth(node(one), world) is not truth(node(other), World(world.meaning, world.observed, world.lists))


def test_every_mutant_of_a_recommendation_is_told_apart():
    for text, mutant in recommendation_mutants(PASS):
        world, today = told_apart(PASS, mutant, TOY)
        verdicts = [judge(each, TOY.actions, World(world.meaning, world.observed, world.lists), today).verdict for each in (PASS, mutant)]
        assert verdicts[0] != verdicts[1], text


@pytest.mark.parametrize("name", [CUT_SHORT, "drums", "snow_mm"])
def test_every_mutant_of_a_fact_is_told_apart(name):
    fact = TOY.dictionary.facts[name]
    original = Defined(fact, TOY.criteria.get(name))
    for text, changed in mutants(TOY.criteria[name]) if name in TOY.criteria else ():
        assert told_apart(original, Defined(fact, changed), TOY) is not None, text

    assert told_apart(original, original, TOY) is None
    if getattr(fact, "valid_for_days", None) is not None:
        assert told_apart(original, Defined(replace(fact, valid_for_days=fact.valid_for_days + 1), TOY.criteria.get(name)), TOY) is not None


def test_a_wrong_claim_of_equivalence_is_a_problem_and_a_right_one_is_none():
    claims = [
        Claim("toy.yaml:1:1", "walkers > 2", node("walkers >= 2"), node("walkers > 2")),
        Claim("toy.yaml:2:1", "same", node("drums"), node("drums and drums")),
    ]
    (problem,) = prove_claims(claims, TOY)

    assert str(problem) == "toy.yaml:1:1: the mutant 'walkers > 2' is declared equivalent, and the solver has a record that tells it apart: walkers 2"


def test_what_a_constraint_rules_out_tells_nothing_apart():
    too_many = "planned_road = 'pass' and walkers > 7"
    one, other = node(too_many), node(f"{too_many} and not ({too_many})")

    assert told_apart(one, other, replace(TOY, constraints=())) is not None
    assert told_apart(one, other, TOY) is None
