"""From a guideline's folder to a guideline and its recommendations."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gravida.dictionary_loading import Draft, full_names, read_cases, read_facts, visible
from gravida.guideline import (
    Action,
    Bound,
    Condition,
    Equivalent,
    Guideline,
    Recommendation,
    Signature,
    Source,
    Topic,
    Window,
)  # fmt: skip
from gravida.knowledge import Problem
from gravida.knowledge_files import (
    ActionsFile,
    FuzzyFile,
    GuidelineFile,
    RecommendationFile,
    WindowFile,
    read_as,
)  # fmt: skip
from gravida.plain_yaml import Path as TreePath
from gravida.plain_yaml import Tree, YamlError, read_yaml
from gravida.typecheck import Scope, nearest
from gravida.units import weeks

EVERYONE = "everyone"
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class GuidelineFolder:
    """The folders of one guideline: its own, and what overlays lay over it. The topmost file of a name is read."""

    parts: tuple[Path, ...]

    @property
    def name(self) -> str:
        """The id of the guideline."""
        return self.parts[0].name

    @property
    def files(self) -> dict[str, Path]:
        """The files to read, by name, in order of name."""
        found = {path.name: path for part in self.parts for path in part.glob("*.yaml")}
        return dict(sorted(found.items()))

    @property
    def main(self) -> Path:
        """The file that tells what the document is, whether it is there or not."""
        return self.files.get("guideline.yaml", self.parts[0] / "guideline.yaml")

    def is_laid_over(self, path: Path) -> bool:
        """Return whether a file comes from an overlay, and not from where the guideline comes from."""
        return path.parent != self.parts[0]


def read_guideline(
    folder: GuidelineFolder, draft: Draft, topics: Mapping[str, Topic], actions: Mapping[str, Action], shown: Callable[[Path], str]
) -> tuple[Guideline, list[Recommendation]] | None:
    """Read a folder. What is wrong goes to ``draft.problems``; without a readable ``guideline.yaml`` nothing comes back."""
    draft.problems += [Problem(shown(path), message) for part in folder.parts for path, message in _stray(part)]
    tree = read_tree(folder.main, draft, shown)
    file: GuidelineFile | None = read_as(GuidelineFile, tree, draft.problems) if tree else None
    if tree is None or file is None:
        return None
    draft.problems += [Problem(tree.place(("id",)), message) for message in _id_problems(file.id)]
    if file.id != folder.name:
        draft.problems.append(Problem(tree.place(("id",)), f"the id is {file.id!r} and the folder {folder.name!r}; they must be the same"))
    draft.written["guidelines", folder.name] = tree.value
    prefix = folder.name + "/"
    read_facts(file.definitions, tree, ("definitions",), prefix, draft)
    reader = _Recommendations(folder.name, file.cite, prefix, draft, topics, actions)
    found = [reader.read(path, shown) for name, path in folder.files.items() if name != "guideline.yaml"]
    recommendations = [each for each in found if each is not None]
    return _guideline(file, folder, prefix, recommendations, shown), recommendations


def _stray(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield files that nobody would read, and so would be missing without a word."""
    for path in sorted(folder.iterdir()):
        if path.suffix != ".yaml" and not path.name.startswith("."):
            yield path, f"this is not read: a folder of a guideline holds guideline.yaml and recommendations, as .yaml files{_renamed(path)}"


def _renamed(path: Path) -> str:
    return f"; name it {path.stem}.yaml" if path.suffix in (".yml", ".YAML", ".YML") else ""


def read_tree(path: Path, draft: Draft, shown: Callable[[Path], str]) -> Tree | None:
    """Read one file of the knowledge; a problem goes to the draft."""
    try:
        return read_yaml(path.read_text(encoding="utf-8"), shown(path))
    except YamlError as error:
        draft.problems.append(Problem(f"{error.name}:{error.line}:{error.column}", error.message))
    except UnicodeDecodeError:
        draft.problems.append(Problem(shown(path), "this file is not UTF-8 text: save it again as UTF-8"))
    except FileNotFoundError:
        draft.problems.append(Problem(shown(path), "this file is missing"))
    except OSError as error:
        draft.problems.append(Problem(shown(path), f"this file cannot be read: {error.strerror}"))
    return None


