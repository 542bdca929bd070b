"""From ``knowledge/policies/`` to the policies that a simulation compares."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from gravida.dictionary_loading import Draft, full_names, visible
from gravida.folders import Folders
from gravida.guideline import Action, Bound, Condition, Recommendation, Source, Window
from gravida.guideline_loading import EVERYONE, ID, read_tree
from gravida.knowledge import Problem
from gravida.knowledge_files import Days, File, Gestation, Text, Yes, read_as
from gravida.plain_yaml import Path as TreePath
from gravida.plain_yaml import Tree
from gravida.policies import DOES, OWN, Act, Line, Policy
from gravida.synthesis import SHARE, Population
from gravida.typecheck import Scope, nearest

FOLDER = "policies"
SERIAL, SINGLE = "serial-cervical-length", "single-cervical-length"


def _uptake(value: object) -> object:
    """Read a share, or the name of one."""
    text = str(value)
    if not text.replace(".", "", 1).isdigit():
        return text
    if not 0 <= float(text) <= 1:
        raise ValueError(f"write a share from 0 to 1, or the name of a number in population/, not {text!r}")
    return float(text)


class LineFile(File):
    """One act."""

    act: Act
    follow: tuple[str, ...] = ()
    who: str = ""
    terms: str = ""
    """The guideline whose own definitions ``who`` may use."""
    uptake: Annotated[str | float, BeforeValidator(_uptake)]
    start: Gestation | None = Field(None, alias="from")
    to: Gestation | None = None
    every: Days | None = None
    alone: Yes = False
    because: str = ""


class PolicyFile(File):
    """One policy."""

    id: Text
    label: Text
    says: Text
    cite: str = ""
    locator: str = ""
    because: str = ""
    habits: Yes = False
    lines: tuple[LineFile, ...] = ()
    leaves_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Known:
    """What a policy may name."""

    recommendations: Mapping[str, Recommendation]
    actions: Mapping[str, Action]
    population: Population
    references: Collection[str]


def read_policies(
    folders: Folders,
    draft: Draft,
    recommendations: Mapping[str, Recommendation],
    actions: Mapping[str, Action],
    population: Population,
    references: Collection[str],
) -> dict[str, Policy]:
    """Read every policy. What is wrong goes to the draft."""
    known, found = _Known(recommendations, actions, population, references), {}
    for _, path in folders.matching(f"{FOLDER}/*.yaml"):
        tree = read_tree(path, draft, folders.shown)
        file: PolicyFile | None = read_as(PolicyFile, tree, draft.problems) if tree else None
        if tree is None or file is None:
            continue
        draft.problems += [Problem(tree.place(at), message) for at, message in _problems(file, path, known)]
        found[file.id] = _Reader(tree, file, draft, known).policy()
    return found


def _problems(file: PolicyFile, path: Path, known: _Known) -> Iterator[tuple[TreePath, str]]:
    """Yield what is wrong with the whole of a policy."""
    if ID.fullmatch(file.id) is None:
        yield ("id",), f"{file.id!r} cannot be an id: use small letters, digits and hyphens, such as after-one-loss"
    if file.id != path.stem:
        yield ("id",), f"the id is {file.id!r} and the file {path.name!r}; they must be the same"
    if not (file.cite or file.because):
        yield ("says",), "a policy names its source under 'cite' (a key of references.bib), or says under 'because' why it is made up"
    if file.cite and file.cite not in known.references:
        yield ("cite",), f"there is no reference {file.cite!r} in references.bib{nearest(file.cite, known.references)}"
    if file.cite and not file.locator:
        yield ("cite",), "say under 'locator' where in it this stands"
    if file.habits and file.lines:
        yield ("habits",), "a policy has 'lines', or it leaves all to the habits of hospitals; not both"


@dataclass(frozen=True)
class _Reader:
    """Reads the lines of one policy."""

    tree: Tree
    file: PolicyFile
    draft: Draft
    known: _Known

    def policy(self) -> Policy:
        """Return the policy; what is wrong with a line goes to the draft."""
        file = self.file
        lines = tuple(self._line(index, line) for index, line in enumerate(file.lines))
        return Policy(
            file.id, file.label, file.says.strip(), lines, file.habits, file.cite, file.locator, file.because.strip(), file.leaves_out, self.tree.name
        )

    def _line(self, index: int, line: LineFile) -> Line:
        at: TreePath = ("lines", index)
        for path, message in (*_line_problems(line), *self._names(line)):
            self.draft.problems.append(Problem(self.tree.place((*at, *path)), message))
        own = self._own(index, line) if line.who else None
        return Line(line.act, line.follow, own, line.uptake, line.start, line.to, line.every, line.alone, line.because.strip())

    def _names(self, line: LineFile) -> Iterator[tuple[TreePath, str]]:
        """Yield where a line names what is not there, or not meant for its act."""
        for number, key in enumerate(line.follow):
            at: TreePath = ("follow", number)
            found = self.known.recommendations.get(key)
            if found is None:
                yield at, f"there is no recommendation {key!r}{nearest(key, self.known.recommendations)}"
            elif not found.favours:
                yield at, f"{key} is not for doing it: its stance is {found.stance!r}"
            elif not set(DOES[line.act]) & set(found.actions):
                yield at, f"{key} is about {', '.join(found.actions)}; the act {line.act!r} needs {' or '.join(DOES[line.act])}"
        documents = {each.guideline for each in self.known.recommendations.values()}
        if line.terms and line.terms not in documents:
            yield ("terms",), f"there is no guideline {line.terms!r}{nearest(line.terms, documents)}"
        shares = {name for name, each in self.known.population.parameters.items() if each.unit == SHARE}
        if isinstance(line.uptake, str) and line.uptake not in shares:
            yield ("uptake",), f"there is no share {line.uptake!r} in population/{nearest(line.uptake, shares)}; or write a number from 0 to 1"

    def _own(self, index: int, line: LineFile) -> Recommendation | None:
        """Return the policy's own rule as a recommendation; ``None`` if it cannot be read."""
        who: Condition | None = None
        if line.who != EVERYONE:
            prefix, types = f"{line.terms}/" if line.terms else "", self.draft.types()
            who = self.draft.condition(self.tree, ("lines", index, "who"), line.who, Scope(visible(prefix, types)), full_names(prefix, types))
            if who is None:
                return None
        action = next(iter(DOES[line.act])) if line.act != "scan" else SERIAL if line.every else SINGLE
        if action not in self.known.actions:
            self.draft.problems.append(Problem(self.tree.place(("lines", index, "act")), f"actions.yaml has no {action!r}, which this act needs"))
            return None
        first, last = (None if day is None else Bound(day, day) for day in (line.start, line.to))
        return Recommendation(
            guideline=OWN, id=f"{self.file.id}-{index + 1}", topic="", source=Source(self.file.cite, self.file.locator, ""), provenance={},
            says=line.because, plain="", who=who, stance="offer", path=self.tree.name, actions=(action,),
            window=Window(first, last) if first or last else None, repeat_days=line.every,
        )  # fmt: skip


def _line_problems(line: LineFile) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield what is wrong with a line on its own."""
    if bool(line.follow) == bool(line.who):
        yield ("act",), "a line goes by recommendations under 'follow', or by a rule of its own under 'who'; one of the two"
    if line.who and not line.because:
        yield ("who",), "a rule of the policy's own says under 'because' where it comes from"
    if line.start is not None and line.to is not None and line.start > line.to:
        yield ("from",), "this line ends before it begins"
    if (line.start is not None or line.to is not None) and not line.because:
        yield ("from" if line.start is not None else "to",), "days that are the policy's own say under 'because' where they come from"
    if line.act == "scan" and line.who and (line.start is None or line.to is None):
        yield ("who",), "a scan by the policy's own rule needs both days: 'from' and 'to'"
    if line.every is not None and (line.act != "scan" or line.every < 1):
        yield ("every",), "only scans are repeated, after a day at least"
