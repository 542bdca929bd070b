"""What every room of the page stands on: words, templates, forms, and the headers that keep a page private.

A room is a list of routes; each endpoint is a plain function ``(site, form) -> Response`` that :meth:`Site.page` makes
safe: the form is read with limits, a :class:`Problem` becomes a page that says what to do, and no exception leaves or is
logged with a value in it. The work is done in a thread, so one slow page holds nobody else up.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from gravida.bodies import TooLarge, TooSlow, read_body
from gravida.knowledge import Knowledge
from gravida.words import say

LOG = logging.getLogger("gravida.web")
MOST_BYTES = 2_000_000
MOST_SECONDS = 20.0
MOST_FIELDS = 5_000
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
KINDS = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "txt": "text/plain"}


class Problem(Exception):  # noqa: N818  (it is what the page says)
    """What keeps a page from being made: an HTTP status for which the words have a title and a text."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True)
class Form:
    """What somebody sent: fields by name, each with all its values, and uploaded files. A missing field is an empty text."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    uploads: Mapping[str, bytes] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    """The changing parts of the address."""
    partial: bool = False
    """Whether the page's own script asks, and wants only what has changed."""

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, ("",))[-1]

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field."""
        return self.values.get(name, ())


Endpoint = Callable[["Site", Form], Response]


@dataclass(frozen=True)
class Site:
    """The knowledge that the page shows, and the day it takes for today."""

    knowledge: Knowledge
    today: Callable[[], date]

    @cached_property
    def templates(self) -> Environment:
        """The templates; every text in them comes from the words, and every value is escaped."""
        environment = Environment(loader=FunctionLoader(_template), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        environment.globals.update(say=say, asset=asset, knowledge=self.knowledge)
        return environment

    def render(self, template: str, status: int = 200, /, **values: Any) -> Response:
        """Return a page."""
        return HTMLResponse(self.templates.get_template(template).render(**values), status, HEADERS)

    def page(self, path: str, endpoint: Endpoint, *methods: str, name: str = "") -> Route:
        """Return a route whose endpoint cannot leak and cannot fail without words. Without methods it is for GET."""
        return Route(path, _guarded(self, endpoint), methods=list(methods) or ["GET"], name=name or path)

    def problem(self, status: int) -> Response:
        """Return the page that says what went wrong, and what to do."""
        known = status if f"web.base.errors.{status}.title" in self.knowledge.words else 400
        return self.render("error.html", status, problem=known)


def download(text: str, kind: str, name: str) -> Response:
    """Return a file to keep. Its name says nothing of anybody."""
    return Response(text, 200, {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}, kind)


def _guarded(site: Site, endpoint: Endpoint) -> Callable[[Request], Any]:
    async def answer(call: Request) -> Response:
        try:
            return await run_in_threadpool(endpoint, site, await _form(call))
        except Problem as problem:
            return site.problem(problem.status)
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001  (a traceback in the log would hold values)
            LOG.error("a page could not be made: %s", _where(error))  # noqa: TRY400  (it would hold values)
            return site.problem(500)

    return answer


def _where(error: Exception) -> str:
    """Return what kind of fault it is, and in which line; nothing of what anybody sent."""
    step = error.__traceback__
    while step and step.tb_next:
        step = step.tb_next
    return f"{type(error).__name__} in {step.tb_frame.f_code.co_filename}:{step.tb_lineno}" if step else type(error).__name__


async def _form(call: Request) -> Form:
    partial = call.headers.get("hx-request") == "true"
    if call.method != "POST":
        return Form(_listed(call.query_params.multi_items()), path=call.path_params, partial=partial)
    kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (URLENCODED, MULTIPART):
        raise Problem(415)
    try:
        raw = await read_body(call, MOST_BYTES, MOST_SECONDS)
    except TooLarge:
        raise Problem(413) from None
    except TooSlow:
        raise Problem(408) from None
    values, uploads = (_urlencoded(raw), {}) if kind == URLENCODED else await _multipart(call, raw)
    return Form(values, uploads, call.path_params, partial)


def _urlencoded(raw: bytes) -> dict[str, tuple[str, ...]]:
    try:
        return _listed(parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS))
    except ValueError:
        raise Problem(400) from None


async def _multipart(call: Request, raw: bytes) -> tuple[dict[str, tuple[str, ...]], dict[str, bytes]]:
    async def given() -> Any:
        return {"type": "http.request", "body": raw, "more_body": False}

    values: list[tuple[str, str]] = []
    uploads: dict[str, bytes] = {}
    try:
        async with Request(call.scope, given).form(max_files=10, max_fields=MOST_FIELDS, max_part_size=MOST_BYTES) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    uploads[name] = await value.read()
                else:
                    values.append((name, value))
    except (MultiPartException, ValueError, KeyError):
        raise Problem(400) from None
    return _listed(values), uploads


def _listed(pairs: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


# --- files -----------------------------------------------------------------------------------------------------------


def _template(name: str) -> str | None:
    found = files("gravida.web") / "templates" / name
    return found.read_text(encoding="utf-8") if found.is_file() else None


@cache
def statics() -> Mapping[str, Traversable]:
    """Return the files that pages load: style sheets, scripts, their licences."""
    return {each.name: each for each in (files("gravida.web") / "static").iterdir() if each.is_file()}


@cache
def asset(name: str) -> str:
    """Return the address of a file that pages load; it changes when the file does, so that browsers may keep it."""
    return f"/static/{name}?{sha256(statics()[name].read_bytes()).hexdigest()[:8]}"


def static_route() -> Route:
    """Return the route of the files that pages load."""
    loaded = {name: found.read_bytes() for name, found in statics().items()}

    async def give(call: Request) -> Response:
        name = call.path_params["name"]
        if name not in loaded:
            return Response("", 404, HEADERS)
        headers = {**HEADERS, "Cache-Control": "public, max-age=86400"}
        return Response(loaded[name], 200, headers, KINDS.get(name.rpartition(".")[2], "application/octet-stream"))

    return Route("/static/{name}", give)
