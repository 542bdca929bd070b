"""Published decision trees as the few lines of arithmetic that they are, as far as their inputs could be read.

>>> round(needed_to_screen(0.0093, 0.25, 0.40))
1075
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PUBLISHED: dict[str, Any] = json.loads((Path(__file__).parent / "published.json").read_text(encoding="utf-8"))
PER = 100_000


def prevented(prevalence: float, risk: float, reduction: float) -> float:
    """Return how many early births one scan prevents: the scan finds a short cervix, which has a risk, which is reduced."""
    return prevalence * risk * reduction


def needed_to_screen(prevalence: float, risk: float, reduction: float) -> float:
    """Return how many must be scanned to prevent one early birth."""
    return 1 / prevented(prevalence, risk, reduction)


def implied_risk(prevalence: float, reduction: float, needed: float) -> float:
    """Return the risk with a short cervix that a published number needed to screen implies."""
    return 1 / (needed * prevalence * reduction)


def wikstrom_early() -> float:
    """Return the births before 33 weeks that scanning 100,000 prevents, from the counts of the study behind it."""
    given = PUBLISHED["wikstrom_2022"]["inputs"]
    return PER * prevented(given["short"] / given["scanned"], given["early_in_short"] / given["short"], given["reduction_before_33"])


def wikstrom_deaths() -> float:
    """Return the deaths that this prevents, if a prevented birth happens at term."""
    given = PUBLISHED["wikstrom_2022"]["inputs"]
    return wikstrom_early() * (given["deaths_before_33"] - given["deaths_from_37"])


def wikstrom_share_needed() -> float:
    """Return which share of short cervices would have to end at 33 to 36 weeks for those births alone to explain the deaths that are missing."""
    given, found = PUBLISHED["wikstrom_2022"]["inputs"], PUBLISHED["wikstrom_2022"]["outputs"]
    averted = (found["deaths_averted"] - wikstrom_deaths()) / (given["deaths_33_36"] - given["deaths_from_37"])
    return averted / given["reduction_33_36"] / (PER * given["short"] / given["scanned"])


@dataclass(frozen=True)
class Line:
    """Cost and QALYs of screening 100,000 as straight lines over the reduction: both grow with the births that are prevented."""

    cost_without_effect: float
    saved: float
    """For a reduction of 1."""
    qalys: float
    """For a reduction of 1."""

    def cost(self, reduction: float) -> float:
        """Return the extra cost."""
        return self.cost_without_effect - self.saved * reduction

    def cost_per_qaly(self, reduction: float) -> float:
        """Return the extra cost of a QALY; below zero where screening saves money."""
        return self.cost(reduction) / (self.qalys * reduction)


def werner_line() -> Line:
    """Return the line through what Werner 2015 printed: cost and QALYs of the base case, and the reduction at which a QALY costs 100,000."""
    given, found = PUBLISHED["werner_2015"]["inputs"], PUBLISHED["werner_2015"]["outputs"]
    base, least = given["reduction"], found["least_reduction"]
    qalys = found["qalys"] / base
    saved = (given["worth"] * qalys * least - found["cost"]) / (base - least)
    return Line(found["cost"] + saved * base, saved, qalys)
