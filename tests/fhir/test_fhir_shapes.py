"""The nine shapes in which systems tell of a pregnancy, and what is read of each."""

import copy
import json
from datetime import date, timedelta

import pytest
from fhir_builders import (
    DUE,
    KNOWLEDGE,
    TODAY,
    coded,
    condition,
    due,
    left_out,
    length,
    medicine,
    observation,
    procedure,
    quantity,
    read,
    record,
)

from gravida.fhir import FhirError, people, read_resources
from gravida.fhir_files import looks_like_fhir, resources_in, resources_of_folder
from gravida.record import plain, read_record, write_record

PREGNANT = {"status": "ongoing", "due_date": "2026-10-02"}


def bundle(*resources, kind="collection", **entry):
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": each, **entry} for each in resources]}


# --- 1: is she pregnant ----------------------------------------------------------------------------------------------

EPISODE = {
    "resourceType": "EpisodeOfCare", "id": "anc", "status": "active", "type": [coded("snomed 424525001")],
    "patient": {"reference": "Patient/p1"}, "period": {"start": "2026-02-01"},
}  # fmt: skip
CONDITION = condition("preg", "snomed 77386006", "2026-02-10", "active")


def answer(code, on, name="status"):
    return observation(name, "loinc 82810-3", on, valueCodeableConcept=coded(code))


@pytest.mark.parametrize(
    "says",
    [
        EPISODE, CONDITION, condition("c", "snomed 72892002", "2026-02-10", "active"), condition("c", "cm O09.212", "2026-03-10", "active"),
        condition("c", "cm Z34.82", "2026-03-10"), condition("c", "cm O30.001", "2026-03-10", "active"), answer("snomed 77386006", "2026-03-10"),
        answer("loinc LA15173-0", "2026-03-10"),
    ],
)  # fmt: skip
def test_she_is_pregnant_if_care_a_condition_or_an_answer_says_so(says):
    assert record(says)["pregnancy"]["status"] == "ongoing"


def test_a_due_date_ahead_says_so_too_and_one_that_has_passed_does_not():
    assert record(DUE)["pregnancy"] == PREGNANT
    assert "status" not in record(due("2026-05-20"))["pregnancy"]


def test_care_that_ended_goes_before_a_condition_that_nobody_closed_and_says_no_more():
    found = read({**EPISODE, "status": "finished", "period": {"start": "2026-02-01", "end": "2026-05-01"}}, CONDITION)

    assert found.record.pregnancy.status is None
    assert "EpisodeOfCare/anc: antenatal care has ended; whether the pregnancy has is not said, so it is not known" in found.conflicts


def test_the_newest_answer_counts():
    assert record(answer("snomed 60001007", "2026-01-10", "a"), answer("snomed 77386006", "2026-03-10", "b"))["pregnancy"]["status"] == "ongoing"
    assert record(answer("snomed 77386006", "2026-01-10", "a"), answer("loinc LA26683-5", "2026-03-10", "b"))["pregnancy"]["status"] == "not-pregnant"


def test_two_answers_of_one_day_are_none():
    found = read(answer("snomed 60001007", "2026-03-10", "a"), answer("snomed 77386006", "2026-03-10", "b"))

    assert found.record.pregnancy.status is None
    assert any("that she is pregnant, and that she is not" in each for each in found.conflicts)


def test_possibly_pregnant_is_neither():
    assert record(answer("snomed 146799005", "2026-05-20")) == {}


def test_a_condition_that_nobody_closed_does_not_last_longer_than_a_pregnancy():
    assert record(condition("preg", "snomed 77386006", "2024-02-10", "active")) == {}


def test_an_earlier_pregnancy_that_ended_does_not_say_that_she_is_not_pregnant_now():
    assert "pregnancy" not in record(condition("loss", "snomed 85116003", "2024-05-10"))


def test_a_pregnancy_that_ended_days_ago_does():
    assert record(condition("loss", "snomed 85116003", "2026-05-28"))["pregnancy"] == {"status": "not-pregnant"}


def test_a_due_date_from_before_somebody_wrote_that_she_is_not_pregnant_is_not_used_and_that_is_told():
    found = read(DUE, answer("snomed 60001007", "2026-05-20"))

    assert plain(found.record)["pregnancy"] == {"status": "not-pregnant"}
    assert any("it is not used" in each for each in found.conflicts)


# --- 2: dating -------------------------------------------------------------------------------------------------------

PERIOD = observation("lmp", "loinc 8665-2", "2026-02-01", valueDateTime="2025-12-26")
GESTATION = observation("ga", "loinc 11884-4", "2026-05-01", **quantity(126, code="d"))
WEEK = condition("z3a", "cm Z3A.18", "2026-05-01")


@pytest.mark.parametrize(
    ("resources", "dated"),
    [
        ((DUE, PERIOD, GESTATION, WEEK), {"due_date": "2026-10-02"}),
        ((PERIOD, GESTATION, WEEK), {"last_period": "2025-12-26"}),
        ((GESTATION, WEEK), {"gestation": {"at": "18+0", "on": "2026-05-01"}}),
        ((WEEK,), {"gestation": {"at": {"from": "18+0", "to": "18+6"}, "on": "2026-05-01"}}),
    ],
)
def test_what_dates_a_pregnancy_comes_in_this_order(resources, dated):
    assert record(*resources)["pregnancy"] == {"status": "ongoing", **dated}


def test_of_two_due_dates_the_newest_governs_and_of_one_day_the_one_by_ultrasound():
    assert record(due("2026-10-09", "old", "2026-02-02"), due())["pregnancy"]["due_date"] == "2026-10-02"
    assert record(due("2026-10-09", "lmp", code="11779-6"), due())["pregnancy"]["due_date"] == "2026-10-02"


