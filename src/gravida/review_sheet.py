"""The review sheet: one recommendation on one page, for a clinician who reads no YAML and signs what it says.

Everything on it comes from the loaded knowledge: the words, the criterion, the weeks, the reasons against, what shows it
done, the patients, what each word means, where it stands and how that was seen.

>>> from gravida.library import load
>>> knowledge = load()
>>> text = sheet(knowledge.recommendations["rcog-2022-cerclage/ultrasound-indicated"], knowledge)
>>> print(text.splitlines()[1])
# RCOG 2022 Green-top Guideline 75: ultrasound-indicated
"""

from collections.abc import Iterable, Iterator

from gravida.assess import heading
from gravida.cql import Node
from gravida.guideline import Action, Condition, Guideline, Recommendation, Signature, Window
from gravida.in_words import Speaker
from gravida.knowledge import Knowledge
from gravida.markdown_text import inline, prose, table
from gravida.review_cases import TODAY, told
from gravida.review_facts import criterion, in_order, recorded, worked_out
from gravida.signing import status
from gravida.units import weeks
from gravida.words import STANCES, TIERS, VERDICTS, seen

MARKER = "<!-- gravida review sheet: written from the knowledge by `gravida review sheet`; do not edit -->"
PARTS = {"who": "whom it is for", "window": "the weeks", "strength": "the strength"}


def sheet(recommendation: Recommendation, knowledge: Knowledge) -> str:
    """Return the sheet of one recommendation, as Markdown."""
    sections: tuple[tuple[str, Iterable[str]], ...] = (
        ("What it says, in our words", [prose(recommendation.says)]),
        ("The same in plain words", _plain(recommendation, knowledge)),
        ("Whom it is for", _who(recommendation, knowledge)),
        ("When", _when(recommendation)),
        ("Reasons against, as this document states them", _conditions("Withheld, if", recommendation.unless, knowledge)),
        ("Where the text does not say", _conditions("The answer is “not known” instead of “applies”, if", recommendation.silent_on, knowledge)),
        ("What shows that it is done", _done(recommendation, knowledge)),
        ("Readings and doubts: please look here first", [f"- {inline(note)}" for note in recommendation.notes]),
        ("Patients, and what must come out", _cases(recommendation, knowledge)),
        ("What the words mean", _meanings(recommendation, knowledge)),
        ("Signatures", _signatures(recommendation)),
    )
    guideline = knowledge.guidelines[recommendation.guideline]
    lines = [
        MARKER,
        f"# {inline(heading(recommendation, guideline))}: {recommendation.id}",
        "",
        *_standing(recommendation, guideline),
        *_summary(recommendation, knowledge),
    ]
    for title, body in sections:
        found = list(body)
        lines += ["", f"## {title}", "", *found] if found else []
    return "\n".join(lines).rstrip() + "\n"


def _standing(recommendation: Recommendation, guideline: Guideline) -> Iterator[str]:
    """Yield what must be known before anything else is read: whether anybody has read the source, whether it still stands, who has signed."""
    if recommendation.is_recalled:
        parts = ", ".join(PARTS[key] for key, seen in recommendation.provenance.items() if seen == "recalled")
        yield f"> **Unverified: nobody has read this in the source** ({parts}). It stands here from memory, and patients are never shown it."
        yield ">"
    if guideline.status == "superseded":
        yield f"> **Superseded** by {inline(guideline.superseded_by)}. This document no longer stands."
        yield ">"
    yield f"> {said_of(recommendation)}"
    yield ""


def said_of(recommendation: Recommendation) -> str:
    """Return in a sentence whether a recommendation is a draft, signed, or was signed and has changed since."""
    match status(recommendation):
        case "signed":
            return f"**Signed** by {_named(recommendation.signatures)}. Nothing that the signature covers has changed since."
        case "lapsed":
            return f"**Draft again.** Signed by {_named(recommendation.lapsed)}; something that the signature covers has changed since, so it has lapsed."
    return "**Draft.** No clinician has reviewed and signed this."


