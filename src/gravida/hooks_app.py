"""The service: CDS Hooks 2.0 over HTTP. What cannot be answered is refused in words, and no value of anybody is logged.

An answer is never a server's fault (5xx): a record system would fall silent, and silence reads like "nothing to say".
"""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

import httpx2
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.requests import Request as Call
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gravida.bodies import TooLarge, TooSlow, read_body
from gravida.hooks_config import Config, may_fetch
from gravida.hooks_feedback import Totals
from gravida.hooks_fetch import client, gather, get_json
from gravida.hooks_judge import LOG, Judge, Pool, fault
from gravida.hooks_openapi import openapi
from gravida.hooks_requests import SERVICES, USAGE, Fault, Refused, Service, read_request, refused, require_something
from gravida.hooks_security import NotAccepted, Verifier
from gravida.typecheck import nearest

DEEPEST = 60
"""FHIR's own resources nest a third as deep."""
STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
METHODS = ("GET", "POST", "OPTIONS")
FHIR_JSON = "application/fhir+json"


@dataclass
class State:
    """What the service holds while it runs. None of it is about a person."""

    config: Config
    judge: Judge
    http: httpx2.AsyncClient
    verifier: Verifier | None
    local: bool
    totals: Totals = field(default_factory=Totals)
    at_once: int = 0
    faults: int = 0


def make_app(
    judge: Judge, config: Config, *, local: bool = True, http: httpx2.AsyncClient | None = None, pages: Sequence[BaseRoute] = ()
) -> Starlette:  # fmt: skip
    """Return the service as an ASGI application. ``local``: only this machine can call it; ``pages`` are what it shows to people."""
    http = http or client()
    verifier = Verifier(config.clients, lambda url: get_json(url, http)) if config.clients else None
    state = State(config, judge, http, verifier, local)
    app = Starlette(
        routes=[
            Route("/cds-services", discovery), Route("/cds-services/{id}", call, methods=["POST"]),
            Route("/cds-services/{id}/feedback", feedback, methods=["POST"]), Route("/feedback-totals", totals),
            Route("/openapi.json", described), Route("/health", health), *pages,
        ],
        middleware=[
            Middleware(CORSMiddleware, allow_origins=config.allow_origins, allow_methods=METHODS, allow_headers=["Authorization", "Content-Type"]),
            Middleware(Edge, state=state),
        ],
        exception_handlers={HTTPException: _http_exception, Refused: _refusal},
        lifespan=_lifespan,
    )  # fmt: skip
    app.state.service = state
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    state: State = app.state.service
    if isinstance(state.judge, Pool):
        await state.judge.warm()
    yield
    state.judge.close()
    await state.http.aclose()


