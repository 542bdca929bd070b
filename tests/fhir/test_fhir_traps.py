"""Every trap in which a reader of pregnancies fell before: what a code seems to say, and does not."""

from datetime import date

import pytest
from fhir_builders import DUE, coded, condition, due, left_out, length, medicine, observation, procedure, quantity, read, record

PREGNANT = {"status": "ongoing", "due_date": "2026-10-02"}


# --- 1 to 4: numbers of LOINC that are mixed up ----------------------------------------------------------------------


def test_the_misprinted_code_of_the_cervical_length_is_read_with_a_warning():
    slip = observation("cl", "loinc 11961-6", "2026-05-20", **quantity(21, code="mm"))

    assert record(DUE, slip)["scans"] == [{"on": "2026-05-20", "cervical_length_mm": "21"}]
    assert read(DUE, slip).conflicts == ("Observation/cl: the code 11961-6 is not valid; it is read as 11961-0, which was meant",)


def test_the_misprinted_code_of_the_abortions_counts_as_the_right_one():
    slip = observation("ab", "loinc 11612-8", "2026-05-20", valueInteger=1)

    assert record(DUE, slip)["prior_pregnancies_complete"] == "no"
    assert any("11612-8 is not valid; it is read as 11612-9" in each for each in read(DUE, slip).conflicts)


@pytest.mark.parametrize("code", ["11638-4", "11639-2", "11640-0", "11977-6"])
def test_births_are_no_pregnancies(code):
    assert "prior_pregnancies_total" not in record(DUE, observation("n", f"loinc {code}", "2026-05-20", valueInteger=2))


def test_only_the_number_of_pregnancies_says_how_many_there_were_and_it_counts_this_one():
    found = record(DUE, observation("g", "loinc 11996-6", "2026-05-20", valueInteger=3))

    assert found["prior_pregnancies_total"] == "2"
    assert found["prior_pregnancies"] == []


@pytest.mark.parametrize("code", ["11957-8", "11957-4"])
def test_crown_rump_length_is_no_length_of_the_cervix(code):
    assert "scans" not in record(DUE, observation("crl", f"loinc {code}", "2026-05-20", **quantity(21, code="mm")))


@pytest.mark.parametrize("code", ["11787-9", "11785-3"])
def test_the_width_of_an_os_on_a_scan_is_no_dilation(code):
    found = record(DUE, observation("os", f"loinc {code}", "2026-06-01", **quantity(2, code="cm")))

    assert found == {"pregnancy": PREGNANT}


@pytest.mark.parametrize("code", ["loinc 11786-1", "snomed 163563004"])
def test_dilation_by_hand_is_dilation(code):
    assert record(DUE, observation("d", code, "2026-06-01", **quantity(2, code="cm")))["examinations"] == [{"on": "2026-06-01", "dilation_cm": "2"}]


def test_a_length_felt_by_hand_is_no_scan():
    assert "scans" not in record(DUE, observation("felt", "loinc 11960-2", "2026-05-20", **quantity(21, code="mm")))


# --- 5: the route ----------------------------------------------------------------------------------------------------


def test_a_length_does_not_say_its_route():
    assert record(DUE, length("cl", 21, route=None))["scans"] == [{"on": "2026-05-20", "cervical_length_mm": "21"}]


@pytest.mark.parametrize(
    "where",
    [
        {"method": coded("snomed 54300008")},
        {"method": {"text": "Transvaginal ultrasound"}},
        {"bodySite": {"text": "endovaginal"}},
        {"component": [{"code": coded("dicom 125203"), "valueCodeableConcept": coded("snomed 54300008")}]},
    ],
)
def test_the_route_is_read_where_it_is_written(where):
    assert record(DUE, length("cl", 21, route=None, **where))["scans"][0]["route"] == "transvaginal"


def test_the_route_is_read_from_the_report_that_holds_the_length():
    report = {"resourceType": "DiagnosticReport", "id": "r", "status": "final", "code": coded("cpt 76817"), "result": [{"reference": "Observation/cl"}]}

    assert record(DUE, length("cl", 21, route=None), {**report, "subject": {"reference": "Patient/p1"}})["scans"][0]["route"] == "transvaginal"


