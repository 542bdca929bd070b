"""Our engine against the CQL reference translator and an engine that others wrote; see ``validation/cql/README.md``.

Without Node these tests are skipped, aloud; where ``CI`` or ``REQUIRE_NODE`` is set they fail instead.
"""

import operator
import os
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gravida import cql_library, evaluate, export_cql, logic
from gravida.cases import prepare_case
from gravida.cql import parse, show
from gravida.cql_library import RESERVED, Expression, Library, libraries, plain
from gravida.export_cql import Step, exported
from gravida.facts import Observed, Range, Type, Words
from gravida.library import load
from gravida.plain_yaml import read_yaml
from gravida.words import VERDICTS

CQL = Path(__file__).parents[2] / "validation" / "cql"
sys.path.append(str(CQL))

import validate  # noqa: E402  (a script that is also used from here)

import verdicts  # noqa: E402

KNOWLEDGE = load()
DRAWN = 200
"""Random records here; validation/cql/ compares ten times as many, which takes minutes."""
RECOMMENDED = {"who", "unless", "silent_on"}
CRITERIA = {*RECOMMENDED, "is", "where", "holds", "done_when", "not_when"}


def require_engines() -> None:
    """Fail or skip if the reference engines cannot be run."""
    try:
        validate.install()
    except validate.EnginesMissingError as missing:
        message = f"NOT COMPARED WITH THE REFERENCE ENGINES: {missing}"
        if os.environ.get("CI") or os.environ.get("REQUIRE_NODE"):
            pytest.fail(message)
        warnings.warn(message, stacklevel=1)
        pytest.skip(message)


@pytest.fixture
def engines() -> None:
    require_engines()


@pytest.mark.reference
def test_the_reference_engines_agree_on_every_case_and_on_random_worlds(engines):
    report = validate.validate(KNOWLEDGE, worlds=DRAWN)

    assert report.rejected == [], str(report)
    assert report.differences == [], str(report)
    assert report.worlds == DRAWN
    assert report.cases > 2_000
    assert report.expressions == sum(len(library.expressions) for library in libraries(KNOWLEDGE))
    assert report.comparisons == report.expressions * (report.cases + report.worlds)


@pytest.mark.reference
def test_the_reference_engines_agree_on_random_criteria(engines):
    report = validate.validate_language(KNOWLEDGE)

    assert report.rejected == [], str(report)
    assert report.differences == [], str(report)
    assert report.expressions >= validate.CRITERIA
    assert report.comparisons == report.expressions * report.worlds


PLANTED = {
    "<= read as <": lambda patch: patch.setitem(evaluate.COMPARISONS, "<=", operator.lt),
    "unknown and false read as unknown": lambda patch: patch.setattr(evaluate, "all_hold", _forgetting_that_a_no_decides),
    "not unknown read as true": lambda patch: patch.setitem(logic.NOT, None, True),
    "unknown entries counted as no": lambda patch: patch.setattr(cql_library, "FUNCTIONS", cql_library.FUNCTIONS.replace("is not false", "is true")),
    "a range told as its lower end": lambda patch: patch.setattr(cql_library, "plain", _lower_end),
    "a blank entry told as described": lambda patch: patch.setattr(cql_library, "BLANK", {"onset": "indicated"}),
}


def _forgetting_that_a_no_decides(clauses, world, entry):
    found = [clause(world, entry) for clause in clauses]
    return None if None in found else all(found)


def _lower_end(value):
    return value.low if isinstance(value, Range) else plain(value)


@pytest.mark.reference
@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
def test_a_planted_difference_is_found(engines, monkeypatch, plant):
    """The comparison itself is tested: change one meaning on either side, and it must be reported."""
    plant(monkeypatch)
    knowledge = load()  # afresh: nothing may be remembered from before the plant
    largest = max(libraries(knowledge), key=lambda library: len(library.expressions))
    report = validate.compare([largest], list(validate.world_subjects(knowledge, 60, 1)), validate.Report())

    assert report.differences
    assert "Gravida says" in str(report)
    assert report.rejected == []


@pytest.mark.reference
def test_the_exported_libraries_give_the_same_verdicts_on_every_case_and_on_random_records(engines):
    """Also each of their definitions, and that "applies now" is true exactly where the verdict is now, met or overdue."""
    report = verdicts.validate_verdicts(KNOWLEDGE, records=DRAWN)

    assert report.rejected == [], str(report)
    assert report.differences == [], str(report)
    assert report.worlds == DRAWN
    assert report.cases > 2_000
    assert report.recommendations == len(KNOWLEDGE.recommendations)
    assert report.judged == report.recommendations * (report.cases + report.worlds)
    assert report.verdicts.keys() == VERDICTS.keys()


