"""Everything that the person reads stands in one catalogue, is easy to read there, and can be said otherwise."""

import re
import statistics
from pathlib import Path

import pytest
from reading_age import BLAMING, DOSE, grade

from gravida.assess import assess
from gravida.catalogue import catalogue, places, reword
from gravida.facts import Observed
from gravida.record import read_record
from gravida.report_plain import plain_text
from gravida.words import speak

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "gravida"
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
SPOKEN = re.compile(r"""(?:\bsay|_page|_title)\(\s*f?["']([\w.{}\[\]-]+)""")
FOR_CLINICIANS = ("notice.clinical", ".clinical", "provenance.", "audit.", "simulate.")
"""Parts of names of what she does not read: what clinicians read, and the reports of an audit and of a simulation."""
HARDEST = 10.5
"""'Call your maternity unit or the emergency number now' has no shorter words."""


@pytest.fixture
def aloud(knowledge):
    """Speak the shipped words again after a test has spoken others."""
    yield knowledge
    speak(knowledge.words)


def plain_words(knowledge):
    return {name: text for name, text in knowledge.words.items() if not any(part in name for part in FOR_CLINICIANS)}


def test_every_text_that_the_program_says_is_there(knowledge):
    """Names that are put together at run time are tried by the tests of what says them."""
    prefixes = {"_page": "page.", "_title": "page.titles."}
    for path in [*SOURCE.glob("*.py"), *SOURCE.glob("audit/*.py")]:
        for found in re.finditer(r"""(\bsay|_page|_title)\(\s*["']([\w.-]+)["']""", path.read_text(encoding="utf-8")):
            name = prefixes.get(found[1], "") + found[2]
            known = name in knowledge.words or f"ask.{name}" in knowledge.words
            assert known, f"{path.name} says {name!r}, which words.yaml does not have"


def test_every_word_of_the_person_herself_reads_at_about_twelve(knowledge):
    sentences = {name: text for name, text in plain_words(knowledge).items() if len(text.split()) > 4}
    grades = {name: grade(text) for name, text in sentences.items()}

    assert len(sentences) > 60
    assert statistics.median(grades.values()) <= 5
    assert {name: round(found, 1) for name, found in grades.items() if found > HARDEST} == {}


@pytest.mark.parametrize("shelf", ["topics", "actions", "facts", "lists", "fields"])
def test_what_topics_actions_and_questions_are_called_is_easy_to_read(shelf, knowledge):
    texts = {name: text for name, text in catalogue(knowledge).items() if name.startswith(f"{shelf}.") and name.endswith((".plain", ".question", ".ask"))}
    grades = {name: grade(text) for name, text in texts.items() if len(text.split()) > 4}

    assert texts
    assert {name: round(found, 1) for name, found in grades.items() if found > 11} == {}


def test_every_fact_that_can_be_asked_has_a_question(knowledge):
    """A fact that follows from others needs none, and one that only a length decides is asked as the length."""
    unasked = [name for name, each in knowledge.dictionary.facts.items() if isinstance(each, Observed) and not each.words.question]

    assert unasked == []


def test_no_word_names_a_dose_or_blames(knowledge):
    texts = plain_words(knowledge) | {name: text for name, text in catalogue(knowledge).items() if name.endswith((".plain", ".question", ".ask"))}

    assert [name for name, text in texts.items() if DOSE.search(text)] == []
    assert [name for name, text in texts.items() if BLAMING.search(text) and not name.startswith("values.")] == []


def test_every_recommendation_topic_and_action_has_plain_words(knowledge):
    texts = catalogue(knowledge)

    assert [key for key in knowledge.recommendations if f"recommendations.{key}.plain" not in texts] == []
    assert [key for key in knowledge.topics if f"topics.{key}.plain" not in texts] == []
    assert [key for key in knowledge.actions if f"actions.{key}.plain" not in texts] == []


# --- another language ---------------------------------------------------------------------------------------------------


def marked(text):
    """Return a text as another language would have it: every word between marks, what is filled in left open."""
    parts = re.split(r"(\{\w+\})", text)
    return "".join(part if part.startswith("{") else f"⟦{part}⟧" if part.strip() else part for part in parts)


def unmarked(page, knowledge):
    """Return the words of a page that no translation would reach; names of bodies and documents are no words."""
    rest = re.sub(r"\s+", " ", re.sub(r"-\n\s*", "-", page))  # a line may end behind a hyphen
    for _ in range(4):
        rest = re.sub(r"⟦[^⟦⟧]*⟧", " ", rest)
    for each in sorted(knowledge.guidelines.values(), key=lambda each: -len(each.heading)):
        rest = rest.replace(each.heading, " ")
    for each in knowledge.guidelines.values():
        rest = rest.replace(each.body_name, " ").replace(each.body, " ")
    return re.findall(r"[A-Za-z]{2,}", rest)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_plain_page_can_be_said_in_another_language_whole(example, aloud):
    texts = {name: marked(text) for name, text in catalogue(aloud).items() if not name.startswith("guidelines.")}
    other = reword(aloud, texts)
    speak(other.words)
    record = read_record(example.read_bytes(), example.name, other.dictionary)

    assert unmarked(plain_text(assess(record, other), everything=True), other) == []


def test_what_is_filled_in_stays_open_in_another_language(knowledge):
    assert all(places(marked(text)) == places(text) for text in catalogue(knowledge).values())
