"""The decision map as a picture: gestation across, length of the cervix upwards, one small panel for each guideline."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

from gravida.pictures import BLACK, BLUE, GREEN, GREY, ORANGE, PURPLE, many_axes, svg

SKY = "#56b4e9"
LOOKS: dict[str, tuple[str, str]] = {
    "for": (BLUE, ""), "for-if": (BLUE, "//"), "consider": (SKY, ""), "consider-if": (SKY, "//"), "against": (ORANGE, "xx"), "both": (PURPLE, "++"),
    "insufficient": (GREY, ".."), "withheld": (GREY, "xx"), "done": (GREEN, ""), "unknown": ("none", ".."), "silent": ("none", ""),
    "opposed": (ORANGE, "//"), "unsure": (GREY, "||"), "held-back": (GREY, "++"), "one-silent": (PURPLE, "\\\\"), "strength": (SKY, "--"),
    "otherwise": (GREEN, "//"), "not-known": ("none", "oo"), "neither-known": ("none", ".."), "same": ("none", ""),
}  # fmt: skip
"""Colour and pattern of what is said at a point, and of how two part there: no two of one kind share both, so either alone can be lost."""
COLUMNS, PANEL, NARROW_PANEL = 3, (3.1, 2.5), (2.2, 2.7)


@dataclass(frozen=True, slots=True)
class MapPanel:
    """One guideline: where its spans of length (mm) and gestation (days) begin, and what it says in each."""

    title: str
    lengths: tuple[float, ...]
    days: tuple[int, ...]
    cells: tuple[tuple[str, ...], ...]


def decision_map(
    panels: Sequence[MapPanel],
    frame: tuple[tuple[int, int], tuple[float, float]],
    here: tuple[float, float] | None,
    names: dict[str, str],
    title: str,
    description: str,
    *,
    is_narrow: bool = False,
    shown: tuple[float, float] | None = None,
) -> str:
    """Draw the panels. ``frame`` is the first and last day, and the least and greatest length; ``names`` say what each look means.

    ``is_narrow`` puts the panels below each other, for a phone; ``shown`` is a point that is marked beside today.
    """
    figure, places = many_axes(len(panels), 1 if is_narrow else COLUMNS, NARROW_PANEL if is_narrow else PANEL)
    for axes, panel in zip(places, panels, strict=True):
        _panel(axes, panel, frame)
        for at, key in ((here, "here"), (shown, "shown")):
            if at:
                axes.plot([at[0]], [at[1]], **MARKERS[key])
    used = [look for look in LOOKS if any(look in row for panel in panels for row in panel.cells)]
    rows = _legend(figure, used, names, [key for at, key in ((here, "here"), (shown, "shown")) if at], columns=1 if is_narrow else COLUMNS)
    figure.suptitle(fill(title, 48) if is_narrow else title, fontsize=11)
    figure.tight_layout(rect=(0, (0.16 * rows if is_narrow else 0.4) / figure.get_figheight(), 1, 1))
    return svg(figure, title, description)


def _panel(axes: Any, panel: MapPanel, frame: tuple[tuple[int, int], tuple[float, float]]) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415

    (first, last), (least, greatest) = frame
    for row, bottom, top in zip(panel.cells, panel.lengths, (*panel.lengths[1:], greatest), strict=True):
        for said, left, right in zip(row, panel.days, (*panel.days[1:], last + 1), strict=True):
            colour, hatch = LOOKS[said]
            axes.add_patch(Rectangle((left, bottom), right - left, top - bottom, facecolor=colour, hatch=hatch, edgecolor=BLACK, linewidth=0.3))
    axes.set(
        xlim=(first, last + 1), ylim=(least, greatest), xticks=range(first, last + 2, 28), xticklabels=[str(day // 7) for day in range(first, last + 2, 28)]
    )
    axes.tick_params(labelsize=8)
    axes.set_title(fill(panel.title, 34), fontsize=8)
    axes.set_xlabel("weeks of gestation", fontsize=7)
    axes.set_ylabel("cervical length, mm", fontsize=7)


MARKERS: dict[str, dict[str, Any]] = {
    "here": {"marker": "D", "color": BLACK, "markersize": 7, "markeredgecolor": "white"},
    "shown": {"marker": "*", "color": BLACK, "markersize": 12, "markeredgecolor": "white"},
}


def _legend(figure: Any, used: Sequence[str], names: dict[str, str], markers: Sequence[str], columns: int) -> int:
    """Write what each look and marker means; return in how many rows."""
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    keys: list[Any] = [Patch(facecolor=LOOKS[look][0], hatch=LOOKS[look][1], edgecolor=BLACK, linewidth=0.3, label=names[look]) for look in used]
    keys += [Line2D([], [], linestyle="", label=names[each], **MARKERS[each]) for each in markers]
    figure.legend(handles=keys, loc="lower center", ncols=columns, fontsize=8, frameon=False)
    return -(-len(keys) // columns)
