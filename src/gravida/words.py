"""The words for verdicts, stances and notices, in one place, clinical and plain.

>>> VERDICTS["now-if"].clinical
'now, if nothing speaks against it'
"""

from dataclasses import dataclass

from gravida.guideline import Stance, Tier, Verdict


@dataclass(frozen=True, slots=True)
class Words:
    """A mark for tables, a phrase for clinicians, a sentence for the person herself."""

    mark: str
    clinical: str
    plain: str


VERDICTS: dict[Verdict, Words] = {
    "overdue": Words("!", "overdue", "This should have happened by now."),
    "now": Words("●", "applies now", "This is for you now."),
    "now-if": Words("◐", "now, if nothing speaks against it", "This may be for you now. First somebody must check that nothing speaks against it."),
    "met": Words("■", "applies (no weeks stated)", "This is for you."),
    "later": Words("○", "later, if nothing changes", "This comes later, if nothing changes."),
    "withheld": Words("⊘", "not now: a stated reason speaks against it", "This is not for you now. Something speaks against it."),
    "done": Words("✓", "done", "This has been done."),
    "passed": Words("·", "its weeks have passed", "The time for this has passed."),
    "unknown": Words("?", "cannot be said: something is not known", "Nobody can say yet. Something is not known."),
    "not-met": Words("-", "does not apply", "This is not about your situation."),
}
"""Every verdict, in the order in which they matter."""

STANCES: dict[Stance, Words] = {
    "recommend": Words("recommend", "recommends", "advises this"),
    "offer": Words("offer", "says to offer", "says that you should be offered this"),
    "consider": Words("consider", "says to consider", "says that this can be thought about"),
    "against": Words("against", "advises against", "advises against this"),
    "insufficient": Words("unsure", "finds too little evidence on", "says that nobody knows enough about this"),
    "inform": Words("states", "states", "says"),
}

TIERS: dict[Tier, Words] = {
    "now": Words("NOW", "Get help now", "Call your maternity unit or the emergency number now."),
    "today": Words("TODAY", "Call today", "Call your midwife or maternity unit today."),
}

NOTICE = (
    "Draft. No clinician has reviewed this. It sets out what published guidelines say; it is not a diagnosis and does not "
    "replace a clinician who knows the person."
)
PLAIN_NOTICE = (
    "This is a draft. No doctor or midwife has checked it yet. It shows what published guidelines say. It cannot tell you "
    "what you have, and it does not replace your doctor or midwife. Please talk with them before you decide."
)
SAFETY = "If you feel something is wrong, you do not need this page to say so. Call your maternity unit, or the emergency number, at any hour."
CONTRADICTS = "You told us that you are not pregnant. If you might be pregnant after all: "
SORRY = (
    "We are sorry. This pregnancy is ending, or has been lost. Most of this page is about pregnancies that go on, and does not "
    "fit you now. Talk with your doctor or midwife about what comes next. Ask who can be there for you."
)
STOPPED = "The rest can wait until somebody has seen you. Then come back to this page. (Add --all to read it now.)"
COMPILED = "Compiled"
"""The body of the safety signs: no guideline, so no lead names it and it has no column."""
ENDED = {
    "live-birth": "live birth", "stillbirth": "stillbirth", "miscarriage": "miscarriage", "termination": "termination",
    "ectopic": "ectopic pregnancy", "": "how it ended is not recorded",
}  # fmt: skip
LEANS = {"for": "speaks for", "against": "speaks against", "neither": "settles nothing"}
BABIES = {"": "number of babies not recorded", "1": "one baby", "2": "twins", "3": "triplets"}
PROVENANCE = {
    "primary": "read in the guideline itself",
    "primary_copy": "read in a copy of the guideline",
    "official_abstract": "read in the guideline's abstract",
    "official_summary": "read in the body's own summary",
    "official_patient_info": "read in official information for patients",
    "secondary": "read in somebody else's summary",
    "local_implementation": "read in a hospital's adaptation",
    "recalled": "NOT read by anybody: unverified",
}
