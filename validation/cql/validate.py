"""Hold Gravida's reference engine against CQL engines that others wrote.

1. Every criterion that is shipped is accepted, as written, by the reference translator: no error, no warning.
2. For the situation of every case, every criterion and every fact comes out the same.
3. So it does for random worlds, with unknowns, ranges and incomplete lists.
4. So do random criteria, which use every operator of the language.

What is exported, whole, and the verdicts that follow are compared by ``verdicts.py``.

Run ``python validation/cql/validate.py``; it needs Node, and the network once.
"""

import argparse
import fcntl
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

from random_language import random_criteria
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from gravida import logic
from gravida.cases import prepare_case
from gravida.cql_library import Expression, Library, libraries, library_of, parameters, plain
from gravida.evaluate import BLANK, World, fact, truth, value
from gravida.export_cql import Step
from gravida.facts import Pick, Scalar
from gravida.knowledge import Knowledge, Problem
from gravida.library import load
from gravida.random_worlds import random_worlds
from gravida.verdict import Today

HERE = Path(__file__).parent
WORLDS = 2_000
CRITERIA = 300
SEED = 20_261_123
NEVER = Today(None)
"""The day of a subject that has none: a criterion asks for no day."""


class EnginesMissingError(RuntimeError):
    """The engines of others cannot be run here: the message says what is missing."""


@dataclass(frozen=True)
class Subject:
    """One world and where it comes from: the place of a case, or the number of a draw."""

    name: str
    world: World
    today: Today = NEVER


@dataclass(frozen=True)
class Difference:
    """One criterion that two engines answer differently for one record."""

    library: str
    expression: Expression | Step
    subject: str
    told: str
    """The parameters, as JSON."""
    ours: object
    theirs: object

    def __str__(self) -> str:
        ours, theirs = json.dumps(self.ours), json.dumps(self.theirs)
        return f"{self.subject}: {self.library}, {self.expression.cql}\n  Gravida says {ours}, the CQL engine {theirs}, of {self.told}"


@dataclass
class Report:
    """What was compared and what came out."""

    libraries: int = 0
    expressions: int = 0
    cases: int = 0
    worlds: int = 0
    records: int = 0
    """Distinct sets of parameters, added up over the libraries: what the CQL engine was asked."""
    comparisons: int = 0
    """Answers compared, one for each criterion and each case or world."""
    differences: list[Difference] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    """What the translator said against a library, and cases that are no record."""
    seen: dict[tuple[str, str], set[bool | None]] = field(default_factory=dict)
    """The truths that each criterion came out with."""
    seconds: float = 0

    def add(self, other: "Report") -> None:
        """Add what was found out about one more library."""
        self.libraries += 1
        self.expressions += other.expressions
        self.records += other.records
        self.comparisons += other.comparisons
        self.differences += other.differences
        self.rejected += other.rejected
        self.seen.update(other.seen)

    @property
    def all_three(self) -> int:
        """How many criteria came out true, false and unknown."""
        return sum(len(truths) == len(logic.NOT) for truths in self.seen.values())

    def __str__(self) -> str:
        lines = [
            f"libraries      {self.libraries:>10,}",
            f"expressions    {self.expressions:>10,}   {self.all_three:,} came out true, false and unknown",
            f"rejected       {len(self.rejected):>10,}   errors and warnings of the translator",
            f"cases          {self.cases:>10,}",
            f"random worlds  {self.worlds:>10,}",
            f"records        {self.records:>10,}   distinct, added up over the libraries",
            f"comparisons    {self.comparisons:>10,}",
            f"differences    {len(self.differences):>10,}",
            f"seconds        {self.seconds:>10.1f}",
        ]
        return "\n".join((*self.rejected, *(str(each) for each in self.differences[:20]), *lines))


