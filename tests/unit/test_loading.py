"""What stands in the files is what the engines get: every key of a recommendation, and facts that use facts of other files."""

import shutil
from pathlib import Path

import pytest

from gravida.facts import Derived, Pick, Truths
from gravida.guideline import Bound, Window
from gravida.knowledge import KnowledgeError
from gravida.library import load

TOY = Path(__file__).parents[1] / "toy"
MINE = "guidelines/gondor-2019-roads/no-mine.yaml"


@pytest.fixture
def root(tmp_path):
    return Path(shutil.copytree(TOY, tmp_path / "toy"))


def mine_with(root, *changes):
    """Return the smallest recommendation of the toy, with some of its text changed."""
    text = (root / MINE).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (root / MINE).write_text(text)
    return load(root).recommendations["gondor-2019-roads/no-mine"]


def test_every_key_of_a_recommendation():
    rule = load(TOY).recommendations["rivendell-2018-roads/cross-the-pass"]

    assert (rule.topic, rule.stance, rule.strength, rule.actions, rule.free_choice) == ("crossing", "offer", "unanimous", ("cross-the-pass",), False)
    assert rule.source.cite == "redbook", "the guideline's, unless the recommendation names another"
    assert (rule.source.entry, rule.source.locator) == ("council-1", "Book 2, chapter 3")
    assert rule.provenance == {"who": "primary", "window": "primary", "strength": "secondary"}
    assert rule.who.text == "AtLeast(2, journeys_cut_short) and snow_mm <= 25"
    assert [each.text for each in rule.unless] == ["drums"]
    assert [each.text for each in rule.silent_on] == ["large_company"]
    assert rule.window == Window(Bound(112, 112), Bound(167, 167))
    assert (rule.before_pregnancy, rule.repeat_days, rule.tier, rule.review) == (False, None, None, ())
    assert len(rule.cases) == 14
    assert rule.cases[0].place == "toy/guidelines/rivendell-2018-roads/cross-the-pass.yaml:21:5"


@pytest.mark.parametrize(("written", "actions", "free_choice"), [
    ("take-the-mine", ("take-the-mine",), False), ("{any: [run, take-the-mine]}", ("run", "take-the-mine"), True),
    ("{all: [run, take-the-mine]}", ("run", "take-the-mine"), False),
])  # fmt: skip
def test_one_action_a_free_choice_or_all_of_them(written, actions, free_choice, root):
    rule = mine_with(root, ("action: take-the-mine", f"action: {written}"))

    assert (rule.actions, rule.free_choice) == (actions, free_choice)


def test_a_vague_end_and_a_deadline(root):
    rule = mine_with(root, ("stance", "window: {to: {between: [22+0, 25+6], why: the text is vague}, ends: deadline}\nstance"))

    assert rule.window == Window(None, Bound(154, 181, "the text is vague"), deadline=True)


def test_a_source_of_its_own(root):
    assert mine_with(root, ("locator: page 1", "locator: page 1, cite: redbook, url: https://example.org/")).source.cite == "redbook"


def test_a_recommendation_for_everyone_has_no_criterion():
    assert load(TOY).recommendations["gondor-2019-roads/no-mine"].who is None


def test_the_kinds_of_facts():
    facts = load(TOY).dictionary.facts

    assert isinstance(facts["rivendell-2018-roads/journeys_cut_short"], Truths)
    assert isinstance(facts["large_company"], Derived)
    assert isinstance(facts["drums"], Pick)
    assert (facts["drums"].take, facts["drums"].valid_for_days, facts["drums"].type.kind) == ("any", 1, "boolean")
    assert (facts["walkers"].type.low, facts["walkers"].type.high) == (1, 8)


def test_a_fact_may_use_facts_that_come_later_or_stand_in_another_file(root):
    (root / "facts/a-first.yaml").write_text(
        "facts:\n  crowded: {is: more_walkers > 5, label: crowded}\n  more_walkers: {is: walkers + 1, label: one more}\n", encoding="utf-8"
    )
    knowledge = load(root)

    assert knowledge.dictionary.facts["more_walkers"].type.kind == "integer"
    assert knowledge.dictionary.facts["crowded"].type.kind == "boolean"


def test_a_document_that_shows_no_year_has_none(root):
    path = root / "guidelines/gondor-2019-roads/guideline.yaml"
    path.write_text(path.read_text().replace("year: 2019\n", "year: not-stated\n"))
    guideline = load(root).guidelines["gondor-2019-roads"]

    assert guideline.year is None
    assert guideline.heading == "Gondor (no year) Steward's letter"
    assert load(TOY).guidelines["gondor-2019-roads"].heading == "Gondor 2019 Steward's letter"


def test_a_forgotten_year_is_told(root):
    path = root / "guidelines/gondor-2019-roads/guideline.yaml"
    path.write_text(path.read_text().replace("year: 2019\n", ""))

    with pytest.raises(KnowledgeError, match="the key 'year' is missing"):
        load(root)


def test_a_guideline_alone_is_loaded_with_the_whole_dictionary(root):
    (root / "guidelines/gondor-2019-roads/guideline.yaml").write_text("")
    knowledge = load(root, ["rivendell-2018-roads"])

    assert list(knowledge.guidelines) == ["rivendell-2018-roads"]
    assert "walkers" in knowledge.dictionary.facts


def test_everything_that_is_wrong_with_guidelines_is_said_at_once(root):
    for path in (root / "guidelines").rglob("*.yaml"):
        path.write_text(path.read_text().replace("says:", "sais:").replace("body:", "boddy:"))
    with pytest.raises(KnowledgeError) as caught:
        load(root)

    assert {problem.place.split(":")[0] for problem in caught.value.problems} == {
        f"toy/guidelines/{each}/guideline.yaml" for each in ("gondor-2019-roads", "rivendell-2018-roads")
    }


def test_a_wrong_fact_is_said_once_and_not_for_everybody_who_uses_it(root):
    path = root / "facts/journey.yaml"
    path.write_text(path.read_text().replace("range: [1, 8]", "range: [8, 1]"))
    with pytest.raises(KnowledgeError) as caught:
        load(root)

    assert [str(problem) for problem in caught.value.problems] == [
        "toy/facts/journey.yaml:45:5: walkers: this range runs downwards: write the smaller number first"
    ]
