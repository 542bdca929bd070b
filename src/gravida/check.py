"""The gates that knowledge must pass, each with a message that a clinician understands.

``check`` runs the cases on the reference engine and on DuckDB and tries every mutant. What can be seen without a case,
such as numbers from nowhere and citations that lead nowhere, is in :mod:`gravida.check_files`.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from gravida.cases import Prepared, fact_of, fact_with, prepare_case, verdict_of, written
from gravida.check_engines import compare_engines
from gravida.check_files import Places, base_problems, fact_problems, guideline_problems, record_problems, shared_problems, static_problems
from gravida.equivalence import Claim, Defined, try_claims
from gravida.evaluate import truth
from gravida.facts import Pick, Value
from gravida.guideline import Case, Equivalent, Recommendation
from gravida.knowledge import Knowledge, Problem
from gravida.logic import Truth
from gravida.mutation import mutants, recommendation_mutants
from gravida.risk import Study, agrees
from gravida.risk_groups import groups, said_of
from gravida.typecheck import nearest

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
            f"{self.equivalent} equivalent; {self.sql_answers} answers the same on both engines; {len(self.problems)} problem{'s' * (len(self.problems) != 1)}"
        )

    def add(self, other: "Report") -> None:
        """Take in the findings of another report."""
        self.problems += other.problems
        self.claims += other.claims
        for name in ("recommendations", "facts", "cases", "mutants", "killed", "equivalent", "sql_answers"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def check_recommendation(recommendation: Recommendation, knowledge: Knowledge) -> Report:
    """Run every gate of one recommendation."""
    report = Report(problems=list(static_problems(recommendation, knowledge)), recommendations=1)
    if not recommendation.cases:
        place = Places(knowledge.folders).in_recommendation(recommendation, "cases")
        report.problems.append(Problem(place, "there are no cases: add some that are met, not met and unknown, and some at every limit"))
        return report
    cases = Report()
    prepared = _prepare_all(recommendation.cases, knowledge, cases)
    if not cases.problems:
        cases.problems += _case_problems(recommendation, prepared, knowledge)
        cases.problems += _coverage_problems(recommendation, prepared, knowledge)
    if not cases.problems:  # a case that fails already would seem to kill every mutant
        _try_mutants(recommendation, prepared, knowledge, cases)
    report.add(cases)
    return report


def _prepare_all(cases: Collection[Case], knowledge: Knowledge, report: Report) -> list[Prepared]:
    found = [prepare_case(case, knowledge) for case in cases]
    for case, each in zip(cases, found, strict=True):
        if isinstance(each, Problem):
            report.problems.append(Problem(each.place, f"case {case.why!r}: {'; '.join(each.message.splitlines())}"))
    ready = [each for each in found if isinstance(each, Prepared)]
    report.cases += len(ready)
    return ready


def _case_problems(recommendation: Recommendation, prepared: list[Prepared], knowledge: Knowledge) -> Iterator[Problem]:
    for each in prepared:
        if each.case.expect not in VERDICTS:
            hint = nearest(str(each.case.expect), VERDICTS)
            yield Problem(each.case.place, f"case {each.case.why!r}: a verdict is one of {', '.join(VERDICTS)}; found {_said(each.case.expect)!r}{hint}")
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
            place = Places(knowledge.folders).in_recommendation(recommendation, "cases")
            yield Problem(place, f"in no case is 'who' {word}: add one")


def _try_mutants(recommendation: Recommendation, prepared: list[Prepared], knowledge: Knowledge, report: Report) -> None:
    places = Places(knowledge.folders)
    trial = _Trial(recommendation.equivalent, report, lambda *path: places.in_recommendation(recommendation, *path))
    for text, mutant in recommendation_mutants(recommendation):
        killed = any(verdict_of(mutant, each, knowledge) != each.case.expect for each in prepared)
        if trial.is_claimed(text, killed=killed, key=text.partition(":")[0]):
            report.claims.append(Claim(trial.place("equivalent", trial.number(text)), text, recommendation, mutant))
    trial.finish()


@dataclass
class _Trial:
    """The mutants of one criterion, against those that were declared equivalent."""

    declared: tuple[Equivalent, ...]
    report: Report
    place: Callable[..., str]
    seen: set[str] = field(default_factory=set)

    def is_claimed(self, text: str, *, killed: bool, key: str) -> bool:
        """Count a mutant, and return whether it lives and is declared equivalent. ``key`` is where it would be written."""
        if text in self.seen:
            return False
        self.seen.add(text)
        declared = self.number(text)
        claimed = declared is not None and not killed
        self.report.mutants += 1
        self.report.killed += killed
        self.report.equivalent += claimed
        if killed and declared is not None:
            self._problem(("equivalent", declared), f"the mutant {text!r} is declared equivalent, and a case tells it apart: remove it from 'equivalent'")
        if not killed and declared is None:
            self._problem((key,), f"if it read {text!r}, no case would notice: add a case that would then come out differently")
        return claimed

    def number(self, text: str) -> int | None:
        """Return which of the declared mutants this is."""
        return next((index for index, each in enumerate(self.declared) if each.mutant == text), None)

    def finish(self) -> None:
        """Refuse what is declared and is no mutant at all."""
        for index, each in enumerate(self.declared):
            if each.mutant not in self.seen:
                self._problem(("equivalent", index), f"there is no mutant {each.mutant!r}: remove it from 'equivalent'{nearest(each.mutant, self.seen)}")

    def _problem(self, path: tuple[str | int, ...], message: str) -> None:
        self.report.problems.append(Problem(self.place(*path), message))


def check_fact(name: str, knowledge: Knowledge) -> Report:
    """Run the gates of one fact or definition that is worked out: its cases hold, and its mutants are killed."""
    report = Report(problems=list(fact_problems(name, knowledge)), facts=1)
    notes = knowledge.notes[name]
    if name not in knowledge.criteria and not isinstance(knowledge.dictionary.facts[name], Pick):
        return report
    if not notes.cases:
        report.problems.append(Problem(notes.place, f"{name} has no cases: add some that show it {', '.join(_to_show(name, knowledge))}"))
        return report
    prepared = _prepare_all(notes.cases, knowledge, report)
    for each in prepared:
        found = written(fact_of(name, each))
        if found != each.case.expect:
            report.problems.append(Problem(each.case.place, f"{name}, case {each.case.why!r}: expected {_said(each.case.expect)}, found {_said(found)}"))
    if not report.problems:
        _try_fact_mutants(name, prepared, knowledge, report)
        report.problems += _unshown(name, knowledge)
    return report


def _to_show(name: str, knowledge: Knowledge) -> tuple[str, ...]:
    """Return what a fact's cases must show."""
    shown = {"boolean": ("true", "false", "unknown"), "truths": ("true", "unknown")}  # a list may hold nothing but what counts
    return shown.get(knowledge.dictionary.facts[name].type.kind, ("with a value", "unknown"))


