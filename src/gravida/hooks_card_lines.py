"""The lines of a card: who says what, why, what is missing, what trials found, and where it stands.

Every word comes from the assessment, from the knowledge, or from what was read in the record.

>>> fitted("Stitch: ", ["a text that is far too long " * 9, "for it: 3"])
'Stitch: for it: 3'
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gravida.assessment import Assessment, Opinion
from gravida.disagreement import DECIDED
from gravida.facts import Observed, Pick
from gravida.guideline import Verdict
from gravida.index import TODAY
from gravida.knowledge import Knowledge
from gravida.markdown_text import inline
from gravida.risk_lines import effect_line
from gravida.words import STANCES, VERDICTS, say

SUMMARY = 139
"""So many signs a summary may have: fewer than 140."""
MOST_REASONS, MOST_EFFECTS, MOST_FOUND, MOST_WANTED = 3, 3, 8, 5
MOST_ASKED = 8
"""Of so many recommendations that cannot be judged is it worked out what they wait for: that takes time, and a card tells only some."""
IN_FORCE: tuple[Verdict, ...] = ("overdue", "now", "now-if", "met")
SHOWN: tuple[Verdict, ...] = (*IN_FORCE, "withheld", "later", "done")


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was read: where it went in the record, what it says, and the resource and day that it came from."""

    path: str
    says: str
    resource: str = ""
    day: str = ""


def nothing_more(_recommendation: str) -> Iterable[str]:
    """Return that nothing more is said of what would have to be known."""
    return ()


@dataclass(frozen=True)
class Basis:
    """What a record was made from: what was read, what was assumed, and what could not be had."""

    found: tuple[Found, ...] = ()
    assumed: tuple[str, ...] = ()
    assumed_facts: frozenset[str] = frozenset()
    conflicts: tuple[str, ...] = ()
    not_had: tuple[str, ...] = ()
    patient: str = ""
    encounter: str = ""
    page: str = ""
    """Where the full page is; nothing if there is none."""
    unsettled: Callable[[str], Iterable[str]] = nothing_more
    """For the name of a recommendation that cannot be judged, what would have to be known, in words."""


def is_calling(opinion: Opinion, knowledge: Knowledge) -> bool:
    """Return whether a recommendation is for doing something that can be ordered, arranged or done, and is in force today."""
    recommendation = knowledge.recommendations[opinion.recommendation]
    kinds = {knowledge.actions[action].kind for action in recommendation.actions}
    return recommendation.favours and opinion.verdict in IN_FORCE and not opinion.recalled and not opinion.superseded and bool(kinds & DECIDED)


# --- what rests on what ------------------------------------------------------------------------------------------------

DATING = ("pregnancy.status", "pregnancy.due_date", "pregnancy.last_period", "pregnancy.gestation")


def paths_of(recommendation: str, knowledge: Knowledge) -> frozenset[str]:
    """Return the places in a record on which a recommendation rests, lists as a whole."""
    found: set[str] = set()
    for leaf in knowledge.index.leaves[recommendation]:
        declared = knowledge.dictionary.facts.get(leaf)
        if leaf == TODAY:
            found |= set(DATING)
        elif leaf.startswith("list:"):
            found.add(leaf.removeprefix("list:"))
        elif isinstance(declared, Observed):
            found.add(declared.path)
        elif isinstance(declared, Pick):
            found.add(declared.list)
    return frozenset(found)


def _touches(path: str, places: Iterable[str]) -> bool:
    """Return whether a path of the record lies at or within one of these places; ``scans_complete`` belongs to ``scans``."""
    return any(path == place or path.startswith((f"{place}[", f"{place}.", f"{place}_complete", f"{place}_total")) for place in places)


def is_assumed(recommendation: str, knowledge: Knowledge, basis: Basis) -> bool:
    """Return whether anything that a recommendation rests on was assumed."""
    return bool(basis.assumed_facts) and any(_touches(path, paths_of(recommendation, knowledge)) for path in basis.assumed_facts)


def is_firm(recommendation: str, knowledge: Knowledge, basis: Basis) -> bool:
    """Return whether it may make a card urgent, or advise against something: read by somebody, and resting on no assumption."""
    return not knowledge.recommendations[recommendation].is_recalled and not is_assumed(recommendation, knowledge, basis)


# --- the layers --------------------------------------------------------------------------------------------------------


