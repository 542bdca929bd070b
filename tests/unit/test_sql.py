"""The SQL engine alone: how its queries read, and the traps that random tests found or would take long to find."""

import pytest

from gravida.cql import parse
from gravida.evaluate import Entries, Meaning, World, truth
from gravida.facts import BOOLEAN, TRUTHS, EntryList, Field, Observed, Pick, Range, Truths, Type, Words
from gravida.sql import Sql, schema
from gravida.sql_tables import MOST_COLUMNS, Counted, Tables, answers

WORDS = Words("a toy")
MM = Type("decimal", low=0, high=80)
DAYS = Type("integer", low=0, high=320)


def scans_with(**fields: Type) -> dict[str, EntryList]:
    return {"scans": EntryList("scans", "scans", False, {name: Field(name, kind, name, WORDS) for name, kind in fields.items()})}


LENGTH = Pick("length_mm", MM, "scans", "s", "", "shortest", "mm", WORDS)
NEAR = Truths("near", "scans", "s", "", WORDS, TRUTHS)
FEVER, SHORT = (Observed(name, kind, name, WORDS) for name, kind in (("fever", BOOLEAN), ("short_mm", MM)))
MEANING = Meaning(
    {fact.name: fact for fact in (LENGTH, NEAR, FEVER, SHORT)},
    scans_with(mm=MM, close=BOOLEAN, age_days=DAYS),
    {"length_mm": parse("s.close"), "near": parse("s.close and s.mm < 30")},
)

QUERY = """\
WITH count_scans AS (
  SELECT
    record_id,
    COUNT(*) FILTER(WHERE
      scans.close
      AND (
        CASE
          WHEN scans.mm_high < 30
          THEN TRUE
          WHEN scans.mm_low >= 30
          THEN FALSE
          ELSE NULL
        END
      )) AS near_certain,
    COUNT(*) FILTER(WHERE
      NOT (
        scans.close
        AND (
          CASE
            WHEN scans.mm_high < 30
            THEN TRUE
            WHEN scans.mm_low >= 30
            THEN FALSE
            ELSE NULL
          END
        )
      ) IS FALSE) AS near_possible
  FROM "scans"
  GROUP BY
    record_id
)
SELECT
  records.record_id,
  (
    CASE
      WHEN NOT records."scans_known"
      THEN NULL
      WHEN COALESCE(count_scans.near_certain, 0) >= 2
      THEN TRUE
      WHEN COALESCE(count_scans.near_possible, 0) < 2
      THEN FALSE
      ELSE NULL
    END
  )
  AND (
    NOT records.fever
  ) AS "example-2024/two-scans"
FROM records
LEFT JOIN count_scans
  ON count_scans.record_id = records.record_id"""


def test_a_query_is_printed_to_be_read():
    assert Sql(MEANING).query({"example-2024/two-scans": parse("AtLeast(2, near) and not fever")}) == QUERY


def test_a_second_query_does_not_drag_along_the_tables_of_the_first():
    sql = Sql(MEANING)
    sql.query({"first": parse("AtLeast(2, near)")})

    assert "near" not in sql.query({"second": parse("not fever")})


def test_tables_hold_what_a_record_holds_and_nothing_that_is_worked_out():
    assert schema({"fever": BOOLEAN, "short_mm": MM}, scans_with(mm=MM, close=BOOLEAN)) == [
        'CREATE TABLE records (record_id BIGINT PRIMARY KEY, "scans_known" BOOLEAN NOT NULL, "fever" BOOLEAN, "short_mm_low" DOUBLE, "short_mm_high" DOUBLE)',
        'CREATE TABLE "scans" (record_id BIGINT, entry INTEGER, described BOOLEAN, "mm_low" DOUBLE, "mm_high" DOUBLE, "close" BOOLEAN)',
    ]


