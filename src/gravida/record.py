r"""Reading, checking and writing one record: the only input there is.

A record is YAML or JSON that a person can write by hand. Everything that is wrong with it is said at once, each with
its place, what was found, what was expected and what to write instead; nothing is guessed and nothing is filled in.

>>> from gravida.library import load_dictionary
>>> record = read_record("pregnancy: {gestation: 20+3, plurality: 1}\nscans: []\n", "record.yaml", load_dictionary())
>>> record.pregnancy.plurality, record.scans, record.cerclages
(1, (), None)
>>> print(write_record(record), end="")
pregnancy:
  gestation: 20+3
  plurality: 1
scans: []
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal as Exact
from typing import Any

import yaml
from pydantic import ValidationError

from gravida.dating import Dating, dating
from gravida.facts import Dictionary, Observed, Range, Type, Words
from gravida.plain_yaml import Path, Tree
from gravida.record_checks import check_day, check_record, describe, did_you_mean, differences, limits
from gravida.record_model import (
    Cerclage,
    Conditions,
    DatedGestation,
    Examination,
    History,
    Part,
    Plans,
    Pregnancy,
    PriorPregnancy,
    Procedure,
    Progestogen,
    Record,
    Scan,
    Symptoms,
    forms,
    is_list,
    kind_of,
    part_of,
    parts,
)
from gravida.record_reading import (
    DECLINED,
    MAX_BYTES,
    MAX_PROBLEMS,
    VALUE,
    Problem,
    RecordError,
    dotted,
    place,
    read_text,
    settle,
    show,
    template,
)  # fmt: skip
from gravida.units import weeks

__all__ = [
    "DECLINED", "MAX_BYTES", "Cerclage", "Conditions", "DatedGestation", "Dating", "Examination", "History", "Plans", "Pregnancy",
    "PriorPregnancy", "Problem", "Procedure", "Progestogen", "Record", "RecordError", "Scan", "Symptoms", "check_record", "dating",
    "differences", "plain", "read_record", "record_from", "record_schema", "with_blanks", "words_of_fields", "write_record",
]  # fmt: skip


# --- reading -------------------------------------------------------------------------------------------------------


def read_record(text: str | bytes, name: str, dictionary: Dictionary, *, as_of: date | None = None) -> Record:
    """Read a record from YAML, or from JSON if its name or its first sign says so. Raises :class:`RecordError`.

    ``as_of`` overrides the file's day of assessment; without either it stays unknown. A file with a day of its own is
    checked as of that day, so that a later scan is no mistake when it is judged as of an earlier one.
    """
    return _read(read_text(text, name), dictionary, as_of)


def record_from(data: Mapping[str, Any], dictionary: Dictionary, *, as_of: date | None = None) -> Record:
    """Read a record from plain values in the form of the texts: a gestation is ``"20+3"``. Raises :class:`RecordError`."""
    return _read(Tree(data, ""), dictionary, as_of)


def _read(tree: Tree, dictionary: Dictionary, as_of: date | None) -> Record:
    settled, declined = settle(tree)
    record, problems, more = _build(settled, declined, tree, limits(dictionary))
    record = record.model_copy(update={"as_of": record.as_of or as_of})
    judged = _as_of(record, as_of) if as_of else record
    contradictions = check_record(record, dictionary) or [*check_day(judged, dictionary)]
    problems += [_placed(problem, tree) for problem in contradictions]
    if problems:
        raise RecordError(sorted(problems, key=lambda problem: tree.places.get(problem.path, (0, 0))), more)
    return judged


def _as_of(record: Record, as_of: date) -> Record:
    """Return a record as of another day. A gestation that held on the file's own day still holds on that day."""
    pregnancy = record.pregnancy
    if record.as_of != as_of and pregnancy.gestation and pregnancy.gestation.on is None:
        held = pregnancy.gestation.model_copy(update={"on": record.as_of})
        pregnancy = pregnancy.model_copy(update={"gestation": held})
    return record.model_copy(update={"as_of": as_of, "pregnancy": pregnancy})


