"""A code means what its concept says and no more; a slip is found out; what nobody checked is not used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gravida.codes_loading import has_right_check, read_codes
from gravida.dictionary_loading import Draft
from gravida.folders import Folders
from gravida.library import load

CODES = load().codes
LOINC, SNOMED, CM = "http://loinc.org", "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm"
CPT = "http://www.ama-assn.org/go/cpt"

CONCEPTS = """\
twins: {means: Two babies., alone: yes, carries: babies}
length: {means: A length., does_not_mean: A route., alone: no}
"""
SYSTEMS = """\
loinc: {name: LOINC, uris: [http://loinc.org], check: mod-10, licence: free, attribution: of its owner}
"""
COLUMNS = "concept,code,value,label,confidence,source\n"
ROWS = "twins,LA33-6,2,twins,seen,a page\nlength,11961-0,,a length,seen,a page\n"


def concepts(system, code, **how):
    return [each.concept for each in CODES.find(system, code, **how)]


def values(system, *codes):
    return [[each.value for each in CODES.find(system, code)] for code in codes]


def problems_of(folder, rows=ROWS, concepts=CONCEPTS, systems=SYSTEMS, name="loinc", columns=COLUMNS):
    here = folder / "knowledge" / "codes"
    here.mkdir(parents=True)
    (here / "concepts.yaml").write_text(concepts)
    (here / "systems.yaml").write_text(systems)
    (here / f"{name}.csv").write_bytes((columns + rows).encode() if isinstance(rows, str) else rows)
    draft = Draft()
    read_codes(Folders(folder / "knowledge"), draft)
    return [str(each) for each in draft.problems]


# What a code means, and what it does not


@pytest.mark.parametrize("code", ["O34.30", "O34.31", "O34.32", "O34.33"])
def test_care_for_a_cerclage_is_not_cervical_insufficiency(code):
    assert concepts(CM, code) == ["cerclage_or_insufficiency_care"]
    assert CODES.concepts["cerclage_or_insufficiency_care"].alone is False


@pytest.mark.parametrize("code", ["Z36.86", "Z03.75", "Z87.51", "O03.4", "N88.3", "P01.0", "O31.12X1", "O34.42", "Z87.410", "O36.4XX0"])
def test_a_code_that_looks_like_a_fact_and_is_none_establishes_nothing_alone(code):
    found = CODES.find(CM, code)
    assert found
    assert not any(CODES.concepts[each.concept].alone for each in found)


def test_the_code_of_cervical_insufficiency_does_not_say_in_which_pregnancy():
    assert concepts(SNOMED, "17382005") == ["cervical_insufficiency"]
    assert not CODES.concepts["cervical_insufficiency"].alone


def test_care_because_of_earlier_preterm_labour_says_that_she_is_pregnant_and_no_more_alone():
    assert concepts(CM, "O09.212") == ["pregnant", "history_preterm_labour"]
    assert not CODES.concepts["history_preterm_labour"].alone


def test_counts_of_births_are_not_mistaken_for_each_other():
    codes = ["11638-4", "11639-2", "11640-0", "11996-6"]
    assert [concepts(LOINC, code) for code in codes] == [["births_still_living"], ["births_term"], ["births_total"], ["gravidity"]]


def test_a_length_felt_by_hand_is_no_length_by_ultrasound():
    assert concepts(LOINC, "11960-2") == ["cervical_length_palpated"]
    assert concepts(LOINC, "11961-0") == ["cervical_length_ultrasound"]


def test_no_length_is_called_transvaginal_by_its_code():
    assert not any("tvus" in each.concept or "transvaginal" in each.concept for each in CODES.find(LOINC, "11961-0"))
    assert not CODES.concepts["cervical_length_ultrasound"].alone


def test_present_and_absent_are_two_concepts():
    assert [concepts(SNOMED, code) for code in ("69802008", "289828004")] == [["cerclage_present"], ["cerclage_absent"]]
    assert [concepts(SNOMED, code) for code in ("289700000", "289701001")] == [["contractions_present"], ["contractions_absent"]]
    assert [concepts(SNOMED, code) for code in ("77386006", "60001007", "146799005")] == [["pregnant"], ["not_pregnant"], ["pregnancy_possible"]]


def test_a_low_lying_placenta_is_no_placenta_praevia():
    assert concepts(CM, "O44.02") == ["placenta_praevia"]
    assert concepts(CM, "O44.42") == ["low_lying_placenta"]
    assert concepts(CM, "O44") == []


def test_a_loss_of_one_baby_is_no_loss_of_the_pregnancy():
    assert concepts(CM, "O31.12X1") == ["loss_of_one_fetus"]


def test_a_miscarriage_without_trimester_is_not_put_into_one():
    assert concepts(CM, "O03.9") == concepts(SNOMED, "17369002") == ["miscarriage_no_trimester"]
    assert concepts(SNOMED, "85116003") == ["miscarriage_second_trimester"]


def test_cutting_a_cone_and_taking_a_sample_are_told_apart():
    assert concepts(CPT, "57520") == ["cone_biopsy"]
    assert concepts("http://www.cms.gov/Medicare/Coding/ICD10", "0UBC7ZX") == ["cervical_biopsy"]


def test_whatever_is_not_enough_alone_says_what_it_leaves_open():
    assert [each.id for each in CODES.concepts.values() if not each.alone and not each.does_not_mean] == []


# Numbers that a code holds


def test_weeks_in_a_code_are_read():
    assert values(CM, "Z3A.08", "Z3A.20", "Z3A.42") == [[8], [20], [42]]
    assert values(SNOMED, "23464008", "87178007") == [[20], [1]]


@pytest.mark.parametrize("code", ["Z3A.00", "Z3A.01", "Z3A.49"])
def test_weeks_that_are_not_exact_give_no_number(code):
    (found,) = CODES.find(CM, code)
    assert (found.value, found.label.split(":")[0]) == (None, "not exact")


def test_every_week_of_icd_10_cm_holds_its_own_number():
    weeks = {each.code: each.value for each in CODES.of("gestational_week") if each.system == "icd-10-cm" and each.value}
    assert weeks == {f"Z3A.{week:02d}": week for week in range(8, 43)}


def test_every_week_of_snomed_stands_once():
    assert sorted(each.value for each in CODES.of("gestational_week") if each.system == "snomed") == list(range(1, 43))


def test_centimetres_in_a_code_are_read():
    assert values(SNOMED, "320003", "62774004") == [[1], [9]]


def test_fully_dilated_holds_no_number():
    assert values(SNOMED, "62472004") == [[None]]


def test_the_number_of_babies_is_read_where_the_code_has_it():
    assert values(CM, "O30.032", "O30.112", "O30.201", "O30.801", "O30.90") == [[2], [3], [4], [None], [None]]
    assert values(SNOMED, "65147003", "459168005", "16356006") == [[2], [2], [None]]
    assert values("http://hl7.org/fhir/sid/icd-10", "O30.0", "O30.1", "O30.2", "O30.9") == [[2], [3], [4], [None]]


# Finding


@pytest.mark.parametrize("written", ["O34.32", "O3432", "o34.32", " O34.32 "])
def test_a_code_of_icd_is_found_however_it_is_written(written):
    assert [each.code for each in CODES.find(CM, written)] == ["O34.32"]


def test_dots_and_dashes_matter_elsewhere():
    assert CODES.find(LOINC, "119610") == ()


@pytest.mark.parametrize("uri", [LOINC, "https://loinc.org", "http://loinc.org|2.82", "urn:oid:2.16.840.1.113883.6.1", "loinc", " HTTP://LOINC.ORG "])
def test_a_system_is_known_by_each_of_its_names(uri):
    assert concepts(uri, "11961-0") == ["cervical_length_ultrasound"]


def test_an_edition_of_snomed_is_snomed():
    assert concepts("http://snomed.info/sct/731000124108/version/20260301", "90442009") == ["cerclage_vaginal"]


@pytest.mark.parametrize("uri", ["", "http://hl7.org/fhir/sid/icd-9-cm", "http://loinc.org.example", "http://hl7.org/fhir/sid/icd-10-ca"])
def test_a_code_of_an_unknown_system_is_not_guessed(uri):
    assert CODES.system(uri) is None
    assert CODES.find(uri, "11961-0") == CODES.find(uri, "O34.32") == ()


def test_the_longest_beginning_counts():
    assert concepts(CM, "O09.90") == ["pregnant"]
    assert [each.code for each in CODES.find("http://hl7.org/fhir/sid/icd-10", "O60.05")] == ["O60*"]


def test_a_shorter_code_is_not_taken_for_a_longer_one():
    assert CODES.find(CM, "O34.3") == CODES.find(CM, "O34") == CODES.find(CM, "") == ()


def test_what_nobody_checked_is_found_only_if_asked_for():
    assert CODES.find(CPT, "57522") == ()
    assert concepts(CPT, "57522", recalled=True) == ["loop_excision"]


@pytest.mark.parametrize(("slip", "meant", "concept"), [("11961-6", "11961-0", "cervical_length_ultrasound"), ("11612-8", "11612-9", "abortions_total")])
def test_a_known_slip_is_found_and_says_what_was_meant(slip, meant, concept):
    (found,) = CODES.find(LOINC, slip)
    assert (found.concept, found.alias_of, found.confidence) == (concept, meant, "invalid")
    assert CODES.find(LOINC, meant)[0].alias_of == ""


@given(st.sampled_from([LOINC, SNOMED, CM, "http://hl7.org/fhir/sid/icd-10"]), st.text(max_size=12) | st.from_regex(r"[OZ]\d\d\.?\d{0,4}", fullmatch=True))
def test_whatever_is_found_begins_the_code_that_was_asked_for(uri, code):
    system = CODES.system(uri)
    for each in CODES.find(uri, code):
        listed = system.normal(each.code)
        assert system.normal(code) == listed or (each.is_beginning and system.normal(code).startswith(listed[:-1]))


# What is shipped


def test_every_code_system_has_codes_a_licence_and_an_attribution():
    assert {each.system for each in CODES.rows} == set(CODES.systems)
    assert [each.id for each in CODES.systems.values() if not (each.licence and each.attribution)] == []
    assert "Regenstrief" in CODES.systems["loinc"].attribution


def test_no_two_systems_share_a_name():
    uris = [uri for each in CODES.systems.values() for uri in each.uris]
    assert len(uris) == len(set(uris))


@pytest.mark.parametrize(
    ("check", "code"), [("mod-10", "LA33-6"), ("mod-10", "LA32-8"), ("mod-10", "8302-2"), ("verhoeff", "73211009"), ("verhoeff", "22298006")]
)
def test_check_digits_of_codes_that_everybody_knows_are_right(check, code):
    assert has_right_check(check, code)


CHECKED = [(each, CODES.systems[each.system].check) for each in CODES.rows if CODES.systems[each.system].check and each.confidence != "invalid"]


@given(st.sampled_from(CHECKED), st.data())
def test_one_wrong_digit_is_always_noticed(row, data):
    coded, check = row
    digits = [index for index, sign in enumerate(coded.code) if sign.isdigit()]
    index = data.draw(st.sampled_from(digits))
    other = data.draw(st.sampled_from(sorted(set("0123456789") - {coded.code[index]})))
    assert not has_right_check(check, coded.code[:index] + other + coded.code[index + 1 :])


# The gate


def test_a_good_folder_has_no_problems(tmp_path):
    assert problems_of(tmp_path) == []


def test_a_folder_without_codes_has_none_and_no_problems(tmp_path):
    draft = Draft()
    assert (read_codes(Folders(tmp_path), draft).rows, draft.problems) == ((), [])


def test_an_overlay_adds_codes_of_its_own(tmp_path):
    problems_of(tmp_path)
    (tmp_path / "ours" / "codes").mkdir(parents=True)
    (tmp_path / "ours" / "codes" / "loinc.csv").write_text(COLUMNS + "twins,LA32-8,2,two babies,seen,our list\n")
    draft = Draft()
    found = read_codes(Folders(tmp_path / "knowledge", (tmp_path / "ours",)), draft)
    assert draft.problems == []
    assert [each.source for each in found.find(LOINC, "LA32-8")] == ["our list"]


def broken(rows="", **files):
    return {"rows": ROWS + rows, **files}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            broken("lenght,11960-2,,felt,seen,a page\n"),
            "knowledge/codes/loinc.csv:4:1: there is no concept 'lenght' in concepts.yaml; did you mean 'length'?",
        ),
        (
            broken("length,11960-3,,felt,seen,a page\n"),
            "knowledge/codes/loinc.csv:4:1: the last digit of 11960-3 does not fit the others: look the code up again; by its other digits it would be 11960-2",
        ),
        (
            broken("length,11961-0,,again,seen,a page\n"),
            "knowledge/codes/loinc.csv:4:1: 11961-0 stands for length already: leave one of the two rows out",
        ),
        (
            broken("length,11960-2,5,felt,seen,a page\n"),
            "knowledge/codes/loinc.csv:4:1: 'length' has no unit for the value 5: write carries in concepts.yaml, or leave the value empty",
        ),
        (
            broken("length,11960-2,,felt,seen,\n"),
            "knowledge/codes/loinc.csv:4:1: the source is missing: say where the code was seen, or that it is recalled",
        ),
        (
            broken("twins,11961-6,,a slip,invalid,a test\n"),
            "knowledge/codes/loinc.csv:4:1: a code that is invalid stands beside the one that was meant; 11961-0 is no code of 'twins' here",
        ),
        (
            broken("length,11961-0,,not a slip,invalid,a test\n"),
            "knowledge/codes/loinc.csv:4:1: 11961-0 stands for length already: leave one of the two rows out",
        ),
        (
            broken("length,11960-2,,felt,sure,a page\n"),
            "knowledge/codes/loinc.csv:4:1: this line cannot be used: the confidence is one of seen, recalled, invalid; found 'sure'",
        ),
        (
            broken("twins,11960-2,two,felt,seen,a page\n"),
            "knowledge/codes/loinc.csv:4:1: this line cannot be used: the value is a whole number, or empty; found 'two'",
        ),
        (
            broken("length,119*60,,felt,seen,a page\n"),
            "knowledge/codes/loinc.csv:4:1: this line cannot be used: a code has no space around it, and a star only at its end; found '119*60'",
        ),
        (
            broken("length,11960-2,,felt, by hand,seen,a page\n"),
            "knowledge/codes/loinc.csv:4:1: this line cannot be used: expected 6 columns; a text with a comma in it stands in quotes",
        ),
        (
            broken("length,11960-2,,,seen,a page\n"),
            "knowledge/codes/loinc.csv:4:1: this line cannot be used: the label is missing: say in our own words what the code stands for",
        ),
        (
            broken(concepts=CONCEPTS + "width: {means: A width., alone: yes}\n"),
            "knowledge/codes/concepts.yaml:3:8: no code stands for 'width': leave it out, or add a code",
        ),
        (
            broken(concepts=CONCEPTS.replace("does_not_mean: A route., ", "")),
            "knowledge/codes/concepts.yaml:2:9: a code alone does not say 'length': write under does_not_mean what it leaves open",
        ),
        (
            broken(name="loink"),
            "knowledge/codes/loink.csv: there is no code system 'loink' in systems.yaml; did you mean 'loinc'?; name it there, with its licence",
        ),
        (
            broken(columns="concept,code\n"),
            "knowledge/codes/loinc.csv:1:1: the columns are concept, code, value, label, confidence, source; found concept, code",
        ),
        (
            broken(systems=SYSTEMS + SYSTEMS.replace("loinc:", "other:")),
            "knowledge/codes/systems.yaml:2:29: http://loinc.org is a name of 'loinc' already: a code system has names of its own",
        ),
        ({"rows": b"\xff\xfe"}, "knowledge/codes/loinc.csv: this file is not UTF-8 text: save it again as UTF-8"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, files, expected):
    assert problems_of(tmp_path, **files) == [expected]
