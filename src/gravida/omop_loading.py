"""From ``knowledge/sources/omop.yaml`` to the method by which pregnancies are found in the OMOP form."""

from collections.abc import Iterator
from typing import Literal

from gravida.dictionary_loading import Draft
from gravida.knowledge import Problem
from gravida.knowledge_files import File, Gestation, Text, read_as
from gravida.omop_method import Cited, Method, Outcome, Unit
from gravida.plain_yaml import Path as TreePath
from gravida.plain_yaml import Tree

NAME = "omop.yaml"
Words = tuple[str, ...]


class CitedFile(File):
    """A rule with its source."""

    says: Text
    source: Text
    locator: Text
    confidence: Literal["published", "own"]


class OutcomeFile(File):
    """One kind of outcome."""

    category: Text
    outcome: str = ""
    days: tuple[int, int]


class UnitFile(File):
    """One unit."""

    words: Words
    concepts: tuple[int, ...] = ()


class MethodFile(File):
    """``omop.yaml``."""

    rules: dict[str, CitedFile]
    outcomes: tuple[OutcomeFile, ...]
    spacing_days: dict[str, dict[str, int]]
    preterm_before: Gestation
    vocabularies: dict[str, Text]
    without_vocabulary: Words
    units: dict[str, UnitFile]
    scan_routes: dict[str, Text]
    medicine_routes: dict[str, Text]
    medicine_names: dict[str, Words]
    denials: Words


def read_method(tree: Tree, draft: Draft) -> Method | None:
    """Read the method. What is wrong goes to the draft, with its file and line."""
    file: MethodFile | None = read_as(MethodFile, tree, draft.problems)
    if file is None:
        return None
    draft.problems += [Problem(tree.place(at), message) for at, message in _problems(file)]
    return Method(**{
        **dict(file),
        "rules": {name: Cited(**dict(each)) for name, each in file.rules.items()},
        "outcomes": tuple(Outcome(**dict(each)) for each in file.outcomes),
        "units": {name: Unit(**dict(each)) for name, each in file.units.items()},
    })  # fmt: skip


def _problems(file: MethodFile) -> Iterator[tuple[TreePath, str]]:
    """Yield a spacing that is missing, and a span that ends before it begins."""
    names = [each.category for each in file.outcomes]
    for index, each in enumerate(file.outcomes):
        if each.days[0] > each.days[1]:
            yield ("outcomes", index, "days"), f"{each.category} ends before it begins"
    for first in names:
        missing = [name for name in names if name not in file.spacing_days.get(first, {})]
        if missing:
            yield ("spacing_days",), f"the days from {first} to {', '.join(missing)} are missing"
