"""Small OMOP databases, written by hand: what is read, what stays unknown, what is told, and what cannot be read."""

import re
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from omop_tables import (
    BIRTH,
    BORN,
    CERCLAGE,
    CONCEPTS,
    INSUFFICIENCY,
    LENGTH,
    LIVE_BIRTH,
    MISCARRIAGE,
    REMOVAL,
    START,
    STILLBIRTH,
    condition,
    dated,
    day,
    gestation,
    length,
    put,
    reading,
    tables,
)  # fmt: skip

from gravida.knowledge_cache import load_kept
from gravida.omop import OmopError, flatten


@pytest.fixture(scope="session")
def known():
    return load_kept()


@pytest.fixture
def read(tmp_path, known):
    """Return what reads tables, and gives the rows of each flat table with the accounts."""

    def of(form="csv", **given):
        return reading(put(tmp_path / "cdm", tables(**given), form), tmp_path / "flat", known)

    return of


def test_a_pregnancy_is_one_from_its_due_date_and_its_birth(read):
    rows, result = read()
    (found,) = rows["pregnancies"]

    assert (found["pregnancy_id"], found["person_id"]) == ("1-1", "1")
    assert (found["known_from"], found["ended_on"], found["ended_days"], found["ended_how"]) == (day(70), BIRTH, 273, "live-birth")
    assert found["pregnancy_due_date"] == START + timedelta(280)
    assert found["scans_open"] is True
    assert "scans_known" not in found
    assert "prior_pregnancies_complete" not in found
    assert result.conflicts == {}


def test_a_length_in_centimetres_is_read_in_millimetres(read):
    rows, _ = read(measurement=[length(2.1, "cm")])

    assert rows["scans"] == [{"pregnancy_id": "1-1", "entry": 1, "on": day(140), "cervical_length_mm": 21.0}]


@pytest.mark.parametrize("unit", [None, "in"])
def test_without_a_unit_a_length_is_unknown_and_not_guessed(read, unit):
    rows, result = read(measurement=[length(21.0, unit)])

    assert rows["scans"] == [{"pregnancy_id": "1-1", "entry": 1, "on": day(140)}]
    assert result.conflicts == {"a length of the cervix has no unit; the scan stays, its length is not known": 1}


def test_what_is_less_than_a_length_is_no_length(read):
    rows, result = read(measurement=[length(25.0, operator_concept_id=2_000_000_006)])

    assert "cervical_length_mm" not in rows["scans"][0]
    assert sum(result.conflicts.values()) == 1


def test_a_unit_may_be_a_concept(read):
    rows, _ = read(measurement=[length(2.1, None, unit_concept_id=8582)])

    assert rows["scans"][0]["cervical_length_mm"] == 21.0


def test_the_route_is_what_a_procedure_of_the_visit_or_a_word_tells_and_else_unknown(read):
    through = {"procedure_concept_id": 2211757, "procedure_date": day(140), "visit_occurrence_id": 5}
    rows, _ = read(
        procedure_occurrence=[through, {**through, "procedure_date": day(154)}],
        measurement=[length(30.0, visit_occurrence_id=5), length(29.0, on=147), length(28.0, on=154, visit_occurrence_id=5),
                     length(27.0, on=154, visit_occurrence_id=5), length(26.0, on=161, measurement_source_value="CL, transabdominal")],
    )  # fmt: skip

    assert [(row["cervical_length_mm"], row.get("route")) for row in rows["scans"]] == [
        (30.0, "transvaginal"), (29.0, None), (28.0, None), (27.0, None), (26.0, "transabdominal")]  # fmt: skip


def test_a_loss_at_19_weeks_is_in_the_second_trimester_by_its_gestation_whatever_its_code_is_called(read):
    loss = date(2022, 3, 1)
    rows, result = read(condition_occurrence=[condition(MISCARRIAGE, loss)], measurement=[gestation(135, loss)])

    assert rows["prior_pregnancies"] == [{"pregnancy_id": "1-2", "entry": 1, "outcome": "miscarriage", "ended_days": 135}]
    assert result.conflicts == {}


@pytest.mark.parametrize(("concept", "days"), [(MISCARRIAGE, 154), (LIVE_BIRTH, 147)])
def test_an_outcome_outside_of_its_published_limits_is_kept_and_told(read, concept, days):
    end = date(2022, 3, 1)
    rows, result = read(condition_occurrence=[condition(concept, end)], measurement=[gestation(days, end)])

    assert [row["ended_days"] for row in rows["prior_pregnancies"]] == [days]
    assert result.conflicts == {"the gestation lies outside the published limits of the outcome; both are kept": 1}


