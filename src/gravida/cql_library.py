"""The knowledge as CQL libraries, so that any CQL engine can run what a clinician signed.

There is one library for each guideline, and one for the dictionary, with the actions, the constraints and the features
of an earlier loss or birth. Each stands alone: what it is told comes in as parameters, and every criterion stands in it
unchanged.

=================== ============================================================================================
observed fact       a parameter
list of the record  a parameter, with the fields that this library reads
pick                a parameter: which entry is taken is ours to say; its ``where`` is a truth list beside it
truth list          ``define losses: prior_pregnancies p return all (p.outcome = …)``
derived fact        ``define multiple_pregnancy: pregnant and plurality >= 2``
recommendation      ``define "history-indicated who": …``, ``"… unless 1"``, ``"… silent on 1"``
action              ``define "anomaly-scan done when": …``, ``"… not when"``
the rest            ``define "constraint 1": …``, ``define "fit first-trimester": …``
=================== ============================================================================================

>>> from gravida.library import load
>>> knowledge = load()
>>> dictionary = libraries(knowledge)[0]
>>> print(next(line for line in dictionary.cql.splitlines() if "multiple_pregnancy" in line))
define multiple_pregnancy: pregnant and plurality >= 2
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gravida.cql import Member, Node, names, walk
from gravida.evaluate import BLANK, World
from gravida.evaluate import fact as value_of
from gravida.facts import Derived, Fact, Kind, Observed, Pick, Range, Truths, Value
from gravida.guideline import Guideline, Recommendation
from gravida.knowledge import Knowledge
from gravida.plain_yaml import read_yaml
from gravida.units import DAYS_IN_A_WEEK

DICTIONARY = "Gravida_Dictionary"
"""The name of the library that holds what belongs to no guideline."""

FUNCTIONS = f"""\
define function ga("weeks" Integer, "days" Integer): "weeks" * {DAYS_IN_A_WEEK} + "days"
define function AtLeast(k Integer, truths List<Boolean>):
  case when truths is null then null
       when Count(truths t where t is true return all 1) >= k then true
       when Count(truths t where t is not false return all 1) < k then false
       else null as Boolean end
