"""What whoever makes a population relies on."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from flat_records import records_of, rows_of

from gravida import synthesize
from gravida.draws import Draws
from gravida.flat import TABLES
from gravida.library import load, load_dictionary
from gravida.record import record_from
from gravida.simulate.runs import Job
from gravida.simulate.uncertain import used_by
from gravida.synthesize_births import Treated, make_births, spontaneous_end
from gravida.synthesize_chosen import choose
from gravida.synthesize_lengths import make_lengths, make_ruler
from gravida.synthesize_people import Span, make_people

KEYS = ("pregnancy_id", "entry", "recorded_on")


def whole(folder):
    """Return every file of a folder, by its name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def person(folder, number):
    """Return all rows of one person."""
    key = f"synthetic-{number:09}-1"
    return {table: [row for row in rows_of(folder, table) if row["pregnancy_id"] == key] for table in TABLES}


def comparison(folder):
    """Return the rows of the validation table, by figure."""
    with (folder / "validation.csv").open(encoding="utf-8", newline="") as file:
        return {row["figure"]: row for row in csv.DictReader(file)}


# --- the same people -----------------------------------------------------------------------------------------------


def test_person_17_is_the_same_in_any_size(run, made, tmp_path):
    run("-n", 18, "--seed", 7, "--out", tmp_path / "few")

    assert person(tmp_path / "few", 17) == person(made, 17)


def test_portions_change_nobody(run, made, tmp_path, monkeypatch):
    monkeypatch.setattr(synthesize, "PORTION", 700)
    run("-n", 2000, "--seed", 7, "--out", tmp_path / "portions")

    assert len(list((tmp_path / "portions" / "scans").iterdir())) == 3
    assert [person(tmp_path / "portions", number) for number in (0, 699, 700, 1999)] == [person(made, number) for number in (0, 699, 700, 1999)]


def test_two_runs_are_the_same_byte_for_byte_also_with_two_processes(run, tmp_path, monkeypatch):
    run("-n", 2000, "--seed", 3, "--out", tmp_path / "one")
    run("-n", 2000, "--seed", 3, "--out", tmp_path / "other")
    assert whole(tmp_path / "one") == whole(tmp_path / "other")

    monkeypatch.setattr(synthesize, "PORTION", 1000)
    run("-n", 2000, "--seed", 3, "--out", tmp_path / "three")
    run("-n", 2000, "--seed", 3, "--workers", 2, "--out", tmp_path / "four")
    assert whole(tmp_path / "three") == whole(tmp_path / "four")


def test_another_seed_makes_other_people(run, made, tmp_path):
    run("-n", 18, "--seed", 8, "--out", tmp_path / "others")

    assert person(tmp_path / "others", 17) != person(made, 17)


def test_a_habit_changes_only_what_rests_on_it(run, made, tmp_path):
    run("-n", 20_000, "--seed", 7, "--set", "habit_referral=1", "--out", tmp_path / "all-referred")

    assert rows_of(tmp_path / "all-referred", "scans") == rows_of(made, "scans")
    assert rows_of(tmp_path / "all-referred", "pregnancies") == rows_of(made, "pregnancies")
    assert len(rows_of(tmp_path / "all-referred", "updates")) > len(rows_of(made, "updates"))


# --- what is in it -------------------------------------------------------------------------------------------------


def test_every_table_has_the_columns_of_the_flat_form(made):
    for table, columns in TABLES.items():
        assert list(rows_of(made, table)[0]) == [column.name for column in columns]


def test_each_of_300_pregnancies_is_a_record_that_can_be_read(run, tmp_path):
    run("-n", 300, "--seed", 11, "--out", tmp_path / "made")
    dictionary = load_dictionary()
    read = [record_from(record, dictionary) for _, record in records_of(tmp_path / "made")]

    assert len(read) == 300


@pytest.mark.parametrize("setting", ["us", "china"])
def test_all_pregnancies_with_a_stitch_or_twins_can_be_read(run, tmp_path, setting):
    high = ["--set", "twins=0.3", "--set", "inc_second_trimester_loss=0.4", "--set", "excision=0.3", "--set", "uterine_anomaly=0.2"]
    run("-n", 300, "--setting", setting, *high, "--out", tmp_path / "made")
    dictionary = load_dictionary()
    read = [record_from(record, dictionary) for _, record in records_of(tmp_path / "made")]

    assert sum(bool(record.cerclages) for record in read) > 5
    assert sum(record.pregnancy.plurality == 2 for record in read) > 50