def test_a_conflict_of_more_than_a_week_is_told_and_a_smaller_one_is_set_aside_with_its_size():
    later = due("2026-10-20", "later", "2026-02-02")
    near = due("2026-10-08", "near", "2026-02-02")

    assert read(DUE, later).conflicts == ("Observation/due and Observation/later date this pregnancy 18 days apart; Observation/due is used",)
    assert left_out(DUE, near) == {"Observation/near": "it dates this pregnancy 6 days from Observation/due, which governs"}


def test_a_due_date_by_the_height_of_the_uterus_comes_after_everything():
    assert record(due("2026-10-20", code="57064-8", on="2026-05-20"), GESTATION)["pregnancy"]["gestation"]["at"] == "18+0"


def test_a_last_period_alone_dates_nothing_and_with_a_word_that_she_is_pregnant_it_does():
    assert record(PERIOD) == {}
    assert "only if something says that there is one" in left_out(PERIOD)["Observation/lmp"]
    assert record(PERIOD, answer("snomed 77386006", "2026-03-10"))["pregnancy"] == {"status": "ongoing", "last_period": "2025-12-26"}


def test_the_day_of_conception_is_no_last_period():
    conceived = observation("c", "loinc 33067-0", "2026-02-01", valueDateTime="2026-01-09")

    assert record(conceived)["pregnancy"]["gestation"] == {"at": "22+3", "on": "2026-06-01"}


def test_the_onset_of_a_condition_says_that_she_was_pregnant_and_not_how_far_along():
    found = read(CONDITION)

    assert plain(found.record)["pregnancy"] == {"status": "ongoing"}
    assert found.conflicts == ("Condition/preg: nothing but the day on which it began dates this pregnancy, so how far along it is stays unknown",)


def test_what_dates_an_earlier_pregnancy_dates_none_of_this_one():
    assert record(due("2024-09-20", "then", "2024-03-01")) == {}
    assert record(due("2026-06-20", "then", "2025-12-01"), condition("loss", "snomed 85116003", "2025-12-20"), due())["pregnancy"]["due_date"] == "2026-10-02"


def test_an_end_too_early_for_this_pregnancy_was_that_of_the_one_before():
    assert record(condition("loss", "snomed 85116003", "2026-01-02"), DUE)["pregnancy"] == PREGNANT
    assert "due_date" not in record(condition("loss", "snomed 85116003", "2026-03-12"), DUE).get("pregnancy", {})


def test_a_due_date_that_has_only_a_month_is_none():
    assert "due_date" not in record(due("2026-10")).get("pregnancy", {})


# --- 3: how far along ------------------------------------------------------------------------------------------------


def dated(**value):
    return record(observation("ga", "loinc 11884-4", "2026-06-01", **value)).get("pregnancy", {}).get("gestation", {}).get("at")


@pytest.mark.parametrize(
    ("value", "at"),
    [
        (quantity(156, code="d"), "22+2"), (quantity(22, unit="weeks"), {"from": "22+0", "to": "22+6"}), (quantity(22.29, code="wk"), "22+2"),
        (quantity(22.3, code="wk"), "22+2"), ({"valueString": "22+2"}, "22+2"), ({"valueString": "22w2d"}, "22+2"),
        ({"valueString": "22 weeks 2 days"}, "22+2"),
        ({"component": [{"code": {"text": "w"}, **quantity(22, code="wk")}, {"code": {"text": "d"}, **quantity(2, code="d")}]}, "22+2"),
    ],
)  # fmt: skip
def test_a_gestation_is_read_in_weeks_days_words_and_pairs(value, at):
    assert dated(**value) == at


@pytest.mark.parametrize(
    "value",
    [
        quantity(22, code="cm"), quantity(22), quantity(45, code="wk"), quantity(400, code="d"), {"valueString": "22"}, {"valueString": "about 22+2"},
        quantity("22", code="wk"), {"valueBoolean": True}, quantity(22, unit="d", code="wk"), {"valueQuantity": {"value": 22, "code": "wk", "comparator": "<"}},
    ],
)  # fmt: skip
def test_what_could_be_misread_as_a_gestation_is_not_read(value):
    assert dated(**value) is None


def test_a_code_can_fix_the_unit():
    assert record(observation("ga", "loinc 49052-4", "2026-06-01", valueInteger=156))["pregnancy"]["gestation"]["at"] == "22+2"
    assert record(observation("ga", "loinc 49051-6", "2026-06-01", valueInteger=22))["pregnancy"]["gestation"]["at"] == {"from": "22+0", "to": "22+6"}


@pytest.mark.parametrize("code", ["cm Z3A.00", "cm Z3A.01", "cm Z3A.49"])
def test_a_code_without_a_week_gives_none(code):
    assert record(condition("z", code, "2026-06-01")) == {}


def test_a_week_in_a_snomed_code_is_a_week():
    assert record(condition("z", "snomed 65035007", "2026-06-01"))["pregnancy"]["gestation"]["at"] == {"from": "22+0", "to": "22+6"}


def test_a_gestation_that_no_record_holds_is_told_and_the_rest_is_kept():
    found = read(observation("ga", "loinc 11884-4", "2026-06-01", **quantity(303, code="d")), condition("loss", "snomed 85116003", "2022-05-10"))

    assert "gestation" not in plain(found.record).get("pregnancy", {})
    assert plain(found.record)["prior_pregnancies"][0]["outcome"] == "miscarriage"
    assert any("43+2" in each and each.endswith("This is NOT used.") for each in found.conflicts)


