import re
import time
from html import unescape
from pathlib import Path

import pytest
from clinicians_page import fields_of, ids_of, send

FHIR = Path(__file__).parents[2] / "examples" / "fhir"
START = [("as_of", "2026-06-01"), ("pregnancy.status", "ongoing"), ("pregnancy.gestation.at", "20+0"), ("pregnancy.plurality", "1")]
SHORT = [
    *START,
    ("scans[]", "0"),
    ("scans[0].on", "2026-05-30"),
    ("scans[0].route", "transvaginal"),
    ("scans[0].cervical_length_mm", "21"),
    ("cerclages", "none"),
]
BLEEDING = [*START, ("symptoms[]", "4"), ("symptoms[4].on", "2026-06-01"), ("symptoms[4].heavy_bleeding", "yes")]
PART = {"hx-request": "true"}
NEW_FIELD = re.compile(r'id="(\w+)\[NUMBER\]\.(\w+)"')
SCRIPT = "<script>alert(1)</script>\"'{{7*7}}"


def part(client, fields, **more):
    client.headers.update(PART)
    return send(client, fields, **more)


def test_the_page_opens_with_nothing_known_and_says_so(client):
    page = client.get("/clinicians").text

    assert 'name="as_of" value="2026-06-01"' in page
    assert "Not answered for today (15):" in page
    assert "Not answered is not no." in page


def test_a_red_flag_stands_before_everything_else(client):
    page = send(client, BLEEDING).text

    assert 'class="alarm flag now"' in page
    assert page.index("NOW: heavy bleeding") < page.index('id="result"')


def test_a_fault_is_told_at_its_field_and_in_the_summary(client):
    page = send(client, [*START, ("pregnancy.plurality", "banana")]).text

    assert '<p class="wrong" id="pregnancy.plurality-fault">Found banana; expected a whole number from 1 to 8.</p>' in page
    assert 'aria-describedby="pregnancy.plurality-hint pregnancy.plurality-fault"' in page
    assert page.count('aria-invalid="true"') == 1
    assert '<a href="#pregnancy.plurality">This pregnancy: Number of fetuses</a>' in page


def test_a_fault_hides_no_red_flag(client):
    page = send(client, [*BLEEDING, ("symptoms[4].at", "twenty"), ("pregnancy.plurality", "banana")]).text

    assert page.index("NOW: heavy bleeding") < page.index("To be mended: 2")


def test_a_sign_without_a_day_warns_all_the_same_and_asks_for_the_day(client):
    page = send(client, [*START, ("symptoms[]", "0"), ("symptoms[0].heavy_bleeding", "yes"), ("pregnancy.gestation.at", "")]).text

    assert "NOW: heavy bleeding" in page
    assert 'id="symptoms[0].on-fault"' in page


def test_of_two_datings_that_contradict_each_other_none_is_used(client):
    page = send(client, [*START, ("pregnancy.due_date", "2026-07-01")]).text

    assert "Not used in the result below until then: This pregnancy: " in page
    assert "gestation not known" in page


def test_a_word_that_no_field_has_is_kept_and_told(client):
    page = send(client, [*START, ("pregnancy.placenta_praevia", "maybe")]).text

    assert '<option value="maybe" selected>maybe</option>' in page
    assert "expected yes or no" in page


def test_without_a_day_of_assessment_nothing_is_judged_and_the_page_says_why(client):
    page = send(client, [("as_of", ""), ("pregnancy.plurality", "1")]).text

    assert "Without a day of assessment nothing can be judged" in page
    assert "There is no result yet." in page


def test_faults_keep_a_file_from_being_made(client):
    answer = send(client, [*START, ("pregnancy.plurality", "banana")], "/clinicians/record.yaml")

    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")


def test_the_record_is_downloaded_under_a_name_that_says_nothing(client):
    answer = send(client, START, "/clinicians/record.yaml")

    assert answer.headers["content-disposition"] == 'attachment; filename="record.yaml"'
    assert answer.text == "as_of: 2026-06-01\npregnancy:\n  status: ongoing\n  gestation: 20+0\n  plurality: 1\n"


def test_every_visible_verdict_is_in_words_and_each_guideline_a_button(client):
    page = send(client, SHORT).text

    assert '<span class="verdict now"><span aria-hidden="true">●</span> applies now</span>' in page
    assert '<span class="stance consider">says to consider</span>' in page
    assert 'value="why nice-2022-preterm-labour/' in page


