"""The review sheet: what a clinician reads before signing, and the folder of pages that holds one for each recommendation.

A sheet of the toy is committed as ``tests/golden/review-sheet.md``; GRAVIDA_UPDATE=1 writes it afresh, to be read before it is committed.
"""

import os
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from gravida.cli import main
from gravida.cql import parse
from gravida.facts import Derived, Observed, Type, Words
from gravida.in_words import Speaker
from gravida.knowledge_cache import load_kept
from gravida.library import load
from gravida.markdown_text import inline, prose, row
from gravida.review_cases import common, told
from gravida.review_facts import in_order
from gravida.review_pages import pages
from gravida.review_sheet import MARKER, sheet

TESTS = Path(__file__).parents[1]
TOY = load(TESTS / "toy")
KNOWLEDGE = load_kept()
CROSS = "rivendell-2018-roads/cross-the-pass"
DONE, PROBLEMS, CANNOT = 0, 1, 2
KEYS = sorted(KNOWLEDGE.recommendations)


def run(*arguments):
    result = CliRunner().invoke(main, ["review", "sheet", *(str(each) for each in arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path(shutil.copytree(TESTS / "toy", tmp_path / "toy"))


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# --- a criterion in words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "words"), [
    ("walkers = 4", ["- number of walkers: exactly 4"]),
    ("walkers < 4", ["- number of walkers: less than 4"]),
    ("walkers <= 4", ["- number of walkers: at most 4"]),
    ("walkers > 4", ["- number of walkers: more than 4"]),
    ("walkers >= 4", ["- number of walkers: at least 4"]),
    ("walkers != 4", ["- number of walkers: other than 4"]),
    ("4 >= walkers", ["- number of walkers: at most 4"]),
    ("snow_mm <= 24.5", ["- depth of the snow on the pass (least, seen from near): at most 24.5 mm"]),
    ("snow_mm between 10 and 25", ["- depth of the snow on the pass (least, seen from near): from 10 mm to 25 mm, both included"]),
    ("arrival_days < ga(39, 0)", ["- day of arrival: before 39+0"]),
    ("arrival_days <= ga(38, 6)", ["- day of arrival: up to and including 38+6"]),
    ("arrival_days > ga(38, 6)", ["- day of arrival: after 38+6"]),
    ("arrival_days >= ga(39, 0)", ["- day of arrival: from 39+0"]),
    ("arrival_days = ga(39, 0)", ["- day of arrival: exactly at 39+0"]),
    ("arrival_days - 7 < ga(39, 0)", ["- day of arrival minus 7 days: before 39+0"]),
    ("planned_road = 'pass'", ["- road that was planned: pass"]),
    ("planned_road != 'pass'", ["- road that was planned: other than pass"]),
    ("planned_road = 'pass' or planned_road = 'mine' or planned_road = 'gap'", ["- road that was planned: pass, mine or gap"]),
    ("drums", ["- drums"]),
    ("not drums", ["- not: drums"]),
    ("drums = true", ["- drums: yes"]),
    ("AtLeast(2, losses)", ["- at least 2: journeys that were cut short"]),
    ("not AtLeast(1, losses)", ["- none: journeys that were cut short"]),
    ("not AtLeast(3, losses)", ["- fewer than 3: journeys that were cut short"]),
    ("drums and large_company", ["all of these:", "- drums", "- a large company"]),
    ("AtLeast(2, losses) and not AtLeast(3, losses)", ["all of these:", "- exactly 2: journeys that were cut short"]),
    ("AtLeast(1, losses) and not AtLeast(3, losses)", ["all of these:", "- from 1 to 2: journeys that were cut short"]),
    ("AtLeast(3, losses) and not AtLeast(2, losses)",
     ["all of these:", "- at least 3: journeys that were cut short", "- fewer than 2: journeys that were cut short"]),
    ("drums or (large_company and not (walkers > 5 or drums))",
     ["at least one of these:", "- drums", "- all of these:", "  - a large company", "  - none of these:", "    - number of walkers: more than 5",
      "    - drums"]),
    ("not (drums and large_company)", ["- not all of these:", "  - drums", "  - a large company"]),
    ("not (planned_road = 'pass' or planned_road = 'gap')", ["- not: road that was planned: pass or gap"]),
])  # fmt: skip
def test_every_form_of_a_clause(text, words):
    facts = {**TOY.dictionary.facts, "losses": Observed("losses", Type("truths"), "", Words("journeys that were cut short"))}
    speaker = Speaker(replace(TOY, dictionary=replace(TOY.dictionary, facts=facts)))

    assert speaker.lines(parse(text)) == words


def test_inside_a_list_the_fields_are_named():
    words = Speaker(TOY, "prior_pregnancies").lines(TOY.criteria["rivendell-2018-roads/journeys_cut_short"])

    assert words == ["all of these:", "- why it ended: orcs", "- when it ended: from 14+0 to 27+6, both included"]


@pytest.mark.parametrize("name", sorted(KNOWLEDGE.criteria))
def test_every_criterion_of_the_knowledge_can_be_said(name):
    fact = KNOWLEDGE.dictionary.facts[name]
    said = Speaker(KNOWLEDGE, "" if isinstance(fact, Derived) else fact.list).lines(KNOWLEDGE.criteria[name])

    assert all(re.fullmatch(r"(  )*- .*\w.*|(all|at least one) of these:", line) for line in said), said


# --- texts in Markdown -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "shown"), [
    ("under 25 mm | or less", "under 25 mm | or less"), ("*never*", r"\*never\*"), ("<25 mm", r"\<25 mm"), ("[1]", r"\[1\]"), ("`who`", r"\`who\`"),
    ("a\n  b", "a b"), ("a\\b", r"a\\b"), ("cervical_length_mm", "cervical_length_mm"),
])  # fmt: skip
def test_no_sign_of_a_text_is_markup(text, shown):
    assert inline(text) == shown


