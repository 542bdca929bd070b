"""Gravida: what every guideline on cervical insufficiency says for one pregnancy, with the reasons.

>>> import gravida
>>> record = {"as_of": "2026-06-01", "pregnancy": {"gestation": "20+0", "plurality": "1"}}
>>> assessment = gravida.assess(record)
>>> assessment.pregnancy.due_date.isoformat()
'2026-10-19'
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.metadata import version
from typing import Any

from gravida.assess import Unusable
from gravida.assess import assess as assess_with
from gravida.assessment import Assessment
from gravida.knowledge import Knowledge, KnowledgeError
from gravida.knowledge_cache import load_kept
from gravida.record import Record, RecordError, read_record

__all__ = ["Assessment", "Knowledge", "KnowledgeError", "Record", "RecordError", "Unusable", "assess", "load", "read_record", "record_from"]
__version__ = version("gravida")


@cache
def load() -> Knowledge:
    """Load the knowledge that comes with Gravida, once. Raises :class:`KnowledgeError`."""
    return load_kept()


def record_from(data: Mapping[str, Any], knowledge: Knowledge | None = None) -> Record:
    """Read a record from plain values. Raises :class:`RecordError` with everything that is wrong."""
    from gravida.record import record_from as read  # noqa: PLC0415  (the same name, with the knowledge filled in)

    return read(data, (knowledge or load()).dictionary)


def assess(
    record: Record | Mapping[str, Any],
    knowledge: Knowledge | None = None,
    *,
    as_of: date | None = None,
    guidelines: Sequence[str] = (),
    countries: Sequence[str] = (),
) -> Assessment:
    """Say what every guideline says for one record, as of one day. Raises :class:`RecordError` and :class:`Unusable`."""
    known = knowledge or load()
    typed = record if isinstance(record, Record) else record_from(record, known)
    return assess_with(typed, known, as_of, guidelines, countries)