def _build(value: Any, declined: frozenset[str], tree: Tree, types: Mapping[str, Type]) -> tuple[Record, list[Problem], int]:
    """Return the record, what is wrong with the form of its values, and how many more problems there are.

    A value that cannot be read counts as unknown, which never contradicts anything, so that the rest can be checked
    in the same go.
    """
    problems: list[Problem] = []
    more = 0
    while True:
        try:
            return Record.model_validate(value, context=declined), problems, more
        except ValidationError as error:
            faults = error.errors(include_url=False)
        if not problems:
            problems = [_explain(fault, tree, types) for fault in faults[:MAX_PROBLEMS]]
            more = len(faults) - len(problems)
        for fault in faults:
            _drop(value, _inside(value, fault["loc"]))


def _drop(tree: Any, path: Path) -> None:
    """Take a value out of a tree; an entry of a list leaves a blank, so that the others keep their numbers."""
    holder, last = _at(tree, path[:-1]), path[-1]
    if isinstance(last, int):
        holder[last] = {}
    else:
        holder.pop(last)


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _inside(value: Any, location: Iterable[Any]) -> Path:
    """Return the part of a location that stands in the tree: ``gestation`` alone may be written for ``gestation.at``."""
    path: list[str | int] = []
    for step in location:
        there = step in value if isinstance(value, Mapping) else isinstance(value, list) and isinstance(step, int) and step < len(value)
        if not there:
            break
        path.append(step)
        value = value[step]
    return tuple(path)


def _placed(problem: Problem, tree: Tree) -> Problem:
    path = _inside(tree.value, problem.path)
    return replace(problem, path=path, place=place(tree, path))


def _explain(fault: Any, tree: Tree, types: Mapping[str, Type]) -> Problem:
    path = _inside(tree.value, fault["loc"])
    found, expected, hint = show(_at(tree.value, path)), *_expected(fault, types)
    if fault["type"] == "extra_forbidden":
        found, expected, hint = f"the unknown field {show(path[-1])}", *_known(path)
    if fault["type"] == "missing":
        found = f"no {fault['loc'][-1]!r}"
    return Problem(path, found, expected, hint, place(tree, path))


def _expected(fault: Any, types: Mapping[str, Type]) -> tuple[str, str]:
    """Return what was expected, and what to write instead."""
    details = fault.get("ctx", {})
    kind = types.get(template(fault["loc"]))
    if fault["type"] == VALUE and kind and kind.kind != "gestation":
        return describe(kind, str(fault["loc"][-1])), details["hint"]
    if "expected" in details:
        return details["expected"], details["hint"]
    if fault["type"] == "tuple_type":
        return "a list", "Begin each entry with a dash, or write [] if there are none."
    return (describe(kind, ""), "") if fault["type"] == "missing" and kind else ("fields and values", "")


def _known(path: Path) -> tuple[str, str]:
    """Return which part an unknown field stands in, and where it might belong instead."""
    name, within = str(path[-1]), template(path[:-1])
    models = dict(parts())
    choices = list(models[within].model_fields)
    elsewhere = [at for at, model in models.items() if name in model.model_fields and at]
    hints = [did_you_mean(name, choices), f"{name} belongs in {' or '.join(elsewhere)}." if elsewhere else ""]
    known = f"The fields here are {', '.join(choices)}."
    return f"a field of {within or 'a record'}", " ".join(filter(None, hints)) or known


# --- writing -------------------------------------------------------------------------------------------------------


class _Dumper(yaml.SafeDumper):
    """Writes every scalar as the text that it is: without resolvers ``no`` needs no quotes."""

    yaml_implicit_resolvers: Any = {}  # noqa: RUF012


def write_record(record: Record) -> str:
    """Return a record as YAML that reads back to an equal record."""
    written = plain(record)
    return yaml.dump(written, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120) if written else "{}\n"


def plain(record: Record) -> dict[str, Any]:
    """Return a record as plain values in the form of the texts: only strings, lists and dicts. What is unknown is left out."""
    return _plain(record, (), record.declined)


def with_blanks(record: Record) -> Record:
    """Return a record whose lists that may hold more end with an empty entry, so that a file keeps what is not known."""
    return record.model_copy(update={name: (*getattr(record, name), type(getattr(record, name)[0])()) for name in record.open_lists})


