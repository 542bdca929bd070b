"""``gravida ask`` as somebody at a terminal meets it: typed answers in, a page out, and a file only if one is named."""

import re
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from gravida.cli import main
from gravida.library import load_dictionary
from gravida.record import read_record

START = ["0", "y", "20+0", "1"]
"""No sign, pregnant, 20+0, one baby: the first questions."""


def run(typed, *arguments):
    result = CliRunner().invoke(main, ["ask", "--as-of", "2026-06-01", *map(str, arguments)], input="\n".join(typed) + "\n")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_signs_come_before_anything_else():
    code, out = run(["s"])
    question = out.index("Is any of these true for you today?")

    assert code == 0
    assert out.index("Are you bleeding heavily") > question
    assert "Are you pregnant" not in out.partition("WHEN TO GET HELP")[0]
    assert "Nothing is kept unless you save it" in " ".join(out[:question].split())


def test_the_end_of_the_input_ends_the_interview_with_what_is_known():
    code, out = run(START)

    assert code == 0
    assert "You stopped here." in out
    assert "you are 20 weeks pregnant (one baby)" in out


def test_a_sign_that_needs_help_now_stops_the_questions():
    code, out = run(["1", "n"])

    assert code == 0
    assert "CALL THE EMERGENCY NUMBER NOW." in out
    assert "This needs help now. The questions can wait." in out
    assert "Are you pregnant now?" not in out


def test_she_may_go_on_all_the_same():
    _, out = run(["1", "y"])

    assert "Are you pregnant now?" in out


def test_a_skipped_sign_keeps_its_warning_to_the_end():
    _, out = run(["k", *START[1:]])

    assert " ".join(out.split()).count("If one of these is true, now or later, call your maternity unit") == 1
    assert "You have not answered these yet. If one of them is true, call now." in " ".join(out.split())


def test_what_cannot_be_read_is_asked_again_and_never_taken_as_no():
    _, out = run(["maybe", "0", "perhaps", "y"])

    assert "or 0 if none is true" in out
    assert "Write y for yes or n for no; k if you do not know." in out


def test_help_says_why_it_is_asked():
    _, out = run(["0", "h", "s"])

    assert re.search(r"This can change what \d+ guideline sentences say for you\.", " ".join(out.split()))


def test_back_asks_the_last_question_again():
    _, out = run(["0", "y", "b", "n"])

    assert out.count("Are you pregnant now?") == 2
    assert "You are not pregnant now." in out


def test_answers_are_kept_only_where_they_are_wanted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(START)

    assert list(tmp_path.iterdir()) == []


def test_a_file_is_written_after_each_answer_for_its_owner_alone(tmp_path):
    path = tmp_path / "mine.yaml"
    _, out = run(START, "--save", path)
    record = read_record(path.read_text(), "mine.yaml", load_dictionary())

    assert record.pregnancy.plurality == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert f"gravida ask {path}" in " ".join(out.split())
    assert [each.name for each in tmp_path.iterdir()] == ["mine.yaml"]


def test_it_goes_on_where_it_stopped(tmp_path):
    path = tmp_path / "mine.yaml"
    run(START, "--save", path)
    _, out = run(["0"], path)

    assert "Are you pregnant now?" not in out
    assert "How many babies are you expecting?" not in out
    assert "you are 20 weeks pregnant (one baby)" in out


def test_what_she_did_not_know_is_not_asked_again_but_signs_are(tmp_path):
    path = tmp_path / "mine.yaml"
    run(["k", "y", "20+0", "k"], "--save", path)
    _, out = run(["0"], path)

    assert "Is any of these true for you today?" in out
    assert "How many babies are you expecting?" not in out.partition("WHEN TO GET HELP")[0]


def test_a_week_later_the_pregnancy_is_a_week_older(tmp_path):
    path = tmp_path / "mine.yaml"
    run(START, "--save", path)
    result = CliRunner().invoke(main, ["ask", "--as-of", "2026-06-08", str(path)], input="0\n")

    assert "you are 21 weeks pregnant" in result.output


@pytest.mark.parametrize("name", ["nowhere.yaml", "bad.yaml"])
def test_a_record_that_cannot_be_read_is_no_traceback(name, tmp_path):
    (tmp_path / "bad.yaml").write_text("pregnancy: {weeks: 20}\n")
    code, out = run([], tmp_path / name)

    assert code == 2
    assert "Traceback" not in out


def test_the_clinical_page_on_request():
    _, out = run(START, "--clinical")

    assert "What each guideline says, by topic" in out


@pytest.mark.parametrize("typed", [["0", *["p"] * 80], ["0", *["k"] * 80]], ids=["prefer not to say", "don't know"])
def test_somebody_who_answers_nothing_reaches_the_end(typed):
    code, out = run(typed)

    assert code == 0
    assert "Nothing more would change what the guidelines say for you." in out


def test_the_longest_line_fits_a_terminal():
    _, out = run(START)

    assert max(len(line) for line in out.splitlines()) <= 80


def test_no_file_of_examples_was_changed():
    assert not list((Path(__file__).parents[2] / "examples").glob(".*"))
