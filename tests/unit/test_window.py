"""A window counts both of its ends, day by day, and a vague end is neither in nor out."""

import pytest

from gravida.guideline import Bound, Window
from gravida.units import days


def at(written):
    return Bound(days(written), days(written))


def vague(low, high):
    return Bound(days(low), days(high), "the text is vague")


WINDOWS = {
    "both ends": (Window(at("16+0"), at("23+6")), {"15+6": "before", "16+0": "inside", "20+3": "inside", "23+6": "inside", "24+0": "after"}),
    "one day": (Window(at("16+0"), at("16+0")), {"15+6": "before", "16+0": "inside", "16+1": "after"}),
    "open at the end": (Window(start=at("36+1")), {"36+0": "before", "36+1": "inside", "43+0": "inside"}),
    "open at the beginning": (Window(end=at("12+0")), {"0+0": "inside", "12+0": "inside", "12+1": "after"}),
    "vague end": (Window(at("16+0"), vague("22+0", "25+6")), {"15+6": "before", "22+0": "inside", "22+1": "uncertain", "25+6": "uncertain", "26+0": "after"}),
    "vague beginning": (Window(start=vague("13+0", "14+0")), {"12+6": "before", "13+0": "uncertain", "13+6": "uncertain", "14+0": "inside"}),
}


@pytest.mark.parametrize("name", WINDOWS)
def test_every_day_around_the_ends(name):
    window, expected = WINDOWS[name]

    assert {day: window.clock(days(day)) for day in expected} == expected


@pytest.mark.parametrize(("one", "other", "meet"), [
    (Window(at("16+0"), at("23+6")), Window(at("24+0")), False),
    (Window(at("16+0"), at("24+0")), Window(at("24+0")), True),
    (Window(), Window(at("24+0"), at("25+0")), True),
    (Window(at("16+0"), vague("22+0", "25+6")), Window(at("24+0")), True),
    (Window(end=at("12+0")), Window(start=vague("12+0", "14+0")), True),
])  # fmt: skip
def test_windows_meet_if_some_day_may_lie_in_both(one, other, meet):
    assert one.meets(other) is meet
    assert other.meets(one) is meet
