"""The report of an audit: what a head of department relies on."""

import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from click.testing import CliRunner
from playwright.sync_api import sync_playwright

import gravida.audit
from gravida.audit.courses import STATUSES
from gravida.audit.run import audited
from gravida.cli import main

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MISSING = "the report is not looked at in a browser: no chromium on this machine"
RULES = {"resultTypes": ["violations"]}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Return the folder of an audit, and what was printed."""
    folder = tmp_path_factory.mktemp("report")
    run = CliRunner().invoke
    run(main, ["synthesize", "-n", "3000", "--seed", "5", "--workers", "1", "--out", str(folder / "made")])
    done = run(main, ["audit", str(folder / "made"), "--out", str(folder / "out"), "--workers", "1"])
    assert done.exit_code == 0, done.output
    return folder / "out", done.stdout


class Texts(HTMLParser):
    """Collects what is read, and every address that a page would load."""

    def __init__(self, page):
        super().__init__()
        self.texts, self.loads, self.tables, self.captions, self.headings, self._skip = [], [], 0, 0, [], 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._skip += tag in ("style", "script")
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.headings += [int(tag[1])] if re.fullmatch(r"h[1-6]", tag) else []
        self.loads += [value for name, value in attrs if name in ("src", "data", "poster") or (name == "href" and tag == "link")]

    def handle_endtag(self, tag):
        self._skip -= tag in ("style", "script")

    def handle_data(self, data):
        if not self._skip:
            self.texts.append(data)


@pytest.fixture(scope="module")
def page(out):
    return (out[0] / "report.html").read_text(encoding="utf-8")


def test_it_is_one_file_that_loads_nothing(page):
    assert [each for each in Texts(page).loads if each != "data:,"] == []
    assert "@import" not in page
    assert "url(http" not in page
    assert len(page) < 1_500_000


def test_it_says_first_that_nobody_in_it_is_real(page):
    told = " ".join(Texts(page).texts)

    assert told.index("SYNTHETIC") < 200
    assert "Draft" in told


def test_every_recommendation_about_an_act_is_in_it(page, knowledge):
    told = re.sub(r"\s+", " ", " ".join(Texts(page).texts))

    assert [each.key for each in audited(knowledge) if re.sub(r"\s+", " ", each.says) not in told] == []


def test_every_table_has_a_caption_and_headings_come_in_order(page):
    found = Texts(page)

    assert found.tables == found.captions > 5
    assert found.headings[0] == 1
    assert all(later <= earlier + 1 for earlier, later in zip(found.headings, found.headings[1:], strict=False))


def test_no_small_count_is_shown_and_none_is_worked_out(out):
    """Every count of pregnancies is a multiple of ten, so that no difference of two gives a small one away."""
    folder, _ = out
    counts = [line.split(",")[-2] for name in ("recommendations", "acts", "not_told") for line in (folder / f"{name}.csv").read_text().splitlines()[1:]]

    assert "" in counts
    assert {int(count) % 10 for count in counts if count} == {0}


def test_how_it_was_done_explains_every_status_that_is_counted(page):
    told = " ".join(Texts(page).texts).lower()

    assert len(STATUSES) == 14
    for words in ("in time", "late", "not done", "cannot be told", "advises against"):
        assert words in told


def test_every_word_of_the_report_is_used(knowledge):
    package = Path(gravida.audit.__file__).parent
    code = "".join(path.read_text(encoding="utf-8") for pattern in ("*.py", "templates/*") for path in sorted(package.glob(pattern)))
    put_together = {match[1] for match in re.finditer(r"""["']audit\.([\w-]+)\.["'] ~""", code)}
    names = [name.removeprefix("audit.") for name in knowledge.words if name.startswith("audit.")]

    assert len(names) > 100
    assert [name for name in names if name.partition(".")[0] not in put_together and f"audit.{name}" not in code and f'"{name}"' not in code] == []


def test_the_summary_fits_a_terminal_and_says_where_to_look(out):
    lines = out[1].splitlines()

    assert max(map(len, lines)) <= 80
    assert len(lines) <= 25
    assert "Most often due and not done" in lines


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (375, "dark")])
def test_axe_finds_nothing_and_nothing_runs_over_the_edge(out, width, scheme):
    if CHROMIUM is None:
        (pytest.fail if os.environ.get("REQUIRE_CHROMIUM") else pytest.skip)(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        view = context.new_page()
        view.set_default_timeout(60_000)
        view.goto((out[0] / "report.html").as_uri())
        view.evaluate(AXE_SCRIPT)
        found = view.evaluate("async options => (await axe.run(document, options)).violations.map(v => [v.id, v.nodes.slice(0, 2).map(n => n.html)])", RULES)
        wide = view.evaluate("document.documentElement.scrollWidth")
        browser.close()

    assert found == []
    assert wide <= width