class Edge:
    """The outermost layer: so many calls at once and no more, and no exception leaves."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self.app, self.state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.state.at_once >= self.state.config.most_at_once:
            await _outcome(refused(429, "throttled", "too many calls at once; try again in a moment"), {"Retry-After": "1"})(scope, receive, send)
            return
        self.state.at_once += 1
        try:
            await self._guarded(scope, receive, send)
        finally:
            self.state.at_once -= 1

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001  (a traceback in the log would hold values)
            self.state.faults += 1
            no = fault(error)
            if not begun:
                await _outcome(no)(scope, receive, send)


# --- endpoints -------------------------------------------------------------------------------------------------------


async def discovery(call: Call) -> Response:
    """Say what services there are."""
    wanted = dict(_state(call).judge.templates)
    services = [
        {"id": each.id, "hook": each.hook, "title": each.title, "description": each.description, "prefetch": wanted, "usageRequirements": USAGE}
        for each in SERVICES.values()
    ]
    return _json({"services": services})


async def call(call: Call) -> Response:
    """Answer a hook with cards."""
    state, service = _state(call), _service(call)
    await _let_in(call)
    request = read_request(await _body(call), service.hook)
    wanted = state.judge.templates
    allowed = bool(request.server) and may_fetch(request.server, state.config, known_callers=state.local or state.verifier is not None)
    gathered = await gather(request, wanted, state.http, allowed=allowed)
    require_something(gathered.values, wanted, "; ".join(dict.fromkeys(gathered.why.values())))
    try:
        found = await state.judge.cards(request, gathered)
    except Refused as no:
        state.faults += no.kind == "exception"
        raise
    return _json({"cards": found})


async def feedback(call: Call) -> Response:
    """Count what became of cards."""
    service = _service(call)
    await _let_in(call)
    _state(call).totals.add(service.id, await _body(call))
    return _json({})


async def totals(call: Call) -> Response:
    """Say how often cards were accepted and overridden."""
    return _json(_state(call).totals.as_json())


async def described(call: Call) -> Response:
    """Describe the service in OpenAPI."""
    state = _state(call)
    return _json(openapi(state.config.base_url, list(state.judge.templates), with_tokens=state.verifier is not None))


async def health(call: Call) -> Response:
    """Say that it runs, and how often a fault of its own kept it from judging."""
    return _json({"status": "ok", "version": version("gravida"), "faults": _state(call).faults})


def _state(call: Call) -> State:
    found: State = call.app.state.service
    return found


def _service(call: Call) -> Service:
    name = call.path_params["id"]
    if name not in SERVICES:
        raise refused(404, "not-found", f"there is no such service{nearest(name, SERVICES) or '; there are: ' + ', '.join(SERVICES)}")
    return SERVICES[name]


async def _let_in(call: Call) -> None:
    state = _state(call)
    if state.verifier is None:
        return
    try:
        await state.verifier.check(call.headers.get("authorization"), state.config.base_url + call.url.path)
    except NotAccepted as error:
        LOG.warning("a call was not let in: %s", error)
        raise refused(401, "login", "this call needs a token that is accepted here") from None


# --- bodies ----------------------------------------------------------------------------------------------------------


async def _body(call: Call) -> Any:
    """Return the JSON of a body. Raises :class:`Refused` for one that is no JSON, too large, too deep, or too slow."""
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise refused(415, "not-supported", "expected Content-Type: application/json")
    limits = _state(call).config
    try:
        return parsed(await read_body(call, limits.largest_body_mb * 1_000_000, limits.slowest_body_seconds))
    except TooLarge:
        raise refused(413, "too-long", f"the body is larger than {limits.largest_body_mb} MB") from None
    except TooSlow:
        raise refused(408, "timeout", f"the body did not come within {limits.slowest_body_seconds} seconds") from None


def parsed(raw: bytes) -> Any:
    """Return the JSON of some bytes. Raises :class:`Refused`.

    >>> parsed(b'{"a": [1]}')
    {'a': [1]}
    >>> try:
    ...     parsed(b"[" * 100_000)
    ... except Refused as refused:
    ...     print(refused)
    the body is nested deeper than 60
    """
    if depth(raw) > DEEPEST:
        raise refused(400, "too-costly", f"the body is nested deeper than {DEEPEST}")
    try:
        return json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise refused(400, "structure", "the body is not JSON in UTF-8") from None


def _no_constant(_name: str) -> Any:
    raise ValueError("not JSON")


def depth(raw: bytes) -> int:
    """Return how deep brackets are nested, before anything is built from them."""
    deepest = now = 0
    for bracket in STRINGS.sub(b"", raw).translate(None, NOT_BRACKETS):
        now += 1 if bracket in b"[{" else -1
        deepest = max(deepest, now)
    return deepest


# --- answers ---------------------------------------------------------------------------------------------------------


def _json(value: Any, status: int = 200, kind: str = "application/json", headers: Mapping[str, str] | None = None) -> Response:
    """Return JSON in ASCII: whatever a record holds, it can be written."""
    return Response(json.dumps(value), status, {"Cache-Control": "no-store", **(headers or {})}, kind)


def _outcome(no: Refused, headers: Mapping[str, str] | None = None) -> Response:
    """Return a refusal as FHIR's OperationOutcome."""
    issues = [{"severity": "error", "code": no.kind, "diagnostics": str(each), **_where(each)} for each in no.faults]
    more = {"WWW-Authenticate": "Bearer"} if no.status == 401 else {"Connection": "close"} if no.status in (408, 413) else {}  # noqa: PLR2004
    return _json({"resourceType": "OperationOutcome", "issue": issues}, no.status, FHIR_JSON, {**more, **(headers or {})})


def _where(each: Fault) -> dict[str, list[str]]:
    return {"expression": [each.place]} if each.place else {}


async def _refusal(call: Call, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _outcome(error)


async def _http_exception(call: Call, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    known = {
        404: ("not-found", "there is nothing at this address; /cds-services lists what there is"),
        405: ("not-supported", "this address takes another method"),
    }
    kind, says = known.get(error.status_code, ("processing", "this call cannot be answered"))
    return _outcome(refused(error.status_code, kind, says), error.headers)
