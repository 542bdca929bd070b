"""What somebody opens: a record of ours, FHIR resources, or one of the examples of the knowledge.

FHIR is told from a record by its ``resourceType``. Of the resources of several people nobody is picked: the page asks. What
was read, left out and assumed is told beside the form, and every value keeps where it came from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from pydantic_core import PydanticCustomError

from gravida.cases import CASE_DAY
from gravida.fhir import Reading, people, read_resources
from gravida.fhir_files import looks_like_fhir, resources_in
from gravida.fhir_sort import FhirError
from gravida.knowledge import Knowledge
from gravida.record import Record, RecordError, read_record, record_from
from gravida.record_reading import iso_date
from gravida.web.clinicians_typed import Typed, typed_from
from gravida.web.site import Form
from gravida.words import say


@dataclass(frozen=True)
class Opened:
    """What came of it: a form to show with the report of its reading, or what is wrong, or people to choose from."""

    typed: Typed | None = None
    reading: Reading | None = None
    faults: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    text: str = ""
    """What was opened, to be sent again with a choice or after mending."""
    source: str = ""
    strict: bool = False
    day: str = ""

    @property
    def left_out(self) -> Mapping[str, list[str]]:
        """The resources that were left out, by reason."""
        found: dict[str, list[str]] = {}
        for each in self.reading.ignored if self.reading else ():
            found.setdefault(each.why, []).append(each.resource)
        return found


def opened(form: Form, knowledge: Knowledge, today: date) -> Opened:
    """Open what somebody chose, pasted or uploaded."""
    if form["example"] in knowledge.bases:
        record = record_from(knowledge.bases[form["example"]], knowledge.dictionary, as_of=CASE_DAY)
        return Opened(typed_from(record, knowledge))
    raw = form.uploads.get("file") or form["text"].encode("utf-8", "replace")
    told = Opened(text=raw.decode("utf-8", "replace"), source=form["source"], strict=bool(form["strict"]), day=form["day"].strip())
    if not raw.strip():
        return replace(told, faults=(say("web.clinicians.open.nothing"),))
    try:
        day = iso_date(told.day) if told.day else None
    except PydanticCustomError as error:
        return replace(told, faults=(say("web.clinicians.open.not-a-day", expected=error.message()),))
    try:
        return _read(raw, form, knowledge, day, today, told)
    except (RecordError, FhirError) as error:
        return replace(told, faults=tuple(_lines(error)))


def _read(raw: bytes, form: Form, knowledge: Knowledge, day: date | None, today: date, told: Opened) -> Opened:
    name = say("web.clinicians.open.name")
    if not looks_like_fhir(raw):
        return replace(told, typed=typed_from(_record(raw, name, knowledge, day, today), knowledge), text="")
    resources = resources_in(raw, name)
    found = people(resources)
    if len(found) > 1 and form["patient"] not in found:
        return replace(told, people=tuple(found))
    reading = read_resources(resources, knowledge, as_of=day or today, patient=form["patient"], source=told.source, strict=told.strict)
    return replace(told, typed=typed_from(reading.record, knowledge), reading=reading, text="")


def _record(raw: bytes, name: str, knowledge: Knowledge, day: date | None, today: date) -> Record:
    """Return a record of ours. One that names no day is shown as of today, and the day stands in the form to be changed."""
    record = read_record(raw, name, knowledge.dictionary, as_of=day)
    return record if record.as_of else read_record(raw, name, knowledge.dictionary, as_of=today)


def _lines(error: Exception) -> Iterator[str]:
    yield from (line for line in str(error).splitlines() if line.strip())
