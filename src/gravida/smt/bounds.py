"""How many entries of each list decide a question.

Take a record with many entries. For ``AtLeast(k, …)`` to come out as it does, ``k`` of them are enough: true needs ``k``
that are, unknown needs ``k`` that are or may be, and false needs none. A pick is decided by the entry that it takes, and
where it is unknown, by one that belongs and one that stands in its way. What is left out changes nothing else, because
every criterion looks at one entry at a time. So if no list of so many entries answers a question, none does.
"""

from collections.abc import Iterable, Mapping

from gravida.cql import AtLeast, Name, Node, names, walk
from gravida.evaluate import Meaning
from gravida.facts import Pick, Truths
from gravida.reach import reach

DECIDE_A_PICK = 2


def entries_needed(nodes: Iterable[Node], meaning: Meaning) -> dict[str, int]:
    """Return how many entries of each list some criteria need, by the name of the list.

    >>> from gravida.cql import parse
    >>> from gravida.library import load
    >>> entries_needed([parse("AtLeast(3, births_from_24w) and not AtLeast(1, births_from_20w)")], load().meaning)
    {'prior_pregnancies': 4}
    """
    found: dict[str, int] = {}
    for name, most in _largest(nodes, meaning).items():
        fact = meaning.facts[name]
        assert isinstance(fact, Truths | Pick)
        found[fact.list] = found.get(fact.list, 0) + most
    return found


def _largest(nodes: Iterable[Node], meaning: Meaning) -> Mapping[str, int]:
    """Return how many entries each fact over a list needs: the largest count that is asked of it."""
    given = list(nodes)
    reached = reach({name for node in given for name in names(node)}, meaning)
    inside = [meaning.criteria[name] for name in reached if name in meaning.criteria and not isinstance(meaning.facts[name], Truths | Pick)]
    found = {name: DECIDE_A_PICK for name in sorted(reached) if isinstance(meaning.facts[name], Pick)}
    for part in (part for node in (*given, *inside) for part in walk(node)):
        match part:
            case AtLeast(k=k, list=Name(id=name)):
                found[name] = max(found.get(name, 0), k)
    return found
