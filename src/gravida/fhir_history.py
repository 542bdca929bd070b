"""Earlier pregnancies: what is dated closely together is one of them, and what is only counted stays counted.

A code that says how a pregnancy ended says no more than it says: a preterm birth did not begin by itself because it is
coded, and a miscarriage of no trimester is of no trimester. If more pregnancies are counted than described, the list is
incomplete, and what is missing may be anything.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gravida.facts import Range
from gravida.fhir_draft import Draft, Entry, written
from gravida.fhir_resource import Resource, day_of
from gravida.fhir_sort import Assumed, Finding, Notes
from gravida.fhir_story import GESTATIONS, Dated, Story
from gravida.fhir_values import Unreadable, gestation_of, whole_number, whole_week
from gravida.sources import Declaration, Rules
from gravida.units import days

SPONTANEOUS = {"outcome": "miscarriage", "onset": "spontaneous"}
OUTCOMES: dict[str, dict[str, str]] = {
    "live_birth": {"outcome": "live-birth"}, "stillbirth": {"outcome": "stillbirth"},
    "miscarriage_first_trimester": {**SPONTANEOUS, "ended": "first_trimester"}, "miscarriage_second_trimester": {**SPONTANEOUS, "ended": "second_trimester"},
    "miscarriage_no_trimester": {"outcome": "miscarriage"}, "missed_miscarriage": {"outcome": "miscarriage"}, "miscarriage_surgery": {"outcome": "miscarriage"},
    "missed_miscarriage_surgery_second_trimester": {"outcome": "miscarriage", "ended": "second_trimester"},
    "termination_second_trimester": {"outcome": "termination", "ended": "second_trimester"},
    "termination_by_curettage": {"outcome": "termination"}, "termination_by_evacuation": {"outcome": "termination"},
    "second_trimester_labour_with_delivery": {"onset": "spontaneous", "labour": "yes", "ended": "second_trimester"},
    "preterm_labour_with_delivery": {"onset": "spontaneous", "labour": "yes"}, "preterm_birth_indicated": {"onset": "indicated"},
    "preterm_birth": {}, "preterm_birth_by_caesarean": {}, "preterm_labour_with_term_delivery": {"labour": "yes"},
}  # fmt: skip
"""What a code about the end of a pregnancy says of it. ``ended`` names a span of ``reading.yaml``."""
DURING = {
    "preterm_rupture_of_membranes": "waters_broke_before_labour", "prelabour_rupture_of_membranes": "waters_broke_before_labour",
    "placental_abruption": "abruption", "chorioamnionitis": "infection",
}  # fmt: skip
"""What a condition in that pregnancy answers with yes."""
AT_BIRTH = ("gestational_age_at_birth", "gestational_age_at_event")
CERCLAGES = {
    "cerclage_vaginal": "transvaginal", "cerclage_mcdonald": "transvaginal", "cerclage_shirodkar": "transvaginal", "cerclage_abdominal": "transabdominal",
}  # fmt: skip
COUNTED = {
    "abortions_spontaneous": ("miscarriage",), "abortions_induced": ("termination",), "abortions_total": ("miscarriage", "termination"),
    "stillbirths_total": ("stillbirth",), "births_preterm": (), "births_live": ("live-birth",), "births_term": (),
    "births_total": ("live-birth", "stillbirth"), "parity": ("live-birth", "stillbirth"), "ectopic_pregnancies_total": ("ectopic",),
    "other_outcomes_total": ("miscarriage", "termination", "stillbirth"),
}  # fmt: skip
"""Counts of earlier pregnancies beside their number, and the outcomes that they count."""
MENTIONED = (
    "history_preterm_labour", "history_preterm_birth", "poor_obstetric_history", "recurrent_pregnancy_loss", "history_miscarriage", "history_stillbirth",
    "history_caesarean", "last_live_birth_date", "last_other_outcome_date", "pregnancy_history_section",
)  # fmt: skip
"""What says that there were earlier pregnancies, and describes none of them."""
EVACUATED = ("termination_by_curettage", "termination_by_evacuation", "miscarriage_surgery", "missed_miscarriage_surgery_second_trimester")
"""Operations by which the cervix was dilated to empty the uterus after a pregnancy."""


@dataclass(frozen=True)
class End:
    """One pregnancy that ended: the day, if it is known, and the findings that say so."""

    day: date | None
    findings: tuple[Finding, ...]


class Groups:
    """Which findings are said of one earlier pregnancy: by one resource, one pointing to the other, or a group that holds one outcome."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.of: dict[str, set[str]] = {}
        resources = {each.resource.name: each.resource for each in findings}
        for resource in resources.values():
            self.of.setdefault(resource.name, set()).update(each for each in resource.focus if not each.startswith("Patient/"))
            for member in resource.members:
                self.of.setdefault(member, set()).add(resource.name)
        ended = {each.resource.name for each in findings if outcome_of(each)}
        holds = Counter(group for name in ended for group in self.of.get(name, ()))
        self.single = {group for group, number in holds.items() if number == 1}
        self.observed = {name for name in ended if resources[name].kind == "Observation"}

    def hold(self, one: Resource, other: Resource) -> bool:
        """Return whether two resources are said of one earlier pregnancy."""
        return self.directly(one, other) or bool(self.of.get(one.name, set()) & self.of.get(other.name, set()) & self.single)

    def directly(self, one: Resource, other: Resource) -> bool:
        """Return whether they are one resource, or one points to the other."""
        return one.name == other.name or other.name in one.focus or one.name in other.focus

    def is_past(self, finding: Finding) -> bool:
        """Return whether an observation is told together with how a pregnancy ended, so that it dates and counts nothing of this one."""
        groups = self.of.get(finding.resource.name, set())
        return finding.resource.name in self.observed or any(groups & self.of.get(name, set()) & self.single for name in self.observed)


