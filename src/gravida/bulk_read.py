"""From a FHIR Bulk Data export to the flat tables, with an account of every resource that came in.

>>> Flattened(Counter({"Observation": 3}), Counter({"Observation": 2}), Counter({("Observation", "it has no date"): 1})).adds_up
True
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from gravida.bulk_lines import BulkError
from gravida.bulk_people import ALONE, NOT_READ, Advance, Gathered, Someone, gather
from gravida.bulk_person import How
from gravida.bulk_tables import CONFLICTS, kind_of_conflict, write_table
from gravida.bulk_tell import Told, tell
from gravida.fhir import declared
from gravida.flat import TABLES
from gravida.knowledge import Knowledge
from gravida.library import load
from gravida.processes import processes

PORTION = 1000
"""People whose rows are written together."""
AHEAD = 2
"""Portions that wait for each process, so that none is idle and not all are in memory."""


@dataclass(frozen=True)
class Flattened:
    """The account of an export: for each type of resource, those that came in are those used and those set aside, each with a reason."""

    found: Counter[str]
    used: Counter[str]
    aside: Counter[tuple[str, str]]
    """By type and reason."""
    conflicts: Counter[str] = field(default_factory=Counter)
    """Contradictions, which are told and not dropped, by kind; the table ``conflicts`` has each with its pregnancy."""
    rows: Counter[str] = field(default_factory=Counter)
    """Rows that were written, by table."""

    @property
    def adds_up(self) -> bool:
        """Whether nothing was lost."""
        aside = Counter[str]()
        for (kind, _), number in self.aside.items():
            aside[kind] += number
        return self.found == self.used + aside


@dataclass(frozen=True)
class Part:
    """What became of one portion of people."""

    people: int
    told: Told
    conflicts: Counter[str]
    rows: Counter[str]


def flatten(
    source: Path, out: Path, advance: Advance = lambda _done, _total: None, *, knowledge: Knowledge | None = None, declaration: str = "", workers: int = 1
) -> Flattened:  # fmt: skip
    """Write the flat tables of an export into a folder, and return the account of it.

    ``declaration`` names one of ``knowledge/sources``; ``workers`` change nothing in what is written. Raises
    :class:`gravida.bulk_lines.BulkError` where there is no export.
    """
    known = knowledge or load()
    declaring = declared(declaration, known) if declaration else None
    with _gathered(source, out, advance) as gathered:
        export, people, done = gathered.export, gathered.people, 0
        whole = Part(0, Told(), Counter(), Counter())
        for part in _parts(gathered, out, How(known, declaring, export.organisations), workers):
            _join(whole, part)
            done += part.people
            advance(export.size + export.size * done // max(people, 1), 2 * export.size)
    _name_the_rest(gathered, whole.told)
    return Flattened(export.found, whole.told.used, whole.told.aside, whole.conflicts, whole.rows)


@contextmanager
def _gathered(source: Path, out: Path, advance: Advance) -> Iterator[Gathered]:
    out.mkdir(parents=True, exist_ok=True)
    if any((out / name).exists() for name in (*TABLES, CONFLICTS)):
        raise BulkError(f"{out}: there are tables in this folder already, and those of two exports would be mixed: name an empty one")
    with tempfile.TemporaryDirectory(prefix=".sorting-", dir=out) as folder:
        found = gather(source, Path(folder), advance)
        try:
            yield found
        finally:
            found.close()


def _join(whole: Part, part: Part) -> None:
    whole.told.used.update(part.told.used)
    whole.told.aside.update(part.told.aside)
    whole.told.sites.update(part.told.sites)
    whole.conflicts.update(part.conflicts)
    whole.rows.update(part.rows)


def _name_the_rest(gathered: Gathered, told: Told) -> None:
    """Account for what went no further, and for what is nobody's: medicines that others point to, organisations that name a site."""
    found, aside = gathered.export.found, gathered.export.aside
    told.aside.update(aside)
    medicines, sites = found["Medication"] - aside["Medication", ALONE], len(told.sites & gathered.export.organisations.keys())
    told.used.update({kind: number for kind, number in (("Medication", medicines), ("Organization", sites)) if number})
    if found["Organization"] > sites:
        told.aside["Organization", NOT_READ] += found["Organization"] - sites


# --- portions --------------------------------------------------------------------------------------------------------


def _parts(gathered: Gathered, out: Path, how: How, workers: int) -> Iterator[Part]:
    """Yield what became of each portion of people; with several processes in the order in which they finish."""
    portions = enumerate(_batches(gathered.each()))
    if min(workers, gathered.people // PORTION) < 2:  # noqa: PLR2004  (one process is this one)
        for number, people in portions:
            yield write_portion(out, number, people, how)
        return
    with processes(workers, _begin, how) as pool:
        waiting: set[Future[Part]] = set()
        for number, people in portions:
            waiting.add(pool.submit(_write, out, number, people))
            if len(waiting) > workers * AHEAD:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in done)
        yield from (each.result() for each in waiting)


def _batches(people: Iterator[Someone]) -> Iterator[tuple[Someone, ...]]:
    """Yield portions of people; where there is nobody one without any, so that every table is there."""
    yield tuple(islice(people, PORTION))
    while batch := tuple(islice(people, PORTION)):
        yield batch


def write_portion(out: Path, number: int, people: tuple[Someone, ...], how: How) -> Part:
    """Write the rows of some people, and return what became of their resources."""
    told = Told()
    for name, resources, medicines in people:
        tell(name, [json.loads(each) for each in resources], [json.loads(each) for each in medicines], how, told)
    for table, rows in told.tables.items():
        write_table(out, table, number, rows)
    conflicts = Counter(kind_of_conflict(row["says"]) for row in told.tables[CONFLICTS])
    counts = Counter({table: len(rows) for table, rows in told.tables.items()})
    return Part(len(people), Told(told.used, told.aside, told.sites), conflicts, counts)


_HOW: list[How] = []
"""What a process of the pool reads with: it is sent once."""


def _begin(how: How) -> None:
    """Keep what to read with."""
    _HOW[:] = [how]


def _write(out: Path, number: int, people: tuple[Someone, ...]) -> Part:
    return write_portion(out, number, people, _HOW[0])
