"""The solver means what the reference engine means: every verdict of the knowledge, on records that leave things open."""

from random import Random

import pytest
import z3

from gravida.evaluate import Entries, World
from gravida.facts import Range
from gravida.library import load
from gravida.random_worlds import random_worlds
from gravida.smt.meaning import Formulas
from gravida.smt.reading import fixed, holds, world_of
from gravida.smt.verdicts import VERDICTS, Verdicts
from gravida.smt.worlds import Space
from gravida.verdict import Today, judge

SIZE = 4
WORLDS = 60


@pytest.fixture(scope="module")
def knowledge():
    return load()


@pytest.fixture(scope="module")
def verdicts(knowledge):
    """Return the verdicts of every recommendation over all records with at most four entries of each list."""
    space = Space(knowledge, dict.fromkeys(knowledge.dictionary.lists, SIZE), sharp=False)
    found = Verdicts(Formulas(space))
    for each in knowledge.recommendations.values():
        found.all_of(each)
    return found


def some_worlds(knowledge):
    random = Random(8)  # noqa: S311  (nothing secret hangs on these numbers)
    for world in random_worlds(knowledge, WORLDS, seed=8):
        pregnant = world.observed.get("pregnant")
        day = random.randrange(20, 290)
        gestation = random.choice([day, day, day, Range(day, day + random.randrange(1, 20)), None])
        yield world, Today(pregnant, None if pregnant is False else gestation)


def in_the_model(solver, space, world, today):
    solver.push()
    solver.add(*fixed(space, world, today))
    assert solver.check() == z3.sat, "the space leaves out a record that can be"
    model = solver.model()
    solver.pop()
    return model


def test_every_verdict_of_a_random_record_is_that_of_the_reference_engine(knowledge, verdicts):
    solver = z3.Solver()
    solver.add(*verdicts.space.rules)
    seen = set()
    for world, today in some_worlds(knowledge):
        model = in_the_model(solver, verdicts.space, world, today)
        for each in knowledge.recommendations.values():
            found = [verdict for verdict in VERDICTS if holds(verdicts.among(each, {verdict}), model)]
            expected = judge(each, knowledge.actions, World(world.meaning, world.observed, world.lists), today).verdict
            assert found == [expected], (each.key, world.observed, world.lists, today)
            seen.add(expected)
    assert seen == set(VERDICTS), "the records show too little"


def test_a_model_reads_back_as_the_record_that_it_was_made_of(knowledge, verdicts):
    solver = z3.Solver()
    solver.add(*verdicts.space.rules)
    for world, today in some_worlds(knowledge):
        read, when = world_of(verdicts.space, in_the_model(solver, verdicts.space, world, today))
        assert when == today
        assert {name: value for name, value in read.observed.items() if value is not None} == {
            name: value for name, value in world.observed.items() if value is not None and name in verdicts.space.facts
        }
        for name, entries in read.lists.items():
            assert entries == Entries(
                tuple({key: each.get(key) for key in entry} for each, entry in zip(world.lists[name].described, entries.described, strict=True)),
                world.lists[name].missing,
            )
