"""The knowledge as it stands in the files, loaded once and not from the cache."""

import pytest

from gravida.library import load


@pytest.fixture(scope="session")
def knowledge():
    return load()
