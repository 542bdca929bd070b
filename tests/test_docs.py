"""What the documents say is so: links lead somewhere, commands exist and are described. Their examples are run in `tests/docs`."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gravida.cli import main

ROOT = Path(__file__).parent.parent
PAGES = [path for path in ROOT.rglob("*.md") if not {".venv", "node_modules", "golden", ".pytest_cache"} & set(path.parts)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files_that_are_there(page):
    for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_readme_names_every_command_and_no_other():
    named = set(re.findall(r"^gravida (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert named == set(main.commands)


def test_readme_shows_what_the_terminal_shows():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = next(block for block in re.findall(r"```text\n(.*?)```", readme, re.DOTALL) if block.startswith("What stands"))
    golden = (Path(__file__).parent / "golden" / "one-painless-loss.txt").read_text(encoding="utf-8")
    assert block in golden


def test_generated_reference_is_fresh():
    done = subprocess.run([sys.executable, "docs/write_reference.py", "--check"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_explains_itself(command):
    assert len(main.commands[command].help or "") > 60
