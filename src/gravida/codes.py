"""What a code of an electronic record means here: codes, the concepts they stand for, and the systems they belong to.

A code is looked up as it was written: first itself, then the longest beginning that is listed with a star. What nobody
has checked (``recalled``) is found only by who asks for it. A code that is a known slip is found under what was meant,
and says so.

>>> insufficiency = Concept("insufficiency", "care for it, or for a cerclage", "insufficiency itself", alone=False)
>>> icd = CodeSystem("icd-10-cm", "ICD-10-CM", ("http://hl7.org/fhir/sid/icd-10-cm",), dots=False)
>>> rows = (Coded("insufficiency", "icd-10-cm", "O34.3*", None, "seen", "care"),)
>>> codes = Codes({"insufficiency": insufficiency}, {"icd-10-cm": icd}, rows)
>>> [each.code for each in codes.find("http://hl7.org/fhir/sid/icd-10-cm", "o3432")]
['O34.3*']
>>> codes.find("http://hl7.org/fhir/sid/icd-10-cm", "O34.4")
()
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Standing = Literal["seen", "recalled", "invalid"]
STANDINGS: tuple[Standing, ...] = ("seen", "recalled", "invalid")
"""How a code was come by: read in a source, remembered and not checked, or known to be wrong and met all the same."""

Check = Literal["mod-10", "verhoeff"]
Unit = Literal["weeks", "cm", "babies"]

ANY_END = "*"
"""The last sign of a code that stands for all codes that begin so."""


@dataclass(frozen=True, slots=True)
class Coded:
    """One code and one concept that it stands for. ``value`` is the number that the code holds in itself.

    ``alias_of`` is the code that was meant, if this one is a slip.
    """

    concept: str
    system: str
    code: str
    value: int | None
    confidence: Standing
    label: str
    source: str = ""
    alias_of: str = ""

    @property
    def is_beginning(self) -> bool:
        """Whether it stands for all codes that begin so."""
        return self.code.endswith(ANY_END)


@dataclass(frozen=True, slots=True)
class Concept:
    """What codes may mean. ``alone``: a code is enough to say it of the mother; ``carries``: the unit of a code's number."""

    id: str
    means: str
    does_not_mean: str = ""
    alone: bool = False
    carries: Unit | None = None


@dataclass(frozen=True, slots=True)
class CodeSystem:
    """One code system, by the name of its file. ``dots``: whether dots in a code matter."""

    id: str
    name: str
    uris: tuple[str, ...] = ()
    dots: bool = True
    check: Check | None = None
    licence: str = ""
    attribution: str = ""

    def normal(self, code: str) -> str:
        """Return a code as it is compared: capital letters, and no dots where they are for the eye alone."""
        code = code.strip().upper()
        return code if self.dots else code.replace(".", "")


@dataclass(frozen=True, eq=False)
class Codes:
    """All codes that are known, with their concepts and systems by id."""

    concepts: Mapping[str, Concept] = field(default_factory=dict)
    systems: Mapping[str, CodeSystem] = field(default_factory=dict)
    rows: tuple[Coded, ...] = ()

    def system(self, uri: str) -> CodeSystem | None:
        """Return the code system of a URI, an OID or a file's name; ``None`` if it is not known.

        A version after ``|`` and the ``s`` of ``https`` do not matter. A URI that is listed with a slash at its end stands
        for all that begin so: SNOMED CT's editions are written in that way.
        """
        wanted = _bare(uri)
        if wanted in self._systems:
            return self._systems[wanted]
        return next((system for start, system in self._systems.items() if start.endswith("/") and wanted.startswith(start)), None)

    def find(self, system: str, code: str, *, recalled: bool = False) -> tuple[Coded, ...]:
        """Return what a code means: itself if it is listed, else the longest beginning of it that is; nothing if none is.

        One code may stand for several concepts. ``recalled`` codes, which nobody has checked, count only if asked for.
        """
        of = self.system(system)
        if of is None:
            return ()
        wanted = of.normal(code)
        for key in (wanted, *(wanted[:length] + ANY_END for length in range(len(wanted), 0, -1))):
            found = tuple(each for each in self._by_code.get((of.id, key), ()) if recalled or each.confidence != "recalled")
            if found:
                return found
        return ()

    def of(self, concept: str) -> tuple[Coded, ...]:
        """Return every code of a concept, whatever its standing."""
        return tuple(each for each in self.rows if each.concept == concept)

    @cached_property
    def _systems(self) -> dict[str, CodeSystem]:
        return {_bare(uri): system for system in self.systems.values() for uri in (system.id, *system.uris)}

    @cached_property
    def _by_code(self) -> dict[tuple[str, str], tuple[Coded, ...]]:
        found: dict[tuple[str, str], tuple[Coded, ...]] = {}
        for row in self.rows:
            system = self.systems.get(row.system)
            if system is not None:
                key = row.system, system.normal(row.code)
                found[key] = (*found.get(key, ()), row)
        return found


def _bare(uri: str) -> str:
    """Return a URI without its version and its scheme, in small letters."""
    uri = uri.strip().lower().partition("|")[0]
    return uri.removeprefix("https://").removeprefix("http://")
