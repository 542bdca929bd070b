"""Pictures of every page, on a phone and on a desktop, light and dark, to be looked at: ``make screenshots``.

The page is served on this machine for as long as the pictures are taken, as of one day, so that two runs can be held
against each other. Everything shown is invented.
"""

import shutil
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.applications import Starlette

from gravida.library import load
from gravida.web.pages import page_routes

OUT = Path(__file__).parents[1] / "build" / "screenshots"
TODAY = date(2026, 6, 1)
EXAMPLE = Path(__file__).parents[1] / "examples" / "one-painless-loss.yaml"
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
SCHEMES = ("light", "dark")
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
MISSING = "Pictures need Chromium, which is not installed. On Debian: apt-get install chromium"

ADDRESSES = {
    "home": "/", "about": "/about", "not-there": "/nowhere", "guidelines": "/guidelines", "guidelines-search": "/guidelines?q=cervical+stitch",
    "guidelines-topic": "/guidelines?topic=removal", "guidelines-document": "/guidelines/rcog-2022-cerclage",
    "guidelines-line": "/guidelines/rcog-2022-cerclage/ultrasound-indicated", "guidelines-compare": "/guidelines/compare",
    "guidelines-two": "/guidelines/compare?a=rcog-2022-cerclage&b=nice-2022-preterm-labour",
    "guidelines-two-lines": "/guidelines/compare?a=rcog-2022-cerclage/ultrasound-indicated&b=acog-2014-cerclage/ultrasound-indicated",
    "guidelines-not-there": "/guidelines/rcog-2022-cercage", "compare": "/compare", "compare-topic": "/compare?topic=vaginal-progesterone",
    "compare-pair": "/compare/pair?a=acog-2014-cerclage&b=rcog-2022-cerclage", "compare-document": "/compare/rcog-2022-cerclage",
    "compare-editions": "/compare/editions", "compare-not-there": "/compare/rcog-2022-cercage", "you": "/you", "clinicians": "/clinicians",
}  # fmt: skip
"""Pages that an address leads to; pages behind a form are in ``BEHIND``."""


def clinicians_filled(page: Page) -> None:
    """Show one of the invented records."""
    page.goto(f"{page.url}clinicians")
    page.click(".open-record > summary")
    page.select_option("#example", index=1)
    page.click("text=Show it")
    page.wait_for_selector("#map-body .panels")


def press(page: Page, deed: str) -> None:
    """Press a button of the room For you, and wait for what it leads to."""
    page.click(f"button[value={deed}]")
    page.wait_for_selector("html:not([data-busy])")


def you_signs(page: Page) -> None:
    """Begin the questions."""
    page.goto(f"{page.url}you")
    press(page, "start")


def you_question(page: Page) -> None:
    """Answer no to every sign, and come to the question of how far along."""
    you_signs(page)
    page.check("[name=rest]")
    press(page, "answer")
    page.check("[name=given][value=yes]")
    press(page, "answer")


def you_warning(page: Page) -> None:
    """Mark the first sign."""
    you_signs(page)
    page.check("[name=mark-0]")
    page.check("[name=rest]")
    press(page, "answer")


def you_result(page: Page) -> None:
    """Open an invented record, and stop there."""
    page.goto(f"{page.url}you")
    page.set_input_files("#file", EXAMPLE)
    page.click("button[value=open]")
    press(page, "result")


BEHIND: dict[str, Callable[[Page], None]] = {
    "you-signs": you_signs, "you-question": you_question, "you-warning": you_warning, "you-result": you_result, "clinicians-filled": clinicians_filled,
}  # fmt: skip
"""Pages behind a form, and how to come to them from the first page."""


@contextmanager
def served() -> Iterator[str]:
    """Serve the page on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = Starlette(routes=list(page_routes(load(), lambda: TODAY)))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def take(browser: Browser, address: str, size: str, scheme: str, wanted: list[str]) -> None:
    """Take a picture of each page, in one size and one scheme."""
    width, height = SIZES[size]
    page = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme).new_page()  # type: ignore[arg-type]
    for name in wanted:
        page.goto(address + ADDRESSES.get(name, "/"))
        if name in BEHIND:
            BEHIND[name](page)
        page.screenshot(path=OUT / f"{name}-{size}-{scheme}.png", full_page=True)
        tell(f"{name}-{size}-{scheme}")


def tell(text: str, end: str = "") -> None:
    """Show how far it is, in the place of what was shown before."""
    sys.stderr.write(f"\r{text.ljust(60)}{end}")
    sys.stderr.flush()


def main(names: list[str]) -> None:
    """Take pictures of all pages, or of those whose names begin as one of these."""
    if CHROMIUM is None:
        sys.exit(MISSING)
    wanted = [name for name in (*ADDRESSES, *BEHIND) if not names or name.startswith(tuple(names))]
    OUT.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for size in SIZES:
            for scheme in SCHEMES:
                take(browser, address, size, scheme, wanted)
        browser.close()
    tell(f"{len(wanted) * len(SIZES) * len(SCHEMES)} pictures are in {OUT}", end="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
