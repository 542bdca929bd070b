"""Hold Gravida's verdicts against those that follow from what a CQL engine answers about the exported libraries.

1. Every exported library, whole, is accepted by the reference translator: no error, no warning.
2. On every case and on random records, every definition comes out the same: who, unless, silent_on, the body's own terms.
3. The verdict table, given their answers instead of ours, says the same.
4. ``"… applies now"``, which the exported PlanDefinitions name, is true exactly where the verdict is now, met or overdue.

Run ``python validation/cql/verdicts.py``; it needs Node, and the network once.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import validate
from validate import Difference, EnginesMissingError, Report, Subject, Work

from gravida.cql import Name
from gravida.evaluate import Meaning, World, fact
from gravida.export_cql import APPLIES, PREGNANT, TODAY, Exported, Step, exported
from gravida.guideline import Action, Condition, Recommendation
from gravida.knowledge import Knowledge
from gravida.library import load
from gravida.logic import Truth
from gravida.prepare import Situation, prepare
from gravida.random_records import random_records
from gravida.verdict import STANDING, Judgement, judge

RECORDS = 2_000
NOTHING = Meaning({}, {}, {})
"""What names mean where every answer is given: nothing."""


@dataclass
class VerdictReport(Report):
    """What was compared and what came out, with the verdicts."""

    recommendations: int = 0
    judged: int = 0
    """Verdicts compared, one for each recommendation and each case or record."""
    steps: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)

    def add(self, other: Report) -> None:
        """Add what was found out about one more library."""
        super().add(other)
        assert isinstance(other, VerdictReport)
        self.recommendations += other.recommendations
        self.judged += other.judged
        self.steps += other.steps
        self.verdicts += other.verdicts

    def __str__(self) -> str:
        told = ", ".join(f"{name} {count:,}" for name, count in self.verdicts.most_common())
        return f"{super().__str__()}\nsteps          {self.steps:>10,}\nrecommendations{self.recommendations:>10,}\nverdicts       {self.judged:>10,}   {told}"


def record_subjects(knowledge: Knowledge, count: int, seed: int) -> Iterator[Subject]:
    """Yield random records, each on its day."""
    for number, drawn in enumerate(random_records(knowledge, count, seed)):
        yield subject_of(f"random record {number} of seed {seed}", prepare(drawn.record, knowledge.meaning, knowledge.largest_k))


def subject_of(name: str, situation: Situation) -> Subject:
    """Return a situation as it is told to a library that asks for the day too."""
    return told_today(Subject(name, situation.world, situation.today))


def told_today(subject: Subject) -> Subject:
    """Return a subject whose world also says what day it is for the pregnancy."""
    world, today = subject.world, subject.today
    observed = {**world.observed, PREGNANT: today.pregnant, TODAY: today.gestation_days}
    return replace(subject, world=World(world.meaning, observed, world.lists))


def validate_verdicts(knowledge: Knowledge, records: int = RECORDS, seed: int = validate.SEED, processes: int = 2) -> VerdictReport:
    """Compare everything. Raises :class:`EnginesMissingError`."""
    report = VerdictReport()
    cases = [told_today(each) for each in validate.case_subjects(knowledge, report)]
    drawn = list(record_subjects(knowledge, records, seed))
    report.cases, report.worlds = len(cases), len(drawn)
    return compare(exported(knowledge), [*cases, *drawn], report, knowledge, processes)


def compare(shipped: Iterable[Exported], subjects: Iterable[Subject], report: VerdictReport, knowledge: Knowledge, processes: int = 2) -> VerdictReport:
    """Compare these libraries for these subjects, and add what comes out to the report."""
    validate.compare(tuple(shipped), list(subjects), report, processes, partial(judged_verdicts, knowledge))
    return report


@dataclass(frozen=True)
class Pair:
    """One recommendation as it is, and as one whose every criterion is a name: what it is worth is what others answered."""

    own: Recommendation
    answered: Recommendation
    actions: Mapping[str, Action]
    step: Step
    """Whether it applies now, in the exported library."""


def judged_verdicts(knowledge: Knowledge, work: Work, result: Mapping[str, Any]) -> VerdictReport:
    """Return what comes out for one library."""
    library = work.library
    assert isinstance(library, Exported)
    report = VerdictReport(expressions=len(library.expressions), records=len(work.told), steps=len(library.steps))
    report.rejected = validate.complaints(work, result)
    pairs = list(_pairs(library, knowledge))
    report.recommendations = len(pairs)
    for number, (told, subjects) in enumerate(work.told.items()):
        theirs = result["results"][str(number)].get(library.name)
        for subject in subjects if theirs is not None else ():  # a rejected library has no answers
            validate.hold_against(library, subject, told, theirs, report)
            answers = _world_of(theirs, pairs, subject)
            for each in pairs:
                found = judge(each.own, knowledge.actions, subject.world, subject.today)
                follows = judge(each.answered, each.actions, answers, subject.today)
                _count(found, theirs[each.step.name], each, library, report)
                if found != follows:
                    report.differences.append(Difference(library.name, each.step, subject.name, told, found.verdict, follows.verdict))
                if (theirs[each.step.name] is True) != (found.verdict in STANDING):
                    report.differences.append(Difference(library.name, each.step, subject.name, told, found.verdict, theirs[each.step.name]))
    return report


def _count(found: Judgement, applies: Truth, pair: Pair, library: Exported, report: VerdictReport) -> None:
    report.judged += 1
    report.verdicts[found.verdict] += 1
    report.seen.setdefault((library.name, pair.step.name), set()).add(applies)


def _world_of(answers: Mapping[str, Any], pairs: Iterable[Pair], subject: Subject) -> World:
    """Return a world in which every name is worth what others answered. How long ago something was is told, and not answered."""
    since = {action.days_since for pair in pairs for action in pair.actions.values() if action.days_since}
    truths = {name: answer for name, answer in answers.items() if answer is None or isinstance(answer, bool)}
    return World(NOTHING, truths | {name: fact(name, subject.world) for name in since}, {})


def _pairs(library: Exported, knowledge: Knowledge) -> Iterator[Pair]:
    steps = {each.name: each for each in library.steps}
    for each in knowledge.recommendations.values():
        if each.guideline == library.guideline:
            actions = {name: _answered_action(knowledge.actions[name]) for name in each.actions}
            yield Pair(each, _answered(each), actions, steps[f"{each.id} {APPLIES}"])


def _answered(recommendation: Recommendation) -> Recommendation:
    name = recommendation.id
    who = None if recommendation.who is None else _asking(f"{name} who")
    unless = tuple(_asking(f"{name} unless {number}") for number in range(1, len(recommendation.unless) + 1))
    silent = tuple(_asking(f"{name} silent on {number}") for number in range(1, len(recommendation.silent_on) + 1))
    return replace(recommendation, who=who, unless=unless, silent_on=silent)


def _asking(name: str) -> Condition:
    return Condition(name, Name(name), "")


def _answered_action(action: Action) -> Action:
    done = None if action.done_when is None else Name(f"{action.id} done when")
    barred = None if action.not_when is None else Name(f"{action.id} not when")
    return replace(action, done_when=done, not_when=barred)


def main() -> int:
    """Read the command line, compare, print. Return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=RECORDS, help=f"how many random records (default {RECORDS})")
    parser.add_argument("--seed", type=int, default=validate.SEED, help=f"of the random records (default {validate.SEED})")
    parser.add_argument("--processes", type=int, default=2, help="how many Node processes (default 2)")
    parser.add_argument("--knowledge", type=Path, help="the folder of knowledge (default: the one that is shipped)")
    wanted = parser.parse_args()
    try:
        report = validate_verdicts(load(wanted.knowledge), wanted.records, wanted.seed, wanted.processes)
    except EnginesMissingError as error:
        print(error, file=sys.stderr)
        return 2
    print(report)
    return 1 if report.differences or report.rejected else 0


if __name__ == "__main__":
    sys.exit(main())
