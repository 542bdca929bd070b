"""Every folder of ``knowledge/`` breaks the toy knowledge in one way, and holds the whole of what ``gravida check`` must say.

A folder holds only the files that differ from ``tests/toy``; ``without.txt`` names files that are missing. What is said
begins in ``expected.txt`` with the exit code. ``GRAVIDA_UPDATE=1`` writes it anew; read the difference before you commit it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gravida.cli import main

TOY = Path(__file__).parent.parent / "toy"
FOLDERS = sorted(path for path in (Path(__file__).parent / "knowledge").iterdir() if path.is_dir())
OURS = {"expected.txt", "without.txt"}


def laid_over(folder, root):
    """Return a copy of the toy with the files of a folder laid over it."""
    shutil.copytree(TOY, root)
    shutil.copytree(folder, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*OURS))
    missing = folder / "without.txt"
    for name in missing.read_text(encoding="utf-8").split() if missing.exists() else ():
        (root / name).unlink()
    return root


def said(root):
    result = CliRunner().invoke(main, ["check", str(root)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return f"exit code {result.exit_code}\n{result.output}".replace(str(root.parent), "…")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_whole_message(folder, tmp_path):
    found = said(laid_over(folder, tmp_path / "toy"))
    expected = folder / "expected.txt"
    if os.environ.get("GRAVIDA_UPDATE"):
        expected.write_text(found, encoding="utf-8")

    assert found == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_what_is_broken_is_refused(folder):
    """Pinned once by hand: whatever is said, broken knowledge never passes."""
    assert not (folder / "expected.txt").read_text(encoding="utf-8").startswith("exit code 0")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_folder_holds_only_what_differs_from_the_toy(folder):
    same = [path for path in folder.rglob("*") if path.is_file() and (TOY / path.relative_to(folder)).is_file()
            and path.read_bytes() == (TOY / path.relative_to(folder)).read_bytes()]  # fmt: skip

    assert same == []


def test_the_toy_itself_passes(tmp_path):
    found = said(laid_over(TOY, tmp_path / "toy"))

    assert found.startswith("exit code 0\n3 recommendations")
    assert found.endswith("0 problems; 0 declared peculiarities, and no problems that the solver finds\n")


def test_there_are_broken_folders():
    assert len(FOLDERS) > 100


@pytest.mark.parametrize(("name", "opening"), [("topics", "["), ("history", "{a: ")])
def test_half_a_million_brackets_end_in_a_sentence_and_not_in_a_crash(name, opening, tmp_path):
    """Read in a process of its own: a loader that builds nodes by recursion would end the whole test run."""
    root = laid_over(TOY, tmp_path / "toy")
    (root / f"{name}.yaml").write_text(opening * 500_000, encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "gravida", "check", str(root)], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.startswith(f"toy/{name}.yaml:1:")
    assert "Traceback" not in done.stderr