def _guideline(file: GuidelineFile, folder: GuidelineFolder, prefix: str, found: list[Recommendation], shown: Callable[[Path], str]) -> Guideline:
    return Guideline(
        id=folder.name, body=file.body, body_name=file.body_name or file.body, name=file.name, title=file.title, year=file.year, jurisdiction=file.jurisdiction,
        status=file.status, status_note=file.status_note, cite=file.cite, superseded_by=file.superseded_by,
        amends=file.amends, amended_by=file.amended_by, definitions=tuple(prefix + name for name in file.definitions),
        recommendations=tuple(each.key for each in found), path=shown(folder.main.parent),
    )  # fmt: skip


class _Recommendations:
    """Reads the recommendations of one guideline, which share a scope of names."""

    def __init__(self, guideline: str, cite: str, prefix: str, draft: Draft, topics: Mapping[str, Topic], actions: Mapping[str, Action]) -> None:
        self.guideline, self.cite, self.prefix, self.draft = guideline, cite, prefix, draft
        self.topics, self.actions = topics, actions
        types = draft.types()
        self.full = full_names(prefix, types)
        self.scope = Scope(visible(prefix, types))
        fields = [field.type for entries in draft.lists.values() for field in entries.fields.values()]
        self.last_day = max((each.high for each in fields if each.kind == "gestation" and each.high is not None), default=math.inf)

    def read(self, path: Path, shown: Callable[[Path], str]) -> Recommendation | None:
        """Read one file."""
        tree = read_tree(path, self.draft, shown)
        file: RecommendationFile | None = read_as(RecommendationFile, tree, self.draft.problems) if tree else None
        if tree is None or file is None:
            return None
        before = len(self.draft.problems)
        self._references(file, tree, path)
        who = None if file.who == EVERYONE else self._condition(tree, ("who",), file.who)
        unless = self._conditions(tree, "unless", file.unless)
        silent_on = self._conditions(tree, "silent_on", file.silent_on)
        window = self._window(file.window, tree)
        if len(self.draft.problems) > before:
            return None
        self.draft.written["recommendations", f"{self.guideline}/{file.id}"] = tree.value
        return self._build(file, tree, who, unless, silent_on, window)

    def _build(
        self,
        file: RecommendationFile,
        tree: Tree,
        who: Condition | None,
        unless: tuple[Condition, ...],
        silent_on: tuple[Condition, ...],
        window: Window | None,
    ) -> Recommendation:
        actions, free_choice = _actions(file.action)
        provenance = {key: value for key, value in file.provenance.model_dump().items() if value}
        return Recommendation(
            guideline=self.guideline, id=file.id, topic=file.topic,
            source=Source(file.source.cite or self.cite, file.source.locator, file.source.entry, file.source.url),
            provenance=provenance, says=file.says.strip(), plain=file.plain.strip(), who=who, stance=file.stance, path=tree.name,
            strength=file.strength, actions=actions, free_choice=free_choice, unless=unless, silent_on=silent_on, window=window,
            before_pregnancy=file.before_pregnancy, repeat_days=file.repeat, tier=file.tier, notes=file.notes,
            cases=read_cases(file.cases, tree, ("cases",)),
            equivalent=tuple(Equivalent(each.mutant, each.because) for each in file.equivalent),
            review=tuple(Signature(each.by, each.role, each.on, each.digest) for each in file.review),
        )  # fmt: skip

    def _references(self, file: RecommendationFile, tree: Tree, path: Path) -> None:
        problem = self.draft.problems.append
        for message in _id_problems(file.id):
            problem(Problem(tree.place(("id",)), message))
        if list(tree.value)[-1] != "review" and file.review:
            problem(Problem(tree.place(("review",)), "'review' must be the last key: a signature covers what stands above it"))
        if file.id != path.stem:
            problem(Problem(tree.place(("id",)), f"the id is {file.id!r} and the file {path.name!r}; they must be the same"))
        if file.topic not in self.topics:
            problem(Problem(tree.place(("topic",)), f"there is no topic {file.topic!r}{nearest(file.topic, self.topics)}"))
        for action in _actions(file.action)[0]:
            if action not in self.actions:
                problem(Problem(tree.place(("action",)), f"there is no action {action!r}{nearest(action, self.actions)}"))
        for message in _action_problems(file):
            problem(Problem(tree.place(("action",) if file.action else ("stance",)), message))
        if file.who == EVERYONE and file.stance not in ("inform", "against"):
            problem(Problem(tree.place(("who",)), "'everyone' is for stances inform and against only: nothing is offered to everyone unseen"))
        if file.repeat is not None and not any(self.actions[each].days_since for each in _actions(file.action)[0] if each in self.actions):
            problem(Problem(tree.place(("repeat",)), "'repeat' needs an action of which the record tells when it was last done ('days_since' in actions.yaml)"))

    def _conditions(self, tree: Tree, key: str, texts: tuple[str, ...]) -> tuple[Condition, ...]:
        found = [self._condition(tree, (key, index), text) for index, text in enumerate(texts)]
        return tuple(each for each in found if each is not None)

    def _condition(self, tree: Tree, path: TreePath, text: str) -> Condition | None:
        return self.draft.condition(tree, path, text, self.scope, self.full)

    def _window(self, file: WindowFile | None, tree: Tree) -> Window | None:
        if file is None:
            return None
        window = Window(_bound(file.start), _bound(file.end), file.ends == "deadline")
        self.draft.problems += [Problem(tree.place(("window", *path)), message) for path, message in _window_problems(window, self.last_day)]
        return window