def test_a_transvaginal_report_says_nothing_of_a_length_that_it_does_not_hold():
    report = {"resourceType": "DiagnosticReport", "id": "r", "status": "final", "code": coded("cpt 76817"), "result": [{"reference": "Observation/other"}]}

    assert "route" not in record(DUE, length("cl", 21, route=None), {**report, "subject": {"reference": "Patient/p1"}})["scans"][0]


def test_two_routes_are_none():
    assert "route" not in record(DUE, length("cl", 21, route="transabdominal, transvaginal declined"))["scans"][0]
    assert "route" not in record(DUE, length("cl", 21, route=None, method=coded("snomed 54300008", text="transabdominal")))["scans"][0]


def test_ultrasound_is_no_route():
    assert "route" not in record(DUE, length("cl", 21, route=None, method=coded("snomed 278292003")))["scans"][0]


# --- 6: ICD codes that do not mean what they seem to -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("O34.32", "Cervical insufficiency, nor that a cerclage is in place"), ("N88.3", "Established insufficiency"),
        ("Z36.86", "A finding, a short cervix"), ("Z03.75", "A short cervix"), ("O26.872", "A length, a limit, a route or a week"),
    ],
)  # fmt: skip
def test_a_code_that_establishes_nothing_is_told_with_what_it_does_not_mean(code, says):
    seems = condition("c", f"cm {code}", "2026-05-20", "active")

    assert record(DUE, seems) == {"pregnancy": PREGNANT}
    assert f"It does not mean: {says}" in left_out(DUE, seems)["Condition/c"]


def test_a_code_of_care_for_insufficiency_or_a_stitch_keeps_a_declaration_from_saying_that_there_is_no_stitch():
    found = read(DUE, condition("c", "cm O34.32", "2026-05-20"), source="us-core")

    assert found.record.cerclages is None
    assert "Condition/c: so it is not assumed that cerclages are complete" in found.conflicts


# --- 7: this pregnancy, or an earlier one ----------------------------------------------------------------------------


def test_insufficiency_that_began_in_this_pregnancy_is_of_this_pregnancy():
    assert record(DUE, condition("c", "snomed 17382005", "2026-05-20", "active"))["conditions"] == {"cervical_insufficiency": "yes"}


def test_insufficiency_that_began_before_it_is_of_an_earlier_one():
    assert record(DUE, condition("c", "snomed 17382005", "2022-05-20", "resolved"))["conditions"] == {"earlier_cervical_insufficiency": "yes"}


@pytest.mark.parametrize(
    "doubtful",
    [
        condition("c", "snomed 17382005", active="active", recordedDate="2026-05-20"),
        condition("c", "snomed 17382005", "2026-05-20", "resolved"),
        condition("c", "snomed 17382005"),
        observation("c", "snomed 17382005", "2026-05-20", valueBoolean=True),
    ],
)
def test_insufficiency_without_a_day_on_which_it_began_or_as_an_answer_is_neither(doubtful):
    assert record(DUE, doubtful) == {"pregnancy": PREGNANT}
    assert "for this pregnancy and for an earlier one" in next(iter(left_out(DUE, doubtful).values()))


# --- 8: losses and births of no week, or of no cause -----------------------------------------------------------------


def test_a_miscarriage_of_icd_has_no_trimester_and_no_onset():
    assert record(DUE, condition("m", "cm O03.9", "2024-05-10"))["prior_pregnancies"] == [{"outcome": "miscarriage"}]


@pytest.mark.parametrize("code", ["Z87.51", "O09.212"])
def test_earlier_preterm_labour_is_no_earlier_preterm_birth_and_leaves_the_list_open(code):
    found = read(DUE, condition("h", f"cm {code}", "2026-03-02"))

    assert found.record.prior_pregnancies is None
    assert found.record.prior_pregnancies_complete is False
    assert "Condition/h: more earlier pregnancies may be meant than are described: the list is incomplete" in found.conflicts