def ends(findings: Sequence[Finding], datings: Sequence[Dated], rules: Rules, as_of: date, notes: Notes) -> list[End]:
    """Return the ends of pregnancies, those without a day first, then from the earliest to the latest.

    Of what says no day, one is kept for each outcome that no end with a day has, if it was written before this pregnancy.
    """
    dated: list[tuple[date, Finding]] = []
    undated: list[Finding] = []
    groups = Groups(findings)
    births = [each for each in findings if each.has("delivery_datetime")]
    for finding in (each for each in findings if outcome_of(each)):
        born = (day_of(each.resource.value) for each in births if groups.hold(finding.resource, each.resource))
        day = next((day for day in born if day), finding.resource.happened)
        if day is None or _was_asked(finding, day, datings, rules, as_of):
            undated.append(finding)
        elif day <= as_of:
            dated.append((day, finding))
        else:
            notes.leave_out(finding, "it is dated after the day of assessment")
    found = list(_clusters(sorted(dated, key=lambda pair: (pair[0], pair[1].resource.name)), rules, notes))
    return [*_without_a_day(undated, found, datings, rules, as_of, notes), *found]


def outcome_of(finding: Finding) -> str:
    """Return the concept of how a pregnancy ended; nothing if a finding does not say that."""
    said = finding.said & OUTCOMES.keys()
    return next((concept for concept in OUTCOMES if concept in said), "") if said else ""


def _was_asked(finding: Finding, day: date, datings: Sequence[Dated], rules: Rules, as_of: date) -> bool:
    """Return whether the day of an observation may be that of the question: it lies in a pregnancy that may still go on."""
    if finding.resource.kind != "Observation" or finding.resource.happened != day:
        return False
    return any(each.span.earliest <= day and as_of <= each.span.latest + timedelta(rules.longest_gestation) for each in datings)


