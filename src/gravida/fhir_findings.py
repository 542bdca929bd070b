"""What was measured, found, placed and given in this pregnancy: scans, examinations, cerclages, progestogens, surgery.

The route of a scan is read where somebody wrote it, and never assumed. A length that could be centimetres or millimetres
is not read. That no removal of a cerclage is coded says nothing, because removal in a clinic is mostly not coded.
"""

from collections.abc import Mapping, Sequence

from gravida.fhir_draft import Draft
from gravida.fhir_history import CERCLAGES
from gravida.fhir_resource import Resource, codings, listed, mapping, reference, words
from gravida.fhir_sort import Finding, meaning
from gravida.fhir_story import Story
from gravida.fhir_values import Unreadable, centimetres, millimetres, number_of

ROUTES = {
    "transvaginal": "transvaginal", "endovaginal": "transvaginal", "transabdominal": "transabdominal",
    "transperineal": "transperineal", "translabial": "transperineal",
}  # fmt: skip
"""Words that name the route of a scan, wherever they stand in its method, its site or its report."""
SEEN = {
    "contractions_present": ("contractions", "yes"), "contractions_absent": ("contractions", "no"),
    "membranes_bulging": ("membranes_exposed", "yes"), "membranes_intact": ("waters_broken", "no"),
    "preterm_rupture_of_membranes": ("waters_broken", "yes"), "prelabour_rupture_of_membranes": ("waters_broken", "yes"),
    "amniotic_fluid_leak": ("waters_broken", "yes"), "chorioamnionitis": ("suspected_intraamniotic_infection", "yes"),
    "vaginal_bleeding": ("active_bleeding", "yes"), "bleeding_in_pregnancy": ("active_bleeding", "yes"), "cervix_closed": ("dilation_cm", "0"),
}  # fmt: skip
"""What a finding of one day answers on that day."""
TECHNIQUES = {"cerclage_mcdonald": "mcdonald", "cerclage_shirodkar": "shirodkar"}
PLACED = (*CERCLAGES, "cerclage_route_not_stated")
BY_ULTRASOUND, BY_EXAMINATION = ("short_cervix", "cervical_length_ultrasound"), ("cervix_dilated", "dilation_palpated", "dilation_stated", "membranes_bulging")
BY_HISTORY = (
    "miscarriage_second_trimester", "history_miscarriage", "history_preterm_birth", "history_preterm_labour", "preterm_birth", "preterm_labour_with_delivery",
    "second_trimester_labour_with_delivery", "poor_obstetric_history", "recurrent_pregnancy_loss",
)  # fmt: skip
SURGERY = {
    "cone_biopsy": "cone", "cone_by_electrosurgery": "cone", "loop_excision": "lletz", "trachelectomy": "trachelectomy", "cervical_destruction": None,
    "cervical_excision_not_specified": None,
}  # fmt: skip
DRUGS = {
    "progesterone": "progesterone", "progesterone_capsule": "progesterone", "progesterone_injection": "progesterone", "hydroxyprogesterone_caproate": "17-ohpc",
}  # fmt: skip
NAMED = {"hydroxyprogesterone caproate": "17-ohpc", "hydroxyprogesterone": "17-ohpc", "17-ohpc": "17-ohpc", "makena": "17-ohpc", "progesterone": "progesterone"}
"""Names in a text, the longer ones first, for medicines without a code that is known."""
WAYS = {"vagina": "vaginal", "intramuscular": "intramuscular", "oral": "oral", "by mouth": "oral"}
MEDICINES = ("MedicationRequest", "MedicationStatement", "MedicationAdministration")


def read_findings(findings: Sequence[Finding], resources: Mapping[str, Resource], story: Story, draft: Draft) -> None:
    """Write everything that was found in this pregnancy, and surgery on the cervix whenever it was."""
    for finding in findings:
        if finding.has("cervical_length_ultrasound"):
            _scan(finding, findings, story, draft)
        elif finding.resource.kind in MEDICINES:
            _medicine(finding, story, draft)
        elif finding.has(*PLACED) and finding.resource.kind == "Procedure":
            _cerclage(finding, findings, resources, story, draft)
        elif finding.has(*SURGERY) and finding.resource.kind in ("Procedure", "Condition"):
            _surgery(finding, draft)
        else:
            _examined(finding, story, draft)


