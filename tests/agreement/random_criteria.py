"""A toy dictionary, and Hypothesis strategies for criteria over it: every node of the language, every kind of fact.

The list ``notes`` has fields of the same names as ``events`` and of other kinds, and ``plain`` has no day on which its
entries were made: both have fooled an engine.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from gravida.cql import OPERATORS, And, Arithmetic, AtLeast, Between, Compare, Gestation, Literal, Member, Name, Node, Not, Or, names, show
from gravida.facts import BOOLEAN, Derived, Dictionary, EntryList, Fact, Field, Observed, Pick, Truths, Type, Words
from gravida.knowledge import Knowledge
from gravida.typecheck import Scope, require_truth

EXAMPLES = int(os.environ.get("GRAVIDA_EXAMPLES", "0"))
"""How many batches of random criteria each test tries; without it, a few that are the same on every run."""

WORDS = Words("a toy")
INTEGER, DECIMAL, GESTATION = Type("integer", low=0, high=9), Type("decimal", low=0, high=9), Type("gestation", low=0, high=300)
COLOUR = Type("string", ("red", "green", "blue"))
OBSERVED = {"a": BOOLEAN, "b": BOOLEAN, "m": INTEGER, "n": INTEGER, "d": DECIMAL, "e": DECIMAL, "g": GESTATION, "h": GESTATION, "v": COLOUR, "w": COLOUR}
FIELDS = {
    "events": {"flag": BOOLEAN, "sign": BOOLEAN, "size": INTEGER, "length": DECIMAL, "ended": GESTATION, "colour": COLOUR, "age_days": INTEGER},
    "notes": {"flag": COLOUR, "size": COLOUR, "length": INTEGER, "colour": BOOLEAN, "sign": BOOLEAN, "age_days": INTEGER},
    "plain": {"flag": BOOLEAN, "size": INTEGER},
}
LISTS = {name: EntryList(name, name, name == "events", {key: Field(key, kind, key, WORDS) for key, kind in fields.items()}) for name, fields in FIELDS.items()}
LETTER = "x"


def budget(examples: int) -> settings:
    """Return how much a test tries: the same few examples each time, or ``GRAVIDA_EXAMPLES`` new ones.

    Examples are whole batches and take too long to shrink; each test shows its smallest failure instead.
    """
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    return settings(
        max_examples=EXAMPLES or examples, derandomize=not EXAMPLES, database=None, deadline=None, suppress_health_check=slow,
        phases=[Phase.explicit, Phase.generate], print_blob=False, report_multiple_bugs=False,
    )  # fmt: skip


@dataclass(frozen=True)
class Atoms:
    """What a criterion may name, by kind."""

    types: Mapping[Node, Type]

    def of(self, kind: str) -> list[Node]:
        return [node for node, each in self.types.items() if each.kind == kind]


def entry_atoms(list_: str) -> Atoms:
    return Atoms({Member(LETTER, name): kind for name, kind in FIELDS[list_].items()})


def fact_atoms(facts: Mapping[str, Fact]) -> Atoms:
    return Atoms({Name(name): fact.type for name, fact in facts.items()})


INTEGERS = st.builds(Literal, st.integers(0, 9))
DECIMALS = st.builds(Literal, st.integers(0, 90).map(lambda tenths: tenths / 10))
GESTATIONS = st.builds(Gestation, st.integers(0, 41), st.integers(0, 6))
LITERALS = {"integer": INTEGERS, "decimal": DECIMALS, "gestation": GESTATIONS}


def numbers(kind: str, atoms: Atoms) -> st.SearchStrategy[Node]:
    """Numbers of one kind: a name if there is one, a literal, or a sum. A decimal takes whole numbers into its sums."""
    named = atoms.of(kind)
    simple = st.one_of(st.sampled_from(named), st.sampled_from(named), LITERALS[kind]) if named else LITERALS[kind]
    added = {"integer": INTEGERS, "decimal": st.one_of(simple, INTEGERS), "gestation": st.one_of(simple, INTEGERS)}[kind]
    sums = st.builds(Arithmetic, st.sampled_from("+-"), simple, added)
    nested = st.builds(Arithmetic, st.sampled_from("+-"), simple, sums)
    return st.one_of(simple, simple, simple, sums, nested)


def comparisons(atoms: Atoms) -> Iterator[st.SearchStrategy[Node]]:
    for kind in LITERALS:
        number = numbers(kind, atoms)
        yield st.builds(Compare, st.sampled_from(OPERATORS), number, number)
        yield st.builds(_between, number, number, number)
    if decimals := atoms.of("decimal"):
        yield st.builds(Compare, st.sampled_from(OPERATORS), st.sampled_from(decimals), INTEGERS)
        yield st.builds(Compare, st.sampled_from(OPERATORS), INTEGERS, st.sampled_from(decimals))
    if words := atoms.of("string"):
        word = st.one_of(st.sampled_from(words), st.builds(Literal, st.sampled_from(COLOUR.values)))
        yield st.builds(Compare, st.sampled_from(("=", "!=")), word, word)
    if lists := atoms.of("truths"):
        yield st.builds(AtLeast, st.integers(1, 4), st.sampled_from(lists))


def _between(value: Node, low: Node, high: Node) -> Node:
    """Between two literals the smaller one comes first, or the criterion is refused."""
    ends = [each.total if isinstance(each, Gestation) else getattr(each, "value", None) for each in (low, high)]
    return Between(value, high, low) if None not in ends and ends[0] > ends[1] else Between(value, low, high)


def criteria(atoms: Atoms) -> st.SearchStrategy[Node]:
    """Truths over the atoms, of any shape."""
    truths = atoms.of("boolean")
    leaf = st.one_of(*([st.sampled_from(truths)] * 2 if truths else []), *comparisons(atoms), st.builds(Literal, st.booleans()))
    return st.recursive(leaf, _combined, max_leaves=6)


def _combined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    clauses = st.lists(inner, min_size=2, max_size=3).map(tuple)
    equal = st.builds(Compare, st.sampled_from(("=", "!=")), inner, inner)
    return st.one_of(st.builds(And, clauses), st.builds(Or, clauses), st.builds(Not, inner), equal)


@st.composite
def dictionaries(draw: st.DrawFn) -> tuple[dict[str, Fact], dict[str, Node]]:
    """Facts of every kind, and the random criteria behind them."""
    facts: dict[str, Fact] = {name: Observed(name, kind, name, WORDS) for name, kind in OBSERVED.items()}
    found: dict[str, Node] = {}
    for list_ in FIELDS:
        where = criteria(entry_atoms(list_))
        name = f"some_{list_}"
        facts[name], found[name] = Truths(name, list_, LETTER, "", WORDS), draw(where)
    for pick in draw(st.lists(picks(), min_size=4, max_size=8, unique_by=lambda pick: (pick.list, pick.take, pick.value))):
        facts[pick.name] = pick
        if draw(st.integers(0, 3)):
            found[pick.name] = draw(criteria(entry_atoms(pick.list)))
    for index, kind in enumerate(["boolean", "boolean", "integer", "decimal", "gestation"]):
        name = f"derived_{index}"
        atoms = fact_atoms(facts)
        facts[name], found[name] = Derived(name, Type(kind), "", WORDS), draw(criteria(atoms) if kind == "boolean" else numbers(kind, atoms))
    return facts, found


@st.composite
def picks(draw: st.DrawFn) -> Pick:
    """One value out of a list: numbers by size, signs by any, everything by day where there is one."""
    list_ = draw(st.sampled_from(list(FIELDS)))
    value, kind = draw(st.sampled_from(list(FIELDS[list_].items())))
    dated = "age_days" in FIELDS[list_]
    possible = [*["shortest", "longest"] * kind.is_number, *["any"] * (kind == BOOLEAN), *["latest"] * dated]
    take = draw(st.sampled_from(possible))
    valid = draw(st.sampled_from([None, None, 0, 1, 5])) if dated else None
    return Pick(f"{take}_{value}_{list_}", kind, list_, LETTER, None, take, value, WORDS, valid)


@dataclass(frozen=True)
class Toy:
    """Random facts, and random criteria over them."""

    knowledge: Knowledge
    criteria: dict[str, Node]

    def _repr_pretty_(self, printer: object, _: bool) -> None:  # noqa: FBT001
        """Keep Hypothesis from printing all of it; the failing test says what matters."""
        printer.text(f"<{len(self.criteria)} random criteria>")

    def behind(self, name: str) -> str:
        """Show a criterion and everything that it is made of."""
        node = self.criteria.get(name) or self.knowledge.criteria.get(name)
        lines = [f"{name}: {show(node) if node else ''}   {self.knowledge.dictionary.facts.get(name, '')}"]
        return "\n  ".join([*lines, *(self.behind(each) for each in sorted(names(node) if node else ()) if each not in OBSERVED)])


@st.composite
def toys(draw: st.DrawFn, count: int) -> Toy:
    facts, found = draw(dictionaries())
    knowledge = Knowledge(Path(), Dictionary(LISTS, facts), found, {}, {}, {}, {}, {}, {})
    nodes = draw(st.lists(criteria(fact_atoms(facts)), min_size=count, max_size=count))
    scope = Scope({name: fact.type for name, fact in facts.items()})
    for node in nodes:
        require_truth(node, scope)
    return Toy(knowledge, {f"criterion {index}": node for index, node in enumerate(nodes)})
