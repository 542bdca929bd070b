"""Records as no system should send them: a request with parts of it dropped, doubled, swapped, or replaced by something odd."""

import copy
import random

ODD = (
    None, True, -1, 0, 1e308, 10**30, "", " ", "x" * 500, "2026-02-31", "9999-12-31", "0001-01-01", "\ud800", "39+6", "NaN", [], {}, [[]], [None],
    {"value": "21"}, {"resourceType": "Bundle"}, {"resourceType": "Patient", "id": "p2"}, {"reference": "Patient/p2"}, {"coding": [{}]},
    {"value": 21, "unit": "cm"},
)  # fmt: skip


def mutated(body, seed):
    """Return a request with one to six mutations inside its resources, the same for the same seed."""
    chance, body = random.Random(seed), copy.deepcopy(body)  # noqa: S311  (no secret)
    for _ in range(chance.randint(1, 6)):
        places = list(_places(body["prefetch"])) + list(_places(body["context"].get("draftOrders", {})))
        parent, key = chance.choice(places)
        _mutate(parent, key, places, chance)
    return body


def _places(value):
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from _places(inner)


def _mutate(parent, key, places, chance):
    kind = chance.randrange(5)
    if kind == 0:
        del parent[key]
    elif kind == 1:
        parent[key] = copy.deepcopy(chance.choice(ODD))
    elif kind == 2:
        other, at = chance.choice(places)
        parent[key] = copy.deepcopy(other[at])
    elif kind == 3 and isinstance(parent, list):
        parent.append(copy.deepcopy(parent[key]))
    elif isinstance(parent[key], str):
        parent[key] = chance.choice((parent[key].upper(), parent[key][: len(parent[key]) // 2], parent[key] + "é\u202e", parent[key] * 3))
    elif isinstance(parent[key], int | float):
        parent[key] = parent[key] * chance.choice((-1, 0, 10, 0.1, 1e9))
    else:
        parent[key] = copy.deepcopy(chance.choice(ODD))
