"""What was proved, tried all the same: a hundred thousand random records, and the reference engine.

A proof holds as far as the solver means what the engines mean, and as far as the bounds of :mod:`gravida.smt.bounds` are
right. Both are tested; this is the check on the proofs themselves. The records leave a quarter of everything open, and
what the reader computes is computed here as the reader would.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from gravida.compare.claims import Claim
from gravida.evaluate import Entries, Entry, World, add, compare
from gravida.facts import Fact, Observed, Scalar, Value
from gravida.guideline import Recommendation, Verdict
from gravida.knowledge import Knowledge
from gravida.prepare import after_any
from gravida.random_worlds import random_worlds
from gravida.reach import named
from gravida.record_checks import ONLY_PREGNANT, TIMES
from gravida.units import LONGEST_DAYS
from gravida.verdict import Today, judge

RECORDS, SEED = 100_000, 3
NOT_PREGNANT = 0.1
"""How many of the records are of nobody who is pregnant."""


@dataclass(frozen=True)
class Refuted:
    """A claim that was proved never to hold, and a record for which it does."""

    claim: Claim
    world: World
    today: Today


def recheck(
    claims: Sequence[Claim], knowledge: Knowledge, count: int = RECORDS, seed: int = SEED, advance: Callable[[int, int], object] = lambda done, total: None
) -> list[Refuted]:
    """Return the claims that hold for some random record after all. No claim, no record."""
    open_, refuted = list(claims), []
    for done, (world, today) in enumerate(_records(open_, knowledge, count, seed) if open_ else (), start=1):
        for claim, holds in _tried(open_, knowledge, world, today):
            if holds:
                refuted.append(Refuted(claim, world, today))
                open_.remove(claim)
        if done % 1000 == 0 or done == count:
            advance(done, count)
    return refuted


def _tried(claims: Iterable[Claim], knowledge: Knowledge, world: World, today: Today) -> list[tuple[Claim, bool]]:
    verdicts: dict[str, Verdict] = {}

    def verdict(each: Recommendation) -> Verdict:
        if each.key not in verdicts:
            verdicts[each.key] = judge(each, knowledge.actions, world, today).verdict
        return verdicts[each.key]

    return [(claim, claim.holds(verdict)) for claim in claims]


def _records(claims: Sequence[Claim], knowledge: Knowledge, count: int, seed: int) -> Iterator[tuple[World, Today]]:
    asked = {each.key: each for claim in claims for each in claim.recommendations()}
    random, days = Random(seed), _days(asked)  # noqa: S311  (nothing secret hangs on these numbers)
    facts = sorted(
        {"pregnant", "transvaginal_cerclages"} & knowledge.dictionary.facts.keys()
        | {name for each in asked.values() for name in named(each, knowledge.actions)}
    )
    for world in random_worlds(knowledge, count, seed, facts):
        pregnant = random.random() >= NOT_PREGNANT
        yield as_read(world, Today(pregnant, random.choice(days) if pregnant else None), knowledge)


def _days(asked: Mapping[str, Recommendation]) -> Sequence[int]:
    """Return the days at and beside every end of a window."""
    bounds = [bound for each in asked.values() if each.window for bound in (each.window.start, each.window.end) if bound]
    found = {end + step for bound in bounds for end in (bound.low, bound.high) for step in (-1, 0, 1)}
    return sorted(each for each in found if 0 <= each <= LONGEST_DAYS) or list(range(0, LONGEST_DAYS, 7))


def as_read(world: World, today: Today, knowledge: Knowledge) -> tuple[World, Today]:
    """Return a world in which what the reader computes agrees with the calendar, and nothing stands that no record can say."""
    facts = knowledge.dictionary.facts
    observed = {name: _sayable(facts[name], value, today) for name, value in world.observed.items()}
    if "pregnant" in facts:
        observed["pregnant"] = today.pregnant
    dated = {name: Entries(tuple(_dated(each, name, today) for each in entries.described), entries.missing) for name, entries in world.lists.items()}
    stitches = dated.get("cerclages")
    placed = [each.get("gestation_days") for each in stitches.described] + [None] * stitches.missing if stitches else None
    lists = {name: Entries(tuple(_after(each, placed) for each in entries.described), entries.missing) for name, entries in dated.items()}
    return World(world.meaning, observed, lists), today


def _sayable(fact: Fact, value: Value, today: Today) -> Value:
    only = isinstance(fact, Observed) and fact.path in ONLY_PREGNANT
    return None if only and not today.pregnant and value is not False else value


def _dated(entry: Entry, name: str, today: Today) -> Entry:
    if name not in TIMES or "age_days" not in entry:
        return entry
    if not today.pregnant:
        return {**entry, "gestation_days": None}
    placed = entry.get("gestation_days")
    age = add("-", today.gestation_days, placed)
    return {**entry, "age_days": age} if compare("<", age, 0) is False else {**entry, "gestation_days": None, "age_days": None}


def _after(entry: Entry, placed: Sequence[Scalar] | None) -> Entry:
    if "after_cerclage" not in entry:
        return entry
    return {**entry, "after_cerclage": after_any(entry.get("gestation_days"), placed)}
