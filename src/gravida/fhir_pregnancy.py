"""This pregnancy: whether there is one, how it is dated, how many babies, and what was diagnosed in it."""

from collections.abc import Sequence
from datetime import timedelta

from gravida.facts import Range
from gravida.fhir_draft import Draft, written
from gravida.fhir_sort import Finding
from gravida.fhir_story import Dated, Story
from gravida.fhir_values import number_of
from gravida.units import TERM_LENGTH_DAYS

IN_PREGNANCY = {"placenta_praevia": "pregnancy.placenta_praevia", "cervical_insufficiency_antenatal": "conditions.cervical_insufficiency"}
"""Concepts of a condition that, dated in this pregnancy, answer a question about it."""
FOR_LIFE = {
    "uterine_anomaly": "conditions.uterine_anomaly", "des_exposure": "conditions.des_exposure",
    "connective_tissue_disorder": "conditions.connective_tissue_disorder",
}  # fmt: skip
"""Concepts that hold whenever they were recorded."""


def read_pregnancy(findings: Sequence[Finding], story: Story, draft: Draft) -> None:
    """Write the pregnancy of the day of assessment."""
    _dating(story, draft)
    _status(findings, story, draft)
    _babies(findings, story, draft)
    _diagnoses(findings, story, draft)


def _dating(story: Story, draft: Draft) -> None:
    """Write the first of each kind of dating; which of them governs is for the record to say."""
    for each in story.dated:
        if each.kind == "gestation" and each.finding.day:
            low, high = (each.finding.day - each.span.latest).days, (each.finding.day - each.span.earliest).days
            gestation = low if low == high else Range(low, high)
            draft.put("pregnancy.gestation", {"at": written(gestation), "on": each.finding.day.isoformat()}, each.finding)
        elif each.kind == "due_date":
            draft.put("pregnancy.due_date", (each.span.earliest + timedelta(TERM_LENGTH_DAYS)).isoformat(), each.finding)
        elif _dates_alone(each, story):
            draft.put("pregnancy.last_period", each.span.earliest.isoformat(), each.finding)


def _dates_alone(each: Dated, story: Story) -> bool:
    """Return whether a last period may stand in the record: not a day of conception, and not without another sign of pregnancy."""
    return each.finding.has("last_period") or any(other.kind != "last_period" for other in story.dated)


def _status(findings: Sequence[Finding], story: Story, draft: Draft) -> None:
    """Write whether she is pregnant: a closed episode of care goes before a condition that nobody closed, the newest answer before both."""
    said = [(finding.day, answer, finding) for finding in findings if (answer := _says_pregnant(finding, story)) is not None and finding.day]
    newest = max(said, key=lambda each: (each[0], not each[1]), default=None)
    due = next((each.finding for each in story.dated if each.kind != "last_period"), None)
    if newest is not None:
        draft.put("pregnancy.status", "ongoing" if newest[1] else "not-pregnant", newest[2])
    elif due is not None and story.begins and story.as_of <= story.begins.latest + timedelta(TERM_LENGTH_DAYS):
        draft.put("pregnancy.status", "ongoing", due)
    elif story.last_end and not story.dated:
        end = next(finding for finding in findings if finding.day == story.last_end)
        draft.put("pregnancy.status", "not-pregnant", end)


def _says_pregnant(finding: Finding, story: Story) -> bool | None:
    """Return what a finding says of being pregnant on the day of assessment; ``None`` if it says nothing of it."""
    day = finding.day
    if day is None or day > story.as_of or (story.last_end and day <= story.last_end):
        return None
    if finding.has("antenatal_care") and finding.resource.kind == "EpisodeOfCare":
        return {True: True, False: False, None: None}[finding.resource.is_active]
    if finding.has("pregnancy_status"):
        concepts = {each.concept for each in finding.answer}
        found = True if "pregnant" in concepts else False if "not_pregnant" in concepts else None
    elif finding.has("pregnant") and finding.resource.kind == "Condition":
        found = True if finding.resource.is_active is not False else None
    else:
        return None
    return found if _is_fresh(finding, story) else None


