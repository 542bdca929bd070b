"""The service over HTTP: cards for a whole request, refusals in words, limits, and silence in the log."""

import asyncio
import json
import logging
import time
from uuid import uuid4

import httpx2
import jwt
import pytest
from card_rules import check_answer
from cryptography.hazmat.primitives.asymmetric import ec
from hooks_places import SIGN, VIEW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_records import mutated

from gravida.hooks_app import parsed
from gravida.hooks_config import Client
from gravida.hooks_requests import SERVICES, Refused

JSON = {"Content-Type": "application/json"}
FHIR = "https://ehr.example/fhir"


def refusal(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    assert all(each["severity"] == "error" and each["code"] and each["diagnostics"] for each in body["issue"])
    return "\n".join(each["diagnostics"] for each in body["issue"])


def server(answers, seen=None):
    """A FHIR server that is not there: ``answers`` by the beginning of the path and query."""

    def handle(request):
        if seen is not None:
            seen.append(request)
        path = request.url.raw_path.decode()
        return next((found for start, found in answers.items() if path.startswith(f"/fhir/{start}")), httpx2.Response(404))

    return httpx2.AsyncClient(transport=httpx2.MockTransport(handle))


# --- what is offered ---------------------------------------------------------------------------------------------------


def test_services_are_listed_with_everything_that_must_be_there(service):
    found = service().get("/cds-services").json()["services"]

    assert {each["hook"] for each in found} == {"patient-view", "order-select", "order-sign"}
    assert all(each["id"] in SERVICES and each["description"] and each["title"] and each["prefetch"] for each in found)


def test_the_example_gets_cards_that_keep_the_rules(service, view):
    answer = service().post(VIEW, json=view).json()

    check_answer(answer)
    assert [each["summary"] for each in answer["cards"]][:2] == [
        "Vaginal progesterone: for it now: NICE",
        "Referral to a specialist in preterm birth: overdue: NHS England, RCOG, UK Preterm Clinical Network",
    ]


def test_what_a_site_declares_makes_more_cards_and_each_assumption_is_told(service, view):
    answer = service(source="us-core").post(VIEW, json=view).json()

    check_answer(answer)
    assert any("Vaginal cerclage" in each["summary"] for each in answer["cards"])
    assert all("Assumed: Every cerclage of this pregnancy is recorded as a procedure." in each["detail"] for each in answer["cards"])
    assert all(each["indicator"] != "critical" for each in answer["cards"])


def test_a_card_shows_the_measurement_with_the_resource_and_the_day(service, view):
    answer = service(source="us-core").post(VIEW, json=view).json()

    assert any("21 (Observation/cl1, 2026-04-07)" in each["detail"] for each in answer["cards"])


def test_a_draft_of_17_ohpc_gets_a_critical_card(service, sign):
    answer = service().post(SIGN, json=sign).json()

    check_answer(answer)
    assert [(each["indicator"], each["summary"]) for each in answer["cards"]] == [
        ("critical", "17-OHPC (hydroxyprogesterone caproate): advise against: EMA, FDA, SMFM")
    ]


def test_orders_of_nothing_of_ours_give_an_empty_list(service, sign):
    del sign["context"]["draftOrders"]["entry"][0]

    assert service().post(SIGN, json=sign).json() == {"cards": []}


def test_a_record_of_which_nothing_follows_gives_an_empty_list(service, view):
    view["prefetch"] = {"patient": view["prefetch"]["patient"], "conditions": {"resourceType": "Bundle", "entry": []}}

    assert service().post(VIEW, json=view).json() == {"cards": []}


def test_somebody_elses_resources_are_refused_and_not_judged(service, view):
    view["context"]["patientId"] = "p2"

    assert "none of these resources is about context.patientId" in refusal(service().post(VIEW, json=view), 422)


# --- prefetch, fetching, 412 ---------------------------------------------------------------------------------------------


def test_nothing_sent_and_nothing_to_fetch_from_is_412(service, view):
    del view["prefetch"]

    said = refusal(service().post(VIEW, json=view), 412)
    assert said.startswith("prefetch: none of this was sent: conditions, cervix, dating")
    assert said.endswith("no fhirServer is named")


def test_a_missing_key_is_fetched_with_the_token_that_was_given(service, view):
    seen = []
    cervix = view["prefetch"].pop("cervix")
    http = server({"Observation": httpx2.Response(200, json=cervix)}, seen)
    view |= {
        "fhirServer": FHIR,
        "fhirAuthorization": {"access_token": "t0ken", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.rs", "subject": "x"},
    }
    answer = service(http, source="us-core").post(VIEW, json=view).json()

    assert any("Observation/cl1" in each["detail"] for each in answer["cards"])
    assert [(each.method, each.url.host, each.url.params["patient"], each.headers["authorization"]) for each in seen] == [
        ("GET", "ehr.example", "p1", "Bearer t0ken")
    ]


def test_what_cannot_be_had_is_not_known_and_the_card_says_so(service, view):
    del view["prefetch"]["procedures"]
    answer = service(server({})).post(VIEW, json=view | {"fhirServer": FHIR}).json()

    assert all("Not known, because the record system did not give it: procedures" in each["detail"] for each in answer["cards"])


def test_nothing_sent_and_a_server_that_refuses_is_412(service, view):
    del view["prefetch"]
    http = server({"": httpx2.Response(403)})

    assert "it answered 403" in refusal(service(http).post(VIEW, json=view | {"fhirServer": FHIR}), 412)


def test_pages_are_followed_on_the_same_server_only(service, view):
    last = {"resourceType": "Bundle", "entry": view["prefetch"]["cervix"]["entry"]}
    first = {"resourceType": "Bundle", "entry": [], "link": [{"relation": "next", "url": f"{FHIR}/Page2?x=1"}]}
    elsewhere = {"resourceType": "Bundle", "entry": [], "link": [{"relation": "next", "url": "https://evil.example/fhir/Page2"}]}
    del view["prefetch"]["cervix"]
    for page, cards_of_it in ((first, True), (elsewhere, False)):
        seen = []
        http = server({"Observation": httpx2.Response(200, json=page), "Page2": httpx2.Response(200, json=last)}, seen)
        answer = service(http, source="us-core").post(VIEW, json=view | {"fhirServer": FHIR}).json()

        assert any("Observation/cl1" in each["detail"] for each in answer["cards"]) is cards_of_it
        assert {each.url.host for each in seen} == {"ehr.example"}


def test_pages_without_end_are_read_to_a_limit(service, view):
    seen = []
    endless = {"resourceType": "Bundle", "entry": [], "link": [{"relation": "next", "url": f"{FHIR}/Observation?again"}]}
    del view["prefetch"]["cervix"]
    answer = service(server({"Observation": httpx2.Response(200, json=endless)}, seen)).post(VIEW, json=view | {"fhirServer": FHIR})

    assert answer.status_code == 200
    assert len(seen) == 10
    assert "cervix (later pages)" in answer.json()["cards"][0]["detail"]


def test_a_redirect_is_not_followed(service, view):
    seen = []
    del view["prefetch"]["cervix"]
    http = server({"Observation": httpx2.Response(302, headers={"Location": "http://169.254.169.254/"})}, seen)
    service(http).post(VIEW, json=view | {"fhirServer": FHIR})

    assert {each.url.host for each in seen} == {"ehr.example"}


def test_where_anybody_may_call_no_server_is_asked(service, view):
    seen = []
    del view["prefetch"]["cervix"]
    answer = service(server({}, seen), local=False).post(VIEW, json=view | {"fhirServer": FHIR}).json()

    assert seen == []
    assert "did not give it: cervix" in answer["cards"][0]["detail"]


# --- refusals and limits -------------------------------------------------------------------------------------------------


def test_refusals_are_outcomes_with_words(service):
    here = service()

    assert refusal(here.get("/nothing"), 404).startswith("there is nothing at this address")
    assert "did you mean 'gravida-patient-view'" in refusal(here.post("/cds-services/gravida-patient-vew", json={}), 404)
    assert refusal(here.get(VIEW), 405)
    assert refusal(here.post(VIEW, content="{}", headers={"Content-Type": "text/plain"}), 415)
    assert refusal(here.post(VIEW, content="{", headers=JSON), 400) == "the body is not JSON in UTF-8"
    assert refusal(here.post(VIEW, content=b"\xff\xfe", headers=JSON), 400)
    assert refusal(here.post(VIEW, content='{"a": NaN}', headers=JSON), 400)


def test_a_large_body_is_refused_before_it_is_read_whole(service):
    here = service(largest_body_mb=1)

    assert refusal(here.post(VIEW, content=b" " * 1_000_001, headers=JSON), 413) == "the body is larger than 1 MB"
    assert refusal(here.post(VIEW, content=(b" " * 500_000 for _ in range(4)), headers=JSON), 413)


@pytest.mark.parametrize("start", ["[", '{"a":', '[{"b":['])
def test_a_deep_body_is_refused(service, start):
    assert "nested deeper" in refusal(service().post(VIEW, content=start * 200_000, headers=JSON), 400)


def test_brackets_in_texts_are_no_depth():
    assert parsed(json.dumps({"a": "[[[[" * 100, 'b\\"[': "]"}).encode()) == {"a": "[[[[" * 100, 'b\\"[': "]"}


@given(
    st.recursive(
        st.none() | st.text() | st.integers() | st.floats(allow_nan=False, allow_infinity=False), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_json_that_is_not_too_deep_is_read_as_it_is(value):
    assert parsed(json.dumps(value).encode()) == value


def test_a_slow_body_is_refused(service):
    app = service(slowest_body_seconds=1).app
    sent = []

    async def receive():
        await asyncio.sleep(30)

    async def send(message):
        sent.append(message)

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": VIEW, "raw_path": VIEW.encode(), "query_string": b"", "headers": headers,
             "http_version": "1.1", "scheme": "http", "server": ("x", 80), "client": ("y", 1), "root_path": ""}  # fmt: skip
    began = time.monotonic()
    asyncio.run(app(scope, receive, send))

    assert sent[0]["status"] == 408
    assert time.monotonic() - began < 10


def test_a_crowd_is_told_to_come_back(service, view):
    here = service(most_at_once=1)
    here.app.state.service.at_once = 1
    answer = here.post(VIEW, json=view)

    assert refusal(answer, 429)
    assert answer.headers["retry-after"] == "1"


def test_a_fault_of_ours_is_no_server_error_and_no_empty_list(service, view, monkeypatch, caplog):
    def broken(*_given, **_named):
        raise RuntimeError("Observation/cl1 is 21 mm")

    monkeypatch.setattr("gravida.hooks_judge.read_resources", broken)
    here = service()

    assert "nothing was judged" in refusal(here.post(VIEW, json=view), 422)
    assert here.get("/health").json()["faults"] == 1
    assert "RuntimeError at" in caplog.text
    assert "cl1" not in caplog.text


# --- browsers ------------------------------------------------------------------------------------------------------------


def test_a_browser_may_ask_first(service):
    answer = service().options(VIEW, headers={"Origin": "https://sandbox.example", "Access-Control-Request-Method": "POST",
                                              "Access-Control-Request-Headers": "authorization,content-type"})  # fmt: skip

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert {"GET", "POST", "OPTIONS"} <= set(answer.headers["access-control-allow-methods"].split(", "))
    assert {"authorization", "content-type"} <= set(answer.headers["access-control-allow-headers"].lower().split(", "))


def test_a_browser_can_read_answers_and_refusals(service, view):
    here = service()
    origin = {"Origin": "https://sandbox.example"}

    assert here.post(VIEW, json=view, headers=origin).headers["access-control-allow-origin"] == "*"
    assert here.post(VIEW, json={}, headers=origin).headers["access-control-allow-origin"] == "*"


def test_a_set_up_can_name_the_origins(service):
    here = service(allow_origins=("https://ehr.example",))
    asked = {"Access-Control-Request-Method": "POST"}

    assert here.options(VIEW, headers={"Origin": "https://ehr.example", **asked}).status_code == 200
    assert here.options(VIEW, headers={"Origin": "https://other.example", **asked}).status_code == 400


# --- tokens --------------------------------------------------------------------------------------------------------------


def test_where_clients_are_listed_a_token_is_asked_for_and_good_once(service, view):
    key = ec.generate_private_key(ec.SECP384R1())
    jwks = {"keys": [{**jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "1"}]}
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda request: httpx2.Response(200, json=jwks)))
    here = service(http, base_url="https://cds.example", clients=(Client("https://ehr.example", ("https://ehr.example/jwks",)),))
    now = int(time.time())
    claims = {"iss": "https://ehr.example", "aud": f"https://cds.example{VIEW}", "iat": now, "exp": now + 300, "jti": str(uuid4())}
    bearer = {"Authorization": "Bearer " + jwt.encode(claims, key, "ES384", headers={"kid": "1"})}

    none = here.post(VIEW, json=view)
    assert refusal(none, 401) == "this call needs a token that is accepted here"
    assert none.headers["www-authenticate"] == "Bearer"
    assert here.post(VIEW, json=view, headers=bearer).status_code == 200
    assert refusal(here.post(VIEW, json=view, headers=bearer), 401)
    assert refusal(here.post(f"{VIEW}/feedback", json={}), 401)
    assert here.get("/cds-services").status_code == 200


# --- feedback ------------------------------------------------------------------------------------------------------------


def given_back(**more):
    return {"card": str(uuid4()), "outcome": "overridden", "outcomeTimestamp": "2026-04-08T09:00:00Z", **more}


def test_feedback_is_counted_and_nothing_else_is_kept(service):
    here = service()
    entries = [
        given_back(outcome="accepted", acceptedSuggestions=[{"id": str(uuid4())}]),
        given_back(overrideReason={"reason": {"code": "declined"}, "userComment": "Jane said no"}),
        given_back(overrideReason={"reason": {"code": "their-own"}}),
        given_back(overrideReason={"userComment": "busy"}),
        given_back(),
    ]

    assert here.post(f"{VIEW}/feedback", json={"feedback": entries}).status_code == 200
    found = here.get("/feedback-totals")
    reasons = {"another-reason": 1, "declined": 1, "no-reason": 1, "words-alone": 1}
    assert found.json()["services"] == {"gravida-patient-view": {"accepted": 1, "overridden": 4, "reasons": reasons}}
    assert "Jane" not in found.text


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        (given_back(outcome="ignored"), "feedback[0].outcome"),  # cds-fb-1
        (given_back(outcome="accepted"), "feedback[0].acceptedSuggestions"),  # cds-fb-2
        (given_back(overrideReason={}), "feedback[0].overrideReason"),  # cds-fb-3
        (given_back(card=""), "feedback[0].card"),
        (given_back(outcomeTimestamp="yesterday"), "feedback[0].outcomeTimestamp"),
        ("x", "feedback[0]"),
    ],
)
def test_feedback_of_another_shape_is_refused_and_not_counted(service, entry, place):
    here = service()

    assert refusal(here.post(f"{VIEW}/feedback", json={"feedback": [entry, given_back()]}), 400).startswith(place)
    assert here.get("/feedback-totals").json()["services"] == {}


