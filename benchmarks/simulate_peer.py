"""The published tree of Facco 2013 in starsim, week by week: two runs, nobody scanned and everybody scanned once.

Run by ``simulate.py`` with a Python that has starsim; prints its version, seconds, and births prevented for each scan.
"""

import sys
import time

import starsim as ss

PREVALENCE, RISK_SHORT, RISK_LONG, RATIO = 0.0093, 0.25, 0.02, 0.60
FIRST, SCAN, EARLY_FROM, EARLY_BEFORE, LAST = 20, 22, 24, 34, 40


class Pregnancies(ss.Module):
    """Pregnancies of which some have a short cervix; early births are spread evenly over ten weeks."""

    def __init__(self, *, scanned: bool) -> None:
        super().__init__(name="pregnancies")
        self.scanned = scanned
        self.define_states(ss.BoolState("short"), ss.BoolState("treated"), ss.BoolState("born"), ss.FloatArr("luck"))
        self.is_short = ss.bernoulli(p=PREVALENCE)
        self.draw = ss.random()

    def init_post(self) -> None:
        """Decide who has a short cervix."""
        super().init_post()
        people = self.sim.people.auids
        self.short[people] = self.is_short.rvs(people)
        self.luck[people] = self.draw.rvs(people)

    def step(self) -> None:
        """Live through a week."""
        week = FIRST + self.ti
        if week == SCAN and self.scanned:
            self.treated[(self.short & ~self.born).uids] = True
        if EARLY_FROM <= week < EARLY_BEFORE:
            share = (week + 1 - EARLY_FROM) / (EARLY_BEFORE - EARLY_FROM)
            risk = (RISK_LONG + (RISK_SHORT - RISK_LONG) * self.short.values) * (1 - (1 - RATIO) * self.treated.values)
            due = (self.luck.values < risk * share) & ~self.born.values
            self.born[self.sim.people.auids[due]] = True


def births(people: int, *, scanned: bool) -> int:
    """Return the early births of one run."""
    module = Pregnancies(scanned=scanned)
    sim = ss.Sim(n_agents=people, modules=module, start=0, dur=LAST - FIRST, dt=1, rand_seed=1, verbose=0)
    sim.run()
    return int(next(each for each in sim.modules if each.name == "pregnancies").born.values.sum())


def main() -> None:
    people = int(sys.argv[1])
    begin = time.perf_counter()
    none, screened = births(people, scanned=False), births(people, scanned=True)
    print(ss.__version__, time.perf_counter() - begin, (none - screened) / people)


if __name__ == "__main__":
    main()
