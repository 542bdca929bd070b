"""The knowledge as FHIR R4 resources: what other systems can store, list and evaluate.

One ``Library`` for each CQL library of :mod:`gravida.export_cql`, one ``PlanDefinition`` for each guideline with one
action for each recommendation, one ``ActivityDefinition`` for each thing that somebody may order because of one, and one
``StructureDefinition`` for each extension.

An action carries an order only if its stance is for doing it, somebody has read the source, and the document stands.
What a body advises *against* never does: its action has no code, no type and no definition, and its title says so.

The addresses are ``urn:gravida:`` names: the project has no web address of its own, and one that somebody else may own
one day must not stand in an order. Whatever is exported from the same knowledge is the same, byte for byte.

>>> from gravida.library import load
>>> plan = next(each for each in resources(load()) if each["id"] == "rcog-2022-cerclage")
>>> plan["resourceType"], plan["status"], plan["experimental"]
('PlanDefinition', 'draft', True)
"""

from base64 import b64encode
from collections.abc import Iterator

from gravida.assess import cited, heading, written_window
from gravida.cql_library import CQL_TYPES
from gravida.export_cql import APPLIES, Exported, exported
from gravida.export_terms import (
    MEDICINES,
    NOT_REVIEWED,
    Resource,
    address,
    coded,
    extension,
    extension_definitions,
    head,
    jurisdiction,
    resource_id,
    written,
)
from gravida.facts import Fact
from gravida.guideline import Action, Guideline, Recommendation
from gravida.in_words import Speaker
from gravida.knowledge import Knowledge

ORDERED = frozenset({"treatment", "test", "referral"})
"""Kinds of action that somebody can order. Information and what to do in an emergency are none."""

FHIR_TYPES = {"Boolean": "boolean", "Integer": "integer", "Decimal": "decimal", "String": "string"}
PRIORITIES = {"now": "stat", "today": "urgent"}


def resources(knowledge: Knowledge) -> Iterator[Resource]:
    """Yield every resource: libraries, then guidelines, then what can be ordered. All are as JSON holds them."""
    found = exported(knowledge)
    yield from (library_resource(each, knowledge) for each in found)
    yield from (plan(each, knowledge) for each in found if each.guideline)
    ordered = {action for each in knowledge.recommendations.values() for action in orders(each, knowledge)}
    yield from (activity(action) for name, action in knowledge.actions.items() if name in ordered)
    yield from extension_definitions()


def orders(recommendation: Recommendation, knowledge: Knowledge) -> tuple[str, ...]:
    """Return the actions of a recommendation that somebody may order because of it: none, if it is not for doing them."""
    stands = knowledge.guidelines[recommendation.guideline].status == "current"
    if not recommendation.favours or recommendation.is_recalled or not stands:
        return ()
    return tuple(each for each in recommendation.actions if knowledge.actions[each].kind in ORDERED)


def library_address(library: str) -> str:
    """Return the address of the resource of a CQL library."""
    return address("Library", resource_id(library))


# --- what stands for one document ----------------------------------------------------------------------------------


def _of_guideline(kind: str, name: str, guideline: Guideline, knowledge: Knowledge) -> Resource:
    """Return the head of what stands for one document: whose it is, where it holds, and whether it still does.

    It stays a draft and an experiment until all that it says is signed.
    """
    said = _said(guideline, knowledge)
    signed = bool(said) and all(each.is_signed for each in said)
    status = "retired" if guideline.status == "superseded" else "active" if signed else "draft"
    return {
        **head(kind, name, guideline.heading, "\n\n".join(_described(guideline, knowledge))),
        "status": status,
        "experimental": not signed,
        "jurisdiction": [jurisdiction(guideline.jurisdiction)],
        "relatedArtifact": list(_related(guideline, knowledge)),
    }


def _said(guideline: Guideline, knowledge: Knowledge) -> list[Recommendation]:
    return [knowledge.recommendations[key] for key in guideline.recommendations]


