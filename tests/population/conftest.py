"""A population that several tests look at."""

import pytest
from click.testing import CliRunner

from gravida.cli import main


def synthesize(*arguments):
    """Run the command, with one process."""
    return CliRunner().invoke(main, ["synthesize", "--workers", "1", *map(str, arguments)])


@pytest.fixture(scope="session")
def run():
    return synthesize


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """Return a folder with 20,000 people of the default setting."""
    folder = tmp_path_factory.mktemp("population") / "made"
    assert synthesize("-n", 20_000, "--seed", 7, "--out", folder).exit_code == 0
    return folder