def detail_of(
    shown: Sequence[Opinion],
    all_opinions: Sequence[Opinion],
    assessment: Assessment,
    knowledge: Knowledge,
    basis: Basis,
    topics: set[str],
    first: Sequence[str] = (),
) -> str:
    """Return the layers of a card. ``first`` are lines that stand before everything else."""
    keys = [each.recommendation for each in shown]
    told = next(iter(assessment.unanswered), None)
    safety = f"- {len(assessment.unanswered)} safety questions have no answer for today. Not answered is not no." if told else ""
    sections = (
        ("What guidelines say", list(dict.fromkeys(opinion_line(each, knowledge, basis) for each in shown))),
        ("Why", [*_reasons(shown), *found_lines(keys, knowledge, basis)]),
        ("What is missing", [*_missing(all_opinions, basis), *([safety] if safety else []), *basis_lines(basis)]),
        ("Evidence", list(_evidence(assessment, topics, knowledge))),
        ("Sources", source_lines(keys, knowledge)),
    )
    return "\n".join([*first, *([""] if first else []), page(sections, assessment)])


def in_order(opinions: Iterable[Opinion]) -> list[Opinion]:
    """Return opinions by how much their verdict matters."""
    order = list(VERDICTS)
    return sorted(opinions, key=lambda each: (order.index(each.verdict), each.heading))


def sides(shown: Sequence[Opinion], knowledge: Knowledge) -> list[str]:
    """Return who stands where in short, from the fullest text to the shortest."""
    groups = _groups(shown, knowledge)
    named = "; ".join(f"{words}: {', '.join(bodies)}" for words, bodies in groups.items())
    counted = "; ".join(f"{words}: {len(bodies)}" for words, bodies in groups.items())
    return [named, f"{counted} (number of guideline bodies)", counted]


def about_the_same(shown: Sequence[Opinion], knowledge: Knowledge) -> tuple[str, list[Opinion]]:
    """Return what a topic calls for, and the opinions on that: what is said of other actions does not belong into one sentence with it."""
    calling = [each for each in shown if is_calling(each, knowledge)]
    actions = dict.fromkeys(action for each in calling for action in knowledge.recommendations[each.recommendation].actions)
    name = " or ".join(knowledge.actions[action].label for action in actions)
    return name, [each for each in shown if set(knowledge.recommendations[each.recommendation].actions) & set(actions)]


FOR: Mapping[str, str] = {"overdue": "overdue", "now": "for it now", "met": "for it", "now-if": "for it if nothing speaks against it", "withheld": "held back"}


def _groups(shown: Sequence[Opinion], knowledge: Knowledge) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in shown:
        words = ""
        if knowledge.recommendations[each.recommendation].favours:
            words = FOR.get(each.verdict, "")
        elif each.verdict in ("now", "met"):
            words = "advise against" if each.stance == "against" else "unsure" if each.stance == "insufficient" else ""
        if words and each.body not in found.setdefault(words, []):
            found[words].append(each.body)
    return {words: bodies for words, bodies in found.items() if bodies}


def fitted(start: str, texts: Sequence[str]) -> str:
    """Return the first text that fits into a summary with its start; the last is cut if none does."""
    for text in texts:
        if len(start + text) <= SUMMARY:
            return start + text
    return (start + texts[-1])[: SUMMARY - 1] + "…"


def opinion_line(opinion: Opinion, knowledge: Knowledge, basis: Basis) -> str:
    """Return one recommendation as a line: who says what, whether it holds now, until when, and what others hold against it."""
    verdict = VERDICTS[opinion.verdict]
    held = opinion.withheld_by if opinion.verdict == "withheld" else opinion.open_questions if opinion.verdict == "now-if" else ()
    parts = [
        verdict.clinical + (f" ({inline('; '.join(held))})" if held else ""),
        f"weeks {opinion.window}" if opinion.window else "",
        f"until {opinion.ends}"
        if opinion.ends and opinion.verdict in IN_FORCE
        else f"from {opinion.begins}"
        if opinion.begins and opinion.verdict == "later"
        else "",
    ]
    cautions = f" Others hold against it: {inline('; '.join(opinion.cautions))}." if opinion.cautions else ""
    assumed = " Rests on something that was assumed." if is_assumed(opinion.recommendation, knowledge, basis) else ""
    what = inline(", ".join(opinion.actions) or opinion.says)
    when = ", ".join(part for part in parts if part)
    return f"- {verdict.mark} **{inline(opinion.heading)}** {STANCES[opinion.stance].clinical}: {what}; {when}.{cautions}{assumed}"


