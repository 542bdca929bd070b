"""What came of each guideline's recommendations on a topic, by site, by month and by year.

A pregnancy counts once for each recommendation, so that these are times and no pregnancies. Guidelines stand apart.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gravida.audit.report_lines import Chapter, Lines, body_of
from gravida.audit.report_parts import Parts, parts_of
from gravida.audit.result import Result
from gravida.guideline import Topic
from gravida.words import say

TALL = 100
WIDE = 10
"""The height of the highest bar, and the width of each."""
QUARTER = 3
ENOUGH = 10
"""How many times the least count that is shown must be due in some month for bars of single months."""


@dataclass(frozen=True)
class Row:
    """One site or one year."""

    name: str
    parts: Parts


@dataclass(frozen=True)
class Piece:
    """All pieces of one kind in the picture of the months, as one path."""

    name: str
    path: str


@dataclass(frozen=True)
class Picture:
    """What was due in time, as bars that each stand for ``span`` months; there are ``spans`` of them."""

    span: int
    spans: int
    top: int
    """The most that was due in one of them."""
    pieces: Sequence[Piece]
    hidden: int
    """In how many of them something was due, and too little of it to be shown."""


@dataclass(frozen=True)
class Panel:
    """One guideline on one topic: its sites, its years, and its months as a picture."""

    body: str
    sites: Sequence[Row]
    small: Sequence[str]
    """Sites where what was due cannot be shown."""
    years: Sequence[Row]
    picture: Picture


@dataclass(frozen=True)
class Group:
    """A topic with a panel for each guideline; ``few`` are guidelines of which nothing due can be shown at any site."""

    topic: Topic
    panels: Sequence[Panel]
    few: Sequence[str]


Cell = tuple[str, str, Counter[str]]
"""A site, a month, and counts by status."""
Found = Mapping[str, Counter[str]]
"""Counts by status, by the name of a site, a month or a year."""


def months_of(result: Result) -> list[str]:
    """Return every month from the first to the last."""
    found = sorted(month for _, month in result.counts.pregnancies)
    if not found:
        return []
    first, last = (int(month[:-3]) * 12 + int(month[-2:]) - 1 for month in (found[0], found[-1]))
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, last + 1)]


def sites_of(result: Result) -> list[str]:
    """Return every site by name; one that was not recorded is called so."""
    return [site_name(site) for site in sorted({site for site, _ in result.counts.pregnancies})]


def site_name(site: str) -> str:
    """Return how a site is called."""
    return site or say("audit.groups.no-site")


def groups(lines: Lines, chapters: Sequence[Chapter]) -> list[Group]:
    """Return what came of what was due, by topic and guideline."""
    found: dict[str, list[Cell]] = {}
    for (key, site, month), statuses in lines.result.by("recommendation", "site", "month").items():
        found.setdefault(key, []).append((site, month, statuses))
    return [group for chapter in chapters if (group := _group(lines.result, chapter, found)).panels or group.few]


def _group(result: Result, chapter: Chapter, found: Mapping[str, Sequence[Cell]]) -> Group:
    panels, few = [], []
    for guideline, keys in _guidelines(chapter).items():
        panel = _panel(result, body_of(result.knowledge, guideline), [cell for key in keys for cell in found[key]])
        if panel.sites or panel.years:
            panels.append(panel)
        else:
            few.append(panel.body)
    return Group(chapter.topic, panels, few)


def _guidelines(chapter: Chapter) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in chapter.favouring:
        if each.recordable and each.parts.due != 0:
            found.setdefault(each.recommendation.guideline, []).append(each.recommendation.key)
    return dict(sorted(found.items()))


def _panel(result: Result, body: str, cells: Sequence[Cell]) -> Panel:
    sites = [*_rows(result, _summed(cells, lambda site, month: site_name(site)))]
    years = [*_rows(result, _summed(cells, lambda site, month: month[:-3]))]
    return Panel(
        body, [each for each in sites if each.parts.due], [each.name for each in sites if each.parts.due is None],
        [each for each in years if each.parts.due], _picture(result, cells),
    )  # fmt: skip


def _picture(result: Result, cells: Sequence[Cell]) -> Picture:
    """Return the bars of single months, or of quarters where so little was due that most of a month would be too small to show."""
    monthly = _drawing(result, cells, 1)
    return monthly if monthly.top >= ENOUGH * max(result.suppress, 1) else _drawing(result, cells, QUARTER)


def _drawing(result: Result, cells: Sequence[Cell], span: int) -> Picture:
    place = {month: index // span for index, month in enumerate(months_of(result))}
    found: dict[int, Counter[str]] = {}
    for _, month, statuses in cells:
        found.setdefault(place[month], Counter()).update(statuses)
    parts = {index: parts_of(result, statuses) for index, statuses in sorted(found.items())}
    top = max((each.due or 0 for each in parts.values()), default=0)
    pieces = [*_pieces(parts, top)] if top else []
    return Picture(span, max(place.values(), default=0) + 1, top, pieces, sum(each.due is None for each in parts.values()))


def _summed(cells: Sequence[Cell], name: Callable[[str, str], str]) -> Found:
    found: dict[str, Counter[str]] = {}
    for site, month, statuses in cells:
        found.setdefault(name(site, month), Counter()).update(statuses)
    return found


def _rows(result: Result, found: Found) -> Iterator[Row]:
    for name, statuses in sorted(found.items()):
        yield Row(name, parts_of(result, statuses))


def _pieces(found: Mapping[int, Parts], top: int) -> Iterator[Piece]:
    """Yield all bars as wholes, and then, for each thing that came of what was due, its pieces of them."""
    paths: dict[str, list[str]] = {}
    for index, parts in found.items():
        heights = {name: TALL * (count or 0) / top for name, count in parts.came.items() if parts.due}
        low = float(TALL)
        for name, height in {"whole": TALL * (parts.due or 0) / top, **heights}.items():
            if height:
                paths.setdefault(name, []).append(_box(index, low - height, height))
            low -= 0 if name == "whole" else height
    yield from (Piece(name, "".join(path)) for name, path in paths.items())


def _box(index: int, low: float, height: float) -> str:
    return f"M{index * WIDE + 1} {low:.4g}h{WIDE - 2}v{height:.4g}h-{WIDE - 2}z"
