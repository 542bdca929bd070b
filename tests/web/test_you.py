import base64
import html
import json
import re
import zlib
from datetime import date

import icalendar
import pytest
from you_page import STORIES, begin, hidden, send, tell, text_of, to_question

from gravida.interview import Interview
from gravida.interview_kept import Torn, packed, unpacked

SCRIPT = "<script>alert(1)</script>"
BLEEDING = b"""
pregnancy: {status: ongoing, gestation: {at: 13+0, on: 2026-06-01}, plurality: 1}
prior_pregnancies: [{ended: 20+0, outcome: miscarriage, onset: spontaneous, plurality: 1}]
symptoms: [{on: 2026-06-01, bleeding: yes}]
"""


def opened(client, content):
    """Open a file of somebody's own."""
    return client.post("/you", data={"do": "open"}, files={"file": ("answers.yaml", content)})


@pytest.mark.parametrize("name", STORIES)
def test_every_story_comes_to_a_result(client, name):
    page = tell(client, name)

    assert page.status_code == 200
    assert "What there is for you" in text_of(page)
    assert "This is a draft." in text_of(page)


def test_one_painless_loss_shows_dates_options_and_both_sides(client):
    text = text_of(tell(client, "one painless loss"))

    assert "On 1 June 2026 you are 13 weeks pregnant (one baby)." in text
    assert "This pregnancy ended by itself in the middle three months." in text
    assert "They hold if nothing changes." in text
    assert "until 7 June 2026" in text
    assert "Why your doctor may say something else" in text


def test_early_losses_alone_do_not_point_to_cervical_insufficiency(client):
    text = text_of(tell(client, "three early losses"))

    assert text.count("On its own, this does not point to cervical insufficiency.") == 3


def test_a_loss_of_unsure_weeks_says_so(client):
    assert "You are not sure how far along you were." in text_of(tell(client, "not pregnant, after a loss"))


def test_options_come_with_what_trials_found_in_people(client):
    text = text_of(tell(client, "a short cervix"))

    assert "No number can tell how it will go for you." in text
    assert re.search(r"Of \d+ without it, about \d+(\.\d)? were born", text)


def test_dates_of_an_unsure_pregnancy_say_by_how_much_they_may_be_off(client):
    assert "Each date may be off by 6 days." in text_of(tell(client, "three early losses"))


def test_studies_are_counted_in_whole_people(client):
    figures = re.findall(r"Of 1000 (?:without|with) it, about (\S+)", text_of(tell(client, "a short cervix")))

    assert len(figures) > 2
    assert [each for each in figures if not each.isdigit()] == []


def test_where_studies_were_read_too_little_nobody_says_that_there_are_none(client):
    assert "There are studies on this, but this page cannot give you their numbers." in text_of(tell(client, "a short cervix"))


def test_a_date_says_how_each_guideline_puts_it(client):
    assert "22 June 2026 to 17 August 2026 Progesterone through the vagina. NICE, QCG: can be thought about" in text_of(tell(client, "one painless loss"))


def test_a_date_says_what_others_hold_against_it(client):
    text = text_of(send(client, opened(client, BLEEDING + b"examinations: [{on: 2026-06-01, active_bleeding: yes}]"), "result"))

    assert "A stitch through the vagina. But others advise against it with:" in text


def test_the_paper_has_what_was_told_in_the_words_of_notes(client):
    assert "Scan 1 of 1: on 30 May 2026, route of the scan transvaginal, cervical length 24.9 mm" in text_of(tell(client, "a short cervix"))


def test_the_paper_tells_a_doctor_of_somebody_with_a_warning_how_far_along_she_is(client):
    paper = send(client, opened(client, BLEEDING), "result").text.partition('class="only-on-paper')[2]

    assert "13 weeks pregnant" in paper
    assert "gestation when it ended 20+0" in paper


