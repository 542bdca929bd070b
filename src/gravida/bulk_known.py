"""When something became known, whose word it is, and what is wrong with a day: what an audit asks and one record does not.

A resource is known from the day on which somebody wrote it down, if it says one that is not before what it tells of, and
else from the day on which it happened. Without any day nobody can say; then it is known from the beginning.

>>> onset = {"resourceType": "Condition", "id": "c1", "onsetDateTime": "2024-05-10"}
>>> known_on(Resource({**onset, "recordedDate": "2026-02-03"})), known_on(Resource(onset))
(datetime.date(2026, 2, 3), datetime.date(2024, 5, 10))
"""

from datetime import date

from gravida.fhir_resource import DAY, HAPPENED, PERIODS, WRITTEN, Resource, day_of, listed, mapping, reference

TELLERS = ("asserter", "informationSource")
"""Who said so; an observation names who made it, as ``performer``."""


def known_on(resource: Resource) -> date | None:
    """Return the day from which on it was known; ``None`` if nothing tells."""
    happened = resource.happened
    days = (day for name in WRITTEN if (day := day_of(resource.told.get(name))))
    written = min((day for day in days if happened is None or day >= happened), default=None)
    return written or (None if is_her_word(resource) else happened)


def is_her_word(resource: Resource) -> bool:
    """Return whether the person herself told it: then it is history, known from when it was written down and not from when it was."""
    told = resource.told
    said = [*(told.get(name) for name in TELLERS), *listed(told.get("performer"))]
    return resource.subject != "" and resource.subject in {reference(each) for each in said}


def changes_on(resource: Resource) -> tuple[date, ...]:
    """Return the days on which what is known of it changes: when it became known, and when it was over."""
    return tuple(day for day in (known_on(resource), resource.ended) if day is not None)


def has_impossible_day(resource: Resource, born: date | None) -> bool:
    """Return whether one of its days is in no calendar, or before the person was born."""
    told = resource.told
    values = [*(told.get(name) for name in (*HAPPENED, *WRITTEN)), *(mapping(told.get(name)).get("start") for name in PERIODS)]
    slips = any(isinstance(each, str) and DAY.fullmatch(each) and day_of(each) is None for each in values)
    return slips or (born is not None and resource.happened is not None and resource.happened < born)
