"""From a database of the OMOP form (CDM 5.4) to flat tables, in SQL alone: no row passes through Python.

====== ===========================================================================================================
step   what it makes
====== ===========================================================================================================
source views of one shape over a DuckDB file, or a folder of Parquet or CSV
codes  what each concept means here
rows   the rows that mean something, each with a reason if it is set aside
dates  what dates pregnancies
whole  pregnancies by the published method of ``knowledge/sources/omop.yaml``
tables the flat tables, with unknown for what nobody wrote
====== ===========================================================================================================

Nothing is lost in silence: :class:`gravida.omop_accounts.Flattened` has, for each table, the rows that were used and those
that were set aside, by reason, and the conflicts that were met.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from gravida.knowledge import Knowledge
from gravida.knowledge_cache import load_kept
from gravida.omop_accounts import Flattened, accounts, conflicts
from gravida.omop_care import cerclages, cervical_procedures, progestogens
from gravida.omop_dating import make_datings
from gravida.omop_episodes import make_episodes
from gravida.omop_flat import write
from gravida.omop_lists import examinations, prior_pregnancies, scans
from gravida.omop_meaning import make_meanings
from gravida.omop_method import Method
from gravida.omop_record import make_record, pregnancies, updates
from gravida.omop_rows import make_rows
from gravida.omop_source import Db, OmopError, Source, literal, open_source
from gravida.sources import Rules

__all__ = ["Flattened", "OmopError", "flatten"]

MEMORY = "3GB"
WORK = ".omop-work"
Advance = Callable[[int, int], object]


def flatten(source: Path, out: Path, advance: Advance = lambda _done, _total: None, *, knowledge: Knowledge | None = None, memory: str = MEMORY) -> Flattened:
    """Write the flat tables of an OMOP database into a folder, and return the accounts. Raises :class:`OmopError`.

    ``advance`` is told the steps that are done, and how many there are.
    """
    known = knowledge or load_kept()
    method, rules = known.sources.method, known.sources.rules
    if method is None or rules is None:
        raise OmopError("this knowledge has no sources/omop.yaml or no sources/reading.yaml, which hold the limits of reading")
    with _database(out, memory) as db:
        found = open_source(source, db)
        steps = _steps(found, known, method, rules, out, db)
        tables: dict[str, int] = {}
        try:
            for done, step in enumerate(steps):
                advance(done, len(steps))
                tables |= step() or {}
        except (duckdb.IOException, duckdb.InvalidInputException, duckdb.OutOfMemoryException) as error:
            raise OmopError(f"{source}: this cannot be read: {str(error).splitlines()[0]}") from None
        advance(len(steps), len(steps))
        return Flattened(accounts(found, db), conflicts(out, db), Counter(dict(sorted(tables.items()))), found.not_read)


def _steps(found: Source, known: Knowledge, method: Method, rules: Rules, out: Path, db: Db) -> list[Callable[[], dict[str, int] | None]]:
    """Return everything that is done, in order; a step that writes a table returns its rows."""
    queries: dict[str, Callable[[], str]] = {
        "prior_pregnancies": lambda: prior_pregnancies(method, rules, db), "scans": lambda: scans(method, rules, db),
        "examinations": lambda: examinations(rules, db), "cerclages": lambda: cerclages(db), "progestogens": lambda: progestogens(method, db),
        "cervical_procedures": lambda: cervical_procedures(db), "updates": updates, "pregnancies": lambda: pregnancies(method, db),
    }  # fmt: skip
    return [
        lambda: make_meanings(known.codes, method, db), lambda: make_rows(found, method, rules, db), lambda: make_datings(rules, db),
        lambda: make_episodes(method, rules, db), lambda: make_record(rules, db),
        *(lambda name=name, query=query: {name: write(name, query(), out, db)} for name, query in queries.items()),
    ]  # fmt: skip


@contextmanager
def _database(out: Path, memory: str) -> Iterator[Db]:
    """Give a database that spills into the folder that is written, and vanishes at the end."""
    work = out / WORK
    work.mkdir(parents=True, exist_ok=True)
    db = duckdb.connect(str(work / "work.duckdb"))
    try:
        db.execute(f"SET memory_limit = {literal(memory)}; SET temp_directory = {literal(str(work))}; SET preserve_insertion_order = true")
        yield db
    finally:
        db.close()
        shutil.rmtree(work, ignore_errors=True)
