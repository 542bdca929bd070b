"""What somebody types is read as it is meant, or not at all."""

from datetime import date

import pytest

from gravida.answers import Unclear, day, gestation, number, parse, signs
from gravida.interview import Count, Step, Unsaid


def step(kind, **more):
    return Step("x", kind, "?", **more)


@pytest.mark.parametrize(
    ("text", "found"),
    [("20+3", "20+3"), ("20 + 3", "20+3"), ("20w3d", "20+3"), ("20 weeks and 3 days", "20+3"), ("20 weeks", ("20+0", "20+6")),
     ("20", ("20+0", "20+6")), ("18-22", ("18+0", "22+6")), ("18+2 to 19+1", ("18+2", "19+1")), ("0+6", "0+6")],
)  # fmt: skip
def test_weeks_as_people_write_them(text, found):
    """Weeks alone are any day of that week, and never the first of them."""
    assert gestation(text) == found


@pytest.mark.parametrize(
    ("text", "name"), [("20+7", "days"), ("22-18", "upwards"), ("five months", "gestation"), ("", "gestation"), ("18-20-22", "gestation"), ("-3", "gestation")]
)
def test_weeks_that_are_none(text, name):
    with pytest.raises(Unclear) as caught:
        gestation(text)
    assert caught.value.name == name


@pytest.mark.parametrize(
    ("text", "unit", "found"),
    [("24", "mm", "24"), ("24.5", "mm", "24.5"), ("24,5", "mm", "24.5"), ("2.45 cm", "mm", "24.5"), ("24 mm", "mm", "24"), ("20-25", "mm", ("20", "25")),
     ("2-2.5 cm", "mm", ("20", "25")), ("20 mm", "cm", "2"), ("2", "", "2")],
)  # fmt: skip
def test_a_length_in_the_other_unit_is_converted(text, unit, found):
    assert number(text, unit) == found


@pytest.mark.parametrize("text", ["short", "24 in", "", "1e3", "٣", "2 mm"])
def test_numbers_that_are_none(text):
    with pytest.raises(Unclear):
        number(text)


@pytest.mark.parametrize(("text", "found"), [("2027-03-14", date(2027, 3, 14)), ("14 march 2027", date(2027, 3, 14)), ("14 mar 2027", date(2027, 3, 14))])
def test_dates(text, found):
    assert day(text) == found


@pytest.mark.parametrize("text", ["3/4/2027", "14.3.2027", "2027-02-30", "tomorrow"])
def test_a_date_that_could_be_another_is_not_read(text):
    with pytest.raises(Unclear):
        day(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [("0", [False, False, False]), ("none", [False, False, False]), ("2", [False, True, False]), ("1, 3", [True, False, True]), ("3?", [False, False, None])],
)
def test_signs_that_are_ticked(text, found):
    assert list(signs(text, 3).values()) == found


@pytest.mark.parametrize("text", ["4", "0 1", "x", "", "1 x", "-1"])
def test_a_tick_that_means_nothing_never_means_no(text):
    with pytest.raises(Unclear):
        signs(text, 3)


@pytest.mark.parametrize(
    ("text", "found"), [("k", Unsaid.UNSURE), ("I don't know", Unsaid.UNSURE), ("P", Unsaid.DECLINED), ("prefer not to say", Unsaid.DECLINED)]
)
@pytest.mark.parametrize("kind", ["yes-no", "number", "how-many", "gestation"])
def test_two_answers_that_fit_every_question(kind, text, found):
    assert parse(step(kind), text) is found


def test_a_count_may_be_at_least():
    assert parse(step("how-many"), "2+") == Count(2, at_least=True)
    assert parse(step("how-many"), "0") == Count(0)


def test_a_choice_is_a_number():
    assert parse(step("choice", choices=("a", "b")), "2") == "b"
    with pytest.raises(Unclear):
        parse(step("choice", choices=("a", "b")), "3")


@pytest.mark.parametrize("text", ["maybe", "", "1"])
def test_yes_or_no_is_never_guessed(text):
    with pytest.raises(Unclear):
        parse(step("yes-no"), text)
