"""Warning signs before anything else: which stand, and which questions nobody has answered for this day."""

from collections.abc import Iterable

from gravida.assessment import RedFlag, Unanswered
from gravida.evaluate import fact
from gravida.facts import Pick
from gravida.guideline import Recommendation, Tier
from gravida.knowledge import Knowledge
from gravida.prepare import Situation
from gravida.verdict import judge
from gravida.words import say


def red_flags(situation: Situation, knowledge: Knowledge) -> Iterable[RedFlag]:
    """Yield the warnings that stand, the most urgent first; a sign already answered by "now" is not repeated for "today".

    A sign that matters in pregnancy is shown also when the record says not pregnant: the record may be out of date.
    """
    urgent: set[str] = set()
    for recommendation in _tiered(knowledge):
        found = judge(recommendation, knowledge.actions, situation.world, situation.today)
        signs = tuple(_signs(recommendation, situation, knowledge))
        repeated = recommendation.tier == "today" and bool(signs) and set(signs) <= urgent
        if found.verdict in ("now", "met", "later") and recommendation.tier is not None and not repeated:
            urgent.update(signs)
            do = say("page.or").join(knowledge.actions[action].plain for action in recommendation.actions)
            yield RedFlag(
                recommendation.key,
                recommendation.tier,
                recommendation.says,
                recommendation.plain,
                signs,
                do,
                found.clock == "not-pregnant" and found.verdict == "later",
            )


def _tiered(knowledge: Knowledge) -> list[Recommendation]:
    """Return the warnings, the most urgent first: by tier, then in the order of the actions."""
    order = list(knowledge.actions)
    found = [each for each in knowledge.recommendations.values() if each.tier is not None]
    return sorted(found, key=lambda each: (each.tier != "now", min(order.index(action) for action in each.actions), each.key))


def _signs(recommendation: Recommendation, situation: Situation, knowledge: Knowledge) -> Iterable[str]:
    """Yield the labels of the signs that are present."""
    for name in _safety_facts(recommendation, knowledge):
        if fact(name, situation.world) is True:
            yield knowledge.dictionary.facts[name].words.label


def _safety_facts(recommendation: Recommendation, knowledge: Knowledge) -> list[str]:
    """Return the signs that a warning asks about: what is picked from symptoms or examinations."""
    leaves = knowledge.index.leaves_of(recommendation.who.node) if recommendation.who else ()
    return [leaf for leaf in dict.fromkeys(leaves) if isinstance(knowledge.dictionary.facts.get(leaf), Pick)]


def signs(knowledge: Knowledge) -> dict[str, Tier]:
    """Return the signs that somebody could report, the most urgent first, each with its most urgent tier."""
    found: dict[str, Tier] = {}
    for recommendation in _tiered(knowledge):
        for name in _safety_facts(recommendation, knowledge):
            declared = knowledge.dictionary.facts[name]
            if recommendation.tier and isinstance(declared, Pick) and declared.list == "symptoms":
                found.setdefault(name, recommendation.tier)
    return found


def open_signs(situation: Situation, knowledge: Knowledge) -> dict[str, Tier]:
    """Return the signs that she could report and that nobody has answered for this day, each with its most urgent tier."""
    return {name: tier for name, tier in signs(knowledge).items() if fact(name, situation.world) is None}


def unanswered(situation: Situation, knowledge: Knowledge) -> Iterable[Unanswered]:
    """Yield the safety questions that she could answer and that nobody has answered for this day, each once."""
    for name in open_signs(situation, knowledge):
        words = knowledge.dictionary.facts[name].words
        yield Unanswered(name, words.label, words.question)


def examined_today(situation: Situation) -> bool:
    """Return whether an examination of this very day is recorded."""
    entries = situation.world.lists.get("examinations")
    return any(entry.get("age_days") == 0 for entry in entries.described) if entries else False
