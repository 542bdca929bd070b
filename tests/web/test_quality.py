"""What holds for every page: anybody can use it, it is light and still, it says nothing to others, and it can be translated."""

import re
from dataclasses import replace
from datetime import date

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from catalogue_use import TEMPLATES, WEB, used_patterns, written_out
from clinicians_page import is_too_wide
from every_page import ADDRESSES, ERRORS, FORMS, form_page
from starlette.applications import Starlette
from starlette.testclient import TestClient

from gravida.web.pages import page_routes
from gravida.web.site import CSP, Site
from gravida.words import speak

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "rules": {name: {"enabled": True} for name in ("target-size", "heading-order", "page-has-heading-one", "landmark-one-main", "region")},
    "resultTypes": ["violations"],
}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
VIOLATIONS = """async options => (await axe.run(document, options)).violations
    .flatMap(each => each.nodes.map(node => `${each.id}: ${node.target}: ${node.failureSummary}`))"""
SHIFT = """() => new Promise(done => {
    let sum = 0
    new PerformanceObserver(list => list.getEntries().forEach(each => { sum += each.value })).observe({type: 'layout-shift', buffered: true})
    setTimeout(() => done(sum), 500)
})"""
REACHABLE = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
    .filter(each => each.type !== 'hidden' && !each.disabled && each.checkVisibility()).map((each, index) => (each.dataset.number = index))"""
FOCUSED = """() => {
    const style = getComputedStyle(document.activeElement)
    return [document.activeElement.dataset.number ?? '', style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0]
}"""
EVERY = [*ADDRESSES, *ERRORS, *FORMS]


def html_of(client, name):
    address = {**ADDRESSES, **ERRORS}.get(name)
    return (client.get(address) if address else form_page(client, name)).text


def opened(visit, client, name, **how):
    """Open a page in a browser. One behind a form is put where the form would have led."""
    page = visit({**ADDRESSES, **ERRORS}.get(name, "/"), complaints_expected=name in ERRORS, **how)
    if name in FORMS:
        page.set_content(html_of(client, name), wait_until="load")
    return page


# --- for everybody -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_no_barrier_that_a_machine_can_find_in_light_and_in_dark_on_a_phone(visit, client, name):
    page = opened(visit, client, name, width=390, height=844)
    page.evaluate(AXE_SCRIPT)
    assert page.evaluate(VIOLATIONS, RULES) == []
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(VIOLATIONS, CONTRAST) == []


@pytest.mark.parametrize("name", EVERY)
def test_a_narrow_window_never_scrolls_sideways(visit, client, name):
    page = opened(visit, client, name, width=320, height=640)
    assert is_too_wide(page) == 0


@pytest.mark.parametrize("name", ["home", "all guidelines", "what to compare"])
def test_the_keyboard_alone_reaches_everything_and_shows_where_it_is(visit, client, name):
    page = opened(visit, client, name)
    wanted = page.evaluate(REACHABLE)
    focused = [page.keyboard.press("Tab") or page.evaluate(FOCUSED) for _ in wanted]
    assert [int(number) for number, _ in focused] == wanted
    assert [number for number, is_seen in focused if not is_seen] == []


def test_the_first_stop_of_the_keyboard_skips_to_the_main_part(visit):
    page = visit("/guidelines")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_without_javascript_every_room_opens_and_questions_are_asked(visit):
    page = visit("/", script=False)
    for name in ("Guidelines", "Differences", "About", "For clinicians", "For you"):
        page.click(f"nav >> text='{name}'")
        assert page.locator("nav [aria-current=page]").inner_text() == name
    page.click("text=Start")
    assert page.locator("legend h1").inner_text() == "Is any of these true for you today?"


@pytest.mark.parametrize("name", ADDRESSES)
def test_nothing_moves_while_a_page_loads(visit, client, name):
    assert opened(visit, client, name, width=390, height=844).evaluate(SHIFT) < 0.01


def test_the_first_page_is_light(client):
    page = client.get("/")
    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert "/static/gravida.css" in loaded[0]
    assert len(page.content) + sum(len(client.get(each).content) for each in loaded) < 100_000


# --- nobody else -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_every_answer_forbids_what_the_page_does_not_need(client, name):
    address = {**ADDRESSES, **ERRORS}.get(name)
    answer = client.get(address) if address else form_page(client, name)
    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in answer.headers


def test_a_fault_of_ours_has_a_page_with_the_same_headers_and_no_word_of_what_was_sent(knowledge, caplog):
    def broken(site, form):
        raise ValueError(form["said"])

    answer = TestClient(Starlette(routes=[Site(knowledge, date.today).page("/broken", broken)])).get("/broken?said=a-secret")
    assert answer.status_code == 500
    assert "The fault is ours" in answer.text
    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["cache-control"] == "no-store"
    assert "a-secret" not in caplog.text + answer.text


def test_what_pages_load_is_kept_by_browsers_and_forbids_the_same(client):
    page = client.get("/").text
    answer = client.get(re.search(r'href="(/static/[^"]+)"', page)[1])
    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["cache-control"] == "public, max-age=86400"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_template_has_a_script_or_a_style_inside(path):
    source = path.read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:|\|\s*safe\b", source) == []


# --- in other words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_text_of_a_template_comes_from_the_catalogue(path):
    assert written_out(path.read_text(encoding="utf-8")) == []


def test_a_text_that_is_written_out_would_be_found():
    assert written_out('<p>{{ say("x") }} Hello</p><input aria-label="Your {{ x }}">') == ["Hello", "Your"]


def test_every_text_of_the_page_is_used(knowledge):
    pattern = re.compile("|".join(used_patterns()))
    assert [name for name in knowledge.words if name.startswith("web.") and not pattern.fullmatch(name)] == []


def test_every_text_that_the_page_uses_is_there(knowledge):
    assert [each for each in used_patterns() if not any(re.fullmatch(each, name) for name in knowledge.words)] == []


def test_the_modules_and_templates_that_are_looked_at_are_those_of_the_page():
    assert (WEB / "site.py").is_file()
    assert r"web\.base\.skip" in used_patterns()


@pytest.fixture
def in_another_language(knowledge):
    """Every text in a language that nobody speaks."""
    words = {name: "".join(f"{letter}̈" if letter in "aeiou" else letter for letter in text) for name, text in _outside_of_places(knowledge.words).items()}
    speak({**words, "web.base.lang": "qya"})
    yield TestClient(Starlette(routes=list(page_routes(replace(knowledge, words=words), lambda: date(2026, 6, 1)))))
    speak(knowledge.words)


def _outside_of_places(words):
    return {name: text for name, text in words.items() if "{" not in text}


def test_a_translation_reaches_all_of_the_first_page(in_another_language, knowledge):
    page = in_another_language.get("/").text
    said = {text for name, text in _outside_of_places(knowledge.words).items() if len(text) > 3}
    seen = [each.strip() for each in re.findall(r">([^<>]+)<", page) if each.strip()]
    assert '<html lang="qya">' in page
    assert len(seen) > 15
    assert [each for each in seen if each in said] == []
