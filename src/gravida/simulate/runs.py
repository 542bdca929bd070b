"""Portions of people, and sensitivity draws, one after another or in several processes; it makes no difference to a count.

Each process has its own engine and keeps what it has been told, so a draw that comes later asks hardly anything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from gravida.knowledge import Knowledge
from gravida.policies import Policy
from gravida.processes import processes
from gravida.simulate.answers import Answers
from gravida.simulate.cohort import Cohort, World
from gravida.simulate.habits import HabitLife
from gravida.simulate.lives import Life, live_all
from gravida.simulate.tally import Lived, Totals, outcomes
from gravida.synthesize import span_of_years
from gravida.synthesize_births import make_births
from gravida.synthesize_chosen import Chosen, choose
from gravida.synthesize_lengths import make_ruler

PORTION = 250_000
YEARS = (2024, 2024)
Advance = Callable[[int, int], object]


@dataclass(frozen=True)
class Job:
    """What is simulated: the first policy is the one that all are compared with."""

    knowledge: Knowledge
    policies: tuple[Policy, ...]
    seed: int
    people: int
    setting: str
    changes: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """One portion under some numbers. ``number`` says to which sum it belongs."""

    number: int
    changes: Mapping[str, float]
    first: int
    size: int


def chosen_of(job: Job, changes: Mapping[str, float]) -> Chosen:
    """Return the numbers of a job, with further changes."""
    return choose(job.knowledge.population, job.setting, {**job.changes, **changes})


def world_of(chosen: Chosen, seed: int) -> World:
    """Return the world of these numbers."""
    ruler = make_ruler(chosen)
    return World(seed, span_of_years(*YEARS), ruler, make_births(chosen, ruler))


def live(cohort: Cohort, policies: Sequence[Policy], answers: Answers) -> list[Lived]:
    """Let one cohort live under each policy."""
    lives: list[Lived] = [HabitLife(cohort, each) if each.habits else Life(cohort, each, answers) for each in policies]
    asking = [life for life in lives if isinstance(life, Life)]
    if asking:
        state = answers.met(cohort)
        live_all([(life, state) for life in asking], answers)
    return lives


class Worker:
    """What one process keeps: the engine's answers, and the world of the numbers that it had last."""

    def __init__(self, job: Job) -> None:
        self.job, self.answers = job, Answers(job.knowledge, job.policies)
        self._world: tuple[Mapping[str, float], World] | None = None

    def world(self, changes: Mapping[str, float]) -> World:
        """Return the world of some numbers."""
        if self._world is None or self._world[0] != changes:
            self._world = (changes, world_of(chosen_of(self.job, changes), self.job.seed))
        return self._world[1]

    def totals(self, task: Task) -> Totals:
        """Return the sums over one portion."""
        cohort = self.world(task.changes).portion(task.first, task.size)
        return Totals.of([outcomes(each) for each in live(cohort, self.job.policies, self.answers)])


class Runner:
    """Runs portions, in this process or in several, which live until it is closed: ``with Runner(job, 2) as runner``."""

    def __init__(self, job: Job, workers: int) -> None:
        self.job, self.workers = job, workers
        self._own: Worker | None = None
        self._pool: ProcessPoolExecutor | None = None
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.__exit__(kind, error, trace)

    def run(self, draws: Sequence[Mapping[str, float]], people: int, advance: Advance) -> list[Totals]:
        """Return the sums for each of some draws of the numbers, each over so many people."""
        size = min(PORTION, -(-people // self.workers)) if len(draws) == 1 else PORTION
        tasks = [Task(number, changes, first, min(size, people - first)) for number, changes in enumerate(draws) for first in range(0, people, size)]
        total = [Totals.none(len(self.job.policies)) for _ in draws]
        advance(0, len(tasks))
        for done, (task, found) in enumerate(self._each(tasks), start=1):
            total[task.number] += found
            advance(done, len(tasks))
        return total

    def _each(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Totals]]:
        if self.workers < 2 or (len(tasks) < 2 and self._pool is None):  # noqa: PLR2004  (one process is this one)
            self._own = self._own or Worker(self.job)
            yield from ((task, self._own.totals(task)) for task in tasks)
            return
        self._pool = self._pool or self._open.enter_context(processes(self.workers, _begin, self.job))
        waiting = {self._pool.submit(_totals, task): task for task in tasks}
        yield from ((waiting[each], each.result()) for each in as_completed(waiting))


_WORKERS: list[Worker] = []
"""The worker of this process, where it is one of several."""


def _begin(job: Job) -> None:
    """Make the worker of this process."""
    _WORKERS.append(Worker(job))


def _totals(task: Task) -> Totals:
    return _WORKERS[0].totals(task)