def test_every_id_says_that_it_is_synthetic(made):
    rows = rows_of(made, "pregnancies")

    assert all(row["person_id"].startswith("synthetic-") and row["pregnancy_id"].startswith("synthetic-") for row in rows)
    assert len({row["pregnancy_id"] for row in rows}) == 20_000


def test_nothing_is_recorded_before_booking_or_done_after_the_end(made):
    pregnancies = {row["pregnancy_id"]: row for row in rows_of(made, "pregnancies")}

    assert all(row["known_from"] < row["ended_on"] for row in pregnancies.values())
    for table, day in (("scans", "on"), ("examinations", "on"), ("symptoms", "on"), ("updates", "recorded_on")):
        days = [(pregnancies[row["pregnancy_id"]], row[day]) for row in rows_of(made, table) if row[day]]
        assert all(pregnancy["known_from"] <= when <= pregnancy["ended_on"] for pregnancy, when in days)


def test_an_audit_has_something_to_find(made):
    scans, pregnancies = rows_of(made, "scans"), {row["pregnancy_id"]: row for row in rows_of(made, "pregnancies")}
    short = {row["pregnancy_id"] for row in scans if row["route"] == "transvaginal" and (row["cervical_length_mm"] or 99) <= 25}
    treated = {row["pregnancy_id"] for table in ("cerclages", "progestogens") for row in rows_of(made, table)}

    assert len(short & treated) > 30
    assert len(short - treated) > 30
    assert len(treated - short) > 30
    assert {row["route"] for row in scans} == {"transvaginal", "transabdominal", None}
    assert {row["indication"] for row in rows_of(made, "cerclages")} == {"history", "ultrasound", "examination", None}
    assert len({row["site"] for row in pregnancies.values()}) == 6


def test_gaps_have_the_stated_rates(run, tmp_path):
    run("-n", 5000, "--set", "route_missing=0.5", "--set", "plurality_missing=0", "--out", tmp_path / "made")
    routes = [row["route"] for row in rows_of(tmp_path / "made", "scans")]

    assert 0.45 < routes.count(None) / len(routes) < 0.55
    assert None not in [row["pregnancy_plurality"] for row in rows_of(tmp_path / "made", "pregnancies")]


# --- labels and figures --------------------------------------------------------------------------------------------


def test_the_folder_says_that_it_is_made_up_and_from_which_numbers(made):
    readme, told = (made / "README.txt").read_text(), json.loads((made / "synthetic.json").read_text())

    assert readme.startswith("Synthetic: every person, every date and every length in this folder was made up")
    assert "There is no public data set with lengths of the cervix" in readme
    assert (told["synthetic"], told["seed"], told["people"], told["setting"]) == (True, 7, 20_000, "sweden")
    assert told["rows"]["pregnancies"] == 20_000
    assert told["numbers"]["cl_p01_24w"]["cite"] == "iams1996"
    assert told["numbers"]["route_missing"]["confidence"] == "assumed"


def test_every_number_in_the_knowledge_is_used(made):
    told = json.loads((made / "synthetic.json").read_text())

    knowledge = load()
    job = Job(knowledge, tuple(knowledge.policies.values()), 1, 1, knowledge.population.default.id)

    assert set(told["numbers"]) < set(knowledge.population.parameters)
    assert sorted({*told["numbers"], *used_by(job)}) == sorted(knowledge.population.parameters)


def test_a_changed_number_is_named_and_no_longer_has_a_source(run, tmp_path):
    run("-n", 10, "--set", "cl_sem_t2=3", "--out", tmp_path / "made")
    told = json.loads((tmp_path / "made" / "synthetic.json").read_text())

    assert told["changes"] == {"cl_sem_t2": 3.0}
    assert told["numbers"]["cl_sem_t2"]["confidence"] == "assumed"
    assert "cite" not in told["numbers"]["cl_sem_t2"]


@pytest.mark.parametrize(("setting", "figure", "published"), [
    ("sweden", "prev_cl_le25_21_23w_sweden", 0.044),
    ("china", "prev_cl_le25_20_24w_china", 0.0045),
    ("us", "prev_cl_le25_twins_22_24w", 0.18),
])  # fmt: skip
def test_as_many_are_short_as_were_counted_there(run, tmp_path, setting, figure, published):
    run("-n", 50_000, "--seed", 5, "--setting", setting, "--out", tmp_path / "made")
    row = comparison(tmp_path / "made")[figure]

    assert abs(float(row["made"]) - published) < 4 * float(row["made_error"]) + 0.1 * published


