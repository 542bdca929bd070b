"""What a signature covers: any edit of what a recommendation means makes it lapse, and no other edit does.

The recommendation is ``cross-the-pass`` of the toy. Edits are made in the files, as a person makes them.
"""

import shutil
from pathlib import Path

import pytest

from gravida import digests, library
from gravida.folders import Folders
from gravida.library import load

TOY = Path(__file__).parents[1] / "toy"
KEY = "rivendell-2018-roads/cross-the-pass"
OWN, DOCUMENT, FACTS = f"guidelines/{KEY}.yaml", "guidelines/rivendell-2018-roads/guideline.yaml", "facts/journey.yaml"
DRUMS = "guidelines/rivendell-2018-roads/run-from-drums.yaml"
SNOW = "  snow_mm:\n    list: scans s\n    where: s.from_near and s.gestation_days < ga(24, 0)\n    take: shortest\n    value: snow_mm\n"
SAME_SNOW = """  snow_mm:
    value: snow_mm
    take: shortest
    # from near, because from far nobody can tell
    where: >-
      s.from_near and
      s.gestation_days < ga(24, 0)
    list: scans s
"""


@pytest.fixture
def root(tmp_path):
    return Path(shutil.copytree(TOY, tmp_path / "toy"))


def digest_of(root, key=KEY):
    return load(root).recommendations[key].digest


