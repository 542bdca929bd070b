"""Random records: they keep the constraints, gather around the limits, and leave much unknown."""

from collections import Counter
from pathlib import Path

import pytest

from gravida.cql import parse
from gravida.evaluate import truth
from gravida.facts import Range
from gravida.library import load
from gravida.random_worlds import random_worlds

TOY = load(Path(__file__).parents[1] / "toy")
WORLDS = list(random_worlds(TOY, 3000, seed=1))


def entries(name):
    return [entry for world in WORLDS if name in world.lists for entry in world.lists[name].described]


def test_the_same_seed_gives_the_same_worlds():
    assert list(random_worlds(TOY, 3000, seed=1)) == WORLDS
    assert list(random_worlds(TOY, 3000, seed=2)) != WORLDS


@pytest.mark.parametrize("constraint", TOY.constraints, ids=lambda each: each.because)
def test_no_world_breaks_a_constraint_and_some_come_close(constraint):
    judged = ((WORLDS[0], entry) for entry in entries(constraint.list)) if constraint.list else ((world, {}) for world in WORLDS)
    found = {truth(constraint.holds.node, world, entry) for world, entry in judged}

    assert found == {True, None}


def test_about_a_quarter_is_unknown():
    unknown = Counter(value is None for world in WORLDS for value in world.observed.values())

    assert 0.2 < unknown[True] / unknown.total() < 0.3


def test_numbers_lie_at_below_and_above_every_limit_and_at_the_ends_of_their_range():
    ended = {entry["ended_days"] for entry in entries("prior_pregnancies")}
    snow = {entry["snow_mm"] for entry in entries("scans")}
    age = {entry["age_days"] for entry in entries("symptoms")}

    assert {97, 98, 99, 194, 195, 196, 139, 140, 141, 1, 314, None} <= ended
    assert {24, 24.9, 25, 25.1, 26, 5, 80, None} <= snow
    assert {0, 1, 2, 320, None} <= age


def test_some_numbers_are_ranges_within_what_the_number_can_be():
    ranges = {entry["snow_mm"] for entry in entries("scans") if isinstance(entry["snow_mm"], Range)}

    assert len(ranges) > 5
    assert all(5 <= each.low < each.high <= 80 for each in ranges)


def test_lists_are_unknown_empty_complete_and_incomplete():
    journeys = [world.lists.get("prior_pregnancies") for world in WORLDS]
    shapes = {None if found is None else (len(found.described), found.missing) for found in journeys}

    assert {None, (0, 0), (4, 0), (1, 1), (2, TOY.largest_k), (0, 2)} <= shapes
    assert all(found.missing == 0 for world in WORLDS for name, found in world.lists.items() if name != "prior_pregnancies")


def test_chosen_facts_bring_what_they_rest_on_and_no_more():
    world = next(world for world in random_worlds(TOY, 100, seed=1, facts=["drums", "large_company"]) if world.lists)

    assert set(world.observed) == {"walkers"}
    assert {name: set(found.described[0]) for name, found in world.lists.items() if found.described} == {"symptoms": {"drums", "age_days"}}


def test_limits_of_further_criteria_are_met_too():
    walkers = {world.observed["walkers"] for world in random_worlds(TOY, 500, seed=1, facts=["walkers"], also=[parse("walkers = 6")])}

    assert {5, 6, 7} <= walkers


def test_criteria_with_many_clauses_come_true():
    found = {truth(TOY.recommendations["rivendell-2018-roads/cross-the-pass"].who.node, world) for world in WORLDS}

    assert found == {True, False, None}
