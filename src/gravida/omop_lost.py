"""What the OMOP form cannot carry of the flat tables: the one list, for the writer, for its test and for the how-to.

An entry says which columns of which table, why, and what becomes of their values when they have been written and read
again, as SQL over the row (``t``) and its pregnancy (``p``). A column that is not listed comes back as it was.

>>> {entry.table for entry in LOST} - {"pregnancies", "updates"} == {
...     "prior_pregnancies", "scans", "examinations", "symptoms", "cerclages", "progestogens", "cervical_procedures"}
True
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gravida.flat import LISTS, TABLES

UNKNOWN = "NULL"
SELF = "{column}"
ONLY_YES = "nullif(t.{column}, false)"
NO_CODE = "no code was found that says it"


@dataclass(frozen=True, slots=True)
class Lost:
    """Columns that do not come back as they were. ``becomes`` has ``{column}`` for the name of each."""

    table: str
    columns: tuple[str, ...]
    why: str
    becomes: str = UNKNOWN


EXACT = "CASE WHEN t.ended_days_to IS NULL THEN t.ended_days END"
IN_FIRST, IN_SECOND, PRETERM = (f"({EXACT}) BETWEEN $first_low AND $first_high", f"({EXACT}) BETWEEN $second_low AND $second_high", f"({EXACT}) < $preterm")
BORN = "(t.outcome IS NULL OR t.outcome IN ('live-birth', 'stillbirth'))"
SPONTANEOUS_LOSS = "t.outcome = 'miscarriage' AND t.onset = 'spontaneous'"
LOSS_FIRST = f"{SPONTANEOUS_LOSS} AND {IN_FIRST}"
LOSS_SECOND = f"{SPONTANEOUS_LOSS} AND {IN_SECOND}"
LOSS_IN_LABOUR = f"{LOSS_SECOND} AND t.labour"
BORN_IN_LABOUR = f"{BORN} AND {PRETERM} AND t.onset = 'spontaneous' AND t.labour"
BORN_INDICATED = f"{BORN} AND {PRETERM} AND t.onset = 'indicated'"
DAY_OF_SCAN = 'least(coalesce(t."on", t.recorded_on, p.known_from), p.ended_on)'
STARTED = "(SELECT min(o.recorded_on) FROM flat_progestogens AS o WHERE o.pregnancy_id = t.pregnancy_id AND o.entry = t.entry)"

ROWS = {
    "prior_pregnancies": f"t.outcome IS NOT NULL OR ({EXACT}) IS NOT NULL",
    "cerclages": "t.placed_on IS NOT NULL",
    "symptoms": "false",
}
"""Which rows can be carried at all, where not all can: an earlier pregnancy needs an outcome or a gestation at its end."""

ONE_OF_A_DAY = ("scans", "examinations")
"""Lists of which two rows of one day come back as one, if they say the same in all that can be carried."""

KNOWN = tuple(column for name in LISTS for column in (f"{name}_known", f"{name}_open"))
HEADS = tuple(column.name for column in TABLES["updates"] if column.path)


def _scalars(table: str) -> tuple[Lost, ...]:
    """Return what is lost of the columns that stand in ``pregnancies`` and in ``updates``."""
    yes = ("pregnancy_placenta_praevia", "conditions_cervical_insufficiency", "conditions_earlier_cervical_insufficiency", "conditions_uterine_anomaly",
           "conditions_connective_tissue_disorder", "conditions_des_exposure")  # fmt: skip
    gestation = ("pregnancy_gestation_at_days", "pregnancy_gestation_at_days_to", "pregnancy_gestation_on")
    kept = {"pregnancy_due_date", "pregnancy_last_period", "pregnancy_plurality", "prior_pregnancies_total", *yes, *gestation}
    return (
        Lost(table, tuple(name for name in HEADS if name not in kept), NO_CODE),
        Lost(table, yes, "a database of conditions says yes and never no", ONLY_YES),
        Lost(table, ("pregnancy_plurality",), "a number that is a range has no place", "CASE WHEN t.pregnancy_plurality_to IS NULL THEN t.{column} END"),
        Lost(
            table,
            gestation,
            "a gestation that is known as a span of days has no place",
            "CASE WHEN t.pregnancy_gestation_at_days_to IS NULL THEN t.{column} END",
        ),
    )


LOST: tuple[Lost, ...] = (
    Lost("pregnancies", KNOWN, "a list that is read from a database is never known to be whole", "CASE WHEN '{column}' LIKE '%_open' THEN true END"),
    *_scalars("pregnancies"),
    *_scalars("updates"),
    Lost("prior_pregnancies", ("recorded_on",), "what became known later of an earlier pregnancy has its own day alone"),
    Lost("prior_pregnancies", ("ended_days",), "a gestation that is known as a span of days has no place", EXACT),
    Lost("prior_pregnancies", ("ended_days_to", "plurality_to", "waters_broke_days", "waters_broke_days_to"),
         "a span of days, or a day within it, has no place"),
    Lost("prior_pregnancies", ("onset",), "codes say it of spontaneous losses, and of preterm births in labour or by somebody's decision",
         f"CASE WHEN ({LOSS_FIRST}) OR ({LOSS_SECOND}) OR ({BORN_IN_LABOUR}) THEN 'spontaneous' WHEN {BORN_INDICATED} THEN 'indicated' END"),
    Lost("prior_pregnancies", ("labour",), "codes say it of preterm births and second-trimester losses alone",
         f"CASE WHEN ({LOSS_IN_LABOUR}) OR ({BORN_IN_LABOUR}) THEN true END"),
    Lost("prior_pregnancies", ("painless_dilation", "cause_found", "cerclage_indication"), NO_CODE),
    Lost("prior_pregnancies", ("abruption", "infection", "waters_broke_before_labour"), "a database of conditions says yes and never no", ONLY_YES),
    Lost("prior_pregnancies", ("plurality",), "a number that is a range has no place", "CASE WHEN t.plurality_to IS NULL THEN t.plurality END"),
    Lost("prior_pregnancies", ("cerclage_kind",),
         "that there was no stitch has no place, and an abdominal one of an earlier pregnancy would be read as still there",
         "CASE WHEN t.cerclage_kind = 'transvaginal' THEN t.cerclage_kind END"),
    Lost("scans", ("on",), "a measurement always has a day: the one on which it was recorded, if no other is known", DAY_OF_SCAN),
    Lost("scans", ("recorded_on",), "a measurement has one day, and not another one on which it became known"),
    Lost("scans", ("at_days", "at_days_to"), "a measurement has a day and no gestation"),
    Lost("scans", ("cervical_length_mm",), "a length that is a range has no place", "CASE WHEN t.cervical_length_mm_to IS NULL THEN t.cervical_length_mm END"),
    Lost("scans", ("cervical_length_mm_to",), "a length that is a range has no place"),
    Lost("scans", ("funnelling", "reason", "confirmed"), NO_CODE),
    Lost("examinations", ("recorded_on", "at_days", "at_days_to", "dilation_cm_to"), "a finding has one day and no gestation, and no range"),
    Lost("examinations", ("infection_signs", "in_labour", "labour_progressing", "symptomatic", "membranes_beyond_external_os", "internal_os_change"), NO_CODE),
    Lost("examinations", ("active_bleeding", "suspected_intraamniotic_infection", "membranes_exposed"), "codes say yes and never no", ONLY_YES),
    Lost("symptoms", tuple(column.name for column in TABLES["symptoms"]), "what somebody feels is not coded as an answer to a question"),
    Lost("cerclages", ("indication", "complications"), "a procedure has no reason in this form"),
    Lost("cerclages", ("placed_days", "placed_days_to"), "a procedure has a day and no gestation"),
    Lost("cerclages", ("removed",), "a removal is a procedure; that there was none has no place", ONLY_YES),
    Lost("progestogens", ("recorded_on",), "a medicine covers at least its first day",
         f"CASE WHEN t.current THEN t.recorded_on ELSE greatest(t.recorded_on, {STARTED} + 1) END"),
    Lost("cervical_procedures", ("depth_mm", "depth_mm_to"), NO_CODE),
    Lost("cervical_procedures", ("recorded_on",), "an operation has its own day alone"),
)  # fmt: skip
"""Ids and the numbers of entries are given anew: they are no facts."""


def becomes(table: str) -> Mapping[str, str]:
    """Return what becomes of the columns of a table that do not come back as they were, as SQL."""
    return {column: entry.becomes.replace("{column}", column) for entry in LOST if entry.table == table for column in entry.columns}


def as_markdown() -> str:
    """Return the list as a table for the how-to, in which ``updates`` have what ``pregnancies`` have."""
    lines = ["| Table | Columns | Why |", "|---|---|---|"]
    for entry in LOST:
        if entry.table != "updates":
            whole = len(entry.columns) == len(TABLES[entry.table])
            lines.append(f"| `{entry.table}` | {'all' if whole else ', '.join(f'`{name}`' for name in entry.columns)} | {entry.why} |")
    return "\n".join(lines)
