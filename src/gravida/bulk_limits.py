"""What the FHIR form cannot carry of the flat form: one list, for the documentation, and for whoever compares the two.

Either nobody has a code for it that was seen, or the reader of FHIR takes it from nowhere, because it could be misread.
:func:`forget` takes the same out of flat tables, so that what is left is what comes back.

>>> [each.what for each in LOST if each.table == "symptoms"]
['all of it']
>>> carried("cervical_procedures")
('kind',)
"""

from dataclasses import dataclass

import duckdb

from gravida.bulk_write_story import preterm_before, rules_in
from gravida.flat import LISTS, TABLES
from gravida.sources import Sources

CARRIED = {
    "pregnancies": (
        "site", "known_from", "ended_on", "ended_days", "ended_how", "pregnancy_due_date", "pregnancy_last_period", "pregnancy_gestation_at_days",
        "pregnancy_gestation_at_days_to", "pregnancy_gestation_on", "pregnancy_plurality", "pregnancy_placenta_praevia", "prior_pregnancies_total",
        "conditions_cervical_insufficiency", "conditions_earlier_cervical_insufficiency", "conditions_uterine_anomaly",
        "conditions_connective_tissue_disorder", "conditions_des_exposure", "prior_pregnancies_known", "cerclages_open", "cervical_procedures_open",
        "progestogens_open",
    ),
    "prior_pregnancies": (
        "ended_days", "ended_days_to", "outcome", "onset", "labour", "abruption", "infection", "waters_broke_before_labour", "plurality", "cerclage_kind",
    ),
    "scans": ("on", "route", "cervical_length_mm", "funnelling"),
    "examinations": ("on", "dilation_cm", "contractions", "active_bleeding", "suspected_intraamniotic_infection", "waters_broken", "membranes_exposed"),
    "symptoms": (),
    "cerclages": ("placed_on", "kind", "indication", "removed"),
    "progestogens": ("drug", "route", "current"),
    "cervical_procedures": ("kind",),
}  # fmt: skip
"""Columns that are carried, as far as ``LOST`` does not say otherwise."""
KEYS = ("pregnancy_id", "person_id", "entry", "recorded_on")
A_NO_IS_SAID = ("contractions", "waters_broken", "funnelling", "current")
"""What FHIR can say that it is not so."""

UNDATED = (
    "pregnancy_id IN (SELECT pregnancy_id FROM pregnancies"
    " WHERE pregnancy_due_date IS NULL AND pregnancy_last_period IS NULL AND pregnancy_gestation_at_days IS NULL)"
)
SECOND = "(coalesce(ended_days, -1) >= {second.low} AND coalesce(ended_days_to, ended_days) <= {second.high})"
FIRST = "(coalesce(ended_days, -1) >= {first.low} AND coalesce(ended_days_to, ended_days) <= {first.high})"
PRETERM = "(outcome IN ('live-birth', 'stillbirth') AND coalesce(ended_days_to, ended_days) < {preterm})"
LABOUR_SAID = f"coalesce({PRETERM} AND onset = 'spontaneous' AND labour, false)"
INDICATED_SAID = f"coalesce({PRETERM} AND onset = 'indicated', false)"
MISCARRIED = f"coalesce(outcome = 'miscarriage' AND onset = 'spontaneous' AND ({FIRST} OR {SECOND}), false)"
NO_LENGTH = "(cervical_length_mm IS NULL OR cervical_length_mm < {length} OR cervical_length_mm_to IS NOT NULL)"
EMPTY = " AND ".join(
    f"{name} IS NULL" if name in ("dilation_cm", *A_NO_IS_SAID) else f"NOT coalesce({name}, false)" for name in CARRIED["examinations"] if name != "on"
)


@dataclass(frozen=True, slots=True)
class Lost:
    """One thing that is not carried. ``when`` says of which rows, and ``becomes`` what is there instead; without columns the row is lost."""

    table: str
    what: str
    why: str
    when: str
    columns: tuple[str, ...] = ()
    becomes: str = "NULL"


