"""The room where guidelines differ: what it shows is what the solver found, and without the solver it says so."""

import re
import subprocess
import sys
import threading

import pytest
from test_guidelines import shown

from gravida.compare.pairs import differences, plainest
from gravida.record import read_record
from gravida.web.compare_view import matrix_of
from gravida.web.compare_work import Answers, spoken
from gravida.web.site import Problem

TOPIC = "examination-indicated-cerclage"
PAIR = ("acog-2014-cerclage", "rcog-2022-cerclage")
ADDRESS = f"/compare/pair?a={PAIR[0]}&b={PAIR[1]}"
NICE_AND_SMFM = "/compare/pair?a=nice-2022-preterm-labour&b=smfm-2024-short-cervix"


@pytest.fixture(scope="module")
def found(knowledge):
    return differences(*PAIR, knowledge)


def records(page):
    return [text.replace("&#39;", "'").replace("&#34;", '"') for text in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)]


def test_the_room_offers_every_topic_on_which_two_current_documents_speak(client, knowledge):
    page = client.get("/compare").text
    assert f'href="/compare?topic={TOPIC}"' in page
    assert [each for each in knowledge.guidelines if f'"/compare/{each}"' not in page] == []
    assert "repeat-cerclage" not in page


@pytest.mark.parametrize("address", ["/compare", f"/compare?topic={TOPIC}", ADDRESS, "/compare/rcog-2022-cerclage", "/compare/editions"])
def test_everything_says_that_it_is_a_draft_and_merges_nothing(client, address):
    text = shown(client, address)
    assert "Draft. No doctor or midwife has reviewed this, and nothing is merged or settled." in text


def test_the_matrix_shows_for_every_two_the_plainest_way_in_which_they_part(client, knowledge):
    matrix = matrix_of(TOPIC, Answers(knowledge))
    for (one, other), state in matrix.states.items():
        both = differences(one, other, knowledge, [TOPIC])
        assert state == (plainest(both) or ("never" if both else state))
        assert state == matrix.states[other, one]
        assert (state in ("neither", "apart")) == (not both)
    text = shown(client, f"/compare?topic={TOPIC}")
    assert "for, and against" in text
    assert "One is for it now, and the other is against it." in text


def test_documents_without_an_act_in_common_are_not_said_to_agree(client, knowledge):
    states = matrix_of("surveillance", Answers(knowledge)).states
    speaking = spoken(knowledge)["surveillance"]
    for (one, other), state in states.items():
        in_common = {each.action for each in speaking[one]} & {each.action for each in speaking[other]}
        assert (state == "apart") == (not in_common)


def test_a_pair_shows_every_way_with_its_record_or_with_the_proof(client, found):
    page = client.get(ADDRESS).text
    assert len(records(page)) == sum(each.found is not None for each in found)
    assert page.count("Proved that no record shows this:") == sum(each.found is None for each in found)
    text = shown(client, ADDRESS)
    assert "ACOG 2014 Practice Bulletin 142 is for it now, and RCOG 2022 Green-top Guideline 75 is against it." in text
    assert "Only it means somebody like this" in text


def test_every_record_that_is_shown_can_be_read_and_opened_for_clinicians(client, knowledge):
    page = client.get(ADDRESS).text
    for text in records(page):
        assert read_record(text.encode(), "shown", knowledge.dictionary).as_of is not None
    sent = re.search(r'<textarea name="text"[^>]*>(.*?)</textarea>', page, re.DOTALL)[1]
    answer = client.post("/clinicians/open", files={"text": (None, sent.strip())})
    assert answer.status_code == 200
    assert 'name="pregnancy.gestation' in answer.text


def test_an_act_that_turns_on_a_length_has_the_map_of_both_and_the_region_with_a_point_in_it(client):
    text = shown(client, ADDRESS)
    assert "The map of both, and where they differ" in text
    assert re.search(r"For example at \d+\+\d and [\d.]+ mm: ACOG 2014 Practice Bulletin 142: ", text)
    page = client.get(ADDRESS).text
    assert page.count('<figure class="panel">') % 3 == 0


def test_both_ways_round_a_pair_is_the_same_pair(client):
    swapped = f"/compare/pair?a={PAIR[1]}&b={PAIR[0]}"
    assert sorted(records(client.get(swapped).text)) == sorted(records(client.get(ADDRESS).text))


def test_a_document_alone_shows_what_is_declared_with_the_reason_and_whom_it_says_nothing_to(client, knowledge):
    text = shown(client, "/compare/rcog-2022-cerclage")
    declared = [each for each in knowledge.comparing.declared if each.of[0].startswith("rcog-2022-cerclage")]
    assert declared
    assert [each.because for each in declared if " ".join(each.because.split()) not in text] == []
    assert "Nobody has looked at this yet." not in text
    assert "A gap is no fault." in text


