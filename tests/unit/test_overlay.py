"""What a hospital lays over the knowledge: it adds and changes under its own name, and touches no urgent sign."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from gravida.assess import assess
from gravida.cases import CASE_DAY
from gravida.catalogue import catalogue
from gravida.cli import main
from gravida.folders import Folders, NoFolder, knowledge_folders
from gravida.knowledge import KnowledgeError
from gravida.library import load
from gravida.record import record_from
from gravida.review_cases import record_of

TOY = Path(__file__).parents[1] / "toy"
SAYS = "name: House of Elrond\nshort: Elrond\nsays: Our roads are steeper.\n"
CROSS = "guidelines/rivendell-2018-roads/cross-the-pass.yaml"
DRUMS = "guidelines/rivendell-2018-roads/run-from-drums.yaml"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def changed(name, old, new):
    text = (TOY / name).read_text()
    assert old in text
    return text.replace(old, new)


def laid(*folders):
    return load(Folders(TOY, folders))


def problems(*folders, base=TOY):
    with pytest.raises(KnowledgeError) as caught:
        load(Folders(base, folders))
    return str(caught.value)


def run(*arguments):
    result = CliRunner().invoke(main, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


# --- adding and changing -----------------------------------------------------------------------------------------------


def test_an_empty_overlay_changes_nothing_but_says_that_it_is_there(house):
    below, above = load(TOY), laid(house)

    assert above.recommendations == below.recommendations
    assert [each.name for each in above.overlays] == ["House of Elrond"]


def test_a_recommendation_is_put_in_the_place_of_another(house):
    write(house, CROSS, changed(CROSS, "stance: offer", "stance: consider"))
    found = laid(house).recommendations["rivendell-2018-roads/cross-the-pass"]

    assert (found.stance, found.overlay, found.overlay_short) == ("consider", "House of Elrond", "Elrond")
    assert found.path == f"house/{CROSS}"


def test_it_is_never_shown_under_the_name_of_the_body_alone(house):
    write(house, CROSS, changed(CROSS, "stance: offer", "stance: consider"))
    knowledge = laid(house)
    record = record_from({"as_of": "2026-06-01", "pregnancy": {"status": "ongoing", "gestation": "20+0"}}, knowledge.dictionary)
    opinion = assess(record, knowledge).opinion("rivendell-2018-roads/cross-the-pass")

    assert opinion.heading.endswith(", as changed by House of Elrond")
    assert opinion.body == "Rivendell/Elrond"


ARTICLE = """cite: redbook
claims:
  - id: pass
    section: Roads
    claim: Take the pass.
    verdict: partly
    answer: It hangs on the snow.
    plain: It hangs on the snow.
    by: [rivendell-2018-roads/cross-the-pass]
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("why", "rivendell-2018-roads/cross-the-pass", "RECORD"),
        ("guidelines", "rivendell-2018-roads/cross-the-pass"),
        ("article",),
        ("article", "--plain"),
        ("article", "--format", "markdown"),
        ("article", "--format", "json"),
        ("article", "pass"),
    ],
)
def test_every_page_that_names_it_says_whose_it_is(arguments, house, tmp_path):
    write(house, CROSS, changed(CROSS, "stance: offer", "stance: consider"))
    write(house, "article.yaml", ARTICLE)
    record = tmp_path / "record.yaml"
    record.write_text("as_of: 2026-06-01\npregnancy: {status: ongoing, gestation: 20+0}\n")
    code, out = run(*[record if each == "RECORD" else each for each in arguments], "--knowledge", TOY, "--knowledge", house)

    assert code == 0, out
    assert ", as changed by House of Elrond" in " ".join(out.split())


def test_what_it_holds_against_an_action_is_not_said_by_the_body_alone(house):
    mine = changed("guidelines/gondor-2019-roads/no-mine.yaml", "stance: against\naction: take-the-mine", "stance: offer\naction: cross-the-pass")
    write(house, "guidelines/gondor-2019-roads/no-mine.yaml", mine.replace("who: everyone", "who: walkers >= 1\nunless: [walkers = 3]"))
    knowledge = laid(house)
    case = next(each for each in knowledge.recommendations["rivendell-2018-roads/cross-the-pass"].cases if each.why == "textbook")
    record = record_from(record_of(case, knowledge), knowledge.dictionary)

    (caution,) = assess(record, knowledge, CASE_DAY).opinion("rivendell-2018-roads/cross-the-pass").cautions
    assert caution.endswith(" (Gondor/Elrond)")


