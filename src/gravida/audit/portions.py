"""Portions one after another, or in several processes; it makes no difference to any count.

Each process has its own DuckDB with one thread and its own memory of what was worked out, and hands back counts alone.
"""

import atexit
import gc
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path

from gravida.audit.engine import Duck
from gravida.audit.intake import Portion, open_folder
from gravida.audit.run import Audit, Part
from gravida.audit.wanted import Wanted
from gravida.guideline import Recommendation
from gravida.knowledge import Knowledge
from gravida.processes import processes

Advance = Callable[[int, int], object]


@dataclass(frozen=True)
class Plan:
    """Everything that a process rests on. ``memory`` is in megabytes, for each; ``spare`` is where it may spill to."""

    knowledge: Knowledge
    recommendations: Sequence[Recommendation]
    folder: Path
    asked: Sequence[Wanted]
    memory: int
    spare: Path


def run(audit: Audit, size: int, advance: Advance, plan: Plan, workers: int) -> None:
    """Read, judge and count all of it, in portions of so many pregnancies. Only one worker works with the engine of ``audit``."""
    portions = audit.intake.portions(size, workers)
    total, done = sum(portion.count for portion in portions), 0
    advance(done, total)
    for part in _parts(audit, portions, plan, min(workers, len(portions))):
        audit.merge(part)
        done += part.pregnancies
        advance(done, total)


def _parts(audit: Audit, portions: Sequence[Portion], plan: Plan, workers: int) -> Iterator[Part]:
    if workers < 2:  # noqa: PLR2004  (one process is this one)
        yield from map(audit.part, portions)
        return
    with processes(workers, _begin, plan) as pool:
        for each in as_completed([pool.submit(_part, portion) for portion in portions]):
            yield each.result()


_AUDITS: list[Audit] = []
"""The audit of this process, where it is one of several."""


def _begin(plan: Plan) -> None:
    """Make the audit of this process."""
    engine = Duck(plan.spare / f"spill-{os.getpid()}", threads=1, memory=f"{plan.memory}MB")
    _AUDITS.append(Audit(engine, plan.knowledge, open_folder(plan.folder, engine), plan.recommendations, plan.asked))
    gc.freeze()  # the knowledge is tens of thousands of objects that stay
    atexit.register(gc.unfreeze)


def _part(portion: Portion) -> Part:
    return _AUDITS[0].part(portion)
