"""Every row of a trial is accounted for, what is only remembered is asked for and marked, and pictures say what they show."""

import json
import xml.etree.ElementTree as ET

import pytest
from click.testing import CliRunner

from gravida.cli import main
from gravida.evidence import TRUSTED, Evidence, EvidenceQuestion, Outcome, Row, is_meant
from gravida.evidence_answer import answer, confidences, recomputed
from gravida.library import load
from gravida.report_evidence import page, picture, plain_values

KNOWLEDGE = load()
EVIDENCE = KNOWLEDGE.evidence
QUESTIONS = list(EVIDENCE.questions.values())


def run(*arguments):
    result = CliRunner().invoke(main, ["evidence", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_there_is_what_was_found():
    assert len(EVIDENCE.rows) == 111
    assert len(EVIDENCE.published) == 65
    assert len(EVIDENCE.questions) == 17


@pytest.mark.parametrize("row", EVIDENCE.rows.values(), ids=lambda row: row.key)
def test_every_row_is_pooled_or_set_apart_with_a_reason(row):
    pooled = [question.id for question in QUESTIONS if row.trial in question.pool.get(row.outcome, ())]
    apart = [each.why for question in QUESTIONS for each in question.apart if is_meant(each, row)]

    assert pooled or all(apart)
    assert pooled or apart


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_topics_and_actions_are_those_of_the_guidelines(question):
    assert question.topic in KNOWLEDGE.topics
    assert set(question.actions) <= KNOWLEDGE.actions.keys()


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_by_default_nothing_rests_on_memory(question):
    found = answer(question, EVIDENCE)
    used = [*(row for outcome in found.outcomes for row in outcome.rows), *(row for row, _ in found.apart), *found.published]

    assert {each.confidence for each in used} <= TRUSTED
    assert not any("MEMORY" in line for line in page(found))


def test_what_rests_on_memory_is_marked_when_asked_for():
    lines = "\n".join(page(answer(EVIDENCE.questions["cerclage-by-history"], EVIDENCE, confidences("recalled"))))

    assert "[FROM MEMORY, NOT READ]" in lines
    assert "[PARTLY FROM MEMORY]" in lines


APART = (
    "MAVRIC2020_TAC", "MAVRIC2020_HVC", "SUPPORT2024_CvsP", "SUPPORT2024_PESvsP", "SUPPORT2024_CvsPES", "CIPRACT2000",
    "CRUZMELGUIZO2018", "VANDIJK2024", "PACAGNELLA2022", "PRATCORONA2018", "PROGRESS2017",
)  # fmt: skip


@pytest.mark.parametrize("trial", APART)
def test_shared_arms_and_active_comparators_are_never_pooled(trial):
    assert [question.id for question in QUESTIONS for named in question.pool.values() if trial in named] == []


def test_composites_and_the_treated_set_are_never_pooled():
    pooled = {outcome for question in QUESTIONS for outcome in question.pool}

    assert [outcome for outcome in pooled if "_or_" in outcome or "treated_set" in outcome] == []


@pytest.mark.parametrize("question", [each for each in QUESTIONS if each.recompute], ids=lambda question: question.id)
def test_published_estimates_are_found_again(question):
    assert [each.published.review for each in recomputed(question, EVIDENCE) if not each.agrees] == []


def test_one_trial_is_shown_and_nothing_is_pooled():
    code, out = run("suture-material")

    assert code == 0
    assert "One trial alone: nothing is pooled." in out
    assert "Together" not in out


def test_no_trial_is_said_so():
    _, out = run("cerclage-short-cervix-after-preterm-birth")

    assert "No trial that was read: nothing can be said from here." in out
    assert "RR 0.7 (0.55 to 0.89)" in out, "the published sum is shown"


@pytest.fixture
def without_events_in_one_arm():
    """Return what two trials answer of which neither had an event without the treatment: no ratio follows."""
    rows = [Row(name, 2001, "loss", 3, 20, 0, 20, "seen") for name in ("A", "B")]
    question = EvidenceQuestion("q", "topic", "Does it help?", "Does it help?", "this and that", (), {"loss": ("A", "B")})
    outcome = Outcome("loss", "loss", "lose the pregnancy", harm=True)
    return answer(question, Evidence({row.key: row for row in rows}, (), {"loss": outcome}, {"q": question}))


def test_where_no_ratio_follows_no_frequency_is_made_of_it(without_events_in_one_arm):
    (found,) = without_events_in_one_arm.outcomes
    lines = "\n".join(page(without_events_in_one_arm))

    assert found.effect is None
    assert "Mantel-Haenszel:                      not known (not known to not known)" in lines
    assert "Of 100" not in lines
    assert "nan" not in picture(without_events_in_one_arm, found)


def test_json_says_null_where_no_ratio_follows(without_events_in_one_arm):
    text = json.dumps(plain_values(without_events_in_one_arm), allow_nan=False)

    assert json.loads(text)["outcomes"][0]["pooled"]["mantel_haenszel"] == {"estimate": None, "low": None, "high": None}


def test_frequencies_at_a_baseline_that_is_named():
    _, out = run("17-ohpc-after-preterm-birth", "--baseline", "5%")

    assert "Of 100 without it, 5 died before birth or soon after it" in out
    assert "This is compatible with no difference." in out


@pytest.mark.parametrize("risk", ["0", "100%", "many", "-3%"])
def test_a_baseline_that_is_no_risk(risk):
    code, out = run("suture-material", f"--baseline={risk}")

    assert code == 2
    assert "write 25% or 0.25" in out


def test_a_question_that_is_not_there_and_the_nearest():
    code, out = run("pessary-short-cervx")

    assert code == 2
    assert out == "there is no question 'pessary-short-cervx'; did you mean 'pessary-short-cervix'?\n"


def test_other_forms():
    assert json.loads(run("suture-material", "--format", "json")[1])["question"]["id"] == "suture-material"
    assert "| 80 of 1003 against 75 of 993 |" in run("suture-material", "--format", "markdown")[1]


def test_no_line_is_wider_than_a_terminal():
    assert max(len(line) for line in run("pessary-short-cervix", "--confidence", "recalled")[1].splitlines()) <= 80


def test_a_picture_says_what_it_shows_and_is_the_same_each_time(tmp_path):
    question = EVIDENCE.questions["pessary-short-cervix"]
    found = answer(question, EVIDENCE)
    outcome = next(each for each in found.outcomes if each.outcome.id == "ptb_lt37")
    svg = picture(found, outcome)
    tree = ET.fromstring(svg)  # noqa: S314  (our own picture)
    names = {child.tag.rpartition("}")[2]: child.text for child in tree}

    assert svg == picture(found, outcome)
    assert names["title"].startswith("Does a pessary prevent early birth")
    assert "Saccone 2017 0.66 (0.46 to 0.95)" in names["desc"]
    assert tree.get("role") == "img"
    assert "currentColor" in svg, "it is legible in dark mode"
    code, _ = run("suture-material", "--save", tmp_path)
    assert code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["suture-material-pregnancy_loss.svg"]
