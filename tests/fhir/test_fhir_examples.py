"""Every example in ``examples/fhir``, as ``gravida read`` and ``gravida assess`` tell it: committed, and read by somebody.

GRAVIDA_UPDATE=1 writes them afresh; read the difference before committing it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gravida.cli import main
from gravida.record import plain, read_record

ROOT = Path(__file__).parents[2]
EXAMPLES, GOLDEN = ROOT / "examples" / "fhir", ROOT / "tests" / "golden"
DAY = ("--as-of", "2026-06-01")
READ = {
    "short-cervix": ("short-cervix.json",), "short-cervix.us-core": ("short-cervix.json", "--source", "us-core"),
    "counts-only": ("counts-only.json",), "counts-only.ips": ("counts-only.json", "--source", "ips"),
    "mother-and-child": ("mother-and-child.json", "--patient", "mother"), "messy": ("messy.json",), "messy.us-core": ("messy.json", "--source", "us-core"),
    "export-joy": ("export", "--patient", "joy"), "export-lena": ("export", "--patient", "lena"),
}  # fmt: skip


def run(command, name, *options):
    result = CliRunner().invoke(main, [command, str(EXAMPLES / name), *DAY, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_every_example_is_read():
    assert {path.name for path in EXAMPLES.iterdir()} - {"README.md"} == {name for name, *_ in READ.values()}


@pytest.mark.parametrize("name", READ)
def test_the_reading_is_as_committed(name):
    code, said = run("read", *READ[name])
    path = GOLDEN / f"fhir-{name}.txt"
    if os.environ.get("GRAVIDA_UPDATE"):
        path.write_text(said, encoding="utf-8")

    assert code == 0
    assert said == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", READ)
def test_what_was_read_can_be_assessed_and_kept_as_a_record(name):
    code, _ = run("assess", *READ[name])
    kept, written = run("read", *READ[name], "--format", "record")

    assert (code, kept) == (0, 0)
    assert plain(read_record(written, "kept.yaml", knowledge().dictionary))["pregnancy"]["status"] == "ongoing"


def knowledge():
    from gravida.library import load  # noqa: PLC0415

    return load()


@pytest.mark.parametrize("name", ["mother-and-child.json", "export"])
def test_several_people_are_never_mixed(name):
    code, said = run("read", name)

    assert code == 2
    assert said.startswith("these are the resources of 2 people (")


def test_the_child_has_no_pregnancy():
    code, said = run("read", "mother-and-child.json", "--patient", "child")

    assert code == 2
    assert said == "Patient/child is a child: what is written there of a pregnancy is not the child's own; read the mother's record instead\n"


def test_json_holds_all_that_the_page_says():
    code, said = run("read", "messy.json", "--format", "json")
    told = json.loads(said)

    assert code == 0
    assert told["person"] == "Patient/ana"
    assert {"resource": "Observation/error", "why": "entered in error"} in told["ignored"]
    assert len(told["conflicts"]) == 4


def test_the_page_is_the_same_in_every_run():
    """Sets have another order in every process."""
    command = [sys.executable, "-m", "gravida", "read", str(EXAMPLES / "messy.json"), *DAY]
    pages = {subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}).stdout for seed in ("1", "2", "3")}

    assert len(pages) == 1


def test_help_does_not_load_the_reader():
    loaded = "import sys; from gravida.cli import main\ntry: main(['--help'])\nexcept SystemExit: print([each for each in READER if each in sys.modules])"
    names = ["gravida.fhir", "gravida.fhir_history", "gravida.fhir_findings", "gravida.fhir_pregnancy", "gravida.fhir_story", "gravida.fhir_values"]
    done = subprocess.run([sys.executable, "-c", f"READER = {names}\n{loaded}"], capture_output=True, text=True, check=True)

    assert done.stdout.endswith("[]\n")
