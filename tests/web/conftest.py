"""A real service on this machine, and a real browser on it. Without Chromium the browser's tests are skipped, aloud."""

import os
import shutil
import socket
import threading
import time
from datetime import date

import pytest
import uvicorn
from playwright.sync_api import sync_playwright
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gravida.library import load
from gravida.web.pages import page_routes

TODAY = date(2026, 6, 1)
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
MISSING = "Chromium is not installed (Debian: apt-get install chromium), so the page was not tried in a browser"


@pytest.fixture(scope="session")
def knowledge():
    return load()


@pytest.fixture(scope="session")
def app(knowledge):
    return Starlette(routes=list(page_routes(knowledge, lambda: TODAY)))


@pytest.fixture
def client(app):
    """What a program sees, without a browser."""
    return TestClient(app, headers={"accept": "text/html"})


@pytest.fixture(scope="session")
def address(app):
    """Where the page is served, for as long as the tests run."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def chromium():
    if CHROMIUM is None:
        if os.environ.get("REQUIRE_CHROMIUM"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, address):
    """Return a way to open an address in a fresh browser, and afterwards make sure of what holds for every page.

    Nothing was asked of another host, no cookie was set, nothing was stored, and the browser complained of nothing.
    """
    held = []

    def _visit(path="/", *, width=1280, height=900, script=True, scheme="light", complaints_expected=False, leaves_for=()):
        context = chromium.new_context(viewport={"width": width, "height": height}, java_script_enabled=script, color_scheme=scheme, accept_downloads=True)
        page = context.new_page()
        page.set_default_timeout(15_000)
        asked, said = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        held.append((context, asked, said, complaints_expected, leaves_for))
        page.goto(address + path)
        return page

    yield _visit
    for context, asked, said, complaints_expected, leaves_for in held:
        cookies = context.cookies()
        context.close()
        assert not cookies
        assert [url for url in asked if not url.startswith((address, "data:", "blob:", *leaves_for))] == []
        assert complaints_expected or said == []
