"""The form asks what the dictionary asks, leaves open what is left open, and can be read back."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from form_answers import COUNTS, fill_in, questions, read_back

import gravida
from gravida.export_questionnaire import TEXTS, questionnaire
from gravida.facts import Observed
from gravida.interview import OF_THIS_PREGNANCY, Interview
from gravida.library import load
from gravida.prepare import prepare
from gravida.record import plain
from gravida.record_checks import ONLY_PREGNANT
from gravida.record_model import Record, kinds, leaves
from gravida.record_reading import template
from gravida.verdict import judge

KNOWLEDGE = load()
FORM = questionnaire(KNOWLEDGE)
ASKED = {item["linkId"]: item for item in questions(FORM["item"])}
EXAMPLES = Path(__file__).parents[2] / "examples"
NOT_ASKED = {
    "as_of": "the day on which the form is filled in",
    "pregnancy.gestation.on": "the same day",
    "symptoms[].on": "the same day",
    "symptoms[].at": "the same day",
    "pregnancy.last_period": "the interview asks for the due date",
    "pregnancy.planning": "no criterion reads it",
}


def items(below=FORM["item"]):
    for item in below:
        yield item
        yield from items(item.get("item", ()))


def as_template(link):
    return re.sub(r"\[\d\]", "[]", link)


def test_it_is_a_questionnaire():
    Questionnaire.model_validate(FORM)


def test_every_link_is_a_path_of_the_record_or_a_count():
    paths = {as_template(link) for link in ASKED if not COUNTS.fullmatch(link)}

    assert paths <= kinds().keys()
    assert len(ASKED) == len([each for each in items() if each["type"] not in ("group", "display")])
    assert len({each["linkId"] for each in items()}) == len(list(items()))


def test_every_path_of_the_record_is_asked_or_there_is_a_reason_why_not():
    assert kinds().keys() - {as_template(link) for link in ASKED} == NOT_ASKED.keys()


def test_every_path_has_the_kind_that_the_record_has():
    types = {"boolean": "boolean", "integer": "integer", "decimal": "decimal", "gestation": "string", "date": "date", "string": "choice"}
    found = {as_template(link): item["type"] for link, item in ASKED.items() if not COUNTS.fullmatch(link)}

    assert found == {path: types[kind] for path, kind in kinds().items() if path in found}


def test_what_is_answered_is_read_back_to_its_place():
    response = {"authored": "2026-06-01", "item": list(everything_answered(FORM["item"]))}
    record = Record.model_validate(read_back(response))

    found = {re.sub(r"\[\d+\]", "[]", template(path)) for path, _ in leaves(record)}
    assert found == kinds().keys() - {"pregnancy.last_period", "pregnancy.planning", "symptoms[].at"}


def everything_answered(below):
    examples = {
        "boolean": {"valueBoolean": True}, "integer": {"valueInteger": 1}, "decimal": {"valueDecimal": 2.5},
        "string": {"valueString": "20+3"}, "date": {"valueDate": "2026-05-01"},
    }  # fmt: skip
    for item in below:
        if item["type"] == "group":
            yield {"linkId": item["linkId"], "item": list(everything_answered(item["item"]))}
        elif item["type"] != "display":
            yield {"linkId": item["linkId"], "answer": [examples.get(item["type"]) or item["answerOption"][0]]}


@pytest.mark.parametrize("example", ["one-painless-loss", "cervix-24-9-mm", "three-painless-losses", "membranes-visible", "stitch-at-36w2d", "waters-leaking"])
def test_a_record_that_went_through_the_form_gives_the_same_verdicts(example):
    path = EXAMPLES / f"{example}.yaml"
    record = gravida.read_record(path.read_bytes(), path.name, KNOWLEDGE.dictionary)
    written, day = plain(record), record.as_of
    response = fill_in(FORM, written, day.isoformat())
    QuestionnaireResponse.model_validate(response)

    assert verdicts(read_back(response), day) == verdicts(written, day)


def verdicts(data, day):
    situation = prepare(gravida.record_from(data, KNOWLEDGE), KNOWLEDGE.meaning, KNOWLEDGE.largest_k, day)
    return {key: judge(each, KNOWLEDGE.actions, situation.world, situation.today) for key, each in KNOWLEDGE.recommendations.items()}


def test_nothing_is_recorded_of_somebody_who_answers_nothing():
    assert read_back({"authored": "2026-06-01", "item": []}) == {"as_of": "2026-06-01"}


def test_none_of_a_list_is_not_the_same_as_not_asked():
    none = {"authored": "2026-06-01", "item": [{"linkId": "scans", "item": [{"linkId": "scans.count", "answer": [{"valueInteger": 0}]}]}]}

    assert read_back(none)["scans"] == []


def test_nothing_is_answered_beforehand_and_nothing_has_to_be_answered():
    text = json.dumps(FORM)

    assert '"initial' not in text
    assert '"required"' not in text


def test_signs_that_need_help_come_first_in_the_order_of_the_interview():
    first = Interview(KNOWLEDGE, date(2026, 6, 1)).step()
    asked = [item["text"] for item in FORM["item"][0]["item"] if item["type"] == "boolean"]

    assert first.kind == "signs"
    assert asked == [text for _, text in first.items]
    assert FORM["item"][0]["text"] == first.text


def test_whoever_has_a_sign_is_told_what_to_do():
    *signs, do = FORM["item"][0]["item"]

    assert do["text"] == KNOWLEDGE.say("tiers.now.plain")
    assert [each["question"] for each in do["enableWhen"]] == [each["linkId"] for each in signs]


def test_every_question_is_the_dictionarys_own():
    own = {fact.path: fact.words.question for fact in KNOWLEDGE.dictionary.facts.values() if isinstance(fact, Observed)}
    for name, entries in KNOWLEDGE.dictionary.lists.items():
        own |= {f"{name}[].{field.source}": field.words.question for field in entries.fields.values() if field.source and name != "symptoms"}
    found = {link: item["text"] for link, item in ASKED.items() if link in own}

    assert found == {path: own[path] for path in found}
    others = {link for link in ASKED if link not in own and not link.startswith("symptoms")}
    assert others - TEXTS.keys() - {"prior_pregnancies_total", "prior_pregnancies_complete"} == {link for link in ASKED if COUNTS.fullmatch(link)}


def test_lengths_have_limits_and_a_unit():
    extensions = {each["url"].rpartition("/")[2]: each for each in ASKED["scans[].cervical_length_mm"]["extension"]}
    limits = KNOWLEDGE.dictionary.lists["scans"].fields["cervical_length_mm"].type

    assert (extensions["minValue"]["valueDecimal"], extensions["maxValue"]["valueDecimal"]) == (limits.low, limits.high)
    assert extensions["questionnaire-unit"]["valueCoding"]["code"] == "mm"


@pytest.mark.parametrize(("text", "fits"), [("20+3", True), ("9+0", True), ("20", False), ("20+7", False), ("20.3", False), ("200+3", False)])
def test_a_gestation_is_written_in_weeks_and_days(text, fits):
    item = ASKED["prior_pregnancies[].ended"]
    (regex,) = (each["valueString"] for each in item["extension"] if each["url"].endswith("/regex"))

    assert bool(re.fullmatch(regex, text)) is fits
    assert "weeks" in item["item"][0]["text"]


def test_choices_are_those_of_the_dictionary():
    options = [each["valueCoding"]["code"] for each in ASKED["scans[].route"]["answerOption"]]

    assert tuple(options) == KNOWLEDGE.dictionary.lists["scans"].fields["route"].type.values


def test_a_question_is_hidden_only_where_the_interview_would_not_ask_it():
    hidden = {each["linkId"]: each["enableWhen"] for each in items() if "enableWhen" in each and each["type"] != "display"}
    by_status = {link for link, when in hidden.items() if when[0]["question"] == "pregnancy.status"}
    entries = {link for link in hidden if link.endswith("[]")}

    assert by_status == {link for link in ASKED if link in ONLY_PREGNANT and "[" not in link} | OF_THIS_PREGNANCY
    assert entries == {f"{name}[]" for name in KNOWLEDGE.dictionary.lists if name != "symptoms"}
    assert hidden.keys() - by_status - entries == {"scans[].confirmed"}
    assert all(hidden[link][0] == {"question": "pregnancy.status", "operator": "exists", "answerBoolean": False} for link in by_status)
