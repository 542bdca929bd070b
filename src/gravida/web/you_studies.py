"""What trials found on a decision, in numbers of people, for somebody who has never read a trial.

Needs the extra ``evidence``; without it nothing is said of trials, and the page says that.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from gravida.evidence import EvidenceQuestion
from gravida.knowledge import Knowledge
from gravida.words import say

if TYPE_CHECKING:
    from gravida.evidence_answer import OutcomeAnswer

_told: dict[tuple[int, str], tuple[Knowledge, tuple[str, ...]]] = {}
"""What was worked out already: it depends on the knowledge, and on nobody."""


def studies(topic: str, knowledge: Knowledge) -> list[tuple[str, tuple[str, ...]]]:
    """Return the questions of a topic that trials answer, each with its answers."""
    questions = [each for each in knowledge.evidence.questions.values() if each.topic == topic]
    return [(each.plain, found) for each in questions if (found := _found(each, knowledge))]


def _found(question: EvidenceQuestion, knowledge: Knowledge) -> tuple[str, ...]:
    place = (id(knowledge), question.id)
    if place not in _told:
        _told[place] = (knowledge, tuple(_sentences(question, knowledge)))
    return _told[place][1]


def _sentences(question: EvidenceQuestion, knowledge: Knowledge) -> Iterator[str]:
    try:
        from gravida.evidence_answer import answer  # noqa: PLC0415  (the extra may not be installed)
        from gravida.report_evidence import people  # noqa: PLC0415
    except ImportError:
        return
    for outcome in answer(question, knowledge.evidence).outcomes:
        if outcome.effect is not None and not outcome.is_marked:
            yield _sentence(outcome, people)


def _sentence(found: "OutcomeAnswer", people: Callable[[float], str]) -> str:
    assert found.effect is not None
    assert found.pooled is not None
    effect = found.effect
    numbers = [people(each) for each in (effect.without, effect.with_treatment, effect.low, effect.high)]
    without, with_it, low, high = numbers
    said = say("web.you.studies.people", out_of=effect.out_of, without=without, what=found.outcome.plain, with_it=with_it, low=low, high=high)
    return f"{said} {say('web.you.studies.unsure')}" if found.pooled.headline.says_nothing else said
