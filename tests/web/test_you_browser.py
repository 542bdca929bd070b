import io

import pypdf
import pytest
from playwright.sync_api import expect
from you_page import STORIES

BIRTH = (
    "- {ended: 20+0, outcome: miscarriage, onset: spontaneous, plurality: 1, painless_dilation: yes, waters_broke_before_labour: yes, "
    "cerclage_kind: transvaginal}"
)
SCAN = "- {on: 2026-05-30, route: transvaginal, cervical_length_mm: 24, reason: surveillance}"
LONG = "\n".join(
    [
        "pregnancy: {status: ongoing, gestation: {at: {from: 18+0, to: 20+0}, on: 2026-06-01}, plurality: 1}",
        "prior_pregnancies:",
        *[BIRTH] * 40,
        "scans:",
        *[SCAN] * 200,
    ]
)
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def press(page, name):
    """Press a button, and wait for what it leads to."""
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_selector("html:not([data-busy])")


def step_of(page):
    field = page.locator("input[name=step]")
    return field.input_value() if field.count() else ""


def fill(page, name, value):
    """Fill in one field as somebody would: choose it, or type into it."""
    found = page.locator(f"input[name='{name}']").first
    if found.get_attribute("type") == "radio":
        page.locator(f"input[name='{name}'][value='{value}']").check()
    elif not found.is_visible():
        page.locator("summary", has_text="Not sure?").click()
        found.fill(value)
    else:
        found.fill(value)


def tell(page, story):
    """Go through all questions with the answers of a story; to every other question nobody knows the answer."""
    press(page, "Start")
    while step := step_of(page):
        if step.startswith("signs"):
            page.get_by_label("No to all that I did not mark").check()
        for name, value in STORIES[story].get(step, {}).items():
            fill(page, name, value)
        press(page, "Continue" if step.startswith("signs") or step in STORIES[story] else "I don't know")


@pytest.mark.parametrize("story", STORIES)
def test_every_story_comes_to_a_result_on_a_phone(visit, story):
    page = visit("/you", width=390, height=844)

    tell(page, story)

    assert page.get_by_role("heading", name="What there is for you").is_visible()
    assert page.get_by_role("heading", name="When to call at once").is_visible()


def test_the_whole_way_needs_no_script(visit):
    page = visit("/you", width=390, height=844, script=False)

    tell(page, "one painless loss")

    option = page.locator("details.option", has_text="A stitch because of earlier losses or births")
    option.locator("summary").click()
    assert option.get_by_text("What speaks for it").is_visible()


def test_a_paper_has_two_pages_at_most(visit):
    page = visit("/you")
    tell(page, "one painless loss")

    paper = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
    text = " ".join(sheet.extract_text() for sheet in paper.pages)

    assert len(paper.pages) <= 2
    assert "This is a draft." in text
    assert "Questions to take with you" in text
    assert "Exit this page" not in text


def test_a_paper_of_a_long_record_has_two_pages_at_most(visit, tmp_path):
    record = tmp_path / "answers.yaml"
    record.write_text(LONG, encoding="utf-8")
    page = visit("/you")
    page.set_input_files("#file", record)
    press(page, "Open")
    press(page, "See what there is so far")

    paper = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))

    assert len(paper.pages) <= 2
    assert "more on the page" in paper.pages[0].extract_text()


def test_the_browsers_own_way_back_goes_one_question_back(visit):
    page = visit("/you")
    press(page, "Start")
    first = step_of(page)
    press(page, "I don't know")
    expect(page.locator("input[name=step]")).to_have_value("pregnant")

    page.go_back()
    expect(page.locator("input[name=step]")).to_have_value(first)
    page.go_back()
    expect(page.get_by_role("heading", name="Open a file that you saved")).to_be_visible()

    assert "state" not in page.url


def test_a_step_forward_of_the_browser_takes_no_answer_back(visit):
    page = visit("/you")
    press(page, "Start")
    press(page, "I don't know")
    page.go_back()
    expect(page.locator("input[name=step]")).to_have_value("signs-now")

    page.go_forward()
    page.wait_for_timeout(300)

    assert step_of(page) == "signs-now"


def test_skipping_to_the_main_part_takes_no_answer_back(visit):
    page = visit("/you")
    press(page, "Start")
    press(page, "I don't know")
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)

    assert step_of(page) == "pregnant"
    assert page.evaluate("document.activeElement.id") == "main"


def test_the_next_question_is_where_a_reader_of_the_screen_goes_on(visit):
    page = visit("/you")
    press(page, "Start")
    press(page, "I don't know")

    expect(page.get_by_role("heading", name="Are you pregnant now?")).to_be_focused()


def test_what_is_wrong_with_an_answer_is_where_a_reader_goes_on(visit):
    page = visit("/you", complaints_expected=True)  # the browser itself reports the status 400
    press(page, "Start")
    press(page, "Continue")

    expect(page.locator("#problem")).to_be_focused()


def test_leaving_fast_leaves_nothing_to_go_back_to(visit):
    page = visit("/you", leaves_for=("https://www.wikipedia.org/",))
    press(page, "Start")
    page.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="elsewhere", content_type="text/html"))
    before = page.evaluate("history.length")

    page.get_by_role("link", name="Exit this page").click()
    page.wait_for_url("https://www.wikipedia.org/")

    assert page.evaluate("history.length") == before


def by_keyboard(page, selector, key):
    """Go on with Tab until something has the focus, and press a key there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            break
    page.keyboard.press(key)
    page.wait_for_selector("html:not([data-busy])")


def test_a_keyboard_is_enough_from_the_start_to_the_result(visit):
    page = visit("/you")
    by_keyboard(page, "button[value=start]", "Enter")
    by_keyboard(page, "input[name=rest]", "Space")
    by_keyboard(page, "button[value=answer]", "Enter")
    expect(page.locator("input[name=step]")).to_have_value("pregnant")
    by_keyboard(page, "input[name=given]", "Space")
    by_keyboard(page, "button[value=answer]", "Enter")
    expect(page.locator("input[name=step]")).to_have_value("gestation")
    by_keyboard(page, "input[name=weeks]", "2")
    page.keyboard.press("0")
    by_keyboard(page, "input[name=days]", "Enter")
    expect(page.locator("input[name=step]")).to_have_value("plurality")
    by_keyboard(page, "button[value=result]", "Enter")
    expect(page.get_by_role("heading", name="What there is for you")).to_be_focused()
    assert "20 weeks" in page.locator("main").inner_text()
    by_keyboard(page, "summary", "Enter")
    expect(page.locator("details[open]").first).to_be_visible()
    by_keyboard(page, "button[value=delete]", "Enter")
    expect(page.get_by_role("heading", name="Your answers are gone")).to_be_visible()


def test_a_sign_that_needs_help_now_is_all_there_is_to_see(visit):
    page = visit("/you", width=390, height=844)
    press(page, "Start")
    page.get_by_label("Is fluid leaking or gushing from the vagina?").first.check()
    page.get_by_label("No to all that I did not mark").check()

    press(page, "Continue")

    assert page.get_by_role("heading", level=1).inner_text() == "Get help now"
    assert page.locator(".do").first.is_visible()
    assert step_of(page) == ""


@pytest.mark.parametrize("where", ["start", "question", "result"])
def test_nothing_is_wider_than_a_narrow_phone(visit, where):
    page = visit("/you", width=320, height=600)
    if where == "question":
        press(page, "Start")
    elif where == "result":
        tell(page, "one painless loss")
        for each in page.locator("summary").all():
            each.click()

    assert page.evaluate(TOO_WIDE) <= 0
