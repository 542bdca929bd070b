"""Finding out more: a world in which some of what was unknown, or known as a range, is known.

What is new comes from a second random world, the donor. Nothing that was known changes, and no entry is added to a list
beyond those that were counted.
"""

from itertools import cycle
from random import Random

from gravida.evaluate import Entries, Entry, World
from gravida.facts import Range, Scalar, Value

OFTEN = 0.6


def refined(world: World, donor: World, random: Random) -> World:
    """Return a world that agrees with ``world`` and knows more."""
    names = world.observed.keys() | donor.observed.keys()
    observed = {name: _more(world.observed.get(name), donor.observed.get(name), random) for name in sorted(names)}
    lists = dict(world.lists)
    for name, entries in donor.lists.items():
        if name in world.lists:
            lists[name] = _more_of_entries(world.lists[name], entries, random)
        elif random.random() < OFTEN:
            lists[name] = entries
    return World(world.meaning, observed, lists)


def _more(value: Value, new: Value, random: Random) -> Value:
    if random.random() > OFTEN:
        return value
    if isinstance(value, Range):
        return random.choice([value.low, value.high, Range(value.low, (value.low + value.high) / 2)])
    return new if value is None else value


def _more_of_entries(entries: Entries, donor: Entries, random: Random) -> Entries:
    new = cycle(donor.described or ({},))
    described = [_more_of_entry(entry, next(new), random) for entry in entries.described]
    found = random.randint(0, entries.missing)
    described += [next(new) for _ in range(found)]
    return Entries(tuple(described), entries.missing - found)


def _more_of_entry(entry: Entry, donor: Entry, random: Random) -> Entry:
    more: dict[str, Scalar] = {name: _more(entry.get(name), value, random) for name, value in donor.items()}
    return {**entry, **more}
