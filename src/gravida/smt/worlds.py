"""All records of a size at once: a variable for every fact, and for every field of so many entries.

A *sharp* world leaves nothing open: every fact is known, every number exact, every list complete, and what the reader
computes (how long ago a scan was, whether it came after a stitch) agrees with the calendar. Whatever is certain in a
record that leaves something open stays certain when the rest becomes known, so for questions about what is certain,
sharp worlds are enough. An *open* world may leave anything open, and its computed fields are free, as in
:mod:`gravida.random_worlds`: a superset of what records give.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import z3

from gravida.facts import EntryList, Observed, Type
from gravida.knowledge import Knowledge
from gravida.record_checks import ONLY_PREGNANT
from gravida.smt.terms import Formula, Number, Term, Tri, all_of, any_of, compare, exact
from gravida.units import LONGEST_DAYS

PLACED, STARTED = "gestation_days", "age_days"
"""What the reader computes of an entry: the gestation at it, and how many days ago that was."""
YEARS = 2 * LONGEST_DAYS
"""More days than one pregnancy can have."""
AFTER, STITCHES = "after_cerclage", "cerclages"


@dataclass(frozen=True)
class Entry:
    """One entry that may be there, with its fields by name."""

    present: Formula
    fields: Mapping[str, Term]


@dataclass(frozen=True)
class Listed:
    """A list: whether anybody knows it, its entries, and the blanks for entries that nobody described."""

    known: Formula
    entries: tuple[Entry, ...]
    blanks: tuple[Formula, ...]


@dataclass
class Space:
    """The records of a size: ``sizes`` gives the most entries of each list. ``rules`` is what must hold of them."""

    knowledge: Knowledge
    sizes: Mapping[str, int]
    sharp: bool = True
    name: str = ""
    """Tells the variables of one space from those of another."""
    rules: list[Formula] = field(default_factory=list)
    facts: dict[str, Term] = field(default_factory=dict)
    lists: dict[str, Listed] = field(default_factory=dict)

    @cached_property
    def words(self) -> Mapping[str, int]:
        """The number that stands for each word."""
        types = [fact.type for fact in self.knowledge.dictionary.facts.values()]
        types += [each.type for entries in self.knowledge.dictionary.lists.values() for each in entries.fields.values()]
        return {word: number for number, word in enumerate(sorted({word for kind in types for word in kind.values}))}

    @cached_property
    def pregnant(self) -> Tri:
        """Whether the pregnancy goes on."""
        if "pregnant" in self.knowledge.dictionary.facts:
            found = self.observed("pregnant")
            assert isinstance(found, Tri)
            return found
        return self._truth(f"{self.name}pregnant")

    @cached_property
    def today(self) -> Number:
        """Today's gestation in days."""
        return self._number(f"{self.name}today", Type("gestation", low=0, high=LONGEST_DAYS))

    def observed(self, name: str) -> Term:
        """Return the variable of an observed fact."""
        if name not in self.facts:
            declared = self.knowledge.dictionary.facts[name]
            assert isinstance(declared, Observed)
            found = self._variable(f"{self.name}{name}", declared.type)
            self.facts[name] = self._only_in_pregnancy(found) if declared.path in ONLY_PREGNANT else found
        return self.facts[name]

    def _only_in_pregnancy(self, term: Term) -> Term:
        """Return a term that no record can state of somebody who is not pregnant, unless it is a no."""
        if not self.sharp:
            return term
        if isinstance(term, Tri):
            return Tri(all_of(term.yes, self.pregnant.yes), term.no)
        return replace(term, known=self.pregnant.yes)

    def listed(self, name: str) -> Listed:
        """Return the variables of a list."""
        if name not in self.lists:
            declared = self.knowledge.dictionary.lists[name]
            self.lists[name] = found = self._listed(declared)
            self._keep_calendar(found)
        return self.lists[name]

    def share(self, other: "Space") -> None:
        """Take over every variable of another space: both speak of the same record."""
        for name in other.sizes:
            other.listed(name)
        self.lists = dict(other.lists)
        self.facts = other.facts
        self.__dict__.update(pregnant=other.pregnant, today=other.today)  # so that neither makes its own

    # --- variables ---------------------------------------------------------------------------------------------------

    def _listed(self, declared: EntryList) -> Listed:
        path = f"{self.name}{declared.name}"
        present = [z3.Bool(f"{path}[{index}]") for index in range(self.sizes.get(declared.name, 0))]
        self.rules += [z3.Implies(later, earlier) for earlier, later in itertools.pairwise(present)]
        entries = tuple(Entry(each, self._fields(f"{path}[{index}]", declared)) for index, each in enumerate(present))
        return Listed(True, entries, ()) if self.sharp else Listed(z3.Bool(f"{path} known"), entries, self._blanks(path, declared))

    def _fields(self, path: str, declared: EntryList) -> Mapping[str, Term]:
        types = {name: each.type for name, each in declared.fields.items()}
        if STARTED in types and (types[STARTED].high or 0) > YEARS:
            types[PLACED] = replace(types[PLACED], low=None)  # what lasts for years may have been done before this pregnancy
        fields = {name: self._variable(f"{path}.{name}", kind) for name, kind in types.items()}
        if PLACED in fields and f"{declared.name}[].at" in ONLY_PREGNANT:
            fields[PLACED] = self._only_in_pregnancy(fields[PLACED])
        return fields

    def _blanks(self, path: str, declared: EntryList) -> tuple[Formula, ...]:
        """Return the blanks: one after the other where entries are counted, else none or as many as any count asks for."""
        most = self.knowledge.largest_k
        if not declared.declared:
            return (z3.Bool(f"{path} open"),) * most
        found = tuple(z3.Bool(f"{path} blank {index}") for index in range(most))
        self.rules += [z3.Implies(later, earlier) for earlier, later in itertools.pairwise(found)]
        return found

    def _variable(self, path: str, kind: Type) -> Term:
        if kind.kind == "boolean":
            return self._truth(path)
        return self._number(path, kind)

    def _truth(self, path: str) -> Tri:
        yes = z3.Bool(path)
        if self.sharp:
            return Tri(yes, z3.Not(yes))
        no = z3.Bool(f"not {path}")
        self.rules.append(z3.Not(z3.And(yes, no)))
        return Tri(yes, no)

    def _number(self, path: str, kind: Type) -> Number:
        make = z3.Real if kind.kind == "decimal" else z3.Int
        low = make(path)
        high = low if self.sharp or not kind.is_number else make(f"{path} to")
        self.rules += [] if high is low else [low <= high]
        self.rules += [z3.Or([low == self.words[word] for word in kind.values])] if kind.values else _inside(kind, low, high)
        return Number(True if self.sharp else z3.Bool(f"{path} known"), low, high)

    # --- what the reader computes ------------------------------------------------------------------------------------

    def _keep_calendar(self, found: Listed) -> None:
        if not self.sharp:
            return
        for entry in found.entries:
            self.rules += [z3.Implies(entry.present, rule) for rule in self._calendar(entry) if not isinstance(rule, bool)]

    def _calendar(self, entry: Entry) -> Iterator[Formula]:
        """Yield what ties an entry to the calendar and to the stitches, as :mod:`gravida.prepare` works it out."""
        placed, age = entry.fields.get(PLACED), entry.fields.get(STARTED)
        if isinstance(placed, Number) and isinstance(age, Number):
            yield z3.Implies(self.pregnant.yes, placed.low + age.low == self.today.low)
        after = entry.fields.get(AFTER)
        if isinstance(after, Tri) and isinstance(placed, Number):
            stitches = [all_of(each.present, compare(">", placed, each.fields[PLACED]).yes) for each in self.listed(STITCHES).entries]
            yield after.yes == any_of(*stitches)


def _inside(kind: Type, low: Formula, high: Formula) -> list[Formula]:
    least = [] if kind.low is None else [low >= exact(kind.low)]
    return least if kind.high is None else [*least, high <= exact(kind.high)]
