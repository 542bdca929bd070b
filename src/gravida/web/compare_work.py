"""What the room *Where guidelines differ* asks of the solver: worked out when somebody asks, and kept for as long as the service runs.

The solver does one thing at a time, so there is one lock. A few may wait for it; whoever comes after them is told to come
again, so that those who want another room find a thread that is free.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from importlib.util import find_spec
from itertools import combinations
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Any, TypeVar

from gravida.compare.positions import Position, positions
from gravida.knowledge import Knowledge
from gravida.web.site import Problem

if TYPE_CHECKING:
    from gravida.compare.inside import Peculiar
    from gravida.compare.pairs import Difference
    from gravida.compare.two_maps import TwoMaps
    from gravida.compare.witness import Witness
    from gravida.comparing import Gap

SOLVER = "z3"
Answer = TypeVar("Answer")
WAITING = 8
"""So many pages may wait for the solver at once."""


def is_there() -> bool:
    """Return whether the solver is installed."""
    return find_spec(SOLVER) is not None


class Answers:
    """The answers on one knowledge, each worked out once. A method may raise :class:`Problem` 503, if too many wait."""

    def __init__(self, knowledge: Knowledge, waiting: int = WAITING) -> None:
        self.knowledge = knowledge
        self._kept: dict[tuple[Any, ...], Any] = {}
        self._one_at_a_time = Lock()
        self._waiting = BoundedSemaphore(waiting)

    def differences(self, first: str, second: str, topics: Sequence[str]) -> "list[Difference]":
        """Return every way in which two documents might part on some topics, with an answer to each."""
        with self._turn([("differences", *sorted((first, second)), topic) for topic in topics]):
            return [each for topic in topics for each in self._differences(first, second, topic)]

    def matrix(self, guidelines: Sequence[str], topic: str) -> "list[Difference]":
        """Return the same for every two of some documents on one topic."""
        pairs = list(combinations(guidelines, 2))
        with self._turn([("differences", *sorted(pair), topic) for pair in pairs]):
            return [each for first, second in pairs for each in self._differences(first, second, topic)]

    def witnesses(self, found: "Sequence[Difference]") -> "list[Witness | None]":
        """Return the smallest record of each difference; ``None`` where it is proved that there is none."""
        keys = [("witness", each.favours, each.other, each.topic, each.action, each.kind) for each in found]
        with self._turn(keys):
            return [self._once(key, partial(_witness, each, self.knowledge)) for key, each in zip(keys, found, strict=True)]

    def maps(self, witness: "Witness", key: tuple[str, ...], action: str, first: str, second: str) -> "TwoMaps":
        """Return the maps of two documents for a record. ``key`` names the record."""
        from gravida.compare.two_maps import two_maps  # noqa: PLC0415

        return self._once(("maps", *key, first, second), lambda: two_maps(witness.situation, self.knowledge, action, first, second))

    def inside(self, name: str) -> "tuple[list[tuple[Peculiar, tuple[Witness, ...]]], list[tuple[Gap, Witness | None]]]":
        """Return what is peculiar about one document, with its records, and its gaps."""
        from gravida.compare.witness import inside  # noqa: PLC0415

        with self._turn([("inside", name)]):
            return self._once(("inside", name), lambda: inside(name, self.knowledge))

    def _differences(self, first: str, second: str, topic: str) -> "list[Difference]":
        from gravida.compare.pairs import differences  # noqa: PLC0415  (without the solver it cannot be loaded)

        one, other = sorted((first, second))
        return self._once(("differences", one, other, topic), lambda: differences(one, other, self.knowledge, [topic]))

    def _once(self, key: tuple[Any, ...], work: Callable[[], Answer]) -> Answer:
        if key not in self._kept:
            self._kept[key] = work()
        found: Answer = self._kept[key]
        return found

    @contextmanager
    def _turn(self, keys: Sequence[tuple[Any, ...]]) -> Iterator[None]:
        """Wait for the solver, unless everything is kept already."""
        if all(key in self._kept for key in keys):
            yield
            return
        if not self._waiting.acquire(blocking=False):
            raise Problem(503)
        try:
            with self._one_at_a_time:
                yield
        finally:
            self._waiting.release()


@lru_cache(maxsize=4)
def answers(knowledge: Knowledge) -> Answers:
    """Return the answers on one knowledge, which never changes while it is in use."""
    return Answers(knowledge)


@lru_cache(maxsize=4)
def spoken(knowledge: Knowledge) -> dict[str, dict[str, list[Position]]]:
    """Return for each topic the documents that hold something of an act, current and replaced, with what they hold."""
    found: dict[str, dict[str, list[Position]]] = {each.id: {} for each in knowledge.topics.values() if each.compare}
    for guideline in knowledge.guidelines.values():
        for each in positions(guideline, knowledge):
            found[each.topic].setdefault(guideline.id, []).append(each)
    return found


def _witness(each: "Difference", knowledge: Knowledge) -> "Witness | None":
    from gravida.compare.witness import witness  # noqa: PLC0415

    return witness(each.claim, each.found, knowledge) if each.found is not None else None