def _named(signatures: Iterable[Signature]) -> str:
    return ", ".join(f"[{each.by}](https://orcid.org/{each.by}) ({inline(each.role)}, {each.on})" for each in signatures)


def _summary(recommendation: Recommendation, knowledge: Knowledge) -> Iterator[str]:
    reference = knowledge.references.get(recommendation.source.cite)
    place = recommendation.source.url or (reference.url if reference else "")
    rows = [
        ("Document", inline(reference.citation if reference else knowledge.guidelines[recommendation.guideline].title)),
        ("Place in it", inline(recommendation.source.locator) + (f", <{place}>" if place else "")),
        ("How it was seen", "; ".join(_seen(recommendation))),
        ("Topic", inline(knowledge.topics[recommendation.topic].label)),
        ("Stance", f"{STANCES[recommendation.stance].clinical}{_actions(recommendation, knowledge)}"),
        ("Strength", inline(recommendation.strength) or "not given in the source"),
        ("Urgent", TIERS[recommendation.tier].clinical if recommendation.tier else ""),
        ("Name", f"`{recommendation.key}` in `{recommendation.path}`"),
    ]
    yield from table(["", ""], [(f"**{label}**", text) for label, text in rows if text])


def _seen(recommendation: Recommendation) -> Iterator[str]:
    """Yield how the parts of the source were seen; parts that were seen alike stand together."""
    for how in dict.fromkeys(recommendation.provenance.values()):
        yield f"{', '.join(PARTS[key] for key, each in recommendation.provenance.items() if each == how)}: {seen(how)}"


def _actions(recommendation: Recommendation, knowledge: Knowledge) -> str:
    labels = [inline(knowledge.actions[each].label) for each in recommendation.actions]
    joined = f" {'or' if recommendation.free_choice else 'and'} ".join(f"**{label}**" for label in labels)
    return f": {joined}" if labels else ""


def _plain(recommendation: Recommendation, knowledge: Knowledge) -> Iterator[str]:
    topic = knowledge.topics[recommendation.topic]
    yield from (prose(recommendation.plain), "")
    names = [f"“{inline(topic.plain)}”", *(f"“{inline(knowledge.actions[each].plain)}”" for each in recommendation.actions)]
    asked = f" To ask at the appointment: “{inline(topic.ask)}”" if topic.ask else ""
    yield f"Patients read of it as {', '.join(names)}.{asked}"


def _who(recommendation: Recommendation, knowledge: Knowledge) -> Iterator[str]:
    if recommendation.who is None:
        yield "Everybody."
        return
    yield from criterion("Somebody with", recommendation.who.node, Speaker(knowledge))
    yield from _as_written("who", [recommendation.who])


def _as_written(key: str, conditions: Iterable[Condition]) -> Iterator[str]:
    written = [f"{key}: {' '.join(each.text.split())}" for each in conditions]
    yield from ("", "<details><summary>As written in CQL</summary>", "", "```text", *written, "```", "", "</details>")


def _conditions(begin: str, conditions: tuple[Condition, ...], knowledge: Knowledge) -> Iterator[str]:
    if not conditions:
        return
    speaker = Speaker(knowledge)
    clauses = [speaker.clause(each.node) for each in conditions]
    yield from (f"{begin} any of these is true:" if len(clauses) > 1 else f"{begin} this is true:", "")
    yield from (line for clause in clauses for line in clause.lines())
    yield from _as_written("if", conditions)


def _when(recommendation: Recommendation) -> Iterator[str]:
    window = recommendation.window
    if window is None:
        yield "The source gives no weeks, so none are asked for."
    else:
        start = f"from {weeks(window.start.high)}{'' if window.end else ' on'}" if window.start else ""
        end = f"up to and including {weeks(window.end.low)}" if window.end else ""
        yield f"Today's gestation is {' '.join(filter(None, [start, end]))}."
        yield from _vague(window)
        yield from ["Whoever comes later is overdue, and it is not over for her."] if window.deadline else []
    yield from ["It is meant before pregnancy too."] if recommendation.before_pregnancy else []
    yield from [f"It is due again {recommendation.repeat_days} days after it was last done."] if recommendation.repeat_days is not None else []


