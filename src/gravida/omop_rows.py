# ruff: noqa: S608 - every name in a query is one of ours, and every value comes from the knowledge
"""The rows of an OMOP database that speak of what we read: one table of events, one of what each of them means.

Every row is counted. One whose concept is not known is set aside by that; of the others each either becomes part of a
pregnancy, or has a reason why not.

>>> REASONS[:2]
('concept not mapped', 'person not in the person table')
"""

from gravida.fhir_history import AT_BIRTH, OUTCOMES
from gravida.omop_meaning import name_patterns
from gravida.omop_method import Method
from gravida.omop_source import EVENTS, TYPES, Db, Source, literal
from gravida.sources import Rules

EXTENSION = "pregnancy_episode"
UNMAPPED = "concept not mapped"
NOBODY = "person not in the person table"
NO_DATE = "no date"
IMPOSSIBLE = "impossible date"
CHILD = "a child's record"
SAYS_NO = "its value says that it is not so"
TWICE = "says the same as another row"
NO_VALUE = "no value that can be read"
NO_UNIT = "unit missing or not known"
CONTRADICTS = "dates no pregnancy of its day"
OUTSIDE = "outside any pregnancy"
NOT_JUDGED = "in a pregnancy outside every observation period"
UNREAD = "does not say enough for the record"
REASONS = (UNMAPPED, NOBODY, NO_DATE, IMPOSSIBLE, CHILD, SAYS_NO, TWICE, NO_VALUE, NO_UNIT, CONTRADICTS, OUTSIDE, NOT_JUDGED, UNREAD)
"""Why a row is set aside; of several the first."""

MORE_OUTCOMES: dict[str, dict[str, str]] = {
    "ectopic_pregnancy": {"outcome": "ectopic"}, "termination": {"outcome": "termination"}, "caesarean": {}, AT_BIRTH[0]: {},
}  # fmt: skip
"""What else says that a pregnancy ended, beside what is read from FHIR. A gestation at birth says so too, and not how."""
QUESTIONS = ("pregnancy_outcome", "pregnancy_status", "cerclage_finding")
"""Concepts that ask, and that a concept answers."""
ENDINGS = {**OUTCOMES, **MORE_OUTCOMES}
ONCE = (
    "person_id",
    "concept_id",
    "source_concept_id",
    "source_value",
    "day",
    "until",
    "number",
    "unit_id",
    "unit",
    "words",
    "value_id",
    "value_day",
    "route_id",
    "route",
)
"""What two rows share that say the same."""
LISTED = ("measurement", "drug_exposure")
"""Where it matters, because each row becomes an entry of a list; elsewhere rows that say the same are one fact."""


def make_rows(source: Source, method: Method, rules: Rules, db: Db) -> None:
    """Make ``event``, each row with its meanings; ``row``, the reason if it is set aside; and ``finding``, one row for each meaning of the others."""
    columns = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
    db.execute("CREATE SEQUENCE keys")
    db.execute(f"CREATE TABLE event (key BIGINT, source VARCHAR, {columns}, meanings STRUCT(concept VARCHAR, carried INTEGER)[])")
    for event in EVENTS:
        if event.table in source.rows:
            db.execute(f"INSERT INTO event {_selected(event.table, method)}")
    if EXTENSION in source.rows:
        db.execute(_extension(method))
    _set_aside(source, method, rules, db)
    stand = "FROM event SEMI JOIN (FROM row WHERE reason IS NULL) USING (key)"
    rest = "* EXCLUDE (concept_id, source_concept_id, meanings)"
    db.execute(f"""CREATE TABLE finding AS SELECT {rest}, meanings[1].concept AS concept, meanings[1].carried AS carried {stand} WHERE len(meanings) = 1
        UNION ALL SELECT * EXCLUDE (meanings), unnest(meanings, recursive := true) FROM (
            SELECT * EXCLUDE (concept_id, source_concept_id) {stand} WHERE len(meanings) > 1)""")
    db.execute("DROP TABLE event")
    db.execute("CREATE TABLE used (key BIGINT)")
    db.execute("CREATE TABLE aside (key BIGINT, reason VARCHAR)")


