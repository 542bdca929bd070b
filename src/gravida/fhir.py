"""One person's FHIR R4 resources as a record, with where every value came from, what was left out, and what was assumed.

The reader goes by code and by the shape of the data, not by profile. That something is absent is unknown and never no;
only a declaration that is named (:mod:`gravida.sources`) can make it more, and every one that was used is told.

>>> from gravida.library import load
>>> told = [{"resourceType": "Observation", "id": "edd", "status": "final", "subject": {"reference": "Patient/p1"},
...          "effectiveDateTime": "2026-02-03", "valueDateTime": "2026-08-18",
...          "code": {"coding": [{"system": "http://loinc.org", "code": "11781-2"}]}}]
>>> reading = read_resources(told, load(), as_of=date(2026, 4, 7))
>>> reading.record.pregnancy.due_date, reading.record.origins["pregnancy.due_date"]
(datetime.date(2026, 8, 18), 'Observation/edd, 11781-2, 2026-02-03')
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gravida.fhir_draft import Draft
from gravida.fhir_findings import read_findings
from gravida.fhir_history import ends, read_history
from gravida.fhir_pregnancy import read_pregnancy
from gravida.fhir_resource import Json
from gravida.fhir_sort import Assumed, FhirError, Finding, Ignored, Notes, Read, json_resources, sort, whose
from gravida.fhir_story import dates, story
from gravida.knowledge import Knowledge
from gravida.record import Record, record_from
from gravida.sources import Declaration
from gravida.typecheck import nearest

__all__ = ["Assumed", "FhirError", "Ignored", "Read", "Reading", "people", "read_resources"]

OPEN = ("cerclages", "cervical_procedures", "progestogens")
"""Lists that may hold more than is coded, unless a declaration says that they are whole."""


@dataclass(frozen=True)
class Reading:
    """A record, and the report of how it was read. ``person`` is the reference of whose it is."""

    record: Record
    person: str
    read: tuple[Read, ...]
    ignored: tuple[Ignored, ...]
    conflicts: tuple[str, ...]
    assumed: tuple[Assumed, ...]
    declaration: Declaration | None = None

    @property
    def assumed_facts(self) -> frozenset[str]:
        """Paths of the record that rest on an assumption."""
        return frozenset(each.path for each in self.assumed)


def people(resources: Sequence[Json]) -> list[str]:
    """Return the references of everybody whom the resources are about."""
    found = json_resources(resources)
    return sorted({each.subject for each in found if each.subject} | {each.name for each in found if each.kind == "Patient"})


def read_resources(
    resources: Sequence[Mapping[str, Any]], knowledge: Knowledge, *, as_of: date | None = None, patient: str = "", source: str = "", strict: bool = False
) -> Reading:
    """Read one person's resources as of a day (today, if none is given).

    ``source`` names a declaration of ``knowledge/sources``; ``strict`` uses none. Raises :class:`FhirError` where it is
    not clear whose record is meant, and :class:`gravida.record.RecordError` for values that contradict each other.
    """
    day = as_of or date.today()  # noqa: DTZ011  (the person's own calendar day is meant)
    rules = knowledge.sources.rules
    if rules is None:
        raise FhirError("this knowledge has no sources/reading.yaml, which holds the limits of reading")
    declaration = None if strict or not source else _declared(source, knowledge)
    found, notes = json_resources(resources), Notes()
    if not found:
        raise FhirError("there is no FHIR resource in this")
    person = whose(found, patient)
    findings = sort(found, knowledge.codes, person, notes)
    over = ends(findings, rules, notes)
    now = story(day, rules, dates(findings, rules, notes), [each.day for each in over], notes)
    draft = Draft(notes)
    read_pregnancy(findings, now, draft)
    read_history(findings, over, now, declaration, draft)
    read_findings(findings, {each.name: each for each in found}, now, draft)
    reading = _reading(draft, declaration, day, person, knowledge)
    return replace(reading, ignored=(*reading.ignored, *_not_used(findings, reading, knowledge)))


def _declared(source: str, knowledge: Knowledge) -> Declaration:
    declarations = knowledge.sources.declarations
    if source not in declarations:
        raise FhirError(f"there is no source {source!r} in knowledge/sources{nearest(source, declarations) or '; there are: ' + ', '.join(declarations)}")
    return declarations[source]


def _reading(draft: Draft, declaration: Declaration | None, day: date, person: str, knowledge: Knowledge) -> Reading:
    tree = draft.tree()
    _assume(tree, declaration, draft.notes)
    record = record_from({"as_of": day.isoformat(), **tree}, knowledge.dictionary)
    notes = draft.notes
    complete = {each.list for each in declaration.complete} if declaration else set()
    held = frozenset(name for name in OPEN if tree.get(name) and name not in complete)
    lines = tuple(f"{each.name} ({declaration.id if declaration else ''}): {each.says}" for each in notes.assumed)
    read = record.read_from(_origins(notes), held, lines, tuple(notes.conflicts))
    return Reading(read, person, tuple(notes.read), tuple(_unused(notes)), tuple(notes.conflicts), tuple(notes.assumed), declaration)


def _assume(tree: dict[str, Any], declaration: Declaration | None, notes: Notes) -> None:
    """Fill in what a declaration says of what is absent, and tell each."""
    for each in declaration.complete if declaration else ():
        if each.list == "prior_pregnancies":
            tree.setdefault("prior_pregnancies_complete", "yes")
        tree.setdefault(each.list, [])
        notes.assumed.append(Assumed(f"{each.list} are complete", each.says, each.list))
    for absent in declaration.absent if declaration else ():
        section, name = absent.fact.split(".")
        if name not in tree.setdefault(section, {}):
            tree[section][name] = absent.value
            notes.assumed.append(Assumed(f"{absent.fact} is {absent.value} if no code says otherwise", absent.says, absent.fact))


def _origins(notes: Notes) -> dict[str, str]:
    """Return where every value came from; of several resources behind one value, all."""
    found: dict[str, list[str]] = {}
    for each in notes.read:
        found.setdefault(each.path, []).append(each.origin)
    for assumed in notes.assumed:
        found.setdefault(assumed.path, []).append(f"ASSUMED: {assumed.name}")
    return {path: "; ".join(dict.fromkeys(lines)) for path, lines in found.items()}


def _not_used(findings: Sequence[Finding], reading: Reading, knowledge: Knowledge) -> Iterator[Ignored]:
    """Yield what stands, was understood and still says nothing that a record holds: with what its code means and does not mean."""
    told = {each.resource for each in reading.read} | {each.resource for each in reading.ignored}
    for finding in findings:
        if finding.resource.name not in told and finding.coded:
            told.add(finding.resource.name)
            concept = knowledge.codes.concepts[finding.coded[0].concept]
            unlike = f" It does not mean: {concept.does_not_mean}" if concept.does_not_mean else ""
            yield Ignored(finding.resource.name, f"{finding.code}: {concept.means}{unlike} Nothing in the record follows from it.")


def _unused(notes: Notes) -> Iterable[Ignored]:
    """Yield what was left out and not read in some other way."""
    read = {each.resource for each in notes.read}
    yield from (each for each in notes.ignored if each.resource not in read)
