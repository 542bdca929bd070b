"""The pregnancies of one person: each with its first and last day, and what says how it ended.

A dated start belongs to the first end that can close it, by the limits of the reader of one record
(``knowledge/sources/reading.yaml``). Two starts without an end between them are one pregnancy that is dated in two ways,
unless the first was written down before the second began: nobody dates a pregnancy that has not begun. A pregnancy of
which nothing was known before it ended is history, and no pregnancy whose care could be judged.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import zip_longest

from gravida.bulk_known import known_on
from gravida.dating import Span
from gravida.fhir_findings import PLACED, SEEN
from gravida.fhir_history import End, Groups, ends
from gravida.fhir_pregnancy import IN_PREGNANCY
from gravida.fhir_resource import Resource
from gravida.fhir_sort import Finding, Notes
from gravida.fhir_story import GESTATIONS, ONSET, Dated, dates, is_over
from gravida.sources import Rules

DAY = timedelta(1)
SAYS_PREGNANT = ("pregnant", "multiple_pregnancy")
IN_CARE = ("antenatal_care",)
SAYS = frozenset({"pregnant", "not_pregnant"})
OF_PREGNANCY = (*PLACED, *SEEN, *GESTATIONS, "cervical_length_ultrasound", "number_of_fetuses")
"""What is found or done in a pregnancy alone, so that an end after it had a pregnancy that was known."""


@dataclass(frozen=True)
class Episode:
    """One pregnancy. ``own`` are the resources that say how it ended: they are no part of what was known in it."""

    first: date
    last: date
    known_from: date
    end: End | None
    own: frozenset[str]
    dated: bool

    def holds(self, resource: Resource) -> bool:
        """Return whether something happened, or was written down, in this pregnancy."""
        days = {resource.happened, known_on(resource)}
        return resource.name in self.own or any(day is not None and self.first <= day <= self.last for day in days)


@dataclass(frozen=True)
class Anchor:
    """Something that puts a person into a pregnancy: from its earliest first day, over a day on which it went on."""

    earliest: date
    latest: date
    written: date
    rank: tuple[int, ...] | None
    """``None`` for what only says that she was pregnant on a day."""


def episodes_of(findings: Sequence[Finding], rules: Rules, days: Sequence[date]) -> list[Episode]:
    """Return the pregnancies of a person that were known while they went on, from the first to the last.

    ``days`` are all on which anything of hers was recorded: one that has no end is observed up to the last of them in it.
    """
    groups, notes = Groups(findings), Notes()
    present = [each for each in findings if not groups.is_past(each)]
    datings = dates(present, rules, notes)
    over = [each for each in ends(findings, datings, rules, max(days), notes) if each.day]
    anchors = sorted((*_of_dates(datings), *_of_words(present)), key=lambda each: (each.written, each.earliest))
    found, before = list[Episode](), date.min
    for those, end in _pregnancies(anchors, over, rules):
        episode = _episode(those, end, before, findings, groups, rules, days)
        if episode is not None:
            found.append(episode)
        before = max(before, end.day if end and end.day else episode.last if episode else before)
    return list(_apart(found))


def _apart(episodes: Sequence[Episode]) -> Iterator[Episode]:
    """Yield pregnancies of which none lasts into the next: where no end was recorded, the next one says that it was over."""
    for each, after in zip_longest(episodes, episodes[1:]):
        last = min(each.last, after.first - DAY) if after and each.end is None else each.last
        if each.known_from <= last:
            yield replace(each, last=last)


def _of_dates(datings: Iterable[Dated]) -> Iterator[Anchor]:
    for each in datings:
        day = known_on(each.finding.resource) or each.span.latest
        if each.kind == ONSET:
            yield Anchor(each.span.latest, each.span.latest, day, None)
        else:
            yield Anchor(each.span.earliest, each.span.latest, max(day, each.span.latest), each.rank)


def _of_words(findings: Iterable[Finding]) -> Iterator[Anchor]:
    """Yield the days on which somebody wrote that she is pregnant."""
    for each in findings:
        kind, day = each.resource.kind, each.day
        said = (
            (kind == "EpisodeOfCare" and each.has(*IN_CARE))
            or (kind == "Condition" and each.says(*SAYS_PREGNANT, *IN_PREGNANCY))
            or _says(each) == {"pregnant"}
        )
        if said and day is not None:
            yield Anchor(day, day, known_on(each.resource) or day, None)


def _pregnancies(anchors: Sequence[Anchor], over: Sequence[End], rules: Rules) -> list[tuple[list[Anchor], End | None]]:
    """Return which anchors belong together, with the end that closes them, in the order of time."""
    closed: dict[int, list[Anchor]] = {number: [] for number in range(len(over))}
    going_on: list[list[Anchor]] = []
    for each in anchors:
        number = next((number for number, end in enumerate(over) if _closes(end, each, rules)), None)
        if number is not None:
            closed[number].append(each)
        elif going_on and any(_are_one(each, other, rules) for other in going_on[-1]):
            going_on[-1].append(each)
        else:
            going_on.append([each])
    found = [(those, over[number]) for number, those in closed.items()] + [(those, None) for those in going_on]
    return sorted(found, key=lambda pair: pair[1].day if pair[1] and pair[1].day else max(each.latest for each in pair[0]))


def _closes(end: End, anchor: Anchor, rules: Rules) -> bool:
    """Return whether a pregnancy that is dated so, or went on on that day, can be the one that ended then."""
    if end.day is None or end.day > anchor.latest + timedelta(rules.longest_gestation):
        return False
    if anchor.rank is None:
        return end.day >= anchor.latest
    return is_over(Span(anchor.earliest, anchor.latest), end.day, rules)


def _are_one(one: Anchor, other: Anchor, rules: Rules) -> bool:
    """Return whether two may be of one pregnancy: neither was written before the other's pregnancy began."""
    if one.rank is None or other.rank is None:
        return abs((one.latest - other.latest).days) <= rules.longest_gestation
    return one.earliest <= other.written and other.earliest <= one.written


