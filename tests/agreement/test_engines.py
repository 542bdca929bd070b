"""The reference engine and SQL give the same answers to random criteria over random records."""

from collections import Counter
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st
from random_criteria import Toy, budget, toys
from sqlglot import expressions as exp

from gravida import load, sql
from gravida.check_engines import all_criteria, sql_disagreements
from gravida.cql import parse, show
from gravida.evaluate import World, truth
from gravida.knowledge import Problem
from gravida.random_worlds import random_worlds


def numbered(worlds: Iterable[World]) -> list[tuple[str, World]]:
    return [(f"world {number}: {world.observed} {world.lists}", world) for number, world in enumerate(worlds)]


@budget(6)
@given(toys(60), st.integers(0, 2**32))
def test_both_engines_agree_on_random_criteria_and_facts(toy: Toy, seed: int):
    worlds = numbered(random_worlds(toy.knowledge, 60, seed, also=toy.criteria.values()))
    facts = list(toy.knowledge.dictionary.facts)
    found = sql_disagreements(worlds, toy.criteria, facts, toy.knowledge)

    assert found.problems == (), smallest(found.problems, toy)
    assert found.answers == 60 * (60 + len(facts))


def smallest(problems: Iterable[Problem], toy: Toy) -> str:
    """Show the disagreement that takes the fewest words."""
    named = [f"{problem}\n  {toy.behind(problem.message.split(' on ')[1].split(' for ')[0])}" for problem in problems]
    return min(named, key=len, default="")


def test_random_criteria_come_out_true_false_and_unknown():
    """Else their agreement would say little."""
    found = Counter()

    @budget(4)
    @given(toys(30), st.integers(0, 2**32))
    def judge(toy: Toy, seed: int):
        worlds = list(random_worlds(toy.knowledge, 30, seed, also=toy.criteria.values()))
        found.update(truth(node, world) for node in toy.criteria.values() for world in worlds)

    judge()
    assert min(found[answer] for answer in (True, False, None)) > found.total() / 10


@budget(10)
@given(toys(60))
def test_what_is_printed_reads_back_as_the_same_criterion(toy: Toy):
    for node in (*toy.criteria.values(), *toy.knowledge.criteria.values()):
        assert parse(show(node)) == node


def test_both_engines_agree_on_the_whole_knowledge_over_random_records():
    knowledge = load()
    worlds = numbered(random_worlds(knowledge, 400, seed=2))
    found = sql_disagreements(worlds, all_criteria(knowledge), list(knowledge.dictionary.facts), knowledge)

    assert found.problems == ()


def test_an_engine_that_takes_unknown_for_no_is_found_out(monkeypatch):
    knowledge = load()
    worlds = numbered(random_worlds(knowledge, 40, seed=3))
    monkeypatch.setattr(sql, "_case", lambda true, _: exp.Coalesce(this=true, expressions=[exp.false()]))
    found = sql_disagreements(worlds, all_criteria(knowledge), list(knowledge.dictionary.facts), knowledge)

    assert found.problems
