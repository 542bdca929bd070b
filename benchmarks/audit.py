# ruff: noqa: S608 - every name in a query comes from our own schema
"""An audit by size, beside the CQL engine of others, in one run.

A synthetic population of each size is made (not timed) and audited: every pregnancy, every moment, every recommendation for
or against an act. For each size: seconds, pregnancies a second, the most memory of one process and of all, and the growth
from the size before (seconds for each pregnancy, as a ratio: 1 is linear).

For the largest size also where the time goes in one process: *preparing* (reading, entries, states, moments, courses),
*verdicts* (classes, and what every recommendation says at every moment of a course) and *counting*; required: verdicts take at most as long as preparing.

The peer is cql-execution on the exported libraries, for the last day of some of these pregnancies. For the same job it would have
to judge every moment of each, so its pregnancies a second are its evaluations a second by the moments of a pregnancy. Required: the
audit does at least 1,000 times as many pregnancies a second as its Executor does.
"""

import argparse
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np

from gravida.audit.engine import Duck
from gravida.audit.intake import open_folder
from gravida.audit.portions import Plan, run
from gravida.audit.records import record_on
from gravida.audit.run import Audit, audited
from gravida.audit.timeline import Timed
from gravida.flat import TABLES
from gravida.library import load
from gravida.prepare import Situation, prepare
from peers import cql_execution, machine, verdict_libraries

SIZES = (10_000, 100_000, 1_000_000)
PORTION = 500_000
"""What two workers take at a time with 3,000 MB."""
REQUIRED = 1000
MOST_GB = 5
MOST_STAGED = 1_000_000
"""Pregnancies of which the time of each stage is told."""
STAGES = {
    "preparing": (("intake", "load"), ("entries", "make"), ("states", "make"), ("timeline", "find")),
    "verdicts": (("classes", "learn"), ("courses", "find")),
}


def population(size: int, folder: Path) -> Path:
    """Make a synthetic population."""
    out = folder / f"made-{size}"
    subprocess.run([sys.executable, "-m", "gravida", "synthesize", "-n", str(size), "--out", str(out)], check=True, stderr=subprocess.DEVNULL)
    return out


