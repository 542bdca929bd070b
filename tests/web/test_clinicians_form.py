from datetime import date

import pytest
from clinicians_page import fields_of, ids_of, send

from gravida.fhir import read_resources
from gravida.fhir_files import resources_in
from gravida.random_records import random_records
from gravida.record import read_record, record_from, write_record
from gravida.record_model import kinds
from gravida.web.clinicians_form import sections
from gravida.web.clinicians_typed import added, record_of, removed, rest_no, typed_from, typed_of
from gravida.web.site import Form

RANDOM = 300
ON_PAGES = 12


@pytest.fixture(scope="module")
def form(knowledge):
    return {each.name: each for each in sections(knowledge)}


def to_form_and_back(record, knowledge):
    return record_of(typed_from(record, knowledge), knowledge)


def by_page_and_back(record, client, knowledge):
    """Upload a record as a file, take the form that comes, and download it again."""
    page = client.post("/clinicians/open", data={"text": write_record(record)}).text
    return read_record(send(client, fields_of(page), "/clinicians/record.yaml").content, "record.yaml", knowledge.dictionary)


def test_a_random_record_goes_through_the_form_without_loss(knowledge):
    lost = [each.written for each in random_records(knowledge, RANDOM, seed=5) if to_form_and_back(each.record, knowledge) != each.record]

    assert lost == []


def test_a_random_record_goes_through_the_page_without_loss(client, knowledge):
    lost = [each.written for each in random_records(knowledge, ON_PAGES, seed=9) if by_page_and_back(each.record, client, knowledge) != each.record]

    assert lost == []


@pytest.mark.parametrize(
    "written",
    [
        "as_of: 2026-06-01\nprior_pregnancies: []\nprior_pregnancies_complete: yes\n",
        "as_of: 2026-06-01\nprior_pregnancies: prefer-not-to-say\n",
        "as_of: 2026-06-01\npregnancy: prefer-not-to-say\n",
        "as_of: 2026-06-01\npregnancy: {gestation: prefer-not-to-say, plurality: 2}\n",
        "as_of: 2026-06-01\npregnancy: {gestation: {at: {from: 18+0, to: 19+3}, on: 2026-05-30}}\n",
        "as_of: 2026-06-01\npregnancy: {gestation: {from: 18+0, to: 19+3}}\n",
        "as_of: 2026-06-01\nprior_pregnancies_total: 3\nprior_pregnancies: [{}, {onset: prefer-not-to-say, ended: {from: 16+0, to: 20+6}}]\n",
        "as_of: 2026-06-01\nscans: [{cervical_length_mm: {from: 20, to: 25.5}}, {cervical_length_mm: 2, confirmed: yes}]\n",
        "as_of: 2026-06-01\npregnancy: {due_date: prefer-not-to-say}\n",
    ],
)
def test_what_is_rarely_written_goes_through_the_page_without_loss(written, client, knowledge):
    record = read_record(written, "record.yaml", knowledge.dictionary)

    assert by_page_and_back(record, client, knowledge) == record


def test_where_a_value_was_read_from_stays_with_it_and_leaves_with_it(knowledge):
    told = (knowledge.root.parent / "examples" / "fhir" / "short-cervix.json").read_bytes()
    record = read_resources(resources_in(told, "short-cervix"), knowledge, as_of=date(2026, 6, 1)).record
    typed = typed_from(record, knowledge)
    changed = typed.__class__({**typed.values, "pregnancy.plurality": "2"}, typed.entries, typed.kept)

    assert to_form_and_back(record, knowledge) == record
    assert "pregnancy.plurality" in record.origins
    assert "pregnancy.plurality" not in record_of(changed, knowledge).origins
    assert record_of(changed, knowledge).origins["pregnancy.due_date"] == record.origins["pregnancy.due_date"]