def test_the_centiles_are_those_of_iams_in_the_setting_us_to_a_millimetre(run, tmp_path):
    run("-n", 50_000, "--seed", 5, "--setting", "us", "--out", tmp_path / "made")
    found = comparison(tmp_path / "made")

    assert [float(found[f"cl_p{centile}_24w"]["made"]) for centile in ("01", "05", "10", "25", "50", "75")] == pytest.approx([13, 22, 26, 30, 35, 40], abs=1)
    assert abs(float(found["cl_mean_24w"]["made"]) - 35.2) < 0.3


def test_spontaneous_births_are_as_many_as_in_london(made):
    found = comparison(made)

    for figure, published in (("p_sptb_lt34_celik", 0.0104), ("p_sptb_lt37_celik", 0.0397)):
        assert abs(float(found[figure]["made"]) - published) < 4 * float(found[figure]["made_error"])


def test_birth_comes_early_more_often_after_early_birth_and_with_a_short_cervix(made):
    found = comparison(made)

    assert float(found["p_sptb37_prior_sptb"]["made"]) > 2 * float(found["p_sptb37_no_prior_sptb"]["made"])
    assert float(found["recur_16_27w_ci"]["made"]) > float(found["recur_16_27w_all"]["made"])


WEEK = 7
LUCK = (np.arange(1000) + 0.5) / 1000


def ends(births, *, stitch=False, stitch_open=False, progesterone=False):
    """Return when a thousand people who are alike would end by themselves, each with other luck."""
    log_odds = np.tile(np.array([-2.0, -1.5, -1.2, -0.8, -0.2]), (1000, 1))
    treated = Treated(*(np.full(1000, each) for each in (stitch, stitch_open, progesterone)))
    return spontaneous_end(LUCK, births.chances(log_odds, treated), np.concatenate([[16 * WEEK], births.before]))


def test_each_treatment_leaves_the_share_that_its_number_says():
    chosen = choose(load().population, "sweden")
    births, value = make_births(chosen, make_ruler(chosen)), chosen.value
    without, stitched, opened, progesterone = ends(births), ends(births, stitch=True), ends(births, stitch_open=True), ends(births, progesterone=True)
    found_open = without < value("open_before")

    def ratio(found, weeks, who):
        return (found[who] < weeks * WEEK).mean() / (without[who] < weeks * WEEK).mean()

    everybody = np.full(1000, True)
    assert ratio(stitched, 34, everybody) == pytest.approx(value("rr_cerclage_ptb35_us_indicated"), abs=0.01)
    assert ratio(progesterone, 34, everybody) == pytest.approx(value("rr_vp_ptb33_short_cervix"), abs=0.01)
    assert ratio(progesterone, 37, everybody) == pytest.approx(value("rr_vpgel_ptb37_pregnant"), abs=0.01)
    assert ratio(opened, 34, found_open) == pytest.approx(value("rr_exam_cerclage_ptb34"), abs=0.01)
    assert all((found[who] >= without[who]).all() for found, who in ((stitched, everybody), (progesterone, everybody), (opened, found_open)))


def test_two_scans_are_as_like_as_was_published():
    chosen = choose(load().population, "us")
    draws, person = Draws(5), np.arange(50_000)
    people = make_people(draws, person, chosen, Span(0, 0))
    lengths, rows = make_lengths(draws, people, chosen, make_ruler(chosen)), np.nonzero(people.is_low_risk)[0]
    weeks = (13, 13 + int(chosen.value("cl_corr_weeks")))
    scans = [lengths.measured(rows, np.full(len(rows), week * WEEK), draws.normal("error", rows, week=week)) for week in weeks]

    assert np.corrcoef(*scans)[0, 1] == pytest.approx(chosen.value("endocervix_corr_11_13_to_20_24w"), abs=0.02)


def test_the_page_states_what_differs_and_needs_nothing_else(made):
    page = (made / "validation.html").read_text()

    assert "http" not in page
    assert "<script" not in page
    assert "agrees" in page
    assert "higher by" in page
    assert "lower by" in page


# --- the folder ----------------------------------------------------------------------------------------------------