def edit(root, name, old, new):
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_digest_is_a_sha256():
    assert len(digest_of(TOY)) == len("sha256:") + 64
    assert digest_of(TOY) == digest_of(TOY)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        # its own file
        (OWN, "After two or more", "After two, or more"),
        (OWN, "Orcs have stopped", "Orcs stopped"),
        (OWN, "snow_mm <= 25", "snow_mm < 25"),
        (OWN, "to: 23+6", "to: 23+5"),
        (OWN, "unless: [drums]", "unless: [drums, large_company]"),
        (OWN, "stance: offer", "stance: consider"),
        (OWN, "action: cross-the-pass", "action: call-a-wizard"),
        (OWN, "silent_on: [large_company]", "silent_on: [drums]"),
        (OWN, "nine walkers", "ten walkers"),
        (OWN, "strength: unanimous", "strength: divided"),
        (OWN, "strength: secondary", "strength: primary"),
        (OWN, "chapter 3", "chapter 4"),
        (OWN, "why: the day before", "why: a day before"),
        (OWN, "cervical_length_mm: 26", "cervical_length_mm: 27"),
        # a definition of the document that it counts with
        (DOCUMENT, "ga(27, 6)", "ga(28, 6)"),
        (DOCUMENT, "label: journeys that", "label: Journeys that"),
        (DOCUMENT, "A journey that orcs ended", "Journeys that orcs ended"),
        (DOCUMENT, "why: the weather is no orc", "why: weather is no orc"),
        (DOCUMENT, "    provenance: primary", "    provenance: secondary"),
        # facts: named, behind another one, behind a contraindication, behind the action
        (FACTS, "s.gestation_days < ga(24, 0)", "s.gestation_days <= ga(24, 0)"),
        (FACTS, "take: shortest", "take: longest"),
        (FACTS, "obtainable_from: 8+0", "obtainable_from: 9+0"),
        (FACTS, "is: walkers >= 4", "is: walkers > 4"),
        (FACTS, "How many walk in the company.", "How many walk."),
        (FACTS, "range: [1, 8]", "range: [1, 9]"),
        (FACTS, "valid_for: 1 day", "valid_for: 2 days"),
        (FACTS, "Do you hear drums in the deep?", "Do you hear drums?"),
        (FACTS, "Which road have you planned?", "Which road?"),
        # the lists that these read, and the fields that they use
        (FACTS, "label: earlier journeys", "label: journeys"),
        (FACTS, "declared: no", "declared: yes"),
        (FACTS, "label: why it ended", "label: reason"),
        (FACTS, "values: [orcs, weather, arrival]", "values: [orcs, weather, arrival, trolls]"),
        (FACTS, "label: seen from near", "label: near"),
        (FACTS, "range: [5, 80]", "range: [5, 90]"),
        # action, topic, document, base
        ("actions.yaml", "label: crossing the pass", "label: the pass"),
        ("actions.yaml", "plain: walking over the pass", "plain: the pass"),
        ("actions.yaml", "planned_road = 'pass'", "planned_road = 'mine'"),
        ("actions.yaml", "not_when: planned_road = 'gap'", "not_when: planned_road = 'mine'"),
        ("topics.yaml", "label: Crossing", "label: Going over"),
        ("topics.yaml", "plain: Which road to take", "plain: The road"),
        ("topics.yaml", "compare: yes", "compare: no"),
        (DOCUMENT, "year: 2018", "year: 2019"),
        (DOCUMENT, "jurisdiction: international", "jurisdiction: GB"),
        (DOCUMENT, "name: Council 1", "name: Council 2"),
        (DOCUMENT, "status: current", "status: superseded\nsuperseded_by: gondor-2019-roads"),
        (DOCUMENT, "cite: redbook", "cite: stewards"),
        ("cases/bases.yaml", "{ended: 20+0, onset: orcs}", "{ended: 21+0, onset: orcs}"),
    ],
)
def test_an_edit_of_what_it_means_changes_the_digest(name, old, new, root):
    edit(root, name, old, new)

    assert digest_of(root) != digest_of(TOY)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        # how it is written
        (OWN, "stance: offer\naction: cross-the-pass", "action: cross-the-pass\nstance: offer"),
        (OWN, "who: >-\n  AtLeast(2, journeys_cut_short) and\n  snow_mm <= 25", "who: AtLeast(2, journeys_cut_short) and snow_mm <= 25"),
        (OWN, "notes:", "# of this the council spoke long\nnotes:"),
        (OWN, "review: []", "review:\n  []"),
        (FACTS, SNOW, SAME_SNOW),
        (FACTS, "facts:\n", "facts:\n  elves: {from: plans.pessary_in_place, type: boolean, label: elves}\n"),
        # what others say, and what it does not use
        (DRUMS, "A company that hears drums runs.", "Whoever hears drums runs."),
        ("guidelines/gondor-2019-roads/no-mine.yaml", "Nobody goes", "No company goes"),
        ("guidelines/gondor-2019-roads/guideline.yaml", "year: 2019", "year: 2020"),
        (FACTS, "a wizard was called", "somebody called a wizard"),
        (FACTS, "label: somebody was wounded", "label: wounded"),
        (FACTS, "label: day of arrival", "label: arrival"),
        (FACTS, "label: councils", "label: councils held"),
        (FACTS, "      wounded: {", "      lost: {type: boolean, from: labour, label: lost}\n      wounded: {"),
        (DOCUMENT, "definitions:\n", "definitions:\n  journeys_by_night:\n    is: drums\n    label: by night\n"),
        (DOCUMENT, "cite: redbook", "cite: redbook\nstatus_note: nobody knows"),
        ("actions.yaml", "label: running", "label: to run"),
        ("topics.yaml", "label: Danger", "label: Dangers"),
        ("cases/bases.yaml", "company-of-four:", "nobody: {}\ncompany-of-four:"),
        ("references.bib", "There and back again", "There and back"),
        ("history.yaml", "says: Orcs ended it", "says: It was orcs"),
        ("facts/constraints.yaml", "the pass is too narrow", "it is narrow"),
    ],
)
def test_an_edit_of_anything_else_does_not(name, old, new, root):
    edit(root, name, old, new)

    assert digest_of(root) == digest_of(TOY)


def test_what_changes_for_one_recommendation_changes_for_every_one_that_rests_on_it(root):
    before = load(root).recommendations
    edit(root, FACTS, "valid_for: 1 day", "valid_for: 2 days")
    after = load(root).recommendations

    assert [key for key in before if before[key].digest != after[key].digest] == [KEY, "rivendell-2018-roads/run-from-drums"]


def test_a_guideline_that_is_loaded_alone_has_the_same_digests():
    alone = load(TOY, ["rivendell-2018-roads"])

    assert alone.recommendations[KEY].digest == digest_of(TOY)


