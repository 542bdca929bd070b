r"""What a draft order asks for, as far as it is ours: a cerclage, 17-OHPC, progesterone by its route, or a pessary.

A code says it where there is one that somebody has checked; the text says it where no code is known here. What is not
recognised is nobody's business here, and a route that is not stated is never guessed.

>>> order = {"resourceType": "ServiceRequest", "id": "1", "code": {"text": "Shirodkar cerclage"}}
>>> recognise(order, Codes()).means.label
'vaginal cerclage'
>>> recognise({"resourceType": "ServiceRequest", "code": {"text": "Removal of cerclage"}}, Codes()) is None
True
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gravida.codes import Codes

Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Meaning:
    """Something that can be ordered, and the actions of ``actions.yaml`` that it may be. None: guidelines have no such action."""

    id: str
    label: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ordered:
    """One draft order that was understood. ``reference`` is its place in the bundle, such as ``MedicationRequest/1``; it may be empty."""

    means: Meaning
    reference: str


VAGINAL = ("transvaginal-cerclage", "emergency-cerclage", "high-vaginal-cerclage", "repeat-cerclage")
ABDOMINAL = ("transabdominal-cerclage",)
MEANINGS: Mapping[str, Meaning] = {
    each.id: each
    for each in (
        Meaning("cerclage-vaginal", "vaginal cerclage", VAGINAL),
        Meaning("cerclage-abdominal", "abdominal cerclage", ABDOMINAL),
        Meaning("cerclage", "cerclage, route not stated", (*VAGINAL, *ABDOMINAL)),
        Meaning("17-ohpc", "17-OHPC (hydroxyprogesterone caproate)", ("17-ohpc",)),
        Meaning("progesterone-vaginal", "vaginal progesterone", ("vaginal-progesterone",)),
        Meaning("progesterone-other", "progesterone, not by the vagina", ()),
        Meaning("progesterone", "progesterone, route not stated", ()),
        Meaning("pessary", "pessary", ("pessary",)),
    )
}

CONCEPTS: Mapping[str, str] = {
    "cerclage_vaginal": "cerclage-vaginal", "cerclage_mcdonald": "cerclage-vaginal", "cerclage_shirodkar": "cerclage-vaginal",
    "cerclage_abdominal": "cerclage-abdominal", "cerclage_route_not_stated": "cerclage", "cerclage_outside_pregnancy": "cerclage",
    "hydroxyprogesterone_caproate": "17-ohpc", "progesterone": "progesterone", "progesterone_capsule": "progesterone",
    "progesterone_injection": "progesterone-other", "vaginal_pessary": "pessary",
}  # fmt: skip
"""What a concept of ``codes/concepts.yaml`` means when it is ordered."""

NOT_PLACED = re.compile(
    r"remov|extract|taking out|take out|ultraso|sonogra|\bscan|consult|referral|counsel|follow|check|length"
    r"|\bafter\b|\bpost\b|\bstatus\b|\bno\b|without|prolapse",
    re.IGNORECASE,
)
"""Words beside "cerclage" or "pessary" that make an order one of something else."""
CERCLAGE = re.compile(r"\bcerclage\b|\bcervical (?:stitch|suture)\b|\bshirodkar\b", re.IGNORECASE)
BY_ABDOMEN = re.compile(r"abdom|laparo", re.IGNORECASE)
BY_VAGINA = re.compile(r"vagin|shirodkar|mc ?donald", re.IGNORECASE)
OHPC = re.compile(r"(?<![a-z])(?:17[- ]?(?:alpha)?[- ]?)?hydroxy-?progesterone|\b17-? ?oh-?pc?\b|\b17-?p\b|\bmakena\b", re.IGNORECASE)
GIVEN_OHPC = re.compile(r"caproate|\b17-? ?ohpc\b|\bmakena\b", re.IGNORECASE)
PROGESTERONE = re.compile(r"\bprogesterone\b", re.IGNORECASE)
PESSARY = re.compile(r"\bpessary\b", re.IGNORECASE)
ROUTE_VAGINAL = re.compile(r"vagin|\bpv\b", re.IGNORECASE)
ROUTE_OTHER = re.compile(r"\boral|\bpo\b|mouth|intramusc|\bim\b|subcut|inject|rectal|\bpr\b|transderm|topical", re.IGNORECASE)
STOPPED = ("revoked", "cancelled", "entered-in-error", "stopped", "ended", "completed")


def recognise(order: Resource, codes: Codes, around: Sequence[Resource] = ()) -> Ordered | None:
    """Return what an order asks for; ``None`` if it is nothing of ours, is not to be done, or was taken back.

    ``around`` holds resources that the order may refer to.
    """
    if order.get("doNotPerform") is True or order.get("status") in STOPPED:
        return None
    concepts = list(_what(order, around))
    found = _by_code(concepts, codes)
    if found is None:
        words = " ".join(text for each in concepts for text in _texts(each))
        found = _medicine(words) if order.get("resourceType") == "MedicationRequest" else _procedure(words)
    if not found:
        return None
    identifier = order.get("id")
    means = MEANINGS[_with_route(found, order, concepts, codes) if found == "progesterone" else found]
    return Ordered(means, f"{order.get('resourceType')}/{identifier}" if isinstance(identifier, str) and identifier else "")


def recognise_all(orders: Iterable[Resource], patient: str, codes: Codes, around: Sequence[Resource] = ()) -> list[Ordered]:
    """Return what orders ask for, each thing once. An order for somebody else is left out."""
    found = (recognise(each, codes, around) for each in orders if _is_for(each, patient))
    return list({each.means.id: each for each in found if each}.values())


def _is_for(order: Resource, patient: str) -> bool:
    subject = order.get("subject")
    reference = subject.get("reference") if isinstance(subject, Mapping) else None
    return not isinstance(reference, str) or "Patient/" not in reference or reference.rpartition("Patient/")[2].partition("/")[0] == patient


def _what(order: Resource, around: Sequence[Resource]) -> Iterator[Resource]:
    """Yield the concepts that say what is ordered: its own, or those of the medication that it refers to."""
    own = order.get("code") if order.get("resourceType") == "ServiceRequest" else order.get("medicationCodeableConcept")
    if isinstance(own, Mapping):
        yield own
    reference = order.get("medicationReference")
    name = reference.get("reference") if isinstance(reference, Mapping) else None
    if isinstance(reference, Mapping) and isinstance(reference.get("display"), str):
        yield {"text": reference["display"]}
    contained = order.get("contained")
    for each in (*(contained if isinstance(contained, list) else ()), *around):
        if isinstance(each, Mapping) and each.get("resourceType") == "Medication" and name in (f"#{each.get('id')}", f"Medication/{each.get('id')}"):
            yield from (part for part in (each.get("code"),) if isinstance(part, Mapping))


def codings(concept: Any) -> Iterator[tuple[str, str]]:
    """Yield system and code of every coding of a CodeableConcept that has both."""
    found = concept.get("coding") if isinstance(concept, Mapping) else None
    for each in found if isinstance(found, list) else ():
        if isinstance(each, Mapping) and isinstance(each.get("system"), str) and isinstance(each.get("code"), str):
            yield each["system"], each["code"]


def _texts(concept: Any) -> Iterator[str]:
    if not isinstance(concept, Mapping):
        return
    if isinstance(concept.get("text"), str):
        yield concept["text"]
    found = concept.get("coding")
    for each in found if isinstance(found, list) else ():
        if isinstance(each, Mapping) and isinstance(each.get("display"), str):
            yield each["display"]


def _by_code(concepts: Sequence[Resource], codes: Codes) -> str | None:
    """Return what codes say: an empty text if they say something else, ``None`` if no code is known here."""
    rows = [row for each in concepts for system, code in codings(each) for row in codes.find(system, code)]
    if not rows:
        return None
    return next((CONCEPTS[row.concept] for row in rows if row.concept in CONCEPTS), "")


def _medicine(text: str) -> str:
    return "17-ohpc" if OHPC.search(text) else "progesterone" if PROGESTERONE.search(text) else ""


def _procedure(text: str) -> str:
    """Return what a text of a service means. A blood level of a hormone is a service too, and is nothing of ours."""
    if GIVEN_OHPC.search(text):
        return "17-ohpc"
    if NOT_PLACED.search(text):
        return ""
    if CERCLAGE.search(text):
        abdominal, vaginal = BY_ABDOMEN.search(text), BY_VAGINA.search(text)
        return "cerclage" if bool(abdominal) == bool(vaginal) else "cerclage-abdominal" if abdominal else "cerclage-vaginal"
    return "pessary" if PESSARY.search(text) else ""


def _with_route(found: str, order: Resource, concepts: Sequence[Resource], codes: Codes) -> str:
    """Return progesterone by its route: what the dosage says, else what the product's own text says; never a guess."""
    dosages = order.get("dosageInstruction")
    routes = [each.get("route") for each in dosages if isinstance(each, Mapping)] if isinstance(dosages, list) else []
    if any(row.concept == "route_vaginal" for route in routes for system, code in codings(route) for row in codes.find(system, code)):
        return "progesterone-vaginal"
    said = [each["text"] for each in dosages if isinstance(each, Mapping) and isinstance(each.get("text"), str)] if isinstance(dosages, list) else []
    for words in (" ".join(text for route in routes for text in _texts(route)), " ".join(said), " ".join(text for each in concepts for text in _texts(each))):
        if ROUTE_VAGINAL.search(words) and not ROUTE_OTHER.search(words):
            return "progesterone-vaginal"
        if ROUTE_OTHER.search(words) and not ROUTE_VAGINAL.search(words):
            # A capsule that is made for the mouth is commonly given vaginally, so its name settles nothing.
            return "progesterone-other" if words != " ".join(text for each in concepts for text in _texts(each)) else found
    return found