def test_a_button_leads_to_reasons_with_criterion_citation_and_provenance(client):
    page = part(client, SHORT, do="why acog-2014-cerclage/definition").text

    assert "Who it is for" in page
    assert "American College of Obstetricians and Gynecologists" in page
    assert '<dl class="provenance">' in page
    assert "Signed by nobody. This is a draft." in page


def test_reasons_say_where_a_value_came_from(client):
    opened = client.post("/clinicians/open", data={"text": (FHIR / "short-cervix.json").read_text(encoding="utf-8"), "source": "us-core"})
    page = part(client, fields_of(opened.text), do="why nice-2022-preterm-labour/progesterone-for-short-cervix").text

    assert "Observation/cl-a, 11961-0, 2026-05-28" in page or "Observation/cl-b, 11961-0, 2026-05-28" in page


def test_reasons_that_do_not_exist_are_no_fault_of_ours(client):
    assert part(client, START, do="why nobody/nothing").status_code == 404


def test_superseded_and_unverified_advice_is_shown_only_on_request_and_marked(client):
    assert "rcog-2011-cerclage/" not in send(client, SHORT).text
    assert '<span class="mark">superseded</span>' in send(client, SHORT, old="yes", rest="yes").text


def test_a_country_leaves_the_others_out_but_no_sign(client):
    page = send(client, BLEEDING, country="DE").text

    assert "NOW: heavy bleeding" in page
    assert "why nice-2022" not in page


def test_the_whole_matrix_has_a_column_for_every_guideline_that_stands(client, knowledge):
    page = unescape(part(client, SHORT, do="matrix").text)
    standing = [each for each in knowledge.recommendations.values() if knowledge.guidelines[each.guideline].status == "current"]
    columns = {knowledge.guidelines[each.guideline].heading for each in standing if not each.is_recalled}
    missing = [heading for heading in columns if f'<th scope="col">{heading}</th>' not in page]

    assert len(columns) > 20
    assert missing == []


def test_the_map_shows_the_present_point_in_every_panel_and_in_words(client):
    page = part(client, SHORT, do="map transvaginal-cerclage").text

    assert page.count('<path class="here" transform=') == page.count('<figure class="panel">') > 5
    assert "(today)" in page
    assert "Today: gestation 20+0, shortest length 21 mm." in page


def test_a_map_of_nobody_pregnant_is_explained(client):
    assert "A map is one of an ongoing pregnancy" in part(client, [("as_of", "2026-06-01"), ("pregnancy.status", "not-pregnant")], do="map").text


def test_a_missing_fact_leads_to_its_field_without_a_script(client):
    page = send(client, START, do="new scans cervical_length_mm").text

    assert (
        'id="scans[0].cervical_length_mm" name="scans[0].cervical_length_mm" value="" autocomplete="off" autocapitalize="none" spellcheck="false" autofocus'
        in page
    )
    assert 'id="section-scans" data-section="scans" open' in page


@pytest.mark.parametrize("example", ["singleton", "one-painless-loss-at-20w", "membranes-visible", "vaginal-stitch-in-place"])
def test_every_missing_fact_leads_to_a_field_that_is_there(example, client):
    page = client.post("/clinicians/open", data={"example": example}).text
    buttons = [each.partition('"')[0] for each in page.split('class="fill" form="record" name="do" value="')[1:]]
    ids = set(ids_of(page))
    there = {f"go {each}" for each in ids} | {f"new {list_name} {source}" for list_name, source in NEW_FIELD.findall(page)}

    assert len(buttons) > 3
    assert set(buttons) - there == set()


def test_the_note_is_short_names_its_day_its_sources_and_that_it_is_a_draft(client):
    note = send(client, SHORT).text.partition('<textarea id="note"')[2].partition(">")[2].partition("</textarea>")[0]

    assert note.startswith("\nGravida, as of 2026-06-01\nDraft. No clinician has reviewed this.")
    assert "Not answered for today (not answered is not no): heavy bleeding," in note
    assert "says to offer vaginal progesterone" in note
    assert "NICE 2022 NG25: National Institute for Health and Care Excellence" in note
    assert len(note.splitlines()) < 60


def test_fhir_is_opened_with_a_report_of_its_reading(client):
    page = client.post("/clinicians/open", files={"file": ("her name.json", (FHIR / "short-cervix.json").read_bytes())}, data={"source": "us-core"}).text

    assert "How it was read, as of 2026-06-01: Patient/" in page
    assert 'name="pregnancy.due_date" value="2026-10-12"' in page
    assert "Nobody has signed what us-core declares." in page
    assert "her name" not in page


