"""An overlay: what a hospital or a country lays over the knowledge in a folder of its own, and what it may not touch.

It may add recommendations, whole documents, facts that follow from others, actions, topics and citations; put another
recommendation in the place of one; leave some out; and word things its own way (``words.yaml``). What it puts into
the document of another body is marked with its name wherever it is shown. Urgent signs may be added, never changed or
left out, and what a fact means stays as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gravida.catalogue import catalogue, places, reword
from gravida.dictionary_loading import Draft
from gravida.folders import OVERLAY, Folders
from gravida.guideline_loading import read_tree
from gravida.knowledge import Knowledge, KnowledgeError, Overlay, Problem
from gravida.knowledge_files import OverlayFile, read_as
from gravida.plain_yaml import Tree
from gravida.typecheck import nearest

URGENT = "is an urgent sign; an overlay may add urgent signs and word them its own way (words.yaml), and never changes or leaves out one"


@dataclass(frozen=True)
class Laid:
    """An overlay as read, with its files for messages."""

    overlay: Overlay
    tree: Tree
    words: Tree | None


def read_overlays(folders: Folders, draft: Draft) -> list[Laid]:
    """Read what each overlay says of itself. What is wrong goes to the draft."""
    found = []
    for root in folders.overlays:
        tree = read_tree(root / OVERLAY, draft, folders.shown)
        file: OverlayFile | None = read_as(OverlayFile, tree, draft.problems) if tree else None
        if tree is None or file is None:
            continue
        words = read_tree(root / "words.yaml", draft, folders.shown) if (root / "words.yaml").is_file() else None
        texts: Mapping[str, str] = (read_as(dict[str, str], words, draft.problems) if words else None) or {}
        added, changed = _files(root, folders)
        found.append(Laid(Overlay(file.name, file.short, file.says.strip(), root, added, changed, file.leaves_out, texts), tree, words))
    return found


def _files(root: Path, folders: Folders) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the keys of the recommendations that a folder adds, and of those that it puts in the place of others."""
    added: list[str] = []
    changed: list[str] = []
    lower = folders.roots[: folders.roots.index(root)]
    for path in sorted((root / "guidelines").glob("*/*.yaml")):
        inside = path.relative_to(root)
        if path.name != "guideline.yaml":
            (changed if any((each / inside).is_file() for each in lower) else added).append(f"{path.parent.name}/{path.stem}")
    return tuple(added), tuple(changed)


def lay_over(knowledge: Knowledge, laid: Sequence[Laid]) -> Knowledge:
    """Return the knowledge as its overlays want it. Raises :class:`KnowledgeError` with everything that they may not do."""
    for each in laid:
        problems = [*_left_out_problems(each, knowledge), *_urgent_problems(each, knowledge), *_word_problems(each, knowledge)]
        if problems:
            raise KnowledgeError(problems)
        overlay = replace(each.overlay, left_out=tuple(_keys(each.overlay.left_out, knowledge)))
        knowledge = reword(_without(_marked(knowledge, overlay), each.overlay.left_out), overlay.words)
        knowledge = replace(knowledge, overlays=(*knowledge.overlays, overlay))
    return knowledge


def _marked(knowledge: Knowledge, overlay: Overlay) -> Knowledge:
    """Mark what stands in the document of another body with the name of the overlay."""
    own = {name for name, parts in knowledge.folders.guidelines().items() if parts[0].is_relative_to(overlay.path)}
    foreign = {key for key in (*overlay.added, *overlay.changed) if key.partition("/")[0] not in own and key in knowledge.recommendations}
    marked = {
        key: replace(each, overlay=overlay.name, overlay_short=overlay.short) if key in foreign else each for key, each in knowledge.recommendations.items()
    }
    return replace(knowledge, recommendations=marked)


def _keys(names: Sequence[str], knowledge: Knowledge) -> Iterator[str]:
    """Yield the keys of recommendations that these names mean: a guideline's id means all of its own."""
    for name in names:
        yield from knowledge.guidelines[name].recommendations if name in knowledge.guidelines else (name,)


def _without(knowledge: Knowledge, names: Sequence[str]) -> Knowledge:
    gone = set(_keys(names, knowledge))
    if not gone:
        return knowledge
    guidelines = {
        key: replace(each, recommendations=tuple(found for found in each.recommendations if found not in gone))
        for key, each in knowledge.guidelines.items()
        if key not in names
    }
    return replace(knowledge, guidelines=guidelines, recommendations={key: each for key, each in knowledge.recommendations.items() if key not in gone})


def _left_out_problems(laid: Laid, knowledge: Knowledge) -> Iterator[Problem]:
    choices = [*knowledge.guidelines, *knowledge.recommendations]
    for index, name in enumerate(laid.overlay.left_out):
        place = laid.tree.place(("leaves_out", index))
        if name not in choices:
            yield Problem(place, f"there is no guideline and no recommendation {name!r}{nearest(name, choices)}")
            continue
        for key in _keys((name,), knowledge):
            if knowledge.recommendations[key].tier:
                yield Problem(place, f"{key} {URGENT}")


def _urgent_problems(laid: Laid, knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what is put in the place of an urgent sign. The lower file is read again, since only the upper one was loaded."""
    folders = knowledge.folders
    for key in laid.overlay.changed:
        inside = f"guidelines/{key}.yaml"
        for root in folders.roots[: folders.roots.index(laid.overlay.path)]:
            below = read_tree(root / inside, Draft(), folders.shown) if (root / inside).is_file() else None
            if below is not None and isinstance(below.value, dict) and below.value.get("tier"):
                yield Problem(f"{folders.shown(laid.overlay.path / inside)}:1:1", f"{key} {URGENT}")


def _word_problems(laid: Laid, knowledge: Knowledge) -> Iterator[Problem]:
    texts = catalogue(knowledge) if laid.overlay.words else {}
    for name, text in laid.overlay.words.items():
        place = laid.words.place((name,)) if laid.words else ""
        if name not in texts:
            yield Problem(place, f"there is no text {name!r} in the catalogue{nearest(name, texts) or '; gravida words lists them'}")
        elif places(text) != places(texts[name]):
            yield Problem(place, f"this text must leave open what the other does: {_written(places(texts[name]))}; found {_written(places(text))}")
        elif name.startswith("recommendations.") and name.endswith(".says"):
            key = name.removeprefix("recommendations.").removesuffix(".says")
            yield Problem(place, f"what a document says is not reworded: write guidelines/{key}.yaml, and it is shown as yours")
        elif name.startswith("article.") and name.endswith(".answer"):
            yield Problem(place, "an answer tells what documents say, and is not reworded: write an article.yaml, which stands instead of the other")


def _written(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "nothing"
