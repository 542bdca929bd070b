import json
from datetime import date

import pytest
from hooks_places import EXAMPLES
from starlette.testclient import TestClient

from gravida.hooks_app import make_app
from gravida.hooks_config import Config
from gravida.hooks_judge import InProcess, Settings
from gravida.library import load


@pytest.fixture(scope="session")
def knowledge():
    return load()


@pytest.fixture
def service(knowledge):
    """Returns a client of a service; what is named goes into its set-up or its settings."""

    def _service(http=None, *, local=True, **named):
        settings = Settings(as_of=date(2026, 4, 8), source=named.pop("source", ""), page=named.get("page_url", ""))
        return TestClient(make_app(InProcess(knowledge, settings), Config(**named), local=local, http=http), raise_server_exceptions=True)

    return _service


@pytest.fixture
def view():
    return json.loads((EXAMPLES / "patient-view.json").read_text())


@pytest.fixture
def sign():
    return json.loads((EXAMPLES / "order-sign.json").read_text())