def _described(guideline: Guideline, knowledge: Knowledge) -> Iterator[str]:
    """Yield what must be known before anything of it is used."""
    said = _said(guideline, knowledge)
    signed = sum(each.is_signed for each in said)
    if signed < len(said) or not said:
        yield NOT_REVIEWED + (f" {signed} of its {len(said)} recommendations are signed." if signed else "")
    if guideline.status == "superseded":
        yield f"SUPERSEDED by {guideline.superseded_by}. This document no longer stands, and no order follows from it."
    unread = sum(each.is_recalled for each in said)
    if unread:
        yield f"{unread} of its {len(said)} recommendations stand here from memory, read by nobody; each says so, and no order follows from them."
    yield f"What {guideline.body_name} says in {guideline.title}, in the words of Gravida. The body has not seen or approved this."
    yield from (each for each in (guideline.status_note, guideline.amends and f"It amends {guideline.amends}.") if each)
    yield from [f"It is amended by {guideline.amended_by}."] if guideline.amended_by else []


def _related(guideline: Guideline, knowledge: Knowledge) -> Iterator[Resource]:
    found = cited(guideline, knowledge)
    yield {"type": "citation", "citation": found.citation, **({"url": found.url} if found.url else {})}
    if guideline.superseded_by in knowledge.guidelines:
        yield {"type": "successor", "resource": address("PlanDefinition", resource_id(guideline.superseded_by))}
    elif guideline.superseded_by:
        yield {"type": "successor", "display": guideline.superseded_by}


# --- libraries -----------------------------------------------------------------------------------------------------


def library_resource(library: Exported, knowledge: Knowledge) -> Resource:
    """Return the resource of a CQL library, with its text inside."""
    if library.guideline:
        begin = _of_guideline("Library", library.name, knowledge.guidelines[library.guideline], knowledge)
    else:
        begin = head("Library", library.name, library.about, f"{NOT_REVIEWED} The terms that guidelines share.")
    return {
        **begin,
        "name": library.name,
        "type": coded("library-type", "logic-library"),
        "parameter": list(_parameters(library)),
        "content": [{"contentType": "text/cql", "data": b64encode(library.cql.encode()).decode("ascii")}],
    }


def _parameters(library: Exported) -> Iterator[Resource]:
    """Yield what the library has to be told. A list of tuples has no FHIR type, so its fields are named in words."""
    for name, fact in library.values.items():
        yield {"name": name, "use": "in", "min": 0, "max": "1", "documentation": _documented(fact), "type": FHIR_TYPES[CQL_TYPES[fact.type.kind]]}
    for name, fields in library.lists.items():
        columns = ", ".join(f"{field} {kind}" for field, kind in fields.items())
        yield {"name": name, "use": "in", "min": 0, "max": "*", "documentation": f"One tuple for each entry: {columns}", "type": "Any"}


def _documented(fact: Fact) -> str:
    unit = " (in days)" if fact.type.kind == "gestation" else ""
    return f"{fact.words.label}{unit}{f': {fact.words.meaning}' if fact.words.meaning else ''}"


# --- guidelines ----------------------------------------------------------------------------------------------------


def plan(library: Exported, knowledge: Knowledge) -> Resource:
    """Return the resource of the guideline of a library: its recommendations as actions, each with its condition."""
    guideline = knowledge.guidelines[library.guideline]
    where = library_address(library.name)
    return {
        **_of_guideline("PlanDefinition", guideline.id, guideline, knowledge),
        "subtitle": guideline.title,
        "type": coded("plan-definition-type", "eca-rule"),
        "library": [where],
        "action": [recommendation_action(each, where, knowledge) for each in _said(guideline, knowledge)],
    }


def recommendation_action(recommendation: Recommendation, library: str, knowledge: Knowledge) -> Resource:
    """Return one recommendation as an action. Only one that is for doing something carries an order."""
    urgent = {"priority": PRIORITIES[recommendation.tier]} if recommendation.tier else {}
    return {
        "id": recommendation.id,
        "extension": list(_marks(recommendation)),
        "title": _title(recommendation, knowledge),
        "description": "\n".join(_conditions_in_words(recommendation, knowledge)),
        "textEquivalent": recommendation.says,
        **urgent,
        "documentation": [_documentation(recommendation, knowledge)],
        "condition": [_condition(recommendation, library, knowledge)],
        **_ordered(recommendation, knowledge),
    }


def _marks(recommendation: Recommendation) -> Iterator[Resource]:
    """Yield what FHIR has no element for: how the body stands to it, how strong, how the source was seen, what was signed."""
    yield extension("stance", recommendation.stance)
    if recommendation.strength:
        yield extension("strength", recommendation.strength)
    for part, how in recommendation.provenance.items():
        yield extension("provenance", f"{part}: {how}")
    if recommendation.overlay:
        yield extension("overlay", recommendation.overlay)
    yield extension("digest", recommendation.digest)
    for each in recommendation.signatures:
        yield extension("signature", f"{each.by}, {each.role}, {each.on}")