def test_of_outcomes_that_differ_the_first_of_the_hierarchy_is_taken_and_it_is_told(read):
    rows, result = read(condition_occurrence=[condition(STILLBIRTH, BIRTH), condition(MISCARRIAGE, BIRTH + timedelta(20))])

    assert [row["ended_how"] for row in rows["pregnancies"]] == ["live-birth"]
    assert result.conflicts == {"outcomes differ; the first of the hierarchy is used": 1}
    assert result.used["condition_occurrence"] == 3


def test_each_conflict_stands_with_its_pregnancy_beside_the_flat_tables(read, tmp_path):
    read(measurement=[length(21.0, None)])

    assert duckdb.read_parquet(f"{tmp_path}/flat/conflicts/*.parquet").fetchall() == [
        ("1-1", "a length of the cervix has no unit; the scan stays, its length is not known")]  # fmt: skip


def test_earlier_pregnancies_are_her_earlier_ones_and_none_is_judged_with_a_later_one(read):
    first, second = date(2021, 1, 10), date(2022, 6, 1)
    rows, _ = read(condition_occurrence=[condition(MISCARRIAGE, first), condition(STILLBIRTH, second)])

    assert [(row["pregnancy_id"], row["entry"], row["outcome"]) for row in rows["prior_pregnancies"]] == [
        ("1-2", 1, "miscarriage"), ("1-3", 1, "miscarriage"), ("1-3", 2, "stillbirth")]  # fmt: skip


def test_what_lies_before_the_time_of_observation_is_history_and_is_not_judged(read):
    period = {"observation_period_start_date": date(2023, 1, 1), "observation_period_end_date": date(2025, 1, 1)}
    rows, _ = read(observation_period=[period], condition_occurrence=[condition(MISCARRIAGE, date(2021, 1, 10))])

    assert [row["pregnancy_id"] for row in rows["pregnancies"]] == ["1-2"]
    assert [row["outcome"] for row in rows["prior_pregnancies"]] == ["miscarriage"]


def test_pregnancies_that_overlap_are_told_and_the_second_begins_after_the_first(read):
    loss = day(10)
    rows, result = read(condition_occurrence=[condition(MISCARRIAGE, loss)], measurement=[gestation(70, loss), length(30.0, on=5)])

    assert [row["pregnancy_id"] for row in rows["scans"]] == ["1-1"]
    assert result.conflicts == {"two pregnancies overlap; the second is read from the day after the first": 1}


def test_dates_of_one_pregnancy_that_differ_are_told_and_both_are_in_the_record(read):
    other = START + timedelta(300)
    rows, result = read(observation=[dated(due=other, on=day(100))])

    assert [row["pregnancy_due_date"] for row in rows["pregnancies"]] == [START + timedelta(280)]
    assert [(row["recorded_on"], row["pregnancy_due_date"]) for row in rows["updates"]] == [(day(100), other)]
    assert result.conflicts == {"dates of one pregnancy differ by more than the limit; the due date governs, or what comes next": 1}


def test_a_pregnancy_of_which_no_end_is_known_is_one_until_observation_ends(read):
    later = date(2026, 3, 1)
    period = {"observation_period_start_date": date(2023, 1, 1), "observation_period_end_date": date(2026, 4, 1)}
    rows, _ = read(observation_period=[period], measurement=[gestation(70, later), {**length(31.0), "measurement_date": later}])

    assert rows["pregnancies"][1] | {"scans_open": True} == rows["pregnancies"][1]
    assert (rows["pregnancies"][1]["known_from"], rows["pregnancies"][1]["ended_on"]) == (later, date(2026, 4, 1))
    assert "ended_how" not in rows["pregnancies"][1]
    assert rows["scans"][0]["pregnancy_id"] == "1-2"


def test_rows_that_cannot_be_used_are_counted_with_their_reason(read):
    _, result = read(measurement=[
        length(30.0), length(30.0), length(30.0, measurement_date=None), length(30.0, measurement_date=date(1980, 1, 1)),
        length(30.0, measurement_date=date(1995, 1, 1)), length(30.0, person_id=99), length(30.0, measurement_date=date(2030, 1, 1)),
        {**length(30.0), "measurement_concept_id": 12345}, gestation(500, day(100)), gestation(20, day(100), concept=3012266),
    ])  # fmt: skip

    assert (result.accounts["measurement"].rows, result.accounts["measurement"].used) == (10, 1)
    assert result.accounts["measurement"].set_aside == {
        "concept not mapped": 1, "person not in the person table": 1, "no date": 1, "impossible date": 1, "a child's record": 1,
        "says the same as another row": 1, "unit missing or not known": 1, "dates no pregnancy of its day": 1, "outside any pregnancy": 1,
    }  # fmt: skip


