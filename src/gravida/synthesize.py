"""A synthetic population: made-up pregnancies whose numbers follow published ones, portion by portion.

There is no public data set with lengths of the cervix, so whoever wants to try an audit needs one that is made. Each
portion is made on its own, because the luck of a person is keyed (:mod:`gravida.draws`): size and portions change
nobody. What is written stands in a folder beside the wanted one until it is whole.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import numpy as np

from gravida.draws import Draws
from gravida.knowledge import Knowledge
from gravida.processes import processes
from gravida.synthesis import Figure
from gravida.synthesize_births import Births, make_births
from gravida.synthesize_care import Carer
from gravida.synthesize_chosen import Chosen, choose
from gravida.synthesize_events import examinations, prior_pregnancies, symptoms
from gravida.synthesize_known import make_known
from gravida.synthesize_lengths import Ruler, make_lengths, make_ruler
from gravida.synthesize_parquet import ids, table_of, write
from gravida.synthesize_people import Span, make_people
from gravida.synthesize_sheet import Sheet
from gravida.synthesize_tables import Records
from gravida.synthesize_tally import Counts, count

PORTION = 250_000
LENGTH = ("scans", "cervical_length_mm")
EPOCH = date(1970, 1, 1)
ROWS = "rows:"
"""How the count of the rows of a table is named among the counts."""


@dataclass(frozen=True)
class Plan:
    """Everything that a portion rests on."""

    seed: int
    span: Span
    chosen: Chosen
    ruler: Ruler
    births: Births
    figures: Sequence[Figure]
    confirm_below_mm: float


def span_of_years(first: int, last: int) -> Span:
    """Return the span of pregnancies that begin in these years.

    >>> span_of_years(2023, 2025)
    Span(first=19358, last=20453)
    """
    return Span((date(first, 1, 1) - EPOCH).days, (date(last, 12, 31) - EPOCH).days)


def plan_of(knowledge: Knowledge, seed: int, years: tuple[int, int], setting: str = "", changes: Mapping[str, float] = MappingProxyType({})) -> Plan:
    """Return what the people of a setting rest on, with what somebody changes; the setting that is taken if nobody names one."""
    setting = setting or knowledge.population.default.id
    chosen = choose(knowledge.population, setting, changes)
    ruler = make_ruler(chosen)
    figures = tuple(each for each in knowledge.population.figures if not each.settings or setting in each.settings)
    table, column = LENGTH
    short = knowledge.dictionary.lists[table].fields[column].suspicious_below or 0.0
    return Plan(seed, span_of_years(*years), chosen, ruler, make_births(chosen, ruler), figures, short)


def make_portion(plan: Plan, first: int, size: int) -> tuple[Mapping[str, Sheet], Counts, np.ndarray]:
    """Return the tables of so many people from a number on, what to count in them, and the numbers of the people."""
    draws, chosen = Draws(plan.seed), plan.chosen
    people = make_people(draws, np.arange(first, first + size), chosen, plan.span)
    lengths, known = make_lengths(draws, people, chosen, plan.ruler), make_known(draws, people, chosen)
    carer = Carer(draws, people, known, lengths, plan.births, chosen)
    care = carer.care()
    records = Records(draws, people, known, care, chosen, carer.booked, plan.confirm_below_mm)
    tables = {
        "pregnancies": records.pregnancies(), "updates": records.updates(), "prior_pregnancies": prior_pregnancies(records), "scans": records.scans(),
        "examinations": examinations(records), "symptoms": symptoms(records), "cerclages": records.cerclages(), "progestogens": records.progestogens(),
        "cervical_procedures": records.cervical_procedures(),
    }  # fmt: skip
    return tables, count(draws, people, lengths, care.ends, chosen, plan.figures), people.person


def write_portion(plan: Plan, folder: Path, number: int, first: int, size: int) -> Counts:
    """Make and write one portion; return its counts."""
    tables, counts, person = make_portion(plan, first, size)
    names = ids(person)
    for name, sheet in tables.items():
        write(folder / name / f"part-{number:05}.parquet", table_of(name, sheet, names))
        counts[ROWS + name] = np.array([float(len(sheet.row))])
    return counts


def write_flat(plan: Plan, size: int, folder: Path, workers: int, advance: Callable[[int, int], object]) -> Counts:
    """Write the flat tables of so many people into a folder; return the counts of all."""
    portions = [(number, first, min(PORTION, size - first)) for number, first in enumerate(range(0, size, PORTION))]
    make_portion(plan, 0, 1)  # so that this process knows which numbers all of it rests on, also where others make it
    total: Counts = {}
    done = 0
    for counts, made in _each(plan, folder, portions, min(workers, len(portions))):
        total = {name: total[name] + each if name in total else each for name, each in counts.items()}
        done += made
        advance(done, size)
    return dict(sorted(total.items()))


def _each(plan: Plan, folder: Path, portions: list[tuple[int, int, int]], workers: int) -> Iterator[tuple[Counts, int]]:
    if workers < 2:  # noqa: PLR2004  (one process is this one)
        for number, first, size in portions:
            yield write_portion(plan, folder, number, first, size), size
        return
    with processes(workers) as pool:
        waiting = {pool.submit(write_portion, plan, folder, *portion): portion[-1] for portion in portions}
        yield from ((each.result(), waiting[each]) for each in as_completed(waiting))
