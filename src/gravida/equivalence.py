"""Do two criteria say the same? Random records that tell them apart are looked for, many at a time.

A mutant that no case can kill may be declared ``equivalent``, with a reason. Here that claim is put to the test: the SQL
engine answers both versions for a hundred thousand random records that keep the constraints. Finding nothing proves
nothing, yet a wrong claim rarely survives, because the records gather around the limits.

>>> from gravida.cql import parse
>>> from gravida.library import load
>>> found = counterexample(parse("plurality >= 2"), parse("plurality > 2"), load(), count=1000)
>>> str(found)
'plurality 2: true becomes false'
>>> counterexample(parse("plurality >= 2"), parse("not (plurality < 2)"), load(), count=1000) is None
True
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from gravida.cql import Name, Node
from gravida.evaluate import Entries, Entry, Meaning, World, fact
from gravida.facts import BOOLEAN, Derived, Dictionary, Fact, Observed, Range, Type, Value, Words
from gravida.guideline import Action, Condition, Recommendation, conditions
from gravida.knowledge import Knowledge, Problem
from gravida.random_worlds import random_worlds, without
from gravida.reach import Needed, needed
from gravida.sql_tables import Counted, Found, Tables, counted
from gravida.units import LONGEST_DAYS, weeks
from gravida.verdict import Today, judge

AT_FIRST, AT_ONCE = 2_000, 20_000
"""So many records are tried in one go. Most wrong claims are found at first."""
TRIES, SEED = 100_000, 1
PREGNANT = "pregnant"
ORIGINAL, MUTANT = "the original", "the mutant"
NOTHING = Meaning({}, {}, {})


@dataclass(frozen=True)
class Defined:
    """A fact as it is worked out, or would be if it were changed: its declaration, and the criterion behind it."""

    fact: Fact
    criterion: Node | None


Side = Recommendation | Defined | Node
"""One of two versions: of a recommendation, of a fact, or of a criterion alone."""


@dataclass(frozen=True)
class Claim:
    """A mutant that is said to be equivalent. ``text`` is the mutant as it was declared, ``place`` where."""

    place: str
    text: str
    original: Side
    mutant: Side


@dataclass(frozen=True)
class Difference:
    """What two versions answer for one record, on one day if the day matters."""

    original: str
    mutant: str
    today: Today | None = None


@dataclass(frozen=True)
class Counterexample:
    """A record that tells two versions apart, with nothing in it that does not matter."""

    world: World
    difference: Difference

    def __str__(self) -> str:
        known = "; ".join([*_described(self.world), *_day(self.difference.today)]) or "an empty record"
        return f"{known}: {self.difference.original} becomes {self.difference.mutant}"


def try_claims(claims: Iterable[Claim], knowledge: Knowledge, count: int = TRIES) -> list[Problem]:
    """Return a problem for each claim that some random record refutes."""
    problems = []
    for claim in claims:
        found = counterexample(claim.original, claim.mutant, knowledge, count)
        if found is not None:
            problems.append(Problem(claim.place, f"the mutant {claim.text!r} is declared equivalent, and this record tells it apart. {found}"))
    return problems


def counterexample(original: Side, mutant: Side, knowledge: Knowledge, count: int = TRIES, seed: int = SEED) -> Counterexample | None:
    """Return a record that tells two versions apart, or ``None`` if ``count`` random ones do not."""
    comparison = _compared(original, mutant, knowledge)
    worlds = random_worlds(comparison.knowledge, count, seed, comparison.names)
    for some in _batches(worlds):
        with Tables(comparison.meaning) as tables:
            tables.load(some)
            profiles = tables.profiles(comparison.names)
        for number, found in profiles.items():
            difference = comparison.difference(found)
            if difference is not None:
                return _shrunk(some[number], difference, comparison)
    return None


def _batches(worlds: Iterator[World]) -> Iterator[dict[int, World]]:
    size = AT_FIRST
    while some := dict(enumerate(islice(worlds, size))):
        yield some
        size = AT_ONCE


@dataclass
class _Comparison:
    """What must be known of a record to tell the versions apart: ``names`` are facts of ``knowledge``."""

    knowledge: Knowledge
    names: Sequence[str]
    seen: dict[tuple[Found, ...], Difference | None] = field(default_factory=dict)

    @property
    def meaning(self) -> Meaning:
        """The meaning of all names, with no more columns than the comparison needs."""
        return _restricted(self.knowledge.meaning, needed(self.names, self.knowledge.meaning))

    def difference(self, found: Mapping[str, Found]) -> Difference | None:
        """Return how the versions differ where the facts are found so. Few combinations occur, so each is tried once."""
        profile = tuple(found[name] for name in self.names)
        if profile not in self.seen:
            self.seen[profile] = self._tried(found)
        return self.seen[profile]

    def on(self, world: World) -> Difference | None:
        """Return how the versions differ for one record, by the reference engine."""
        here = World(self.knowledge.meaning, world.observed, world.lists)
        return self.difference({name: counted(fact(name, here)) for name in self.names})

    def _tried(self, found: Mapping[str, Found]) -> Difference | None:
        original, mutant = found[ORIGINAL], found[MUTANT]
        return None if original == mutant else Difference(_words(original), _words(mutant))


@dataclass
class _Recommendations(_Comparison):
    """Two versions of a recommendation, with a fact in place of each criterion, on every day that could matter."""

    versions: tuple[Recommendation, Recommendation] = field(kw_only=True)
    actions: Mapping[str, Action] = field(kw_only=True)

    def _tried(self, found: Mapping[str, Found]) -> Difference | None:
        world = World(NOTHING, {name: value for name, value in found.items() if not isinstance(value, Counted)}, {})
        for today in self._days(found):
            original, mutant = (judge(each, self.actions, world, today).verdict for each in self.versions)
            if original != mutant:
                return Difference(original, mutant, today)
        return None

    def _days(self, found: Mapping[str, Found]) -> Iterator[Today]:
        stated = found.get(PREGNANT)
        for pregnant in (stated,) if PREGNANT in found else (True, False, None):
            assert pregnant is None or isinstance(pregnant, bool)
            yield from (Today(pregnant, gestation) for gestation in _gestations(self.versions))


def _compared(original: Side, mutant: Side, knowledge: Knowledge) -> _Comparison:
    if isinstance(original, Recommendation) and isinstance(mutant, Recommendation):
        return _compared_recommendations(original, mutant, knowledge)
    assert not isinstance(original, Recommendation)
    assert not isinstance(mutant, Recommendation)
    added = {ORIGINAL: _defined(original), MUTANT: _defined(mutant)}
    return _Comparison(_extended(knowledge, added), (ORIGINAL, MUTANT))


def _defined(side: Defined | Node) -> Defined:
    return side if isinstance(side, Defined) else Defined(Derived("", BOOLEAN, "", Words("")), side)


def _compared_recommendations(original: Recommendation, mutant: Recommendation, knowledge: Knowledge) -> _Comparison:
    actions = {key: knowledge.actions[key] for key in {*original.actions, *mutant.actions}}
    nodes = [condition.node for each in (original, mutant) for condition in conditions(each)]
    nodes += [node for action in actions.values() for node in (action.done_when, action.not_when) if node is not None]
    labels = {node: f"criterion {index}" for index, node in enumerate(dict.fromkeys(nodes))}
    since = {action.days_since for action in actions.values() if action.days_since}
    stated = {PREGNANT} & knowledge.dictionary.facts.keys()
    return _Recommendations(
        _extended(knowledge, {label: _defined(node) for node, label in labels.items()}),
        (*labels.values(), *sorted(since | stated)),
        versions=(_named(original, labels), _named(mutant, labels)),
        actions={key: _action_named(each, labels) for key, each in actions.items()},
    )


def _action_named(action: Action, labels: Mapping[Node, str]) -> Action:
    done, barred = (Name(labels[node]) if node is not None else None for node in (action.done_when, action.not_when))
    return replace(action, done_when=done, not_when=barred)


def _named(recommendation: Recommendation, labels: Mapping[Node, str]) -> Recommendation:
    """Return the recommendation with a name in place of each criterion."""

    def named(condition: Condition) -> Condition:
        return replace(condition, node=Name(labels[condition.node]))

    return replace(
        recommendation,
        who=named(recommendation.who) if recommendation.who else None,
        unless=tuple(named(each) for each in recommendation.unless),
        silent_on=tuple(named(each) for each in recommendation.silent_on),
    )


def _extended(knowledge: Knowledge, added: Mapping[str, Defined]) -> Knowledge:
    """Return the knowledge with some facts more."""
    facts = {**knowledge.dictionary.facts, **{name: replace(each.fact, name=name) for name, each in added.items()}}
    criteria = {**knowledge.criteria, **{name: each.criterion for name, each in added.items() if each.criterion is not None}}
    return replace(knowledge, dictionary=Dictionary(knowledge.dictionary.lists, facts), criteria=criteria)


def _restricted(meaning: Meaning, chosen: Needed) -> Meaning:
    facts = {name: each for name, each in meaning.facts.items() if not isinstance(each, Observed) or name in chosen.facts}
    lists = {
        name: replace(meaning.lists[name], fields={key: each for key, each in meaning.lists[name].fields.items() if key in fields})
        for name, fields in chosen.fields.items()
    }
    return Meaning(facts, lists, meaning.criteria)


def _gestations(versions: Iterable[Recommendation]) -> Iterator[int | Range | None]:
    """Yield the days at, before and after every end of a window, short ranges across them, and no gestation at all."""
    bounds = [bound for each in versions if each.window for bound in (each.window.start, each.window.end) if bound]
    days = sorted({0, LONGEST_DAYS, *(end + step for bound in bounds for end in (bound.low, bound.high) for step in (-1, 0, 1))})
    yield None
    yield from days
    yield from (Range(day, day + 1) for day in days if day + 1 in days)


def _shrunk(world: World, difference: Difference, comparison: _Comparison) -> Counterexample:
    """Return the counterexample with everything forgotten that it does not need."""
    for smaller in _smaller(world):
        still = comparison.on(smaller)
        if still is not None:
            return _shrunk(smaller, still, comparison)
    return Counterexample(world, difference)


def _smaller(world: World) -> Iterator[World]:
    """Yield the world with one thing less in it."""
    for name in [*(each for each, value in world.observed.items() if value is not None), *world.lists]:
        yield without(name, world)
    for name, entries in world.lists.items():
        yield from (World(world.meaning, world.observed, {**world.lists, name: fewer}) for fewer in _fewer(entries))
    for name, value in world.observed.items():
        if isinstance(value, Range):
            yield World(world.meaning, {**world.observed, name: value.low}, world.lists)


def _fewer(entries: Entries) -> Iterator[Entries]:
    if entries.missing:
        yield replace(entries, missing=0)
    for index, entry in enumerate(entries.described):
        before, after = entries.described[:index], entries.described[index + 1 :]
        yield replace(entries, described=before + after)
        for name in (each for each, value in entry.items() if value is not None):
            yield replace(entries, described=(*before, {**entry, name: None}, *after))


def _described(world: World) -> Iterator[str]:
    """Yield what a world holds, one fact or list at a time, in the words of a record."""
    for name, value in world.observed.items():
        if value is not None:
            yield f"{name} {_words(value, world.meaning.facts[name].type)}"
    for name, entries in world.lists.items():
        types = {key: each.type for key, each in world.meaning.lists[name].fields.items()}
        shown = [_entry(entry, types) for entry in entries.described] + ["not described"] * entries.missing
        yield f"{name} [{', '.join(shown)}]"


def _entry(entry: Entry, types: Mapping[str, Type]) -> str:
    known = [f"{name} {_words(value, types[name])}" for name, value in entry.items() if value is not None]
    return "{" + ", ".join(known) + "}"


def _day(today: Today | None) -> Iterator[str]:
    if today is not None and today.pregnant is not False:
        yield f"today {_words(today.gestation_days, Type('gestation'))}"


def _words(value: Value | Counted, kind: Type = BOOLEAN) -> str:
    match value:
        case None:
            return "unknown"
        case bool():
            return str(value).lower()
        case Range(low=low, high=high):
            return f"{_words(low, kind)} to {_words(high, kind)}"
        case Counted(certain=certain, possible=possible):
            return f"from {certain} to {possible} entries"
        case int() | float() if kind.kind == "gestation":
            return weeks(int(value))
        case int() | float():
            return f"{value:g}"
    return str(value)
