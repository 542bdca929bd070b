"""All verdicts of one record: Gravida's reference engine against cql-execution, in one run.

For every record in examples/, median milliseconds of

  api, bare   cql-execution on the criteria that verdicts rest on: through its own Executor, and with its classes
              called directly (see validation/cql/bench.mjs);
  same        Gravida on the same criteria, with nothing kept from one library to the next;
  verdicts    Gravida, all verdicts: windows, contraindications and done actions too.

The knowledge is loaded, the libraries are translated, the record is prepared, both engines are warm.
Required: for every record both ways of Gravida are at least 5 times faster than the Executor of cql-execution.
"""

import argparse
import math
import sys
from pathlib import Path
from statistics import median

from gravida.cql_library import Library
from gravida.evaluate import World, fact, value
from gravida.knowledge import Knowledge
from gravida.library import load
from gravida.prepare import Situation
from gravida.verdict import judge
from peers import Peer, cql_execution, examples, machine, milliseconds, situations, verdict_libraries

REQUIRED = 5


def fresh(world: World) -> World:
    """Return the same world with nothing worked out yet."""
    return World(world.meaning, world.observed, world.lists)


def same_criteria(shipped: tuple[Library, ...], found: Situation) -> None:
    for library in shipped:
        world = fresh(found.world)
        for expression in library.expressions:
            _ = fact(expression.fact, world) if expression.fact else value(expression.node, world)


def all_verdicts(knowledge: Knowledge, found: Situation) -> None:
    world = fresh(found.world)
    for recommendation in knowledge.recommendations.values():
        judge(recommendation, knowledge.actions, world, found.today)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=100, help="how often each record is timed (default 100)")
    parser.add_argument("--knowledge", type=Path, help="the folder of knowledge (default: the one that is shipped)")
    wanted = parser.parse_args()
    knowledge = load(wanted.knowledge)
    shipped = verdict_libraries(knowledge)
    found = situations(examples(knowledge), knowledge)
    theirs = cql_execution(shipped, found, wanted.rounds)
    same = milliseconds(lambda name: same_criteria(shipped, found[name]), list(found), wanted.rounds)
    verdicts = milliseconds(lambda name: all_verdicts(knowledge, found[name]), list(found), wanted.rounds)
    print(f"{machine()}; {len(knowledge.recommendations)} recommendations, {sum(len(each.expressions) for each in shipped)} criteria")
    return show(theirs, same, verdicts)


def show(theirs: dict[str, Peer], same: dict[str, float], verdicts: dict[str, float]) -> int:
    """Print the table. Return the exit code: 1 if what is required is missed."""
    print(f"{'milliseconds':40} {'api':>6} {'bare':>6} {'same':>6} {'verdicts':>8}   {'api/same':>8} {'api/verdicts':>12} {'bare/verdicts':>13}")
    for name, peer in theirs.items():
        ratios = f"{peer.api / same[name]:8.1f} {peer.api / verdicts[name]:12.1f} {peer.bare / verdicts[name]:13.1f}"
        print(f"{name:40} {peer.api:6.2f} {peer.bare:6.2f} {same[name]:6.2f} {verdicts[name]:8.2f}   {ratios}")
    reached = [peer.api / max(same[name], verdicts[name]) for name, peer in theirs.items() if not math.isnan(peer.api)]
    print(f"Times faster than cql-execution: {median(reached):.1f} (median), {min(reached):.1f} (smallest); required {REQUIRED}")
    return 0 if min(reached) >= REQUIRED else 1


if __name__ == "__main__":
    sys.exit(main())
