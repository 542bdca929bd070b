"""What the benchmarks share: the records, and how long the CQL engine of others takes for them."""

import json
import math
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from gravida.cql import names
from gravida.cql_library import DICTIONARY, Expression, Library, libraries, parameters
from gravida.knowledge import Knowledge
from gravida.prepare import Situation, prepare
from gravida.record import Record, read_record

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "validation" / "cql"
WARM_UP = 5


def examples(knowledge: Knowledge) -> dict[str, Record]:
    """Return every record in ``examples/``, by its name."""
    paths = sorted(path for path in (ROOT / "examples").iterdir() if path.suffix in (".yaml", ".json"))
    return {path.stem: read_record(path.read_bytes(), path.name, knowledge.dictionary) for path in paths}


def situations(records: Mapping[str, Record], knowledge: Knowledge) -> dict[str, Situation]:
    """Return the records as of their own days."""
    return {name: prepare(record, knowledge.meaning, knowledge.largest_k) for name, record in records.items()}


def verdict_libraries(knowledge: Knowledge) -> tuple[Library, ...]:
    """Return the CQL that verdicts rest on: every criterion of every recommendation, and when its action is done."""
    return tuple(replace(each, expressions=tuple(_needed(each))) for each in libraries(knowledge))


def _needed(library: Library) -> Iterator[Expression]:
    asked = [each for each in library.expressions if each.name.endswith((" done when", " not when"))]
    rest = {name for each in asked for name in names(each.node)}
    for each in library.expressions:
        if library.name == DICTIONARY and not (each in asked or each.fact in rest):
            continue
        if not each.name.startswith("where of "):
            yield each


@dataclass(frozen=True)
class Peer:
    """Median milliseconds that cql-execution takes for one record, measured inside Node when it is warm."""

    api: float
    """Through its Executor, as everybody uses it."""
    bare: float
    """Its classes called directly: no check of parameters, and nothing worked out twice."""


def cql_execution(shipped: Sequence[Library], found: Mapping[str, Situation], rounds: int) -> dict[str, Peer]:
    """Time the CQL engine of others. Where its Executor refuses a record (one with a range), ``api`` is not a number."""
    if shutil.which("node") is None or not (ENGINE / "node_modules").is_dir():
        sys.exit("The peer is cql-execution: this needs Node 20, and 'npm ci' in validation/cql.")
    records = [{"id": name, "parameters": {each.name: parameters(each, one.world) for each in shipped}} for name, one in found.items()]
    job = {"libraries": [{"name": each.name, "cql": each.cql} for each in shipped], "records": records, "rounds": rounds}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "job.json"
        path.write_text(json.dumps(job), encoding="utf-8")
        done = subprocess.run(["node", str(ENGINE / "bench.mjs"), str(path)], check=True, stdout=subprocess.PIPE, text=True)
    times = json.loads(done.stdout)
    return {name: Peer(median(each["api"]) if each["api"] else math.nan, median(each["bare"])) for name, each in times.items()}


def milliseconds(work: Callable[[str], object], chosen: Sequence[str], rounds: int) -> dict[str, float]:
    """Return the median time of the work for each name, warm; the names take turns, so that noise falls on all."""
    times: dict[str, list[float]] = {name: [] for name in chosen}
    for number in range(-WARM_UP, rounds):
        for name in chosen:
            start = time.perf_counter()
            work(name)
            if number >= 0:
                times[name].append((time.perf_counter() - start) * 1000)
    return {name: median(each) for name, each in times.items()}


def machine() -> str:
    """Return one line on what this ran on."""
    node = shutil.which("node")
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.strip() if node else "no Node"
    return f"Python {sys.version.split()[0]}, Node {version.removeprefix('v')}"
