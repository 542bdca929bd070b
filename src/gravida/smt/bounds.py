"""How many entries of each list decide a question.

Take a record with many entries. For ``AtLeast(k, …)`` to come out as it does, ``k`` of them are enough: true needs ``k``
that are, unknown needs ``k`` that are or may be, and false needs none. A pick is decided by the entry that it takes, and
where it is unknown, by one that belongs and one that stands in its way. What is left out changes nothing else, because
every criterion looks at one entry at a time. So if no list of so many entries answers a question, none does.

In a *sharp* record, where nothing is left open, fewer will do. The shortest of some lengths needs the one that is taken.
Picks that ask every entry alike need few together: if they take the latest, that one, and one of the same day that may
contradict it; if they ask whether any says so, one entry that says all that any of them said.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from gravida.cql import AtLeast, Name, Node, names, walk
from gravida.evaluate import Meaning
from gravida.facts import Pick, Truths
from gravida.reach import reach

DECIDE_A_PICK = 2


def entries_needed(nodes: Iterable[Node], meaning: Meaning, *, sharp: bool = True) -> dict[Hashable, int]:
    """Return how many entries some criteria need, by what they are needed for; the first part of each key is the list.

    >>> from gravida.cql import parse
    >>> from gravida.library import load
    >>> by_list(entries_needed([parse("AtLeast(3, births_from_24w) and not AtLeast(1, births_from_20w)")], load().meaning))
    {'prior_pregnancies': 4}
    """
    given = list(nodes)
    reached = reach({name for node in given for name in names(node)}, meaning)
    inside = [meaning.criteria[name] for name in sorted(reached) if name in meaning.criteria and not isinstance(meaning.facts[name], Truths | Pick)]
    found: dict[Hashable, int] = {}
    for name in sorted(reached):
        fact = meaning.facts[name]
        if isinstance(fact, Pick):
            found |= _for_a_pick(fact, meaning) if sharp else {(fact.list, name): DECIDE_A_PICK}
    for part in (part for node in (*given, *inside) for part in walk(node)):
        match part:
            case AtLeast(k=k, list=Name(id=name)):
                key = (_list_of(name, meaning), name)
                found[key] = max(found.get(key, 0), k)
    return found


def _for_a_pick(fact: Pick, meaning: Meaning) -> Mapping[Hashable, int]:
    """Return what a pick needs where nothing is open, by a key that it shares with picks that are decided by the same entries."""
    alike = fact.name if fact.name in meaning.criteria else fact.valid_for_days if fact.take == "any" else None
    return {(fact.list, fact.take, alike): DECIDE_A_PICK if fact.take == "latest" else 1}


def _list_of(name: str, meaning: Meaning) -> str:
    fact = meaning.facts[name]
    assert isinstance(fact, Truths)
    return fact.list


def by_list(needed: Mapping[Any, int]) -> dict[str, int]:
    """Return how many entries of each list are needed, all together."""
    found: dict[str, int] = {}
    for key, most in needed.items():
        found[key[0]] = found.get(key[0], 0) + most
    return found
