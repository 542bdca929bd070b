"""The form of the files in ``knowledge/``: which keys there are, and what each may hold.

Every file is read as text (:mod:`gravida.plain_yaml`) and held against one of the models below. A key that is not
there is refused, with the nearest one that is; a wrong value is shown with its line and column.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from gravida.facts import Kind, Take
from gravida.guideline import PROVENANCE, Stance, Tier
from gravida.knowledge import Problem
from gravida.plain_yaml import Path, Tree
from gravida.typecheck import nearest
from gravida.units import days


def _yes(value: object) -> bool:
    if value in ("yes", "no"):
        return value == "yes"
    raise ValueError(f"write yes or no, not {value!r}")


def _days(value: object) -> int:
    return days(str(value))


def _span(value: object) -> int:
    number, _, unit = str(value).partition(" ")
    if not number.isdigit() or unit not in ("day", "days"):
        raise ValueError(f"write a number of days, such as '14 days', not {value!r}")
    return int(number)


def _number(value: object) -> float:
    text = str(value)
    if "+" in text:
        return float(days(text))
    if re.fullmatch(r"-?\d+(\.\d+)?", text) is None:
        raise ValueError(f"write a number, or a gestation such as 16+0, not {text!r}")
    return float(text)


def _actions(value: object) -> object:
    if isinstance(value, list):
        raise ValueError("several actions are written {any: […]} if one of them will do, or {all: […]}")  # noqa: TRY004
    return value


def place_name(value: object) -> str:
    """Return a country's code, or ``international``; raises ``ValueError`` for anything else."""
    text = str(value)
    if text != "international" and re.fullmatch(r"[A-Z]{2}", text) is None:
        raise ValueError(f"write the country's code of two capital letters, such as GB, or international, not {text!r}")
    return text


def _year(value: object) -> int | None:
    text = str(value)
    if text == "not-stated":
        return None
    if re.fullmatch(r"(19|20)\d\d", text) is None:
        raise ValueError(f"write the year of the edition, such as 2022, or not-stated, not {text!r}")
    return int(text)


Yes = Annotated[bool, BeforeValidator(_yes)]
Gestation = Annotated[int, BeforeValidator(_days)]
Days = Annotated[int, BeforeValidator(_span)]
Number = Annotated[float, BeforeValidator(_number)]
Provenance = Literal[PROVENANCE]  # type: ignore[valid-type]
Text = Annotated[str, Field(min_length=1)]


class File(BaseModel):
    """What all the models share: unknown keys are refused, nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class CaseFile(File):
    """A case: a record, and what must come out for it."""

    why: Text
    given: dict[str, Any]
    expect: str | list[str]


class EquivalentFile(File):
    """A change of the criterion that no record can tell apart."""

    mutant: Text
    because: Text


class FactFile(File):
    """A fact of the dictionary, or a body's own definition. Which keys go together is checked when it is assembled."""

    label: Text
    meaning: str = ""
    question: str = ""
    help: str = ""
    obtainable_from: Gestation | None = None
    type: Kind | None = None
    range: tuple[Number, Number] | None = None
    values: tuple[str, ...] = ()
    path: str = Field("", alias="from")
    definition: str = Field("", alias="is")
    each: str = ""
    where: str = ""
    list_: str = Field("", alias="list")
    take: Take | None = None
    value: str = ""
    valid_for: Days | None = None
    note: str = ""
    provenance: Provenance | None = None
    cases: tuple[CaseFile, ...] = ()
    equivalent: tuple[EquivalentFile, ...] = ()


class FieldFile(File):
    """One column of a list."""

    type: Kind
    label: Text
    range: tuple[Number, Number] | None = None
    values: tuple[str, ...] = ()
    source: str = Field("", alias="from")
    computed: Yes = False
    suspicious_below: Number | None = None
    meaning: str = ""
    question: str = ""


