"""What somebody typed for clinicians, judged: the record, what is wrong with it, and the assessment.

A fault never hides a red flag. What cannot be read, or contradicts something, is left out until it is mended, and the page
says so above everything; of two values that contradict each other neither is used.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gravida.assess import assess
from gravida.assessment import Assessment
from gravida.knowledge import Knowledge
from gravida.record import Problem, Record, RecordError
from gravida.record_checks import MAX_ENTRIES, ONLY_PREGNANT, TIMES
from gravida.record_model import STATES
from gravida.record_reading import template
from gravida.web.clinicians_form import AS_OF
from gravida.web.clinicians_typed import Typed, record_of
from gravida.web.site import Form
from gravida.words import say

TRIES = 9
"""So often something is left out before nothing of the form is used."""
DATING = ("pregnancy.due_date", "pregnancy.last_period", "pregnancy.gestation.at", "pregnancy.gestation.on")
STATUS, PLANNING = "pregnancy.status", "pregnancy.planning"
SIGN_DAY = re.compile(r"symptoms\[\d+\]\.on")
NOT_PREGNANT = STATES[-1]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the field that it is about, what that is called, and what to write instead."""

    field: str
    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to see: countries and bodies, and what is hidden unless asked for. Empty means all."""

    country: str = ""
    body: str = ""
    rest: bool = False
    """Also what does not apply, or has passed."""
    open: bool = False
    """Also each of those that cannot be said yet."""
    old: bool = False
    """Also what is superseded, or read by nobody."""


@dataclass(frozen=True)
class Judged:
    """A form with its record. ``left_out`` says what the record lacks because of a fault."""

    typed: Typed
    wanted: Wanted
    faults: tuple[Fault, ...]
    left_out: tuple[str, ...]
    record: Record | None
    assessment: Assessment | None

    @property
    def fault_at(self) -> Mapping[str, str]:
        """What is wrong, by field."""
        found: dict[str, str] = {}
        for each in self.faults:
            found[each.field] = f"{found[each.field]} {each.text}" if each.field in found else each.text
        return found


def wanted_of(form: Form, knowledge: Knowledge) -> Wanted:
    """Return what somebody wants to see; a country or body that is not there counts as none."""
    country = form["country"] if form["country"] in countries(knowledge) else ""
    body = form["body"] if form["body"] in bodies(knowledge) else ""
    return Wanted(country, body, bool(form["rest"]), bool(form["open"]), bool(form["old"]))


def countries(knowledge: Knowledge) -> list[str]:
    """Return the countries that have a guideline here."""
    return sorted({each.jurisdiction for each in knowledge.guidelines.values()} - {"international"})


def bodies(knowledge: Knowledge) -> list[str]:
    """Return the bodies that wrote a guideline."""
    return sorted({each.body for each in knowledge.guidelines.values()}, key=str.casefold)


def judged(typed: Typed, wanted: Wanted, knowledge: Knowledge) -> Judged:
    """Return a form with its record and assessment, as far as there are any."""
    record, faults, left_out = _read(typed, knowledge)
    faults += tuple(Fault(name, say("web.clinicians.form.too-many", found=found, most=MAX_ENTRIES)) for name, found in typed.too_many.items())
    if not typed[AS_OF]:
        faults += (Fault(AS_OF, say("web.clinicians.form.no-day")),)
    faults = tuple(replace(each, label=typed.label_of(each.field, knowledge)) for each in faults)
    found = None
    if record is not None and record.as_of is not None:
        found = assess(record, knowledge, None, *_chosen(wanted))
    return Judged(typed, wanted, faults, tuple(dict.fromkeys(typed.label_of(each, knowledge) for each in left_out)), record, found)


def _chosen(wanted: Wanted) -> tuple[Sequence[str], Sequence[str]]:
    return (wanted.body,) if wanted.body else (), (wanted.country,) if wanted.country else ()


def _read(typed: Typed, knowledge: Knowledge) -> tuple[Record | None, tuple[Fault, ...], tuple[str, ...]]:
    """Return the record, every fault, and what was left out so that the rest could be read."""
    faults: dict[Fault, None] = {}
    rest, left_out = typed, dict[str, None]()
    for _ in range(TRIES):
        try:
            return record_of(rest, knowledge), tuple(faults), tuple(left_out)
        except RecordError as error:
            found = [_fault(each, rest) for each in error.problems]
        faults.update(dict.fromkeys(found))
        gone = [name for fault in found for name in _unusable(fault.field, rest, knowledge) if rest[name] or name in rest.entries]
        left_out.update(dict.fromkeys(gone))
        before, rest = rest, _dated_today(_without(gone, rest), found)
        if rest == before:
            break
    return None, tuple(faults), tuple(left_out)


def _fault(problem: Problem, typed: Typed) -> Fault:
    name, at = typed.name_of(problem.path), template(problem.path)
    field = f"{name}.at" if at == "pregnancy.gestation" else f"{name}.{TIMES['symptoms'][0]}" if at == "symptoms[]" else name
    return Fault(field, say("web.clinicians.form.fault", found=problem.found, expected=problem.expected, hint=problem.hint).strip())


def _without(gone: Sequence[str], typed: Typed) -> Typed:
    values = {name: text for name, text in typed.values.items() if name not in gone}
    return replace(typed, values=values, entries={name: numbers for name, numbers in typed.entries.items() if name not in gone})


def _dated_today(typed: Typed, faults: Sequence[Fault]) -> Typed:
    """Return signs without a day as if they were of the day of assessment, so that no warning is missed until it is given."""
    day = {each.field: typed[AS_OF] for each in faults if SIGN_DAY.fullmatch(each.field) and not typed[each.field] and typed[AS_OF]}
    return replace(typed, values={**typed.values, **day})


def _unusable(field: str, typed: Typed, knowledge: Knowledge) -> Iterator[str]:
    """Yield the fields that cannot be used as long as one is wrong: itself, and if it can be read, what it may contradict."""
    yield field
    if not _is_wrong_alone(field, typed, knowledge):
        yield from _goes_with(field, typed)


def _is_wrong_alone(field: str, typed: Typed, knowledge: Knowledge) -> bool:
    name, inside, rest = field.partition("[")
    alone = Typed({field: typed[field]}, {name: (int(rest.partition("]")[0]),)} if inside else {})
    try:
        record_of(alone, knowledge)
    except RecordError as error:
        return any(_fault(each, alone).field == field for each in error.problems)
    return False


def _goes_with(field: str, typed: Typed) -> Iterator[str]:
    entry, inside, source = field.partition("].")
    section = field.partition("[")[0].partition(".")[0]
    if field in DATING:
        yield from DATING
    elif inside and source in TIMES.get(section, ()):
        yield from (f"{entry}].{each}" for each in TIMES[section])
    elif field in typed.entries:
        yield from (name for name in typed.values if name.startswith((f"{field}[", f"{field}_")))
    if field == PLANNING or (typed[STATUS] == NOT_PREGNANT and _templated(field) in ONLY_PREGNANT):
        yield STATUS


def _templated(field: str) -> str:
    list_name, inside, rest = field.partition("[")
    return f"{list_name}[]{rest.partition(']')[2]}" if inside else field
