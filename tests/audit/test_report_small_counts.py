"""Nobody is found out by a report: small counts are not in it, and none can be worked out from what is."""

import re
from html.parser import HTMLParser
from itertools import product

import pytest
from click.testing import CliRunner

from gravida.audit.report_parts import Parts, percent, stacked
from gravida.audit.result import shown
from gravida.cli import main


class Cells(HTMLParser):
    """Collects what stands in the cells of tables, and the ids of all elements."""

    def __init__(self, page):
        super().__init__()
        self.cells, self.ids, self._inside = [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self._inside = self._inside or tag == "td"
        self.cells += [""] if tag == "td" else []
        self.ids += [value for name, value in attrs if name == "id"]

    def handle_endtag(self, tag):
        self._inside = self._inside and tag != "td"

    def handle_data(self, data):
        if self._inside:
            self.cells[-1] += f" {data} "


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return the report of one audit with small counts left out, and with all of them shown."""
    folder = tmp_path_factory.mktemp("small")
    run = CliRunner().invoke
    run(main, ["synthesize", "-n", "2000", "--seed", "7", "--workers", "1", "--out", str(folder / "made")])
    run(main, ["audit", str(folder / "made"), "--out", str(folder / "few"), "--workers", "1"])
    run(main, ["audit", str(folder / "made"), "--out", str(folder / "all"), "--workers", "1", "--no-suppression"])
    return [(folder / name / "report.html").read_text(encoding="utf-8") for name in ("few", "all")]


def counts(page):
    """Return every count in a cell; the names of tables and labels hold no whole number of their own."""
    return [int(found.replace(",", "")) for cell in Cells(page).cells for found in re.findall(r"(?<![\w<+.])\d[\d,]*(?![\w+])(?! %)", cell)]


def test_every_count_in_a_table_is_a_multiple_of_ten(pages):
    found = counts(pages[0])

    assert len(found) > 1000
    assert {count % 10 for count in found} == {0}


def test_with_no_suppression_small_counts_are_shown_and_the_page_says_so(pages):
    assert {1, 2, 3} < set(counts(pages[1]))
    assert "&lt;10" not in pages[1]
    assert "All counts are exact and small ones are shown" in pages[1]


def test_no_two_parts_of_the_page_have_the_same_name(pages):
    ids = Cells(pages[0]).ids

    assert sorted(ids) == sorted(set(ids))


def test_a_small_count_cannot_be_worked_out_from_two_others_and_their_total():
    """At least eight of the nine numbers that it may be fit to whatever is shown."""
    possible = {}
    for small, one, other in product(range(1, 10), range(20, 40), range(50, 70)):
        seen = (shown(one, 10), shown(other, 10), shown(small + one + other, 10))
        possible.setdefault(seen, set()).add(small)

    assert min(len(found) for found in possible.values()) == 8


def test_a_bar_has_no_piece_for_what_is_not_shown():
    parts = Parts(None, None, {"in-time": None, "late": 0, "undone": None, "untold": 0}, 0, {}, 90)

    assert parts.bars == []
    assert [bar.name for bar in stacked(40, {"in-time": 20, "late": None, "undone": 10})] == ["in-time", "undone"]


def test_there_is_no_percentage_of_or_over_what_is_not_shown():
    assert percent(None, 5_000, 10) is None
    assert percent(10, None, 10) is None
    assert percent(10, 90, 10) is None