def _scan(finding: Finding, findings: Sequence[Finding], story: Story, draft: Draft) -> None:
    rules = story.rules
    if finding.day is None:
        draft.notes.leave_out(finding, "a length without a day is not read: it could be of another pregnancy")
        return
    try:
        length = millimetres(finding.resource.value, rules.length_without_unit_above_mm)
    except Unreadable as why:
        draft.notes.leave_out(finding, str(why))
        return
    if not rules.length_mm[0] <= length <= rules.length_mm[1]:
        draft.notes.leave_out(finding, f"a length lies between {rules.length_mm[0]:g} and {rules.length_mm[1]:g} mm")
    elif story.in_this_pregnancy(finding.day) is False:
        draft.notes.leave_out(finding, "it was measured before this pregnancy, or after the day of assessment")
    else:
        values = {"on": finding.day.isoformat(), "route": _route(finding, findings), "cervical_length_mm": f"{length:g}", "funnelling": _funnel(finding)}
        if length < rules.length_to_confirm_below_mm:
            del values["cervical_length_mm"]
            draft.notes.conflicts.append(f"{finding.resource.name}: so short that centimetres may have been meant. It is NOT used: look at the scan, now")
        draft.add("scans", values, finding)


def _route(finding: Finding, findings: Sequence[Finding]) -> str | None:
    """Return the route that somebody wrote: at the measurement, or at the procedure or report that it belongs to."""
    told = finding.resource.told
    around = [each.resource for each in findings if _belongs(finding.resource, each.resource)]
    coded = {each.concept for place in ("method", "bodySite") for each in meaning(codings(told.get(place)), finding.codes)}
    coded |= {each.concept for one in around for each in meaning(one.code, finding.codes)}
    if coded & {"route_transvaginal", "transvaginal_obstetric_scan"}:
        return "transvaginal"
    text = " ".join([*words(told.get("method")), *words(told.get("bodySite")), *(one.text for one in around), finding.resource.text]).lower()
    found = {route for word, route in ROUTES.items() if word in text}
    return found.pop() if len(found) == 1 else None


def _belongs(observation: Resource, other: Resource) -> bool:
    """Return whether a procedure or a report says that this observation is part of it."""
    if other.kind not in ("Procedure", "DiagnosticReport"):
        return False
    results = {reference(each) for key in ("result", "report") for each in listed(other.told.get(key))}
    return observation.name in results or other.name in {reference(each) for each in listed(observation.told.get("partOf"))}


def _funnel(finding: Finding) -> str | None:
    """Return whether a funnel was seen: only a component that is called so says it."""
    for each in finding.resource.components:
        width = number_of(each.value)
        if "funnel" in each.text and width is not None:
            return "yes" if width > 0 else "no"
    return None


def _examined(finding: Finding, story: Story, draft: Draft) -> None:
    """Write a bedside finding on its own day; what is older than its day is unknown again."""
    answers = [answer for concept, answer in SEEN.items() if finding.has(concept)]
    dilation = _dilation(finding, story, draft)
    answers += [("dilation_cm", dilation)] if dilation is not None else []
    if answers and finding.resource.value not in (None, True) and finding.resource.kind == "Observation" and dilation is None:
        answers = []  # the code is the question here, and the value another answer
    entry = draft.on("examinations", finding) if answers and story.in_this_pregnancy(finding.day) else None
    for name, value in answers if entry else ():
        if entry and entry.values.setdefault(name, value) != value:
            del entry.values[name]
            sign = name.replace("_", " ")
            draft.notes.conflicts.append(f"{finding.resource.name}: another finding of that day says the opposite about {sign}; neither is used")


