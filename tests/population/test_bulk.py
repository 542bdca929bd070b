"""FHIR Bulk Data: what is read from an export into the flat tables, and what is written of them."""

import gzip
from collections import Counter
from importlib import import_module
from pathlib import Path

import duckdb
import pytest
from bulk_exports import KNOWLEDGE, about, aside, birth, coded, condition, day, due, export, observation, patient, procedure, read, rows, scan
from flat_records import records_of

from gravida import bulk_read
from gravida.bulk_known import known_on
from gravida.bulk_limits import CARRIED, GENERAL, LOST, forget
from gravida.bulk_lines import BulkError
from gravida.bulk_read import flatten
from gravida.bulk_write import write_bulk
from gravida.fhir import read_resources
from gravida.fhir_files import resources_in, resources_of_folder
from gravida.fhir_resource import Resource
from gravida.flat import TABLES
from gravida.record import plain, record_from

ROOT = Path(__file__).parents[2]
KNOWN = {"scans": '"on"', "examinations": '"on"', "symptoms": '"on"', "cerclages": "placed_on"}
HARD = [
    "--setting", "us", "--set", "twins=0.2", "--set", "inc_second_trimester_loss=0.4", "--set", "excision=0.3", "--set", "uterine_anomaly=0.2",
    "--set", "habit_stitch_high=0.6", "--set", "habit_progesterone_history=0.5", "--set", "dated_by_due_date=0.5", "--set", "dated_by_range=0.2",
]  # fmt: skip
"""A population in which everything that FHIR carries, and everything that it loses, occurs."""


NEVER_MADE = {
    "pregnancy_placenta_praevia", "conditions_cervical_insufficiency", "conditions_des_exposure", "prior_pregnancies_known", "plurality",
    "suspected_intraamniotic_infection",
}  # fmt: skip
"""What FHIR carries, and no synthetic population has, or not in such a one."""


@pytest.fixture(scope="module")
def hard(run, tmp_path_factory):
    """Return a folder with 1,000 pregnancies as flat tables, as FHIR, and as flat tables again, and the account of the way back."""
    folder = tmp_path_factory.mktemp("bulk")
    assert run("-n", 1000, "--seed", 11, *HARD, "--out", folder / "flat").exit_code == 0
    write_bulk(folder / "flat", folder / "fhir", KNOWLEDGE)
    return folder, flatten(folder / "fhir", folder / "back", knowledge=KNOWLEDGE)


def tables(folder):
    """Return a connection that has the flat tables of a folder, with their types."""
    data = duckdb.connect()
    for name, columns in TABLES.items():
        chosen = ", ".join(f'"{column.name}"::{column.sql_type} AS "{column.name}"' for column in columns)
        data.execute(f"CREATE TABLE {name} AS SELECT {chosen} FROM read_parquet('{folder}/{name}/*.parquet')")  # noqa: S608
    return data


def written(data):
    """Return every row as text, with the day on which it became known written out."""
    for name in TABLES.keys() - {"pregnancies", "updates"}:
        own = KNOWN.get(name, "NULL::DATE")
        since = f"greatest(coalesce(recorded_on, {own}, p.known_from), p.known_from)"
        data.execute(f"UPDATE {name} SET recorded_on = {since} FROM pregnancies p WHERE p.pregnancy_id = {name}.pregnancy_id")  # noqa: S608
    return {name: sorted(map(str, data.execute(f"SELECT * FROM {name}").fetchall())) for name in TABLES}  # noqa: S608


# --- there and back ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES)
def test_what_fhir_carries_comes_back_in_every_column(hard, table):
    folder, _ = hard
    before, after = tables(folder / "flat"), tables(folder / "back")
    forget(before, KNOWLEDGE.sources)

    assert written(after)[table] == written(before)[table]


def test_much_is_carried_and_the_population_is_hard(hard):
    folder, _ = hard
    after = {name: rows(folder / "back", name) for name in CARRIED}

    for name, columns in CARRIED.items():
        assert set(columns) <= {column for row in after[name] for column in row} | NEVER_MADE, name
    assert {row.get("removed") for row in after["cerclages"]} == {True, None}
    assert {row["current"] for row in after["progestogens"]} == {True, False}


