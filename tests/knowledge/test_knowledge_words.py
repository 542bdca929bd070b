"""What is said to patients can be read by somebody of twelve, names no dose and blames nobody.

How reading age is counted stands in ``reading_age.py``.
"""

import statistics

import pytest
from reading_age import BLAMING, DOSE, HARDEST_GRADE, MEDIAN_GRADE, grade, speaks_of_a_cervix, syllables


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
