"""From ``compare.yaml`` to what to expect of guidelines. A folder of knowledge need not have one; the topmost that has one counts.

>>> from gravida.folders import Folders
>>> read_comparing(Folders(FilePath("nowhere")), Draft()).gaps
()
"""

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath

from pydantic import Field

from gravida.comparing import Comparing, Declared, Expectation, Finding, Gap
from gravida.dictionary_loading import Draft, visible
from gravida.folders import Folders
from gravida.guideline import Bound, Window
from gravida.guideline_loading import read_tree
from gravida.knowledge import Problem
from gravida.knowledge_files import File, Gestation, Text, read_as
from gravida.plain_yaml import Path, Tree
from gravida.typecheck import Scope, nearest


class ExpectationFile(File):
    """How a record becomes more serious."""

    id: Text
    says: Text
    each: Text
    less: str = ""
    one_more: str = Field("", alias="one-more")


class GapFile(File):
    """Somebody for whom a guideline might say nothing."""

    id: Text
    says: Text
    who: Text
    start: Gestation = Field(alias="from")
    end: Gestation = Field(alias="to")
    speaks_of: tuple[Text, ...] = Field(alias="speaks-of")


class DeclaredFile(File):
    """A peculiarity that was looked at."""

    what: Finding
    of: tuple[Text, ...]
    because: Text


class ComparingFile(File):
    """``compare.yaml``."""

    expectations: tuple[ExpectationFile, ...] = ()
    gaps: tuple[GapFile, ...] = ()
    declared: tuple[DeclaredFile, ...] = ()


def read_comparing(folders: Folders, draft: Draft) -> Comparing:
    """Read what to expect of guidelines, or nothing. What is wrong with it goes to the draft."""
    paths: list[FilePath] = [path for _, path in folders.each("compare.yaml")]
    tree = read_tree(paths[-1], draft, folders.shown) if paths else None
    file: ComparingFile | None = read_as(ComparingFile, tree, draft.problems) if tree else None
    if file is None or tree is None:
        return Comparing()
    expectations = [_expectation(each, tree, ("expectations", index), draft) for index, each in enumerate(file.expectations)]
    gaps = [_gap(each, tree, ("gaps", index), draft) for index, each in enumerate(file.gaps)]
    declared = (Declared(each.what, each.of, each.because, tree.place(("declared", index))) for index, each in enumerate(file.declared))
    return Comparing(tuple(each for each in expectations if each), tuple(each for each in gaps if each), tuple(declared))


def _expectation(file: ExpectationFile, tree: Tree, path: Path, draft: Draft) -> Expectation | None:
    name, _, alias = file.each.partition(" ")
    for problem in _wrong_lists((name,), draft):
        draft.problems.append(Problem(tree.place((*path, "each")), problem))
        return None
    fields = {key: each.type for key, each in draft.lists[name].fields.items()}
    if bool(file.less) == bool(file.one_more):
        draft.problems.append(Problem(tree.place(path), "an expectation says either 'less', a number of an entry, or 'one-more', what such an entry is"))
        return None
    if file.less and not (file.less in fields and fields[file.less].is_number):
        numbers = [key for key, kind in fields.items() if kind.is_number]
        draft.problems.append(
            Problem(
                tree.place((*path, "less")), f"{name} has no number {file.less!r}{nearest(file.less, numbers) or '; its numbers are ' + ', '.join(numbers)}"
            )
        )
        return None
    found = draft.condition(tree, (*path, "one-more"), file.one_more, Scope({}, alias, fields), str) if file.one_more else None
    return Expectation(file.id, file.says, name, file.less, found.node if found else None)


def _gap(file: GapFile, tree: Tree, path: Path, draft: Draft) -> Gap | None:
    for problem in _wrong_lists(file.speaks_of, draft):
        draft.problems.append(Problem(tree.place((*path, "speaks-of")), problem))
        return None
    who = draft.condition(tree, (*path, "who"), file.who, Scope(visible("", draft.types())), str)
    window = Window(Bound(file.start, file.start), Bound(file.end, file.end))
    return Gap(file.id, file.says, who, window, file.speaks_of) if who else None


def _wrong_lists(names: tuple[str, ...], draft: Draft) -> Iterator[str]:
    known: Mapping[str, object] = draft.lists
    yield from (f"there is no list {name!r}{nearest(name, known)}" for name in names if name not in known)
