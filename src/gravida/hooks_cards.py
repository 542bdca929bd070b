"""Cards: what an assessment says now, in the few lines that somebody reads in the middle of other work.

Urgent signs come first. Then one card for each topic on which a guideline calls for something today, five cards at most.
Everything on a card comes from the assessment: nothing is merged, and what is not known is said to be so. What is called
urgent, or advised against, never rests on a fact that was assumed, or on a source that nobody has read.

>>> import gravida
>>> from gravida.assess import assess
>>> record = {"as_of": "2026-06-01", "pregnancy": {"status": "ongoing", "gestation": "20+0"}, "symptoms": [{"on": "2026-06-01", "heavy_bleeding": "yes"}]}
>>> card = cards(assess(gravida.record_from(record), gravida.load()), gravida.load())[0]
>>> card.indicator, card.summary
('critical', 'Get help now: heavy bleeding')
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import uuid4

from gravida.assessment import Assessment, Opinion, RedFlag, Row
from gravida.hooks_card_lines import (
    IN_FORCE,
    SHOWN,
    Basis,
    about_the_same,
    basis_lines,
    detail_of,
    fitted,
    found_lines,
    in_order,
    is_calling,
    is_firm,
    page,
    sides,
    source_lines,
)  # fmt: skip
from gravida.knowledge import Knowledge
from gravida.markdown_text import inline
from gravida.words import STANCES, TIERS

Indicator = Literal["info", "warning", "critical"]

MOST_CARDS = 5
MOST_NAME = 50
CALLS = ("treatment", "test", "referral")
"""Kinds of action in the order in which they matter; what is only said to people makes no card."""
URGENT = "urgent-signs"
SOURCE = "Gravida"
REASONS_SYSTEM = "urn:gravida:override-reason"
TOPICS_SYSTEM = "urn:gravida:topic"
OVERRIDE_REASONS: Mapping[str, str] = {
    "done": "It has been done, and the record does not show it",
    "declined": "It was offered, and she declined",
    "record-wrong": "The record is wrong or out of date",
    "not-fitting": "It does not fit her situation",
    "other-guideline": "We follow another guideline here",
    "later": "Not in this visit",
}


@dataclass(frozen=True)
class Card:
    """One card. ``suggestions`` are ready to be sent."""

    topic: str
    topic_label: str
    indicator: Indicator
    summary: str
    detail: str
    page: str = ""
    suggestions: tuple[Mapping[str, Any], ...] = ()
    uuid: str = field(default_factory=lambda: str(uuid4()))

    def as_json(self) -> dict[str, Any]:
        """Return the card as CDS Hooks 2.0 has it; members that would be empty are left out."""
        found: dict[str, Any] = {
            "uuid": self.uuid, "summary": self.summary, "indicator": self.indicator, "detail": self.detail,
            "source": {"label": SOURCE, "topic": {"system": TOPICS_SYSTEM, "code": self.topic, "display": self.topic_label}},
            "overrideReasons": [{"system": REASONS_SYSTEM, "code": code, "display": words} for code, words in OVERRIDE_REASONS.items()],
        }  # fmt: skip
        if self.suggestions:
            found |= {"suggestions": list(self.suggestions), "selectionBehavior": "any"}
        if self.page:
            found["source"]["url"] = self.page
            found["links"] = [{"label": "All that guidelines say", "url": self.page, "type": "absolute"}]
        return found


def cards(assessment: Assessment, knowledge: Knowledge, basis: Basis | None = None) -> tuple[Card, ...]:
    """Return what matters now: urgent signs, then one card for each topic, the most pressing first; none if there is nothing to say."""
    basis = basis or Basis()
    urgent = [*red_flag_card(assessment, knowledge, basis)]
    rows = sorted((row for row in assessment.matrix if _calls(row, knowledge)), key=lambda row: _pressing(row, knowledge))
    room = MOST_CARDS - len(urgent)
    found = [*urgent, *(topic_card(row, assessment, knowledge, basis) for row in rows[:room])]
    if rows[room:]:
        more = f"\n\nGuidelines call for something on these topics too: {', '.join(row.label for row in rows[room:])}."
        found[-1] = replace(found[-1], detail=found[-1].detail + more)
    return tuple(found)


def _calls(row: Row, knowledge: Knowledge) -> bool:
    return row.topic != URGENT and any(is_calling(each, knowledge) for each in row.opinions)


def _pressing(row: Row, knowledge: Knowledge) -> tuple[bool, int, int, int]:
    """Return what is sorted by: today before what has no weeks, treatments before tests, what is overdue before what is due."""
    calling = [each for each in row.opinions if is_calling(each, knowledge)]
    kinds = {knowledge.actions[action].kind for each in calling for action in knowledge.recommendations[each.recommendation].actions}
    first = min(IN_FORCE.index(each.verdict) for each in calling)
    return IN_FORCE[first] == "met", min(CALLS.index(kind) for kind in kinds if kind in CALLS), first, list(knowledge.topics).index(row.topic)


# --- urgent signs ------------------------------------------------------------------------------------------------------


def red_flag_card(assessment: Assessment, knowledge: Knowledge, basis: Basis) -> Iterator[Card]:
    """Yield the card of the signs that call for help, if there are any."""
    flags = assessment.red_flags
    if not flags:
        return
    firm = any(is_firm(each.recommendation, knowledge, basis) for each in flags)
    signs = list(dict.fromkeys(sign for each in flags for sign in each.signs)) or ["a warning sign"]
    summary = fitted(f"{TIERS[flags[0].tier].clinical}: ", [", ".join(signs[:count]) + (f" and {len(signs) - count} more" if count < len(signs) else "")
                                                            for count in range(len(signs), 0, -1)])  # fmt: skip
    keys = [each.recommendation for each in flags]
    detail = page(
        (("Signs, and what the person is told", [_flag_line(each, knowledge, basis) for each in flags]),
         ("Why", found_lines(keys, knowledge, basis)),
         ("What is missing", [*_unanswered(assessment), *basis_lines(basis)]),
         ("Sources", source_lines(keys, knowledge))), assessment)  # fmt: skip
    label = knowledge.topics[URGENT].label if URGENT in knowledge.topics else "Urgent signs"
    yield Card(URGENT, label, "critical" if firm else "warning", summary, detail, basis.page)


def _flag_line(flag: RedFlag, knowledge: Knowledge, basis: Basis) -> str:
    doubt = " The record says not pregnant; it may be out of date." if flag.contradicts else ""
    loose = "" if is_firm(flag.recommendation, knowledge, basis) else " (rests on something that was assumed)"
    signs = inline(", ".join(flag.signs) or "warning sign")
    return f"- **{TIERS[flag.tier].mark}: {signs}.** {inline(flag.do[:1].upper() + flag.do[1:])}. {inline(flag.says)}{doubt}{loose}"


def _unanswered(assessment: Assessment) -> Iterator[str]:
    if assessment.unanswered:
        names = inline(", ".join(each.label for each in assessment.unanswered))
        yield f"- Not answered for today: {names}. Not answered is not no."


# --- one topic ---------------------------------------------------------------------------------------------------------


def topic_card(row: Row, assessment: Assessment, knowledge: Knowledge, basis: Basis) -> Card:
    """Return the card of one topic: what each guideline says, why, what is missing, what trials found, and where it stands."""
    shown = in_order(each for each in row.opinions if each.verdict in SHOWN and each.stance != "inform")
    overdue = any(each.verdict == "overdue" and is_calling(each, knowledge) for each in row.opinions)
    return Card(
        topic=row.topic, topic_label=row.label, indicator="warning" if overdue else "info",
        summary=fitted(*summary_of(row, shown, knowledge)),
        detail=detail_of(shown, row.opinions, assessment, knowledge, basis, {row.topic}),
        page=basis.page, suggestions=tuple(suggestions(shown, knowledge, basis)),
    )  # fmt: skip


def summary_of(row: Row, shown: Sequence[Opinion], knowledge: Knowledge) -> tuple[str, list[str]]:
    """Return how a summary begins, and how it may go on. It begins with what is called for, if that is short, else with the topic."""
    name, same = about_the_same(shown, knowledge)
    start = f"{name[:1].upper()}{name[1:]}" if len(name) <= MOST_NAME else row.label
    return f"{start}: ", sides(same, knowledge)


# --- orders that follow ------------------------------------------------------------------------------------------------

SCAN, SCANS = "transvaginal_obstetric_scan", ("serial-cervical-length", "single-cervical-length", "transvaginal-measurement")
ORDERED = ("test", "referral")
"""Kinds of action that can be proposed as an order; a stitch or a medicine never is."""


def suggestions(shown: Sequence[Opinion], knowledge: Knowledge, basis: Basis) -> Iterator[dict[str, Any]]:
    """Yield a proposed order for each test or referral that stands without an open question, and that nobody here advises against."""
    wanted: dict[str, list[Opinion]] = {}
    barred: set[str] = set()
    for each in shown:
        recommendation = knowledge.recommendations[each.recommendation]
        if is_calling(each, knowledge) and each.verdict != "now-if" and is_firm(each.recommendation, knowledge, basis):
            for action in recommendation.actions:
                wanted.setdefault(action, []).append(each)
        elif each.stance == "against" and each.verdict in IN_FORCE:
            barred |= set(recommendation.actions)
    for action, opinions in wanted.items() if basis.patient else ():
        if knowledge.actions[action].kind in ORDERED and action not in barred:
            yield _proposal(action, opinions, knowledge, basis)


def _proposal(action: str, opinions: Sequence[Opinion], knowledge: Knowledge, basis: Basis) -> dict[str, Any]:
    label = knowledge.actions[action].label
    coding = (
        [{"system": knowledge.codes.systems[row.system].uris[0], "code": row.code} for row in knowledge.codes.of(SCAN) if row.system == "cpt"]
        if action in SCANS
        else []
    )
    says = "; ".join(f"{each.heading} {STANCES[each.stance].clinical} it" for each in opinions)
    resource: dict[str, Any] = {
        "resourceType": "ServiceRequest", "status": "draft", "intent": "proposal",
        "code": {**({"coding": coding} if coding else {}), "text": label},
        "subject": {"reference": f"Patient/{basis.patient}"},
        **({"encounter": {"reference": f"Encounter/{basis.encounter}"}} if basis.encounter else {}),
        "note": [{"text": f"Proposed by {SOURCE}: {says}."}],
    }  # fmt: skip
    action_of = {"type": "create", "description": f"Draft an order: {label}", "resource": resource}
    return {"label": f"Order: {label}", "uuid": str(uuid4()), "actions": [action_of]}
