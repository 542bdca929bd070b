"""Who has the same history, as far as any criterion can tell.

Everybody's record at the first visit is complete here: a simulation asks what a policy does, not what a record leaves
out. Numbers count only by where they lie between the limits of the criteria, which the engine finds in them
(:mod:`gravida.audit.needs`), so millions of histories become some thousands. Each of them is asked about through the
record of one real member of the portion in which it was first met.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from gravida.audit.needs import ListNeeds, Needs
from gravida.cql import Compare, Member, walk
from gravida.draws import Array
from gravida.facts import Field
from gravida.simulate.cohort import Cohort
from gravida.synthesize_care import Care, Hormones, Scans, Stitches
from gravida.synthesize_chosen import Chosen
from gravida.synthesize_events import prior_pregnancies
from gravida.synthesize_known import make_known
from gravida.synthesize_sheet import Cell, Sheet, cell, numbered
from gravida.synthesize_tables import Records

PRIORS, PROCEDURES = "prior_pregnancies", "cervical_procedures"
LISTS = (PRIORS, PROCEDURES)
ALL_SAID = (
    "dated_by_due_date", "history_complete", "total_stated", "conditions_stated", "procedures_stated", "depth_stated", "lists_stated",
)  # fmt: skip
NOTHING_MISSING = (
    "dated_by_period", "dated_by_range", "plurality_missing", "history_incomplete", "history_missing", "prior_omitted", "prior_range", "prior_ended_missing",
    "prior_field_missing",
)  # fmt: skip
"""Numbers of the synthesizer that say how much a record leaves out."""

NOT_HISTORY = ("site", "known_from", "ended_on", "ended_days", "ended_how")
DATING = ("pregnancy_due_date", "pregnancy_last_period", "pregnancy_gestation_at_days", "pregnancy_gestation_at_days_to", "pregnancy_gestation_on")
NOTHING_ELSE = {
    "pregnancy_placenta_praevia": False, "pregnancy_fetal_compromise": False, "pregnancy_lethal_anomaly": False,
    "conditions_transvaginal_cerclage_feasible": True, "conditions_cervical_insufficiency": False,
}  # fmt: skip
"""What is true of everybody, because it is not simulated."""

ASKED_OF_ALL = ("onset", "painless_dilation", "labour", "abruption", "infection", "cause_found", "waters_broke_before_labour", "cerclage_kind")
"""What a record leaves out of losses in the first trimester, and a complete one does not."""


def complete(chosen: Chosen) -> Chosen:
    """Return the numbers with which a record leaves nothing out."""
    told = {name: replace(chosen.parameters[name], value=1.0) for name in ALL_SAID}
    none = {name: replace(chosen.parameters[name], value=0.0) for name in NOTHING_MISSING}
    return replace(chosen, parameters={**chosen.parameters, **told, **none}, used=set())


def booking_records(cohort: Cohort) -> tuple[Sheet, Mapping[str, Sheet]]:
    """Return what is on record of everybody at the first visit: one row each, and the rows of the lists."""
    chosen, people = complete(cohort.chosen), cohort.people
    known = make_known(cohort.draws, people, chosen)
    records = Records(cohort.draws, people, known, _no_care(cohort), chosen, cohort.booked, 0.0)
    cells = {name: each for name, each in records.pregnancies().cells.items() if name not in (*NOT_HISTORY, *DATING)}
    everybody = np.ones(len(people), dtype=bool)
    constant = {name: cell(everybody if true else ~everybody) for name, true in NOTHING_ELSE.items()}
    return Sheet(np.arange(len(people)), {**cells, **constant}), {PRIORS: _told(prior_pregnancies(records)), PROCEDURES: records.cervical_procedures()}


def _told(priors: Sheet) -> Sheet:
    return Sheet(priors.row, {name: replace(each, known=None) if name in ASKED_OF_ALL else each for name, each in priors.cells.items()})


def _no_care(cohort: Cohort) -> Care:
    nobody, never = np.zeros(0, dtype=np.int64), np.full(len(cohort), np.inf)
    scans = Scans(nobody, nobody, nobody, nobody.astype(bool), nobody, nobody)
    stitches = Stitches(never, np.zeros(len(cohort), dtype=np.int64), np.zeros(len(cohort), dtype=bool))
    return Care(scans, stitches, Hormones(never, never, stitches.abdominal), never, never, never, never, cohort.untreated)


def column_of(entry: Field) -> str:
    """Return the column of the flat table that holds a field."""
    return f"{entry.source}_days" if entry.type.kind == "gestation" else entry.source


def bands(values: Array, limits: tuple[float, ...]) -> Array:
    """Return between which limits each number lies: each limit is a place of its own.

    >>> bands(np.array([24.0, 25.0, 26.0]), (25.0,))
    array([0, 1, 2])
    """
    return np.searchsorted(limits, values, side="left") + np.searchsorted(limits, values, side="right")


def code_rows(sheet: Sheet, needed: ListNeeds, exact: frozenset[str]) -> Array:
    """Return a number for each row of a list, equal for rows that no criterion can tell apart. ``exact`` are fields taken as they are."""
    code = np.zeros(len(sheet.row), dtype=np.int64)
    for name in sorted(needed.used):
        entry = needed.fields[name]
        found = sheet.cells.get(column_of(entry))
        if found is not None:
            code = _mixed(code, found, needed.limits(name) if entry.type.is_number and name not in exact else None)
    return code


def _mixed(code: Array, found: Cell, limits: tuple[float, ...] | None) -> Array:
    """Return a code with one more column in it; what is not known is a value of its own."""
    values = found.values.astype(np.int64) if limits is None else bands(found.values, limits)
    values = values - values.min(initial=0) + 1
    values = values if found.known is None else np.where(found.known, values, 0)
    mixed = code * (int(values.max(initial=0)) + 1) + values
    return np.asarray(mixed)


def compared_with_each_other(needs: Needs) -> frozenset[str]:
    """Return the fields that some criterion compares with another field, so that no limit tells all."""
    found: set[str] = set()
    for node in [*needs.criteria.values(), *(each for atoms in needs.atoms.values() for each in atoms.values())]:
        for part in walk(node):
            if isinstance(part, Compare):
                names = {side.id for side in (part.left, part.right) if isinstance(side, Member)}
                found |= names if len(names) > 1 else set()
    return frozenset(found)


@dataclass
class Histories:
    """Numbers for histories, the same in every portion. What is new is handed over once, with the record of a member."""

    needs: Needs
    numbers: dict[bytes, int] = field(default_factory=dict)
    exact: frozenset[str] = field(init=False)
    codes: dict[tuple[str, bytes], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.exact = compared_with_each_other(self.needs)

    def of(self, cohort: Cohort) -> tuple[Array, Sheet, Mapping[str, Sheet]]:
        """Return everybody's history, and the records of the histories that are new, in the order of their numbers."""
        people, lists = booking_records(cohort)
        matrix = self._matrix(people, lists)
        first, inverse = _distinct(matrix)
        found = np.empty(len(first), dtype=np.int64)
        new = []
        for place, row in enumerate(first.tolist()):
            key = matrix[row].tobytes()
            if key not in self.numbers:
                self.numbers[key] = len(self.numbers)
                new.append(row)
            found[place] = self.numbers[key]
        rows = np.array(new, dtype=np.int64)
        return found[inverse], only(people, rows), {name: only(sheet, rows) for name, sheet in lists.items()}

    def _matrix(self, people: Sheet, lists: Mapping[str, Sheet]) -> Array:
        """Return what tells histories apart. Shape (people, columns)."""
        columns = [np.where(each.known, each.values, -1) if each.known is not None else each.values for each in people.cells.values()]
        columns = [column.astype(np.int64) for column in columns]
        for name, sheet in lists.items():
            if name in self.needs.lists:
                columns += self._entries(sheet, self.needs.lists[name], len(people.row))
        return np.ascontiguousarray(np.column_stack(columns))

    def _entries(self, sheet: Sheet, needed: ListNeeds, people: int) -> list[Array]:
        """Return the codes of everybody's entries, a column for each; in no order unless the order matters."""
        place = numbered(sheet.row) - 1
        wide = np.full((people, int(place.max(initial=-1)) + 1), -1, dtype=np.int64)
        wide[sheet.row, place] = self._lasting(code_rows(sheet, needed, self.exact), sheet, needed)
        if not needed.in_order:
            wide = np.sort(wide, axis=1)[:, ::-1]
        most = 8
        padded = np.full((people, most), -1, dtype=np.int64)
        padded[:, : wide.shape[1]] = wide
        return list(padded.T)

    def _lasting(self, codes: Array, sheet: Sheet, needed: ListNeeds) -> Array:
        """Return codes that mean the same in every portion: those of one portion rest on which values it has."""
        values, first = np.unique(codes, return_index=True)
        columns = [sheet.cells[name] for name in sorted({column_of(needed.fields[each]) for each in needed.used}) if name in sheet.cells]
        limits = {column_of(needed.fields[each]): needed.limits(each) for each in needed.used if needed.fields[each].type.is_number and each not in self.exact}
        names = [name for name in sorted({column_of(needed.fields[each]) for each in needed.used}) if name in sheet.cells]
        lasting = np.empty(len(values), dtype=np.int64)
        for number, row in enumerate(first.tolist()):
            told = tuple(_one(each, row, limits.get(name)) for name, each in zip(names, columns, strict=True))
            lasting[number] = self.codes.setdefault((needed.name, repr(told).encode()), len(self.codes))
        return lasting[np.searchsorted(values, codes)]


