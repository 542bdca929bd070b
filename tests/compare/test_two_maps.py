"""The region where two guidelines differ is exactly where they say different things, and its witness is in it."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gravida
from gravida.compare.report_two_maps import PARTING_NAMES, markdown, page, picture, plain_values
from gravida.compare.two_maps import NOT_APART, PARTINGS, parting, turns_on_length, two_maps
from gravida.decision_map import decision_map, said_at
from gravida.library import load
from gravida.prepare import prepare
from gravida.report_map import NAMES

KNOWLEDGE = load()
LOSS = {
    "ended": "20+0", "outcome": "miscarriage", "onset": "spontaneous", "painless_dilation": "yes", "labour": "no", "abruption": "no", "infection": "no",
    "cause_found": "no", "waters_broke_before_labour": "no", "plurality": "1", "cerclage_kind": "none",
}  # fmt: skip
RECORD = {
    "as_of": "2026-06-01", "pregnancy": {"status": "ongoing", "gestation": "20+0", "plurality": "1"}, "cerclages": [],
    "prior_pregnancies_complete": "yes", "prior_pregnancies": [LOSS],
}  # fmt: skip
PAIRS = [
    ("transvaginal-cerclage", "acog-2014-cerclage", "rcog-2022-cerclage"),
    ("vaginal-progesterone", "figo-2021-progestogens", "acog-2021-preterm-birth"),
    ("transvaginal-cerclage", "sogc-2013-cerclage", "sogc-2019-cerclage"),
]
SAID = [each for each in NAMES if each != "here"]


def situation(record=None):
    return prepare(gravida.record_from(record or RECORD), KNOWLEDGE.meaning, KNOWLEDGE.largest_k)


HERE = situation()
MAPS = {pair: two_maps(HERE, KNOWLEDGE, *pair) for pair in PAIRS}


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(PAIRS), st.integers(84, 280), st.integers(0, 600).map(lambda tenths: tenths / 10))
def test_a_point_is_in_the_region_if_and_only_if_the_engine_says_different_things_there(pair, day, length):
    found = MAPS[pair]
    day = max(day, found.days[0])
    one, other = (said_at(KNOWLEDGE.guidelines[each], pair[0], HERE, KNOWLEDGE, day, length) for each in pair[1:])
    assert (found.parts(day, length) not in NOT_APART) == (one != other)
    assert found.parts(day, length) == parting(one, other)
    assert tuple(panel.said(day, length) for panel in found.panels) == (one, other)


@pytest.mark.parametrize("pair", PAIRS)
def test_the_witness_lies_in_the_region_and_parts_them_in_the_plainest_way(pair):
    found = MAPS[pair]
    point = found.witness
    assert found.parts(point.day, point.length_mm) == point.parting
    there = {each for row in found.cells for each in row} - NOT_APART
    assert point.parting == min(there, key=PARTINGS.index)
    assert tuple(said_at(KNOWLEDGE.guidelines[each], pair[0], HERE, KNOWLEDGE, point.day, point.length_mm) for each in pair[1:]) == point.said


def test_the_panels_are_those_of_the_decision_map():
    action, *names = PAIRS[0]
    alone = {each.guideline: each for each in decision_map(HERE, KNOWLEDGE, action, names).panels}
    for panel in MAPS[PAIRS[0]].panels:
        assert {(day, mm): alone[panel.guideline].said(day, mm) for day in panel.days for mm in panel.lengths} == {
            (day, mm): panel.said(day, mm) for day in panel.days for mm in panel.lengths
        }


def test_a_guideline_does_not_differ_from_itself():
    found = two_maps(HERE, KNOWLEDGE, "transvaginal-cerclage", "rcog-2022-cerclage", "rcog-2022-cerclage")
    assert found.witness is None
    assert {each for row in found.cells for each in row} <= NOT_APART


@pytest.mark.parametrize("one", SAID)
@pytest.mark.parametrize("other", SAID)
def test_it_does_not_matter_which_of_two_is_named_first_and_what_is_not_known_is_never_another_difference(one, other):
    assert parting(one, other) == parting(other, one)
    assert (parting(one, other) in NOT_APART) == (one == other)
    assert (parting(one, other) in ("not-known", "neither-known")) == ("unknown" in (one, other))


def test_what_nobody_recorded_stays_unknown_in_the_region():
    found = two_maps(situation({"as_of": "2026-06-01", "pregnancy": {"gestation": "20+0"}}), KNOWLEDGE, *PAIRS[0])
    said = {each for row in found.cells for each in row}
    assert said & {"not-known", "neither-known"}
    assert said <= {"not-known", "neither-known", "same"}


def test_only_acts_that_turn_on_a_length_have_a_map():
    assert turns_on_length("transvaginal-cerclage", ["rcog-2022-cerclage"], KNOWLEDGE)
    assert not turns_on_length("bed-rest", ["rcog-2022-cerclage"], KNOWLEDGE)


def test_text_markdown_values_and_picture_show_the_same_region():
    found = MAPS[PAIRS[0]]
    lines = list(page(found, "vaginal cerclage"))
    point = found.witness
    assert lines[0] == "Vaginal cerclage: where ACOG 2014 Practice Bulletin 142 and RCOG 2022 Green-top Guideline 75 differ"
    assert lines[3].startswith(f"For example at {point.day // 7}+{point.day % 7} and {point.length_mm:g} mm: ACOG 2014 Practice Bulletin 142: ")
    assert NAMES[point.said[0]] in markdown(found, "vaginal cerclage")
    assert plain_values(found)["witness"]["day"] == point.day
    drawn = picture(found, "vaginal cerclage")
    assert drawn == picture(found, "vaginal cerclage")
    assert "prefers-color-scheme:dark" in drawn
    assert PARTING_NAMES[point.parting] in drawn
    assert "a point where they differ" in drawn
    assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314
