"""What cannot be right in a record: values outside what the dictionary allows, and parts that contradict each other.

Only what is known can contradict; a field that was left out never does. Where two values disagree both are shown and
neither is picked. No limit stands here: they come from the dictionary, a gestation's from the list's own
``gestation_days``.
"""

from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import Any, NamedTuple

from gravida.dating import Dating, Source, Span, dating, ends, sources
from gravida.facts import Dictionary, Observed, Range, Type
from gravida.plain_yaml import Path
from gravida.record_model import STATES, Cerclage, Record, kinds, leaves
from gravida.record_reading import Problem, leave_out, show, template
from gravida.typecheck import nearest
from gravida.units import DAYS_IN_A_WEEK, weeks

MAX_ENTRIES = 200
"""Of one list. More than that is not one pregnancy."""
MAX_DESCRIBED = 40
"""Of earlier pregnancies: more than anybody is known to have had, and each costs as much as all before it."""

MAX_PREGNANCIES = 100
"""A slip such as 1000000 for 1 would otherwise ask the engines for a million blank entries."""

TOLERANCE_DAYS = 1
"""Between the date of a scan and its gestation: reports round."""

MM_IN_A_CM = 10

TIMES = {"scans": ("on", "at"), "examinations": ("on", "at"), "symptoms": ("on", "at"), "cerclages": ("placed_on", "placed")}
"""Lists whose entries have a time, and the fields that say it: the date and the gestation."""

ONLY_PREGNANT = frozenset({
    "pregnancy.due_date", "pregnancy.gestation.at", "pregnancy.plurality", "pregnancy.planned_caesarean", "pregnancy.planned_caesarean_on",
    "pregnancy.fetal_compromise", "pregnancy.lethal_anomaly", "pregnancy.fetal_death", "pregnancy.miscarriage_in_progress",
    "scans[].at", "examinations[].at", "symptoms[].at",
})  # fmt: skip
"""What nobody has who is not pregnant, unless it is a no. A last period is not among them."""

UNITS = {"mm": " (millimetres)", "cm": " (centimetres)"}
RESTATED = frozenset({"pregnancy.status", "pregnancy.planned_caesarean_on"})
"""Read from the record in another form than the fact has: a word for a truth, a date for a gestation."""


def check_record(record: Record, dictionary: Dictionary) -> list[Problem]:
    """Return everything that is wrong with a record whose values have the right form, or an empty list."""
    return [
        *_values(record, limits(dictionary)),
        *_suspicious(record, dictionary),
        *_lengths(record),
        *_counts(record),
        *_status(record),
        *_waters(record),
        *_times(record, dictionary),
    ]


# --- each value alone ----------------------------------------------------------------------------------------------


def limits(dictionary: Dictionary) -> dict[str, Type]:
    """Return what each value may be, by the template of its path: the dictionary's types, and those that follow."""
    types = {fact.path: fact.type for fact in dictionary.facts.values() if isinstance(fact, Observed) and fact.path not in RESTATED}
    for name, entries in dictionary.lists.items():
        types |= {f"{name}[].{each.source}": each.type for each in entries.fields.values() if each.source}
    for name, (_, at) in TIMES.items():
        types[f"{name}[].{at}"] = dictionary.lists[name].fields["gestation_days"].type
    types["pregnancy.status"] = Type("string", STATES)
    types["pregnancy.gestation.at"] = any_gestation(dictionary)
    types["prior_pregnancies_total"] = Type("integer", low=0, high=MAX_PREGNANCIES)
    return types


def any_gestation(dictionary: Dictionary) -> Type:
    """Return the widest gestation that anything in this pregnancy may have."""
    widest = [dictionary.lists[name].fields["gestation_days"].type for name in TIMES]
    low, high = min(each.low or 0 for each in widest), max(each.high or 0 for each in widest)
    return Type("gestation", low=low, high=high)


def differences(dictionary: Dictionary) -> list[str]:
    """Return where the record and the dictionary do not match one to one; the library holds them together by it."""
    here, there = kinds(), limits(dictionary)
    missing = [f"the record has no field {path}" for path in sorted(there.keys() - here.keys())]
    other = [f"{path} is {there[path].kind} in the dictionary and {here[path]} in the record" for path in sorted(there.keys() & here.keys())
             if there[path].kind != here[path]]  # fmt: skip
    return missing + other


