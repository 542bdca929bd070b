"""The record form for clinicians: its sections and fields, made from the record's model and the dictionary's words.

A field that the record gains stands in the form without anybody drawing it. A section is one part of the record, or one
list of it; a list has as many entries as somebody describes.

>>> from gravida.library import load
>>> found = {each.name: each for each in sections(load())}
>>> found["scans"].is_list, [each.source for each in found["scans"].fields][:4]
(True, ['on', 'at', 'route', 'cervical_length_mm'])
>>> found["scans"].fields[3].unit
'mm'
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from gravida.facts import Type, Words
from gravida.knowledge import Knowledge
from gravida.record import DatedGestation, Record, words_of_fields
from gravida.record_checks import describe, limits
from gravida.record_model import forms, is_list, kind_of, part_of
from gravida.words import say

AS_OF = "as_of"
OF_THE_DAY = ("symptoms", "examinations")
"""Lists of what is found today: a new entry is of the day of assessment."""
UNITS = ("mm", "cm")
OWN = "web.clinicians.form.labels."
"""Where labels stand for fields that the dictionary has no words for, or words that mean something else."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``source`` is its name within its part, such as ``route`` or ``gestation.at``."""

    source: str
    kind: str
    label: str
    meaning: str = ""
    values: tuple[str, ...] = ()
    unit: str = ""
    expects: str = ""
    """What may be written, such as ``a number from 0 to 80 (millimetres)``."""

    @property
    def is_chosen(self) -> bool:
        """Whether one of a few values is chosen, and nothing is typed."""
        return self.kind in ("boolean", "string")

    @property
    def choices(self) -> tuple[str, ...]:
        """What can be chosen."""
        return ("yes", "no") if self.kind == "boolean" else self.values

    @property
    def hint(self) -> str:
        """What it means, and what may be written."""
        return " ".join(filter(None, (self.meaning, self.expects)))

    @property
    def may_be_range(self) -> bool:
        """Whether it may be known as a range only, written ``18+0 to 22+6``."""
        return self.kind in ("integer", "decimal", "gestation")


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the record. ``about`` are fields that say of a whole list how complete it is."""

    name: str
    title: str
    is_list: bool
    fields: tuple[Field, ...]
    about: tuple[Field, ...] = ()
    entry: str = ""
    """What one entry is called."""

    @property
    def is_of_the_day(self) -> bool:
        """Whether its entries are what is found today."""
        return self.name in OF_THE_DAY

    @property
    def signs(self) -> tuple[Field, ...]:
        """The fields that are a yes or a no."""
        return tuple(each for each in self.fields if each.kind == "boolean")


@dataclass(frozen=True, slots=True)
class _Known:
    types: Mapping[str, Type]
    words: Mapping[str, Words]
    texts: Mapping[str, str]


@cache
def sections(knowledge: Knowledge) -> tuple[Section, ...]:
    """Return the sections of the form, in the order of the record."""
    known = _Known(limits(knowledge.dictionary), words_of_fields(knowledge.dictionary), knowledge.words)
    return tuple(_section(name, form, known) for name, form in forms(Record).items() if part_of(form) is not None)


@cache
def section_names(knowledge: Knowledge) -> Mapping[str, Section]:
    """Return the sections by name."""
    return {each.name: each for each in sections(knowledge)}


def _section(name: str, form: Any, known: _Known) -> Section:
    inner = part_of(form)
    assert inner is not None
    at = f"{name}[]" if is_list(form) else name
    fields = tuple(field for source, each in forms(inner).items() for field in _fields(source, each, at, known))
    own = tuple(_field(source, each, source, known) for source, each in forms(Record).items() if source.startswith(f"{name}_"))
    entry = say(f"web.clinicians.form.entries.{name}") if is_list(form) else ""
    return Section(name, say(f"web.clinicians.form.sections.{name}"), is_list(form), fields, own, entry)


def _fields(source: str, form: Any, at: str, known: _Known) -> Iterator[Field]:
    """Yield the fields behind one name of a part: a gestation with its day is two."""
    if part_of(form) is None:
        yield _field(source, form, f"{at}.{source}", known)
    else:
        yield from (_field(f"{source}.{inner}", each, f"{at}.{source}.{inner}", known) for inner, each in forms(DatedGestation).items())


def _field(source: str, form: Any, path: str, known: _Known) -> Field:
    kind, allowed, words = kind_of(form), known.types.get(path), known.words.get(path)
    own = known.texts.get(OWN + path)
    label = own or (words.label if words else source.replace("_", " "))
    unit = next((each for each in UNITS if source.endswith(f"_{each}")), "")
    told = describe(allowed, source) if allowed and kind not in ("boolean", "string", "date") else ""
    return Field(source, kind, label, words.meaning if words else "", allowed.values if allowed else (), unit, told)
