"""What trials found on a decision, in numbers of people, for somebody who has never read a trial.

Only what several trials say together is said in numbers: one trial alone, or the one of several that was read, may be
the lucky one. Needs the extra ``evidence``; without it no numbers are there, and the page says that.
"""

from collections.abc import Iterator

from gravida.evidence import EvidenceQuestion
from gravida.knowledge import Knowledge
from gravida.words import say

OUT_OF = 1000
"""Every figure is counted out of so many people, so that none is a part of a person and all can be held side by side."""
_told: dict[tuple[int, str], tuple[Knowledge, tuple[str, ...]]] = {}
"""What was worked out already: it depends on the knowledge, and on nobody."""


def studies(topic: str, knowledge: Knowledge) -> list[tuple[str, tuple[str, ...]]]:
    """Return the questions of a topic that trials were made on, each with its answers; with none if no number can be given."""
    questions = [each for each in knowledge.evidence.questions.values() if each.topic == topic]
    return [(each.plain, _found(each, knowledge)) for each in questions if each.pool or each.apart or knowledge.evidence.published_for(each)]


def _found(question: EvidenceQuestion, knowledge: Knowledge) -> tuple[str, ...]:
    place = (id(knowledge), question.id)
    if place not in _told:
        _told[place] = (knowledge, tuple(_sentences(question, knowledge)))
    return _told[place][1]


def _sentences(question: EvidenceQuestion, knowledge: Knowledge) -> Iterator[str]:
    try:
        from gravida.evidence_answer import answer  # noqa: PLC0415  (the extra may not be installed)
        from gravida.pooling import absolute  # noqa: PLC0415
    except ImportError:
        return
    for outcome in answer(question, knowledge.evidence).outcomes:
        if outcome.pooled is not None and outcome.pooled.headline.is_known and outcome.baseline is not None and not outcome.is_marked:
            effect = absolute(outcome.pooled.headline, outcome.baseline, OUT_OF)
            without, with_it, low, high = (f"{each:.0f}" for each in (effect.without, effect.with_treatment, effect.low, effect.high))
            said = say("web.you.studies.people", out_of=OUT_OF, without=without, what=outcome.outcome.plain, with_it=with_it, low=low, high=high)
            yield f"{said} {say('web.you.studies.unsure')}" if outcome.pooled.headline.says_nothing else said