class ListFile(File):
    """A list of the record."""

    label: Text
    question: str = ""
    declared: Yes
    fields: dict[str, FieldFile]


class DictionaryFile(File):
    """One file of ``knowledge/facts/``."""

    lists: dict[str, ListFile] = {}
    facts: dict[str, FactFile] = {}


class TopicFile(File):
    """One topic."""

    label: Text
    plain: Text
    compare: Yes
    ask: str = ""
    cuts_across: Yes = False
    for_patients: Yes = True


class ActionFile(File):
    """One action."""

    kind: Literal["treatment", "test", "referral", "information", "caution"]
    label: Text
    plain: Text
    done_when: str = ""
    days_since: str = ""
    not_when: str = ""


class ConstraintFile(File):
    """What must hold between facts; with ``each``, between the fields of one entry."""

    each: str = ""
    holds: Text
    because: Text


class FitFile(File):
    """How a feature of an earlier event speaks for or against cervical insufficiency."""

    id: Text
    where: Text
    leans: Literal["for", "against", "neither"]
    says: Text
    plain: Text
    source: Text


class OverlayFile(File):
    """``overlay.yaml``: whose it is, why it is there, and what it takes away. ``short`` is the name in a narrow column."""

    name: Text
    short: Annotated[str, Field(min_length=1, max_length=16)]
    says: Text
    leaves_out: tuple[str, ...] = ()


class GuidelineFile(File):
    """``guideline.yaml``."""

    id: Text
    body: Text
    body_name: str = ""
    name: Text
    title: Text
    year: Annotated[int | None, BeforeValidator(_year)]
    jurisdiction: Annotated[str, BeforeValidator(place_name)]
    status: Literal["current", "superseded"]
    status_note: str = ""
    superseded_by: str = ""
    amends: str = ""
    amended_by: str = ""
    cite: Text
    definitions: dict[str, FactFile] = {}


class SourceFile(File):
    """Where a recommendation stands."""

    entry: Text
    locator: Text
    url: str = ""
    cite: str = ""


class FuzzyFile(File):
    """An end of a window that the text leaves vague."""

    between: tuple[Gestation, Gestation]
    why: Text


class WindowFile(File):
    """When it applies, in weeks+days of today's gestation."""

    start: Gestation | FuzzyFile | None = Field(None, alias="from")
    end: Gestation | FuzzyFile | None = Field(None, alias="to")
    ends: Literal["deadline"] | None = None