"""
"""The two functions of the language, in CQL itself."""

CQL_TYPES: dict[Kind, str] = {
    "boolean": "Boolean", "integer": "Integer", "gestation": "Integer", "decimal": "Decimal", "string": "String",
}  # fmt: skip

_RESERVED = (
    "after aggregate all and as asc ascending before between by called case cast code codesystem codesystems collapse "
    "concept contains context convert date day days default define desc descending difference display distinct div "
    "duration during else end ends except exists expand external false flatten fluent from function hour hours if "
    "implies in include includes intersect is let library maximum meets millisecond milliseconds minimum minute minutes "
    "mod month months not null occurs of or overlaps parameter per point predecessor private properly public return "
    "returns same second seconds singleton sort start starting starts successor then time timezone timezoneoffset to "
    "true union using valueset version week weeks when where width with within without xor year years"
)
RESERVED = frozenset(_RESERVED.split())
"""What a name must not be unless it is quoted. A *criterion* cannot use such a name at all: it is shipped as written."""

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Expression:
    """One definition of a library."""

    name: str
    text: str
    """The criterion as the clinician wrote it."""
    node: Node
    list: str = ""
    """If there is one, the criterion is judged for each of its entries, and the answer is a list."""
    alias: str = ""
    fact: str = ""
    """The full name of the fact that it defines, if it defines one."""

    @property
    def cql(self) -> str:
        """The definition as it stands in the library."""
        body = f"{_name(self.list)} {self.alias} return all ({self.text})" if self.list else self.text
        return f"define {_name(self.name)}: {body}"


@dataclass(frozen=True)
class Library:
    """One CQL library, and what it needs to be told."""

    name: str
    about: str
    values: Mapping[str, Fact]
    """Parameters with one value, by the name in the library."""
    lists: Mapping[str, Mapping[str, str]]
    """Parameters that are lists of the record: CQL type by field."""
    expressions: tuple[Expression, ...]

    @property
    def cql(self) -> str:
        """The whole text."""
        told = [f"parameter {_name(name)} {CQL_TYPES[fact.type.kind]}" for name, fact in self.values.items()]
        told += [f"parameter {_name(name)} List<Tuple{{{_columns(fields)}}}>" for name, fields in self.lists.items()]
        blocks = [f"// {self.about}\nlibrary {self.name}", "\n".join(told), FUNCTIONS.rstrip()]
        return "\n\n".join((*(block for block in blocks if block), *(each.cql for each in self.expressions))) + "\n"


def libraries(knowledge: Knowledge) -> tuple[Library, ...]:
    """Return the knowledge as CQL: the dictionary first, then one library for each guideline."""
    return (_dictionary(knowledge), *(_of_guideline(each, knowledge) for each in knowledge.guidelines.values()))


def library_of(name: str, about: str, declared: Iterable[str], extras: Iterable[Expression], knowledge: Knowledge) -> Library:
    """Put a library together: facts that it declares, other criteria, and all facts that these rest on."""
    own = tuple(declared)
    last = tuple(extras)
    used: dict[str, Fact] = {}
    for each in (*own, *(fact for expression in last for fact in sorted(names(expression.node)))):
        _use(each, knowledge, used)
    defined = [expression for fact in used.values() for expression in _definitions(fact, own, knowledge)]
    values = {_bare(fact.name): fact for fact in used.values() if isinstance(fact, Observed | Pick)}
    expressions = (*defined, *last)
    return Library(name, about, values, _lists(expressions, knowledge), expressions)


def parameters(library: Library, world: World) -> dict[str, object]:
    """Return what a library is told of one record, as JSON holds it; what is unknown is left out.

    An entry that is counted but not described is an object without fields.
    """
    told: dict[str, object] = {name: plain(value_of(fact.name, world)) for name, fact in library.values.items()}
    for name, fields in library.lists.items():
        entries = world.lists.get(name)
        if entries is not None:
            told[name] = [_known((field, plain(entry.get(field))) for field in fields) for entry in (*entries.described, *(BLANK,) * entries.missing)]
    return _known(told.items())


def plain(value: Value) -> object:
    """Return a value as JSON holds it; a range is an object with both ends."""
    if isinstance(value, Range):
        return {"from": value.low, "to": value.high}
    return list(value) if isinstance(value, tuple) else value


def _known(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    return {name: value for name, value in pairs if value is not None}


def _name(name: str) -> str:
    """Return a name as CQL declares it: quoted if it has to be."""
    return name if _PLAIN_NAME.fullmatch(name) and name.lower() not in RESERVED else f'"{name}"'


def _columns(fields: Mapping[str, str]) -> str:
    return ", ".join(f"{_name(name)} {kind}" for name, kind in fields.items())


def _dictionary(knowledge: Knowledge) -> Library:
    shared = [name for name in knowledge.dictionary.facts if "/" not in name]
    extras = (*_actions(knowledge), *_constraints(knowledge), *_fits(knowledge))
    return library_of(DICTIONARY, "Facts, actions, constraints, and how earlier events fit", shared, extras, knowledge)


def _of_guideline(guideline: Guideline, knowledge: Knowledge) -> Library:
    name = "_".join(part.capitalize() for part in guideline.id.split("-"))
    found = [each for key in guideline.recommendations for each in _criteria(knowledge.recommendations[key])]
    return library_of(name, f"{guideline.heading} ({guideline.id})", guideline.definitions, found, knowledge)


def _use(name: str, knowledge: Knowledge, used: dict[str, Fact]) -> None:
    """Add a fact to those that are used, after those that it rests on."""
    if name in used:
        return
    fact = knowledge.dictionary.facts[name]
    if isinstance(fact, Derived):
        for each in sorted(names(knowledge.criteria[name])):
            _use(each, knowledge, used)
    used[name] = fact


def _definitions(fact: Fact, own: Collection[str], knowledge: Knowledge) -> Iterator[Expression]:
    """Yield the definition of a fact. A pick is told, so its ``where`` stands only in the library that declares it."""
    bare, node = _bare(fact.name), knowledge.criteria.get(fact.name)
    if node is None:
        return
    if isinstance(fact, Truths):
        yield Expression(bare, fact.where, node, fact.list, fact.alias, fact.name)
    elif isinstance(fact, Derived):
        yield Expression(bare, fact.definition, node, fact=fact.name)
    elif isinstance(fact, Pick) and fact.where is not None and fact.name in own:
        yield Expression(f"where of {bare}", fact.where, node, fact.list, fact.alias)


def _criteria(recommendation: Recommendation) -> Iterator[Expression]:
    """Yield the criteria of one recommendation. One that is for everyone has none to say for whom it is."""
    if recommendation.who is not None:
        yield Expression(f"{recommendation.id} who", recommendation.who.text, recommendation.who.node)
    for kind, conditions in (("unless", recommendation.unless), ("silent on", recommendation.silent_on)):
        for number, each in enumerate(conditions, start=1):
            yield Expression(f"{recommendation.id} {kind} {number}", each.text, each.node)


def _actions(knowledge: Knowledge) -> Iterator[Expression]:
    written = {key: each for file in _files(knowledge, "actions.yaml") for key, each in file.items()}
    for action in knowledge.actions.values():
        for key, node in (("done_when", action.done_when), ("not_when", action.not_when)):
            if node is not None:
                yield Expression(f"{action.id} {key.replace('_', ' ')}", written[action.id][key], node)


def _constraints(knowledge: Knowledge) -> Iterator[Expression]:
    for number, each in enumerate(knowledge.constraints, start=1):
        yield Expression(f"constraint {number}", each.holds.text, each.holds.node, each.list, _alias(each.holds.node))


def _fits(knowledge: Knowledge) -> Iterator[Expression]:
    written = {each["id"]: each["where"] for file in _files(knowledge, "history.yaml") for each in file} if knowledge.fits else {}
    for fit in knowledge.fits:
        yield Expression(f"fit {fit.id}", written[fit.id], fit.where, "prior_pregnancies", _alias(fit.where))


def _files(knowledge: Knowledge, name: str) -> list[Any]:
    """Return a file as written, from every folder: what was loaded keeps the meaning of these criteria, and not their text."""
    return [read_yaml(path.read_text(encoding="utf-8"), name).value for _, path in knowledge.folders.each(name)]


def _alias(node: Node) -> str:
    """Return the name that a criterion gives to the entry it judges."""
    return next((part.alias for part in walk(node) if isinstance(part, Member)), "")


def _lists(expressions: Iterable[Expression], knowledge: Knowledge) -> dict[str, dict[str, str]]:
    """Return the lists that are read, each with the fields that are read of it, in the order of the dictionary."""
    read: dict[str, set[str]] = {}
    for each in expressions:
        if each.list:
            read.setdefault(each.list, set()).update(part.id for part in walk(each.node) if isinstance(part, Member))
    return {
        name: {field: CQL_TYPES[each.type.kind] for field, each in knowledge.dictionary.lists[name].fields.items() if field in fields}
        for name, fields in sorted(read.items())
    }


def _bare(name: str) -> str:
    return name.rpartition("/")[2]