def test_of_each_pregnancy_the_flat_record_on_its_last_day_is_what_the_reader_of_one_record_reads(hard):
    folder, _ = hard
    theirs = {}
    for each in resources_of_folder_gz(folder / "fhir"):
        if not each["id"].endswith(("-end", "-end-gestation")):
            theirs.setdefault(each.get("subject", {}).get("reference", f"Patient/{each['id']}"), []).append(each)
    for key, record in list(records_of(folder / "back"))[:250]:
        found = plain(record_from(record, KNOWLEDGE.dictionary))
        last = day(record["as_of"])
        by_then = [each for each in theirs[f"Patient/{key[:-2]}"] if (known_on(Resource(each)) or last) <= last]
        snapshot = plain(read_resources(by_then, KNOWLEDGE, as_of=last).record)

        assert settled(found) == settled(snapshot), key


def resources_of_folder_gz(folder):
    return [each for path in sorted(folder.glob("*.gz")) for each in resources_in(gzip.decompress(path.read_bytes()), path.name)]


def settled(record):
    """Return a record with its entries in one order, and without whether she is pregnant: a row is a pregnancy that goes on."""
    lists = {name: sorted(entries, key=str) for name, entries in record.items() if isinstance(entries, list)}
    return {**record, **lists, "pregnancy": {name: value for name, value in record["pregnancy"].items() if name != "status"}}


def test_every_resource_is_valid_r4_and_labelled_as_test_data(hard):
    folder, _ = hard
    for kind in ("Patient", "Organization", "Observation", "Condition", "Procedure", "MedicationStatement"):
        form = getattr(import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)
        lines = gzip.decompress((folder / "fhir" / f"{kind}.000.ndjson.gz").read_bytes()).splitlines()
        assert all(form.model_validate_json(line).meta.security[0].code == "HTEST" for line in lines[:400])
        assert all(b'"code":"HTEST"' in line for line in lines)


def test_ids_are_unique_and_references_lead_somewhere(hard):
    folder, _ = hard
    made = resources_of_folder_gz(folder / "fhir")
    names = [f"{each['resourceType']}/{each['id']}" for each in made]

    assert len(set(names)) == len(names)
    assert {each["subject"]["reference"] for each in made if "subject" in each} <= set(names)
    assert {one["reference"] for each in made for one in each.get("focus", ())} <= set(names)


def test_the_account_adds_up(hard):
    folder, account = hard
    lines = Counter({path.name.partition(".")[0]: gzip.decompress(path.read_bytes()).count(b"\n") for path in (folder / "fhir").glob("*.gz")})

    assert account.found == lines
    assert account.adds_up
    assert account.used["Observation"] > 0.9 * account.found["Observation"]
    assert account.rows["pregnancies"] == 1000


def test_two_runs_and_two_processes_write_the_same_bytes(hard, tmp_path, monkeypatch):
    folder, account = hard
    monkeypatch.setattr(bulk_read, "PORTION", 300)
    one = flatten(folder / "fhir", tmp_path / "one", knowledge=KNOWLEDGE)
    two = flatten(folder / "fhir", tmp_path / "two", knowledge=KNOWLEDGE, workers=2)

    assert one == two == account
    assert files(tmp_path / "one") == files(tmp_path / "two")
    write_bulk(folder / "flat", tmp_path / "again", KNOWLEDGE)
    assert files(tmp_path / "again") == files(folder / "fhir")


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_documentation_lists_what_is_not_carried():
    page = " ".join((ROOT / "docs/how-to/audit-fhir.md").read_text().split())

    assert [each.what for each in LOST if each.what not in page] == []
    assert [each for each in GENERAL if each not in page] == []


# --- the command ---------------------------------------------------------------------------------------------------


def test_synthesize_writes_fhir_and_nothing_else(run, tmp_path):
    done = run("-n", 20, "--as", "fhir", "--out", tmp_path / "made")

    assert done.exit_code == 0
    assert {path.name for path in (tmp_path / "made").iterdir()} >= {"Patient.000.ndjson.gz", "Observation.000.ndjson.gz", "README.txt", "synthetic.json"}
    assert [path.name for path in (tmp_path / "made").iterdir() if path.is_dir() or path.suffix == ".parquet"] == []
    assert "FHIR R4 Bulk Data" in (tmp_path / "made" / "README.txt").read_text()


