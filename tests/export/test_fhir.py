"""Every resource is FHIR, says what it is, and never turns advice against something into an order."""

from base64 import b64decode
from collections import Counter
from dataclasses import replace

import pytest
from fhir.resources.R4B import get_fhir_model_class

from gravida.export_cql import exported
from gravida.export_fhir import ORDERED, library_resource, orders, plan, resources
from gravida.export_terms import EXTENSIONS, jurisdiction, resource_id
from gravida.guideline import Signature
from gravida.library import load

KNOWLEDGE = load()
RESOURCES = list(resources(KNOWLEDGE))
PLANS = {each["id"]: each for each in RESOURCES if each["resourceType"] == "PlanDefinition"}
LIBRARIES = {each["url"]: each for each in RESOURCES if each["resourceType"] == "Library"}
ACTIVITIES = {each["url"]: each for each in RESOURCES if each["resourceType"] == "ActivityDefinition"}
ACTIONS = {f"{plan_id}/{action['id']}": action for plan_id, each in PLANS.items() for action in each["action"]}
ORDERING = {"definitionCanonical", "definitionUri", "type", "code", "action", "dynamicValue", "transform", "trigger"}
BINDINGS = {
    "status": {"draft", "active", "retired"}, "kind": {"ServiceRequest", "MedicationRequest", "applicability", "complex-type"}, "intent": {"proposal"},
    "priority": {"stat", "urgent"}, "requiredBehavior": {"could"}, "precheckBehavior": {"no"}, "selectionBehavior": {"at-most-one", "any"},
    "groupingBehavior": {"logical-group"}, "language": {"text/cql-identifier"}, "contentType": {"text/cql"}, "use": {"in"},
}  # fmt: skip
"""The codes of FHIR R4 that are used here; the models that validate do not check codes."""
STANDARD = {
    "http://terminology.hl7.org/CodeSystem/plan-definition-type": {"eca-rule"},
    "http://terminology.hl7.org/CodeSystem/library-type": {"logic-library"},
    "http://terminology.hl7.org/CodeSystem/action-type": {"create"},
    "http://unstats.un.org/unsd/methods/m49/m49.htm": {"001"},
}


def stance(action):
    return next(each["valueString"] for each in action["extension"] if each["url"].endswith("/stance"))


def nodes(value):
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda each: f"{each['resourceType']}-{each['id']}")
def test_every_resource_is_valid(resource):
    model = get_fhir_model_class(resource["resourceType"]).model_validate(resource)

    assert model.id == resource["id"]
    assert {"url", "version", "name", "title", "status", "description", "copyright", "publisher"} <= resource.keys()


def test_every_code_is_one_of_fhir():
    for node in nodes(RESOURCES):
        for key, allowed in BINDINGS.items():
            assert node.get(key, next(iter(allowed))) in allowed
        if node.get("system") in STANDARD:
            assert node["code"] in STANDARD[node["system"]]


def test_ids_and_addresses_are_unique():
    assert len({(each["resourceType"], each["id"]) for each in RESOURCES}) == len(RESOURCES)
    assert len({each["url"] for each in RESOURCES}) == len(RESOURCES)
    assert all(each["url"] == f"urn:gravida:fhir/{each['resourceType']}/{each['id']}" for each in RESOURCES)


def test_every_recommendation_is_exported_once():
    exported_keys = Counter(f"{plan_id}/{action['id']}" for plan_id, each in PLANS.items() for action in each["action"])

    assert exported_keys == Counter(KNOWLEDGE.recommendations.keys())


@pytest.mark.parametrize("key", [key for key, each in KNOWLEDGE.recommendations.items() if each.stance == "against"])
def test_advice_against_something_is_no_order_and_says_so(key):
    action = ACTIONS[key]

    assert not action.keys() & ORDERING
    assert stance(action) == "against"
    assert "AGAINST: " in action["title"]
    assert "advises against" in action["title"]


def test_only_what_is_for_doing_something_that_was_read_and_still_stands_carries_an_order():
    for key, action in ACTIONS.items():
        recommendation = KNOWLEDGE.recommendations[key]
        if action.keys() & ORDERING:
            assert recommendation.stance in ("recommend", "offer", "consider"), key
            assert not recommendation.is_recalled, key
            assert KNOWLEDGE.guidelines[recommendation.guideline].status == "current", key
            assert {KNOWLEDGE.actions[each].kind for each in recommendation.actions} & ORDERED, key


def test_every_order_that_follows_is_there():
    for key, action in ACTIONS.items():
        linked = [node["definitionCanonical"].rpartition("/")[2] for node in nodes(action) if "definitionCanonical" in node]
        assert tuple(linked) == orders(KNOWLEDGE.recommendations[key], KNOWLEDGE), key


def test_what_can_be_ordered_is_what_something_leads_to():
    linked = {node["definitionCanonical"] for node in nodes(list(ACTIONS.values())) if "definitionCanonical" in node}

    assert linked == ACTIVITIES.keys()


def test_an_order_has_no_dose_and_is_a_proposal():
    for each in ACTIVITIES.values():
        assert not {"dosage", "quantity", "timingTiming", "timingPeriod", "dynamicValue", "doNotPerform", "transform"} & each.keys()
        assert each["intent"] == "proposal"
        assert "No clinician" in each["description"] or "Not reviewed by a clinician" in each["description"]


def test_nobody_is_bound_to_an_order_and_none_is_ticked_beforehand():
    for node in nodes(list(ACTIONS.values())):
        if "definitionCanonical" in node:
            assert (node["requiredBehavior"], node["precheckBehavior"]) == ("could", "no")


