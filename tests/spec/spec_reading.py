"""Reads the chapters of the specification: prose, the facts they speak of, and tables of records with their answers.

A chapter is a Markdown file. A block of ``yaml`` declares facts in the form of ``knowledge/facts``. A block of ``spec``
holds ASCII tables, a blank line between them:

- the entries of lists, if the chapter has any: the first heading is the name of the list, the first column the record;
- the records: what is known of each on the left of ``||``, what each criterion or fact gives on the right.

A blank cell is unknown, ``18+0 to 22+6`` is a range. A list of which no table speaks is unknown; ``no entries`` makes it
empty, and ``not described`` is an entry that is counted and no more. A block of ``rejected`` holds what is not in the
language, and the message.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gravida.cql import Node, parse
from gravida.dictionary_loading import Draft, declare_facts, read_criteria, read_lists
from gravida.evaluate import Entries, Entry, Meaning, World
from gravida.facts import Range, Scalar, Type
from gravida.knowledge_files import DictionaryFile, read_as
from gravida.plain_yaml import read_yaml
from gravida.typecheck import Scope, type_of
from gravida.units import days

CHAPTERS = sorted((Path(__file__).parent / "chapters").glob("*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n", re.DOTALL | re.MULTILINE)
NO_ENTRIES, NOT_DESCRIBED = "no entries", "not described"
READERS: dict[str, Callable[[str], Scalar]] = {
    "boolean": lambda text: {"true": True, "false": False}[text],
    "integer": int, "decimal": float, "gestation": days, "string": str,
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """One ASCII table, as text. ``answers`` are the headings and cells on the right of ``||``."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    answers: tuple[str, ...] = ()
    expected: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Question:
    """One record, one criterion or fact, and the answer that it must have, as written."""

    record: str
    world: World
    text: str
    node: Node
    kind: Type
    expected: str


@dataclass(frozen=True)
class Block:
    """One block of a chapter, with its kind: yaml, spec or rejected."""

    kind: str
    text: str

    @cached_property
    def tables(self) -> list[Table]:
        return [_table(part) for part in self.text.strip("\n").split("\n\n")]


@dataclass(frozen=True)
class Chapter:
    """A chapter, with the meaning of everything that its tables name."""

    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def blocks(self, kind: str) -> list[Block]:
        return [Block(*found.groups()) for found in BLOCK.finditer(self.text) if found[1] == kind]

    @cached_property
    def meaning(self) -> Meaning:
        draft, waiting = Draft(), []
        for block in self.blocks("yaml"):
            tree = read_yaml(block.text, self.path.name)
            file = read_as(DictionaryFile, tree, draft.problems)
            assert file is not None, draft.problems
            read_lists(file.lists, tree, draft)
            waiting += declare_facts(file.facts, tree, ("facts",), "", draft)
        read_criteria(waiting, draft)
        assert draft.problems == []
        return Meaning(draft.facts, draft.lists, draft.criteria)

    @property
    def scope(self) -> Scope:
        return Scope({name: fact.type for name, fact in self.meaning.facts.items()})

    def questions(self) -> Iterator[Question]:
        for block in self.blocks("spec"):
            *lists, records = block.tables
            worlds = _worlds(records, lists, self.meaning)
            for (record, world), row in zip(worlds.items(), records.expected, strict=True):
                for text, expected in zip(records.answers, row, strict=True):
                    node = parse(text)
                    yield Question(record, world, text, node, type_of(node, self.scope), expected)

    def refusals(self) -> Iterator[tuple[str, str]]:
        for block in self.blocks("rejected"):
            for table in block.tables:
                yield from ((row[0], answer[0]) for row, answer in zip(table.rows, table.expected, strict=True))


def _table(text: str) -> Table:
    sides = [line.partition("||") for line in text.splitlines()]
    left, right = ([_cells(side[index]) for side in sides] for index in (0, 2))
    width = len(right[0]) if sides[0][1] else 0
    assert all(len(row) == len(left[0]) for row in left), f"a row is too long or too short:\n{text}"
    assert all(len(row) == width or not width for row in right), f"an answer is missing:\n{text}"
    return Table(left[0], tuple(left[1:]), right[0] if width else (), tuple(right[1:]) if width else ())


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.split("|"))


def _worlds(records: Table, lists: list[Table], meaning: Meaning) -> dict[str, World]:
    """Return the worlds by record. The first column numbers the records if it is headed so, else they are counted."""
    numbered = records.headings[0] == "record"
    worlds = {}
    for index, row in enumerate(records.rows):
        record = row[0] if numbered else str(index + 1)
        known = dict(zip(records.headings, row, strict=True))
        observed = {name: _value(cell, meaning.facts[name].type) for name, cell in known.items() if name != "record"}
        entries = {table.headings[0]: _entries(table, record, meaning) for table in lists}
        worlds[record] = World(meaning, observed, {name: each for name, each in entries.items() if each is not None})
    return worlds


def _entries(table: Table, record: str, meaning: Meaning) -> Entries | None:
    rows = [row[1:] for row in table.rows if row[0] == record]
    if not rows:
        return None
    fields = meaning.lists[table.headings[0]].fields
    described: list[Entry] = [
        {name: _value(cell, fields[name].type) for name, cell in zip(table.headings[1:], row, strict=True)}
        for row in rows if row[0] not in (NO_ENTRIES, NOT_DESCRIBED)
    ]  # fmt: skip
    return Entries(tuple(described), sum(row[0] == NOT_DESCRIBED for row in rows))


def _value(cell: str, kind: Type) -> Scalar:
    if not cell:
        return None
    read = READERS[kind.kind]
    low, to, high = cell.partition(" to ")
    return Range(read(low), read(high)) if to else read(cell)  # type: ignore[arg-type]