@pytest.mark.parametrize("text", ["0.1 + 0.2 = 0.3", "short_mm + (0.1 - 0.3) = 0.8", "2147483647 + 1 > 2147483647"])
def test_numbers_are_doubles_on_both_engines(text):
    world = World(MEANING, {"short_mm": 1.0}, {})

    assert answers({1: world}, {"sum": parse(text)}, MEANING) == {1: {"sum": truth(parse(text), world)}}


def test_a_field_has_the_kind_that_its_own_list_gives_it():
    """``size`` and ``width`` are words in one list and numbers in the other."""
    word = Type("string", ("large", "small"))
    notes = EntryList("notes", "notes", False, {name: Field(name, word, name, WORDS) for name in ("size", "width")})
    alike = Truths("alike", "notes", "n", "", WORDS)
    meaning = Meaning({"alike": alike}, {**scans_with(size=MM, width=MM), "notes": notes}, {"alike": parse("n.size = n.width")})
    world = World(meaning, {}, {"notes": Entries(({"size": "large", "width": "large"}, {"size": "large", "width": "small"}))})

    assert answers({1: world}, {"any": parse("AtLeast(1, alike)"), "all": parse("AtLeast(2, alike)")}, meaning) == {1: {"any": True, "all": False}}


def test_a_pick_from_a_list_without_days_can_be_worked_out():
    meaning = Meaning({"length_mm": LENGTH}, scans_with(mm=MM), {})
    world = World(meaning, {}, {"scans": Entries(({"mm": 24}, {"mm": 31}))})
    with Tables(meaning) as tables:
        tables.load({1: world})

        assert tables.values(["length_mm"]) == {1: {"length_mm": 24}}


def test_terms_of_two_guidelines_whose_names_look_alike_stay_apart():
    facts = {name: Truths(name, "scans", "s", "", WORDS) for name in ("who/short_cervix", "who_short/cervix")}
    criteria = {"who/short_cervix": parse("s.mm < 20"), "who_short/cervix": parse("s.mm < 30")}
    meaning = Meaning(facts, scans_with(mm=MM), criteria)
    with Tables(meaning) as tables:
        tables.load({1: World(meaning, {}, {"scans": Entries(({"mm": 25},))})})

        assert tables.values(list(facts)) == {1: {"who/short_cervix": Counted(0, 0), "who_short/cervix": Counted(1, 1)}}


def test_more_criteria_than_fit_in_one_query_are_all_answered():
    criteria = {f"shorter than {limit}": parse(f"short_mm < {limit}") for limit in range(2 * MOST_COLUMNS + 1)}
    found = answers({7: World(MEANING, {"short_mm": 60}, {})}, criteria, MEANING)

    assert found == {7: {name: limit > 60 for limit, name in enumerate(criteria)}}


def test_every_kind_of_value_comes_back_as_it_went_in():
    scans = Entries(({"mm": Range(20, 30), "close": True}, {"mm": 25, "close": None}), missing=1)
    worlds = {1: World(MEANING, {"fever": False, "short_mm": Range(1.5, 2)}, {"scans": scans}), 2: World(MEANING, {}, {})}
    with Tables(MEANING) as tables:
        tables.load(worlds)

        assert tables.values(["fever", "short_mm", "near", "length_mm"]) == {
            1: {"fever": False, "short_mm": Range(1.5, 2), "near": Counted(0, 3), "length_mm": None},
            2: {"fever": None, "short_mm": None, "near": None, "length_mm": None},
        }


def test_profiles_are_the_combinations_that_occur_each_with_its_first_record():
    worlds = {number: World(MEANING, {"fever": fever}, {}) for number, fever in enumerate([True, None, True, None, False])}
    with Tables(MEANING) as tables:
        tables.load(worlds)

        assert tables.profiles(["fever"]) == {0: {"fever": True}, 1: {"fever": None}, 4: {"fever": False}}


def test_a_world_that_states_what_must_be_worked_out_is_refused():
    with pytest.raises(ValueError, match=r"record 1 states 'length_mm'.*tables hold observed facts only"):
        answers({1: World(MEANING, {"length_mm": 20}, {})}, {"short": parse("length_mm < 25")}, MEANING)
