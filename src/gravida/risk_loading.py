"""From ``knowledge/risk/`` to studies, models that are only named, and published centiles.

Whatever is printed twice must agree with itself: a share with its counts, a predictive value with the sensitivity and
specificity beside it, a nested group with those inside it. Sources have misprints, and this is where they are caught.
"""

import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from gravida.dictionary_loading import Draft, Waiting, declare_facts, full_names, read_cases, read_criteria, visible
from gravida.evidence import CONFIDENCES, Outcome
from gravida.folders import Folders
from gravida.guideline_loading import ID, read_tree
from gravida.knowledge import Problem
from gravida.knowledge_files import CaseFile, FactFile, File, Gestation, Number, Text, Yes, place_name, read_as
from gravida.plain_yaml import Path as TreePath
from gravida.plain_yaml import Tree
from gravida.risk import Centiles, Example, Figure, Group, Measure, Model, Relative, Result, Risks, Share, Study, Treated, Unlike, Update, agrees, read, unit
from gravida.typecheck import Scope, nearest

At = tuple[TreePath, str]
"""Where something is wrong, and what."""


def _share(value: object) -> str:
    text = str(value)
    if not (PRINTED.fullmatch(text) and read(text) <= 1):
        raise ValueError(f"write a share as it was printed, in per cent, such as 7.5%, not {text!r}")
    return text


PRINTED = re.compile(r"\d+(\.\d+)?%")
Percent = Annotated[str, BeforeValidator(_share)]
Count = Annotated[int, Field(ge=0)]
Seen = Literal[CONFIDENCES]  # type: ignore[valid-type]


class ResultFile(File):
    """One figure: counts, a printed share, a relative effect, or a likelihood ratio with a risk to begin from."""

    outcome: Text
    condition: str = ""
    events: Count | None = None
    of: Count | None = None
    share: Percent | None = None
    low: Percent | Number | None = None
    high: Percent | Number | None = None
    measure: Measure | Literal["LR"] | None = None
    estimate: Number | None = None
    against: str = ""
    before: Percent | None = None
    source: str = ""
    confidence: Seen | None = None
    because: str = ""


class GroupFile(FactFile):
    """One group: a definition, with what was counted in it."""

    plain: Text
    results: tuple[ResultFile, ...]


class UnlikeFile(File):
    """In what a person may differ from those who were studied."""

    when: Text
    says: Text


class ExampleFile(File):
    """A record, and what is said for it: ``group/outcome: share``."""

    why: Text
    given: dict[str, Any]
    expect: tuple[str, ...]


class AccuracyFile(File):
    """A test as printed, so that its figures can be held against each other."""

    sensitivity: Percent
    specificity: Percent
    ppv: Percent
    npv: Percent
    prevalence: Percent


class StudyFile(File):
    """One file of ``knowledge/risk/studies/``."""

    id: Text
    cite: Text
    name: Text
    asks: Text
    locator: Text
    population: Text
    plain: Text
    country: Annotated[str, BeforeValidator(place_name)]
    years: Text
    treated: Treated
    treatment: Text
    counted_from: Text
    confidence: Seen
    nested: Yes = False
    bands: Yes = False
    definitions: dict[str, FactFile] = Field(default_factory=dict)
    groups: dict[str, GroupFile]
    unlike: tuple[UnlikeFile, ...] = ()
    accuracy: dict[str, AccuracyFile] = Field(default_factory=dict)
    examples: tuple[ExampleFile, ...] = ()
    notes: tuple[str, ...] = ()


class ModelFile(File):
    """One model that is named and not computed."""

    name: Text
    cite: Text
    population: Text
    needs: tuple[str, ...]
    gives: Text
    where: Text
    why_not: Text
    performance: str = ""


class CentilesFile(File):
    """Published centiles of one population."""

    cite: Text
    population: Text
    plurality: Annotated[int, Field(ge=1)]
    at: tuple[Gestation, Gestation]
    lengths: dict[str, Number]
    confidence: Seen
    note: str = ""


def read_risks(folders: Folders, draft: Draft, outcomes: Mapping[str, Outcome], references: Container[str]) -> Risks:
    """Read what is published of risk; nothing if there is none. What is wrong goes to the draft."""
    studies = [_Study(path, folders.shown, draft, outcomes).read() for _, path in folders.matching("risk/studies/*.yaml")]
    models = [Model(id=key, **dict(file)) for _, key, file in _entries("risk/models.yaml", ModelFile, folders, draft)]
    centiles = [_centiles(tree, key, file, draft) for tree, key, file in _entries("risk/centiles.yaml", CentilesFile, folders, draft)]
    found = Risks({each.id: each for each in studies if each}, tuple(models), tuple(centiles))
    named = [("studies/" + each.id, each.cite) for each in found.studies.values()]
    named += [("models", each.cite) for each in models] + [("centiles", each.cite) for each in centiles]
    for file, cite in named:
        if cite not in references:
            draft.problems.append(Problem(f"{folders.base.name}/risk/{file}.yaml", f"there is no reference {cite!r} in references.bib"))
    return found


