"""What each guideline holds of an act, topic by topic: for it, against it, or that too little is known.

Two guidelines can part ways only about the same act, in a topic that both speak to; what one says of an act whatever the
reason counts in every topic (``cuts_across``). What nobody has read, or only informs, is no position.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gravida.disagreement import DECIDED
from gravida.guideline import Guideline, Recommendation
from gravida.knowledge import Knowledge


@dataclass(frozen=True)
class Position:
    """What one guideline says of one act in one topic."""

    guideline: str
    topic: str
    action: str
    favour: tuple[Recommendation, ...]
    against: tuple[Recommendation, ...]
    unsure: tuple[Recommendation, ...]

    @property
    def all(self) -> tuple[Recommendation, ...]:
        """Everything that it says of it."""
        return (*self.favour, *self.against, *self.unsure)


def positions(guideline: Guideline, knowledge: Knowledge) -> Iterator[Position]:
    """Yield what a guideline says of every act, in every topic on which guidelines are held against each other."""
    said = [each for each in map(knowledge.recommendations.__getitem__, guideline.recommendations) if not each.is_recalled and each.stance != "inform"]
    across = [each for each in said if knowledge.topics[each.topic].cuts_across and not each.favours]
    for topic in knowledge.topics.values():
        about = [each for each in said if each.topic == topic.id] if topic.compare else []
        for action in dict.fromkeys(name for each in about for name in each.actions):
            if knowledge.actions[action].kind in DECIDED:
                speaking = [each for each in (*about, *(one for one in across if one.topic != topic.id)) if action in each.actions]
                yield _position(guideline.id, topic.id, action, speaking)


def _position(guideline: str, topic: str, action: str, speaking: Sequence[Recommendation]) -> Position:
    by_stance = {stance: tuple(each for each in speaking if each.stance == stance) for stance in ("against", "insufficient")}
    return Position(guideline, topic, action, tuple(each for each in speaking if each.favours), by_stance["against"], by_stance["insufficient"])
