"""What is said to patients can be read by somebody of twelve, names no dose and blames nobody.

How reading age is counted stands in ``reading_age.py``.
"""

import re
import statistics
from pathlib import Path

import pytest
from reading_age import BLAMING, DOSE, HARDEST_GRADE, MEDIAN_GRADE, grade, speaks_of_a_cervix, syllables

from gravida.safety import signs


@pytest.mark.parametrize(
    ("word", "count"), [("womb", 1), ("little", 2), ("called", 1), ("needed", 2), ("guideline", 3), ("changes", 2), ("idea", 2), ("18", 1)]
)
def test_syllables_are_counted_as_spoken(word, count):
    assert syllables(word) == count


def test_the_grade_tells_an_easy_text_from_a_hard_one():
    assert grade("The stitch can come out. It does not hurt much.") < 2
    assert grade("Prophylactic cerclage is contraindicated in patients with chorioamnionitis or intractable uterine contractions.") > 14


def test_plain_texts_read_at_about_twelve(knowledge):
    grades = {key: grade(each.plain) for key, each in knowledge.recommendations.items()}

    assert statistics.median(grades.values()) <= MEDIAN_GRADE
    assert {key: round(found, 1) for key, found in grades.items() if found > HARDEST_GRADE} == {}


def test_what_is_said_of_earlier_events_reads_at_about_twelve(knowledge):
    grades = [grade(each.plain) for each in knowledge.fits]

    assert statistics.median(grades) <= MEDIAN_GRADE
    assert max(grades) <= 10


def test_questions_are_easy_to_read(knowledge):
    questions = [each.words.question for each in knowledge.dictionary.facts.values() if each.words.question]

    assert statistics.median(map(grade, questions)) <= 5


def test_no_plain_text_names_a_dose(knowledge):
    assert [key for key, each in knowledge.recommendations.items() if DOSE.search(each.plain)] == []


@pytest.mark.parametrize("dose", ["200 mg", "90mg", "0.5 ml", "two 100 mg", "250 micrograms", "400 IU"])
def test_a_dose_would_be_found(dose):
    assert DOSE.search(f"You take {dose} every day.")


def test_lengths_are_no_dose():
    assert not DOSE.search("shorter than 25 mm at 24 weeks")


def test_no_text_for_patients_blames_or_orders(knowledge):
    assert [key for key, each in knowledge.recommendations.items() if BLAMING.search(each.plain)] == []


def test_nobody_is_called_incompetent(knowledge):
    """The old name of the diagnosis is for finding it, never for speaking of somebody."""
    texts = {key: f"{each.says} {each.plain} {' '.join(each.notes)}" for key, each in knowledge.recommendations.items()}
    texts |= {name: f"{each.words.label} {each.words.meaning} {each.words.question}" for name, each in knowledge.dictionary.facts.items()}
    texts |= {each.id: f"{each.label} {each.plain}" for each in (*knowledge.topics.values(), *knowledge.actions.values())}
    texts |= {f"history {each.id}": f"{each.says} {each.plain}" for each in knowledge.fits}

    assert [name for name, text in texts.items() if "incompeten" in text.lower()] == []


def test_no_plain_text_speaks_of_a_cervix(knowledge):
    """It is the neck of the womb there. The name of the diagnosis is the one exception."""
    assert [key for key, each in knowledge.recommendations.items() if speaks_of_a_cervix(each.plain)] == []


# --- the tutorial for somebody who has lost a pregnancy ----------------------------------------------------------------

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorials" / "for-you.md"


def prose_of(page):
    """Return what somebody reads: no commands and their output, no marks, an end after each line of a list."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)(\{[^}]*\})?", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[#*`]|^- ", "", text, flags=re.MULTILINE)


def test_the_tutorial_for_patients_reads_at_about_twelve():
    parts = [part for part in prose_of(TUTORIAL).split("\n\n") if len(part.split()) > 12]

    assert statistics.median(map(grade, parts)) <= MEDIAN_GRADE
    assert {part: round(grade(part), 1) for part in parts if grade(part) > HARDEST_GRADE} == {}


def test_the_tutorial_for_patients_names_no_dose_blames_nobody_and_says_neck_of_the_womb():
    text = prose_of(TUTORIAL)

    assert not DOSE.search(text)
    assert not BLAMING.search(text)
    assert not speaks_of_a_cervix(text)


def test_the_tutorial_for_patients_begins_with_every_sign_in_the_words_of_the_questions(knowledge):
    first = TUTORIAL.read_text(encoding="utf-8").split("\n## ")[1]

    questions = [knowledge.dictionary.facts[name].words.question for name in signs(knowledge)]
    assert len(questions) == 15
    assert [question for question in questions if f"- {question}\n" not in first] == []
