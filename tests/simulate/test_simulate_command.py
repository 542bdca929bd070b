"""``gravida simulate``, as somebody at a terminal meets it."""

import csv
import json
import re

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from gravida.cli import main
from gravida.simulate.result import COLUMNS
from gravida.simulate.tally import OUTCOMES

ASKED = ("nobody", "after-one-loss", "universal", "clinicians", "-n", 5000, "--psa", 3, "--sample", 1000, "--seed", 3)


def simulate(*arguments):
    return CliRunner().invoke(main, ["simulate", *map(str, arguments)])


def rows(folder, table):
    return list(csv.DictReader((folder / f"{table}.csv").read_text().splitlines()))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated") / "out"
    result = simulate(*ASKED, "--tornado", "--workers", 1, "--out", folder)
    assert result.exit_code == 0, result.output
    return folder, result


def test_it_says_in_a_few_lines_what_came_of_it(made):
    folder, result = made

    assert "5,000 made-up pregnancies under 4 policies" in result.output
    assert "Not evidence, and not reviewed by a clinician" in result.output
    assert all(name in result.output for name in ("nobody", "after-one-loss", "universal", "clinicians"))
    assert f"begin with {folder / 'report.html'}" in result.stderr


def test_tables_are_tidy_and_the_same_in_both_forms(made):
    folder, _ = made

    for name, columns in COLUMNS.items():
        table = pq.read_table(folder / f"{name}.parquet")
        assert tuple(table.column_names) == columns
        assert table.num_rows == len(rows(folder, name))
    assert len(rows(folder, "outcomes")) == 4 * len(OUTCOMES)
    assert len(rows(folder, "draws")) == 3 * 4 * len(OUTCOMES)
    assert all(each["low"] and each["high"] for each in rows(folder, "outcomes"))


def test_differences_are_differences(made):
    folder, _ = made
    found = {(each["policy"], each["outcome"]): float(each["per_100000"]) for each in rows(folder, "outcomes")}

    for each in rows(folder, "differences"):
        here, there = found[each["policy"], each["outcome"]], found["nobody", each["outcome"]]
        assert float(each["per_100000"]) == pytest.approx(here - there, abs=1e-4)


def test_what_it_takes_to_prevent_one_follows_from_the_counts(made):
    folder, _ = made
    shift = {(each["policy"], each["outcome"]): float(each["per_100000"]) for each in rows(folder, "differences")}

    for each in rows(folder, "needed"):
        extra = shift[each["policy"], {"screened": "scanned", "treated": "treated"}[each["needed"]]]
        prevented = -shift[each["policy"], "ended_early"]
        assert each["value"] == "" if prevented <= 0 or extra <= 0 else float(each["value"]) == pytest.approx(extra / prevented)


def test_every_number_has_a_source_or_says_that_it_is_assumed(made):
    folder, _ = made
    told = json.loads((folder / "simulate.json").read_text())

    assert told["synthetic"] is True
    assert (told["seed"], told["people"], told["compared_with"]) == (3, 5000, "nobody")
    assert len(told["parameters"]) > 100
    for each in told["parameters"].values():
        assert each["source"] != "no source" or each["confidence"] == "assumed"
        assert each["because"] or each["confidence"] not in ("assumed", "derived")
        assert each["drawn_from"] == "held" or each["low"] < each["high"]


def test_what_is_drawn_has_limits_and_lies_about_its_value(made):
    folder, _ = made
    numbers = {each["parameter"]: each for each in rows(folder, "parameters")}
    drawn = rows(folder, "drawn")

    assert {each["parameter"] for each in drawn} == {name for name, each in numbers.items() if each["drawn_from"] != "held"}
    for each in drawn:
        number, value = numbers[each["parameter"]], float(each["value"])
        assert value > 0
        assert value < 1 or number["unit"] != "proportion"


def test_the_report_loads_nothing_and_warns_first(made):
    folder, _ = made
    page = (folder / "report.html").read_text()

    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', page) == []
    assert "default-src 'none'" in page
    assert page.index("nobody here is real") < page.index("Early ends under each policy")
    assert "No clinician has reviewed this" in page
    assert "No costs and no quality-adjusted life years are given" in page
    assert page.count('<svg class="range"') > 3


def test_processes_and_another_run_change_no_byte(made, tmp_path):
    folder, _ = made
    simulate(*ASKED, "--workers", 2, "--out", tmp_path / "again")

    names = sorted(each.name for each in folder.iterdir())
    assert names == sorted(each.name for each in (tmp_path / "again").iterdir())
    differ = {name for name in names if (folder / name).read_bytes() != (tmp_path / "again" / name).read_bytes()}
    assert differ <= {"tornado.csv", "tornado.parquet", "flips.csv", "flips.parquet", "report.html"}  # what was not asked for the second time


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the policies to compare, such as: nobody universal; 'gravida simulate --list' lists them"),
        (("nobdy",), "there is no policy 'nobdy'; did you mean 'nobody'?"),
        (("nobody", "nobody"), "the policy nobody is named twice; each is lived through once"),
        (("nobody",), "name the folder to write with --out DIR"),
        (("nobody", "--set", "uptake_offered=2"), "--set uptake_offered=2: this is a share, so write a number from 0 to 1"),
        (("nobody", "--set", "uptake_ofered=1"), "there is no number 'uptake_ofered'; did you mean 'uptake_offered'?"),
        (("nobody", "--setting", "swede"), "there is no setting 'swede'; did you mean 'sweden'?"),
    ],
)
def test_what_cannot_be_done_is_said(arguments, message):
    result = simulate(*arguments)

    assert result.exit_code == 2
    assert result.stderr == message + "\n"


def test_nothing_that_is_there_is_lost(made, tmp_path):
    folder, _ = made
    (tmp_path / "mine.txt").write_text("mine")

    assert simulate("nobody", "--out", folder).stderr == f"{folder}: there is a simulation here already; name another folder, or say --force to replace it\n"
    assert simulate("nobody", "--out", tmp_path).stderr == f"{tmp_path}: this folder is not empty, and holds no simulation; name another\n"


def test_the_list_has_every_policy_with_its_lines(knowledge):
    text = " ".join(simulate("--list").output.split())

    for policy in knowledge.policies.values():
        assert f"{policy.id}: {policy.label}" in text
        assert all(key in text for line in policy.lines for key in line.follows)
    assert "uptake_considered = 0.5 proportion" in text


def test_numbers_that_touch_a_policy_swing_it_and_others_do_not(made):
    folder, _ = made
    ends = {}
    for each in rows(folder, "tornado"):
        ends.setdefault((each["parameter"], each["policy"]), []).append(float(each["per_100000"]))

    assert ends["rr_stitch_history_33", "universal"][0] == ends["rr_stitch_history_33", "universal"][1]  # it places no such stitch
    low, high = ends["rr_vp_ptb33_short_cervix", "universal"]
    assert low <= high
