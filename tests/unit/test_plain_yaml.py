"""YAML cannot surprise: what is written is what is read, and whatever could be something else is refused at its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gravida.plain_yaml import MAX_DEPTH, YamlError, read_yaml


@pytest.mark.parametrize("written", ["no", "on", "yes", "null", "~", "010", "0x1F", "22:30", "1e3", "2026-06-01", "24+0", ".5", "1_000", "3.0", "true"])
def test_every_scalar_stays_the_text_that_was_written(written):
    assert read_yaml(f"a: {written}\n", "f").value == {"a": written}


def test_nothing_at_all_is_nothing():
    assert read_yaml("", "f").value is None
    assert read_yaml("# a remark\n", "f").value is None
    assert read_yaml("a:\nb: []\n", "f").value == {"a": "", "b": []}


REFUSED = {
    "a: &x b": (1, 4, "anchors"), "a: *x": (1, 4, "anchors"), "<<: *x": (1, 5, "anchors"),
    "a: !!int 3": (1, 4, "the tag '!!int'"), "a: !!python/object:os.system x": (1, 4, "the tag"), "a: ! x": (1, 4, "the tag '!'"),
    "a: 1\nb: 2\na: 3": (3, 1, "the key 'a' stands here twice"), "a:\n  b: 1\n  b: 2": (3, 3, "the key 'b'"),
    "a: 1\n---\nb: 2": (2, 1, "a second document"), "? [a]\n: b": (1, 3, "a key must be a word"),
    "a: b: c": (1, 5, "a colon and a space"), "a: @b": (1, 4, "cannot begin with this sign"), "a:\n\tb: c": (2, 1, "never with a tab"),
    "a: [1, 2\nb: 3": (2, 2, "the bracket that opens in line 1"), "a: 'b\nc: d": (2, 5, "the quote that opens in line 1"),
    "- a\nb: c": (2, 1, "a dash, as in line 1"), "é: \x07": (1, 4, "control characters"),
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_what_could_surprise_is_refused_at_its_place(text):
    line, column, words = REFUSED[text]
    with pytest.raises(YamlError) as caught:
        read_yaml(text, "f")

    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message
    assert str(caught.value).startswith(f"f:{line}:{column}: ")


def test_nesting_ends_where_it_says():
    assert read_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH, "f").value is not None
    with pytest.raises(YamlError, match=f"nested more than {MAX_DEPTH} deep"):
        read_yaml("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), "f")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "a:\n"])
def test_nothing_is_built_of_what_is_too_deep(opening):
    text = "".join(" " * depth + opening for depth in range(200)) if opening == "a:\n" else opening * 200
    with pytest.raises(YamlError, match=r"nested more than|a key must be a word"):
        read_yaml(text, "f")


def test_as_many_values_as_asked_for():
    assert len(read_yaml("[" + "x, " * 9 + "]", "f", most=10).value) == 9
    with pytest.raises(YamlError, match="more than 10 values"):
        read_yaml("[" + "x, " * 10 + "]", "f", most=10)


# --- places ------------------------------------------------------------------------------------------------------------


def test_a_place_is_that_of_the_value_or_of_what_holds_it():
    tree = read_yaml("a:\n  - {b: 1}\n  - c: 2\n", "f")

    assert tree.place(("a", 0, "b")) == "f:2:9"
    assert tree.place(("a", 1, "c")) == "f:3:8"
    assert tree.place(("a", 1, "d", "e")) == "f:3:5"
    assert tree.place(()) == "f:1:1"


STYLES = {
    "plain": "who: {}\n", "single": "who: '{}'\n", "double": 'who: "{}"\n', "folded": "x: 1\nwho: >-\n  {}\ny: 2\n", "literal": "who: |\n    {}\n",
    "flow": "{{who: {}}}\n",
}  # fmt: skip


@pytest.mark.parametrize("style", STYLES)
def test_a_place_within_a_text_in_one_line(style):
    text = "plurality = wrong"
    tree = read_yaml(STYLES[style].format(text), "f")
    line, column = map(int, tree.place_within(("who",), text.index("wrong")).split(":")[1:])

    assert tree.text.splitlines()[line - 1][column - 1 :].startswith("wrong")


def test_a_place_within_a_folded_text_of_several_lines_and_paragraphs():
    tree = read_yaml("who: >-  # a remark\n  plurality = 1 and\n\n  AtLeast(1,\n    losses) and wrong\n", "f")

    assert tree.place_within(("who",), tree.value["who"].index("wrong")) == "f:5:17"


def test_a_place_within_a_plain_text_that_goes_on_further_left():
    tree = read_yaml("deep: {who: plurality = 1 and\n  x wrong}\n", "f")

    assert tree.place_within(("deep", "who"), tree.value["deep"]["who"].index("x")) == "f:2:3"


def test_a_place_within_quotes_does_not_count_what_only_quotes():
    tree = read_yaml("who: 'p.onset = ''spontaneous'' nad wrong'\n", "f")

    assert tree.place_within(("who",), tree.value["who"].index("wrong")) == f"f:1:{tree.text.index('wrong') + 1}"


def test_the_place_after_the_end_is_not_in_the_next_key():
    tree = read_yaml("who: plurality =\nstance: offer\n", "f")

    assert tree.place_within(("who",), len(tree.value["who"])) == "f:1:17"


def test_a_blank_value_has_a_place():
    tree = read_yaml("unless:\n  -\n  - x\n", "f")

    assert tree.place_within(("unless", 0), 0) == "f:2:4"


@settings(max_examples=200)
@given(st.lists(st.text("abc()=<", min_size=1, max_size=6), min_size=1, max_size=12), st.data())
def test_every_word_of_a_folded_text_is_found(words, data):
    """Broken over lines anywhere, the place of each word is where it stands."""
    breaks = [data.draw(st.sampled_from([" ", "\n  "])) for _ in words]
    tree = read_yaml("who: >-\n  " + "".join(word + gap for word, gap in zip(words, breaks, strict=True)) + "\nnext: 1\n", "f")
    offset = 0
    for word in words:
        offset = tree.value["who"].index(word, offset)
        line, column = map(int, tree.place_within(("who",), offset).split(":")[1:])
        assert tree.text.splitlines()[line - 1][column - 1 :].startswith(word)
        offset += len(word)
