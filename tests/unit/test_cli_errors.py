"""At a terminal: whatever is typed, the answer is a sentence, an exit code and no traceback; in a pipe, plain lines."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gravida.cli import main

ROOT = Path(__file__).parents[2]
TOY = ROOT / "tests" / "toy"
EXAMPLES = ROOT / "examples"
EXAMPLE = str(EXAMPLES / "one-painless-loss.yaml")
DONE, PROBLEMS, CANNOT = 0, 1, 2
RECORD = "as_of: 2026-06-01\npregnancy: {status: ongoing, gestation: 20+0, plurality: 3}\n"


def run(*arguments, given=None):
    result = CliRunner().invoke(main, [str(each) for each in arguments], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def refused(*arguments, given=None):
    """Return the one sentence with which it is refused; nothing is printed as a result."""
    code, out, err = run(*arguments, given=given)
    assert (code, out) == (CANNOT, "")
    return err.strip()


# --- the record -----------------------------------------------------------------------------------------------------------


def test_no_such_file_and_the_nearest():
    assert refused("assess", EXAMPLES / "one-painles-loss.yaml").endswith("there is no such file; did you mean 'one-painless-loss.yaml'?")
    assert refused("assess", "/nowhere/at-all.yaml") == "/nowhere/at-all.yaml: there is no such file"


def test_a_folder():
    assert refused("assess", EXAMPLES) == f"{EXAMPLES}: this is a folder; name one record in it"


def test_a_name_below_a_file():
    assert "there is no such file" in refused("assess", f"{EXAMPLE}/record.yaml") or "cannot be read" in refused("assess", f"{EXAMPLE}/record.yaml")


def test_standard_input():
    code, out, _ = run("assess", "--knowledge", TOY, "-", given=RECORD)

    assert code == DONE
    assert "20+0" in out


@pytest.mark.parametrize(("given", "message"), [
    ("", "standard input: found an empty file; expected a record"),
    ("pregnancy: {plurality: many}\n", "standard input:1:24: pregnancy.plurality: found many"),
    ("[" * 100_000, "it is nested too deep"),
    (b"\xff\xfe", "standard input: found what is not UTF-8"),
    ("pregnancy: {gestation: 20+0}\n", "write 'as_of: YYYY-MM-DD' in it, or use --as-of"),
])  # fmt: skip
def test_standard_input_that_is_no_record(given, message):
    assert message in refused("assess", "-", given=given)


def test_a_record_larger_than_any_is_not_taken_in_whole():
    assert "more than 1,000,000 bytes" in refused("assess", "-", given="#" * 1_000_001)


def test_a_file_that_may_not_be_read(monkeypatch):
    def locked(self, *arguments, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("gravida.terminal._bytes", locked)

    assert refused("assess", EXAMPLE) == f"{EXAMPLE}: this file cannot be read: Permission denied"


def test_all_that_is_wrong_is_said_at_once():
    said = refused("assess", "-", given="as_of: 2026-06-01\npregnancy: {plurality: many, gestation: 20}\n")

    assert len(said.splitlines()) == 2


# --- names ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arguments", "message"), [
    (("assess", EXAMPLE, "--guideline", "rcog-2022-cerclag"), "there is no guideline 'rcog-2022-cerclag'; did you mean 'rcog-2022-cerclage'?"),
    (("assess", EXAMPLE, "--guideline", "RCG"), "there is no guideline 'RCG'; did you mean 'RCOG'?"),
    (("assess", EXAMPLE, "--guideline", "xyz"), "there is no guideline 'xyz'; 'gravida guidelines' lists them"),
    (("assess", EXAMPLE, "--country", "UK"), "no guideline here is from 'UK'; there are: AU, CA, DE, EU, FR, GB, NO, RU, US, ZA, international"),
    (("why", "figo-2021-pessary/twin", EXAMPLE), "there is no recommendation 'figo-2021-pessary/twin'; did you mean 'figo-2021-pessary/twins'?"),
    (("why", "xyz", EXAMPLE), "there is no recommendation 'xyz'; 'gravida guidelines ID' lists them"),
    (("guidelines", "rcog-2022-cerclag"), "there is no guideline 'rcog-2022-cerclag'; did you mean 'rcog-2022-cerclage'?"),
    (("facts", "pluralty"), "there is no fact 'pluralty'; did you mean 'plurality'?"),
    (("facts", "xyz"), "there is no fact 'xyz'; 'gravida facts' lists them"),
])  # fmt: skip
def test_a_name_that_is_not_there_and_the_nearest(arguments, message):
    assert refused(*arguments) == message


def test_a_guideline_of_another_country_shows_no_empty_page():
    assert "GB" in refused("assess", EXAMPLE, "--country", "France")


@pytest.mark.parametrize("arguments", [
    ("asess", EXAMPLE), ("assess",), ("assess", EXAMPLE, "--colour"), ("assess", EXAMPLE, "--format", "pdf"), ("assess", EXAMPLE, "--as-of", "01.06.2026"),
    ("assess", EXAMPLE, "--knowledge", "/nowhere"), ("why", EXAMPLE), ("check", "/nowhere"), ("facts", "a", "b"),
])  # fmt: skip
def test_a_command_that_is_mistyped_is_explained(arguments):
    said = refused(*arguments)

    assert said.startswith("Usage: ")
    assert "Error: " in said


# --- the knowledge -----------------------------------------------------------------------------------------------------------


def test_check_of_a_folder_that_is_no_knowledge(tmp_path):
    assert "this is neither knowledge nor an overlay" in refused("check", tmp_path)


def test_check_of_one_guideline_looks_at_no_other(tmp_path):
    root = Path(shutil.copytree(TOY, tmp_path / "toy"))
    (root / "guidelines/gondor-2019-roads/no-mine.yaml").write_text("id: broken\n")
    history = root / "history.yaml"
    history.write_text(history.read_text().replace("rivendell-2018-roads/cross-the-pass", "gondor-2019-roads/no-mine"))
    code, out, _ = run("check", root / "guidelines" / "rivendell-2018-roads")

    assert code == DONE
    assert out.startswith("2 recommendations")


def test_exit_codes_of_check(tmp_path):
    root = Path(shutil.copytree(TOY, tmp_path / "toy"))
    assert run("check", root)[0] == DONE
    mine = root / "guidelines/gondor-2019-roads/no-mine.yaml"
    mine.write_text(mine.read_text().replace("expect: met", "expect: not-met"))
    assert run("check", root)[0] == PROBLEMS
    mine.write_text("")
    assert run("check", root)[0] == CANNOT


def test_wrong_knowledge_assesses_nobody(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = Path(shutil.copytree(TOY, tmp_path / "toy"))
    (root / "topics.yaml").write_text("danger: {}\n")
    said = refused("assess", "--knowledge", root, "-", given=RECORD)

    assert said.startswith("toy/topics.yaml:1:9: danger: the key 'label' is missing")
    assert said.splitlines()[-1].endswith("the knowledge cannot be used like this.")


# --- a pipe ------------------------------------------------------------------------------------------------------------------

PRINTED = {
    "assess": ("assess", EXAMPLE), "assess --all": ("assess", "--all", EXAMPLE), "assess --plain": ("assess", "--plain", EXAMPLE),
    "markdown": ("assess", "--format", "markdown", EXAMPLE), "waters": ("assess", str(EXAMPLES / "waters-leaking.yaml")),
    "why": ("why", "rcog-2022-cerclage/ultrasound-indicated", str(EXAMPLES / "cervix-24-9-mm.yaml")), "guidelines": ("guidelines",),
    "one guideline": ("guidelines", "nice-2022-preterm-labour"), "one recommendation": ("guidelines", "rcog-2022-cerclage/ultrasound-indicated"),
    "facts": ("facts",), "one fact": ("facts", "cervical_length_mm"), "check": ("check", str(TOY)),
}  # fmt: skip
WIDE = {"markdown", "check"}
"""Made for another program to lay out, or one problem to a line, so that an editor can jump to it."""


@pytest.mark.parametrize("name", PRINTED)
def test_in_a_pipe_there_are_no_colours(name):
    code, out, err = run(*PRINTED[name])

    assert (code, err) == (DONE, "")
    assert out.strip()
    assert "\x1b" not in out


@pytest.mark.parametrize("name", [name for name in PRINTED if name not in WIDE])
def test_in_a_pipe_no_line_is_longer_than_80_columns(name):
    """Addresses are not broken, because then nobody could follow them."""
    lines = [re.sub(r"https?://\S+", "", line) for line in run(*PRINTED[name])[1].splitlines()]

    assert [line for line in lines if len(line) > 80] == []


@pytest.mark.parametrize("command", [[], *([name] for name in main.commands)], ids=lambda command: " ".join(command) or "gravida")
def test_help_fits_a_terminal(command):
    code, out, _ = run(*command, "--help")

    assert code == DONE
    assert [line for line in out.splitlines() if len(line) > 100] == []


# --- as a process of its own ----------------------------------------------------------------------------------------------------


def process(*arguments, given="", **environment):
    """Run the command as a person does, with both streams in pipes."""
    variables = {**os.environ, "GRAVIDA_KNOWLEDGE": str(TOY), **environment}
    return subprocess.run([sys.executable, "-m", "gravida", *arguments], input=given, capture_output=True, encoding="utf-8", check=False, env=variables)


def test_a_process_without_colours_whatever_the_terminal_says():
    done = process("assess", "-", given=RECORD, FORCE_COLOR="", TERM="xterm-256color")

    assert (done.returncode, done.stderr) == (DONE, "")
    assert "\x1b" not in done.stdout


def test_a_process_never_ends_in_a_traceback():
    done = process("assess", "-", given="pregnancy: " + "{a: " * 100_000)

    assert done.returncode == CANNOT
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_reader_that_leaves_early_is_no_error():
    """As ``gravida facts | head -1`` does."""
    with subprocess.Popen([sys.executable, "-m", "gravida", "facts"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        running.stdout.readline()
        running.stdout.close()
        said = running.stderr.read()

    assert "Traceback" not in said


def test_a_terminal_that_knows_ascii_alone_is_no_error():
    done = process("assess", "-", given=RECORD, PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")

    assert "Traceback" not in done.stderr
    assert done.returncode == DONE


def test_a_mark_is_never_replaced_by_another():
    """On a terminal of a few letters, a ● that became ? would say unknown where it says now."""
    given = RECORD.replace("3}", "3}\nsymptoms: [{on: 2026-06-01, contractions: yes}]")
    narrow, wide = (process("assess", "-", given=given, PYTHONIOENCODING=encoding) for encoding in ("cp1252", "utf-8"))

    assert narrow.stdout == wide.stdout
    assert "●" in wide.stdout or "■" in wide.stdout