def test_which_earlier_pregnancy_is_meant_is_said_in_plain_words(client):
    page = to_question(client, begin(client), "prior_pregnancies[0].outcome", STORIES["one painless loss"])

    assert "Earlier pregnancy 1 of 1: 20 weeks · It began by itself How did this pregnancy end?" in text_of(page)


def test_what_was_told_is_said_back(client):
    text = text_of(tell(client, "a short cervix"))

    assert "24.9 mm" in text
    assert "Through the vagina" in text
    assert "30 May 2026" in text


# --- signs ---------------------------------------------------------------------------------------------------------------


def test_a_sign_that_needs_help_now_stops_everything(client):
    page = begin(client, signs=False)
    number = next(index for index, question in enumerate(re.findall(r'id="sign-\d+">([^<]*)', page.text)) if "bleeding heavily" in question)

    warned = send(client, page, "answer", **{f"mark-{number}": "yes", "rest": "yes"})

    assert hidden(warned, "step") == ""
    assert "Get help now" in text_of(warned)
    assert "You told us:" in text_of(warned)
    after = send(client, warned, "go-on")
    assert "You still need to call, if you have not." in text_of(after)
    result = send(client, after, "result")
    assert "The rest can wait until somebody has seen you." in text_of(result)
    assert "What doctors may talk about with you" not in text_of(result)
    assert "What doctors may talk about with you" in text_of(send(client, result, "everything"))


def test_signs_that_were_skipped_stay_until_they_are_answered(client):
    page = send(client, begin(client, signs=False), "unsure")
    skipped = "of the signs are not answered"

    assert skipped in text_of(page)
    later = to_question(client, page, "prior_pregnancies", STORIES["twins"])
    assert skipped in text_of(later)
    result = to_question(client, later, "", STORIES["twins"])
    assert text_of(result).count("You have not answered these") == 2  # on the page, and on paper
    again = send(client, result, "again")
    assert hidden(again, "step") == "signs-now"
    assert skipped not in text_of(send(client, again, "answer", rest="yes"))


@pytest.mark.parametrize("button", ["unsure", "result"])
def test_a_sign_that_was_marked_counts_whichever_button_is_pressed(client, button):
    page = send(client, begin(client, signs=False), button, **{"mark-0": "yes", "rest": "yes"})

    assert "Get help now" in text_of(page)


def test_not_to_know_the_other_signs_is_not_a_no_to_them(client):
    page = send(client, begin(client, signs=False), "unsure", **{"mark-0": "yes", "rest": "yes"})

    assert "of the signs are not answered" in text_of(send(client, page, "go-on"))


def test_what_was_marked_is_in_the_result_that_is_asked_for(client):
    page = to_question(client, begin(client), "conditions", STORIES["one painless loss"])

    result = send(client, page, "result", **{"mark-0": "yes"})

    asked = html.unescape(re.findall(r'id="sign-0">([^<]*)', page.text)[0])
    assert f"{asked} Yes" in text_of(result)


def test_a_sign_that_was_not_marked_is_not_a_no(client):
    page = begin(client, signs=False)

    answered = send(client, page, "answer", **{"unsure-0": "yes"})

    assert "of the signs are not answered" in text_of(answered)


def test_a_page_without_any_mark_is_asked_again(client):
    page = send(client, begin(client, signs=False), "answer")

    assert page.status_code == 400
    assert 'role="alert"' in page.text
    assert "Mark what is true." in text_of(page)


# --- going on and back ---------------------------------------------------------------------------------------------------


def test_back_goes_to_the_question_before(client):
    page = begin(client)
    before = hidden(page, "step")

    assert hidden(send(client, send(client, page, "unsure"), "back"), "step") == before


def test_the_first_question_leads_back_to_the_start(client):
    assert "Open a file that you saved" in text_of(send(client, begin(client, signs=False), "back"))


def test_prefer_not_to_say_is_an_answer_that_is_kept(client):
    page = to_question(client, begin(client), "prior_pregnancies[0].outcome", STORIES["one painless loss"])
    told = send(client, send(client, page, "declined"), "result")

    assert "How did this pregnancy end? Prefer not to say" in text_of(told)


