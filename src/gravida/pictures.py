"""Pictures as SVG: one function for each, the same for terminal, page, report and file.

Every picture has a title and a description for screen readers, text that stays text, and colours that are told apart in
print and by people who see few; nothing is said by colour alone. Its lines take the colour of the page around it, so it
can be read in dark mode. A picture is the same, byte for byte, each time it is drawn.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from textwrap import fill
from typing import Any
from xml.sax.saxutils import escape

BLACK = "#000000"
STYLE = "<style>svg{color:#1a1a1a}text{fill:currentColor}@media (prefers-color-scheme:dark){svg{color:#e8e8e8}}</style>"
BLUE, ORANGE, GREEN, GREY, PURPLE = "#0072b2", "#d55e00", "#009e73", "#8c8c8c", "#cc79a7"
"""Colours of Okabe and Ito, which are told apart with any colour vision."""


MANY = 100
"""From more people than this, a row of an icon array is long."""


@dataclass(frozen=True, slots=True)
class ForestLine:
    """One line of a forest plot: a trial or a sum, with its ratio and limits, and the counts as text."""

    label: str
    estimate: float
    low: float
    high: float
    counts: str = ""
    weight: float = 1.0
    is_sum: bool = False
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Band:
    """One band of a measurement: how often something happened in it, with limits where they are known."""

    label: str
    share: float
    low: float | None = None
    high: float | None = None
    is_here: bool = False
    """Whether the person whose picture this is belongs to it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a timeline, from a day to a day; ``None`` is open. ``style`` is a key of :data:`BAR_STYLES`."""

    label: str
    begins: date | None
    ends: date | None
    style: str


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure  # noqa: PLC0415  (loading it takes half a second)

    figure = Figure(figsize=(width, height))
    return figure, figure.add_subplot()


def many_axes(count: int, columns: int, size: tuple[float, float]) -> tuple[Any, list[Any]]:
    """Return a figure with so many panels of one size, in rows."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    across = min(count, columns)
    down = -(-count // across)
    figure = Figure(figsize=(size[0] * max(across, 2), size[1] * down + 1.0))
    return figure, [figure.add_subplot(down, across, number + 1) for number in range(count)]


def svg(figure: Any, title: str, description: str) -> str:
    """Return a figure as SVG that says what it shows, without a date or anything else that changes."""
    from matplotlib import rc_context  # noqa: PLC0415

    out = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "gravida"}):
        figure.savefig(out, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None, "Creator": None})
    text = re.sub(r"<\?xml.*?\?>\s*<!DOCTYPE.*?>\s*", "", out.getvalue(), flags=re.DOTALL)
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL).replace(BLACK, "currentColor")
    named = f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n{STYLE}"
    return re.sub(r"<svg ([^>]*)>", rf'<svg role="img" \1>\n{_literal(named)}', text, count=1)


def _titled(axes: Any, title: str) -> None:
    """Write the title above a picture, so that it says what it is also where it stands alone."""
    axes.set_title(fill(title, 70), fontsize=10, loc="left", pad=16)


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\")


