"""The language: what is read, what is refused and where, and that what is printed reads back as the same criterion."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gravida.cql import And, Arithmetic, AtLeast, Between, Compare, CqlError, Gestation, Literal, Member, Name, Not, Or, names, parse, rename, show, walk

A, B, C = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(("text", "node"), [
    ("a or b and c", Or((A, And((B, C))))),
    ("(a or b) and c", And((Or((A, B)), C))),
    ("not a and b", And((Not(A), B))),
    ("not (a and b)", Not(And((A, B)))),
    ("a and b and c", And((A, B, C))),
    ("a = 1 and b", And((Compare("=", A, Literal(1)), B))),
    ("a between 1 and 2 and b", And((Between(A, Literal(1), Literal(2)), B))),
    ("a - b - c > 0", Compare(">", Arithmetic("-", Arithmetic("-", A, B), C), Literal(0))),
    ("a - (b - c) > 0", Compare(">", Arithmetic("-", A, Arithmetic("-", B, C)), Literal(0))),
    ("p.ended_days >= ga(23, 6)", Compare(">=", Member("p", "ended_days"), Gestation(23, 6))),
    ("AtLeast(2, a)", AtLeast(2, A)),
    ("a = 24.9", Compare("=", A, Literal(24.9))),
    ("a = 'b c'", Compare("=", A, Literal("b c"))),
    ("a != true", Compare("!=", A, Literal(True))),
    ("a\n  and\tb", And((A, B))),
    ("trueness or ga_ok or not_a or in_labour", Or((Name("trueness"), Name("ga_ok"), Name("not_a"), Name("in_labour")))),
])  # fmt: skip
def test_what_a_text_means(text, node):
    assert parse(text) == node


def test_a_gestation_is_days():
    assert Gestation(23, 6).total == 167


@pytest.mark.parametrize(("text", "at", "words"), [
    ("a and", 5, "ends too early"),
    ("a b", 2, "'b' cannot stand here"),
    ("(a", 2, r"expected '\)'"),
    ("exists a", 0, "use AtLeast"),
    ("Count(a) >= 2", 0, "use AtLeast"),
    ("a in {1, 2}", 2, "write x = 1 or x = 2"),
    ("a is null", 2, "a fact of its own"),
    ("ga(23, 8) = a", 7, "from 0 to 6"),
    ("AtLeast(0, a)", 8, "1 or more"),
    ("AtLeast(a, 1)", 8, "a whole number"),
    ("AtLeast(1, 5)", 11, "expected a fact$"),
    ("not a = 1", 6, "before a name or a bracket only"),
    ("1 < a < 3", 6, "one comparison at a time"),
    ("a between 1 and 2 = true", 18, "one comparison at a time"),
    ("a == 1", 2, "write '='"),
    ("a <> 1", 2, "write '!='"),
    ("a ≥ 1", 2, "write '>='"),
    ("a AND b", 2, "write it 'and'"),
    ("NOT a", 0, "write it 'not'"),
    ("atleast(1, a)", 0, "write it 'AtLeast'"),
    ('a = "b"', 4, "single straight quotes"),
    ("a = \u2018b\u2019", 4, "single straight quotes"),
    ("a <= 24,9", 5, "after a point"),
    ("a <= 25 mm", 8, "part of the fact's name"),
    ("no a", 0, "write not"),
    ("", 0, "ends too early"),
])  # fmt: skip
def test_what_is_not_in_the_language_is_refused_where_it_stands(text, at, words):
    with pytest.raises(CqlError, match=words) as caught:
        parse(text)

    assert caught.value.at == at


@pytest.mark.parametrize("text", ["not (" * 31 + "a" + ")" * 31, "a" + " + 1" * 31 + " = 2"])
def test_a_criterion_that_nobody_could_review_is_refused(text):
    with pytest.raises(CqlError, match="nested more than 30 deep"):
        parse(text)


@pytest.mark.parametrize("text", ["(" * 5000 + "a" + ")" * 5000, " and ".join(["a"] * 5000)])
def test_length_alone_is_no_depth(text):
    assert names(parse(text)) == {"a"}


def nodes():
    names_ = st.sampled_from([Name("a"), Name("long_name_2"), Member("p", "x")])
    gestations = st.builds(Gestation, st.integers(0, 44), st.integers(0, 6))
    values = st.one_of(names_, st.integers(0, 300).map(Literal), st.sampled_from([0.5, 24.9, 100.0]).map(Literal), st.booleans().map(Literal),
                       st.sampled_from(["spontaneous", "live-birth", "a b"]).map(Literal), gestations)  # fmt: skip
    sums = st.recursive(values, lambda inner: st.builds(Arithmetic, st.sampled_from("+-"), inner, inner), max_leaves=4)
    clauses = st.one_of(names_, st.builds(Compare, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), sums, sums), st.builds(Between, sums, sums, sums),
                        st.builds(AtLeast, st.integers(1, 9), st.just(Name("losses"))))  # fmt: skip
    several = lambda kind: lambda inner: st.lists(inner, min_size=2, max_size=4).map(lambda each: kind(tuple(each)))  # noqa: E731
    return st.recursive(clauses, lambda inner: st.one_of(several(And)(inner), several(Or)(inner), st.builds(Not, inner)), max_leaves=8)


@settings(max_examples=300)
@given(nodes())
def test_what_is_printed_reads_back_as_the_same_criterion(node):
    assert parse(show(node)) == node


def test_renaming_reaches_every_name_and_no_field():
    node = rename(parse("a = 1 and AtLeast(2, b) and not (c between a and 3)"), lambda name: f"body/{name}")

    assert names(node) == {"body/a", "body/b", "body/c"}
    assert show(node) == "a = 1 and AtLeast(2, b) and not (c between a and 3)"
    assert rename(parse("p.a = 1"), str.upper) == parse("p.a = 1")


def test_every_node_is_walked():
    assert len(list(walk(parse("not (a = 1) or b between 1 and 2 + 3")))) == 11


def test_where_a_node_stands_is_no_part_of_what_it_means():
    assert parse("  a") == parse("a")
    assert parse("  a").at == 2
