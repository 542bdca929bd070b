"""Policies by size, sensitivity draws, and a published Python microsimulation beside it, in one run.

*Sizes*: so many pregnancies live under four policies; seconds, pregnancies a second, and the most memory of all processes.
*Draws*: so many sensitivity draws of 100,000 people under the same four policies; seconds for a draw once the engine has answered
most questions, and what 1,000 draws would take.
*Peer*: starsim on the published tree of Facco 2013 (one scan, and progesterone with a short cervix), week by week from 20 to 40
weeks, as many people in both. It is no part of what Gravida needs: ``--peer PYTHON`` names a Python that has starsim
(``pip install starsim``); without it nothing is compared. Loading is not counted, the first asking of the engine is.
"""

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from gravida.library import load
from gravida.simulate.answers import Answers
from gravida.simulate.runs import Job, Runner, live
from gravida.simulate.tally import MAIN, OUTCOMES, outcomes
from gravida.simulate.uncertain import sensitivity_draws, uncertain, used_by
from peers import ROOT, machine

POLICIES = ("nobody", "after-one-loss", "universal", "rcog-2022")
SIZES = (100_000, 1_000_000)
SAMPLE, ENOUGH = 100_000, 1000
MOST_GB = 4
PEER = Path(__file__).with_name("simulate_peer.py")


def job(people: int) -> Job:
    """Return what is simulated."""
    knowledge = load()
    return Job(knowledge, tuple(knowledge.policies[name] for name in POLICIES), 1, people, knowledge.population.default.id)


def once(people: int, workers: int) -> None:
    """Live through it in this process and its children; print seconds, and megabytes of this one and of the largest child."""
    begin = time.perf_counter()
    with Runner(job(people), workers) as runner:
        runner.run([{}], people, lambda _done, _total: None)
    own, children = (resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(time.perf_counter() - begin, own, children)


def timed(people: int, workers: int) -> tuple[float, float]:
    """Return seconds, and gigabytes of all processes, in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--once", str(people), "--workers", str(workers)], check=True, stdout=subprocess.PIPE, text=True)
    seconds, own, children = map(float, done.stdout.split())
    return seconds, (own + children * workers if children else own) / 1024


def draws(count: int, workers: int) -> tuple[float, float]:
    """Return the seconds of so many sensitivity draws, and those of a draw in the second half."""
    wanted = job(SAMPLE)
    drawn = sensitivity_draws(uncertain(used_by(wanted)), wanted.seed, count)
    marks: list[float] = []
    begin = time.perf_counter()
    with Runner(wanted, workers) as runner:
        runner.run(drawn, SAMPLE, lambda _done, _total: marks.append(time.perf_counter() - begin))
    half = count // 2
    return marks[-1], (marks[-1] - marks[half]) / (count - half)


def tree(people: int) -> tuple[float, float]:
    """Return the seconds that Facco's tree takes here, and what one scan prevents."""
    sys.path.insert(0, str(ROOT / "validation" / "policy"))
    from published_trees import NOBODY, SCREEN, Branch, cohort  # noqa: PLC0415

    knowledge = load()
    begin = time.perf_counter()
    answers = Answers(knowledge, (NOBODY, SCREEN))
    made = cohort(knowledge, Branch(0.0093, 0.25, 0.02, 0.6), people, 1)
    none, screened = (outcomes(each)[:, OUTCOMES.index(MAIN)].sum() for each in live(made, (NOBODY, SCREEN), answers))
    return time.perf_counter() - begin, float(none - screened) / people


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="pregnancies (default 10^5, 10^6; 10^7 takes some minutes)")
    parser.add_argument("--draws", type=int, default=20, help="sensitivity draws to time (default 20)")
    parser.add_argument("--people", type=int, default=200_000, help="people in the tree that both run (default 200,000)")
    parser.add_argument("--peer", metavar="PYTHON", help="a Python that has starsim")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: as many as processors)")
    parser.add_argument("--once", type=int, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.once:
        once(wanted.once, wanted.workers)
        return 0
    return report(wanted)


def report(wanted: argparse.Namespace) -> int:
    """Print what was measured; return 1 if it took more memory than it may."""
    print(f"{machine()}; {wanted.workers} processes; policies: {', '.join(POLICIES)}")
    most = 0.0
    for size in wanted.sizes:
        seconds, memory = timed(size, wanted.workers)
        most = max(most, memory)
        print(f"{size:>11,} pregnancies under {len(POLICIES)} policies: {seconds:.1f} s, {size / seconds:,.0f} a second, {memory:.1f} GB", flush=True)
    if wanted.draws:
        seconds, each = draws(wanted.draws, wanted.workers)
        minutes = (seconds + (ENOUGH - wanted.draws) * each) / 60
        print(f"{wanted.draws} draws of {SAMPLE:,}: {seconds:.1f} s; later ones {each:.2f} s each, so {ENOUGH:,} take about {minutes:.0f} min")
    if wanted.peer:
        _beside(wanted.people, wanted.peer)
    return int(most > MOST_GB)


def _beside(people: int, python: str) -> None:
    own, prevented = tree(people)
    done = subprocess.run([python, str(PEER), str(people)], check=True, stdout=subprocess.PIPE, text=True)
    version, seconds, theirs = done.stdout.split()[-3:]
    here, there = (f"{100_000 * found:.0f} prevented for 100,000" for found in (prevented, float(theirs)))
    print(f"Facco's tree, {people:,} people: {own:.1f} s here ({here}), {float(seconds):.1f} s in starsim {version} ({there})")
    print(f"times as fast as starsim: {float(seconds) / own:.1f}")


if __name__ == "__main__":
    sys.exit(main())
