# ruff: noqa: S608 - every name in a query is one of ours, and every value comes from the knowledge
"""Pregnancies out of an OMOP database, by a published method: outcomes first, then what dates them, then what is left.

The rules, with their sources and locators, stand in ``knowledge/sources/omop.yaml`` and are named here:

=============== =======================================================================================================
hierarchy       of outcomes too close for two pregnancies one is taken, a live birth first
spacing         how close that is
term            how long a pregnancy may have lasted that ends so, if nothing dates it
gestation_alone what dates a pregnancy and fits no outcome is a pregnancy whose end is not known
=============== =======================================================================================================

Two more bear on it. Whether a loss was in the second trimester follows from its gestation (``second_trimester``), and waters
that broke are no delivery record (``no_false_delivery``), so no concept for them stands in :data:`gravida.omop_rows.ENDINGS`.
No limit throws anything away: an outcome outside of its limits, or one that differs from the one that is taken, is a
conflict, and conflicts are told.
"""

from gravida.omop_dating import AT_END, DATING_CONCEPTS, KINDS, WORKED_OUT
from gravida.omop_method import Method
from gravida.omop_rows import CONTRADICTS, ENDINGS, EXTENSION
from gravida.omop_source import Db, literal
from gravida.sources import Rules

Conflict = str
OTHER_OUTCOME: Conflict = "outcomes differ; the first of the hierarchy is used"
OUTSIDE_TERM: Conflict = "the gestation lies outside the published limits of the outcome; both are kept"
DATES_DIFFER: Conflict = "dates of one pregnancy differ by more than the limit; the due date governs, or what comes next"
OVERLAP: Conflict = "two pregnancies overlap; the second is read from the day after the first"
GOVERNS = "arg_min({'low': low, 'high': high}, {'a': rank, 'b': date_diff('day', day, DATE '2100-01-01'), 'c': place, 'd': low, 'e': high})"
"""Of what dates a pregnancy the surest kind governs, and of one kind the newest."""


def make_episodes(method: Method, rules: Rules, db: Db) -> None:
    """Make ``episode``: one row for each pregnancy of each person, numbered in time, and ``conflict``."""
    db.execute("CREATE TABLE conflict (person_id BIGINT, day DATE, kind VARCHAR)")
    _make_ends(method, db)
    _attach(method, rules, db)
    _alone(rules, db)
    _number(method, rules, db)
    _link(rules, db)
    _tell(method, rules, db)


def _make_ends(method: Method, db: Db) -> None:
    """Make ``ending``, what each concept says of an end; ``end_event``, each such row; and ``chosen``, one row for each pregnancy that ended."""
    ranks = {each.category: rank for rank, each in enumerate(method.outcomes, start=1)}
    rows = [
        (concept, ranks[method.category_of(said.get("outcome", ""))], *(said.get(name) for name in ("outcome", "onset", "labour", "ended")))
        for concept, said in ENDINGS.items()
    ]
    values = ", ".join(f"({', '.join(literal(value) for value in row)})" for row in rows)
    db.execute(f"CREATE TABLE ending AS FROM (VALUES {values}) AS k (concept, rank, outcome, onset, labour, trimester)")
    db.execute("CREATE TABLE end_event AS SELECT f.key, f.person_id, f.day, k.* FROM finding AS f JOIN ending AS k ON k.concept = f.concept")
    apart = [[method.spacing_days[first.category][second.category] for second in method.outcomes] for first in method.outcomes]
    close = f"""CASE WHEN x[1].day >= a.day THEN date_diff('day', a.day, x[1].day) < ({apart})[a.rank][x[1].rank]
        ELSE date_diff('day', x[1].day, a.day) < ({apart})[x[1].rank][a.rank] END"""
    db.execute(f"""
        CREATE TABLE chosen AS SELECT person_id, unnest(kept, recursive := true) FROM (
            SELECT person_id, CASE WHEN count(*) = 1 THEN [{{'rank': min(rank), 'day': min(day)}}] ELSE
                list_reduce(list([{{'rank': rank, 'day': day}}] ORDER BY rank, day),
                lambda acc, x: CASE WHEN len(list_filter(acc, lambda a: {close})) > 0 THEN acc ELSE acc || x END) END AS kept
            FROM (SELECT person_id, day, min(rank) AS rank FROM end_event GROUP BY person_id, day) GROUP BY person_id)""")
    db.execute("""
        CREATE TABLE end_of AS SELECT e.key, e.concept, arg_min(c.day, {'apart': abs(date_diff('day', e.day, c.day)), 'day': c.day}) AS ended_on
        FROM end_event AS e JOIN chosen AS c ON c.person_id = e.person_id GROUP BY e.key, e.concept""")


