"""One record in, everything that the guidelines say for it out.

>>> import gravida
>>> from gravida.assess import assess
>>> record = {"as_of": "2026-06-01", "pregnancy": {"gestation": "20+0", "plurality": "1"}}
>>> assessment = assess(gravida.record_from(record), gravida.load())
>>> assessment.pregnancy.gestation
'20+0'
"""

from collections.abc import Iterable, Sequence
from datetime import date

from gravida.assessment import Assessment, Cited, Event, Feature, Moment, Opinion, Para, Pregnancy, Row
from gravida.cql import Not, names
from gravida.disagreement import STANDS, disagreements
from gravida.evaluate import fact, truth
from gravida.facts import Range, Scalar, Truths
from gravida.guideline import Bound, Guideline, Recommendation, Window
from gravida.knowledge import Knowledge
from gravida.missing import rank_missing
from gravida.prepare import Situation, prepare
from gravida.record import Dating, Record
from gravida.related_evidence import related_evidence
from gravida.risk_groups import centiles, groups
from gravida.safety import examined_today, red_flags, unanswered
from gravida.units import TERM_LENGTH_DAYS, weeks
from gravida.verdict import PROMISING, Judgement, judge
from gravida.words import say

SAFETY_TOPICS = ("urgent-signs", "symptoms")


class Unusable(ValueError):  # noqa: N818  (it says what the record is)
    """The record cannot be assessed: the message says what is missing and what to do."""


def assess(
    record: Record, knowledge: Knowledge, as_of: date | None = None, guidelines: Sequence[str] = (), countries: Sequence[str] = (), *, brief: bool = False
) -> Assessment:
    """Assess a record as of a day, by all guidelines or by some.

    ``as_of`` goes before the record's own day; without either, :class:`Unusable` is raised, because every window turns
    on the day. ``guidelines`` are ids or bodies, ``countries`` jurisdictions; empty means all. Safety signs are always
    included. ``brief`` is for who must answer at once: what does not apply, is superseded, recalled or passed is left out,
    and so is everything but the signs, the pregnancy, what each guideline says, published effects and sources.
    """
    situation = prepare(record, knowledge.meaning, knowledge.largest_k, as_of)
    if situation.as_of is None:
        raise Unusable("the day of assessment is not given: write 'as_of: YYYY-MM-DD' in the record, or use --as-of")
    chosen = [each for each in knowledge.recommendations.values() if _is_chosen(each, knowledge, guidelines, countries)]
    judged = [(each, judge(each, knowledge.actions, situation.world, situation.today)) for each in chosen if not brief or _is_shown(each, knowledge)]
    opinions = [_opinion(each, found, situation, knowledge) for each, found in judged if not brief or found.verdict not in ("not-met", "passed")]
    now, not_yet = ((), ()) if brief else rank_missing(situation, knowledge, [each for each in chosen if _is_shown(each, knowledge)])
    visible = [each for each in opinions if not each.superseded and not each.recalled]
    return Assessment(
        as_of=situation.as_of,
        red_flags=tuple(red_flags(situation, knowledge)),
        unanswered=tuple(unanswered(situation, knowledge)),
        examined_today=examined_today(situation),
        pregnancy=_pregnancy(situation, knowledge),
        history=() if brief else tuple(_events(situation, knowledge)),
        history_complete=record.prior_pregnancies_complete,
        matrix=_matrix(opinions, knowledge),
        disagreements=() if brief else tuple(disagreements(visible, knowledge)),
        missing=now, not_yet=not_yet,
        timeline=() if brief else _timeline(visible, situation, knowledge),
        questions=() if brief else _questions(visible, knowledge),
        sources=tuple(_sources(opinions, knowledge)),
        ignored_later_entries=situation.later,
        reviewed=all(each.signed for each in opinions),
        risks=() if brief else tuple(groups(situation, knowledge)), centiles=() if brief else tuple(centiles(situation, knowledge)),
        evidence=tuple(related_evidence(visible, knowledge)),
        assumed=record.assumed, conflicts=record.conflicts,
        overlays=tuple(each.name for each in knowledge.overlays),
    )  # fmt: skip


