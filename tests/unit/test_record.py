"""Reading, dating, writing: what holds of every record, and the choices that a reader could have made otherwise."""

import json
from datetime import date, timedelta
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gravida.facts import Range
from gravida.library import load_dictionary
from gravida.record import (
    DECLINED,
    MAX_BYTES,
    PriorPregnancy,
    Record,
    RecordError,
    check_record,
    dating,
    differences,
    plain,
    read_record,
    record_from,
    record_schema,
    write_record,
)  # fmt: skip
from gravida.record_checks import RESTATED, limits
from gravida.record_model import kinds, parts
from gravida.units import weeks

DICTIONARY = load_dictionary()
LIMITS = limits(DICTIONARY)
TODAY = date(2026, 6, 1)
START = date(2026, 1, 12)  # 20+0 today


def read(text: str, name: str = "record.yaml", **options: Any) -> Record:
    return read_record(text, name, DICTIONARY, **options)


def message(text: str | bytes, name: str = "record.yaml") -> str:
    with pytest.raises(RecordError) as caught:
        read_record(text, name, DICTIONARY)
    return str(caught.value)


# --- the record and the dictionary ---------------------------------------------------------------------------------


def test_every_fact_has_its_field_and_kind() -> None:
    assert differences(DICTIONARY) == []


def test_every_clinical_field_is_in_the_dictionary() -> None:
    only_in_the_record = {path for path in kinds() if path not in LIMITS} - RESTATED

    assert only_in_the_record == {
        "as_of", "prior_pregnancies_complete", "pregnancy.planning", "pregnancy.due_date", "pregnancy.last_period", "pregnancy.gestation.on",
        "scans[].on", "scans[].confirmed", "examinations[].on", "symptoms[].on", "cerclages[].placed_on",
    }  # fmt: skip


def test_nothing_has_a_value_unless_somebody_gave_one() -> None:
    defaults = [field.default for _, part in parts() for field in part.model_fields.values() if not field.is_required()]

    assert [default for default in defaults if default is not None and plain_or_none(default)] == []


def plain_or_none(default: Any) -> bool:
    return any(value is not None for value in default.__dict__.values())


# --- reading -------------------------------------------------------------------------------------------------------


def test_unknown_and_none_differ() -> None:
    record = read("scans: []\npregnancy:\n  plurality:\ncerclages:\n")

    assert (record.scans, record.cerclages, record.pregnancy.plurality) == ((), None, None)


@pytest.mark.parametrize(("written", "value"), [("yes", True), ("no", False), ("true", True), ("false", False)])
def test_yes_and_no(written: str, value: bool) -> None:  # noqa: FBT001
    assert read(f"conditions: {{uterine_anomaly: {written}}}").conditions.uterine_anomaly is value
    assert read(f'{{"conditions": {{"uterine_anomaly": "{written}"}}}}').conditions.uterine_anomaly is value


def test_json_keeps_its_own_types() -> None:
    data = {"pregnancy": {"plurality": 1, "fetal_death": False}, "scans": [{"cervical_length_mm": 24.9}], "symptoms": None}
    record = read(json.dumps(data), "record.json")

    assert (record.pregnancy.plurality, record.pregnancy.fetal_death) == (1, False)
    assert record.scans is not None
    assert record.scans[0].cervical_length_mm == 24.9
    assert record.symptoms is None


def test_a_number_or_gestation_may_be_a_range() -> None:
    record = read("prior_pregnancies: [{ended: {from: 18+0, to: 22+6}, plurality: {from: 2, to: 2}}]\n")

    assert record.prior_pregnancies == (PriorPregnancy(ended=Range(126, 160), plurality=2),)


def test_declined_is_unknown_and_remembered() -> None:
    record = read(f"prior_pregnancies: [{{ended: 20+0, onset: {DECLINED}}}]\nplans: {DECLINED}\nscans: {DECLINED}\n")

    assert record.declined == {"prior_pregnancies[0].onset", "plans", "scans"}
    assert (record.scans, record.plans.cerclage) == (None, None)
    assert read(write_record(record)) == record
    assert record != read("prior_pregnancies: [{ended: 20+0}]")


def test_a_short_length_is_read_when_it_is_confirmed() -> None:
    record = read("scans: [{cervical_length_mm: 2.1, confirmed: yes}, {cervical_length_mm: 5}]")

    assert [scan.cervical_length_mm for scan in record.scans or ()] == [2.1, 5]


