"""Which resources are about this person and stand, what their codes mean, and what is left out and why.

Nothing is lost without a word: a resource that is not read is told with the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import groupby

from gravida.codes import Coded, Codes
from gravida.fhir_resource import KINDS, LEAVES_OPEN, Coding, Json, Resource, codings, identifier, listed, mapping, reference, unpacked, version

MEDICINES = ("MedicationRequest", "MedicationStatement", "MedicationAdministration")
UNCODED = (*MEDICINES, "EpisodeOfCare", "DiagnosticReport")
"""Resources that can say something without a code that is known here."""
NOBODY_NAMED = "it does not say whom it is about, and there is more than one person here"
NOBODY = ("Group/", "Location/", "Device/", "Substance/")
"""What a resource can be about that is no person."""
ASSERTION = "ASSERTION"
"""HL7's code of an observation whose value is the whole of what is said."""
ANSWERED = ("dilation_finding", "effacement_finding", "cerclage_finding", "pregnancy_outcome")
"""Concepts of a question that a coded value answers."""


class FhirError(ValueError):
    """What was given cannot be read as one person's record; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Read:
    """One value that was read: its path in the record, what it says, and where it came from."""

    path: str
    said: str
    resource: str
    code: str
    day: date | None

    @property
    def origin(self) -> str:
        """Where it came from, in a line."""
        return ", ".join(part for part in (self.resource, self.code, str(self.day or "")) if part)


@dataclass(frozen=True, slots=True)
class Ignored:
    """One resource, or a part of it, that was not read, and why."""

    resource: str
    why: str


@dataclass(frozen=True, slots=True)
class Assumed:
    """One declaration or inference that was used, and the path of the record that rests on it."""

    name: str
    says: str
    path: str


@dataclass
class Notes:
    """What a reader tells of its reading."""

    read: list[Read] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    aside: list[Ignored] = field(default_factory=list)
    """What was not used in one way, and is told only if it was not used in another."""
    conflicts: list[str] = field(default_factory=list)
    assumed: list[Assumed] = field(default_factory=list)
    doubts: dict[str, list[str]] = field(default_factory=dict)
    """Paths about which something was there that could not be read, with its resources: nothing is assumed of these."""
    doubtful: list["Finding"] = field(default_factory=list)
    """What does not stand, and may still be so: not confirmed, of unknown status, or of nobody who is named."""

    def leave_out(self, finding: "Finding | Resource", why: str) -> None:
        """Tell that a resource, or a part of it, is not read; the same is told once."""
        found = _ignored(finding, why)
        if found not in self.ignored:
            self.ignored.append(found)

    def set_aside(self, finding: "Finding | Resource", why: str) -> None:
        """Tell that a resource is not read, unless it is read in another way."""
        self.aside.append(_ignored(finding, why))

    def doubt(self, path: str, finding: "Finding | Resource", why: str = "") -> None:
        """Remember that something about a path could not be read; with a reason, tell that it is left out."""
        names = self.doubts.setdefault(path, [])
        name = _ignored(finding, why).resource
        if name not in names:
            names.append(name)
        if why:
            self.leave_out(finding, why)

    def conflict(self, text: str) -> None:
        """Tell of a contradiction; the same is told once."""
        if text not in self.conflicts:
            self.conflicts.append(text)


def _ignored(finding: "Finding | Resource", why: str) -> Ignored:
    return Ignored((finding.resource if isinstance(finding, Finding) else finding).name, why)


@dataclass(frozen=True)
class Finding:
    """A resource that stands, with what its code means."""

    resource: Resource
    coded: tuple[Coded, ...]
    codes: Codes = field(repr=False, compare=False)

    @property
    def day(self) -> date | None:
        """The day on which it held or was done."""
        return self.resource.day

    @cached_property
    def named(self) -> frozenset[str]:
        """The concepts that its code stands for."""
        return frozenset(each.concept for each in self.coded)

    def has(self, *concepts: str) -> bool:
        """Return whether its code stands for one of these concepts."""
        return not self.named.isdisjoint(concepts)

    def carried(self, *concepts: str) -> int | None:
        """Return the number that its code carries for one of these concepts."""
        return next((each.value for each in self.coded if each.concept in concepts and each.value is not None), None)

    @cached_property
    def answer(self) -> tuple[Coded, ...]:
        """What a coded value means; nothing for numbers and dates."""
        found = codings(self.resource.told.get("valueCodeableConcept"))
        return meaning(found, self.codes)

    @cached_property
    def asks(self) -> bool:
        """Whether its coded value is what is said, and its code only the question."""
        return is_assertion(self.resource) or (self.has(*ANSWERED) and bool(self.answer))

    @cached_property
    def said(self) -> frozenset[str]:
        """The concepts that it says are so.

        A condition and a procedure say what their code says. The code of an observation is a question: it says so if its
        value is true, or if the code is the whole of it; a value "no", and a number, say something else.
        """
        if self.resource.kind != "Observation":
            return frozenset() if self.resource.kind in UNCODED else self.named
        if self.asks:
            return frozenset(each.concept for each in self.answer)
        value = self.resource.value
        alone = value is None and not self.resource.not_measured and not self.resource.components and not self.resource.members
        return self.named if value is True or alone else frozenset()

    def says(self, *concepts: str) -> bool:
        """Return whether it says that one of these is so."""
        return not self.said.isdisjoint(concepts)

    @property
    def code(self) -> str:
        """The code by which it was recognised."""
        codes = [coding.code for coding in self.resource.code if meaning((coding,), self.codes)]
        return codes[0] if codes else ""


def meaning(found: Iterable[Coding], codes: Codes) -> tuple[Coded, ...]:
    """Return what codes mean, each concept once."""
    coded = [each for coding in found for each in codes.find(coding.system, coding.code)]
    return tuple({each.concept: each for each in coded}.values())


def is_assertion(resource: Resource) -> bool:
    """Return whether the value of an observation is the whole of what it says."""
    return any(coding.code == ASSERTION for coding in resource.code)


def whose(resources: Sequence[Resource], patient: str) -> str:
    """Return the reference of the person to read, or nothing if no resource names one. Raises :class:`FhirError` where it is not clear."""
    found = people_in(resources)
    if patient:
        wanted = patient if "/" in patient or patient in found else f"Patient/{patient}"
        if wanted not in found:
            raise FhirError(f"there is nobody called {wanted} here; there are: {', '.join(found) or 'none'}")
        return wanted
    if len(found) > 1:
        raise FhirError(f"these are the resources of {len(found)} people ({', '.join(found)}): say whose with --patient, or read each with --each-patient")
    return found[0] if found else ""


def people_in(resources: Sequence[Resource]) -> list[str]:
    """Return the references of everybody whom the resources are about."""
    about = {each.subject for each in resources if each.subject and not each.subject.startswith(NOBODY)}
    return sorted(about | {each.name for each in resources if each.kind == "Patient"})


def sort(resources: Sequence[Resource], codes: Codes, person: str, as_of: date, notes: Notes) -> list[Finding]:
    """Return what stands and is about the person, components beside their observations; the rest goes to the notes."""
    found, alone = [], len(people_in(resources)) < 2  # noqa: PLR2004  (one person)
    used = {reference(each.told.get("medicationReference")) for each in resources}
    for each in resources:
        if each.kind in ("Patient", "Bundle") or (each.kind == "Medication" and each.name in used):
            continue
        why = _not_hers(each, person, alone=alone) or each.not_standing or _later(each, as_of)
        if each.kind == "Medication":
            notes.leave_out(each, "a medicine by itself says nothing of who had it")
        elif each.kind not in KINDS:
            notes.leave_out(each, "this kind of resource is not read")
        elif why:
            notes.leave_out(each, why)
            if why in LEAVES_OPEN or why == NOBODY_NAMED:
                notes.doubtful += [Finding(part, meaning(part.code, codes), codes) for part in (each, *each.components)]
        else:
            found += _findings(each, codes, notes)
    return found


def _later(resource: Resource, as_of: date) -> str:
    return "it is dated after the day of assessment" if resource.day is not None and resource.day > as_of else ""


def _not_hers(resource: Resource, person: str, *, alone: bool) -> str:
    if person and resource.subject and resource.subject != person:
        return f"it is about somebody else ({resource.subject})"
    if person and not resource.subject and not alone:
        return NOBODY_NAMED
    others = [each for each in resource.focus if each.startswith(("RelatedPerson/", "Patient/")) and each != person]
    return f"it is about {others[0]}" if others else ""


def _findings(resource: Resource, codes: Codes, notes: Notes) -> list[Finding]:
    """Return a resource and its components as far as their codes are known."""
    found = []
    for each in (resource, *resource.components):
        coded = meaning(each.code, codes)
        for slip in (one for one in coded if one.alias_of):
            notes.conflict(f"{resource.name}: the code {slip.code} is not valid; it is read as {slip.alias_of}, which was meant")
        if coded or is_assertion(each):
            found.append(Finding(each, coded, codes))
    if not found and resource.kind not in UNCODED:
        notes.leave_out(resource, "no code of it is known here")
        return []
    return found or [Finding(resource, (), codes)]


def json_resources(told: Iterable[Json]) -> list[Resource]:
    """Return resources in an order of their own, each once: the newest of several versions stands, and none if that cannot be told."""
    named = [{**each, "id": f"(no id, number {number})"} if "id" not in each else each for number, each in enumerate(unpacked(list(told)), start=1)]
    found = sorted((Resource(each) for each in named), key=lambda each: each.name)
    whole = [_newest(list(versions)) for _, versions in groupby(found, key=lambda each: each.name)]
    by_name = {each.name: each for each in whole}
    names = {identifier(one): each.name for each in whole if each.kind == "Patient" for one in listed(each.told.get("identifier"))} if whole else {}
    return sorted((_resolved(each, by_name, names) for each in whole), key=lambda each: (each.day or date.min, each.name))


def _newest(versions: Sequence[Resource]) -> Resource:
    """Return the newest of the versions of one resource. Without a way to tell, it is a resource that does not stand."""
    last = max(version(each.told) for each in versions)
    newest = [each for each in versions if version(each.told) == last]
    if all(each.told == newest[0].told for each in newest) or newest[0].kind == "Patient":
        return newest[0]
    return Resource({**newest[0].told, "status": "unclear-version"})


def _resolved(resource: Resource, by_name: Mapping[str, Resource], names: Mapping[str, str]) -> Resource:
    """Return a resource with its person by reference, and a medicine with the code of the one that it points to."""
    told = dict(resource.told)
    medicine = by_name.get(reference(told.get("medicationReference")))
    if medicine is not None and "medicationCodeableConcept" not in told:
        told["medicationCodeableConcept"] = medicine.told.get("code")
    for key in ("subject", "patient"):
        if resource.subject in names and mapping(told.get(key)).get("identifier"):
            told[key] = {"reference": names[resource.subject]}
    return Resource(told)
