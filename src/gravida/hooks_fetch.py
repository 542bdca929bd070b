"""What a record system did not send along is asked for: at the server that the request names, and at no other.

Each search has limits of time, pages and size, because a card that comes late is no use. What cannot be had is not
known. An address holds the id of a person, so none is ever logged.

>>> is_within("https://ehr.example/fhir/Condition?page=2", "https://ehr.example/fhir"), is_within("https://ehr.example/fhirs", "https://ehr.example/fhir")
(True, False)
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2

from gravida.hooks_requests import MOST_ENTRIES, Request, filled_in, incomplete_keys, is_there, missing_keys, next_page, resources_of

MOST_PAGES = 10
LARGEST_PAGE = 5_000_000
ALL_SECONDS = 5.0
TIMEOUT = httpx2.Timeout(3.0, connect=2.0)
LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=20)

for _name in ("httpx2", "httpcore2"):
    # These libraries log the address of every call, and the address of a search holds a patient's id.
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class NotHad(Exception):  # noqa: N818  (it says what became of a search)
    """Something that could not be had. The text says why, without an address."""


@dataclass(frozen=True)
class Gathered:
    """What there is for each template, and why the rest is not: ``why`` by key."""

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    why: Mapping[str, str] = field(default_factory=dict)
    partial: tuple[str, ...] = ()
    """Searches of which later pages could not be had."""


def is_within(url: str, base: str) -> bool:
    """Return whether an address belongs to the server with this base; another host, port, scheme or path does not."""
    try:
        one, other = urlsplit(url), urlsplit(base)
        same = (one.scheme, one.hostname, one.port) == (other.scheme, other.hostname, other.port)
    except ValueError:
        return False
    inside = one.path == other.path or one.path.startswith(f"{other.path.rstrip('/')}/")
    return same and inside and ".." not in one.path.split("/") and not one.username and not one.password


def client() -> httpx2.AsyncClient:
    """Return the client for all calls. It follows no redirect: a server that sends elsewhere sends to one that nobody named."""
    return httpx2.AsyncClient(timeout=TIMEOUT, limits=LIMITS, follow_redirects=False, trust_env=False)


async def gather(request: Request, wanted: Mapping[str, str], http: httpx2.AsyncClient, *, allowed: bool) -> Gathered:
    """Return what was sent, completed by what can be fetched."""
    sent = {key: request.prefetch[key] for key in wanted if is_there(request.prefetch.get(key))}
    missing, more = missing_keys(request, wanted), incomplete_keys(request, wanted)
    if not missing and not more:
        return Gathered(sent)
    reason = "" if request.server and allowed else "this server may not be asked" if request.server else "no fhirServer is named"
    if reason:
        return Gathered(sent, dict.fromkeys(missing, reason), tuple(more))
    jobs = {key: filled_in(wanted[key], request.patient) for key in missing} | more
    results = await asyncio.gather(*(_search(url, request, http) for url in jobs.values()))
    return _together(sent, dict(zip(jobs, results, strict=True)), tuple(more))


def _together(sent: Mapping[str, Any], results: Mapping[str, tuple[Any, str]], more: tuple[str, ...]) -> Gathered:
    values, why, partial = dict(sent), {}, []
    for key, (found, reason) in results.items():
        if key in more:
            values[key] = _joined([sent[key], found] if found else [sent[key]])
        elif found is not None:
            values[key] = found
        if reason:
            (partial.append(key) if key in values else why.update({key: reason}))
    return Gathered(values, why, tuple(partial))


def _joined(bundles: list[Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each} for bundle in bundles for each in resources_of(bundle)]}


async def _search(url: str, request: Request, http: httpx2.AsyncClient) -> tuple[Any, str]:
    """Return what a query gives, all pages together, and what keeps it from being whole, if anything."""
    pages: list[Any] = []
    try:
        async with asyncio.timeout(ALL_SECONDS):
            while url and len(pages) < MOST_PAGES and sum(len(each.get("entry") or ()) for each in pages) < MOST_ENTRIES:
                pages.append(await _page(urljoin(f"{request.server}/", url), request, http))
                url = next_page(pages[-1])
    except (NotHad, TimeoutError, httpx2.HTTPError, httpx2.InvalidURL) as error:
        reason = str(error) if isinstance(error, NotHad) else "it did not answer in time" if isinstance(error, TimeoutError) else "it could not be reached"
        return (_whole(pages), reason)
    return _whole(pages), "there are more pages than are read" if url else ""


def _whole(pages: list[Any]) -> Any:
    return None if not pages else pages[0] if len(pages) == 1 else _joined(pages)


async def _page(url: str, request: Request, http: httpx2.AsyncClient) -> dict[str, Any]:
    """Return one answer of the server. Raises :class:`NotHad`."""
    if not is_within(url, request.server):
        raise NotHad("its next page is on another server")
    headers = {"Accept": "application/fhir+json", **({"Authorization": f"Bearer {request.token}"} if request.token else {})}
    async with http.stream("GET", url, headers=headers) as answer:
        if answer.status_code != httpx2.codes.OK:
            raise NotHad(f"it answered {answer.status_code}")
        body = bytearray()
        async for part in answer.aiter_bytes():
            body += part
            if len(body) > LARGEST_PAGE:
                raise NotHad("its answer is too large")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NotHad("its answer is not JSON") from None
    if not isinstance(found, dict) or not is_there(found) or not isinstance(found.get("entry", []), list):
        raise NotHad("its answer is no FHIR resource that was asked for")
    return found


async def get_json(url: str, http: httpx2.AsyncClient) -> Any:
    """Return the JSON at an address that the set-up lists, such as public keys. Raises :class:`NotHad` or an error of httpx2."""
    async with asyncio.timeout(ALL_SECONDS):
        answer = await http.get(url, headers={"Accept": "application/json"})
    if answer.status_code != httpx2.codes.OK or len(answer.content) > LARGEST_PAGE:
        raise NotHad(f"it answered {answer.status_code}")
    return answer.json()
