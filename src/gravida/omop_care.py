# ruff: noqa: S608 - every name in a query is one of ours, and every value comes from the knowledge
"""Stitches, progestogens and surgery of the cervix out of an OMOP database.

All are read from their own rows, because the method leaves them out (rule ``not_read_from_pregnancy_records``).
That no removal of a stitch is there says nothing, because removal in a clinic is mostly not coded: then it is unknown.
The end of a medicine is the last day that its row covers; without one it is unknown whether it went on.
"""

from gravida.fhir_findings import DRUGS, PLACED, SURGERY, TECHNIQUES
from gravida.fhir_history import CERCLAGES
from gravida.omop_episodes import Conflict
from gravida.omop_flat import put
from gravida.omop_method import Method
from gravida.omop_source import Db, literal

STITCH: Conflict = "the kind or technique of a stitch is said in two ways; neither is used"
LAST = "coalesce(f.until, f.day + CAST(f.days AS INTEGER) - 1)"
"""The last day that a row of a medicine covers."""
REMOVALS = ("cerclage_removal", "cerclage_absent")


def _case(values: dict[str, str] | dict[str, str | None], column: str = "f.concept") -> str:
    return f"CASE {column} {' '.join(f'WHEN {literal(key)} THEN {literal(value)}' for key, value in values.items())} END"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(literal(name) for name in names)


def cerclages(db: Db) -> str:
    """Return the SQL of stitches of a pregnancy, and abdominal ones from before, which stay; a removal is a later row of the same stitch."""
    placed = f"f.source = 'procedure_occurrence' AND f.concept IN ({_listed(PLACED)})"
    stays = f"f.concept IN ({_listed(tuple(concept for concept, kind in CERCLAGES.items() if kind == 'transabdominal'))})"
    db.execute(f"""
        CREATE TABLE stitch_row AS SELECT f.key, f.person_id, k.pregnancy_id, f.day, {_case(CERCLAGES)} AS kind, {_case(TECHNIQUES)} AS technique
        FROM finding AS f JOIN known AS k ON k.person_id = f.person_id AND f.day <= k.ended_on AND (f.day >= k.first_day OR {stays}) WHERE {placed}""")
    db.execute("""
        CREATE TABLE stitch AS SELECT person_id, pregnancy_id, day, CASE WHEN count(DISTINCT kind) = 1 THEN min(kind) END AS kind,
            CASE WHEN count(DISTINCT technique) = 1 THEN min(technique) END AS technique, count(DISTINCT kind) > 1 OR count(DISTINCT technique) > 1 AS differs,
            row_number() OVER (PARTITION BY pregnancy_id ORDER BY day) AS entry FROM stitch_row GROUP BY person_id, pregnancy_id, day""")
    db.execute(f"INSERT INTO conflict SELECT DISTINCT person_id, day, '{STITCH}' FROM stitch WHERE differs")
    db.execute(f"""
        CREATE TABLE taken_out AS SELECT s.pregnancy_id, s.entry, min(f.day) AS day, list(f.key) AS keys FROM inside AS f JOIN stitch AS s USING (pregnancy_id)
        WHERE f.during AND f.concept IN ({_listed(REMOVALS)}) AND f.day > s.day AND s.kind IS DISTINCT FROM 'transabdominal'
        GROUP BY s.pregnancy_id, s.entry""")
    db.execute("INSERT INTO used SELECT key FROM stitch_row UNION ALL SELECT unnest(keys) FROM taken_out")
    columns = {"pregnancy_id": "s.pregnancy_id", "entry": "s.entry", "recorded_on": "s.recorded_on", "placed_on": "s.day", "kind": "s.kind",
               "technique": "s.technique", "removed": "s.removed"}  # fmt: skip
    return put(
        "cerclages",
        columns,
        """(SELECT *, NULL AS recorded_on, NULL AS removed FROM stitch UNION ALL BY NAME
        SELECT s.*, t.day AS recorded_on, true AS removed FROM stitch AS s JOIN taken_out AS t USING (pregnancy_id, entry)) AS s""",
    )


def progestogens(method: Method, db: Db) -> str:
    """Return the SQL of progestogens of a pregnancy, each with a later row when it was over. The route is what a concept or a word tells."""
    words = "lower(concat_ws(' ', f.route, n.name))"
    way = " UNION ALL ".join(f"SELECT f.key, '{way}' AS way FROM given AS f LEFT JOIN concept_name AS n ON n.id = f.route_id WHERE regexp_matches({words}, "
                             f"'(^|[^a-z]){word}([^a-z]|$)')" for word, way in method.medicine_routes.items())  # fmt: skip
    db.execute(f"""
        CREATE TABLE given AS SELECT *, row_number() OVER (PARTITION BY pregnancy_id ORDER BY day, id, key) AS entry FROM (
            SELECT f.key, f.id, k.pregnancy_id, f.route, f.route_id, greatest(f.day, k.first_day) AS day, {LAST} AS until,
                k.ended_on, min({_case(dict(DRUGS))}) AS drug
            FROM finding AS f JOIN known AS k ON k.person_id = f.person_id AND f.day <= k.ended_on
                AND (f.day >= k.first_day OR {LAST} >= k.first_day)
            WHERE f.source = 'drug_exposure' AND f.concept IN ({_listed(tuple(DRUGS))}) GROUP BY ALL HAVING count(DISTINCT {_case(dict(DRUGS))}) = 1)""")
    db.execute("INSERT INTO used SELECT key FROM given")
    columns = {
        "pregnancy_id": "g.pregnancy_id",
        "entry": "g.entry",
        "recorded_on": "g.recorded_on",
        "drug": "g.drug",
        "route": "r.route",
        "current": "g.current",
    }
    return put(
        "progestogens",
        columns,
        f"""(SELECT *, day AS recorded_on, CASE WHEN until IS NOT NULL THEN true END AS current FROM given
        UNION ALL SELECT *, until + 1, false FROM given WHERE until >= day AND until < ended_on) AS g
        LEFT JOIN (SELECT key, min(way) AS route FROM ({way}) GROUP BY key HAVING count(DISTINCT way) = 1) AS r USING (key)""",
    )


def cervical_procedures(db: Db) -> str:
    """Return the SQL of operations on the cervix, whenever they were; the same one of one day is one, and a cervix is removed once."""
    kinds = {concept: kind for concept, kind in SURGERY.items() if kind}
    db.execute(f"""
        CREATE TABLE surgery AS SELECT f.key, k.pregnancy_id, f.day, {_case(kinds)} AS kind, k.known_from FROM finding AS f
        JOIN known AS k ON k.person_id = f.person_id AND f.day <= k.ended_on
        WHERE f.source IN ('procedure_occurrence', 'condition_occurrence') AND f.concept IN ({_listed(tuple(SURGERY))})""")
    db.execute("INSERT INTO used SELECT key FROM surgery")
    columns = {"pregnancy_id": "pregnancy_id", "entry": "row_number() OVER (PARTITION BY pregnancy_id ORDER BY day, kind)",
               "recorded_on": "CASE WHEN day > known_from THEN day END", "kind": "kind"}  # fmt: skip
    return put(
        "cervical_procedures",
        columns,
        """(SELECT pregnancy_id, kind, known_from, min(day) AS day FROM surgery
        GROUP BY pregnancy_id, kind, known_from, CASE WHEN kind = 'trachelectomy' THEN NULL ELSE day END)""",
    )