def test_a_byte_order_mark_is_no_part_of_a_record() -> None:
    assert read_record("\ufeffpregnancy: {plurality: 1}".encode(), "record.yaml", DICTIONARY).pregnancy.plurality == 1


def test_an_empty_json_object_is_a_record_of_which_nothing_is_known() -> None:
    assert read("{}") == Record()


@pytest.mark.parametrize("text", [b"x" * 50_000_000, "x" * (MAX_BYTES + 1)])
def test_a_large_file_is_refused_before_it_is_parsed(text: str | bytes) -> None:
    assert message(text) == "record.yaml: found a file of more than 1,000,000 bytes; expected less. One file holds one record, which is a few kilobytes."


@pytest.mark.parametrize("text", ["[" * 500_000, "- " * 400_000, "{a: " * 200_000, "? " * 400_000])
def test_deep_nesting_does_not_overflow_the_stack(text: str) -> None:
    assert "record.yaml" in message("a: 1\n" + text)
    assert "record.json" in message(text, "record.json")


@pytest.mark.parametrize("text", ["scans: [" + "{}," * 30_000 + "]", "{" + ",".join(f'"x{n}": 1' for n in range(50_000)) + "}"])
def test_very_many_values_are_refused_early(text: str) -> None:
    assert "more than 20,000 values" in message(text)


def test_problems_beyond_what_a_person_reads_are_counted() -> None:
    with pytest.raises(RecordError) as caught:
        record_from({f"x{n}": 1 for n in range(1000)}, DICTIONARY)

    assert len(caught.value.problems) == 50
    assert str(caught.value).endswith("… and 950 more")


def test_a_message_shows_values_and_a_repr_does_not() -> None:
    with pytest.raises(RecordError) as caught:
        record_from({"pregnancy": {"plurality": 77}}, DICTIONARY)
    (problem,) = caught.value.problems

    assert str(problem) == "pregnancy.plurality: found 77; expected a whole number from 1 to 8"
    assert "77" not in repr(problem)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("key", "shown"), [(1, "1"), (None, "nothing"), ("a\x1b[31m", r"'a\x1b[31m'"), ("\ud800", r"'\ud800'")])
def test_a_key_that_is_no_name(key: Any, shown: str) -> None:
    with pytest.raises(RecordError, match="found the key") as caught:
        record_from({"pregnancy": {key: 1}}, DICTIONARY)

    assert str(caught.value) == f"found the key {shown}; expected the name of a field"


def test_a_number_too_long_to_write_out() -> None:
    with pytest.raises(RecordError, match="found 'a number of thousands of digits'"):
        record_from({"scans": [{"cervical_length_mm": 10**5000, "at": 10**5000}]}, DICTIONARY)


def test_days_as_a_number_are_for_python_code_only() -> None:
    assert PriorPregnancy(ended=140).ended == 140
    with pytest.raises(RecordError, match=r"If these are days, write 20\+0"):
        record_from({"prior_pregnancies": [{"ended": 140}]}, DICTIONARY)


def test_a_record_made_in_code_can_be_checked_too() -> None:
    (problem,) = check_record(Record(prior_pregnancies=(PriorPregnancy(ended=700),)), DICTIONARY)

    assert str(problem) == "prior_pregnancies[0].ended: found 100+0; expected a gestation (weeks+days) from 0+1 to 44+6"


def test_a_problem_does_not_hide_a_contradiction() -> None:
    found = message("prior_pregnancies_total: 0\nprior_pregnancies: [{onset: maybe}]\npregnancy: {plurality: x}").splitlines()

    assert [line.split(": ")[1] for line in found] == ["prior_pregnancies_total", "prior_pregnancies[0].onset", "pregnancy.plurality"]


def test_a_value_that_cannot_be_read_contradicts_nothing() -> None:
    found = message("as_of: 2026-06-01\npregnancy: {gestation: 20+9, due_date: 2026-10-19}\nscans: [{on: 2026-05-01, at: 16+9}]")

    assert len(found.splitlines()) == 2


# --- the day of assessment -----------------------------------------------------------------------------------------


def test_today_is_not_assumed() -> None:
    record = read("pregnancy: {gestation: 20+0}")

    assert record.as_of is None
    assert record.needs_as_of
    assert dating(record).source is None
    assert dating(record, TODAY).start == START


