"""One FHIR R4 resource as the reader sees it: whose it is, whether it stands, when it was, and what it is called.

Only what the reader needs is looked at, by the shape of the data and not by a profile. Nothing here knows medicine.

>>> told = {"resourceType": "Observation", "id": "cl1", "status": "final", "effectiveDateTime": "2026-04-07",
...         "code": {"coding": [{"system": "http://loinc.org", "code": "11961-0"}]}}
>>> found = Resource(told)
>>> found.name, found.day, found.not_standing
('Observation/cl1', datetime.date(2026, 4, 7), '')
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

Json = Mapping[str, Any]

KINDS = frozenset({
    "Observation", "Condition", "Procedure", "MedicationRequest", "MedicationStatement", "MedicationAdministration", "EpisodeOfCare", "DiagnosticReport",
})  # fmt: skip
"""Resources that can say something about a pregnancy. Others are told as not read."""

HAPPENED = ("effectiveDateTime", "effectiveInstant", "performedDateTime", "onsetDateTime")
WRITTEN = ("authoredOn", "recordedDate", "dateAsserted", "issued")
"""Days on which somebody wrote it down: later than what it is about, by days or by years."""
PERIODS = ("effectivePeriod", "performedPeriod", "onsetPeriod", "period")
GONE = {
    "entered-in-error": "entered in error", "cancelled": "cancelled", "not-done": "not done", "draft": "a draft",
    "registered": "registered, without a result yet", "preparation": "only prepared", "not-taken": "not taken", "planned": "only planned",
    "waitlist": "only planned", "intended": "only intended", "deleted": "deleted",
    "unclear-version": "there are several versions of it, and nothing tells which is the newest",
}  # fmt: skip
"""Values of ``status`` that say that nothing happened, or that nobody stands for it; the last two are ours."""
NOT_DONE = {"stopped": "stopped before it was done", "on-hold": "on hold", "unknown": "of unknown status, so nobody knows whether it was done"}
"""Values of the ``status`` of a procedure that leave open whether it was done."""
ACTIVE = frozenset({"active", "recurrence", "relapse"})
OVER = frozenset({"inactive", "remission", "resolved", "finished", "completed", "stopped"})
REFUTED = {"refuted": "refuted", "entered-in-error": "entered in error", "differential": "only one of several possibilities", "provisional": "only provisional",
           "unconfirmed": "not confirmed"}  # fmt: skip
"""Values of ``verificationStatus`` that do not establish a condition. None of them is a no."""
LEAVES_OPEN = frozenset({*NOT_DONE.values(), *(REFUTED[each] for each in ("differential", "provisional", "unconfirmed")), GONE["unclear-version"]})
"""Reasons for leaving a resource out after which what it is about may still be so."""
PROPOSED = {"proposal": "only proposed", "plan": "only planned", "option": "only one of several possibilities"}
DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T.*)?", re.DOTALL)
YEARS = range(1900, 2200)
"""A year outside these is a slip, and would lead outside the calendar."""
DEEPEST = 100
"""References are looked for so deep in a resource."""


@dataclass(frozen=True, slots=True)
class Coding:
    """One code in one system."""

    system: str
    code: str


@dataclass(frozen=True)
class Resource:
    """A resource with what the reader asks of it. What is malformed is absent."""

    told: Json

    @property
    def kind(self) -> str:
        """The ``resourceType``."""
        return str(self.told.get("resourceType", ""))

    @cached_property
    def name(self) -> str:
        """How it is named in a report: ``Observation/cl1``."""
        return shown(f"{self.kind}/{self.told.get('id', '(no id)')}")

    @cached_property
    def subject(self) -> str:
        """Whom it is about, as a reference, or as an identifier if there is only that; empty if it does not say."""
        told = self.told.get("subject") or self.told.get("patient")
        return reference(told) or identifier(mapping(told).get("identifier"))

    @cached_property
    def day(self) -> date | None:
        """The day on which it held or was done, or else on which it was written down."""
        return self.happened or next((day for name in WRITTEN if (day := day_of(self.told.get(name)))), None)

    @cached_property
    def happened(self) -> date | None:
        """The day on which it held or was done; for a span its first day. A day of writing is none."""
        days = [day_of(self.told.get(name)) for name in HAPPENED] + [day_of(mapping(self.told.get(name)).get("start")) for name in PERIODS]
        return next((day for day in days if day), None)

    @cached_property
    def ended(self) -> date | None:
        """The day on which it was over; ``None`` if it does not say."""
        days = [day_of(self.told.get("abatementDateTime")), *(day_of(mapping(self.told.get(name)).get("end")) for name in PERIODS)]
        return next((day for day in days if day), None)

    @cached_property
    def not_standing(self) -> str:
        """Why it must not be read; empty if it stands."""
        if self.told.get("doNotPerform") is True:
            return "it says not to do it"
        verification = {coding.code for coding in codings(self.told.get("verificationStatus"))}
        status = str(self.told.get("status", ""))
        found = [
            GONE.get(status), NOT_DONE.get(status) if self.kind == "Procedure" else None,
            *(REFUTED.get(code) for code in sorted(verification)),
            PROPOSED.get(str(self.told.get("intent", ""))),
        ]  # fmt: skip
        return next((why for why in found if why), "")

    def goes_on(self, day: date) -> bool | None:
        """Return whether a condition, an episode or a medicine goes on, as of a day; ``None`` if it does not say, or contradicts itself.

        A prescription that is completed is used up, and may have been renewed; one dose that was given says nothing of the next.
        """
        codes = {coding.code for coding in codings(self.told.get("clinicalStatus"))} | {str(self.told.get("status", ""))}
        if self.kind == "MedicationAdministration":
            return None
        if self.ended is not None:
            return True if self.ended > day else None if codes & ACTIVE else False
        if codes & ACTIVE:
            return True
        over = bool(codes & (OVER - {"completed"} if self.kind == "MedicationRequest" else OVER))
        return False if over or any(key.startswith("abatement") and value for key, value in self.told.items()) else None

    @cached_property
    def code(self) -> tuple[Coding, ...]:
        """What it is called: ``code``, or the medicine, or the type of an episode."""
        told = self.told
        return (
            codings(told.get("code"))
            or codings(told.get("medicationCodeableConcept"))
            or tuple(found for each in listed(told.get("type")) for found in codings(each))
        )

    @cached_property
    def text(self) -> str:
        """What it is called in words, small letters: text and displays of its code."""
        return " ".join(words(self.told.get("code")) + words(self.told.get("medicationCodeableConcept"))).lower()

    @cached_property
    def value(self) -> Any:
        """The value of an observation, whatever its type; ``None`` if there is none, and a tuple, which nobody can read, if there are several."""
        found = [self.told[key] for key in sorted(self.told) if key.startswith("value") and self.told[key] is not None]
        return tuple(found) if len(found) > 1 else next(iter(found), None)

    @property
    def not_measured(self) -> bool:
        """Whether it says that there is no value, and why."""
        return bool(self.told.get("dataAbsentReason"))

    @cached_property
    def components(self) -> tuple["Resource", ...]:
        """The components of an observation, as observations of their own on the same day."""
        shared = {key: value for key, value in self.told.items() if key not in ("code", "component") and not key.startswith("value")}
        return tuple(Resource({**shared, **each}) for each in listed(self.told.get("component")))

    @cached_property
    def focus(self) -> tuple[str, ...]:
        """What an observation is about beside its subject."""
        return tuple(reference(each) for each in listed(self.told.get("focus")))

    @cached_property
    def members(self) -> tuple[str, ...]:
        """References to what is grouped in it."""
        return tuple(reference(each) for each in listed(self.told.get("hasMember")))

    @property
    def reasons(self) -> tuple[str, ...]:
        """References to why it was done."""
        return tuple(reference(each) for each in listed(self.told.get("reasonReference")))


def mapping(value: object) -> Json:
    """Return a value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def listed(value: object) -> list[Json]:
    """Return the objects of a list; none if it is no list."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def reference(value: object) -> str:
    """Return a reference without the server before it: ``Patient/p1``. A contained or urn reference stays as it is."""
    text = mapping(value).get("reference")
    if not isinstance(text, str):
        return ""
    return shown("/".join(text.split("/_history")[0].split("/")[-2:]) if "/" in text else text)


def identifier(value: object) -> str:
    """Return an identifier as one text; empty if there is none."""
    found = mapping(value)
    return shown(f"{found.get('system') or ''}|{found['value']}") if isinstance(found.get("value"), str) else ""


def shown(text: str) -> str:
    """Return a text without signs that a terminal could obey."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else "?" for sign in text)


