"""What stands in the form for clinicians, and the record behind it: there and back again without loss.

A field is named as a path of the record is written, such as ``scans[0].route``. The number of an entry is its name for as
long as the form is open: if the first scan is removed, the second keeps its number and becomes the first of the record.
What a form cannot show (where a value was read from, what was assumed of a system) travels beside it, sealed with the
value that it is about: whoever changes the value breaks the seal, and the origin is not told of the new value.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from gravida.knowledge import Knowledge
from gravida.plain_yaml import Path
from gravida.record import DECLINED, Record, plain, record_from
from gravida.record_checks import MAX_ENTRIES
from gravida.record_reading import MAX_SHOWN, dotted
from gravida.web.clinicians_form import AS_OF, Field, Section, section_names, sections
from gravida.web.site import Form, Problem
from gravida.words import say

NONE = "none"
"""What a list says of which there is no entry, because there was none. A list that says nothing is unknown."""
RANGE = re.compile(r"(.*\d) ?(?: to |-|–|…|\.\.) ?(\d.*)")  # noqa: RUF001  (people write ranges with this dash)
LONGEST_RANGE = 2 * MAX_SHOWN
LIKE_DECLINED = re.compile(r"prefers?[ -]not[ -]to[ -]say", re.IGNORECASE)
ENTRY = re.compile(r"(\w+)\[(\d{1,6})\]")


@dataclass(frozen=True)
class Kept:
    """What a form cannot show. ``origins`` are by the name of a field, an entry or a list, each with its seal."""

    origins: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    open: frozenset[str] = frozenset()
    """Lists that may hold more than is described."""
    assumed: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()

    def written(self) -> str:
        """Return it as a text that travels with the form; nothing if there is nothing."""
        if not (self.origins or self.open or self.assumed or self.conflicts):
            return ""
        return json.dumps({"origins": dict(self.origins), "open": sorted(self.open), "assumed": self.assumed, "conflicts": self.conflicts})


@dataclass(frozen=True)
class Typed:
    """The values of a form by the names of their fields, the numbers of the entries of each list, and what is kept."""

    values: Mapping[str, str] = field(default_factory=dict)
    entries: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    kept: Kept = Kept()
    too_many: Mapping[str, int] = field(default_factory=dict)
    """Lists of which more entries were sent than a form can show, and how many: none of them is taken."""

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def name_of(self, path: Path) -> str:
        """Return the name of the field at a path of the record, where entries are counted from 0 without gaps."""
        steps = [self._number(path, step) if isinstance(step, int) else step for step in path]
        return dotted(tuple(steps))

    def _number(self, path: Path, step: int) -> int:
        numbers = self.entries.get(str(path[0]), ())
        return numbers[step] if step < len(numbers) else step

    def label_of(self, name: str, knowledge: Knowledge) -> str:
        """Return what a field is called on the page, with the entry or section that it stands in."""
        known = section_names(knowledge)
        entry = ENTRY.match(name)
        section = known.get(entry[1] if entry else name.partition(".")[0])
        if section is None:
            return next((each.label for one in known.values() for each in one.about if each.source == name), say("web.clinicians.form.labels.as_of"))
        source = name[entry.end() + 1 :] if entry else name.partition(".")[2]
        label = next((each.label for each in section.fields if each.source == source), "")
        numbers = self.entries.get(section.name, ())
        where = f"{section.entry} {numbers.index(int(entry[2])) + 1}" if entry and int(entry[2]) in numbers else section.title
        return f"{where}: {label}" if label else where

    def filled(self, section: Section) -> int:
        """Return how many entries a list has, or how many fields of a part say something."""
        if section.is_list:
            return len(self.entries.get(section.name, ()))
        return sum(bool(self[f"{section.name}.{each.source}"]) for each in section.fields)

    def says(self, section: Section) -> bool:
        """Return whether anything is said of a section, if only that there was nothing."""
        return bool(self.filled(section) or self[section.name] or any(self[each.source] for each in section.about))


# --- from a record to the form -------------------------------------------------------------------------------------


def typed_from(record: Record, knowledge: Knowledge) -> Typed:
    """Return the form of a record."""
    written = plain(record)
    values: dict[str, str] = {}
    entries: dict[str, tuple[int, ...]] = {}
    for name, found in written.items():
        if isinstance(found, list):
            entries[name] = tuple(range(len(found)))
            values.update({} if found else {name: NONE})
            for number, entry in enumerate(found):
                values.update(_flat(entry, f"{name}[{number}]"))
        else:
            values.update(_flat(found, name) if isinstance(found, dict) else {name: found})
    typed = Typed(values, {name: numbers for name, numbers in entries.items() if numbers})
    origins = {path: (origin, _seal(path, typed, knowledge)) for path, origin in record.origins.items()}
    return replace(typed, kept=Kept(origins, record.open_lists, record.assumed, record.conflicts))


def _flat(part: Mapping[str, Any], prefix: str) -> dict[str, str]:
    found = {}
    for source, value in part.items():
        name = f"{prefix}.{source}"
        if source == "gestation":
            dated = value if isinstance(value, dict) and "at" in value else {"at": value}
            found.update({f"{name}.{inner}": _text(each) for inner, each in dated.items()})
        else:
            found[name] = _text(value)
    return found


def _text(value: Any) -> str:
    return f"{value['from']} to {value['to']}" if isinstance(value, dict) else str(value)


# --- from what was sent to the form --------------------------------------------------------------------------------


def typed_of(form: Form, knowledge: Knowledge) -> Typed:
    """Return what somebody typed. Raises :class:`Problem` for what no form of ours sends."""
    values, entries = {}, {}
    sent = {section.name: _numbers(form.all(f"{section.name}[]")) for section in sections(knowledge) if section.is_list}
    too_many = {name: len(numbers) for name, numbers in sent.items() if len(numbers) > MAX_ENTRIES}
    for section in sections(knowledge):
        prefixes = [section.name]
        if section.is_list:
            entries[section.name] = () if section.name in too_many else sent[section.name]
            prefixes = [f"{section.name}[{number}]" for number in entries[section.name]]
        names = [f"{prefix}.{each.source}" for prefix in prefixes for each in section.fields]
        names += [section.name, *(each.source for each in section.about)]
        values.update({name: text for name in names if (text := form[name].strip())})
    values.update({AS_OF: day} if (day := form[AS_OF].strip()) else {})
    return Typed(values, {name: numbers for name, numbers in entries.items() if numbers}, _kept(form), too_many)


def _numbers(sent: Sequence[str]) -> tuple[int, ...]:
    if not all(re.fullmatch(r"[0-9]{1,6}", each) for each in sent):
        raise Problem(400)
    return tuple(dict.fromkeys(int(each) for each in sent))


def _kept(form: Form) -> Kept:
    """Return what travelled beside the form. What is not in our own form is refused: nobody types this."""
    held = {each for each in form.all("open[]") if re.fullmatch(r"\w{1,40}", each)}
    if not form["kept"]:
        return Kept()
    try:
        found = json.loads(form["kept"])
        origins = {str(name): (str(origin), str(seal)) for name, (origin, seal) in found["origins"].items()}
        return Kept(origins, frozenset(held), tuple(map(str, found["assumed"])), tuple(map(str, found["conflicts"])))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Problem(400) from None


# --- from the form to a record -------------------------------------------------------------------------------------


def record_of(typed: Typed, knowledge: Knowledge) -> Record:
    """Return the record behind the form. Raises :class:`gravida.record.RecordError` with every fault."""
    return told(record_from(tree(typed, knowledge), knowledge.dictionary), typed, knowledge)


def told(record: Record, typed: Typed, knowledge: Knowledge) -> Record:
    """Return a record with what was kept of where its values came from."""
    kept = typed.kept
    if kept == Kept():
        return record
    held = frozenset(name for name in kept.open if getattr(record, name, None))
    return record.read_from(dict(_origins(typed, knowledge)), held, kept.assumed, kept.conflicts)


def tree(typed: Typed, knowledge: Knowledge) -> dict[str, Any]:
    """Return the record in the form of its file, unchecked."""
    found: dict[str, Any] = {}
    for section in sections(knowledge):
        found.update({each.source: _value(typed[each.source], each) for each in section.about if typed[each.source]})
        value = _value_at(section.name, typed, knowledge)
        found.update({section.name: value} if value not in ("", {}) else {})
    return {AS_OF: typed[AS_OF], **found} if typed[AS_OF] else found


def _value_at(name: str, typed: Typed, knowledge: Knowledge) -> Any:
    """Return what stands at the name of a section, an entry or a field, in the form of a file; nothing if nothing does."""
    known = section_names(knowledge)
    if name in known and known[name].is_list:
        numbers = typed.entries.get(name, ())
        return [_part(f"{name}[{number}]", known[name], typed) for number in numbers] if numbers else [] if typed[name] == NONE else typed[name]
    if name in known:
        return _part(name, known[name], typed) or typed[name]
    entry = ENTRY.fullmatch(name)
    if entry and entry[1] in known:
        return _part(name, known[entry[1]], typed) if int(entry[2]) in typed.entries.get(entry[1], ()) else ""
    return typed[name] or typed[f"{name}.at"]


def _part(prefix: str, section: Section, typed: Typed) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in section.fields:
        text, (outer, _, inner) = typed[f"{prefix}.{each.source}"], each.source.partition(".")
        if not text:
            continue
        if inner:
            found.setdefault(outer, {})[inner] = _value(text, each)
        else:
            found[outer] = _value(text, each)
    return {name: _dated(value) for name, value in found.items()}


def _dated(value: Any) -> Any:
    """Return a gestation without a day as a file has it: alone."""
    return value["at"] if isinstance(value, dict) and set(value) == {"at"} else value


def _value(text: str, field: Field) -> Any:
    """Return a typed text as a file has it: a range as its two ends. What it means is for the record's own reader."""
    if LIKE_DECLINED.fullmatch(text):
        return DECLINED
    found = RANGE.fullmatch(text) if field.may_be_range and len(text) <= LONGEST_RANGE else None
    return {"from": found[1].strip(), "to": found[2].strip()} if found else text


