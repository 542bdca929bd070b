"""What holds of every reading, whatever the resources: order, strangers, damage and absence never make an unknown a no."""

import copy

import pytest
from fhir_builders import DUE, KNOWLEDGE, TODAY, coded, condition, due, length, medicine, observation, procedure, quantity, read
from hypothesis import given, settings
from hypothesis import strategies as st

from gravida.fhir import FhirError, read_resources
from gravida.record import RecordError, plain

LAWS = settings(max_examples=80, deadline=None)
DAYS = [
    "2018-03-01",
    "2022-05-10",
    "2022-05-16",
    "2024-05-10",
    "2026-01-20",
    "2026-04-07",
    "2026-05-20",
    "2026-05-25",
    "2026-06-01",
    "2026-08-01",
    "2024",
    None,
]
VERIFIED = coded("verification provisional")
MAKERS = [
    lambda name, on: due(name=name, on=on), lambda name, on: due("2026-10-20", name, on, code="11779-6"), lambda name, on: due("2024-09-20", name, on),
    lambda name, on: observation(name, "loinc 8665-2", on, valueDateTime="2025-12-26"),
    lambda name, on: observation(name, "loinc 11885-1", on, **quantity(20, code="wk")),
    lambda name, on: observation(name, "loinc 49052-4", on, **quantity(137, code="d")),
    lambda name, on: observation(name, "loinc 11888-5", on, valueString="21+3"),
    lambda name, on: condition(name, "cm Z3A.20", on), lambda name, on: condition(name, "snomed 77386006", on, "active"),
    lambda name, on: observation(name, "loinc 82810-3", on, valueCodeableConcept=coded("snomed 77386006")),
    lambda name, on: observation(name, "loinc 82810-3", on, valueCodeableConcept=coded("snomed 60001007")),
    lambda name, on: {"resourceType": "EpisodeOfCare", "id": name, "status": "finished", "type": [coded("snomed 424525001")],
                      "patient": {"reference": "Patient/p1"}, "period": {"start": on} if on else {}},
    lambda name, on: length(name, 30, on=on), lambda name, on: length(name, 2.1, "cm", on=on), lambda name, on: length(name, 21, None, on=on, route=None),
    lambda name, on: length(name, 3, None, on=on), lambda name, on: length(name, 2, on=on),
    lambda name, on: procedure(name, "snomed 90442009", on), lambda name, on: procedure(name, "cpt 59325", on),
    lambda name, on: procedure(name, "cpt 57700", on),
    lambda name, on: procedure(name, "cpt 59871", on), lambda name, on: observation(name, "snomed 69802008", on, valueBoolean=True),
    lambda name, on: procedure(name, "cpt 57520", on), lambda name, on: procedure(name, "cpt 57530", on), lambda name, on: procedure(name, "cpt 59812", on),
    lambda name, on: medicine(name, "rx 8727", on), lambda name, on: medicine(name, "rx 8727", on, status="completed", kind="MedicationAdministration"),
    lambda name, on: medicine(name, None, on, medicationReference={"reference": "Medication/gone"}),
    lambda name, on: condition(name, "snomed 85116003", on), lambda name, on: condition(name, "cm O03.9", on),
    lambda name, on: condition(name, "snomed 169826009", on),
    lambda name, on: condition(name, "snomed 85116003", None, recordedDate=on), lambda name, on: condition(name, "cm O42.012", on),
    lambda name, on: observation(name, "loinc 63893-2", on, valueCodeableConcept=coded("snomed 169826009")),
    lambda name, on: condition(name, "snomed 17382005", on, "active"), lambda name, on: condition(name, "cm O34.32", on),
    lambda name, on: condition(name, "snomed 37849005", on), lambda name, on: condition(name, "snomed 37849005", on, verificationStatus=VERIFIED),
    lambda name, on: condition(name, "cm O44.03", on, "active"), lambda name, on: condition(name, "cm O30.001", on, "active"),
    lambda name, on: observation(name, "loinc 11878-6", on, valueInteger=1), lambda name, on: observation(name, "loinc 11996-6", on, valueInteger=1),
    lambda name, on: observation(name, "loinc 11996-6", on, valueInteger=3), lambda name, on: observation(name, "loinc 11614-5", on, valueInteger=1),
    lambda name, on: observation(name, "snomed 289764007", on), lambda name, on: observation(name, "loinc 11786-1", on, **quantity(3, code="cm")),
    lambda name, on: observation(name, "snomed 289700000", on, valueBoolean=False), lambda name, on: observation(name, "snomed 46914009", on),
    lambda name, on: condition(name, "cm Z87.51", on), lambda name, on: condition(name, "cm O36.4XX0", on),
]  # fmt: skip
SOURCES = ["", "us-core", "ips"]


@st.composite
def bundles(draw, least=0, most=7):
    chosen = draw(st.lists(st.tuples(st.sampled_from(MAKERS), st.sampled_from(DAYS)), min_size=least, max_size=most))
    told = [maker(f"r{number}", on) for number, (maker, on) in enumerate(chosen)]
    return ([DUE] if draw(st.booleans()) else []) + told


def read_or_not(resources, source=""):
    """Return the reading, or nothing if the resources were refused in words; anything else raises."""
    try:
        return read_resources(resources, KNOWLEDGE, as_of=TODAY, source=source)
    except (FhirError, RecordError):
        return None


NO = ("no", "0", "not-pregnant", "none")