@pytest.mark.parametrize(("text", "shown"), [("# 75", r"\# 75"), ("- or", r"\- or"), ("24. week", r"\24. week"), ("24+0 or", "24+0 or")])
def test_no_text_begins_a_list_or_a_heading(text, shown):
    assert prose(text) == shown


def test_a_bar_ends_no_cell():
    assert row(["a | b", "c\nd"]) == r"| a \| b | c d |"


# --- cases -------------------------------------------------------------------------------------------------------------------


def test_what_most_cases_say_is_told_once_and_of_each_what_is_special():
    found = told(TOY.recommendations[CROSS], TOY)

    assert found.shared == (
        "pregnant; today 20+0; number of walkers 3",
        "all earlier pregnancies are listed",
        "earlier journeys: ended 14+0, orcs / ended 20+0, orcs",
        "looks at the pass: at 18+0, depth of the snow 20 mm, yes: seen from near",
        "signs of danger: today, no: drums",
    )
    assert found.special == (
        "", "today 16+0; looks at the pass: at 15+0, depth of the snow 25 mm, yes: seen from near",
        "today 15+6; looks at the pass: at 15+0, depth of the snow 25 mm, yes: seen from near",
        "today 23+6", "today 24+0", "looks at the pass: depth of the snow 25 mm", "looks at the pass: depth of the snow 26 mm",
        "earlier journeys: ended 14+0, orcs", "looks at the pass: none", "number of walkers 4", "signs of danger: drums", "signs of danger: none",
        "road that was planned pass", "road that was planned gap",
    )  # fmt: skip


