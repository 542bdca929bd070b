"""A number in a criterion that no sentence says comes from nowhere; one that is said only as something else does, too."""

from pathlib import Path

import pytest

from gravida.cql import parse
from gravida.guideline import Bound, Condition, Recommendation, Source, Window
from gravida.library import load
from gravida.numbers_said import said, unsaid_in_definition, unsaid_numbers


@pytest.mark.parametrize(("text", "numbers"), [
    ("before 24 weeks", {"24", "24+0"}),
    ("at 24+0", {"24+0"}),
    ("25 mm or less", {"25"}),
    ("a 25-mm cervix", {"25", "1"}),
    ("24.9 millimetres", {"24.9"}),
    ("three losses", {"3"}),
    ("one twin", {"1", "2"}),
    ("more than one baby", {"1", "2"}),
    ("from 16 to 24 weeks", {"16", "16+0", "24", "24+0"}),
    ("nothing of the kind", set()),
    ("", set()),
])  # fmt: skip
def test_what_a_text_says(text, numbers):
    assert said(text) == numbers


def unsaid(says, notes=(), **changes):
    condition = {key: Condition(text, parse(text), "") for key, text in changes.items() if key in ("who", "unless", "silent_on")}
    return unsaid_numbers(Recommendation(
        guideline="g", id="r", topic="t", source=Source("c", "l", "e"), provenance={}, says=says, plain="", who=condition.get("who"), stance="offer", path="",
        unless=tuple(filter(None, [condition.get("unless")])), silent_on=tuple(filter(None, [condition.get("silent_on")])),
        window=changes.get("window"), repeat_days=changes.get("repeat"), notes=notes,
    ))  # fmt: skip


def test_what_is_said_is_fine():
    assert unsaid("After three losses, at 25 mm or less, before 24 weeks.", who="AtLeast(3, a) and b <= 25 and c < ga(24, 0)") == []


def test_a_note_will_do():
    assert unsaid("Before 24 weeks.", ("Before 24 weeks is read as up to 23+6.",), window=Window(None, Bound(167, 167))) == []


@pytest.mark.parametrize(("says", "missing"), [("Before 24 weeks.", ["23+6"]), ("Up to 23+6.", []), ("Within 23 mm.", ["23+6"])])
def test_the_last_day_of_a_window_must_be_said(says, missing):
    assert unsaid(says, window=Window(None, Bound(167, 167))) == [("window", number) for number in missing]


def test_a_length_says_no_week():
    assert unsaid("A cervix of 24 mm.", who="a < ga(24, 0)") == [("who", "24+0")]


@pytest.mark.parametrize(("key", "criterion"), [("who", "a <= 25"), ("unless", "a <= 25"), ("silent_on", "a = 25")])
def test_every_criterion_is_looked_at(key, criterion):
    assert unsaid("Nothing.", **{key: criterion}) == [(key, "25")]


def test_a_repeat_and_both_ends_of_a_vague_end():
    assert unsaid("Nothing.", repeat=14) == [("repeat", "14")]
    assert unsaid("Nothing.", window=Window(None, Bound(154, 181, "vague"))) == [("window", "22+0"), ("window", "25+6")]


def test_at_least_one_needs_no_word():
    assert unsaid("Losses.", who="AtLeast(1, losses)") == []
    assert unsaid("Losses.", who="AtLeast(2, losses)") == [("who", "2")]


def test_words_and_truths_are_no_numbers():
    assert unsaid("Losses.", who="a = 'x' and b = true and c = d") == []


def test_a_definition_says_its_numbers_in_label_meaning_or_note():
    toy = load(Path(__file__).parents[1] / "toy")

    assert unsaid_in_definition("rivendell-2018-roads/journeys_cut_short", toy) == []
    assert unsaid_in_definition("large_company", toy) == []
