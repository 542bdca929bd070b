"""What a request must hold, what is asked for in advance, and what happens when it is not there."""

import re

import pytest

from gravida.hooks_config import Config, ConfigError, may_fetch, read_config
from gravida.hooks_requests import Refused, filled_in, incomplete_keys, missing_keys, read_request, resources_of, templates
from gravida.library import load

TEMPLATES = templates(load().codes)
LONGEST = 2000


@pytest.mark.parametrize("key", TEMPLATES)
def test_a_template_asks_only_for_what_every_server_supports(key):
    template = TEMPLATES[key]
    path, _, query = template.partition("?")

    assert re.fullmatch(r"Patient/\{\{context\.patientId\}\}|[A-Z][A-Za-z]+", path)
    assert {each.partition("=")[0] for each in query.split("&") if each} <= {"patient", "code", "_count"}
    assert re.findall(r"\{\{(.*?)\}\}", template) == ["context.patientId"]
    assert len(filled_in(template, "x" * 64)) < LONGEST


def test_no_code_that_nobody_has_checked_is_asked_for():
    asked = {each.rpartition("|")[2] for template in TEMPLATES.values() for each in template.partition("code=")[2].partition("&")[0].split(",") if each}
    recalled = {row.code for row in load().codes.rows if row.confidence == "recalled" and row.system in ("loinc", "snomed")}

    assert "11961-0" in asked
    assert not asked & recalled


def test_the_example_is_a_request(view):
    found = read_request(view, "patient-view")

    assert (found.patient, found.encounter) == ("p1", "visit-7")
    assert missing_keys(found, TEMPLATES) == ()


def test_members_of_later_editions_are_passed_over(view):
    view |= {"hookVersion": "3.0", "extension": {"x": 1}}
    view["context"] |= {"new": [1]}
    view["prefetch"] |= {"more": None}

    assert read_request(view, "patient-view").patient == "p1"


def test_everything_that_is_wrong_is_said_at_once_and_no_value_is_repeated():
    body = {
        "hook": "secret-1",
        "hookInstance": "secret-2",
        "context": {"patientId": "secret 3"},
        "fhirAuthorization": {"access_token": 4},
        "prefetch": {"conditions": "secret-5"},
    }
    with pytest.raises(Refused) as refused:
        read_request(body, "patient-view")

    places = [each.place for each in refused.value.faults]
    assert places == ["hook", "hookInstance", "context.patientId", "fhirServer", "fhirAuthorization.access_token", "fhirAuthorization.token_type",
                      "fhirAuthorization.token_type", "prefetch"]  # fmt: skip
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("body", [None, [], "x", 3, {}, {"context": []}, {"context": {"patientId": "../Patient/1"}}, {"context": {"patientId": "a" * 65}}])
def test_a_body_of_another_shape_is_refused(body):
    with pytest.raises(Refused) as refused:
        read_request(body, "patient-view")
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "server", ["ftp://x/fhir", "https://", "https://user:pw@x/fhir", "https://x/fhir?y=1", "https://x:0/", "//x", "https://[1", "https://x#y"]
)
def test_a_server_that_is_no_base_url_is_refused(view, server):
    with pytest.raises(Refused):
        read_request(view | {"fhirServer": server}, "patient-view")


def test_a_token_for_another_patient_is_refused(view):
    grant = {"access_token": "t", "token_type": "Bearer", "patient": "p2"}
    with pytest.raises(Refused, match=re.escape("fhirAuthorization.patient")):
        read_request(view | {"fhirServer": "https://ehr.example/fhir", "fhirAuthorization": grant}, "patient-view")


def test_a_request_shows_nothing_in_its_repr(view):
    grant = {"access_token": "hidden-token", "token_type": "Bearer"}
    found = read_request(view | {"fhirServer": "https://ehr.example/fhir", "fhirAuthorization": grant}, "patient-view")

    assert repr(found) == "Request(hook='patient-view')"


def test_only_the_orders_that_were_chosen_are_looked_at(sign):
    sign |= {"hook": "order-select"}
    sign["context"]["selections"] = ["ServiceRequest/urine"]
    found = read_request(sign, "order-select")

    assert [each["id"] for each in found.orders] == ["urine"]
    assert len(found.around) == 2


def test_null_and_an_outcome_are_not_had_and_an_empty_bundle_is(view):
    view["prefetch"] |= {"conditions": None, "procedures": {"resourceType": "OperationOutcome"}, "medications": {"resourceType": "Bundle"}}
    del view["prefetch"]["episodes"]

    assert missing_keys(read_request(view, "patient-view"), TEMPLATES) == ("conditions", "procedures", "episodes")


def test_a_search_with_more_pages_is_known_to_be_incomplete(view):
    view["prefetch"]["conditions"]["link"] = [{"relation": "self", "url": "a"}, {"relation": "next", "url": "https://ehr.example/fhir?page=2"}]

    assert incomplete_keys(read_request(view, "patient-view"), TEMPLATES) == {"conditions": "https://ehr.example/fhir?page=2"}


@pytest.mark.parametrize("odd", [None, 3, {"resourceType": "Bundle", "entry": 3}, {"resourceType": "Bundle", "entry": [3, {}, {"resource": 4}]}])
def test_a_bundle_of_another_shape_has_no_resources(odd):
    assert list(resources_of(odd)) == []


def test_a_set_up_says_everything_that_is_wrong_with_the_nearest_name():
    with pytest.raises(ConfigError) as error:
        read_config("sourse: us-core\nclients: [{issuer: x}]\nfhir-servers: [http://ehr.example]\nmost-at-once: 0\nstrict: maybe\n", "hooks.yaml")

    assert str(error.value).splitlines() == [
        "hooks.yaml:1:9: there is no key 'sourse' here; did you mean 'source'?",
        "hooks.yaml:2:10: clients: expected {issuer: …, keys: [https://…]} for each client",
        "hooks.yaml:3:15: fhir-servers: found 'http://ehr.example'; expected a URL that begins with https:// (http:// only for localhost)",
        "hooks.yaml:4:15: most-at-once: expected a whole number from 1 to 1000",
        "hooks.yaml:5:9: strict: expected yes or no",
    ]


def test_clients_need_the_address_that_tokens_are_made_for():
    with pytest.raises(ConfigError, match="base-url is missing"):
        read_config("clients:\n  - {issuer: a, keys: [https://a.example/k]}\n", "hooks.yaml")


@pytest.mark.parametrize(
    ("listed", "server", "known", "expected"),
    [
        ((), "https://ehr.example/fhir", True, True),
        ((), "https://ehr.example/fhir", False, False),
        ((), "http://ehr.example/fhir", True, False),
        ((), "http://localhost:8090/fhir", True, True),
        (("https://ehr.example/fhir",), "https://ehr.example/fhir", False, True),
        (("https://ehr.example/fhir",), "https://other.example/fhir", True, False),
    ],
)
def test_only_servers_that_may_be_asked_are_asked(listed, server, known, expected):
    assert may_fetch(server, Config(fhir_servers=listed), known_callers=known) is expected
