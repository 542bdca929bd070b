# ruff: noqa: S608 - every name in a query is one of ours, and every value comes from the knowledge
"""The tables ``pregnancies`` and ``updates``: what was known when care began, and what became known later.

Each record has its day. What was written by the first day of a pregnancy's records stands in ``pregnancies``, what was
written later in ``updates``; nothing is known before somebody wrote it. An absent record is unknown, never no.
"""

from gravida.fhir_history import EVACUATED
from gravida.fhir_pregnancy import FOR_LIFE
from gravida.flat import LISTS
from gravida.omop_episodes import Conflict
from gravida.omop_flat import put
from gravida.omop_method import Method
from gravida.omop_source import Db, literal
from gravida.sources import Rules
from gravida.units import TERM_LENGTH_DAYS

FEWER: Conflict = "fewer pregnancies are counted than are described; the count is not used"
BABIES: Conflict = "the number of babies differs, or one was lost; it is not used"
INSUFFICIENCY = ("cervical_insufficiency", "cervical_insufficiency_antenatal")
BEFORE = (*INSUFFICIENCY, "cervical_insufficiency_delivered")
"""Concepts that say it of the pregnancy in which they were written; written before this pregnancy, of an earlier one."""
NEWS = {
    "pregnancy_due_date": "DATE", "pregnancy_last_period": "DATE", "pregnancy_gestation_at_days": "INTEGER", "pregnancy_gestation_at_days_to": "INTEGER",
    "pregnancy_gestation_on": "DATE", "pregnancy_plurality": "INTEGER", "pregnancy_placenta_praevia": "BOOLEAN", "pregnancy_fetal_death": "BOOLEAN",
    "conditions_cervical_insufficiency": "BOOLEAN", "conditions_earlier_cervical_insufficiency": "BOOLEAN", "conditions_uterine_anomaly": "BOOLEAN",
    "conditions_connective_tissue_disorder": "BOOLEAN", "conditions_des_exposure": "BOOLEAN", "conditions_repeated_dilatation_and_evacuation": "BOOLEAN",
    "prior_pregnancies_total": "INTEGER",
}  # fmt: skip
"""What can be read outside of lists, by its flat column."""

RANGED = "pregnancy_gestation_at_days"


def make_record(rules: Rules, db: Db) -> None:
    """Make ``known``, when each judged pregnancy begins to be known; ``babies``; and ``news``, what was written of it on each day."""
    db.execute("""
        CREATE TABLE known AS SELECT e.person_id, e.number, e.pregnancy_id, e.first_day,
            coalesce(e.ended_on, least(e.last_day, coalesce(e.watched_until, greatest(s.last_seen, e.start.high)))) AS ended_on,
            least(greatest(coalesce(s.first_seen, e.ended_on, e.start.high), e.watched_from), coalesce(e.ended_on, e.last_day)) AS known_from
        FROM episode AS e LEFT JOIN (SELECT pregnancy_id, min(day) AS first_seen, max(day) AS last_seen FROM (
            SELECT pregnancy_id, day FROM inside WHERE during UNION ALL SELECT d.pregnancy_id, d.day FROM dates AS d JOIN episode AS o USING (pregnancy_id)
            WHERE d.day BETWEEN o.first_day AND o.last_day) GROUP BY pregnancy_id) AS s ON s.pregnancy_id = e.pregnancy_id WHERE e.judged""")
    _make_babies(db)
    columns = ", ".join(f"{name} {kind}" for name, kind in NEWS.items())
    db.execute(f"CREATE TABLE news (pregnancy_id VARCHAR, day DATE, {columns})")
    _dating(db)
    _of_this(db)
    _of_her(rules, db)
    db.execute("INSERT INTO used SELECT key FROM inside WHERE judged AND concept = 'pregnant'")


