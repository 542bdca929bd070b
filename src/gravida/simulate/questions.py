"""Questions to the engine as flat tables: a record, as it stands in one state on one day.

What is asked of the bedside is answered, and with no, unless a cervix was found open: nobody in a simulated world bleeds,
runs a fever or has contractions but those. So what a criterion leaves open is open because the guideline leaves it open.

>>> Question(3, 140).opened is None
True
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from gravida.draws import Array
from gravida.record_model import Examination
from gravida.simulate.states import Told
from gravida.synthesize_care import INDICATIONS
from gravida.synthesize_events import ANSWERS
from gravida.synthesize_parquet import table_of
from gravida.synthesize_sheet import Sheet, cell, word
from gravida.units import DAYS_IN_A_WEEK

START = 18_000
"""The day on which every pregnancy that is asked about begins, as days since 1970; any would do."""

KNOWN_FROM = 28
"""Gestation in days from which on these records are known: before anything is asked or done."""

SIGNS = tuple(name for name in Examination.model_fields if name not in ("on", "at", "dilation_cm"))


@dataclass(frozen=True, slots=True)
class Opened:
    """A cervix that was found open."""

    dilation_cm: int
    exposed: bool
    contracting: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question: what is due in a state on a day of gestation."""

    state: int
    day: int
    opened: Opened | None = None


def ids(count: int) -> pa.Array:
    """Return the ids of so many questions, in their order also as texts."""
    return pa.array([f"q{number:09}-1" for number in range(count)])


def tables(questions: Sequence[Question], records: Sequence[Told]) -> dict[str, pa.Table]:
    """Return the lists of all records that are asked about. ``records`` is what is on record for each question."""
    names = pa.array([f"q{number:09}" for number in range(len(questions))])  # as one pregnancy of as many persons
    sheets = {
        "scans": _scans(records), "cerclages": _stitches(records), "progestogens": _hormones(records), "examinations": _examinations(questions),
        "symptoms": _symptoms(questions),
    }  # fmt: skip
    return {name: spelt_out(table_of(name, sheet, names)) for name, sheet in sheets.items()}


def spelt_out(table: pa.Table) -> pa.Table:
    """Return a table in which words are texts, so that parts made at different times fit together."""
    return pa.table({name: each.cast(pa.string()) if pa.types.is_dictionary(each.type) else each for name, each in zip(table.column_names, table, strict=True)})


def _rows(counts: Sequence[int]) -> Array:
    return np.repeat(np.arange(len(counts)), counts)


def _scans(records: Sequence[Told]) -> Sheet:
    row = _rows([len(each.scans) for each in records])
    scans = [scan for each in records for scan in each.scans]
    week, shown = (np.array([scan[index] for scan in scans], dtype=float) for index in (0, 1))
    yes = np.ones(len(row), dtype=bool)
    return Sheet(row, {
        "on": cell(START + week.astype(np.int64) * DAYS_IN_A_WEEK), "route": word(np.zeros(len(row), dtype=np.int64), ("transvaginal",)),
        "cervical_length_mm": cell(shown), "funnelling": cell(~yes), "reason": word(np.zeros(len(row), dtype=np.int64), ("surveillance",)),
        "confirmed": cell(yes),
    })  # fmt: skip


def _stitches(records: Sequence[Told]) -> Sheet:
    row = _rows([each.stitch is not None for each in records])
    week, reason = (np.array([each.stitch[index] for each in records if each.stitch], dtype=np.int64) for index in (0, 1))
    nothing = np.zeros(len(row), dtype=np.int64)
    return Sheet(row, {
        "placed_on": cell(START + week * DAYS_IN_A_WEEK), "kind": word(nothing, ("transvaginal",)), "indication": word(reason, INDICATIONS),
        "removed": cell(nothing.astype(bool)), "complications": cell(nothing.astype(bool)),
    })  # fmt: skip


def _hormones(records: Sequence[Told]) -> Sheet:
    row = _rows([each.hormone is not None for each in records])
    week = np.array([each.hormone for each in records if each.hormone is not None], dtype=np.int64)
    nothing = np.zeros(len(row), dtype=np.int64)
    return Sheet(row, {
        "recorded_on": cell(START + week * DAYS_IN_A_WEEK), "drug": word(nothing, ("progesterone",)), "route": word(nothing, ("vaginal",)),
        "current": cell(~nothing.astype(bool)),
    })  # fmt: skip


def _examinations(questions: Sequence[Question]) -> Sheet:
    """Return what was found today: nothing, or an open cervix."""
    row, day = np.arange(len(questions)), np.array([each.day for each in questions], dtype=np.int64)
    opened = np.array([each.opened is not None for each in questions], dtype=bool)
    width = np.array([each.opened.dilation_cm if each.opened else 0 for each in questions])
    true = {
        "contractions": np.array([bool(each.opened and each.opened.contracting) for each in questions]),
        "membranes_exposed": np.array([bool(each.opened and each.opened.exposed) for each in questions]),
        "internal_os_change": opened,
    }
    nothing = np.zeros(len(questions), dtype=bool)
    signs = {name: cell(true.get(name, nothing), ~opened if name == "symptomatic" else None) for name in SIGNS}
    return Sheet(row, {"on": cell(START + day), "dilation_cm": cell(width), **signs})


def _symptoms(questions: Sequence[Question]) -> Sheet:
    """Return what was asked today; nothing where a cervix was found open, of which more is not known."""
    asked = np.array([index for index, each in enumerate(questions) if each.opened is None], dtype=np.int64)
    day = np.array([questions[index].day for index in asked.tolist()], dtype=np.int64)
    nothing = np.zeros(len(asked), dtype=bool)
    return Sheet(asked, {"on": cell(START + day), **{name: cell(nothing) for name in ANSWERS}})
