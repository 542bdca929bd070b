"""The article at a terminal: help first, the harmful claims next, who says so, and a sentence for whatever is mistyped."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from gravida.article import CLAIM_VERDICTS
from gravida.check_files import shared_problems
from gravida.cli import main
from gravida.folders import Folders
from gravida.library import load
from gravida.words import CLAIMS, say

ROOT = Path(__file__).parents[2]
TOY = ROOT / "tests" / "toy"
DONE, CANNOT = 0, 2
ARTICLE = """cite: redbook
first: [drums]
claims:
  - {id: pass, section: Roads, claim: The pass is open., verdict: partly, answer: Only with little snow., plain: In summer it is.,
     by: [rivendell-2018-roads/cross-the-pass], refs: [stewards]}
  - {id: mine, section: Roads, claim: The mine is safe., verdict: contradicted, answer: Gondor says no., plain: It is not.,
     by: [gondor-2019-roads/no-mine, rivendell-2018-roads/run-from-drums]}
  - {id: drums, section: Danger, claim: What drums mean., verdict: omitted, answer: Run at once., plain: If you hear drums then run.,
     by: [rivendell-2018-roads/run-from-drums]}
  - {id: ale, section: Inns, claim: The ale is good., verdict: unsupported, answer: Nobody says., plain: We have not read that.}
"""


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """Return a toy knowledge with an article, in which one recommendation was read by nobody."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = Path(shutil.copytree(TOY, tmp_path / "toy"))
    (root / "article.yaml").write_text(ARTICLE, encoding="utf-8")
    mine = root / "guidelines/gondor-2019-roads/no-mine.yaml"
    mine.write_text(mine.read_text(encoding="utf-8").replace("who: secondary", "who: recalled"), encoding="utf-8")
    return root