def test_a_list_of_recommendations_marks_it_with_the_short_name(house):
    write(house, CROSS, changed(CROSS, "stance: offer", "stance: consider"))
    code, out = run("guidelines", "rivendell-2018-roads", "--knowledge", TOY, "--knowledge", house)

    assert code == 0
    assert "cross-the-pass (Elrond)" in out
    assert "run-from-drums (Elrond)" not in out


def test_a_document_of_its_own_goes_by_its_own_name(house):
    shutil.copytree(TOY / "guidelines/gondor-2019-roads", house / "guidelines/elrond-2026-roads")
    main_file = house / "guidelines/elrond-2026-roads/guideline.yaml"
    main_file.write_text(main_file.read_text().replace("id: gondor-2019-roads", "id: elrond-2026-roads"))
    found = laid(house).recommendations["elrond-2026-roads/no-mine"]

    assert found.overlay == "", "it stands in the house's own document"


def test_another_recommendation_joins_a_document_and_is_marked(house):
    write(house, CROSS.replace("cross-the-pass", "cross-by-night"), changed(CROSS, "id: cross-the-pass", "id: cross-by-night"))
    knowledge = laid(house)

    assert knowledge.recommendations["rivendell-2018-roads/cross-by-night"].overlay == "House of Elrond"
    assert knowledge.recommendations["rivendell-2018-roads/cross-the-pass"].overlay == ""
    assert "rivendell-2018-roads/cross-by-night" in knowledge.guidelines["rivendell-2018-roads"].recommendations


def test_a_whole_document_is_left_out(house):
    (house / "overlay.yaml").write_text(SAYS + "leaves_out: [gondor-2019-roads]\n")
    knowledge = laid(house)

    assert "gondor-2019-roads" not in knowledge.guidelines
    assert "gondor-2019-roads/no-mine" not in knowledge.recommendations
    assert knowledge.overlays[0].left_out == ("gondor-2019-roads/no-mine",)


def test_the_later_overlay_lies_on_top(house, tmp_path):
    other = tmp_path / "ward"
    write(other, "overlay.yaml", SAYS.replace("House of Elrond", "Ward").replace("Elrond", "Ward"))
    write(house, CROSS, changed(CROSS, "stance: offer", "stance: consider"))
    write(other, CROSS, changed(CROSS, "stance: offer", "stance: recommend"))

    assert laid(house, other).recommendations["rivendell-2018-roads/cross-the-pass"].stance == "recommend"
    assert laid(other, house).recommendations["rivendell-2018-roads/cross-the-pass"].stance == "consider"


# --- what it may not do ------------------------------------------------------------------------------------------------

MAY = "an overlay may add urgent signs and word them its own way (words.yaml), and never changes or leaves out one"
URGENT = f"rivendell-2018-roads/run-from-drums is an urgent sign; {MAY}"


@pytest.fixture
def urgent(tmp_path):
    """Return the toy with an urgent sign."""
    root = Path(shutil.copytree(TOY, tmp_path / "urgent"))
    (root / DRUMS).write_text(changed(DRUMS, "stance:", "tier: now\nstance:"))
    return root


def test_an_urgent_sign_is_not_changed(urgent, house):
    write(house, DRUMS, (TOY / DRUMS).read_text())

    assert problems(house, base=urgent) == f"house/{DRUMS}:1:1: {URGENT}"


@pytest.mark.parametrize("name", ["rivendell-2018-roads", "rivendell-2018-roads/run-from-drums"])
def test_an_urgent_sign_is_not_left_out(name, urgent, house):
    (house / "overlay.yaml").write_text(SAYS + f"leaves_out: [{name}]\n")

    assert problems(house, base=urgent) == f"house/overlay.yaml:4:14: {URGENT}"


def test_what_is_left_out_must_be_there(house):
    (house / "overlay.yaml").write_text(SAYS + "leaves_out: [gondor-2019-road]\n")

    assert problems(house) == ("house/overlay.yaml:4:14: there is no guideline and no recommendation 'gondor-2019-road'; did you mean 'gondor-2019-roads'?")


def test_a_fact_keeps_its_meaning(house):
    write(house, "facts/ours.yaml", "facts:\n  drums:\n    label: drums\n    is: snow_mm > 3\n")

    assert problems(house) == "house/facts/ours.yaml:3:5: there is another fact 'drums' already: each name stands for one thing"


def test_an_action_keeps_its_meaning(house):
    write(house, "actions.yaml", "run: {kind: caution, label: run, plain: run}\n")

    assert problems(house).startswith("house/actions.yaml:1:6: there is 'run' already, and others rest on it")


