"""Every example, as a person sees it: the assessment and the plain page of each are committed and were read.

GRAVIDA_UPDATE=1 writes them afresh; read the difference before committing it.
"""

import json
import os
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from gravida.cli import main

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
GOLDEN = Path(__file__).parent / "golden"


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def held(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("GRAVIDA_UPDATE"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_assessment_reads_as_committed(example):
    held(f"{example.stem}.txt", run("assess", str(example)))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_plain_page_reads_as_committed(example):
    held(f"{example.stem}.plain.txt", run("assess", "--plain", str(example)))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_json_keeps_to_its_schema(example):
    schema = json.loads((ROOT / "docs/reference/assessment.schema.json").read_text(encoding="utf-8"))
    assessment = json.loads(run("assess", "--format", "json", str(example)))
    jsonschema.validate(assessment, schema, format_checker=jsonschema.FormatChecker())
    assert assessment["as_of"] == "2026-06-01"


def test_markdown_and_reasons_read_as_committed():
    held("one-painless-loss.md", run("assess", "--format", "markdown", str(ROOT / "examples/one-painless-loss.yaml")))
    held("why.txt", run("why", "rcog-2022-cerclage/ultrasound-indicated", str(ROOT / "examples/cervix-24-9-mm.yaml")))


def test_every_example_tells_its_story_in_one_line():
    for example in EXAMPLES:
        assert example.read_text(encoding="utf-8").startswith("# "), example


def verdict(example: str, recommendation: str) -> str:
    assessment = json.loads(run("assess", "--format", "json", str(ROOT / f"examples/{example}.yaml")))
    return next(each["verdict"] for row in assessment["matrix"] for each in row["opinions"] if each["recommendation"] == recommendation)


def test_the_same_person_gets_opposite_answers_and_sees_both():
    """One painless loss: ACOG would consider a stitch, RCOG does not offer one routinely."""
    assert verdict("one-painless-loss", "acog-2014-cerclage/history-indicated") == "now"
    assert verdict("one-painless-loss", "rcog-2022-cerclage/fewer-than-three-events") == "met"


@pytest.mark.parametrize(
    ("example", "acog", "rcog"), [("cervix-24-9-mm", "now", "now-if"), ("cervix-25-0-mm", "not-met", "now-if"), ("cervix-25-1-mm", "not-met", "not-met")]
)
def test_a_tenth_of_a_millimetre_decides_and_the_bodies_draw_the_line_apart(example, acog, rcog):
    assert verdict(example, "acog-2021-preterm-birth/ultrasound-indicated-cerclage") == acog
    assert verdict(example, "rcog-2022-cerclage/ultrasound-indicated") == rcog


def test_acog_234_at_exactly_25_mm_is_unknown():
    assert verdict("cervix-25-0-mm", "acog-2021-preterm-birth/cerclage-or-progesterone-after-preterm-birth") == "unknown"


def test_the_last_day_of_a_window_and_the_day_after():
    assert verdict("last-day-of-a-window", "rcog-2022-cerclage/ultrasound-indicated") == "now-if"
    assert verdict("day-after-a-window", "rcog-2022-cerclage/ultrasound-indicated") == "passed"


@pytest.mark.parametrize(
    ("example", "expected"),
    [("membranes-visible", "now"), ("membranes-visible-contractions", "withheld"), ("membranes-visible-contractions-unknown", "now-if")],
)
def test_an_emergency_stitch_waits_for_what_is_not_known(example, expected):
    assert verdict(example, "nice-2022-preterm-labour/emergency-cerclage") == expected


def test_a_stitch_still_in_at_38_weeks_is_overdue():
    assert verdict("stitch-at-36w2d", "rcog-2022-cerclage/removal") == "now"
    assert verdict("stitch-at-38w0d", "rcog-2022-cerclage/removal") == "overdue"


def test_a_scan_of_unknown_route_settles_nothing():
    assert verdict("scan-of-unknown-route", "rcog-2022-cerclage/ultrasound-indicated") == "unknown"


def test_a_sign_for_now_stops_the_plain_page():
    page = run("assess", "--plain", str(ROOT / "examples/waters-leaking.yaml"))
    assert "fluid leaking" in page
    assert "WHAT GUIDELINES SAY" not in page