# --- 4: counts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [{"valueInteger": 3}, quantity(3, code="1"), quantity(3, unit="{#}")])
def test_a_count_is_an_integer_or_a_quantity(value):
    assert record(DUE, observation("g", "loinc 11996-6", "2026-05-20", **value))["prior_pregnancies_total"] == "2"


def test_the_newest_count_of_this_pregnancy_counts():
    older, newer = observation("a", "loinc 11996-6", "2026-03-20", valueInteger=2), observation("b", "loinc 11996-6", "2026-05-20", valueInteger=3)

    assert record(DUE, newer, older)["prior_pregnancies_total"] == "2"


def test_a_count_from_before_this_pregnancy_is_not_read():
    assert "prior_pregnancies_total" not in record(DUE, observation("g", "loinc 11996-6", "2022-05-20", valueInteger=1))


def test_a_first_pregnancy_has_none_before_it():
    assert record(DUE, observation("g", "loinc 11996-6", "2026-05-20", valueInteger=1))["prior_pregnancies"] == []


@pytest.mark.parametrize("code", ["11612-9", "11614-5", "33065-4", "11636-8", "11977-6"])
def test_a_first_pregnancy_with_an_earlier_loss_or_birth_is_a_contradiction(code):
    found = read(DUE, observation("g", "loinc 11996-6", "2026-05-20", valueInteger=1), observation("n", f"loinc {code}", "2026-05-20", valueInteger=1))

    assert found.record.prior_pregnancies is None
    assert found.record.prior_pregnancies_total is None
    assert any("the count is not used" in each for each in found.conflicts)


def test_a_first_pregnancy_after_a_loss_that_has_no_day_is_a_contradiction():
    found = read(DUE, observation("g", "loinc 11996-6", "2026-05-20", valueInteger=1), condition("m", "cm O03.9", recordedDate="2024-01-01"))

    assert found.record.prior_pregnancies_total is None


# --- 5: earlier pregnancies ------------------------------------------------------------------------------------------

LOSS = condition("loss", "snomed 85116003", "2024-05-10", "resolved")


def test_a_loss_in_the_second_trimester_lies_within_it():
    assert record(LOSS)["prior_pregnancies"] == [{"ended": {"from": "14+0", "to": "27+6"}, "outcome": "miscarriage", "onset": "spontaneous"}]


@pytest.mark.parametrize(
    "gestation",
    [
        observation("ga", "loinc 49052-4", "2024-05-10", **quantity(137, code="d"), focus=[{"reference": "Condition/loss"}]),
        observation("ga", "loinc 49052-4", "2024-05-08", **quantity(135, code="d")),
        observation("ga", "loinc 49052-4", None, **quantity(137, code="d"), focus=[{"reference": "Condition/loss"}]),
    ],
)
def test_the_week_of_a_loss_comes_from_what_points_to_it_or_lies_close_before_it(gestation):
    assert record(LOSS, gestation)["prior_pregnancies"][0]["ended"] == "19+4"


def test_a_gestation_that_was_written_days_after_the_loss_may_be_of_either_day():
    late = observation("ga", "loinc 49052-4", "2024-05-13", **quantity(137, code="d"))

    assert record(LOSS, late)["prior_pregnancies"][0]["ended"] == {"from": "19+1", "to": "19+4"}


def test_a_group_of_outcome_birth_and_gestation_is_one_pregnancy_and_dates_nothing_now():
    asked = observation(
        "past", "loinc 63893-2", "2026-03-02", valueCodeableConcept=coded("snomed 169826009"),
        component=[{"code": coded("loinc 93857-1"), "valueDateTime": "2022-07-01"}, {"code": coded("loinc 11884-4"), **quantity(245, code="d")}],
    )  # fmt: skip

    assert record(DUE, asked) == {"pregnancy": PREGNANT, "prior_pregnancies": [{"ended": "35+0", "outcome": "live-birth"}]}


def test_members_of_a_panel_that_holds_one_outcome_belong_together():
    panel = observation("panel", "loinc 10162-6", "2026-03-02", hasMember=[{"reference": f"Observation/{name}"} for name in ("how", "when", "ga")])
    members = [
        observation("how", "loinc 63893-2", "2026-03-02", valueCodeableConcept=coded("snomed 169826009")),
        observation("when", "loinc 93857-1", "2026-03-02", valueDateTime="2022-07-01"),
        observation("ga", "loinc 11884-4", "2022-07-01", **quantity(245, code="d")),
    ]  # fmt: skip

    assert record(DUE, panel, *members)["prior_pregnancies"] == [{"ended": "35+0", "outcome": "live-birth"}]


def test_an_outcome_that_was_asked_in_this_pregnancy_does_not_end_it():
    asked = observation("past", "loinc 63893-2", "2026-03-10", valueCodeableConcept=coded("snomed 85116003"))
    found = read(DUE, asked)

    assert plain(found.record)["pregnancy"] == PREGNANT
    assert found.record.prior_pregnancies_complete is False


def test_what_lies_within_days_is_one_loss_and_what_lies_months_apart_is_two():
    operation = procedure("dc", "snomed 176833006", "2024-05-13")
    again = condition("again", "snomed 85116003", "2025-03-01")

    assert [each.get("outcome") for each in record(LOSS, operation)["prior_pregnancies"]] == ["miscarriage"]
    assert len(record(LOSS, operation, again)["prior_pregnancies"]) == 2


def test_what_lies_weeks_apart_cannot_be_two_and_that_it_is_read_as_one_is_told():
    found = read(LOSS, condition("late", "cm O03.9", "2024-06-20"))

    assert len(found.record.prior_pregnancies) == 1
    assert found.conflicts == ("Condition/loss, Condition/late lie 41 days apart, too close for two pregnancies to end: they are read as one",)


