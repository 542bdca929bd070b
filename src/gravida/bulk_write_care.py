"""What was measured, found, placed and given in a pregnancy of the flat form, as FHIR resources."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from gravida.bulk_resources import HL7, Made, Maker
from gravida.fhir_findings import DRUGS, SURGERY

Row = Mapping[str, Any]
SIGNS: dict[tuple[str, bool | None], str] = {
    ("contractions", True): "contractions_present", ("contractions", False): "contractions_absent", ("membranes_exposed", True): "membranes_bulging",
    ("waters_broken", True): "amniotic_fluid_leak", ("waters_broken", False): "membranes_intact", ("active_bleeding", True): "vaginal_bleeding",
    ("suspected_intraamniotic_infection", True): "chorioamnionitis",
}  # fmt: skip
"""Signs that a code says; of the others none does."""
NO_VALUE = {"dataAbsentReason": {"coding": [{"system": f"{HL7}data-absent-reason", "code": "unknown"}]}}
STITCHES = {"transvaginal": "cerclage_vaginal", "transabdominal": "cerclage_abdominal", None: "cerclage_route_not_stated"}
REASONS = {"history": "history_preterm_birth", "ultrasound": "short_cervix", "examination": "cervix_dilated"}
KINDS = {kind: concept for concept, kind in reversed(SURGERY.items()) if kind} | {None: "cervical_excision_not_specified"}
MEDICINES = {drug: concept for concept, drug in reversed(DRUGS.items())}


def write_scans(rows: Iterable[Row], known_from: date, makes: Maker) -> None:
    """Write the scans. Of one whose day is not known, only when it was written down can be said."""
    for row in rows:
        on, value = row.get("on"), row.get("cervical_length_mm")
        measured = makes.quantity(value, "mm") if value is not None else NO_VALUE
        funnel = row.get("funnelling")
        parts = [{"code": {"text": "funnel"}, "valueBoolean": funnel}] if funnel is not None else None
        written = row.get("recorded_on") or (None if on else known_from)
        makes.observe(f"scan-{row['entry']}", "cervical_length_ultrasound", on, written, method=_method(row.get("route"), makes), component=parts, **measured)


def _method(route: str | None, makes: Maker) -> Made | None:
    if route is None:
        return None
    return {**(makes.coder.concept("route_transvaginal") if route == "transvaginal" else {}), "text": route}


def write_examinations(rows: Iterable[Row], makes: Maker) -> None:
    """Write what was found on a day, each sign that a code says."""
    for row in (each for each in rows if each.get("on")):
        name, on, written = f"examination-{row['entry']}", row["on"], row.get("recorded_on")
        for sign, concept in ((sign, SIGNS.get((sign, row.get(sign)))) for sign in dict.fromkeys(sign for sign, _ in SIGNS)):
            if concept:
                makes.observe(f"{name}-{sign}", concept, on, written, valueBoolean=True)
        if row.get("dilation_cm") is not None:
            makes.observe(f"{name}-dilation", "dilation_palpated", on, written, **makes.quantity(row["dilation_cm"], "cm"))


def entries(rows: Iterable[Row]) -> Iterable[list[Row]]:
    """Yield the rows of each entry, the first first."""
    for _, found in groupby(rows, key=itemgetter("entry")):
        yield list(found)


def write_cerclages(rows: Iterable[Row], makes: Maker) -> None:
    """Write stitches that have a day, and their removals."""
    for first, *later in entries(rows):
        if not first.get("placed_on"):
            continue
        reason = REASONS.get(first.get("indication") or "")
        why = [makes.coder.concept(reason)] if reason else None
        makes.operate(f"stitch-{first['entry']}", STITCHES[first.get("kind")], first["placed_on"], reasonCode=why)
        removed = next((each["recorded_on"] for each in later if each.get("removed") and each.get("recorded_on")), None)
        if removed and first.get("kind") != "transabdominal":
            makes.operate(f"removal-{first['entry']}", "cerclage_removal", removed)


def write_progestogens(rows: Iterable[Row], known_from: date, makes: Maker) -> None:
    """Write medicines, from the day on which they became known to the day on which they were stopped."""
    for versions in entries(rows):
        first = versions[0]
        begun, stopped = first.get("recorded_on") or known_from, next((each["recorded_on"] for each in versions if each.get("current") is False), None)
        if first.get("drug") not in MEDICINES:
            continue
        period = {"start": str(begun), **({"end": str(stopped)} if stopped else {})}
        makes.add("MedicationStatement", f"medicine-{first['entry']}", {
            "status": "completed" if stopped else "active" if first.get("current") else "unknown",
            "medicationCodeableConcept": makes.coder.concept(MEDICINES[first["drug"]]),
            "subject": makes.her, "effectivePeriod": period,
            "dosage": [{"route": {"text": first["route"]}}] if first.get("route") else None,
        })  # fmt: skip


def write_procedures(rows: Iterable[Row], makes: Maker) -> None:
    """Write operations on the cervix. The flat form has no day of these, and none is made up."""
    for row in rows:
        makes.operate(f"operation-{row['entry']}", KINDS.get(row.get("kind"), KINDS[None]), None)
