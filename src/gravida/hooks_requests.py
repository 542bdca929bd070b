"""A CDS Hooks request: what it must hold, what a record system is asked to send along, and what is missing then.

Whoever asks is told everything that is wrong at once, each with its place in the body, and never what stands there: the
answer may end in somebody's log. Members that nobody knows are passed over, so that a newer edition is understood.

>>> body = {"hook": "patient-view", "hookInstance": "8d4bd1b1-9d3e-4bd9-9ffa-4ad7c2f3a4a7", "context": {"patientId": "p1"}}
>>> read_request(body, "patient-view").patient
'p1'
>>> try:
...     read_request({"hook": "patient-view", "context": {}}, "patient-view")
... except Refused as refused:
...     print(refused)
hookInstance: missing; expected a UUID
context.patientId: missing; expected the id of the patient
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from gravida.codes import Codes

ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
"""What FHIR lets an id be."""

MOST_ENTRIES = 2000
"""So many resources of one person are read; more is no longer one pregnancy."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its id in the URL, its hook, and what it says of itself."""

    id: str
    hook: str
    title: str
    description: str


SERVICES: Mapping[str, Service] = {
    each.id: each
    for each in (
        Service("gravida-patient-view", "patient-view", "Cervical insufficiency: what guidelines say",
                "What current guidelines on cervical insufficiency, short cervix and cerclage say now for the person whose record is open."),
        Service("gravida-order-select", "order-select", "Cervical insufficiency: an order that is chosen",
                "For an order of a cerclage, 17-OHPC, progesterone or a pessary: whether guidelines advise against it, or another treatment applies."),
        Service("gravida-order-sign", "order-sign", "Cervical insufficiency: orders to be signed",
                "For orders of a cerclage, 17-OHPC, progesterone or a pessary: whether guidelines advise against them, or another treatment applies."),
    )
}  # fmt: skip