def test_a_loss_that_has_only_a_day_of_writing_is_kept_without_a_day_if_no_other_can_be_it():
    written = condition("m", "snomed 85116003", recordedDate="2024-06-20")

    assert record(DUE, written)["prior_pregnancies"] == [{"ended": {"from": "14+0", "to": "27+6"}, "outcome": "miscarriage", "onset": "spontaneous"}]
    assert len(record(DUE, written, LOSS)["prior_pregnancies"]) == 1
    assert read(DUE, written).record.prior_pregnancies_complete is False


def test_a_loss_that_was_written_in_this_pregnancy_without_a_day_is_none_that_is_described():
    assert "prior_pregnancies" not in record(DUE, condition("m", "snomed 85116003", recordedDate="2026-03-20"))


def test_what_happened_in_that_pregnancy_is_of_that_pregnancy():
    stitch, infection = procedure("s", "cpt 59320", "2024-03-20"), condition("i", "snomed 11612004", "2024-05-09")
    week = observation("ga", "loinc 49052-4", "2024-05-10", **quantity(137, code="d"))
    found = record(DUE, LOSS, week, stitch, infection)

    assert found["prior_pregnancies"] == [
        {"ended": "19+4", "outcome": "miscarriage", "onset": "spontaneous", "infection": "yes", "cerclage_kind": "transvaginal"}
    ]
    assert "cerclages" not in found
    assert "examinations" not in found


def test_what_happened_longer_before_an_end_than_that_pregnancy_lasted_is_not_of_it():
    week = observation("ga", "loinc 49052-4", "2024-05-10", **quantity(137, code="d"))

    assert "abruption" not in record(LOSS, week, condition("a", "snomed 415105001", "2023-11-10"))["prior_pregnancies"][0]
    assert "abruption" not in record(condition("m", "cm O03.9", "2024-05-10"), condition("a", "snomed 415105001", "2024-02-10"))["prior_pregnancies"][0]


def test_counts_alone_describe_nothing_and_say_that_the_list_is_incomplete():
    counts = [
        observation(code, f"loinc {code}", "2026-03-02", **quantity(number, code="1")) for code, number in (("11637-6", 1), ("11614-5", 2), ("33065-4", 0))
    ]
    found = read(DUE, *counts)

    assert found.record.prior_pregnancies is None
    assert found.record.prior_pregnancies_complete is False
    assert found.conflicts == ("Observation/11614-5, Observation/11637-6: more earlier pregnancies may be meant than are described: the list is incomplete",)


def test_more_counted_than_described_is_incomplete():
    found = read(DUE, LOSS, observation("g", "loinc 11996-6", "2026-05-20", valueInteger=4))

    assert found.record.prior_pregnancies_total == 3
    assert found.conflicts == ("2 more earlier pregnancies are counted than described: the list is incomplete",)


def test_fewer_counted_than_described_is_a_contradiction():
    found = read(DUE, LOSS, observation("g", "loinc 11996-6", "2026-05-20", valueInteger=1))

    assert found.record.prior_pregnancies_total is None
    assert len(found.record.prior_pregnancies) == 1


def test_two_operations_for_one_loss_are_not_repeated():
    first, twice = procedure("a", "cpt 59812", "2022-05-10"), procedure("b", "snomed 176833006", "2022-05-13")

    assert "conditions" not in record(first, twice)
    assert record(first, procedure("c", "cpt 59812", "2023-05-10"))["conditions"] == {"repeated_dilatation_and_evacuation": "yes"}


# --- 6: scans --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "read_as"), [(21, "mm", "21"), (2.1, "cm", "21"), (2.45, "cm", "24.5"), (21, None, "21"), (24.9, "millimeters", "24.9")]
)
def test_a_length_is_in_millimetres_whatever_its_unit(value, unit, read_as):
    assert record(DUE, length("cl", value, unit))["scans"][0]["cervical_length_mm"] == read_as


@pytest.mark.parametrize("value", [(2.1, None), (5, None), (21, "m"), (21, "%"), (250, "mm"), (25, "cm"), (-1, "mm"), (2, "mm"), ("21", "mm"), (True, "mm")])
def test_a_length_that_could_be_misread_is_a_scan_of_unknown_length_and_somebody_is_asked_to_look(value):
    found = read(DUE, length("cl", *value))

    assert plain(found.record)["scans"] == [{"on": "2026-05-20", "route": "transvaginal"}]
    assert any("Observation/cl" in each and "look at the scan" in each for each in found.conflicts)


def test_two_units_that_differ_are_none():
    told = {**length("cl", 2.1), "valueQuantity": {"value": 2.1, "unit": "cm", "code": "mm"}}

    assert "cervical_length_mm" not in record(DUE, told)["scans"][0]


def test_two_values_are_none():
    assert "cervical_length_mm" not in record(DUE, {**length("cl", 21), "valueInteger": 30})["scans"][0]


def test_a_limit_is_no_length():
    assert "cervical_length_mm" not in record(DUE, {**length("cl", 25), "valueQuantity": {"value": 25, "code": "mm", "comparator": "<"}})["scans"][0]


def test_all_measures_of_one_day_are_kept_so_that_the_shortest_decides():
    found = record(DUE, length("a", 27), length("b", 24), length("c", 2.6, "cm"))

    assert sorted(each["cervical_length_mm"] for each in found["scans"]) == ["24", "26", "27"]


