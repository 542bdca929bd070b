"""Unknown is never read as yes or as no: each connective is held against every way in which the unknown could turn out."""

from itertools import product

import pytest

from gravida.logic import all_hold, any_holds, at_least, both, either, every, negation, some

TRUTHS = (True, False, None)


def settled(truths):
    """Return every list of yes and no that the unknown ones could turn out to be."""
    return product(*([truth] if truth is not None else [True, False] for truth in truths))


def agreed(outcomes):
    """Return the outcome if all agree, else unknown."""
    found = set(outcomes)
    return found.pop() if len(found) == 1 else None


LISTS = [truths for length in range(5) for truths in product(TRUTHS, repeat=length)]


@pytest.mark.parametrize("truth", TRUTHS)
def test_negation(truth):
    assert negation(truth) is agreed(not each for (each,) in settled([truth]))


@pytest.mark.parametrize(("left", "right"), list(product(TRUTHS, repeat=2)))
def test_both_and_either(left, right):
    assert both(left, right) is agreed(a and b for a, b in settled([left, right]))
    assert either(left, right) is agreed(a or b for a, b in settled([left, right]))


@pytest.mark.parametrize("truths", LISTS)
def test_every_some_and_at_least(truths):
    assert every(truths) is agreed(all(each) for each in settled(truths))
    assert some(truths) is agreed(any(each) for each in settled(truths))
    for k in range(1, 6):
        assert at_least(k, truths) is agreed(sum(each) >= k for each in settled(truths))


@pytest.mark.parametrize("k", [1, 2, 7])
def test_a_list_that_nobody_knows_is_unknown_and_an_empty_one_is_empty(k):
    assert at_least(k, None) is None
    assert at_least(k, []) is False


def test_a_list_may_come_one_by_one():
    assert at_least(2, iter([True, None, True])) is True


@pytest.mark.parametrize("truths", [each for length in range(4) for each in product((True, False, None), repeat=length)])
def test_asking_one_after_another_gives_what_the_tables_give(truths):
    """Stopping early never changes an answer."""
    clauses = [lambda a, b, found=found: found for found in truths]
    assert all_hold(clauses, None, None) is every(truths)
    assert any_holds(clauses, None, None) is some(truths)
