"""The knowledge, and everything that two current guidelines may part on, asked once."""

import pytest

from gravida.compare.pairs import current, matrix
from gravida.library import load


@pytest.fixture(scope="session")
def knowledge():
    return load()


@pytest.fixture(scope="session")
def differences(knowledge):
    return matrix(knowledge, current(knowledge))
