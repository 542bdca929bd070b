"""What an audit can read: flat tables, FHIR Bulk Data or an OMOP database, told apart by what is in the folder.

Two of them become flat tables first, in a folder of their own, and what was lost or contradicted itself on the way is
kept for the report.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from gravida.audit.intake import files_of
from gravida.audit.quality import Account
from gravida.bulk_lines import BulkError
from gravida.knowledge import Knowledge
from gravida.omop_source import OmopError

Form = Literal["flat", "fhir", "omop"]
Advance = Callable[[int, int], object]
BULK = ("*.ndjson", "*.ndjson.gz")
OMOP = ("person", "condition_occurrence", "procedure_occurrence", "measurement")


class NoSource(ValueError):  # noqa: N818  (it says what the source is)
    """Nothing here can be audited: the message says what was found, and what could be read."""


@dataclass(frozen=True)
class Read:
    """A source as flat tables: where they stand, and the accounts of reading it if it had another form."""

    form: Form
    folder: Path
    accounts: tuple[Account, ...] = ()
    conflicts: Mapping[str, int] = field(default_factory=dict)


def form_of(source: Path) -> Form:
    """Return which form a source has. Raises :class:`NoSource`."""
    if not source.exists():
        raise NoSource(f"{source}: there is no such file or folder")
    if source.is_file():
        return "omop" if source.suffix in (".duckdb", ".db") else _refuse(source)
    if files_of(source, "pregnancies"):
        return "flat"
    if any(found for pattern in BULK for found in source.rglob(pattern)):
        return "fhir"
    names = {path.name.lower().partition(".")[0] for path in source.iterdir()}
    return "omop" if names.intersection(OMOP) else _refuse(source)


def _refuse(source: Path) -> Form:
    found = ", ".join(sorted(path.name for path in source.iterdir())[:5]) if source.is_dir() else f"a file {source.suffix or 'without an ending'}"
    raise NoSource(
        f"{source}: this is none of the forms that are read. It holds: {found or 'nothing'}. "
        "Expected: flat tables (pregnancies.parquet or .csv; 'gravida audit --schema' lists them), "
        "FHIR Bulk Data (*.ndjson or *.ndjson.gz), or OMOP CDM 5.4 (a .duckdb file, or person.parquet and the other tables)"
    )


def read(source: Path, beside: Path, knowledge: Knowledge, declaration: str, workers: int, advance: Advance) -> Read:
    """Return a source as flat tables; ``beside`` is where they are written if it has another form. Raises :class:`NoSource`."""
    form = form_of(source)
    try:
        if form == "fhir":
            return _read_bulk(source, beside, knowledge, declaration, workers, advance)
        if form == "omop":
            return _read_omop(source, beside, knowledge, advance)
    except (BulkError, OmopError) as error:
        raise NoSource(str(error)) from None
    return Read(form, source)


def _read_bulk(source: Path, beside: Path, knowledge: Knowledge, declaration: str, workers: int, advance: Advance) -> Read:
    from gravida.bulk_read import flatten  # noqa: PLC0415  (each form needs what the others do not)

    found = flatten(source, beside, advance, knowledge=knowledge, declaration=declaration, workers=workers)
    return Read("fhir", beside, _accounts("FHIR", found.found, found.used, found.aside), found.conflicts)


def _read_omop(source: Path, beside: Path, knowledge: Knowledge, advance: Advance) -> Read:
    from gravida.omop import flatten  # noqa: PLC0415

    found = flatten(source, beside, advance, knowledge=knowledge)
    return Read("omop", beside, _accounts("OMOP", found.found, found.used, found.aside), found.conflicts)


def _accounts(form: str, found: Counter[str], used: Counter[str], aside: Counter[tuple[str, str]]) -> tuple[Account, ...]:
    reasons = {kind: {reason: count for (other, reason), count in sorted(aside.items()) if other == kind and count} for kind in found}
    return tuple(Account(f"{form} {kind}", found[kind], used[kind], reasons[kind]) for kind in sorted(found))