def denials(reading):
    """Return every path of a record that says no, or none: of a fact, of a list that is empty, or whole."""
    if reading is None:
        return set()
    found = plain(reading.record)
    said = {f"{section}.{name}" for section, values in found.items() if isinstance(values, dict) for name, value in values.items() if value in NO}
    said |= {name for name, value in found.items() if value in NO and name != "prior_pregnancies_complete"}
    return said | {name for name, value in found.items() if value == [] and found.get("prior_pregnancies_total") in (None, "0")}


@LAWS
@given(bundles(least=2), st.randoms(use_true_random=False), st.sampled_from(SOURCES))
def test_the_order_of_resources_does_not_matter(resources, random, source):
    shuffled = resources[:]
    random.shuffle(shuffled)

    assert read_or_not(shuffled, source) == read_or_not(resources, source)


@LAWS
@given(bundles(least=1), st.sampled_from(SOURCES))
def test_reading_is_deterministic_and_changes_nothing_of_what_it_reads(resources, source):
    before = copy.deepcopy(resources)

    assert read_or_not(resources, source) == read_or_not(copy.deepcopy(resources), source)
    assert resources == before


STRANGERS = [
    {"resourceType": "Immunization", "id": "x", "status": "completed", "patient": {"reference": "Patient/p1"}, "occurrenceDateTime": "2026-05-01"},
    observation("x", "loinc 8480-6", "2026-05-20", **quantity(120, code="mm[Hg]")), condition("x", "cm J45.909", "2012-01-01", "active"),
    medicine("x", "rx 161", "2026-05-20"), procedure("x", "cpt 99213", "2026-05-20"), {"resourceType": "OperationOutcome", "id": "x"},
    {"resourceType": "Encounter", "id": "x", "subject": {"reference": "Patient/p1"}, "period": {"start": "2026-05-20"}},
]  # fmt: skip


@LAWS
@given(bundles(least=1), st.sampled_from(STRANGERS), st.sampled_from(SOURCES))
def test_a_resource_that_has_nothing_to_do_with_it_changes_nothing(resources, stranger, source):
    without, beside = read_or_not(resources, source), read_or_not([*resources, stranger], source)

    assert (without and without.record) == (beside and beside.record)
    assert not without or set(beside.ignored) - set(without.ignored) != set()


@LAWS
@given(bundles(least=1), st.data())
def test_taking_a_resource_away_never_makes_a_no(resources, data):
    """Without a declaration nothing is concluded from absence; what says no itself may of course be taken away, never added."""
    gone = data.draw(st.integers(0, len(resources) - 1))
    fewer = resources[:gone] + resources[gone + 1 :]
    if fewer:
        assert denials(read_or_not(fewer)) - denials(read_or_not(resources)) <= said_so(fewer)


def said_so(resources):
    """What may turn to no when a contradiction goes, because somebody wrote it: not pregnant, a pregnancy that ended now, a first pregnancy."""
    told = [str(each) for each in resources]
    status = any("60001007" in each or "85116003" in each or "O03.9" in each or "169826009" in each or "59812" in each for each in told)
    first = any("11996-6" in text and each.get("valueInteger") == 1 for text, each in zip(told, resources, strict=True))
    return ({"pregnancy.status"} if status else set()) | ({"prior_pregnancies_total", "prior_pregnancies"} if first else set())


PARTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=8)
    | st.sampled_from(["2026-05-20", "9999-12-31", "0001-01-01", "cm"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["coding", "value", "code", "system", "reference", "text"]), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


def places(value, path=()):
    """Yield the path of everything inside a resource."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(inner, (*path, key))


@st.composite
def damaged(draw):
    """A bundle in which values were dropped, put in place of others, or turned into texts."""
    resources = copy.deepcopy(draw(bundles(least=1)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(sorted(places(resources), key=str)))
        holder = resources
        for step in path[:-1]:
            holder = holder[step]
        how = draw(st.sampled_from(["drop", "replace", "text"]))
        if how == "drop" and isinstance(holder, dict):
            del holder[path[-1]]
        else:
            holder[path[-1]] = str(holder[path[-1]]) if how == "text" else draw(PARTS)
    return [each for each in resources if isinstance(each, dict)]


@settings(LAWS, max_examples=250)
@given(damaged(), st.sampled_from(SOURCES))
def test_a_damaged_bundle_is_read_or_refused_in_words(resources, source):
    read_or_not(resources, source)


@settings(LAWS, max_examples=150)
@given(bundles(least=1), st.data())
def test_damage_never_makes_a_no(resources, data):
    """Dropped, nulled or misspelt: what cannot be read any more is unknown, and what stands beside it says no more than before."""
    number = data.draw(st.integers(0, len(resources) - 1))
    broken = copy.deepcopy(resources)
    path = data.draw(st.sampled_from([path for path in places(broken[number]) if path[-1] not in ("subject", "status", "reference")]))
    holder = broken[number]
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = data.draw(st.sampled_from([None, "?", [], {}]))

    assert denials(read_or_not(broken)) - denials(read_or_not(resources)) <= said_so(broken)


@pytest.mark.parametrize("value", [None, 5, "x", [], {}, [[]], [{"a": []}]])
@pytest.mark.parametrize(
    "key", ["code", "subject", "component", "status", "effectiveDateTime", "valueQuantity", "method", "focus", "meta", "contained", "id", "hasMember"]
)
def test_anything_may_stand_anywhere_in_a_scan(key, value):
    found = read_or_not([DUE, {**length("cl", 21), key: value}])

    assert found is not None
    assert found.record.pregnancy == read(DUE).record.pregnancy
