"""Spark and DuckDB: the same verdicts and the same counts, from one text of SQL."""

import os
import shutil
from datetime import timedelta
from importlib.util import find_spec

import duckdb
import numpy as np
import pytest
from random_flat import RandomTables
from test_engines_agree import EPOCH, by_pregnancy, judged, rows_of

from gravida.audit.engine import Duck
from gravida.audit.engine_spark import NoSpark, Spark
from gravida.audit.intake import open_folder
from gravida.audit.needs import needs_of
from gravida.audit.run import Audit
from gravida.audit.verdicts import verdicts
from gravida.cli import main
from gravida.flat import TABLES

UNCOMPILED = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
"""There are many queries and few rows: compiling each would take longer than running it."""
MISSING = [what for what, there in (("pyspark", find_spec("pyspark")), ("java", shutil.which("java") or os.environ.get("JAVA_HOME"))) if not there]
needs_spark = pytest.mark.skipif(bool(MISSING) and not os.environ.get("REQUIRE_SPARK"), reason=f"Spark is not compared: {' and '.join(MISSING)} is missing")


@pytest.fixture(scope="module")
def population(knowledge, tmp_path_factory):
    """Return a folder with 20,000 synthetic pregnancies and 60 that nobody would write."""
    folder = tmp_path_factory.mktemp("spark") / "population"
    main(["synthesize", "-n", "20000", "--seed", "3", "--workers", "1", "--out", str(folder)], standalone_mode=False)
    hard = RandomTables(knowledge, needs_of(knowledge, list(knowledge.recommendations.values())), 7).draw(60)
    for table, rows in hard.items():
        data = duckdb.connect()
        data.execute(f"CREATE TABLE t AS SELECT * FROM read_parquet('{folder}/{table}/*.parquet') WHERE false")  # noqa: S608
        columns = [column.name for column in TABLES[table]]
        if rows:
            data.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(columns))})", [[row.get(name) for name in columns] for row in rows])  # noqa: S608
        data.execute(f"COPY t TO '{folder}/{table}/part-hard.parquet'")
    return folder


def audited(engine, knowledge, folder):
    """Return what an engine says: every verdict on the first day of every moment, by pregnancy and day, and all counts."""
    audit = Audit(engine, knowledge, open_folder(folder, engine), list(knowledge.recommendations.values()))
    (portion,) = audit.intake.portions(1_000_000)
    audit.add(portion)
    audit.moments.make()
    engine.table("asked", "SELECT pid, CAST(begins AS INTEGER) AS day FROM moments")
    at, found = verdicts(engine, audit.courses, "asked")
    order = np.lexsort((at[:, 1], at[:, 0]))
    names = dict(engine.rows("SELECT pid, id FROM portion"))
    return audit, [(names[pid], day) for pid, day in at[order].tolist()], found[order]


@pytest.fixture(scope="module")
def both(knowledge, population, tmp_path_factory):
    spark = Spark(tmp_path_factory.mktemp("tables"), UNCOMPILED)
    try:
        return audited(Duck(), knowledge, population), audited(spark, knowledge, population)
    finally:
        spark.close()


@needs_spark
def test_reference_engine_duckdb_and_spark_give_the_same_verdicts(both, knowledge, population):
    (audit, days, duck), (_, days_too, spark) = both

    assert days == days_too
    assert len({key for key, _ in days}) == 20_060
    assert (duck == spark).all()
    pregnancies, wrong = by_pregnancy(rows_of(population)), []
    for number in [*range(0, len(days), 97), *(number for number, (key, _) in enumerate(days) if key.startswith("p") and number % 3 == 0)]:
        key, day = days[number]
        wanted = judged(pregnancies[key], EPOCH + timedelta(day), knowledge, audit.recommendations)
        wrong += [(key, day, each.key, one, other) for each, one, other in zip(audit.recommendations, wanted, spark[number], strict=True) if one != other]
    assert wrong == []


@needs_spark
def test_duckdb_and_spark_count_the_same(both):
    (one, *_), (other, *_) = both

    for table in ("statuses", "support"):
        mine, theirs = getattr(one.counts, table), getattr(other.counts, table)
        assert dict(zip(mine.keys.tolist(), mine.counts.tolist(), strict=True)) == dict(zip(theirs.keys.tolist(), theirs.counts.tolist(), strict=True))
    assert one.counts.pregnancies == other.counts.pregnancies
    assert (one.counts.lacking == other.counts.lacking).all()
    assert one.quality.told == other.quality.told


def test_without_java_it_says_what_is_missing(monkeypatch, tmp_path):
    pytest.importorskip("pyspark", reason="PySpark is missing, and says so itself")
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    for name in ("JAVA_HOME", "SPARK_REMOTE"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(NoSpark) as error:
        Spark(tmp_path / "tables")

    assert str(error.value) == "Spark needs Java 17 or newer, and there is no 'java' on this machine: install one, such as Debian's default-jre-headless"