def test_dates_that_are_no_dates_are_none(tmp_path, known):
    found = tables()
    path = put(tmp_path / "cdm", found)
    (path / "measurement.csv").write_text(f"measurement_id,person_id,measurement_concept_id,measurement_date,value_as_number\n1,1,{LENGTH},2024-02-31,30\n")
    _, result = reading(path, tmp_path / "flat", known)

    assert result.accounts["measurement"].set_aside == {"no date": 1}


def test_a_due_date_that_cannot_be_of_its_day_dates_nothing(read):
    rows, result = read(observation=[dated(due=date(2030, 1, 1))])

    assert result.accounts["observation"].set_aside == {"dates no pregnancy of its day": 1}
    assert len(rows["pregnancies"]) == 1


def test_care_for_insufficiency_or_a_stitch_is_not_insufficiency_though_it_is_mapped_to_it(read):
    rows, result = read(condition_occurrence=[condition(INSUFFICIENCY, day(100), condition_source_concept_id=2_000_000_002)])
    assert "conditions_cervical_insufficiency" not in {name for row in (*rows["pregnancies"], *rows["updates"]) for name in row}
    assert result.accounts["condition_occurrence"].set_aside == {"does not say enough for the record": 1}

    rows, _ = read(condition_occurrence=[condition(INSUFFICIENCY, day(100))])
    assert [row["conditions_cervical_insufficiency"] for row in rows["updates"]] == [True]


def test_a_code_that_the_source_wrote_is_read_without_a_vocabulary(read):
    rows, _ = read(measurement=[{**length(22.0), "measurement_concept_id": 0, "measurement_source_value": "11961-0"}])

    assert [row["cervical_length_mm"] for row in rows["scans"]] == [22.0]


def test_a_stitch_is_there_until_a_removal_is(read):
    procedures = [{"procedure_concept_id": CERCLAGE, "procedure_date": day(100)}, {"procedure_concept_id": REMOVAL, "procedure_date": day(255)}]
    stitch = {"pregnancy_id": "1-1", "entry": 1, "placed_on": day(100), "kind": "transvaginal", "technique": "mcdonald"}

    assert read(procedure_occurrence=procedures[:1])[0]["cerclages"] == [stitch]
    assert read(procedure_occurrence=procedures)[0]["cerclages"] == [stitch, {**stitch, "recorded_on": day(255), "removed": True}]


def test_progesterone_is_known_by_its_name_and_its_route_by_a_word(read):
    drug = {"drug_exposure_start_date": day(120), "drug_exposure_end_date": day(150), "drug_concept_id": 2_000_000_003}
    rows, result = read(drug_exposure=[{**drug, "route_concept_id": 2_000_000_004}, {**drug, "drug_concept_id": 2_000_000_005}])

    entry = {"pregnancy_id": "1-1", "entry": 1, "drug": "progesterone", "route": "vaginal"}
    assert rows["progestogens"] == [{**entry, "recorded_on": day(120), "current": True}, {**entry, "recorded_on": day(151), "current": False}]
    assert result.accounts["drug_exposure"].set_aside == {"concept not mapped": 1}


def test_without_a_last_day_it_is_unknown_whether_a_medicine_goes_on(read):
    rows, _ = read(drug_exposure=[{"drug_exposure_start_date": day(120), "drug_concept_id": 0, "drug_source_value": "Progesterone 200 mg"}])

    assert rows["progestogens"] == [{"pregnancy_id": "1-1", "entry": 1, "recorded_on": day(120), "drug": "progesterone"}]


def test_numbers_of_babies_that_differ_are_not_used(read):
    rows, result = read(condition_occurrence=[condition(441919, day(90))], measurement=[
        {"measurement_concept_id": 0, "measurement_source_value": "11878-6", "measurement_date": day(90), "value_as_number": 1}])  # fmt: skip

    assert "pregnancy_plurality" not in {name for row in (*rows["pregnancies"], *rows["updates"]) for name in row}
    assert result.conflicts == {"the number of babies differs, or one was lost; it is not used": 1}


def test_a_question_is_answered_by_its_value(read):
    asked = {"observation_concept_id": 0, "observation_source_value": "63893-2", "observation_date": date(2022, 3, 1)}
    rows, _ = read(observation=[{**asked, "value_as_concept_id": MISCARRIAGE}])

    assert [row["outcome"] for row in rows["prior_pregnancies"]] == ["miscarriage"]