# --- what is never said --------------------------------------------------------------------------------------------------


def test_nothing_of_anybody_is_logged(service, view, sign, caplog):
    caplog.set_level(logging.DEBUG)
    del view["prefetch"]["cervix"]
    view |= {"fhirServer": FHIR, "fhirAuthorization": {"access_token": "t0ken-secret", "token_type": "Bearer"}}
    for path, body in ((VIEW, view), (SIGN, sign), (VIEW, {"context": {"patientId": "p1"}}), (f"{VIEW}/feedback", {"feedback": [given_back(card="p1-card")]})):
        service(server({"Observation": httpx2.Response(500, text="patient p1-name")})).post(path, json=body)

    assert [word for word in ("p1", "t0ken", "midwife-1", "1994-03-02", "cl1", "2026-08-18", "visit-7") if word in caplog.text] == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), which=st.booleans())
def test_a_mutated_record_is_never_a_server_error_and_cards_keep_the_rules(service, view, sign, caplog, seed, which):
    caplog.clear()
    answer = service().post(SIGN if which else VIEW, content=json.dumps(mutated(sign if which else view, seed)), headers=JSON)

    assert answer.status_code in (200, 400, 412, 422)
    assert "could not be judged" not in caplog.text
    if answer.status_code == 200:
        check_answer(answer.json())


def test_the_description_names_every_address(service):
    found = service().get("/openapi.json").json()

    assert set(found["paths"]) == {"/cds-services", "/cds-services/{id}", "/cds-services/{id}/feedback", "/feedback-totals", "/health", "/openapi.json"}


def test_a_refusal_keeps_its_place():
    with pytest.raises(Refused):
        parsed(b"")
