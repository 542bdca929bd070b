import html
import re

import pytest

RCOG, LINE = "/guidelines/rcog-2022-cerclage", "/guidelines/rcog-2022-cerclage/ultrasound-indicated"


def shown(client, address, status=200):
    """The text of a page, without its markup."""
    answer = client.get(address)
    assert answer.status_code == status
    apart = re.sub(r"</(th|td|dt|dd|li|p|h\d)>", " ", answer.text)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", "", apart)))


def hits(client, query):
    return re.findall(r'<h3><a href="/guidelines/([^"]+)"', client.get("/guidelines", params={"q": query}).text)


def test_every_document_is_listed_with_its_standing(client, knowledge):
    page = client.get("/guidelines").text
    assert [each for each in knowledge.guidelines if f'"/guidelines/{each}"' not in page] == []
    text = shown(client, "/guidelines")
    assert "Superseded. This document no longer stands. Replaced by: SOGC 2019 Guideline 373." in text
    assert "read in a copy of the guideline: 67" in text
    assert "NOT read by anybody: unverified" in text


def test_every_document_and_every_line_of_advice_can_be_read(client, knowledge):
    addresses = [f"/guidelines/{each}" for each in (*knowledge.guidelines, *knowledge.recommendations)]
    assert [each for each in addresses if client.get(each).status_code != 200] == []


def test_a_document_shows_what_it_is_and_all_that_it_says(client, knowledge):
    page = client.get(RCOG).text
    text = shown(client, RCOG)
    assert [key for key in knowledge.guidelines["rcog-2022-cerclage"].recommendations if f'"/guidelines/{key}"' not in page] == []
    assert "Royal College of Obstetricians and Gynaecologists" in text
    assert "doi 10.1111/1471-0528.17003" in text
    assert "It replaces RCOG 2011 Green-top Guideline 60" in text
    assert "Its own definitions" in text
    assert "preterm births or second-trimester losses" in text


def test_a_superseded_document_says_so_first_and_leads_to_what_replaced_it(client):
    page = client.get("/guidelines/rcog-2011-cerclage").text
    assert page.index("no longer stands") < page.index("lines of advice")
    assert 'Replaced by: <a href="/guidelines/rcog-2022-cerclage">' in re.sub(r"\s+", " ", page)


@pytest.mark.parametrize(
    "what",
    [
        "says to offer: vaginal cerclage",
        "A singleton pregnancy after one or more spontaneous second-trimester losses or preterm births",
        "This is for you if you are expecting one baby",
        "cervical length before 24+0 (shortest, transvaginal): at most 25 mm",
        "plurality = 1 and AtLeast(1, spontaneous_second_trimester_losses_or_preterm_births) and cervical_length_before_24w_mm <= 25",
        "Up to and including 23+6 of pregnancy.",
        "membranes visible",
        "at least 1: vaginal stitches in this pregnancy",
        "The limit is 25 mm or less in the recommendation.",
        "Grade A (evidence level 1++)",
        "section not noted",
        "How the weeks were read read in a copy of the guideline. A copy of the guideline lay open",
        "Draft. No doctor or midwife has reviewed and signed this line.",
        "a millimetre more scans of the cervix: cervical length 26 mm - does not apply",
        "not examined today not recorded: examinations ◐ now, if nothing speaks against it",
    ],
)
def test_a_line_says_everything_that_there_is_to_say_of_it(client, what):
    assert what in shown(client, LINE)


def test_what_nobody_has_read_is_marked_wherever_it_stands(client, knowledge):
    key = next(key for key, each in knowledge.recommendations.items() if each.is_recalled)
    document = key.partition("/")[0]
    assert "nobody has read it in the source" in shown(client, f"/guidelines/{key}")
    assert "Unverified. Nobody has read this in the source." in shown(client, f"/guidelines/{document}")
    assert "It may be wrong. It is never shown to patients as fact." in shown(client, f"/guidelines/{key}")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cervical stitch", "rcog-2022-cerclage/ultrasound-indicated"),
        ("CERCLAGE", "sogc-2019-cerclage"),
        ("labor", "nice-2022-preterm-labour"),
        ("fodselshjelp", "ngf-2017-preterm-labour"),
        ("norway", "ngf-2017-preterm-labour"),
        ("Gynaecologists", "acog-2014-cerclage"),
        ("bed rest", "smfm-2020-activity-restriction"),
        ("17-OHPC", "fda-2023-17ohpc"),
        ("stich remov", "rcog-2022-cerclage/removal"),
        ("progestrone", "sogc-2020-progesterone"),
    ],
    ids=lambda value: value.partition("/")[0],
)
def test_a_search_forgives_other_words_accents_spelling_and_slips(client, query, found):
    assert found in hits(client, query)