@pytest.mark.parametrize(("name", "source"), [("short-cervix", "us-core"), ("short-cervix", ""), ("messy", ""), ("messy", "us-core"), ("counts-only", "")])
def test_what_was_read_of_fhir_goes_through_the_page_with_all_that_was_told_of_it(name, source, client, knowledge):
    told = (knowledge.root.parent / "examples" / "fhir" / f"{name}.json").read_bytes()
    record = read_resources(resources_in(told, name), knowledge, as_of=date(2026, 6, 1), source=source).record
    page = client.post("/clinicians/open", data={"text": told.decode(), "source": source, "day": "2026-06-01"}).text
    sent = fields_of(page)
    values = {key: tuple(value for other, value in sent if other == key) for key, _ in sent}

    assert record_of(typed_of(Form(values), knowledge), knowledge) == record


def test_origins_follow_their_entry_when_another_is_removed(knowledge, form):
    record = record_from({"as_of": "2026-06-01", "scans": [{"on": "2026-05-01", "cervical_length_mm": "30"}, {"on": "2026-05-28"}]}, knowledge.dictionary)
    record = record.read_from({"scans[0]": "first", "scans[1]": "second"}, frozenset())

    assert record_of(removed(typed_from(record, knowledge), form["scans"], 0), knowledge).origins == {"scans[0]": "second"}


def test_every_field_of_the_record_stands_in_the_form(client):
    ids = set(ids_of(client.get("/clinicians").text))
    alone = {path for path in kinds() if "[]" not in path}

    assert alone - ids == set()


def test_every_field_of_an_entry_stands_in_it(client, knowledge):
    names = [name for name in knowledge.dictionary.lists if "[]" not in name]
    page = client.post("/clinicians", data={"as_of": "2026-06-01", **{f"{name}[]": "0" for name in names}}).text
    wanted = {path.replace("[]", "[0]") for path in kinds() if "[]" in path}

    assert wanted - set(ids_of(page)) == set()


def test_no_id_stands_twice_on_a_page(client):
    ids = ids_of(client.post("/clinicians/open", data={"example": "one-painless-loss-at-20w"}).text)

    assert sorted({each for each in ids if ids.count(each) > 1}) == []


def test_a_yes_or_no_has_three_states_and_may_be_declined(client):
    page = client.get("/clinicians").text
    _, _, field = page.partition('<select id="pregnancy.placenta_praevia"')
    options = [each.partition(">")[2].partition("<")[0] for each in field.partition("</select>")[0].split("<option")[1:]]

    assert options == ["Not known", "Yes", "No", "Prefers not to say"]


def test_what_is_left_open_is_unknown(client):
    sent = send(client, [("as_of", "2026-06-01"), ("pregnancy.plurality", "")], "/clinicians/record.json")

    assert sent.json() == {"as_of": "2026-06-01"}


def test_a_new_entry_of_what_is_found_today_is_of_the_day_of_assessment(knowledge, form):
    start = typed_from(record_from({"as_of": "2026-06-01"}, knowledge.dictionary), knowledge)

    assert added(start, form["symptoms"])[0]["symptoms[0].on"] == "2026-06-01"
    assert added(start, form["scans"])[0]["scans[0].on"] == ""


def test_the_rest_of_the_signs_can_be_no_without_touching_those_answered(knowledge, form):
    start = typed_from(record_from({"as_of": "2026-06-01", "symptoms": [{"on": "2026-06-01", "fever": "yes"}]}, knowledge.dictionary), knowledge)
    found = record_of(rest_no(start, form["symptoms"], 0), knowledge)

    assert (found.symptoms[0].fever, found.symptoms[0].bleeding, found.symptoms[0].collapse) == (True, False, False)


def test_a_list_whose_last_entry_is_removed_is_unknown_again(knowledge, form):
    start = typed_from(record_from({"as_of": "2026-06-01", "scans": [{"on": "2026-05-28"}]}, knowledge.dictionary), knowledge)

    assert record_of(removed(start, form["scans"], 0), knowledge).scans is None


@pytest.mark.parametrize("dash", ["18+0 to 22+6", "18+0-22+6", "18+0 – 22+6", "18+0 - 22+6"])  # noqa: RUF001
def test_a_range_can_be_typed_in_one_field(dash, client):
    sent = send(client, [("as_of", "2026-06-01"), ("pregnancy.gestation.at", dash)], "/clinicians/record.json")

    assert sent.json()["pregnancy"] == {"gestation": {"from": "18+0", "to": "22+6"}}