def test_of_a_free_choice_at_most_one_is_taken():
    chosen = [action for key, action in ACTIONS.items() if "action" in action and KNOWLEDGE.recommendations[key].free_choice]

    assert chosen
    assert {each["selectionBehavior"] for each in chosen} == {"at-most-one"}
    assert all("definitionCanonical" not in each for each in chosen)


def test_what_nobody_has_read_is_marked_and_carries_no_order():
    recalled = [key for key, each in KNOWLEDGE.recommendations.items() if each.is_recalled]

    assert recalled
    for key in recalled:
        assert "UNVERIFIED: " in ACTIONS[key]["title"]
        assert "Not for patients" in ACTIONS[key]["description"]
        assert not ACTIONS[key].keys() & ORDERING


def test_a_superseded_document_is_retired():
    superseded = {key for key, each in KNOWLEDGE.guidelines.items() if each.status == "superseded"}

    assert superseded
    assert {key for key, each in PLANS.items() if each["status"] == "retired"} == superseded
    assert all("SUPERSEDED" in PLANS[key]["description"] for key in superseded)
    assert all(action["title"].startswith("SUPERSEDED: ") for key in superseded for action in PLANS[key]["action"])


def test_everything_is_an_unreviewed_draft():
    assert {each["status"] for each in RESOURCES} == {"draft", "retired"}
    assert all(each["experimental"] is True for each in RESOURCES)
    assert all("Not reviewed by a clinician" in each["description"] for each in (*PLANS.values(), *LIBRARIES.values(), *ACTIVITIES.values()))


def signed(*keys):
    signature = Signature("0000-0002-1825-0097", "obstetrician", "2026-06-01", "")
    changed = {key: replace(KNOWLEDGE.recommendations[key], review=(replace(signature, digest=KNOWLEDGE.recommendations[key].digest),)) for key in keys}
    return replace(KNOWLEDGE, recommendations={**KNOWLEDGE.recommendations, **changed})


def test_a_document_stays_a_draft_until_all_of_it_is_signed():
    smallest = min(KNOWLEDGE.guidelines.values(), key=lambda each: (each.status != "current", len(each.recommendations) < 2, len(each.recommendations)))
    (library,) = (each for each in exported(KNOWLEDGE) if each.guideline == smallest.id)
    some, whole = plan(library, signed(smallest.recommendations[0])), plan(library, signed(*smallest.recommendations))

    assert (some["status"], some["experimental"]) == ("draft", True)
    assert "1 of its" in some["description"]
    assert (whole["status"], whole["experimental"]) == ("active", False)
    assert "Not reviewed" not in str(whole)
    assert "obstetrician" in str(whole["action"][0]["extension"])


def test_every_condition_names_a_definition_of_the_library():
    for each in PLANS.values():
        (address,) = each["library"]
        cql = b64decode(LIBRARIES[address]["content"][0]["data"]).decode()
        for action in each["action"]:
            (condition,) = action["condition"]
            assert condition["kind"] == "applicability"
            assert condition["expression"]["reference"] == address
            assert f'define "{condition["expression"]["expression"]}": ' in cql


def test_a_library_holds_the_text_that_is_exported_as_cql():
    for library in exported(KNOWLEDGE):
        (content,) = library_resource(library, KNOWLEDGE)["content"]
        assert b64decode(content["data"]).decode() == library.cql


def test_every_action_has_its_words_its_source_and_its_weeks():
    for key, action in ACTIONS.items():
        recommendation = KNOWLEDGE.recommendations[key]
        (documentation,) = action["documentation"]
        marks = [each["valueString"] for each in action["extension"] if each["url"].endswith("/provenance")]

        assert action["textEquivalent"] == recommendation.says
        assert documentation["type"] == "citation"
        assert recommendation.source.locator in documentation["citation"]
        assert len(documentation["citation"]) > len(recommendation.source.locator) + 10
        assert marks == [f"{part}: {how}" for part, how in recommendation.provenance.items()]
        assert "When: " in action["description"]


def test_a_vague_window_says_which_days_are_vague_and_why():
    assert "From 15+0 to 25+6 it cannot be said" in ACTIONS["acog-2014-cerclage/history-indicated"]["description"]


def test_every_extension_is_defined():
    used = {node["url"].rpartition("/")[2] for node in nodes(list(ACTIONS.values())) if "valueString" in node}

    assert used <= EXTENSIONS.keys()
    assert {each["id"] for each in RESOURCES if each["resourceType"] == "StructureDefinition"} == EXTENSIONS.keys()


def test_a_body_is_named_and_never_as_the_publisher():
    assert {each["publisher"] for each in RESOURCES} == {"Gravida"}
    assert all(KNOWLEDGE.guidelines[key].body_name in each["description"] for key, each in PLANS.items())


@pytest.mark.parametrize(("place", "expected"), [
    ("GB", {"coding": [{"system": "urn:iso:std:iso:3166", "code": "GB"}]}), ("EU", {"text": "European Union"}), ("our hospital", {"text": "our hospital"}),
])  # fmt: skip
def test_a_country_has_its_code_and_nothing_else_has_one(place, expected):
    assert jurisdiction(place) == expected


def test_long_names_that_differ_keep_ids_that_differ():
    first, second = (resource_id("g" * 80 + end) for end in ("a", "b"))

    assert first != second
    assert len(first) == len(second) == 64


def test_published_risks_are_left_out():
    studies = KNOWLEDGE.risks.studies.keys()
    facts = {each.fact for library in exported(KNOWLEDGE) for each in library.expressions}

    assert studies
    assert not any(name.startswith(f"{study}/") for name in facts for study in studies)