def _origins(typed: Typed, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Yield where values came from, by the paths of the record, if they are still the values that came from there."""
    for name, (origin, seal) in typed.kept.origins.items():
        if seal == _seal(name, typed, knowledge):
            yield _path_of(name, typed), origin


def _seal(name: str, typed: Typed, knowledge: Knowledge) -> str:
    return sha256(json.dumps(_value_at(name, typed, knowledge), sort_keys=True).encode()).hexdigest()[:8]


def _path_of(name: str, typed: Typed) -> str:
    """Return the path of the record for the name of a field: the entries counted from 0 without gaps."""
    entry = ENTRY.match(name)
    numbers = typed.entries.get(entry[1], ()) if entry else ()
    if entry and int(entry[2]) in numbers:
        return f"{entry[1]}[{numbers.index(int(entry[2]))}]{name[entry.end() :]}"
    return name


# --- the buttons of the form ---------------------------------------------------------------------------------------


def added(typed: Typed, section: Section) -> tuple[Typed, int]:
    """Return the form with one more entry, and its number. What is found today is of the day of assessment."""
    numbers = typed.entries.get(section.name, ())
    new = max(numbers, default=-1) + 1
    day = {f"{section.name}[{new}].on": typed[AS_OF]} if section.is_of_the_day and typed[AS_OF] else {}
    values = {name: text for name, text in typed.values.items() if name != section.name}
    return replace(typed, values={**values, **day}, entries={**typed.entries, section.name: (*numbers, new)}), new


def removed(typed: Typed, section: Section, number: int) -> Typed:
    """Return the form without one entry. A list that has no entry left is unknown again: that there was none, nobody said."""
    left = tuple(each for each in typed.entries.get(section.name, ()) if each != number)
    values = {name: text for name, text in typed.values.items() if not name.startswith(f"{section.name}[{number}].")}
    return replace(typed, values=values, entries={**typed.entries, section.name: left})


def rest_no(typed: Typed, section: Section, number: int) -> Typed:
    """Return the form with every sign of an entry that says nothing set to no."""
    names = [f"{section.name}[{number}].{each.source}" for each in section.signs]
    return replace(typed, values={**dict.fromkeys(names, "no"), **typed.values})
