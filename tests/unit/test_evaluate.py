"""The reference engine: ranges agree on every value inside them or are unknown, and a pick never hides what could change it.

What every node means is in ``tests/spec``; here stand the rules that no table shows, each against a plain enumeration.
"""

import operator
from itertools import product

import pytest

from gravida.cql import parse
from gravida.evaluate import Entries, Meaning, World, add, compare, fact, truth
from gravida.facts import BOOLEAN, Derived, EntryList, Observed, Pick, Range, Truths, Type, Words

OPERATORS = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
NUMBERS = [0, 1, 2, 3, *(Range(low, high) for low, high in product(range(4), repeat=2) if low < high)]


def inside(number):
    return range(int(number.low), int(number.high) + 1) if isinstance(number, Range) else (number,)


@pytest.mark.parametrize("symbol", OPERATORS)
def test_a_comparison_is_known_only_if_every_value_agrees(symbol):
    for left, right in product(NUMBERS, repeat=2):
        outcomes = {OPERATORS[symbol](a, b) for a, b in product(inside(left), inside(right))}
        assert compare(symbol, left, right) is (outcomes.pop() if len(outcomes) == 1 else None), f"{left} {symbol} {right}"


@pytest.mark.parametrize("symbol", OPERATORS)
@pytest.mark.parametrize("known", [1, Range(1, 2), "word", True])
def test_nothing_is_known_of_the_unknown(symbol, known):
    assert compare(symbol, None, known) is None
    assert compare(symbol, known, None) is None


@pytest.mark.parametrize("symbol", ["+", "-"])
def test_a_sum_of_ranges_holds_every_sum(symbol):
    for left, right in product(NUMBERS, repeat=2):
        sums = [a + b if symbol == "+" else a - b for a, b in product(inside(left), inside(right))]
        assert set(inside(add(symbol, left, right))) == set(range(min(sums), max(sums) + 1))
    assert add(symbol, None, 1) is None
    assert add(symbol, 1, None) is None


def test_words_and_truths_are_equal_or_not():
    assert compare("=", "a", "a") is True
    assert compare("!=", "a", "b") is True
    assert compare("=", True, False) is False


# --- lists ---------------------------------------------------------------------------------------------------------------

SCANS = EntryList("scans", "scans", declared=True, fields={})
LENGTH = Type("decimal")


def pick(take, valid_for_days=None, where="s.counts", kind=LENGTH):
    return Pick("picked", kind, "scans", "s", where, take, "value", Words("picked"), valid_for_days)


def picked(declared, entries, missing=0):
    criteria = {"picked": parse(declared.where)} if declared.where else {}
    world = World(Meaning({"picked": declared}, {"scans": SCANS}, criteria), {}, {"scans": Entries(tuple(entries), missing)})
    return fact("picked", world)


def scan(value, *, counts=True, age=0):
    return {"value": value, "counts": counts, "age_days": age}


@pytest.mark.parametrize(("why", "entries", "shortest"), [
    ("no entry at all", [], None),
    ("one", [scan(24)], 24),
    ("the smaller", [scan(30), scan(24)], 24),
    ("one that does not count", [scan(30), scan(20, counts=False)], 30),
    ("one that may count, and is longer", [scan(24), scan(30, counts=None)], 24),
    ("one that may count, and is shorter", [scan(24), scan(20, counts=None)], None),
    ("one of unknown length", [scan(24), scan(None)], None),
    ("one of unknown length that does not count", [scan(24), scan(None, counts=False)], 24),
    ("only one that may count", [scan(24, counts=None)], None),
    ("a range that could be beaten", [scan(Range(20, 28)), scan(24)], None),
    ("a range that cannot", [scan(Range(20, 24)), scan(24)], Range(20, 24)),
])  # fmt: skip
def test_the_shortest_unless_another_could_be_shorter(why, entries, shortest):
    assert picked(pick("shortest"), entries) == shortest, why
    assert picked(pick("shortest"), entries[::-1]) == shortest, "the order in the record does not matter"