def _is_fresh(finding: Finding, story: Story) -> bool:
    """Return whether "pregnant" of that day can still hold: it lies in this pregnancy, or no longer ago than a pregnancy lasts."""
    assert finding.day is not None
    inside = story.in_this_pregnancy(finding.day)
    return inside if inside is not None else (story.as_of - finding.day).days <= story.rules.longest_gestation


def _babies(findings: Sequence[Finding], story: Story, draft: Draft) -> None:
    """Write the number of babies by the newest that says it; a lost twin leaves it open."""
    found = [(finding.day, number, finding) for finding in findings if (number := _number(finding)) is not None and story.in_this_pregnancy(finding.day)]
    lost = [finding for finding in findings if finding.has("loss_of_one_fetus") and story.in_this_pregnancy(finding.day)]
    for finding in lost:
        draft.notes.conflicts.append(f"{finding.resource.name}: one of several babies was lost; how many are left is not read from it")
    numbers = {number for _, number, _ in found}
    if len(numbers) > 1:
        names = ", ".join(finding.resource.name for _, _, finding in found)
        draft.notes.conflicts.append(f"the number of babies differs ({names}); the newest is used")
    if found and not lost:
        _, number, finding = max(found, key=lambda each: (each[0], each[1]))
        draft.put("pregnancy.plurality", str(number), finding)


def _number(finding: Finding) -> int | None:
    """Return a stated number of babies; a code for several that carries none says nothing of how many."""
    if finding.has("number_of_fetuses"):
        number = number_of(finding.resource.value)
        return int(number) if number is not None and number >= 1 and number == int(number) else None
    standing = finding.resource.kind != "Condition" or finding.resource.is_active is not False
    return finding.carried("multiple_pregnancy") if standing else None


def _diagnoses(findings: Sequence[Finding], story: Story, draft: Draft) -> None:
    for finding in findings:
        for concept, path in FOR_LIFE.items():
            if finding.has(concept):
                draft.put(path, "yes", finding)
        for concept, path in IN_PREGNANCY.items():
            if finding.has(concept):
                _in_this(path, finding, story, draft)
        if finding.has("cervical_insufficiency", "cervical_insufficiency_delivered"):
            _insufficiency(finding, story, draft)
        if finding.has("fetal_death") and story.in_this_pregnancy(finding.day):
            _fetal_death(finding, draft)


def _in_this(path: str, finding: Finding, story: Story, draft: Draft) -> None:
    """Write a diagnosis of this pregnancy. One of an earlier pregnancy, or that was taken back, is left out."""
    if story.in_this_pregnancy(finding.day) and finding.resource.is_active is not False:
        draft.put(path, "yes", finding)
    elif path == "conditions.cervical_insufficiency" and story.in_this_pregnancy(finding.day) is False:
        draft.put("conditions.earlier_cervical_insufficiency", "yes", finding)
    else:
        draft.notes.leave_out(finding, "it is not known to hold in this pregnancy")


def _insufficiency(finding: Finding, story: Story, draft: Draft) -> None:
    """The same code is used for this pregnancy and for an earlier one; only a day, and whether it goes on, can tell."""
    inside, active = story.in_this_pregnancy(finding.day), finding.resource.is_active
    if inside and active is not False and finding.has("cervical_insufficiency"):
        draft.put("conditions.cervical_insufficiency", "yes", finding)
    elif inside is False:
        draft.put("conditions.earlier_cervical_insufficiency", "yes", finding)
    else:
        draft.notes.leave_out(finding, "this code is used for this pregnancy and for an earlier one, and no day tells which")


def _fetal_death(finding: Finding, draft: Draft) -> None:
    """With one baby, its death is that of the pregnancy; with more, or an unknown number, one may live."""
    if draft.values.get("pregnancy", {}).get("plurality") == "1":
        draft.put("pregnancy.fetal_death", "yes", finding)
    else:
        draft.notes.conflicts.append(f"{finding.resource.name}: a baby died; with more than one baby, or an unknown number, another may live")
