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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from gravida.fhir_draft import Draft
from gravida.fhir_findings import DRUGS, PLACED, SURGERY, read_findings
from gravida.fhir_history import OUTCOMES, Groups, ends, read_history
from gravida.fhir_pregnancy import FOR_LIFE, IN_PREGNANCY, read_pregnancy, settled
from gravida.fhir_resource import Json, Resource, day_of
from gravida.fhir_sort import Assumed, FhirError, Finding, Ignored, Notes, Read, json_resources, people_in, sort, whose
from gravida.fhir_story import dates, story
from gravida.knowledge import Knowledge
from gravida.record import Problem, Record, RecordError, record_from
from gravida.sources import Declaration, Rules
from gravida.typecheck import nearest

__all__ = ["Assumed", "FhirError", "Ignored", "Read", "Reading", "people", "read_resources"]

OPEN = ("cerclages", "cervical_procedures", "progestogens")
"""Lists that may hold more than is coded, unless a declaration says that they are whole."""
INSUFFICIENCY = ("conditions.cervical_insufficiency", "conditions.earlier_cervical_insufficiency")
VAGUE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("uterine_or_cervical_anomaly", "arcuate_uterus", "uterine_agenesis_or_hypoplasia", "cervical_anomaly"), ("conditions.uterine_anomaly",)),
    "des_exposure_not_specified": ("conditions.des_exposure",), "des_effect_on_child": ("conditions.des_exposure",),
    "cerclage_or_insufficiency_care": (*INSUFFICIENCY, "cerclages"), "cervical_insufficiency_nonpregnant": INSUFFICIENCY,
    "low_lying_placenta": ("pregnancy.placenta_praevia",), "vaginal_pessary": ("plans.pessary_in_place",),
    **dict.fromkeys(("cerclage_present", "cerclage_finding", "cerclage_removal", "uterine_device_removal", "unlisted_procedure"), ("cerclages",)),
    **dict.fromkeys(
        ("cervical_surgery_not_specified", "cervical_scar", "cervical_abnormality_care", "cervical_biopsy", "history_cervical_dysplasia"),
        ("cervical_procedures",),
    ),
}  # fmt: skip
"""Concepts that leave open what a path of the record asks, so that nothing may be assumed of it."""
ABOUT: dict[str, tuple[str, ...]] = {
    **VAGUE, **{concept: (path,) for concept, path in (FOR_LIFE | IN_PREGNANCY).items()}, "cervical_insufficiency": INSUFFICIENCY,
    **dict.fromkeys((*PLACED, "cerclage_outside_pregnancy"), ("cerclages",)), **dict.fromkeys(SURGERY, ("cervical_procedures",)),
    **dict.fromkeys(DRUGS, ("progestogens",)), **dict.fromkeys(OUTCOMES, ("prior_pregnancies",)), "cervical_length_ultrasound": ("scans",),
}  # fmt: skip
"""Paths that a concept is about."""


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
    return people_in(json_resources(resources))


def read_resources(
    resources: Sequence[Mapping[str, Any]], knowledge: Knowledge, *, as_of: date | None = None, patient: str = "", source: str = "", strict: bool = False
) -> Reading:
    """Read one person's resources as of a day (today, if none is given).

    ``source`` names a declaration of ``knowledge/sources``; ``strict`` uses none. Raises :class:`FhirError` where it is
    not clear whose record is meant, and :class:`gravida.record.RecordError` for values that contradict each other.
    """
    day = as_of or date.today()  # noqa: DTZ011  (the person's own calendar day is meant)
    declaration = None if strict or not source else declared(source, knowledge)
    found = json_resources(resources)
    if not found:
        raise FhirError("there is no FHIR resource in this")
    person = whose(found, patient)
    _refuse_a_child(found, person, day, rules_of(knowledge))
    return read_found(found, person, knowledge, day, declaration)


