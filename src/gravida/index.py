"""What rests on what: for each recommendation its leaves, for each leaf who needs it, and the limits drawn on it.

A leaf is what an answer can change: an observed fact or a pick by its name, ``list:<name>`` for a list, and ``today``
for the calendar. Worked out once for a knowledge, and kept with it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gravida.cql import Between, Compare, Gestation, Literal, Member, Name, Node, walk
from gravida.facts import Derived, Fact, Observed, Pick, Truths
from gravida.guideline import Action, Recommendation, conditions

TODAY = "today"


@dataclass
class Index:
    """``leaves`` by recommendation, ``recommendations`` by leaf, ``limits`` by fact or by ``list.field``."""

    facts: Mapping[str, Fact]
    criteria: Mapping[str, Node]
    leaves: dict[str, frozenset[str]] = field(default_factory=dict)
    recommendations: dict[str, tuple[str, ...]] = field(default_factory=dict)
    limits: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def leaves_of(self, node: Node) -> Iterator[str]:
        """Yield the leaves that a criterion rests on, through every fact that it names."""
        for part in walk(node):
            if isinstance(part, Name):
                yield from self._leaves_of_fact(part.id)

    def _leaves_of_fact(self, name: str) -> Iterator[str]:
        match self.facts[name]:
            case Observed():
                yield name
            case Truths(list=entries):
                yield f"list:{entries}"
            case Pick(list=entries):
                yield name
                yield f"list:{entries}"
            case Derived():
                yield from self.leaves_of(self.criteria[name])


def build_index(facts: Mapping[str, Fact], criteria: Mapping[str, Node], recommendations: Mapping[str, Recommendation], actions: Mapping[str, Action]) -> Index:
    """Return the index of a knowledge."""
    index = Index(facts, criteria)
    index.leaves = {key: frozenset(_leaves(each, index, actions)) for key, each in recommendations.items()}
    users: dict[str, list[str]] = {}
    for key, leaves in index.leaves.items():
        for leaf in leaves:
            users.setdefault(leaf, []).append(key)
    index.recommendations = {leaf: tuple(keys) for leaf, keys in users.items()}
    nodes = [("", condition.node) for each in recommendations.values() for condition in conditions(each)]
    nodes += [(_list_of(facts.get(name)), node) for name, node in criteria.items()]
    index.limits = _limits(nodes)
    return index


def _leaves(recommendation: Recommendation, index: Index, actions: Mapping[str, Action]) -> Iterator[str]:
    yield TODAY
    for condition in conditions(recommendation):
        yield from index.leaves_of(condition.node)
    for action in recommendation.actions if recommendation.favours else ():
        done = actions[action].done_when
        if done is not None:
            yield from index.leaves_of(done)


def _list_of(fact: Fact | None) -> str:
    return fact.list if isinstance(fact, Truths | Pick) else ""


def _limits(nodes: Iterable[tuple[str, Node]]) -> dict[str, tuple[float, ...]]:
    """Return the numbers that any criterion compares a fact, or a field of a list's entries, with."""
    found: dict[str, set[float]] = {}
    for list_name, node in nodes:
        for part in walk(node):
            if isinstance(part, Compare | Between):
                sides = (part.left, part.right) if isinstance(part, Compare) else (part.value, part.low, part.high)
                numbers = set(_numbers(sides))
                for side in sides:
                    if isinstance(side, Name | Member):
                        found.setdefault(side.id if isinstance(side, Name) else f"{list_name}.{side.id}", set()).update(numbers)
    return {name: tuple(sorted(numbers)) for name, numbers in found.items()}


def _numbers(sides: Iterable[Node]) -> Iterator[float]:
    for side in sides:
        if isinstance(side, Gestation):
            yield side.total
        elif isinstance(side, Literal) and not isinstance(side.value, bool | str):
            yield side.value
