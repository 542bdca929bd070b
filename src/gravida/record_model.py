"""The record: what is known of one pregnancy, on one day.

Every field may be left out, and is then ``None``: unknown, never no. A list that is left out is unknown; an empty list
says that there was none. The fields are those that the dictionary reads (``from`` in ``knowledge/facts``), and the few
that say when: dates, gestations, and how complete the history is.

>>> record = Record(pregnancy=Pregnancy(plurality=1))
>>> record.get("pregnancy.plurality"), record.get("pregnancy.planned_caesarean"), record.scans
(1, None, None)
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator, PrivateAttr

from gravida.facts import Range
from gravida.plain_yaml import Path
from gravida.record_reading import days_in_code, decimal, gestation, iso_date, ranged, template, whole, word, yes_no

YesNo = Annotated[bool, PlainValidator(yes_no)]
Count = Annotated[int, PlainValidator(whole)]
Whole = Annotated[int | Range, PlainValidator(ranged(whole))]
Decimal = Annotated[float | Range, PlainValidator(ranged(decimal))]
Gestation = Annotated[int | Range, PlainValidator(days_in_code(ranged(gestation)))]
Day = Annotated[date, PlainValidator(iso_date)]
Word = Annotated[str, PlainValidator(word)]

KINDS = {YesNo: "boolean", Count: "integer", Whole: "integer", Decimal: "decimal", Gestation: "gestation", Day: "date", Word: "string"}
"""What the dictionary calls each of them."""

STATES = ("ongoing", "ended", "not-pregnant")
"""What ``pregnancy.status`` may be."""


class Part(BaseModel):
    """What all parts of a record share: unknown fields are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class DatedGestation(Part):
    """A gestation and the day on which it held; without ``on``, the day of assessment."""

    at: Gestation
    on: Day | None = None


def _dated(value: Any) -> Any:
    """Take a gestation alone as one that holds on the day of assessment."""
    alone = not isinstance(value, dict | DatedGestation) or set(value) == {"from", "to"} if value is not None else False
    return {"at": value} if alone else value


class Pregnancy(Part):
    """The pregnancy that is judged. How far along it is comes from :mod:`gravida.dating`."""

    status: Word | None = None
    planning: YesNo | None = None
    due_date: Day | None = None
    last_period: Day | None = None
    gestation: Annotated[DatedGestation | None, BeforeValidator(_dated)] = None
    plurality: Whole | None = None
    planned_caesarean: YesNo | None = None
    planned_caesarean_on: Day | None = None
    fetal_compromise: YesNo | None = None
    lethal_anomaly: YesNo | None = None
    placenta_praevia: YesNo | None = None
    fetal_death: YesNo | None = None
    miscarriage_in_progress: YesNo | None = None


class PriorPregnancy(Part):
    """One earlier pregnancy, however it ended."""

    ended: Gestation | None = None
    outcome: Word | None = None
    onset: Word | None = None
    painless_dilation: YesNo | None = None
    labour: YesNo | None = None
    abruption: YesNo | None = None
    infection: YesNo | None = None
    cause_found: YesNo | None = None
    waters_broke_before_labour: YesNo | None = None
    waters_broke: Gestation | None = None
    plurality: Whole | None = None
    cerclage_kind: Word | None = None
    cerclage_indication: Word | None = None


class History(Part):
    """What holds of all earlier pregnancies together."""

    progressively_earlier_births: YesNo | None = None
    short_labours: YesNo | None = None


class Scan(Part):
    """One scan of the cervix. ``confirmed`` says that a length so short that it could be centimetres is meant."""

    on: Day | None = None
    at: Gestation | None = None
    route: Word | None = None
    cervical_length_mm: Decimal | None = None
    funnelling: YesNo | None = None
    reason: Word | None = None
    confirmed: YesNo | None = None


