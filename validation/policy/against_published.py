"""Hold published decision analyses beside the closed form and beside the simulator: ``python validation/policy/against_published.py``.

Exit code 1 if the simulator is more than four standard errors off, or an identity does not hold.
"""

import sys

import click
from closed_form import PER, PUBLISHED, implied_risk, needed_to_screen, prevented, werner_line, wikstrom_deaths, wikstrom_early, wikstrom_share_needed
from published_trees import Branch, lived
from published_trees import prevented as prevented_in

SURE = 4


def simulated(name: str, tree: Branch, people: int) -> bool:
    """Print what the simulator finds in a tree; return whether it agrees."""
    found, error = prevented_in(lived(tree, people))
    wanted = prevented(tree.prevalence, tree.risk_short, 1 - tree.ratio)
    off = abs(found - wanted) / error
    print(f"{name}: closed form {PER * wanted:.1f} prevented for {PER:,} scans; simulator {PER * found:.1f} (±{PER * error:.1f}), {off:.1f} errors off")
    return off < SURE


def identities() -> list[tuple[str, float, float, float]]:
    """Return what must follow from printed figures: what, as worked out, as printed, and how far they may differ."""
    cahill, einerson, werner, old = (PUBLISHED[name]["outputs"] for name in ("cahill_2010", "einerson_2016", "werner_2015", "werner_2011"))
    line, jain = werner_line(), PUBLISHED["jain_2016"]
    return [
        ("Cahill 2010: saving of a scan", cahill["cost_without_scan"] - cahill["cost_universal"], cahill["saving"], 0.5),
        ("Werner 2015: cost of a QALY", werner["cost"] / werner["qalys"], werner["cost_per_qaly"], 1),
        ("Werner 2011: prevalence times risk", old["early_averted"] / PER / PUBLISHED["werner_2011"]["inputs"]["reduction"], 0.0055, 0.00005),
        ("Einerson 2016: QALYs", einerson["cost"] / einerson["cost_per_qaly"], 2456, 0.5),
        ("Einerson 2016: courses for a birth averted", einerson["courses"] / einerson["early_averted"], 12.1, 0.05),
        ("Einerson 2016: scans for a birth averted", einerson["scans"] / einerson["early_averted"], 2399, 0.5),
        ("Jain 2016 saves money from here on; the line from Werner 2015", line.cost_without_effect / line.saved, jain["outputs"]["reduction_for_saving"], 0.04),
    ]  # fmt: skip


@click.command()
@click.option("-n", "people", default=400_000, show_default=True, help="People in each simulated tree.")
def main(people: int) -> None:
    """Compare."""
    facco, wikstrom = PUBLISHED["facco_2013"]["inputs"], PUBLISHED["wikstrom_2022"]["inputs"]
    needed = needed_to_screen(**facco)
    print(f"Facco 2013, low risk: {needed:.1f} to screen for one birth prevented; printed {PUBLISHED['facco_2013']['outputs']['needed_to_screen']}")
    for group, prevalence in PUBLISHED["facco_2013"]["prevalence_of_others"].items():
        risk = implied_risk(prevalence, facco["reduction"], PUBLISHED["facco_2013"]["outputs"][group])
        print(f"  {group}: the risk with a short cervix was not read; what is printed implies {risk:.3f}")
    good = simulated("Facco 2013", Branch(facco["prevalence"], facco["risk"], 0.02, 1 - facco["reduction"]), people)
    printed = PUBLISHED["wikstrom_2022"]["outputs"]["deaths_averted"]
    print(f"Wikström 2022: {wikstrom_early():.1f} births before 33 wk averted, {wikstrom_deaths():.2f} deaths; printed {printed}")
    print(f"  births at 33 to 36 wk would explain the rest only if {wikstrom_share_needed():.0%} of short cervices ended then")
    short, long = wikstrom["short"], wikstrom["scanned"] - wikstrom["short"]
    tree = Branch(short / wikstrom["scanned"], wikstrom["early_in_short"] / short, wikstrom["early_in_long"] / long, 1 - wikstrom["reduction_before_33"])
    good &= simulated("Wikström 2022", tree, people)
    for what, found, printed, most in identities():
        same = abs(found - printed) <= most
        good &= same
        print(f"{what}: {found:,.4g} ({printed:,.4g}){'' if same else ' DIFFERS'}")
    for reduction in (0.45, 0.39, 0.30, 0.19, 0.11):
        print(f"  a QALY at a reduction of {reduction:.2f}, on the line through Werner 2015: {werner_line().cost_per_qaly(reduction):,.0f} USD")
    sys.exit(not good)


if __name__ == "__main__":
    main()
