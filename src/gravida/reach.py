"""What a fact rests on: the facts behind it, and the fields of each list that it reads.

``early_losses`` may be defined by ``losses``, which counts entries of a list by two of their fields. Whoever changes one
of these changes ``early_losses``; whoever changes a third field of the list does not.

>>> from gravida.library import load
>>> meaning = load().meaning
>>> sorted(reach(["multiple_pregnancy"], meaning))
['multiple_pregnancy', 'plurality', 'pregnant']
>>> sorted(needed(["cervical_length_mm"], meaning).fields["scans"])
['after_cerclage', 'age_days', 'cervical_length_mm', 'route']
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gravida.cql import Member, Name, Node, names, walk
from gravida.evaluate import Meaning
from gravida.facts import Derived, Observed, Pick, Truths
from gravida.guideline import Action, Recommendation, conditions

Leaf = tuple[str, str]
"""Where a value stands: the list (or nothing) and the name."""


@dataclass(frozen=True)
class Needed:
    """What a record must hold for some facts to be worked out: observed facts, and the fields of each list."""

    facts: frozenset[str]
    fields: Mapping[str, frozenset[str]]


def nodes(recommendation: Recommendation, actions: Mapping[str, Action]) -> list[Node]:
    """Return the criteria of a recommendation, and how its actions are shown done or ruled out, in the order in which they are read."""
    found = [condition.node for condition in conditions(recommendation)]
    for action in (actions[each] for each in recommendation.actions):
        since = Name(action.days_since) if action.days_since else None
        found += [node for node in (action.done_when, since, action.not_when) if node is not None]
    return found


def named(recommendation: Recommendation, actions: Mapping[str, Action]) -> set[str]:
    """Return the facts that a recommendation names."""
    return {name for node in nodes(recommendation, actions) for name in names(node)}


def reach(facts: Iterable[str], meaning: Meaning) -> set[str]:
    """Return the facts, and all those that they are defined by."""
    found: set[str] = set()
    waiting = list(facts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(names(meaning.criteria[name]) if isinstance(meaning.facts[name], Derived) else ())
    return found


def needed(facts: Iterable[str], meaning: Meaning) -> Needed:
    """Return what the facts rest on, through everything they are defined by."""
    found: set[Leaf] = set()
    lists: set[str] = set()
    for name in reach(facts, meaning):
        fact = meaning.facts[name]
        if isinstance(fact, Observed):
            found.add(("", name))
        elif isinstance(fact, Truths | Pick):
            lists.add(fact.list)
            found.update(_entry_leaves(fact, meaning))
    fields = {each: frozenset(name for list_, name in found if list_ == each) for each in lists}
    return Needed(frozenset(name for list_, name in found if not list_), fields)


def _entry_leaves(fact: Truths | Pick, meaning: Meaning) -> Iterator[Leaf]:
    where = meaning.criteria.get(fact.name)
    for part in walk(where) if where is not None else ():
        if isinstance(part, Member):
            yield fact.list, part.id
    if isinstance(fact, Pick):
        yield fact.list, fact.value
        if "age_days" in meaning.lists[fact.list].fields:
            yield fact.list, "age_days"