def _is_shown(recommendation: Recommendation, knowledge: Knowledge) -> bool:
    """Return whether a recommendation is current and somebody has read its source."""
    return knowledge.guidelines[recommendation.guideline].status == "current" and not recommendation.is_recalled


def _is_chosen(recommendation: Recommendation, knowledge: Knowledge, guidelines: Sequence[str], countries: Sequence[str]) -> bool:
    guideline = knowledge.guidelines[recommendation.guideline]
    if recommendation.topic in SAFETY_TOPICS:
        return True
    named = not guidelines or guideline.id in guidelines or guideline.body in guidelines
    return named and (not countries or guideline.jurisdiction in (*countries, "international"))


def _opinion(recommendation: Recommendation, found: Judgement, situation: Situation, knowledge: Knowledge) -> Opinion:
    guideline = knowledge.guidelines[recommendation.guideline]
    begins, ends = _dates(recommendation.window, situation)
    return Opinion(
        recommendation=recommendation.key, guideline=guideline.id, heading=heading(recommendation, guideline), body=_body(recommendation, guideline),
        topic=recommendation.topic, verdict=found.verdict, stance=recommendation.stance, strength=recommendation.strength,
        who=found.who, clock=found.clock,
        actions=tuple(knowledge.actions[action].label for action in recommendation.actions),
        says=recommendation.says, plain=recommendation.plain, begins=begins, ends=ends, window=written_window(recommendation.window),
        withheld_by=(say("page.being-lost"),) if found.impossible else _labels(recommendation, found.withheld_by, knowledge),
        open_questions=_labels(recommendation, found.open_contraindications, knowledge),
        cautions=tuple(_cautions(recommendation, situation, knowledge)) if found.verdict in (*PROMISING, "now-if") else (),
        about_loss=_speaks_of_loss(recommendation, knowledge),
        recalled=recommendation.is_recalled, superseded=guideline.status == "superseded", signed=recommendation.is_signed,
    )  # fmt: skip


def heading(recommendation: Recommendation, guideline: Guideline) -> str:
    """Return whose recommendation it is. What an overlay put into a document of another body never goes by that body's name alone."""
    return say("page.overlaid", heading=guideline.heading, name=recommendation.overlay) if recommendation.overlay else guideline.heading


def _body(recommendation: Recommendation, guideline: Guideline) -> str:
    return f"{guideline.body}/{recommendation.overlay_short}" if recommendation.overlay else guideline.body


def _speaks_of_loss(recommendation: Recommendation, knowledge: Knowledge) -> bool:
    if recommendation.who is None or ENDING not in knowledge.criteria:
        return False
    loss = set(knowledge.index.leaves_of(knowledge.criteria[ENDING])) - {"plurality"}
    if loss.isdisjoint(knowledge.index.leaves[recommendation.key]):  # of all its conditions, so of this one too
        return False
    return bool(loss & set(knowledge.index.leaves_of(recommendation.who.node)))


def _cautions(recommendation: Recommendation, situation: Situation, knowledge: Knowledge) -> Iterable[str]:
    """Yield what other bodies hold against the same action and what is true here. Nothing is merged: it stands beside."""
    said: dict[str, list[str]] = {}
    mine, own = frozenset(recommendation.actions), knowledge.guidelines[recommendation.guideline].body
    for other in knowledge.recommendations.values() if recommendation.favours else ():
        if not other.unless or mine.isdisjoint(other.actions) or not other.favours or other.is_recalled:
            continue
        guideline = knowledge.guidelines[other.guideline]
        for index, condition in enumerate(other.unless if guideline.body != own else ()):
            if truth(condition.node, situation.world) is True:
                (label,) = _labels(other, (index,), knowledge)
                said.setdefault(label, []).append(_body(other, guideline))
    for label, bodies in said.items():
        yield f"{label} ({', '.join(dict.fromkeys(bodies))})"


