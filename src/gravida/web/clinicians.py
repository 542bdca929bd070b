"""Room."""

from collections.abc import Sequence

from starlette.routing import Route

from gravida.web.site import Site


def routes(site: Site) -> Sequence[Route]:
    """Return the routes of this room."""
    return []