def _clusters(dated: Sequence[tuple[date, Finding]], rules: Rules, notes: Notes) -> Iterator[End]:
    """Yield what lies so close that it is one end: no two pregnancies end within some weeks of each other."""
    near = timedelta(max(rules.one_event, rules.shortest_pregnancy_gap))
    group: list[tuple[date, Finding]] = []
    for day, finding in dated:
        if group and day - group[0][0] > near:
            yield _end(group, rules, notes)
            group = []
        group.append((day, finding))
    if group:
        yield _end(group, rules, notes)


def _end(group: Sequence[tuple[date, Finding]], rules: Rules, notes: Notes) -> End:
    apart = (group[-1][0] - group[0][0]).days
    if apart > rules.one_event:
        names = ", ".join(dict.fromkeys(each.resource.name for _, each in group))
        notes.conflict(f"{names} lie {apart} days apart, too close for two pregnancies to end: they are read as one")
    return End(group[0][0], tuple(each for _, each in group))


def _without_a_day(undated: Sequence[Finding], dated: Sequence[End], datings: Sequence[Dated], rules: Rules, as_of: date, notes: Notes) -> Iterator[End]:
    """Yield one end for each outcome that was written before this pregnancy and that no end with a day can be."""
    known = {value for end in dated for value in [_described(end, rules).get("outcome")]}
    begun = min((each.span.earliest for each in datings if each.span.latest + timedelta(rules.longest_gestation) >= as_of), default=None)
    kept: dict[str, list[Finding]] = {}
    for finding in undated:
        notes.doubt("prior_pregnancies", finding)
        said, written_on = OUTCOMES[outcome_of(finding)].get("outcome"), finding.day
        if said and said not in known and None not in known and begun and written_on and written_on < begun:
            kept.setdefault(said, []).append(finding)
        else:
            notes.leave_out(finding, "it says how a pregnancy ended, and not when: it may be one of those described, or another")
    yield from (End(None, tuple(each)) for each in kept.values())


def read_history(findings: Sequence[Finding], found: Sequence[End], story: Story, declaration: Declaration | None, draft: Draft) -> None:
    """Write the earlier pregnancies, and how many there were."""
    before: date | None = None
    groups = Groups(findings)
    for end in found:
        entry = draft.add("prior_pregnancies", _described(end, story.rules), *end.findings)
        _infer(end, entry, declaration, draft)
        if end.day is not None:
            _weeks(end, findings, groups, entry, story, draft)
            _during(end.day, before, findings, entry, story.rules)
            before = end.day
    _more_is_meant(findings, draft)
    _counted(findings, story, draft)
    _incomplete(draft)
    _evacuations(findings, story.rules, draft)


def _described(end: End, rules: Rules) -> dict[str, Any]:
    """Return what the codes say of one end; where two say different things, neither is taken."""
    values: dict[str, set[str]] = {}
    for finding in end.findings:
        for name, value in OUTCOMES[outcome_of(finding)].items():
            values.setdefault(name, set()).add(value)
    agreed = {name: next(iter(found)) for name, found in values.items() if len(found) == 1}
    span = agreed.pop("ended", None)
    return {**agreed, "ended": written(getattr(rules, span)) if span else None}


def _infer(end: End, entry: Entry, declaration: Declaration | None, draft: Draft) -> None:
    """Apply the named inferences of a site; each one used is told."""
    place = f"prior_pregnancies[{len(draft.lists['prior_pregnancies']) - 1}]"
    for inference in declaration.infer if declaration else ():
        if any(finding.says(inference.concept) for finding in end.findings):
            for name, value in inference.sets.items():
                if name not in entry.values:
                    entry.values[name] = value
                    draft.notes.assumed.append(Assumed(inference.name, inference.says, f"{place}.{name}"))


