"""What became of one person of an export: her pregnancies as rows of the flat tables, and an account of every resource of hers.

A resource is used if a row rests on it. Any other is set aside with one reason, so that those that came in are those used
and those set aside.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gravida.bulk_episodes import Episode
from gravida.bulk_known import has_impossible_day
from gravida.bulk_person import How, Person, person_of
from gravida.bulk_rows import Cells, Rows, Seen, rows_of
from gravida.bulk_tables import CONFLICTS, kind_of_conflict
from gravida.fhir import rules_of
from gravida.fhir_draft import Draft
from gravida.fhir_history import OUTCOMES, outcome_of, read_history
from gravida.fhir_resource import KINDS, Json, Resource, mapping, reference
from gravida.fhir_sort import FhirError, Finding, Notes
from gravida.fhir_story import Story, dates
from gravida.flat import TABLES
from gravida.knowledge import Knowledge
from gravida.record import RecordError
from gravida.units import days as in_days
from gravida.units import weeks

COPY = "another copy or version of a resource that is there"
OF_A_CHILD, OF_AN_UNLINKED_CHILD = "it is about a child", "it is about a child whom nothing links to a mother here"
NOT_MAPPED, NO_DATE, IMPOSSIBLE = "its code is not known here", "it has no date", "its date is impossible"
OUTSIDE, CONFLICT, OTHER_DATE = "it lies outside any pregnancy", "it contradicts another, so it is not used", "it dates a pregnancy, and another date governs"
NOTHING, NOTHING_FOLLOWS = "nothing that a record holds follows from it", "Nothing in the record follows from it."
TAKEN_BACK = "something was known for a time and taken back later; it is not used"
LOSSES = ("miscarriage", "stillbirth")
"""Words for a loss; where one ends and the other begins differs from country to country."""
STILL_THERE = ("cerclage_removal", "cerclage_absent", "cerclage_present")
TWO_ENDS = "how the pregnancy ended is said in two ways; neither is used"
NOT_READ, TOGETHER = "this kind of resource is not read", "the record of this person contradicts itself so that none of it can be read"


@dataclass
class Told:
    """What became of the resources of some people, and their rows."""

    used: Counter[str] = field(default_factory=Counter)
    aside: Counter[tuple[str, str]] = field(default_factory=Counter)
    sites: set[str] = field(default_factory=set)
    """References of organisations that name a site."""
    tables: dict[str, list[Cells]] = field(default_factory=lambda: {name: [] for name in (*TABLES, CONFLICTS)})


@dataclass(frozen=True)
class Pregnancy:
    """The rows of one pregnancy, without its key; the resources that they rest on; what contradicts; and why others were left out."""

    tables: Mapping[str, Sequence[Cells]]
    names: frozenset[str]
    conflicts: Sequence[str]
    ignored: Mapping[str, str]
    site: str


def tell(name: str, told: Sequence[Json], medicines: Sequence[Json], how: How, into: Told) -> None:
    """Add one person to what is told: rows, conflicts, and what became of every resource."""
    person, copies = person_of(name, told, medicines, how)
    try:
        pregnancies = [_pregnancy(person, each) for each in person.episodes]
        why = Why(person, pregnancies)
    except (RecordError, FhirError, OverflowError):
        pregnancies, why = [], None
    for number, each in enumerate(pregnancies, start=1):
        _add(each, f"{name.removeprefix('Patient/')}-{number}", into)
    into.aside.update({(kind, COPY): count for kind, count in copies.items()})
    for resource in (each for each in person.resources if each.kind != "Medication"):
        because = why.not_used(resource) if why else TOGETHER
        into.aside.update([(resource.kind, because)] if because else [])
        into.used.update([] if because else [resource.kind])


def _add(pregnancy: Pregnancy, key: str, into: Told) -> None:
    for table, rows in pregnancy.tables.items():
        into.tables[table] += [{"pregnancy_id": key, **row} for row in rows]
    into.tables[CONFLICTS] += [{"pregnancy_id": key, "says": text} for text in pregnancy.conflicts]
    into.sites.add(pregnancy.site)


def _pregnancy(person: Person, episode: Episode) -> Pregnancy:
    """Return the rows of one pregnancy, read on each day on which something became known of it."""
    seen = [Seen(day, person.read(episode, day)) for day in person.days(episode)]
    rows, ended, (reference_of_site, site) = rows_of(seen), _ended(person, episode), _site(person, episode)
    head = {"person_id": person.name.removeprefix("Patient/"), "site": site, "known_from": episode.known_from, "ended_on": episode.last, **ended.cells}
    rows.tables["pregnancies"] = [head | each for each in rows.tables["pregnancies"]]
    names = rows.names | _removals(seen, person) | ended.names | episode.own | {person.name}
    conflicts = list(dict.fromkeys(_conflicts(seen, ended, rows, person.knowledge)))
    ignored = {each.resource: each.why for each in seen[-1].reading.ignored}
    return Pregnancy(rows.tables, frozenset(names), conflicts, ignored, reference_of_site)


def _removals(seen: Sequence[Seen], person: Person) -> set[str]:
    """Return what says whether a stitch is still there, if that was read."""
    read = any(each.removed is not None for each in seen[-1].reading.record.cerclages or ())
    return {each.resource.name for each in person.findings if read and each.has(*STILL_THERE)}


def _conflicts(seen: Sequence[Seen], ended: "Ended", rows: Rows, knowledge: Knowledge) -> list[str]:
    return [
        *(text for each in seen for text in each.reading.conflicts), *ended.conflicts, *_beyond(ended, knowledge),
        *([TAKEN_BACK] if rows.taken_back else []),
    ]  # fmt: skip


def _beyond(ended: "Ended", knowledge: Knowledge) -> Iterator[str]:
    """Yield that a pregnancy did not last as long as one that ends so, by the published limits. Of losses only the gestation counts, not the word."""
    how, lasted, method = ended.cells.get("ended_how"), ended.cells.get("ended_days"), knowledge.sources.method
    words = LOSSES if how in LOSSES else (how,)
    spans = [each.days for each in method.outcomes if each.outcome in words] if method else []
    if spans and lasted is not None and not min(low for low, _ in spans) <= lasted <= max(high for _, high in spans):
        yield f"{how} at {weeks(lasted)} lies outside the published limits; it is kept as it is"


@dataclass(frozen=True)
class Ended:
    """How a pregnancy ended: cells of its row, the resources that say so, and what contradicts."""

    cells: Mapping[str, Any] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    conflicts: tuple[str, ...] = ()


def _ended(person: Person, episode: Episode) -> Ended:
    """Return how a pregnancy ended, as it will be read of it as an earlier one."""
    if episode.end is None:
        return Ended()
    findings = [each for each in person.findings if each.day is None or each.day <= episode.last]
    draft = Draft(Notes())
    read_history(findings, [episode.end], Story(episode.last, rules_of(person.knowledge)), person.how.declaration, draft)
    entry = draft.lists["prior_pregnancies"][0]
    lasted = entry.values.get("ended")
    exact = in_days(lasted) if isinstance(lasted, str) else _by_date(person, episode)
    words = {OUTCOMES[outcome_of(each)].get("outcome") for each in episode.end.findings} - {None}
    texts = [text for text in draft.notes.conflicts if text.startswith("prior_pregnancies[")]
    names = frozenset(each.resource.name for each in entry.findings)
    return Ended({"ended_how": entry.values.get("outcome"), "ended_days": exact}, names, (*texts, *([TWO_ENDS] if len(words) > 1 else [])))


def _by_date(person: Person, episode: Episode) -> int | None:
    """Return how far along a pregnancy was at its end, by what dates it to the day."""
    starts = [each.span for each in dates(person.findings, rules_of(person.knowledge), Notes()) if each.span.earliest == each.span.latest == episode.first]
    return (episode.last - episode.first).days if episode.dated and starts else None


def _site(person: Person, episode: Episode) -> tuple[str, str | None]:
    """Return the organisation in whose care she was, and its name: of an episode of care in this pregnancy, or else her own."""
    care = [each for each in person.resources if each.kind == "EpisodeOfCare" and episode.holds(each)]
    own = [each for each in person.resources if each.name == person.name]
    for manager in (mapping(each.told.get("managingOrganization")) for each in (*care, *own)):
        if manager:
            name = person.how.organisations.get(reference(manager)) or str(manager.get("display") or reference(manager))
            return reference(manager), name or None
    return "", None


# --- what is not used ------------------------------------------------------------------------------------------------


class Why:
    """Says why resources of a person are not used, in one of few sentences, so that they can be counted."""

    def __init__(self, person: Person, pregnancies: Sequence[Pregnancy]) -> None:
        self.person = person
        self.used = {name for each in pregnancies for name in each.names}
        self.ignored = {name: why for each in pregnancies for name, why in each.ignored.items()}
        self.doubtful = {word.strip(":,;()") for each in pregnancies for text in each.conflicts for word in text.split() if "/" in word}

    def not_used(self, resource: Resource) -> str:
        """Return why a resource is not used; empty if it is."""
        if resource.name in self.used:
            return ""
        if self.person.is_child:
            return OF_A_CHILD if self.person.is_linked else OF_AN_UNLINKED_CHILD
        if resource.kind not in KINDS:
            return OUTSIDE if resource.kind == "Patient" else NOT_READ
        if resource.not_standing:
            return f"it does not stand: {resource.not_standing}"
        found = self.person.telling.get(resource.name, [])
        return self._of_a_known_code(resource, found) if any(each.coded for each in found) else NOT_MAPPED

    def _of_a_known_code(self, resource: Resource, found: Sequence[Finding]) -> str:
        if has_impossible_day(resource, self.person.born):
            return IMPOSSIBLE
        if resource.day is None:
            return NO_DATE
        if not any(each.holds(resource) for each in self.person.episodes):
            return OUTSIDE
        if resource.name in self.doubtful:
            return CONFLICT
        why = self.ignored.get(resource.name, NOTHING_FOLLOWS)
        is_date = bool(dates(found, rules_of(self.person.knowledge), Notes()))
        return OTHER_DATE if is_date else NOTHING if why.endswith(NOTHING_FOLLOWS) else kind_of_conflict(why)