# --- files ---------------------------------------------------------------------------------------------------------

ADA = (patient(), due("2025-10-02", "2025-03-02"), scan("cl", "2025-05-20", 24))


def test_gzip_and_plain_are_read_alike(tmp_path):
    plain_account, plain_rows = read(tmp_path / "one", *ADA)
    gzip_account, gzip_rows = read(tmp_path / "other", *ADA, zipped=True)

    assert plain_rows == gzip_rows
    assert plain_account == gzip_account
    assert plain_rows["scans"] == [{"pregnancy_id": "ada-1", "entry": 1, "on": day("2025-05-20"), "route": "transvaginal", "cervical_length_mm": 24.0}]
    assert plain_rows["pregnancies"] == [
        {
            "pregnancy_id": "ada-1", "person_id": "ada", "known_from": day("2025-03-02"), "ended_on": day("2025-05-20"),
            "pregnancy_due_date": day("2025-10-02"),
        }
    ]  # fmt: skip


def test_a_last_line_that_is_torn_is_told_and_the_rest_is_read(tmp_path):
    folder = export(tmp_path, *ADA)
    path = folder / "Observation.ndjson"
    path.write_bytes(path.read_bytes()[:-40])
    account = flatten(folder, tmp_path / "flat", knowledge=KNOWLEDGE)

    assert aside(account) == {"(unreadable line): torn line: the file ends within it": 1}
    assert account.adds_up
    assert len(rows(tmp_path / "flat", "pregnancies")) == 1


def test_a_zipped_file_that_is_cut_off_is_told_and_the_rest_is_read(tmp_path):
    folder = export(tmp_path, *ADA, *(scan(f"cl{number}", "2025-05-20", 30 + number % 9) for number in range(3000)), zipped=True)
    path = folder / "Observation.000.ndjson.gz"
    path.write_bytes(path.read_bytes()[:-500])
    account = flatten(folder, tmp_path / "flat", knowledge=KNOWLEDGE)

    assert account.aside["(unreadable line)", "torn line: the file ends within it"] >= 1
    assert 0 < account.found["Observation"] < 3002
    assert account.adds_up


@pytest.mark.parametrize(("make", "says"), [
    (lambda folder: folder.mkdir(), "there is no file of FHIR Bulk Data in this folder: their names end in .ndjson, .jsonl, .ndjson.gz, .jsonl.gz"),
    (lambda folder: None, "there is no such folder"),
])  # fmt: skip
def test_a_folder_without_an_export_is_said(tmp_path, make, says):
    make(tmp_path / "none")

    with pytest.raises(BulkError) as error:
        flatten(tmp_path / "none", tmp_path / "flat", knowledge=KNOWLEDGE)
    assert str(error.value) == f"{tmp_path / 'none'}: {says}"


def test_tables_of_two_exports_are_not_mixed(tmp_path):
    read(tmp_path, *ADA)

    with pytest.raises(BulkError, match="those of two exports would be mixed"):
        flatten(tmp_path / "export", tmp_path / "flat", knowledge=KNOWLEDGE)


def test_an_export_without_anybody_gives_empty_tables(tmp_path):
    account, found = read(tmp_path, scan("cl", "2025-05-20", 24))

    assert found["pregnancies"] == []
    assert aside(account) == {"Observation: its patient is not in the export": 1}


def test_everything_that_is_not_used_has_a_reason(tmp_path):
    account, _ = read(
        tmp_path, *ADA, "{this is no JSON", '{"no": "resource"}', "[1, 2]",
        {"resourceType": "Practitioner", "id": "x"}, {"resourceType": "Encounter", "id": "y", "subject": {"reference": "Patient/ada"}},
        observation("nobody", "loinc 11961-0", "2025-05-20") | {"subject": None}, observation("gone", "loinc 11961-0", "2025-05-20", person="eve"),
        observation("group", "loinc 11961-0", "2025-05-20") | {"subject": {"reference": "Group/1"}},
        observation("weight", "loinc 29463-7", "2025-05-20"), observation("undated", "snomed 249127006", valueBoolean=True),
        observation("slip", "snomed 249127006", "2025-02-30", valueBoolean=True), scan("before", "2019-05-20", 30),
        scan("wrong", "2025-05-21", 20) | {"status": "entered-in-error"}, {"resourceType": "Medication", "id": "m"},
    )  # fmt: skip

    assert account.adds_up
    assert account.used == {"Patient": 1, "Observation": 2}
    assert aside(account) == {
        "(unreadable line): not JSON": 1, "(unreadable line): JSON, and no FHIR resource": 2, "Practitioner: this kind of resource is not read": 1,
        "Encounter: this kind of resource is not read": 1, "Observation: it names no patient": 1, "Observation: its patient is not in the export": 1,
        "Observation: it is about no person": 1, "Observation: its code is not known here": 1, "Observation: it has no date": 1,
        "Observation: its date is impossible": 1, "Observation: it lies outside any pregnancy": 1, "Observation: it does not stand: entered in error": 1,
        "Medication: a medicine by itself says nothing of who had it": 1,
    }  # fmt: skip


