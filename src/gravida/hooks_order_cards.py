"""Cards for an order: when guidelines advise against what is ordered, hold it back, or call for something else instead.

No card where any guideline calls for it now and nothing that is known speaks against it: whoever orders has chosen.

>>> import gravida
>>> from gravida.assess import assess
>>> from gravida.hooks_orders import MEANINGS
>>> record = {"as_of": "2026-06-01", "pregnancy": {"status": "ongoing", "gestation": "20+0", "plurality": "1"}}
>>> knowledge = gravida.load()
>>> [card] = order_cards([Ordered(MEANINGS["17-ohpc"], "MedicationRequest/1")], assess(gravida.record_from(record), knowledge), knowledge)
>>> card.summary
'17-OHPC (hydroxyprogesterone caproate): advise against: EMA, FDA, SMFM'
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from gravida.assessment import Assessment, Opinion
from gravida.hooks_card_lines import IN_FORCE, Basis, detail_of, fitted, in_order, is_firm, opinion_line, sides
from gravida.hooks_cards import MOST_CARDS, Card, Indicator, red_flag_card
from gravida.hooks_orders import MEANINGS, Meaning, Ordered
from gravida.knowledge import Knowledge
from gravida.markdown_text import inline

DONE_BY_VAGINA = MEANINGS["progesterone-vaginal"]
BY_OTHER_ROUTE = ("progesterone", "progesterone-other")
TREATMENTS = frozenset(action for each in MEANINGS.values() for action in each.actions)


@dataclass(frozen=True)
class _Sides:
    """What guidelines say today of some actions."""

    calling: tuple[Opinion, ...]
    against: tuple[Opinion, ...]
    unsure: tuple[Opinion, ...]
    held_back: tuple[Opinion, ...]
    open: tuple[Opinion, ...]
    """Recommendations for it that may or will apply: not judged yet, or of later weeks."""


def order_cards(orders: Iterable[Ordered], assessment: Assessment, knowledge: Knowledge, basis: Basis | None = None) -> tuple[Card, ...]:
    """Return urgent signs, then a card for each order on which there is something to say, the gravest first."""
    basis = basis or Basis()
    known = list(orders)
    if not known:
        return ()
    found = [card for each in known if (card := _card(each, assessment, knowledge, basis))]
    found.sort(key=lambda each: ("critical", "warning", "info").index(each.indicator))
    return (*red_flag_card(assessment, knowledge, basis), *found)[:MOST_CARDS]


def _card(ordered: Ordered, assessment: Assessment, knowledge: Knowledge, basis: Basis) -> Card | None:
    means = ordered.means
    found = _sides_of(means.actions, assessment, knowledge, basis)
    instead = _instead(means, assessment, knowledge, basis)
    if means.id in BY_OTHER_ROUTE:
        return _by_another_route(ordered, assessment, knowledge, basis)
    if found.calling:
        return _held_back(ordered, found, assessment, knowledge, basis) if _spoken_against(found) else None
    if found.against:
        return _against(ordered, found, instead, assessment, knowledge, basis)
    if found.held_back:
        return _held_back(ordered, found, assessment, knowledge, basis)
    if instead and not found.open:
        return _alternative(ordered, found, instead, assessment, knowledge, basis)
    return None


def _opinions(actions: Sequence[str], assessment: Assessment, knowledge: Knowledge) -> Iterator[Opinion]:
    """Yield what current and verified recommendations say of any of these actions."""
    for row in assessment.matrix:
        for each in row.opinions:
            if not each.recalled and not each.superseded and set(knowledge.recommendations[each.recommendation].actions) & set(actions):
                yield each


def _sides_of(actions: Sequence[str], assessment: Assessment, knowledge: Knowledge, basis: Basis) -> _Sides:
    every = in_order(_opinions(actions, assessment, knowledge))
    favouring = [each for each in every if knowledge.recommendations[each.recommendation].favours]
    firm = [each for each in every if is_firm(each.recommendation, knowledge, basis)]
    return _Sides(
        calling=tuple(each for each in favouring if each.verdict in IN_FORCE),
        against=tuple(each for each in firm if each.stance == "against" and each.verdict in ("now", "met")),
        unsure=tuple(each for each in every if each.stance == "insufficient" and each.verdict in ("now", "met")),
        held_back=tuple(each for each in favouring if each.verdict == "withheld" and each in firm),
        open=tuple(each for each in favouring if each.verdict in ("unknown", "later", "done")),
    )


def _spoken_against(found: _Sides) -> bool:
    """Return whether something that is known of her speaks against what some guideline calls for."""
    return bool(found.held_back) or any(each.cautions for each in found.calling)


def _instead(means: Meaning, assessment: Assessment, knowledge: Knowledge, basis: Basis) -> list[Opinion]:
    """Return what calls for another treatment of the same purpose today, and that nobody here advises against."""
    found = []
    for action in sorted(TREATMENTS - set(means.actions)):
        others = _sides_of([action], assessment, knowledge, basis)
        if others.calling and not others.against:
            found += [each for each in others.calling if not set(knowledge.recommendations[each.recommendation].actions) & set(means.actions)]
    return in_order({each.recommendation: each for each in found}.values())


def _against(ordered: Ordered, found: _Sides, instead: Sequence[Opinion], assessment: Assessment, knowledge: Knowledge, basis: Basis) -> Card:
    """Return the card of what every guideline that speaks to it today advises against. Critical only if nothing is left open."""
    settled = not (found.unsure or found.open or found.held_back)
    shown = [*found.against, *found.unsure, *found.held_back]
    every = "Every current guideline here that applies advises against it." if not found.unsure else "No current guideline here that applies calls for it."
    first = [f"**{inline(ordered.means.label)}** is what was ordered. {every}"]
    if found.open:
        first[0] += f" {len(found.open)} for it cannot be judged yet, or speak of later weeks or of what is done: {_bodies(found.open)}."
    return _made(ordered, "critical" if settled else "warning", sides(shown, knowledge), shown, [*first, *_instead_lines(instead, knowledge, basis)],
                 assessment, knowledge, basis, _take_back(ordered))  # fmt: skip


def _held_back(ordered: Ordered, found: _Sides, assessment: Assessment, knowledge: Knowledge, basis: Basis) -> Card:
    """Return the card of what guidelines call for, and something that is known speaks against."""
    shown = [*found.calling, *found.held_back, *found.against, *found.unsure]
    held = list(dict.fromkeys(reason for each in found.held_back for reason in each.withheld_by))
    # A caution ends in who says so; what holds a recommendation back already is not said twice.
    others = dict.fromkeys(each for one in found.calling for each in one.cautions if each.rpartition(" (")[0] not in held)
    reasons = [*held, *others]
    first = [f"**{inline(ordered.means.label)}** is what was ordered. In this record, this speaks against it: {inline('; '.join(reasons))}."]
    texts = [f"held back by {_bodies(found.held_back)}: {'; '.join(reasons)}"] if found.held_back else []
    return _made(ordered, "warning", [*texts, f"something known speaks against it: {'; '.join(reasons)}", "something known speaks against it"], shown, first,
                 assessment, knowledge, basis)  # fmt: skip


def _alternative(ordered: Ordered, found: _Sides, instead: Sequence[Opinion], assessment: Assessment, knowledge: Knowledge, basis: Basis) -> Card:
    first = [f"**{inline(ordered.means.label)}** is what was ordered. No guideline here calls for it today.", *_instead_lines(instead, knowledge, basis)]
    texts = _alternative_texts("not called for here;", instead)
    return _made(ordered, "info", texts, [*instead, *found.unsure], first, assessment, knowledge, basis)


def _by_another_route(ordered: Ordered, assessment: Assessment, knowledge: Knowledge, basis: Basis) -> Card | None:
    """Return the card of progesterone whose route is another, or not stated, where guidelines call for the vaginal one."""
    calling = _sides_of(DONE_BY_VAGINA.actions, assessment, knowledge, basis).calling
    if not calling:
        return None
    why = "The order does not say by which route." if ordered.means.id == "progesterone" else "The order says another route than the vagina."
    first = [f"**{inline(ordered.means.label)}** is what was ordered. {why} What guidelines call for here is vaginal progesterone."]
    said = DONE_BY_VAGINA.label
    texts = [f"guidelines here call for {said} ({_bodies(calling)})", f"guidelines here call for {said}"]
    return _made(ordered, "info", texts, calling, first, assessment, knowledge, basis)


def _alternative_texts(start: str, instead: Sequence[Opinion]) -> list[str]:
    what = ", ".join(dict.fromkeys(action for each in instead for action in each.actions))
    return [f"{start} {what} is: {_bodies(instead)}", f"{start} {what} is", "another treatment is called for"]


def _instead_lines(instead: Sequence[Opinion], knowledge: Knowledge, basis: Basis) -> list[str]:
    return ["", "**What applies instead**", "", *(opinion_line(each, knowledge, basis) for each in instead)] if instead else []


def _bodies(opinions: Sequence[Opinion]) -> str:
    return ", ".join(dict.fromkeys(each.body for each in opinions))


def _made(
    ordered: Ordered, indicator: Indicator, texts: Sequence[str], shown: Sequence[Opinion], first: Sequence[str],
    assessment: Assessment, knowledge: Knowledge, basis: Basis, more: Sequence[dict[str, Any]] = (),
) -> Card:  # fmt: skip
    topics = {each.topic for each in shown}
    topic = shown[0].topic
    every = list(_opinions(ordered.means.actions, assessment, knowledge))
    detail = detail_of(shown, every, assessment, knowledge, basis, topics, first)
    return Card(topic, knowledge.topics[topic].label, indicator, fitted(f"{ordered.means.label}: ", texts), detail, basis.page, tuple(more))


def _take_back(ordered: Ordered) -> list[dict[str, Any]]:
    """Return the suggestion to take a draft order out again, where its reference is known."""
    if not ordered.reference:
        return []
    words = f"Take out the draft order: {ordered.means.label}"
    return [{"label": words, "uuid": str(uuid4()), "actions": [{"type": "delete", "description": words, "resourceId": ordered.reference}]}]
