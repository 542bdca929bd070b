"""All rooms of the page, as routes for the service."""

from collections.abc import Callable, Sequence
from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gravida.knowledge import Knowledge
from gravida.web import about, clinicians, compare, guidelines, home, you
from gravida.web.site import Site, static_route

ROOMS = (home, you, clinicians, guidelines, compare, about)


def page_routes(knowledge: Knowledge, today: Callable[[], date]) -> Sequence[BaseRoute]:
    """Return the routes of the page; ``today`` says which day it is for whoever reads. They belong behind all others."""
    site = Site(knowledge, today)
    found = [route for room in ROOMS for route in room.routes(site)]
    return [static_route(), *found, *_elsewhere(site, [route.path for route in found])]


def _elsewhere(site: Site, paths: Sequence[str]) -> list[Route]:
    """Return routes for what is not there: in words for a browser, and as the service says it for everybody else."""

    async def wrong_way(call: Request) -> Response:
        return site.problem(405)

    async def nowhere(call: Request) -> Response:
        if "text/html" not in call.headers.get("accept", ""):
            raise HTTPException(404)
        return site.problem(404)

    everything = ["GET", "POST", "PUT", "DELETE", "PATCH"]
    return [*(Route(path, wrong_way, methods=everything) for path in paths), Route("/{path:path}", nowhere, methods=everything)]
