# ruff: noqa: S608 - every name in a query is one of ours, and every value comes from the knowledge
"""What dates pregnancies in an OMOP database: due dates, last periods, gestations, and what each says of the day of 0+0.

Each is a row of ``dating``: the span of days on which the gestation may have been 0+0 (``low`` to ``high``). What dates
no pregnancy that can hold the day on which it was written is set aside.
"""

from gravida.fhir_history import AT_BIRTH
from gravida.fhir_story import DUE_DATES, FROM_LAST_PERIOD, GESTATIONS, WEAKEST
from gravida.omop_rows import CONTRADICTS, EXTENSION, NO_UNIT, NO_VALUE
from gravida.omop_source import Db, date_of, literal
from gravida.sources import Rules
from gravida.units import DAYS_IN_A_WEEK, TERM_LENGTH_DAYS

KINDS = ("due_date", "last_period", "gestation")
"""What a record can hold of them, in the order in which they govern. Others only say how long a pregnancy was that is over."""
AT_END, WORKED_OUT, BEFORE_DELIVERY = "at_end", "worked_out", "last_period_before_delivery"
WEEK = "gestational_week"
DATING_CONCEPTS = (*DUE_DATES, "last_period", "conception_date", BEFORE_DELIVERY, *GESTATIONS, *AT_BIRTH, WEEK)
"""Concepts of which each row either dates a pregnancy or is set aside."""
WRITTEN = r"^\s*(\d{1,2})\s*(?:\+|w(?:eeks?|ks?)?\s*)\s*([0-6])\s*(?:d(?:ays?)?)?\s*$"
"""A gestation in words, such as ``39+6``."""
UNIT = "coalesce(u.unit, w.unit)"
WITH_UNIT = "LEFT JOIN unit_of AS u ON u.id = f.unit_id LEFT JOIN unit_word AS w ON w.word = lower(f.unit)"
FIXED = {"wk": "weeks", "d": "days"}


def make_datings(rules: Rules, db: Db) -> None:
    """Make ``dating``; what cannot be read, or dates no pregnancy of its day, goes to ``aside``."""
    db.execute(f"CREATE TABLE dated AS {_dates()} UNION ALL {_gestations()} UNION ALL {_worked_out()}")
    possible = f"low <= day AND day <= high + {rules.longest_gestation + rules.one_event} AND (g_low IS NULL OR g_high <= {rules.longest_gestation})"
    db.execute(f"INSERT INTO aside SELECT key, CASE WHEN no_unit THEN '{NO_UNIT}' ELSE '{NO_VALUE}' END FROM dated WHERE low IS NULL")
    db.execute(f"INSERT INTO aside SELECT key, '{CONTRADICTS}' FROM dated WHERE low IS NOT NULL AND ({possible}) IS NOT TRUE")
    db.execute(f"CREATE TABLE dating AS SELECT * EXCLUDE (no_unit) FROM dated WHERE low IS NOT NULL AND ({possible})")


def _dates() -> str:
    """Return the SQL of due dates, last periods and days of conception."""
    told = f"coalesce(f.value_day, {date_of('f.words')})"
    rows = [(concept, "due_date", 4 if concept == WEAKEST else 0, place, TERM_LENGTH_DAYS) for place, concept in enumerate(DUE_DATES)]
    rows += [
        ("last_period", "last_period", 1, 0, 0),
        ("conception_date", "conception", 1, 1, FROM_LAST_PERIOD.days),
        (BEFORE_DELIVERY, BEFORE_DELIVERY, 1, 2, 0),
    ]
    values = ", ".join(f"({', '.join(literal(value) for value in row)})" for row in rows)
    return f"""
        SELECT f.key, f.person_id, f.day, CASE WHEN k.kind = 'conception' THEN 'gestation' ELSE k.kind END AS kind, k.rank, k.place, {told} - k.since AS low,
            {told} - k.since AS high, NULL AS g_low, NULL AS g_high, false AS no_unit
        FROM finding AS f JOIN (VALUES {values}) AS k (concept, kind, rank, place, since) ON k.concept = f.concept WHERE f.source <> '{EXTENSION}'
    """


def _gestations() -> str:
    """Return the SQL of gestations: with a unit, in words, or carried by a code. A whole number of weeks is any day of that week."""
    kinds = [(concept, FIXED.get(unit), "gestation", 2) for concept, unit in GESTATIONS.items()]
    kinds += [(concept, None, AT_END, 2) for concept in AT_BIRTH] + [(WEEK, "weeks", "gestation", 3)]
    values = ", ".join(f"({', '.join(literal(value) for value in row)})" for row in kinds)
    number = f"CASE WHEN f.concept = '{WEEK}' THEN CAST(f.carried AS DOUBLE) ELSE f.number END"
    words = "CASE WHEN regexp_matches(words, " + literal(WRITTEN) + f") THEN {_part(1)} * {DAYS_IN_A_WEEK} + {_part(2)} END"
    whole = f"CASE WHEN unit = 'weeks' AND number = floor(number) THEN CAST(number * {DAYS_IN_A_WEEK} AS INTEGER) END"
    in_days = "WHEN unit = 'days' AND number = floor(number) THEN CAST(number AS INTEGER)"
    exact = f"CASE WHEN unit = 'weeks' THEN CAST(round(number * {DAYS_IN_A_WEEK}) AS INTEGER) {in_days} END"
    return f"""
        SELECT key, person_id, day, kind, rank, 0, day - g_high, day - g_low, g_low, g_high, number IS NOT NULL AND unit IS NULL FROM (
            SELECT *, coalesce({words}, {whole}, {exact}) AS g_low, coalesce({words}, {whole} + {DAYS_IN_A_WEEK - 1}, {exact}) AS g_high FROM (
                SELECT f.key, f.person_id, f.day, k.kind, k.rank, {number} AS number, f.words, CASE WHEN f.unit IS NULL AND coalesce(f.unit_id, 0) = 0
                    THEN k.fixed ELSE {UNIT} END AS unit FROM finding AS f
                JOIN (VALUES {values}) AS k (concept, fixed, kind, rank) ON k.concept = f.concept {WITH_UNIT} WHERE f.source <> '{EXTENSION}'))
    """


def _part(number: int) -> str:
    return f"CAST(regexp_extract(words, {literal(WRITTEN)}, {number}) AS INTEGER)"


def _worked_out() -> str:
    """Return the SQL of the first days that a site has worked out itself."""
    return f"""
        SELECT DISTINCT key, person_id, day, '{WORKED_OUT}', 2, 1, value_day, value_day, CAST(date_diff('day', value_day, day) AS INTEGER),
            CAST(date_diff('day', value_day, day) AS INTEGER), false FROM finding WHERE source = '{EXTENSION}' AND value_day IS NOT NULL
    """