USAGE = (
    "Send as much of the prefetch as there is. What is not sent is fetched from fhirServer if that is allowed, and is otherwise not known; "
    "not known is never taken as no. Every card is a draft that no clinician has reviewed, unless it says otherwise."
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a request: its place in the body, and what was expected."""

    place: str
    says: str

    def __str__(self) -> str:
        return f"{self.place}: {self.says}" if self.place else self.says


class Refused(ValueError):  # noqa: N818  (it says what was done with the request)
    """A request that is not answered with cards: the HTTP status, FHIR's word for the kind of fault, and the faults."""

    def __init__(self, status: int, kind: str, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.status, self.kind, self.faults = status, kind, tuple(faults)


def refused(status: int, kind: str, says: str, place: str = "") -> Refused:
    """Return a refusal for one reason."""
    return Refused(status, kind, (Fault(place, says),))


@dataclass(frozen=True)
class Request:
    """A request that can be answered. ``token`` gives access to ``server``; both may be empty. None of it is shown in a ``repr``."""

    hook: str
    patient: str = field(repr=False)
    encounter: str = field(default="", repr=False)
    server: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    prefetch: Mapping[str, Any] = field(default_factory=dict, repr=False)
    orders: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    """The draft orders that matter now: for ``order-select`` those that were just chosen."""
    around: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    """What else stands in the bundle of draft orders, such as the medication that an order refers to."""


# --- what record systems are asked to send ---------------------------------------------------------------------------

CERVIX = (
    "cervical_length_ultrasound", "cervical_length_palpated", "internal_os_diameter_ultrasound", "external_os_diameter_ultrasound", "dilation_palpated",
    "dilation_finding", "cervix_dilated", "cervix_closed", "effacement_percent", "membranes_at_os", "membranes_bulging", "membranes_intact",
    "contractions_onset", "preterm_labour_symptoms", "fetal_fibronectin_level", "fetal_fibronectin_presence",
    "cerclage_present", "cerclage_absent", "cerclage_finding",
)  # fmt: skip
DATING = (
    "gestational_age", "gestational_age_in_weeks", "gestational_age_in_days", "due_date", "due_date_from_last_period", "due_date_from_conception",
    "due_date_from_ultrasound", "due_date_from_fundal_height", "last_period", "conception_date", "pregnancy_status", "number_of_fetuses",
)  # fmt: skip
HISTORY = (
    "gravidity", "parity", "abortions_total", "abortions_induced", "abortions_spontaneous", "ectopic_pregnancies_total", "births_live", "births_preterm",
    "births_still_living", "births_term", "births_total", "stillbirths_total", "other_outcomes_total", "pregnancy_outcome", "delivery_datetime",
    "birth_plurality", "maternal_risk_factors",
)  # fmt: skip
OBSERVATIONS: Mapping[str, Sequence[str]] = {"cervix": CERVIX, "dating": DATING, "history": HISTORY}
ASKED_IN = ("loinc", "snomed")
"""Observations are asked for by these code systems; the reader understands more."""


def templates(codes: Codes) -> dict[str, str]:
    """Return the prefetch templates: one read, and searches by patient and by lists of codes, which every server supports."""
    of_patient = "patient={{context.patientId}}"
    lists = {key: f"Observation?{of_patient}&code={_code_list(codes, concepts)}&_count=200" for key, concepts in OBSERVATIONS.items()}
    return {
        "patient": "Patient/{{context.patientId}}",
        "conditions": f"Condition?{of_patient}&_count=200",
        **{key: template for key, template in lists.items() if "code=&" not in template},
        "procedures": f"Procedure?{of_patient}&_count=200",
        "medications": f"MedicationRequest?{of_patient}&_count=200",
        "episodes": f"EpisodeOfCare?{of_patient}&_count=50",
    }


def _code_list(codes: Codes, concepts: Sequence[str]) -> str:
    """Return a list of codes for a search, without what nobody has checked."""
    rows = [row for concept in concepts for row in codes.of(concept) if row.system in ASKED_IN and row.confidence != "recalled" and not row.is_beginning]
    return ",".join(dict.fromkeys(f"{codes.systems[row.system].uris[0]}|{row.code}" for row in rows))


def filled_in(template: str, patient: str) -> str:
    """Return a template as a query, with the characters that a URL cannot hold written otherwise."""
    path, _, query = template.replace("{{context.patientId}}", patient).partition("?")
    return f"{path}?{quote(query, safe='=&,:/.-_')}" if query else path


# --- what was sent ---------------------------------------------------------------------------------------------------


def is_there(value: Any) -> bool:
    """Return whether something was sent under a key. An OperationOutcome, or null, says that it could not be had."""
    return isinstance(value, Mapping) and value.get("resourceType") != "OperationOutcome"


def missing_keys(request: Request, wanted: Mapping[str, str]) -> tuple[str, ...]:
    """Return the templates of which nothing was sent."""
    return tuple(key for key in wanted if not is_there(request.prefetch.get(key)))


def incomplete_keys(request: Request, wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the searches of which only the first page was sent, each with where the next one is."""
    pages = {key: next_page(request.prefetch.get(key)) for key in wanted}
    return {key: url for key, url in pages.items() if url}


def next_page(bundle: Any) -> str:
    """Return where the next page of a bundle is; nothing if there is none."""
    links = bundle.get("link") if isinstance(bundle, Mapping) else None
    for link in links if isinstance(links, list) else ():
        if isinstance(link, Mapping) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return ""


def resources_of(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the resources of what was sent under one key: those of a bundle, or the one that it is."""
    if not isinstance(value, Mapping):
        return
    if value.get("resourceType") != "Bundle":
        yield value
        return
    entries = value.get("entry")
    for entry in entries if isinstance(entries, list) else ():
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if isinstance(resource, Mapping) and resource.get("resourceType") != "OperationOutcome":
            yield resource


def require_something(available: Mapping[str, Any], wanted: Mapping[str, str], why: str) -> None:
    """Raise :class:`Refused` with 412 if nothing of what is needed can be had: a card would speak of nobody."""
    needed = [key for key in wanted if key != "patient"]
    if not any(is_there(available.get(key)) for key in needed):
        raise refused(412, "incomplete", f"none of this was sent: {', '.join(needed)}; and none could be fetched: {why}", "prefetch")


# --- reading ---------------------------------------------------------------------------------------------------------


def read_request(body: Any, hook: str) -> Request:
    """Read the body of a call of a service for ``hook``. Raises :class:`Refused` with 400 and everything that is wrong."""
    if not isinstance(body, Mapping):
        raise refused(400, "structure", f"found {kind_of(body)}; expected a JSON object")
    faults: list[Fault] = []
    found = _Reader(body, faults)
    found.hook(hook)
    found.instance()
    context = found.object("context", needed=True)
    patient = _Reader(context, faults, "context.").identifier("patientId", "the id of the patient") if "context" in body else ""
    request = Request(
        hook=hook, patient=patient,
        encounter=_Reader(context, faults, "context.").identifier("encounterId", "the id of the encounter", needed=False),
        server=found.server(), token=found.token(patient), prefetch=found.prefetch(),
    )  # fmt: skip
    if hook != "patient-view" and isinstance(body.get("context"), Mapping):
        request = _with_orders(request, _Reader(context, faults, "context."))
    if faults:
        raise Refused(400, "invalid", faults)
    return request


def _with_orders(request: Request, context: "_Reader") -> Request:
    bundle = context.object("draftOrders", needed=True)
    if bundle and bundle.get("resourceType") != "Bundle":
        context.fault("draftOrders", "found another resource; expected a FHIR Bundle")
    drafts = tuple(resources_of(bundle)) if bundle.get("resourceType") == "Bundle" else ()
    chosen = context.selections() if request.hook == "order-select" else None
    orders = tuple(
        each for each in drafts if each.get("resourceType") in ("ServiceRequest", "MedicationRequest") and (chosen is None or name_of(each) in chosen)
    )
    return Request(**{**_members(request), "orders": orders[:MOST_ENTRIES], "around": drafts[:MOST_ENTRIES]})


def _members(request: Request) -> dict[str, Any]:
    return {name: getattr(request, name) for name in request.__dataclass_fields__}


def name_of(resource: Mapping[str, Any]) -> str:
    """Return the relative reference of a resource, such as ``ServiceRequest/1``."""
    return f"{resource.get('resourceType')}/{resource.get('id')}"


KINDS = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", dict: "an object", type(None): "null"}


def kind_of(value: Any) -> str:
    """Return what kind of JSON a value is, without the value."""
    return KINDS.get(type(value), "something else")


class _Reader:
    """Reads members of one object, and notes what is wrong with each."""

    def __init__(self, of: Mapping[str, Any], faults: list[Fault], within: str = "") -> None:
        self.of, self.faults, self.within = of, faults, within

    def fault(self, name: str, says: str) -> None:
        self.faults.append(Fault(self.within + name, says))

    def text(self, name: str, expected: str, *, needed: bool = True) -> str:
        value = self.of.get(name)
        if isinstance(value, str) and value:
            return value
        if name not in self.of:
            if needed:
                self.fault(name, f"missing; expected {expected}")
        else:
            self.fault(name, f"found {'an empty text' if value == '' else kind_of(value)}; expected {expected}")
        return ""

    def object(self, name: str, *, needed: bool = False) -> Mapping[str, Any]:
        value = self.of.get(name)
        if isinstance(value, Mapping):
            return value
        if name in self.of or needed:
            self.fault(name, f"{'found ' + kind_of(value) if name in self.of else 'missing'}; expected an object")
        return {}

    def hook(self, expected: str) -> None:
        found = self.text("hook", f"'{expected}'")
        if found and found != expected:
            self.fault("hook", f"this service answers '{expected}' only")

    def instance(self) -> None:
        found = self.text("hookInstance", "a UUID")
        try:
            UUID(found or "0" * 32)
        except ValueError:
            self.fault("hookInstance", "found another text; expected a UUID")

    def identifier(self, name: str, expected: str, *, needed: bool = True) -> str:
        found = self.text(name, expected, needed=needed)
        if found and not ID.fullmatch(found):
            self.fault(name, "this is no FHIR id: letters, digits, - and . only, at most 64")
            return ""
        return found

    def server(self) -> str:
        found = self.text("fhirServer", "the base URL of the FHIR server", needed="fhirAuthorization" in self.of)
        if found and not is_base_url(found):
            self.fault("fhirServer", "this is no base URL: expected https://, a host, and no ?, # or user")
            return ""
        return found.rstrip("/")

    def token(self, patient: str) -> str:
        if "fhirAuthorization" not in self.of:
            return ""
        grant = _Reader(self.object("fhirAuthorization"), self.faults, "fhirAuthorization.")
        token = grant.text("access_token", "an access token")
        if not token.isascii() or not token.isprintable():
            grant.fault("access_token", "found signs that a header cannot hold; expected an access token")
        if grant.text("token_type", "'Bearer'").lower() != "bearer":
            grant.fault("token_type", "expected 'Bearer'")
        if grant.of.get("patient", patient) != patient:
            grant.fault("patient", "this is another patient than context.patientId")
        return token

    def prefetch(self) -> Mapping[str, Any]:
        found = self.object("prefetch") if self.of.get("prefetch") is not None else {}
        for value in found.values():
            if value is not None and not (isinstance(value, Mapping) and isinstance(value.get("resourceType"), str)):
                self.fault("prefetch", f"found {kind_of(value)} under one of the keys; expected a FHIR resource or null")
        return found

    def selections(self) -> set[str] | None:
        """Return the orders that were just chosen; ``None`` if nobody says, and then all are looked at."""
        found = self.of.get("selections")
        if found is None:
            return None
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            self.fault("selections", "expected a list of references such as ServiceRequest/1")
            return set()
        return {each.partition("/_history")[0] for each in found}


def is_base_url(text: str) -> bool:
    """Return whether a text can be the base of a FHIR server."""
    try:
        parts = urlsplit(text)
        more = parts.query or parts.fragment or parts.username or parts.password
        return parts.scheme in ("https", "http") and bool(parts.hostname) and not more and parts.port != 0
    except ValueError:
        return False