def test_a_preterm_birth_does_not_say_that_it_began_by_itself():
    assert record(DUE, condition("b", "snomed 282020008", "2022-03-02"))["prior_pregnancies"] == [{}]
    assert record(DUE, condition("b", "snomed 724488005", "2022-03-02"))["prior_pregnancies"] == [{"onset": "indicated"}]
    assert record(DUE, condition("b", "snomed 724489002", "2022-03-02"))["prior_pregnancies"] == [{}]


def test_a_termination_is_no_loss():
    assert record(DUE, procedure("t", "cpt 59841", "2022-03-02"))["prior_pregnancies"] == [{"outcome": "termination"}]


# --- 9: without a standard code --------------------------------------------------------------------------------------


def test_a_funnel_is_read_only_from_what_is_called_so():
    wide = {"component": [{"code": coded("loinc 11787-9"), **quantity(8, code="mm")}]}
    funnel = {"component": [{"code": coded("loinc 11787-9", text="Funnel width"), **quantity(8, code="mm")}]}

    assert "funnelling" not in record(DUE, length("cl", 21, **wide))["scans"][0]
    assert record(DUE, length("cl", 21, **funnel))["scans"][0]["funnelling"] == "yes"


@pytest.mark.parametrize(("value", "said"), [({"valueBoolean": False}, "no"), ({"valueBoolean": True}, "yes"), (quantity(0, code="mm"), "no")])
def test_a_funnel_can_be_said_to_be_absent(value, said):
    assert record(DUE, length("cl", 21, component=[{"code": {"text": "funnelling"}, **value}]))["scans"][0]["funnelling"] == said


def test_why_a_stitch_was_placed_is_read_from_its_reason_alone():
    short = length("cl", 18, on="2026-05-10")

    assert "indication" not in record(DUE, short, procedure("s", "snomed 90442009", "2026-05-12"))["cerclages"][0]
    reason = procedure("s", "snomed 90442009", "2026-05-12", reasonReference=[{"reference": "Observation/cl"}])
    assert record(DUE, short, reason)["cerclages"][0]["indication"] == "ultrasound"
    told = procedure("s", "snomed 90442009", "2026-05-12", reasonCode=[coded("snomed 249127006")])
    assert record(DUE, told)["cerclages"][0]["indication"] == "examination"


def test_a_reason_that_was_taken_back_is_none():
    refuted = condition("loss", "snomed 85116003", "2024-05-10", verificationStatus=coded("verification refuted"))
    stitch = procedure("s", "snomed 90442009", "2026-05-12", reasonReference=[{"reference": "Condition/loss"}])

    assert "indication" not in record(DUE, refuted, stitch)["cerclages"][0]


def test_hydroxyprogesterone_is_told_by_name_and_medroxyprogesterone_is_another_medicine():
    named = medicine("a", on="2026-05-01", medicationCodeableConcept={"text": "Hydroxyprogesterone caproate 250 mg/mL"})
    other = medicine("b", on="2026-05-01", medicationCodeableConcept={"text": "medroxyPROGESTERone acetate 150 mg/mL"})

    assert record(DUE, named)["progestogens"] == [{"drug": "17-ohpc", "current": "yes"}]
    assert "progestogens" not in record(DUE, other)


def test_a_caesarean_is_none_at_full_dilatation():
    assert "conditions" not in record(DUE, procedure("cs", "snomed 11466000", "2022-03-02"))


def test_a_pessary_of_unknown_kind_is_not_read():
    assert "plans" not in record(DUE, procedure("p", "pcs 0UHG7GZ", "2026-05-02"))


# --- 10: what looks like a loss, or like a mother, and is not --------------------------------------------------------


def test_the_loss_of_one_of_several_babies_is_no_loss_of_a_pregnancy_and_leaves_the_number_open():
    found = read(DUE, condition("twins", "cm O30.001", "2026-03-02", "active"), condition("lost", "cm O31.12X1", "2026-05-20"))

    assert found.record.prior_pregnancies is None
    assert found.record.pregnancy.plurality is None
    assert "Condition/lost: one of several babies was lost; how many are left is not read from it" in found.conflicts


