"""The form of the files in ``knowledge/``: which keys there are, and what each may hold.

Every file is read as text (:mod:`gravida.plain_yaml`) and held against one of the models below. A key that is not
there is refused, with the nearest one that is; a wrong value is shown with its line and column.
"""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

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
    return float(days(text)) if "+" in text else float(text)


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


class GuidelineFile(File):
    """``guideline.yaml``."""

    id: Text
    body: Text
    name: Text
    title: Text
    year: Annotated[int, Field(ge=1990, le=2100)]
    jurisdiction: Text
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
    action: str | ActionsFile | None = None
    repeat: Days | None = None
    tier: Tier | None = None
    silent_on: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cases: tuple[CaseFile, ...]
    equivalent: tuple[EquivalentFile, ...] = ()
    review: tuple[SignatureFile, ...] = ()


def digest(text: str) -> str:
    """Return the digest of a recommendation's file, leaving out its reviews. Shape: ``sha256:`` and 64 hex digits.

    >>> digest("id: a\\nreview: []\\n") == digest("id: a\\nreview:\\n  - {by: somebody}\\n")
    True
    """
    above = text.partition("\nreview:")[0].rstrip()
    return "sha256:" + hashlib.sha256(above.encode()).hexdigest()


def read_as(model: Any, tree: Tree, problems: list[Problem]) -> Any:
    """Hold a tree against a model. What does not fit goes to ``problems``, and ``None`` comes back."""
    try:
        return TypeAdapter(model).validate_python(tree.value)
    except ValidationError as error:
        problems.extend(_explain(details, tree) for details in error.errors())
        return None


def _explain(details: Any, tree: Tree) -> Problem:
    path = _path_in(tree.value, details["loc"])
    key = str(details["loc"][-1]) if details["loc"] else ""
    if details["type"] == "extra_forbidden":
        return Problem(tree.place(path), f"there is no key {key!r} here{nearest(key, KEYS)}")
    if details["type"] == "missing":
        return Problem(tree.place(path), f"the key {key!r} is missing")
    found = "" if isinstance(details["input"], Mapping | list) else f", found {details['input']!r}"
    return Problem(tree.place(path), f"{'.'.join(map(str, path))}: {_message(details)}{found}")


def _message(details: Any) -> str:
    if details["type"] == "value_error":
        return str(details["ctx"]["error"])
    return str(details["msg"]).removesuffix(" or None").replace("Input should be", "expected")


def _path_in(value: Any, location: tuple[str | int, ...]) -> Path:
    """Return the part of a location that exists in the tree; pydantic adds the names of the kinds it tried."""
    path: list[str | int] = []
    for step in location:
        inside = step in value if isinstance(value, Mapping) else isinstance(step, int) and isinstance(value, list) and step < len(value)
        if inside:
            path.append(step)
            value = value[step]
    return tuple(path)


KEYS = sorted({field.alias or name for model in File.__subclasses__() for name, field in model.model_fields.items()})
"""Every key that any file knows, for the nearest one."""
