"""The gates on what is right: they look at everything, count it once, and say how far they are."""

from dataclasses import replace
from pathlib import Path

import pytest

from gravida.check import check_all, check_fact, check_recommendation
from gravida.cql import parse
from gravida.guideline import Condition
from gravida.library import load
from gravida.mutation import recommendation_mutants

TOY = Path(__file__).parents[1] / "toy"


@pytest.fixture(scope="module")
def toy():
    return load(TOY)


def test_everything_is_looked_at_and_counted(toy):
    report = check_all(toy)
    cases = sum(len(each.cases) for each in (*toy.notes.values(), *toy.recommendations.values()))

    assert report.problems == []
    assert (report.recommendations, report.facts, report.cases) == (3, len(toy.notes), cases)
    assert report.killed == report.mutants > 40
    assert report.summary().startswith(f"3 recommendations, {len(toy.notes)} facts, {cases} cases, ")


def test_a_fact_that_is_only_recorded_needs_no_case(toy):
    assert check_fact("walkers", toy).problems == []


def test_the_same_mutant_counts_once(toy):
    rule = toy.recommendations["rivendell-2018-roads/run-from-drums"]
    twice = replace(rule, who=Condition("drums or drums", parse("drums or drums"), rule.who.place))
    texts = [text for text, _ in recommendation_mutants(twice)]

    assert len(set(texts)) < len(texts)
    assert check_recommendation(twice, toy).mutants == len(set(texts))


def test_a_case_that_fails_tries_no_mutant(toy):
    rule = toy.recommendations["rivendell-2018-roads/run-from-drums"]
    wrong = replace(rule, cases=(*rule.cases[:-1], replace(rule.cases[-1], expect="met")))
    report = check_recommendation(wrong, toy)

    assert report.mutants == 0, "it would seem to kill every one"
    assert [problem.message for problem in report.problems] == ["case 'nobody listened': expected met, found unknown"]


def test_how_far_it_is(toy):
    steps = []
    check_all(toy, advance=lambda done, total: steps.append((done, total)))

    assert [done for done, _ in steps] == list(range(len(steps)))
    assert {total for _, total in steps} == {len(steps)}


def test_one_guideline_alone_leaves_the_dictionary_out():
    alone = load(TOY, ["rivendell-2018-roads"])

    assert check_all(alone, ["rivendell-2018-roads"]).facts == 1
