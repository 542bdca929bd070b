"""The words and addresses that every exported resource shares.

>>> jurisdiction("GB")["coding"][0]["code"], jurisdiction("international")["coding"][0]["code"]
('GB', '001')
>>> address("PlanDefinition", "rcog-2022-cerclage")
'urn:gravida:fhir/PlanDefinition/rcog-2022-cerclage'
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from gravida import __version__
from gravida.guideline import Condition, Recommendation, Window
from gravida.in_words import Speaker
from gravida.units import weeks

Resource = dict[str, Any]

BASE = "urn:gravida:fhir"
"""Of every canonical address. No web address is the project's own, so none is used: a name that leads nowhere is better
than one that leads to somebody else."""

NOT_REVIEWED = "DRAFT. Not reviewed by a clinician."
LEGAL = (
    "Gravida's own words and readings: CC BY 4.0, https://creativecommons.org/licenses/by/4.0/. "
    "The guideline itself belongs to the body that published it; none of its sentences stands here."
)
SYSTEMS = "http://terminology.hl7.org/CodeSystem"

MEDICINES = frozenset({"17-ohpc", "perioperative-antibiotics", "perioperative-tocolysis", "prolonged-antibiotics", "tocolysis", "vaginal-progesterone"})
"""Actions that are a medicine to be given; every other order is for a service. ``actions.yaml`` has no key that says so."""

EXTENSIONS = {
    "stance": "How the body stands to it: recommend, offer, consider, against, insufficient, or inform.",
    "strength": "The grade or level as the source gives it. Bodies grade differently, so two grades cannot be compared.",
    "provenance": "How a part of the source was seen (who, window, strength), from the guideline itself (primary) to memory alone (recalled).",
    "overlay": "Whose overlay put this into the document of another body, or changed it there.",
    "digest": "A number worked out from everything that it means. A signature holds for one digest.",
    "signature": "Who signed it as it stands: ORCID, role and day.",
}
"""What FHIR has no element for, and what it means."""

LONGEST_ID = 64

WORLD: Resource = {"coding": [{"system": "http://unstats.un.org/unsd/methods/m49/m49.htm", "code": "001", "display": "World"}]}
NO_COUNTRY: dict[str, Resource] = {"international": WORLD, "EU": {"text": "European Union"}}
"""Where a document holds that is no country. The European Union has no code in either list."""


def address(kind: str, name: str) -> str:
    """Return the canonical address of a resource."""
    return f"{BASE}/{kind}/{name}"


def resource_id(name: str) -> str:
    """Return a name as FHIR allows an id: letters, digits, hyphens and points, at most 64.

    >>> resource_id("Rcog_2022_Cerclage"), len(resource_id("long" * 30))
    ('Rcog-2022-Cerclage', 64)
    """
    allowed = re.sub(r"[^A-Za-z0-9.-]", "-", name)
    if len(allowed) <= LONGEST_ID:
        return allowed
    mark = sha256(name.encode()).hexdigest()[:8]
    return f"{allowed[: LONGEST_ID - len(mark) - 1]}-{mark}"


def coded(system: str, code: str) -> Resource:
    """Return a code of one of FHIR's own code systems."""
    return {"coding": [{"system": f"{SYSTEMS}/{system}", "code": code}]}


def extension(name: str, value: str) -> Resource:
    """Return an extension of this project's own."""
    return {"url": address("StructureDefinition", name), "valueString": value}


def jurisdiction(place: str) -> Resource:
    """Return where a document holds: a country by its ISO code, the world by that of the United Nations, else in words."""
    if place in NO_COUNTRY:
        return NO_COUNTRY[place]
    if re.fullmatch(r"[A-Z]{2}", place):
        return {"coding": [{"system": "urn:iso:std:iso:3166", "code": place}]}
    return {"text": place}


def head(kind: str, name: str, title: str, description: str) -> Resource:
    """Return what every resource begins with: a draft and an experiment, by us and not by the body that it speaks of."""
    return {
        "resourceType": kind,
        "id": resource_id(name),
        "url": address(kind, resource_id(name)),
        "version": __version__,
        "name": "_".join(part.capitalize() for part in name.split("-")),
        "title": title,
        "status": "draft",
        "experimental": True,
        "publisher": "Gravida",
        "description": description,
        "copyright": LEGAL,
    }


def extension_definitions() -> Iterator[Resource]:
    """Yield the definition of each extension, so that a validator knows it."""
    for name, meaning in EXTENSIONS.items():
        url = address("StructureDefinition", name)
        elements = [
            {"id": "Extension", "path": "Extension", "short": name, "definition": meaning},
            {"id": "Extension.extension", "path": "Extension.extension", "max": "0"},
            {"id": "Extension.url", "path": "Extension.url", "fixedUri": url},
            {"id": "Extension.value[x]", "path": "Extension.value[x]", "min": 1, "type": [{"code": "string"}]},
        ]
        yield {
            **head("StructureDefinition", name, name, meaning),
            "fhirVersion": "4.0.1",
            "kind": "complex-type",
            "abstract": False,
            "context": [{"type": "element", "expression": "PlanDefinition.action"}],
            "type": "Extension",
            "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
            "derivation": "constraint",
            "differential": {"element": elements},
        }


def written(recommendation: Recommendation, window: str, speaker: Speaker) -> Iterator[str]:
    """Yield in words when a recommendation holds, and what else decides: each is a part of its CQL condition."""
    yield f"When: gestation {window}." if window else "When: the source gives no weeks."
    yield from _vague(recommendation.window)
    if recommendation.window and recommendation.window.deadline:
        yield "Whoever comes later is overdue, and it is not over for her."
    if recommendation.before_pregnancy:
        yield "It is meant before pregnancy too."
    if recommendation.repeat_days is not None:
        yield f"It is due again {recommendation.repeat_days} days after it was last done."
    yield from _any_of("Not if any of these is true, and not before all are known to be false", recommendation.unless, speaker)
    yield from _any_of("The text is silent, so nothing is said, if any of these is true", recommendation.silent_on, speaker)


def _any_of(begin: str, conditions: tuple[Condition, ...], speaker: Speaker) -> Iterator[str]:
    if conditions:
        yield f"{begin}:"
        yield from (line for each in conditions for line in speaker.clause(each.node).lines())


def _vague(window: Window | None) -> Iterator[str]:
    """Yield the days on which nobody can say whether the window has begun or is over, and why."""
    start, end = (window.start, window.end) if window else (None, None)
    spans = [(start.low, start.high - 1, start.why)] if start and start.low != start.high else []
    spans += [(end.low + 1, end.high, end.why)] if end and end.low != end.high else []
    yield from (f"From {weeks(first)} to {weeks(last)} it cannot be said: {why}." for first, last, why in spans)
