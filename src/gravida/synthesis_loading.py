"""From ``knowledge/population/`` to the numbers that a synthetic population is made from."""

from collections.abc import Container, Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from gravida.dictionary_loading import Draft
from gravida.folders import Folders
from gravida.guideline_loading import read_tree
from gravida.knowledge import Problem
from gravida.knowledge_files import File, Gestation, Number, Text, Yes, read_as
from gravida.plain_yaml import Tree
from gravida.synthesis import HABIT, MEASURES, Figure, Parameter, Population, Setting, Site
from gravida.typecheck import nearest
from gravida.units import DAYS_IN_A_WEEK

At = tuple[tuple[str | int, ...], str]
"""Where something is wrong, and what."""

Who = Literal["singletons", "low-risk", "prior-spontaneous", "prior-early", "first", "twins", "parous", "no-prior-spontaneous", "painless", "after-loss"]
FOLDER = "population"
NOT_PARAMETERS = frozenset({"settings", "sites", "published"})


class ParameterFile(File):
    """One number with its source. ``because`` says why somebody assumed it, or how it was worked out."""

    about: Text
    value: Number
    unit: Text
    confidence: Literal["seen", "derived", "partial", "recalled", "assumed"]
    low: Number | None = None
    high: Number | None = None
    cite: str = ""
    citation: str = ""
    population: str = ""
    because: str = ""
    note: str = ""
    curve: str = ""
    at: Number | None = None
    of_individuals: Yes = False


class SettingFile(File):
    """One setting."""

    label: Text
    note: str = ""
    default: Yes = False
    values: dict[str, ParameterFile]


class SiteFile(File):
    """One site."""

    label: Text
    share: Number
    habits: dict[str, Number] = Field(default_factory=dict)


class FigureFile(ParameterFile):
    """One published figure to compare with."""

    measure: Literal[MEASURES]  # type: ignore[valid-type]
    group: Who
    limit: Number = 0.0
    weeks: tuple[Gestation, Gestation] | None = None
    settings: tuple[str, ...] = ()


def read_population(folders: Folders, draft: Draft, references: Container[str]) -> Population:
    """Read what a synthetic population is made from; nothing if there is none. What is wrong goes to the draft."""
    parameters: dict[str, Parameter] = {}
    for _, path in folders.matching(f"{FOLDER}/*.yaml"):
        if path.stem not in NOT_PARAMETERS:
            for tree, key, file in _entries(f"{FOLDER}/{path.name}", ParameterFile, folders, draft):
                if key in parameters:
                    draft.problems.append(Problem(tree.place((key,)), f"there is a number {key!r} already, and one of the two would be lost"))
                draft.problems += [Problem(tree.place((key, *at)), message) for at, message in _problems(file, references)]
                parameters[key] = _parameter(key, file)
    settings = {
        key: _setting(tree, key, file, draft, references, parameters) for tree, key, file in _entries(f"{FOLDER}/settings.yaml", SettingFile, folders, draft)
    }
    sites = tuple(_site(tree, key, file, draft, parameters) for tree, key, file in _entries(f"{FOLDER}/sites.yaml", SiteFile, folders, draft))
    figures = tuple(
        _figure(tree, key, file, draft, references, settings) for tree, key, file in _entries(f"{FOLDER}/published.yaml", FigureFile, folders, draft)
    )
    if settings and sum(each.is_default for each in settings.values()) != 1:
        draft.problems.append(Problem(f"{folders.base.name}/{FOLDER}/settings.yaml", "exactly one setting is the default: write default: yes in one"))
    return Population(parameters, settings, sites, figures)


def _entries(name: str, model: Any, folders: Folders, draft: Draft) -> Iterator[tuple[Tree, str, Any]]:
    for _, path in folders.each(name):
        tree = read_tree(path, draft, folders.shown)
        read: dict[str, Any] = (read_as(dict[str, model], tree, draft.problems) if tree else None) or {}
        yield from ((tree, key, file) for key, file in read.items() if tree)


def _parameter(key: str, file: ParameterFile) -> Parameter:
    return Parameter(key, **{name: getattr(file, name) for name in ParameterFile.model_fields})


def _problems(file: ParameterFile, references: Container[str]) -> Iterator[At]:
    """Yield what is wrong with one number: no source, no reason, or limits that do not hold it."""
    if file.confidence == "assumed" and not file.because:
        yield ("confidence",), "a number that is assumed says under 'because' why this one was taken"
    if file.confidence == "derived" and not file.because:
        yield ("confidence",), "a derived number says under 'because' how it was worked out"
    if file.confidence != "assumed" and not (file.cite or file.citation):
        yield ("confidence",), "a number has a source under 'cite' (a key of references.bib) or 'citation', or it is assumed"
    if file.cite and file.cite not in references:
        yield ("cite",), f"there is no reference {file.cite!r} in references.bib"
    if not (file.low is None or file.low <= file.value) or not (file.high is None or file.value <= file.high):
        yield ("value",), "the number lies outside its own limits"
    if bool(file.curve) != (file.at is not None):
        yield ("value",), "a point of a curve has both: curve, and at"


def _setting(tree: Tree, key: str, file: SettingFile, draft: Draft, references: Container[str], parameters: Mapping[str, Parameter]) -> Setting:
    for name, value in file.values.items():
        draft.problems += [Problem(tree.place((key, "values", name, *at)), message) for at, message in _problems(value, references)]
        if name not in parameters:
            draft.problems.append(
                Problem(tree.place((key, "values", name)), f"there is no number {name!r} that a setting could change{nearest(name, parameters)}")
            )
    return Setting(key, file.label, file.note, file.default, {name: _parameter(name, value) for name, value in file.values.items()})


def _site(tree: Tree, key: str, file: SiteFile, draft: Draft, parameters: Mapping[str, Parameter]) -> Site:
    habits = [name.removeprefix(HABIT) for name in parameters if name.startswith(HABIT)]
    for name in file.habits:
        if name not in habits:
            draft.problems.append(Problem(tree.place((key, "habits", name)), f"there is no habit {name!r}{nearest(name, habits)}"))
    return Site(key, file.label, file.share, file.habits)


def _figure(tree: Tree, key: str, file: FigureFile, draft: Draft, references: Container[str], settings: Mapping[str, Setting]) -> Figure:
    draft.problems += [Problem(tree.place((key, *at)), message) for at, message in _problems(file, references)]
    for index, name in enumerate(file.settings):
        if name not in settings:
            draft.problems.append(Problem(tree.place((key, "settings", index)), f"there is no setting {name!r}{nearest(name, settings)}"))
    first, last = file.weeks or (0, 0)
    return Figure(
        key, file.about, file.measure, file.group, file.value, file.low, file.high, file.limit, (first // DAYS_IN_A_WEEK, last // DAYS_IN_A_WEEK),
        file.settings, _parameter(key, file), file.note,
    )  # fmt: skip