def codings(concept: object) -> tuple[Coding, ...]:
    """Return the codes of a CodeableConcept."""
    found = listed(mapping(concept).get("coding"))
    return tuple(Coding(str(each.get("system", "")), str(each["code"])) for each in found if isinstance(each.get("code"), str))


def words(concept: object) -> list[str]:
    """Return the text and the displays of a CodeableConcept."""
    found = [mapping(concept).get("text"), *(each.get("display") for each in listed(mapping(concept).get("coding")))]
    return [each for each in found if isinstance(each, str)]


def day_of(value: object) -> date | None:
    """Return the day of a FHIR date or time; ``None`` for a month or a year alone, which is no day."""
    if isinstance(value, str) and DAY.fullmatch(value):
        with suppress(ValueError):
            found = date.fromisoformat(value[:10])
            return found if found.year in YEARS else None
    return None


def version(told: Json) -> tuple[datetime, int]:
    """Return what tells a newer version of a resource from an older one; what it does not say counts as oldest."""
    meta, instant = mapping(told.get("meta")), datetime.min.replace(tzinfo=UTC)
    with suppress(ValueError, TypeError, OverflowError):
        found = datetime.fromisoformat(meta.get("lastUpdated", ""))
        instant = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    number = str(meta.get("versionId", ""))
    return instant, int(number) if number.isascii() and number.isdigit() and len(number) < DEEPEST else -1