def _one(each: Cell, row: int, limits: tuple[float, ...] | None) -> int | None:
    if each.known is not None and not each.known[row]:
        return None
    value = each.values[row]
    return int(value) if limits is None else int(bands(np.array([value]), limits)[0])


def _distinct(matrix: Array) -> tuple[Array, Array]:
    """Return the first row of each distinct one, and which of them every row is."""
    code = np.zeros(len(matrix), dtype=np.int64)
    first = np.zeros(1, dtype=np.int64)
    for column in matrix.T:
        values, place = np.unique(column, return_inverse=True)
        if len(values) > 1:
            _, first, code = np.unique(code * len(values) + place, return_index=True, return_inverse=True)
    return first, code


def only(sheet: Sheet, rows: Array) -> Sheet:
    """Return the rows of some people, who are numbered anew in the order given.

    >>> only(Sheet(np.array([0, 2, 2]), {"a": cell(np.array([5, 6, 7]))}), np.array([2])).row
    array([0, 0])
    """
    renumbered = np.full(int(max(sheet.row.max(initial=-1), rows.max(initial=-1))) + 1, -1, dtype=np.int64)
    renumbered[rows] = np.arange(len(rows))
    kept = np.nonzero(renumbered[sheet.row] >= 0)[0]
    kept = kept[np.argsort(renumbered[sheet.row[kept]], kind="stable")]
    cells = {name: Cell(each.values[kept], None if each.known is None else each.known[kept], each.words) for name, each in sheet.cells.items()}
    return Sheet(renumbered[sheet.row[kept]], cells)
