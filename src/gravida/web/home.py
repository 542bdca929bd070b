"""The first page: what this is, and which room is for whom."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import Route

from gravida.web.site import Form, Site


def routes(site: Site) -> Sequence[Route]:
    """Return the routes of this room."""
    return [site.page("/", home)]


def home(site: Site, form: Form) -> Response:
    """Show the rooms."""
    return site.render("home.html")
