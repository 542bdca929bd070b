"""From the files of facts to the dictionary: declarations, and the criterion behind each fact that has one.

Facts and a guideline's own definitions have one form, so both pass through :func:`read_facts`. A definition's full
name is ``<guideline>/<name>``; inside its guideline it goes by the bare name.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any, get_args

from gravida.cql import CqlError, Node, names, parse, rename
from gravida.facts import BOOLEAN, Derived, EntryList, Fact, Field, Observed, Pick, Take, Truths, Type, Words
from gravida.guideline import Case, Condition, Equivalent
from gravida.knowledge import FactNotes, Problem
from gravida.knowledge_files import FactFile, FieldFile, ListFile
from gravida.plain_yaml import Path, Tree
from gravida.typecheck import READABLE, Scope, nearest, require_truth, type_of

Part = tuple[str, str]
"""A kind of thing and its name: a fact, a list, a field, an action, a topic, a base, a guideline, a recommendation."""
Written = dict[Part, Any]
"""What the files say of each part, as it was read: what a signature covers."""


@dataclass
class Draft:
    """The dictionary while it is being put together."""

    lists: dict[str, EntryList] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    criteria: dict[str, Node] = field(default_factory=dict)
    notes: dict[str, FactNotes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    """Names of facts that are wrong themselves, and so are not there: who names them is not to blame."""
    written: Written = field(default_factory=dict)

    def types(self) -> dict[str, Type]:
        """Return the type of every fact so far."""
        return {name: fact.type for name, fact in self.facts.items()}

    def condition(self, tree: Tree, path: Path, text: str, scope: Scope, full: Callable[[str], str]) -> Condition | None:
        """Read and check one criterion. What is wrong goes to the problems, with its line and column."""
        try:
            node = rename(parse(text), full)
            require_truth(node, scope)
        except CqlError as error:
            self.refuse(tree, path, text, error)
            return None
        return Condition(text, node, tree.place(path))

    def refuse(self, tree: Tree, path: Path, text: str, error: CqlError) -> None:
        """Report what is wrong with a criterion, unless it only names what is reported already."""
        word = NAME.match(text, error.at)
        if not (word and word[0] in self.broken):
            self.problems.append(Problem(tree.place_within(path, error.at), error.message))


def read_lists(files: Mapping[str, ListFile], tree: Tree, draft: Draft) -> None:
    """Add lists of the record to the draft."""
    for name, file in files.items():
        at: Path = ("lists", name)
        draft.problems += [Problem(tree.place(at), message) for message in _name_problems(name, draft.lists, "list")]
        for key, each in file.fields.items():
            messages = [*_name_problems(key, (), "field"), *_type_problems(key, each)]
            draft.problems += [Problem(tree.place((*at, "fields", key)), message) for message in messages]
        draft.written["lists", name] = tree.value["lists"][name]
        draft.written |= {("fields", f"{name}.{key}"): written for key, written in tree.value["lists"][name]["fields"].items()}
        fields = {key: _field(key, each) for key, each in file.fields.items()}
        draft.lists[name] = EntryList(name, file.label, file.declared, fields, file.question)


def _field(name: str, file: FieldFile) -> Field:
    words = Words(file.label, file.meaning, file.question)
    source = "" if file.computed else file.source or name
    return Field(name, type_of_file(file), source, words, file.suspicious_below)


def type_of_file(file: FieldFile | FactFile) -> Type:
    """Return the declared type; a truth if none is."""
    low, high = file.range or (None, None)
    return Type(file.type or "boolean", file.values, low, high)


NAME = re.compile(r"[a-z][a-z0-9_]*")
KEYWORDS = frozenset({"and", "or", "not", "between", "true", "false", "ga", "everyone"})


def _name_problems(name: str, taken: Container[str], what: str) -> Iterator[str]:
    if not NAME.fullmatch(name) or name in KEYWORDS:
        yield f"{name!r} cannot be the name of a {what}: use small letters, digits and _, and no word of the language"
    if name in taken:
        yield f"there is another {what} {name!r} already: each name stands for one thing"


def _type_problems(name: str, file: FieldFile | FactFile) -> Iterator[str]:
    """Yield what is wrong with the type, the range or the words of what a record holds."""
    kind = type_of_file(file)
    if kind.kind == "truths":
        yield f"{name}: a record holds no truth list; a truth list is worked out, with 'each'"
    if kind.kind == "string" and not kind.values:
        yield f"{name}: a string needs 'values', the words that it may be"
    if kind.kind != "string" and kind.values:
        yield f"{name}: 'values' are for strings, and this is {READABLE[kind.kind]}"
    if kind.is_number != (kind.low is not None):
        yield f"{name}: {READABLE[kind.kind]} " + ("needs 'range', the least and the most that it can be" if kind.is_number else "has no 'range'")
    if kind.low is not None and kind.high is not None and kind.low > kind.high:
        yield f"{name}: this range runs downwards: write the smaller number first"


@dataclass(frozen=True)
class Waiting:
    """A fact that is declared, and whose criterion is still to be read: it may use facts that come later."""

    name: str
    file: FactFile
    tree: Tree
    at: Path
    prefix: str


def read_facts(files: Mapping[str, FactFile], tree: Tree, at: Path, prefix: str, draft: Draft) -> None:
    """Add facts to the draft: first all names with their types, then the criteria, which may use any of them."""
    read_criteria(declare_facts(files, tree, at, prefix, draft), draft)


def declare_facts(files: Mapping[str, FactFile], tree: Tree, at: Path, prefix: str, draft: Draft) -> list[Waiting]:
    """Add facts to the draft by name and type, and return them for :func:`read_criteria`."""
    waiting = []
    for name, file in files.items():
        full = prefix + name
        place = tree.place((*at, name))
        messages = [*_name_problems(name, () if prefix else draft.facts, "fact"), *_definition_problems(name, file, prefix, draft)]
        messages = messages or list(_kind_problems(name, file))
        draft.problems += [Problem(place, message) for message in messages]
        draft.notes[full] = FactNotes(place, read_cases(file.cases, tree, (*at, name, "cases")), _equivalents(file), file.note, file.provenance or "")
        declared = None if messages else _declare(full, file, draft, place)
        if declared is None:
            draft.broken.add(name)
        else:
            draft.facts[full] = declared
            draft.written["facts", full] = tree.value[at[0]][name]
            waiting.append(Waiting(full, file, tree, (*at, name), prefix))
    return waiting


def read_criteria(waiting: Iterable[Waiting], draft: Draft) -> None:
    """Read the criteria of facts that are declared, each after those that it uses."""
    for each in _in_order({each.name: each for each in waiting}, draft):
        _criterion(each, draft)


def _in_order(waiting: Mapping[str, Waiting], draft: Draft) -> Iterator[Waiting]:
    """Yield every fact after those that it uses. A circle is a problem; its facts come in any order."""
    sorter = TopologicalSorter({name: _used(each, waiting) for name, each in waiting.items()})
    try:
        order = list(sorter.static_order())
    except CycleError as error:
        circle = [name.rpartition("/")[2] for name in reversed(error.args[1])]
        place = waiting[error.args[1][-1]].tree.place(waiting[error.args[1][-1]].at)
        draft.problems.append(Problem(place, f"{circle[0]} is defined by itself ({' → '.join(circle)}); a definition may not go in a circle"))
        order = list(waiting)
    yield from (waiting[name] for name in order)


def _used(each: Waiting, waiting: Mapping[str, Waiting]) -> set[str]:
    if not each.file.definition:
        return set()  # what is judged entry by entry uses fields, and no facts
    try:
        return {full for name in names(parse(each.file.definition)) for full in (each.prefix + name, name) if full in waiting}
    except CqlError:
        return set()  # reported when it is read


KEYS_OF = {
    "path": frozenset({"type", "range", "values"}), "definition": frozenset({"cases", "equivalent"}),
    "each": frozenset({"where", "cases", "equivalent"}), "list_": frozenset({"where", "take", "value", "valid_for", "cases", "equivalent"}),
}  # fmt: skip
"""The keys that go with each kind of fact, beside its words."""
WRITTEN = {"path": "from", "definition": "is", "each": "each", "list_": "list"}


def _definition_problems(name: str, file: FactFile, prefix: str, draft: Draft) -> Iterator[str]:
    """Yield what is wrong with a body's own definition that would be right for a fact."""
    if not prefix:
        return
    if name in draft.facts:
        yield f"{name!r} is a fact of the dictionary; a definition needs another name"
    if "_" not in name:
        yield f"{name!r} needs a second word, such as {name}_here: a single word may have a meaning of its own in CQL"
    if file.path:
        yield f"{name}: a definition is worked out (is, each, list); what is read from the record is a fact of the dictionary"


