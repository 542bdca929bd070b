"""Cohorts and policies that several tests look at."""

from dataclasses import replace

import pytest

from gravida.library import load
from gravida.policies import Policy
from gravida.simulate.answers import Answers
from gravida.simulate.runs import Job, chosen_of, live, world_of


@pytest.fixture(scope="session")
def knowledge():
    return load()


@pytest.fixture(scope="session")
def answers(knowledge):
    """Return what is asked once for all tests: under every policy that there is."""
    return Answers(knowledge, [each for each in knowledge.policies.values() if not each.habits])


@pytest.fixture(scope="session")
def cohort(knowledge):
    """Return a function that makes people: so many, from a number on, with some numbers changed."""
    kept = {}

    def make(size, first=0, seed=1, **changes):
        key = (size, first, seed, tuple(sorted(changes.items())))
        if key not in kept:
            job = Job(knowledge, (), seed, size, "us", changes)
            kept[key] = world_of(chosen_of(job, {}), seed).portion(first, size)
        return kept[key]

    return make


@pytest.fixture(scope="session")
def lives(knowledge, answers):
    """Return a function that lets a cohort live under policies, each a name or a policy."""

    def run(people, *policies):
        return live(people, [knowledge.policies[each] if isinstance(each, str) else each for each in policies], answers)

    return run


@pytest.fixture(scope="session")
def with_uptake(knowledge):
    """Return a function that gives a policy with another uptake of one act."""

    def change(name, act, share):
        policy = knowledge.policies[name]
        lines = tuple(replace(line, uptake=share) if line.act == act else line for line in policy.lines)
        return replace(policy, lines=lines)

    return change


@pytest.fixture(scope="session")
def only():
    """Return a function that makes a policy of some lines of another."""

    def make(policy, *acts):
        return replace(policy, id=f"only-{'-'.join(acts)}", lines=tuple(line for line in policy.lines if line.act in acts))

    return make


@pytest.fixture(scope="session")
def nothing():
    return Policy("nothing", "Nothing at all", "No act.", (), because="an example")
