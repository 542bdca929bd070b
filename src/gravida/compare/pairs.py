"""Two guidelines, act by act: in which ways they can part, each with a record that shows it, or proved that they cannot.

>>> from gravida.library import load
>>> knowledge = load()
>>> found = differences("acog-2014-cerclage", "rcog-2022-cerclage", knowledge, topics=["examination-indicated-cerclage"])
>>> sorted({each.kind for each in found if each.found})
['not-for-her', 'not-this-week', 'opposed']
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from gravida.compare.claims import Claim, Found, answer
from gravida.compare.kinds import KINDS, Kind, claim_of
from gravida.compare.positions import Position, positions
from gravida.knowledge import Knowledge


@dataclass(frozen=True)
class Difference:
    """One way in which one guideline is for an act now and the other parts from it. Without ``found`` it is proved that they never do."""

    favours: str
    other: str
    topic: str
    action: str
    kind: Kind
    claim: Claim
    found: Found | None


Question = tuple[Position, Position, Kind, Claim]


def questions(first: str, second: str, knowledge: Knowledge, topics: Collection[str] = ()) -> Iterator[Question]:
    """Yield every way in which two guidelines might part, either way round."""
    mine, others = (list(positions(knowledge.guidelines[each], knowledge)) for each in (first, second))
    for one in mine:
        for other in others:
            if (one.topic, one.action) == (other.topic, other.action) and (not topics or one.topic in topics):
                for favours, parts in ((one, other), (other, one)):
                    yield from ((favours, parts, kind, claim) for kind in KINDS if (claim := claim_of(kind, favours, parts)) is not None)


def differences(first: str, second: str, knowledge: Knowledge, topics: Collection[str] = ()) -> list[Difference]:
    """Return every way in which two guidelines might part, with an answer to each."""
    return [answered(each, knowledge) for each in questions(first, second, knowledge, topics)]


def answered(question: Question, knowledge: Knowledge) -> Difference:
    """Return a question with its answer."""
    favours, other, kind, claim = question
    return Difference(favours.guideline, other.guideline, favours.topic, favours.action, kind, claim, answer(claim, knowledge))


def matrix(
    knowledge: Knowledge, guidelines: Sequence[str], topics: Collection[str] = (), advance: Callable[[int, int], object] = lambda done, total: None
) -> list[Difference]:
    """Return every way in which any two of some guidelines might part. ``advance`` is told how far it is."""
    asked = [each for first, second in combinations(guidelines, 2) for each in questions(first, second, knowledge, topics)]
    found = []
    for done, each in enumerate(asked, start=1):
        found.append(answered(each, knowledge))
        advance(done, len(asked))
    return found


def current(knowledge: Knowledge) -> list[str]:
    """Return the guidelines that hold today."""
    return [each.id for each in knowledge.guidelines.values() if each.status == "current"]


def editions(knowledge: Knowledge) -> list[tuple[str, str]]:
    """Return each document that was replaced, with the one that replaced it."""
    return [(each.id, each.superseded_by) for each in knowledge.guidelines.values() if each.superseded_by in knowledge.guidelines]


def plainest(found: Iterable[Difference]) -> Kind | None:
    """Return the plainest way in which something parts, or ``None`` if it never does."""
    kinds = {each.kind for each in found if each.found is not None}
    return next((kind for kind in KINDS if kind in kinds), None)