# --- bundles ---------------------------------------------------------------------------------------------------------


def unpacked(told: object, depth: int = 0) -> Iterator[Json]:
    """Yield every resource in a Bundle or a list, those in a bundle or in a resource too.

    What points to one by its ``fullUrl``, or as contained, points to it by its name then.
    """
    if depth > DEEPEST:
        return
    if isinstance(told, list):
        for each in told:
            yield from unpacked(each, depth + 1)
    elif isinstance(told, Mapping) and told.get("resourceType") == "Bundle":
        yield from _of_bundle(told, depth)
    elif isinstance(told, Mapping) and "resourceType" in told:
        yield from _with_contained(told)


def _of_bundle(bundle: Json, depth: int) -> Iterator[Json]:
    entries = [(str(entry.get("fullUrl") or ""), entry) for entry in listed(bundle.get("entry"))]
    named = [(url, entry, _identified(mapping(entry.get("resource")), url)) for url, entry in entries]
    names = {url: Resource(inner).name for url, _, inner in named if url.startswith("urn:") and inner}
    for _, entry, inner in named:
        request = mapping(entry.get("request"))
        if request.get("method") == "DELETE":
            yield _deleted(str(request.get("url", "")), entry)
        elif inner:
            yield from (_pointed(each, names) if names else each for each in unpacked(inner, depth + 1))


def _identified(resource: Json, url: str) -> Json:
    """Return a resource with an id: its own, or the end of its ``fullUrl``."""
    return {**resource, "id": url.replace(":", "/").rpartition("/")[2]} if resource and url and "id" not in resource else resource


def _deleted(url: str, entry: Json) -> Json:
    """Return what stands for a resource that somebody deleted, with when that was."""
    kind, _, name = url.partition("/")
    return {"resourceType": kind, "id": name, "status": "deleted", "meta": {"lastUpdated": mapping(entry.get("response")).get("lastModified", "")}}


def _with_contained(resource: Json) -> Iterator[Json]:
    """Yield a resource, and what it contains: about the same person, and standing only if it stands."""
    inner = listed(resource.get("contained"))
    owner = Resource(resource)
    prefix = str(resource.get("id", "(no id)"))
    names = {f"#{each.get('id')}": f"{each.get('resourceType')}/{prefix}.{each.get('id')}" for each in inner}
    yield _pointed({key: value for key, value in resource.items() if key != "contained"}, names) if inner else resource
    about = {key: resource[key] for key in ("subject", "patient") if key in resource}
    gone = {"status": "entered-in-error"} if owner.not_standing else {}
    for each in inner:
        about_it = {} if "subject" in each or "patient" in each else about
        yield _pointed({**about_it, **each, **gone, "id": f"{prefix}.{each.get('id')}"}, names)


def _pointed(value: Any, names: Mapping[str, str], depth: int = 0) -> Any:
    """Return a value in which references lead to the names of resources."""
    if depth > DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {
            key: names.get(inner, inner) if key == "reference" and isinstance(inner, str) else _pointed(inner, names, depth + 1) for key, inner in value.items()
        }
    return [_pointed(each, names, depth + 1) for each in value] if isinstance(value, list) else value
