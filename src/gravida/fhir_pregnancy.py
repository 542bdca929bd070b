"""This pregnancy: whether there is one, how it is dated, how many babies, and what was diagnosed in it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from gravida.facts import Range
from gravida.fhir_draft import Draft, written
from gravida.fhir_sort import Finding, Notes
from gravida.fhir_story import Dated, Story
from gravida.fhir_values import whole_number
from gravida.units import TERM_LENGTH_DAYS

IN_PREGNANCY = {"placenta_praevia": "pregnancy.placenta_praevia", "cervical_insufficiency_antenatal": "conditions.cervical_insufficiency"}
"""Concepts of a condition that, dated in this pregnancy, answer a question about it."""
FOR_LIFE = {
    "uterine_anomaly": "conditions.uterine_anomaly", "des_exposure": "conditions.des_exposure",
    "connective_tissue_disorder": "conditions.connective_tissue_disorder",
}  # fmt: skip
"""Concepts that hold whenever they were recorded."""


def settled(findings: Sequence[Finding], story: Story, notes: Notes) -> Story:
    """Return the story without what dates no pregnancy: a last period alone, or what is older than the word that she is not pregnant."""
    said = [each for each in _statements(findings, story) if not each.pregnant and each.certain]
    denied = max((each.day for each in said), default=None)
    kept = [each for each in story.dated if denied is None or (each.finding.day or date.min) > denied]
    alone = all(each.kind == "last_period" for each in kept) and not any(each.pregnant for each in _statements(findings, story))
    for each in story.dated:
        if each not in kept:
            notes.conflict(f"{each.finding.resource.name} dates a pregnancy, and {denied} somebody wrote that she is not pregnant; it is not used")
        elif alone:
            notes.set_aside(each.finding, "a last period dates a pregnancy only if something says that there is one")
    return replace(story, dated=() if alone else tuple(kept))


def read_pregnancy(findings: Sequence[Finding], story: Story, draft: Draft) -> None:
    """Write the pregnancy of the day of assessment."""
    _dating(story, draft)
    _status(findings, story, draft)
    _babies(findings, story, draft)
    _diagnoses(findings, story, draft)


def _dating(story: Story, draft: Draft) -> None:
    """Write what governs. What agrees with it adds nothing, and what does not is told as a conflict."""
    governing = next(iter(story.dates_her), None)
    if governing is None:
        for each in story.dated:
            draft.notes.conflict(
                f"{each.finding.resource.name}: nothing but the day on which it began dates this pregnancy, so how far along it is stays unknown"
            )
        return
    _write_dating(governing, story, draft)
    for each in story.dates_her[1:]:
        apart = governing.span.days_apart(each.span)
        said = f"{apart} day{'s' * (apart != 1)} from" if apart else "in agreement with"
        draft.notes.set_aside(each.finding, f"it dates this pregnancy {said} {governing.finding.resource.name}, which governs")


def _write_dating(each: Dated, story: Story, draft: Draft) -> None:
    if each.kind == "due_date":
        draft.put("pregnancy.due_date", (each.span.earliest + timedelta(TERM_LENGTH_DAYS)).isoformat(), each.finding)
    elif each.kind == "last_period":
        draft.put("pregnancy.last_period", each.span.earliest.isoformat(), each.finding)
    else:
        day = each.finding.day if each.kind == "gestation" and each.finding.day else story.as_of
        low, high = (day - each.span.latest).days, (day - each.span.earliest).days
        draft.put("pregnancy.gestation", {"at": written(low if low == high else Range(low, high)), "on": day.isoformat()}, each.finding)


@dataclass(frozen=True)
class Statement:
    """Somebody's word on whether she is pregnant. ``certain`` is false for care that ended: the pregnancy may go on elsewhere."""

    day: date
    pregnant: bool
    finding: Finding
    certain: bool = True


def _statements(findings: Sequence[Finding], story: Story) -> list[Statement]:
    found = [statement for finding in findings if (statement := _statement(finding, story)) is not None]
    ended = [each for each in found if not each.certain]
    return [each for each in found if not (each.finding.resource.kind == "Condition" and any(each.day <= care.day for care in ended))]


def _status(findings: Sequence[Finding], story: Story, draft: Draft) -> None:
    """Write whether she is pregnant: the newest word counts, care that ended goes before a condition that nobody closed, and a due date ahead says so too."""
    found = _statements(findings, story)
    last = max((each.day for each in found), default=None)
    newest = [each for each in found if each.day == last]
    implied = next((each.finding for each in story.dates_her if each.kind != "last_period"), None)
    ahead = implied is not None and story.begins is not None and story.as_of <= story.begins.latest + timedelta(TERM_LENGTH_DAYS)
    if any(not each.certain for each in newest):
        draft.notes.conflict(f"{newest[0].finding.resource.name}: antenatal care has ended; whether the pregnancy has is not said, so it is not known")
    elif len({each.pregnant for each in newest}) > 1:
        names = ", ".join(each.finding.resource.name for each in newest)
        draft.notes.conflict(f"on one day somebody wrote that she is pregnant, and that she is not ({names}); neither is used")
    elif newest and newest[0].pregnant:
        draft.put("pregnancy.status", "ongoing", newest[0].finding)
    elif implied is not None and ahead:
        draft.put("pregnancy.status", "ongoing", implied)
    elif newest:
        draft.put("pregnancy.status", "not-pregnant", newest[0].finding)
    elif story.last_end and story.ended_by and not story.dated and (story.as_of - story.last_end).days <= story.rules.one_event:
        draft.put("pregnancy.status", "not-pregnant", story.ended_by)


