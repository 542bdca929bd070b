"""What is not known, ranked by how many verdicts each answer would settle.

Each question is tried with every answer that could make a difference: a truth both ways, a word with each of its words,
a number on each side of every limit that any criterion draws. An answer settles a verdict that was ``unknown`` or
``now-if`` and no longer is. Questions that a treatment waits for come first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gravida.assessment import Missing
from gravida.evaluate import Entries, Entry, World
from gravida.evaluate import fact as value_of_fact
from gravida.facts import EntryList, Observed, Pick, Scalar, Type, Value
from gravida.guideline import Recommendation
from gravida.knowledge import Knowledge
from gravida.prepare import Situation
from gravida.verdict import Judgement, Today, judge

OPEN = frozenset({"unknown", "now-if"})
MOST_ENTRIES = 8
"""Of a list, so many entries are asked about at a time, the first ones that have something unknown: each more costs as much as all before it."""
MOST_ANSWERS = 9
"""Of a number with many limits, so many answers are tried, evenly spread."""


@dataclass(frozen=True)
class Question:
    """Something that could be asked: ``answers`` are the worlds and days that would follow."""

    id: str
    label: str
    text: str
    changes: str
    """The leaf that the answer changes: a fact, or ``list:<name>``, or ``today``."""
    answers: tuple[tuple[World, Today], ...]
    obtainable_from: int | None = None


def rank_missing(situation: Situation, knowledge: Knowledge, considered: Iterable[Recommendation]) -> tuple[tuple[Missing, ...], tuple[Missing, ...]]:
    """Return the questions worth asking now, best first, and those that cannot be answered yet.

    A question whose every answer settles nothing is left out.
    """
    judged = {each.key: judge(each, knowledge.actions, situation.world, situation.today) for each in considered}
    waiting = {key: knowledge.recommendations[key] for key, found in judged.items() if found.verdict in OPEN}
    first = _waited_for(judged, knowledge)
    ranked: list[tuple[Missing, Question]] = []
    for question in questions(situation, knowledge, waiting):
        settled = _settled(question, knowledge, waiting)
        if settled and max(settled) > 0:
            mean = sum(settled) / len(settled)
            ranked.append((Missing(question.id, question.label, question.text, round(mean, 1), max(settled), question.changes in first), question))
    ranked.sort(key=lambda pair: (not pair[0].first, -pair[0].settles, -pair[0].settles_at_most, pair[0].id))
    now = tuple(missing for missing, question in ranked if _can_be_known(question, situation.today))
    return now, tuple(missing for missing, question in ranked if not _can_be_known(question, situation.today))


def _waited_for(judged: Mapping[str, Judgement], knowledge: Knowledge) -> set[str]:
    """Return the leaves of contraindications that nobody has excluded, where a treatment is otherwise due."""
    found: set[str] = set()
    for key, judgement in judged.items():
        for index in judgement.open_contraindications if judgement.verdict == "now-if" else ():
            found |= set(knowledge.index.leaves_of(knowledge.recommendations[key].unless[index].node))
    return {leaf for leaf in found if not leaf.startswith("list:")}


def _can_be_known(question: Question, today: Today) -> bool:
    if question.obtainable_from is None or not isinstance(today.gestation_days, int | float):
        return True
    return today.gestation_days >= question.obtainable_from


def _settled(question: Question, knowledge: Knowledge, waiting: Mapping[str, Recommendation]) -> list[int]:
    """Return for each answer how many open verdicts it would settle."""
    affected = [waiting[key] for key in knowledge.index.recommendations.get(question.changes, ()) if key in waiting]
    if not affected:
        return []
    return [sum(judge(each, knowledge.actions, world, today).verdict not in OPEN for each in affected) for world, today in question.answers]


def questions(situation: Situation, knowledge: Knowledge, waiting: Mapping[str, Recommendation]) -> Iterator[Question]:
    """Yield every question whose answer is unknown and on which an open verdict rests."""
    leaves = set().union(*(knowledge.index.leaves[key] for key in waiting)) if waiting else set()
    yield from _about_today(situation, waiting)
    yield from _about_measured(sorted(leaves), situation, knowledge)
    for leaf in sorted(leaves - {"today"}):
        if leaf.startswith("list:"):
            yield from _about_list(leaf.removeprefix("list:"), situation, knowledge)
        else:
            yield from _about_fact(leaf, situation, knowledge)


def _about_today(situation: Situation, waiting: Mapping[str, Recommendation]) -> Iterator[Question]:
    today, world = situation.today, situation.world
    if today.pregnant is None:
        answers = tuple((_with_facts(world, ["pregnant"], value), replace(today, pregnant=value)) for value in (True, False))
        yield Question("pregnant", "whether she is pregnant", "Are you pregnant now?", "today", answers)
    elif today.pregnant and not isinstance(today.gestation_days, int | float):
        ends = {bound.low for each in waiting.values() if each.window for bound in (each.window.start, each.window.end) if bound}
        answers = tuple((world, replace(today, gestation_days=day)) for day in _spread(sorted(ends)))
        yield Question("gestation", "gestation or due date", "How many weeks pregnant are you, or when is the baby due?", "today", answers)


def _about_fact(name: str, situation: Situation, knowledge: Knowledge) -> Iterator[Question]:
    fact = knowledge.dictionary.facts[name]
    world = situation.world
    if name == "pregnant" or not isinstance(fact, Observed | Pick) or _declined(fact, situation):
        return
    if is_measured(fact) or value_of_fact(name, world) is not None:
        return
    answers = tuple((_with_facts(world, [name], each), situation.today) for each in _values(fact.type, knowledge.index.limits.get(name, ())))
    yield Question(name, fact.words.label, fact.words.question or f"{fact.words.label}?", name, answers, fact.words.obtainable_from)


def is_measured(fact: object) -> bool:
    """Return whether a fact picks out of measurements, of which one answer settles several facts."""
    return isinstance(fact, Pick) and fact.take != "latest"


def _about_measured(leaves: Iterable[str], situation: Situation, knowledge: Knowledge) -> Iterator[Question]:
    """Yield one question for each thing that is measured, however many facts pick from it."""
    groups: dict[tuple[str, str], list[Pick]] = {}
    for name in leaves:
        fact = knowledge.dictionary.facts.get(name)
        if isinstance(fact, Pick) and is_measured(fact) and value_of_fact(name, situation.world) is None:
            groups.setdefault((fact.list, fact.value), []).append(fact)
    for (list_name, value), facts in groups.items():
        column = knowledge.dictionary.lists[list_name].fields[value]
        limits = sorted({limit for fact in facts for limit in knowledge.index.limits.get(fact.name, ())})
        names = [fact.name for fact in facts]
        answers = tuple((_with_facts(situation.world, names, each), situation.today) for each in _values(column.type, limits))
        first = min((fact.words.obtainable_from for fact in facts if fact.words.obtainable_from is not None), default=None)
        yield Question(f"{list_name}.{value}", column.words.label, column.words.question, f"list:{list_name}", answers, first)


def _declined(fact: Observed | Pick, situation: Situation) -> bool:
    return isinstance(fact, Observed) and fact.path in situation.record.declined


def _about_list(name: str, situation: Situation, knowledge: Knowledge) -> Iterator[Question]:
    declared = knowledge.dictionary.lists[name]
    entries = situation.world.lists.get(name)
    if name in situation.record.declined:
        return
    if entries is None:
        answers = (Entries(()), Entries(({},)))
        yield Question(name, declared.label, declared.question, f"list:{name}", tuple(_with_list(situation, name, each) for each in answers))
        return
    if entries.missing:
        whole = replace(entries, missing=0)
        if not entries.described:
            yield Question(name, declared.label, declared.question, f"list:{name}", (_with_list(situation, name, whole),))
            return
        yield Question(
            f"{name}_complete",
            f"whether these are all {declared.label}",
            f"Are these all your {declared.label}?",
            f"list:{name}",
            (_with_list(situation, name, whole),),
        )
    asked = 0
    for index in range(len(entries.described)):
        about = list(_about_entry(index, declared, entries, situation, knowledge))
        yield from about
        asked += bool(about)
        if asked == MOST_ENTRIES:
            return


def _about_entry(index: int, declared: EntryList, entries: Entries, situation: Situation, knowledge: Knowledge) -> Iterator[Question]:
    for name, column in declared.fields.items():
        path = f"{declared.name}[{index}].{column.source}"
        if not column.source or entries.described[index].get(name) is not None or path in situation.record.declined:
            continue
        if _is_asked_as_a_fact(declared.name, name, knowledge):
            continue
        values = _values(column.type, knowledge.index.limits.get(f"{declared.name}.{name}", ()))
        answers = tuple(_with_list(situation, declared.name, _filled(entries, index, name, value)) for value in values)
        label = f"{declared.label}, number {index + 1}: {column.words.label}"
        yield Question(path, label, column.words.question or label, f"list:{declared.name}", answers)


def _is_asked_as_a_fact(list_name: str, field: str, knowledge: Knowledge) -> bool:
    """Return whether a sign is asked for today, so that nobody asks what an old entry left out."""
    picks = (fact for fact in knowledge.dictionary.facts.values() if isinstance(fact, Pick))
    return any(fact.list == list_name and fact.value == field and fact.take in ("latest", "any") for fact in picks)


def _filled(entries: Entries, index: int, name: str, value: Scalar) -> Entries:
    described: list[Entry] = list(entries.described)
    described[index] = {**described[index], name: value}
    return replace(entries, described=tuple(described))


def _with_facts(world: World, names: Iterable[str], value: Value) -> World:
    return World(world.meaning, {**world.observed, **dict.fromkeys(names, value)}, world.lists)


def _with_list(situation: Situation, name: str, entries: Entries) -> tuple[World, Today]:
    world = situation.world
    return World(world.meaning, world.observed, {**world.lists, name: entries}), situation.today


def _values(kind: Type, limits: Sequence[float]) -> list[Scalar]:
    if kind.kind == "boolean":
        return [True, False]
    if kind.kind == "string":
        return list(kind.values)
    inside = [limit for limit in limits if (kind.low is None or limit >= kind.low) and (kind.high is None or limit <= kind.high)]
    return list(_spread(inside))


def _spread(limits: Sequence[float]) -> list[float]:
    """Return a number on each limit and on each side of it, thinned evenly to :data:`MOST_ANSWERS`."""
    if not limits:
        return []
    both_sides = sorted({each + step for each in limits for step in (-1, 0, 1)})
    step = max(1, len(both_sides) // MOST_ANSWERS)
    return both_sides[::step]