def _entries(name: str, model: Any, folders: Folders, draft: Draft) -> Iterator[tuple[Tree, str, Any]]:
    for _, path in folders.each(name):
        tree = read_tree(path, draft, folders.shown)
        read: dict[str, Any] = (read_as(dict[str, model], tree, draft.problems) if tree else None) or {}
        yield from ((tree, key, file) for key, file in read.items() if tree)


def _centiles(tree: Tree, key: str, file: CentilesFile, draft: Draft) -> Centiles:
    lengths = sorted((float(centile), length) for centile, length in file.lengths.items())
    if any(after[1] <= before[1] for before, after in pairwise(lengths)):
        draft.problems.append(Problem(tree.place((key, "lengths")), "these centiles do not rise: a higher centile is a longer cervix"))
    return Centiles(key, file.cite, file.population, file.plurality, *file.at, tuple(lengths), file.confidence, file.note)


@dataclass
class _Study:
    """Reads one study, whose groups and definitions share a scope of names."""

    path: Path
    shown: Callable[[Path], str]
    draft: Draft
    outcomes: Mapping[str, Outcome]

    def read(self) -> Study | None:
        """Return the study, or nothing if it cannot be used."""
        tree = read_tree(self.path, self.draft, self.shown)
        file: StudyFile | None = read_as(StudyFile, tree, self.draft.problems) if tree else None
        if tree is None or file is None:
            return None
        prefix = file.id + "/"
        waiting = [*self._declared(file.definitions, "definitions", tree, prefix), *self._declared(file.groups, "groups", tree, prefix)]
        read_criteria(waiting, self.draft)
        self.draft.problems += [Problem(tree.place(at), message) for at, message in _problems(file, self.path.stem, self.outcomes)]
        return _built(file, tree, self.shown(self.path), self._unlike(file, tree, prefix))

    def _declared(self, files: Mapping[str, FactFile], key: str, tree: Tree, prefix: str) -> list[Waiting]:
        return declare_facts(files, tree, (key,), prefix, self.draft)

    def _unlike(self, file: StudyFile, tree: Tree, prefix: str) -> Iterator[Unlike]:
        types = self.draft.types()
        for index, each in enumerate(file.unlike):
            scope, full = Scope(visible(prefix, types)), full_names(prefix, types)
            found = self.draft.condition(tree, ("unlike", index, "when"), each.when, scope, full)
            if found:
                yield Unlike(found.node, each.says)


def _built(file: StudyFile, tree: Tree, path: str, unlike: Iterator[Unlike]) -> Study:
    return Study(
        id=file.id, cite=file.cite, heading=file.name, asks=file.asks, population=file.population, plain=file.plain, country=file.country, years=file.years,
        treated=file.treated, treatment=file.treatment, counted_from=file.counted_from, path=path, nested=file.nested, bands=file.bands,
        groups={key: _group(key, each, file) for key, each in file.groups.items()}, unlike=tuple(unlike), notes=file.notes,
        examples=tuple(_examples(file, tree)),
    )  # fmt: skip


def _examples(file: StudyFile, tree: Tree) -> Iterator[Example]:
    cases = read_cases((CaseFile(why=each.why, given=each.given, expect=list(each.expect)) for each in file.examples), tree, ("examples",))
    yield from (Example(case, each.expect) for case, each in zip(cases, file.examples, strict=True))


def _group(key: str, file: GroupFile, study: StudyFile) -> Group:
    results = tuple(
        Result(each.outcome, figure, each.confidence or study.confidence, each.condition, each.because) for each in file.results if (figure := _figure(each))
    )
    return Group(key, f"{study.id}/{key}", file.label, file.plain, results)


def _figure(file: ResultFile) -> Figure | None:
    """Return what a figure is, by the keys that it has; :func:`_figure_problems` says what is wrong with others."""
    if file.measure == "LR":
        before = _printed(file)
        return Update(file.estimate, before, file.source) if before and file.estimate else None
    if file.measure:
        return Relative(file.measure, file.estimate, _limit(file.low), _limit(file.high), file.against) if file.estimate else None
    if file.events is not None and file.of:
        return Share.counted(file.events, file.of) if file.events <= file.of else None
    return _printed(file)


def _printed(file: ResultFile) -> Share | None:
    text = file.before if file.measure else file.share
    return Share(read(text), _limit(file.low), _limit(file.high)) if text else None


