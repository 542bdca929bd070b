"""A pregnancy of the flat form as FHIR: its dates, what was diagnosed in it, the pregnancies before it, and how it ended.

Days that the flat form does not have are made up where FHIR needs one: earlier pregnancies end so far apart that each is one.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from gravida.bulk_resources import Made, Maker
from gravida.facts import Range
from gravida.fhir_history import DURING
from gravida.fhir_pregnancy import FOR_LIFE
from gravida.sources import Rules, Sources

Row = Mapping[str, Any]
IN_IT = {"pregnancy_placenta_praevia": "placenta_praevia", "conditions_cervical_insufficiency": "cervical_insufficiency"}
ENDED = {"live-birth": "live_birth", "stillbirth": "stillbirth", "miscarriage": "miscarriage_no_trimester"}
"""How a pregnancy ended, by a code that says nothing more."""
IN_A_TRIMESTER = {
    ("miscarriage", "first"): "miscarriage_first_trimester", ("miscarriage", "second"): "miscarriage_second_trimester",
    ("termination", "second"): "termination_second_trimester",
}  # fmt: skip
BIRTHS = ("live-birth", "stillbirth")
PRETERM: dict[tuple[str | None, bool | None], str] = {
    ("spontaneous", True): "preterm_labour_with_delivery", **dict.fromkeys((("indicated", each) for each in (True, False, None)), "preterm_birth_indicated"),
}  # fmt: skip
"""How a preterm birth began, by onset and labour."""
DURING_IT = {path: concept for concept, path in DURING.items() if concept != "preterm_rupture_of_membranes"}
NOT_NEW = {path.replace(".", "_"): concept for concept, path in FOR_LIFE.items()}


def rules_in(sources: Sources) -> Rules:
    """Return the limits of reading, which whoever writes has asked for already."""
    if sources.rules is None:
        raise LookupError("there are no limits of reading")
    return sources.rules


def write_known(row: Row, day: date, number: int, makes: Maker, rules: Rules) -> None:
    """Write what became known of a pregnancy on a day, outside lists."""
    at = f"{number}"
    for name, concept in (("pregnancy_due_date", "due_date"), ("pregnancy_last_period", "last_period")):
        if row.get(name):
            makes.observe(f"{concept}-{at}", concept, day, valueDateTime=str(row[name]))
    if row.get("pregnancy_gestation_at_days") is not None:
        value = makes.gestation(row["pregnancy_gestation_at_days"], row.get("pregnancy_gestation_at_days_to"))
        makes.observe(f"gestation-{at}", "gestational_age_in_days", row.get("pregnancy_gestation_on") or day, day, **value)
    if row.get("pregnancy_plurality") is not None and row.get("pregnancy_plurality_to") is None:
        makes.observe(f"babies-{at}", "number_of_fetuses", day, valueInteger=row["pregnancy_plurality"])
    if row.get("prior_pregnancies_total") is not None:
        makes.observe(f"gravidity-{at}", "gravidity", day, valueInteger=row["prior_pregnancies_total"] + 1)
    _diagnoses(row, day, at, makes, rules)


def _diagnoses(row: Row, day: date, at: str, makes: Maker, rules: Rules) -> None:
    concept = makes.coder.concept
    for name, code in IN_IT.items():
        if row.get(name):
            makes.diagnose(f"{code}-{at}", concept(code), day, day)
    for name, code in NOT_NEW.items():
        if row.get(name):
            makes.diagnose(f"{code}-{at}", concept(code), None, day)
    if row.get("conditions_earlier_cervical_insufficiency"):
        long_ago = day - timedelta(rules.longest_gestation + 1)
        makes.diagnose(f"earlier-{at}", concept("cervical_insufficiency"), long_ago, day, "resolved")


def write_end(row: Row, makes: Maker, rules: Rules) -> None:
    """Write how a pregnancy ended, if a code says it."""
    concept = outcome_concept(row.get("ended_how"), None, row.get("ended_days"), None, rules)
    if concept is None or not row.get("ended_on"):
        return
    told = makes.diagnose("end", makes.coder.concept(concept), row["ended_on"], row["ended_on"], "resolved")
    if row.get("ended_days") is not None:
        makes.observe("end-gestation", "gestational_age_in_days", row["ended_on"], focus=[{"reference": told}], **makes.gestation(row["ended_days"], None))


def outcome_concept(outcome: str | None, onset: str | None, low: int | None, high: int | None, rules: Rules) -> str | None:
    """Return the concept that says how a pregnancy ended, and not more; ``None`` if there is none."""
    trimester = trimester_of(low, high, rules)
    if outcome == "termination" or (outcome == "miscarriage" and onset == "spontaneous"):
        found = IN_A_TRIMESTER.get((outcome, trimester or ""))
        return found or ENDED.get(outcome)
    return ENDED.get(outcome or "")


def trimester_of(low: int | None, high: int | None, rules: Rules) -> str | None:
    """Return the trimester in which all of a span of days lies, if a code can say it."""
    spans: tuple[tuple[str, Range], ...] = (("first", rules.first_trimester), ("second", rules.second_trimester))
    return next((name for name, span in spans if low is not None and span.low <= low and (high or low) <= span.high), None)


# --- earlier pregnancies ---------------------------------------------------------------------------------------------


def write_history(rows: Sequence[Row], day: date, makes: Maker, sources: Sources) -> None:
    """Write the earlier pregnancies that a code can say, as the person told them on a day."""
    rules = rules_in(sources)
    apart = timedelta(rules.longest_gestation + 2 * rules.shortest_pregnancy_gap)
    for back, row in zip(range(len(rows), 0, -1), rows, strict=True):
        for number, told in enumerate(_conditions(row, makes, sources)):
            written = row.get("recorded_on") or day
            name, ended = f"earlier-{row['entry']}-{number}", day - back * apart
            condition = makes.diagnose(name, told, ended, written, "resolved", asserter=makes.her)
            if number == 0 and row.get("ended_days") is not None:
                value = makes.gestation(row["ended_days"], row.get("ended_days_to"))
                makes.observe(f"{name}-gestation", "gestational_age_in_days", ended, written, focus=[{"reference": condition}], performer=[makes.her], **value)
            if number == 0 and row.get("cerclage_kind") == "transvaginal":
                makes.operate(f"{name}-stitch", "cerclage_vaginal", ended - timedelta(rules.one_event), asserter=makes.her)


def preterm_before(sources: Sources) -> int:
    """Return the gestation before which a birth is preterm; without a word on that in the knowledge, what surely is."""
    return sources.method.preterm_before if sources.method else int(rules_in(sources).second_trimester.high)


def _conditions(row: Row, makes: Maker, sources: Sources) -> Iterator[Made]:
    """Yield what is coded of one earlier pregnancy: how it ended first, and nothing if no code says that."""
    span = row.get("ended_days"), row.get("ended_days_to")
    outcome, concept = row.get("outcome"), makes.coder.concept
    ended = outcome_concept(outcome, row.get("onset"), *span, rules_in(sources))
    if ended is None:
        return
    yield concept(ended)
    if outcome in BIRTHS and span[0] is not None and (span[1] or span[0]) < preterm_before(sources):
        began = PRETERM.get((row.get("onset"), row.get("labour")))
        yield from [concept(began)] if began else []
    yield from (concept(code) for name, code in DURING_IT.items() if row.get(name))
    if (row.get("plurality") or 1) > 1:
        yield concept("multiple_pregnancy", row["plurality"])
