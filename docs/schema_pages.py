"""The forms of a record and of an assessment as pages to read, from their JSON Schemas."""

import re
from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

RECORD = """# The record

Every field of [a record](../how-to/assess-a-record.md), generated from [record.schema.json](record.schema.json); do not edit.

- Every field may be left out; then it is not known. Any field may also be `prefer-not-to-say`, or empty, which says the same.
- *yes or no* is `yes` or `no`; a *date* is written 2026-06-01; a *gestation* is weeks+days, such as 23+6.
- *or a range* means that `{from: 18+0, to: 22+6}` may stand instead of one value.
- A *list* that is empty (`[]`) says that there was none. [More on lists](../explanation/open-world.md).
"""
ASSESSMENT = """# The assessment

What `gravida assess --format json` prints, and what `gravida.assess` returns, generated from [assessment.schema.json](assessment.schema.json); do not edit.
[What the verdicts mean](../explanation/verdicts.md) tells how to read it. `unknown` is an answer; its absence is not a no.
"""


def record_page(schema: Schema) -> str:
    """Return the page of the record: a part for each list or group of fields."""
    parts = [RECORD, "\n## At the top\n"]
    inner = {name: found for name, each in schema["properties"].items() if (found := _fields(each))}
    parts += [_line(name, each) for name, each in schema["properties"].items() if name not in inner]
    for name, fields in inner.items():
        many = " (a list)" if _is_list(schema["properties"][name]) else ""
        parts.append(f"\n## {name}{many}\n\n{_says(schema['properties'][name])}\n")
        parts += [_line(field, each) for field, each in fields.items()]
    return _joined(parts)


def assessment_page(schema: Schema) -> str:
    """Return the page of the assessment: its own fields, then those of each kind of object in it."""
    parts = [ASSESSMENT, "\n## Assessment\n"]
    parts += [_line(name, each) for name, each in schema["properties"].items()]
    for name, each in schema["$defs"].items():
        parts.append(f"\n## {name}\n\n{each.get('description', '').strip()}\n")
        parts += [_line(field, inner) for field, inner in each.get("properties", {}).items()]
    return _joined(parts)


def _joined(parts: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts)) + "\n"


def _line(name: str, schema: Schema) -> str:
    says = _says(schema)
    return f"- `{name}`: {_kind(schema)}" + (f". {says}" if says else "")


def _says(schema: Schema) -> str:
    return " ".join(str(schema.get("description", "")).split())


def _choices(schema: Schema) -> list[Schema]:
    """Return the ways to write a value, without "declined" and "empty", which every one of them has."""
    return [each for each in schema.get("anyOf", [schema]) if "prefer-not-to-say" not in each.get("enum", ()) and each.get("type") != "null"]


def _fields(schema: Schema) -> Schema:
    """Return the named fields of a group, or of the entries of a list of groups."""
    for each in _choices(schema):
        fields = each.get("items", each).get("properties", {})
        if fields and set(fields) != {"from", "to"} and set(fields) != {"at", "on"}:
            return dict(fields)
    return {}


def _is_list(schema: Schema) -> bool:
    return any(each.get("type") == "array" for each in _choices(schema))


def _kind(schema: Schema) -> str:
    found = sorted(dict.fromkeys(kind for each in _choices(schema) for kind in _kinds(each)), key=lambda kind: kind.startswith("or"))
    null = " or null" if any(each.get("type") == "null" for each in schema.get("anyOf", [])) else ""
    return ", ".join(found) + null


def _kinds(schema: Schema) -> Iterator[str]:  # one branch for each form that a schema takes
    fields = set(schema.get("properties", {}))
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield f"[{name}](#{name.lower()})"
    elif "const" in schema:
        yield f"`{schema['const']}`"
    elif "enum" in schema:
        yield "yes or no" if True in schema["enum"] else _one_of([f"`{each}`" for each in schema["enum"] if each is not None])
    elif schema.get("type") == "array":
        yield f"list of {_kind(schema.get('items', {}))}"
    elif fields == {"from", "to"}:
        yield "or a range"
    elif fields:
        yield "or with " + " and ".join(f"`{each}`" for each in sorted(fields))
    elif schema.get("format") == "date":
        yield "date"
    elif "gestation" in schema.get("description", ""):
        yield schema["description"]
    else:
        yield _simple(schema)


def _one_of(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]


def _simple(schema: Schema) -> str:
    kinds = {"integer": "whole number", "boolean": "true or false", "string": "text", "object": "fields by name"}
    name = kinds.get(str(schema.get("type")), str(schema.get("type", "anything")))
    if "minimum" in schema:
        return f"{name} from {schema['minimum']:g} to {schema['maximum']:g}"
    return name