def _limit(value: str | float | None) -> float | None:
    return read(value) if isinstance(value, str) else value


def _problems(file: StudyFile, name: str, outcomes: Mapping[str, Outcome]) -> Iterator[At]:
    if file.id != name:
        yield ("id",), f"the id is {file.id!r} and the file {name + '.yaml'!r}; they must be the same"
    if not ID.fullmatch(file.id):
        yield ("id",), f"{file.id!r} cannot be an id: use small letters, digits and hyphens, such as mercer-1999-recurrence"
    for key, group in file.groups.items():
        for index, each in enumerate(group.results):
            at = ("groups", key, "results", index)
            if each.outcome not in outcomes:
                yield (*at, "outcome"), f"the outcome {each.outcome!r} is not in evidence/outcomes.yaml{nearest(each.outcome, outcomes)}"
            yield from ((at, message) for message in _figure_problems(each, file))
    for key, accuracy in file.accuracy.items():
        yield from ((("accuracy", key), message) for message in _accuracy_problems(accuracy))
    yield from _nesting_problems(file)


def _figure_problems(file: ResultFile, study: StudyFile) -> Iterator[str]:
    """Yield what is wrong with one figure: keys that do not go together, and numbers that contradict each other."""
    kinds = [file.of is not None or file.events is not None, file.share is not None and file.of is None, file.measure is not None]
    if sum(kinds) != 1:
        yield "a figure is one of: events and of; share; measure and estimate"
    elif file.measure and (file.estimate is None or not (file.before and file.source if file.measure == "LR" else file.against)):
        yield "a relative effect needs estimate and against; a likelihood ratio needs estimate, before (a risk) and source (whose)"
    elif _figure(file) is None:
        yield "there are more events than people, or nobody"
    elif file.events is not None and file.of and file.share and not agrees(file.share, file.events / file.of):
        yield f"{file.events} of {file.of} is {file.events / file.of:.4%}, and {file.share} is printed: one of the three numbers is wrong"
    elif (found := _middle(file)) is not None and not _between(file, found):
        yield "the figure lies outside its own limits"
    if (file.confidence or study.confidence) == "derived" and not (file.because or file.of):
        yield "a derived figure says under 'because' how it was worked out"


def _middle(file: ResultFile) -> float | None:
    return file.estimate if file.measure else read(file.share) if file.share else None


def _between(file: ResultFile, found: float) -> bool:
    low, high = _limit(file.low), _limit(file.high)
    return file.measure == "LR" or ((low is None or low <= found) and (high is None or found <= high))


def _accuracy_problems(file: AccuracyFile) -> Iterator[str]:
    """Yield predictive values that cannot follow from the other figures, however those were rounded or cut off."""
    ends = [_span(each) for each in (file.sensitivity, file.specificity, file.prevalence)]
    for name, printed, of in (("ppv", file.ppv, _ppv), ("npv", file.npv, _npv)):
        found = [of(*corner) for corner in product(*ends)]
        low, high = _span(printed)
        if max(found) < low or min(found) > high:
            yield (
                f"the {name} of {printed} cannot follow from sensitivity {file.sensitivity}, specificity {file.specificity} and "
                f"prevalence {file.prevalence}, which give {min(found):.1%} to {max(found):.1%}: one of them is misprinted"
            )


def _span(printed: str) -> tuple[float, float]:
    """Return the least and the most that a printed number can stand for, one unit of its last place either way."""
    return max(0.0, read(printed) - unit(printed)), min(1.0, read(printed) + unit(printed))


def _ppv(sensitivity: float, specificity: float, prevalence: float) -> float:
    hits, false = sensitivity * prevalence, (1 - specificity) * (1 - prevalence)
    return hits / (hits + false) if hits + false else 1.0


def _npv(sensitivity: float, specificity: float, prevalence: float) -> float:
    missed, right = (1 - sensitivity) * prevalence, specificity * (1 - prevalence)
    return right / (right + missed) if right + missed else 1.0


def _nesting_problems(file: StudyFile) -> Iterator[At]:
    """Yield nested groups whose risk rises as they grow: then they are not nested, or one of them is misprinted."""
    by_outcome: dict[tuple[str, str, type[Figure]], list[tuple[str, float]]] = {}
    for key, group in file.groups.items() if file.nested else ():
        for each in group.results:
            figure = _figure(each)
            if isinstance(figure, Share | Relative):
                by_outcome.setdefault((each.outcome, each.condition, type(figure)), []).append(
                    (key, figure.share if isinstance(figure, Share) else figure.estimate)
                )
    for found in by_outcome.values():
        for (_, inner), (key, outer) in pairwise(found):
            if outer > inner:
                yield ("groups", key), "nested groups are written from the narrowest to the widest, and the risk of this one is higher than of those inside it"
