"""Where guidelines part ways for one record: for, against, unsure, or not for this. Nothing is resolved.

Two recommendations can part ways only about the same action, and only if some day may lie in the weeks of both.
"""

from collections.abc import Iterable, Sequence

from gravida.assessment import Disagreement, Opinion
from gravida.guideline import Action, Topic
from gravida.knowledge import Knowledge

STANDS = frozenset({"now", "now-if", "met", "overdue", "later", "done", "withheld"})
"""Verdicts whose criterion is true, and whose window has not closed."""
DECIDED = frozenset({"treatment", "test", "referral"})
"""Kinds of action on which guidelines can part ways; what is only said to people is no such thing."""


def disagreements(opinions: Sequence[Opinion], knowledge: Knowledge) -> Iterable[Disagreement]:
    """Yield every action on which guidelines part ways for this record, by topic."""
    across = [each for each in opinions if knowledge.topics[each.topic].cuts_across and each.stance in ("against", "insufficient")]
    for topic in knowledge.topics.values():
        about = [each for each in opinions if each.topic == topic.id] if topic.compare else []
        ids = dict.fromkeys(action for each in about for action in knowledge.recommendations[each.recommendation].actions)
        for action in (knowledge.actions[each] for each in ids):
            if action.kind in DECIDED:
                speaking = dict.fromkeys(each.recommendation for each in (*about, *across) if action.label in each.actions)
                yield from _sides(topic, action, [each for each in opinions if each.recommendation in speaking], knowledge)


def _sides(topic: Topic, action: Action, about: list[Opinion], knowledge: Knowledge) -> Iterable[Disagreement]:
    """Yield how guidelines part ways on one action, if they do, and if anything calls for it."""
    standing = [each for each in about if each.verdict in STANDS]
    wanted = [each for each in standing if each.verdict != "withheld" and knowledge.recommendations[each.recommendation].favours]
    favour = _keys(wanted)
    against = _keys(each for each in standing if each.stance == "against" and _meets_any(each, wanted, knowledge))
    unsure = _keys(each for each in standing if each.stance == "insufficient" and _meets_any(each, wanted, knowledge))
    speaking = {each.body for each in standing if each.stance != "inform" and each.verdict != "withheld"}
    candidates = [each for each in about if each.verdict in ("not-met", "withheld") and knowledge.recommendations[each.recommendation].favours]
    silent = _keys(each for each in candidates if each.body not in speaking and not _any_open(each.body, about))
    if favour and (against or unsure or silent):
        yield Disagreement(topic.id, topic.label, action.label, action.plain, favour, against, unsure, silent)


def _meets_any(opinion: Opinion, others: list[Opinion], knowledge: Knowledge) -> bool:
    """Return whether the weeks of one share a day with the weeks of any other; only then can they part ways."""
    mine = knowledge.recommendations[opinion.recommendation].window
    windows = (knowledge.recommendations[other.recommendation].window for other in others)
    return any(mine is None or window is None or mine.meets(window) for window in windows)


def _any_open(body: str, about: list[Opinion]) -> bool:
    return any(each.body == body and each.verdict in ("unknown", "passed") for each in about)


def _keys(opinions: Iterable[Opinion]) -> tuple[str, ...]:
    return tuple(each.recommendation for each in opinions)
