"""Every small way of getting a criterion wrong is tried, once, and none of them is the criterion itself."""

from pathlib import Path

import pytest

from gravida.cql import parse
from gravida.guideline import Bound, Condition, Recommendation, Source, Window
from gravida.library import load
from gravida.mutation import mutants, recommendation_mutants

TOY = Path(__file__).parents[1] / "toy"


def texts(criterion):
    return [text for text, _ in mutants(parse(criterion))]


@pytest.mark.parametrize(("criterion", "expected"), [
    ("a", {"not a"}),
    ("not a", {"a"}),
    ("a = 1", {"not a = 1", "a != 1", "a = 0", "a = 2"}),
    ("a != 1", {"not a != 1", "a = 1", "a != 0", "a != 2"}),
    ("a < 25", {"not a < 25", "a <= 25", "a < 24", "a < 26"}),
    ("a <= 25", {"not a <= 25", "a < 25", "a <= 24", "a <= 26"}),
    ("a > 36.5", {"not a > 36.5", "a >= 36.5", "a > 35.5", "a > 37.5"}),
    ("a >= ga(24, 0)", {"not a >= ga(24, 0)", "a > ga(24, 0)", "a >= ga(23, 6)", "a >= ga(24, 1)"}),
    ("a = 'x'", {"not a = 'x'", "a != 'x'"}),
    ("a = true", {"not a = true", "a != true"}),
    ("AtLeast(1, a)", {"not AtLeast(1, a)", "AtLeast(2, a)"}),
    ("AtLeast(3, a)", {"not AtLeast(3, a)", "AtLeast(2, a)", "AtLeast(4, a)"}),
    ("a between 1 and 3", {"not a between 1 and 3", "a between 0 and 3", "a between 2 and 3", "a between 1 and 2", "a between 1 and 4"}),
    ("a and b", {"not (a and b)", "a or b", "b", "a", "not a and b", "a and not b"}),
    ("a or b", {"not (a or b)", "a and b", "b", "a", "not a or b", "a or not b"}),
    ("a and b and c", {"not (a and b and c)", "a or b or c", "b and c", "a and c", "a and b", "not a and b and c", "a and not b and c", "a and b and not c"}),
    ("not (a and b)", {"a and b", "not (a or b)", "not b", "not a", "not (not a and b)", "not (a and not b)"}),
])  # fmt: skip
def test_every_change_of_a_criterion(criterion, expected):
    assert set(texts(criterion)) == expected
    assert len(texts(criterion)) == len(expected)


def test_a_change_deep_inside_leaves_the_rest():
    assert "a and (b or AtLeast(3, c)) and d" in texts("a and (b or AtLeast(2, c)) and d")


def recommendation(**changes):
    everything = {
        "guideline": "g", "id": "r", "topic": "t", "source": Source("c", "l", "e"), "provenance": {}, "says": "", "plain": "",
        "who": Condition("a", parse("a"), ""), "stance": "offer", "path": "", **changes,
    }  # fmt: skip
    return Recommendation(**everything)


def changed(**changes):
    return {text: mutant for text, mutant in recommendation_mutants(recommendation(**changes)) if not text.startswith("who:")}


def test_each_end_of_a_window_a_day_earlier_a_day_later_and_left_out():
    found = changed(window=Window(Bound(112, 112), Bound(167, 167)))

    assert set(found) == {"window: without from", "window: from 15+6", "window: from 16+1", "window: without to", "window: to 23+5", "window: to 24+0"}
    assert found["window: to 24+0"].window == Window(Bound(112, 112), Bound(168, 168))
    assert found["window: without from"].window == Window(None, Bound(167, 167))


def test_each_end_of_a_vague_end_and_the_deadline():
    found = changed(window=Window(None, Bound(154, 181, "vague"), deadline=True))

    assert set(found) == {
        "window: without to", "window: to between 21+6 and 25+6", "window: to between 22+1 and 25+6", "window: to between 22+0 and 25+5",
        "window: to between 22+0 and 26+0", "window: not a deadline",
    }  # fmt: skip


def test_what_could_be_left_out():
    b = Condition("b", parse("b"), "")
    c = Condition("c = 1", parse("c = 1"), "")

    assert set(changed(unless=(b,), silent_on=(c,), before_pregnancy=True, repeat_days=14)) == {
        "unless: without b", "unless: not b", "silent_on: without c = 1", "silent_on: not c = 1", "silent_on: c != 1", "silent_on: c = 0", "silent_on: c = 2",
        "before-pregnancy: no", "repeat: None days", "repeat: 13 days", "repeat: 15 days",
    }  # fmt: skip


def test_for_everyone_only_the_rest_is_changed():
    assert [text for text, _ in recommendation_mutants(recommendation(who=None))] == []


def test_no_mutant_is_the_original():
    for each in load(TOY).recommendations.values():
        assert all(mutant != each for _, mutant in recommendation_mutants(each))