class Examination(Part):
    """What a clinician found on one day."""

    on: Day | None = None
    at: Gestation | None = None
    dilation_cm: Decimal | None = None
    contractions: YesNo | None = None
    active_bleeding: YesNo | None = None
    infection_signs: YesNo | None = None
    suspected_intraamniotic_infection: YesNo | None = None
    waters_broken: YesNo | None = None
    in_labour: YesNo | None = None
    labour_progressing: YesNo | None = None
    symptomatic: YesNo | None = None
    membranes_exposed: YesNo | None = None
    membranes_beyond_external_os: YesNo | None = None
    internal_os_change: YesNo | None = None


class Symptoms(Part):
    """What she felt or noticed on one day. A question that she did not answer is left out."""

    on: Day | None = None
    at: Gestation | None = None
    heavy_bleeding: YesNo | None = None
    collapse: YesNo | None = None
    severe_pain: YesNo | None = None
    dizziness: YesNo | None = None
    contractions: YesNo | None = None
    waters: YesNo | None = None
    bulge: YesNo | None = None
    bleeding: YesNo | None = None
    fever: YesNo | None = None
    foul_discharge: YesNo | None = None
    abdominal_pain: YesNo | None = None
    pelvic_pressure: YesNo | None = None
    backache: YesNo | None = None
    cramps: YesNo | None = None
    discharge_change: YesNo | None = None


class Cerclage(Part):
    """One stitch. An abdominal stitch may have been placed before this pregnancy."""

    placed_on: Day | None = None
    placed: Gestation | None = None
    kind: Word | None = None
    technique: Word | None = None
    indication: Word | None = None
    removed: YesNo | None = None
    complications: YesNo | None = None


class Progestogen(Part):
    """One medicine of the progesterone kind in this pregnancy."""

    drug: Word | None = None
    route: Word | None = None
    current: YesNo | None = None


class Procedure(Part):
    """One operation on the cervix."""

    kind: Word | None = None
    depth_mm: Decimal | None = None


class Conditions(Part):
    """What is known of her uterus and cervix apart from this pregnancy."""

    cervical_insufficiency: YesNo | None = None
    earlier_cervical_insufficiency: YesNo | None = None
    uterine_anomaly: YesNo | None = None
    intrauterine_adhesions: YesNo | None = None
    connective_tissue_disorder: YesNo | None = None
    des_exposure: YesNo | None = None
    full_dilatation_caesarean: YesNo | None = None
    repeated_dilatation_and_evacuation: YesNo | None = None
    transvaginal_cerclage_feasible: YesNo | None = None


class Plans(Part):
    """What has been decided, arranged or done in this pregnancy beside scans and stitches."""

    cerclage: Word | None = None
    emergency_cerclage_considered: YesNo | None = None
    vaginal_progesterone: YesNo | None = None
    pessary_in_place: YesNo | None = None
    removal_plan: YesNo | None = None
    anomaly_scan_done: YesNo | None = None
    specialist_referral: YesNo | None = None
    arrested_preterm_labour: YesNo | None = None


BlankIsEmpty = BeforeValidator(lambda value: {} if value is None else value)
"""A section that is left blank says nothing, like one whose fields are all left out."""