@pytest.mark.parametrize("text", ["pregnancy: {plurality: 1}", "as_of: 2026-06-01\npregnancy: {gestation: 20+0}", "scans: []"])
def test_a_record_without_times_needs_no_day(text: str) -> None:
    assert not read(text).needs_as_of


def test_a_gestation_still_holds_on_the_day_of_the_file() -> None:
    record = read("as_of: 2026-06-01\npregnancy: {gestation: 20+0}", as_of=date(2026, 6, 8))

    assert record.as_of == date(2026, 6, 8)
    assert dating(record).gestation_on(date(2026, 6, 8)) == 147


def test_the_caller_s_day_judges_the_times() -> None:
    assert read("scans: [{on: 2026-06-05}]", as_of=date(2026, 6, 5)).scans
    with pytest.raises(RecordError, match="day of assessment"):
        read("scans: [{on: 2026-06-05}]", as_of=TODAY)


def test_a_file_with_its_own_day_may_be_judged_as_of_an_earlier_one() -> None:
    text = "as_of: 2026-06-01\npregnancy: {due_date: 2026-10-19}\nscans: [{on: 2026-05-30}]"

    assert read(text, as_of=date(2026, 5, 1)).as_of == date(2026, 5, 1)


@pytest.mark.parametrize(("day", "gestation"), [(date(2026, 1, 11), "less than 0\\+0"), (date(2026, 12, 1), "46\\+1")])
@pytest.mark.parametrize("dated", ["gestation: 20+0", "due_date: 2026-10-19"])
def test_no_day_is_taken_on_which_the_gestation_cannot_be(day: date, gestation: str, dated: str) -> None:
    with pytest.raises(RecordError, match=f"makes the gestation {gestation} on {day}"):
        read(f"as_of: 2026-06-01\npregnancy: {{{dated}}}", as_of=day)


# --- dating --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pregnancy", "source", "start"),
    [
        ({"due_date": "2026-10-19"}, "due_date", START),
        ({"gestation": "20+0"}, "gestation", START),
        ({"gestation": {"at": "12+0", "on": "2026-04-06"}}, "gestation", START),
        ({"last_period": "2026-01-12"}, "last_period", START),
        ({"due_date": "2026-10-21", "gestation": "20+0", "last_period": "2026-01-10"}, "due_date", START + timedelta(2)),
        ({"gestation": "20+0", "last_period": "2026-01-10"}, "gestation", START),
        ({}, None, None),
        ({"status": "not-pregnant", "last_period": "2026-05-12"}, None, None),
    ],
)
def test_which_source_governs(pregnancy: dict[str, Any], source: str | None, start: date | None) -> None:
    dated = dating(record_from({"pregnancy": pregnancy}, DICTIONARY, as_of=TODAY))

    assert (dated.source, dated.start) == (source, start)


def test_sources_that_differ_by_up_to_a_week_are_noted() -> None:
    pregnancy = {"due_date": "2026-10-19", "gestation": "19+0", "last_period": "2026-01-12"}
    dated = dating(record_from({"pregnancy": pregnancy}, DICTIONARY, as_of=TODAY))

    assert dated.differences == {"gestation": 7}


def test_sources_that_differ_by_more_are_refused() -> None:
    with pytest.raises(RecordError, match="which differ by 8 days"):
        record_from({"pregnancy": {"due_date": "2026-10-19", "gestation": "18+6"}}, DICTIONARY, as_of=TODAY)


def test_a_range_of_gestation_is_a_span_of_starts() -> None:
    dated = dating(record_from({"pregnancy": {"gestation": {"from": "18+0", "to": "20+0"}}}, DICTIONARY, as_of=TODAY))

    assert dated.start is None
    assert dated.gestation_on(TODAY) == Range(126, 140)
    assert dated.date_at(140) is None
    assert dated.dates_at(140) == (TODAY, TODAY + timedelta(14))


def test_without_a_source_nothing_is_known() -> None:
    dated = dating(Record())

    assert (dated.gestation_on(TODAY), dated.date_at(140), dated.dates_at(140)) == (None, None, None)


# --- times at their limits -----------------------------------------------------------------------------------------

DATED = "as_of: 2026-06-01\npregnancy: {due_date: 2026-10-19}\n"