def test_a_patient_who_was_never_pregnant_is_no_pregnancy(tmp_path):
    account, found = read(tmp_path, patient(), procedure("cone", "snomed 54535009", "2020-01-01"))

    assert found["pregnancies"] == []
    assert aside(account) == {"Patient: it lies outside any pregnancy": 1, "Procedure: it lies outside any pregnancy": 1}


# --- pregnancies ---------------------------------------------------------------------------------------------------

TWO = (
    patient(),
    due("2023-10-02", "2023-03-02", "due-1"), scan("cl-1", "2023-05-10", 14), birth("loss", "2023-05-20", "snomed 17369002"),
    observation("ga", "loinc 49052-4", "2023-05-20", valueQuantity={"value": 145, "unit": "d", "code": "d"}, focus=[{"reference": "Condition/loss"}]),
    due("2025-10-02", "2025-03-02", "due-2"), scan("cl-2", "2025-05-20", 31), birth("born", "2025-09-20"),
)  # fmt: skip


def test_two_pregnancies_of_one_person_are_two_rows_and_the_first_is_history_of_the_second(tmp_path):
    account, found = read(tmp_path, *TWO)

    assert [
        (row["pregnancy_id"], row["person_id"], row["known_from"], row["ended_on"], row["ended_days"], row["ended_how"]) for row in found["pregnancies"]
    ] == [
        ("ada-1", "ada", day("2023-03-02"), day("2023-05-20"), 145, "miscarriage"),
        ("ada-2", "ada", day("2025-03-02"), day("2025-09-20"), 268, "live-birth"),
    ]
    assert [(row["pregnancy_id"], row["cervical_length_mm"]) for row in found["scans"]] == [("ada-1", 14.0), ("ada-2", 31.0)]
    assert found["prior_pregnancies"] == [{"pregnancy_id": "ada-2", "entry": 1, "ended_days": 145, "outcome": "miscarriage"}]
    assert account.used == account.found


def test_a_pregnancy_of_which_nothing_was_known_before_it_ended_is_history_alone(tmp_path):
    _, found = read(
        tmp_path, *ADA, birth("old", "2022-04-01", "snomed 85116003", recordedDate="2025-03-02"), procedure("cone", "snomed 54535009", "2022-01-01"),
    )  # fmt: skip

    assert [row["pregnancy_id"] for row in found["pregnancies"]] == ["ada-1"]
    assert [row["outcome"] for row in found["prior_pregnancies"]] == ["miscarriage"]


def test_a_pregnancy_that_nobody_dated_ends_with_its_end(tmp_path):
    _, found = read(tmp_path, patient(), scan("cl", "2025-05-20", 24), birth("born", "2025-09-20"))

    assert found["pregnancies"] == [
        {
            "pregnancy_id": "ada-1", "person_id": "ada", "known_from": day("2025-05-20"), "ended_on": day("2025-09-20"), "ended_how": "live-birth",
        }
    ]  # fmt: skip


def test_an_end_that_nobody_recorded_is_before_the_next_pregnancy(tmp_path):
    _, found = read(tmp_path, patient(), due("2024-03-02", "2023-08-02", "one"), due("2025-01-20", "2024-06-02", "other"))

    assert [(row["known_from"], row["ended_on"]) for row in found["pregnancies"]] == [
        (day("2023-08-02"), day("2023-08-02")), (day("2024-06-02"), day("2024-06-02")),
    ]  # fmt: skip