def run(*arguments):
    result = CliRunner().invoke(main, ["article", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def page(*arguments):
    code, out, err = run(*arguments)
    assert (code, err) == (DONE, "")
    return out


def joined(text):
    """Return a page as one line, so that a sentence is found wherever it was broken."""
    return re.sub(r"\s+", " ", text)


# --- the toy: what stands where -------------------------------------------------------------------------------------------


def test_the_whole_page(toy):
    shown = page("--knowledge", toy)

    assert (
        shown
        == """If you feel something is wrong, you do not need this page to say so. Call your
maternity unit, or the emergency number, at any hour.
Run at once.

The article: Baggins, B. and Baggins, F. There and back again. 2018.
4 claims: 1 contradicted, 1 omitted, 1 partly, 1 unsupported.

✗ contradicted: the guidelines here say otherwise ──────────────────────────────

✗ mine · Roads
  It says: The mine is safe.
  Gondor says no.
  - Gondor 2019 Steward's letter
    gondor-2019-roads/no-mine (unverified)
  - Rivendell 2018 Council 1
    rivendell-2018-roads/run-from-drums

+ omitted: not in the article, and should be ───────────────────────────────────

+ drums · Danger
  Left out: What drums mean.
  Run at once.
  - Rivendell 2018 Council 1
    rivendell-2018-roads/run-from-drums

≈ partly: true only with limits ────────────────────────────────────────────────

≈ pass · Roads
  It says: The pass is open.
  Only with little snow.
  - Rivendell 2018 Council 1
    rivendell-2018-roads/cross-the-pass
  - The Stewards of Gondor. Roads of the White Mountains. 2019.

? unsupported: nothing here speaks to it ───────────────────────────────────────

? ale · Inns
  It says: The ale is good.
  Nobody says.

gravida article CLAIM shows one claim whole; --verdict outdated shows those
alone.
Draft. No clinician has reviewed this. It sets out what published guidelines
say; it is not a diagnosis and does not replace a clinician who knows the
person.
"""
    )


def test_one_claim_with_the_words_of_each_guideline(toy):
    shown = page("pass", "--knowledge", toy)

    assert "In plain words\n  In summer it is." in shown
    assert "Rivendell 2018 Council 1 says to offer" in shown
    assert "After two or more journeys that orcs cut short" in joined(shown)
    assert "unanimous; read in the guideline itself" in shown
    assert "mine" not in shown


def test_a_claim_that_nobody_speaks_to_says_so(toy):
    assert "Who says so\n  Nothing here does." in page("ale", "--knowledge", toy)


def test_plain_words_name_no_key_and_nothing_that_nobody_has_read(toy):
    shown = page("--plain", "--knowledge", toy)

    assert "/" not in shown
    assert "• It says: The mine is safe.\n  It is not.\n  From: Rivendell 2018 Council 1." in shown
    assert "From: Rivendell 2018 Council 1; 1 other source." in shown
    assert "Gondor" not in shown
    assert joined(say("notice.plain")) in joined(shown)


def test_what_needs_help_stands_first_and_once_in_plain_words(toy):
    shown = page("--plain", "--knowledge", toy)

    assert shown.count("If you hear drums then run.") == 1
    assert shown.index("If you hear drums then run.") < shown.index("GUIDELINES SAY OTHERWISE")
    assert "LEAVES THIS OUT" not in shown


def test_what_a_hospital_left_out_is_said_and_not_shown_as_there(toy):
    (toy / "guidelines/gondor-2019-roads/no-mine.yaml").unlink()

    assert "gondor-2019-roads/no-mine: left out of this folder of knowledge" in page("mine", "--knowledge", toy)
    assert "no-mine" not in page("--knowledge", toy)


def test_an_overlay_may_leave_out_what_an_answer_rests_on(toy, tmp_path):
    house = tmp_path / "house"
    house.mkdir()
    (house / "overlay.yaml").write_text("name: House\nshort: House\nsays: Ours.\nleaves_out: [gondor-2019-roads/no-mine]\n", encoding="utf-8")

    assert "gondor-2019-roads/no-mine: left out" in page("mine", "--knowledge", toy, "--knowledge", house)
    assert list(shared_problems(load(Folders(toy, (house,))))) == []


def test_an_overlay_words_claims_and_never_answers(toy, tmp_path):
    house = tmp_path / "house"
    house.mkdir()
    (house / "overlay.yaml").write_text("name: House\nshort: House\nsays: Ours.\n", encoding="utf-8")
    (house / "words.yaml").write_text("article.ale.plain: We brew it ourselves.\n", encoding="utf-8")
    assert "We brew it ourselves." in page("ale", "--knowledge", toy, "--knowledge", house)

    (house / "words.yaml").write_text("article.ale.answer: Everybody says so.\n", encoding="utf-8")
    code, _, err = run("ale", "--knowledge", toy, "--knowledge", house)
    assert code == CANNOT
    assert err.startswith("house/words.yaml:1:21: an answer tells what documents say, and is not reworded")


def test_the_topmost_article_counts(toy, tmp_path):
    house = tmp_path / "house"
    house.mkdir()
    (house / "overlay.yaml").write_text("name: House\nshort: House\nsays: Ours.\n", encoding="utf-8")
    (house / "article.yaml").write_text(ARTICLE.replace("The ale is good.", "The ale is very good.").replace("no-mine", "no-mime"), encoding="utf-8")

    assert "very good" in page("ale", "--knowledge", toy, "--knowledge", house)
    assert [str(each) for each in shared_problems(load(Folders(toy, (house,))))] == [
        "house/article.yaml:7:11: there is no recommendation 'gondor-2019-roads/no-mime'; did you mean 'gondor-2019-roads/no-mine'?"
    ]


def test_json_has_what_stands_behind_each(toy):
    found = json.loads(page("--format", "json", "--knowledge", toy))
    mine = next(each for each in found["claims"] if each["id"] == "mine")

    assert found["first"] == ["drums"]
    assert found["notice"] == say("notice.clinical")
    assert [(each["recommendation"], each["recalled"]) for each in mine["by"]] == [
        ("gondor-2019-roads/no-mine", True), ("rivendell-2018-roads/run-from-drums", False),
    ]  # fmt: skip
    assert mine["refs"] == []


def test_markdown_has_a_heading_for_each_verdict_and_claim(toy):
    shown = page("--format", "markdown", "--knowledge", toy)

    assert "## ✗ contradicted: the guidelines here say otherwise\n\n### It says: The mine is safe.\n" in shown
    assert "- Gondor 2019 Steward's letter: `gondor-2019-roads/no-mine` (unverified)\n" in shown
    assert f"*{say('notice.clinical')}*" in shown


# --- what cannot be shown ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arguments", "message"), [
    (("urgent-sign",), "there is no claim 'urgent-sign'; did you mean 'urgent-signs'?"),
    (("xyz",), "there is no claim 'xyz'; 'gravida article' lists them"),
    (("twins", "--verdict", "omitted"), "name a claim, or a verdict to look for; both at once leave nothing to choose"),
    (("--knowledge", TOY), "this folder of knowledge has no article: it would stand in article.yaml"),
])  # fmt: skip
def test_what_is_not_there_is_said_in_a_sentence(arguments, message):
    code, out, err = run(*arguments)

    assert (code, out, err.strip()) == (CANNOT, "", message)


def test_a_verdict_that_is_none_is_explained():
    code, out, err = run("--verdict", "wrong")

    assert (code, out) == (CANNOT, "")
    assert all(verdict in err for verdict in CLAIM_VERDICTS)


# --- the real article ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [
    (), ("--plain",), ("--verdict", "stands"), ("old-name",), ("old-name", "--plain"), ("--format", "markdown"), ("--verdict", "stands", "--plain"),
], ids=" ".join)  # fmt: skip
def test_help_comes_first_whatever_is_asked(arguments):
    shown = joined(page(*arguments))

    assert shown.index("emergency number") < shown.index("rgency number, at any hour.") < 300
    assert joined(say("safety")) in shown
    assert "bulges out of the vagina" in shown


@pytest.mark.parametrize("arguments", [(), ("--plain",), ("--verdict", "omitted"), ("injected-progestogen",)], ids=" ".join)
def test_no_line_is_longer_than_80_columns(arguments):
    lines = [re.sub(r"https?://\S+", "", line) for line in page(*arguments).splitlines()]

    assert [line for line in lines if len(line) > 80] == []


def test_a_verdict_shows_its_claims_alone():
    found = json.loads(page("--verdict", "outdated", "--verdict", "contradicted", "--format", "json"))

    assert {each["verdict"] for each in found["claims"]} == {"outdated", "contradicted"}
    assert "injected-progestogen" in {each["id"] for each in found["claims"]}


def test_every_verdict_has_its_words():
    assert tuple(CLAIMS) == CLAIM_VERDICTS


def test_help_teaches_every_verdict():
    shown = page("--help")

    assert all(f"{words.mark} {verdict}" in joined(shown) for verdict, words in CLAIMS.items())
    assert "gravida article urgent-signs" in shown
