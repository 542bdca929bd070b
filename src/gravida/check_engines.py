"""The gate "every case holds on both engines": the reference engine against SQL, on the records of all cases.

Every criterion and every fact is answered for the record of every case, not of its own alone, because that costs little.
A disagreement is a fault of the program, and the case is where to start looking.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from gravida.cases import Prepared, prepare_case, written
from gravida.cql import Node
from gravida.evaluate import World, fact, truth
from gravida.guideline import Case, Recommendation
from gravida.knowledge import Knowledge, Problem
from gravida.sql_tables import Counted, Found, Tables, counted


@dataclass(frozen=True, slots=True)
class Comparison:
    """Where the engines part, and how many answers were compared."""

    problems: tuple[Problem, ...]
    answers: int


def compare_engines(knowledge: Knowledge, facts: Collection[str] | None = None) -> Comparison:
    """Answer every criterion on both engines, for the records of all cases.

    ``facts`` are the facts and definitions to look at; without it, all of them. A case whose record cannot be read is
    left out here, and reported by the gate that runs the cases.
    """
    chosen = list(knowledge.dictionary.facts if facts is None else facts)
    cases = [case for name in chosen for case in knowledge.notes[name].cases]
    cases += [case for each in knowledge.recommendations.values() for case in each.cases]
    return sql_disagreements(list(_prepared(cases, knowledge)), all_criteria(knowledge), chosen, knowledge)


def _prepared(cases: list[Case], knowledge: Knowledge) -> Iterator[tuple[str, World]]:
    for case in cases:
        prepared = prepare_case(case, knowledge)
        if isinstance(prepared, Prepared):
            yield case.place, prepared.situation.world


def all_criteria(knowledge: Knowledge) -> dict[str, Node]:
    """Return the criteria of all recommendations and actions, by names that say whose they are."""
    found = {name: node for each in knowledge.recommendations.values() for name, node in _criteria(each)}
    for key, action in knowledge.actions.items():
        for name, node in (("done_when", action.done_when), ("not_when", action.not_when)):
            if node is not None:
                found[f"{key} {name}"] = node
    return found


def _criteria(recommendation: Recommendation) -> Iterator[tuple[str, Node]]:
    if recommendation.who is not None:
        yield f"{recommendation.key} who", recommendation.who.node
    for key, conditions in (("unless", recommendation.unless), ("silent_on", recommendation.silent_on)):
        yield from ((f"{recommendation.key} {key} {index}", each.node) for index, each in enumerate(conditions))


def sql_disagreements(records: list[tuple[str, World]], criteria: Mapping[str, Node], facts: list[str], knowledge: Knowledge) -> Comparison:
    """Return where SQL answers otherwise than the reference engine. A record comes with its place in a file."""
    with Tables(knowledge.meaning) as tables:
        tables.load({number: world for number, (_, world) in enumerate(records)})
        truths, values = tables.answers(criteria), tables.values(facts)
    problems = []
    for number, (place, world) in enumerate(records):
        by_sql: dict[str, Found] = {**truths[number], **values[number]}
        by_reference: dict[str, Found] = {name: truth(node, world) for name, node in criteria.items()}
        by_reference |= {name: counted(fact(name, world)) for name in facts}
        if by_sql != by_reference:
            problems += [Problem(place, _message(name, found, by_sql[name])) for name, found in by_reference.items() if by_sql[name] != found]
    return Comparison(tuple(problems), len(records) * (len(criteria) + len(facts)))


def _message(name: str, by_reference: Found, by_sql: Found) -> str:
    return f"the engines disagree on {name} for this record: {_shown(by_reference)} by the reference engine, {_shown(by_sql)} by SQL"


def _shown(found: Found) -> str:
    if isinstance(found, Counted):
        return f"from {found.certain} to {found.possible} entries"
    return str(written(found))
