from pathlib import Path

import pytest
from clinicians_page import is_too_wide
from playwright.sync_api import expect

FHIR = Path(__file__).parents[2] / "examples" / "fhir"
ACTIVE = "document.activeElement.id"


def field(page, name):
    return page.locator(f'[id="{name}"]')


def show_example(page, name):
    page.click(".open-record > summary")
    page.select_option("#example", name)
    page.click("text=Show it")
    page.wait_for_selector("#map-body .panels")


def test_a_change_shows_in_the_result_without_a_button(visit):
    page = visit("/clinicians")
    page.wait_for_selector("#map-body .panels")
    page.select_option("#pregnancy\\.status", "ongoing")
    field(page, "pregnancy.gestation.at").fill("20+0")

    page.wait_for_selector("text=20+0, due 2026-10-19 (by gestation)")
    assert page.locator("#count-pregnancy").inner_text() == "2 of 14"
    assert page.evaluate(ACTIVE) == "pregnancy.gestation.at"
    assert page.url.endswith("/clinicians")


def test_a_sign_raises_the_flag_at_once_and_it_stays_in_view(visit):
    page = visit("/clinicians", width=390, height=844)
    page.click("text=Answer them")
    assert page.evaluate(ACTIVE) == "symptoms[0].heavy_bleeding"
    assert field(page, "symptoms[0].on").input_value() == "2026-06-01"
    field(page, "symptoms[0].heavy_bleeding").select_option("yes")

    page.wait_for_selector(".flag.now")
    assert "NOW: heavy bleeding" in page.locator(".flag-bar").inner_text()
    assert page.locator(".flag-bar").bounding_box()["y"] < 844


def test_a_fault_is_told_at_the_field_and_goes_when_it_is_mended(visit):
    page = visit("/clinicians")
    field(page, "pregnancy.plurality").fill("banana")
    page.wait_for_selector('[id="pregnancy.plurality-fault"]')
    assert field(page, "pregnancy.plurality").get_attribute("aria-invalid") == "true"
    page.click("#faults a")
    assert page.evaluate(ACTIVE) == "pregnancy.plurality"
    field(page, "pregnancy.plurality").fill("2")

    page.wait_for_selector("#faults", state="detached")
    page.wait_for_selector('[id="pregnancy.plurality-fault"]', state="detached")
    assert field(page, "pregnancy.plurality").get_attribute("aria-invalid") is None


def test_a_click_on_a_guideline_shows_its_reasons_and_closing_leads_back(visit):
    page = visit("/clinicians")
    show_example(page, "membranes-visible")
    button = page.locator(".who:visible").first
    heading = button.inner_text()
    button.click()
    page.wait_for_selector("#trace[open] #why-title")

    assert page.evaluate(ACTIVE) == "why-title"
    assert page.locator("#trace #why-title").inner_text().startswith(heading)
    assert page.locator("#trace .provenance").count() == 1
    page.keyboard.press("Escape")
    expect(page.locator("#trace[open]")).to_have_count(0)
    assert page.evaluate("document.activeElement.className") == "who"


def test_a_missing_fact_leads_to_its_field_and_filling_it_takes_it_off_the_list(visit):
    page = visit("/clinicians")
    show_example(page, "membranes-visible")
    page.click('.fill:text-is("fetal death")')
    assert page.evaluate(ACTIVE) == "pregnancy.fetal_death"
    field(page, "pregnancy.fetal_death").select_option("no")

    page.wait_for_selector('.fill:text-is("fetal death")', state="detached")


def test_a_missing_length_opens_a_scan_and_the_map_shows_it(visit):
    page = visit("/clinicians")
    show_example(page, "singleton")
    page.click('.fill:text-is("cervical length")')
    assert page.evaluate(ACTIVE) == "scans[0].cervical_length_mm"
    page.keyboard.type("21")
    field(page, "scans[0].route").select_option("transvaginal")
    field(page, "scans[0].on").fill("2026-05-30")

    page.wait_for_selector('#map-body :text("shortest length 21 mm")')
    assert page.locator("#map-body path.here[transform]").count() == page.locator("#map-body .panel").count()


def test_fhir_gives_the_record_and_the_report(visit):
    page = visit("/clinicians")
    page.click(".open-record > summary")
    page.set_input_files("#file", FHIR / "short-cervix.json")
    page.select_option("#source", "us-core")
    page.click('button:text-is("Open")')

    page.wait_for_selector("#reading")
    assert field(page, "pregnancy.due_date").input_value() == "2026-10-12"
    assert page.evaluate(ACTIVE) == "reading-title"
    assert "Assumed: 5" in page.locator("#reading").inner_text()


