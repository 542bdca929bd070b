"""Where guidelines part ways, for a terminal, as Markdown and as plain values.

What parts is told from the side of whoever is for the act; what is proved never to happen is told as that.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from gravida.compare.inside import Peculiar, expectation_of
from gravida.compare.kinds import KINDS, Kind
from gravida.compare.pairs import Difference, plainest
from gravida.compare.witness import Witness
from gravida.comparing import Finding, Gap
from gravida.knowledge import Knowledge
from gravida.record import plain, write_record

SAID: Mapping[Kind, str] = {
    "opposed": "{favours} is for it, and {other} is against it",
    "unsure": "{favours} is for it, and {other} says that too little is known",
    "not-for-her": "{favours} is for it, and {other} means other people",
    "not-this-week": "{favours} is for it now, and {other} in other weeks",
}
NAMES: Mapping[Kind, str] = {
    "opposed": "for v against", "unsure": "too little known", "not-for-her": "other people", "not-this-week": "other weeks",
}  # fmt: skip
MARKS: Mapping[Kind, str] = {"opposed": "✗", "unsure": "~", "not-for-her": "○", "not-this-week": "◷"}
NEVER, APART = "=", "·"
FOUND: Mapping[Finding, str] = {
    "contradiction": "{0} is for an act that {1} is against, at the same moment.",
    "never-due": "{0} can never be due: proved.",
    "implied": "Wherever {0} stands, {1} stands too: proved.",
    "withdrawn": "{1} is offered to the first, and no longer to the second: {2}",
}
LIMITS = (
    "Proved for records of any size in which nothing is left open; a record that leaves something open can be completed, so it cannot part them for certain "
    "either. That two never part does not mean that they agree: one that is never for an act has nobody to part from. One act at a time; what nobody has "
    "read, or only informs, is left out."
)


Key = TypeVar("Key")


@dataclass(frozen=True)
class Shown:
    """A difference with its record, if there is one, and for how many of the synthetic people it ever holds, if they were counted."""

    difference: Difference
    witness: Witness | None
    people: int | None = None
    file: str = ""


# --- all of them ---------------------------------------------------------------------------------------------------


def overview(found: Sequence[Difference], knowledge: Knowledge) -> list[list[str]]:
    """Return a row for each topic: documents that speak to an act together, pairs, and how many pairs part in which way."""
    rows = [["topic", "documents", "pairs", *NAMES.values(), "never part"]]
    for topic, some in _grouped(found, lambda each: each.topic).items():
        pairs = [plainest(each) for each in _grouped(some, _pair).values()]
        documents = {name for each in some for name in (each.favours, each.other)}
        counts = [str(pairs.count(kind)) for kind in KINDS]
        rows.append([knowledge.topics[topic].label, str(len(documents)), str(len(pairs)), *counts, str(pairs.count(None))])
    return rows


def grid(found: Sequence[Difference], knowledge: Knowledge) -> Iterator[str]:
    """Yield a table of documents for one topic: in each place the plainest way in which the two part."""
    names = sorted({name for each in found for name in (each.favours, each.other)})
    cells = _grouped(found, _pair)
    for number, name in enumerate(names, start=1):
        row = [_mark(cells.get(frozenset((name, other)))) if other != name else " " for other in names]
        yield f"{number:>2} {' '.join(f'{each:>2}' for each in row)}   {knowledge.guidelines[name].heading}"
    yield f"   {' '.join(f'{number:>2}' for number in range(1, len(names) + 1))}"
    yield ""
    yield "   ".join([*(f"{MARKS[kind]} {NAMES[kind]}" for kind in KINDS), f"{NEVER} never part, proved", f"{APART} not about the same act"])


def _mark(some: Sequence[Difference] | None) -> str:
    if some is None:
        return APART
    kind = plainest(some)
    return MARKS[kind] if kind else NEVER


# --- a pair --------------------------------------------------------------------------------------------------------


def pair_lines(shown: Sequence[Shown], knowledge: Knowledge, people: int = 0) -> Iterator[str]:
    """Yield how two documents part, act by act, each with its smallest record."""
    for (topic, action), some in groupby(shown, key=lambda each: (each.difference.topic, each.difference.action)):
        yield f"{knowledge.topics[topic].label}: {knowledge.actions[action].label}"
        several = list(some)
        for each in (one for one in several if one.difference.found is not None):
            yield f"  {_mark([each.difference])} {said(each.difference, knowledge)}.{_counted(each, people)}"
            yield from (f"      {line}" for line in _record(each))
        never = [each.difference for each in several if each.difference.found is None]
        if len(never) == len(several):
            yield f"  {NEVER} They never part, which is proved."
        else:
            yield from (f"  {NEVER} Never, which is proved: {said(each, knowledge)}." for each in never)
        yield ""


def said(difference: Difference, knowledge: Knowledge) -> str:
    """Return in words how two documents part."""
    favours, other = (knowledge.guidelines[each] for each in (difference.favours, difference.other))
    return SAID[difference.kind].format(favours=favours.heading, other=other.heading)


def _counted(shown: Shown, people: int) -> str:
    return "" if shown.people is None else f" Ever so for {shown.people} of {people:,} synthetic people."


def _record(shown: Shown) -> Iterator[str]:
    if shown.file:
        yield shown.file
    elif shown.witness is not None:
        yield from write_record(shown.witness.record).splitlines()


def example(shown: Shown, knowledge: Knowledge) -> str:
    """Return a record as an example file, which says what it shows."""
    assert shown.witness is not None
    difference = shown.difference
    names = ", ".join(each.key for each in difference.claim.recommendations())
    return (
        f"# {knowledge.topics[difference.topic].label}, {knowledge.actions[difference.action].label}:\n# {said(difference, knowledge)}.\n"
        f"# {names}\n# The smallest record that shows it: made up, of nobody. Nothing here was reviewed by a clinician.\n{write_record(shown.witness.record)}"
    )


# --- one document --------------------------------------------------------------------------------------------------


def found_in_words(each: Peculiar, knowledge: Knowledge) -> str:
    """Return what was found inside a document."""
    if each.what != "withdrawn":
        return FOUND[each.what].format(*each.of)
    guideline, action, name = each.of
    label = knowledge.actions[action].label
    return FOUND[each.what].format(guideline, label[:1].upper() + label[1:], expectation_of(name, knowledge).says)


def inside_lines(found: Sequence[tuple[Peculiar, Sequence[Witness]]], gaps: Sequence[tuple[Gap, Witness | None]], knowledge: Knowledge) -> Iterator[str]:
    """Yield what is peculiar about one document, with its records, and whom it says nothing to."""
    yield "Peculiar" if found else "Nothing contradicts itself, can never be due, says the same twice, or ends an offer where things get worse: proved."
    for each, records in found:
        yield f"  {found_in_words(each, knowledge)}"
        yield f"    {each.declared.because.strip() if each.declared else 'NOT DECLARED: change the text, or declare it in compare.yaml.'}"
        for witness in records:
            yield from (f"      {line}" for line in write_record(witness.record).splitlines())
            yield ""
    yield from ("", "Does it say anything to …") if gaps else ()
    for gap, silent in gaps:
        yield f"  {gap.says}"
        yield "    Not always. For this record, none of its recommendations about an act applies:" if silent else "    Always: proved."
        yield from (f"      {line}" for line in write_record(silent.record).splitlines()) if silent else ()


# --- plain values --------------------------------------------------------------------------------------------------


def plain_difference(shown: Shown) -> dict[str, Any]:
    """Return a difference as plain values."""
    each = shown.difference
    found = {"topic": each.topic, "action": each.action, "kind": each.kind, "for": each.favours, "other": each.other, "possible": each.found is not None}
    record = {} if shown.witness is None else {"record": plain(shown.witness.record)}
    return {**found, **record, **({} if shown.people is None else {"people": shown.people})}


def plain_peculiar(each: Peculiar) -> dict[str, Any]:
    """Return what is peculiar about a document as plain values."""
    return {"what": each.what, "of": list(each.of), "declared": each.declared.because if each.declared else None}


# --- grouping ------------------------------------------------------------------------------------------------------


def _grouped(found: Sequence[Difference], by: Callable[[Difference], Key]) -> dict[Key, list[Difference]]:
    groups: dict[Key, list[Difference]] = {}
    for each in found:
        groups.setdefault(by(each), []).append(each)
    return groups


def _pair(each: Difference) -> frozenset[str]:
    return frozenset((each.favours, each.other))
