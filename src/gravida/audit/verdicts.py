# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""The verdict of every recommendation for a pregnancy on a day, as :func:`gravida.verdict.judge` gives it for one record.

An audit does not need it, because it asks of whole moments. It is what the engines are held against each other by.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gravida.audit.courses import Courses
from gravida.audit.engine import Engine
from gravida.audit.truths import Planes, unpacked
from gravida.audit.windows import NO_DAY
from gravida.guideline import Verdict


def verdicts(engine: Engine, courses: Courses, asked: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return which rows of a table (``pid``, ``day``) were asked, and the verdicts. Shapes (n, 2) and (n, recommendations)."""
    gestations = f"COALESCE(a.day - d.start_high, {NO_DAY}) AS gestation_low, COALESCE(a.day - d.start_low, {NO_DAY}) AS gestation_high"
    words = "".join(f", m.{word}" for word in courses.classes.words)
    rows = engine.numbers(
        f"SELECT a.pid, a.day{words}, {gestations} FROM {asked} AS a "
        "JOIN moments AS m ON m.pid = a.pid AND m.begins <= a.day AND a.day < m.nexts "
        "JOIN datings AS d ON d.pid = a.pid AND d.begins <= a.day AND (d.nexts IS NULL OR a.day < d.nexts) AND a.day <= d.ended"
    )
    return np.column_stack([rows["pid"], rows["day"]]), _verdicts(courses, {name: np.asarray(each) for name, each in rows.items()})


def _verdicts(courses: Courses, rows: dict[str, NDArray[Any]]) -> NDArray[Any]:
    size, dated = len(rows["day"]), rows["gestation_low"] != NO_DAY
    sets = {name: _cases(each, size) for name, each in courses.said(rows).items()}
    low, high = rows["gestation_low"], rows["gestation_high"]
    days = (courses.windows.class_of(low, dated), courses.windows.class_of(high, dated))
    clock = courses.windows.clock(days, days, high - low)
    inside, possible, after = (_cases(each, size) for each in (clock.inside, clock.possible, clock.after))
    windowed = np.array([each.window is not None for each in courses.recommendations])
    overdue = after & (courses.deadline != 0).T
    before = ~possible & ~after
    standing = inside | overdue
    applies = sets["clear"] | sets["unsure"] | sets["against"] | sets["impossible"]
    ladder: list[tuple[NDArray[np.bool_], Verdict]] = [
        (sets["done"], "done"),
        (sets["again_unknown"], "unknown"),
        (sets["maybe"] & after & ~overdue, "passed"),
        (sets["maybe"], "unknown"),
        (~applies, "not-met"),
        (after & ~overdue, "passed"),
        (possible & ~inside, "unknown"),
        (sets["impossible"], "withheld"),
        (before, "later"),
        (standing & sets["against"], "withheld"),
        (standing & sets["unsure"], "now-if"),
        (overdue, "overdue"),
        (inside & windowed, "now"),
    ]
    return np.select([test for test, _ in ladder], [name for _, name in ladder], default="met")


def _cases(planes: Planes, size: int) -> NDArray[np.bool_]:
    """Return planes as truths. Shape (n, recommendations)."""
    return unpacked(planes, size).T.astype(np.bool_)