def test_an_answer_sent_twice_counts_once(client):
    page = begin(client)
    once = send(client, page, "unsure")

    twice = client.post("/you", data={"state": hidden(once, "state"), "step": hidden(page, "step"), "do": "answer", "given": "yes"})

    assert hidden(twice, "step") == hidden(once, "step")


def test_what_cannot_be_read_is_asked_again_with_what_was_typed(client):
    page = to_question(client, begin(client), "plurality", STORIES["twins"])

    again = send(client, page, "answer", given="many")

    assert again.status_code == 400
    assert 'value="many"' in again.text
    assert 'aria-invalid="true"' in again.text


def test_what_cannot_be_is_said_in_plain_words_first(client):
    page = to_question(client, begin(client), "gestation", STORIES["twins"])

    assert "This cannot be right, or does not fit what you told before." in text_of(send(client, page, "answer", weeks="2", days="0"))


def test_a_length_that_could_be_centimetres_is_asked_about(client):
    page = to_question(client, begin(client), "scans[0].cervical_length_mm", STORIES["a short cervix"])

    doubtful = send(client, page, "answer", given="2.4")

    assert "2.4 millimetres is very short." in text_of(doubtful)
    assert hidden(send(client, doubtful, "answer", given="2.4", meant="yes"), "step") != hidden(page, "step")
    assert "24 mm" in text_of(send(client, send(client, doubtful, "answer", given="2.4 cm"), "result"))


def test_a_date_and_weeks_at_once_are_one_too_many(client):
    page = to_question(client, begin(client), "gestation", STORIES["twins"])

    assert "Fill in one of the two only." in text_of(send(client, page, "answer", weeks="20", date="2026-10-10"))


# --- taking along --------------------------------------------------------------------------------------------------------


def test_the_calendar_opens_in_a_calendar(client):
    answer = send(client, tell(client, "one painless loss"), "calendar")
    events = icalendar.Calendar.from_ical(answer.text).walk("VEVENT")

    assert answer.headers["content-type"].startswith("text/calendar")
    assert events
    assert all(isinstance(event.decoded("dtstart"), date) and event.decoded("dtstart") >= date(2026, 6, 1) for event in events)
    assert all("if nothing changes" in str(event["summary"]) for event in events)


def test_dates_in_a_calendar_say_by_how_much_they_may_be_off(client):
    events = icalendar.Calendar.from_ical(send(client, tell(client, "three early losses"), "calendar").text).walk("VEVENT")

    assert events
    assert all("may be off by 6 days" in str(event["description"]) for event in events)


def test_somebody_who_is_losing_a_pregnancy_is_shown_only_what_speaks_of_that(client):
    record = b"pregnancy: {status: ongoing, gestation: {at: 19+0, on: 2026-06-01}, miscarriage_in_progress: yes}\nprior_pregnancies: [{ended: 20+0}]"
    opened = client.post("/you", data={"do": "open"}, files={"file": ("a.yaml", record)})

    text = text_of(send(client, opened, "result"))

    assert "We are sorry" in text
    assert "What comes when" not in text
    assert "What studies counted" not in text


def test_a_saved_file_goes_on_where_it_stopped(client):
    page = to_question(client, begin(client), "scans", STORIES["one painless loss"])
    kept = send(client, page, "save")

    again = opened(client, kept.content)

    assert kept.headers["content-disposition"] == 'attachment; filename="answers.yaml"'
    assert hidden(again, "step") == "scans"
    assert send(client, again, "save").text.partition("\n")[2] == kept.text.partition("\n")[2]


def test_a_saved_file_leads_to_the_same_result(client):
    result = tell(client, "one painless loss")

    again = opened(client, send(client, result, "save").content)

    assert text_of(again).replace("Back to the last question ", "") == text_of(result).replace("Back to the last question ", "")


def test_a_file_for_other_programs_is_the_record(client):
    found = json.loads(send(client, tell(client, "twins"), "save-json").text)

    assert found["pregnancy"]["plurality"] == "2"