def _selected(table: str, method: Method) -> str:
    columns = ", ".join(f"r.{name}" for name in TYPES)
    named = _named(method) if table == "drug_exposure" else "NULL"
    meanings = f"coalesce(s.meanings, c.meanings, t.meanings, {named})"
    if table == "observation":  # the code is a question, and a concept may be its answer
        asked = f"list_has_any(list_transform({meanings}, lambda m: m.concept), [{', '.join(literal(each) for each in QUESTIONS)}])"
        meanings = f"CASE WHEN v.meanings IS NOT NULL AND {asked} THEN v.meanings ELSE {meanings} END"
    return f"""
        SELECT nextval('keys'), '{table}', {columns}, {meanings} FROM src_{table} AS r
        LEFT JOIN by_id AS s ON s.id = r.source_concept_id LEFT JOIN by_id AS c ON c.id = r.concept_id
        LEFT JOIN by_id AS v ON v.id = r.value_id LEFT JOIN by_text AS t ON t.id = r.source_value WHERE {meanings} IS NOT NULL
    """


def _named(method: Method) -> str:
    """Return the SQL of what a medicine is by the name that the source wrote."""
    cases = (f"WHEN regexp_matches(lower(r.source_value), {literal(pattern)}) THEN {_meaning(literal(concept))}" for concept, pattern in name_patterns(method))
    return f"CASE {' '.join(cases)} END"


def _meaning(concept: str) -> str:
    return f"[{{'concept': {concept}, 'carried': CAST(NULL AS INTEGER)}}]"


def _extension(method: Method) -> str:
    """Return the SQL of the pregnancies that a site has worked out itself: each is an outcome on its last day, with its first."""
    by_category = " ".join(f"WHEN '{each.category}' THEN '{_said(each.outcome)}'" for each in method.outcomes)
    meanings = "coalesce(c.meanings, " + _meaning(f"CASE upper(e.words) {by_category} ELSE '{AT_BIRTH[0]}' END") + ")"
    columns = ", ".join(
        {"person_id": "e.person_id", "day": "e.day", "value_day": "e.first", "concept_id": "e.concept_id"}.get(name, f"CAST(NULL AS {kind})")
        for name, kind in TYPES.items()
    )
    return (
        f"INSERT INTO event SELECT nextval('keys'), '{EXTENSION}', {columns}, {meanings} FROM src_{EXTENSION} AS e LEFT JOIN by_id AS c ON c.id = e.concept_id"
    )


def _said(outcome: str) -> str:
    """Return a concept that says an outcome and no more."""
    return next((concept for concept, said in ENDINGS.items() if said == ({"outcome": outcome} if outcome else {})), AT_BIRTH[0])


def _set_aside(source: Source, method: Method, rules: Rules, db: Db) -> None:
    """Give a reason to every row that can be about no pregnancy, or that says what another says."""
    denials = ", ".join(literal(word) for word in method.denials)
    last = "(SELECT max(coalesce(released, made)) FROM src_cdm_source)"
    birth = "format('{:04d}-{:02d}-{:02d}', year, coalesce(month, 1), coalesce(day, 1))"
    db.execute(f"CREATE TABLE born AS SELECT person_id, min(try_cast({birth} AS DATE)) AS born "
               "FROM src_person WHERE person_id IS NOT NULL GROUP BY person_id")  # fmt: skip
    same, listed = ", ".join(ONCE), ", ".join(literal(table) for table in LISTED)
    db.execute(f"CREATE TABLE twice AS SELECT key FROM (FROM event WHERE source IN ({listed})) WHERE key NOT IN "
               f"(SELECT arg_min(key, {{'id': id, 'key': key}}) FROM event WHERE source IN ({listed}) GROUP BY source, {same})")  # fmt: skip
    cases = [
        ("e.person_id IS NULL" + (" OR b.person_id IS NULL" if "person" in source.rows else ""), NOBODY),
        ("e.day IS NULL", NO_DATE),
        (f"e.day < b.born OR e.day > {last} OR e.day < DATE '1900-01-01'", IMPOSSIBLE),
        (f"date_diff('day', b.born, e.day) < {rules.youngest_days}", CHILD),
        (f"e.source = 'observation' AND (lower(e.words) IN ({denials}) OR lower(a.name) IN ({denials}))", SAYS_NO),
        ("t.key IS NOT NULL", TWICE),
    ]
    chosen = " ".join(f"WHEN {when} THEN {literal(reason)}" for when, reason in cases)
    db.execute(f"""
        CREATE TABLE row AS SELECT e.key, e.source, CASE {chosen} END AS reason FROM event AS e LEFT JOIN born AS b ON b.person_id = e.person_id
        LEFT JOIN twice AS t ON t.key = e.key LEFT JOIN concept_name AS a ON a.id = e.value_id AND e.value_id <> 0 AND e.source = 'observation'""")