def _kind_problems(name: str, file: FactFile) -> Iterator[str]:
    """Yield which keys do not go together: what is not used would be passed over in silence."""
    kinds = [key for key in KEYS_OF if getattr(file, key)]
    if len(kinds) != 1:
        found = " and ".join(WRITTEN[kind] for kind in kinds) or "none of them"
        yield f"{name}: a fact has exactly one of from, is, each, list; found {found}"
        return
    wrong = (file.model_fields_set & set().union(*KEYS_OF.values())) - KEYS_OF[kinds[0]]
    if wrong:
        yield f"{name}: {', '.join(sorted(wrong))} cannot go with {WRITTEN[kinds[0]]!r}, and would have no effect"
    if file.path:
        yield from _type_problems(name, file)
    if file.each and not file.where:
        yield f"{name}: 'each' needs 'where', which tells for every entry whether it counts"


def _equivalents(file: FactFile) -> tuple[Equivalent, ...]:
    return tuple(Equivalent(each.mutant, each.because) for each in file.equivalent)


def read_cases(files: Iterable[object], tree: Tree, at: Path) -> tuple[Case, ...]:
    """Return cases with the place of each."""
    return tuple(
        Case(case.why, case.given, case.expect, tree.place((*at, index)))  # type: ignore[attr-defined]
        for index, case in enumerate(files)
    )