def test_deleting_leaves_nothing(client):
    page = send(client, tell(client, "twins"), "delete")

    assert hidden(page, "state") == ""
    assert "Your answers are gone" in text_of(page)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "No file was chosen"),
        (b"pregnancy: {plurallity: 1}", "plurallity"),
        (b"\xff\xfe\x00", "your file"),
        (b'{"resourceType": "Bundle", "type": "collection", "entry": []}', "made for clinics"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(client, content, says):
    page = client.post("/you", data={"do": "open"}, files={"file": ("a.yaml", content)})

    assert page.status_code == 400
    assert says in text_of(page)


# --- hostile input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["given", "weeks", "days", "date", "to-weeks", "step", "do"])
def test_a_script_in_a_field_is_never_a_script(client, field):
    page = to_question(client, begin(client), "gestation", STORIES["twins"])
    sent = {"state": hidden(page, "state"), "step": "gestation", "do": "answer", field: SCRIPT}

    answer = client.post("/you", data=sent)

    assert answer.status_code in (200, 400)
    assert SCRIPT not in answer.text


@pytest.mark.parametrize("state", ["", "x", "eJwDAAAAAAE=", SCRIPT, "A" * 100_000])
def test_a_torn_page_is_told_and_not_guessed(client, state):
    page = client.post("/you", data={"do": "answer", "state": state})

    assert page.status_code == 400
    assert "cannot be read" in text_of(page)


@pytest.mark.parametrize(
    "held",
    ['{{"data": {{"scans": {deep}}}, "asked": [], "past": [], "seen": []}}', '{{"data": {{}}, "asked": [], "past": [[{{"scans": {deep}}}, []]], "seen": []}}'],
)
def test_what_was_changed_on_the_way_is_told_and_is_no_fault(client, held):
    raw = held.format(deep="[" * 900 + "]" * 900)

    page = client.post("/you", data={"do": "back", "state": base64.urlsafe_b64encode(zlib.compress(raw.encode()))})

    assert page.status_code == 400
    assert "It was changed on the way, or cut short." in text_of(page)


def test_ten_megabytes_are_refused_in_words(client):
    page = client.post("/you", data={"do": "answer", "state": "A" * 10_000_000})

    assert page.status_code == 413
    assert "This is too large" in text_of(page)


def test_a_thousand_pregnancies_are_refused_in_words(client):
    page = to_question(client, begin(client), "prior_pregnancies", STORIES["twins"])
    listed = "prior_pregnancies:\n" + "- {ended: 8+0}\n" * 1000

    assert "This page can work with up to 40." in text_of(send(client, page, "answer", given="1000"))
    opened = client.post("/you", data={"do": "open"}, files={"file": ("a.yaml", listed.encode())})
    assert opened.status_code == 400
    assert "1000" in text_of(opened)


def test_nothing_of_anybody_stands_in_an_address_or_a_cookie(client):
    page = tell(client, "one painless loss")

    assert "set-cookie" not in page.headers
    assert page.headers["cache-control"] == "no-store"
    assert [link for link in re.findall(r'(?:href|action)="([^"]*)"', page.text) if "?" in link and not link.startswith("/static/")] == []


# --- what travels --------------------------------------------------------------------------------------------------------


def test_an_interview_travels_whole(knowledge):
    interview = Interview(knowledge, date(2026, 6, 1))
    interview.answer(interview.step(), {name: False for name, _ in interview.step().items})

    again, seen = unpacked(packed(interview, frozenset({"a/b"})), knowledge, date(2026, 6, 1))

    assert (again.data, again.asked, seen) == (interview.data, interview.asked, {"a/b"})
    assert again.back()
    assert again.asked == []


@pytest.mark.parametrize("word", ["", "eJyrVkpJLElUsqquBQAUAANN", "é"])
def test_what_was_torn_is_not_unpacked(knowledge, word):
    with pytest.raises(Torn):
        unpacked(word, knowledge, date(2026, 6, 1))
