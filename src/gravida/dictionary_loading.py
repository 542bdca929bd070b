"""From the files of facts to the dictionary: declarations, and the criterion behind each fact that has one.

Facts and a guideline's own definitions have one form, so both pass through :func:`read_facts`. A definition's full
name is ``<guideline>/<name>``; inside its guideline it goes by the bare name.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from gravida.cql import CqlError, Node, parse, rename
from gravida.facts import BOOLEAN, Derived, EntryList, Fact, Field, Observed, Pick, Truths, Type, Words
from gravida.guideline import Case, Condition, Equivalent
from gravida.knowledge import FactNotes, Problem
from gravida.knowledge_files import FactFile, FieldFile, ListFile
from gravida.plain_yaml import Path, Tree
from gravida.typecheck import Scope, nearest, require_truth, type_of


@dataclass
class Draft:
    """The dictionary while it is being put together."""

    lists: dict[str, EntryList] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    criteria: dict[str, Node] = field(default_factory=dict)
    notes: dict[str, FactNotes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def types(self) -> dict[str, Type]:
        """Return the type of every fact so far."""
        return {name: fact.type for name, fact in self.facts.items()}

    def condition(self, tree: Tree, path: Path, text: str, scope: Scope, full: Callable[[str], str]) -> Condition | None:
        """Read and check one criterion. What is wrong goes to the problems, with its line and column."""
        try:
            node = rename(parse(text), full)
            require_truth(node, scope)
        except CqlError as error:
            self.problems.append(Problem(tree.place_within(path, error.at), error.message))
            return None
        return Condition(text, node, tree.place(path))


def read_list(name: str, file: ListFile) -> EntryList:
    """Return one list of the record."""
    fields = {key: _field(key, each) for key, each in file.fields.items()}
    return EntryList(name, file.label, file.declared, fields, file.question)


def _field(name: str, file: FieldFile) -> Field:
    words = Words(file.label, file.meaning, file.question)
    source = "" if file.computed else file.source or name
    return Field(name, type_of_file(file), source, words, file.suspicious_below)


def type_of_file(file: FieldFile | FactFile) -> Type:
    """Return the declared type; a truth if none is."""
    low, high = file.range or (None, None)
    return Type(file.type or "boolean", file.values, low, high)


def read_facts(files: Mapping[str, FactFile], tree: Tree, at: Path, prefix: str, draft: Draft) -> None:
    """Add facts to the draft: first all names with their types, then the criteria, which may use any of them."""
    waiting: dict[str, FactFile] = {}
    for name, file in files.items():
        full = prefix + name
        place = tree.place((*at, name))
        if prefix and name in draft.facts:
            draft.problems.append(Problem(place, f"{name!r} is a fact of the dictionary; a definition needs another name"))
        draft.notes[full] = FactNotes(place, read_cases(file.cases, tree, (*at, name, "cases")), _equivalents(file), file.note, file.provenance or "")
        declared = _declare(full, file, draft, place)
        if declared is not None:
            draft.facts[full] = declared
            waiting[name] = file
    for name, file in _derived_first(waiting):
        _criterion(prefix + name, file, tree, (*at, name), prefix, draft)


def _derived_first(files: Mapping[str, FactFile]) -> Iterable[tuple[str, FactFile]]:
    return sorted(files.items(), key=lambda item: not item[1].definition)


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
    kinds = [key for key in ("path", "definition", "each", "list_") if getattr(file, key)]
    if len(kinds) != 1:
        draft.problems.append(Problem(place, f"{name}: a fact has exactly one of from, is, each, list; found {len(kinds)}"))
        return None
    if file.path:
        return Observed(name, type_of_file(file), file.path, words)
    if file.definition:
        return Derived(name, BOOLEAN, file.definition, words)
    list_name, _, alias = (file.each or file.list_).partition(" ")
    entries = draft.lists.get(list_name)
    if entries is None or not alias:
        hint = nearest(list_name, draft.lists) if entries is None else ""
        draft.problems.append(Problem(place, f"{name}: expected a list and a letter for its entry, such as 'scans s'; found {file.each or file.list_!r}{hint}"))
        return None
    if file.each:
        return Truths(name, list_name, alias, file.where, words)
    return _declare_pick(name, file, alias, entries, words, draft, place)


def _declare_pick(name: str, file: FactFile, alias: str, entries: EntryList, words: Words, draft: Draft, place: str) -> Fact | None:
    if file.take is None or file.value not in entries.fields:
        hint = nearest(file.value, entries.fields)
        draft.problems.append(Problem(place, f"{name}: a pick needs 'take' and 'value', a field of {entries.name}; found {file.value!r}{hint}"))
        return None
    kind = entries.fields[file.value].type
    return Pick(name, kind, entries.name, alias, file.where or None, file.take, file.value, words, file.valid_for)


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


def _criterion(name: str, file: FactFile, tree: Tree, at: Path, prefix: str, draft: Draft) -> None:
    fact = draft.facts[name]
    text = file.definition or file.where
    if not text:
        return
    types = draft.types()
    scope = scope_of(fact, visible(prefix, types), draft.lists)
    path: Path = (*at, "is" if file.definition else "where")
    try:
        node = rename(parse(text), full_names(prefix, types))
        if isinstance(fact, Derived):
            draft.facts[name] = Derived(name, type_of(node, scope), text, fact.words)
        else:
            require_truth(node, scope)
    except CqlError as error:
        draft.problems.append(Problem(tree.place_within(path, error.at), error.message))
        return
    draft.criteria[name] = node
