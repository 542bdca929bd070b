"""`gravida export` writes what it says, twice the same, and over nothing that is there."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from gravida.cli_export import export
from gravida.export_cql import APPLIES, exported
from gravida.library import load

KNOWLEDGE = load()


def run(*arguments):
    result = CliRunner().invoke(export, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_one_cql_file_for_each_guideline_and_one_for_what_they_share(tmp_path):
    code, output = run("cql", tmp_path / "cql")

    assert code == 0
    assert len(list((tmp_path / "cql").glob("*.cql"))) == len(KNOWLEDGE.guidelines) + 1
    assert f"wrote {len(KNOWLEDGE.guidelines) + 1} files" in output
    assert "No clinician has reviewed this" in output


def test_every_recommendation_has_its_steps_once(tmp_path):
    run("cql", tmp_path / "cql")
    text = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "cql").iterdir())

    assert text.count(f' {APPLIES}": ') == len(KNOWLEDGE.recommendations)


def test_what_a_clinician_signs_stands_in_it_unchanged():
    for library in exported(KNOWLEDGE):
        assert all(each.cql in library.cql and each.text in each.cql for each in library.expressions)


@pytest.mark.parametrize("what", ["fhir", "questionnaire"])
def test_every_file_is_named_after_its_resource(what, tmp_path):
    run(what, tmp_path / what)
    for path in (tmp_path / what).iterdir():
        resource = json.loads(path.read_text(encoding="utf-8"))
        assert path.name == f"{resource['resourceType']}-{resource['id']}.json"


@pytest.mark.parametrize("what", ["cql", "fhir", "questionnaire"])
def test_the_same_knowledge_gives_the_same_bytes(what, tmp_path):
    for seed in ("1", "2"):
        code = "from gravida.cli_export import export; export()"
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code, what, str(tmp_path / seed)], check=True, capture_output=True, env=environment)
    first, second = ({path.name: path.read_bytes() for path in (tmp_path / seed).iterdir()} for seed in ("1", "2"))

    assert first
    assert first == second


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    code, output = run("questionnaire", tmp_path)

    assert code == 2
    assert output == f"{tmp_path}: this folder is not empty; name a new one, or write into it with --force\n"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_by_force_it_writes_and_names_what_it_did_not_write(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    code, output = run("questionnaire", tmp_path, "--force")

    assert code == 0
    assert "may be out of date: mine.txt" in output
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    code, output = run("questionnaire", tmp_path / "file" / "folder")

    assert code == 2
    assert "this folder cannot be made" in output


def test_an_overlay_is_named_wherever_it_changed_something(tmp_path):
    house = tmp_path / "house"
    folder = house / "guidelines" / "rcog-2022-cerclage"
    folder.mkdir(parents=True)
    (house / "overlay.yaml").write_text("name: House of Elrond\nshort: Elrond\nsays: Our roads are steeper.\n")
    theirs = (KNOWLEDGE.root / "guidelines" / "rcog-2022-cerclage" / "removal.yaml").read_text(encoding="utf-8")
    (folder / "removal.yaml").write_text(theirs, encoding="utf-8")
    code, output = run("fhir", tmp_path / "fhir", "--knowledge", house)
    written = json.loads((tmp_path / "fhir" / "PlanDefinition-rcog-2022-cerclage.json").read_text(encoding="utf-8"))
    (removal,) = (each for each in written["action"] if each["id"] == "removal")

    assert code == 0, output
    assert "as changed by House of Elrond" in removal["title"]
    assert {"url": "urn:gravida:fhir/StructureDefinition/overlay", "valueString": "House of Elrond"} in removal["extension"]
