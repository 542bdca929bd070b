"""What the room shows of a document and of a line of advice, ready for a template: in order, in words, with its links.

>>> from gravida.library import load
>>> [each.key for each in seen_in(load().guidelines["rcog-2011-cerclage"], load())]
['primary_copy']
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gravida.cql import Node
from gravida.facts import Derived, Fact, Pick, Truths
from gravida.guideline import PROVENANCE, Action, Bound, Guideline, Recommendation, Topic, Window
from gravida.in_words import Clause, Speaker
from gravida.knowledge import Knowledge, Reference
from gravida.review_cases import told
from gravida.review_facts import in_order, is_written_down
from gravida.units import weeks
from gravida.words import VERDICTS, Words, say

EVERYWHERE = "international"


@dataclass(frozen=True, slots=True)
class Country:
    """Documents of one country or region, the newest first."""

    name: str
    documents: tuple[Guideline, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """How many lines of a document were seen in one way."""

    key: str
    count: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """The lines of advice that speak to one topic."""

    topic: Topic
    lines: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A name that a criterion uses: what it means, and how it is worked out. ``written`` is empty for what stands in a record."""

    label: str
    meaning: str
    note: str
    provenance: str
    criterion: Clause | None
    written: str
    is_own: bool
    """Whether this body defines it its own way."""


@dataclass(frozen=True, slots=True)
class Done:
    """What shows that an action was done: a criterion, or nothing that a record could hold."""

    action: Action
    criterion: Clause | None


@dataclass(frozen=True, slots=True)
class Row:
    """One made-up patient: why she is there, what is special about her, and what must come out."""

    why: str
    special: str
    verdict: str
    words: Words


# --- documents ---------------------------------------------------------------------------------------------------------


def country(code: str, knowledge: Knowledge) -> str:
    """Return the name of a country or region; its code, if the words have no name for it."""
    name = f"web.base.countries.{code}"
    return say(name) if name in knowledge.words else code


def by_country(documents: Iterable[Guideline], knowledge: Knowledge) -> list[Country]:
    """Return documents by country: first those for the whole world, then by the alphabet; the newest first, without a year last."""
    found: dict[str, list[Guideline]] = {}
    for each in documents:
        found.setdefault(each.jurisdiction, []).append(each)
    countries = [Country(country(code, knowledge), tuple(sorted(all_of, key=_age))) for code, all_of in found.items()]
    everywhere = country(EVERYWHERE, knowledge)
    return sorted(countries, key=lambda each: (each.name != everywhere, each.name))


def _age(document: Guideline) -> tuple[bool, int, str]:
    return document.status != "current", -(document.year or 0), document.heading


def seen_in(document: Guideline, knowledge: Knowledge) -> list[Seen]:
    """Return how the lines of a document were seen, each by its least sure part; the surest first."""
    counts = Counter(knowledge.recommendations[key].confidence for key in document.recommendations)
    return [Seen(key, counts[key]) for key in PROVENANCE if counts[key]]


def chapters(keys: Iterable[str], knowledge: Knowledge) -> list[Chapter]:
    """Return lines of advice by topic, in the order of the topics."""
    found: dict[str, list[Recommendation]] = {}
    for key in keys:
        found.setdefault(knowledge.recommendations[key].topic, []).append(knowledge.recommendations[key])
    return [Chapter(topic, tuple(found[topic.id])) for topic in knowledge.topics.values() if topic.id in found]


def terms_of(document: Guideline, knowledge: Knowledge) -> list[Term]:
    """Return what a body defines its own way."""
    return [_term(name, knowledge) for name in document.definitions]


# --- a line of advice --------------------------------------------------------------------------------------------------


def title(found: Recommendation) -> str:
    """Return the short name of a line, to be read.

    >>> from gravida.library import load
    >>> title(load().recommendations["rcog-2022-cerclage/ultrasound-indicated"])
    'Ultrasound indicated'
    """
    return found.id.replace("-", " ").capitalize()


def place_of(found: Recommendation, knowledge: Knowledge) -> tuple[Reference | None, str]:
    """Return where it stands: the citation, and the address if there is one."""
    reference = knowledge.references.get(found.source.cite)
    return reference, found.source.url or (reference.url if reference else "")


def window_lines(found: Recommendation) -> list[str]:
    """Return the weeks in sentences."""
    sentences = _weeks(found.window) if found.window else [say("web.guidelines.line.when.none")]
    return [*sentences, *_also(found)]


