"""The knowledge, loaded and held together: facts, topics, actions, guidelines, references.

Loading validates form, names and types, and runs no cases; ``gravida check`` does that.

>>> knowledge = load()
>>> knowledge.recommendations["rcog-2022-cerclage/history-indicated"].stance
'offer'
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from gravida.dictionary_loading import Draft, declare_facts, read_criteria, read_lists, visible
from gravida.facts import Dictionary
from gravida.guideline import Action, Guideline, Recommendation, Topic
from gravida.guideline_loading import read_guideline, read_tree
from gravida.knowledge import Constraint, Fit, Knowledge, KnowledgeError, Problem, Reference, knowledge_root
from gravida.knowledge_files import ActionFile, ConstraintFile, DictionaryFile, FitFile, TopicFile, read_as
from gravida.plain_yaml import Tree
from gravida.references import read_references
from gravida.typecheck import Scope, nearest

__all__ = ["Knowledge", "KnowledgeError", "knowledge_root", "load", "load_dictionary"]


def load_dictionary(root: Path | None = None) -> Dictionary:
    """Load the facts and lists alone, which is all that reading a record needs. Raises :class:`KnowledgeError`."""
    draft = Draft()
    _read_dictionary(root or knowledge_root(), draft)
    _raise(draft)
    return Dictionary(draft.lists, draft.facts)


def load(root: Path | None = None, only: Collection[str] = ()) -> Knowledge:
    """Load and validate a folder of knowledge, or ``only`` the guidelines of these ids.

    Raises :class:`KnowledgeError` with everything that is wrong: with the facts; if they are right, with topics and
    actions; then with the rest.
    """
    root = root or knowledge_root()
    draft = Draft()
    _read_dictionary(root, draft)
    _raise(draft)  # everything else rests on it, and would only say again what is missing
    topics = {key: Topic(key, f.label, f.plain, f.compare, f.ask, f.cuts_across) for key, f in _read_map(root / "topics.yaml", TopicFile, root, draft).items()}
    actions = _read_actions(root, draft)
    _raise(draft)
    guidelines: dict[str, Guideline] = {}
    recommendations: dict[str, Recommendation] = {}
    for folder in sorted(path for path in (root / "guidelines").glob("*") if path.is_dir() and (not only or path.name in only)):
        read = read_guideline(folder, draft, topics, actions, lambda path: _shown(path, root))
        if read is not None:
            guidelines[folder.name] = read[0]
            recommendations.update({each.key: each for each in read[1]})
    extras = _read_extras(root, draft)
    _raise(draft)
    return Knowledge(root, Dictionary(draft.lists, draft.facts), draft.criteria, draft.notes, topics, actions, guidelines, recommendations, **extras)


def _shown(path: Path, root: Path) -> str:
    return str(Path(root.name) / path.relative_to(root))


def _read_extras(root: Path, draft: Draft) -> dict[str, Any]:
    """Read what stands beside the guidelines: bases of cases, constraints, how events fit, references."""
    return {
        "bases": _read_map(root / "cases" / "bases.yaml", dict[str, Any], root, draft),
        "constraints": _read_constraints(root, draft),
        "fits": _read_fits(root, draft),
        "references": _read_references(root / "references.bib", root, draft),
    }


def _read_references(path: Path, root: Path, draft: Draft) -> Mapping[str, Reference]:
    try:
        return read_references(path)
    except UnicodeDecodeError:
        draft.problems.append(Problem(_shown(path, root), "this file is not UTF-8 text: save it again as UTF-8"))
        return {}


def _read_constraints(root: Path, draft: Draft) -> tuple[Constraint, ...]:
    tree = _tree(root / "facts" / "constraints.yaml", root, draft)
    files: list[ConstraintFile] = (read_as(list[ConstraintFile], tree, draft.problems) if tree else None) or []
    found = []
    for index, file in enumerate(files):
        name, _, alias = file.each.partition(" ")
        entries = draft.lists.get(name)
        if tree and name and entries is None:
            draft.problems.append(Problem(tree.place((index, "each")), f"there is no list {name!r}{nearest(name, draft.lists)}"))
            continue
        fields = {name: each.type for name, each in entries.fields.items()} if entries else {}
        scope = Scope({}, alias, fields) if entries else Scope(visible("", draft.types()))
        holds = draft.condition(tree, (index, "holds"), file.holds, scope, str) if tree else None
        if holds:
            found.append(Constraint(entries.name if entries else "", holds, file.because))
    return tuple(found)


def _read_fits(root: Path, draft: Draft) -> tuple[Fit, ...]:
    tree = _tree(root / "history.yaml", root, draft)
    files: list[FitFile] = (read_as(list[FitFile], tree, draft.problems) if tree else None) or []
    fields = {name: each.type for name, each in draft.lists["prior_pregnancies"].fields.items()} if files else {}
    found = []
    for index, file in enumerate(files):
        where = draft.condition(tree, (index, "where"), file.where, Scope({}, "p", fields), str) if tree else None
        if where:
            found.append(Fit(file.id, where.node, file.leans, file.says, file.plain, file.source))
    return tuple(found)


def _raise(draft: Draft) -> None:
    if draft.problems:
        raise KnowledgeError(draft.problems)


def _tree(path: Path, root: Path, draft: Draft) -> Tree | None:
    return read_tree(path, draft, lambda each: _shown(each, root))


def _read_map(path: Path, model: Any, root: Path, draft: Draft) -> dict[str, Any]:
    tree = _tree(path, root, draft)
    return (read_as(dict[str, model], tree, draft.problems) if tree else None) or {}


def _read_dictionary(root: Path, draft: Draft) -> None:
    read = []
    for path in sorted((root / "facts").glob("*.yaml")):
        tree = _tree(path, root, draft)
        if path.stem == "constraints" or tree is None:
            continue
        file: DictionaryFile | None = read_as(DictionaryFile, tree, draft.problems)
        if file is not None:
            read_lists(file.lists, tree, draft)
            read.append((tree, file))
    read_criteria([each for tree, file in read for each in declare_facts(file.facts, tree, ("facts",), "", draft)], draft)


def _read_actions(root: Path, draft: Draft) -> dict[str, Action]:
    tree = _tree(root / "actions.yaml", root, draft)
    files: dict[str, ActionFile] = (read_as(dict[str, ActionFile], tree, draft.problems) if tree else None) or {}
    scope = Scope(visible("", draft.types()))
    actions = {}
    for key, file in files.items():
        found = {}
        for name in ("done_when", "not_when"):
            text = getattr(file, name)
            condition = draft.condition(tree, (key, name), text, scope, str) if tree and text else None
            found[name] = condition.node if condition else None
        actions[key] = Action(key, file.kind, file.label, file.plain, days_since=file.days_since, **found)
    return actions
