"""The code holds no medicine: no number that a guideline draws a line at, no guideline, no body, no gestation.

Whoever wants to know why a verdict is what it is finds all of it in ``knowledge/``; whoever mends a limit there has mended
it. Docstrings and the help of commands are for readers, and may name examples.
"""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "gravida"
SMALLEST = 10
"""Below that, numbers are indices, days of a week and operators more often than anything else."""

SAME_BY_CHANCE = {
    ("cql_parser.py", 30): "clauses may stand so deep in clauses",
    ("plain_yaml.py", 30): "values may stand so deep in values",
    ("numbers_said.py", 10): "the word ten",
    ("record_checks.py", 10): "millimetres in a centimetre",
    ("typecheck.py", 10): "millimetres in a centimetre",
    ("record_reading.py", 40): "characters of a value that a message repeats",
    ("record_reading.py", 10): "base of the decimal system; characters of a date",
    ("report_text.py", 10): "columns of a terminal",
    ("answers.py", 10): "millimetres in a centimetre",
    ("cli_ask.py", 20): "signs of a progress bar",
    ("pictures.py", 10): "people in a row; an end of a logarithmic axis",
    ("pictures.py", 40): "people in a long row",
    ("pictures.py", 20): "an end of a logarithmic axis",
    ("report_evidence.py", 10): "frequencies below ten have a decimal",
    ("report_words.py", 140): "columns of a file",
    ("report_risk.py", 50): "icons in a row of a terminal",
    ("record_reading.py", 50): "problems that a person will read at once",
    ("sql_tables.py", 50): "criteria in one query",
    ("codes_loading.py", 10): "the arithmetic of a check digit",
    ("fhir_resource.py", 10): "characters of a date",
    ("fhir_values.py", 10): "millimetres in a centimetre",
    ("record_checks.py", 40): "earlier pregnancies that a record may describe",
    ("cli_serve.py", 30): "seconds that a connection may be idle",
    ("cli_compare.py", 25): "lines of counts that are shown",
    ("witness.py", 10): "what a number is rounded to",
    ("two_maps.py", 10): "what a number is rounded to",
    ("two_maps.py", 50.0): "where a picture ends",
    ("truths.py", 14): "bits that change places",
    ("courses.py", 14): "courses that are worked out together, as a power of two",
    ("timeline.py", 30): "bits by which a number is mixed",
    ("lives.py", 10): "base of a number that stands for no scan",
    ("tidy_tables.py", 10): "digits of a number",
    ("page.py", 10): "numbers that are shown",
    ("shown.py", 10): "below it a number has a decimal",
    ("states.py", 10): "base of the numbers that stand for events",
    ("site.py", 20): "seconds for a slow body",
    ("site.py", 10): "files that may be sent at once",
    ("you.py", 10): "faults of a file that are told at once",
    ("hooks_card_lines.py", 139): "characters of a summary, by CDS Hooks 2.0",
    ("hooks_openapi.py", 139): "characters of a summary, by CDS Hooks 2.0",
    ("hooks_cards.py", 50): "characters of a name",
    ("hooks_config.py", 10): "seconds for a slow body",
    ("hooks_feedback.py", 20): "faults that are told at once",
    ("hooks_fetch.py", 10): "pages that are fetched",
    ("hooks_fetch.py", 20): "connections that are kept",
    ("hooks_judge.py", 20): "seconds for one judgement",
    ("hooks_security.py", 30): "seconds between two clocks; between two looks for keys",
    ("clinicians_map.py", 10): "millimetres between two marks on an axis",
    ("draws.py", 30): "bits by which a word is shifted",
    ("result.py", 10): "pregnancies in a count that may be shown",
    ("report_groups.py", 10): "the width of the picture of a month",
    ("states.py", 30): "bits of a set; a length where no criterion draws a limit",
    ("windows.py", 40): "a day before which no window of a pregnancy begins",
    ("fhir_story.py", 14): "days from the last period to conception, by the convention behind every gestation",
}
NAMED_ON_PURPOSE = {
    ("words.py", "Compiled"): "the safety signs are no guideline, so no page says that a guideline states them",
}
EXAMPLE = re.compile(r"such as|0\+0")
GESTATION = re.compile(r"\b\d{1,2}\+[0-6]\b|\bga\(\d")


def constants(path):
    """Yield line and value of every literal in a module that is not a docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings and not isinstance(node.value, bool):
            yield node.lineno, node.value


MODULES = sorted(SOURCE.rglob("*.py"))


def clinical_numbers(knowledge):
    """Return every number at which some criterion, window or validity changes its mind."""
    found = {number for limits in knowledge.index.limits.values() for number in limits}
    for each in knowledge.recommendations.values():
        bounds = [bound for bound in (each.window.start, each.window.end) if bound] if each.window else []
        found |= {end for bound in bounds for end in (bound.low, bound.high)} | {each.repeat_days}
    return {number for number in found if number is not None and number >= SMALLEST}


def test_there_are_clinical_numbers_to_look_for(knowledge):
    assert {25, 15, 167, 168, 112} <= clinical_numbers(knowledge)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_clinical_number_stands_in_the_code(path, knowledge):
    clinical = clinical_numbers(knowledge)
    found = [f"{path.name}:{line}: {value}" for line, value in constants(path)
             if isinstance(value, int | float) and value in clinical and (path.name, value) not in SAME_BY_CHANCE]  # fmt: skip

    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_gestation_stands_in_the_code(path):
    found = [f"{path.name}:{line}: {value}" for line, value in constants(path)
             if isinstance(value, str) and GESTATION.search(value) and not EXAMPLE.search(value)]  # fmt: skip

    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_guideline_and_no_body_stands_in_the_code(path, knowledge):
    names = {*knowledge.guidelines, *(each.body for each in knowledge.guidelines.values()), *(each.cite for each in knowledge.guidelines.values())}
    word = re.compile(r"\b(" + "|".join(map(re.escape, sorted(names))) + r")\b")
    found = [f"{path.name}:{line}: {value}" for line, value in constants(path)
             if isinstance(value, str) and word.search(value) and (path.name, value) not in NAMED_ON_PURPOSE]  # fmt: skip

    assert found == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_name_in_the_code_is_that_of_a_body(path, knowledge):
    bodies = {each.body.lower() for each in knowledge.guidelines.values()} - {
        "compiled",
        "who",
    }  # the World Health Organization, and whom a recommendation is for
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {getattr(node, key) for node in ast.walk(tree) for key in ("id", "attr", "name", "arg") if isinstance(getattr(node, key, None), str)}

    assert sorted(name for name in names if set(name.lower().split("_")) & bodies) == []


def test_every_exception_is_still_needed():
    used = {(path.name, value) for path in MODULES for _, value in constants(path)}

    assert sorted((SAME_BY_CHANCE.keys() | NAMED_ON_PURPOSE.keys()) - used, key=str) == []