def test_the_word_that_she_is_not_pregnant_any_more_ends_a_pregnancy(tmp_path):
    babies = observation("babies", "loinc 11878-6", "2025-03-02", valueInteger=1)
    gone = observation("gone", "loinc 82810-3", "2025-06-01", valueCodeableConcept=coded("snomed 60001007"))
    account, found = read(tmp_path, *ADA, babies, gone, procedure("cone", "snomed 54535009", "2025-08-01"))

    assert [(row["ended_on"], row.get("ended_how"), row["pregnancy_plurality"]) for row in found["pregnancies"]] == [(day("2025-06-01"), None, 1)]
    assert (account.used["Observation"], aside(account)) == (4, {"Procedure: it lies outside any pregnancy": 1})


def test_two_dates_of_one_pregnancy_are_one_pregnancy_and_a_conflict(tmp_path):
    account, found = read(tmp_path, patient(), due("2025-10-02", "2025-03-02"), due("2025-10-20", "2025-04-02", "later"))

    assert [row["pregnancy_due_date"] for row in found["pregnancies"]] == [day("2025-10-02")]
    assert found["updates"] == [{"pregnancy_id": "ada-1", "recorded_on": day("2025-04-02"), "pregnancy_due_date": day("2025-10-20")}]
    assert dict(account.conflicts) == {"… and … date this pregnancy … days apart; … is used": 1}


def test_a_date_that_governs_later_is_said_as_the_one_that_it_supersedes(tmp_path):
    gestation = observation("ga", "loinc 49052-4", "2025-03-02", valueQuantity={"value": 70, "unit": "d", "code": "d"})
    account, found = read(tmp_path, patient(), gestation, observation("period", "loinc 8665-2", "2025-04-02", valueDateTime="2024-12-10"))

    assert (found["pregnancies"][0]["pregnancy_gestation_at_days"], found["pregnancies"][0]["pregnancy_gestation_on"]) == (70, day("2025-03-02"))
    assert found["updates"] == [
        {"pregnancy_id": "ada-1", "recorded_on": day("2025-04-02"), "pregnancy_gestation_at_days": 113, "pregnancy_gestation_on": day("2025-04-02")}
    ]
    assert sum(account.conflicts.values()) == 1


def test_contradicting_outcomes_are_told_and_neither_is_used(tmp_path):
    account, found = read(tmp_path, *ADA, birth("born", "2025-09-20"), birth("still", "2025-09-21", "snomed 237364002"))

    assert "ended_how" not in found["pregnancies"][0]
    assert (found["pregnancies"][0]["ended_on"], found["pregnancies"][0]["ended_days"]) == (day("2025-09-20"), 268)
    assert found["conflicts"] == [{"pregnancy_id": "ada-1", "says": "how the pregnancy ended is said in two ways; neither is used"}]
    assert account.adds_up


def test_an_end_outside_the_published_limits_is_told_and_kept(tmp_path):
    account, found = read(tmp_path, *ADA, birth("born", "2025-05-21"))

    assert found["pregnancies"][0]["ended_how"] == "live-birth"
    assert dict(account.conflicts) == {"live-birth at … lies outside the published limits; it is kept as it is": 1}


# --- when it became known ------------------------------------------------------------------------------------------


def test_what_was_written_down_later_is_known_later(tmp_path):
    _, found = read(tmp_path, *ADA[:2], scan("cl", "2025-05-20", 24, issued="2025-05-27T09:30:00Z"))

    assert found["scans"] == [
        {
            "pregnancy_id": "ada-1", "entry": 1, "recorded_on": day("2025-05-27"), "on": day("2025-05-20"), "route": "transvaginal",
            "cervical_length_mm": 24.0,
        }
    ]  # fmt: skip


def test_history_that_was_told_at_booking_is_not_known_before(tmp_path):
    _, found = read(tmp_path, *TWO, birth("old", "2020-01-01", "snomed 85116003", recordedDate="2025-03-10"))

    assert [(row["pregnancy_id"], row["entry"], row.get("recorded_on")) for row in found["prior_pregnancies"]] == [
        ("ada-2", 1, day("2025-03-10")), ("ada-2", 2, None),
    ]  # fmt: skip


