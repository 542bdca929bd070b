"""What the criteria of some recommendations rest on, and where a value makes a difference to any of them.

A criterion is cut into *atoms*: the largest parts of it that rest on one component, which is one list of the record, or
all that stands outside the lists. A class of a component is a vector of the truths of its atoms, so what no criterion
can tell apart is one class.

>>> from gravida.library import load
>>> knowledge = load()
>>> needs = needs_of(knowledge, list(knowledge.recommendations.values()))
>>> needs.lists["scans"].ages            # a scan tells something on its own day and the next; after 14 days another is due
(2, 14, 15)
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gravida.cql import And, AtLeast, Between, Compare, Gestation, Literal, Member, Name, Node, Not, Or, walk
from gravida.facts import Derived, Field, Observed, Pick, Truths
from gravida.guideline import Action, Recommendation, conditions
from gravida.knowledge import Knowledge

AGE, GESTATION, AFTER = "age_days", "gestation_days", "after_cerclage"
COMPUTED = frozenset({AGE, GESTATION, AFTER})
STITCHES = "cerclages"
"""The list that ``after_cerclage`` looks at."""
OWN = "own"
"""The component of everything that stands outside the lists."""


@dataclass
class ListNeeds:
    """What is needed of the entries of one list. ``limits`` are by field; ``ages`` are the days at which an entry changes what it tells."""

    name: str
    fields: Mapping[str, Field]
    used: set[str] = field(default_factory=set)
    found: dict[str, set[float]] = field(default_factory=dict)
    truths: list[Truths] = field(default_factory=list)
    picks: list[Pick] = field(default_factory=list)
    most: int = 1
    """The greatest number of entries that some criterion counts to."""
    most_of: dict[str, int] = field(default_factory=dict)
    """The same for each fact that is counted."""
    cuts: set[int] = field(default_factory=set)
    cuts_of: dict[str, set[int]] = field(default_factory=dict)
    """The ages at which an entry changes what it tells one pick."""
    against: dict[str, set[str]] = field(default_factory=dict)
    """Picks that some criterion compares with each other."""

    @property
    def ages(self) -> tuple[int, ...]:
        """The ages in days from which on an entry tells something else."""
        return tuple(sorted(self.cuts))

    @property
    def compares(self) -> bool:
        """Whether some fact takes the shortest, longest or latest entry, so that entries are compared with each other."""
        return any(pick.take != "any" for pick in self.picks)

    @property
    def in_order(self) -> bool:
        """Whether the order in time matters."""
        return any(pick.take == "latest" for pick in self.picks)

    def plain(self) -> list[Field]:
        """Return the fields that are used and stand in the record."""
        return [each for name, each in self.fields.items() if name in self.used and name not in COMPUTED]

    def limits(self, name: str) -> tuple[float, ...]:
        """Return where a number of this field makes a difference."""
        return tuple(sorted(self.found.get(name, ())))


@dataclass
class Needs:
    """All criteria by name, what they rest on, and the atoms of each component.

    ``criteria`` are as written; ``trees`` say the same over atoms, each of which is a truth of that name.
    """

    criteria: dict[str, Node]
    observed: dict[str, Observed] = field(default_factory=dict)
    limits: dict[str, set[float]] = field(default_factory=dict)
    lists: dict[str, ListNeeds] = field(default_factory=dict)
    atoms: dict[str, dict[str, Node]] = field(default_factory=dict)
    trees: dict[str, Node] = field(default_factory=dict)


def needs_of(knowledge: Knowledge, recommendations: Sequence[Recommendation]) -> Needs:
    """Return what these recommendations rest on."""
    needs = Needs(dict(criteria_of(recommendations, knowledge.actions)))
    _Walk(knowledge, needs).all()
    if STITCHES not in needs.lists and any(AFTER in each.used for each in needs.lists.values()):
        needs.criteria["stitches"] = _about_stitches(knowledge)
        _Walk(knowledge, needs).all()
    _Cut(knowledge, needs).all()
    return needs


def _about_stitches(knowledge: Knowledge) -> Node:
    """Return a criterion about stitches: which scans came after one must be told also where nobody asks for the stitch itself."""
    facts = knowledge.meaning.facts.values()
    return AtLeast(1, Name(next(fact.name for fact in facts if isinstance(fact, Truths) and fact.list == STITCHES)))


def criteria_of(recommendations: Iterable[Recommendation], actions: Mapping[str, Action]) -> Iterator[tuple[str, Node]]:
    """Yield every criterion that a verdict takes, by a name: one name for one text."""
    seen: dict[Node, str] = {}
    for node in (node for each in recommendations for node in nodes_of(each, actions)):
        if node not in seen:
            seen[node] = f"c{len(seen)}"
            yield seen[node], node


def nodes_of(recommendation: Recommendation, actions: Mapping[str, Action]) -> Iterator[Node]:
    """Yield every criterion that decides what one recommendation says: its own, and whether its actions were done, are due again, make sense."""
    yield from (condition.node for condition in conditions(recommendation))
    for action in (actions[name] for name in recommendation.actions):
        yield from (node for node in (action.done_when, action.not_when, due_again(recommendation, action)) if node is not None)


def due_again(recommendation: Recommendation, action: Action) -> Node | None:
    """Return the criterion that an action must be repeated; ``None`` if it need not be, or nothing tells when it was done."""
    if recommendation.repeat_days is None or not action.days_since:
        return None
    return Compare(">=", Name(action.days_since), Literal(recommendation.repeat_days))


@dataclass
class _Cut:
    """Cuts criteria into atoms."""

    knowledge: Knowledge
    needs: Needs
    names: dict[Node, str] = field(default_factory=dict)

    def all(self) -> None:
        for name, node in self.needs.criteria.items():
            self.needs.trees[name] = self._over_atoms(node)

    def _over_atoms(self, node: Node) -> Node:
        if isinstance(node, Literal):
            return node
        components = self._components(node)
        if len(components) <= 1:
            return Name(self._atom(node, next(iter(components), OWN)))
        match node:
            case Not(operand=operand):
                return Not(self._over_atoms(operand))
            case And(clauses=clauses):
                return And(tuple(self._over_atoms(each) for each in clauses))
            case Or(clauses=clauses):
                return Or(tuple(self._over_atoms(each) for each in clauses))
            case Name(id=name):
                return self._over_atoms(self.knowledge.meaning.criteria[name])
        raise ValueError(f"{node} compares what stands in two lists: an audit cannot tell its moments apart")

    def _components(self, node: Node) -> frozenset[str]:
        found: set[str] = set()
        for part in walk(node):
            if isinstance(part, Name):
                found |= self._of_fact(part.id)
            elif isinstance(part, AtLeast):
                found |= self._of_fact(part.list.id)
        return frozenset(found)

    def _of_fact(self, name: str) -> frozenset[str]:
        match self.knowledge.meaning.facts[name]:
            case Truths(list=entries) | Pick(list=entries):
                return frozenset({entries})
            case Derived():
                return self._components(self.knowledge.meaning.criteria[name])
        return frozenset({OWN})

    def _atom(self, node: Node, component: str) -> str:
        if node not in self.names:
            self.names[node] = f"a{len(self.names)}"
            self.needs.atoms.setdefault(component, {})[self.names[node]] = node
        return self.names[node]


@dataclass
class _Walk:
    """Finds facts, fields and limits."""

    knowledge: Knowledge
    needs: Needs
    seen: set[str] = field(default_factory=set)

    def all(self) -> None:
        for node in self.needs.criteria.values():
            self._node(node, "")

    def _node(self, node: Node, list_name: str) -> None:
        for part in walk(node):
            if isinstance(part, Name):
                self._fact(part.id)
            elif isinstance(part, Member):
                self._list(list_name).used.add(part.id)
            elif isinstance(part, AtLeast):
                self._fact(part.list.id)
                needed = self._list(self.knowledge.meaning.facts[part.list.id].list)  # type: ignore[union-attr]
                needed.most = max(needed.most, part.k)
                needed.most_of[part.list.id] = max(needed.most_of.get(part.list.id, 0), part.k)
            elif isinstance(part, Compare | Between):
                self._compared(part, list_name)

    def _list(self, name: str) -> ListNeeds:
        return self.needs.lists.setdefault(name, ListNeeds(name, self.knowledge.meaning.lists[name].fields))

    def _fact(self, name: str) -> None:
        if name in self.seen:
            return
        self.seen.add(name)
        fact = self.knowledge.meaning.facts[name]
        where = self.knowledge.meaning.criteria.get(name)
        if isinstance(fact, Observed):
            self.needs.observed[name] = fact
        elif isinstance(fact, Truths | Pick):
            self._of_list(fact)
        if where is not None:
            self._node(where, fact.list if isinstance(fact, Truths | Pick) else "")

    def _of_list(self, fact: Truths | Pick) -> None:
        needed = self._list(fact.list)
        if isinstance(fact, Truths):
            needed.truths.append(fact)
            return
        needed.picks.append(fact)
        needed.used.add(fact.value)
        if fact.valid_for_days is not None:
            self._changes_at(needed, {fact.valid_for_days + 1}, fact.name)

    def _changes_at(self, needed: ListNeeds, ages: set[int], pick: str) -> None:
        needed.cuts |= ages
        needed.cuts_of.setdefault(pick, set()).update(ages)

    def _compared(self, part: Compare | Between, list_name: str) -> None:
        sides = (part.left, part.right) if isinstance(part, Compare) else (part.value, part.low, part.high)
        numbers = set(_numbers(sides))
        named = {side.id for side in sides if isinstance(side, Name)}
        for side in sides:
            if isinstance(side, Name):
                self._limit_fact(side.id, numbers, named - {side.id})
            elif isinstance(side, Member):
                self._limit(list_name, side.id, numbers)

    def _limit_fact(self, name: str, numbers: set[float], others: set[str]) -> None:
        fact = self.knowledge.meaning.facts[name]
        if isinstance(fact, Pick):
            self._limit(fact.list, fact.value, numbers, name)
            if others:
                self._list(fact.list).against[name] = others
        elif isinstance(fact, Observed):
            self.needs.limits.setdefault(name, set()).update(numbers)

    def _limit(self, list_name: str, name: str, numbers: set[float], pick: str = "") -> None:
        needed = self._list(list_name)
        if name == AGE:
            self._changes_at(needed, {int(number) + step for number in numbers for step in (0, 1)}, pick)  # "at least" and "more than"
        else:
            needed.found.setdefault(name, set()).update(numbers)


def _numbers(sides: Iterable[Node]) -> Iterator[float]:
    for side in sides:
        if isinstance(side, Gestation):
            yield side.total
        elif isinstance(side, Literal) and not isinstance(side.value, bool | str):
            yield side.value