def test_a_folder_with_something_in_it_is_left_alone(run, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    done = run("-n", 10, "--force", "--out", tmp_path / "mine")

    assert (done.exit_code, done.output) == (2, f"{tmp_path / 'mine'}: this folder is not empty, and holds no synthetic population; name another\n")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_a_population_is_replaced_only_on_request(run, tmp_path):
    run("-n", 10, "--seed", 1, "--out", tmp_path / "made")
    before = whole(tmp_path / "made")
    refused = run("-n", 10, "--seed", 2, "--out", tmp_path / "made")
    assert refused.exit_code == 2
    assert "say --force to replace it" in refused.output
    assert whole(tmp_path / "made") == before

    assert run("-n", 10, "--seed", 2, "--force", "--out", tmp_path / "made").exit_code == 0
    assert whole(tmp_path / "made") != before
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_what_stops_half_way_leaves_nothing(run, tmp_path, monkeypatch):
    monkeypatch.setattr(synthesize, "PORTION", 10)
    monkeypatch.setattr(synthesize, "write_portion", stops_at_the_second(synthesize.write_portion))
    done = run("-n", 30, "--out", tmp_path / "made")

    assert (done.exit_code, done.output) == (130, "stopped; nothing was written\n")
    assert list(tmp_path.iterdir()) == []


def stops_at_the_second(real):
    """Return a writer that somebody interrupts."""

    def write(plan, folder, number, first, size):
        if number:
            raise KeyboardInterrupt
        return real(plan, folder, number, first, size)

    return write


HEEDING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from gravida.cli import main; main()"
"""The command heeding Ctrl+C, which what is started in the background of a shell ignores."""


def test_ctrl_c_with_several_processes_leaves_nothing(tmp_path):
    command = [sys.executable, "-c", HEEDING, "synthesize", "-n", "900000000", "--workers", "2", "--out", str(tmp_path / "made")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    waited = time.monotonic()
    while not list(tmp_path.glob(".made.*/*/*.parquet")) and time.monotonic() - waited < 60:
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)

    assert process.wait(60) == 130
    assert process.stderr.read() == "stopped; nothing was written\n"
    assert list(tmp_path.iterdir()) == []


# --- what cannot be used -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arguments", "says"), [
    (["--setting", "swedn", "--out", "x"], "there is no setting 'swedn'; did you mean 'sweden'?\n"),
    (["--set", "route_mising=1", "--out", "x"], "there is no number 'route_mising'; did you mean 'route_missing'?\n"),
    ([], "name the folder to write with --out DIR\n"),
    (["--set", "route_missing=7", "--out", "x"], "--set route_missing=7: this is a share, so write a number from 0 to 1\n"),
])  # fmt: skip
def test_what_cannot_be_used_is_said_with_the_nearest_name(run, arguments, says):
    done = run("-n", 10, *arguments)

    assert (done.exit_code, done.output) == (2, says)


@pytest.mark.parametrize(
    "arguments", [["--set", "route_missing"], ["--set", "route_missing=nan"], ["--years", "1800"], ["--years", "2025-2023"], ["-n", "0"], ["--as", "parchment"]]
)
def test_options_are_refused_without_a_traceback(run, arguments):
    done = run(*arguments, "--out", "x")

    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_the_list_names_settings_sites_and_numbers_with_their_sources(run):
    listed = " ".join(run("--list").output.split())

    assert "sweden (default)" in listed
    assert "(seen; kuusela2021)" in listed
    assert "(assumed; no source)" in listed
    assert "Upland" in listed


def test_births_of_a_setting_do_not_depend_on_seed_or_size():
    chosen = choose(load().population, "sweden")
    ruler = make_ruler(chosen)

    assert make_births(chosen, ruler).free.tolist() == make_births(chosen, make_ruler(chosen)).free.tolist()


def test_every_number_has_a_source_or_is_assumed_with_a_reason():
    assert all(each.confidence != "assumed" or each.because for each in load().population.parameters.values())
    assert all(each.source != "no source" or each.confidence == "assumed" for each in load().population.parameters.values())


def test_a_folder_that_cannot_be_written_is_told_without_a_traceback(run, tmp_path):
    (tmp_path / "file").write_text("")
    done = run("-n", 10, "--out", tmp_path / "file" / "made")

    assert done.exit_code == 2
    assert done.output == f"{tmp_path / 'file' / 'made'}: this cannot be written: Not a directory\n"


def test_without_its_libraries_the_command_says_what_to_install(tmp_path):
    code = "import sys; sys.modules['pyarrow'] = None; from gravida.cli import main; main(['synthesize', '--out', sys.argv[1]])"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "made")], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (2, "this needs the package pyarrow: pip install 'gravida[population]'\n")


def test_no_other_command_loads_them():
    code = "import sys, gravida.cli, gravida.library; print({'numpy', 'pyarrow'} & set(sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"


def test_knowledge_without_a_population_says_so(run, tmp_path):
    toy = Path(__file__).parents[1] / "toy"
    done = run("--knowledge", toy, "--out", tmp_path / "made")

    assert (done.exit_code, done.output) == (2, "this knowledge holds no numbers to make a population from: it has no population/settings.yaml\n")
