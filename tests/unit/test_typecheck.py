"""A criterion that makes no sense in the dictionary is refused before any record is judged."""

import pytest

from gravida.cql import CqlError, parse
from gravida.facts import BOOLEAN, TRUTHS, Type
from gravida.typecheck import Scope, nearest, require_truth, type_of

FACTS = Scope({
    "plurality": Type("integer", low=1, high=8), "length_mm": Type("decimal", low=5, high=80), "kind": Type("string", ("history", "ultrasound")),
    "planned_days": Type("gestation", low=168, high=300), "waters_broken": BOOLEAN, "losses": TRUTHS, "on_day": Type("date"), "body/own_losses": TRUTHS,
})  # fmt: skip
ENTRY = Scope({}, "p", {"ended_days": Type("gestation", low=1, high=312), "onset": Type("string", ("spontaneous", "indicated")), "labour": BOOLEAN})


@pytest.mark.parametrize("text", [
    "plurality = 1", "length_mm <= 25", "length_mm <= 24.9", "25 >= length_mm", "kind != 'history'", "planned_days >= ga(36, 0)", "waters_broken",
    "waters_broken = true", "not waters_broken", "AtLeast(3, losses)", "length_mm between 10 and 25", "plurality + 1 <= 3", "planned_days - 7 < ga(38, 0)",
    "plurality = plurality",
])  # fmt: skip
def test_what_makes_sense_passes(text):
    require_truth(parse(text), FACTS)


@pytest.mark.parametrize("text", ["p.labour", "p.onset = 'spontaneous' and p.ended_days between ga(14, 0) and ga(27, 6) and not p.labour"])
def test_an_entry_is_judged_by_its_fields(text):
    require_truth(parse(text), ENTRY)


@pytest.mark.parametrize(("text", "at", "words"), [
    ("plurality = 'two'", 12, "a whole number with a word"),
    ("plurality = 1.5", 12, "a whole number has no decimals"),
    ("plurality = 9", 12, r"9 is outside what plurality can be \(1 to 8\)"),
    ("length_mm <= 2.5", 13, "if these are centimetres, write 25"),
    ("length_mm <= 90", 13, r"outside what length_mm can be \(5 to 80\)$"),
    ("2.5 >= length_mm", 0, "outside"),
    ("length_mm between 2 and 25", 18, "2 is outside"),
    ("length_mm between 25 and 10", 18, "the smaller one comes first"),
    ("planned_days between ga(38, 0) and ga(37, 6)", 24, "the smaller one comes first"),
    ("kind = 'histori'", 7, "did you mean 'history'"),
    ("kind = 'scan'", 7, "it is one of history, ultrasound"),
    ("kind = history", 7, "write 'history'"),
    ("kind < 'history'", 0, "'<' needs numbers"),
    ("planned_days >= 36", 16, r"write ga\(36, 0\)"),
    ("planned_days >= 259", 16, r"write ga\(37, 0\)"),
    ("planned_days >= 36+5", 16, r"write ga\(36, 5\)"),
    ("planned_days >= ga(20, 0)", 19, r"20\+0 is outside what planned_days can be \(24\+0 to 42\+6\)"),
    ("losses", 0, r"write AtLeast\(1, losses\)"),
    ("losses >= 2", 0, "counted, not compared"),
    ("own_losses", 0, "there is no fact 'own_losses'"),
    ("AtLeast(1, plurality)", 11, "'plurality' is a whole number"),
    ("AtLeast(1, lossess)", 11, "did you mean 'losses'"),
    ("length_mm", 0, "compare it with something"),
    ("waters_broken and length_mm", 18, "expected a truth"),
    ("waters-broken", 0, "written waters_broken"),
    ("waters_broken = yes", 16, "write true"),
    ("wters_broken", 0, "did you mean 'waters_broken'"),
    ("twins", 0, "'gravida facts' lists them"),
    ("gestation_days >= ga(16, 0)", 0, "belongs in 'window'"),
    ("gestational_age >= ga(16, 0)", 0, "belongs in 'window'"),
    ("weeks >= 16", 0, "belongs in 'window'"),
    ("pregnancy.gestation >= ga(16, 0)", 0, "belongs in 'window'"),
    ("p.labour", 0, "inside a 'where' only"),
    ("on_day = on_day", 0, "a date cannot be compared"),
    ("kind + 1 = 2", 0, "need numbers"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused_where_it_stands(text, at, words):
    with pytest.raises(CqlError, match=words) as caught:
        require_truth(parse(text), FACTS)

    assert caught.value.at == at


@pytest.mark.parametrize(("text", "words"), [
    ("labour", "is written p.labour"), ("p.labor", "did you mean 'labour'"), ("q.labour", "it is called 'p'"),
    ("length_mm < 25", "only the fields of one entry"),
    ("AtLeast(1, losses)", "judges one entry"), ("p.ended_days between 14 and 27", r"write ga\(14, 0\)"), ("p.onset = 'spontanous'", "did you mean"),
])  # fmt: skip
def test_an_entry_knows_nothing_but_its_fields(text, words):
    with pytest.raises(CqlError, match=words):
        require_truth(parse(text), ENTRY)


@pytest.mark.parametrize(
    ("text", "kind"), [("planned_days - 7", "gestation"), ("length_mm + 1", "decimal"), ("plurality + 1", "integer"), ("waters_broken", "boolean")]
)
def test_the_type_of_a_value(text, kind):
    assert type_of(parse(text.replace("waters_broken", "(waters_broken)")), FACTS).kind == kind


def test_the_nearest_name_is_one_that_begins_with_what_was_written():
    assert nearest("ended", ["wounded", "ended_days"]) == "; did you mean 'ended_days'?"
    assert nearest("loses", ["losses", "lists"]) == "; did you mean 'losses'?"
    assert nearest("xyz", ["losses"]) == ""
