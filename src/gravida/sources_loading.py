"""From ``knowledge/sources/`` to declarations and limits. A declaration about bedside signs is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from gravida.dictionary_loading import Draft
from gravida.facts import Range
from gravida.folders import Folders
from gravida.guideline_loading import read_tree
from gravida.knowledge import Problem
from gravida.knowledge_files import Days, File, Gestation, Number, Text, read_as
from gravida.omop_loading import NAME as OMOP
from gravida.omop_loading import read_method
from gravida.omop_method import Method
from gravida.plain_yaml import Path as TreePath
from gravida.plain_yaml import Tree
from gravida.sources import Absent, Complete, Declaration, Inference, Rules, Sources
from gravida.typecheck import nearest

READING = "reading.yaml"
HISTORY = "prior_pregnancies"
BEDSIDE = ("examinations", "symptoms")
"""Lists of what somebody saw or felt on one day: nobody can declare these complete."""


def _span(value: object) -> object:
    return (str(value[0]), str(value[1])) if isinstance(value, list) and len(value) == 2 else value  # noqa: PLR2004  (both ends)


Span = Annotated[tuple[Gestation, Gestation], BeforeValidator(_span)]


class RulesFile(File):
    """``reading.yaml``."""

    longest_gestation: Gestation
    dating_conflict: Days
    one_event: Days
    shortest_pregnancy_gap: Gestation
    length_mm: tuple[Number, Number]
    length_without_unit_above_mm: Number
    length_to_confirm_below_mm: Number
    dilation_cm: tuple[Number, Number]
    youngest_days: Days
    first_trimester: Span
    second_trimester: Span


class CompleteFile(File):
    """A list that is whole."""

    list: Text
    says: Text


class NoFile(File):
    """A fact that is no if nothing says yes."""

    fact: Text
    says: Text


class AbsentFile(NoFile):
    """A fact that has a value if nothing says otherwise."""

    value: Text


class InferFile(File):
    """A named inference."""

    name: Text
    concept: Text
    set: dict[str, str]
    says: Text


class DeclarationFile(File):
    """One ``<site>.yaml``."""

    says: Text
    signed_by: str = ""
    signed_on: str = ""
    complete: tuple[CompleteFile, ...] = ()
    absent_means_no: tuple[NoFile, ...] = ()
    absent_means: tuple[AbsentFile, ...] = Field(())
    infer: tuple[InferFile, ...] = ()


def read_sources(folders: Folders, draft: Draft) -> Sources:
    """Read every declaration and the limits; none if there are none. What is wrong goes to the draft."""
    found: dict[str, Declaration] = {}
    rules: Rules | None = None
    method: Method | None = None
    for _, path in folders.matching("sources/*.yaml"):
        tree = read_tree(path, draft, folders.shown)
        if tree is not None and path.name == READING:
            rules = _rules(read_as(RulesFile, tree, draft.problems))
        elif tree is not None and path.name == OMOP:
            method = read_method(tree, draft)
        elif tree is not None:
            found |= _declaration(path, tree, draft)
    return Sources(found, rules, method)


def _rules(file: RulesFile | None) -> Rules | None:
    if file is None:
        return None
    values: dict[str, Any] = dict(file)
    return Rules(**{**values, "first_trimester": Range(*file.first_trimester), "second_trimester": Range(*file.second_trimester)})


def _declaration(path: Path, tree: Tree, draft: Draft) -> dict[str, Declaration]:
    file: DeclarationFile | None = read_as(DeclarationFile, tree, draft.problems)
    if file is None:
        return {}
    draft.problems += [Problem(tree.place(at), message) for at, message in _problems(file, draft)]
    absent = [Absent(each.fact, "no", each.says) for each in file.absent_means_no] + [Absent(each.fact, each.value, each.says) for each in file.absent_means]
    return {
        path.stem: Declaration(
            path.stem, file.says, tuple(Complete(each.list, each.says) for each in file.complete), tuple(absent),
            tuple(Inference(each.name, each.concept, each.set, each.says) for each in file.infer), file.signed_by, file.signed_on,
        )
    }  # fmt: skip


def _problems(file: DeclarationFile, draft: Draft) -> Iterator[tuple[TreePath, str]]:
    paths = {getattr(fact, "path", "") for fact in draft.facts.values()} - {""}
    for index, each in enumerate(file.complete):
        if each.list in BEDSIDE:
            yield ("complete", index, "list"), f"{each.list} hold what somebody saw or felt on one day: no system can declare them complete"
        elif each.list not in draft.lists:
            yield ("complete", index, "list"), f"there is no list {each.list!r}{nearest(each.list, draft.lists)}"
    for key in ("absent_means_no", "absent_means"):
        for index, fact in enumerate(getattr(file, key)):
            if fact.fact.partition(".")[0] in BEDSIDE:
                yield (key, index, "fact"), f"{fact.fact} is a bedside sign: only somebody who asked can know it"
            elif fact.fact not in paths:
                yield (key, index, "fact"), f"no fact is read from {fact.fact!r}{nearest(fact.fact, paths)}"
    yield from _inferences(file, draft)
    if bool(file.signed_by) != bool(file.signed_on):
        yield ("says",), "a signature has a name and a day: write both signed_by and signed_on, or neither"


def _inferences(file: DeclarationFile, draft: Draft) -> Iterator[tuple[TreePath, str]]:
    """Yield what an inference sets that no earlier pregnancy has."""
    fields = {each.source: each.type for each in draft.lists[HISTORY].fields.values() if each.source} if HISTORY in draft.lists else {}
    for index, each in enumerate(file.infer):
        for name, value in each.set.items():
            at = ("infer", index, "set", name)
            if name not in fields:
                yield at, f"an earlier pregnancy has no field {name!r}{nearest(name, fields)}"
            elif fields[name].kind == "string" and value not in fields[name].values:
                yield at, f"{name} is one of {', '.join(fields[name].values)}; found {value!r}{nearest(value, fields[name].values)}"
            elif fields[name].kind == "boolean" and value not in ("yes", "no"):
                yield at, f"{name} is yes or no; found {value!r}"