def test_a_medicine_that_was_stopped_and_a_stitch_that_was_removed_are_later_rows_of_their_entry(tmp_path):
    _, found = read(
        tmp_path, *ADA, procedure("stitch", "snomed 265636007", "2025-05-22"), procedure("out", "snomed 259863001", "2025-09-10"),
        about("drug", "MedicationStatement", "ada", status="completed", medicationCodeableConcept=coded("rx 8727"),
              effectivePeriod={"start": "2025-05-21", "end": "2025-08-30"}),
        birth("born", "2025-09-20"),
    )  # fmt: skip

    assert [(row["entry"], row.get("recorded_on"), row.get("removed")) for row in found["cerclages"]] == [(1, None, None), (1, day("2025-09-10"), True)]
    assert [(row["entry"], row["recorded_on"], row["current"]) for row in found["progestogens"]] == [
        (1, day("2025-05-21"), True), (1, day("2025-08-30"), False),
    ]  # fmt: skip
    assert found["pregnancies"][0]["cerclages_open"] is True
    assert found["pregnancies"][0]["progestogens_open"] is True


def test_what_was_taken_back_is_never_known_and_told(tmp_path):
    babies = [observation(f"n{number}", "loinc 11878-6", on, valueInteger=number) for number, on in ((1, "2025-03-02"), (2, "2025-05-20"))]
    account, found = read(tmp_path, *ADA, *babies)

    assert "pregnancy_plurality" not in found["pregnancies"][0]
    assert found["updates"] == []
    assert sorted(account.conflicts) == [
        "something was known for a time and taken back later; it is not used", "the number of babies differs …; none of these is used",
    ]  # fmt: skip
    assert aside(account) == {"Observation: it contradicts another, so it is not used": 2}


# --- values --------------------------------------------------------------------------------------------------------


def test_a_length_in_centimetres_is_millimetres(tmp_path):
    _, found = read(tmp_path, *ADA[:2], scan("cl", "2025-05-20", 2.4, "cm"))

    assert found["scans"][0]["cervical_length_mm"] == 24.0


def test_a_length_that_could_be_misread_stays_a_scan_of_unknown_length(tmp_path):
    account, found = read(tmp_path, *ADA[:2], scan("cl", "2025-05-20", 3, "mm"))

    assert found["scans"] == [{"pregnancy_id": "ada-1", "entry": 1, "on": day("2025-05-20"), "route": "transvaginal"}]
    assert sum(account.conflicts.values()) == 1


def test_nothing_is_known_to_be_absent(tmp_path):
    _, found = read(tmp_path, *ADA)

    assert [name for name in found["pregnancies"][0] if name.endswith(("_known", "_open", "_complete"))] == []


def test_a_declaration_says_that_a_list_is_whole(tmp_path):
    flatten(export(tmp_path, *ADA), tmp_path / "flat", knowledge=KNOWLEDGE, declaration="us-core")

    assert [name for name in rows(tmp_path / "flat", "pregnancies")[0] if name.endswith("_known")] == [
        "cerclages_known", "progestogens_known", "cervical_procedures_known",
    ]  # fmt: skip


def test_the_site_is_the_organisation_that_cares_for_her(tmp_path):
    ada, *rest = ADA
    hospital = {"resourceType": "Organization", "id": "h1", "name": "Harbour"}
    account, found = read(tmp_path, ada | {"managingOrganization": {"reference": "Organization/h1"}}, *rest, hospital, hospital | {"id": "h2"})

    assert found["pregnancies"][0]["site"] == "Harbour"
    assert (account.used["Organization"], aside(account)) == (1, {"Organization: this kind of resource is not read": 1})


# --- people --------------------------------------------------------------------------------------------------------

CHILD = (patient("kit", birthDate="2025-09-20"), observation("ga", "loinc 11884-4", "2025-09-20", "kit", valueQuantity={"value": 38, "code": "wk"}))


def test_the_record_of_a_child_is_no_pregnancy_and_an_unlinked_one_is_told(tmp_path):
    account, found = read(tmp_path, *ADA, *CHILD)

    assert [row["person_id"] for row in found["pregnancies"]] == ["ada"]
    assert aside(account) == {
        "Patient: it is about a child whom nothing links to a mother here": 1, "Observation: it is about a child whom nothing links to a mother here": 1,
    }  # fmt: skip


