"""The order of questions: what does most to settle verdicts comes first.

Every open verdict has one vote, which it divides among the questions that it still turns on. A question that alone
would settle a verdict gets its whole vote; one of five gets a fifth. Questions that are asked in one go are counted
together. Tried against asking what settles most verdicts at once, and against counting how many rest on a question:
this order needs the fewest questions (``docs/decisions/0010``).

>>> votes({"a": frozenset({"plurality"}), "b": frozenset({"plurality", "scans"})})
{'plurality': 1.5, 'scans': 0.5}
"""

from collections.abc import Callable, Mapping


def votes(candidates: Mapping[str, frozenset[str]]) -> dict[str, float]:
    """Return the votes for each question. ``candidates`` are by recommendation the questions that could change it."""
    found: dict[str, float] = {}
    for names in candidates.values():
        for name in sorted(names):
            found[name] = found.get(name, 0) + 1 / len(names)
    return found


def grouped(candidates: Mapping[str, frozenset[str]], group: Callable[[str], str], most: int) -> list[list[str]]:
    """Return the questions, best first, those of one group together: at most so many, the best of them."""
    found = votes(candidates)
    groups: dict[str, list[str]] = {}
    for name in sorted(found, key=lambda name: (-found[name], name)):
        groups.setdefault(group(name), []).append(name)
    parts = [names[:most] for names in groups.values()]
    return sorted(parts, key=lambda names: (-sum(found[name] for name in names), names))