def audit_once(source: Path, workers: int) -> None:
    """Audit a population in this process and its children; print seconds and memory in megabytes."""
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as spare:
        knowledge, chosen = load(), audited(load())
        engine = Duck(Path(spare) / "spill")
        audit = Audit(engine, knowledge, open_folder(source, engine), chosen)
        run(audit, PORTION, lambda _done, _total: None, Plan(knowledge, chosen, source, (), 3000 // workers, Path(spare)), workers)
    own, children = (resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(time.perf_counter() - begin, own, children, sum(audit.counts.pregnancies.values()))


def timed(source: Path, workers: int) -> tuple[float, float, float]:
    """Return seconds, the memory of the largest process and that of all, in GB, of an audit in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--once", str(source), "--workers", str(workers)], check=True, stdout=subprocess.PIPE, text=True)
    seconds, own, children, _ = map(float, done.stdout.split())
    together = own + children * workers if children else own
    return seconds, max(own, children) / 1024, together / 1024


def stages(source: Path) -> tuple[Counter[str], float]:
    """Return the seconds of each stage, in one process, and the moments of a pregnancy."""
    knowledge, spent = load(), Counter[str]()
    engine = Duck()
    audit = Audit(engine, knowledge, open_folder(source, engine), audited(knowledge))
    for stage, methods in STAGES.items():
        for part, name in methods:
            _clock(getattr(audit, part) if part else audit, name, stage, spent)
    begin, moments = time.perf_counter(), 0
    for portion in audit.intake.portions(PORTION):
        timed, _ = audit.add(portion)
        moments += _moments(timed)
    spent["counting"] = time.perf_counter() - begin - sum(spent.values())
    return spent, moments / sum(audit.counts.pregnancies.values())


def _moments(timed: Timed) -> int:
    """Return how many moments all pregnancies have together. One that goes on under another dating is one."""
    begun = timed.rows["course"][timed.rows["turn"] % 2 == 0]
    return int(np.bincount(begun)[timed.course].sum())


def _clock(part: object, name: str, stage: str, spent: Counter[str]) -> None:
    work = getattr(part, name)

    def watched(*arguments: object) -> object:
        begin = time.perf_counter()
        result = work(*arguments)
        spent[stage] += time.perf_counter() - begin
        return result

    object.__setattr__(part, name, watched)


def last_days(source: Path, count: int) -> dict[str, Situation]:
    """Return some pregnancies of a population as of their last day."""
    knowledge = load()
    files = {table: f"{source}/{table}/*.parquet" for table in TABLES}
    ids = [key for (key,) in duckdb.sql(f"SELECT pregnancy_id FROM '{files['pregnancies']}' ORDER BY pregnancy_id LIMIT {count}").fetchall()]
    found = {}
    for key in ids:
        rows = {table: _rows(path, key) for table, path in files.items()}
        day: date = rows["pregnancies"][0]["ended_on"]
        found[key] = prepare(record_on(rows, day - timedelta(1)), knowledge.meaning, knowledge.largest_k, day - timedelta(1))
    return found


def _rows(path: str, key: str) -> list[dict[str, object]]:
    rows = duckdb.execute(f"SELECT * FROM '{path}' WHERE pregnancy_id = ?", [key])
    return [dict(zip([column[0] for column in rows.description], row, strict=True)) for row in rows.fetchall()]


def peer(source: Path, count: int, rounds: int) -> tuple[float, float]:
    """Return how many days of a pregnancy cql-execution judges a second: through its Executor, and its classes called directly."""
    found = cql_execution(verdict_libraries(load()), last_days(source, count), rounds)
    usual = [each for each in found.values() if not math.isnan(each.api)]
    return 1000 * len(usual) / sum(each.api for each in usual), 1000 * len(usual) / sum(each.bare for each in usual)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="pregnancies (default 10^4, 10^5, 10^6; 10^7 takes some minutes)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: as many as processors)")
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.once:
        audit_once(wanted.once, wanted.workers)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return report([population(size, Path(folder)) for size in wanted.sizes], wanted.sizes, wanted.workers)


def report(made: list[Path], sizes: list[int], workers: int) -> int:
    """Print what was measured; return 1 if something that is required does not hold."""
    print(f"{machine()}; {workers} processes; {len(audited(load()))} recommendations for or against an act")
    each, memory = [], 0.0
    for source, size in zip(made, sizes, strict=True):
        seconds, largest, together = timed(source, workers)
        each.append(seconds / size)
        memory = max(memory, together)
        growth = f", growth {each[-1] / each[-2]:.2f}" if len(each) > 1 else ""
        print(f"{size:>12,} pregnancies  {seconds:8.1f} s  {size / seconds:>9,.0f} a second  {largest:.1f} GB, all {together:.1f} GB{growth}", flush=True)
    spent, moments = stages([source for source, size in zip(made, sizes, strict=True) if size <= MOST_STAGED][-1])
    print("one process: " + ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in spent.items()), flush=True)
    (executor, bare), ours = peer(made[0], 100, 5), 1 / each[-1]
    print(f"{moments:.2f} moments of a pregnancy; cql-execution judges {executor:,.0f} days a second (its classes alone {bare:,.0f})")
    ratio = ours * moments / executor
    print(f"audit: {ours:,.0f} pregnancies a second, {ratio:,.0f} times as many ({ours * moments / bare:,.0f}); {ours / executor:,.0f} if one day were enough")
    kept = (ratio >= REQUIRED, memory <= MOST_GB, spent["verdicts"] <= spent["preparing"])
    print(f"required: ratio of {REQUIRED} {kept[0]}, memory of {MOST_GB} GB {kept[1]}, verdicts at most as long as preparing {kept[2]}")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