def _attach(method: Method, rules: Rules, db: Db) -> None:
    """Make ``fits``: for what dates a pregnancy, the end that it fits, which is the first that can follow it."""
    shortest = min(each.days[0] for each in method.outcomes)
    at_end = f"d.kind IN ('{AT_END}', '{WORKED_OUT}')"
    db.execute(f"""
        CREATE TABLE fits AS SELECT d.key, d.kind, min(c.day) AS ended_on FROM dating AS d JOIN chosen AS c ON c.person_id = d.person_id
            AND CASE WHEN {at_end} THEN abs(date_diff('day', c.day, d.day)) <= {rules.one_event}
                ELSE c.day >= d.day - {rules.one_event} AND c.day >= d.low + {shortest} END
        GROUP BY d.key, d.kind, d.high HAVING min(c.day) <= d.high + {rules.longest_gestation + rules.one_event}""")
    surest = "{'a': g_high - g_low, 'b': abs(date_diff('day', d.day, ended_on)), 'c': rank, 'd': g_low}"
    of_end = f"arg_min({{'low': g_low, 'high': g_high}}, {surest}) FILTER (WHERE {at_end})"
    db.execute(f"""
        CREATE TABLE ended AS SELECT c.person_id, c.day AS ended_on, c.rank, g.* EXCLUDE (person_id, ended_on) FROM chosen AS c LEFT JOIN (
            SELECT d.person_id, f.ended_on, {GOVERNS} AS start, {of_end} AS at_end, date_diff('day', min(d.high), max(d.low)) AS apart
            FROM dating AS d JOIN fits AS f USING (key, kind) GROUP BY d.person_id, f.ended_on
        ) AS g ON g.person_id = c.person_id AND g.ended_on = c.day""")


def _alone(rules: Rules, db: Db) -> None:
    """Make ``alone``: pregnancies that only a gestation, a due date or a last period tells of, which fit no outcome (rule gestation_alone)."""
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    db.execute(f"INSERT INTO aside SELECT key, '{CONTRADICTS}' FROM dating ANTI JOIN fits USING (key, kind) WHERE kind NOT IN ({kinds})")
    db.execute(f"""
        CREATE TABLE alone AS SELECT person_id, {GOVERNS} AS start,
            date_diff('day', min(high), max(low)) AS apart FROM (
            SELECT *, sum(CAST(fresh AS INTEGER)) OVER (PARTITION BY person_id ORDER BY low, key) AS part FROM (
                SELECT *, coalesce(date_diff('day', lag(low) OVER (PARTITION BY person_id ORDER BY low, key), low)
                    > {rules.shortest_pregnancy_gap}, false) AS fresh
                FROM dating ANTI JOIN fits USING (key, kind) WHERE kind IN ({kinds})))
        GROUP BY person_id, part""")