def shortest(*resources):
    from gravida.cql_nodes import Name  # noqa: PLC0415
    from gravida.evaluate import value  # noqa: PLC0415
    from gravida.prepare import prepare  # noqa: PLC0415

    situation = prepare(read(*resources, source="us-core").record, KNOWLEDGE.meaning, KNOWLEDGE.largest_k, TODAY)
    return value(Name("cervical_length_mm"), situation.world)


def test_the_shortest_of_several_on_one_day_decides_and_one_that_cannot_be_read_could_be_shorter():
    assert shortest(DUE, length("a", 27), length("b", 24), length("c", 2.6, "cm")) == 24
    assert shortest(DUE, length("a", 27), length("b", 2.4, None)) is None
    assert shortest(DUE, length("a", 27), length("b", 24, on=None)) is None


def test_a_scan_of_an_earlier_pregnancy_is_none_of_this_one():
    assert left_out(DUE, length("cl", 21, on="2024-04-01")) == {"Observation/cl": "it was measured before this pregnancy"}
    assert "scans" not in record(length("cl", 21, on="2024-04-01"))
    assert "scans" not in record(LOSS, length("cl", 21, on="2024-05-01"))


def test_a_scan_that_was_not_made_is_none():
    told = observation("cl", "loinc 11961-0", "2026-05-20", dataAbsentReason=coded("act not-performed"))

    assert "scans" not in record(DUE, told)


def test_a_length_in_a_component_is_one_scan():
    told = observation("us", "loinc 11961-0", "2026-05-20", component=[{"code": coded("loinc 11961-0"), **quantity(21, code="mm")}])

    assert record(DUE, told)["scans"] == [{"on": "2026-05-20", "cervical_length_mm": "21"}]


# --- 7: stitches -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "stitch"),
    [
        ("cpt 59320", {"kind": "transvaginal"}), ("cpt 59325", {"kind": "transabdominal"}), ("pcs 0UVC7ZZ", {"kind": "transvaginal"}),
        ("pcs 0UVC4ZZ", {"kind": "transabdominal"}), ("snomed 90442009", {"kind": "transvaginal"}), ("snomed 46681009", {"kind": "transabdominal"}),
        ("snomed 265636007", {}),
    ],
)  # fmt: skip
def test_a_stitch_of_this_pregnancy(code, stitch):
    assert record(DUE, procedure("s", code, "2026-05-01"))["cerclages"] == [{"placed_on": "2026-05-01", **stitch}]


def test_a_stitch_that_is_coded_twice_is_one():
    found = record(
        DUE, procedure("a", "cpt 59320", "2026-05-01"), procedure("b", "snomed 265636007", "2026-05-01"), procedure("c", "pcs 0UVC7ZZ", "2026-05-01")
    )

    assert found["cerclages"] == [{"placed_on": "2026-05-01", "kind": "transvaginal"}]


def test_an_abdominal_stitch_from_before_stays_and_a_vaginal_one_does_not():
    assert record(DUE, procedure("s", "cpt 59325", "2022-05-01"))["cerclages"] == [{"placed_on": "2022-05-01", "kind": "transabdominal"}]
    assert "cerclages" not in record(DUE, procedure("s", "cpt 59320", "2022-05-01"))


@pytest.mark.parametrize("doubtful", [procedure("s", "cpt 59320"), procedure("s", "snomed 265636007", "2022-05-01"), procedure("s", "cpt 57700", "2022-05-01")])
def test_a_stitch_that_may_be_there_is_not_written_and_nothing_is_assumed_then(doubtful):
    assert "cerclages" not in record(DUE, doubtful)
    assert "cerclages" not in record(DUE, doubtful, source="us-core")


# --- 8: medicines ----------------------------------------------------------------------------------------------------


def dose(text):
    return {"dosageInstruction": [{"route": {"text": text}}]}


@pytest.mark.parametrize(
    ("told", "route"),
    [
        (dose("vaginal"), "vaginal"), (dose("Per vagina"), "vaginal"), (dose("oral"), "oral"), (dose("intramuscular"), "intramuscular"),
        (dose("oral capsule, insert vaginally"), None), ({}, None), (dose("temporal"), None),
    ],
)  # fmt: skip
def test_the_route_of_progesterone_is_that_of_the_dosage_and_not_of_the_capsule(told, route):
    found = record(DUE, medicine("p", "rx 312641", "2026-05-01", **told))["progestogens"][0]

    assert found.get("route") == route


@pytest.mark.parametrize(
    ("kind", "status", "current"),
    [
        ("MedicationRequest", "active", "yes"), ("MedicationRequest", "stopped", "no"), ("MedicationRequest", "completed", None),
        ("MedicationStatement", "completed", "no"), ("MedicationAdministration", "completed", None),
    ],
)  # fmt: skip
def test_one_dose_that_was_given_does_not_say_that_there_will_be_no_other(kind, status, current):
    assert record(DUE, medicine("p", "rx 8727", "2026-05-01", kind, status=status))["progestogens"][0].get("current") == current


def test_a_medicine_is_found_where_it_points_to():
    told = medicine("p", None, "2026-05-01", medicationReference={"reference": "Medication/m"})
    contained = {
        **medicine("p", None, "2026-05-01", medicationReference={"reference": "#m"}),
        "contained": [{"resourceType": "Medication", "id": "m", "code": coded("rx 8727")}],
    }

    assert record(DUE, told, {"resourceType": "Medication", "id": "m", "code": coded("rx 8727")})["progestogens"][0]["drug"] == "progesterone"
    assert record(DUE, contained)["progestogens"][0]["drug"] == "progesterone"


def test_a_medicine_that_points_nowhere_may_be_one():
    assert read(DUE, medicine("p", None, "2026-05-01", medicationReference={"reference": "Medication/m"}), source="us-core").record.progestogens is None


