"""FHIR R4 resources of made-up people, each labelled as synthetic test data; every code comes from ``knowledge/codes``.

>>> from gravida.library import load
>>> makes = Maker(Coder(load()), "p1", "synthetic-1")
>>> makes.quantity(21.0, "mm")
{'valueQuantity': {'value': 21, 'unit': 'mm', 'system': 'http://unitsofmeasure.org', 'code': 'mm'}}
>>> makes.coder.concept("last_period")["coding"]
[{'system': 'http://loinc.org', 'code': '8665-2'}]
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gravida.knowledge import Knowledge

Made = dict[str, Any]
LABEL = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST", "display": "test health data"}
"""HL7's word for data that is made up to try a system."""
SYSTEMS = ("loinc", "snomed", "rxnorm", "atc")
"""The systems to write in, where there is a choice."""
UNITS = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem/"
NO_SIGN_OF_AN_ID = re.compile(r"[^A-Za-z0-9.-]")
LONGEST_ID = 64


class NoCode(LookupError):  # noqa: N818  (its text is the whole reason)
    """No code that somebody has seen can be written for a concept."""


@dataclass(frozen=True)
class Coder:
    """Finds the code to write for a concept: one that somebody has seen, and that stands for itself alone."""

    knowledge: Knowledge
    _found: dict[tuple[str, int | None], Made] = field(default_factory=dict)

    def concept(self, name: str, number: int | None = None) -> Made:
        """Return a CodeableConcept. ``number`` is what the code carries."""
        if (name, number) not in self._found:
            self._found[name, number] = {"coding": [self._coding(name, number)]}
        return self._found[name, number]

    def _coding(self, name: str, number: int | None) -> Made:
        codes = self.knowledge.codes
        rows = [each for each in codes.of(name) if each.confidence == "seen" and not each.is_beginning and each.value == number]
        rows = [each for each in rows if codes.systems[each.system].uris and {one.concept for one in codes.find(each.system, each.code)} == {name}]
        rows.sort(key=lambda each: SYSTEMS.index(each.system) if each.system in SYSTEMS else len(SYSTEMS))
        if not rows:
            raise NoCode(name)
        return {"system": codes.systems[rows[0].system].uris[0], "code": rows[0].code}


@dataclass
class Maker:
    """Makes the resources of one person; ``key`` begins the id of each."""

    coder: Coder
    person: str
    key: str
    made: list[Made] = field(default_factory=list)

    def add(self, kind: str, name: str, told: Mapping[str, Any]) -> str:
        """Add a resource, and return the reference to it."""
        found = {"resourceType": kind, "id": fhir_id(f"{self.key}-{name}"), "meta": {"security": [LABEL]}, **told}
        self.made.append({key: value for key, value in found.items() if value is not None})
        return f"{kind}/{found['id']}"

    @property
    def her(self) -> Made:
        """The reference to the person."""
        return {"reference": f"Patient/{fhir_id(self.person)}"}

    def observe(self, name: str, concept: str, on: date | None, written: date | None = None, **told: Any) -> str:
        """Add an observation of a day; ``written`` is when it became known, if that is another day."""
        issued = f"{written}T12:00:00Z" if written and written != on else None
        shared = {"status": "final", "code": self.coder.concept(concept), "subject": self.her}
        return self.add("Observation", name, {**shared, "effectiveDateTime": on and str(on), "issued": issued, **told})

    def diagnose(self, name: str, code: Made, on: date | None, written: date, status: str = "active", **told: Any) -> str:
        """Add a condition that began on a day and was written down on another."""
        shared = {"clinicalStatus": {"coding": [{"system": f"{HL7}condition-clinical", "code": status}]}, "code": code, "subject": self.her}
        return self.add("Condition", name, {**shared, "onsetDateTime": on and str(on), "recordedDate": str(written), **told})

    def operate(self, name: str, concept: str, on: date | None, **told: Any) -> str:
        """Add a procedure."""
        shared = {"status": "completed", "code": self.coder.concept(concept), "subject": self.her}
        return self.add("Procedure", name, {**shared, "performedDateTime": on and str(on), **told})

    def quantity(self, value: float, unit: str) -> Made:
        """Return a value with its unit."""
        return {"valueQuantity": quantity(value, unit)}

    def gestation(self, low: int, high: int | None) -> Made:
        """Return a gestation in days, or between two."""
        if high is None or high == low:
            return self.quantity(low, "d")
        return {"valueRange": {"low": quantity(low, "d"), "high": quantity(high, "d")}}


def quantity(value: float, unit: str) -> Made:
    """Return a Quantity; a whole number is written as one."""
    return {"value": int(value) if value == int(value) else value, "unit": unit, "system": UNITS, "code": unit}


def fhir_id(text: str) -> str:
    """Return a text as an id of FHIR.

    >>> fhir_id("Upland & sea")
    'Upland---sea'
    """
    return NO_SIGN_OF_AN_ID.sub("-", text)[:LONGEST_ID]