# --- words -------------------------------------------------------------------------------------------------------------


def test_a_text_is_worded_otherwise(house):
    write(house, "words.yaml", "actions.run.plain: run to the Hall of Fire\nfacts.drums.question: Do you hear drums?\n")
    knowledge = laid(house)

    assert knowledge.actions["run"].plain == "run to the Hall of Fire"
    assert knowledge.dictionary.facts["drums"].words.question == "Do you hear drums?"
    assert knowledge.actions["run"].label == load(TOY).actions["run"].label


def test_a_text_that_is_not_there_is_refused_with_the_nearest(house):
    write(house, "words.yaml", "actions.runn.plain: run\n")

    assert problems(house) == "house/words.yaml:1:21: there is no text 'actions.runn.plain' in the catalogue; did you mean 'actions.run.plain'?"


def test_what_a_body_says_is_not_reworded(house):
    write(house, "words.yaml", "recommendations.rivendell-2018-roads/cross-the-pass.says: Go.\n")

    assert problems(house) == (
        "house/words.yaml:1:59: what a document says is not reworded: write guidelines/rivendell-2018-roads/cross-the-pass.yaml, and it is shown as yours"
    )


def test_every_text_of_the_catalogue_can_be_worded_otherwise(house):
    """What is in the catalogue and could not be put back would be a text that no translation reaches."""
    texts = {name: f"~{text}" for name, text in catalogue(load(TOY)).items() if not name.endswith(".says") or name.startswith("history.")}
    write(house, "words.yaml", "".join(f"{name}: {text!r}\n" if "'" not in text else f'{name}: "{text}"\n' for name, text in texts.items()))
    found = catalogue(laid(house))

    assert len(texts) > 40
    assert {name: found[name] for name in texts} == texts


# --- the command line --------------------------------------------------------------------------------------------------


def test_the_difference_shows_what_was_added_changed_left_out_and_reworded(house):
    write(house, CROSS, changed(CROSS, "stance: offer", "stance: consider"))
    write(house, CROSS.replace("cross-the-pass", "cross-by-night"), changed(CROSS, "id: cross-the-pass", "id: cross-by-night"))
    write(house, "words.yaml", "actions.run.plain: run to the Hall of Fire\n")
    (house / "overlay.yaml").write_text(SAYS + "leaves_out: [gondor-2019-roads/no-mine]\n")
    code, out = run("guidelines", "--diff", "--knowledge", TOY, "--knowledge", house)

    assert code == 0
    assert "House of Elrond\n  Our roads are steeper.\n" in out
    assert "added     rivendell-2018-roads/cross-by-night (offer)" in out
    assert "changed   rivendell-2018-roads/cross-the-pass\n            - stance: offer\n            + stance: consider\n" in out
    assert "left out  gondor-2019-roads/no-mine (against)" in out
    assert "words     actions.run.plain\n            - run\n            + run to the Hall of Fire\n" in out
    assert out.endswith("1 added, 1 changed, 1 left out, reworded: 1\n")


def test_without_an_overlay_there_is_no_difference_to_show():
    code, out = run("guidelines", "--diff", "--knowledge", TOY)

    assert code == 2
    assert out == "nothing is laid over the knowledge: name a folder that has an overlay.yaml with --knowledge, or in GRAVIDA_KNOWLEDGE\n"


def test_the_same_gates_hold(house):
    write(house, CROSS, changed(CROSS, "expect: now}", "expect: later}"))
    code, out = run("check", "--knowledge", TOY, "--knowledge", house)

    assert code == 1
    assert out.startswith(f"house/{CROSS}:")
    assert "expected later, found now" in out


def test_the_environment_names_folders_too(house, monkeypatch):
    monkeypatch.setenv("GRAVIDA_KNOWLEDGE", f"{TOY}:{house}")

    assert knowledge_folders() == Folders(TOY, (house,))
    assert knowledge_folders((TOY,)) == Folders(TOY), "what is named goes before the environment"


def test_a_folder_that_is_neither_is_refused(tmp_path):
    with pytest.raises(NoFolder, match="this is neither knowledge nor an overlay"):
        knowledge_folders((tmp_path,))


def test_two_whole_folders_are_refused():
    with pytest.raises(NoFolder, match="there is a whole knowledge already"):
        knowledge_folders((TOY, TOY))


def test_an_overlay_on_its_own_lies_over_what_comes_with_gravida(house):
    folders = knowledge_folders((house,))

    assert folders.overlays == (house,)
    assert (folders.base / "guidelines" / "acog-2014-cerclage").is_dir()
