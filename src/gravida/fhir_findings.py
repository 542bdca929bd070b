"""What was measured, found, placed and given in this pregnancy: scans, examinations, cerclages, progestogens, surgery.

The route of a scan is read where somebody wrote it, and never assumed. A length that could be centimetres or millimetres
is not read. That no removal of a cerclage is coded says nothing, because removal in a clinic is mostly not coded.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from gravida.codes import Coded
from gravida.fhir_draft import Draft, Entry
from gravida.fhir_history import CERCLAGES
from gravida.fhir_resource import Resource, codings, listed, mapping, reference, words
from gravida.fhir_sort import MEDICINES, Finding, meaning
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
OUTSIDE = "cerclage_outside_pregnancy"
NOT_MEASURED = frozenset({"not-performed", "not-asked", "not-applicable", "unsupported"})
"""Reasons of FHIR for a value that is not there, by which nothing was measured."""
PLACED = (*CERCLAGES, "cerclage_route_not_stated")
BY_ULTRASOUND, BY_EXAMINATION = ("short_cervix", "cervical_length_ultrasound"), ("cervix_dilated", "dilation_palpated", "dilation_stated", "membranes_bulging")
BY_HISTORY = (
    "miscarriage_second_trimester", "history_miscarriage", "history_preterm_birth", "history_preterm_labour", "preterm_birth", "preterm_labour_with_delivery",
    "second_trimester_labour_with_delivery", "poor_obstetric_history", "recurrent_pregnancy_loss",
)  # fmt: skip
SURGERY = {
    "cone_biopsy": "cone", "cone_by_electrosurgery": None, "loop_excision": "lletz", "trachelectomy": "trachelectomy", "cervical_destruction": None,
    "cervical_excision_not_specified": None,
}  # fmt: skip
DRUGS = {
    "progesterone": "progesterone", "progesterone_capsule": "progesterone", "progesterone_injection": "progesterone", "hydroxyprogesterone_caproate": "17-ohpc",
}  # fmt: skip
NAMED = (
    (re.compile(r"(?<![a-z])(hydroxyprogesterone|17-?ohpc|makena)(?![a-z])"), "17-ohpc"),
    (re.compile(r"(?<![a-z])progesterone(?![a-z])"), "progesterone"),
)
"""Names in a text, as words of their own: medroxyprogesterone is another medicine."""
WAYS = (
    (re.compile(r"\bvagina"), "vaginal"), (re.compile(r"\bintramuscular"), "intramuscular"), (re.compile(r"\b(oral|orally|by mouth)\b"), "oral"),
)  # fmt: skip


def read_findings(findings: Sequence[Finding], resources: Mapping[str, Resource], story: Story, draft: Draft) -> None:
    """Write everything that was found in this pregnancy, and surgery on the cervix whenever it was."""
    for finding in findings:
        if finding.has("cervical_length_ultrasound") and finding.resource.kind == "Observation":
            _scan(finding, findings, story, draft)
        elif finding.resource.kind in MEDICINES:
            _medicine(finding, story, draft)
        elif finding.has(*PLACED, OUTSIDE) and finding.resource.kind == "Procedure":
            _cerclage(finding, resources, story, draft)
        elif finding.has(*SURGERY) and finding.resource.kind in ("Procedure", "Condition"):
            _surgery(finding, draft)
        else:
            _examined(finding, story, draft)
    for entry in draft.lists.get("cerclages", []):
        removed = _removed(entry, draft.lists["cerclages"], findings, story)
        entry.values |= {"removed": removed} if removed else {}


# --- scans -----------------------------------------------------------------------------------------------------------


def _scan(finding: Finding, findings: Sequence[Finding], story: Story, draft: Draft) -> None:
    """Write a scan. One that cannot be read stays as a scan of unknown length: it could be the shortest."""
    if story.in_this_pregnancy(finding.day) is False:
        draft.notes.leave_out(finding, "it was measured before this pregnancy")
        return
    if finding.resource.value is None and _nothing_measured(finding, findings):
        return
    values = {"on": finding.day.isoformat() if finding.day else None, "route": _route(finding, findings)}
    try:
        length = _length(finding, story)
    except Unreadable as why:
        draft.notes.conflict(f"{finding.resource.name}: {why}. Its length is NOT used, and it could be the shortest: look at the scan")
        draft.add("scans", values, finding)
    else:
        draft.add("scans", {**values, "cervical_length_mm": f"{length:g}", "funnelling": _funnel(finding)}, finding)


def _nothing_measured(finding: Finding, findings: Sequence[Finding]) -> bool:
    """Return whether a measurement says why it has none, or only holds the parts that have it."""
    parts = [each for each in findings if each.resource.name == finding.resource.name and each is not finding]
    reasons = {coding.code for coding in codings(finding.resource.told.get("dataAbsentReason"))}
    return bool(reasons & NOT_MEASURED) or any(each.has("cervical_length_ultrasound") for each in parts)


def _length(finding: Finding, story: Story) -> float:
    """Return a length that can only be millimetres, of a day that is known. Raises :class:`Unreadable`."""
    rules = story.rules
    length = millimetres(finding.resource.value, rules.length_without_unit_above_mm)
    if finding.day is None:
        raise Unreadable("it does not say when it was measured, so it could be of another pregnancy")
    if not rules.length_mm[0] <= length <= rules.length_mm[1]:
        raise Unreadable(f"a length lies between {rules.length_mm[0]:g} and {rules.length_mm[1]:g} mm")
    if length < rules.length_to_confirm_below_mm:
        raise Unreadable("so short that centimetres may have been meant")
    return length


def _route(finding: Finding, findings: Sequence[Finding]) -> str | None:
    """Return the route that somebody wrote: at the measurement, or at the procedure or report that it belongs to. Two are none."""
    told = finding.resource.told
    around = [each.resource for each in findings if _belongs(finding.resource, each.resource)]
    coded = {each.concept for place in ("method", "bodySite") for each in meaning(codings(told.get(place)), finding.codes)}
    coded |= {each.concept for one in around for each in meaning(one.code, finding.codes)}
    coded |= {each.concept for each in _beam(finding, findings)}
    text = " ".join([*words(told.get("method")), *words(told.get("bodySite")), *(one.text for one in around), finding.resource.text]).lower()
    found = {route for word, route in ROUTES.items() if word in text}
    found |= {"transvaginal"} if coded & {"route_transvaginal", "transvaginal_obstetric_scan"} else set()
    return found.pop() if len(found) == 1 else None


def _beam(finding: Finding, findings: Sequence[Finding]) -> list[Coded]:
    """Return what the components that ask for the route of the beam answer."""
    return [answer for each in findings if each.resource.name == finding.resource.name and each.has("route_of_scan") for answer in each.answer]


def _belongs(observation: Resource, other: Resource) -> bool:
    """Return whether a procedure or a report says that this observation is part of it."""
    if other.kind not in ("Procedure", "DiagnosticReport"):
        return False
    results = {reference(each) for key in ("result", "report") for each in listed(other.told.get(key))}
    return observation.name in results or other.name in {reference(each) for each in listed(observation.told.get("partOf"))}


def _funnel(finding: Finding) -> str | None:
    """Return whether a funnel was seen: only a component that is called so says it."""
    said = [each.value if isinstance(each.value, bool) else number_of(each.value) for each in finding.resource.components if "funnel" in each.text]
    answers = {value > 0 for value in said if value is not None}
    return "yes" if True in answers else "no" if answers else None


# --- examinations ----------------------------------------------------------------------------------------------------


def _examined(finding: Finding, story: Story, draft: Draft) -> None:
    """Write a bedside finding on its own day; what is older than its day is unknown again."""
    answers = [answer for concept, answer in SEEN.items() if finding.says(concept)]
    dilation = _dilation(finding, story, draft)
    answers += [("dilation_cm", dilation)] if dilation is not None else []
    if not answers:
        return
    if story.in_this_pregnancy(finding.resource.happened) is False:
        draft.notes.set_aside(finding, "it was found before this pregnancy, and a sign tells only for its day")
        return
    entry = draft.on("examinations", finding)
    for name, value in answers if entry else ():
        if entry:
            entry.said.setdefault(name, set()).add(value)
    if entry:
        _agree(entry, draft)


def _agree(entry: Entry, draft: Draft) -> None:
    """Write what all findings of a day say; where they say different things about a sign, nothing is known of it."""
    for name, said in entry.said.items():
        entry.values.pop(name, None)
        if len(said) == 1:
            entry.values[name] = next(iter(said))
        else:
            sign = name.replace("_", " ")
            draft.notes.conflict(f"findings of {entry.values['on']} say different things about {sign}; none of them is used")


def _dilation(finding: Finding, story: Story, draft: Draft) -> str | None:
    stated = finding.carried("dilation_stated") if finding.says("dilation_stated") else None
    stated = next((each.value for each in finding.answer if each.concept == "dilation_stated" and finding.asks), stated)
    if stated is not None:
        return str(stated)
    if not finding.has("dilation_palpated", "dilation_finding", "cervix_dilated") or number_of(finding.resource.value) is None:
        return None
    try:
        return f"{centimetres(finding.resource.value, story.rules.dilation_cm):g}"
    except Unreadable as why:
        draft.notes.leave_out(finding, str(why))
        return None


# --- stitches --------------------------------------------------------------------------------------------------------


def _cerclage(finding: Finding, resources: Mapping[str, Resource], story: Story, draft: Draft) -> None:
    """Write a stitch of this pregnancy; an abdominal one from before counts too, because it stays."""
    day = finding.resource.happened
    kind = next((kind for concept, kind in CERCLAGES.items() if finding.has(concept)), None)
    inside = story.in_this_pregnancy(day)
    if inside is False and kind == "transvaginal":
        draft.notes.set_aside(finding, "this stitch belongs to an earlier pregnancy")
    elif inside is not True and kind != "transabdominal" and not _is_recent(finding, story):
        draft.notes.doubt("cerclages", finding, "nothing tells whether this stitch is there in this pregnancy")
    else:
        technique = next((name for concept, name in TECHNIQUES.items() if finding.has(concept)), None)
        values = {"placed_on": day.isoformat() if day else None, "kind": kind, "technique": technique, "indication": _indication(finding, resources)}
        _placed(values, finding, draft)


def _is_recent(finding: Finding, story: Story) -> bool:
    """Return whether a stitch of an undated pregnancy is so new that no other pregnancy can have followed."""
    day, gap = finding.resource.happened, story.rules.shortest_pregnancy_gap
    return day is not None and not finding.has(OUTSIDE) and story.in_this_pregnancy(day) is None and (story.as_of - day).days <= gap


def _placed(values: dict[str, str | None], finding: Finding, draft: Draft) -> None:
    """Add a stitch, or what else is said of the one of that day; of two different answers neither is taken."""
    same = [each for each in draft.lists.get("cerclages", []) if each.values.get("placed_on") == values["placed_on"]]
    if not same:
        same = [draft.add("cerclages", values, finding)]
    else:
        same[0].findings.append(finding)
    for name, value in values.items():
        if value is not None:
            same[0].said.setdefault(name, set()).add(value)
    same[0].values |= {name: next(iter(said)) for name, said in same[0].said.items() if len(said) == 1}
    for name in (name for name, said in same[0].said.items() if len(said) > 1):
        same[0].values.pop(name, None)
        draft.notes.conflict(f"{finding.resource.name}: the {name} of the stitch of {values['placed_on']} is said in two ways; neither is used")


def _indication(finding: Finding, resources: Mapping[str, Resource]) -> str | None:
    """Return why a stitch was placed, if its reason says so and all reasons say the same. A reason that does not stand is none."""
    codes = [coding for each in listed(finding.resource.told.get("reasonCode")) for coding in codings(each)]
    told = [resources[name] for name in finding.resource.reasons if name in resources]
    hers = [each for each in told if not each.not_standing and each.subject in ("", finding.resource.subject)]
    codes += [coding for each in hers for coding in each.code]
    concepts = {each.concept for each in meaning(codes, finding.codes)}
    found = {name for name, group in (("ultrasound", BY_ULTRASOUND), ("examination", BY_EXAMINATION), ("history", BY_HISTORY)) if concepts & set(group)}
    return found.pop() if len(found) == 1 else None


def _removed(entry: Entry, stitches: Sequence[Entry], findings: Sequence[Finding], story: Story) -> str | None:
    """Return whether a stitch was taken out: by a removal after its day. That it was seen tells only for a short time.

    A vaginal removal says nothing of an abdominal stitch, and one on the day of the stitch may be of the one before it.
    """
    placed = date.fromisoformat(entry.values["placed_on"]) if "placed_on" in entry.values else None
    if placed is None or entry.values.get("kind") == "transabdominal":
        return None
    after = [(each.resource.happened, each) for each in findings if each.resource.happened and each.resource.happened > placed]
    gone = max((day for day, each in after if _taken_out(each)), default=None)
    seen = max((day for day, each in after if each.says("cerclage_present")), default=None)
    if gone:
        return "yes" if seen is None or seen < gone else None
    newest = all(each is entry or each.values.get("placed_on", "") < entry.values["placed_on"] for each in stitches)
    return "no" if seen and newest and (story.as_of - seen).days <= story.rules.one_event else None


def _taken_out(finding: Finding) -> bool:
    removed = finding.has("cerclage_removal") and finding.resource.kind == "Procedure"
    return removed or finding.says("cerclage_absent")


# --- medicines and surgery -------------------------------------------------------------------------------------------


def drug_of(finding: Finding) -> str | None:
    """Return which of the medicines that are read this is, by its code or by its name; ``None`` for any other."""
    coded = next((name for concept, name in DRUGS.items() if finding.has(concept)), None)
    return coded or next((drug for name, drug in NAMED if name.search(finding.resource.text)), None)


def is_nameless(finding: Finding) -> bool:
    """Return whether a medicine does not say at all what it is."""
    return not finding.resource.code and not finding.resource.text.strip()


def _medicine(finding: Finding, story: Story, draft: Draft) -> None:
    """Write a progestogen of this pregnancy. What it is, or when it was given, may be open: then the list is not whole."""
    drug = drug_of(finding)
    goes_on, inside = finding.resource.goes_on(story.as_of), story.in_this_pregnancy(finding.day)
    if drug is None and is_nameless(finding):
        draft.notes.doubt("progestogens", finding, "it does not say which medicine it is")
    elif drug is None:
        draft.notes.leave_out(finding, "this medicine is not read")
    elif inside is False and goes_on is not True:
        draft.notes.leave_out(finding, "it was given before this pregnancy")
    elif inside is not True and not (inside is None and goes_on):
        draft.notes.doubt("progestogens", finding, "nothing tells whether it was given in this pregnancy")
    else:
        current = {True: "yes", False: "no", None: None}[goes_on]
        draft.add("progestogens", {"drug": drug, "route": _way(finding), "current": current}, finding)


def _way(finding: Finding) -> str | None:
    """Return the route of a medicine, where the dosage says it. The name of a capsule says nothing."""
    doses = [
        *listed(finding.resource.told.get("dosageInstruction")),
        *listed(finding.resource.told.get("dosage")),
        mapping(finding.resource.told.get("dosage")),
    ]
    text = " ".join(word for dose in doses for word in [*words(dose.get("route")), str(dose.get("text", ""))]).lower()
    found = {way for word, way in WAYS if word.search(text)}
    return found.pop() if len(found) == 1 else None


def _surgery(finding: Finding, draft: Draft) -> None:
    """Write an operation on the cervix. The same one on the same day, or without a day, is one; a cervix is removed once."""
    kind = next((kind for concept, kind in SURGERY.items() if finding.has(concept)), None)
    day = finding.resource.happened
    same = [
        each for each in draft.lists.get("cervical_procedures", [])
        if each.values.get("kind") == kind and (kind == "trachelectomy" or day is None or _days(each) <= {day})
    ]  # fmt: skip
    if same:
        same[0].findings.append(finding)
    else:
        draft.add("cervical_procedures", {"kind": kind}, finding)


def _days(entry: Entry) -> set[date]:
    return {each.resource.happened for each in entry.findings if each.resource.happened}
