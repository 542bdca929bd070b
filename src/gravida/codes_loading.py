"""From ``knowledge/codes/`` to codes, concepts and code systems; and the gate that they must pass.

A wrong digit in a code finds nothing, or another thing, and nobody sees it. So the last digit of a LOINC or a SNOMED CT
code is worked out again from the others.

>>> has_right_check("mod-10", "11961-0"), has_right_check("mod-10", "11961-6")
(True, False)
>>> has_right_check("verhoeff", "17382005")
True
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gravida.codes import ANY_END, STANDINGS, Check, Coded, Codes, CodeSystem, Concept, Standing, Unit
from gravida.dictionary_loading import Draft
from gravida.folders import Folders
from gravida.guideline_loading import read_tree
from gravida.knowledge import Problem
from gravida.knowledge_files import File, Text, Yes, read_as
from gravida.plain_yaml import Tree
from gravida.typecheck import nearest

COLUMNS = ["concept", "code", "value", "label", "confidence", "source"]
Placed = tuple[str, Coded]
"""A row and where it stands."""


class ConceptFile(File):
    """One concept."""

    means: Text
    does_not_mean: str = ""
    alone: Yes
    carries: Unit | None = None


class SystemFile(File):
    """One code system."""

    name: Text
    uris: tuple[str, ...]
    licence: Text
    attribution: Text
    dots: Yes = True
    check: Check | None = None


def read_codes(folders: Folders, draft: Draft) -> Codes:
    """Read the codes of every folder; none if there are none. What is wrong goes to the draft, with its file and line."""
    named = _read("codes/concepts.yaml", ConceptFile, folders, draft)
    systems = _systems(folders, draft)
    before = len(draft.problems)
    rows: list[Placed] = []
    for _, path in folders.matching("codes/*.csv"):
        if path.stem in systems:
            rows += _table(path, systems[path.stem], folders, draft)
        else:
            message = f"there is no code system {path.stem!r} in systems.yaml{nearest(path.stem, systems)}"
            draft.problems.append(Problem(folders.shown(path), f"{message}; name it there, with its licence"))
    codes = Codes({key: Concept(key, **dict(file)) for key, (_, file) in named.items()}, systems, tuple(row for _, row in rows))
    lost = len(draft.problems) > before
    draft.problems += gate(codes, rows, {key: tree.place((key,)) for key, (tree, _) in named.items()}, lost=lost)
    return codes


def _systems(folders: Folders, draft: Draft) -> dict[str, CodeSystem]:
    """Return the code systems by id. One URI for two of them is a problem: a code would be looked up in the wrong one."""
    found: dict[str, CodeSystem] = {}
    owner: dict[str, str] = {}
    for key, (tree, file) in _read("codes/systems.yaml", SystemFile, folders, draft).items():
        found[key] = CodeSystem(key, **dict(file))
        for index, uri in enumerate(file.uris):
            if owner.setdefault(uri, key) != key:
                draft.problems.append(
                    Problem(tree.place((key, "uris", index)), f"{uri} is a name of {owner[uri]!r} already: a code system has names of its own")
                )
    return found


def _read(name: str, model: Any, folders: Folders, draft: Draft) -> dict[str, tuple[Tree, Any]]:
    """Return the entries of a file that every folder may add to, each with its file. None may change what another has."""
    found: dict[str, tuple[Tree, Any]] = {}
    for _, path in folders.each(name):
        tree = read_tree(path, draft, folders.shown)
        if tree is None:
            continue
        for key, file in (read_as(dict[str, model], tree, draft.problems) or {}).items():
            if key in found:
                draft.problems.append(Problem(tree.place((key,)), f"there is {key!r} already, and codes rest on it: give this one another name"))
            else:
                found[key] = tree, file
    return found


def _table(path: Path, system: CodeSystem, folders: Folders, draft: Draft) -> Iterator[Placed]:
    """Yield the rows of a table with their places; a line that holds something else is a problem."""
    shown = folders.shown(path)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.DictReader(file, strict=True)
            if lines.fieldnames != COLUMNS:
                draft.problems.append(Problem(f"{shown}:1:1", f"the columns are {', '.join(COLUMNS)}; found {', '.join(lines.fieldnames or ['nothing'])}"))
                return
            for line in lines:
                place = f"{shown}:{lines.line_num}:1"
                try:
                    yield place, _row(line, system)
                except ValueError as error:
                    draft.problems.append(Problem(place, f"this line cannot be used: {error}"))
    except UnicodeDecodeError:
        draft.problems.append(Problem(shown, "this file is not UTF-8 text: save it again as UTF-8"))
    except (OSError, csv.Error) as error:
        draft.problems.append(Problem(shown, f"this file cannot be read: {error}"))


def _row(line: Mapping[str | Any, Any], system: CodeSystem) -> Coded:
    if None in line or None in line.values():
        raise ValueError(f"expected {len(COLUMNS)} columns; a text with a comma in it stands in quotes")
    code, standing = line["code"], _standing(line["confidence"])
    if not code or code != code.strip() or ANY_END in code[:-1] or code == ANY_END:
        raise ValueError(f"a code has no space around it, and a star only at its end; found {code!r}")
    if not line["label"]:
        raise ValueError("the label is missing: say in our own words what the code stands for")
    alias = right_code(system.check, code) if standing == "invalid" and system.check else ""
    return Coded(line["concept"], system.id, code, _whole(line["value"]), standing, line["label"], line["source"], alias)


def _standing(word: str) -> Standing:
    for each in STANDINGS:
        if word == each:
            return each
    raise ValueError(f"the confidence is one of {', '.join(STANDINGS)}; found {word!r}")


def _whole(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit()):
        raise ValueError(f"the value is a whole number, or empty; found {text!r}")
    return int(text) if text else None


def gate(codes: Codes, rows: list[Placed], places: Mapping[str, str], *, lost: bool = False) -> Iterator[Problem]:
    """Yield everything that keeps codes from being used. ``places`` says where each concept stands.

    ``lost`` says that rows could not be read: then a concept may be without a code for that reason, and is not reported.
    """
    met: Counter[tuple[str, str, str]] = Counter()
    for place, row in rows:
        key = row.system, codes.systems[row.system].normal(row.code), row.concept
        met[key] += 1
        if met[key] > 1:
            yield Problem(place, f"{row.code} stands for {row.concept} already: leave one of the two rows out")
        yield from (Problem(place, message) for message in _wrong(row, codes))
    used = {row.concept for _, row in rows}
    for name, concept in codes.concepts.items():
        if name not in used and not lost:
            yield Problem(places[name], f"no code stands for {name!r}: leave it out, or add a code")
        if not (concept.alone or concept.does_not_mean):
            yield Problem(places[name], f"a code alone does not say {name!r}: write under does_not_mean what it leaves open")


def _wrong(row: Coded, codes: Codes) -> Iterator[str]:
    """Yield what is wrong with one row."""
    concept, check = codes.concepts.get(row.concept), codes.systems[row.system].check
    if concept is None:
        yield f"there is no concept {row.concept!r} in concepts.yaml{nearest(row.concept, codes.concepts)}"
    elif row.value is not None and concept.carries is None:
        yield f"{row.concept!r} has no unit for the value {row.value}: write carries in concepts.yaml, or leave the value empty"
    if row.confidence == "seen" and not row.source:
        yield "the source is missing: say where the code was seen, or that it is recalled"
    if row.confidence == "invalid":
        if not any(each.code == row.alias_of and each.concept == row.concept and each.confidence == "seen" for each in codes.rows):
            yield f"a code that is invalid stands beside the one that was meant; {row.alias_of or 'it'} is no code of {row.concept!r} here"
    elif check and not has_right_check(check, row.code):
        yield f"the last digit of {row.code} does not fit the others: look the code up again; by its other digits it would be {right_code(check, row.code)}"


def has_right_check(check: Check, code: str) -> bool:
    """Return whether the last digit of a code fits the others."""
    return code == right_code(check, code)


def right_code(check: Check, code: str) -> str:
    """Return a code with the last digit that fits the others; an empty text if it has no other signs or foreign ones."""
    body = code[:-1].removesuffix("-") if check == "mod-10" else code[:-1]
    if not (body.isascii() and (body.isalnum() if check == "mod-10" else body.isdigit())):
        return ""
    return f"{body}-{_mod_10(body.upper())}" if check == "mod-10" else f"{body}{_verhoeff(body)}"


def _mod_10(body: str) -> int:
    """Return the check digit by Luhn; a letter, as in the answers of LOINC, counts by its place in ASCII after the zero."""
    total = 0
    for index, sign in enumerate(reversed(body)):
        weight = ord(sign) - ord("0")
        total += weight if index % 2 else 2 * weight - weight // 5 * 9
    return -total % 10


TIMES = ("0123456789", "1234067895", "2340178956", "3401289567", "4012395678", "5987604321", "6598710432", "7659821043", "8765932104", "9876543210")
TURNED = "1576283094"
"""Multiplication of the ten symmetries of a pentagon, and Verhoeff's permutation (Error detecting decimal codes, 1969)."""


def _verhoeff(body: str) -> int:
    """Return the check digit by Verhoeff."""
    total = 0
    for index, sign in enumerate(reversed(body), start=1):
        turned = sign
        for _ in range(index % 8):
            turned = TURNED[int(turned)]
        total = int(TIMES[total][int(turned)])
    return next(last for last in range(10) if TIMES[total][last] == "0")
