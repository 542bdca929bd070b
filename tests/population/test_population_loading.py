"""What is wrong with the numbers of a population is said with its place, all at once."""

import shutil
from pathlib import Path

import pytest

from gravida.library import KnowledgeError, load

TOY = Path(__file__).parents[1] / "toy"
NUMBER = "about: how many\n  value: 0.5\n  unit: proportion\n"


@pytest.fixture
def toy(tmp_path):
    """Return the toy knowledge with an empty folder for a population."""
    folder = tmp_path / "toy"
    shutil.copytree(TOY, folder)
    (folder / "population").mkdir()
    return folder


def problems(folder, **files):
    """Return what is said of these files of the population."""
    for name, text in files.items():
        (folder / "population" / f"{name}.yaml").write_text(text)
    with pytest.raises(KnowledgeError) as error:
        load(folder)
    return str(error.value).splitlines()


@pytest.mark.parametrize(("text", "says"), [
    (f"half:\n  {NUMBER}  confidence: assumed\n", "toy/population/care.yaml:5:15: a number that is assumed says under 'because' why this one was taken"),
    (f"half:\n  {NUMBER}  confidence: derived\n  cite: elrond\n", "a derived number says under 'because' how it was worked out"),
    (f"half:\n  {NUMBER}  confidence: seen\n", "a number has a source under 'cite' (a key of references.bib) or 'citation', or it is assumed"),
    (f"half:\n  {NUMBER}  confidence: seen\n  cite: nobody\n", "there is no reference 'nobody' in references.bib"),
    (f"half:\n  {NUMBER}  confidence: seen\n  citation: a book\n  low: 0.6\n", "the number lies outside its own limits"),
    (f"half:\n  {NUMBER}  confidence: seen\n  citation: a book\n  curve: length\n", "a point of a curve has both: curve, and at"),
    (f"half:\n  {NUMBER}  confidence: sene\n", "expected one of seen, derived, partial, recalled, assumed; found 'sene'; did you mean 'seen'?"),
])  # fmt: skip
def test_a_number_that_cannot_be_trusted_is_refused(toy, text, says):
    assert any(says in line for line in problems(toy, care=text))


def test_what_is_named_must_be_there(toy):
    number = f"half:\n  {NUMBER}  confidence: seen\n  citation: a book\n"
    setting = (
        "shire:\n  label: The Shire\n  default: yes\n  values:\n    haf:\n      "
        + NUMBER.replace("\n  ", "\n      ")
        + "      confidence: seen\n      citation: a book\n"
    )
    said = problems(
        toy, care=number.replace("half", "habit_tea"), settings=setting,
        sites="rivendell: {label: Rivendell, share: 1, habits: {tee: 0.5}}\n",
        published=f"shorter:\n  {NUMBER}  confidence: seen\n  citation: a book\n  measure: birth-share\n  group: twins\n  limit: 37+0\n  settings: [shir]\n",
    )  # fmt: skip

    assert said == [
        "toy/population/settings.yaml:6:7: there is no number 'haf' that a setting could change",
        "toy/population/sites.yaml:1:55: there is no habit 'tee'; did you mean 'tea'?",
        "toy/population/published.yaml:10:14: there is no setting 'shir'; did you mean 'shire'?",
    ]


def test_exactly_one_setting_is_the_default(toy):
    said = problems(toy, settings="shire: {label: The Shire, values: {}}\n")

    assert said == ["toy/population/settings.yaml: exactly one setting is the default: write default: yes in one"]


def test_no_number_is_given_twice(toy):
    number = f"half:\n  {NUMBER}  confidence: seen\n  citation: a book\n"

    assert problems(toy, care=number, people=number) == ["toy/population/people.yaml:2:3: there is a number 'half' already, and one of the two would be lost"]
