"""Hold every estimator against R's metafor: on every set of trials that is pooled, on BCG, leave-one-out and cumulative.

``python validation/metafor/against_metafor.py`` compares with the pinned answers. With ``--afresh`` and R with metafor and
jsonlite (Debian: r-cran-metafor, r-cran-jsonlite) it writes the pins anew first. Exit code 1 if anything differs.
"""

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sets import sets

from gravida.evidence import Row
from gravida.pooling import Interval, Pooled, cumulative, leave_one_out, pool

HERE = Path(__file__).parent
CLOSE = 1e-6
BCG = [
    (4, 123, 11, 139), (6, 306, 29, 303), (3, 231, 11, 220), (62, 13598, 248, 12867), (33, 5069, 47, 5808), (180, 1541, 372, 1451), (8, 2545, 10, 629),
    (505, 88391, 499, 88391), (29, 7499, 45, 7277), (17, 1716, 65, 1665), (186, 50634, 141, 27338), (5, 2498, 3, 2341), (27, 16913, 29, 17854),
]  # fmt: skip
"""Tuberculosis and vaccination (Colditz 1994): cases and people, vaccinated and not. It is ``dat.bcg`` of metafor."""


def rows_of(name: str, counts: list[tuple[int, int, int, int]]) -> list[Row]:
    """Return counts as rows, in their order."""
    return [Row(f"{name} {index}", index, name, a, n, c, m, "seen") for index, (a, n, c, m) in enumerate(counts)]


def all_sets() -> dict[str, list[Row]]:
    """Return every set of trials, and BCG."""
    found = {name: rows_of(name, [(each["a"], each["n"], each["c"], each["m"]) for each in counts]) for name, counts in sets().items()}
    return found | {"bcg": rows_of("bcg", BCG)}


def _logs(interval: Interval) -> dict[str, float]:
    return {"estimate": math.log(interval.estimate), "low": math.log(interval.low), "high": math.log(interval.high)}


def _ours(pooled: Pooled) -> dict[str, dict[str, float | None]]:
    spread, prediction = pooled.heterogeneity, pooled.prediction
    random: dict[str, float | None] = {
        **_logs(pooled.random), "tau2": spread.tau2, "i2": spread.i2, "q": spread.q, "q_p": spread.q_p,
        "tau2_low": spread.tau2_low, "tau2_high": spread.tau2_high,
        "prediction_low": math.log(prediction.low) if prediction else None, "prediction_high": math.log(prediction.high) if prediction else None,
    }  # fmt: skip
    return {"random": random, "mantel_haenszel": dict(_logs(pooled.mantel_haenszel))}


def _differences(where: str, ours: dict[str, Any], theirs: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield how far each number is from metafor's, relative to its size where it is more than 1."""
    for kind, numbers in ours.items():
        for name, mine in numbers.items():
            other = theirs[kind][name]
            if (mine is None) != (other is None):
                yield f"{where}: {kind}.{name}", math.inf
            elif mine is not None:
                yield f"{where}: {kind}.{name}", abs(mine - other) / max(1.0, abs(other))


def compare(pins: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield every comparison with its difference."""
    found = all_sets()
    for name in found.keys() ^ pins.keys():
        yield f"{name} is pooled here or pinned, and not both: write the pins afresh", math.inf
    for name in found.keys() & pins.keys():
        rows, theirs = found[name], pins[name]
        yield from _differences(name, _ours(pool(rows)), theirs)
        for index, (_, pooled) in enumerate(leave_one_out(rows)):
            yield from _differences(f"{name} without {index + 1}", _ours(pooled), theirs["leave_one_out"][index])
        for index, (_, pooled) in enumerate(cumulative(rows)):
            yield from _differences(f"{name} up to {index + 2}", _ours(pooled), theirs["cumulative"][index])


def write_afresh() -> None:
    """Ask metafor again."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        sys.exit("Rscript is not here: install R with metafor and jsonlite (Debian: r-cran-metafor, r-cran-jsonlite)")
    done = subprocess.run([rscript, str(HERE / "pins.R")], input=json.dumps(sets()), capture_output=True, text=True, check=True)
    (HERE / "pins.json").write_text(done.stdout + "\n", encoding="utf-8")


def main() -> None:
    """Compare, and say what was compared."""
    if "--afresh" in sys.argv[1:]:
        write_afresh()
    pinned = json.loads((HERE / "pins.json").read_text(encoding="utf-8"))
    compared = list(compare(pinned["pins"]))
    wrong = [f"{where}: {difference:.2g}" for where, difference in compared if not difference <= CLOSE]
    print("\n".join(wrong))
    largest = max(difference for _, difference in compared)
    print(f"{len(compared)} numbers against {pinned['program']} {pinned['version']} ({pinned['date']}): {len(wrong)} differ; largest difference {largest:.1g}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
