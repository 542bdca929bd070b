"""The knowledge, loaded and held together: facts, topics, actions, guidelines, references.

Loading validates form, names and types, and runs no cases; ``gravida check`` does that.

>>> knowledge = load()
>>> knowledge.recommendations["rcog-2022-cerclage/history-indicated"].stance
'offer'
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from gravida.article_loading import read_article
from gravida.codes_loading import read_codes
from gravida.comparing_loading import read_comparing
from gravida.dictionary_loading import Draft, declare_facts, read_criteria, read_lists, visible
from gravida.digests import with_digests
from gravida.evidence_loading import read_evidence
from gravida.facts import Dictionary
from gravida.folders import Folders, as_folders
from gravida.guideline import Action, Guideline, Recommendation, Topic
from gravida.guideline_loading import GuidelineFolder, read_guideline, read_tree
from gravida.knowledge import Constraint, Fit, Knowledge, KnowledgeError, Problem, Reference
from gravida.knowledge_files import ActionFile, ConstraintFile, DictionaryFile, FitFile, TopicFile, read_as
from gravida.overlay import lay_over, read_overlays
from gravida.plain_yaml import Tree
from gravida.policies_loading import read_policies
from gravida.references import read_references
from gravida.risk_loading import read_risks
from gravida.sources_loading import read_sources
from gravida.synthesis_loading import read_population
from gravida.typecheck import Scope, nearest
from gravida.words import flat, words_file

__all__ = ["Knowledge", "KnowledgeError", "load", "load_dictionary"]


def load_dictionary(folders: Folders | Path | None = None) -> Dictionary:
    """Load the facts and lists alone, which is all that reading a record needs. Raises :class:`KnowledgeError`."""
    draft = Draft()
    _read_dictionary(as_folders(folders), draft)
    _raise(draft)
    return Dictionary(draft.lists, draft.facts)


def load(folders: Folders | Path | None = None, only: Collection[str] = ()) -> Knowledge:
    """Load and validate the knowledge with its overlays, or ``only`` the guidelines of these ids.

    Raises :class:`KnowledgeError` with everything that is wrong: with the facts; if they are right, with topics and
    actions; then with the rest.
    """
    folders = as_folders(folders)
    draft = Draft()
    _read_dictionary(folders, draft)
    _raise(draft)  # everything else rests on it, and would only say again what is missing
    topics = {key: Topic(key, **dict(file)) for key, file in _read_map("topics.yaml", TopicFile, folders, draft).items()}
    actions = _read_actions(folders, draft)
    overlays = read_overlays(folders, draft)
    _raise(draft)
    guidelines: dict[str, Guideline] = {}
    recommendations: dict[str, Recommendation] = {}
    for name, parts in folders.guidelines().items():
        read = read_guideline(GuidelineFolder(parts), draft, topics, actions, folders.shown) if not only or name in only else None
        if read is not None:
            guidelines[name] = read[0]
            recommendations.update({each.key: each for each in read[1]})
    extras = _read_extras(folders, draft)
    if not only:  # a policy names recommendations, and some would be missing
        extras["policies"] = read_policies(folders, draft, recommendations, actions, extras["population"], extras["references"])
    _raise(draft)
    knowledge = Knowledge(folders, Dictionary(draft.lists, draft.facts), draft.criteria, draft.notes, topics, actions, guidelines, recommendations, **extras)
    return with_digests(lay_over(knowledge, overlays), draft.written)


def _read_extras(folders: Folders, draft: Draft) -> dict[str, Any]:
    """Read what stands beside the guidelines: bases of cases, constraints, how events fit, references, codes."""
    evidence, references = read_evidence(folders, draft), _read_references(folders, draft)
    return {
        "bases": _read_map("cases/bases.yaml", dict[str, Any], folders, draft),
        "constraints": _read_constraints(folders, draft),
        "fits": _read_fits(folders, draft),
        "references": references,
        "article": read_article(folders, draft),
        "words": _read_words(folders, draft),
        "evidence": evidence,
        "sources": read_sources(folders, draft),
        "risks": read_risks(folders, draft, evidence.outcomes, references),
        "population": read_population(folders, draft, references),
        "codes": read_codes(folders, draft),
        "comparing": read_comparing(folders, draft),
    }


def _read_references(folders: Folders, draft: Draft) -> Mapping[str, Reference]:
    found: dict[str, Reference] = {}
    for _, path in folders.each("references.bib"):
        try:
            found.update(read_references(path))
        except UnicodeDecodeError:
            draft.problems.append(Problem(folders.shown(path), "this file is not UTF-8 text: save it again as UTF-8"))
    return found


def _read_words(folders: Folders, draft: Draft) -> Mapping[str, str]:
    tree = read_tree(words_file(folders.base), draft, lambda path: f"{path.parent.name}/{path.name}")
    return flat(tree.value) if tree else {}


def _read_constraints(folders: Folders, draft: Draft) -> tuple[Constraint, ...]:
    return tuple(
        found for tree, index, file in _read_list("facts/constraints.yaml", ConstraintFile, folders, draft) if (found := _constraint(tree, index, file, draft))
    )


def _constraint(tree: Tree, index: int, file: ConstraintFile, draft: Draft) -> Constraint | None:
    name, _, alias = file.each.partition(" ")
    entries = draft.lists.get(name)
    if name and entries is None:
        draft.problems.append(Problem(tree.place((index, "each")), f"there is no list {name!r}{nearest(name, draft.lists)}"))
        return None
    fields = {name: each.type for name, each in entries.fields.items()} if entries else {}
    scope = Scope({}, alias, fields) if entries else Scope(visible("", draft.types()))
    holds = draft.condition(tree, (index, "holds"), file.holds, scope, str)
    return Constraint(entries.name if entries else "", holds, file.because) if holds else None


def _read_fits(folders: Folders, draft: Draft) -> tuple[Fit, ...]:
    found = []
    for tree, index, file in _read_list("history.yaml", FitFile, folders, draft):
        fields = {name: each.type for name, each in draft.lists["prior_pregnancies"].fields.items()}
        where = draft.condition(tree, (index, "where"), file.where, Scope({}, "p", fields), str)
        if where:
            found.append(Fit(file.id, where.node, file.leans, file.says, file.plain, file.source))
    return tuple(found)


def _raise(draft: Draft) -> None:
    if draft.problems:
        raise KnowledgeError(draft.problems)


def _read_list(name: str, model: Any, folders: Folders, draft: Draft) -> Iterator[tuple[Tree, int, Any]]:
    """Yield the entries of a list that every folder may add to, each with its file and number."""
    for tree in _trees(name, folders, draft):
        for index, file in enumerate(read_as(list[model], tree, draft.problems) or []):
            yield tree, index, file


def _read_map(name: str, model: Any, folders: Folders, draft: Draft) -> dict[str, Any]:
    """Return keys and values that every folder may add to."""
    return {key: value for key, (_, value) in _read_entries(name, model, folders, draft).items()}


def _read_entries(name: str, model: Any, folders: Folders, draft: Draft) -> dict[str, tuple[Tree, Any]]:
    """Return keys and values that every folder may add to, each with its file. None may change what another has."""
    found: dict[str, tuple[Tree, Any]] = {}
    for tree in _trees(name, folders, draft):
        read: dict[str, Any] = read_as(dict[str, model], tree, draft.problems) or {}
        for key in read.keys() & found.keys():
            message = f"there is {key!r} already, and others rest on it: an overlay adds what is new under its own name, and changes words in words.yaml"
            draft.problems.append(Problem(tree.place((key,)), message))
        found.update({key: (tree, value) for key, value in read.items()})
        draft.written |= {(Path(name).stem, key): tree.value[key] for key in read}
    return found


def _trees(name: str, folders: Folders, draft: Draft) -> Iterator[Tree]:
    """Yield the file of this name in every folder; it must be there in the lowest."""
    for path in (folders.base / name, *(path for root, path in folders.each(name) if root != folders.base)):
        tree = read_tree(path, draft, folders.shown)
        if tree is not None:
            yield tree


def _read_dictionary(folders: Folders, draft: Draft) -> None:
    read = []
    for _, path in folders.matching("facts/*.yaml"):
        tree = read_tree(path, draft, folders.shown)
        if path.stem == "constraints" or tree is None:
            continue
        file: DictionaryFile | None = read_as(DictionaryFile, tree, draft.problems)
        if file is not None:
            read_lists(file.lists, tree, draft)
            read.append((tree, file))
    read_criteria([each for tree, file in read for each in declare_facts(file.facts, tree, ("facts",), "", draft)], draft)


def _read_actions(folders: Folders, draft: Draft) -> dict[str, Action]:
    scope = Scope(visible("", draft.types()))
    actions = {}
    for key, (tree, file) in _read_entries("actions.yaml", ActionFile, folders, draft).items():
        found = {}
        for name in ("done_when", "not_when"):
            text = getattr(file, name)
            condition = draft.condition(tree, (key, name), text, scope, str) if text else None
            found[name] = condition.node if condition else None
        actions[key] = Action(key, file.kind, file.label, file.plain, days_since=file.days_since, **found)
    return actions