RCOG, NHSE = "rcog-2022-cerclage", "nhse-2023-saving-babies-lives"
PLANTED_STEPS = {
    "a contraindication that nobody reads": (RCOG, lambda patch: patch.setattr(export_cql, "_nothing_against", lambda recommendation: None)),
    "a window that begins a day late": (RCOG, lambda patch: patch.setattr(export_cql, "_begun", lambda start: f'"gestation today" > {start.low}')),
    "silence read as a yes": (RCOG, lambda patch: patch.setattr(export_cql, "_criterion", _as_if_nothing_were_silent)),
    "done, and to be done again": (RCOG, lambda patch: patch.setattr(export_cql, "_to_do", lambda recommendation, actions: None)),
    "an action that cannot be meant": (NHSE, lambda patch: patch.setattr(export_cql, "_possible", lambda recommendation, actions: None)),
    "an answer that is taken for another": (RCOG, lambda patch: patch.setattr(verdicts, "_answered", lambda recommendation: replace(recommendation, who=None))),
}


def _as_if_nothing_were_silent(recommendation):
    return Step(f"{recommendation.id} criterion", f'"{recommendation.id} who"' if recommendation.who else "true")


@pytest.mark.reference
@pytest.mark.parametrize(("guideline", "plant"), PLANTED_STEPS.values(), ids=PLANTED_STEPS)
def test_a_verdict_that_follows_wrongly_is_found(engines, monkeypatch, guideline, plant):
    plant(monkeypatch)
    (library,) = (each for each in exported(KNOWLEDGE) if each.guideline == guideline)
    own = [case for key in KNOWLEDGE.guidelines[guideline].recommendations for case in KNOWLEDGE.recommendations[key].cases]
    subjects = [verdicts.subject_of(each.why, prepare_case(each, KNOWLEDGE).situation) for each in own]
    report = verdicts.compare([library], subjects, verdicts.VerdictReport(), KNOWLEDGE)

    assert report.differences
    assert report.rejected == []


def _library(*expressions: Expression, **values: Type) -> Library:
    facts = {name: Observed(name, kind, f"somewhere.{name}", Words(name)) for name, kind in values.items()}
    return Library("Small", "for a test", facts, {}, expressions)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("text", "complaint"),
    [("not plurality = 1", "error"), ("nobody", "error"), ("route = 'plurality'", "warning")],
)
def test_what_the_translator_rejects_is_reported(engines, text, complaint):
    library = _library(Expression("q", text, evaluate.Literal(True)), plurality=Type("integer"), route=Type("string"))
    report = validate.compare([library], [validate.Subject("nothing known", evaluate.World(KNOWLEDGE.meaning, {}, {}))], validate.Report())

    assert len(report.rejected) == 1
    assert complaint in report.rejected[0]


@pytest.mark.reference
def test_every_reserved_word_is_quoted(engines):
    """Without the two that are names in the header: quoted or not, they meet those, and the translator warns."""
    words = {word: Type("boolean") for word in sorted(RESERVED - {"weeks", "days"})}
    report = validate.compare([_library(**words)], [], validate.Report())

    assert report.rejected == []


@pytest.mark.parametrize("variable", ["CI", "REQUIRE_NODE"])
def test_without_node_this_fails_where_it_is_required(monkeypatch, variable):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv(variable, "1")
    with pytest.raises(pytest.fail.Exception, match="NOT COMPARED WITH THE REFERENCE ENGINES: Node 20"):
        require_engines()


def test_without_node_this_is_skipped_aloud_elsewhere(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("REQUIRE_NODE", raising=False)
    with pytest.warns(UserWarning, match="NOT COMPARED"), pytest.raises(pytest.skip.Exception):
        require_engines()


def _signed(value: object, wanted: set[str]) -> Iterator[str]:
    """Yield every criterion of a file, as it is written there."""
    if isinstance(value, dict):
        for key, below in value.items():
            if key in wanted:
                yield from below if isinstance(below, list) else [below]
            elif key not in ("cases", "provenance"):
                yield from _signed(below, wanted)
    elif isinstance(value, list):
        for below in value:
            yield from _signed(below, wanted)


def _written(paths: list[Path], wanted: set[str]) -> set[str]:
    return {text for path in paths for text in _signed(read_yaml(path.read_text(encoding="utf-8"), path.name).value, wanted)}


@pytest.mark.parametrize("guideline", KNOWLEDGE.guidelines)
def test_what_a_clinician_signed_stands_unchanged_in_its_library(guideline):
    folder = KNOWLEDGE.root / "guidelines" / guideline
    recommended = _written([path for path in folder.glob("*.yaml") if path.name != "guideline.yaml"], RECOMMENDED)
    written = (recommended - {"everyone"}) | _written([folder / "guideline.yaml"], CRITERIA)
    library = next(each for each in libraries(KNOWLEDGE) if f"({guideline})" in each.about)

    assert written <= {each.text for each in library.expressions}
    assert all(each.cql in library.cql and each.text in each.cql for each in library.expressions)


def test_the_dictionary_stands_unchanged_in_its_library():
    root = KNOWLEDGE.root
    written = _written([*root.glob("facts/*.yaml"), root / "actions.yaml", root / "history.yaml"], CRITERIA)
    shared = libraries(KNOWLEDGE)[0]

    assert written == {each.text for each in shared.expressions}


def test_text_and_meaning_belong_together():
    """What other engines are given, the text, is what ours judges, the tree."""
    for library in libraries(KNOWLEDGE):
        for each in library.expressions:
            assert show(parse(each.text)) == show(each.node)
