"""The service described in OpenAPI 3.1, from the same names that it runs on.

>>> sorted(openapi("", ["patient"], with_tokens=False)["paths"])[0]
'/cds-services'
"""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

from gravida.hooks_cards import OVERRIDE_REASONS
from gravida.hooks_requests import SERVICES

Json = dict[str, Any]
NOTICE = "Every card is a draft that no clinician has reviewed, unless it says otherwise."

REFUSALS: Mapping[int, str] = {
    400: "The body is not what is expected; every fault with its place", 401: "No token that is accepted", 404: "No such service",
    408: "The body came too slowly", 412: "Nothing of what is needed was sent, or could be fetched", 413: "The body is too large",
    415: "The body is not JSON", 422: "The resources are not the record of this patient, or a fault of this service", 429: "Too many calls at once",
}  # fmt: skip


def openapi(base_url: str, prefetch: Sequence[str], *, with_tokens: bool) -> Json:
    """Return the description. Members that nobody knows are allowed everywhere: later editions add some."""
    posts = {**_post("call", "Call a service", _ref("Request"), _ref("Cards")), "parameters": [_service_parameter()]}
    given = {**_post("feedback", "Tell what became of cards", _ref("Feedback"), {"type": "object"}), "parameters": [_service_parameter()]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gravida, CDS Hooks 2.0", "version": version("gravida"), "description": NOTICE},
        **({"servers": [{"url": base_url}]} if base_url else {}),
        **({"security": [{"token": []}]} if with_tokens else {}),
        "paths": {
            "/cds-services": {"get": _get("services", "List the services", _object({"services": _list({"type": "object"})}, ["services"]))},
            "/cds-services/{id}": {"post": posts},
            "/cds-services/{id}/feedback": {"post": given},
            "/feedback-totals": {"get": _get("totals", "How often cards were accepted and overridden", {"type": "object"})},
            "/health": {"get": _get("health", "Whether it runs", _object({"status": {"const": "ok"}}, ["status"]))},
            "/openapi.json": {"get": _get("description", "This description", {"type": "object"})},
        },
        "components": {"schemas": _schemas(prefetch), "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
    }  # fmt: skip


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(properties: Json, required: Sequence[str] = ()) -> Json:
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _get(name: str, summary: str, schema: Json) -> Json:
    refusals = {"429": _refusal(429)}
    return {"operationId": name, "summary": summary, "security": [], "responses": {"200": {"description": "Done", "content": _json(schema)}, **refusals}}


def _post(name: str, summary: str, body: Json, answer: Json) -> Json:
    refusals = {str(status): _refusal(status) for status in REFUSALS}
    return {
        "operationId": name, "summary": summary, "requestBody": {"required": True, "content": _json(body)},
        "responses": {"200": {"description": "Done", "content": _json(answer)}, **refusals},
    }  # fmt: skip


def _refusal(status: int) -> Json:
    return {"description": REFUSALS[status], "content": {"application/fhir+json": {"schema": _ref("OperationOutcome")}}}


def _service_parameter() -> Json:
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "enum": list(SERVICES)}}


TEXT: Json = {"type": "string", "minLength": 1}


def _schemas(prefetch: Sequence[str]) -> Json:
    resource = {**_object({"resourceType": {"type": "string"}}, ["resourceType"]), "description": "A FHIR R4 resource"}
    identifier = {"type": "string", "pattern": r"^[A-Za-z0-9.\-]{1,64}$"}
    context = _object(
        {"patientId": identifier, "userId": TEXT, "encounterId": identifier, "draftOrders": _ref("Resource"), "selections": _list(TEXT)}, ["patientId"]
    )
    grant = _object(
        {"access_token": TEXT, "token_type": {"enum": ["Bearer"]}, "expires_in": {"type": "integer"}, "scope": TEXT, "subject": TEXT},
        ["access_token", "token_type"],
    )
    request = _object({
        "hook": {"enum": sorted({each.hook for each in SERVICES.values()})}, "hookInstance": {"type": "string", "format": "uuid"}, "context": context,
        "fhirServer": {"type": "string", "format": "uri"}, "fhirAuthorization": grant,
        "prefetch": _object({key: {"anyOf": [_ref("Resource"), {"type": "null"}]} for key in prefetch}),
    }, ["hook", "hookInstance", "context"])  # fmt: skip
    return {
        "Resource": resource, "Request": request, "Cards": _object({"cards": _list(_ref("Card"))}, ["cards"]), "Card": _card(),
        "Feedback": _object({"feedback": {**_list(_feedback()), "minItems": 1}}, ["feedback"]),
        "OperationOutcome": _object({"resourceType": {"const": "OperationOutcome"}, "issue": _list({"type": "object"})}, ["resourceType", "issue"]),
    }  # fmt: skip


def _list(items: Json) -> Json:
    return {"type": "array", "items": items}


def _card() -> Json:
    reason = _object({"system": TEXT, "code": {"enum": list(OVERRIDE_REASONS)}, "display": TEXT}, ["code", "display"])
    action = _object({"type": {"enum": ["create", "delete"]}, "description": TEXT, "resource": _ref("Resource"), "resourceId": TEXT}, ["type", "description"])
    suggestion = _object({"label": TEXT, "uuid": TEXT, "actions": _list(action)}, ["label", "uuid", "actions"])
    link = _object({"label": TEXT, "url": TEXT, "type": {"const": "absolute"}}, ["label", "url", "type"])
    return _object({
        "uuid": {"type": "string", "format": "uuid"}, "summary": {"type": "string", "minLength": 1, "maxLength": 139}, "detail": TEXT,
        "indicator": {"enum": ["info", "warning", "critical"]}, "source": _object({"label": TEXT, "url": TEXT, "topic": {"type": "object"}}, ["label"]),
        "suggestions": _list(suggestion), "selectionBehavior": {"enum": ["any", "at-most-one"]}, "links": _list(link), "overrideReasons": _list(reason),
    }, ["uuid", "summary", "detail", "indicator", "source"])  # fmt: skip


def _feedback() -> Json:
    accepted = {**_list(_object({"id": TEXT}, ["id"])), "minItems": 1}
    return _object({
        "card": TEXT, "outcome": {"enum": ["accepted", "overridden"]}, "outcomeTimestamp": {"type": "string", "format": "date-time"},
        "acceptedSuggestions": accepted, "overrideReason": {"type": "object"},
    }, ["card", "outcome", "outcomeTimestamp"])  # fmt: skip
