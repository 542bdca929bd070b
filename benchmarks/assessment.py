"""A whole assessment of one record, from the record to everything that is shown, with the knowledge loaded.

For every record in examples/: median milliseconds, of these the ranking of what is missing, and the ratio to a peer
measured in the same run: cql-execution, which answers the bare criteria for the same record (see verdicts.py).
Required: less than 50 milliseconds for every record.
"""

import argparse
import sys
import time
from pathlib import Path
from statistics import median

from gravida.assess import assess
from gravida.library import load
from peers import cql_execution, examples, machine, milliseconds, situations, verdict_libraries

REQUIRED_MS = 50


class Stopwatch:
    """Wraps a function of a module and notes how long each call takes."""

    def __init__(self, module: object, name: str) -> None:
        self.times: list[float] = []
        self.inside = getattr(module, name)
        setattr(module, name, self)

    def __call__(self, *given: object, **named: object) -> object:
        """Call the function."""
        start = time.perf_counter()
        result = self.inside(*given, **named)
        self.times.append((time.perf_counter() - start) * 1000)
        return result

    def taken(self) -> float:
        """Return the median milliseconds since last asked."""
        found, self.times = self.times, []
        return median(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="how often each record is timed (default 20)")
    parser.add_argument("--knowledge", type=Path, help="the folder of knowledge (default: the one that is shipped)")
    wanted = parser.parse_args()
    knowledge = load(wanted.knowledge)
    records = examples(knowledge)
    theirs = cql_execution(verdict_libraries(knowledge), situations(records, knowledge), wanted.rounds)
    ranking = Stopwatch(sys.modules["gravida.assess"], "rank_missing")
    print(f"{machine()}; {len(knowledge.recommendations)} recommendations")
    print(f"{'milliseconds':40} {'assessment':>10} {'of these ranking':>16} {'cql-execution':>13} {'ratio':>6}")
    slowest = []
    for name, record in records.items():
        ours = milliseconds(lambda _, record=record: assess(record, knowledge), [name], wanted.rounds)[name]
        peer = theirs[name].bare
        print(f"{name:40} {ours:10.1f} {ranking.taken():16.1f} {peer:13.1f} {ours / peer:6.1f}")
        slowest.append(ours)
    print(f"An assessment takes {median(slowest):.1f} ms (median), {max(slowest):.1f} ms (slowest); required: less than {REQUIRED_MS} ms")
    return 0 if max(slowest) < REQUIRED_MS else 1


if __name__ == "__main__":
    sys.exit(main())