def _make_babies(db: Db) -> None:
    """Make ``babies``: their number in each pregnancy, if all that is written agrees."""
    db.execute("""
        CREATE TABLE babies_said AS SELECT key, person_id, pregnancy_id, day, concept, CASE WHEN concept = 'multiple_pregnancy' THEN carried
            WHEN concept = 'number_of_fetuses' AND number >= 1 AND number = floor(number) THEN CAST(number AS INTEGER) END AS babies
        FROM inside WHERE concept IN ('multiple_pregnancy', 'number_of_fetuses', 'loss_of_one_fetus')""")
    db.execute("""
        CREATE TABLE babies AS SELECT pregnancy_id, min(person_id) AS person_id, min(day) FILTER (WHERE babies IS NOT NULL) AS day, min(babies) AS babies,
            count(DISTINCT babies) > 1 OR bool_or(concept = 'loss_of_one_fetus')
                OR (min(babies) = 1 AND bool_or(concept = 'multiple_pregnancy' AND babies IS NULL)) AS differs
        FROM babies_said GROUP BY pregnancy_id""")
    db.execute(f"INSERT INTO conflict SELECT person_id, day, '{BABIES}' FROM babies WHERE differs")
    db.execute("INSERT INTO used SELECT key FROM babies_said WHERE babies IS NOT NULL OR concept = 'loss_of_one_fetus'")
    db.execute("DELETE FROM babies WHERE differs OR babies IS NULL")


def _dating(db: Db) -> None:
    """Add what dates a pregnancy, on the day it was written; what says the same as before adds nothing."""
    db.execute(f"""
        INSERT INTO news BY NAME SELECT pregnancy_id, day,
            CASE WHEN kind = 'due_date' THEN low + {TERM_LENGTH_DAYS} END AS pregnancy_due_date,
            CASE WHEN kind = 'last_period' THEN low END AS pregnancy_last_period,
            CASE WHEN kind = 'gestation' THEN date_diff('day', high, day) END AS pregnancy_gestation_at_days,
            CASE WHEN kind = 'gestation' AND low < high THEN date_diff('day', low, day) END AS pregnancy_gestation_at_days_to,
            CASE WHEN kind = 'gestation' THEN day END AS pregnancy_gestation_on
        FROM (SELECT *, lag({{'low': low, 'high': high}}) OVER (PARTITION BY pregnancy_id, kind ORDER BY day) AS earlier FROM (
            SELECT * FROM dates WHERE judged AND kind IN ('due_date', 'last_period', 'gestation')
            QUALIFY row_number() OVER (PARTITION BY pregnancy_id, kind, day ORDER BY rank, place, low, high) = 1))
        WHERE earlier IS NULL OR earlier.low <> low OR earlier.high <> high""")


def _of_this(db: Db) -> None:
    """Add what was written of this pregnancy alone."""
    db.execute("INSERT INTO news BY NAME SELECT b.pregnancy_id, b.day, b.babies AS pregnancy_plurality FROM babies AS b SEMI JOIN known USING (pregnancy_id)")
    _say("pregnancy_placenta_praevia", "SELECT key, pregnancy_id, day FROM inside WHERE judged AND during AND concept = 'placenta_praevia'", db)
    _say("pregnancy_fetal_death", "SELECT f.key, f.pregnancy_id, f.day FROM inside AS f JOIN babies AS b USING (pregnancy_id) WHERE f.judged AND f.during AND "
         "f.concept = 'fetal_death' AND b.babies = 1", db)  # fmt: skip
    named = ", ".join(literal(name) for name in INSUFFICIENCY)
    _say("conditions_cervical_insufficiency", "SELECT key, pregnancy_id, day FROM inside WHERE judged AND during AND source = 'condition_occurrence' "
         f"AND concept IN ({named})", db)  # fmt: skip
    counted = (
        """FROM inside AS f JOIN known AS k USING (pregnancy_id) WHERE f.during AND f.concept = 'gravidity' AND f.number >= 1 AND f.number = floor(f.number)"""
    )
    db.execute(
        f"INSERT INTO news BY NAME SELECT f.pregnancy_id, f.day, CAST(f.number AS INTEGER) - 1 AS prior_pregnancies_total {counted} AND f.number >= k.number"
    )
    db.execute(f"INSERT INTO conflict SELECT f.person_id, f.day, '{FEWER}' {counted} AND f.number < k.number")
    db.execute(f"INSERT INTO used SELECT f.key {counted}")