def describe(kind: Type, name: str) -> str:
    """Return what a field may hold, in words. Shape: ``a number from 0 to 80 (millimetres)``."""
    if kind.kind == "boolean":
        return "yes or no"
    if kind.kind == "string":
        return "one of " + ", ".join(kind.values)
    what = {"integer": "a whole number", "decimal": "a number"}.get(kind.kind, "a gestation (weeks+days)")
    span = f" from {_written(kind.low, kind)} to {_written(kind.high, kind)}" if kind.low is not None and kind.high is not None else ""
    return what + span + UNITS.get(name.rpartition("_")[2], "")


def did_you_mean(found: str, choices: Any) -> str:
    """Return the nearest of the choices as a sentence, or nothing. The opposite of what was written is never the nearest."""
    hint = nearest(found.lower(), [each for each in choices if not each.startswith("not-")]).removeprefix("; d")
    return f"D{hint}" if hint else ""


def _written(value: Any, kind: Type) -> str:
    """Return a value of the record as a record writes it."""
    if isinstance(value, Range):
        return f"{{from: {_written(value.low, kind)}, to: {_written(value.high, kind)}}}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return weeks(int(value)) if kind.kind == "gestation" and value >= 0 else show(value).removesuffix(".0")


def _values(record: Record, types: dict[str, Type]) -> Iterator[Problem]:
    for path, value in leaves(record):
        kind = types.get(template(path))
        if kind is not None and not _allowed(value, kind):
            hint = leave_out(value) or did_you_mean(str(value), kind.values)
            yield Problem(path, _written(value, kind), describe(kind, str(path[-1])), hint)


def _allowed(value: Any, kind: Type) -> bool:
    if kind.kind == "string":
        return value in kind.values
    if not kind.is_number or kind.low is None or kind.high is None:
        return True
    low, high = (value.low, value.high) if isinstance(value, Range) else (value, value)
    return bool(kind.low <= low and high <= kind.high)


def _suspicious(record: Record, dictionary: Dictionary) -> Iterator[Problem]:
    """Refuse lengths so short that they may be centimetres, unless the entry says that they are meant."""
    fields = {f"{name}[].{each.source}": each for name, entries in dictionary.lists.items() for each in entries.fields.values()}
    confirmed = {path[:-1] for path, value in leaves(record) if path[-1] == "confirmed" and value}
    for path, value in leaves(record):
        field = fields.get(template(path))
        smallest = value.low if isinstance(value, Range) else value
        if field is None or field.suspicious_below is None or path[:-1] in confirmed or not 0 <= smallest < field.suspicious_below:
            continue
        plausible = Type(field.type.kind, low=field.suspicious_below, high=field.type.high)
        yield Problem(path, _written(value, field.type), describe(plausible, str(path[-1])), _centimetres(smallest))


def _centimetres(millimetres: float) -> str:
    long = millimetres * MM_IN_A_CM
    meant = f"; were centimetres meant ({long:g} mm)? Write millimetres" if long else ""
    really = f"if it is really {millimetres:g} mm, add `confirmed: yes` to this scan"
    return f"{millimetres:g} mm is very short{meant}; {really}."


# --- parts that contradict each other ------------------------------------------------------------------------------


def _lengths(record: Record) -> Iterator[Problem]:
    for name in type(record).model_fields:
        entries = getattr(record, name)
        most = MAX_DESCRIBED if name == "prior_pregnancies" else MAX_ENTRIES
        if isinstance(entries, tuple) and len(entries) > most:
            yield Problem((name,), show(entries), f"at most {most} entries")


def _counts(record: Record) -> Iterator[Problem]:
    """Hold the earlier pregnancies that are listed against how many there were."""
    total, listed = record.prior_pregnancies_total, record.prior_pregnancies
    if listed is None:
        if record.prior_pregnancies_complete and total != 0:
            hint = "If there were none, write prior_pregnancies: []."
            yield Problem(("prior_pregnancies_complete",), "yes, with no list", "the list prior_pregnancies", hint)
    elif total is not None and total < len(listed):
        yield Problem(("prior_pregnancies_total",), str(total), f"at least {len(listed)}, as many as prior_pregnancies lists")
    elif total is not None and record.prior_pregnancies_complete and total != len(listed):
        hint = "List the others (a blank entry is {}), or write prior_pregnancies_complete: no."
        yield Problem(("prior_pregnancies_total",), str(total), f"{len(listed)}, because the list is said to be complete", hint)