def _reasons(shown: Sequence[Opinion]) -> Iterator[str]:
    """Yield what the recommendations in force say, in our words: each body once, and one that is against before the list ends."""
    in_force = [each for each in shown if each.verdict in IN_FORCE]
    first = {each.body: each for each in reversed(in_force)}
    against = [each for each in in_force if each.stance in ("against", "insufficient")][:1]
    chosen = list({each.recommendation: each for each in (*against, *(each for each in in_force if first[each.body] is each))}.values())[:MOST_REASONS]
    for each in in_order(chosen):
        yield f"- {inline(each.heading)}: {inline(each.says)}"


def found_lines(keys: Iterable[str], knowledge: Knowledge, basis: Basis) -> list[str]:
    """Return what was read in the record that these recommendations rest on, with where it came from."""
    places = frozenset().union(*(paths_of(key, knowledge) for key in keys))
    origins: dict[str, list[str]] = {}
    for each in basis.found:
        if _touches(each.path, places):
            origins.setdefault(_said(each), []).append(", ".join(part for part in (each.resource, each.day) if part))
    lines = [f"{says} ({'; '.join(dict.fromkeys(filter(None, where)))})" if any(where) else says for says, where in origins.items()]
    more = [f"and {len(lines) - MOST_FOUND} more"] if len(lines) > MOST_FOUND else []
    return [f"- From the record: {inline('; '.join([*lines[:MOST_FOUND], *more]))}"] if lines else []


def _said(found: Found) -> str:
    """Return what was read, in words: a value alone says too little, so it is told what it is of."""
    name = found.path.rpartition(".")[2]
    return (found.says if "[" in found.path else f"{name} {found.says}").replace("_", " ")


def _missing(opinions: Sequence[Opinion], basis: Basis) -> Iterator[str]:
    waits: dict[str, list[str]] = {}
    for each in opinions:
        for question in each.open_questions if each.verdict == "now-if" else ():
            waits.setdefault(question, []).append(each.body)
    for question, bodies in waits.items():
        yield f"- {', '.join(dict.fromkeys(bodies))} first want to know: {inline(question)}"
    unknown = [each for each in opinions if each.verdict == "unknown"]
    if unknown:
        wanted = Counter(what for each in unknown[:MOST_ASKED] for what in basis.unsettled(each.recommendation))
        listed = inline("; ".join(what for what, _ in wanted.most_common(MOST_WANTED))) or "something"
        whose = ", ".join(dict.fromkeys(each.body for each in unknown))
        yield f"- {len(unknown)} more recommendation{'s' * (len(unknown) > 1)} ({whose}) cannot be judged. Not known, among others: {listed}."


def basis_lines(basis: Basis) -> list[str]:
    """Return what could not be had, what was assumed, and what in the record contradicts itself."""
    lines = [f"- Not known, because the record system did not give it: {inline(', '.join(basis.not_had))}"] if basis.not_had else []
    lines += [f"- Assumed: {inline(each)}" for each in basis.assumed]
    return lines + [f"- The record contradicts itself: {inline(each)}" for each in basis.conflicts]


def _evidence(assessment: Assessment, topics: set[str], knowledge: Knowledge) -> Iterator[str]:
    """Yield what was published on these topics: one effect of each question."""
    asked = [each for each in assessment.evidence if each.effects and knowledge.evidence.questions[each.question].topic in topics]
    for each in asked[:MOST_EFFECTS]:
        yield f"- {inline(each.asks)} {inline(effect_line(each.effects[0]))}"


def source_lines(keys: Iterable[str], knowledge: Knowledge) -> list[str]:
    """Return the documents behind these recommendations: with a link where there is one, else the whole citation."""
    lines = []
    for name in dict.fromkeys(knowledge.recommendations[key].guideline for key in keys):
        guideline = knowledge.guidelines[name]
        reference = knowledge.references.get(guideline.cite)
        if reference and reference.url:
            lines.append(f"- [{inline(guideline.heading)}](<{reference.url}>)")
        else:
            lines.append(f"- {inline(guideline.heading)}. {inline(reference.citation if reference else guideline.title)}")
    return lines


def page(sections: Iterable[tuple[str, Sequence[str]]], assessment: Assessment) -> str:
    """Return sections as Markdown, those without lines left out, and last what every card says of itself."""
    parts = ["\n".join([f"**{title}**", "", *lines]) for title, lines in sections if lines]
    overlaid = f"Changed by {', '.join(assessment.overlays)}: what they put into the documents of others is marked. " if assessment.overlays else ""
    notice = "" if assessment.reviewed else say("notice.clinical")
    last = inline(f"As of {assessment.as_of}. {overlaid}{notice}".strip())
    return "\n\n".join([*parts, f"*{last}*"])