def test_a_medicine_of_an_earlier_pregnancy_is_none_of_this_one():
    assert "progestogens" not in record(DUE, medicine("p", "rx 8727", "2022-05-01", status="completed"))


# --- 9: what does not stand, and who it is about ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({**length("x", 15), "status": "entered-in-error"}, "entered in error"), ({**length("x", 15), "status": "cancelled"}, "cancelled"),
        ({**procedure("x", "cpt 59320", "2026-05-01"), "status": "not-done"}, "not done"),
        ({**procedure("x", "cpt 59320", "2026-05-01"), "status": "stopped"}, "stopped before it was done"),
        (medicine("x", "rx 8727", "2026-05-01", doNotPerform=True), "it says not to do it"),
        (medicine("x", "rx 8727", "2026-05-01", intent="proposal"), "only proposed"),
        (condition("x", "snomed 85116003", "2024-05-10", verificationStatus=coded("verification refuted")), "refuted"),
        (condition("x", "snomed 85116003", "2024-05-10", verificationStatus=coded("verification entered-in-error")), "entered in error"),
        (condition("x", "snomed 17382005", "2026-05-10", verificationStatus=coded("verification provisional")), "only provisional"),
        (length("x", 15, on="2026-06-02"), "it is dated after the day of assessment"),
    ],
)  # fmt: skip
def test_what_does_not_stand_is_left_out_and_told(told, why):
    assert record(DUE, told) == {"pregnancy": PREGNANT}
    assert left_out(DUE, told)[f"{told['resourceType']}/x"] == why


@pytest.mark.parametrize("value", [{"valueBoolean": False}, {"valueCodeableConcept": coded("snomed 2667000")}, {"valueString": "none"}])
def test_a_finding_that_is_said_to_be_absent_is_not_present(value):
    for code in ("snomed 37849005", "snomed 249127006", "snomed 289530006", "snomed 289700000", "snomed 36813001", "snomed 169826009"):
        assert record(DUE, observation("x", code, "2026-06-01", **value)) == {"pregnancy": PREGNANT}


def test_an_assertion_says_what_its_value_says_and_an_unknown_question_nothing():
    said = observation("x", "act ASSERTION", "2026-06-01", valueCodeableConcept=coded("snomed 249127006"))
    family = observation("x", "loinc 10157-6", "2026-06-01", valueCodeableConcept=coded("snomed 398114001"))

    assert record(DUE, said)["examinations"] == [{"on": "2026-06-01", "membranes_exposed": "yes"}]
    assert record(DUE, family) == {"pregnancy": PREGNANT}


def test_signs_that_contradict_each_other_on_one_day_are_unknown_however_many_there_are():
    signs = [observation(name, f"snomed {code}", "2026-06-01") for name, code in (("a", "289700000"), ("b", "289701001"), ("c", "289733005"))]

    assert record(DUE, *signs)["examinations"] == [{"on": "2026-06-01"}]


def test_a_sign_that_only_says_when_it_was_written_is_of_no_day():
    assert "examinations" not in record(DUE, condition("w", "cm O42.012", active="active", recordedDate="2026-05-31"))


def test_a_number_of_babies_that_differs_is_unknown():
    found = read(DUE, observation("n", "loinc 11878-6", "2026-04-01", valueInteger=1), condition("t", "cm O30.001", "2026-03-01", "active"))

    assert found.record.pregnancy.plurality is None
    assert any("the number of babies differs" in each for each in found.conflicts)
    assert record(DUE, observation("n", "loinc 11878-6", "2026-04-01", valueInteger=2))["pregnancy"]["plurality"] == "2"


def test_surgery_on_the_cervix_counts_once_whenever_it_was():
    once = [procedure("a", "cpt 57520", "2019-05-01"), procedure("b", "snomed 54535009", "2019-05-01"), procedure("c", "snomed 54535009")]

    assert record(DUE, *once)["cervical_procedures"] == [{"kind": "cone"}]
    assert len(record(DUE, *once, procedure("d", "snomed 54535009", "2021-05-01"))["cervical_procedures"]) == 2
    assert record(DUE, procedure("e", "snomed 647000", "2019-05-01"))["cervical_procedures"] == [{}]


MOTHER, CHILD = {"resourceType": "Patient", "id": "p1", "birthDate": "1994-02-01"}, {"resourceType": "Patient", "id": "kid", "birthDate": "2024-02-01"}


def test_of_several_people_somebody_says_whose():
    assert people([MOTHER, CHILD, DUE]) == ["Patient/kid", "Patient/p1"]
    with pytest.raises(FhirError, match=r"these are the resources of 2 people \(Patient/kid, Patient/p1\): say whose with --patient"):
        read(MOTHER, CHILD, DUE)
    assert record(MOTHER, CHILD, DUE, patient="p1") == record(MOTHER, CHILD, DUE, patient="Patient/p1") == {"pregnancy": PREGNANT}
    with pytest.raises(FhirError, match="there is nobody called Patient/p3 here"):
        read(MOTHER, DUE, patient="p3")


def test_what_names_nobody_is_nobodys_if_there_are_several():
    nobodys = {key: value for key, value in length("cl", 15).items() if key != "subject"}

    assert record(MOTHER, DUE, nobodys)["scans"][0]["cervical_length_mm"] == "15"
    assert "cervical_length_mm" not in record(MOTHER, CHILD, DUE, nobodys, patient="p1")["scans"][0]


def test_a_child_has_no_record_of_a_pregnancy():
    with pytest.raises(FhirError, match="Patient/kid is a child"):
        read(CHILD, observation("ga", "loinc 11884-4", "2024-02-01", **quantity(33.71, code="wk"), subject={"reference": "Patient/kid"}))


