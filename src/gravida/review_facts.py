"""What the words of a criterion mean, for a reader: every fact behind it, in the order in which it is first needed.

What is worked out stands with its criterion in words; what somebody wrote down stands in one table, with what it may be
and how it is asked.

>>> from gravida.library import load
>>> knowledge = load()
>>> names = in_order(knowledge.recommendations["nice-2022-preterm-labour/short-cervix-limit"], knowledge)
>>> names
['cervical_length_16_to_24w_mm']
>>> print(next(worked_out(names, knowledge)))
#### cervical length from 16+0 to 24+0 (shortest, transvaginal)
"""

from collections.abc import Iterable, Iterator

from gravida.cql import Member, Name, Node, walk
from gravida.facts import Derived, Fact, Field, Observed, Pick, Truths, Type
from gravida.guideline import Recommendation
from gravida.in_words import Speaker
from gravida.knowledge import Knowledge
from gravida.markdown_text import inline, prose, table
from gravida.reach import Leaf, nodes
from gravida.record_checks import describe
from gravida.units import weeks
from gravida.words import seen

TAKEN = {"shortest": "The smallest", "longest": "The largest", "latest": "The latest", "any": "Yes, if anywhere it is yes: the"}
BY_ITSELF = "*(worked out from the dates in the record)*"


def in_order(recommendation: Recommendation, knowledge: Knowledge) -> list[str]:
    """Return every fact that a recommendation rests on, each after the one that first names it."""
    found: dict[str, None] = {}
    for node in nodes(recommendation, knowledge.actions):
        _follow(node, knowledge, found)
    return list(found)


def _follow(node: Node, knowledge: Knowledge, found: dict[str, None]) -> None:
    new = [part.id for part in walk(node) if isinstance(part, Name) and part.id not in found]
    found.update(dict.fromkeys(new))
    for name in dict.fromkeys(new):
        if isinstance(knowledge.dictionary.facts[name], Derived):
            _follow(knowledge.criteria[name], knowledge, found)


def criterion(begin: str, node: Node, speaker: Speaker) -> list[str]:
    """Return a criterion as a sentence that begins so, and a list: ``begin`` is followed by "all of these"."""
    first, *rest = speaker.lines(node)
    return [f"{begin} {first}", "", *rest] if rest else [f"{begin} this:", "", first]


def is_written_down(fact: Fact) -> bool:
    """Return whether a fact is what somebody wrote, or the latest of what was written, and so has no criterion to read."""
    return isinstance(fact, Observed) or (isinstance(fact, Pick) and fact.where is None)


def worked_out(names: Iterable[str], knowledge: Knowledge) -> Iterator[str]:
    """Yield what is worked out, one after the other."""
    for name in names:
        fact = knowledge.dictionary.facts[name]
        if not (isinstance(fact, Observed) or is_written_down(fact)):
            yield f"#### {inline(fact.words.label)}"
            yield ""
            yield from _definition(name, fact, knowledge)
            yield ""


def _definition(name: str, fact: Truths | Pick | Derived, knowledge: Knowledge) -> Iterator[str]:
    notes = knowledge.notes[name]
    yield " · ".join(filter(None, [f"`{name.rpartition('/')[2]}`", _whose(name, knowledge), seen(notes.provenance)]))
    yield ""
    if fact.words.meaning:
        yield from (prose(fact.words.meaning), "")
    yield from _how(name, fact, knowledge)
    written = fact.definition if isinstance(fact, Derived) else fact.where or ""
    after = {"May be": _may_be(fact), "Asked as": inline(_question(fact)), "Note": inline(notes.note), "As written": f"`{' '.join(written.split())}`"}
    said = [f"*{label}:* {text}" for label, text in after.items() if text]
    if said:
        yield from ("", "  \n".join(said))


def _whose(name: str, knowledge: Knowledge) -> str:
    guideline = knowledge.guidelines.get(name.rpartition("/")[0])
    return f"defined for {inline(guideline.heading)} alone" if guideline else "the same for all documents"


def _how(name: str, fact: Truths | Pick | Derived, knowledge: Knowledge) -> Iterator[str]:
    node = knowledge.criteria.get(name)
    if isinstance(fact, Derived):
        assert node is not None
        yield from criterion("Holds if" if fact.type.kind == "boolean" else "Is", node, Speaker(knowledge))
        return
    speaker, entries = Speaker(knowledge, fact.list), f"*{inline(knowledge.dictionary.lists[fact.list].label)}*"
    assert node is not None
    if isinstance(fact, Truths):
        yield from criterion(f"Counts each of {entries} with", node, speaker)
        return
    value = inline(knowledge.dictionary.lists[fact.list].fields[fact.value].words.label)
    yield from criterion(f"{TAKEN[fact.take]} *{value}* among {entries} with", node, speaker)
    yield from ("", f"{_validity(fact)}.".capitalize()) if _validity(fact) else ()


def _validity(fact: Pick) -> str:
    if fact.valid_for_days is None:
        return ""
    return f"an entry counts for {fact.valid_for_days} day{'s' * (fact.valid_for_days != 1)}"


def _may_be(fact: Fact) -> str:
    return describe(fact.type, fact.name) if fact.type.is_number else ""


def _question(fact: Fact) -> str:
    early = f" (not before {weeks(fact.words.obtainable_from)})" if fact.words.obtainable_from is not None else ""
    return fact.words.question + early if fact.words.question else ""


def recorded(names: Iterable[str], knowledge: Knowledge) -> list[str]:
    """Return the table of what stands in the record: facts, then the fields of each list that are used."""
    facts = [knowledge.dictionary.facts[name] for name in names]
    rows = [_fact(fact, knowledge) for fact in facts if is_written_down(fact)]
    used = set(_fields(facts, knowledge))
    for name, entries in knowledge.dictionary.lists.items():
        rows += [_field(field, entries.label) for key, field in entries.fields.items() if (name, key) in used]
    return list(table(["What", "Meaning", "May be", "Asked as"], rows)) if rows else []


def _fact(fact: Fact, knowledge: Knowledge) -> list[str]:
    label, meaning = inline(fact.words.label), inline(fact.words.meaning)
    if isinstance(fact, Pick):
        label += f" *({fact.take} of {inline(knowledge.dictionary.lists[fact.list].label)})*"
        meaning = " ".join(filter(None, [meaning, f"{_validity(fact)}.".capitalize() if _validity(fact) else ""]))
    return [label, meaning, _describe(fact.type, fact.name), inline(_question(fact))]


def _fields(facts: Iterable[Fact], knowledge: Knowledge) -> Iterator[Leaf]:
    """Yield the fields of lists that criteria speak of, and those that a value is taken from."""
    for fact in facts:
        if isinstance(fact, Truths | Pick) and not is_written_down(fact):
            yield from ((fact.list, part.id) for part in walk(knowledge.criteria[fact.name]) if isinstance(part, Member))
            yield from [(fact.list, fact.value)] if isinstance(fact, Pick) else []


def _field(field: Field, entries: str) -> list[str]:
    question = inline(field.words.question) if field.source else BY_ITSELF
    return [f"{inline(field.words.label)} *({inline(entries)})*", inline(field.words.meaning), _describe(field.type, field.name), question]


def _describe(kind: Type, name: str) -> str:
    return inline(describe(kind, name))
