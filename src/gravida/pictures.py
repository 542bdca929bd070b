"""Pictures as SVG: one function for each, the same for terminal, page, report and file.

Every picture has a title and a description for screen readers, text that stays text, and colours that are told apart in
print and by people who see few; nothing is said by colour alone. Its lines take the colour of the page around it, so it
can be read in dark mode. A picture is the same, byte for byte, each time it is drawn.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

BLACK = "#000000"
STYLE = "<style>svg{color:#1a1a1a}@media (prefers-color-scheme:dark){svg{color:#e8e8e8}}</style>"
BLUE, ORANGE, GREEN, GREY, PURPLE = "#0072b2", "#d55e00", "#009e73", "#8c8c8c", "#cc79a7"
"""Colours of Okabe and Ito, which are told apart with any colour vision."""


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


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure  # noqa: PLC0415  (loading it takes half a second)

    figure = Figure(figsize=(width, height))
    return figure, figure.add_subplot()


def _svg(figure: Any, title: str, description: str) -> str:
    """Return a figure as SVG that says what it shows, without a date or anything else that changes."""
    from matplotlib import rc_context  # noqa: PLC0415

    out = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "gravida"}):
        figure.savefig(out, format="svg", transparent=True, bbox_inches="tight", metadata={"Date": None, "Creator": None})
    text = re.sub(r"<\?xml.*?\?>\s*<!DOCTYPE.*?>\s*", "", out.getvalue(), flags=re.DOTALL)
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL).replace(BLACK, "currentColor")
    named = f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n{STYLE}"
    return re.sub(r"<svg ([^>]*)>", rf'<svg role="img" \1>\n{_literal(named)}', text, count=1)


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
    return _svg(figure, title, description)


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
    """Draw people in rows of ten for each group: the first so many are filled, the others are outlines."""
    columns = 10
    rows = -(-out_of // columns)
    figure, axes = _figure(0.5 + 2.6 * len(groups), 0.7 + 0.22 * rows)
    for number, (label, count) in enumerate(groups):
        left = number * (columns + 2)
        places = [(left + person % columns, rows - person // columns) for person in range(out_of)]
        for some, style in ((places[:count], {"color": ORANGE}), (places[count:], {"edgecolors": GREY, "facecolors": "none"})):
            axes.scatter([x for x, _ in some], [y for _, y in some], s=42, **style)
        axes.text(left + (columns - 1) / 2, 0.1, f"{label}: {count} of {out_of}", ha="center", va="top", fontsize=9)
    axes.set(xlim=(-1, len(groups) * (columns + 2)), ylim=(-1.2, rows + 1))
    axes.set_axis_off()
    return _svg(figure, title, description)