@pytest.mark.parametrize(
    "entry",
    [
        "scans: [{on: 2026-06-01, at: 19+6}]",  # a day apart
        "scans: [{at: 20+0}]",  # today
        "scans: [{on: 2026-02-09}]",  # 4+0, the earliest scan
        "cerclages: [{placed_on: 2020-01-01}]",  # an abdominal stitch from before
        "symptoms: [{at: {from: 19+0, to: 21+0}}]",  # may have been today
    ],
)
def test_times_that_can_be(entry: str) -> None:
    assert read(DATED + entry)


@pytest.mark.parametrize("entry", ["scans: [{on: 2026-06-01, at: 19+5}]", "scans: [{at: 20+1}]", "scans: [{on: 2026-02-08}]", "scans: [{on: 2026-06-02}]"])
def test_times_that_cannot_be(entry: str) -> None:
    assert message(DATED + entry).count("\n") == 0


def test_a_pregnancy_that_ended_may_be_long_ago() -> None:
    assert read("as_of: 2026-06-01\npregnancy: {status: ended, due_date: 2024-06-01}")


# --- what holds of every record ------------------------------------------------------------------------------------


def one_value(path: str, kind: str) -> st.SearchStrategy[Any]:
    limit = LIMITS.get(path)
    low, high = (int(limit.low or 0), int(limit.high or 0)) if limit else (0, 0)
    numbers = {
        "integer": st.integers(low, high),
        "decimal": st.one_of(st.integers(max(low, 5), high), st.floats(max(low, 5), high), st.decimals(max(low, 5), high, places=1).map(str)),
        "gestation": st.integers(low, high).map(weeks),
    }
    others = {
        "boolean": st.sampled_from(["yes", "no", True, False]),
        "string": st.sampled_from(limit.values if limit else ("",)),
        "date": st.just("2026-05-30"),
    }
    return numbers[kind] if kind in numbers else others[kind]


TIMES = {"on", "at", "placed", "placed_on"}
PART_OF = dict(parts())


def entry(at: str) -> st.SearchStrategy[dict[str, Any]]:
    fields = {name: one_value(f"{at}.{name}", kinds()[f"{at}.{name}"]) for name in PART_OF[at].model_fields if name not in TIMES}
    values = {name: st.one_of(value, st.just(DECLINED)) for name, value in fields.items() if name not in ("waters_broke", "gestation", "due_date")}
    return st.fixed_dictionaries({}, optional=values)


def list_of(name: str) -> st.SearchStrategy[Any]:
    time = st.sampled_from([{}, {"on": "2026-05-30"}, {"at": "19+5"}, {"on": "2026-05-30", "at": "19+5"}, {"at": {"from": "18+0", "to": "19+0"}}])
    if name == "symptoms":
        time = st.sampled_from([{"on": "2026-05-30"}, {"on": "2026-05-30", "at": "19+5"}])  # a sign without a day is refused
    timed = name in ("scans", "examinations", "symptoms")
    entries = st.tuples(entry(f"{name}[]"), time).map(lambda both: {**both[0], **both[1]}) if timed else entry(f"{name}[]")
    return st.one_of(st.lists(entries, max_size=3), st.just(DECLINED))


DATINGS: list[dict[str, Any]] = [
    {}, {"gestation": "20+0"}, {"due_date": "2026-10-19"}, {"gestation": {"from": "19+0", "to": "21+0"}}, {"last_period": "2026-01-12"},
    {"gestation": {"at": "12+0", "on": "2026-04-06"}}, {"gestation": {"at": "20+0", "on": DECLINED}}, {"gestation": "20+0", "due_date": "2026-10-18"},
]  # fmt: skip
SIMPLE = ("plurality", "planned_caesarean", "fetal_compromise", "lethal_anomaly", "fetal_death", "miscarriage_in_progress")
PREGNANCIES = st.tuples(
    st.sampled_from(DATINGS),
    st.fixed_dictionaries({}, optional={name: one_value(f"pregnancy.{name}", kinds()[f"pregnancy.{name}"]) for name in SIMPLE}),
).map(lambda both: {**both[0], **both[1]})
LISTS = ("prior_pregnancies", "scans", "examinations", "symptoms", "cerclages", "progestogens", "cervical_procedures")
RECORDS = st.fixed_dictionaries(
    {"as_of": st.just("2026-06-01")},
    optional={"pregnancy": PREGNANCIES} | {name: list_of(name) for name in LISTS} | {name: entry(name) for name in ("history", "conditions", "plans")},
)


