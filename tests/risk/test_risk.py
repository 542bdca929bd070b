"""A record falls into the groups that its facts say, each study alone; unknown is not no; a figure says what it is."""

import json
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

import gravida
from gravida.assess import assess
from gravida.cli import main
from gravida.library import load
from gravida.report_risk import page, plain_page
from gravida.risk import Share, Update, out_of, updated

KNOWLEDGE = load()
RISKS = KNOWLEDGE.risks
GROUPS = [(study, group) for study in RISKS.studies.values() for group in study.groups.values()]
P5, CASTANON = "p5-2022-cervical-length", "castanon-2014-excision"


def risks_of(**record):
    data = {"as_of": "2026-06-01", "pregnancy": {"status": "ongoing", "gestation": "22+0", "plurality": "1"}, "cerclages": [], **record}
    return assess(gravida.record_from(data), KNOWLEDGE)


def scan(length, at="20+0", route="transvaginal"):
    return {"scans": [{"at": at, "route": route, "cervical_length_mm": str(length)}]}


def belonging(assessment, study):
    return {group.group: group.belongs for each in assessment.risks if each.study == study for group in each.groups}


def run(*arguments):
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@given(st.integers(1, 100_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_limits_are_wilsons(counts):
    found = Share.counted(*counts)
    expected = binomtest(*counts).proportion_ci(method="wilson")

    assert found.low == pytest.approx(expected.low, abs=1e-9)
    assert found.high == pytest.approx(expected.high, abs=1e-9)
    assert 0 <= found.low <= found.share <= found.high <= 1


@given(st.floats(0.001, 0.999), st.floats(0.01, 100))
def test_a_finding_and_its_opposite_cancel(before, ratio):
    assert updated(updated(before, ratio), 1 / ratio) == pytest.approx(before, rel=1e-6)


def test_the_worked_example_of_the_twin_review():
    assert updated(0.10, 10.1) == pytest.approx(0.529, abs=0.0005)


@given(st.lists(st.floats(0.0001, 1), min_size=1))
def test_the_rarest_share_still_is_a_person(shares):
    assert round(min(shares) * out_of(shares)) >= 1


@pytest.mark.parametrize(("study", "group"), GROUPS, ids=lambda each: each.id)
def test_every_figure_has_a_source_and_an_outcome_that_is_explained(study, group):
    assert study.cite in KNOWLEDGE.references
    assert study.treatment
    assert {each.outcome for each in group.results} <= KNOWLEDGE.evidence.outcomes.keys()


def test_nobody_belongs_to_a_group_on_an_empty_record():
    assessment = assess(gravida.record_from({"as_of": "2026-06-01"}), KNOWLEDGE)

    assert not any(each.belongs for each in assessment.risks)
    assert "This record is not known to belong to any published group." in list(page(assessment))


@pytest.mark.parametrize(
    ("length", "group"), [(10, "at_most_10mm"), (10.5, "over_10_to_15mm"), (25, "over_20_to_25mm"), (25.1, "over_25_to_30mm"), (31, "over_30mm")]
)
def test_one_length_is_in_one_band(length, group):
    assert belonging(risks_of(**scan(length)), P5) == {group: True}


def test_a_length_of_unknown_route_is_in_no_band_for_sure():
    found = belonging(risks_of(**scan(22, route=None)), P5)

    assert set(found.values()) == {None}
    assert len(found) == 6


def test_twins_are_in_no_band_of_singletons():
    assert belonging(risks_of(**scan(22), pregnancy={"status": "ongoing", "gestation": "22+0", "plurality": "2"}), P5) == {}


def test_several_studies_stand_side_by_side():
    found = risks_of(**scan(22), cervical_procedures=[{"kind": "lletz", "depth_mm": "12"}])

    assert belonging(found, P5) == {"over_20_to_25mm": True}
    assert belonging(found, CASTANON) == {"from_10_to_14mm": True}


def test_what_the_pregnancy_has_passed_is_left_out():
    found = risks_of(**scan(22), pregnancy={"status": "ongoing", "gestation": "34+0", "plurality": "1"})
    lines = "\n".join(line for line in page(found) if "before 3" in line or "passed" in line)
    (study,) = (each for each in found.risks if each.study == P5)

    assert {each.outcome: each.over for each in study.groups[0].figures} == {"sptb_lt34": True, "sptb_lt37": False}
    assert "Left out: what this pregnancy has passed already." in lines


def test_a_pregnancy_that_is_being_lost_is_told_no_figures():
    found = risks_of(**scan(22), pregnancy={"status": "ongoing", "gestation": "22+0", "plurality": "1", "fetal_death": "yes"})

    assert found.pregnancy.ending
    assert found.risks == ()
    assert "We are sorry." in "\n".join(plain_page(found))


def test_symptoms_are_said_to_make_a_difference():
    found = risks_of(**scan(22), examinations=[{"on": "2026-06-01", "symptomatic": "yes"}])

    assert [each.unlike for each in found.risks if each.study == P5] == [("there are symptoms; only people without symptoms were counted",)]


def test_a_treated_risk_is_said_to_be_one():
    found = risks_of(**scan(22))

    assert any("Under treatment." in line for line in page(found))
    assert any("given a treatment" in line for line in plain_page(found))


def test_the_plain_page_has_no_relative_effects_and_nothing_from_memory():
    for study in RISKS.studies.values():
        for example in study.examples:
            given_record = {"as_of": "2026-06-01", **{key: value for key, value in example.case.given.items() if key != "base"}}
            lines = "\n".join(plain_page(assess(gravida.record_from(given_record), KNOWLEDGE)))
            assert "times the" not in lines
            assert "MEMORY" not in lines


def test_figures_from_memory_are_shown_only_when_asked_for_and_marked():
    recalled = [(study, group) for study, group in GROUPS for each in group.results if not each.is_trusted]
    for study, _ in recalled:
        assert study.id in RISKS.studies
    shown = "\n".join(page(risks_of(**scan(8, at="28+0"), pregnancy={"status": "ongoing", "gestation": "28+3", "plurality": "1"})))

    assert "MEMORY" not in shown


@pytest.mark.parametrize("study", [each for each in RISKS.studies.values() if each.nested], ids=lambda each: each.id)
def test_nested_groups_never_fall_in_risk_as_they_narrow(study):
    for outcome in {each.outcome for group in study.groups.values() for each in group.results}:
        figures = [each.figure for group in study.groups.values() for each in group.results if each.outcome == outcome]
        sizes = [each.share if isinstance(each, Share) else each.estimate for each in figures if not isinstance(each, Update)]
        assert all(inner >= outer for inner, outer in pairwise(sizes))


def test_every_figure_is_one_of_the_research_file():
    """Read against the parameters that were collected, wherever these are at hand: none is typed wrong."""
    shares = {f"{each.figure.share:.4f}" for _, group in GROUPS for each in group.results if isinstance(each.figure, Share)}

    assert {"0.0750", "0.0960", "0.1530", "0.1800", "0.4375", "0.0746"} <= shares


def test_models_without_coefficients_are_named_with_what_they_need():
    names = {each.id for each in RISKS.models}
    code, output = run("risk")

    assert code == 0
    assert {"quipp-v2-asymptomatic", "celik-2008", "liu-2020-nomogram"} <= names
    assert all(each.needs and each.where and each.why_not for each in RISKS.models)
    assert "Named and not computed" in output


def test_a_length_is_placed_between_published_centiles_and_nothing_is_drawn_between_them():
    (iams,) = (each for each in RISKS.centiles if each.cite.startswith("iams") and each.start == 168)

    assert iams.around(20) == ((1, 13), (5, 22))
    assert iams.around(12) == (None, (1, 13))
    assert iams.around(45) == ((75, 40), None)


def test_pictures_say_what_they_show(tmp_path):
    code, _ = run("risk", "examples/cervix-24-9-mm.yaml", "--save", tmp_path)
    pictures = sorted(tmp_path.glob("*.svg"))

    assert code == 0
    assert any("bands" in path.name for path in pictures)
    for path in pictures:
        title, description = (ET.fromstring(path.read_text(encoding="utf-8")).find(f"{{http://www.w3.org/2000/svg}}{tag}").text for tag in ("title", "desc"))  # noqa: S314
        assert title
        assert " of 100" in description or "%" in description or " of 1,000" in description


def test_json_holds_what_the_page_says():
    code, output = run("risk", "examples/cervix-24-9-mm.yaml", "--format", "json")
    found = {each["study"]: each for each in json.loads(output)["risks"]}

    assert code == 0
    assert found[P5]["groups"][0]["figures"][0]["events"] == 10


def test_the_assessment_tells_groups_and_trials_and_the_plain_page_only_that_there_are_some():
    _, text = run("assess", "examples/cervix-24-9-mm.yaml")
    _, plain = run("assess", "--plain", "examples/cervix-24-9-mm.yaml")

    assert "What was counted in groups like this" in text
    assert "What trials found on what stands here" in text
    assert "gravida risk --plain" in plain
    assert " of 100" not in plain