def read_found(found: Sequence[Resource], person: str, knowledge: Knowledge, day: date, declaration: Declaration | None = None) -> Reading:
    """Read resources, each there once, of a person who is known, as of a day."""
    notes, rules = Notes(), rules_of(knowledge)
    findings = sort(found, knowledge.codes, person, day, notes)
    groups = Groups(findings)
    present = [each for each in findings if not groups.is_past(each)]
    datings = dates(present, rules, notes)
    over = ends(findings, datings, rules, day, notes)
    now = settled(present, story(day, rules, datings, [(each.day, each.findings[0]) for each in over if each.day], notes), notes)
    draft = Draft(notes)
    read_pregnancy(present, now, draft)
    read_history(findings, over, now, declaration, draft)
    read_findings(present, {each.name: each for each in found}, now, draft)
    _doubt(findings, draft)
    reading = _reading(draft, declaration, day, person, knowledge)
    return replace(reading, ignored=(*reading.ignored, *_not_used(findings, reading, knowledge)))


def rules_of(knowledge: Knowledge) -> Rules:
    """Return the limits of reading. Raises :class:`FhirError` where the knowledge has none."""
    if knowledge.sources.rules is None:
        raise FhirError("this knowledge has no sources/reading.yaml, which holds the limits of reading")
    return knowledge.sources.rules


def _refuse_a_child(found: Sequence[Resource], person: str, day: date, rules: Rules) -> None:
    """Raise :class:`FhirError` for the record of a child: what stands in it of a pregnancy is about the mother's, or about nobody's."""
    born = next((day_of(each.told.get("birthDate")) for each in found if each.name == person and each.kind == "Patient"), None)
    if born and day - born < timedelta(rules.youngest_days):
        raise FhirError(f"{person} is a child: what is written there of a pregnancy is not the child's own; read the mother's record instead")


def _doubt(findings: Sequence[Finding], draft: Draft) -> None:
    """Remember of what nothing may be assumed, because something about it is there that does not settle it."""
    for known, those in ((VAGUE, findings), (ABOUT, draft.notes.doubtful)):
        for finding in those:
            for path in (path for each in finding.coded for path in known.get(each.concept, ())):
                draft.notes.doubt(path, finding)
    for finding in draft.notes.doubtful:
        if finding.has("cervical_length_ultrasound"):
            draft.notes.conflict(f"{finding.resource.name}: a length of the cervix that cannot be used could be the shortest: look at the scan")
            draft.add("scans", {}, finding)


def declared(source: str, knowledge: Knowledge) -> Declaration:
    """Return a declaration by its name. Raises :class:`FhirError` if there is none."""
    declarations = knowledge.sources.declarations
    if source not in declarations:
        raise FhirError(f"there is no source {source!r} in knowledge/sources{nearest(source, declarations) or '; there are: ' + ', '.join(declarations)}")
    for each in declarations[source].infer:
        if each.concept not in knowledge.codes.concepts:
            raise FhirError(f"source {source}: {each.name}: there is no concept {each.concept!r}{nearest(each.concept, knowledge.codes.concepts)}")
    return declarations[source]


def _reading(draft: Draft, declaration: Declaration | None, day: date, person: str, knowledge: Knowledge) -> Reading:
    tree, notes = draft.tree(), draft.notes
    _assume(tree, declaration, notes)
    record = _built({"as_of": day.isoformat(), **tree}, knowledge, notes)
    complete = {each.list for each in declaration.complete} if declaration else set()
    held = frozenset(name for name in OPEN if getattr(record, name) and (name not in complete or name in notes.doubts))
    lines = tuple(f"{each.name} ({declaration.id if declaration else ''}): {each.says}" for each in notes.assumed)
    read = record.read_from(_origins(notes), held, lines, tuple(notes.conflicts))
    return Reading(read, person, tuple(notes.read), tuple(_unused(notes)), tuple(notes.conflicts), tuple(notes.assumed), declaration)


def _built(tree: dict[str, Any], knowledge: Knowledge, notes: Notes) -> Record:
    """Return the record. A value that contradicts another, or that no record holds, is taken out and told, and the rest is kept."""
    while True:
        try:
            return record_from(tree, knowledge.dictionary)
        except RecordError as error:
            taken = [each for each in error.problems if _take_out(tree, each, notes)]
            if not taken:
                raise