def _labels(recommendation: Recommendation, indices: Iterable[int], knowledge: Knowledge) -> tuple[str, ...]:
    """Return contraindications in words: the labels of the facts that each one names."""
    found = []
    for index in indices:
        node = recommendation.unless[index].node
        labels = [knowledge.dictionary.facts[name].words.label for name in sorted(names(node))]
        found.append((say("page.not") if isinstance(node, Not) else "") + say("page.or").join(labels))
    return tuple(found)


def written_window(window: Window | None) -> str:
    """Return a window as text: ``16+0 to 23+6``, ``from 36+1``, ``up to 22+0/25+6`` where the text is vague, or nothing."""
    if window is None:
        return ""
    start, end = _written_bound(window.start), _written_bound(window.end)
    if start and end:
        return f"{start} to {end}"
    return f"from {start}" if start else f"up to {end}"


def _written_bound(bound: Bound | None) -> str:
    if bound is None:
        return ""
    return weeks(bound.low) if bound.low == bound.high else f"{weeks(bound.low)}/{weeks(bound.high)}"


def _dates(window: Window | None, situation: Situation) -> tuple[date | None, date | None]:
    if window is None or situation.today.pregnant is False:
        return None, None
    ends = (window.start.low if window.start else None, window.end.high if window.end else None)
    first, last = (situation.dating.dates_at(day) if day is not None else None for day in ends)
    return first[0] if first else None, last[1] if last else None


def _pregnancy(situation: Situation, knowledge: Knowledge) -> Pregnancy:
    today, dating = situation.today, situation.dating
    plurality = fact("plurality", situation.world)
    return Pregnancy(
        pregnant=today.pregnant,
        gestation=written_gestation(today.gestation_days),
        due_date=dating.date_at(TERM_LENGTH_DAYS) if today.pregnant is not False else None,
        dated_by=(dating.source or "").replace("_", " "), dating_note=_dating_note(dating),
        plurality="" if isinstance(plurality, tuple) else written_number(plurality),
        ending=fact(ENDING, situation.world) is True,
        gravida=_gravida(situation), para=tuple(_paras(situation, knowledge)),
    )  # fmt: skip


def _dating_note(dating: Dating) -> str:
    """Say which other dates disagree with the one that governs, and by how much."""
    return "; ".join(f"the {other.replace('_', ' ')} recorded differs by {days} days" for other, days in dating.differences.items())


def written_gestation(gestation: Scalar) -> str:
    """Return a gestation as charts write it; a range as ``18+0 to 19+3``; nothing if unknown."""
    if isinstance(gestation, Range):
        return f"{weeks(int(gestation.low))} to {weeks(int(gestation.high))}"
    return weeks(int(gestation)) if isinstance(gestation, int | float) else ""


def written_number(number: Scalar) -> str:
    """Return a number, or a range of numbers; nothing if unknown."""
    if isinstance(number, Range):
        return f"{number.low:g} to {number.high:g}"
    return f"{number:g}" if isinstance(number, int | float) else ""


def _gravida(situation: Situation) -> str:
    """Return the number of pregnancies, this one included; ``at least`` if the list may be incomplete."""
    record, entries = situation.record, situation.world.lists.get("prior_pregnancies")
    if entries is None or situation.today.pregnant is None:
        return ""
    described = len(entries.described) + (1 if situation.today.pregnant else 0)
    if entries.missing == 0:
        return str(described)
    if record.prior_pregnancies_total is not None:
        return str(described + entries.missing)
    return f"at least {described}"


ENDING = "pregnancy_ending"
"""The fact that says that this pregnancy is being lost."""
PARA = "births_from_"
"""Facts of this name count births for para; each country draws its own line."""


