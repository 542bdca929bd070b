"""Cards as somebody meets them: urgent first, few, in layers, and never surer than the record."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from card_rules import check_card
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gravida
from gravida.assess import assess
from gravida.hooks_card_lines import Basis, Found, fitted
from gravida.hooks_cards import cards
from gravida.hooks_order_cards import order_cards
from gravida.hooks_orders import MEANINGS, Ordered
from gravida.library import load
from gravida.record import read_record

KNOWLEDGE = load()
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
PREGNANT = {"status": "ongoing", "gestation": "20+0", "plurality": "1"}


def assessed(**record):
    return assess(gravida.record_from({"as_of": "2026-06-01", "pregnancy": PREGNANT, **record}, KNOWLEDGE), KNOWLEDGE, brief=True)


def example(name):
    path = next(each for each in EXAMPLES if each.stem == name)
    return assess(read_record(path.read_bytes(), path.name, KNOWLEDGE.dictionary), KNOWLEDGE, brief=True)


def order(name, assessment, basis=None):
    return order_cards([Ordered(MEANINGS[name], "MedicationRequest/1")], assessment, KNOWLEDGE, basis)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda each: each.stem)
def test_every_card_of_every_example_is_as_the_standard_demands(path):
    assessment = assess(read_record(path.read_bytes(), path.name, KNOWLEDGE.dictionary), KNOWLEDGE, brief=True)
    found = [*cards(assessment, KNOWLEDGE, Basis(patient="p1", page="https://gravida.example")), *order_cards(
        [Ordered(each, "ServiceRequest/1") for each in MEANINGS.values()], assessment, KNOWLEDGE, Basis(patient="p1"))]  # fmt: skip

    for each in found:
        check_card(each.as_json())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda each: each.stem)
def test_there_are_five_cards_at_most_and_one_for_each_topic(path):
    assessment = assess(read_record(path.read_bytes(), path.name, KNOWLEDGE.dictionary), KNOWLEDGE, brief=True)
    topics = [each.topic for each in cards(assessment, KNOWLEDGE)]

    assert len(topics) <= 5
    assert len(set(topics)) == len(topics)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda each: each.stem)
def test_a_brief_assessment_says_what_a_whole_one_says_and_nothing_else(path):
    record = read_record(path.read_bytes(), path.name, KNOWLEDGE.dictionary)
    whole, brief = assess(record, KNOWLEDGE), assess(record, KNOWLEDGE, brief=True)
    kept = {each.recommendation: each for row in brief.matrix for each in row.opinions}
    left_out = [each for row in whole.matrix for each in row.opinions if each.recommendation not in kept]

    assert all(whole.opinion(key) == each for key, each in kept.items())
    assert all(each.recalled or each.superseded or each.verdict in ("not-met", "passed") for each in left_out)
    assert (brief.red_flags, brief.unanswered, brief.pregnancy) == (whole.red_flags, whole.unanswered, whole.pregnancy)


def test_an_urgent_sign_comes_first_and_is_critical():
    found = cards(example("membranes-visible-contractions"), KNOWLEDGE)

    assert found[0].indicator == "critical"
    assert found[0].summary == "Get help now: contractions, pressure in the pelvis, tightenings or contractions"
    assert len(found) > 1
    assert all(each.indicator != "critical" for each in found[1:])


def test_an_urgent_sign_is_shown_when_the_record_says_not_pregnant():
    assessment = assessed(pregnancy={"status": "not-pregnant"}, symptoms=[{"on": "2026-06-01", "waters": "yes"}])
    (card,) = cards(assessment, KNOWLEDGE)

    assert card.indicator == "critical"
    assert "it may be out of date" in card.detail


def test_an_urgent_sign_that_was_only_assumed_is_no_critical_card():
    assessment = assessed(symptoms=[{"on": "2026-06-01", "heavy_bleeding": "yes"}])
    found = cards(assessment, KNOWLEDGE, Basis(assumed_facts=frozenset({"symptoms[0].heavy_bleeding"}), assumed=("All symptoms are recorded.",)))

    assert found[0].indicator == "warning"
    assert "rests on something that was assumed" in found[0].detail
    assert "Assumed: All symptoms are recorded." in found[0].detail


def test_an_empty_record_gives_no_card():
    assert cards(assess(gravida.record_from({"as_of": "2026-06-01"}, KNOWLEDGE), KNOWLEDGE, brief=True), KNOWLEDGE) == ()


def test_every_side_stands_on_one_card_and_nothing_is_merged():
    card = next(each for each in cards(example("one-painless-loss"), KNOWLEDGE) if each.topic == "history-indicated-cerclage")

    assert card.summary == "Vaginal cerclage: for it now: ACOG, NHS England; advise against: RCOG"
    layers = re.findall(r"^\*\*(.+)\*\*$", card.detail, re.MULTILINE)
    assert layers == ["What guidelines say", "Why", "What is missing", "Evidence", "Sources"]


def test_what_is_only_right_if_nothing_speaks_against_it_is_said_to_be_so():
    found = cards(example("membranes-visible-contractions-unknown"), KNOWLEDGE)
    card = next(each for each in found if each.topic == "examination-indicated-cerclage")

    assert "for it if nothing speaks against it: ACOG" in card.summary
    assert re.search(r"first want to know: .*contractions", card.detail)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda each: each.stem)
def test_every_card_says_that_no_clinician_has_reviewed_it(path):
    assessment = assess(read_record(path.read_bytes(), path.name, KNOWLEDGE.dictionary), KNOWLEDGE, brief=True)

    assert not assessment.reviewed
    assert all("No clinician has reviewed this." in each.detail for each in cards(assessment, KNOWLEDGE))


def test_a_card_tells_what_was_read_and_where_it_came_from():
    found = Found("scans[0].cervical_length_mm", "cervical length 24.9 mm", "Observation/cl1", "2026-04-07")
    shown = cards(example("cervix-24-9-mm"), KNOWLEDGE, Basis(found=(found,)))

    assert "From the record: cervical length 24.9 mm (Observation/cl1, 2026-04-07)" in shown[0].detail


def test_a_card_tells_what_the_record_system_did_not_give():
    shown = cards(example("cervix-24-9-mm"), KNOWLEDGE, Basis(not_had=("procedures",)))

    assert all("Not known, because the record system did not give it: procedures" in each.detail for each in shown)


def test_markup_in_a_record_stays_text():
    found = Found("scans[0].cervical_length_mm", "<script>alert(1)</script> [x](javascript:1)", "Observation/*", "")
    shown = cards(example("cervix-24-9-mm"), KNOWLEDGE, Basis(found=(found,)))

    assert "<script>" not in re.sub(r"\\<", "", shown[0].detail)
    assert "\\[x\\]" in shown[0].detail


def test_links_are_there_only_if_there_is_a_page():
    without, with_page = (cards(example("twins"), KNOWLEDGE, Basis(page=page))[0].as_json() for page in ("", "https://gravida.example"))

    assert "links" not in without
    assert with_page["links"] == [{"label": "All that guidelines say", "url": "https://gravida.example", "type": "absolute"}]


def test_a_referral_that_is_due_is_proposed_as_a_draft_for_this_patient():
    card = next(each for each in cards(example("twins"), KNOWLEDGE, Basis(patient="p1", encounter="v1")) if each.topic == "qualifying-history")
    (suggestion,) = card.suggestions
    (action,) = suggestion["actions"]

    assert action["type"] == "create"
    assert action["resource"]["resourceType"] == "ServiceRequest"
    assert (action["resource"]["status"], action["resource"]["intent"]) == ("draft", "proposal")
    assert action["resource"]["subject"] == {"reference": "Patient/p1"}
    assert action["resource"]["encounter"] == {"reference": "Encounter/v1"}


def test_a_scan_is_proposed_with_its_code():
    card = next(each for each in cards(example("cervix-24-9-mm"), KNOWLEDGE, Basis(patient="p1")) if each.topic == "surveillance")

    assert card.suggestions[0]["actions"][0]["resource"]["code"]["coding"] == [{"system": "http://www.ama-assn.org/go/cpt", "code": "76817"}]


def test_a_treatment_is_never_proposed_as_an_order():
    proposed = [
        action["resource"]["code"]["text"]
        for path in EXAMPLES
        for card in cards(assess(read_record(path.read_bytes(), path.name, KNOWLEDGE.dictionary), KNOWLEDGE, brief=True), KNOWLEDGE, Basis(patient="p1"))
        for suggestion in card.suggestions
        for action in suggestion["actions"]
    ]
    kinds = {action.label: action.kind for action in KNOWLEDGE.actions.values()}

    assert proposed
    assert {kinds[each] for each in proposed} <= {"test", "referral"}


def test_nothing_is_proposed_on_an_assumption():
    card = next(each for each in cards(example("twins"), KNOWLEDGE, Basis(patient="p1", assumed_facts=frozenset({"pregnancy.plurality"}))))

    assert card.suggestions == ()


def test_17_ohpc_that_every_guideline_advises_against_is_critical():
    (card,) = order("17-ohpc", assessed())

    assert card.indicator == "critical"
    assert card.summary == "17-OHPC (hydroxyprogesterone caproate): advise against: EMA, FDA, SMFM"
    assert card.suggestions[0]["actions"][0]["resourceId"] == "MedicationRequest/1"


def test_what_all_advise_against_says_what_applies_instead():
    (card,) = order("17-ohpc", example("one-painless-loss"))

    assert "**What applies instead**" in card.detail
    assert "vaginal progesterone" in card.detail


def test_where_some_find_too_little_evidence_it_is_a_warning():
    (card,) = order("cerclage-vaginal", example("twins"))

    assert card.indicator == "warning"
    assert card.summary == "vaginal cerclage: advise against: ACOG, NICE, RCOG, SOGC; unsure: SMFM, ACOG"


def test_what_a_guideline_calls_for_now_gives_no_card():
    assert order("cerclage-vaginal", example("one-painless-loss")) == ()
    assert order("progesterone-vaginal", example("one-painless-loss")) == ()


def test_what_is_held_back_by_something_known_gives_a_warning():
    urgent, card = order("cerclage-vaginal", example("membranes-visible-contractions"))

    assert (urgent.indicator, card.indicator) == ("critical", "warning")
    assert card.summary == "vaginal cerclage: held back by ACOG, NICE, SOGC: contractions"


@pytest.mark.parametrize("name", ["progesterone", "progesterone-other"])
def test_progesterone_by_another_route_says_which_route_guidelines_mean(name):
    (card,) = order(name, example("one-painless-loss"))

    assert card.indicator == "info"
    assert "guidelines here call for vaginal progesterone" in card.summary


def test_an_advice_against_that_rests_on_an_assumption_is_not_given():
    twins = example("twins")
    with_it, without_it = (order("pessary", twins, Basis(assumed_facts=frozenset(paths))) for paths in ((), ("pregnancy.plurality", "pregnancy.status")))

    assert [each.indicator for each in with_it] == ["critical"]
    assert [each.indicator for each in without_it] == ["info"]
    assert "advise" not in without_it[0].summary


def test_a_recalled_advice_against_gives_no_card():
    assessment = assessed()
    recalled = tuple(replace(row, opinions=tuple(replace(each, recalled=True) for each in row.opinions)) for row in assessment.matrix)

    assert order("17-ohpc", replace(assessment, matrix=recalled)) == ()


def test_orders_of_nothing_of_ours_give_no_card_even_beside_an_urgent_sign():
    assert order_cards([], example("membranes-visible-contractions"), KNOWLEDGE) == ()


@given(st.text(min_size=1, max_size=60), st.lists(st.text(max_size=300), min_size=1, max_size=4))
def test_a_summary_always_fits(start, texts):
    assert len(fitted(start, texts)) < 140


LISTS = ("scans", "symptoms", "cerclages", "prior_pregnancies", "progestogens", "examinations")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(EXAMPLES), st.sets(st.sampled_from(LISTS)), st.sampled_from(list(MEANINGS)))
def test_assuming_more_never_makes_a_card_graver(path, assumed, name):
    assessment = assess(read_record(path.read_bytes(), path.name, KNOWLEDGE.dictionary), KNOWLEDGE, brief=True)
    basis = Basis(assumed_facts=frozenset(assumed))
    grave = {card.summary for card in (*cards(assessment, KNOWLEDGE), *order(name, assessment)) if card.indicator == "critical"}
    still = {card.summary for card in (*cards(assessment, KNOWLEDGE, basis), *order(name, assessment, basis)) if card.indicator == "critical"}

    assert len(still) <= len(grave)
