"""One person of an export: everything that is hers, her pregnancies, and how each was known on each day.

Each pregnancy is read anew on each day on which something became known of it (:func:`gravida.fhir.read_found`), with what
was known by then and nothing else. So what an audit sees is what ``gravida read`` would have said on that day.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from gravida.bulk_episodes import Episode, episodes_of
from gravida.bulk_known import changes_on, known_on
from gravida.fhir import Reading, read_found, rules_of
from gravida.fhir_findings import drug_of, is_nameless
from gravida.fhir_resource import Json, Resource, day_of, mapping
from gravida.fhir_sort import MEDICINES, Finding, Notes, json_resources, sort
from gravida.knowledge import Knowledge
from gravida.sources import Declaration


@dataclass(frozen=True)
class How:
    """What every person of an export is read with."""

    knowledge: Knowledge
    declaration: Declaration | None = None
    organisations: Mapping[str, str] = field(default_factory=dict)
    """Names of organisations, by their reference."""


@dataclass(frozen=True)
class Person:
    """A person with everything that is hers, each resource once."""

    name: str
    resources: Sequence[Resource]
    how: How

    @property
    def knowledge(self) -> Knowledge:
        """The knowledge to read with."""
        return self.how.knowledge

    @cached_property
    def last_day(self) -> date:
        """The last day on which anything of hers was recorded."""
        return max(self.observed, default=date.min)

    @cached_property
    def observed(self) -> list[date]:
        """Every day on which anything of hers was recorded."""
        return [day for each in self.resources if not each.not_standing and (day := each.day)]

    @cached_property
    def findings(self) -> list[Finding]:
        """All that stands and whose code is known."""
        return sort(self.resources, self.knowledge.codes, self.name, date.max, Notes())

    @cached_property
    def born(self) -> date | None:
        """The day on which she was born, if it is known."""
        return next((day_of(each.told.get("birthDate")) for each in self.resources if each.name == self.name), None)

    @cached_property
    def is_child(self) -> bool:
        """Whether it is the record of a child, that tells of the mother's pregnancy."""
        return self.born is not None and self.last_day - self.born < timedelta(rules_of(self.knowledge).youngest_days)

    @cached_property
    def is_linked(self) -> bool:
        """Whether something says who the mother is."""
        return any(each.kind == "RelatedPerson" or (each.kind == "Patient" and each.told.get("link")) for each in self.resources)

    @cached_property
    def episodes(self) -> list[Episode]:
        """Her pregnancies."""
        return [] if self.is_child or not self.findings or not self.observed else episodes_of(self.findings, rules_of(self.knowledge), self.observed)

    @cached_property
    def telling(self) -> dict[str, list[Finding]]:
        """What can tell something of a pregnancy, by its resource: most of a long record cannot, and is not read again and again."""
        found: dict[str, list[Finding]] = {}
        for each in self.findings:
            if each.coded or each.resource.kind not in MEDICINES or drug_of(each) or is_nameless(each):
                found.setdefault(each.resource.name, []).append(each)
        return found

    @cached_property
    def known(self) -> list[tuple[Resource, date]]:
        """Every resource that tells something with the day from which on it was known; of what says none, the first of all days."""
        told = (each for each in self.resources if each.name in self.telling or each.not_standing or each.kind == "Patient")
        return [(each, known_on(each) or date.min) for each in told]

    def read(self, episode: Episode, known_by: date) -> Reading:
        """Read what was known of a pregnancy by a day, without how it ended."""
        by_then = [self._open(each, episode) for each, day in self.known if day <= known_by and each.name not in episode.own]
        return read_found(by_then, self.name, self.knowledge, min(known_by, episode.last), self.how.declaration)

    def _open(self, resource: Resource, episode: Episode) -> Resource:
        """Return care that ended with this pregnancy as care that goes on in it: its end says nothing but how the pregnancy ended."""
        ended = resource.ended if resource.kind == "EpisodeOfCare" and episode.end else None
        if ended is None or abs((ended - episode.last).days) > rules_of(self.knowledge).one_event:
            return resource
        return Resource({**resource.told, "status": "active", "period": {"start": mapping(resource.told.get("period")).get("start")}})

    def days(self, episode: Episode) -> list[date]:
        """Return the days on which something became known of a pregnancy, the first one first."""
        found = {episode.known_from} if episode.dated else {episode.known_from, episode.last}
        for each in (those[0].resource for those in self.telling.values()):
            inside = each.happened is not None and episode.first <= each.happened <= episode.last
            found |= {day for day in changes_on(each) if episode.known_from < day <= episode.last or (inside and day > episode.last)}
        return sorted(found)


def person_of(name: str, told: Sequence[Json], medicines: Sequence[Json], how: How) -> tuple[Person, Counter[str]]:
    """Return a person, and how many copies there were of resources, by kind."""
    resources = json_resources([*told, *medicines])
    kept = Counter(each.kind for each in resources if each.kind != "Medication")
    return Person(name, resources, how), Counter(str(each.get("resourceType")) for each in told) - kept