def _weeks(end: End, findings: Sequence[Finding], groups: Groups, entry: Entry, story: Story, draft: Draft) -> None:
    """Write how far along it was: by a gestation that is grouped with this end or made at it, or else by the nearest before it."""
    found = []
    for finding in findings:
        try:
            gestation = _at_end(finding, end, groups, story.rules)
        except Unreadable as why:
            draft.notes.leave_out(finding, str(why))
            continue
        if gestation is not None:
            found.append((*gestation, finding))
    if found:
        rank, gestation, finding = min(found, key=lambda each: each[0])
        if any(each[0][:2] == rank[:2] and each[1] != gestation for each in found):
            draft.notes.conflict(f"prior_pregnancies[{len(draft.lists['prior_pregnancies']) - 1}]: how far along it was is said in two ways; neither is used")
            entry.values.pop("ended", None)
        else:
            entry.values["ended"] = gestation
            entry.findings.append(finding)


def _at_end(finding: Finding, end: End, groups: Groups, rules: Rules) -> Any:
    """Return a gestation at an end, with its rank: grouped with it first, then the nearest in days."""
    concept = next((each for each in (*GESTATIONS, *AT_BIRTH) if finding.has(each)), None)
    week = finding.carried("gestational_week")
    if (concept is None and week is None) or end.day is None:
        return None
    apart = (end.day - finding.day).days if finding.day is not None else None
    pointed = any(groups.directly(each.resource, finding.resource) for each in end.findings)
    in_time = apart is None or apart >= -rules.one_event
    grouped = pointed or (in_time and any(groups.hold(each.resource, finding.resource) for each in end.findings))
    close = apart is not None and not finding.resource.focus and not groups.is_past(finding) and abs(apart) <= rules.one_event
    if not close and not grouped:
        return None
    found = gestation_of(finding.resource, rules.longest_gestation, GESTATIONS.get(concept, "")) if concept else whole_week(week or 0, rules.longest_gestation)
    later = 0 if grouped or concept in AT_BIRTH or apart is None else apart
    return (0 if grouped else 1, abs(apart or 0), finding.resource.name), written(_later(found, later))


def _later(gestation: int | Range, days: int) -> int | Range:
    """Return a gestation so many days later. One that was written after the end may be that of the end, or of that day."""
    low, high = (int(gestation.low), int(gestation.high)) if isinstance(gestation, Range) else (gestation, gestation)
    low, high = max(0, low + days), high + max(0, days)
    return low if low == high else Range(low, high)


def _during(end: date, before: date | None, findings: Sequence[Finding], entry: Entry, rules: Rules) -> None:
    """Write what was recorded in that pregnancy: as long before its end as it lasted, or close to the end if that is not known."""
    lasted = _longest(entry.values.get("ended"))
    first = max(end - timedelta(rules.one_event if lasted is None else lasted), before + timedelta(1) if before else date.min)
    last = end + timedelta(rules.one_event)
    said: dict[str, set[str]] = {}
    for finding in findings:
        day = finding.resource.happened
        if day is not None and first <= day <= last:
            for name, value in _said_during(finding):
                said.setdefault(name, set()).add(value)
                entry.findings.append(finding)
    entry.values |= {name: next(iter(values)) for name, values in said.items() if len(values) == 1}


def _longest(ended: Any) -> int | None:
    """Return the days of a gestation as it was written, of a range the longest."""
    if isinstance(ended, dict):
        ended = ended["to"]
    return days(ended) if isinstance(ended, str) else None


def _said_during(finding: Finding) -> Iterator[tuple[str, str]]:
    yield from ((name, "yes") for concept, name in DURING.items() if finding.says(concept))
    yield from (("cerclage_kind", kind) for concept, kind in CERCLAGES.items() if finding.has(concept) and finding.resource.kind == "Procedure")
    babies = finding.carried("multiple_pregnancy")
    if babies is not None and finding.says("multiple_pregnancy"):
        yield "plurality", str(babies)


def _counts(concepts: Sequence[str], findings: Sequence[Finding], story: Story, draft: Draft) -> list[tuple[int, Finding]]:
    """Return the newest counts that were made in this pregnancy."""
    counts = [(number, each) for each in findings if each.has(*concepts) and (number := whole_number(each.resource.value)) is not None]
    now = [each for each in counts if story.in_this_pregnancy(each[1].day)]
    for _, finding in counts:
        if not now:
            draft.notes.leave_out(finding, "a count of pregnancies is read only if it was made in this pregnancy, and its day is known")
    newest = max((each.day or date.min for _, each in now), default=None)
    return [each for each in now if each[1].day == newest]


