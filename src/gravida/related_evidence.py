"""What trials were published on the decisions that stand for a record: named here, weighed by ``gravida evidence``."""

from collections.abc import Iterator, Sequence

from gravida.assessment import EvidenceFor, Opinion, PublishedEffect
from gravida.disagreement import STANDS
from gravida.evidence import TRUSTED, EvidenceQuestion, Published
from gravida.knowledge import Knowledge


def related_evidence(opinions: Sequence[Opinion], knowledge: Knowledge) -> Iterator[EvidenceFor]:
    """Yield the questions on every topic on which some guideline says something for this record, with what was published and read."""
    topics = {each.topic for each in opinions if each.verdict in STANDS and each.stance != "inform"}
    for question in knowledge.evidence.questions.values():
        if question.topic in topics:
            yield EvidenceFor(question.id, question.asks, question.plain, question.compares, tuple(_effects(question, knowledge)))


def _effects(question: EvidenceQuestion, knowledge: Knowledge) -> Iterator[PublishedEffect]:
    for each in knowledge.evidence.published_for(question):
        if each.confidence in TRUSTED:
            yield _effect(each, knowledge)


def _effect(found: Published, knowledge: Knowledge) -> PublishedEffect:
    label = knowledge.evidence.outcomes[found.outcome].label
    return PublishedEffect(found.citation, found.population, label, found.measure, found.estimate, found.low, found.high, found.trials, found.participants)
