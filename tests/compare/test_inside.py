"""Inside one guideline: what is found is shown, and what is declared is found."""

from dataclasses import replace

import pytest

from gravida.compare.claims import answer
from gravida.compare.gate import solver_problems
from gravida.compare.inside import contradiction, findings, gaps, stands
from gravida.compare.witness import verdict_in, witness, witnesses
from gravida.cql import parse
from gravida.guideline import Bound, Condition, Window

RCOG = "rcog-2022-cerclage"


def variant(recommendation, text=None, **changes):
    """Return a recommendation with another criterion."""
    who = Condition(text, parse(text), "") if text else recommendation.who
    return replace(recommendation, who=who, **changes)


def test_two_reasons_for_one_act_are_a_contradiction_that_is_declared(knowledge):
    found = [each for each in findings(knowledge.guidelines[RCOG], knowledge) if each.what == "contradiction"]

    assert {each.of[1].rpartition("/")[2] for each in found} == {"funnelling-alone", "fewer-than-three-events"}
    assert all(each.declared for each in found)
    for each in found:
        (shown,) = witnesses(each.shown, knowledge)
        one, other = (knowledge.recommendations[key] for key in each.of)
        assert {verdict_in(shown.situation, knowledge, one), verdict_in(shown.situation, knowledge, other)} <= {"now", "met", "overdue"}


def test_a_recommendation_whose_weeks_never_come_is_never_due(knowledge):
    offer = knowledge.recommendations[f"{RCOG}/ultrasound-indicated"]
    after = Window(start=Bound(150, 150), end=Bound(140, 140))

    assert answer(stands(offer), knowledge) is not None
    assert answer(stands(replace(offer, window=after)), knowledge) is None
    assert answer(stands(variant(offer, "plurality = 1 and plurality = 2")), knowledge) is None


def test_a_withdrawn_offer_is_shown_before_and_after(knowledge):
    found = next(each for each in findings(knowledge.guidelines["smfm-2024-short-cervix"], knowledge) if each.what == "withdrawn")
    before, after = witnesses(found.shown, knowledge)

    assert float(after.written["scans"][0]["cervical_length_mm"]) <= 20 < float(before.written["scans"][0]["cervical_length_mm"])
    assert {key: value for key, value in before.written.items() if key != "scans"} == {key: value for key, value in after.written.items() if key != "scans"}


def test_a_gap_is_a_record_to_which_no_act_applies(knowledge):
    found = {gap.id: shown for gap, shown in gaps(knowledge.guidelines["isuog-2022-ultrasound"], knowledge)}
    claim, world = found["one-early-loss"]
    shown = witness(claim, world, knowledge)
    said = [knowledge.recommendations[key] for key in knowledge.guidelines["isuog-2022-ultrasound"].recommendations]

    assert not any(verdict_in(shown.situation, knowledge, each) in ("now", "met", "overdue", "now-if") for each in said if each.stance != "inform")
    assert all(shown is None for gap, shown in gaps(knowledge.guidelines["acog-2014-cerclage"], knowledge))


def test_every_declaration_is_of_something_that_is_there(knowledge):
    problems, declared = solver_problems(knowledge, [])

    assert problems == []
    assert declared == len(knowledge.comparing.declared) > 10


def test_what_is_not_declared_is_a_problem(knowledge):
    silent = replace(knowledge, comparing=replace(knowledge.comparing, declared=()), guidelines={RCOG: knowledge.guidelines[RCOG]})
    problems, declared = solver_problems(silent, [])

    assert declared == 0
    assert len(problems) == 3
    assert "is for an act that rcog-2022-cerclage/funnelling-alone is against" in str(problems[0]) + str(problems[1])


@pytest.mark.parametrize("key", ["history-indicated", "ultrasound-indicated"])
def test_a_recommendation_does_not_contradict_itself(knowledge, key):
    offer = knowledge.recommendations[f"{RCOG}/{key}"]
    opposite = replace(offer, stance="against")

    assert answer(contradiction(offer, opposite), knowledge) is not None
    assert contradiction(offer, offer) is None
