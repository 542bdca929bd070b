"""How many people of a synthetic population stand in each disagreement.

The population engine gives every verdict for every pregnancy on the days when something became known, and once a week
between. Somebody stands in a disagreement if it holds for her on any of these days. Records of populations seldom hold
what was found at the bedside, so an act that would be due *if nothing speaks against it* counts as due here.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from gravida.audit.engine import Duck
from gravida.audit.intake import open_folder
from gravida.audit.run import Audit
from gravida.audit.verdicts import verdicts
from gravida.compare.claims import STANDS, Claim
from gravida.guideline import Verdict
from gravida.knowledge import Knowledge
from gravida.synthesis import YEARS
from gravida.synthesize import plan_of, write_flat
from gravida.units import DAYS_IN_A_WEEK

AT_ONCE = 1_000
"""Pregnancies whose verdicts are held side by side."""
LIKELY: frozenset[Verdict] = STANDS | {"now-if"}
Verdicts = NDArray[np.str_]


def standing(
    claims: Sequence[Claim], knowledge: Knowledge, people: int, seed: int, advance: Callable[[int, int], object] = lambda done, total: None
) -> list[int]:
    """Return for how many of so many made-up people each claim ever holds."""
    with TemporaryDirectory() as folder:
        write_flat(plan_of(knowledge, seed, YEARS), people, Path(folder), 1, lambda done, total: None)
        return _counted(claims, knowledge, Path(folder), people, advance)


def _counted(claims: Sequence[Claim], knowledge: Knowledge, folder: Path, people: int, advance: Callable[[int, int], object]) -> list[int]:
    engine = Duck()
    asked = {each.key: each for claim in claims for each in claim.recommendations()}
    audit = Audit(engine, knowledge, open_folder(folder, engine), list(asked.values()))
    found = np.zeros(len(claims), dtype=np.int64)
    done = 0
    for portion in audit.intake.portions(AT_ONCE):
        audit.judge(portion)
        _ask_weekly(engine)
        rows, given = verdicts(engine, audit.courses, "asked")
        found += [len(np.unique(rows[_holds(claim, given, list(asked)), 0])) for claim in claims]
        done += portion.count
        advance(min(done, people), people)
    return found.tolist()


def _ask_weekly(engine: Duck) -> None:
    """Ask for the days when something became known, and for one a week until something else does."""
    moments = engine.numbers("SELECT pid, begins, nexts - 1 AS ends FROM moments")
    pid, begins, ends = (np.asarray(moments[name]).astype(np.int64) for name in ("pid", "begins", "ends"))
    weeks = (ends - begins) // DAYS_IN_A_WEEK + 1
    first = np.repeat(begins, weeks)
    within = np.arange(weeks.sum()) - np.repeat(np.cumsum(weeks) - weeks, weeks)
    engine.put("asked", {"pid": np.repeat(pid, weeks), "day": (first + within * DAYS_IN_A_WEEK).astype(np.int32)})


def _holds(claim: Claim, given: Verdicts, keys: Sequence[str]) -> NDArray[np.bool_]:
    """Return on which rows a claim holds. ``given`` has a column for each of ``keys``."""
    clauses = ([_among(given[:, keys.index(each.key)], wanted) for each, wanted in clause.alternatives] for clause in claim.clauses)
    return np.asarray(np.logical_and.reduce([np.logical_or.reduce(each) for each in clauses]))


def _among(column: Verdicts, wanted: frozenset[Verdict]) -> NDArray[np.bool_]:
    return np.isin(column, list(LIKELY if wanted == STANDS else wanted))
