"""Every text that can be translated or worded otherwise, by one name each: the catalogue.

A name is a path: ``topics.removal.plain``, ``facts.plurality.question``, ``recommendations.<key>.plain``,
``words.verdicts.now.plain``. An overlay's ``words.yaml`` gives other texts for some names; a translation gives all.

>>> from gravida.library import load
>>> catalogue(load())["topics.removal.plain"]
'Taking the stitch out'
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gravida.knowledge import Knowledge

PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Shelf:
    """One kind of thing that has texts: which fields of it, and how they are got and put back."""

    fields: tuple[str, ...]
    get: Callable[[Knowledge], Mapping[str, Any]]
    put: Callable[[Knowledge, Mapping[str, Any]], Knowledge]
    inner: str = ""
    """The attribute of the thing that holds its texts, if it is not the thing itself."""


def _put_facts(knowledge: Knowledge, found: Mapping[str, Any]) -> Knowledge:
    return replace(knowledge, dictionary=replace(knowledge.dictionary, facts=found))


def _put_lists(knowledge: Knowledge, found: Mapping[str, Any]) -> Knowledge:
    return replace(knowledge, dictionary=replace(knowledge.dictionary, lists=found))


def _fields(knowledge: Knowledge) -> dict[str, Any]:
    return {f"{name}.{key}": field for name, entries in knowledge.dictionary.lists.items() for key, field in entries.fields.items()}


def _put_fields(knowledge: Knowledge, found: Mapping[str, Any]) -> Knowledge:
    lists = {name: replace(entries, fields={key: found[f"{name}.{key}"] for key in entries.fields}) for name, entries in knowledge.dictionary.lists.items()}
    return _put_lists(knowledge, lists)


def _put_claims(knowledge: Knowledge, found: Mapping[str, Any]) -> Knowledge:
    return replace(knowledge, article=replace(knowledge.article, claims=tuple(found.values()))) if knowledge.article else knowledge


WORDS = ("label", "meaning", "question", "help")
SHELVES = {
    "topics": Shelf(("label", "plain", "ask"), lambda knowledge: knowledge.topics, lambda knowledge, found: replace(knowledge, topics=found)),
    "actions": Shelf(("label", "plain"), lambda knowledge: knowledge.actions, lambda knowledge, found: replace(knowledge, actions=found)),
    "facts": Shelf(WORDS, lambda knowledge: knowledge.dictionary.facts, _put_facts, "words"),
    "lists": Shelf(("label", "question"), lambda knowledge: knowledge.dictionary.lists, _put_lists),
    "fields": Shelf(WORDS, _fields, _put_fields, "words"),
    "history": Shelf(
        ("says", "plain"), lambda knowledge: {each.id: each for each in knowledge.fits}, lambda knowledge, found: replace(knowledge, fits=tuple(found.values()))
    ),
    "guidelines": Shelf(
        ("name", "title", "body_name", "status_note"), lambda knowledge: knowledge.guidelines, lambda knowledge, found: replace(knowledge, guidelines=found)
    ),
    "article": Shelf(("section", "claim", "answer", "plain"), lambda knowledge: knowledge.claims, _put_claims),
    "recommendations": Shelf(
        ("says", "plain"), lambda knowledge: knowledge.recommendations, lambda knowledge, found: replace(knowledge, recommendations=found)
    ),
}


def catalogue(knowledge: Knowledge) -> dict[str, str]:
    """Return every text by its name, in the order of the shelves. Empty texts are left out."""
    found = {f"{shelf}.{key}.{field}": getattr(each, field) for shelf, key, each, fields in _things(knowledge) for field in fields if getattr(each, field)}
    return {**found, **{f"words.{name}": text for name, text in knowledge.words.items()}}


def _things(knowledge: Knowledge) -> Iterator[tuple[str, str, Any, tuple[str, ...]]]:
    for name, shelf in SHELVES.items():
        for key, each in shelf.get(knowledge).items():
            yield name, key, getattr(each, shelf.inner) if shelf.inner else each, shelf.fields


def reword(knowledge: Knowledge, texts: Mapping[str, str]) -> Knowledge:
    """Return the knowledge with other texts; every name must be in the catalogue."""
    for name, shelf in SHELVES.items():
        own = {key.removeprefix(f"{name}."): text for key, text in texts.items() if key.startswith(f"{name}.")}
        if own:
            things = {key: _reworded(each, key, own, shelf) for key, each in shelf.get(knowledge).items()}
            knowledge = shelf.put(knowledge, things)
    own = {key.removeprefix("words."): text for key, text in texts.items() if key.startswith("words.")}
    return replace(knowledge, words={**knowledge.words, **own}) if own else knowledge


def _reworded(each: Any, key: str, texts: Mapping[str, str], shelf: Shelf) -> Any:
    new = {field: texts[f"{key}.{field}"] for field in shelf.fields if f"{key}.{field}" in texts}
    if not new:
        return each
    return replace(each, **{shelf.inner: replace(getattr(each, shelf.inner), **new)}) if shelf.inner else replace(each, **new)


def places(text: str) -> frozenset[str]:
    """Return the names in braces that a text leaves open.

    >>> sorted(places("{done} of {total} answered"))
    ['done', 'total']
    """
    return frozenset(PLACE.findall(text))
