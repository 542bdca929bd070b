# ruff: noqa: S608 - every name in a query is one of ours, and every value comes from the knowledge
"""Lists of a pregnancy out of an OMOP database: earlier pregnancies, scans, examinations.

An earlier pregnancy is an earlier one of the same person in the data. How far along it was follows from what dates it, and
a second-trimester loss is one by its gestation, whatever it was called. A length without a unit stays a scan of unknown
length, because it could be the shortest.
"""

from gravida.fhir_findings import SEEN
from gravida.fhir_history import CERCLAGES, DURING
from gravida.fhir_values import MM_IN_A_CM
from gravida.flat import TABLES
from gravida.omop_dating import UNIT, WITH_UNIT
from gravida.omop_episodes import Conflict
from gravida.omop_flat import put
from gravida.omop_method import Method
from gravida.omop_source import Db, literal
from gravida.sources import Rules

NO_UNIT: Conflict = "a length of the cervix has no unit; the scan stays, its length is not known"
NOT_READ: Conflict = "a length of the cervix is a limit, or outside of what is read; the scan stays, its length is not known"
SHORT: Conflict = "a length of the cervix is so short that centimetres may have been meant; it waits for somebody to confirm it"
SIGNS: Conflict = "findings of one day contradict each other; none of them is used"
BY_SCAN = ("transvaginal_obstetric_scan", "route_transvaginal")
DILATIONS = ("dilation_palpated", "dilation_stated")


def prior_pregnancies(method: Method, rules: Rules, db: Db) -> str:
    """Return the SQL of the earlier pregnancies of each that is judged."""
    spans = {"first_trimester": rules.first_trimester, "second_trimester": rules.second_trimester}
    low, high = (" ".join(f"WHEN '{name}' THEN {int(getattr(span, end))}" for name, span in spans.items()) for end in ("low", "high"))
    outcomes = " ".join(f"WHEN {rank} THEN {literal(each.outcome or None)}" for rank, each in enumerate(method.outcomes, start=1))
    db.execute("""
        CREATE TABLE told AS SELECT e.pregnancy_id, CASE WHEN count(DISTINCT k.onset) = 1 THEN min(k.onset) END AS onset, bool_or(k.labour = 'yes') AS labour,
            CASE WHEN count(DISTINCT k.trimester) = 1 THEN min(k.trimester) END AS trimester
        FROM end_of AS o JOIN ending AS k USING (concept) JOIN end_event AS v USING (key, concept)
        JOIN episode AS e ON e.person_id = v.person_id AND e.ended_on = o.ended_on
        WHERE k.onset IS NOT NULL OR k.labour IS NOT NULL OR k.trimester IS NOT NULL GROUP BY e.pregnancy_id""")
    _make_course(db)
    named = {column.name for column in TABLES["prior_pregnancies"]}
    columns = {
        "pregnancy_id": "k.pregnancy_id", "entry": "e.number", "outcome": f"CASE e.rank {outcomes} END", "onset": "t.onset", "labour": "t.labour OR NULL",
        "ended_days": f"coalesce(e.ended_low, CASE t.trimester {low} END)",
        "ended_days_to": f"CASE WHEN e.ended_low IS NULL THEN CASE t.trimester {high} END WHEN e.ended_low < e.ended_high THEN e.ended_high END",
        "plurality": "b.babies", "cerclage_kind": "c.cerclage_kind", **{name: f"c.{name}" for name in DURING.values() if name in named},
    }  # fmt: skip
    return put("prior_pregnancies", columns, """known AS k JOIN episode AS e ON e.person_id = k.person_id AND e.number < k.number
        LEFT JOIN told AS t ON t.pregnancy_id = e.pregnancy_id LEFT JOIN course AS c ON c.pregnancy_id = e.pregnancy_id
        LEFT JOIN babies AS b ON b.pregnancy_id = e.pregnancy_id""")  # fmt: skip


def _make_course(db: Db) -> None:
    """Make ``course``: what happened in each pregnancy that a later one asks for. Stitches by two routes are none."""
    fields: dict[str, list[str]] = {}
    for concept, name in DURING.items():
        fields.setdefault(name, []).append(concept)
    yes = ", ".join(f"nullif(bool_or(concept IN ({_listed(concepts)})), false) AS {name}" for name, concepts in fields.items())
    kinds = " ".join(f"WHEN '{concept}' THEN '{kind}'" for concept, kind in CERCLAGES.items())
    kind = f"CASE WHEN source = 'procedure_occurrence' THEN CASE concept {kinds} END END"
    db.execute(f"""CREATE TABLE course AS SELECT pregnancy_id, {yes}, CASE WHEN count(DISTINCT {kind}) = 1 THEN min({kind}) END AS cerclage_kind
        FROM inside GROUP BY pregnancy_id""")
    read = f"f.concept IN ({_listed([*DURING])}) OR (f.source = 'procedure_occurrence' AND f.concept IN ({_listed([*CERCLAGES])}))"
    db.execute(f"INSERT INTO used SELECT f.key FROM inside AS f JOIN episode AS e USING (pregnancy_id) WHERE ({read}) AND EXISTS "
               "(FROM known AS k WHERE k.person_id = e.person_id AND k.number > e.number)")  # fmt: skip


def _listed(names: list[str]) -> str:
    return ", ".join(literal(name) for name in names)