def test_the_record_of_a_child_with_a_mother_is_told_as_one(tmp_path):
    mother = {"resourceType": "RelatedPerson", "id": "m", "patient": {"reference": "Patient/kit"}, "relationship": [{"text": "mother"}]}
    account, _ = read(tmp_path, *ADA, *CHILD, mother)

    assert aside(account) == {"Patient: it is about a child": 1, "Observation: it is about a child": 1, "RelatedPerson: it is about a child": 1}


def test_copies_and_older_versions_count_once(tmp_path):
    newer = scan("cl", "2025-05-20", 22, meta={"lastUpdated": "2025-06-01T00:00:00Z"})
    account, found = read(tmp_path, *ADA, ADA[1], ADA[2] | {"meta": {"lastUpdated": "2025-05-21T00:00:00Z"}}, newer)

    assert [row["cervical_length_mm"] for row in found["scans"]] == [22.0]
    assert aside(account) == {"Observation: another copy or version of a resource that is there": 3}
    assert account.adds_up


def test_a_person_is_found_by_identifier_and_a_medicine_by_reference(tmp_path):
    number = {"system": "urn:numbers", "value": "7"}
    order = {
        "resourceType": "MedicationRequest", "id": "rx", "status": "active", "intent": "order", "subject": {"identifier": number},
        "authoredOn": "2025-05-21", "medicationReference": {"reference": "Medication/m"},
    }  # fmt: skip
    medicine = {"resourceType": "Medication", "id": "m", "code": coded("rx 8727")}
    account, found = read(tmp_path, patient(identifier=[number]), *ADA[1:], order, medicine)

    assert [(row["drug"], row["recorded_on"]) for row in found["progestogens"]] == [("progesterone", day("2025-05-21"))]
    assert account.used == account.found


def test_the_example_is_read_as_the_reader_of_one_record_reads_it(tmp_path):
    flatten(ROOT / "examples/fhir/export", tmp_path / "flat", knowledge=KNOWLEDGE)
    told = resources_of_folder(ROOT / "examples/fhir/export")
    found = dict(records_of(tmp_path / "flat"))

    assert sorted(found) == ["joy-1", "lena-1"]
    for key, record in found.items():
        snapshot = read_resources(told, KNOWLEDGE, as_of=day(record["as_of"]), patient=key[:-2]).record
        assert settled(plain(record_from(record, KNOWLEDGE.dictionary))) == settled(plain(snapshot))


def test_condition_of_pregnancy_with_an_end_of_care_is_a_pregnancy(tmp_path):
    care = {"resourceType": "EpisodeOfCare", "id": "e", "status": "finished", "patient": {"reference": "Patient/ada"},
            "type": [coded("snomed 424525001")], "period": {"start": "2025-03-01", "end": "2025-06-01"}}  # fmt: skip
    account, found = read(tmp_path, patient(), care, condition("p", "snomed 77386006", "2025-03-05"))

    assert [(row["known_from"], row["ended_on"]) for row in found["pregnancies"]] == [(day("2025-03-01"), day("2025-03-05"))]
    assert account.adds_up


def test_care_that_ended_with_the_birth_is_no_conflict(tmp_path):
    care = {"resourceType": "EpisodeOfCare", "id": "e", "status": "finished", "patient": {"reference": "Patient/ada"},
            "type": [coded("snomed 424525001")], "period": {"start": "2025-03-01", "end": "2025-09-21"}}  # fmt: skip
    account, found = read(tmp_path, *ADA, care, birth("born", "2025-09-20"))

    assert (found["pregnancies"][0]["known_from"], found["pregnancies"][0]["ended_on"]) == (day("2025-03-01"), day("2025-09-20"))
    assert (dict(account.conflicts), aside(account)) == ({}, {})


def test_progress_ends_at_the_whole(tmp_path):
    told = []
    flatten(export(tmp_path, *ADA), tmp_path / "flat", lambda done, total: told.append((done, total)), knowledge=KNOWLEDGE)

    assert told[-1][0] == told[-1][1]
    assert sorted(told) == told


def test_nothing_but_tables_is_left(tmp_path):
    read(tmp_path, *ADA)

    assert sorted(path.name for path in (tmp_path / "flat").iterdir()) == sorted([*TABLES, "conflicts"])
