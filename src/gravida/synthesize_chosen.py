"""The numbers of one run: those of a setting, with what somebody changes, ready for arithmetic on many people.

>>> from gravida.synthesis import Parameter
>>> half = Parameter("half", "half of them", 0.5, "proportion", "assumed", because="an example")
>>> Chosen({"half": half}, ()).value("half")
0.5
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from gravida.draws import Array
from gravida.synthesis import HABIT, Parameter, Population, Site

CHANGED = "changed by the person who ran it"


@dataclass(frozen=True)
class Chosen:
    """The numbers of one run. ``used`` keeps the names of those that were asked for."""

    parameters: Mapping[str, Parameter]
    sites: tuple[Site, ...]
    used: set[str] = field(default_factory=set)

    def value(self, name: str) -> float:
        """Return a number."""
        self.used.add(name)
        return self.parameters[name].value

    def days(self, name: str) -> int:
        """Return a number that counts something whole."""
        return int(self.value(name))

    def curve(self, name: str) -> tuple[Array, Array]:
        """Return the points of a curve, upwards: where, and how much."""
        points = sorted((each.at, each.value, each.id) for each in self.parameters.values() if each.curve == name and each.at is not None)
        self.used.update(key for _, _, key in points)
        return np.array([at for at, _, _ in points], dtype=float), np.array([value for _, value, _ in points], dtype=float)

    def habit(self, name: str) -> Array:
        """Return a habit of every site."""
        general = self.value(HABIT + name)
        return np.array([site.habits.get(name, general) for site in self.sites])


def choose(population: Population, setting: str, changes: Mapping[str, float] | None = None) -> Chosen:
    """Return the numbers of a setting, with what somebody changes. A habit that is changed is the same at every site."""
    changes = changes or {}
    values = {**population.parameters, **population.settings[setting].values}
    for name, value in changes.items():
        changed = replace(values[name], value=value, low=None, high=None, confidence="assumed", cite="", citation="", because=CHANGED)
        values[name] = changed
    sites = tuple(replace(site, habits={name: value for name, value in site.habits.items() if HABIT + name not in changes}) for site in population.sites)
    return Chosen(values, sites)