def _episode(
    anchors: Sequence[Anchor], end: End | None, before: date, findings: Sequence[Finding], groups: Groups, rules: Rules, observed: Sequence[date]
) -> Episode | None:  # fmt: skip
    """Return the pregnancy of these anchors, if anything was known of it while it went on."""
    longest = timedelta(rules.longest_gestation)
    governing = min((each for each in anchors if each.rank is not None), key=lambda each: each.rank or (), default=None)
    last = end.day if end and end.day else _observed_until((governing or max(anchors, key=lambda each: each.latest)).latest + longest, observed)
    denied = None if end else _denied(anchors, findings, last)
    last = denied.day if denied and denied.day else last
    first = governing.earliest if governing else max(last - longest, before + DAY if before > date.min else date.min)
    own = frozenset({denied.resource.name}) if denied else own_of(end, findings, groups)
    told = [each for each in findings if each.coded and each.resource.name not in own and (anchors or each.has(*OF_PREGNANCY))]
    days = sorted(day for each in told if (day := known_on(each.resource)) and first <= day <= last)
    if not days or (end and days[0] >= last):
        return None
    return Episode(first, last, days[0], end, own, dated=governing is not None)


def _says(finding: Finding) -> frozenset[str]:
    """Return the answers to the question whether she is pregnant."""
    return SAYS & {each.concept for each in finding.answer} if finding.has("pregnancy_status") else frozenset()


def _denied(anchors: Sequence[Anchor], findings: Sequence[Finding], last: date) -> Finding | None:
    """Return the first word that she is not pregnant any more, after the first that she is."""
    since = min(each.written for each in anchors)
    said = [each for each in findings if _says(each) == {"not_pregnant"}]
    return min((each for each in said if each.day and since < each.day <= last), key=lambda each: each.day or last, default=None)


def _observed_until(at_most: date, observed: Sequence[date]) -> date:
    return max((day for day in observed if day <= at_most), default=at_most)


def own_of(end: End | None, findings: Sequence[Finding], groups: Groups) -> frozenset[str]:
    """Return the resources that say that a pregnancy ended, and what is told together with it."""
    those = {each.resource.name: each.resource for each in end.findings}.values() if end else ()
    return frozenset(each.resource.name for each in findings if any(groups.hold(each.resource, other) for other in those))