THEIR_DAY = "coalesce(recorded_on, (SELECT known_from FROM pregnancies p WHERE p.pregnancy_id = scans.pregnancy_id))"
NO_OUTCOME = f"outcome IS NULL OR outcome = 'ectopic' OR (outcome = 'termination' AND NOT {SECOND})"
DOUBTFUL_STITCH = f"""coalesce(kind <> 'transabdominal', true) AND {UNDATED} AND placed_on + INTERVAL {{gap}} DAY <
    (SELECT ended_on FROM pregnancies p WHERE p.pregnancy_id = cerclages.pregnancy_id)"""  # noqa: S608  (words of ours)
STOPPED = f"{UNDATED} AND (pregnancy_id, entry) IN (SELECT (pregnancy_id, entry) FROM progestogens WHERE NOT current)"  # noqa: S608  (words of ours)
SAME_OPERATION = """EXISTS (SELECT 1 FROM cervical_procedures o WHERE o.pregnancy_id = cervical_procedures.pregnancy_id
    AND o.kind IS NOT DISTINCT FROM cervical_procedures.kind AND o.entry < cervical_procedures.entry)"""
GESTATION = ("pregnancy_gestation_at_days", "pregnancy_gestation_at_days_to", "pregnancy_gestation_on")
COUNTS = ("pregnancy_plurality", "pregnancy_plurality_to", "prior_pregnancies_total")
GOVERNS, MORE_SAID = "what governs is read", "other codes say more than is known"
UNSURE = "nothing tells whether it belongs to this pregnancy"

LOST = (
    Lost("pregnancies", "the last period, beside a due date", GOVERNS, "pregnancy_due_date IS NOT NULL", ("pregnancy_last_period",)),
    Lost(
        "pregnancies", "a gestation, beside a due date or a last period", GOVERNS,
        "pregnancy_due_date IS NOT NULL OR pregnancy_last_period IS NOT NULL", GESTATION,
    ),
    Lost(
        "pregnancies", "the number of babies and of earlier pregnancies, where nothing dates the pregnancy",
        "a count is read only if it was made in this pregnancy", UNDATED, COUNTS,
    ),
    Lost(
        "prior_pregnancies", "an ectopic pregnancy, a termination outside the second trimester, and one of which nobody said how it ended",
        "no code of how a pregnancy ended says it", NO_OUTCOME,
    ),
    Lost(
        "prior_pregnancies", "how it began, except of a miscarriage of a known trimester, or of a preterm birth that was indicated or had labour",
        MORE_SAID, f"NOT {LABOUR_SAID} AND NOT {INDICATED_SAID} AND NOT {MISCARRIED}", ("onset",),
    ),
    Lost("prior_pregnancies", "labour, except before a preterm birth that began by itself", MORE_SAID, f"NOT {LABOUR_SAID}", ("labour",)),
    Lost("prior_pregnancies", "that there was one baby", "only more than one has a code", "plurality < 2", ("plurality",)),
    Lost(
        "prior_pregnancies", "that there was no stitch, or an abdominal one", "an abdominal one would be read as one that is still there",
        "cerclage_kind <> 'transvaginal'", ("cerclage_kind",),
    ),
    Lost("scans", "that the day of a scan is not known", "it is read as of the day on which it was written down", '"on" IS NULL', ("on",), THEIR_DAY),
    Lost("scans", "a funnel, where no length is read", "it is read with the length", NO_LENGTH, ("funnelling",)),
    Lost(
        "scans", "a length so short that centimetres may have been meant, also if it was confirmed", "nothing in FHIR says that it was confirmed",
        NO_LENGTH, ("cervical_length_mm", "cervical_length_mm_to"),
    ),
    Lost("examinations", "one without a day, or with none of the signs that have a code", "there is nothing to write", f'"on" IS NULL OR ({EMPTY})'),
    Lost("cerclages", "a stitch without a day", UNSURE, "placed_on IS NULL"),
    Lost("cerclages", "a stitch that is not abdominal, some weeks later, where nothing dates the pregnancy", UNSURE, DOUBTFUL_STITCH),
    Lost("progestogens", "a medicine that was stopped, where nothing dates the pregnancy", UNSURE, STOPPED),
    Lost("progestogens", "one without a name", "nothing tells what it is", "drug IS NULL"),
    Lost("cervical_procedures", "a second operation of the same kind", "the flat form has no days, and without these two are read as one", SAME_OPERATION),
    Lost("symptoms", "all of it", "what a person felt is read from no code", "true"),
)  # fmt: skip
GENERAL = (
    "That a list is whole, or that there was none of something: what is not there is unknown.",
    "That there are no more stitches, medicines or operations than are written.",
    "A no. It is said of contractions, of waters that did not break, of a funnel, and of a medicine that was stopped; of nothing else.",
    "When a stitch or an operation was written down, if that was later than it was done.",
    "The last day of a pregnancy of which nobody says how it ended: it is the last day on which anything was recorded.",
)
"""What is not carried of every table."""


