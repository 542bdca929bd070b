"""The room that says what this page is not, how it was made, how sure it is, and whose work it stands on.

Every number is counted from the knowledge that is in use, when the page is shown; none is written down.
"""

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from gravida.guideline import PROVENANCE
from gravida.knowledge import Knowledge
from gravida.web.site import Form, Site
from gravida.words import COMPILED, seen

INTERNATIONAL = "international"
PARTS = ("not", "made", "sources", "confidence", "limits", "privacy", "licences")


def routes(site: Site) -> Sequence[Route]:
    """Return the routes of this room."""
    return [site.page("/about", about)]


def about(site: Site, form: Form) -> Response:
    """Show what this is, and is not."""
    knowledge = site.knowledge
    return site.render("about.html", counts=counted(knowledge), confidence=confidence(knowledge), parts=PARTS, version=version("gravida"), seen=seen)


def counted(knowledge: Knowledge) -> dict[str, int]:
    """Return how much there is of everything.

    >>> from gravida.library import load
    >>> found = counted(load())
    >>> found["documents"] < len(load().guidelines)
    True
    """
    documents = [each for each in knowledge.guidelines.values() if each.body != COMPILED]
    lines = knowledge.recommendations.values()
    return {
        "documents": len(documents),
        "bodies": len({each.body for each in documents}),
        "places": len({each.jurisdiction for each in documents} - {INTERNATIONAL}),
        "superseded": sum(each.status != "current" for each in documents),
        "recommendations": len(lines),
        "signed": sum(each.is_signed for each in lines),
        "recalled": sum(each.is_recalled for each in lines),
        "cases": sum(len(each.cases) for each in lines),
        "trials": len({each.trial for each in knowledge.evidence.rows.values()}),
        "studies": len(knowledge.risks.studies),
        "references": len(knowledge.references),
    }


def confidence(knowledge: Knowledge) -> list[tuple[str, int]]:
    """Return of how many lines the least sure part was seen in which way, the surest way first."""
    counts: Counter[Any] = Counter(each.confidence for each in knowledge.recommendations.values())
    return [(each, counts[each]) for each in PROVENANCE if counts[each]]