def test_the_longest():
    assert picked(pick("longest"), [scan(30), scan(24), scan(40, counts=False)]) == 30


@pytest.mark.parametrize(("why", "entries", "latest"), [
    ("the younger", [scan(30, age=7), scan(24, age=1)], 24),
    ("the younger has no value: an older one does not speak for it", [scan(30, age=7), scan(None, age=1)], None),
    ("the same day, the same value", [scan(24, age=1), scan(24, age=1)], 24),
    ("the same day, another value", [scan(24, age=1), scan(30, age=1)], None),
    ("one of unknown age", [scan(24, age=1), scan(30, age=None)], None),
    ("an older one that may count", [scan(24, age=1), scan(30, counts=None, age=3)], 24),
    ("a younger one that may count", [scan(24, age=3), scan(30, counts=None, age=1)], None),
])  # fmt: skip
def test_the_latest_unless_another_could_be_later(why, entries, latest):
    assert picked(pick("latest"), entries) == latest, why
    assert picked(pick("latest"), entries[::-1]) == latest, "the order in the record does not matter"


@pytest.mark.parametrize(("why", "entries", "found"), [
    ("a yes", [scan(True)], True), ("a no", [scan(False)], False), ("nobody said", [scan(None)], None),
    ("a yes stands when another was skipped", [scan(True), scan(None)], True), ("a no does not", [scan(False), scan(None)], None),
    ("a yes that may count", [scan(True, counts=None)], None), ("a yes beside a no", [scan(True), scan(False)], True),
    ("a no beside a yes that may count", [scan(False), scan(True, counts=None)], None),
])  # fmt: skip
def test_any_sign(why, entries, found):
    assert picked(pick("any", kind=BOOLEAN), entries) is found, why


@pytest.mark.parametrize(("age", "found"), [(0, 24), (1, 24), (2, None), (None, None)])
def test_what_is_too_old_tells_nothing(age, found):
    assert picked(pick("latest", valid_for_days=1), [scan(24, age=age)]) == found


@pytest.mark.parametrize("take", ["shortest", "longest", "latest"])
def test_an_entry_that_is_counted_and_not_described_could_be_the_one(take):
    assert picked(pick(take), [scan(24)], missing=1) is None


def test_without_where_every_entry_counts():
    assert picked(pick("shortest", where=None), [scan(30), scan(24)]) == 24


def losses(described, missing=0):
    declared = Truths("losses", "scans", "s", "s.counts", Words("losses"))
    return World(Meaning({"losses": declared}, {"scans": SCANS}, {"losses": parse("s.counts")}), {}, {"scans": Entries(tuple(described), missing)})


def test_a_truth_list_has_one_truth_for_each_entry_and_for_each_that_is_missing():
    world = losses([{"counts": True}, {"counts": False}, {}], missing=2)

    assert fact("losses", world) == (True, False, None, None, None)
    assert truth(parse("AtLeast(1, losses)"), world) is True
    assert truth(parse("AtLeast(2, losses)"), world) is None
    assert truth(parse("AtLeast(5, losses)"), world) is False


def test_a_list_that_nobody_wrote_down_is_unknown():
    assert fact("losses", World(losses([]).meaning, {}, {})) is None


def test_what_no_engine_was_told_of_is_unknown():
    assert truth(parse("anything"), World(Meaning({}, {}, {}), {}, {})) is None


def test_a_derived_fact_rests_on_others():
    meaning = Meaning(
        {"n": Observed("n", Type("integer"), "", Words("n")), "many": Derived("many", BOOLEAN, "n >= 2", Words("many"))}, {}, {"many": parse("n >= 2")}
    )

    assert [fact("many", World(meaning, {"n": n}, {})) for n in (1, 2, None, Range(1, 2))] == [False, True, None, None]


def test_a_number_where_a_truth_belongs_is_a_fault_of_the_program():
    with pytest.raises(TypeError):
        truth(parse("n"), World(Meaning({}, {}, {}), {"n": 3}, {}))