def test_a_result_that_no_longer_belongs_to_the_form_is_said_to_be_so(visit):
    page = visit("/clinicians", complaints_expected=True)
    page.wait_for_selector("#map-body .panels")
    assert page.locator("#stale").is_hidden()
    page.route("**/clinicians", lambda route: route.abort())
    field(page, "pregnancy.plurality").fill("2")
    page.wait_for_selector("#stale:visible")
    page.unroute("**/clinicians")
    field(page, "pregnancy.plurality").fill("3")

    page.wait_for_selector("#stale", state="hidden")


def test_the_note_follows_the_form(visit):
    page = visit("/clinicians")
    field(page, "pregnancy.gestation.at").fill("20+0")
    page.wait_for_selector("text=20+0, due 2026-10-19 (by gestation)")

    assert "20+0, due 2026-10-19 (by gestation)" in page.locator("#note").input_value()


def test_what_somebody_opened_stays_open_when_the_result_changes(visit):
    page = visit("/clinicians")
    show_example(page, "membranes-visible")
    page.click("#more-missing > summary")
    field(page, "pregnancy.fetal_death").select_option("no")
    page.wait_for_selector('.fill:text-is("fetal death")', state="detached")

    assert page.locator("#more-missing").get_attribute("open") is not None


def test_entries_are_added_and_removed_and_counted(visit):
    page = visit("/clinicians")
    page.click("#section-scans > summary")
    page.click("text=Add: Scan")
    page.click("text=Add: Scan")
    page.wait_for_selector('#count-scans:text-is("2")')
    page.click("#section-scans .entry:first-child button:has-text('Remove')")
    page.wait_for_selector('#count-scans:text-is("1")')

    expect(page.locator("#section-scans .entry .ordinal").first).to_have_text("1")
    expect(field(page, "scans[1].route")).to_have_count(1)


def test_it_works_without_a_script_by_button(visit):
    page = visit("/clinicians", script=False)
    page.click("#section-scans > summary")
    page.click("text=Add: Scan")
    field(page, "scans[0].cervical_length_mm").fill("21")
    field(page, "pregnancy.gestation.at").fill("20+0")
    page.select_option("#pregnancy\\.status", "ongoing")
    page.click(".actions .update")
    expect(page.locator("#pregnancy")).to_contain_text("20+0, due 2026-10-19")
    expect(field(page, "scans[0].cervical_length_mm")).to_have_value("21")
    page.locator(".who:visible").first.click()
    expect(page.locator("#shown .provenance")).to_have_count(1)
    page.click('#map button:has-text("vaginal cerclage") >> nth=0')

    page.wait_for_selector("#map-body .panel")
    assert page.locator("#map-body .panel").count() > 5


def test_all_is_done_by_keyboard_alone(visit):
    page = visit("/clinicians")
    page.focus("#pregnancy\\.status")
    page.keyboard.type("on")
    for _ in range(4):
        page.keyboard.press("Tab")
    field(page, "pregnancy.gestation.at").focus()
    page.keyboard.type("20+0")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=20+0, due 2026-10-19 (by gestation)")
    field(page, "section-scans").locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate(ACTIVE) == "scans[0].on"
    page.focus(".who >> nth=0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#trace[open]")
    assert page.evaluate(ACTIVE) == "why-title"


@pytest.mark.parametrize("script", [True, False])
def test_nothing_is_wider_than_a_narrow_phone(script, visit):
    page = visit("/clinicians", width=320, height=640, script=script)
    page.click(".open-record > summary")
    page.select_option("#example", "vaginal-stitch-in-place")
    page.click("text=Show it")
    page.click("text=Show the whole matrix")
    page.wait_for_selector(".matrix")

    assert is_too_wide(page) == 0


def test_the_download_is_the_record_of_the_form(visit):
    page = visit("/clinicians")
    field(page, "pregnancy.plurality").fill("2")
    with page.expect_download() as held:
        page.click("text=Save as YAML")

    assert held.value.suggested_filename == "record.yaml"
    assert Path(held.value.path()).read_text(encoding="utf-8") == "as_of: 2026-06-01\npregnancy:\n  plurality: 2\n"
