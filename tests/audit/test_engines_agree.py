"""Reference engine and audit: the same verdict for every recommendation, pregnancy and day."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random

import duckdb
import numpy as np
import pytest
from random_flat import RandomTables

from gravida.audit.engine import Duck
from gravida.audit.intake import open_folder, types_of
from gravida.audit.needs import needs_of
from gravida.audit.records import record_on
from gravida.audit.run import Audit
from gravida.audit.verdicts import verdicts
from gravida.cli import main
from gravida.flat import TABLES
from gravida.prepare import prepare
from gravida.verdict import judge

EPOCH = date(1970, 1, 1)


def by_pregnancy(tables):
    """Return the rows of each pregnancy."""
    found = defaultdict(lambda: {table: [] for table in TABLES})
    for table, rows in tables.items():
        for row in rows:
            found[row["pregnancy_id"]][table].append(row)
    return found


def rows_of(folder):
    """Return the flat tables of a folder as rows."""
    tables = {}
    for table in TABLES:
        found = duckdb.read_parquet(f"{folder}/{table}/*.parquet")
        tables[table] = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    return tables


def disagreements(engine, knowledge, folder, pregnancies, days_each, seed, size=1000, only=None):
    """Return where an audit and the reference engine give different verdicts, and how many were compared."""
    audit = Audit(engine, knowledge, open_folder(folder, engine), only or list(knowledge.recommendations.values()))
    random, found, compared = Random(seed), [], 0  # noqa: S311  (nothing secret hangs on these numbers)
    for portion in audit.intake.portions(size):
        audit.judge(portion)
        numbers = {key: pid for pid, key in engine.rows("SELECT pid, id FROM portion") if key in pregnancies}
        begins = defaultdict(set)
        for pid, day in engine.rows("SELECT pid, begins FROM moments"):
            begins[pid].add(day)
        asked = [(pid, day) for key, pid in numbers.items() for day in days_of(pregnancies[key], begins[pid], random, days_each)]
        engine.put("asked", {"pid": np.array([pid for pid, _ in asked]), "day": np.array([day for _, day in asked], dtype=np.int32)})
        at, given = verdicts(engine, audit.courses, "asked")
        names = {pid: key for key, pid in numbers.items()}
        assert len(at) == len(asked)
        for (pid, day), row in zip(at.tolist(), given.tolist(), strict=True):
            wanted = judged(pregnancies[names[pid]], EPOCH + timedelta(day), knowledge, audit.recommendations)
            compared += len(wanted)
            found += [(names[pid], day, each.key, one, other) for each, one, other in zip(audit.recommendations, wanted, row, strict=True) if one != other]
    return found, compared


def days_of(rows, begins, random, each):
    """Return the first day of every moment, the day before it, the last day, and some others."""
    (own,) = rows["pregnancies"]
    first, last = (own["known_from"] - EPOCH).days, (own["ended_on"] - EPOCH).days
    some = random.sample(sorted(begins), min(each, len(begins)))
    return {last, *some, *(day - 1 for day in some if day > first), *(random.randint(first, last) for _ in range(each // 2))}


def judged(rows, day, knowledge, recommendations):
    """Return what the reference engine says of a pregnancy on a day."""
    situation = prepare(record_on(rows, day), knowledge.meaning, knowledge.largest_k, day)
    return [judge(each, knowledge.actions, situation.world, situation.today).verdict for each in recommendations]


@pytest.mark.parametrize("seed", range(4))
def test_both_engines_agree_on_tables_that_nobody_would_write(knowledge, written, seed):
    needs = needs_of(knowledge, list(knowledge.recommendations.values()))
    tables = RandomTables(knowledge, needs, seed).draw(150)

    found, compared = disagreements(Duck(), knowledge, written(tables), by_pregnancy(tables), 12, seed, size=60)

    assert found == []
    assert compared > 300_000


@pytest.mark.parametrize("topic", ["universal-scan", "17-ohpc", "removal", "infection-screening", "qualifying-history"])
def test_both_engines_agree_on_one_topic_alone(knowledge, written, topic):
    """What other topics rest on is not there then, such as stitches where only scans are asked about."""
    needs = needs_of(knowledge, list(knowledge.recommendations.values()))
    tables = RandomTables(knowledge, needs, 7).draw(30)
    only = [each for each in knowledge.recommendations.values() if each.topic == topic]

    found, compared = disagreements(Duck(), knowledge, written(tables), by_pregnancy(tables), 6, 7, only=only)

    assert found == []
    assert compared > 100


def certain(random, key, types):
    """Return the tables of a pregnancy in which every scan is dated, measured and described, and the stitch perhaps recorded late, or not told of.

    Earlier pregnancies are of few sorts, so that many have the same.
    """
    began = date(2026, 1, 1)
    known, last = began + timedelta(random.randint(60, 100)), began + timedelta(random.randint(180, 270))
    own = {"pregnancy_id": key, "known_from": known, "ended_on": last, "pregnancy_last_period": began, "pregnancy_plurality": 1, "scans_known": True}
    own |= {"cerclages_known": random.choice((True, True, None)), "cerclages_open": random.choice((None, None, True)), "prior_pregnancies_known": True}
    scans = [
        {
            "pregnancy_id": key, "entry": entry, "on": began + timedelta(random.choice((112, 126, 139, 140, 167, 168, 200))),
            "route": random.choice(("transvaginal", "transabdominal")), "reason": random.choice(("incidental", "surveillance")),
            "cervical_length_mm": random.choice((9, 14, 22, 25, 30, 40)), "funnelling": random.random() < 0.3,
        }
        for entry in range(random.choice((1, 1, 2, 3, 4)))
    ]  # fmt: skip
    earlier = [
        {
            "pregnancy_id": key, "entry": entry, "painless_dilation": random.choice((True, False, None)),
            "ended_days": random.choice((90, 125, 150, 200, 236, 275)),
            **{name: random.choice(types[f"prior_pregnancies[].{name}"].values) for name in ("outcome", "onset", "cerclage_kind")},
        }
        for entry in range(random.choice((0, 1, 2, 3)))
    ]  # fmt: skip
    own |= {"prior_pregnancies_total": random.choice((None, len(earlier), len(earlier) + 1)), "prior_pregnancies_complete": random.choice((None, True, False))}
    placed = began + timedelta(random.choice((110, 130, 150)))
    recorded = random.choice((None, None, placed + timedelta(random.choice((1, 20, 45)))))
    stitch = {"pregnancy_id": key, "entry": 0, "placed_on": placed, "recorded_on": recorded, "kind": "transvaginal", "removed": False}
    return {"pregnancies": [own], "scans": scans, "prior_pregnancies": earlier, "cerclages": [stitch] if random.random() < 0.5 else []}


@pytest.mark.parametrize("seed", range(2))
def test_both_engines_agree_where_scans_are_certain_and_stitches_are_not(knowledge, written, seed):
    random, tables, (types, _) = Random(seed), {name: [] for name in TABLES}, types_of(knowledge.dictionary)  # noqa: S311
    for number in range(500):
        for name, rows in certain(random, f"p{number:04}", types).items():
            tables[name] += rows

    found, compared = disagreements(Duck(), knowledge, written(tables), by_pregnancy(tables), 8, seed)

    assert found == []
    assert compared > 1_000_000


def doubtful(random, key):
    """Return the tables of a pregnancy with two or three scans, of which one is perhaps unknown in some way, or recorded late.

    Days, lengths and all else are few, so that many pregnancies differ in nothing but which of their scans came first, or is shorter.
    """
    began = date(2026, 1, 1)
    own = {"pregnancy_id": key, "known_from": began + timedelta(60), "ended_on": began + timedelta(240), "scans_known": True, "pregnancy_plurality": 1}
    own |= {"pregnancy_last_period": began if random.random() < 0.9 else None, "cerclages_known": True if random.random() < 0.8 else None}
    loss = {"pregnancy_id": key, "entry": 0, "outcome": "miscarriage", "ended_days": 140, "onset": "spontaneous", "painless_dilation": True, "plurality": 1}
    own |= {"prior_pregnancies_total": 1, "prior_pregnancies_complete": True}
    scans = [scan(random, key, entry, began) for entry in range(random.choice((2, 2, 2, 3)))]
    stitch = {
        "pregnancy_id": key,
        "entry": 0,
        "placed_on": began + timedelta(147),
        "recorded_on": random.choice((None, began + timedelta(155))),
        "kind": "transvaginal",
    }
    return {"pregnancies": [own], "scans": scans, "prior_pregnancies": [loss], "cerclages": [stitch] if random.random() < 0.15 else []}


def scan(random, key, entry, began):
    """Return a scan of which something is perhaps not known: its day, its way, why it was made, or the length, which may be a range."""
    day = began + timedelta(random.choice((140, 140, 150, 153)))
    found = {
        "pregnancy_id": key, "entry": entry, "on": day, "cervical_length_mm": random.choice((14, 22, 23, 30, 32)),
        "route": "transvaginal" if random.random() < 0.8 else "transabdominal", "reason": "surveillance" if random.random() < 0.9 else "incidental",
    }  # fmt: skip
    lacking = random.choice((None, None, None, None, None, None, "route", "route", "reason", "cervical_length_mm", "on", "late", "late", "week", "range"))
    if lacking == "late":
        found["recorded_on"] = day + timedelta(12)
    elif lacking == "week":
        found |= {"on": None, "at_days": (day - began).days}
    elif lacking == "range":
        found["cervical_length_mm_to"] = found["cervical_length_mm"] + 5
    elif lacking:
        found[lacking] = None
    return found


@pytest.mark.parametrize("seed", range(2))
def test_both_engines_agree_where_something_of_a_scan_is_unknown(knowledge, written, seed):
    random, tables = Random(seed), {name: [] for name in TABLES}  # noqa: S311
    for number in range(450):
        for name, rows in doubtful(random, f"p{number:04}").items():
            tables[name] += rows

    found, compared = disagreements(Duck(), knowledge, written(tables), by_pregnancy(tables), 6, seed)

    assert found == []
    assert compared > 1_000_000


def test_a_scan_without_a_day_leaves_in_doubt_which_is_the_latest(knowledge, written):
    """Of two pregnancies without a dating, in one a scan has a week and no day: whether it came after the other scan cannot be told."""
    tables = {name: [] for name in TABLES}
    for key, on in (("both", date(2026, 5, 20)), ("one", None)):
        first = {"pregnancy_id": key, "known_from": date(2026, 5, 1), "ended_on": date(2026, 8, 1), "scans_known": True, "cerclages_known": True}
        scans = [("transvaginal", date(2026, 5, 30), None), ("transabdominal", date(2026, 5, 20), 140), ("transabdominal", on, 140)]
        tables["pregnancies"].append(first | {"pregnancy_plurality": 1})
        for entry, (route, day, week) in enumerate(scans):
            days = {"on": day, "at_days": week, "recorded_on": date(2026, 6, 1)}
            tables["scans"].append({"pregnancy_id": key, "entry": entry, "route": route, "cervical_length_mm": 22, "reason": "surveillance"} | days)

    found, _ = disagreements(Duck(), knowledge, written(tables), by_pregnancy(tables), 6, 1)

    assert found == []


@pytest.mark.parametrize(("after", "recorded"), [(None, None), (22, None), (None, date(2026, 5, 29))], ids=["no stitch", "a scan after it", "told of late"])
def test_which_of_two_scans_is_shorter_matters_where_one_may_not_belong(knowledge, written, after, recorded):
    """Of both lengths every criterion says the same. Only where the scan of which nobody knows the way is the shorter one, it leaves in doubt which counts.

    A shorter one after a stitch changes nothing, and until a stitch was told of, a scan after it counts too.
    """
    tables = {name: [] for name in TABLES}
    stitched, late = after is not None or recorded is not None, date(2026, 5, 24) if recorded else date(2026, 5, 17)
    for key, sure, maybe in (("doubtful", 34, 32), ("settled", 32, 34)):
        own = {"pregnancy_id": key, "known_from": date(2026, 4, 1), "ended_on": date(2026, 8, 1), "scans_known": True, "cerclages_known": True}
        tables["pregnancies"].append(own | {"pregnancy_plurality": 1, "pregnancy_last_period": date(2026, 1, 1)})
        scans = [("transvaginal", date(2026, 5, 16), sure), (None, late, maybe), *([("transvaginal", date(2026, 5, 25), after)] if after else [])]
        for entry, (route, day, length) in enumerate(scans):
            tables["scans"].append({"pregnancy_id": key, "entry": entry, "route": route, "on": day, "cervical_length_mm": length, "reason": "surveillance"})
        stitch = {"pregnancy_id": key, "entry": 0, "placed_on": date(2026, 5, 20), "kind": "transvaginal", "removed": False, "recorded_on": recorded}
        tables["cerclages"] += [stitch] if stitched else []

    found, _ = disagreements(Duck(), knowledge, written(tables), by_pregnancy(tables), 8, 1)

    assert found == []


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a folder with synthetic pregnancies."""
    folder = tmp_path_factory.mktemp("made") / "population"
    main(["synthesize", "-n", "20000", "--seed", "3", "--workers", "1", "--out", str(folder)], standalone_mode=False)
    return folder


def test_both_engines_agree_on_synthetic_pregnancies(knowledge, made):
    tables = rows_of(made)
    pregnancies = by_pregnancy(tables)
    some = {key: pregnancies[key] for key in sorted(pregnancies)[::67]}

    found, compared = disagreements(Duck(), knowledge, made, some, 4, 5, size=8000)

    assert found == []
    assert compared > 500_000
