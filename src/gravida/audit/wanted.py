# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""The pregnancies behind a cell, which are listed only where somebody asks for them by name.

>>> wanted("some-guideline/some-recommendation=due-not-done")
Wanted(recommendation='some-guideline/some-recommendation', status='due-not-done')
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gravida.audit.courses import CODE, STATUSES, Found
from gravida.audit.engine import Engine
from gravida.audit.timeline import Timed
from gravida.guideline import Recommendation
from gravida.typecheck import nearest


class NotThere(ValueError):  # noqa: N818  (it says what is not there)
    """No such recommendation or status: the message names the nearest."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A recommendation, and what came of it."""

    recommendation: str
    status: str


def wanted(text: str) -> Wanted:
    """Read ``GUIDELINE/RECOMMENDATION=STATUS``. Raises :class:`NotThere`."""
    name, _, status = text.partition("=")
    if status not in STATUSES:
        raise NotThere(f"{text!r}: there is no status {status!r}; write GUIDELINE/RECOMMENDATION=STATUS with one of {', '.join(STATUSES)}")
    return Wanted(name, status)


Listed = tuple[str, str, str, str]
"""Recommendation, status, site, id."""


@dataclass
class Lists:
    """Gathers the ids of pregnancies, portion by portion."""

    engine: Engine
    recommendations: Sequence[Recommendation]
    asked: Sequence[Wanted]
    rows: list[Listed] = field(default_factory=list)

    def __post_init__(self) -> None:
        keys = [each.key for each in self.recommendations]
        for each in self.asked:
            if each.recommendation not in keys:
                raise NotThere(f"there is no recommendation {each.recommendation!r} about an act{nearest(each.recommendation, keys)}")

    def add(self, found: Found, timed: Timed) -> None:
        """Add those of one portion."""
        numbers = {each.key: number for number, each in enumerate(self.recommendations)}
        for each in self.asked:
            courses = np.flatnonzero(found.status[numbers[each.recommendation]] == CODE[each.status])
            self.engine.put("wanted", {"pid": timed.pid[np.isin(timed.course, courses)]})
            joins = "JOIN portion AS o ON o.pid = w.pid JOIN in_pregnancies AS p ON p.pid = w.pid"
            query = f"SELECT COALESCE(p.site, '') AS site, o.id FROM wanted AS w {joins} ORDER BY o.id"
            self.rows += [(each.recommendation, each.status, site, key) for site, key in self.engine.rows(query)]

    def write(self, path: Path) -> None:
        """Write them as CSV, in order."""
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["recommendation", "status", "site", "pregnancy_id"])
            writer.writerows(sorted(self.rows))