def test_a_person_who_is_named_by_an_identifier_is_the_one_who_has_it():
    person = {**MOTHER, "identifier": [{"system": "urn:hospital", "value": "17"}]}
    told = {**DUE, "subject": {"identifier": {"system": "urn:hospital", "value": "17"}}}

    assert read(person, told).person == "Patient/p1"
    assert record(person, told) == {"pregnancy": PREGNANT}


# --- bundles, files, folders -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["collection", "searchset", "document", "message", "transaction", "batch", "history", "subscription-notification"])
def test_a_bundle_of_any_type_is_read(kind):
    assert record(bundle(DUE, length("cl", 21), kind=kind)) == record(DUE, length("cl", 21))


def test_bundles_stand_in_bundles_and_a_list_is_read_too():
    assert record(bundle(bundle(DUE), length("cl", 21))) == record(DUE, length("cl", 21))
    assert [each["id"] for each in resources_in(json.dumps([DUE, bundle(length("cl", 21))]).encode(), "x")] == ["due", "cl"]


def test_what_points_to_a_full_url_is_found():
    one = "urn:uuid:6f1d2b0e-0001-4000-8000-000000000001"
    entries = [
        {"fullUrl": one, "resource": {"resourceType": "Patient", "id": "p1"}}, {"fullUrl": "urn:uuid:2", "resource": {**DUE, "subject": {"reference": one}}},
        {"fullUrl": "urn:uuid:3", "resource": {key: value for key, value in {**LOSS, "subject": {"reference": one}}.items() if key != "id"}},
        {"fullUrl": "urn:uuid:4",
         "resource": {**procedure("s", "cpt 59320", "2026-05-01", reasonReference=[{"reference": "urn:uuid:3"}]), "subject": {"reference": one}}},
    ]  # fmt: skip
    found = read({"resourceType": "Bundle", "type": "transaction", "entry": entries})

    assert found.person == "Patient/p1"
    assert plain(found.record)["cerclages"][0]["indication"] == "history"


@pytest.mark.parametrize("reference", ["Patient/p1", "https://example.org/fhir/Patient/p1", "Patient/p1/_history/2"])
def test_a_reference_may_have_a_server_and_a_version(reference):
    assert read(MOTHER, {**DUE, "subject": {"reference": reference}}).person == "Patient/p1"


def test_what_a_resource_contains_is_read_and_falls_with_it():
    report = {
        "resourceType": "DiagnosticReport", "id": "r", "status": "final", "code": coded("cpt 76817"), "subject": {"reference": "Patient/p1"},
        "result": [{"reference": "#cl"}], "contained": [{key: value for key, value in length("cl", 21, route=None).items() if key != "subject"}],
    }  # fmt: skip

    assert record(DUE, report)["scans"] == [{"on": "2026-05-20", "route": "transvaginal", "cervical_length_mm": "21"}]
    assert "scans" not in record(DUE, {**report, "status": "entered-in-error"})


def at(resource, when, **more):
    return {**resource, **more, "meta": {"lastUpdated": when}}


def test_of_several_versions_the_newest_stands_in_whatever_order_they_come():
    wrong, taken_back = at(length("cl", 15), "2026-05-20T10:00:00Z"), at(length("cl", 15), "2026-05-20T12:00:00+01:00", status="entered-in-error")

    assert "scans" not in record(bundle(DUE, taken_back, wrong, kind="history"))
    assert "scans" not in record(bundle(DUE, wrong, taken_back, kind="history"))


def test_of_versions_that_nothing_tells_apart_none_stands():
    found = read(DUE, length("cl", 15), length("cl", 35))

    assert plain(found.record)["scans"] == [{}]
    assert found.ignored[0].why == "there are several versions of it, and nothing tells which is the newest"


def test_what_was_deleted_does_not_stand():
    told = bundle(DUE, at(length("cl", 15), "2026-05-20T10:00:00Z"), kind="history")
    told["entry"].append({"request": {"method": "DELETE", "url": "Observation/cl"}, "response": {"status": "204", "lastModified": "2026-05-21T10:00:00Z"}})

    assert "scans" not in record(told)


