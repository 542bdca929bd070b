"""The gates that knowledge must pass, each with a message that a clinician understands.

``check`` runs the cases on the reference engine and on DuckDB, tries every mutant, and looks for what no schema sees:
numbers from nowhere, criteria that are true of nobody's record, citations that lead nowhere.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from gravida.cases import Prepared, fact_of, fact_with, prepare_case, verdict_of, written
from gravida.check_engines import compare_engines
from gravida.equivalence import Claim, Defined, try_claims
from gravida.evaluate import World, truth
from gravida.facts import Pick, Value
from gravida.guideline import Case, Recommendation
from gravida.knowledge import Knowledge, Problem
from gravida.logic import Truth
from gravida.mutation import mutants, recommendation_mutants
from gravida.numbers_said import unsaid_numbers

VERDICTS = ("now", "now-if", "overdue", "met", "later", "done", "withheld", "passed", "unknown", "not-met")


@dataclass
class Report:
    """What the gates found, and how much they looked at."""

    problems: list[Problem] = field(default_factory=list)
    recommendations: int = 0
    facts: int = 0
    cases: int = 0
    mutants: int = 0
    killed: int = 0
    equivalent: int = 0
    sql_answers: int = 0
    claims: list[Claim] = field(default_factory=list)
    """Mutants declared equivalent, to be tried on random records."""

    def summary(self) -> str:
        """Return the figures in a line."""
        return (
            f"{self.recommendations} recommendations, {self.facts} facts, {self.cases} cases, {self.mutants} mutants: {self.killed} killed, "
            f"{self.equivalent} equivalent; {self.sql_answers} answers the same on both engines; {len(self.problems)} problems"
        )

    def add(self, other: "Report") -> None:
        """Take in the findings of another report."""
        self.problems += other.problems
        self.claims += other.claims
        for name in ("recommendations", "facts", "cases", "mutants", "killed", "equivalent", "sql_answers"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def check_recommendation(recommendation: Recommendation, knowledge: Knowledge) -> Report:
    """Run every gate of one recommendation."""
    report = Report(recommendations=1)
    prepared = _prepare_all(recommendation.cases, knowledge, report)
    report.problems += _case_problems(recommendation, prepared, knowledge)
    if not report.problems:  # a case that fails already would seem to kill every mutant
        _try_mutants(recommendation, prepared, knowledge, report)
    report.problems += _coverage_problems(recommendation, prepared, knowledge)
    report.problems += _static_problems(recommendation, knowledge)
    return report


def _prepare_all(cases: Iterable[Case], knowledge: Knowledge, report: Report) -> list[Prepared]:
    found = [prepare_case(case, knowledge) for case in cases]
    report.problems += [each for each in found if isinstance(each, Problem)]
    ready = [each for each in found if isinstance(each, Prepared)]
    report.cases += len(ready)
    return ready


def _static_problems(recommendation: Recommendation, knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what can be seen without running a case."""
    place = f"{recommendation.path}:1:1"
    if recommendation.source.cite not in knowledge.references:
        yield Problem(place, f"the citation {recommendation.source.cite!r} is not in references.bib")
    for key, given in (("window", recommendation.window), ("strength", recommendation.strength)):
        if bool(given) != (key in recommendation.provenance):
            missing = "has no provenance" if given else "is not given, yet has a provenance"
            yield Problem(place, f"provenance is incomplete: {key} {missing}")
    for number in unsaid_numbers(recommendation):
        yield Problem(place, f"the number {number} stands in who or window, and neither in 'says' nor in a note: where does it come from?")
    if recommendation.review and not recommendation.is_signed:
        yield Problem(place, "the signature is out of date: the file was changed after it was signed; sign again, or remove it")
    if _true_of_nobody(recommendation, knowledge):
        yield Problem(place, "this is true of an empty record, so it would apply to somebody of whom nothing is known; say who it is for")


def _true_of_nobody(recommendation: Recommendation, knowledge: Knowledge) -> bool:
    empty = World(knowledge.meaning, {}, {})
    return recommendation.who is not None and truth(recommendation.who.node, empty) is True


def _case_problems(recommendation: Recommendation, prepared: list[Prepared], knowledge: Knowledge) -> Iterator[Problem]:
    for each in prepared:
        if each.case.expect not in VERDICTS:
            yield Problem(each.case.place, f"expected one of {', '.join(VERDICTS)}; found {each.case.expect!r}")
            continue
        found = verdict_of(recommendation, each, knowledge)
        if found != each.case.expect:
            yield Problem(each.case.place, f"case {each.case.why!r}: expected {each.case.expect}, found {found}")


def _coverage_problems(recommendation: Recommendation, prepared: list[Prepared], knowledge: Knowledge) -> Iterator[Problem]:
    """Yield which of met, not met and unknown no case shows."""
    who = recommendation.who
    wanted: dict[str, Truth] = {"met": True} if who is None else {"met": True, "not met": False, "unknown": None}
    shown = {True if who is None else truth(who.node, each.situation.world) for each in prepared}
    for word, wanted_truth in wanted.items():
        if wanted_truth not in shown:
            yield Problem(f"{recommendation.path}:1:1", f"no case shows the criterion {word}: add one")