def _statement(finding: Finding, story: Story) -> Statement | None:
    """Return what a finding says of being pregnant on the day of assessment; ``None`` if it says nothing of it."""
    day, resource = finding.day, finding.resource
    if finding.has("antenatal_care") and resource.kind == "EpisodeOfCare":
        goes_on = resource.goes_on(story.as_of)
        day = day if goes_on else (resource.ended or day)
        found = None if goes_on is None or day is None else Statement(day, goes_on, finding, certain=goes_on)
    elif day is None:
        return None
    elif finding.has("pregnancy_status"):
        concepts = {each.concept for each in finding.answer}
        said = {"pregnant", "not_pregnant"} & concepts
        found = Statement(day, said == {"pregnant"}, finding) if len(said) == 1 else None
    elif resource.kind == "Condition" and finding.has("pregnant", "multiple_pregnancy") and resource.goes_on(story.as_of) is not False:
        found = Statement(day, pregnant=True, finding=finding)
    else:
        return None
    return found if found and _is_fresh(found, story) else None


def _is_fresh(said: Statement, story: Story) -> bool:
    """Return whether a word of that day can still be about this pregnancy. "Not pregnant" holds until something says otherwise."""
    if story.last_end and said.day <= story.last_end:
        return False
    if not said.pregnant and said.certain:
        return True
    return story.in_this_pregnancy(said.day) is not False and (story.as_of - said.day).days <= TERM_LENGTH_DAYS


def _babies(findings: Sequence[Finding], story: Story, draft: Draft) -> None:
    """Write the number of babies if all say the same; a lost twin, or several of an unknown number, leave it open."""
    inside = [finding for finding in findings if story.in_this_pregnancy(finding.day)]
    found = [(number, finding) for finding in inside if (number := _number(finding)) is not None]
    lost = [finding for finding in inside if finding.has("loss_of_one_fetus")]
    several = [finding for finding in inside if finding.has("multiple_pregnancy") and finding.carried("multiple_pregnancy") is None and _stands(finding, story)]
    for finding in lost:
        draft.notes.conflict(f"{finding.resource.name}: one of several babies was lost; how many are left is not read from it")
    numbers = {number for number, _ in found}
    if len(numbers) > 1 or (several and numbers == {1}):
        names = ", ".join(finding.resource.name for finding in (*(finding for _, finding in found), *several))
        draft.notes.conflict(f"the number of babies differs ({names}); none of these is used")
    elif found and not lost:
        number, finding = found[-1]
        draft.put("pregnancy.plurality", str(number), finding)


def _stands(finding: Finding, story: Story) -> bool:
    return finding.says("multiple_pregnancy") and finding.resource.goes_on(story.as_of) is not False


def _number(finding: Finding) -> int | None:
    """Return a stated number of babies; a code for several that carries none says nothing of how many. One that was closed still said so."""
    if finding.has("number_of_fetuses"):
        number = whole_number(finding.resource.value)
        return number if number is not None and number >= 1 else None
    return finding.carried("multiple_pregnancy") if finding.says("multiple_pregnancy") else None


def _diagnoses(findings: Sequence[Finding], story: Story, draft: Draft) -> None:
    for finding in findings:
        for concept, path in FOR_LIFE.items():
            if finding.says(concept):
                draft.put(path, "yes", finding)
            elif finding.has(concept):
                draft.notes.leave_out(finding, "its value does not say that it is so")
        for concept, path in IN_PREGNANCY.items():
            if finding.says(concept):
                _in_this(path, finding, story, draft)
        if finding.has("cervical_insufficiency", "cervical_insufficiency_delivered"):
            _insufficiency(finding, story, draft)
        if finding.says("fetal_death") and story.in_this_pregnancy(finding.resource.happened):
            _fetal_death(finding, draft)


def _in_this(path: str, finding: Finding, story: Story, draft: Draft) -> None:
    """Write a diagnosis of this pregnancy. One of an earlier pregnancy, or that was taken back, is left out."""
    inside = story.in_this_pregnancy(finding.resource.happened)
    if inside and finding.resource.goes_on(story.as_of) is not False:
        draft.put(path, "yes", finding)
    elif path == "conditions.cervical_insufficiency" and inside is False:
        draft.put("conditions.earlier_cervical_insufficiency", "yes", finding)
    else:
        draft.notes.doubt(path, finding, "it is not known to hold in this pregnancy")


def _insufficiency(finding: Finding, story: Story, draft: Draft) -> None:
    """The same code is used for this pregnancy and for an earlier one; only a day on which it began, and whether it goes on, can tell."""
    inside, active = story.in_this_pregnancy(finding.resource.happened), finding.resource.goes_on(story.as_of)
    is_condition = finding.resource.kind == "Condition"
    if is_condition and inside and active is not False and finding.has("cervical_insufficiency"):
        draft.put("conditions.cervical_insufficiency", "yes", finding)
    elif is_condition and inside is False:
        draft.put("conditions.earlier_cervical_insufficiency", "yes", finding)
    else:
        for path in ("conditions.cervical_insufficiency", "conditions.earlier_cervical_insufficiency"):
            draft.notes.doubt(path, finding, "this code is used for this pregnancy and for an earlier one, and nothing tells which")


def _fetal_death(finding: Finding, draft: Draft) -> None:
    """With one baby, its death is that of the pregnancy; with more, or an unknown number, one may live."""
    if draft.values.get("pregnancy", {}).get("plurality") == "1":
        draft.put("pregnancy.fetal_death", "yes", finding)
    else:
        draft.notes.conflict(f"{finding.resource.name}: a baby died; with more than one baby, or an unknown number, another may live")
