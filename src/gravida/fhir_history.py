"""Earlier pregnancies: what is dated closely together is one of them, and what is only counted stays counted.

A code that says how a pregnancy ended says no more than it says: a preterm birth did not begin by itself because it is
coded, and a miscarriage of no trimester is of no trimester. If more pregnancies are counted than described, the list is
incomplete, and what is missing may be anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gravida.facts import Range
from gravida.fhir_draft import Draft, Entry, written
from gravida.fhir_resource import day_of
from gravida.fhir_sort import Assumed, Finding, Notes
from gravida.fhir_story import GESTATIONS, Story
from gravida.fhir_values import Unreadable, gestation_of, number_of, whole_week
from gravida.sources import Declaration, Rules

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
COUNTED = ("gravidity",)
EVACUATED = ("termination_by_curettage", "termination_by_evacuation", "miscarriage_surgery", "missed_miscarriage_surgery_second_trimester")
"""Operations by which the cervix was dilated to empty the uterus after a pregnancy."""


@dataclass(frozen=True)
class End:
    """One pregnancy that ended: the day, and the findings that say so."""

    day: date
    findings: tuple[Finding, ...]


def ends(findings: Sequence[Finding], rules: Rules, notes: Notes) -> list[End]:
    """Return the ends of pregnancies, the earliest first. An outcome without a day belongs to none of them, and is told."""
    dated: list[tuple[date, Finding]] = []
    for finding in findings:
        if outcome_of(finding):
            day = _day_of_end(finding)
            if day is None:
                notes.leave_out(finding, "it says how a pregnancy ended, and not when: it may be one of those described, or another")
            else:
                dated.append((day, finding))
    return list(_clusters(sorted(dated, key=lambda pair: pair[0]), rules))


def outcome_of(finding: Finding) -> str:
    """Return the concept of how a pregnancy ended; nothing if a finding does not say that."""
    said = {each.concept for each in finding.answer} if finding.has("pregnancy_outcome") else {each.concept for each in finding.coded}
    return next((concept for concept in OUTCOMES if concept in said), "")


def _day_of_end(finding: Finding) -> date | None:
    delivered = (each for each in finding.resource.components if each.code and each.code[0].code == finding.code)
    return finding.resource.happened or next((day for each in delivered if (day := day_of(each.value))), None)


def _clusters(dated: Sequence[tuple[date, Finding]], rules: Rules) -> Iterator[End]:
    """Yield what lies so close that it is one end: no two pregnancies end within some weeks of each other."""
    near = timedelta(max(rules.one_event, rules.shortest_pregnancy_gap))
    group: list[tuple[date, Finding]] = []
    for day, finding in dated:
        if group and day - group[0][0] > near:
            yield End(group[0][0], tuple(each for _, each in group))
            group = []
        group.append((day, finding))
    if group:
        yield End(group[0][0], tuple(each for _, each in group))


def read_history(findings: Sequence[Finding], found: Sequence[End], story: Story, declaration: Declaration | None, draft: Draft) -> None:
    """Write the earlier pregnancies, and how many there were."""
    before: date | None = None
    for end in (each for each in found if each.day <= story.as_of):
        entry = draft.add("prior_pregnancies", _described(end, story.rules), *end.findings)
        _infer(end, entry, declaration, draft)
        _weeks(end, findings, entry, story.rules, draft)
        _during(end, before, findings, entry, story.rules)
        before = end.day
    _counted(findings, story, draft)
    _evacuations(findings, draft)


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
    for inference in declaration.infer if declaration else ():
        if any(finding.has(inference.concept) for finding in end.findings):
            for name, value in inference.sets.items():
                if name not in entry.values:
                    entry.values[name] = value
                    draft.notes.assumed.append(
                        Assumed(inference.name, inference.says, f"prior_pregnancies[{len(draft.lists['prior_pregnancies']) - 1}].{name}")
                    )


def _weeks(end: End, findings: Sequence[Finding], entry: Entry, rules: Rules, draft: Draft) -> None:
    """Write how far along it was: by a gestation that points to this end, or lies close before it."""
    for finding in findings:
        try:
            gestation = _at_end(finding, end, rules)
        except Unreadable as why:
            draft.notes.leave_out(finding, str(why))
            continue
        if gestation is not None:
            entry.values["ended"] = gestation
            entry.findings.append(finding)
            return


def _at_end(finding: Finding, end: End, rules: Rules) -> Any:
    concept = next((each for each in (*GESTATIONS, *AT_BIRTH) if finding.has(each)), None)
    week = finding.carried("gestational_week")
    names = {each.resource.name for each in end.findings}
    pointed = bool(names & set(finding.resource.focus))
    close = finding.day is not None and not finding.resource.focus and abs((end.day - finding.day).days) <= rules.one_event
    if not (pointed or close) or (concept is None and week is None):
        return None
    found = gestation_of(finding.resource, rules.longest_gestation, GESTATIONS.get(concept, "")) if concept else whole_week(week or 0, rules.longest_gestation)
    apart = 0 if pointed or concept in AT_BIRTH or finding.day is None else (end.day - finding.day).days
    return written(_later(found, apart))


def _later(gestation: Any, days: int) -> Any:
    """Return a gestation so many days later."""
    return Range(gestation.low + days, gestation.high + days) if isinstance(gestation, Range) else gestation + days


def _during(end: End, before: date | None, findings: Sequence[Finding], entry: Entry, rules: Rules) -> None:
    """Write what was recorded in that pregnancy: after the end before it, and at most as long ago as a pregnancy lasts."""
    first = max(end.day - timedelta(rules.longest_gestation), before + timedelta(1) if before else date.min)
    last = end.day + timedelta(rules.one_event)
    for finding in findings:
        day = finding.resource.happened
        if day is not None and first <= day <= last:
            for name, value in _said_during(finding):
                if entry.values.setdefault(name, value) == value:
                    entry.findings.append(finding)


def _said_during(finding: Finding) -> Iterator[tuple[str, str]]:
    yield from ((name, "yes") for concept, name in DURING.items() if finding.has(concept))
    yield from (("cerclage_kind", kind) for concept, kind in CERCLAGES.items() if finding.has(concept) and finding.resource.kind == "Procedure")
    babies = finding.carried("multiple_pregnancy")
    if babies is not None:
        yield "plurality", str(babies)


def _counted(findings: Sequence[Finding], story: Story, draft: Draft) -> None:
    """Write how many earlier pregnancies there were, by the newest count of this pregnancy, which counts this one too."""
    counts = [(finding.day, number, finding) for finding in findings if finding.has(*COUNTED) and (number := number_of(finding.resource.value)) is not None]
    now = [each for each in counts if each[0] and story.in_this_pregnancy(each[0])]
    if not now:
        for _, _, finding in counts:
            draft.notes.leave_out(finding, "a count of pregnancies is read only if it was made in this pregnancy")
        return
    _, number, finding = max(now, key=lambda each: each[0] or date.min)
    total, described = int(number) - 1, len(draft.lists.get("prior_pregnancies", []))
    if total < described:
        draft.notes.conflicts.append(f"{finding.resource.name}: fewer pregnancies are counted than are described; the count is not used")
        return
    draft.values["prior_pregnancies_total"] = str(total)
    draft.lists.setdefault("prior_pregnancies", [])
    draft.notes.conflicts += [f"{total - described} more earlier pregnancies are counted than described: the list is incomplete"] if total > described else []


def _evacuations(findings: Sequence[Finding], draft: Draft) -> None:
    """Two such operations on different days answer a question; fewer do not."""
    done = {finding.resource.happened: finding for finding in findings if finding.has(*EVACUATED) and finding.resource.kind == "Procedure"}
    days = sorted(day for day in done if day)
    if len(days) > 1:
        draft.put("conditions.repeated_dilatation_and_evacuation", "yes", done[days[-1]])