def _dilation(finding: Finding, story: Story, draft: Draft) -> str | None:
    carried = finding.carried("dilation_stated")
    if carried is not None:
        return str(carried)
    if not finding.has("dilation_palpated", "dilation_finding", "cervix_dilated") or number_of(finding.resource.value) is None:
        return None
    try:
        return f"{centimetres(finding.resource.value, story.rules.dilation_cm):g}"
    except Unreadable as why:
        draft.notes.leave_out(finding, str(why))
        return None


def _cerclage(finding: Finding, findings: Sequence[Finding], resources: Mapping[str, Resource], story: Story, draft: Draft) -> None:
    """Write a stitch of this pregnancy; an abdominal one from before counts too."""
    day = finding.resource.happened
    kind = next((kind for concept, kind in CERCLAGES.items() if finding.has(concept)), None)
    inside = story.in_this_pregnancy(day)
    if inside is False and kind != "transabdominal":
        draft.notes.leave_out(finding, "this stitch belongs to an earlier pregnancy")
        return
    if inside is None and kind != "transabdominal":
        draft.notes.leave_out(finding, "no day tells whether this stitch belongs to this pregnancy")
        return
    technique = next((name for concept, name in TECHNIQUES.items() if finding.has(concept)), None)
    values = {"placed_on": day.isoformat() if day else None, "kind": kind, "technique": technique, "indication": _indication(finding, resources)}
    draft.add("cerclages", {**values, "removed": _removed(finding, findings)}, finding)


def _indication(finding: Finding, resources: Mapping[str, Resource]) -> str | None:
    """Return why a stitch was placed, if its reason says so and all reasons say the same."""
    codes = [coding for each in listed(finding.resource.told.get("reasonCode")) for coding in codings(each)]
    codes += [coding for name in finding.resource.reasons if name in resources for coding in resources[name].code]
    concepts = {each.concept for each in meaning(codes, finding.codes)}
    found = {name for name, group in (("ultrasound", BY_ULTRASOUND), ("examination", BY_EXAMINATION), ("history", BY_HISTORY)) if concepts & set(group)}
    return found.pop() if len(found) == 1 else None


def _removed(finding: Finding, findings: Sequence[Finding]) -> str | None:
    """Return whether a stitch was taken out, by the newest that says so after it was placed."""
    placed = finding.resource.happened
    after = [
        (each.day, each.has("cerclage_removal", "cerclage_absent"))
        for each in findings
        if each.has("cerclage_removal", "cerclage_absent", "cerclage_present") and each.day and placed and each.day >= placed
    ]
    return ("yes" if max(after)[1] else "no") if after else None


def _medicine(finding: Finding, story: Story, draft: Draft) -> None:
    drug = next((name for concept, name in DRUGS.items() if finding.has(concept)), None) or next(
        (drug for name, drug in NAMED.items() if name in finding.resource.text), None
    )
    if drug is None:
        draft.notes.leave_out(finding, "this medicine is not read")
    elif story.in_this_pregnancy(finding.day) is False:
        draft.notes.leave_out(finding, "it was given before this pregnancy")
    else:
        current = {True: "yes", False: "no", None: None}[finding.resource.is_active]
        draft.add("progestogens", {"drug": drug, "route": _way(finding), "current": current}, finding)


def _way(finding: Finding) -> str | None:
    """Return the route of a medicine, where the dosage says it. The name of a capsule says nothing."""
    doses = [
        *listed(finding.resource.told.get("dosageInstruction")),
        *listed(finding.resource.told.get("dosage")),
        mapping(finding.resource.told.get("dosage")),
    ]
    text = " ".join(word for dose in doses for word in [*words(dose.get("route")), str(dose.get("text", ""))]).lower()
    found = {way for word, way in WAYS.items() if word in text}
    return found.pop() if len(found) == 1 else None


def _surgery(finding: Finding, draft: Draft) -> None:
    kind = next((kind for concept, kind in SURGERY.items() if finding.has(concept)), None)
    day = finding.resource.happened
    same = [
        each for each in draft.lists.get("cervical_procedures", []) if each.values.get("kind") == kind and day and each.findings[0].resource.happened == day
    ]
    if same:
        same[0].findings.append(finding)
    else:
        draft.add("cervical_procedures", {"kind": kind}, finding)
