"""What a system may be trusted for: only what is named, each listed and shown as assumed, nothing at the bedside, nothing with --strict."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from fhir_builders import DUE, KNOWLEDGE, condition, length, medicine, observation, procedure, read, record

from gravida.cli import main
from gravida.fhir import FhirError, read_resources
from gravida.folders import Folders
from gravida.library import load
from gravida.record import plain

ROOT = Path(__file__).parents[2]
LOSS = condition("loss", "cm O03.9", "2024-05-10", "resolved")
TOLD = [DUE, LOSS, length("cl", 21)]


def run(*arguments, **how):
    result = CliRunner().invoke(main, [str(each) for each in arguments], **how)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in TOLD]}))
    return path


# --- what is off, and what each makes of absence ---------------------------------------------------------------------


def test_without_a_name_nothing_is_assumed():
    found = read(*TOLD)

    assert found.assumed == ()
    assert not found.assumed_facts
    assert set(plain(found.record)) == {"as_of", "pregnancy", "prior_pregnancies", "scans"}


def test_us_core_says_of_what_lists_are_whole_and_each_is_told():
    found = read(*TOLD, source="us-core")

    assert plain(found.record)["cerclages"] == plain(found.record)["cervical_procedures"] == plain(found.record)["progestogens"] == []
    assert plain(found.record)["conditions"] == {"uterine_anomaly": "no", "connective_tissue_disorder": "no"}
    assert {each.path for each in found.assumed} == {
        "cerclages", "cervical_procedures", "progestogens", "conditions.uterine_anomaly", "conditions.connective_tissue_disorder", "prior_pregnancies[0].onset",
    }  # fmt: skip
    assert found.assumed_facts == {each.path for each in found.assumed}


def test_a_summary_is_trusted_for_little():
    assert {each.path for each in read(*TOLD, source="ips").assumed} == {"cervical_procedures", "prior_pregnancies[0].onset"}


def test_an_inference_is_used_only_where_nothing_says_otherwise():
    assert record(LOSS)["prior_pregnancies"] == [{"outcome": "miscarriage"}]
    assert record(LOSS, source="ips")["prior_pregnancies"] == [{"outcome": "miscarriage", "onset": "spontaneous"}]
    said = read(condition("loss", "snomed 85116003", "2024-05-10"), source="ips")
    assert "miscarriage-code-means-spontaneous" not in {each.name for each in said.assumed}


def test_strict_uses_none():
    assert read(*TOLD, source="us-core", strict=True) == read(*TOLD)


def test_an_entry_in_a_list_that_is_not_declared_whole_leaves_it_open():
    told = [DUE, procedure("s", "cpt 59320", "2026-05-01")]

    assert read(*told).record.open_lists == {"cerclages"}
    assert read(*told, source="us-core").record.open_lists == frozenset()


@pytest.mark.parametrize(
    ("doubtful", "section"),
    [
        (procedure("x", "cpt 59320"), "cerclages"), ({**procedure("x", "cpt 59320", "2026-05-01"), "status": "unknown"}, "cerclages"),
        (observation("x", "snomed 69802008", "2026-05-20", valueBoolean=True), "cerclages"), (condition("x", "cm O34.32", "2026-05-20"), "cerclages"),
        (procedure("x", "cpt 59871", "2026-05-20"), "cerclages"),
        (condition("x", "cm O34.42", "2026-05-20"), "cervical_procedures"), (condition("x", "snomed 19866007"), "cervical_procedures"),
        (medicine("x", None, "2026-05-01", medicationReference={"display": "?"}), "progestogens"),
        (medicine("x", "rx 8727", status="completed"), "progestogens"),
    ],
)  # fmt: skip
def test_a_list_is_not_whole_if_something_in_it_could_not_be_read(doubtful, section):
    found = read(DUE, doubtful, source="us-core")

    assert getattr(found.record, section) is None
    assert section not in {each.path for each in found.assumed}
    assert any("/x: so it is not assumed that" in each for each in found.conflicts)


@pytest.mark.parametrize("code", ["cm Q51.9", "cm Q51.810", "cm Q51.0", "cm Q51.820"])
def test_a_fact_is_not_assumed_to_be_no_if_a_code_leaves_it_open(code):
    found = read(DUE, condition("x", code), source="us-core")

    assert found.record.conditions.uterine_anomaly is None
    assert "Condition/x: so nothing is assumed of conditions.uterine_anomaly" in found.conflicts


@pytest.mark.parametrize(
    ("verification", "expected"), [("unconfirmed", None), ("provisional", None), ("differential", None), ("refuted", False), ("confirmed", True)]
)
def test_what_is_not_confirmed_is_not_assumed_to_be_no(verification, expected):
    told = condition("x", "snomed 37849005", verificationStatus={"coding": [{"code": verification}]})

    assert read(DUE, told, source="us-core").record.conditions.uterine_anomaly is expected


# --- what a site writes ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def mine(tmp_path_factory):
    """The knowledge, with one more declaration for each test that asks."""
    root = tmp_path_factory.mktemp("site") / "knowledge"
    shutil.copytree(ROOT / "knowledge", root)

    def declared(text):
        (root / "sources" / "mine.yaml").write_text(text, encoding="utf-8")
        return root

    return declared


COMPLETE_HISTORY = "says: Ours\ncomplete:\n  - {list: prior_pregnancies, says: Every pregnancy is described.}\n"


def test_a_history_that_is_declared_whole_is_whole_unless_something_says_that_it_is_not(mine):
    known = load(Folders(mine(COMPLETE_HISTORY)))

    def complete(*told):
        return read_resources(told, known, as_of=read(DUE).record.as_of, source="mine").record.prior_pregnancies_complete

    assert complete(DUE, LOSS) is True
    assert complete(DUE) is True
    assert complete(DUE, condition("m", "cm O03.9")) is False
    assert complete(DUE, condition("h", "cm Z87.51", "2026-03-02")) is False
    assert complete(DUE, LOSS, observation("n", "loinc 11614-5", "2026-03-02", valueInteger=2)) is False
    assert complete(DUE, LOSS, observation("g", "loinc 11996-6", "2026-03-02", valueInteger=4)) is None


REFUSED = {
    "signs-complete": (
        "says: Ours\ncomplete:\n  - {list: examinations, says: We write down everything.}\n",
        "knowledge/sources/mine.yaml:3:12: examinations hold what somebody saw or felt on one day: no system can declare them complete\n",
    ),
    "symptoms-complete": (
        "says: Ours\ncomplete:\n  - {list: symptoms, says: We ask everybody.}\n",
        "knowledge/sources/mine.yaml:3:12: symptoms hold what somebody saw or felt on one day: no system can declare them complete\n",
    ),
    "sign-is-no": (
        "says: Ours\nabsent_means_no:\n  - {fact: examinations.contractions, says: We would have written it.}\n",
        "knowledge/sources/mine.yaml:3:12: examinations.contractions is a bedside sign: only somebody who asked can know it\n",
    ),
    "fact-unknown": (
        "says: Ours\nabsent_means_no:\n  - {fact: conditions.uterine_anomoly, says: On the list.}\n",
        "knowledge/sources/mine.yaml:3:12: no fact is read from 'conditions.uterine_anomoly'; did you mean 'conditions.uterine_anomaly'?\n",
    ),
    "list-unknown": (
        "says: Ours\ncomplete:\n  - {list: cerclage, says: All of them.}\n",
        "knowledge/sources/mine.yaml:3:12: there is no list 'cerclage'; did you mean 'cerclages'?\n",
    ),
    "half-a-signature": (
        "says: Ours\nsigned_by: A clinician\n",
        "knowledge/sources/mine.yaml:1:7: a signature has a name and a day: write both signed_by and signed_on, or neither\n",
    ),
    "field-unknown": (
        "says: Ours\ninfer:\n  - {name: n, concept: stillbirth, set: {outset: spontaneous}, says: So.}\n",
        "knowledge/sources/mine.yaml:3:50: an earlier pregnancy has no field 'outset'; did you mean 'onset'?\n",
    ),
    "value-unknown": (
        "says: Ours\ninfer:\n  - {name: n, concept: stillbirth, set: {onset: spontanous}, says: So.}\n",
        "knowledge/sources/mine.yaml:3:49: onset is one of spontaneous, indicated; found 'spontanous'; did you mean 'spontaneous'?\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_the_whole_message_of_a_declaration_that_is_refused(name, mine):
    text, message = REFUSED[name]
    code, said = run("read", ROOT / "examples/fhir/short-cervix.json", "--knowledge", mine(text))

    assert code == 2
    assert said == message + "1 problem: the knowledge cannot be used like this.\n"


def test_an_inference_of_a_concept_that_is_none_is_refused_when_it_is_named(mine):
    known = load(Folders(mine("says: Ours\ninfer:\n  - {name: n, concept: still_birth, set: {onset: spontaneous}, says: So.}\n")))
    with pytest.raises(FhirError, match="source mine: n: there is no concept 'still_birth'; did you mean 'stillbirth'"):
        read_resources(TOLD, known, source="mine")


def test_no_shipped_declaration_speaks_of_a_bedside_sign_or_is_signed():
    """Until a clinician signs one, each says so."""
    for each in KNOWLEDGE.sources.declarations.values():
        assert not {one.list for one in each.complete} & {"examinations", "symptoms", "scans", "prior_pregnancies"}
        assert not any(one.fact.startswith(("examinations", "symptoms", "pregnancy.")) for one in each.absent)
        assert not each.signed_by


# --- as a person sees it ---------------------------------------------------------------------------------------------


def test_a_source_that_is_not_there_is_told_with_the_nearest_name(file):
    assert run("read", file, "--source", "us-cor") == (2, "there is no source 'us-cor' in knowledge/sources; did you mean 'us-core'?\n")
    assert run("read", file, "--source", "zzz") == (2, "there is no source 'zzz' in knowledge/sources; there are: ips, us-core\n")


def test_the_report_lists_what_was_assumed_and_that_nobody_signed_it(file):
    code, said = run("read", file, "--as-of", "2026-06-01", "--source", "us-core")

    assert code == 0
    assert "Assumed - prior_pregnancies[0].onset: miscarriage-code-means-spontaneous. ICD-10 O03 is headed" in " ".join(said.split())
    assert "- cerclages: cerclages are complete. Every cerclage of this pregnancy is recorded as a procedure." in " ".join(said.split())
    assert "Nobody has signed what us-core declares." in said
    assert "What is not in this list is unknown. It is not read as no." in said


def why(file, recommendation, *how):
    code, said = run("why", recommendation, file, "--as-of", "2026-06-01", *how)
    assert code == 0
    return " ".join(said.replace("│", " ").split())


def test_why_shows_what_was_assumed_and_where_the_rest_came_from(file):
    said = why(file, "rcog-2022-cerclage/ultrasound-indicated", "--source", "us-core")

    assert "Observation/cl, 11961-0, 2026-05-20" in said
    assert "Condition/loss, O03.9, 2024-05-10; ASSUMED onset: miscarriage-code-means-spontaneous" in said
    anomaly = why(file, "cngof-2016-preterm-birth/no-cerclage-for-an-anomaly-alone", "--source", "us-core")
    assert "record: conditions.uterine_anomaly [ASSUMED: conditions.uterine_anomaly is no if no code says otherwise]" in anomaly


def test_strict_on_the_command_line_assumes_nothing(file):
    strict, plainly = (run("read", file, "--as-of", "2026-06-01", *how) for how in (("--source", "us-core", "--strict"), ()))

    assert strict == plainly
    assert "Assumed" not in strict[1]
    assert "ASSUMED" not in why(file, "rcog-2022-cerclage/ultrasound-indicated", "--source", "us-core", "--strict")


def test_an_assessment_shows_each_assumption(file):
    code, said = run("assess", file, "--as-of", "2026-06-01", "--source", "us-core")

    assert code == 0
    assert "Assumed: cerclages are complete (us-core)" in said