def test_a_hit_shows_where_the_words_stand(client):
    page = client.get("/guidelines", params={"q": "bed rest"}).text
    assert "<mark>bed</mark> <mark>rest</mark>" in page
    assert "What it is about:</span> activity <mark>restriction</mark> or <mark>bed</mark> <mark>rest</mark>" in page


def test_what_has_only_some_of_the_words_is_shown_as_that(client):
    text = shown(client, "/guidelines?q=cerclage+Qwxyzzy")
    assert "Nothing has all of these words. These have some of them." in text


def test_a_search_without_a_hit_says_what_to_try(client):
    assert "Nothing has these words. Try fewer or other words" in shown(client, "/guidelines?q=qwxyzzy")


def test_a_topic_shows_what_every_document_says_on_it(client, knowledge):
    page = client.get("/guidelines?topic=removal").text
    lines = [key for key, each in knowledge.recommendations.items() if each.topic == "removal"]
    assert [key for key in lines if f'"/guidelines/{key}"' not in page] == []
    assert "/guidelines/rcog-2022-cerclage/ultrasound-indicated" not in page


def test_a_search_within_a_topic_finds_nothing_of_others(client, knowledge):
    page = client.get("/guidelines?q=cerclage&topic=removal").text
    found = re.findall(r'<h3><a href="/guidelines/([^"]+)"', page)
    assert {knowledge.recommendations[each].topic for each in found} == {"removal"}


def test_two_documents_stand_side_by_side_by_topic(client):
    text = shown(client, "/guidelines/compare?a=rcog-2022-cerclage&b=nice-2022-preterm-labour")
    assert text.index("Where both speak") < text.index("Only RCOG 2022 Green-top Guideline 75") < text.index("Only NICE 2022 NG25")


def test_two_lines_stand_side_by_side(client):
    address = "/guidelines/compare?a=rcog-2022-cerclage/ultrasound-indicated&b=acog-2014-cerclage/ultrasound-indicated"
    text = shown(client, address)
    assert "at most 25 mm" in text
    assert "less than 25 mm" in text


def test_a_document_is_not_put_beside_itself(client):
    page = client.get("/guidelines/compare?a=rcog-2022-cerclage&b=rcog-2022-cerclage").text
    assert "This is the same document twice." in page
    assert 'aria-invalid="true" aria-describedby="same"' in page


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("/guidelines/rcog-2022-cercage", "RCOG 2022 Green-top Guideline 75"),
        ("/guidelines/rcog-2022-cerclage/ultrasound-indicate", "RCOG 2022 Green-top Guideline 75: Ultrasound indicated"),
        ("/guidelines/compare?a=rcog-2022-cerclag&b=", "RCOG 2022 Green-top Guideline 75"),
    ],
)
def test_a_name_that_is_not_there_leads_to_the_nearest(client, address, near):
    text = shown(client, address, 404)
    assert "Do you mean one of these?" in text
    assert near in text


@pytest.mark.parametrize(
    "address",
    [
        "/guidelines/<script>alert(1)</script>",
        "/guidelines/compare?a=<script>alert(1)</script>",
        "/guidelines?topic=<script>alert(1)</script>",
        "/guidelines/" + "a" * 5000,
        "/guidelines/..%2f..%2fetc%2fpasswd",
    ],
)
def test_a_hostile_name_is_a_page_that_is_not_there(client, address):
    answer = client.get(address)
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("query", ["<script>alert(1)</script>", "a" * 5000, "\x00", "%", "'\"><b>", "word " * 500])
def test_a_hostile_search_is_an_ordinary_search(client, query):
    answer = client.get("/guidelines", params={"q": query})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert '"><b>' not in answer.text


def test_in_a_browser_somebody_finds_a_line_and_puts_it_beside_another(visit):
    page = visit("/guidelines", script=False)
    page.fill("#q", "ultrasound indicated RCOG 2022")
    page.click("button:has-text('Search')")
    page.click("a[href='/guidelines/rcog-2022-cerclage/ultrasound-indicated']")
    page.select_option("#b", "acog-2014-cerclage/ultrasound-indicated")
    page.click("text=Show side by side")
    assert page.locator("h1").inner_text() == "Two lines of advice side by side"


def test_two_documents_are_beside_each_other_on_a_desk_and_below_each_other_on_a_phone(visit):
    page = visit("/guidelines/compare?a=rcog-2022-cerclage&b=nice-2022-preterm-labour")
    left, right = (page.locator(".pair .side").nth(each).bounding_box() for each in (0, 1))
    assert left["y"] == right["y"]
    page.set_viewport_size({"width": 390, "height": 844})
    left, right = (page.locator(".pair .side").nth(each).bounding_box() for each in (0, 1))
    assert right["y"] >= left["y"] + left["height"]