def _title(recommendation: Recommendation, knowledge: Knowledge) -> str:
    """Return a title that nobody can take for something else: who says it, how they stand to it, and to what."""
    guideline = knowledge.guidelines[recommendation.guideline]
    named = recommendation.actions if recommendation.stance != "inform" else ()  # a statement is about its topic, not for what it names
    labels = [knowledge.actions[each].label for each in named] or [knowledge.topics[recommendation.topic].label]
    stance = knowledge.say(f"stances.{recommendation.stance}.clinical")
    warnings = ["SUPERSEDED"] * (guideline.status == "superseded") + ["UNVERIFIED"] * recommendation.is_recalled
    warnings += ["AGAINST"] * (recommendation.stance == "against")
    begin = "".join(f"{each}: " for each in warnings)
    return f"{begin}{heading(recommendation, guideline)} {stance}: {(' or ' if recommendation.free_choice else ' and ').join(labels)}"


def _conditions_in_words(recommendation: Recommendation, knowledge: Knowledge) -> Iterator[str]:
    """Yield what stands beside the sentence: the weeks, what else counts, and the readings that the criterion rests on."""
    if recommendation.is_recalled:
        yield f"{knowledge.say('provenance.recalled')}. Not for patients, and no order follows."
    if not recommendation.is_signed:
        yield NOT_REVIEWED
    yield from written(recommendation, written_window(recommendation.window), Speaker(knowledge))
    yield from (f"Note: {each}" for each in recommendation.notes)


def _documentation(recommendation: Recommendation, knowledge: Knowledge) -> Resource:
    """Return the citation, with the place in it."""
    reference = knowledge.references.get(recommendation.source.cite)
    citation = reference.citation if reference else knowledge.guidelines[recommendation.guideline].title
    place = recommendation.source.url or (reference.url if reference else "")
    found = {"type": "citation", "label": recommendation.source.locator, "citation": f"{citation} {recommendation.source.locator}"}
    return {**found, **({"url": place} if place else {})}


def _condition(recommendation: Recommendation, library: str, knowledge: Knowledge) -> Resource:
    who = recommendation.who
    words = "everyone" if who is None else "\n".join(Speaker(knowledge).lines(who.node))
    expression = {"language": "text/cql-identifier", "expression": f"{recommendation.id} {APPLIES}", "reference": library}
    return {"kind": "applicability", "expression": {"description": words, **expression}}


def _ordered(recommendation: Recommendation, knowledge: Knowledge) -> Resource:
    """Return the part of an action that can become an order; nothing for all others."""
    found = orders(recommendation, knowledge)
    if not found:
        return {}
    if len(found) == 1 and len(recommendation.actions) == 1:
        return _one_order(found[0])
    choices = [{"title": knowledge.actions[each].label, **(_one_order(each) if each in found else {})} for each in recommendation.actions]
    behaviour = "at-most-one" if recommendation.free_choice else "any"
    return {"groupingBehavior": "logical-group", "selectionBehavior": behaviour, "precheckBehavior": "no", "action": choices}


def _one_order(action: str) -> Resource:
    """Return the link to what can be ordered. It is never ticked beforehand, and nobody has to take it up."""
    behaviour = {"requiredBehavior": "could", "precheckBehavior": "no"}
    return {"type": coded("action-type", "create"), **behaviour, "definitionCanonical": address("ActivityDefinition", resource_id(action))}


# --- orders --------------------------------------------------------------------------------------------------------


def activity(action: Action) -> Resource:
    """Return what somebody may order: a proposal in words, without code, dose, route or time."""
    medicine = action.id in MEDICINES
    about = f"{NOT_REVIEWED} A proposal to draft an order for: {action.label}. It has no code, dose, route or time; whoever orders it adds them."
    begin = head("ActivityDefinition", action.id, action.label, about)
    what = {"productCodeableConcept": {"text": action.label}} if medicine else {"code": {"text": action.label}}
    return {**begin, "name": f"Order_{begin['name']}", "kind": "MedicationRequest" if medicine else "ServiceRequest", **what, "intent": "proposal"}
