"""Portions of people, and sensitivity draws, one after another or in several processes; it makes no difference to a count.

Each process has its own engine and keeps what it has been told, so a draw that comes later asks hardly anything.
"""

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import active_children, get_context

from gravida.knowledge import Knowledge
from gravida.policies import Policy
from gravida.simulate.answers import Answers
from gravida.simulate.cohort import Cohort, World
from gravida.simulate.habits import HabitLife
from gravida.simulate.lives import Life, live_all
from gravida.simulate.tally import Lived, Totals, outcomes
from gravida.synthesize import span_of_years
from gravida.synthesize_births import make_births
from gravida.synthesize_chosen import Chosen, choose
from gravida.synthesize_lengths import make_ruler

PORTION = 100_000
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


def run(job: Job, draws: Sequence[Mapping[str, float]], people: int, workers: int, advance: Advance) -> list[Totals]:
    """Return the sums for each of some draws of the numbers, each over so many people."""
    tasks = [Task(number, changes, first, min(PORTION, people - first)) for number, changes in enumerate(draws) for first in range(0, people, PORTION)]
    total, done = [Totals.none(len(job.policies)) for _ in draws], 0
    advance(0, len(tasks))
    for task, found in _each(job, tasks, min(workers, len(tasks))):
        total[task.number] += found
        done += 1
        advance(done, len(tasks))
    return total


_WORKERS: list[Worker] = []
"""The worker of this process, where it is one of several."""


def _begin(job: Job) -> None:
    """Make the worker of this process. Ctrl+C ends the process that the person started; it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _WORKERS.append(Worker(job))


def _totals(task: Task) -> Totals:
    return _WORKERS[0].totals(task)


def _each(job: Job, tasks: Sequence[Task], workers: int) -> Iterator[tuple[Task, Totals]]:
    if workers < 2:  # noqa: PLR2004  (one process is this one)
        worker = Worker(job)
        yield from ((task, worker.totals(task)) for task in tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(job,)) as pool:
        waiting = {pool.submit(_totals, task): task for task in tasks}
        try:
            for each in as_completed(waiting):
                yield waiting[each], each.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in active_children():  # nobody who presses Ctrl+C waits for a portion to end
                child.terminate()
            raise