def _window_problems(window: Window, last_day: float) -> Iterator[tuple[TreePath, str]]:
    """Yield what is wrong with a window, and in which part of it."""
    start, end = window.start, window.end
    for key, bound in (("from", start), ("to", end)):
        if bound and bound.low > bound.high:
            yield (key,), f"'between' runs upwards: {weeks(bound.low)} is later than {weeks(bound.high)}"
        if bound and bound.high > last_day:
            yield (key,), f"no pregnancy lasts until {weeks(bound.high)}"
    if start is None and end is None:
        yield (), "a window needs 'from' or 'to'; if the source gives none, leave the window out"
    if start and end and start.low > end.high:
        yield (), f"this window ends ({weeks(end.high)}) before it begins ({weeks(start.low)})"
    if window.deadline and end is None:
        yield ("ends",), "a deadline needs 'to', the last day on which it is in time"


def _actions(action: str | ActionsFile | None) -> tuple[tuple[str, ...], bool]:
    """Return the actions, and whether any one of them will do."""
    if action is None:
        return (), False
    if isinstance(action, str):
        return (action,), False
    return (action.any, True) if action.any else (action.all, False)


def _id_problems(written: str) -> Iterator[str]:
    if not ID.fullmatch(written):
        yield f"{written!r} cannot be an id: use small letters, digits and hyphens, such as history-indicated"


def _action_problems(file: RecommendationFile) -> Iterator[str]:
    if not file.action and file.stance != "inform":
        yield f"a recommendation that says {file.stance!r} names an action; only 'inform' may leave it out"
    if isinstance(file.action, ActionsFile) and bool(file.action.any) == bool(file.action.all):
        yield "several actions are written {any: […]} if one of them will do, or {all: […]}; one of the two, and not empty"


def _bound(end: int | FuzzyFile | None) -> Bound | None:
    if end is None:
        return None
    if isinstance(end, int):
        return Bound(end, end)
    return Bound(end.between[0], end.between[1], end.why)