def _declare(name: str, file: FactFile, draft: Draft, place: str) -> Fact | None:
    words = Words(file.label, file.meaning, file.question, file.help, file.obtainable_from)
    if file.path:
        return Observed(name, type_of_file(file), file.path, words)
    if file.definition:
        return Derived(name, BOOLEAN, file.definition, words)
    list_name, _, alias = (file.each or file.list_).partition(" ")
    entries = draft.lists.get(list_name)
    if entries is None or not NAME.fullmatch(alias):
        hint = nearest(list_name, draft.lists) if entries is None else ""
        draft.problems.append(
            Problem(place, f"{_bare(name)}: expected a list and a letter for its entry, such as 'scans s'; found {file.each or file.list_!r}{hint}")
        )
        return None
    if file.each:
        return Truths(name, list_name, alias, file.where, words)
    return _declare_pick(name, file, alias, entries, words, draft, place)


def _bare(name: str) -> str:
    return name.rpartition("/")[2]


def _declare_pick(name: str, file: FactFile, alias: str, entries: EntryList, words: Words, draft: Draft, place: str) -> Fact | None:
    messages = list(_pick_problems(file, entries))
    draft.problems += [Problem(place, f"{_bare(name)}: {message}") for message in messages]
    if messages or file.take is None:
        return None
    kind = entries.fields[file.value].type
    return Pick(name, kind, entries.name, alias, file.where or None, file.take, file.value, words, file.valid_for)


def _pick_problems(file: FactFile, entries: EntryList) -> Iterator[str]:
    if file.take is None:
        yield f"a pick needs 'take': {', '.join(get_args(Take))}"
    if file.value not in entries.fields:
        yield f"a pick needs 'value', a field of {entries.name}; found {file.value!r}{nearest(file.value, entries.fields)}"
        return
    kind = entries.fields[file.value].type
    if file.take == "any" and kind.kind != "boolean":
        yield f"'take: any' is for signs, and {file.value} is {READABLE[kind.kind]}"
    if file.take in ("shortest", "longest") and not kind.is_number:
        yield f"'take: {file.take}' needs a number, and {file.value} is {READABLE[kind.kind]}"
    if (file.take == "latest" or file.valid_for is not None) and "age_days" not in entries.fields:
        yield f"'take: latest' and 'valid_for' need to know how old an entry is: {entries.name} has no field age_days"


def scope_of(fact: Fact | None, types: Mapping[str, Type], lists: Mapping[str, EntryList]) -> Scope:
    """Return what the criterion of a fact may speak of: the entry's fields in a ``where``, else facts."""
    if isinstance(fact, Truths | Pick):
        fields = {name: field.type for name, field in lists[fact.list].fields.items()}
        return Scope({}, fact.alias, fields)
    return Scope(types)


def full_names(prefix: str, types: Mapping[str, Type]) -> Callable[[str], str]:
    """Return how a bare name becomes a full one: a body's own definition first, then the dictionary."""
    return lambda name: prefix + name if prefix + name in types else name


def visible(prefix: str, types: Mapping[str, Type]) -> dict[str, Type]:
    """Return the names that a guideline sees: the dictionary, and its own definitions (by full name)."""
    return {name: kind for name, kind in types.items() if "/" not in name or (prefix and name.startswith(prefix))}


def _criterion(each: Waiting, draft: Draft) -> None:
    fact, file = draft.facts[each.name], each.file
    text = file.definition or file.where
    if not text:
        return
    types = draft.types()
    scope = scope_of(fact, visible(each.prefix, types), draft.lists)
    try:
        node = rename(parse(text), full_names(each.prefix, types))
        if isinstance(fact, Derived):
            draft.facts[each.name] = Derived(each.name, type_of(node, scope), text, fact.words)
        else:
            require_truth(node, scope)
    except CqlError as error:
        draft.refuse(each.tree, (*each.at, "is" if file.definition else "where"), text, error)
        return
    draft.criteria[each.name] = node