def forest(lines: Sequence[ForestLine], title: str, description: str, favours: tuple[str, str]) -> str:
    """Draw a forest plot on a logarithmic axis. ``favours`` are the words under its left and right side."""
    from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter  # noqa: PLC0415

    figure, axes = _figure(8, 1.1 + 0.32 * len(lines))
    low, high = 0.05, 20.0
    heaviest = max(line.weight for line in lines)
    for place, line in enumerate(lines):
        _forest_line(axes, len(lines) - place, line, heaviest, (low, high))
    axes.axvline(1, color=BLACK, linewidth=0.8)
    axes.set(xscale="log", xlim=(low, high), ylim=(0.2, len(lines) + 0.8), yticks=[])
    axes.xaxis.set_major_locator(FixedLocator([0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.spines[["left", "right", "top"]].set_visible(False)
    axes.set_xlabel("risk ratio (logarithmic)", fontsize=9)
    for at, where, words in ((0, "left", f"← {favours[0]}"), (1, "right", f"{favours[1]} →")):
        axes.text(at, -0.16 - 0.3 / len(lines), words, transform=axes.transAxes, ha=where, va="top", fontsize=9)
    return svg(figure, title, description)


def _forest_line(axes: Any, y: int, line: ForestLine, heaviest: float, limits: tuple[float, float]) -> None:
    """Draw one line; an interval that leaves the axis ends in an arrow."""
    colour = ORANGE if line.is_sum else BLUE
    low, high = max(line.low, limits[0]), min(line.high, limits[1])
    axes.plot([low, high], [y, y], color=colour, linewidth=1.4, linestyle=":" if line.is_marked else "-")
    for end, at, mark in ((line.low < limits[0], low, "<"), (line.high > limits[1], high, ">")):
        if end:
            axes.plot([at], [y], marker=mark, color=colour, markersize=6, clip_on=False)
    if limits[0] <= line.estimate <= limits[1]:
        size = 9 if line.is_sum else 4 + 6 * line.weight / heaviest
        axes.plot([line.estimate], [y], marker="D" if line.is_sum else "s", color=colour, markersize=size)
    weight = "bold" if line.is_sum else "normal"
    axes.text(-0.02, y, line.label, transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=9, fontweight=weight)
    shown = f"{line.estimate:.2f} ({line.low:.2f} to {line.high:.2f})   {line.counts}"
    axes.text(1.02, y, shown, transform=axes.get_yaxis_transform(), ha="left", va="center", fontsize=9, fontweight=weight)


def icon_array(groups: Sequence[tuple[str, int]], out_of: int, title: str, description: str) -> str:
    """Draw people in rows for each group: the first so many are filled, the others are outlines."""
    columns = 10 if out_of <= MANY else 40
    rows = -(-out_of // columns)
    figure, axes = _figure(0.5 + 0.26 * columns * len(groups), 0.7 + 0.22 * rows)
    for number, (label, count) in enumerate(groups):
        left = number * (columns + 2)
        places = [(left + person % columns, rows - person // columns) for person in range(out_of)]
        for some, style in ((places[:count], {"color": ORANGE}), (places[count:], {"edgecolors": GREY, "facecolors": "none"})):
            axes.scatter([x for x, _ in some], [y for _, y in some], s=42, **style)
        axes.text(left + (columns - 1) / 2, 0.1, f"{label}: {count} of {out_of}", ha="center", va="top", fontsize=9)
    axes.set(xlim=(-1, len(groups) * (columns + 2)), ylim=(-1.2, rows + 1))
    axes.set_axis_off()
    _titled(axes, title)
    return svg(figure, title, description)


def bands(found: Sequence[Band], title: str, description: str, axis: str) -> str:
    """Draw how often something happened in each band of a measurement, the longest on top; one band may be marked as this record's."""
    figure, axes = _figure(7, 1.0 + 0.4 * len(found))
    for y, band in enumerate(reversed(found)):
        colour = ORANGE if band.is_here else BLUE
        if band.low is not None and band.high is not None:
            axes.plot([100 * band.low, 100 * band.high], [y, y], color=colour, linewidth=1.6)
        axes.plot([100 * band.share], [y], marker="D" if band.is_here else "o", color=colour, markersize=8 if band.is_here else 6)
        weight = "bold" if band.is_here else "normal"
        axes.text(-0.02, y, f"{band.label}{' ◀ here' if band.is_here else ''}", transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=9,
                  fontweight=weight)  # fmt: skip
        axes.text(1.02, y, _in_percent(band), transform=axes.get_yaxis_transform(), ha="left", va="center", fontsize=9, fontweight=weight)
    axes.set(xlim=(0, min(100, 1.08 * max(100 * (band.high or band.share) for band in found))), ylim=(-0.6, len(found) - 0.4), yticks=[])
    axes.spines[["left", "right", "top"]].set_visible(False)
    axes.set_xlabel(axis, fontsize=9)
    _titled(axes, title)
    return svg(figure, title, description)


def _in_percent(band: Band) -> str:
    limits = f" ({100 * band.low:.1f} to {100 * band.high:.1f})" if band.low is not None and band.high is not None else ""
    return f"{100 * band.share:.1f} %{limits}"


BAR_STYLES = {
    "now": (BLUE, "", "now"), "if": (BLUE, "//", "now, if nothing speaks against it"), "later": ("none", "", "later"),
    "against": (ORANGE, "..", "against, or too little evidence"), "overdue": (ORANGE, "", "overdue"), "held": (GREY, "xx", "withheld"),
}  # fmt: skip
"""Colour, pattern and meaning of a bar: neither colour nor pattern is needed alone."""


def timeline(bars: Sequence[Bar], today: date, title: str, description: str, weeks: Sequence[tuple[date, str]] = ()) -> str:
    """Draw what comes when: a bar for each, a line for today. An open end runs off the picture with an arrow. ``weeks`` label days with a gestation."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter  # noqa: PLC0415

    figure, axes = _figure(8, 1.2 + 0.34 * len(bars))
    known = [day for bar in bars for day in (bar.begins, bar.ends) if day] + [today]
    first, last = min(known) - timedelta(days=7), max(known) + timedelta(days=7)
    for y, bar in enumerate(reversed(bars)):
        colour, hatch, _ = BAR_STYLES[bar.style]
        begins, ends = bar.begins or first, bar.ends or last
        axes.barh(y, (ends - begins).days + 1, left=begins, height=0.55, facecolor=colour, hatch=hatch, edgecolor=BLACK, linewidth=0.8, alpha=0.75)
        for is_open, at, mark in ((bar.begins is None, first, "<"), (bar.ends is None, last, ">")):
            if is_open:
                axes.plot([at], [y], marker=mark, color=BLACK, markersize=5, clip_on=False)
        axes.text(-0.02, y, bar.label, transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=9)
    _bar_legend(axes, {bar.style for bar in bars})
    axes.axvline(today, color=ORANGE, linewidth=1.6)
    axes.text(today, len(bars) - 0.35, "today", ha="center", va="bottom", fontsize=9, color=ORANGE)
    for day, label in weeks:
        axes.text(day, -0.75, label, ha="center", va="top", fontsize=8, color=GREY)
    axes.set(xlim=(first, last), ylim=(-1.1, len(bars) - 0.4), yticks=[])
    locator: Any = AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.spines[["left", "right", "top"]].set_visible(False)
    _titled(axes, title)
    return svg(figure, title, description)


def _bar_legend(axes: Any, used: set[str]) -> None:
    from matplotlib.patches import Patch  # noqa: PLC0415

    looks = [look for style, look in BAR_STYLES.items() if style in used]
    keys = [Patch(facecolor=colour, hatch=hatch, edgecolor=BLACK, linewidth=0.8, alpha=0.75, label=label) for colour, hatch, label in looks]
    axes.legend(handles=keys, loc="upper left", bbox_to_anchor=(0, -0.4 / axes.figure.get_figheight()), ncols=3, fontsize=8, frameon=False)
