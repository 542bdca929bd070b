"""The questions of the dictionary as one FHIR R4 ``Questionnaire``, so that a form that is there already can ask them.

Every question is the dictionary's own, and every ``linkId`` is the path in the record where its answer belongs, so that a
``QuestionnaireResponse`` can be read back without a table:

=========================== ========================================================================================
``conditions.des_exposure`` a value
``scans[].route``           a value of an entry: the first repetition of ``scans[]`` is entry 0, and so on
``symptoms[0].fever``       a value of this entry: symptoms are those of the day on which the form is filled in
``scans.count``             no path: how many entries there are, so that 0 can be told from "not asked"
``examinations.any``        no path: whether there is one
=========================== ========================================================================================

What is left blank is unknown, never no: nothing is answered beforehand and nothing has to be answered. Signs that need
help at once come first. A question is hidden only where the interview (:mod:`gravida.interview`) would not ask it.

>>> from gravida.library import load
>>> form = questionnaire(load())
>>> form["item"][0]["item"][0]["linkId"]
'symptoms[0].heavy_bleeding'
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gravida.export_terms import NOT_REVIEWED, Resource, head
from gravida.facts import EntryList, Field, Observed, Type
from gravida.interview import OF_THIS_PREGNANCY
from gravida.knowledge import Knowledge
from gravida.prepare import prepare
from gravida.record_checks import MAX_PREGNANCIES, ONLY_PREGNANT, TIMES, any_gestation, describe
from gravida.record_model import Record, kinds
from gravida.safety import open_signs
from gravida.units import unit_of
from gravida.words import TIERS

NAME = "gravida-record"
TYPES = {"boolean": "boolean", "integer": "integer", "decimal": "decimal", "gestation": "string", "date": "date", "string": "choice"}
FHIR = "http://hl7.org/fhir/StructureDefinition"
GESTATION = "[0-9]{1,2}[+][0-6]"
STATUS, TODAY, DUE, TOTAL, COMPLETE = (
    "pregnancy.status", "pregnancy.gestation.at", "pregnancy.due_date", "prior_pregnancies_total", "prior_pregnancies_complete",
)  # fmt: skip
STATES = {"ongoing": "Yes", "not-pregnant": "No"}
"""The states of a pregnancy that an answer to "are you pregnant" can mean."""

TEXTS = {
    TODAY: "How far along are you today?",
    DUE: "When is the baby due?",
    "scans[].on": "On which date was this scan?",
    "scans[].at": "How far along were you at this scan?",
    "examinations[].on": "On which date were you examined?",
    "examinations[].at": "How far along were you when you were examined?",
    "cerclages[].placed_on": "On which date was this stitch put in?",
    "cerclages[].placed": "How far along were you when this stitch was put in?",
    "scans[].confirmed": "That is very short. Is it millimetres that you mean, and not centimetres?",
}
"""What the record holds and the dictionary has no question for: the interview asks these another way."""

ABOUT = f"""{NOT_REVIEWED} Questions about a pregnancy, from the dictionary of Gravida.
Each linkId is the path in the record where the answer belongs. What is left blank is unknown, and never no.
The day on which it was filled in (authored) is the day of the record and of its symptoms and gestation."""

Item = dict[str, Any]


def questionnaire(knowledge: Knowledge) -> Resource:
    """Return the form: signs first, then this pregnancy, the lists, and what else can be known."""
    begin = head("Questionnaire", NAME, "What Gravida asks about a pregnancy", ABOUT)
    return {**begin, "subjectType": ["Patient"], "item": [*_signs(knowledge), *_parts(knowledge)]}


# --- signs that need help ------------------------------------------------------------------------------------------


def _signs(knowledge: Knowledge) -> Iterator[Item]:
    """Yield for each urgency the signs in their order, and what to do if one of them is true."""
    nothing = prepare(Record(), knowledge.meaning, knowledge.largest_k)
    signs = open_signs(nothing, knowledge)
    for tier, words in TIERS.items():
        items = [_sign(name, knowledge) for name, asked_by in signs.items() if asked_by == tier]
        if items:
            do = _shown_if_any(f"signs-{tier}/do", words.plain, [each["linkId"] for each in items])
            yield {"linkId": f"signs-{tier}", "type": "group", "text": knowledge.say(f"ask.signs-{tier}"), "item": [*items, do]}


def _sign(name: str, knowledge: Knowledge) -> Item:
    fact = knowledge.dictionary.facts[name]
    field = knowledge.dictionary.lists["symptoms"].fields[fact.value]  # type: ignore[union-attr]
    return {"linkId": f"symptoms[0].{field.source}", "type": "boolean", "text": fact.words.question}


def _shown_if_any(link: str, text: str, signs: list[str]) -> Item:
    when = [{"question": each, "operator": "=", "answerBoolean": True} for each in signs]
    return {"linkId": link, "type": "display", "text": text, "enableWhen": when, "enableBehavior": "any"}


# --- the parts of a record, in its own order -----------------------------------------------------------------------


def _parts(knowledge: Knowledge) -> Iterator[Item]:
    lists = knowledge.dictionary.lists
    for name in Record.model_fields:
        if name in lists and name != "symptoms":
            yield _list(lists[name], knowledge)
        elif name not in lists:
            items = [*(_dating(knowledge) if name == "pregnancy" else ()), *_facts(name, knowledge)]
            title = knowledge.words.get(f"ask.ticks.{name}") if name != "pregnancy" else None
            if items:
                yield {"linkId": name, "type": "group", **({"text": title} if title else {}), "item": items}


def _facts(part: str, knowledge: Knowledge) -> Iterator[Item]:
    """Yield the questions about one part of the record, in the order of the dictionary."""
    for fact in knowledge.dictionary.facts.values():
        if isinstance(fact, Observed) and fact.path.startswith(f"{part}.") and fact.path != STATUS and fact.words.question:
            yield _question(fact.path, fact.words.question, fact.type, knowledge, fact.words.meaning)


def _dating(knowledge: Knowledge) -> Iterator[Item]:
    """Yield the questions on which all others turn: whether she is pregnant, and how far along."""
    options = [{"valueCoding": {"code": code, "display": display}} for code, display in STATES.items()]
    yield {"linkId": STATUS, "type": "choice", "text": knowledge.say("ask.pregnant"), "answerOption": options}
    yield _question(TODAY, TEXTS[TODAY], any_gestation(knowledge.dictionary), knowledge)
    yield _question(DUE, TEXTS[DUE], Type("date"), knowledge)


def _list(entries: EntryList, knowledge: Knowledge) -> Item:
    """Return one list: how many entries there are, and a group that repeats."""
    name = entries.name
    count = _count(entries, knowledge)
    enabled = {
        "question": count["linkId"],
        **({"operator": "=", "answerBoolean": True} if count["type"] == "boolean" else {"operator": ">", "answerInteger": 0}),
    }
    complete = [{"linkId": COMPLETE, "type": "boolean", "text": knowledge.say("ask.complete")}] if entries.declared else []
    group = {"linkId": f"{name}[]", "type": "group", "repeats": True, "enableWhen": [enabled], "item": list(_fields(entries, knowledge))}
    return {"linkId": name, "type": "group", "text": entries.question or entries.label, **_if_pregnant(f"{name}[]"), "item": [count, *complete, group]}


def _count(entries: EntryList, knowledge: Knowledge) -> Item:
    """Return the question of how many entries there are; the interview asks of the last examination alone."""
    text = knowledge.say(f"ask.how-many.{entries.name}")
    if entries.name == "examinations":
        return {"linkId": f"{entries.name}.any", "type": "boolean", "text": text}
    link = TOTAL if entries.declared else f"{entries.name}.count"
    high = MAX_PREGNANCIES if entries.declared else None
    return {"linkId": link, "type": "integer", "text": text, "extension": list(_bounds(Type("integer", low=0, high=high)))}


def _fields(entries: EntryList, knowledge: Knowledge) -> Iterator[Item]:
    """Yield when an entry was, and then what it says."""
    for source in TIMES.get(entries.name, ()):
        path = f"{entries.name}[].{source}"
        yield _question(path, TEXTS[path], entries.fields["gestation_days"].type, knowledge)
    for field in entries.fields.values():
        if field.source and field.words.question:
            path = f"{entries.name}[].{field.source}"
            yield _question(path, field.words.question, field.type, knowledge, field.words.meaning)
            yield from _confirmation(path, field, entries.name)


def _confirmation(path: str, field: Field, name: str) -> Iterator[Item]:
    """Yield the question whether a length is meant that is so short that it could be centimetres."""
    if field.suspicious_below is not None:
        link = f"{name}[].confirmed"
        when = {"question": path, "operator": "<", "answerDecimal": _number(field.suspicious_below)}
        yield {"linkId": link, "type": "boolean", "text": TEXTS[link], "enableWhen": [when]}


# --- one question --------------------------------------------------------------------------------------------------


def _question(path: str, text: str, type_: Type, knowledge: Knowledge, meaning: str = "") -> Item:
    """Return one question; its kind is that of the record, its limits are those of the dictionary."""
    kind = kinds()[path]
    item: Item = {"linkId": path, "type": TYPES[kind], "text": text, **_if_pregnant(path)}
    extensions = [*(_bounds(type_) if kind in ("integer", "decimal") else ()), *_unit(path, kind), *(_format() if kind == "gestation" else ())]
    if extensions:
        item["extension"] = extensions
    if kind == "gestation":
        meaning = f"Write weeks and days. {describe(type_, path).capitalize()}." + (f" {meaning}" if meaning else "")
        item["maxLength"] = 4
    if kind == "string":
        item["answerOption"] = [{"valueCoding": {"code": each, "display": knowledge.words.get(f"values.{each}", each)}} for each in type_.values]
    if meaning:
        item["item"] = [_help(path, meaning)]
    return item


def _if_pregnant(path: str) -> Mapping[str, Any]:
    """Return the condition of what nobody is asked who said that she is not pregnant; it is asked where nobody said."""
    if path not in ONLY_PREGNANT and path.partition("[")[0] not in OF_THIS_PREGNANCY:
        return {}
    if "[]." in path:
        return {}  # its list is hidden already
    unsaid = {"question": STATUS, "operator": "exists", "answerBoolean": False}
    ongoing = {"question": STATUS, "operator": "=", "answerCoding": {"code": "ongoing", "display": STATES["ongoing"]}}
    return {"enableWhen": [unsaid, ongoing], "enableBehavior": "any"}


def _bounds(type_: Type) -> Iterator[Item]:
    value = "valueInteger" if type_.kind == "integer" else "valueDecimal"
    for name, bound in (("minValue", type_.low), ("maxValue", type_.high)):
        if bound is not None:
            yield {"url": f"{FHIR}/{name}", value: _number(bound)}


def _number(bound: float) -> float:
    """Return a number as JSON holds it: 80, and not 80.0."""
    return int(bound) if bound == int(bound) else bound


def _unit(path: str, kind: str) -> Iterator[Item]:
    unit = unit_of(path)
    if unit and kind in ("integer", "decimal"):
        yield {"url": f"{FHIR}/questionnaire-unit", "valueCoding": {"system": "http://unitsofmeasure.org", "code": unit, "display": unit}}


def _format() -> Iterator[Item]:
    yield {"url": f"{FHIR}/regex", "valueString": GESTATION}
    yield {"url": f"{FHIR}/entryFormat", "valueString": "weeks+days, such as 20+3"}


def _help(path: str, text: str) -> Item:
    control = {"coding": [{"system": "http://hl7.org/fhir/questionnaire-item-control", "code": "help"}]}
    return {
        "linkId": f"{path}/help",
        "type": "display",
        "text": text,
        "extension": [{"url": f"{FHIR}/questionnaire-itemControl", "valueCodeableConcept": control}],
    }