def _status(record: Record) -> Iterator[Problem]:
    pregnancy = record.pregnancy
    if pregnancy.status == "ongoing" and pregnancy.planning:
        yield Problem(("pregnancy", "planning"), "yes", "no, because status is ongoing", "It asks whether a next pregnancy is planned.")
    if pregnancy.status != "not-pregnant":
        return
    expected, hint = "nothing here, because pregnancy.status is not-pregnant", "Correct the status, or leave this out."
    for path, value in leaves(record):
        if value is not False and template(path) in ONLY_PREGNANT:
            yield Problem(path, _written(value, Type("gestation" if path[-1] == "at" else "integer")), expected, hint)


def _waters(record: Record) -> Iterator[Problem]:
    for index, prior in enumerate(record.prior_pregnancies or ()):
        if prior.waters_broke is not None and prior.ended is not None:
            broke, ended = ends(prior.waters_broke)[0], ends(prior.ended)[1]
            if broke > ended:
                expected = f"at most {weeks(ended)}, when that pregnancy ended"
                yield Problem(("prior_pregnancies", index, "waters_broke"), weeks(broke), expected)


# --- times ---------------------------------------------------------------------------------------------------------


class _Moment(NamedTuple):
    """One dated entry, and what it is held against."""

    path: Path
    entry: Any
    day: date | None
    at: int | Range | None
    names: tuple[str, str]


def _times(record: Record, dictionary: Dictionary) -> Iterator[Problem]:
    apart = list(_dated_apart(record))
    if apart:  # which one is right is not known, so nothing is held against either
        yield from apart
        return
    dated = dating(record)
    yield from [*_stated_later(record)] or check_day(record, dictionary)
    yield from _caesarean(record, dated, dictionary)
    for name, names in TIMES.items():
        fields = dictionary.lists[name].fields
        for index, entry in enumerate(getattr(record, name) or ()):
            moment = _Moment((name, index), entry, getattr(entry, names[0]), getattr(entry, names[1]), names)
            yield from _undated_symptom(moment, dated)
            early = _early(moment, record, dated, fields["gestation_days"].type, fields["age_days"].type)
            yield from [*_late(moment, record, dated), *early] or _disagree(moment, dated)


def _undated_symptom(moment: _Moment, dated: Dating) -> Iterator[Problem]:
    """Refuse what would be passed over in silence: a sign without a day warns nobody."""
    datable = moment.at is not None and dated.span is not None
    if moment.path[0] == "symptoms" and moment.day is None and not datable:
        yield Problem(moment.path, "no day", "the day on which she felt it", "Write on: YYYY-MM-DD in this entry; without it no warning can be given.")


def _dated_apart(record: Record) -> Iterator[Problem]:
    if record.pregnancy.status == "not-pregnant":
        return
    for (one, span), (other, theirs) in combinations(sources(record).items(), 2):
        days = span.days_apart(theirs)
        redated = (one, other) == ("due_date", "last_period")  # a scan that moves the due date leaves the last period as it was
        if days > DAYS_IN_A_WEEK and not redated:
            found = f"{_said(one, record, span)} and {_said(other, record, theirs)}, which differ by {days} days"
            hint = "Keep the one by which the pregnancy is dated, and leave out the other."
            yield Problem(("pregnancy", other), found, f"dates that agree to within {DAYS_IN_A_WEEK} days", hint)


def _said(source: Source, record: Record, span: Span | None = None) -> str:
    """Return a source of dating as the record has it; with its span, also what follows from it."""
    stated = record.pregnancy.gestation
    if stated and source == "gestation":
        on = stated.on or record.as_of
        return f"gestation {_gestation(stated.at)} on {on}" + (_so(span, record) if span and on != record.as_of else "")
    return f"{source.replace('_', ' ')} {getattr(record.pregnancy, source)}" + (_so(span, record) if span else "")


def _so(span: Span, record: Record) -> str:
    """Return the gestation that follows on the day of assessment, so that sources can be compared."""
    gestation = Dating(span=span).gestation_on(record.as_of) if record.as_of else None
    return "" if gestation is None else f" (so {_gestation(gestation)} on {record.as_of})"


def _stated_later(record: Record) -> Iterator[Problem]:
    on = record.pregnancy.gestation and record.pregnancy.gestation.on
    if record.as_of and on and on > record.as_of:
        yield Problem(("pregnancy", "gestation", "on"), str(on), f"a date up to {record.as_of}, the day of assessment")


