"""The room where guidelines are held against each other: by topic, two of them, one alone, and editions of the same.

Nothing here is about anybody, so addresses say what is asked. Records that show a difference are made up; they go to the
room for clinicians as every record does, in a form. Without the solver the room says what to install, and no more.
"""

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import wraps
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from gravida.compare.two_maps import PARTINGS
from gravida.guideline import Guideline
from gravida.knowledge import Knowledge
from gravida.report_map import NAMES
from gravida.web import guidelines_view
from gravida.web.compare_work import answers, is_there, spoken
from gravida.web.site import Endpoint, Form, Site
from gravida.words import STANCES, TIERS, VERDICTS

TWO = 2


def routes(site: Site) -> Sequence[Route]:
    """Return the routes of this room."""
    return [
        site.page("/compare", _with_solver(start)),
        site.page("/compare/pair", _with_solver(pair)),
        site.page("/compare/editions", _with_solver(editions)),
        site.page("/compare/{document}", _with_solver(document)),
    ]


def _with_solver(endpoint: Endpoint) -> Endpoint:
    """Return a page that is shown only where the solver is installed."""

    @wraps(endpoint)
    def shown(site: Site, form: Form) -> Response:
        return endpoint(site, form) if is_there() else site.render("compare_none.html")

    return shown


def _shown(site: Site, template: str, **values: Any) -> Response:
    from gravida.compare.report_two_maps import PARTING_NAMES  # noqa: PLC0415
    from gravida.web.compare_view import MARKS  # noqa: PLC0415  (without the solver it cannot be loaded)

    return site.render(
        template, MARKS=MARKS, NAMES=NAMES, PARTING_NAMES=PARTING_NAMES, PARTINGS=PARTINGS, STANCES=STANCES, TIERS=TIERS, VERDICTS=VERDICTS,
        title=guidelines_view.title, countries=guidelines_view.by_country(site.knowledge.guidelines.values(), site.knowledge), **values,
    )  # fmt: skip


def _missing(site: Site, name: str, choices: Iterable[str], address: str, named: Callable[[str], str]) -> Response:
    """Return the page that says that a name is not there, and which ones are near it."""
    known = [*choices]
    near = get_close_matches(name, known, n=5, cutoff=0.5) if len(name) <= max(map(len, known)) else []
    return site.render("compare_missing.html", 404, near=[(address + each, named(each)) for each in near])


def start(site: Site, form: Form) -> Response:
    """Let somebody choose a topic, two documents or one; with a topic, show how every two documents stand to each other."""
    from gravida.web.compare_view import matrix_of  # noqa: PLC0415

    knowledge, topic = site.knowledge, form["topic"].strip()
    if topic and topic not in (choices := topics(knowledge)):
        return _missing(site, topic, choices, "/compare?topic=", lambda each: knowledge.topics[each].label)
    found = matrix_of(topic, answers(knowledge)) if topic else None
    return _shown(site, "compare.html", topics=topics(knowledge), matrix=found, topic=topic, a="", b="", same=False)


def topics(knowledge: Knowledge) -> dict[str, int]:
    """Return the topics of which at least two current documents speak, and how many do."""
    counts = {name: sum(knowledge.guidelines[each].status == "current" for each in found) for name, found in spoken(knowledge).items()}
    return {name: count for name, count in counts.items() if count >= TWO}


def pair(site: Site, form: Form) -> Response:
    """Show how two documents part, act by act; without both, let somebody choose."""
    from gravida.web.compare_view import pair_of  # noqa: PLC0415

    knowledge, names = site.knowledge, [form["a"].strip(), form["b"].strip()]
    for name in filter(None, names):
        if name not in knowledge.guidelines:
            return _missing(site, name, knowledge.guidelines, "/compare/", lambda each: knowledge.guidelines[each].heading)
    sides: list[Guideline] = [knowledge.guidelines[name] for name in names if name]
    same = len(sides) == TWO and sides[0] is sides[1]
    found = pair_of(sides[0], sides[1], answers(knowledge)) if len(sides) == TWO and not same else None
    return _shown(site, "compare_pair.html", a=names[0], b=names[1], same=same, sides=sides, found=found)


def document(site: Site, form: Form) -> Response:
    """Show what is peculiar about one document, and whom it says nothing to."""
    from gravida.web.compare_view import gaps_of, peculiar  # noqa: PLC0415

    knowledge, name = site.knowledge, form.path["document"]
    if name not in knowledge.guidelines:
        return _missing(site, name, knowledge.guidelines, "/compare/", lambda each: knowledge.guidelines[each].heading)
    found, gaps = answers(knowledge).inside(name)
    return _shown(
        site, "compare_document.html", document=knowledge.guidelines[name], found=peculiar(found, knowledge), gaps=gaps_of(gaps), a=name, b="", same=False
    )


def editions(site: Site, form: Form) -> Response:
    """Show what new editions changed."""
    from gravida.web.compare_view import changed  # noqa: PLC0415

    return _shown(site, "compare_editions.html", found=changed(answers(site.knowledge)))