class ActionsFile(File):
    """Several actions: any one of them, or all."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()


class ProvenanceFile(File):
    """How each part of the source was seen."""

    who: Provenance
    window: Provenance | None = None
    strength: Provenance | None = None


class SignatureFile(File):
    """A signature under ``review:``."""

    by: Text
    role: Text
    on: Text
    digest: Text


class RecommendationFile(File):
    """One recommendation."""

    id: Text
    topic: Text
    source: SourceFile
    provenance: ProvenanceFile
    strength: str = ""
    says: Text
    plain: Text
    who: Text
    unless: tuple[str, ...] = ()
    window: WindowFile | None = None
    before_pregnancy: Yes = Field(False, alias="before-pregnancy")
    stance: Stance
    action: Annotated[Text | ActionsFile | None, BeforeValidator(_actions)] = None
    repeat: Days | None = None
    tier: Tier | None = None
    silent_on: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cases: tuple[CaseFile, ...]
    equivalent: tuple[EquivalentFile, ...] = ()
    review: tuple[SignatureFile, ...] = ()


def read_as(model: Any, tree: Tree, problems: list[Problem]) -> Any:
    """Hold a tree against a model. What does not fit goes to ``problems``, and ``None`` comes back."""
    try:
        return TypeAdapter(model).validate_python(tree.value)
    except ValidationError as error:
        problems.extend(_explain(details, tree, model) for details in _telling(error.errors(), tree))
        return None


def _telling(errors: Sequence[Any], tree: Tree) -> list[Any]:
    """Return the errors that say something: of a value that may take several forms, pydantic says why each does not fit."""
    paths = [_path_in(tree.value, each["loc"]) for each in errors]
    kept = []
    for index, (each, path) in enumerate(zip(errors, paths, strict=True)):
        deeper = any(other[: len(path)] == path and len(other) > len(path) for other in paths)
        said = any(other == path for other in paths[:index])
        if each["type"] in ("missing", "extra_forbidden") or not (deeper or said):
            kept.append(each)
    return kept


IN_WORDS = {
    "string_too_short": "this is empty", "string_type": "expected a text", "int_parsing": "expected a whole number",
    "list_type": "expected a list, written with dashes or between [ and ]", "tuple_type": "expected a list, written with dashes or between [ and ]",
    "dict_type": "expected keys and values", "model_type": "expected keys and values", "too_long": "expected two values",
}  # fmt: skip
"""What pydantic says, by the type of error, in the words of these files."""


def _explain(details: Any, tree: Tree, model: Any) -> Problem:
    path, kind, where = _path_in(tree.value, details["loc"]), details["type"], details["loc"]
    start = f"{'.'.join(each for each in path if isinstance(each, str))}: " if path else ""
    if kind == "extra_forbidden":
        keys = _keys(model, where[:-1])
        return Problem(tree.place(path), f"there is no key {where[-1]!r} here{nearest(str(where[-1]), keys) or '; the keys here are ' + ', '.join(keys)}")
    if kind == "missing" and isinstance(where[-1], str):
        return Problem(tree.place(path), f"{start}the key {where[-1]!r} is missing")
    if kind == "value_error":
        return Problem(tree.place(path), f"{start}{details['ctx']['error']}")
    if kind == "literal_error":
        choices = re.findall(r"'([^']+)'", details["ctx"]["expected"])
        hint = nearest(str(details["input"]), choices)
        return Problem(tree.place(path), f"{start}expected one of {', '.join(choices)}; found {_shown(details['input'])}{hint}")
    words = IN_WORDS.get("too_long" if kind == "missing" else kind, str(details["msg"]))
    return Problem(tree.place(path), f"{start}{words}" + ("" if kind == "string_too_short" else f"; found {_shown(details['input'])}"))


def _shown(found: Any) -> str:
    if found is None:
        return "nothing"
    if isinstance(found, Mapping):
        return "keys and values"
    return f"a list of {len(found)}" if isinstance(found, list) else repr(found)


def _keys(form: Any, location: Sequence[str | int]) -> list[str]:
    """Return the keys that a file may have at a place; pydantic names the kind it tried as a step of its own."""
    for step in location:
        form = _form_of(form)
        if isinstance(form, type) and issubclass(form, File):
            form = next((each.annotation for name, each in form.model_fields.items() if step in (name, each.alias)), form)
        else:
            form = next((each for each in get_args(form) if _holds_files(each)), form)
    form = _form_of(form)
    return [each.alias or name for name, each in form.model_fields.items()] if isinstance(form, type) and issubclass(form, File) else []


def _form_of(form: Any) -> Any:
    """Return what is left of ``X | None`` without the ``None``."""
    others = [each for each in get_args(form) if each is not type(None)]
    return others[0] if len(others) == 1 and type(None) in get_args(form) else form


def _holds_files(form: Any) -> bool:
    return (isinstance(form, type) and issubclass(form, File)) or any(_holds_files(each) for each in get_args(form))


def _path_in(value: Any, location: Sequence[str | int]) -> Path:
    """Return the part of a location that exists in the tree; pydantic adds the names of the kinds it tried."""
    path: list[str | int] = []
    for step in location:
        inside = step in value if isinstance(value, Mapping) else isinstance(step, int) and isinstance(value, list) and step < len(value)
        if inside:
            path.append(step)
            value = value[step]
    return tuple(path)
