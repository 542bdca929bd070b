# ruff: noqa: S608 - every name in a query is one of ours
"""What whoever audits an OMOP database relies on: pregnancies by the published method, nothing lost in silence, and the same people back."""

import re
from pathlib import Path

import duckdb
import pytest

from gravida.flat import TABLES
from gravida.knowledge_cache import load_kept
from gravida.omop import flatten
from gravida.omop_lost import LOST, ONE_OF_A_DAY, ROWS, as_markdown, becomes
from gravida.omop_write import read_flat, write_omop

SOURCE = Path(__file__).parents[2] / "src" / "gravida"
KEYS = {"pregnancy_id", "person_id", "entry"}
SAYS_NOTHING = ("updates", "examinations")


@pytest.fixture(scope="session")
def known():
    return load_kept()


# --- there and back --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def trip(run, known, tmp_path_factory):
    """Return the flat tables of 2,000 people, their OMOP form, and the flat tables of that with their accounts."""
    folder = tmp_path_factory.mktemp("omop")
    assert run("-n", 2000, "--seed", 11, "--out", folder / "flat").exit_code == 0
    write_omop(folder / "flat", folder / "omop", known)
    return folder, flatten(folder / "omop", folder / "back", knowledge=known)


@pytest.fixture(scope="session")
def both(trip, known):
    """Return a database with both, ``flat_<table>`` and ``back_<table>``, the second under the names of the first."""
    folder, _ = trip
    db = duckdb.connect()
    read_flat(folder / "flat", db)
    named = f"(SELECT CAST(person_id AS VARCHAR) AS number, person_source_value AS named FROM '{folder}/omop/person.parquet')"
    for table in TABLES:
        path = folder / "back" / table / "part-00000.parquet"
        read = f"SELECT b.* REPLACE (n.named || '-1' AS pregnancy_id) FROM '{path}' AS b JOIN {named} AS n ON n.number = split_part(b.pregnancy_id, '-', 1)"
        db.execute(f"CREATE VIEW back_{table} AS {read if path.is_file() else f'FROM flat_{table} WHERE false'}")
    return db


def expected(table, known):
    """Return the SQL of what has to come back of a table."""
    rules, method = known.sources.rules, known.sources.method
    lost = becomes(table)
    picked = ", ".join(f'{lost.get(c.name, f"""t."{c.name}" """)} AS "{c.name}"' for c in TABLES[table] if c.name not in KEYS)
    once = "DISTINCT" if table in ONE_OF_A_DAY else ""
    rows = f"FROM flat_{table} AS t JOIN flat_pregnancies AS p USING (pregnancy_id) WHERE {ROWS.get(table, 'true')}"
    query = f"SELECT {once} t.pregnancy_id AS key, {picked} {rows}"
    limits = {"first_low": rules.first_trimester.low, "first_high": rules.first_trimester.high, "second_low": rules.second_trimester.low,
              "second_high": rules.second_trimester.high, "preterm": method.preterm_before}  # fmt: skip
    return re.sub(r"\$(\w+)", lambda found: str(int(limits[found[1]])), query)


def says_something(table):
    columns = ", ".join(f'"{c.name}"' for c in TABLES[table] if c.path and c.name != "on")
    return f"coalesce({', '.join(f'CAST({name} AS VARCHAR)' for name in columns.split(', '))}) IS NOT NULL" if table in SAYS_NOTHING else "true"


@pytest.mark.parametrize("table", TABLES)
def test_what_is_written_and_read_again_is_the_same_but_for_what_is_listed(table, both, known):
    columns = ", ".join(f'"{c.name}"' for c in TABLES[table] if c.name not in KEYS)
    before = f"SELECT key, {columns} FROM ({expected(table, known)}) WHERE {says_something(table)}"
    after = f"SELECT pregnancy_id, {columns} FROM back_{table}"

    assert both.sql(f"({before}) EXCEPT ALL ({after}) ORDER BY 1 LIMIT 5").fetchall() == []
    assert both.sql(f"({after}) EXCEPT ALL ({before}) ORDER BY 1 LIMIT 5").fetchall() == []


def test_the_comparison_has_something_to_compare(both):
    counts = {table: both.sql(f"SELECT count(*) FROM back_{table}").fetchall()[0][0] for table in TABLES}

    assert counts["pregnancies"] == 2000
    assert min(counts[table] for table in ("prior_pregnancies", "scans", "examinations", "cerclages", "progestogens", "cervical_procedures")) > 20


def test_every_rule_of_the_method_is_cited_and_named_where_it_is_followed(known):
    code = "".join(path.read_text() for path in SOURCE.glob("omop*.py"))

    assert {name: rule.confidence for name, rule in known.sources.method.rules.items() if name not in code} == {}
    assert all(rule.source and rule.locator for rule in known.sources.method.rules.values())


def test_every_column_that_is_listed_is_one():
    assert [entry for entry in LOST for column in entry.columns if column not in {c.name for c in TABLES[entry.table]}] == []
    assert all(len([1 for entry in LOST if entry.table == table and column in entry.columns]) == 1 for table in TABLES for column in becomes(table))


def test_the_how_to_has_the_list():
    assert as_markdown() in (SOURCE.parents[1] / "docs" / "how-to" / "audit-omop.md").read_text(encoding="utf-8")


def test_no_row_of_what_was_written_is_set_aside(trip):
    _, result = trip

    assert result.adds_up
    assert {reason for account in result.accounts.values() for reason in account.set_aside} <= {"says the same as another row"}


def test_the_command_writes_a_database_of_the_form_and_no_flat_tables(run, tmp_path, known):
    done = run("-n", 300, "--seed", 11, "--as", "omop", "--out", tmp_path / "made")

    assert done.exit_code == 0
    assert {path.name for path in (tmp_path / "made").iterdir()} == {
        "README.txt", "synthetic.json", "validation.csv", "validation.html", "person.parquet", "observation_period.parquet", "visit_occurrence.parquet",
        "care_site.parquet", "concept.parquet", "condition_occurrence.parquet", "procedure_occurrence.parquet", "measurement.parquet",
        "observation.parquet", "drug_exposure.parquet",
    }  # fmt: skip
    assert flatten(tmp_path / "made", tmp_path / "flat", knowledge=known).rows["pregnancies"] == 300


def test_two_readings_are_the_same_byte_for_byte(trip, known, tmp_path):
    folder, _ = trip
    flatten(folder / "omop", tmp_path / "again", knowledge=known)

    files = {str(path.relative_to(tmp_path / "again")): path.read_bytes() for path in (tmp_path / "again").rglob("*.parquet")}
    assert files == {str(path.relative_to(folder / "back")): path.read_bytes() for path in (folder / "back").rglob("*.parquet")}