def carried(table: str) -> tuple[str, ...]:
    """Return the columns of a table that are carried at all, apart from keys."""
    return CARRIED["pregnancies" if table == "updates" else table]


def forget(data: duckdb.DuckDBPyConnection, sources: Sources) -> None:
    """Take out of the flat tables of a connection what FHIR cannot carry."""
    rules = rules_in(sources)
    numbers = {
        "first": rules.first_trimester, "second": rules.second_trimester, "preterm": preterm_before(sources), "length": rules.length_to_confirm_below_mm,
        "gap": rules.shortest_pregnancy_gap,
    }  # fmt: skip
    for lost in LOST:
        when = lost.when.format(**numbers)
        sets = ", ".join(f'"{column}" = {lost.becomes}' for column in lost.columns)
        data.execute(f"UPDATE {lost.table} SET {sets} WHERE {when}" if sets else f"DELETE FROM {lost.table} WHERE {when}")  # noqa: S608
    for table in TABLES:
        _forget_columns(data, table)
    for name in LISTS:
        _renumber(data, name)
    _lists(data)


def _forget_columns(data: duckdb.DuckDBPyConnection, table: str) -> None:
    """Empty what is not carried, and every no that has no code."""
    for column in TABLES[table]:
        if column.name not in (*KEYS, *carried(table)):
            data.execute(f'UPDATE {table} SET "{column.name}" = NULL')  # noqa: S608
        elif column.kind == "boolean" and column.name not in A_NO_IS_SAID:
            data.execute(f'UPDATE {table} SET "{column.name}" = NULL WHERE NOT "{column.name}"')  # noqa: S608
    if table == "updates":
        empty = " AND ".join(f'"{column.name}" IS NULL' for column in TABLES[table] if column.name not in KEYS)
        data.execute(f"DELETE FROM updates WHERE {empty}")  # noqa: S608


def _renumber(data: duckdb.DuckDBPyConnection, table: str) -> None:
    """Number the entries that are left."""
    places = f"SELECT DISTINCT pregnancy_id AS id, entry AS was, dense_rank() OVER (PARTITION BY pregnancy_id ORDER BY entry) AS number FROM {table}"  # noqa: S608
    data.execute(f"UPDATE {table} SET entry = n.number FROM ({places}) n WHERE n.id = pregnancy_id AND n.was = entry")  # noqa: S608


def _lists(data: duckdb.DuckDBPyConnection) -> None:
    """Say of each list what the reader of FHIR says of it."""
    for name in LISTS:
        there = f"pregnancy_id IN (SELECT pregnancy_id FROM {name})"  # noqa: S608
        if f"{name}_open" in CARRIED["pregnancies"]:
            data.execute(f"UPDATE pregnancies SET {name}_open = CASE WHEN {there} THEN true END")  # noqa: S608
        if f"{name}_known" in CARRIED["pregnancies"]:
            data.execute(f"UPDATE pregnancies SET {name}_known = CASE WHEN NOT {there} AND {name}_total IS NOT NULL THEN true END")  # noqa: S608
