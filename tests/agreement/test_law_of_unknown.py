"""The law of unknown: finding out more never turns a yes into a no, or either into unknown.

Whoever is told "yes" from an incomplete record may rely on it, whatever the missing answers turn out to be. The law is
about one day and one record: a further pregnancy, or tomorrow, is not more of the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from random_criteria import Toy, budget, toys
from refining import refined

from gravida import load
from gravida.cases import Prepared, prepare_case
from gravida.check_engines import all_criteria
from gravida.cql import Node, show
from gravida.evaluate import Entries, World, fact, truth
from gravida.facts import Range, Value
from gravida.guideline import Recommendation
from gravida.random_worlds import random_worlds
from gravida.verdict import applies


def certain(criteria: Mapping[str, Node], world: World) -> dict[str, Value]:
    """The criteria that are true or false of a world, and the facts that have one value."""
    truths = {name: truth(node, world) for name, node in criteria.items()}
    values = {name: fact(name, world) for name in world.meaning.facts}
    return {name: value for name, value in {**truths, **values}.items() if value is not None and not isinstance(value, Range | tuple)}


def broken(criteria: Mapping[str, Node], pairs: Iterable[tuple[World, World]]) -> Iterator[str]:
    """Yield what was certain of a world and is not so of the same world with more known."""
    for world, more in pairs:
        before, after = certain(criteria, world), certain(criteria, more)
        for name, value in before.items():
            if after.get(name) != value:
                text = show(criteria[name]) if name in criteria else world.meaning.facts[name]
                yield f"{name}: {value} becomes {after.get(name)}\n  {text}\n{held(world)}\n{held(more)}"


def held(world: World) -> str:
    return f"  {world.observed} {world.lists}"


def with_more_known(worlds: Iterable[World], donors: Iterable[World], seed: int) -> Iterator[tuple[World, World]]:
    random = Random(seed)  # noqa: S311
    for world, donor in zip(worlds, donors, strict=True):
        yield world, refined(world, donor, random)


@budget(10)
@given(toys(60), st.integers(0, 2**32))
def test_random_criteria_keep_the_law(toy: Toy, seed: int):
    worlds, donors = (random_worlds(toy.knowledge, 60, seed + step, also=toy.criteria.values()) for step in (0, 1))
    found = list(broken(toy.criteria, with_more_known(worlds, donors, seed)))

    assert found == [], min(found, key=len)


def test_every_criterion_of_the_knowledge_keeps_the_law_on_random_records():
    knowledge = load()
    worlds, donors = (random_worlds(knowledge, 600, seed) for seed in (5, 6))
    found = list(broken(all_criteria(knowledge), with_more_known(worlds, donors, 7)))

    assert found == [], min(found, key=len)


def case_worlds(recommendation: Recommendation) -> list[World]:
    prepared = [prepare_case(case, load()) for case in recommendation.cases]
    return [each.situation.world for each in prepared if isinstance(each, Prepared)]


def test_every_recommendation_keeps_the_law_on_its_own_cases():
    """Random records seldom fulfil a long criterion; the cases do, and stand at its limits."""
    random, donors = Random(8), random_worlds(load(), 100_000, 9)  # noqa: S311
    for recommendation in load().recommendations.values():
        for world in case_worlds(recommendation):
            more = refined(world, next(donors), random)
            before = applies(recommendation, world)
            assert before is None or applies(recommendation, more) is before, f"{recommendation.key}\n{held(world)}\n{held(more)}"


def test_an_entry_that_turns_out_not_to_exist_changes_nothing_certain():
    """An incomplete list is padded with as many entries as could matter; some of them are not there."""
    pairs = [
        (world, World(world.meaning, world.observed, {name: fewer(each) for name, each in world.lists.items()})) for world in random_worlds(load(), 600, 4)
    ]
    found = list(broken(all_criteria(load()), pairs))

    assert found == [], min(found, key=len)
    assert sum(world.lists != other.lists for world, other in pairs) > 100


def fewer(entries: Entries) -> Entries:
    return Entries(entries.described, max(0, entries.missing - 1))