def check_day(record: Record, dictionary: Dictionary) -> Iterator[Problem]:
    """Refuse a day of assessment on which an ongoing pregnancy would have a gestation that cannot be."""
    pregnancy, today, dated, kind = record.pregnancy, record.as_of, dating(record), any_gestation(dictionary)
    gestation = dated.gestation_on(today) if today else None
    stated = dated.source == "gestation" and pregnancy.gestation and pregnancy.gestation.on in (None, today)  # held to its limits already
    if dated.source is None or pregnancy.status == "ended" or stated or gestation is None or _possibly(gestation, kind):
        return
    found = f"{_said(dated.source, record)}, which makes the gestation {_gestation(gestation)} on {today}"
    hint = "If the pregnancy has ended, write status: ended." if ends(gestation)[1] > 0 else ""
    yield Problem(("pregnancy", dated.source), found, f"{describe(kind, '')} on the day of assessment", hint)


def _caesarean(record: Record, dated: Dating, dictionary: Dictionary) -> Iterator[Problem]:
    day = record.pregnancy.planned_caesarean_on
    observed = [fact for fact in dictionary.facts.values() if isinstance(fact, Observed)]
    kind = next((fact.type for fact in observed if fact.path == "pregnancy.planned_caesarean_on"), None)
    gestation = dated.gestation_on(day) if day else None
    if kind and gestation is not None and not _possibly(gestation, kind):
        yield Problem(("pregnancy", "planned_caesarean_on"), f"{day}, which is {_gestation(gestation)}", f"a date at {describe(kind, '')}")


def _late(moment: _Moment, record: Record, dated: Dating) -> Iterator[Problem]:
    """Refuse what comes after the day of assessment, and so is not known yet."""
    today = record.as_of
    if today is None:
        return
    if moment.day and moment.day > today:
        yield Problem((*moment.path, moment.names[0]), str(moment.day), f"a date up to {today}, the day of assessment")
    gestation = dated.gestation_on(today)
    if moment.at is not None and gestation is not None and ends(moment.at)[0] > ends(gestation)[1] >= 0:
        expected = f"at most {weeks(ends(gestation)[1])}, the gestation on the day of assessment ({today})"
        yield Problem((*moment.path, moment.names[1]), _gestation(moment.at), expected)


def _early(moment: _Moment, record: Record, dated: Dating, gestations: Type, ages: Type) -> Iterator[Problem]:
    """Refuse what comes before this pregnancy began, or too long ago; a stitch may be older than the pregnancy."""
    day, path = moment.day, (*moment.path, moment.names[0])
    if day is None or (record.as_of and day > record.as_of):
        return
    gestation = dated.gestation_on(day)
    if gestation is None or isinstance(moment.entry, Cerclage):
        age = (record.as_of - day).days if record.as_of else 0
        if ages.high is not None and age > ages.high:
            yield Problem(path, f"{day}, {age} days before the day of assessment", f"at most {ages.high:g} days before it")
    elif ends(gestation)[1] < 0 and dated.span:
        yield Problem(path, f"{day}, before this pregnancy began", f"a date after {dated.span.earliest}, when the gestation was 0+0")
    elif not _possibly(gestation, gestations):
        yield Problem(path, f"{day}, which is {_gestation(gestation)}", f"a date at {describe(gestations, '')}")


def _disagree(moment: _Moment, dated: Dating) -> Iterator[Problem]:
    gestation = dated.gestation_on(moment.day) if moment.day else None
    if gestation is None or moment.at is None:
        return
    (low, high), (first, last) = ends(gestation), ends(moment.at)
    if max(first - high, low - last) > TOLERANCE_DAYS:
        found = f"{_gestation(moment.at)}, but on {moment.day} the gestation was {_gestation(gestation)}"
        hint = f"Leave out {moment.names[0]} or {moment.names[1]}, whichever is wrong, or correct the dating."
        yield Problem((*moment.path, moment.names[1]), found, f"the two to agree to within {TOLERANCE_DAYS} day", hint)


def _possibly(gestation: int | Range, kind: Type) -> bool:
    low, high = ends(gestation)
    return not (kind.low is not None and high < kind.low) and not (kind.high is not None and low > kind.high)


def _gestation(gestation: int | Range) -> str:
    low, high = ends(gestation)
    if high < 0:
        return "less than 0+0"
    return weeks(high) if low == high else f"{weeks(max(low, 0))} to {weeks(high)}"