def _counted(findings: Sequence[Finding], story: Story, draft: Draft) -> None:
    """Write how many earlier pregnancies there were, by the newest count of this pregnancy, which counts this one too."""
    counts = _counts(("gravidity",), findings, story, draft)
    if not counts:
        return
    number, finding = counts[0]
    total, described = number - 1, len(draft.lists.get("prior_pregnancies", []))
    others = sum(_others(findings, story))
    if len({each for each, _ in counts}) > 1:
        draft.notes.conflict(f"{finding.resource.name}: the number of pregnancies is said in two ways on one day; neither is used")
    elif total < max(described, others, draft.notes.doubts.get("prior_pregnancies") is not None):
        draft.notes.conflict(f"{finding.resource.name}: fewer pregnancies are counted than are described or told elsewhere; the count is not used")
    else:
        draft.put("prior_pregnancies_total", str(total), finding)
        draft.lists.setdefault("prior_pregnancies", [])
        if total > described:
            draft.notes.conflict(f"{total - described} more earlier pregnancies are counted than described: the list is incomplete")


def _others(findings: Sequence[Finding], story: Story) -> Iterator[int]:
    """Yield the fewest pregnancies that other counts stand for: losses, ectopic pregnancies, and a birth if there was any."""
    most: Counter[str] = Counter()
    for finding in findings:
        for concept in COUNTED:
            number = whole_number(finding.resource.value) if finding.has(concept) else None
            if number is not None and story.in_this_pregnancy(finding.day) is not False:
                most[concept] = max(most[concept], number)
    yield max(most["abortions_total"], most["abortions_spontaneous"] + most["abortions_induced"])
    yield most["ectopic_pregnancies_total"]
    yield int(any(most[each] for each in ("births_live", "births_preterm", "births_term", "births_total", "stillbirths_total", "parity")))


def _more_is_meant(findings: Sequence[Finding], draft: Draft) -> None:
    """Note where more is counted, or mentioned, than described. No week and no cause follow from a count."""
    described = Counter(entry.values.get("outcome") for entry in draft.lists.get("prior_pregnancies", []))
    for finding in findings:
        concept = next((each for each in COUNTED if finding.has(each)), None)
        number = whole_number(finding.resource.value) if concept else None
        there = sum(described[each] for each in COUNTED[concept]) if concept and COUNTED[concept] else described.total()
        if number is not None and number > there:
            draft.notes.doubt("prior_pregnancies", finding, "it counts earlier pregnancies that are not described; no week and no cause follows from a count")
        elif finding.has(*MENTIONED) and finding.resource.value is not False and not _is_zero(finding):
            draft.notes.doubt("prior_pregnancies", finding)


def _incomplete(draft: Draft) -> None:
    names = draft.notes.doubts.get("prior_pregnancies", [])
    if names and not draft.has("prior_pregnancies_total"):
        draft.values["prior_pregnancies_complete"] = "no"
        draft.notes.conflict(f"{', '.join(names)}: more earlier pregnancies may be meant than are described: the list is incomplete")


def _is_zero(finding: Finding) -> bool:
    return whole_number(finding.resource.value) == 0


def _evacuations(findings: Sequence[Finding], rules: Rules, draft: Draft) -> None:
    """Two such operations for two pregnancies answer a question; fewer, or two so close that they may be one, do not."""
    done = sorted(
        ((each.resource.happened, each) for each in findings if each.has(*EVACUATED) and each.resource.kind == "Procedure" and each.resource.happened),
        key=lambda pair: (pair[0], pair[1].resource.name),
    )
    if done and (done[-1][0] - done[0][0]).days > rules.one_event:
        draft.put("conditions.repeated_dilatation_and_evacuation", "yes", done[-1][1])
