"""What she told, said back in words, so that she can see whether it was understood. A question that was skipped is not there."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from gravida.facts import Observed, Pick, Range, Words
from gravida.interview import Interview, Step
from gravida.knowledge import Knowledge
from gravida.plain_yaml import Path
from gravida.record_model import Record, forms, is_list, kinds, leaves
from gravida.record_reading import template
from gravida.report_plain import day_in_words, weeks_in_words
from gravida.units import unit_of, weeks
from gravida.words import say

TIMES = {"on": "when", "at": "when", "placed_on": "when", "placed": "when"}
DATING = {"pregnancy.due_date": "due", "pregnancy.last_period": "last-period", "pregnancy.gestation.at": "gestation"}
ENTRY = re.compile(r"(\w+)\[(\d+)\]")
LEFT_OUT = frozenset({"as_of", "pregnancy.gestation.on", "scans[].confirmed"})
COUNTS = ("_complete", "_total")
SAID_ABOVE = LEFT_OUT | DATING.keys() | {"pregnancy.status", "pregnancy.plurality"}


@dataclass(frozen=True)
class Told:
    """Questions with their answers that belong together; ``about`` says what they are about, nothing for herself."""

    about: str
    answers: list[tuple[str, str]]


def told(interview: Interview) -> list[Told]:
    """Return everything that was told, in the order of the record."""
    record, knowledge = interview.record, interview.knowledge
    groups: dict[str, list[tuple[str, str]]] = {}
    for path, value in [*leaves(record), *((_path(path), None) for path in sorted(record.declined))]:
        if template(path) not in LEFT_OUT and (template(path), value) != ("symptoms[].on", interview.as_of):
            groups.setdefault(_about(path, record), []).append((_question(path, knowledge), _answer(path, value)))
    for name in (name for name, form in forms(Record).items() if is_list(form)):
        if getattr(record, name) == ():
            groups.setdefault("", []).append((say(f"ask.how-many.{name}"), "0"))
    return [Told(about, answers) for about, answers in groups.items()]


def in_notes(interview: Interview) -> list[str]:
    """Return what was told as notes have it, a line for each entry of a list: for the doctor who reads the paper.

    How far along she is, with how many babies and which signs, stands elsewhere on it. A no is left out.
    """
    record, knowledge = interview.record, interview.knowledge
    lines: dict[str, list[str]] = {}
    for path, value in leaves(record):
        at = template(path)
        if at not in SAID_ABOVE and not at.startswith("symptoms") and not at.endswith(COUNTS) and value is not False:
            label = say("web.you.retold.on") if path[-1] in TIMES else _words(at, knowledge).label
            lines.setdefault(_about(path, record), []).append(label if value is True else f"{label} {_as_noted(path, value)}")
    return [say("web.you.question.about", entry=entry, known=", ".join(known)) if entry else ", ".join(known) for entry, known in lines.items()]


def _as_noted(path: Path, value: Any) -> str:
    if isinstance(value, date):
        return day_in_words(value)
    if kinds().get(template(path)) == "gestation":
        return say("page.from-to", begins=weeks(int(value.low)), ends=weeks(int(value.high))) if isinstance(value, Range) else weeks(value)
    return str(value) if isinstance(value, str) else in_words(value, "", str(path[-1]))


def about(step: Step, interview: Interview) -> str:
    """Return which entry of a list a question is about, with what is known of it that helps to tell it from others."""
    entry = ENTRY.match(step.id)
    if not step.about or entry is None:
        return step.about
    at, record = (entry[1], int(entry[2])), interview.record
    known = [_answer(path, value) for path, value in leaves(record) if path[:2] == at and _tells_apart(path, value)]
    return say("web.you.question.about", entry=_about((*at, ""), record), known=" · ".join(known)) if known else _about((*at, ""), record)


def _tells_apart(path: Path, value: Any) -> bool:
    """Return whether a value says by itself what it is: a date, how far along, how it ended; not a bare yes or 1."""
    return isinstance(value, date | str) or kinds().get(template(path)) == "gestation"


def _path(text: str) -> Path:
    """Return a path from how it is written: ``scans[0].route``."""
    return tuple(int(step) if step.isdigit() else step for step in text.replace("[", ".").replace("]", "").split("."))


def _about(path: Path, record: Record) -> str:
    if len(path) < 3 or not isinstance(path[1], int):  # noqa: PLR2004  (list, number, field)
        return ""
    entries = getattr(record, str(path[0])) or ()
    return say(f"ask.entry.{path[0]}", number=path[1] + 1, count=len(entries))


def _question(path: Path, knowledge: Knowledge) -> str:
    at = template(path)
    if at == "pregnancy.status":
        return say("ask.pregnant")
    if at in DATING:
        return say("ask.gestation") if DATING[at] == "gestation" else say(f"web.you.retold.{DATING[at]}")
    if at == "prior_pregnancies_complete":
        return say("ask.complete")
    if at == "prior_pregnancies_total":
        return say("ask.how-many.prior_pregnancies")
    if path[-1] in TIMES and "[]" in at:
        return say("web.you.retold.when")
    words = _words(at, knowledge)
    return words.question or words.label


def _words(at: str, knowledge: Knowledge) -> Words:
    """Return the words of a path of the record: those of the fact that it gives, else those of the field."""
    list_name, _, source = at.partition("[].")
    for fact in knowledge.dictionary.facts.values():
        if (isinstance(fact, Observed) and fact.path == at) or (isinstance(fact, Pick) and fact.list == list_name == "symptoms" and fact.value == source):
            return fact.words
    fields = knowledge.dictionary.lists[list_name].fields if source else {}
    return next((each.words for each in fields.values() if each.source == source), Words(at))


def _answer(path: Path, value: Any) -> str:
    at = template(path)
    if value is None:
        return say("web.you.declined")
    if at == "pregnancy.status":
        return say("web.you.yes" if value == "ongoing" else "web.you.no")
    return in_words(value, kinds().get(at, ""), str(path[-1]))


def in_words(value: Any, kind: str, name: str) -> str:
    """Return a value as people say it: a gestation in weeks, a date with its month, a length with its unit."""
    if isinstance(value, bool):
        return say("web.you.yes" if value else "web.you.no")
    if isinstance(value, date):
        return day_in_words(value)
    if kind == "gestation":
        return weeks_in_words(f"{weeks(int(value.low))} to {weeks(int(value.high))}" if isinstance(value, Range) else weeks(value))
    if isinstance(value, Range):
        return say("page.between", low=f"{value.low:g}", high=_with_unit(f"{value.high:g}", name))
    return _with_unit(f"{value:g}", name) if isinstance(value, int | float) else say(f"values.{value}")


def _with_unit(number: str, name: str) -> str:
    unit = unit_of(name)
    return f"{number} {unit}".strip()
