"""One figure, one centile, one published effect as a line: what every report writes the same way.

>>> in_people(0.0746, 100), in_people(0.002, 100)
('7 of 100', 'fewer than 1 of 100')
"""

import math
from collections.abc import Iterator, Sequence

from gravida.assessment import Centile, PublishedEffect, RiskFigure, RiskGroup, RiskStudy

MEASURES = {"RR": "the risk", "OR": "the odds", "aOR": "the odds (adjusted)", "HR": "the rate"}
MARKS = {"derived": " [worked out]", "partial": " [PARTLY FROM MEMORY]", "recalled": " [FROM MEMORY, NOT READ]"}
TRUSTED = ("seen", "derived")
NBSP = "\N{NO-BREAK SPACE}"


def figures(group: RiskGroup, *, everything: bool = False) -> list[RiskFigure]:
    """Return the figures to show: none that this pregnancy has passed; none from memory, unless everything is wanted."""
    return [each for each in group.figures if not each.over and (everything or each.confidence in TRUSTED)]


def belonging(studies: Sequence[RiskStudy]) -> Iterator[tuple[str, list[str]]]:
    """Yield every group that a record is known to belong to, with its study, and a line for each share that was counted in it."""
    for study in studies:
        for group in (each for each in study.groups if each.belongs):
            lines = [figure_line(each, study.out_of) for each in figures(group) if not each.measure]
            if lines:
                yield f"{study.heading}: {group.label}{' (under treatment)' if study.treated == 'treated' else ''}", lines


def figure_line(figure: RiskFigure, out_of: int) -> str:
    """Return a figure in a line: in people, then as printed."""
    start = f"{figure.label}{', ' + figure.condition if figure.condition else ''}: "
    because = f" ({figure.because})" if figure.because else ""
    return start + (_relative(figure, out_of) if figure.measure else _counted(figure, out_of)) + MARKS.get(figure.confidence, "") + because


def _counted(figure: RiskFigure, out_of: int) -> str:
    assert figure.share is not None
    counted = f"; {figure.events} of {figure.of:,} counted" if figure.of else ""
    return f"about {in_people(figure.share, out_of)}; {_percent(figure.share)}{_limits(figure, as_percent=True)}{counted}"


def _relative(figure: RiskFigure, out_of: int) -> str:
    if figure.measure == "LR":
        assert figure.before is not None
        assert figure.share is not None
        before = f"{in_people(figure.before, out_of)} before ({figure.against})"
        return f"likelihood ratio {figure.estimate:g}{_limits(figure)}: of {before}, it makes about {in_people(figure.share, out_of)}"
    times = f"{figure.estimate:g} times {MEASURES[figure.measure]}{_limits(figure)}, against {figure.against}"
    return f"{times} ({figure.measure}; how often it happens does not follow)"


def _limits(figure: RiskFigure, *, as_percent: bool = False) -> str:
    if figure.low is None or figure.high is None:
        return " (limits not seen)"
    return f" ({_percent(figure.low)} to {_percent(figure.high)})" if as_percent else f" ({figure.low:g} to {figure.high:g})"


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", NBSP + "%")


def people(share: float, out_of: int) -> int:
    """Return how many people a share is, out of so many; a half is a person more."""
    return math.floor(share * out_of + 0.5)


def in_people(share: float, out_of: int) -> str:
    """Return a share in people. What rounds to nobody or everybody is not said to be so, unless it is."""
    number = people(share, out_of)
    if number == 0 and share > 0:
        return f"fewer than 1 of {out_of:,}"
    return f"more than {out_of - 1:,} of {out_of:,}" if number == out_of and share < 1 else f"{number:,} of {out_of:,}"


def centile_line(found: Centile) -> str:
    """Return where a length lies among published centiles; nothing is drawn between them."""
    low = f"at or above centile {found.above:g} ({found.above_mm:g} mm)" if found.above is not None else ""
    high = f"below centile {found.below:g} ({found.below_mm:g} mm)" if found.below is not None else ""
    between = " and ".join(part for part in (low, high) if part)
    return f"{found.length_mm:g} mm at {found.at}: {between}; {found.population}{'; ' + found.note if found.note else ''}"


def effect_line(found: PublishedEffect) -> str:
    """Return a published effect in a line."""
    limits = f" ({found.low:g} to {found.high:g})" if found.low is not None and found.high is not None else " (limits not seen)"
    size = "; ".join(f"{number} {what}" for number, what in ((found.trials, "trials"), (found.participants, "people")) if number)
    return f"{found.outcome}: {found.measure} {found.estimate:g}{limits}; {found.population}{'; ' + size if size else ''}. {found.citation}"
