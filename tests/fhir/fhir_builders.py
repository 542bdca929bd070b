"""Small FHIR resources, and one way to read them: what a test does not say is left out."""

from datetime import date

from gravida.fhir import read_resources
from gravida.library import load
from gravida.record import plain

KNOWLEDGE = load()
TODAY = date(2026, 6, 1)
"""On this day the pregnancy of ``DUE`` is 22+3."""
SYSTEMS = {
    "loinc": "http://loinc.org", "snomed": "http://snomed.info/sct", "cm": "http://hl7.org/fhir/sid/icd-10-cm", "icd": "http://hl7.org/fhir/sid/icd-10",
    "cpt": "http://www.ama-assn.org/go/cpt", "pcs": "http://www.cms.gov/Medicare/Coding/ICD10", "rx": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc", "verification": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "dicom": "http://dicom.nema.org/resources/ontology/DCM",
    "clinical": "http://terminology.hl7.org/CodeSystem/condition-clinical", "act": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
}  # fmt: skip


def coded(*codes, text=None):
    """``coded("loinc 11961-0")``"""
    found = {"coding": [dict(zip(("system", "code"), (SYSTEMS[each.split()[0]], each.split()[1]), strict=True)) for each in codes]}
    return {**found, "text": text} if text else found


def observation(name, code, on=None, **more):
    day = {"effectiveDateTime": on} if on else {}
    return {"resourceType": "Observation", "id": name, "status": "final", "subject": {"reference": "Patient/p1"}, "code": coded(code), **day, **more}


def condition(name, code, on=None, active=None, **more):
    day = {"onsetDateTime": on} if on else {}
    status = {"clinicalStatus": coded(f"clinical {active}")} if active else {}
    return {"resourceType": "Condition", "id": name, "subject": {"reference": "Patient/p1"}, "code": coded(code), **day, **status, **more}


def procedure(name, code, on=None, **more):
    day = {"performedDateTime": on} if on else {}
    return {"resourceType": "Procedure", "id": name, "status": "completed", "subject": {"reference": "Patient/p1"}, "code": coded(code), **day, **more}


def medicine(name, code=None, on=None, kind="MedicationRequest", **more):
    day = {"authoredOn": on} if on else {}
    what = {"medicationCodeableConcept": coded(code)} if code else {}
    return {"resourceType": kind, "id": name, "status": "active", "intent": "order", "subject": {"reference": "Patient/p1"}, **what, **day, **more}


def quantity(value, unit=None, code=None):
    return {"valueQuantity": {key: each for key, each in (("value", value), ("unit", unit), ("code", code)) if each is not None}}


def due(day="2026-10-02", name="due", on="2026-03-02", code="11781-2"):
    return observation(name, f"loinc {code}", on, valueDateTime=day)


DUE = due()


def length(name, value, unit="mm", on="2026-05-20", route="transvaginal", **more):
    method = {"method": {"text": route}} if route else {}
    return observation(name, "loinc 11961-0", on, **quantity(value, code=unit), **method, **more)


def read(*resources, as_of=TODAY, **how):
    return read_resources(list(resources), KNOWLEDGE, as_of=as_of, **how)


def record(*resources, **how):
    """What is read, as a person would write it, without the day of assessment."""
    found = plain(read(*resources, **how).record)
    del found["as_of"]
    return found


def left_out(*resources, **how):
    """What is left out, and why."""
    return {each.resource: each.why for each in read(*resources, **how).ignored}