def test_the_value_no_is_no_yes(read):
    rows, result = read(observation=[{"observation_concept_id": 441919, "observation_date": day(90), "value_as_string": "No"}])

    assert "pregnancy_plurality" not in {name for row in (*rows["pregnancies"], *rows["updates"]) for name in row}
    assert result.accounts["observation"].set_aside == {"its value says that it is not so": 1}


def test_the_site_is_that_of_the_first_visit_in_the_pregnancy(read):
    rows, _ = read(
        care_site=[{"care_site_id": 3, "care_site_name": "North"}, {"care_site_id": 4, "care_site_name": "South"}],
        visit_occurrence=[{"visit_start_date": day(n), "care_site_id": site} for n, site in ((-900, 4), (80, 3), (90, 4))],
    )  # fmt: skip

    assert [row["site"] for row in rows["pregnancies"]] == ["North"]


def test_a_table_of_pregnancies_that_a_site_has_worked_out_is_accepted(tmp_path, known):
    worked_out = [{"person_id": 1, "pregnancy_start_date": START, "pregnancy_end_date": BIRTH, "pregnancy_outcome": LIVE_BIRTH}]
    path = put(tmp_path / "cdm", {"person": [{"person_id": 1, "year_of_birth": BORN}], "pregnancy_episode": worked_out, "concept": CONCEPTS,
                                  "measurement": [{"measurement_id": 1, "person_id": 1, **length(30.0)}]})  # fmt: skip
    rows, result = reading(path, tmp_path / "flat", known)

    assert [(row["ended_on"], row["ended_days"], row["ended_how"]) for row in rows["pregnancies"]] == [(BIRTH, 273, "live-birth")]
    assert "pregnancy_last_period" not in rows["pregnancies"][0]
    assert result.accounts["pregnancy_episode"].used == 1


def test_three_forms_of_one_database_are_read_alike(tmp_path, known):
    found = tables(measurement=[length(2.1, "cm")], procedure_occurrence=[{"procedure_concept_id": CERCLAGE, "procedure_date": day(141)}])
    results = [reading(put(tmp_path / form, found, form), tmp_path / f"flat-{form}", known) for form in ("duckdb", "parquet", "csv")]

    assert results[0] == results[1] == results[2]
    assert results[0][1].accounts["concept"].rows == len(CONCEPTS)


def test_tables_may_be_missing_and_vocabularies_come_with_tabs(tmp_path, known):
    path = put(tmp_path / "cdm", {"MEASUREMENT": [{"measurement_id": 1, "person_id": 1, **length(24.0)},
                                                  {"measurement_id": 2, "person_id": 1, **gestation(140, day(140))}]})  # fmt: skip
    (path / "CONCEPT.csv").write_text(f'concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_code\n{LENGTH}\tlength "of\tMeasurement\tLOINC\t11961-0\n')
    rows, result = reading(path, tmp_path / "flat", known)

    assert [row["cervical_length_mm"] for row in rows["scans"]] == [24.0]
    assert sorted(result.accounts) == ["concept", "measurement"]


# --- what cannot be read ---------------------------------------------------------------------------------------------


def test_an_empty_folder_says_what_was_found_and_what_was_expected(tmp_path, known):
    (tmp_path / "empty").mkdir()
    with pytest.raises(OmopError) as told:
        flatten(tmp_path / "empty", tmp_path / "out", knowledge=known)

    assert str(told.value) == (
        f"{tmp_path}/empty: this holds no OMOP database: found no tables; the folder is empty. Expected one or more of condition_occurrence, "
        "procedure_occurrence, measurement, observation, drug_exposure, each as <table>.parquet, <table>.csv or a folder <table>/, or a DuckDB file "
        "with these tables"
    )


@pytest.mark.parametrize(("name", "text", "says"), [
    ("notes.txt", "x", "this file is no DuckDB database by its name"), ("cdm.duckdb", "x", "this cannot be read"), ("nothing", None, "there is nothing here"),
    ("other/pregnancies.csv", "a\n1\n", "found pregnancies."), ("broken/measurement.parquet", "x", "this cannot be read"),
])  # fmt: skip
def test_what_is_no_database_is_said_without_a_traceback(tmp_path, known, name, text, says):
    path = tmp_path / name
    if text is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with pytest.raises(OmopError, match=re.escape(says)):
        flatten(tmp_path / Path(name).parts[0], tmp_path / "out", knowledge=known)

    assert not (tmp_path / "out" / ".omop-work").exists()