@given(RECORDS)
@settings(max_examples=200, deadline=None)
def test_what_is_written_reads_back(data: dict[str, Any]) -> None:
    record = record_from(data, DICTIONARY)

    assert read(write_record(record)) == record
    assert record_from(plain(record), DICTIONARY) == record
    assert read(json.dumps(plain(record)), "record.json") == record


@given(RECORDS)
@settings(max_examples=100, deadline=None)
def test_what_is_written_fits_the_schema(data: dict[str, Any]) -> None:
    written = yaml.load(write_record(record_from(data, DICTIONARY)), Loader=Editor)  # noqa: S506

    assert list(VALIDATOR.iter_errors(written)) == []


class Editor(yaml.SafeLoader):
    """Reads YAML as an editor does (1.2: ``on`` and ``no`` are words), with numbers as numbers and dates as text."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":int", ":float", ":null"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(), st.just(10**300), st.just(Range(1, 2)),
    st.sampled_from(["", DECLINED, "20+0", "yes", "on", "010", "1e3", "nan", "60+0", "2026-06-01", "9999-12-31", "0001-01-01", "none", "0", "-1"]),
)  # fmt: skip
NAMES = st.sampled_from(sorted({name for _, part in parts() for name in part.model_fields} | {"from", "to", "declined", "x"}))
SHAPES = st.recursive(ODD, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)), max_leaves=12)


def outcome(data: dict[str, Any]) -> Record | str:
    try:
        return record_from(data, DICTIONARY)
    except RecordError as error:
        return str(error)


@given(st.dictionaries(NAMES, SHAPES, max_size=6))
@settings(max_examples=200, deadline=None)
def test_any_shape_is_a_record_or_a_message(data: dict[str, Any]) -> None:
    found = outcome(data)

    assert ": found " in found if isinstance(found, str) else read(write_record(found)) == found


@given(RECORDS, st.sampled_from(sorted(kinds())), ODD)
@settings(max_examples=200, deadline=None)
def test_any_value_is_read_or_refused(data: dict[str, Any], path: str, odd: Any) -> None:
    found = outcome(put(data, path.split("."), odd))

    assert ": found " in found if isinstance(found, str) else read(write_record(found)) == found


def put(data: Any, steps: list[str], odd: Any) -> dict[str, Any]:
    """Return a record with one odd value, in the first entry if it stands in a list."""
    if len(steps) == 1:
        return {**data, steps[0]: odd}
    name = steps[0].removesuffix("[]")
    inner = data.get(name)
    if name != steps[0]:
        first = inner[0] if isinstance(inner, list) and inner else {}
        return {**data, name: [put(first, steps[1:], odd)]}
    return {**data, name: put(inner if isinstance(inner, dict) else {}, steps[1:], odd)}


@given(st.one_of(st.binary(), st.text(), st.text(alphabet="{}[]:,-?&*!|>'\"%@` \n\tab01")), st.sampled_from(["record.yaml", "record.json"]))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_record_or_a_message(text: str | bytes, name: str) -> None:
    try:
        found = read_record(text, name, DICTIONARY)
    except RecordError as error:
        found = str(error)  # type: ignore[assignment]

    assert found == Record() or str(found).startswith(name)


# --- the schema ----------------------------------------------------------------------------------------------------

SCHEMA = record_schema(DICTIONARY)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_has_the_dictionary_s_words_and_limits() -> None:
    scan = SCHEMA["properties"]["scans"]["anyOf"][0]["items"]["properties"]

    assert scan["route"]["title"] == "route of the scan"
    assert scan["route"]["description"] == "Was the scan done with a probe in the vagina, or over the belly?"
    assert scan["route"]["anyOf"][0] == {"enum": ["transvaginal", "transabdominal", "transperineal"]}
    assert scan["cervical_length_mm"]["anyOf"][0] == {"type": "number", "minimum": 0, "maximum": 80}


@pytest.mark.parametrize("record", [{"x": 1}, {"scans": {}}, {"scans": [{"route": "vaginal"}]}, {"pregnancy": {"plurality": 9}}, {"as_of": 1}])
def test_the_schema_refuses(record: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(record)