def test_strict_reading_assumes_nothing(client):
    page = client.post("/clinicians/open", data={"text": (FHIR / "short-cervix.json").read_text(encoding="utf-8"), "source": "us-core", "strict": "yes"}).text

    assert "Assumed:" not in page


def test_of_the_resources_of_several_people_the_page_asks_whose(client):
    told = (FHIR / "mother-and-child.json").read_text(encoding="utf-8")
    asked = client.post("/clinicians/open", data={"text": told}).text
    people = [each.partition('"')[0] for each in asked.split('name="patient" value="')[1:]]
    chosen = client.post("/clinicians/open", data={"text": told, "patient": people[-1]})

    assert len(people) > 1
    assert f"How it was read, as of 2026-06-01: {people[-1]}" in chosen.text or chosen.status_code == 422


def test_a_record_that_cannot_be_read_says_where_and_keeps_what_was_pasted(client):
    answer = client.post("/clinicians/open", data={"text": "as_of: 2026-06-01\nscans: [{route: vaginal}]\n"})

    assert answer.status_code == 422
    assert "text:2:17: scans[0].route: found vaginal; expected one of transvaginal, transabdominal, transperineal." in answer.text
    assert "scans: [{route: vaginal}]\n</textarea>" in answer.text


def test_a_day_that_is_none_is_told_and_not_replaced_by_today(client):
    answer = client.post("/clinicians/open", data={"text": "as_of: 2026-06-01", "day": "1 June"})

    assert (answer.status_code, "As of which day: expected a date written year-month-day" in answer.text) == (422, True)


def test_a_day_of_assessment_that_cannot_be_read_is_told_and_nothing_is_judged(client):
    page = send(client, [("as_of", "2026-13-01"), ("pregnancy.plurality", "1")]).text

    assert 'value="2026-13-01" aria-invalid="true"' in page
    assert "Nothing of the form can be judged until then." in page


@pytest.mark.parametrize("text", ["1-" * 200_000 + "\n", "9" * 500_000, "18+0 to " * 50_000])
def test_a_field_of_great_length_is_answered_soon(text, client):
    start = time.perf_counter()
    page = send(client, START, **{"pregnancy.gestation.at": text}).text

    assert "To be mended: 1" in page
    assert time.perf_counter() - start < 2


def test_nothing_opened_is_told(client):
    answer = client.post("/clinicians/open", data={"text": "  "})

    assert (answer.status_code, "Nothing was chosen, pasted or uploaded." in answer.text) == (422, True)


def test_a_script_in_every_field_stays_text(client):
    names = [name for name, _ in fields_of(client.get("/clinicians").text) if name != "kept"]
    page = send(client, [(name, SCRIPT) for name in names]).text

    assert "<script>alert" not in page
    assert "{{7*7}}" in page


def test_a_script_in_a_file_stays_text(client):
    page = client.post("/clinicians/open", data={"text": f"as_of: '{SCRIPT[:8]}'\n</textarea><script>alert(1)</script>: 3\n"}).text

    assert "<script>alert" not in page


def test_ten_megabytes_are_refused_in_words(client):
    answer = client.post("/clinicians/open", data={"text": "x" * 10_000_000})

    assert (answer.status_code, "This is too large" in answer.text) == (413, True)


def test_a_thousand_earlier_pregnancies_are_refused_in_words(client):
    as_file = client.post("/clinicians/open", data={"text": "prior_pregnancies: [" + "{}, " * 999 + "{}]"})
    as_form = send(client, [*START, *(("prior_pregnancies[]", str(number)) for number in range(1000))])

    assert "found a list of 1000; expected at most 40 entries" in as_file.text.replace("&#39;", "'")
    assert "There are 1000 entries; this page can work with up to 200 in one list, and takes none of them." in as_form.text
    assert "20+0, due 2026-10-19" in as_form.text


@pytest.mark.parametrize("kept", ["{", "[]", '{"origins": 3}', '{"origins": {"a": "b"}, "assumed": [], "conflicts": []}', "[" * 100_000])
def test_what_travels_beside_the_form_is_refused_if_it_was_tampered_with(kept, client):
    assert send(client, START, kept=kept).status_code == 400


@pytest.mark.parametrize("do", ["remove scans 99999", "add nothing", "new scans", "remove", "go", "rest-no scans x", "add pregnancy", "x" * 5000])
def test_a_button_that_nobody_has_does_no_harm(do, client):
    assert send(client, START, do=do).status_code == 200


def test_an_address_with_a_record_in_it_shows_nothing_of_it(client):
    """The record travels in forms; a query is not read as one."""
    assert "SECRET" not in client.get("/clinicians?pregnancy.plurality=SECRET").text
