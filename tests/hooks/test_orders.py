"""What a draft order asks for: by code, by text where there is no code, and never by a guess."""

import pytest

from gravida.hooks_orders import recognise, recognise_all
from gravida.library import load

CODES = load().codes
SNOMED, CPT, ATC, RXNORM = "http://snomed.info/sct", "http://www.ama-assn.org/go/cpt", "http://www.whocc.no/atc", "http://www.nlm.nih.gov/research/umls/rxnorm"


def service(text=None, *coding, **more):
    return {"resourceType": "ServiceRequest", "id": "1", "code": concept(text, *coding), **more}


def medicine(text=None, *coding, **more):
    return {"resourceType": "MedicationRequest", "id": "1", "medicationCodeableConcept": concept(text, *coding), **more}


def concept(text, *coding):
    return {**({"text": text} if text else {}), "coding": [{"system": system, "code": code} for system, code in coding]}


def means(order, around=()):
    found = recognise(order, CODES, around)
    return found and found.means.id


@pytest.mark.parametrize(
    ("coding", "expected"),
    [
        ((SNOMED, "90442009"), "cerclage-vaginal"),
        ((CPT, "59320"), "cerclage-vaginal"),
        ((CPT, "59325"), "cerclage-abdominal"),
        ((SNOMED, "46681009"), "cerclage-abdominal"),
        ((SNOMED, "265636007"), "cerclage"),
        ((CPT, "59871"), None),
    ],
)
def test_a_service_is_known_by_its_code(coding, expected):
    assert means(service(None, coding)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cervical cerclage, McDonald", "cerclage-vaginal"),
        ("Laparoscopic abdominal cerclage", "cerclage-abdominal"),
        ("Cerclage", "cerclage"),
        ("Arabin cervical pessary insertion", "pessary"),
        ("17-OHPC injection", "17-ohpc"),
        ("Removal of cervical cerclage", None),
        ("Transvaginal ultrasound, cerclage in place", None),
        ("Pessary for prolapse", None),
        ("17-hydroxyprogesterone, serum", None),
        ("Progesterone level", None),
        ("Urine culture", None),
    ],
)
def test_a_service_without_a_code_is_known_by_its_text(text, expected):
    assert means(service(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hydroxyprogesterone caproate 250 mg/mL", "17-ohpc"),
        ("Makena 275 mg autoinjector", "17-ohpc"),
        ("Medroxyprogesterone 10 mg tablet", None),
        ("Progesterone 200 mg vaginal capsule", "progesterone-vaginal"),
        ("Progesterone 400 mg pessary", "progesterone"),
        ("Progesterone 200 mg oral capsule", "progesterone"),
        ("Clotrimazole 500 mg pessary", None),
    ],
)
def test_a_medicine_without_a_code_is_known_by_its_text(text, expected):
    assert means(medicine(text)) == expected


def test_a_code_goes_before_a_text():
    assert means(service("Cerclage", (CPT, "59871"))) is None
    assert means(medicine("some injection", (ATC, "G03DA03"))) == "17-ohpc"


def test_a_code_that_nobody_has_checked_is_not_used():
    assert means(medicine(None, (ATC, "G03DA04"))) is None


@pytest.mark.parametrize(
    ("dosage", "expected"),
    [
        ([{"route": {"text": "vaginal"}}], "progesterone-vaginal"),
        ([{"text": "200 mg per vaginam at night"}], "progesterone-vaginal"),
        ([{"route": {"coding": [{"system": SNOMED, "code": "16857009", "display": "Vaginal route"}]}}], "progesterone-vaginal"),
        ([{"route": {"coding": [{"system": SNOMED, "code": "16857009"}]}}], "progesterone"),  # nobody has checked this code yet
        ([{"route": {"text": "by mouth"}}], "progesterone-other"),
        ([{"text": "50 mg intramuscular"}], "progesterone-other"),
        ([{"text": "one at night"}], "progesterone"),
        ([{"text": "oral or vaginal"}], "progesterone"),
        ([], "progesterone"),
    ],
)
def test_the_route_of_progesterone_is_what_the_dosage_says_and_never_a_guess(dosage, expected):
    assert means(medicine(None, (RXNORM, "312641"), dosageInstruction=dosage)) == expected


def test_a_medicine_is_found_where_the_order_refers_to_it():
    medication = {"resourceType": "Medication", "id": "m1", "code": concept("Hydroxyprogesterone caproate")}
    referring = {"resourceType": "MedicationRequest", "id": "1", "medicationReference": {"reference": "Medication/m1"}}
    containing = {"resourceType": "MedicationRequest", "medicationReference": {"reference": "#m1"}, "contained": [medication]}

    assert means(referring) is None
    assert means(referring, [medication]) == "17-ohpc"
    assert means(containing) == "17-ohpc"


@pytest.mark.parametrize("taken_back", [{"doNotPerform": True}, {"status": "entered-in-error"}, {"status": "revoked"}])
def test_an_order_that_was_taken_back_is_none(taken_back):
    assert means(service("Cerclage", **taken_back)) is None


def test_an_order_for_somebody_else_is_left_out_and_one_thing_is_said_once():
    orders = [service("Cerclage", subject={"reference": f"https://ehr.example/fhir/Patient/{patient}"}) for patient in ("p1", "p2", "p1")]

    assert len(recognise_all(orders, "p1", CODES)) == 1
    assert recognise_all(orders[1:2], "p1", CODES) == []


ODD = (
    {}, {"resourceType": 3}, {"resourceType": "ServiceRequest", "code": "cerclage"}, {"code": {"coding": "x", "text": 4}},
    {"resourceType": "MedicationRequest", "medicationReference": 7, "contained": 3, "dosageInstruction": {"route": 1}},
)  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_fhir_is_nothing_of_ours(odd):
    assert recognise(odd, CODES) is None