def install() -> None:
    """Install what ``package-lock.json`` names, unless it is there. Raises :class:`EnginesMissingError`."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise EnginesMissingError("Node 20 and npm are needed to run the CQL reference engines, and are not here")
    with (HERE / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test processes must not install at once
        if (HERE / "node_modules").is_dir():
            return
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EnginesMissingError(f"npm ci failed in {HERE.name}: {done.stderr.strip()}")


def case_subjects(knowledge: Knowledge, report: Report) -> Iterator[Subject]:
    """Yield the situation of every case of every recommendation, fact and definition."""
    recommended = [case for each in knowledge.recommendations.values() for case in each.cases]
    for case in (*recommended, *(case for notes in knowledge.notes.values() for case in notes.cases)):
        prepared = prepare_case(case, knowledge)
        if isinstance(prepared, Problem):
            report.rejected.append(str(prepared))
        else:
            yield Subject(f"{case.place} ({case.why})", prepared.situation.world, prepared.situation.today)


def world_subjects(knowledge: Knowledge, count: int, seed: int) -> Iterator[Subject]:
    """Yield random worlds.

    Every other one is told its picks, which random entries seldom settle: a CQL engine is told them anyway.
    """
    draw = Random(seed)  # noqa: S311  (not a secret)
    for number, world in enumerate(random_worlds(knowledge, count, seed)):
        told = _picked(world, draw) if number % 2 else {}
        yield Subject(f"random world {number} of seed {seed}", World(world.meaning, {**world.observed, **told}, world.lists))


def _picked(world: World, draw: Random) -> dict[str, Scalar]:
    """Return for each pick the value of any entry, whether it belongs or not."""
    values: dict[str, Scalar] = {}
    for each in world.meaning.facts.values():
        if isinstance(each, Pick):
            entries = world.lists.get(each.list)
            values[each.name] = draw.choice(entries.described).get(each.value) if entries and entries.described else None
    return values


def validate(knowledge: Knowledge, worlds: int = WORLDS, seed: int = SEED, processes: int = 2) -> Report:
    """Compare everything. Raises :class:`EnginesMissingError`."""
    report = Report()
    cases = list(case_subjects(knowledge, report))
    drawn = list(world_subjects(knowledge, worlds, seed))
    report.cases, report.worlds = len(cases), len(drawn)
    return compare(libraries(knowledge), [*cases, *drawn], report, processes)


def validate_language(knowledge: Knowledge, criteria: int = CRITERIA, worlds: int = CRITERIA, seed: int = SEED) -> Report:
    """Compare random criteria on random worlds. Raises :class:`EnginesMissingError`."""
    written = random_criteria(knowledge, criteria, seed)
    report = Report(worlds=worlds)
    return compare([library_of("Random_Criteria", "Random criteria", (), written, knowledge)], list(world_subjects(knowledge, worlds, seed)), report)


def compare(shipped: Sequence[Library], subjects: Sequence[Subject], report: Report, processes: int = 2, judged: "Judge | None" = None) -> Report:
    """Ask both engines about every subject and add what comes out to the report. Raises :class:`EnginesMissingError`.

    ``judged`` holds the answers about one library against ours: its criteria, unless something else is wanted.
    """
    install()
    judge = judged or judged_criteria
    start = time.perf_counter()
    with Progress(*Progress.get_default_columns(), MofNCompleteColumn(), console=Console(stderr=True), transient=True) as progress:
        work = [Work(library, _grouped(library, subjects)) for library in progress.track(shipped, description="telling")]
        task = progress.add_task("comparing", total=len(shipped))
        with ThreadPoolExecutor(processes) as threads:
            asked = threads.map(lambda share: _run(share, judge, lambda: progress.advance(task)), _shares(work, processes))
            for found in chain.from_iterable(asked):
                report.add(found)
    report.seconds = time.perf_counter() - start
    return report


@dataclass(frozen=True)
class Work:
    """One library and what it is told: subjects by their parameters, as JSON, so that nothing is asked twice."""

    library: Library
    told: Mapping[str, Collection[Subject]]

    @property
    def weight(self) -> int:
        """About how long it takes."""
        return len(self.told) * len(self.library.expressions)

    @property
    def job(self) -> str:
        """One line of a file of jobs."""
        asked = ", ".join(f'{{"id": "{number}", "parameters": {{"{self.library.name}": {told}}}}}' for number, told in enumerate(self.told))
        return f'{{"libraries": [{json.dumps({"name": self.library.name, "cql": self.library.cql})}], "records": [{asked}]}}\n'


def _grouped(library: Library, subjects: Sequence[Subject]) -> dict[str, list[Subject]]:
    told: dict[str, list[Subject]] = {}
    for subject in subjects:
        told.setdefault(json.dumps(parameters(library, subject.world)), []).append(subject)
    return told


def _shares(work: Sequence[Work], processes: int) -> list[list[Work]]:
    """Deal out the work, the heaviest first, always to whoever has least."""
    shares: list[list[Work]] = [[] for _ in range(processes)]
    for each in sorted(work, key=lambda each: -each.weight):
        min(shares, key=lambda share: sum(one.weight for one in share)).append(each)
    return shares


def _run(share: Sequence[Work], judge: "Judge", advance: Callable[[], None]) -> list[Report]:
    """Ask one Node process about its share, and judge each library as its answers come."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jobs.jsonl"
        path.write_text("".join(each.job for each in share), encoding="utf-8")
        with subprocess.Popen(["node", str(HERE / "run.mjs"), str(path)], stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
            assert process.stdout is not None
            for work, line in zip(share, process.stdout, strict=False):
                found.append(judge(work, json.loads(line)))
                advance()
    if process.returncode or len(found) < len(share):
        raise RuntimeError(f"run.mjs answered {len(found)} of {len(share)} jobs and ended with exit code {process.returncode}")
    return found


Judge = Callable[[Work, Mapping[str, Any]], Report]
"""What holds the answers about one library against ours."""


def complaints(work: Work, result: Mapping[str, Any]) -> list[str]:
    """Return what the translator said against a library."""
    name = work.library.name
    errors = result["translated"][name]["errors"]
    return [f"{name}:{each['line']}:{each['column']}: {each['severity']}: {each['message']}" for each in errors]


def judged_criteria(work: Work, result: Mapping[str, Any]) -> Report:
    """Return what comes out for one library."""
    name = work.library.name
    report = Report(expressions=len(work.library.expressions), records=len(work.told), rejected=complaints(work, result))
    for number, (told, subjects) in enumerate(work.told.items()):
        theirs = result["results"][str(number)].get(name)
        for subject in subjects if theirs is not None else ():  # a rejected library has no answers
            hold_against(work.library, subject, told, theirs, report)
    return report


def hold_against(library: Library, subject: Subject, told: str, theirs: Mapping[str, object], report: Report) -> None:
    """Compare the answers to every criterion of a library for one subject, and add what comes out to the report."""
    for expression in library.expressions:
        ours = plain(our_answer(expression, subject.world))
        report.comparisons += 1
        report.seen.setdefault((library.name, expression.name), set()).update(_truths(ours))
        if not same(ours, theirs[expression.name]):
            report.differences.append(Difference(library.name, expression, subject.name, told, ours, theirs[expression.name]))


def our_answer(expression: Expression, world: World) -> Any:
    """Return what the reference engine says."""
    if expression.fact:
        return fact(expression.fact, world)
    if not expression.list:
        return value(expression.node, world)
    entries = world.lists.get(expression.list)
    if entries is None:
        return None
    return tuple(truth(expression.node, world, entry) for entry in (*entries.described, *(BLANK,) * entries.missing))


def same(ours: object, theirs: object) -> bool:
    """Return whether two answers are the same. True is not 1; 140 is 140.0, and the range from 140 to 140."""
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(same(a, b) for a, b in zip(ours, theirs, strict=True))
    a, b = _point(ours), _point(theirs)
    return a is b if isinstance(a, bool) or isinstance(b, bool) else a == b


def _point(answer: object) -> object:
    return answer["from"] if isinstance(answer, dict) and answer["from"] == answer["to"] else answer


def _truths(answer: object) -> set[bool | None]:
    answers = answer if isinstance(answer, list) else [answer]
    return {each for each in answers if each is None or isinstance(each, bool)}


def main() -> int:
    """Read the command line, compare, print. Return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=WORLDS, help=f"how many random worlds (default {WORLDS})")
    parser.add_argument("--criteria", type=int, default=CRITERIA, help=f"how many random criteria (default {CRITERIA})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the random worlds (default {SEED})")
    parser.add_argument("--processes", type=int, default=2, help="how many Node processes (default 2)")
    parser.add_argument("--knowledge", type=Path, help="the folder of knowledge (default: the one that is shipped)")
    wanted = parser.parse_args()
    try:
        knowledge = load(wanted.knowledge)
        reports = {
            "The knowledge": validate(knowledge, wanted.records, wanted.seed, wanted.processes),
            "The language": validate_language(knowledge, wanted.criteria, seed=wanted.seed),
        }
    except EnginesMissingError as error:
        print(error, file=sys.stderr)
        return 2
    for heading, report in reports.items():
        print(f"{heading}\n{report}\n")
    return 1 if any(report.differences or report.rejected for report in reports.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