def _weeks(window: Window) -> Iterator[str]:
    start, end = window.start, window.end
    shape = "between" if start and end else "from" if start else "to"
    yield say(f"web.guidelines.line.when.{shape}", start=weeks(start.high) if start else "", end=weeks(end.low) if end else "")
    yield from (line for bound, first, last in _vague(start, end) for line in [_unsure(bound, first, last)])
    if window.deadline:
        yield say("web.guidelines.line.when.deadline")


def _vague(start: Bound | None, end: Bound | None) -> Iterator[tuple[Bound, int, int]]:
    """Yield the days between what is certain and what is certainly not, where the text is vague."""
    if start and start.low != start.high:
        yield start, start.low, start.high - 1
    if end and end.low != end.high:
        yield end, end.low + 1, end.high


def _unsure(bound: Bound, first: int, last: int) -> str:
    return say("web.guidelines.line.when.vague", first=weeks(first), last=weeks(last), why=bound.why)


def _also(found: Recommendation) -> Iterator[str]:
    if found.before_pregnancy:
        yield say("web.guidelines.line.when.before-pregnancy")
    if found.repeat_days is not None:
        yield say("web.guidelines.line.when.repeat", days=found.repeat_days)


def clauses(nodes: Iterable[Node], knowledge: Knowledge) -> list[Clause]:
    """Return criteria in words."""
    return [Speaker(knowledge).clause(each) for each in nodes]


def done_of(found: Recommendation, knowledge: Knowledge) -> list[Done]:
    """Return for each action that is advised what shows that it was done."""
    actions = [knowledge.actions[each] for each in found.actions] if found.favours else []
    return [Done(each, Speaker(knowledge).clause(each.done_when) if each.done_when is not None else None) for each in actions]


def patients(found: Recommendation, knowledge: Knowledge) -> tuple[Sequence[str], Sequence[Row]]:
    """Return the made-up patients: what most of them share, and of each what is special."""
    cases = told(found, knowledge)
    rows = [Row(case.why, special, str(case.expect), VERDICTS[case.expect])  # type: ignore[index]
            for case, special in zip(found.cases, cases.special, strict=True)]  # fmt: skip
    return cases.shared, rows


def terms_behind(found: Recommendation, knowledge: Knowledge) -> list[Term]:
    """Return everything that a line rests on, each after the one that first names it."""
    return [_term(name, knowledge) for name in in_order(found, knowledge)]


def _term(name: str, knowledge: Knowledge) -> Term:
    fact, notes = knowledge.dictionary.facts[name], knowledge.notes[name]
    return Term(
        fact.words.label, fact.words.meaning, notes.note, notes.provenance,
        None if is_written_down(fact) else _criterion(name, fact, knowledge), _written(fact), name.rpartition("/")[0] in knowledge.guidelines,
    )  # fmt: skip


def _criterion(name: str, fact: Fact, knowledge: Knowledge) -> Clause:
    entries = fact.list if isinstance(fact, Truths | Pick) else ""
    return Speaker(knowledge, entries).clause(knowledge.criteria[name])


def _written(fact: Fact) -> str:
    match fact:
        case Derived(definition=written) | Truths(where=written) | Pick(where=str(written)):
            return " ".join(written.split())
    return ""


# --- two side by side --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """What two documents say on one topic; nothing, where one does not speak to it."""

    topic: Topic
    left: tuple[Recommendation, ...]
    right: tuple[Recommendation, ...]


def side_by_side(left: Guideline, right: Guideline, knowledge: Knowledge) -> Mapping[str, list[Pair]]:
    """Return what two documents say, by topic: first where both speak, then where one does."""
    one, other = ({each.topic.id: each.lines for each in chapters(document.recommendations, knowledge)} for document in (left, right))
    pairs = [Pair(topic, one.get(topic.id, ()), other.get(topic.id, ())) for topic in knowledge.topics.values()]
    return {
        "both": [each for each in pairs if each.left and each.right],
        "left": [each for each in pairs if each.left and not each.right],
        "right": [each for each in pairs if each.right and not each.left],
    }


def comparable(found: Recommendation, knowledge: Knowledge) -> list[Recommendation]:
    """Return the lines of other documents that speak to the same topic."""
    return [each for each in knowledge.recommendations.values() if each.topic == found.topic and each.guideline != found.guideline]


def editions(knowledge: Knowledge) -> list[tuple[Guideline, Guideline]]:
    """Return each superseded document with the one that replaced it, where both are here."""
    every = knowledge.guidelines
    return [(each, every[each.superseded_by]) for each in every.values() if each.superseded_by in every]