@pytest.mark.parametrize("code", ["cm P01.0"])
def test_a_code_of_the_newborn_says_nothing_of_the_mother(code):
    assert record(DUE, condition("n", code, "2026-05-20")) == {"pregnancy": PREGNANT}


def test_what_is_written_of_the_child_is_never_the_mothers():
    child = {"subject": {"reference": "Patient/child"}}
    baby = [
        observation("ga", "loinc 11884-4", "2026-05-30", **quantity(33.71, code="wk"), **child), condition("ci", "snomed 17382005", "2026-05-30", **child),
        observation("lb", "snomed 169826009", "2026-05-30", valueBoolean=True, **child),
    ]  # fmt: skip

    assert record(DUE, *baby, patient="p1") == record(DUE)
    assert set(left_out(DUE, *baby, patient="p1").values()) == {"it is about somebody else (Patient/child)"}


def test_an_observation_of_the_mother_that_is_about_the_child_is_not_read_as_hers():
    about = observation("ga", "loinc 11884-4", "2026-05-30", **quantity(20, code="wk"), focus=[{"reference": "RelatedPerson/baby"}])

    assert left_out(DUE, about) == {"Observation/ga": "it is about RelatedPerson/baby"}


# --- 11: a stitch that was taken out ---------------------------------------------------------------------------------

STITCH = procedure("s", "cpt 59320", "2026-05-01")


def test_that_no_removal_is_coded_does_not_say_that_the_stitch_is_in():
    assert record(DUE, STITCH)["cerclages"] == [{"placed_on": "2026-05-01", "kind": "transvaginal"}]


def test_a_removal_after_it_says_that_it_is_out():
    assert record(DUE, STITCH, procedure("r", "cpt 59871", "2026-05-20"))["cerclages"][0]["removed"] == "yes"


def test_a_removal_on_the_day_of_a_stitch_is_not_of_that_stitch():
    again = procedure("s2", "cpt 59320", "2026-05-20")
    found = record(DUE, STITCH, procedure("r", "cpt 59871", "2026-05-20"), again)["cerclages"]

    assert [each.get("removed") for each in found] == ["yes", None]


def test_that_it_was_seen_says_that_it_is_in_for_a_short_time_only():
    seen = observation("seen", "snomed 69802008", "2026-05-28", valueBoolean=True)

    assert record(DUE, STITCH, seen)["cerclages"][0]["removed"] == "no"
    assert "removed" not in record(DUE, STITCH, seen, as_of=date(2026, 7, 20))["cerclages"][0]


def test_a_vaginal_removal_says_nothing_of_an_abdominal_stitch():
    abdominal = procedure("a", "cpt 59325", "2024-05-01")

    found = record(DUE, abdominal, STITCH, procedure("r", "cpt 59871", "2026-05-20"))["cerclages"]
    assert [(each["kind"], each.get("removed")) for each in found] == [("transabdominal", None), ("transvaginal", "yes")]


# --- 12: codes that nobody checked -----------------------------------------------------------------------------------


def test_a_code_that_is_only_remembered_is_not_used():
    assert "progestogens" not in record(DUE, medicine("p", "atc G03DA04", "2026-05-01"))
    assert left_out(DUE, procedure("l", "cpt 57522", "2020-05-01")) == {"Procedure/l": "no code of it is known here"}


def test_a_single_live_birth_is_a_birth_and_no_screening():
    assert record(DUE, condition("b", "snomed 169826009", "2020-05-01"))["prior_pregnancies"] == [{"outcome": "live-birth"}]


def test_a_number_that_a_spreadsheet_ruined_is_no_code():
    assert left_out(DUE, condition("x", "snomed 1.07612E+16", "2020-05-01")) == {"Condition/x": "no code of it is known here"}


def test_the_due_date_of_a_test_is_the_one_of_these_tests():
    assert record(due()) == {"pregnancy": PREGNANT}