def test_the_same_text_under_another_name_is_signed_anew(root):
    """A signature cannot be copied into another recommendation."""
    text = (root / OWN).read_text(encoding="utf-8")
    (root / OWN).with_name("cross-it.yaml").write_text(text.replace("id: cross-the-pass", "id: cross-it"), encoding="utf-8")

    assert digest_of(root, "rivendell-2018-roads/cross-it") != digest_of(root)


# --- every value of every part -------------------------------------------------------------------------------------------

COVERED = {
    ("recommendations", KEY),
    ("guidelines", "rivendell-2018-roads"),
    ("topics", "crossing"),
    ("actions", "cross-the-pass"),
    ("bases", "company-of-four"),
    ("facts", "rivendell-2018-roads/journeys_cut_short"),
    ("facts", "snow_mm"),
    ("facts", "drums"),
    ("facts", "large_company"),
    ("facts", "walkers"),
    ("facts", "planned_road"),
    ("lists", "prior_pregnancies"),
    ("fields", "prior_pregnancies.ended_days"),
    ("fields", "prior_pregnancies.cause"),
    ("lists", "scans"),
    ("fields", "scans.from_near"),
    ("fields", "scans.gestation_days"),
    ("fields", "scans.snow_mm"),
    ("fields", "scans.age_days"),
    ("lists", "symptoms"),
    ("fields", "symptoms.drums"),
    ("fields", "symptoms.age_days"),
}
"""Written down by hand, so that it does not follow the program."""
NOT_OF_A_PART = {("recommendations", "review"), ("lists", "fields"), ("guidelines", "definitions"), ("guidelines", "body_name")}


@pytest.fixture
def read(monkeypatch):
    """Return the toy, and what its files say, part by part."""
    found = []
    monkeypatch.setattr(library, "with_digests", lambda knowledge, written: found.append(written) or digests.with_digests(knowledge, written))
    return load(TOY), found[0]


def leaves(tree, path=()):
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    if not isinstance(tree, dict | list):
        yield path
    for step, value in inner:
        yield from leaves(value, (*path, step))


def changed(tree, path):
    """Return a copy of a tree with one sign more in one of its values."""
    if not path:
        return f"{tree}x"
    step, *rest = path
    if isinstance(tree, dict):
        return {**tree, step: changed(tree[step], rest)}
    return [changed(value, rest) if index == step else value for index, value in enumerate(tree)]


def test_one_sign_in_any_value_of_what_is_covered_counts_and_none_elsewhere(read):
    knowledge, written = read
    before = knowledge.recommendations[KEY].digest
    tried = 0
    for part, tree in written.items():
        for path in leaves(tree):
            after = digests.with_digests(knowledge, {**written, part: changed(tree, path)}).recommendations[KEY].digest
            counts = part in COVERED and (part[0], path[0]) not in NOT_OF_A_PART
            assert (after != before) == counts, (part, path)
            tried += 1

    assert set(written) >= COVERED
    assert tried > 300


# --- overlays --------------------------------------------------------------------------------------------------------------


def laid(house):
    return load(Folders(TOY, (house,))).recommendations[KEY].digest


@pytest.mark.parametrize(
    "name",
    [
        "facts.walkers.label",
        "fields.scans.snow_mm.label",
        "lists.scans.label",
        "actions.cross-the-pass.plain",
        "topics.crossing.label",
        f"recommendations.{KEY}.plain",
        "guidelines.rivendell-2018-roads.title",
        "facts.rivendell-2018-roads/journeys_cut_short.label",
    ],
)
def test_other_words_of_an_overlay_are_other_words_than_those_that_were_signed(name, house):
    (house / "words.yaml").write_text(f"{name}: something else\n")

    assert laid(house) != digest_of(TOY)


def test_an_overlay_that_words_something_else_changes_nothing(house):
    (house / "words.yaml").write_text("facts.wizard_called.label: something else\nactions.run.plain: something else\n")

    assert laid(house) == digest_of(TOY)
