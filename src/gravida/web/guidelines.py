"""The room where every document stands, line by line: what it says, for whom as written, how it was read, who has signed.

Nothing here is about anybody, so all of it travels in addresses: what is looked for, what is put side by side. A name
that is not there leads to a page with the nearest ones.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from gravida.assess import heading
from gravida.guideline import Guideline, Recommendation
from gravida.knowledge import Knowledge
from gravida.signing import status
from gravida.web import guidelines_view as view
from gravida.web.guidelines_search import Catalogue, Hits, documents_of, lines_of
from gravida.web.site import Form, Problem, Site
from gravida.words import STANCES, TIERS, say, seen

MARKS = {"heading": heading, "seen": seen, "title": view.title, "STANCES": STANCES, "TIERS": TIERS}
"""What every template of the room says with."""


def routes(site: Site) -> Sequence[Route]:
    """Return the routes of this room."""
    return [
        site.page("/guidelines", overview),
        site.page("/guidelines/compare", compare),
        site.page("/guidelines/{document}", document),
        site.page("/guidelines/{document}/{line}", line),
    ]


def _shown(site: Site, template: str, **values: Any) -> Response:
    return site.render(template, **MARKS, country=lambda code: view.country(code, site.knowledge), **values)


def _missing(site: Site, name: str, choices: Sequence[str]) -> Response:
    """Return the page that says that a name is not there, and which ones are near it."""
    near = get_close_matches(name, choices, n=5, cutoff=0.5) if len(name) <= max(map(len, choices)) else []
    knowledge = site.knowledge
    named = [(key, knowledge.guidelines[key].heading if key in knowledge.guidelines else _full(key, knowledge)) for key in near]
    return site.render("guidelines_missing.html", 404, near=named)


def _full(key: str, knowledge: Knowledge) -> str:
    found = knowledge.recommendations[key]
    return say("web.guidelines.line.full", heading=heading(found, knowledge.guidelines[found.guideline]), title=view.title(found))


# --- all documents, and what is looked for -----------------------------------------------------------------------------


@lru_cache(maxsize=2)
def _catalogues(knowledge: Knowledge) -> tuple[Catalogue, Catalogue]:
    return documents_of(knowledge), lines_of(knowledge)


def overview(site: Site, form: Form) -> Response:
    """List all documents, or show what is looked for."""
    query, topic = form["q"].strip(), form["topic"]
    knowledge = site.knowledge
    if topic and topic not in knowledge.topics:
        raise Problem(404)
    found = _found(query, topic, knowledge) if query or topic else None
    countries = view.by_country(knowledge.guidelines.values(), knowledge)
    return _shown(site, "guidelines.html", query=query, topic=topic, found=found, countries=countries, counts=_counts(knowledge), seen_in=view.seen_in)


def _counts(knowledge: Knowledge) -> dict[str, int]:
    """Return how many lines speak to each topic."""
    spoken = [each.topic for each in knowledge.recommendations.values()]
    return {key: spoken.count(key) for key in knowledge.topics}


def _found(query: str, topic: str, knowledge: Knowledge) -> dict[str, Any]:
    documents, lines = _catalogues(knowledge)
    of_topic = [key for key, each in knowledge.recommendations.items() if each.topic == topic or not topic]
    if not query:
        return {"documents": Hits(()), "lines": None, "of_topic": view.by_country(_of(of_topic, knowledge), knowledge)}
    return {"documents": Hits(()) if topic else documents.search(query), "lines": lines.search(query, of_topic), "of_topic": None}


def _of(keys: Sequence[str], knowledge: Knowledge) -> list[Guideline]:
    return [knowledge.guidelines[each] for each in dict.fromkeys(key.partition("/")[0] for key in keys)]


# --- one document, one line --------------------------------------------------------------------------------------------


def document(site: Site, form: Form) -> Response:
    """Show a document: what it is, its own definitions, its lines by topic."""
    knowledge, name = site.knowledge, form.path["document"]
    if name not in knowledge.guidelines:
        return _missing(site, name, [*knowledge.guidelines])
    found = knowledge.guidelines[name]
    return _shown(
        site, "guidelines_document.html", document=found, reference=knowledge.references.get(found.cite), seen_in=view.seen_in(found, knowledge),
        chapters=view.chapters(found.recommendations, knowledge), terms=view.terms_of(found, knowledge),
        countries=view.by_country(knowledge.guidelines.values(), knowledge), linked_documents=_linked(found, knowledge),
    )  # fmt: skip


def _linked(found: Guideline, knowledge: Knowledge) -> list[tuple[str, Guideline]]:
    """Return documents that change this one, or that it changes; what is not here is told by the note on its status."""
    replaced = [("replaces", each) for each in knowledge.guidelines.values() if each.superseded_by == found.id]
    others = (("replaced-by", found.superseded_by), ("amends", found.amends), ("amended-by", found.amended_by))
    return [*((how, knowledge.guidelines[name]) for how, name in others if name in knowledge.guidelines), *replaced]


def line(site: Site, form: Form) -> Response:
    """Show everything about one line of advice."""
    knowledge, name = site.knowledge, f"{form.path['document']}/{form.path['line']}"
    if name not in knowledge.recommendations:
        return _missing(site, name, [*knowledge.recommendations])
    found = knowledge.recommendations[name]
    reference, address = view.place_of(found, knowledge)
    shared, rows = view.patients(found, knowledge)
    return _shown(
        site, "guidelines_line.html", **_criteria(found, knowledge), reference=reference, address=address, shared=shared, rows=rows,
        document=knowledge.guidelines[found.guideline], standing=status(found), terms=view.terms_behind(found, knowledge), others=_others(found, knowledge),
    )  # fmt: skip


def _criteria(found: Recommendation, knowledge: Knowledge) -> dict[str, Any]:
    """Return for whom a line is, when, what speaks against it, and what shows that it was done."""
    return {
        "found": found,
        "who": view.clauses([found.who.node] if found.who else [], knowledge),
        "unless": view.clauses([each.node for each in found.unless], knowledge),
        "silent": view.clauses([each.node for each in found.silent_on], knowledge),
        "weeks": view.window_lines(found),
        "done": view.done_of(found, knowledge),
    }


def _others(found: Recommendation, knowledge: Knowledge) -> list[tuple[Guideline, list[Recommendation]]]:
    """Return lines of other documents on the same topic, document by document."""
    lines = view.comparable(found, knowledge)
    return [(each, [line for line in lines if line.guideline == each.id]) for each in _of([line.key for line in lines], knowledge)]


# --- two side by side --------------------------------------------------------------------------------------------------


def compare(site: Site, form: Form) -> Response:
    """Show two documents side by side, or two lines; without both, let somebody choose."""
    knowledge, names = site.knowledge, [form["a"], form["b"]]
    choices = [*knowledge.guidelines, *knowledge.recommendations]
    for name in filter(None, names):
        if name not in choices:
            return _missing(site, name, choices)
    if all(names) and all(name in knowledge.recommendations for name in names):
        return _two_lines(site, *(knowledge.recommendations[name] for name in names))
    return _two_documents(site, [name.partition("/")[0] for name in names])


def _two_documents(site: Site, names: list[str]) -> Response:
    knowledge = site.knowledge
    sides = [knowledge.guidelines[name] for name in names if name]
    both = len(sides) == len(names) and sides[0] is not sides[-1]
    return _shown(
        site, "guidelines_compare.html", a=names[0], b=names[1], sides=sides if both else [], same=len(sides) == len(names) and not both,
        pairs=view.side_by_side(sides[0], sides[1], knowledge) if both else {}, countries=view.by_country(knowledge.guidelines.values(), knowledge),
        editions=view.editions(knowledge),
    )  # fmt: skip


def _two_lines(site: Site, left: Recommendation, right: Recommendation) -> Response:
    knowledge = site.knowledge
    sides = [{**_criteria(each, knowledge), "document": knowledge.guidelines[each.guideline]} for each in (left, right)]
    return _shown(site, "guidelines_lines.html", sides=sides)
