"""From nothing to an answer: ``gravida assess FILE`` as a whole process.

  first   the knowledge is read and validated from its files, and kept; `make` does this once when it sets up, so a person
          meets it only after the knowledge or the program has changed;
  later   the knowledge that was kept is read: every other start.

Peers in the same run: ``python -c pass`` and ``node -e 0``, which do nothing. Median seconds of several runs, taking
turns. Required: less than 1 second for every start but the first, which is printed beside it.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from peers import ROOT, machine

REQUIRED_S = 1


def seconds(command: list[str], cache: str) -> float:
    """Return how long a process takes. Raises if it fails."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "XDG_CACHE_HOME": cache})
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10, help="how often each process is started (default 10)")
    parser.add_argument("--record", type=Path, default=ROOT / "examples" / "one-painless-loss.yaml", help="the record to assess")
    wanted = parser.parse_args()
    python, node = Path(sys.executable), shutil.which("node")
    ours = [str(python.with_name("gravida")), "assess", str(wanted.record)]
    peers = {"python -c pass": [str(python), "-c", "pass"]} | ({"node -e 0": [node, "-e", "0"]} if node else {})
    times: dict[str, list[float]] = {name: [] for name in ("first", "later", *peers)}
    for _ in range(wanted.rounds):
        with tempfile.TemporaryDirectory() as cache:
            times["first"].append(seconds(ours, cache))
            times["later"].append(seconds(ours, cache))
            for name, command in peers.items():
                times[name].append(seconds(command, cache))
    return show({name: median(each) for name, each in times.items()}, list(peers))


def show(found: dict[str, float], peers: list[str]) -> int:
    """Print the table. Return the exit code: 1 if what is required is missed."""
    print(machine())
    for name, each in found.items():
        ratios = "".join(f"{each / found[peer]:6.1f} x {peer}" for peer in peers if name not in peers)
        print(f"{name:16} {each:6.3f} s {ratios}")
    print(f"gravida assess starts in {found['later']:.2f} s ({found['first']:.2f} s the first time); required: less than {REQUIRED_S} s")
    return 0 if found["later"] < REQUIRED_S else 1


if __name__ == "__main__":
    sys.exit(main())
