"""A decision map says at every point what the engine says there, and marks the point of today."""

import json
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gravida
from gravida.cli import main
from gravida.decision_map import decision_map
from gravida.library import load
from gravida.prepare import prepare
from gravida.units import weeks
from gravida.verdict import judge

KNOWLEDGE = load()
ACTION = "transvaginal-cerclage"
FAVOURED = {"for", "consider", "for-if", "consider-if", "both"}
HISTORY = {
    "prior_pregnancies_complete": "yes",
    "prior_pregnancies": [
        {"ended": "20+0", "outcome": "miscarriage", "onset": "spontaneous", "painless_dilation": "yes", "labour": "no", "abruption": "no", "infection": "no",
         "cause_found": "no", "waters_broke_before_labour": "no", "plurality": "1", "cerclage_kind": "none"},
    ],
}  # fmt: skip


def situation(**record):
    data = {"as_of": "2026-06-01", "pregnancy": {"status": "ongoing", "gestation": "20+0", "plurality": "1"}, "cerclages": [], **HISTORY, **record}
    return prepare(gravida.record_from(data), KNOWLEDGE.meaning, KNOWLEDGE.largest_k)


MAP = decision_map(situation(), KNOWLEDGE, ACTION)


def run(*arguments):
    result = CliRunner().invoke(main, ["map", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(98, 280), st.integers(0, 600).map(lambda tenths: tenths / 10))
def test_every_point_says_what_a_record_with_such_a_scan_gives(day, length):
    """The oracle is a whole record, written and read anew, with a scan of today."""
    there = situation(
        pregnancy={"status": "ongoing", "gestation": weeks(day), "plurality": "1"},
        scans=[{"on": "2026-06-01", "route": "transvaginal", "cervical_length_mm": f"{length:g}", "confirmed": "yes"}],
    )
    for panel in MAP.panels:
        keys = [key for key in KNOWLEDGE.guidelines[panel.guideline].recommendations if ACTION in KNOWLEDGE.recommendations[key].actions]
        found = [(KNOWLEDGE.recommendations[key], judge(KNOWLEDGE.recommendations[key], KNOWLEDGE.actions, there.world, there.today)) for key in keys]
        stands = any(each.favours and not each.is_recalled and one.verdict in ("now", "now-if", "met", "overdue") for each, one in found)
        assert (panel.said(day, length) in FAVOURED) == stands, (panel.guideline, weeks(day), length)


def test_only_current_guidelines_that_were_read_are_drawn():
    for panel in MAP.panels:
        assert KNOWLEDGE.guidelines[panel.guideline].status == "current"


@pytest.mark.parametrize(("length", "said"), [("25", "[◐]"), ("25.1", "[?]")])
def test_a_tenth_of_a_millimetre_over_the_limit_is_over_it(length, said, tmp_path):
    path = tmp_path / "record.yaml"
    record = {"as_of": "2026-06-01", "pregnancy": {"status": "ongoing", "gestation": "20+0", "plurality": "1"}, "cerclages": [], **HISTORY}
    record["scans"] = [{"on": "2026-05-28", "route": "transvaginal", "cervical_length_mm": length}]
    path.write_text(json.dumps(record), encoding="utf-8")
    code, output = run(path, "--guideline", "rcog-2022-cerclage")

    assert code == 0
    assert said in output


def test_what_is_not_known_today_is_not_marked(tmp_path):
    path = tmp_path / "record.yaml"
    path.write_text(json.dumps({"as_of": "2026-06-01", "pregnancy": {"status": "ongoing", "plurality": "1"}, "cerclages": [], **HISTORY}), encoding="utf-8")
    code, output = run(path)

    assert code == 0
    assert "gestation not known exactly, shortest length not known" in " ".join(output.split())
    assert "[" not in "".join(line for line in output.splitlines() if line.startswith("  "))


def test_the_picture_has_the_cells_as_text(tmp_path):
    path = tmp_path / "map.svg"
    code, _ = run("examples/cervix-24-9-mm.yaml", "--save", path)
    description = ET.fromstring(path.read_text(encoding="utf-8")).find("{http://www.w3.org/2000/svg}desc").text  # noqa: S314

    assert code == 0
    assert "NICE 2022 NG25: 25.1 or more mm at" in description
    assert "0-25 mm at 16+0-24+0 recommended or offered" in description


def test_the_same_map_as_markdown_and_json():
    _, markdown = run("examples/cervix-24-9-mm.yaml", "--format", "markdown")
    _, values = run("examples/cervix-24-9-mm.yaml", "--format", "json")

    assert "recommended or offered **(today)**" in markdown
    assert {each["guideline"] for each in json.loads(values)["panels"]} >= {"nice-2022-preterm-labour", "figo-2021-cerclage"}


def test_an_action_that_is_not_there_is_told_with_the_nearest():
    code, output = run("examples/cervix-24-9-mm.yaml", "--action", "transvaginal-cerclag")

    assert code == 2
    assert "there is no action 'transvaginal-cerclag'; did you mean 'transvaginal-cerclage'?" in output


def test_a_map_is_one_of_a_pregnancy():
    code, output = run("examples/planning-after-a-loss.yaml")

    assert code == 2
    assert "the record says not pregnant, and a map is one of a pregnancy" in output