def test_ndjson_has_a_resource_on_each_line_and_a_folder_a_file_for_each_type(tmp_path):
    lines = "\n".join(json.dumps(each) for each in (length("cl", 21), length("cl2", 24)))
    (tmp_path / "Observation.ndjson").write_text(lines + "\n\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "due.json").write_text(json.dumps(bundle(DUE)))
    (tmp_path / "notes.txt").write_text("not read")

    assert [each["id"] for each in resources_in(lines.encode(), "x.ndjson")] == ["cl", "cl2"]
    assert record(*resources_of_folder(tmp_path)) == record(DUE, length("cl", 21), length("cl2", 24))


def test_a_single_resource_is_enough():
    assert record(*resources_in(json.dumps(DUE).encode(), "x.json")) == {"pregnancy": PREGNANT}
    assert looks_like_fhir(json.dumps(DUE).encode())
    assert not looks_like_fhir(b"pregnancy: {gestation: 20+0}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"resourceType": "Bundle"', "x.json:1:26: this is not JSON: Expecting ',' delimiter"),
        (b'{"resourceType": "Patient"}\n{"id": ]', "x.json:2:8: this line is not JSON: Expecting value"),
        (b'{"resourceType": "\xff"}', "x.json: this file is not UTF-8 text: save it again as UTF-8"),
        (b'{"resourceType":' + b"[" * 200 + b"]" * 200 + b"}", "x.json: this is nested more than 100 deep"),
        (b'{"resourceType": ' + b"9" * 5000 + b"}", "x.json: there is a number of thousands of digits in this"),
        (b'{"resourceType": "Patient", "id": "\\ud800"}', "x.json: there is half of a character in this (a lone \\uD800 to \\uDFFF): save it again as UTF-8"),
        (b"", "x.json:1:1: this is not JSON: Expecting value"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text, message):
    with pytest.raises(FhirError) as told:
        resources_in(text, "x.json")
    assert str(told.value) == message


def test_half_a_million_brackets_end_in_a_sentence():
    with pytest.raises(FhirError, match="nested"):
        resources_in(b'{"resourceType": ' + b"[" * 500_000, "x.json")


def test_an_empty_bundle_is_refused_and_not_read_as_nothing():
    with pytest.raises(FhirError, match="there is no FHIR resource in this"):
        read(bundle())


def test_names_hold_nothing_that_a_terminal_obeys():
    found = read({**DUE, "id": "a\x1b[2J"})

    assert found.read[0].resource == "Observation/a?[2J"


# --- the whole -------------------------------------------------------------------------------------------------------


def test_the_first_example_of_the_notes():
    """A scan with its dating: 21+0, 21 mm, transvaginal."""
    edd = observation("edd", "loinc 11781-2", "2026-02-03", valueDateTime="2026-08-18")
    scan = observation(
        "cl1", "loinc 11961-0", "2026-04-07", method=coded("snomed 54300008", text="transvaginal"), **quantity(2.1, "cm", "cm"),
        component=[{"code": coded("loinc 11787-9", text="funnel width"), **quantity(8, "mm", "mm")}],
    )  # fmt: skip
    found = read(bundle(edd, scan), as_of=date(2026, 4, 7))

    assert plain(found.record)["scans"] == [{"on": "2026-04-07", "route": "transvaginal", "cervical_length_mm": "21", "funnelling": "yes"}]
    assert date(2026, 4, 7) - (date(2026, 8, 18) - timedelta(280)) == timedelta(weeks=21)
    assert found.record.origins["scans[0]"] == "Observation/cl1, 11961-0, 2026-04-07"


def test_the_second_example_of_the_notes():
    """One earlier pregnancy and a stitch: a loss at 19+4, and a vaginal stitch because of it."""
    week = observation("ga-loss", "loinc 49052-4", "2024-05-10", **quantity(137, code="d"), focus=[{"reference": "Condition/loss"}])
    stitch = procedure("cerc", "snomed 90442009", "2026-03-02", reasonReference=[{"reference": "Condition/loss"}])
    found = record(bundle(LOSS, week, stitch), as_of=date(2026, 4, 7))

    assert found["prior_pregnancies"] == [{"ended": "19+4", "outcome": "miscarriage", "onset": "spontaneous"}]
    assert found["cerclages"] == [{"placed_on": "2026-03-02", "kind": "transvaginal", "indication": "history"}]


def test_what_was_recorded_later_is_not_known_yet():
    told = [DUE, length("early", 30, on="2026-05-01"), length("late", 15, on="2026-05-25"), condition("loss", "snomed 85116003", "2026-05-28")]

    assert record(*told, as_of=date(2026, 5, 10)) == record(DUE, length("early", 30, on="2026-05-01"), as_of=date(2026, 5, 10))


def test_an_end_that_lies_ahead_has_not_come_yet():
    care = {**EPISODE, "period": {"start": "2026-02-01", "end": "2026-05-20"}, "status": "finished"}

    assert record(care, as_of=date(2026, 5, 1))["pregnancy"] == {"status": "ongoing"}


def test_a_value_that_contradicts_another_is_told_and_does_not_lose_the_rest():
    found = read(DUE, length("cl", 21, on="2026-01-05"), LOSS)

    assert len(found.record.prior_pregnancies) == 1
    assert plain(found.record)["scans"] == [{}]
    assert any("Observation/cl" in each and "NOT used" in each for each in found.conflicts)


def test_what_is_told_of_such_a_value_has_its_resource_its_place_and_what_was_expected():
    found = read(DUE, observation("n", "loinc 11878-6", "2026-04-01", valueInteger=12))

    assert found.conflicts == ("Observation/n: pregnancy.plurality: found 12; expected a whole number from 1 to 8. This is NOT used.",)
    assert "pregnancy.plurality" not in found.record.origins


def test_a_record_that_was_read_can_be_written_and_read_again():
    found = read(DUE, LOSS, length("cl", 2.1, "cm"), procedure("s", "cpt 59320", "2026-05-22"), medicine("p", "rx 8727", "2026-05-01")).record

    assert plain(read_record(write_record(found), "again.yaml", KNOWLEDGE.dictionary)) == plain(found)


def test_every_resource_is_either_read_or_told_as_left_out():
    told = [DUE, LOSS, length("cl", 2.1, None), CONDITION, PERIOD, STRANGER, procedure("x", "cpt 99213"), medicine("m", "rx 161"), EPISODE, WEEK]
    found = read(*told)
    named = {each.resource for each in (*found.read, *found.ignored)} | {name for line in found.conflicts for name in line.replace(":", " ").split()}

    assert {f"{each['resourceType']}/{each['id']}" for each in told} <= named | {"EpisodeOfCare/anc", "Condition/preg"}


STRANGER = {"resourceType": "Immunization", "id": "i", "status": "completed", "patient": {"reference": "Patient/p1"}}


def test_reading_leaves_what_it_reads_as_it_was():
    told = [bundle(DUE, LOSS)]
    before = copy.deepcopy(told)
    read_resources(told, KNOWLEDGE, as_of=TODAY)

    assert told == before
