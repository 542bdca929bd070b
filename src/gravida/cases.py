"""Cases: the records that stand beside a criterion, and what must come out for each.

A case starts from a named base and overrides parts of it; a list replaces a list. So a case tests the derivations too,
from the date of a scan to the verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gravida.cql import Node
from gravida.evaluate import Meaning, World, fact
from gravida.facts import Range, Value
from gravida.guideline import Case, Recommendation
from gravida.knowledge import Knowledge, Problem
from gravida.prepare import Situation, prepare
from gravida.record import RecordError, record_from
from gravida.typecheck import nearest
from gravida.verdict import judge

CASE_DAY = date(2026, 6, 1)
"""The day on which every case is judged, unless it says otherwise."""


@dataclass(frozen=True)
class Prepared:
    """A case with its situation."""

    case: Case
    situation: Situation


def prepare_case(case: Case, knowledge: Knowledge) -> Prepared | Problem:
    """Return a case ready to be judged, or what is wrong with its record."""
    given = dict(case.given)
    base = given.pop("base", None)
    if base is not None and str(base) not in knowledge.bases:
        return Problem(case.place, f"there is no base {base!r}{nearest(str(base), knowledge.bases)}")
    data = merged(knowledge.bases[str(base)], given) if base is not None else given
    try:
        record = record_from({"as_of": CASE_DAY.isoformat(), **data}, knowledge.dictionary)
    except RecordError as error:
        return Problem(case.place, f"this is not a record: {error}")
    return Prepared(case, prepare(record, knowledge.meaning, knowledge.largest_k))


def merged(base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with ``override`` laid over it: maps are merged key by key, everything else replaces."""
    result = dict(base)
    for key, value in override.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def verdict_of(recommendation: Recommendation, prepared: Prepared, knowledge: Knowledge) -> str:
    """Return the verdict that a case gives."""
    return judge(recommendation, knowledge.actions, prepared.situation.world, prepared.situation.today).verdict


def fact_of(name: str, prepared: Prepared, changed: Node | None = None) -> Value:
    """Return what a case gives for a fact; with ``changed``, as if the fact's criterion read so."""
    world = prepared.situation.world
    if changed is None:
        return fact(name, world)
    meaning = Meaning(world.meaning.facts, world.meaning.lists, {**world.meaning.criteria, name: changed})
    return fact(name, World(meaning, world.observed, world.lists))


def fact_with(name: str, prepared: Prepared, **changes: Any) -> Value:
    """Return what a case gives for a fact whose declaration is changed, such as how long it stays valid."""
    world = prepared.situation.world
    facts = {**world.meaning.facts, name: replace(world.meaning.facts[name], **changes)}
    return fact(name, World(Meaning(facts, world.meaning.lists, world.meaning.criteria), world.observed, world.lists))


def written(value: Value) -> str | list[str]:
    """Return a value as a case writes it."""
    if isinstance(value, tuple):
        return [str(written(each)) for each in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "unknown"
    if isinstance(value, Range):
        return f"{value.low:g} to {value.high:g}"
    return f"{value:g}" if isinstance(value, int | float) else value