def _take_out(tree: dict[str, Any], problem: Problem, notes: Notes) -> bool:
    """Take out what is wrong, and return whether something was. An entry of a list becomes one of which nothing is known."""
    section, *rest = problem.path
    holder = tree.get(str(section))
    if isinstance(holder, list) and rest and isinstance(rest[0], int):
        gone = holder[rest[0]].pop(rest[1], None) is not None if section == "prior_pregnancies" and len(rest) > 1 else bool(holder[rest[0]])
        if section != "prior_pregnancies":
            holder[rest[0]] = {}
        path = f"{section}[{rest[0]}]"
    elif isinstance(holder, dict) and rest:
        gone, path = holder.pop(str(rest[0]), None) is not None, f"{section}.{rest[0]}"
    else:
        gone, path = section != "as_of" and tree.pop(str(section), None) is not None, str(section)
    if gone:
        names = ", ".join(dict.fromkeys(each.resource for each in notes.read if each.path == path))
        notes.conflict(f"{names}{': ' if names else ''}{str(problem).removesuffix('.')}. This is NOT used.")
        notes.read[:] = [each for each in notes.read if each.path != path or section == "prior_pregnancies"]
    return gone


def _assume(tree: dict[str, Any], declaration: Declaration | None, notes: Notes) -> None:
    """Fill in what a declaration says of what is absent, and tell each; nothing where something is there that could not be read."""
    for each in declaration.complete if declaration else ():
        if each.list in notes.doubts or (each.list == "prior_pregnancies" and "prior_pregnancies_total" in tree):
            names = ", ".join(notes.doubts.get(each.list, ["a count"]))
            notes.conflict(f"{names}: so it is not assumed that {each.list.replace('_', ' ')} are complete")
            continue
        if each.list == "prior_pregnancies":
            tree["prior_pregnancies_complete"] = "yes"
        tree.setdefault(each.list, [])
        notes.assumed.append(Assumed(f"{each.list.replace('_', ' ')} are complete", each.says, each.list))
    for absent in declaration.absent if declaration else ():
        section, name = absent.fact.split(".")
        if absent.fact in notes.doubts:
            notes.conflict(f"{', '.join(notes.doubts[absent.fact])}: so nothing is assumed of {absent.fact}")
        elif name not in tree.setdefault(section, {}):
            tree[section][name] = absent.value
            notes.assumed.append(Assumed(f"{absent.fact} is {absent.value} if no code says otherwise", absent.says, absent.fact))


def _origins(notes: Notes) -> dict[str, str]:
    """Return where every value came from; of several resources behind one value, all."""
    found: dict[str, list[str]] = {}
    for each in notes.read:
        found.setdefault(each.path, []).append(each.origin)
    for assumed in notes.assumed:
        found.setdefault(assumed.path, []).append(f"ASSUMED: {assumed.name}")
        entry, inside, field = assumed.path.partition("].")
        if inside:
            found.setdefault(f"{entry}]", []).append(f"ASSUMED {field}: {assumed.name}")
    return {path: "; ".join(dict.fromkeys(lines)) for path, lines in found.items()}


def _not_used(findings: Sequence[Finding], reading: Reading, knowledge: Knowledge) -> Iterator[Ignored]:
    """Yield what stands, was understood and still says nothing that a record holds: with what its code means and does not mean."""
    told = {each.resource for each in reading.read} | {each.resource for each in reading.ignored}
    for finding in findings:
        if finding.resource.name not in told and finding.coded:
            told.add(finding.resource.name)
            concept = knowledge.codes.concepts[finding.coded[0].concept]
            unlike = f" It does not mean: {concept.does_not_mean}" if concept.does_not_mean else ""
            unread = finding.resource.kind == "Observation" and finding.resource.value is not None and concept.id not in finding.said
            value = " Its value says something else, or is not read." if unread else ""
            yield Ignored(finding.resource.name, f"{finding.code}: {concept.means}{unlike}{value} Nothing in the record follows from it.")


def _unused(notes: Notes) -> list[Ignored]:
    """Return what was left out, and what was set aside and not read in another way."""
    told = {each.resource for each in notes.read} | {each.resource for each in notes.ignored}
    return list(dict.fromkeys([*notes.ignored, *(each for each in notes.aside if each.resource not in told)]))
