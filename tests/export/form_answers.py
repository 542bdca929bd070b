"""A form filled in from a record, and a record read back from the answers, by nothing but the ``linkId``."""

import re

COUNTS = re.compile(r"(\w+)\.(count|any)")
VALUES = {
    "boolean": "valueBoolean",
    "integer": "valueInteger",
    "decimal": "valueDecimal",
    "string": "valueString",
    "date": "valueDate",
    "choice": "valueCoding",
}
DATED = {"pregnancy.gestation.at": "pregnancy.gestation.on", "symptoms[0]": "symptoms[0].on"}
"""What holds on the day on which the form was filled in, and where the record says so."""


def questions(items):
    """Yield every item that can be answered."""
    for item in items:
        if item["type"] not in ("group", "display"):
            yield item
        yield from questions(item.get("item", ()))


def fill_in(form, record, authored):
    """Return the response of somebody who knows exactly what this record says."""
    return {"resourceType": "QuestionnaireResponse", "status": "completed", "authored": authored, "item": list(_answered(form["item"], record, None))}


def _answered(items, record, index):
    for item in items:
        link = item["linkId"]
        if item["type"] == "group":
            entries = record.get(link[:-2]) or [] if link.endswith("[]") else [None]
            for number in range(len(entries)):
                below = list(_answered(item["item"], record, number if link.endswith("[]") else index))
                yield {"linkId": link, "item": below}
        elif item["type"] != "display":
            value = _value(link, record, index)
            if value is not None:
                yield {"linkId": link, "answer": [{VALUES[item["type"]]: _as_fhir(value, item["type"])}]}


def _value(link, record, index):
    counted = COUNTS.fullmatch(link)
    if counted:
        entries = record.get(counted[1])
        return None if entries is None else bool(entries) if counted[2] == "any" else len(entries)
    if link == "prior_pregnancies_total" and link not in record and "prior_pregnancies" in record:
        return len(record["prior_pregnancies"])
    value = record
    for step in re.findall(r"\w+|\[\]", link):
        if isinstance(value, str) and step == "at":  # a gestation alone is one of today
            return value
        try:
            value = value[index if step == "[]" else int(step) if step.isdigit() else step]
        except (KeyError, IndexError):
            return None
    return value


def _as_fhir(value, kind):
    if kind == "boolean":
        return value in (True, "yes")
    if kind in ("integer", "decimal"):
        return float(value) if kind == "decimal" else int(value)
    return {"code": value} if kind == "choice" else str(value)


def read_back(response):
    """Return a record, by the rule that docs/how-to/export-to-other-systems.md gives."""
    record = {"as_of": response["authored"][:10]}
    for path, value in _leaves(response["item"], ""):
        counted = COUNTS.fullmatch(path)
        if counted:
            record.setdefault(counted[1], [])
        else:
            _put(record, path, value)
            dated = next((on for start, on in DATED.items() if path.startswith(start)), None)
            if dated:
                _put(record, dated, response["authored"][:10])
    return record


def _leaves(items, entry):
    seen = {}
    for item in items:
        link = item["linkId"]
        if link.endswith("[]"):
            seen[link] = seen.get(link, -1) + 1
            yield from _leaves(item["item"], f"{link[:-2]}[{seen[link]}]")
        elif "answer" in item:
            path = re.sub(r"^\w+\[\]", entry, link)
            yield path, next(iter(item["answer"][0].values()))
        else:
            yield from _leaves(item.get("item", ()), entry)


def _put(record, path, value):
    *steps, last = [int(step) if step.isdigit() else step for step in re.findall(r"\w+", path)]
    for step, after in zip(steps, [*steps, last][1:], strict=True):
        if isinstance(record, list):
            record.extend({} for _ in range(step + 1 - len(record)))
            record = record[step]
        else:
            record = record.setdefault(step, [] if isinstance(after, int) else {})
    record[last] = value["code"] if isinstance(value, dict) else "yes" if value is True else "no" if value is False else str(value)
