# ruff: noqa: S608 - every name in a query is one of ours, and every value comes from the knowledge
"""What concepts of OMOP mean here: by their number, by the code behind it, or by the code that a source wrote.

A concept is looked up by its code and vocabulary in the CONCEPT table, else by its number where the knowledge has it. What
the source wrote goes before what it was mapped to, because a mapping loses: O34.3 becomes "cervical incompetence", and
holds for a cerclage alone.
"""

from collections.abc import Iterator, Sequence

from gravida.codes import ANY_END, Codes
from gravida.omop_method import Method
from gravida.omop_source import EVENTS, Db, literal

OMOP = "omop"
SUREST, SURE, LEAST = 1000, 999, 1
"""How exactly a concept was found: by its code, by its number, and at the end by a word of its name; else by how long a beginning fits."""


def make_meanings(codes: Codes, method: Method, db: Db) -> None:
    """Make ``by_id`` and ``by_text``, and ``unit_of`` for units."""
    _insert(db, "coded", "system VARCHAR, code VARCHAR, any_end BOOLEAN, concept VARCHAR, carried INTEGER", _coded(codes))
    _insert(db, "vocabulary", "name VARCHAR, system VARCHAR, dots BOOLEAN", _vocabularies(codes, method))
    _insert(db, "medicine_name", "concept VARCHAR, pattern VARCHAR", name_patterns(method))
    db.execute(f"CREATE TABLE by_id AS {_grouped(_by_id())}")
    _insert(db, "without_vocabulary", "system VARCHAR, dots BOOLEAN, place INTEGER", _alone(codes, method))
    texts = " UNION ".join(f"SELECT source_value AS id FROM src_{event.table} WHERE source_value IS NOT NULL" for event in EVENTS)
    db.execute(f"CREATE TABLE source_text AS {texts}")
    db.execute(f"CREATE TABLE by_text AS {_grouped(_by_text())}")
    db.execute("CREATE TABLE concept_name AS SELECT id, min(name) AS name FROM src_concept WHERE id IN (SELECT value_id FROM src_observation UNION "
               "SELECT route_id FROM src_drug_exposure UNION SELECT operator_id FROM src_measurement) GROUP BY id")  # fmt: skip
    _make_units(method, db)


def _insert(db: Db, table: str, columns: str, rows: Iterator[Sequence[object]]) -> None:
    db.execute(f"CREATE TABLE {table} ({columns})")
    values = ", ".join(f"({', '.join(literal(value) for value in row)})" for row in rows)
    if values:
        db.execute(f"INSERT INTO {table} VALUES {values}")


def _coded(codes: Codes) -> Iterator[tuple[object, ...]]:
    """Yield every code that somebody has seen, and slips under what was meant."""
    for row in codes.rows:
        if row.confidence != "recalled":
            yield row.system, codes.systems[row.system].normal(row.code.removesuffix(ANY_END)), row.is_beginning, row.concept, row.value


def _vocabularies(codes: Codes, method: Method) -> Iterator[tuple[object, ...]]:
    for name, system in method.vocabularies.items():
        if system in codes.systems:
            yield name, system, codes.systems[system].dots


def _alone(codes: Codes, method: Method) -> Iterator[tuple[object, ...]]:
    for place, system in enumerate(method.without_vocabulary):
        if system in codes.systems:
            yield system, codes.systems[system].dots, place


def name_patterns(method: Method) -> Iterator[tuple[str, str]]:
    """Yield patterns of names of medicines, as words of their own."""
    for concept, words in method.medicine_names.items():
        yield concept, f"(^|[^a-z])({'|'.join(words)})([^a-z]|$)"


def _normal(column: str) -> str:
    return f"CASE WHEN v.dots THEN upper(trim({column})) ELSE replace(upper(trim({column})), '.', '') END"


def _by_id() -> str:
    return f"""
        SELECT CAST(code AS BIGINT) AS id, {SURE} AS sure, concept, carried FROM coded WHERE system = '{OMOP}'
        UNION ALL {_matched("SELECT c.id, v.system, c.code AS text, v.dots, 0 AS place FROM src_concept AS c JOIN vocabulary AS v ON v.name = c.vocabulary")}
        UNION ALL
        SELECT c.id, {LEAST}, n.concept, NULL FROM src_concept AS c JOIN medicine_name AS n ON regexp_matches(lower(c.name), n.pattern) WHERE c.domain = 'Drug'
    """


def _by_text() -> str:
    return _matched("SELECT t.id, v.system, t.id AS text, v.dots, v.place FROM source_text AS t CROSS JOIN without_vocabulary AS v")


def _matched(query: str) -> str:
    """Return the SQL of the codes that a text is, or begins with; of several systems the first goes before the others."""
    code = "CASE WHEN dots THEN upper(trim(text)) ELSE replace(upper(trim(text)), '.', '') END"
    normal = f"(SELECT id, system, place, {code} AS code FROM ({query}))"
    return f"""
        SELECT n.id, {SUREST} - n.place AS sure, k.concept, k.carried FROM {normal} AS n JOIN coded AS k ON k.system = n.system AND k.code = n.code
        WHERE NOT k.any_end
        UNION ALL
        SELECT n.id, 2 + length(k.code), k.concept, k.carried FROM {normal} AS n
        JOIN (FROM coded WHERE any_end) AS k ON k.system = n.system AND starts_with(n.code, k.code)
    """


def _grouped(query: str) -> str:
    """Return the SQL of one row for each id, with the meanings that were found most exactly."""
    return f"""
        WITH found AS ({query}), best AS (SELECT *, max(sure) OVER (PARTITION BY id) AS surest FROM found)
        SELECT id, list(DISTINCT {{'concept': concept, 'carried': carried}} ORDER BY {{'concept': concept, 'carried': carried}}) AS meanings
        FROM best WHERE sure = surest GROUP BY id
    """


def _make_units(method: Method, db: Db) -> None:
    """Make the units by the number of their concept, and by their words."""
    rows = [(name, word) for name, unit in method.units.items() for word in unit.words]
    _insert(db, "unit_word", "unit VARCHAR, word VARCHAR", iter(rows))
    _insert(db, "unit_number", "unit VARCHAR, id BIGINT", ((name, number) for name, unit in method.units.items() for number in unit.concepts))
    db.execute("""
        CREATE TABLE unit_of AS SELECT id, min(unit) AS unit FROM (
            SELECT id, unit FROM unit_number UNION ALL
            SELECT c.id, w.unit FROM src_concept AS c JOIN unit_word AS w ON lower(c.code) = w.word WHERE c.vocabulary = 'UCUM'
        ) GROUP BY id""")
