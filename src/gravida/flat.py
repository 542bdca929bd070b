"""The flat form of many records: one table of pregnancies, one for each list of a record, one of later changes.

Columns are generated from :mod:`gravida.record_model`, so a path of the record and its column have one name:
``pregnancy.due_date`` is ``pregnancy_due_date``, ``scans[].cervical_length_mm`` is ``cervical_length_mm`` in ``scans``.
A gestation is a number of days and its column ends in ``_days``. A number that may be a range has a second column that
ends in ``_to``; where it is null, or the column is missing, the number is exact. A missing column is unknown, never no.

============ ==========================================================================================================
table        a row is
============ ==========================================================================================================
pregnancies  one pregnancy as it was known on ``known_from``; it is judged from then up to ``ended_on``
updates      what was recorded of it later, on ``recorded_on``; a null changes nothing
scans, …     one entry of a list; a later row with the same ``entry`` replaces it from its ``recorded_on`` on
============ ==========================================================================================================

>>> [column.name for column in TABLES["progestogens"]]
['pregnancy_id', 'entry', 'recorded_on', 'drug', 'route', 'current']
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from gravida.facts import Range
from gravida.record_model import Record, forms, is_list, kind_of, part_of

SQL_TYPES = {
    "boolean": "BOOLEAN", "integer": "INTEGER", "decimal": "DOUBLE", "gestation": "INTEGER", "string": "VARCHAR", "date": "DATE", "id": "VARCHAR",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``path`` is where its value stands in the record, or in the entry of a list; nothing for keys and dates of recording."""

    name: str
    kind: str
    path: str = ""
    meaning: str = ""

    @property
    def sql_type(self) -> str:
        """The type in SQL."""
        return SQL_TYPES[self.kind]


KEY = Column("pregnancy_id", "id", meaning="the pregnancy; unique in pregnancies")
RECORDED = Column("recorded_on", "date", meaning="the day on which this became known; null: when it happened, else when the pregnancy became known")
HEAD = (
    KEY,
    Column("person_id", "id", meaning="the person; one person may have several pregnancies"),
    Column("site", "string", meaning="hospital or region, to count by"),
    Column("known_from", "date", meaning="the day from which on anything is known, such as booking"),
    Column("ended_on", "date", meaning="the last day that is judged: birth, loss, or the end of observation"),
    Column("ended_days", "gestation", meaning="gestation at the end, if it ended; only to describe what became of it"),
    Column("ended_how", "string", meaning="live-birth, stillbirth, miscarriage, termination; only to describe what became of it"),
)
NOT_FLAT = frozenset({"as_of", "pregnancy.status"})
"""A row is a pregnancy that goes on; the day of assessment is every day of it."""


def _may_be_range(form: Any) -> bool:
    return form is Range or any(_may_be_range(inner) for inner in get_args(form))


def _columns(path: str, name: str, form: Any) -> Iterator[Column]:
    kind = kind_of(form)
    if kind == "gestation":
        yield Column(f"{name}_days", kind, path)
        yield Column(f"{name}_days_to", kind, path)
    else:
        yield Column(name, kind, path)
        if _may_be_range(form):
            yield Column(f"{name}_to", kind, path)


def _scalars(model: Any = Record, path: str = "") -> Iterator[Column]:
    for name, form in forms(model).items():
        at = f"{path}.{name}".removeprefix(".")
        inner = part_of(form)
        if inner is not None and not is_list(form):
            yield from _scalars(inner, at)
        elif inner is None and at not in NOT_FLAT:
            yield from _columns(at, at.replace(".", "_"), form)


LISTS = {name: part_of(form) for name, form in forms(Record).items() if part_of(form) is not None and is_list(form)}
SCALARS = tuple(_scalars())
"""What a record says outside its lists."""


def _table(name: str) -> tuple[Column, ...]:
    fields = [column for field, form in forms(LISTS[name]).items() for column in _columns(field, field, form)]  # type: ignore[arg-type]
    return (KEY, Column("entry", "integer", meaning="number of the entry in its list; rows of one number follow each other in time"), RECORDED, *fields)


def _known(name: str) -> tuple[Column, Column]:
    return (
        Column(
            f"{name}_known", "boolean", meaning=f"yes: {name} were recorded, and no row means that there was none. null or no: unknown unless there are rows"
        ),
        Column(f"{name}_open", "boolean", meaning=f"yes: there may be more {name} than rows"),
    )


TABLES: dict[str, tuple[Column, ...]] = {
    "pregnancies": (*HEAD, *SCALARS, *(column for name in LISTS for column in _known(name))),
    "updates": (KEY, RECORDED, *SCALARS),
    **{name: _table(name) for name in LISTS},
}
"""Every table with its columns. ``pregnancies`` must be there; the others may be left out."""


def create(table: str, *, prefix: str = "") -> str:
    """Return the CREATE TABLE statement of a flat table."""
    columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in TABLES[table])
    return f'CREATE TABLE "{prefix}{table}" ({columns})'
