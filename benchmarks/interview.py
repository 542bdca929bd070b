"""How many questions the interview asks until it says what the full record says, against fixed orders.

Each example is answered from its own record, beginning with nothing but the day. One prompt is one question; ticking the
signs of one urgency is one. Two orders are the peers: a form that asks everything in the order of the dictionary (but
nothing that cannot be known yet), and the same form leaving out what can no longer change a verdict.

A verdict counts as reached if it is the same; "passed", "done" and "not met" count as one where the weeks are over,
because none of them calls for anything and the interview does not ask for the difference.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "interview"))

from respondent import FORM, RELEVANT, SETTLING, Respondent, interviewed

from gravida.library import load

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.yaml"))


def main() -> None:
    """Print the questions asked for each example, and the sums."""
    knowledge = load()
    print(f"{'example':44} {'settles most':>13} {'fixed, relevant':>16} {'fixed form':>11} {'ends after':>11}")
    sums = [0, 0, 0, 0]
    for path in EXAMPLES:
        respondent = Respondent(path, knowledge)
        found = [interviewed(respondent, order) for order in (SETTLING, RELEVANT, FORM)]
        counts = [each.until_reached for each in found] + [found[0].asked]
        sums = [a + b for a, b in zip(sums, counts, strict=True)]
        print(f"{path.stem:44} {counts[0]:>13} {counts[1]:>16} {counts[2]:>11} {counts[3]:>11}")
    print(f"{'all':44} {sums[0]:>13} {sums[1]:>16} {sums[2]:>11} {sums[3]:>11}")
    print(f"questions against a fixed order of what is relevant: {sums[0] / sums[1]:.2f}; against the whole form: {sums[0] / sums[2]:.2f}")


if __name__ == "__main__":
    main()
