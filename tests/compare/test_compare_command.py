"""``gravida compare`` as a panel uses it."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from gravida.cli import main

PAIR = ["acog-2014-cerclage", "rcog-2022-cerclage", "--topic", "examination-indicated-cerclage"]


def run(*arguments, code=0):
    result = CliRunner().invoke(main, ["compare", *arguments])
    assert result.exit_code == code, result.output
    return result.output


def test_a_pair_is_told_both_ways_round_with_records():
    found = run(*PAIR)

    assert "ACOG 2014 Practice Bulletin 142 is for it, and RCOG 2022 Green-top" in found
    assert "RCOG 2022 Green-top Guideline 75 is for it, and ACOG 2014 Practice" in found
    assert "as_of: 2026-06-01" in found
    assert "Draft. No clinician has reviewed this." in found


def test_saved_records_are_assessed_like_any_other(tmp_path):
    run(*PAIR, "--save", str(tmp_path / "differ"))
    files = sorted((tmp_path / "differ").iterdir())

    assert len(files) == 4
    for file in files:
        done = CliRunner().invoke(main, ["assess", str(file), "--format", "json"])
        assert done.exit_code == 0, done.output
    against = next(file for file in files if "opposed" in file.name)
    assessed = json.loads(CliRunner().invoke(main, ["assess", str(against), "--format", "json"]).output)
    verdicts = {each["recommendation"]: each["verdict"] for row in assessed["matrix"] for each in row["opinions"]}
    assert verdicts["acog-2014-cerclage/examination-indicated"] in ("now", "met", "overdue")


def test_as_json_every_question_has_an_answer():
    found = json.loads(run(*PAIR, "--format", "json", "--people", "300"))

    assert {each["kind"] for each in found["differences"]} == {"opposed", "not-for-her", "not-this-week"}
    assert all(("record" in each) == each["possible"] for each in found["differences"])
    assert all(each["people"] >= 0 for each in found["differences"])
    assert not [each for each in found["differences"] if not each["possible"] and each["people"]]


def test_one_topic_of_all_documents_is_a_grid():
    found = run("--topic", "universal-scan")

    assert "✗ for v against" in found
    assert "= never part, proved" in found


def test_inside_one_document():
    found = run("smfm-2024-short-cervix")

    assert "Vaginal progesterone is offered to the first, and no longer to the second: A" in found
    assert "only its abstract was read" in found
    assert json.loads(run("smfm-2024-short-cervix", "--format", "json"))["findings"][0]["what"] == "withdrawn"


def test_editions_show_what_changed():
    found = run("--editions")

    assert "RCOG 2022 Green-top Guideline 75 is for it, and RCOG 2011 Green-top" in found
    assert "They never part, which is proved." in found


def test_a_map_shows_where_two_differ_for_one_record(tmp_path):
    found = run(*PAIR[:1], "nice-2022-preterm-labour", "--map", str(tmp_path / "differ.svg"), "--record", "examples/cervix-24-9-mm.yaml")

    assert "0-24.9      ○ | ?      ○ | ●  · | ●          =" in found
    assert (tmp_path / "differ.svg").read_text().lstrip().startswith("<")
    assert "For example at 16+0 and 20 mm" in run(PAIR[0], "nice-2022-preterm-labour", "--map", str(tmp_path / "smallest.svg"))


def test_proofs_can_be_tried():
    assert "2 proofs were tried on 300 random records, and none was refuted." in run(
        *PAIR[:2], "--topic", "transabdominal-cerclage", "--topic", PAIR[3], "--tries", "300"
    )


@pytest.mark.parametrize(("arguments", "message"), [
    (["rcog-2022-cerclag"], "there is no guideline 'rcog-2022-cerclag'; did you mean 'rcog-2022-cerclage'?"),
    (["rcog-2022-cerclage", "rcog-2022-cerclage"], "rcog-2022-cerclage was named twice; name another to compare it with"),
    (["a", "b", "c"], "3 documents were named; name one to look inside it, two to compare them, or none for all"),
    (["rcog-2022-cerclage", "--map", "x.svg"], "--map draws where two documents differ: name two"),
    ([*PAIR[:2], "--map", "x.svg", "--action", "stich"], "there is no action 'stich'"),
    (["--topic", "stitch"], "there is no topic 'stitch' on which documents are compared"),
    (["who-2022-preterm-birth", "rcog-2011-cerclage"], "these documents do not speak of the same act in any topic"),
])  # fmt: skip
def test_what_cannot_be_asked_is_told(arguments, message):
    assert message in run(*arguments, code=2)


def test_the_same_question_has_the_same_answer_in_every_run():
    """Python orders sets anew in every process; the records that are shown must not hang on that."""
    command = [sys.executable, "-m", "gravida", "compare", *PAIR, "--format", "json"]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}).stdout for seed in ("1", "2", "3")]

    assert runs[0] == runs[1] == runs[2]