class Record(Part):
    """One pregnancy as of one day. ``as_of`` is ``None`` if nobody said; today is not assumed."""

    as_of: Day | None = None
    pregnancy: Annotated[Pregnancy, BlankIsEmpty] = Pregnancy()
    prior_pregnancies_complete: YesNo | None = None
    prior_pregnancies_total: Count | None = None
    prior_pregnancies: tuple[PriorPregnancy, ...] | None = None
    history: Annotated[History, BlankIsEmpty] = History()
    scans: tuple[Scan, ...] | None = None
    examinations: tuple[Examination, ...] | None = None
    symptoms: tuple[Symptoms, ...] | None = None
    cerclages: tuple[Cerclage, ...] | None = None
    progestogens: tuple[Progestogen, ...] | None = None
    conditions: Annotated[Conditions, BlankIsEmpty] = Conditions()
    cervical_procedures: tuple[Procedure, ...] | None = None
    plans: Annotated[Plans, BlankIsEmpty] = Plans()

    _declined: frozenset[str] = PrivateAttr(frozenset())
    _origins: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _open_lists: frozenset[str] = PrivateAttr(frozenset())
    _assumed: tuple[str, ...] = PrivateAttr(())
    _conflicts: tuple[str, ...] = PrivateAttr(())

    def model_post_init(self, context: Any, /) -> None:
        """Remember which questions were declined; a reader passes them as context."""
        self._declined = frozenset(context or ())

    @property
    def declined(self) -> frozenset[str]:
        """Paths that somebody prefers not to say, such as ``prior_pregnancies[0].onset``: unknown, and not asked again."""
        return self._declined

    @property
    def origins(self) -> Mapping[str, str]:
        """Where values came from, by path: a resource with its code and day, or what was assumed. Nothing for what somebody wrote here."""
        return self._origins

    @property
    def open_lists(self) -> frozenset[str]:
        """Lists that may hold more than is described, because they were read from a system that never said that they are whole."""
        return self._open_lists

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was assumed about the system it was read from, a line each."""
        return self._assumed

    @property
    def conflicts(self) -> tuple[str, ...]:
        """What contradicted itself, or was too doubtful to be used, in the system it was read from."""
        return self._conflicts

    def read_from(self, origins: Mapping[str, str], open_lists: frozenset[str], assumed: tuple[str, ...] = (), conflicts: tuple[str, ...] = ()) -> "Record":
        """Return the record with where its values came from, which of its lists may hold more, and what to know of the reading."""
        copy = self.model_copy()
        copy._origins, copy._open_lists, copy._assumed, copy._conflicts = dict(origins), open_lists, assumed, conflicts  # noqa: SLF001  (its own copy)
        return copy

    @property
    def needs_as_of(self) -> bool:
        """Whether something in it depends on the day of assessment, which is missing."""
        return self.as_of is None and any(isinstance(value, date) or path[:2] == ("pregnancy", "gestation") for path, value in leaves(self))

    def get(self, path: str) -> Any:
        """Return the value at a dotted path outside lists, such as ``pregnancy.plurality``. Unknown is ``None``."""
        value: Any = self
        for step in path.split("."):
            value = getattr(value, step)
        return value


def leaves(part: Part, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every value that is known, with its path."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Part):
            yield from leaves(value, (*path, name))
        elif isinstance(value, tuple):
            for index, entry in enumerate(value):
                yield from leaves(entry, (*path, name, index))
        elif value is not None:
            yield (*path, name), value


def forms(model: type[Part]) -> dict[str, Any]:
    """Return the declared form of every field of a part, by name."""
    hints = get_type_hints(model, include_extras=True)
    return {name: hints[name] for name in model.model_fields}


def parts(model: type[Part] = Record, path: Path = ()) -> Iterator[tuple[str, type[Part]]]:
    """Yield every part that a record can hold, with the template of its path: ``""`` is the record itself."""
    yield template(path), model
    for name, form in forms(model).items():
        inner = part_of(form)
        if inner is not None:
            yield from parts(inner, (*path, name, 0) if is_list(form) else (*path, name))


def part_of(form: Any) -> type[Part] | None:
    """Return the part that a field holds, alone or in a list; ``None`` for a plain value."""
    if isinstance(form, type) and issubclass(form, Part):
        return form
    return next((found for inner in get_args(form) if (found := part_of(inner))), None)


def is_list(form: Any) -> bool:
    """Whether a field holds a list of parts."""
    return any(get_origin(inner) is tuple for inner in get_args(form))


def kind_of(form: Any) -> str:
    """Return what the dictionary calls the kind of a plain value."""
    return next(KINDS[inner] for inner in (form, *get_args(form)) if inner in KINDS)


def kinds() -> dict[str, str]:
    """Return the kind of every plain value of a record, by the template of its path."""
    found = {}
    for at, part in parts():
        plain = {name: form for name, form in forms(part).items() if part_of(form) is None}
        found.update({f"{at}.{name}".removeprefix("."): kind_of(form) for name, form in plain.items()})
    return found