def test_what_no_criterion_asks_for_is_left_out_unless_nothing_else_is_special(root):
    edit(
        root / "guidelines" / f"{CROSS}.yaml",
        "pregnancy: {plurality: 3, gestation: 24+0}}",
        "pregnancy: {plurality: 3, gestation: 24+0}, plans: {specialist_referral: yes}}",
    )
    edit(root / "guidelines" / f"{CROSS}.yaml", "why: textbook, given: {base: company-of-four, pregnancy: {plurality: 3}}",
         "why: textbook, given: {base: company-of-four, pregnancy: {plurality: 3}, plans: {specialist_referral: yes}}")  # fmt: skip
    knowledge = load(root)
    found = told(knowledge.recommendations[CROSS], knowledge)

    assert (found.special[0], found.special[4]) == ("a wizard was called", "today 24+0")


def test_the_shared_patient_is_made_value_by_value():
    assert common([{"x": [{"a": "1", "b": "1"}]}, {"x": [{"a": "1", "b": "2"}]}, {"x": [{"a": "2", "b": "2"}]}, {"x": []}, {"y": "1"}]) == {
        "x": [{"a": "1", "b": "2"}]
    }


@pytest.mark.parametrize("key", KEYS)
def test_two_cases_that_differ_never_look_alike(key):
    """Two rows that say the same and expect another verdict would be a riddle."""
    recommendation = KNOWLEDGE.recommendations[key]
    rows = {}
    for case, special in zip(recommendation.cases, told(recommendation, KNOWLEDGE).special, strict=True):
        rows.setdefault(special, set()).add(str(case.expect))

    assert [special for special, verdicts in rows.items() if len(verdicts) > 1] == []


# --- the sheet ---------------------------------------------------------------------------------------------------------------


def test_a_sheet_as_committed():
    path = TESTS / "golden" / "review-sheet.md"
    text = sheet(TOY.recommendations[CROSS], TOY)
    if os.environ.get("GRAVIDA_UPDATE"):
        path.write_text(text, encoding="utf-8")

    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("key", KEYS)
def test_every_sheet_is_whole(key):
    recommendation = KNOWLEDGE.recommendations[key]
    text = sheet(recommendation, KNOWLEDGE)
    words = {" ".join(each.split()) for each in (recommendation.says, recommendation.plain, *recommendation.notes)}

    assert [each for each in words if inline(each) not in text] == []
    assert [case.why for case in recommendation.cases if f"| {inline(case.why).replace('|', chr(92) + '|')} |" not in text] == []
    assert all(KNOWLEDGE.dictionary.facts[name].words.label in text for name in in_order(recommendation, KNOWLEDGE))
    assert recommendation.digest in text
    assert re.search(r"(: |\| |`)None\b", text) is None, "a value of the program"
    assert re.search(r"\b[A-Z]\w+\([a-z_]+=", text) is None, "an object of the program"


@pytest.mark.parametrize("key", KEYS)
def test_every_table_has_as_many_cells_in_each_row(key):
    columns = 0
    for line in sheet(KNOWLEDGE.recommendations[key], KNOWLEDGE).splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert cells in (columns, 0) or columns == 0, line
        columns = cells


@pytest.mark.parametrize("key", [key for key in KEYS if KNOWLEDGE.recommendations[key].is_recalled])
def test_what_nobody_has_read_says_so_before_anything_else(key):
    lines = sheet(KNOWLEDGE.recommendations[key], KNOWLEDGE).splitlines()

    assert lines[3].startswith("> **Unverified: nobody has read this in the source** (")


def test_a_draft_says_so():
    assert "> **Draft.** No clinician has reviewed and signed this." in sheet(TOY.recommendations[CROSS], TOY)