def _plain(part: Part, path: Path, declined: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, form in forms(type(part)).items():
        value, here = getattr(part, name), (*path, name)
        if dotted(here) in declined:
            found[name] = DECLINED
        elif isinstance(value, Part):
            found[name] = _plain(value, here, declined)
        elif isinstance(value, tuple):
            found[name] = [_plain(entry, (*here, index), declined) for index, entry in enumerate(value)]
        elif value is not None:
            found[name] = _text(value, kind_of(form))
    if isinstance(part, DatedGestation) and set(found) == {"at"}:
        return found["at"]  # type: ignore[no-any-return]
    return {name: value for name, value in found.items() if value != {}}


def _text(value: Any, kind: str) -> Any:
    if isinstance(value, Range):
        return {"from": _text(value.low, kind), "to": _text(value.high, kind)}
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind == "gestation":
        return weeks(int(value))
    # A float's own text may be 1e-05, which is not how a record is written.
    return f"{Exact(str(value)):f}".removesuffix(".0") if isinstance(value, float) else str(value)


# --- the schema ----------------------------------------------------------------------------------------------------

NOT_SAID = {"enum": [DECLINED, None]}
FORMS: dict[str, dict[str, Any]] = {
    "boolean": {"enum": ["yes", "no", "true", "false", True, False]},
    "date": {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    "gestation": {"type": "string", "pattern": r"^\d{1,2}\+[0-6]$"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "string": {"type": "string"},
}


def record_schema(dictionary: Dictionary) -> dict[str, Any]:
    """Return the JSON Schema of a record, with the dictionary's limits, words, labels and questions."""
    types, words = limits(dictionary), words_of_fields(dictionary)
    schema = _schema(Record, (), types, words)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Record of one pregnancy", **schema}


def words_of_fields(dictionary: Dictionary) -> dict[str, Words]:
    """Return the words of every field and list that the dictionary has words for, by the template of its path."""
    found = {fact.path: fact.words for fact in dictionary.facts.values() if isinstance(fact, Observed)}
    for name, entries in dictionary.lists.items():
        found[name] = Words(entries.label, question=entries.question)
        found |= {f"{name}[].{each.source}": each.words for each in entries.fields.values() if each.source}
    return found


def _schema(model: type[Part], path: Path, types: Mapping[str, Type], words: Mapping[str, Words]) -> dict[str, Any]:
    properties = {name: _property(form, (*path, name), types, words) for name, form in forms(model).items()}
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    return {"type": "object", "additionalProperties": False, "properties": properties, **({"required": required} if required else {})}


def _property(form: Any, path: Path, types: Mapping[str, Type], words: Mapping[str, Words]) -> dict[str, Any]:
    inner, kind = part_of(form), types.get(template(path))
    if inner is None:
        choices = _value(kind_of(form), kind)
    elif is_list(form):
        choices = [{"type": "array", "items": _schema(inner, (*path, 0), types, words)}]
    else:
        choices = [_schema(inner, path, types, words)]
        choices += _value("gestation", types.get(template((*path, "at")))) if inner is DatedGestation else []
    return {**_said(words.get(template(path)), str(path[-1])), "anyOf": [*choices, NOT_SAID]}


def _said(words: Words | None, name: str) -> dict[str, Any]:
    if words is None:
        return {"title": name.replace("_", " ")}
    described = " ".join(filter(None, (words.meaning, words.question)))
    return {"title": words.label, **({"description": described} if described else {})}


def _value(name: str, kind: Type | None) -> list[dict[str, Any]]:
    """Return the forms of one value: alone and, if it is a number, as a range."""
    one = dict(FORMS[name])
    if kind and name == "string":
        one = {"enum": list(kind.values)}
    if kind and name in ("integer", "decimal"):
        one |= {key: limit for key, limit in (("minimum", kind.low), ("maximum", kind.high)) if limit is not None}
    if kind and name == "gestation":
        one["description"] = describe(kind, "")
    ends = {"type": "object", "additionalProperties": False, "required": ["from", "to"], "properties": {"from": one, "to": one}}
    return [one, ends] if name in ("integer", "decimal", "gestation") else [one]