def _paras(situation: Situation, knowledge: Knowledge) -> Iterable[Para]:
    open_ended = situation.record.prior_pregnancies_total is None
    for name, declared in knowledge.dictionary.facts.items():
        truths = fact(name, situation.world) if name.startswith(PARA) and isinstance(declared, Truths) else None
        if isinstance(truths, tuple):
            entries = situation.world.lists["prior_pregnancies"]
            certain, possible = sum(each is True for each in truths), sum(each is not False for each in truths)
            more = entries.missing > 0 and open_ended
            births = f"at least {certain}" if more else str(certain) if certain == possible else f"{certain} to {possible}"
            yield Para(declared.words.label, births)


def _events(situation: Situation, knowledge: Knowledge) -> Iterable[Event]:
    entries = situation.world.lists.get("prior_pregnancies")
    for index, entry in enumerate(entries.described if entries else ()):
        features = []
        for fit in knowledge.fits:
            holds = truth(fit.where, situation.world, entry)
            if holds is not False:
                features.append(Feature(fit.id, fit.leans, holds, fit.says, fit.plain, fit.source))
        outcome = entry.get("outcome")
        yield Event(index, written_gestation(entry.get("ended_days")), outcome if isinstance(outcome, str) else "", tuple(features))


def _matrix(opinions: Sequence[Opinion], knowledge: Knowledge) -> tuple[Row, ...]:
    rows = []
    for topic in knowledge.topics.values():
        found = tuple(each for each in opinions if each.topic == topic.id)
        if found:
            rows.append(Row(topic.id, topic.label, topic.plain, found, topic.for_patients))
    return tuple(rows)


def _timeline(opinions: Sequence[Opinion], situation: Situation, knowledge: Knowledge) -> tuple[Moment, ...]:
    """Return what comes when, by date: what stands or will stand, and has a window."""
    gestation = situation.today.gestation_days
    margin = int(gestation.high - gestation.low) if isinstance(gestation, Range) else 0
    found = [
        Moment(
            begins=each.begins,
            ends=each.ends,
            window=each.window,
            recommendation=each.recommendation,
            heading=each.heading,
            body=each.body,
            what=", ".join(each.actions) or each.says,
            plain=say("page.or").join(_plain_actions(each, knowledge)) or each.plain,
            stance=each.stance,
            verdict=each.verdict,
            margin_days=margin,
        )
        for each in opinions
        if each.window and each.verdict in ("now", "now-if", "later", "overdue", "withheld") and (each.begins or each.ends)
    ]
    return tuple(sorted(found, key=lambda each: (each.begins or date.min, each.ends or date.max, each.recommendation)))


def _plain_actions(opinion: Opinion, knowledge: Knowledge) -> list[str]:
    return [knowledge.actions[action].plain for action in knowledge.recommendations[opinion.recommendation].actions]


def _questions(opinions: Sequence[Opinion], knowledge: Knowledge) -> tuple[str, ...]:
    """Return what to ask at the appointment: for each topic on which something stands, else on which something is open."""
    standing = {each.topic for each in opinions if each.verdict in STANDS and each.stance != "inform"}
    topics = standing or {each.topic for each in opinions if each.verdict in (*STANDS, "unknown")}
    return tuple(topic.ask for topic in knowledge.topics.values() if topic.id in topics and topic.ask)


def _sources(opinions: Sequence[Opinion], knowledge: Knowledge) -> Iterable[Cited]:
    for guideline in knowledge.guidelines.values():
        if any(each.guideline == guideline.id for each in opinions):
            yield cited(guideline, knowledge)


def cited(guideline: Guideline, knowledge: Knowledge) -> Cited:
    """Return the source line of a guideline."""
    reference = knowledge.references.get(guideline.cite)
    citation, url = (reference.citation, reference.url) if reference else (guideline.title, "")
    return Cited(guideline.id, guideline.heading, guideline.body_name, citation, url, guideline.status_note)