def _vague(window: Window) -> Iterator[str]:
    """Yield the days between what is certain and what is certainly not, where the text is vague."""
    start, end = window.start, window.end
    spans = [(start.low, start.high - 1, start.why)] if start and start.low != start.high else []
    spans += [(end.low + 1, end.high, end.why)] if end and end.low != end.high else []
    for first, last, why in spans:
        days = f"At {weeks(first)}" if first == last else f"From {weeks(first)} to {weeks(last)}"
        yield f"{days} the answer is “not known”: {inline(why)}."


def _done(recommendation: Recommendation, knowledge: Knowledge) -> Iterator[str]:
    if not recommendation.favours:
        return
    for number, each in enumerate(knowledge.actions[name] for name in recommendation.actions):
        yield from [""] if number else []
        yield from _done_by(each, recommendation, knowledge)


def _done_by(action: Action, recommendation: Recommendation, knowledge: Knowledge) -> Iterator[str]:
    label, speaker = f"**{inline(action.label)}**", Speaker(knowledge)
    if action.days_since and recommendation.repeat_days is None:
        yield f"{label}: one out of a series never finishes it, and the source gives no interval, so it is never “done”."
    elif action.done_when is None:
        yield f"{label}: no record can show it."
    else:
        yield from criterion(f"{label} is done, if the record shows", action.done_when, speaker)
        since = knowledge.dictionary.facts[action.days_since].words.label if action.days_since else ""
        yield from ("", f"When it was last done is told by: {inline(since)}.") if since else ()
    yield from ("", *_never(action.not_when, speaker)) if action.not_when is not None else ()


def _never(node: Node, speaker: Speaker) -> Iterator[str]:
    yield from criterion("By a rule of this project, and of no document, it is not meant with", node, speaker)


def _cases(recommendation: Recommendation, knowledge: Knowledge) -> Iterator[str]:
    cases = told(recommendation, knowledge)
    yield f"Each is judged on {TODAY}. What no criterion here asks for is left out. Where the table says nothing else, she is like this:"
    yield from ("", *(f"- {inline(each)}" for each in cases.shared), "")
    rows = [(inline(case.why), inline(special) or "as above", _verdict(str(case.expect)))
            for case, special in zip(recommendation.cases, cases.special, strict=True)]  # fmt: skip
    yield from table(["Why this patient", "What is special", "What must come out"], rows)
    for each in recommendation.equivalent:
        yield from ("", f"No patient can tell this change of the criterion apart: `{each.mutant}`, because {inline(each.because)}.")


def _verdict(name: str) -> str:
    words = VERDICTS.get(name)  # type: ignore[call-overload]
    return f"{words.mark} **{name}**: {words.clinical}" if words else name


def _meanings(recommendation: Recommendation, knowledge: Knowledge) -> Iterator[str]:
    names = in_order(recommendation, knowledge)
    definitions, entries = list(worked_out(names, knowledge)), recorded(names, knowledge)
    yield from ("### What is worked out", "", *definitions) if definitions else ()
    yield from ("### What is read from the record", "", *entries) if entries else ()


def _signatures(recommendation: Recommendation) -> Iterator[str]:
    yield from (f"- {_named([each])}: holds" for each in recommendation.signatures)
    yield from (f"- {_named([each])}: lapsed" for each in recommendation.lapsed)
    yield from [""] if recommendation.review else []
    yield "If you agree with all of the above, sign it with your own ORCID and role:"
    command = f"gravida review sign {recommendation.key} --orcid 0000-0000-0000-0000 --role obstetrician"
    yield from ("", "```text", command, "```", "", f"What a signature would cover today: `{recommendation.digest}`")
