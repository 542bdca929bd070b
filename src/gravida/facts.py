"""The dictionary: what can be known of a pregnancy, by which name, and what makes each fact true.

There are four kinds of fact, and lists that two of them read:

========== ============================================== ======================================================
observed   somebody wrote it down                         ``plurality: {from: pregnancy.plurality, …}``
truths     one truth for each entry of a list             ``{each: prior_pregnancies p, where: …}``
pick       one value out of a list                        ``{list: scans s, where: …, take: shortest, value: …}``
derived    follows from other facts                       ``multiple_pregnancy: {is: plurality >= 2}``
========== ============================================== ======================================================

This module holds declarations only. No fact has a default: what nobody recorded is ``None``.

>>> Range(126, 160).low        # "about five months" is a range, not a guess
126
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["boolean", "integer", "decimal", "gestation", "string", "date", "truths"]
Take = Literal["shortest", "longest", "latest", "any"]

NUMBERS = frozenset({"integer", "decimal", "gestation"})


@dataclass(frozen=True, slots=True)
class Range:
    """A number known only to lie between two others, both included. Unit: that of its fact."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"a range runs upwards: {self.low} is more than {self.high}")


Scalar = bool | int | float | str | Range | None
"""One value. ``None`` is unknown."""

Value = Scalar | tuple[bool | None, ...]
"""A scalar, or a truth list: one truth for each entry."""


@dataclass(frozen=True, slots=True)
class Type:
    """What a value may be. ``low`` and ``high`` are inclusive, in the unit that the name gives (days for gestation)."""

    kind: Kind
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    @property
    def is_number(self) -> bool:
        """Whether it can be compared with ``<``."""
        return self.kind in NUMBERS


BOOLEAN = Type("boolean")
TRUTHS = Type("truths")


@dataclass(frozen=True, slots=True)
class Words:
    """How a person reads it. ``question`` and ``help`` are in plain words; ``meaning`` is the clinical definition."""

    label: str
    meaning: str = ""
    question: str = ""
    help: str = ""
    obtainable_from: int | None = None
    """Gestation in days before which nobody should be asked; ``None`` means any time."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a list: ``source`` is its key in the record's entry."""

    name: str
    type: Type
    source: str
    words: Words
    suspicious_below: float | None = None
    """A smaller number is possible, and more likely a slip of unit: it needs ``confirmed: yes``."""


@dataclass(frozen=True, slots=True)
class EntryList:
    """A list in the record, such as the earlier pregnancies.

    ``declared`` lists may be incomplete and are then padded with blank entries; the others are taken as written.
    """

    name: str
    label: str
    declared: bool
    fields: Mapping[str, Field]
    question: str = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """A value that stands in the record at ``path``."""

    name: str
    type: Type
    path: str
    words: Words


@dataclass(frozen=True, slots=True)
class Truths:
    """One truth for each entry of ``list``, by the criterion ``where`` over the entry's fields."""

    name: str
    list: str
    alias: str
    where: str
    words: Words
    type: Type = TRUTHS


@dataclass(frozen=True, slots=True)
class Pick:
    """The ``take`` of ``value`` among the entries of ``list`` that fulfil ``where``.

    ``any`` is for signs: true if any entry says so. ``valid_for_days``: an entry older than this on the day of assessment no longer tells anything.
    """

    name: str
    type: Type
    list: str
    alias: str
    where: str | None
    take: Take
    value: str
    words: Words
    valid_for_days: int | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A truth or number that follows from other facts, written in the language."""

    name: str
    type: Type
    definition: str
    words: Words


Fact = Observed | Truths | Pick | Derived


@dataclass(frozen=True)
class Dictionary:
    """All lists and facts, by name. Names of a body's own definitions are ``<guideline>/<name>``."""

    lists: Mapping[str, EntryList]
    facts: Mapping[str, Fact]
    constraints: tuple[str, ...] = field(default=())