def _number(method: Method, rules: Rules, db: Db) -> None:
    """Make ``episode``: outcomes and what stands alone, in time, each from its first day to its last."""
    longest = " ".join(f"WHEN {rank} THEN {each.days[1]}" for rank, each in enumerate(method.outcomes, start=1))
    db.execute(f"""
        CREATE TABLE numbered AS SELECT *, row_number() OVER (PARTITION BY person_id ORDER BY placed, begins) AS number,
            max(ended_on) OVER (PARTITION BY person_id ORDER BY placed, begins ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before,
            lead(begins) OVER (PARTITION BY person_id ORDER BY placed, begins) AS next_begins FROM (
            SELECT person_id, ended_on, rank, at_end, start, apart, ended_on AS placed,
                coalesce(start.low, ended_on - coalesce(at_end.high, CASE rank {longest} END)) AS begins FROM ended
            UNION ALL SELECT person_id, NULL, NULL, NULL, start, apart, start.high + {rules.longest_gestation}, start.low FROM alone)""")
    db.execute(f"""
        CREATE TABLE spans AS SELECT *, coalesce(greatest(begins, before + 1), begins) AS first_day,
            coalesce(ended_on, least(start.high + {rules.longest_gestation}, coalesce(next_begins - 1, start.high + {rules.longest_gestation}))) AS last_day,
            coalesce(at_end.low, date_diff('day', start.high, ended_on)) AS ended_low,
            coalesce(at_end.high, date_diff('day', start.low, ended_on)) AS ended_high
        FROM numbered""")
    db.execute("""
        CREATE TABLE episode AS SELECT s.*, CAST(s.person_id AS VARCHAR) || '-' || s.number AS pregnancy_id, p.first AS watched_from, p.last AS watched_until,
            p.first IS NOT NULL OR s.person_id NOT IN (SELECT person_id FROM src_observation_period WHERE person_id IS NOT NULL AND first IS NOT NULL) AS judged
        FROM spans AS s LEFT JOIN (
            SELECT s.person_id, s.number, min(p.first) AS first, max(p.last) AS last FROM spans AS s
            JOIN src_observation_period AS p ON p.person_id = s.person_id AND p.first <= s.last_day AND p.last >= s.first_day GROUP BY s.person_id, s.number
        ) AS p ON p.person_id = s.person_id AND p.number = s.number""")


def _link(rules: Rules, db: Db) -> None:
    """Make ``inside``: each finding that lies in a pregnancy, or so close after it that it is about its end; and what it dates goes to its own."""
    elsewhere = ", ".join(literal(concept) for concept in sorted({*ENDINGS, *DATING_CONCEPTS}))
    db.execute(f"CREATE VIEW other AS SELECT * FROM finding WHERE concept NOT IN ({elsewhere}) AND source <> '{EXTENSION}'")
    db.execute(f"""
        CREATE TABLE placed AS SELECT f.person_id, f.day, e.number, e.pregnancy_id, e.judged, f.day <= e.last_day AS during
        FROM (SELECT DISTINCT person_id, day FROM other) AS f ASOF JOIN episode AS e ON e.person_id = f.person_id AND e.first_day <= f.day
        WHERE f.day <= e.last_day + {rules.one_event}""")
    db.execute(
        "CREATE TABLE inside AS SELECT f.*, p.* EXCLUDE (person_id, day) FROM other AS f JOIN placed AS p ON p.person_id = f.person_id AND p.day = f.day"
    )
    db.execute("""
        CREATE TABLE dates AS SELECT d.*, e.number, e.pregnancy_id, e.judged FROM dating AS d JOIN fits AS f USING (key, kind)
            JOIN episode AS e ON e.person_id = d.person_id AND e.ended_on = f.ended_on
        UNION ALL SELECT d.*, e.number, e.pregnancy_id, e.judged FROM (FROM dating ANTI JOIN fits USING (key, kind)) AS d
            ASOF JOIN (FROM episode WHERE ended_on IS NULL) AS e ON e.person_id = d.person_id AND e.begins <= d.low""")
    db.execute("INSERT INTO used SELECT key FROM end_of UNION ALL SELECT key FROM dates")


def _tell(method: Method, rules: Rules, db: Db) -> None:
    """Tell what contradicts itself."""
    db.execute(f"""
        INSERT INTO conflict SELECT DISTINCT v.person_id, o.ended_on, '{OTHER_OUTCOME}' FROM end_of AS o JOIN end_event AS v USING (key, concept)
        JOIN ended AS e ON e.person_id = v.person_id AND e.ended_on = o.ended_on JOIN ending AS k ON k.rank = e.rank
        WHERE v.outcome IS NOT NULL AND k.outcome IS NOT NULL AND v.outcome <> k.outcome""")
    outside = " OR ".join(
        f"(rank = {rank} AND (ended_high < {each.days[0]} OR ended_low > {each.days[1]}))" for rank, each in enumerate(method.outcomes, start=1)
    )
    db.execute(f"INSERT INTO conflict SELECT person_id, ended_on, '{OUTSIDE_TERM}' FROM episode WHERE {outside}")
    db.execute(f"INSERT INTO conflict SELECT person_id, last_day, '{DATES_DIFFER}' FROM episode WHERE apart > {rules.dating_conflict}")
    db.execute(f"INSERT INTO conflict SELECT person_id, last_day, '{OVERLAP}' FROM episode WHERE start IS NOT NULL AND begins <= before")
