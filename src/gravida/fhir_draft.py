"""The record while it is being put together from findings: plain values by path, each with where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gravida.facts import Range
from gravida.fhir_sort import Finding, Notes, Read
from gravida.units import weeks


@dataclass
class Entry:
    """One entry of a list of the record, with the findings behind it."""

    values: dict[str, Any]
    findings: list[Finding]
    said: dict[str, set[str]] = field(default_factory=dict)
    """Every answer that was found to a question, so that two different ones are seen."""

    @property
    def day(self) -> date | None:
        """The day of the first finding."""
        return self.findings[0].day


@dataclass
class Draft:
    """Values and entries, as a person would write them."""

    notes: Notes
    values: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[Entry]] = field(default_factory=dict)

    def put(self, path: str, value: Any, finding: Finding) -> None:
        """Write a value at ``section.field`` or ``field``, and tell where it came from. What is there already stays."""
        section, _, name = path.rpartition(".")
        holder = self.values.setdefault(section, {}) if section else self.values
        if name in holder:
            return
        holder[name] = value
        self.notes.read.append(Read(path, said(value), finding.resource.name, finding.code, finding.day))

    def has(self, path: str) -> bool:
        """Return whether something stands at a path."""
        section, _, name = path.rpartition(".")
        return name in (self.values.get(section, {}) if section else self.values)

    def add(self, name: str, values: Mapping[str, Any], *findings: Finding) -> Entry:
        """Add an entry to a list."""
        entry = Entry({key: value for key, value in values.items() if value is not None}, list(findings))
        self.lists.setdefault(name, []).append(entry)
        return entry

    def on(self, name: str, finding: Finding) -> Entry | None:
        """Return the entry of a list for the day of a finding, a new one if there is none; ``None`` without a day."""
        day = finding.resource.happened
        if day is None:
            self.notes.leave_out(finding, "it does not say on which day it was so, and a sign tells only for its day")
            return None
        for entry in self.lists.get(name, []):
            if entry.values.get("on") == day.isoformat():
                entry.findings.append(finding)
                return entry
        return self.add(name, {"on": day.isoformat()}, finding)

    def tree(self) -> dict[str, Any]:
        """Return everything as plain values, and tell where the entries came from."""
        found: dict[str, Any] = dict(self.values)
        for name, entries in self.lists.items():
            found[name] = [entry.values for entry in entries]
            for index, entry in enumerate(entries):
                shown = ", ".join(f"{key} {said(value)}" for key, value in entry.values.items()) or "nothing more"
                for finding in entry.findings:
                    self.notes.read.append(Read(f"{name}[{index}]", shown, finding.resource.name, finding.code, finding.day))
        return found


def said(value: Any) -> str:
    """Return a value as a report says it."""
    if isinstance(value, Mapping) and "at" in value:
        return f"{said(value['at'])} on {value['on']}"
    return f"{value['from']} to {value['to']}" if isinstance(value, Mapping) and "from" in value else str(value)


def written(gestation: int | Range) -> str | dict[str, str]:
    """Return a gestation as a record writes it: ``20+3``, or from and to."""
    if isinstance(gestation, Range):
        return {"from": weeks(int(gestation.low)), "to": weeks(int(gestation.high))}
    return weeks(gestation)
