"""``gravida audit``: what somebody who answers for the care relies on."""

import csv
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from gravida.audit.courses import STATUSES
from gravida.cli import main
from gravida.flat import TABLES


def audit(*arguments):
    return CliRunner().invoke(main, ["audit", *map(str, arguments)])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a folder with 6,000 synthetic pregnancies."""
    folder = tmp_path_factory.mktemp("made") / "population"
    main(["synthesize", "-n", "6000", "--seed", "3", "--workers", "1", "--out", str(folder)], standalone_mode=False)
    return folder


@pytest.fixture(scope="module")
def audited(made, tmp_path_factory):
    """Return the folder of its audit, with every count shown."""
    folder = tmp_path_factory.mktemp("audit") / "out"
    done = audit(made, "--out", folder, "--workers", 1, "--no-suppression")
    assert done.exit_code == 0, done.output
    return folder


def rows(folder, table):
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir()) if path.suffix in (".csv", ".parquet")}


# --- what comes out ------------------------------------------------------------------------------------------------


def test_a_column_in_which_nothing_stands_is_as_good_as_none(made, audited, tmp_path):
    less = tmp_path / "less"
    shutil.copytree(made, less)
    gone = 0
    for path in less.glob("*/*.parquet"):
        table = pq.read_table(path)
        empty = [name for name in table.column_names if table[name].null_count == len(table)]
        pq.write_table(table.drop_columns(empty), path)
        gone += len(empty)
    done = audit(less, "--out", tmp_path / "out", "--workers", 1, "--no-suppression")

    assert done.exit_code == 0, done.output
    assert gone > 20
    assert digests(tmp_path / "out") == digests(audited)


def test_the_folder_holds_a_report_tables_and_the_queries(audited):
    names = {path.name for path in audited.iterdir()}

    assert {"report.html", "audit.json", "sql", "recommendations.csv", "recommendations.parquet", "acts.csv", "not_told.csv", "findings.csv"} <= names
    assert len(list((audited / "sql").iterdir())) > 100
    assert json.loads((audited / "audit.json").read_text())["synthetic"] is True


def test_every_pregnancy_is_counted_once_for_each_recommendation(audited):
    groups = sum(int(row["pregnancies"]) for row in rows(audited, "groups"))
    each = {}
    for row in rows(audited, "recommendations"):
        assert row["status"].partition(",")[0] in STATUSES
        key = row["guideline"], row["recommendation"]
        each[key] = each.get(key, 0) + int(row["pregnancies"])

    assert groups == 6000
    assert max(each.values()) <= 6000


def test_rows_in_are_rows_used_and_rows_set_aside(audited, made):
    for table in TABLES:
        of_table = [row for row in rows(audited, "rows") if row["table"] == table]
        counts = {what: sum(int(row["rows"]) for row in of_table if row["what"] == what) for what in ("read", "used", "set aside")}
        assert counts["read"] == counts["used"] + counts["set aside"]
        assert counts["read"] == duckdb.sql(f"SELECT COUNT(*) FROM '{made}/{table}/*.parquet'").fetchall()[0][0]  # noqa: S608


@pytest.mark.parametrize("how", [["--workers", 2, "--portion", 900], ["--workers", 1, "--portion", 2500]])
def test_portions_and_processes_change_no_byte_of_any_table(made, audited, tmp_path, how):
    done = audit(made, "--out", tmp_path / "again", "--no-suppression", *how)

    assert done.exit_code == 0, done.output
    assert digests(tmp_path / "again") == digests(audited)


def test_csv_and_parquet_give_the_same_tables(made, audited, tmp_path):
    folder = tmp_path / "csv"
    folder.mkdir()
    for table in TABLES:
        duckdb.sql(f"COPY (SELECT * FROM '{made}/{table}/*.parquet') TO '{folder}/{table}.csv'")  # noqa: S608
    assert audit(folder, "--out", tmp_path / "out", "--workers", 1, "--no-suppression").exit_code == 0

    assert digests(tmp_path / "out") == digests(audited)


def test_small_counts_are_left_out_unless_somebody_asks(made, tmp_path):
    assert audit(made, "--out", tmp_path / "out", "--workers", 1).exit_code == 0

    shown = [row["pregnancies"] for table in ("recommendations", "acts", "not_told", "groups") for row in rows(tmp_path / "out", table)]
    assert "" in shown
    assert [count for count in shown if count and 0 < int(count) < 10] == []


def test_nothing_names_a_pregnancy_unless_somebody_asks(made, audited, tmp_path):
    assert not (audited / "pregnancies.csv").exists()
    assert [path.name for path in audited.rglob("*") if path.is_file() and path.suffix != ".sql" and b"synthetic-0" in path.read_bytes()] == []

    row = next(row for row in rows(audited, "recommendations") if row["status"] == "due-not-done")
    name = f"{row['guideline']}/{row['recommendation']}"
    assert audit(made, "--out", tmp_path / "out", "--workers", 1, "--no-suppression", "--list", f"{name}=due-not-done").exit_code == 0
    listed = rows(tmp_path / "out", "pregnancies")
    counted = [
        each for each in rows(audited, "recommendations") if f"{each['guideline']}/{each['recommendation']}" == name and each["status"] == "due-not-done"
    ]
    assert len(listed) == len({each["pregnancy_id"] for each in listed}) == sum(int(each["pregnancies"]) for each in counted)


# --- one pregnancy at a time ---------------------------------------------------------------------------------------

KNOWN, ENDED = date(2026, 1, 5), date(2026, 6, 1)


def pregnancy(**more):
    """Return a pregnancy of which everything is known that the recommendations of these tests rest on."""
    return {
        "pregnancy_id": "a", "person_id": "p", "site": "north", "known_from": KNOWN, "ended_on": ENDED, "pregnancy_due_date": date(2026, 9, 1),
        "pregnancy_plurality": 1, "scans_known": True, "cerclages_known": True, "progestogens_known": True, "prior_pregnancies_known": True,
        "prior_pregnancies_complete": True, **more,
    }  # fmt: skip


def statuses(written, tmp_path, act, **tables):
    """Return the statuses of the recommendations that name an act, for one pregnancy."""
    folder = written({"pregnancies": [pregnancy()], **tables})
    out = tmp_path / f"out-{len(list(tmp_path.iterdir()))}"
    done = audit(folder, "--out", out, "--workers", 1, "--no-suppression")
    assert done.exit_code == 0, done.output
    return {row["recommendation"]: row["status"] for row in rows(out, "recommendations") if act in row["acts"].split(";")}


def scan(on, **more):
    return {"pregnancy_id": "a", "entry": 1, "on": on, "route": "transvaginal", "cervical_length_mm": 34, **more}


LOOK, TWENTY_WEEKS = "cervix-at-anatomy-scan", date(2026, 4, 14)


def test_what_no_row_shows_was_not_done_and_what_one_shows_within_the_window_was_done_in_time(written, tmp_path):
    without = statuses(written, tmp_path, LOOK, scans=[])
    with_it = statuses(written, tmp_path, LOOK, scans=[scan(TWENTY_WEEKS)])

    assert without["one-look-without-preterm-birth"] == "due-not-done"
    assert with_it["one-look-without-preterm-birth"] == "due-done-in-time"


def test_what_is_recorded_later_counts_from_then_on_only(written, tmp_path):
    at_the_end = statuses(written, tmp_path, LOOK, scans=[scan(TWENTY_WEEKS, recorded_on=ENDED)])

    assert at_the_end["one-look-without-preterm-birth"] == "due-done-late"


def test_where_nobody_said_whether_there_were_scans_it_cannot_be_told(written, tmp_path):
    folder = written({"pregnancies": [pregnancy(scans_known=None)]})
    assert audit(folder, "--out", tmp_path / "out", "--workers", 1, "--no-suppression").exit_code == 0

    found = {row["recommendation"]: row["status"] for row in rows(tmp_path / "out", "recommendations")}
    assert found["one-look-without-preterm-birth"] == "due-done-unknown"
    lacking = {row["lacking"] for row in rows(tmp_path / "out", "not_told") if row["recommendation"] == "one-look-without-preterm-birth"}
    assert "scans of the cervix" in lacking


def test_one_scan_is_no_series(written, tmp_path):
    found = statuses(written, tmp_path, "serial-cervical-length", scans=[scan(TWENTY_WEEKS)])

    assert found["no-serial-length-without-preterm-birth"] == "against-not-recordable"


def test_bad_data_is_counted_and_never_fatal(written, tmp_path):
    folder = written({
        "pregnancies": [pregnancy(), pregnancy(pregnancy_id="b", ended_on=None), pregnancy(pregnancy_id="c"), pregnancy(pregnancy_id="c"),
                        pregnancy(pregnancy_id="d", ended_on=date(2025, 1, 1)), pregnancy(pregnancy_id=None),
                        pregnancy(pregnancy_id="e", pregnancy_plurality=99)],
        "scans": [scan(date(2026, 4, 1)), scan(date(2026, 4, 1)), scan(date(2026, 7, 1), entry=2), scan(date(2026, 4, 2), entry=3, cervical_length_mm=3.4),
                  scan(date(2026, 4, 3), entry=4, pregnancy_id="nobody"), scan(date(2026, 4, 4), entry=5, pregnancy_id="b"),
                  scan(date(2026, 4, 5), entry=6, route="telepathic")],
    })  # fmt: skip
    assert audit(folder, "--out", tmp_path / "out", "--workers", 1, "--no-suppression").exit_code == 0

    told = {(row["table"], row["what"], row["reason"]): int(row["rows"]) for row in rows(tmp_path / "out", "rows") if row["table"] in ("pregnancies", "scans")}
    assert told == {
        ("pregnancies", "read", ""): 7, ("pregnancies", "used", ""): 2,
        ("pregnancies", "set aside", "more than one row with this pregnancy_id"): 2, ("pregnancies", "set aside", "no pregnancy_id"): 1,
        ("pregnancies", "set aside", "no ended_on: the last day that is judged"): 1, ("pregnancies", "set aside", "ended before it was known"): 1,
        ("scans", "read", ""): 7, ("scans", "used", ""): 3, ("scans", "set aside", "another row of the same entry on the same day"): 1,
        ("scans", "set aside", "no such pregnancy, or one that was set aside"): 2,
        ("scans", "set aside", "recorded, or happened, after the last day, or replaced before it counted"): 1,
    }  # fmt: skip
    findings = {(row["column"], row["finding"]): int(row["values"]) for row in rows(tmp_path / "out", "findings")}
    assert findings[("cervical_length_mm", "below 5 and not confirmed: centimetres?")] == 1
    assert findings[("route", "not one of transvaginal, transabdominal, transperineal")] == 1
    assert findings[("pregnancy_plurality", "outside 1 to 8")] == 1


# --- what cannot be used -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arguments", "says"), [
    ([], "name what to audit: a folder of flat tables, FHIR Bulk Data or OMOP, or an OMOP .duckdb file; see gravida audit --help\n"),
    (["nowhere", "--out", "x"], "nowhere: there is no such file or folder\n"),
    (["HERE", "--out", "x", "--topic", "cerclag"], "there is no topic 'cerclag'"),
    (["HERE", "--out", "x", "--list", "a/b=gone"], "'a/b=gone': there is no status 'gone'; write GUIDELINE/RECOMMENDATION=STATUS with one of never,"),
    (["HERE", "--out", "x", "--list", "a/b=withheld"], "there is no recommendation 'a/b' about an act\n"),
    (
        ["HERE", "--out", "x", "--list", "figo-2021-pessary/twin=withheld"],
        "there is no recommendation 'figo-2021-pessary/twin' about an act; did you mean 'figo-2021-pessary/twins'?\n",
    ),
])  # fmt: skip
def test_what_cannot_be_used_is_said(made, tmp_path, arguments, says, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = audit(*[made if each == "HERE" else each for each in arguments])

    assert done.exit_code == 2
    assert done.output.startswith(says)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_none_of_the_forms_says_what_was_found_and_expected(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("x")
    done = audit(tmp_path / "in", "--out", tmp_path / "out")

    assert (done.exit_code, done.output) == (2, (
        f"{tmp_path}/in: this is none of the forms that are read. It holds: notes.txt. Expected: flat tables (pregnancies.parquet or .csv; "
        "'gravida audit --schema' lists them), FHIR Bulk Data (*.ndjson or *.ndjson.gz), or OMOP CDM 5.4 (a .duckdb file, or person.parquet and the "
        "other tables)\n"
    ))  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"this is no Parquet", b"PAR1" + b"x" * 50 + b"PAR1"])
def test_a_torn_file_is_said_to_be_one(tmp_path, content):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "pregnancies.parquet").write_bytes(content)
    done = audit(tmp_path / "in", "--out", tmp_path / "out")

    assert done.exit_code == 2
    assert done.output.startswith(f"{tmp_path}/in: this cannot be read: ")
    assert done.output.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_table_without_its_key_says_what_it_has(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "pregnancies.csv").write_text("id,known_from\n1,2026-01-01\n")
    done = audit(tmp_path / "in", "--out", tmp_path / "out")

    assert (done.exit_code, done.output) == (2, f"{tmp_path}/in: the table pregnancies has no column pregnancy_id; it has id, known_from\n")


def test_nothing_is_overwritten_unless_somebody_says_so(made, audited, tmp_path):
    folder = tmp_path / "out"
    shutil.copytree(audited, folder)
    done = audit(made, "--out", folder)
    assert (done.exit_code, done.output) == (2, f"{folder}: there is an audit here already; name another folder, or say --force to replace it\n")

    (folder / "audit.json").unlink()
    done = audit(made, "--out", folder, "--force")
    assert (done.exit_code, done.output) == (2, f"{folder}: this folder is not empty, and holds no audit; name another\n")


HEEDING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from gravida.cli import main; main()"
"""The command heeding Ctrl+C, which what is started in the background of a shell ignores."""


def test_ctrl_c_leaves_nothing(made, tmp_path):
    command = [sys.executable, "-c", HEEDING, "audit", str(made), "--portion", "200", "--workers", "2", "--out", str(tmp_path / "out")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    waited = time.monotonic()
    while not list(tmp_path.iterdir()) and time.monotonic() - waited < 60:
        time.sleep(0.1)
    time.sleep(3)
    os.killpg(process.pid, signal.SIGINT)

    assert process.wait(60) == 130
    assert process.stderr.read() == "stopped; nothing was written\n"
    assert list(tmp_path.iterdir()) == []


def test_the_schema_names_every_column():
    done = audit("--schema")

    assert done.exit_code == 0
    assert [column.name for columns in TABLES.values() for column in columns if column.name not in done.output] == []