@pytest.mark.parametrize(("window", "said"), [
    ("{from: 16+0, to: 23+6}", "Today's gestation is from 16+0 up to and including 23+6."),
    ("{from: 16+0}", "Today's gestation is from 16+0 on."),
    ("{to: 23+6}", "Today's gestation is up to and including 23+6."),
    ("{to: {between: [22+0, 25+6], why: snow}}", "Today's gestation is up to and including 22+0.\nFrom 22+1 to 25+6 the answer is “not known”: snow."),
    ("{to: {between: [22+0, 22+1], why: snow}}", "Today's gestation is up to and including 22+0.\nAt 22+1 the answer is “not known”: snow."),
    ("{from: {between: [16+0, 18+0], why: ice}}", "Today's gestation is from 18+0 on.\nFrom 16+0 to 17+6 the answer is “not known”: ice."),
    ("{to: 23+6, ends: deadline}", "Today's gestation is up to and including 23+6.\nWhoever comes later is overdue, and it is not over for her."),
])  # fmt: skip
def test_weeks_in_words(window, said, root):
    edit(root / "guidelines" / f"{CROSS}.yaml", "window: {from: 16+0, to: 23+6}", f"window: {window}")
    knowledge = load(root)

    assert f"## When\n\n{said}\n\n## " in sheet(knowledge.recommendations[CROSS], knowledge)


def test_no_weeks_and_before_pregnancy_too():
    text = sheet(TOY.recommendations["rivendell-2018-roads/run-from-drums"], TOY)

    assert "## When\n\nThe source gives no weeks, so none are asked for.\nIt is meant before pregnancy too.\n" in text


# --- pages -------------------------------------------------------------------------------------------------------------------


def test_one_recommendation_is_printed():
    code, out, err = run("--knowledge", TESTS / "toy", CROSS)

    assert (code, out, err) == (DONE, sheet(TOY.recommendations[CROSS], TOY), "")


def test_a_guideline_is_printed_with_all_that_it_says():
    out = run("--knowledge", TESTS / "toy", "rivendell-2018-roads")[1]

    assert [line for line in out.splitlines() if line.startswith("# ")] == [
        "# Rivendell 2018 Council 1: cross-the-pass", "# Rivendell 2018 Council 1: run-from-drums",
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "message"), [
    ("rivendell-2018-road", "there is no guideline and no recommendation 'rivendell-2018-road'; did you mean 'rivendell-2018-roads'?\n"),
    ("xyz", "there is no guideline and no recommendation 'xyz'; 'gravida guidelines' lists them\n"),
])  # fmt: skip
def test_a_name_that_is_not_there(name, message):
    assert run("--knowledge", TESTS / "toy", name) == (CANNOT, "", message)


def test_a_page_for_each_recommendation_one_for_each_document_and_one_over_all(root, tmp_path):
    folder = tmp_path / "sheets"
    code, out, _ = run("--knowledge", root, "--write", folder)

    assert (code, out) == (DONE, f"{folder}: 6 pages, 6 written, 0 removed\n")
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.md")) == [
        "README.md", "gondor-2019-roads/README.md", "gondor-2019-roads/no-mine.md", "rivendell-2018-roads/README.md",
        "rivendell-2018-roads/cross-the-pass.md", "rivendell-2018-roads/run-from-drums.md",
    ]  # fmt: skip
    assert (folder / f"{CROSS}.md").read_text(encoding="utf-8") == sheet(TOY.recommendations[CROSS], TOY)
    assert run("--knowledge", root, "--check", folder) == (DONE, "", "")
    assert run("--knowledge", root, "--write", folder)[1] == f"{folder}: 6 pages, 0 written, 0 removed\n"


def test_links_between_pages_lead_somewhere(tmp_path):
    run("--knowledge", TESTS / "toy", "--write", tmp_path)
    for page in tmp_path.rglob("*.md"):
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).is_file(), (page, target)


