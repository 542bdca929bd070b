import re
from dataclasses import replace
from datetime import date

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gravida.knowledge import Overlay
from gravida.web.pages import page_routes


@pytest.fixture
def page(client):
    answer = client.get("/about")
    assert answer.status_code == 200
    return answer.text


def about_of(knowledge):
    return TestClient(Starlette(routes=list(page_routes(knowledge, lambda: date(2026, 6, 1))))).get("/about", headers={"accept": "text/html"}).text


def test_it_says_first_what_it_is_not(page):
    headings = re.findall(r'<h2 id="([\w-]+)"', page)
    assert headings == ["not", "made", "sources", "confidence", "limits", "privacy", "licences"]
    assert "It cannot tell you what you have. Nothing here is a diagnosis." in page
    assert "It is not for help at once." in page


def test_its_numbers_are_those_of_the_knowledge_in_use(knowledge):
    kept = dict(list(knowledge.recommendations.items())[:7])
    page = about_of(replace(knowledge, recommendations=kept))
    assert "Of 7 lines of advice, doctors or midwives have signed 0." in page
    assert f"Of {len(knowledge.recommendations)} lines of advice, doctors or midwives have signed 0." in about_of(knowledge)


def test_the_list_of_signs_is_not_counted_as_a_guideline(page, knowledge):
    assert f"It sets out what {len(knowledge.guidelines) - 1} documents from" in page


def test_how_sure_it_is_adds_up_to_all_lines(page, knowledge):
    counts = [int(each) for each in re.findall(r'<td class="number">(\d+)</td>', page)]
    assert sum(counts) == len(knowledge.recommendations)
    assert "NOT read by anybody: unverified" in page


def test_every_source_and_every_code_system_is_named(page, knowledge):
    assert page.count("<li>", page.index('class="references"'), page.index('id="confidence"')) == len(knowledge.references)
    assert [each.name for each in knowledge.codes.systems.values() if f"<dt>{each.name}</dt>" not in page] == []
    assert "LOINC is copyright" in page


def test_the_licence_of_what_the_page_brings_along_can_be_read(page, client):
    address = re.search(r'href="(/static/htmx-LICENSE\.txt[^"]*)"', page).group(1)
    assert "Permission to use, copy, modify" in client.get(address).text


def test_an_overlay_is_named(knowledge, tmp_path):
    house = Overlay("House of Elrond", "Elrond", "Our roads are steeper.", tmp_path)
    assert "House of Elrond added to this, or changed some of it: Our roads are steeper." in re.sub(
        r"\s+", " ", re.sub(r"<[^>]*>", "", about_of(replace(knowledge, overlays=(house,))))
    )