def _unshown(name: str, knowledge: Knowledge) -> Iterator[Problem]:
    notes = knowledge.notes[name]
    expected = [each for case in notes.cases for each in (case.expect if isinstance(case.expect, list) else [case.expect])]
    shown = {str(each) for each in expected} | {"with a value" for each in expected if each != "unknown"}
    for word in _to_show(name, knowledge):
        if word not in shown:
            yield Problem(notes.place, f"no case shows {name} {word}: add one")


def _said(outcome: object) -> str:
    return f"[{', '.join(map(str, outcome))}]" if isinstance(outcome, list) else str(outcome)


def _try_fact_mutants(name: str, prepared: list[Prepared], knowledge: Knowledge, report: Report) -> None:
    notes = knowledge.notes[name]
    trial = _Trial(notes.equivalent, report, lambda *path: notes.place)
    original = Defined(knowledge.dictionary.facts[name], knowledge.criteria.get(name))
    for text, outcome, mutant in _fact_mutants(name, knowledge):
        killed = any(written(outcome(each)) != each.case.expect for each in prepared)
        if trial.is_claimed(text, killed=killed, key="where"):
            report.claims.append(Claim(notes.place, text, original, mutant))
    trial.finish()


def _fact_mutants(name: str, knowledge: Knowledge) -> Iterator[tuple[str, Callable[[Prepared], Value], Defined]]:
    """Yield every mutant of a fact: its text, what a case gives for it, and the fact as it would be."""
    fact = knowledge.dictionary.facts[name]
    for text, node in mutants(knowledge.criteria[name]) if name in knowledge.criteria else ():
        yield text, lambda each, node=node: fact_of(name, each, node), Defined(fact, node)  # type: ignore[misc]
    if isinstance(fact, Pick) and fact.valid_for_days is not None:
        for days in (fact.valid_for_days - 1, fact.valid_for_days + 1):
            changed = Defined(replace(fact, valid_for_days=days), knowledge.criteria.get(name))
            yield f"valid_for: {days} days", lambda each, days=days: fact_with(name, each, valid_for_days=days), changed  # type: ignore[misc]


def check_study(study: Study, knowledge: Knowledge) -> Report:
    """Run the examples of a study: the figures that its own paper, or its table, gives for a record."""
    report = Report()
    for each in _prepare_all([example.case for example in study.examples], knowledge, report):
        said = [figure for found in groups(each.situation, knowledge) if found.study == study.id for figure in said_of(found)]
        for line in each.case.expect if isinstance(each.case.expect, list) else ():
            name, _, printed = line.partition(": ")
            if not any(name == found and agrees(printed, share) for found, share in said):
                shown = _said([f"{found}: {share:.2%}" for found, share in said])
                report.problems.append(Problem(each.case.place, f"example {each.case.why!r}: expected {line}, found {shown}"))
    return report


def check_all(knowledge: Knowledge, only: Collection[str] = (), advance: Callable[[int, int], object] = lambda done, total: None) -> Report:
    """Run every gate; with ``only``, the dictionary's own facts are left out. ``advance`` is told how far it is."""
    unreadable = list(record_problems(knowledge)) or list(base_problems(knowledge))
    if unreadable:
        return Report(unreadable)  # without a record there is no case
    names = [name for name in knowledge.notes if not only or "/" in name]
    jobs: list[Callable[[], Report]] = [partial(check_fact, name, knowledge) for name in names]
    jobs += [partial(check_recommendation, each, knowledge) for each in knowledge.recommendations.values()]
    jobs += [partial(check_study, each, knowledge) for each in knowledge.risks.studies.values() if not only]
    jobs.append(partial(_both_engines, names, knowledge))
    report = Report([] if only else list(shared_problems(knowledge)))
    report.problems += [problem for each in knowledge.guidelines.values() for problem in guideline_problems(each, knowledge)]
    for done, job in enumerate(jobs):
        report.add(job())
        advance(done, len(jobs))
    report.problems += try_claims(report.claims, knowledge)
    return report


def _both_engines(names: Collection[str], knowledge: Knowledge) -> Report:
    """Hold the reference engine and SQL against each other, on the records of all cases."""
    compared = compare_engines(knowledge, names)
    return Report(problems=list(compared.problems), sql_answers=compared.answers)
