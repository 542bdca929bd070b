"""Random records, made to find the edge: most values lie at, one below or one above a limit that a criterion draws.

A quarter of everything is unknown (in some worlds less, in some more), some numbers are ranges, and lists are unknown,
empty, or hold up to four entries, often alike; a list that may be incomplete often is. What
``knowledge/facts/constraints.yaml`` rules out is never made. Fields that the reader computes (the age of a scan, the
gestation at it) are drawn like all others, so these worlds include every world that a record gives, and more.

>>> from gravida.library import load
>>> first = next(random_worlds(load(), 1, seed=7, facts=["plurality"]))
>>> sorted(first.observed), sorted(first.lists)
(['plurality'], [])
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, repeat
from random import Random

from gravida.cql import Between, Compare, Gestation, Literal, Member, Name, Node, names, walk
from gravida.evaluate import Entries, Entry, Meaning, World, truth
from gravida.facts import Derived, Observed, Pick, Range, Scalar, Truths, Type
from gravida.guideline import conditions
from gravida.knowledge import Constraint, Knowledge
from gravida.reach import Leaf, Needed, needed

BATCH = 500
UNKNOWN = (0.25, 0.05, 0.45)
"""How much is unknown, batch by batch. Where nearly all is known, criteria with many clauses come true."""
YES = (0.5, 0.1, 0.5, 0.9)
"""How many of the known truths are yes, batch by batch. Where nearly all are no, one contraindication stands alone."""
TRUTHS = (True, False)
RANGES = 0.125
"""How many numbers are ranges."""
ALIKE = 0.4
"""How many entries are like the one before, but for one field, so that three of a kind come together."""
SIZES: dict[int | None, int] = {None: 2, 0: 2, 1: 5, 2: 4, 3: 2, 4: 1}
"""How often a list is unknown, is empty, or has so many entries."""
INCOMPLETE = 0.4
PAIRS = 12
"""So many different ranges are drawn of each number."""


@dataclass(frozen=True)
class Choices:
    """What a leaf may be: values and ranges, with unknown in front."""

    values: Sequence[Scalar]
    ranges: Sequence[Range] = ()

    def drawn(self, count: int, unknown: float, yes: float, random: Random) -> list[Scalar]:
        """Return ``count`` of them: such a part unknown, and of the truths that are known such a part yes."""
        known = 1 - unknown - (RANGES if self.ranges else 0)
        shares = (yes, 1 - yes) if self.values == TRUTHS else [1 / len(self.values)] * len(self.values)
        weights = [unknown, *(known * share for share in shares), *[RANGES / len(self.ranges) for _ in self.ranges]]
        return random.choices([None, *self.values, *self.ranges], weights, k=count)


def limits(knowledge: Knowledge, also: Iterable[Node] = ()) -> dict[Leaf, set[float]]:
    """Return the numbers with which criteria compare each leaf, in the knowledge and in ``also``."""
    found: dict[Leaf, set[float]] = {}
    for list_, node in _criteria(knowledge, also):
        for part in walk(node):
            if isinstance(part, Compare | Between):
                drawn = set(_numbers(part))
                for leaf in _leaves(part, list_, knowledge.meaning):
                    found.setdefault(leaf, set()).update(drawn)
    for leaf, span in _spans(knowledge):
        found.setdefault(leaf, set()).add(span)
    return found


def _criteria(knowledge: Knowledge, also: Iterable[Node]) -> Iterator[tuple[str, Node]]:
    for name, node in knowledge.criteria.items():
        fact = knowledge.dictionary.facts[name]
        yield (fact.list if isinstance(fact, Truths | Pick) else ""), node
    for recommendation in knowledge.recommendations.values():
        yield from (("", condition.node) for condition in conditions(recommendation))
    for action in knowledge.actions.values():
        yield from (("", node) for node in (action.done_when, action.not_when) if node is not None)
    yield from ((constraint.list, constraint.holds.node) for constraint in knowledge.constraints)
    yield from (("", node) for node in also)


def _numbers(node: Node) -> Iterator[float]:
    for part in walk(node):
        if isinstance(part, Gestation):
            yield part.total
        elif isinstance(part, Literal) and not isinstance(part.value, bool | str):
            yield part.value


def _leaves(node: Node, list_: str, meaning: Meaning) -> Iterator[Leaf]:
    for part in walk(node):
        if isinstance(part, Member):
            yield list_, part.id
        elif isinstance(part, Name):
            yield from _leaves_of_fact(part.id, meaning)


def _leaves_of_fact(name: str, meaning: Meaning) -> Iterator[Leaf]:
    match meaning.facts[name]:
        case Observed():
            yield "", name
        case Pick(list=list_, value=value):
            yield list_, value
        case Derived():
            yield from _leaves(meaning.criteria[name], "", meaning)


def _spans(knowledge: Knowledge) -> Iterator[tuple[Leaf, float]]:
    """Yield the numbers of days that stand outside criteria: how long a finding is valid, when something is due again."""
    for fact in knowledge.dictionary.facts.values():
        if isinstance(fact, Pick) and fact.valid_for_days is not None:
            yield (fact.list, "age_days"), fact.valid_for_days
    for recommendation in knowledge.recommendations.values():
        for action in recommendation.actions:
            since = knowledge.actions[action].days_since
            if since and recommendation.repeat_days is not None:
                yield from ((leaf, recommendation.repeat_days) for leaf in _leaves_of_fact(since, knowledge.meaning))


def choices(kind: Type, drawn: Collection[float], random: Random) -> Choices:
    """Return what a leaf of a type may be; ``drawn`` are the limits that criteria draw through it."""
    if not kind.is_number:
        return Choices(kind.values or TRUTHS)
    values = sorted(_near(drawn, kind))
    pairs = [sorted(random.choices(values, k=2)) for _ in range(PAIRS)] if len(values) > 1 else []
    return Choices(values, [Range(low, high) for low, high in pairs if low < high])


def _near(drawn: Collection[float], kind: Type) -> set[float]:
    steps = (-1, -0.1, 0, 0.1, 1) if kind.kind == "decimal" else (-1, 0, 1)
    near = {round(limit + step, 6) for limit in drawn for step in steps}
    ends = {end for end in (kind.low, kind.high) if end is not None} or {0.0, 1.0}
    inside = {value for value in near if (kind.low is None or value >= kind.low) and (kind.high is None or value <= kind.high)}
    return {value if kind.kind == "decimal" else int(value) for value in inside | ends}


@dataclass
class _EntryRule:
    """A constraint on the fields of one entry. Answers are kept, because the same few values come again and again."""

    holds: Node
    fields: tuple[str, ...]
    seen: dict[tuple[Scalar, ...], bool] = field(default_factory=dict)

    def is_broken_by(self, entry: Entry) -> bool:
        """Return whether an entry is certainly against it; what is unknown breaks nothing."""
        key = tuple(entry[name] for name in self.fields)
        if key not in self.seen:
            self.seen[key] = truth(self.holds, World(Meaning({}, {}, {}), {}, {}), entry) is False
        return self.seen[key]


@dataclass(frozen=True)
class _Rule:
    """A constraint between facts, and what it rests on."""

    holds: Node
    rests_on: Needed


@dataclass
class _Plan:
    """How worlds are drawn."""

    knowledge: Knowledge
    random: Random
    facts: dict[str, Choices]
    fields: dict[str, dict[str, Choices]]
    entry_rules: dict[str, list[_EntryRule]]
    rules: list[_Rule]
    unknown: float = UNKNOWN[0]
    yes: float = YES[0]

    def column(self, each: Choices, count: int) -> list[Scalar]:
        """Return so many values of one leaf."""
        return each.drawn(count, self.unknown, self.yes, self.random)


def random_worlds(knowledge: Knowledge, count: int, seed: int, facts: Iterable[str] | None = None, also: Iterable[Node] = ()) -> Iterator[World]:
    """Yield random worlds: of everything, or of what some ``facts`` rest on. The same seed gives the same worlds.

    Values gather around the limits in the knowledge, and in the criteria ``also``.
    """
    chosen = everything(knowledge.meaning) if facts is None else needed(facts, knowledge.meaning)
    random = Random(seed)  # noqa: S311  (nothing secret hangs on these numbers)
    plan = _planned(chosen, knowledge, random, limits(knowledge, also))
    for number, start in enumerate(range(0, count, BATCH)):
        plan.unknown, plan.yes = UNKNOWN[number % len(UNKNOWN)], YES[number % len(YES)]
        yield from _drawn(plan, min(BATCH, count - start))


def everything(meaning: Meaning) -> Needed:
    """Return all that a record may hold."""
    observed = frozenset(name for name, fact in meaning.facts.items() if isinstance(fact, Observed))
    return Needed(observed, {name: frozenset(each.fields) for name, each in meaning.lists.items()})


def _planned(chosen: Needed, knowledge: Knowledge, random: Random, drawn: Mapping[Leaf, set[float]]) -> _Plan:
    meaning = knowledge.meaning
    facts = {name: choices(meaning.facts[name].type, drawn.get(("", name), ()), random) for name in sorted(chosen.facts)}
    plan = _Plan(knowledge, random, facts, {}, {}, [])
    for list_, fields in sorted(chosen.fields.items()):
        types = {name: meaning.lists[list_].fields[name].type for name in sorted(fields)}
        plan.fields[list_] = {name: choices(kind, drawn.get((list_, name), ()), random) for name, kind in types.items()}
        plan.entry_rules[list_] = [rule for each in knowledge.constraints if each.list == list_ and (rule := _entry_rule(each, types)).fields]
    plan.rules = [_Rule(each.holds.node, needed(names(each.holds.node), meaning)) for each in knowledge.constraints if not each.list]
    return plan


def _entry_rule(constraint: Constraint, drawn: Collection[str]) -> _EntryRule:
    fields = {part.id for part in walk(constraint.holds.node) if isinstance(part, Member)}
    return _EntryRule(constraint.holds.node, tuple(sorted(fields.intersection(drawn))))


def _drawn(plan: _Plan, count: int) -> Iterator[World]:
    """Yield some worlds. Whole columns are drawn at once, which is many times faster than value by value."""
    facts = [plan.column(each, count) for each in plan.facts.values()]
    lists = [_lists(name, plan, count) for name in plan.fields]
    for index in range(count):
        observed = {name: column[index] for name, column in zip(plan.facts, facts, strict=True)}
        entries = {name: column[index] for name, column in zip(plan.fields, lists, strict=True)}
        known = {name: each for name, each in entries.items() if each is not None}
        yield _allowed(World(plan.knowledge.meaning, observed, known), plan)


def _lists(name: str, plan: _Plan, count: int) -> list[Entries | None]:
    sizes = plan.random.choices(list(SIZES), list(SIZES.values()), k=count)
    entries = _entries(name, plan, sum(size or 0 for size in sizes))
    missing = _missing(name, plan, count)
    return [None if size is None else Entries(tuple(islice(entries, size)), blank) for size, blank in zip(sizes, missing, strict=True)]


def _missing(name: str, plan: _Plan, count: int) -> list[int]:
    if not plan.knowledge.meaning.lists[name].declared:
        return [0] * count
    most = plan.knowledge.largest_k
    return plan.random.choices(range(most + 1), [1 - INCOMPLETE, *[INCOMPLETE / most] * most], k=count)


def _entries(name: str, plan: _Plan, count: int) -> Iterator[Entry]:
    fields = plan.fields[name]
    rows = zip(*(plan.column(each, count) for each in fields.values()), strict=True) if fields else repeat((), count)
    before: Entry | None = None
    for values in rows:
        entry = dict(zip(fields, values, strict=True))
        if before and plan.random.random() < ALIKE:
            changed = plan.random.choice(list(fields))
            entry = {**before, changed: entry[changed]}
        before = _mended(entry, plan.entry_rules[name], plan.random)
        yield before


def _mended(entry: dict[str, Scalar], rules: Iterable[_EntryRule], random: Random) -> Entry:
    """Return the entry, with something forgotten as long as it breaks a rule."""
    for rule in rules:
        while rule.is_broken_by(entry):
            entry[random.choice([each for each in rule.fields if entry[each] is not None])] = None
    return entry


def _allowed(world: World, plan: _Plan) -> World:
    """Return the world, with something forgotten as long as it breaks a constraint."""
    for rule in plan.rules:
        while truth(rule.holds, world) is False:
            known = [each for each in sorted({*rule.rests_on.facts, *rule.rests_on.fields}) if world.observed.get(each) is not None or each in world.lists]
            world = without(plan.random.choice(known), world)
    return world


def without(name: str, world: World) -> World:
    """Return the world in which nobody knows a fact, or a list."""
    observed = {each: value for each, value in world.observed.items() if each != name}
    return World(world.meaning, observed, {each: entries for each, entries in world.lists.items() if each != name})