def test_what_is_stale_missing_or_left_over_is_named_with_what_mends_it(root, tmp_path):
    folder = tmp_path / "sheets"
    run("--knowledge", root, "--write", folder)
    edit(root / "guidelines" / f"{CROSS}.yaml", "Orcs have stopped you twice.", "Orcs stopped you twice.")
    (folder / "gondor-2019-roads/no-mine.md").unlink()
    (folder / "gondor-2019-roads/no-gap.md").write_text(f"{MARKER}\n# Of a recommendation that is gone\n", encoding="utf-8")
    (folder / "gondor-2019-roads/my-notes.md").write_text("# Mine\n", encoding="utf-8")

    assert run("--knowledge", root, "--check", folder) == (PROBLEMS, (
        f"{folder}/gondor-2019-roads/no-gap.md: left over\n"
        f"{folder}/gondor-2019-roads/no-mine.md: missing\n"
        f"{folder}/rivendell-2018-roads/cross-the-pass.md: stale\n"
        f"3 of the review sheets are not as the knowledge is: run 'gravida review sheet --write {folder}' (or 'make docs')\n"
    ), "")  # fmt: skip
    assert run("--knowledge", root, "--write", folder)[1] == f"{folder}: 6 pages, 2 written, 1 removed\n"
    assert run("--knowledge", root, "--check", folder)[0] == DONE
    assert (folder / "gondor-2019-roads/my-notes.md").read_text(encoding="utf-8") == "# Mine\n"


def test_the_pages_of_a_document_that_is_gone_go_with_it(root, tmp_path):
    folder = tmp_path / "sheets"
    run("--knowledge", root, "--write", folder)
    shutil.rmtree(root / "guidelines/gondor-2019-roads")
    run("--knowledge", root, "--write", folder)

    assert not (folder / "gondor-2019-roads").exists()


def test_with_a_name_only_its_own_pages_are_looked_at(root, tmp_path):
    folder = tmp_path / "sheets"
    run("--knowledge", root, "--write", folder)
    edit(root / "guidelines/gondor-2019-roads/no-mine.yaml", "Nobody goes", "No company goes")

    assert run("--knowledge", root, "--check", folder, "rivendell-2018-roads")[0] == DONE
    assert run("--knowledge", root, "--check", folder, "gondor-2019-roads")[1].endswith(
        f"run 'gravida review sheet gondor-2019-roads --write {folder}' (or 'make docs')\n"
    )
    assert run("--knowledge", root, "--write", folder, CROSS)[1] == f"{folder}: 1 pages, 0 written, 0 removed\n"


def test_a_file_that_is_no_sheet_is_never_written_over(root, tmp_path):
    (tmp_path / "README.md").write_text("# Mine\n", encoding="utf-8")
    code, out, err = run("--knowledge", root, "--write", tmp_path)

    assert (code, out) == (CANNOT, "")
    assert err == f"{tmp_path}/README.md: this is no review sheet, and would be lost: name a folder that holds nothing else\n"
    assert not (tmp_path / "gondor-2019-roads").exists()


def test_writing_and_only_looking_contradict_each_other(tmp_path):
    assert run("--write", tmp_path, "--check", tmp_path) == (
        CANNOT, "", "--write and --check contradict each other: one makes the pages as they should be, the other only looks\n",
    )  # fmt: skip


def test_the_same_knowledge_gives_the_same_pages():
    assert pages(KNOWLEDGE) == pages(load())


@pytest.mark.parametrize("command", ["sheet", "diff", "sign", "status"])
def test_every_command_explains_itself_in_lines_that_fit(command):
    out = CliRunner().invoke(main, ["review", command, "--help"]).output

    assert len(out) > 300
    assert [line for line in out.splitlines() if len(line) > 100] == []
    assert "..." not in CliRunner().invoke(main, ["review", "--help"]).output.partition("Commands:")[2]


def test_a_document_that_no_longer_stands_says_so_before_anything_else(root):
    edit(root / "guidelines/rivendell-2018-roads/guideline.yaml", "status: current", "status: superseded\nsuperseded_by: gondor-2019-roads")
    knowledge = load(root)

    assert sheet(knowledge.recommendations[CROSS], knowledge).splitlines()[3] == "> **Superseded** by gondor-2019-roads. This document no longer stands."
