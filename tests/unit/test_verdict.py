"""From a criterion and the calendar to a verdict: every cell of the table, and what comes after it, in its order."""

from itertools import product

import pytest

from gravida.cql import Name, parse
from gravida.evaluate import Meaning, World
from gravida.facts import Range
from gravida.guideline import Action, Bound, Condition, Recommendation, Source, Window
from gravida.verdict import TABLE, Today, judge

WINDOW = Window(Bound(112, 112), Bound(167, 167))
DEADLINE = Window(None, Bound(84, 84), deadline=True)
TODAY = {
    "before": Today(True, 100), "inside": Today(True, 140), "after": Today(True, 168), "gestation unknown": Today(True),
    "not pregnant": Today(False), "nobody said whether pregnant": Today(None, 140),
}  # fmt: skip
ACTIONS = {
    "plain": Action("plain", "treatment", "", ""),
    "stitch": Action("stitch", "treatment", "", "", done_when=Name("stitched"), not_when=Name("ending")),
    "drug": Action("drug", "treatment", "", "", done_when=Name("taken")),
    "scan": Action("scan", "test", "", "", done_when=Name("scanned"), days_since="age"),
}


def condition(name):
    return Condition(name, parse(name), "")


def recommendation(**changes):
    everything = {
        "guideline": "g", "id": "r", "topic": "t", "source": Source("c", "l", "e"), "provenance": {"who": "primary"}, "says": "", "plain": "",
        "who": condition("who"), "stance": "offer", "path": "", "actions": ("plain",), **changes,
    }  # fmt: skip
    everything |= {key: tuple(condition(each) for each in everything.get(key, ())) for key in ("unless", "silent_on")}
    return Recommendation(**everything)


def verdict(today="inside", known=None, **changes):
    day = TODAY[today] if isinstance(today, str) else today
    facts = {"who": True, **(known or {})}
    return judge(recommendation(**changes), ACTIONS, World(Meaning({}, {}, {}), facts, {}), day).verdict


# --- the table -------------------------------------------------------------------------------------------------------------

CELLS = {
    True: {
        "before": "later",
        "inside": "now",
        "after": "passed",
        "gestation unknown": "unknown",
        "not pregnant": "later",
        "nobody said whether pregnant": "unknown",
    },
    None: {
        "before": "unknown",
        "inside": "unknown",
        "after": "passed",
        "gestation unknown": "unknown",
        "not pregnant": "unknown",
        "nobody said whether pregnant": "unknown",
    },
    False: dict.fromkeys(TODAY, "not-met"),
}


@pytest.mark.parametrize(("who", "today"), list(product(CELLS, TODAY)))
def test_a_cell_of_the_table(who, today):
    assert verdict(today, {"who": who}, window=WINDOW) == CELLS[who][today]


def test_the_table_has_every_cell():
    assert set(TABLE) == set(product((True, False, None), ("before", "inside", "after", "not-stated", "uncertain", "not-pregnant")))


@pytest.mark.parametrize(("who", "expected"), [(True, "met"), (None, "unknown"), (False, "not-met")])
def test_where_no_weeks_are_stated(who, expected):
    assert verdict("inside", {"who": who}) == expected


@pytest.mark.parametrize(("who", "expected"), [(True, "overdue"), (None, "unknown"), (False, "not-met")])
def test_after_a_deadline(who, expected):
    assert verdict("inside", {"who": who}, window=DEADLINE) == expected


@pytest.mark.parametrize(("who", "expected"), [(True, "now"), (None, "unknown"), (False, "not-met")])
def test_before_pregnancy_only_if_the_rule_says_so(who, expected):
    assert verdict("not pregnant", {"who": who}, window=WINDOW, before_pregnancy=True) == expected
    assert verdict("not pregnant", {"who": True}, window=WINDOW) == "later"


def test_for_everyone_only_the_calendar_counts():
    assert [verdict(today, {}, who=None, stance="against", window=WINDOW) for today in ("before", "inside", "after")] == ["later", "now", "passed"]


@pytest.mark.parametrize(("gestation", "expected"), [
    (Range(112, 167), "now"), (Range(111, 120), "unknown"), (Range(160, 168), "unknown"), (Range(100, 111), "later"), (Range(168, 170), "passed"),
])  # fmt: skip
def test_an_uncertain_dating_must_agree_on_every_day(gestation, expected):
    assert verdict(Today(True, gestation), window=WINDOW) == expected


def test_a_vague_end_is_unknown():
    assert verdict(Today(True, 160), window=Window(None, Bound(154, 181, "viability"))) == "unknown"


# --- warnings ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "plain", "warning"), [("nobody said whether pregnant", "unknown", "met"), ("not pregnant", "later", "later"), ("inside", "met", "met")]
)
def test_a_warning_is_not_hidden_because_nobody_wrote_down_that_she_is_pregnant(today, plain, warning):
    assert verdict(today) == plain
    assert verdict(today, tier="now") == warning


# --- silence -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("who", "silent", "expected"), [
    (True, False, "now"), (True, True, "unknown"), (True, None, "unknown"), (False, True, "not-met"), (None, False, "unknown"), (False, None, "not-met"),
])  # fmt: skip
def test_where_the_text_is_silent_a_yes_is_unknown_and_a_no_stays_no(who, silent, expected):
    assert verdict(known={"who": who, "twins": silent}, silent_on=("twins",), window=WINDOW) == expected