def scans(method: Method, rules: Rules, db: Db) -> str:
    """Return the SQL of the scans of the cervix. The route is what some concept or word tells, if all say the same."""
    words = "lower(concat_ws(' ', f.source_value, f.words))"
    routes = " UNION ALL ".join(
        f"SELECT key, '{route}' AS route FROM length AS f WHERE contains({words}, '{word}')" for word, route in method.scan_routes.items()
    )
    low, high = rules.length_mm
    db.execute(f"""
        CREATE TABLE length AS SELECT *, CASE WHEN unit_read IS NULL OR is_limit OR mm NOT BETWEEN {low} AND {high} THEN NULL ELSE mm END AS length_mm FROM (
            SELECT f.* EXCLUDE (unit), {UNIT} AS unit_read, coalesce(f.operator_id, 0) <> 0 AND o.name IS DISTINCT FROM '=' AS is_limit,
                CASE {UNIT} WHEN 'mm' THEN f.number WHEN 'cm' THEN round(f.number * {MM_IN_A_CM}, 6) END AS mm
            FROM inside AS f {WITH_UNIT} LEFT JOIN concept_name AS o ON o.id = f.operator_id
            WHERE f.concept = 'cervical_length_ultrasound' AND f.source IN ('measurement', 'observation') AND f.judged AND f.during)""")
    db.execute(f"INSERT INTO conflict SELECT person_id, day, '{NO_UNIT}' FROM length WHERE number IS NOT NULL AND (unit_read IS NULL OR mm IS NULL)")
    db.execute(f"INSERT INTO conflict SELECT person_id, day, '{NOT_READ}' FROM length WHERE mm IS NOT NULL AND length_mm IS NULL")
    db.execute(f"INSERT INTO conflict SELECT person_id, day, '{SHORT}' FROM length WHERE length_mm < {rules.length_to_confirm_below_mm}")
    db.execute(f"""
        CREATE TABLE through AS SELECT p.key AS scan_key, l.key FROM inside AS p
        JOIN (SELECT *, count(*) OVER (PARTITION BY person_id, day, visit_id) AS together FROM length) AS l
            ON l.person_id = p.person_id AND l.day = p.day AND (l.points_to = p.id OR (l.visit_id = p.visit_id AND l.together = 1))
        WHERE p.source = 'procedure_occurrence' AND p.concept IN ({_listed([*BY_SCAN])})""")
    db.execute("INSERT INTO used SELECT key FROM length UNION ALL SELECT scan_key FROM through")
    columns = {"pregnancy_id": "f.pregnancy_id", "entry": "row_number() OVER (PARTITION BY f.pregnancy_id ORDER BY f.day, f.id, f.key)", '"on"': "f.day"}
    columns = {name.strip('"'): each for name, each in columns.items()} | {"route": "r.route", "cervical_length_mm": "f.length_mm"}
    return put("scans", columns, f"""length AS f LEFT JOIN (SELECT key, min(route) AS route FROM (
        {routes} UNION ALL SELECT key, 'transvaginal' FROM through) GROUP BY key HAVING count(DISTINCT route) = 1) AS r USING (key)""")  # fmt: skip


def examinations(rules: Rules, db: Db) -> str:
    """Return the SQL of what was found on each day; where findings of a day contradict each other, nothing is known of that."""
    named = {column.name: column.kind for column in TABLES["examinations"]}
    rows = ", ".join(f"({literal(concept)}, {literal(name)}, {literal(_as_number(value))})" for concept, (name, value) in SEEN.items())
    low, high = rules.dilation_cm
    felt = f"CASE {UNIT} WHEN 'cm' THEN f.number WHEN 'mm' THEN f.number / {MM_IN_A_CM} END"
    width = f"CASE WHEN f.concept = 'dilation_stated' THEN CAST(f.carried AS DOUBLE) ELSE {felt} END"
    db.execute(f"""
        CREATE TABLE sign AS SELECT f.key, f.person_id, f.pregnancy_id, f.day, s.name, CAST(s.value AS DOUBLE) AS value FROM inside AS f
            JOIN (VALUES {rows}) AS s (concept, name, value) ON s.concept = f.concept WHERE f.judged AND f.during
        UNION ALL SELECT * FROM (SELECT f.key, f.person_id, f.pregnancy_id, f.day, 'dilation_cm', {width} AS value FROM inside AS f {WITH_UNIT}
            WHERE f.concept IN ({_listed([*DILATIONS])}) AND f.judged AND f.during) WHERE value BETWEEN {low} AND {high}""")
    db.execute("INSERT INTO used SELECT key FROM sign")
    db.execute(f"INSERT INTO conflict SELECT person_id, day, '{SIGNS}' FROM sign GROUP BY person_id, pregnancy_id, day, name HAVING count(DISTINCT value) > 1")
    names = sorted({name for name, _ in SEEN.values()} | {"dilation_cm"})
    agreed = ", ".join(
        f"CASE WHEN count(DISTINCT value) FILTER (WHERE name = '{name}') = 1 THEN min(value) FILTER (WHERE name = '{name}') END AS {name}" for name in names
    )
    columns = {"pregnancy_id": "pregnancy_id", "entry": "row_number() OVER (PARTITION BY pregnancy_id ORDER BY day)", "on": "day"}
    columns |= {name: f"{name} > 0" if named[name] == "boolean" else name for name in names}
    return put("examinations", columns, f"(SELECT pregnancy_id, day, {agreed} FROM sign GROUP BY pregnancy_id, day)")


def _as_number(value: str) -> int:
    return {"yes": 1, "no": 0}.get(value, 0) if not value.isdigit() else int(value)