def _try_mutants(recommendation: Recommendation, prepared: list[Prepared], knowledge: Knowledge, report: Report) -> None:
    declared = {each.mutant for each in recommendation.equivalent}
    found: set[str] = set()
    for text, mutant in recommendation_mutants(recommendation):
        if text in found:
            continue
        found.add(text)
        report.mutants += 1
        if any(verdict_of(mutant, each, knowledge) != each.case.expect for each in prepared):
            report.killed += 1
            _refuse_if_declared(text, declared, recommendation.path, report)
        elif text in declared:
            report.equivalent += 1
            report.claims.append(Claim(f"{recommendation.path}:1:1", text, recommendation, mutant))
        else:
            report.problems.append(Problem(f"{recommendation.path}:1:1", survivor(text)))
    for text in declared - found:
        report.problems.append(Problem(f"{recommendation.path}:1:1", f"there is no mutant {text!r}: remove it from 'equivalent'"))


def _refuse_if_declared(text: str, declared: set[str], path: str, report: Report) -> None:
    if text in declared:
        report.problems.append(Problem(f"{path}:1:1", f"the mutant {text!r} is declared equivalent, and a case tells it apart: remove it"))


def survivor(text: str) -> str:
    """Return the message about a mutant that no case notices."""
    return f"if it read '{text}', no case would notice: add a case at this boundary, with a different outcome"


def check_fact(name: str, knowledge: Knowledge) -> Report:
    """Run the gates of one fact or definition that is worked out: its cases hold, and its mutants are killed."""
    report = Report(facts=1)
    notes = knowledge.notes[name]
    if name not in knowledge.criteria and not isinstance(knowledge.dictionary.facts[name], Pick):
        return report
    if not notes.cases:
        report.problems.append(Problem(notes.place, f"{name} has no cases: add some that show it true, false and unknown"))
        return report
    prepared = _prepare_all(notes.cases, knowledge, report)
    for each in prepared:
        found = written(fact_of(name, each))
        if found != each.case.expect:
            report.problems.append(Problem(each.case.place, f"{name}, case {each.case.why!r}: expected {each.case.expect}, found {found}"))
    if not report.problems:
        _try_fact_mutants(name, prepared, knowledge, report)
    return report


def _try_fact_mutants(name: str, prepared: list[Prepared], knowledge: Knowledge, report: Report) -> None:
    notes = knowledge.notes[name]
    declared = {each.mutant for each in notes.equivalent}
    for text, outcome, mutant in _fact_mutants(name, knowledge):
        report.mutants += 1
        if any(written(outcome(each)) != each.case.expect for each in prepared):
            report.killed += 1
        elif text in declared:
            report.equivalent += 1
            original = Defined(knowledge.dictionary.facts[name], knowledge.criteria.get(name))
            report.claims.append(Claim(notes.place, text, original, mutant))
        else:
            report.problems.append(Problem(notes.place, f"{name}: {survivor(text)}"))


def _fact_mutants(name: str, knowledge: Knowledge) -> Iterator[tuple[str, Callable[[Prepared], Value], Defined]]:
    """Yield every mutant of a fact: its text, what a case gives for it, and the fact as it would be."""
    fact = knowledge.dictionary.facts[name]
    seen = set()
    for text, node in mutants(knowledge.criteria[name]) if name in knowledge.criteria else ():
        if text not in seen:
            seen.add(text)
            yield text, lambda each, node=node: fact_of(name, each, node), Defined(fact, node)  # type: ignore[misc]
    if isinstance(fact, Pick) and fact.valid_for_days is not None:
        for days in (fact.valid_for_days - 1, fact.valid_for_days + 1):
            changed = Defined(replace(fact, valid_for_days=days), knowledge.criteria.get(name))
            yield f"valid_for: {days} days", lambda each, days=days: fact_with(name, each, valid_for_days=days), changed  # type: ignore[misc]


def check_all(knowledge: Knowledge, only: Collection[str] = (), advance: Callable[[int, int], object] = lambda done, total: None) -> Report:
    """Run every gate; with ``only``, the dictionary's own facts are left out. ``advance`` is told how far it is."""
    names = [name for name in knowledge.notes if not only or "/" in name]
    jobs: list[Callable[[], Report]] = [partial(check_fact, name, knowledge) for name in names]
    jobs += [partial(check_recommendation, each, knowledge) for each in knowledge.recommendations.values()]
    jobs.append(partial(_both_engines, names, knowledge))
    report = Report()
    for done, job in enumerate(jobs):
        report.add(job())
        advance(done, len(jobs))
    report.problems += try_claims(report.claims, knowledge)
    return report


def _both_engines(names: Collection[str], knowledge: Knowledge) -> Report:
    """Hold the reference engine and SQL against each other, on the records of all cases."""
    compared = compare_engines(knowledge, names)
    return Report(problems=list(compared.problems), sql_answers=compared.answers)