# --- contraindications --------------------------------------------------------------------------------------------------------

STANDING = {"now": {"window": WINDOW}, "met": {}, "overdue": {"window": DEADLINE}}


@pytest.mark.parametrize("standing", STANDING)
@pytest.mark.parametrize(("infection", "expected"), [(True, "withheld"), (None, "now-if"), (False, None)])
def test_what_speaks_against_it_takes_back_what_stands(standing, infection, expected):
    assert verdict(known={"infection": infection}, unless=("infection",), **STANDING[standing]) == (expected or standing)


@pytest.mark.parametrize("today", ["before", "after", "gestation unknown", "not pregnant"])
def test_what_does_not_stand_is_not_taken_back(today):
    assert verdict(today, {"infection": True}, unless=("infection",), window=WINDOW) == CELLS[True][today]


def test_one_reason_that_is_true_is_enough_and_is_named():
    found = judge(
        recommendation(unless=("a", "b", "c"), window=WINDOW), ACTIONS, World(Meaning({}, {}, {}), {"who": True, "b": True, "c": False}, {}), TODAY["inside"]
    )

    assert (found.verdict, found.withheld_by, found.open_contraindications) == ("withheld", (1,), (0,))


def test_a_treatment_is_never_plain_now_while_a_contraindication_is_unknown():
    for infection, bleeding in product((True, False, None), repeat=2):
        found = verdict(known={"infection": infection, "bleeding": bleeding}, unless=("infection", "bleeding"), window=WINDOW)
        assert (found == "now") == (infection is False and bleeding is False)


# --- done ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("today", ["before", "inside", "after", "gestation unknown", "not pregnant"])
def test_what_is_done_is_done(today):
    assert verdict(today, {"stitched": True}, actions=("stitch",), window=WINDOW) == "done"


@pytest.mark.parametrize("done", [False, None])
def test_what_is_not_known_to_be_done_is_not(done):
    assert verdict(known={"stitched": done}, actions=("stitch",), window=WINDOW) == "now"


@pytest.mark.parametrize("who", [False, None])
def test_done_is_said_only_to_whom_it_applies(who):
    assert verdict(known={"who": who, "stitched": True}, actions=("stitch",), window=WINDOW) == CELLS[who]["inside"]


@pytest.mark.parametrize("stance", ["against", "insufficient", "inform"])
def test_what_nobody_advises_is_never_ticked_off(stance):
    assert verdict(known={"stitched": True}, actions=("stitch",), stance=stance, window=WINDOW) == "now"


def test_done_goes_before_what_speaks_against_it():
    assert verdict(known={"stitched": True, "infection": True}, actions=("stitch",), unless=("infection",), window=WINDOW) == "done"


@pytest.mark.parametrize(("stitched", "taken", "free_choice", "expected"), [
    (True, False, True, "done"), (False, None, True, "now"), (True, True, False, "done"), (True, False, False, "now"), (True, None, False, "now"),
])  # fmt: skip
def test_one_of_a_free_choice_will_do_and_of_several_all_must(stitched, taken, free_choice, expected):
    assert verdict(known={"stitched": stitched, "taken": taken}, actions=("stitch", "drug"), free_choice=free_choice, window=WINDOW) == expected


def test_a_recommendation_without_an_action_is_never_done():
    assert verdict(actions=(), stance="inform") == "met"


# --- again ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "expected"), [(0, "done"), (13, "done"), (14, "now"), (40, "now"), (None, "unknown"), (Range(10, 20), "unknown"), (Range(15, 20), "now")]
)
def test_what_is_repeated_becomes_due_again(age, expected):
    assert verdict(known={"scanned": True, "age": age}, actions=("scan",), repeat_days=14, window=WINDOW) == expected


def test_a_series_is_never_done_by_one():
    assert verdict(known={"scanned": True, "age": 0}, actions=("scan",), window=WINDOW) == "now"


def test_what_is_due_again_waits_for_the_window():
    assert verdict("after", {"scanned": True, "age": 20}, actions=("scan",), repeat_days=14, window=WINDOW) == "passed"


# --- impossible -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ending", "expected"), [(True, "withheld"), (False, "now"), (None, "now")])
def test_nothing_is_offered_that_cannot_be_meant_here(ending, expected):
    assert verdict(known={"stitched": False, "ending": ending}, actions=("stitch",), window=WINDOW) == expected


@pytest.mark.parametrize(("today", "expected"), [("before", "withheld"), ("after", "passed"), ("gestation unknown", "unknown")])
def test_nor_promised_for_later(today, expected):
    assert verdict(today, {"ending": True}, actions=("stitch",), window=WINDOW) == expected


def test_as_long_as_one_action_makes_sense_it_stands():
    assert verdict(known={"ending": True}, actions=("stitch", "drug"), free_choice=True, window=WINDOW) == "now"


def test_a_warning_against_it_still_holds():
    assert verdict(known={"ending": True}, actions=("stitch",), stance="against", window=WINDOW) == "now"