def _of_her(rules: Rules, db: Db) -> None:
    """Add what holds of a person from the day on which it was written, or was so in an earlier pregnancy."""
    ever = "FROM finding AS f JOIN known AS k ON k.person_id = f.person_id AND f.day <= k.ended_on"
    for concept, path in FOR_LIFE.items():
        _say(path.replace(".", "_"), f"SELECT f.key, k.pregnancy_id, f.day {ever} WHERE f.concept = '{concept}'", db)
    named = ", ".join(literal(name) for name in BEFORE)
    _say("conditions_earlier_cervical_insufficiency", f"SELECT f.key, k.pregnancy_id, f.day {ever} WHERE f.day < k.first_day "
         f"AND f.source = 'condition_occurrence' AND f.concept IN ({named})", db)  # fmt: skip
    evacuated = ", ".join(literal(name) for name in EVACUATED)
    _say("conditions_repeated_dilatation_and_evacuation", f"""
        SELECT f.key, k.pregnancy_id, f.day {ever} JOIN (
            SELECT person_id, min(day) AS first FROM finding WHERE source = 'procedure_occurrence' AND concept IN ({evacuated}) GROUP BY person_id
        ) AS o ON o.person_id = f.person_id
        WHERE f.source = 'procedure_occurrence' AND f.concept IN ({evacuated}) AND date_diff('day', o.first, f.day) > {rules.one_event}""", db)  # fmt: skip


def _say(column: str, query: str, db: Db) -> None:
    """Add a yes on the day of each row of a query, and note the rows as used."""
    db.execute(f"INSERT INTO news BY NAME SELECT pregnancy_id, min(day) AS day, true AS {column} FROM ({query}) GROUP BY pregnancy_id")
    db.execute(f"INSERT INTO used SELECT key FROM ({query})")


def pregnancies(method: Method, db: Db) -> str:
    """Return the SQL of the pregnancies that are judged, as each was known on its first day."""
    db.execute("""
        CREATE TABLE site AS SELECT k.pregnancy_id, coalesce(v.care_site_id, p.care_site_id) AS id FROM known AS k LEFT JOIN (
            SELECT k.pregnancy_id, arg_min(v.care_site_id, {'day': v.day, 'id': v.id}) AS care_site_id FROM known AS k JOIN src_visit_occurrence AS v
            ON v.person_id = k.person_id AND v.day BETWEEN k.first_day AND k.ended_on AND v.care_site_id IS NOT NULL GROUP BY k.pregnancy_id
        ) AS v USING (pregnancy_id) LEFT JOIN (
            SELECT person_id, min(care_site_id) AS care_site_id FROM src_person GROUP BY person_id) AS p USING (person_id)""")
    outcomes = " ".join(f"WHEN {rank} THEN {literal(each.outcome or None)}" for rank, each in enumerate(method.outcomes, start=1))
    known = ", ".join(f"arg_max({name}, n.day) AS {name}" for name in NEWS)
    columns = {
        "pregnancy_id": "k.pregnancy_id", "person_id": "k.person_id", "site": "coalesce(c.name, c.source_value, CAST(s.id AS VARCHAR))",
        "known_from": "k.known_from", "ended_on": "k.ended_on", "ended_days": "CASE WHEN e.ended_low = e.ended_high THEN e.ended_low END",
        "ended_how": f"CASE e.rank {outcomes} END", **{name: f"n.{name}" for name in NEWS}, **{f"{name}_open": "true" for name in LISTS},
    }  # fmt: skip
    return put("pregnancies", columns, f"""known AS k JOIN episode AS e USING (pregnancy_id) LEFT JOIN site AS s USING (pregnancy_id)
        LEFT JOIN (SELECT id, min(name) AS name, min(source_value) AS source_value FROM src_care_site GROUP BY id) AS c ON c.id = s.id
        LEFT JOIN (SELECT n.pregnancy_id, {known} FROM news AS n JOIN known AS k USING (pregnancy_id) WHERE n.day <= k.known_from
            GROUP BY n.pregnancy_id) AS n USING (pregnancy_id)""")  # fmt: skip


def updates() -> str:
    """Return the SQL of what became known later, a row for each day."""
    found = ", ".join(f"max(n.{name}) AS {name}" for name in NEWS)
    columns = {"pregnancy_id": "pregnancy_id", "recorded_on": "day", **{name: name for name in NEWS}}
    columns[f"{RANGED}_to"] = f"coalesce({RANGED}_to, {RANGED})"  # else the end of a range that was known before would stay
    return put("updates", columns, f"(SELECT n.pregnancy_id, n.day, {found} FROM news AS n JOIN known AS k USING (pregnancy_id) WHERE n.day > k.known_from "
               "AND n.day <= k.ended_on GROUP BY n.pregnancy_id, n.day)")  # fmt: skip