def test_editions_show_what_changed(client):
    text = shown(client, "/compare/editions")
    assert "RCOG 2011 Green-top Guideline 60, replaced by RCOG 2022 Green-top Guideline 75" in text
    assert "/compare/pair?a=rcog-2011-cerclage&amp;b=rcog-2022-cerclage" in client.get("/compare/editions").text


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("/compare/rcog-2022-cercage", "/compare/rcog-2022-cerclage"),
        ("/compare/pair?a=acog-2014-cerclag&b=", "/compare/acog-2014-cerclage"),
        ("/compare?topic=surveilance", "/compare?topic=surveillance"),
    ],
)
def test_a_name_that_is_not_there_leads_to_the_nearest(client, address, near):
    assert "Do you mean one of these?" in shown(client, address, 404)
    assert f'href="{near}"' in client.get(address).text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a" * 5000, "\x00"])
@pytest.mark.parametrize("address", ["/compare/pair?a=", "/compare?topic="])
def test_a_hostile_name_is_a_page_that_is_not_there(client, address, name):
    answer = client.get(address.partition("?")[0], params={address.partition("?")[2].strip("="): name})
    assert answer.status_code == 404
    assert "<script>alert" not in answer.text


def test_a_document_is_not_held_against_itself(client):
    assert "This is the same document twice." in shown(client, f"/compare/pair?a={PAIR[0]}&b={PAIR[0]}")


# --- one answer at a time ----------------------------------------------------------------------------------------------


def test_an_answer_is_worked_out_once_and_one_at_a_time(knowledge, monkeypatch):
    worked, inside, most = [], [], []

    def slowly(one, other, known, topics):
        inside.append(1)
        most.append(len(inside))
        threading.Event().wait(0.02)
        inside.pop()
        worked.append((one, other, *topics))
        return []

    monkeypatch.setattr("gravida.compare.pairs.differences", slowly)
    answers = Answers(knowledge)
    threads = [threading.Thread(target=answers.differences, args=(*PAIR[:: 1 if even else -1], ["removal", TOPIC])) for even in (True, False) * 2]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(worked) == [(*PAIR, TOPIC), (*PAIR, "removal")]
    assert max(most) == 1


def test_whoever_comes_when_many_wait_is_told_to_come_again_and_what_is_kept_is_still_shown(knowledge, monkeypatch):
    begun, over = threading.Event(), threading.Event()
    answers = Answers(knowledge, waiting=1)
    kept = answers.differences(*PAIR, ["removal"])
    monkeypatch.setattr("gravida.compare.pairs.differences", lambda *asked: (begun.set(), over.wait(20), [])[-1])
    first = threading.Thread(target=answers.differences, args=(*PAIR, [TOPIC]))
    first.start()
    assert begun.wait(20)
    with pytest.raises(Problem) as problem:
        answers.differences(*PAIR, ["vaginal-progesterone"])
    assert problem.value.status == 503
    assert answers.differences(*PAIR, ["removal"]) == kept
    over.set()
    first.join()


# --- without the solver ------------------------------------------------------------------------------------------------

WITHOUT = """
import sys
sys.modules["z3"] = None
from datetime import date
from starlette.applications import Starlette
from starlette.testclient import TestClient
from gravida.library import load
from gravida.web.pages import page_routes
client = TestClient(Starlette(routes=list(page_routes(load(), lambda: date(2026, 6, 1)))), headers={"accept": "text/html"})
for address in ("/", "/you", "/clinicians", "/guidelines", "/guidelines/compare", "/about"):
    assert client.get(address).status_code == 200, address
for address in ("/compare", "/compare/pair?a=x&b=y", "/compare/editions", "/compare/rcog-2022-cerclage"):
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert "pip install &#39;gravida[compare]&#39;" in answer.text, answer.text
"""


def test_without_the_solver_the_room_says_so_and_every_other_room_works():
    ran = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


# --- in a browser ------------------------------------------------------------------------------------------------------


def test_in_a_browser_without_scripts_somebody_comes_from_a_topic_to_a_record_for_clinicians(visit):
    page = visit("/compare", script=False)
    page.click(f"a[href='/compare?topic={TOPIC}']")
    page.locator(".grid td a").first.click()
    page.locator(".witness summary").first.click()
    page.locator(".witness button").first.click()
    assert page.url.endswith("/clinicians/open")
    assert "?" not in page.url
    assert page.locator("#record-title, .record").count()


def test_the_matrix_is_a_grid_on_a_desk_and_lists_on_a_phone(visit):
    page = visit(f"/compare?topic={TOPIC}")
    assert page.locator(".grid").is_visible()
    assert not page.locator(".listed").is_visible()
    page.set_viewport_size({"width": 375, "height": 800})
    assert page.locator(".listed").is_visible()
    assert not page.locator(".grid").is_visible()
