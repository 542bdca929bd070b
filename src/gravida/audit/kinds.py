# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""Kinds of entries: what no criterion can tell apart in an entry of a list is one kind.

An entry is of a kind by the truths of every ``where`` over it, and by its value where a fact may take it. So one
kind stands for thousands of earlier pregnancies that no guideline tells apart. Beside the kind stands what else
matters of an entry: whether a fact may or may not take it, and at which ages it tells something else.

Where all is certain, most of what entries tell adds up as bits: that there is one of which some ``where`` holds, that the
shortest length is no greater than this. A second entry that says nothing new sets no new bit. ``rest`` is the kind by
what does not add up so, as where somebody counts to three.

Where the criteria of a list look at the age of its entries themselves, or take an entry whatever it is, nothing is
gained, and every entry is its own kind.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gravida.audit.engine import Columns, Engine
from gravida.audit.entries import names_of
from gravida.audit.hashes import KEY, bucket, whole
from gravida.audit.needs import AFTER, AGE, GESTATION, ListNeeds
from gravida.audit.truths import FALSE, TRUE, UNKNOWN, Numbering
from gravida.cql import Member, Node, walk
from gravida.evaluate import Meaning
from gravida.facts import Pick, Truths
from gravida.sql import Sql

FLAGS = ("rest", "unsure", "untold", "ordered", "joint", "cuts")
WORD = 62
"""Bits for each column."""
AFTERWARDS, UNTOLD = 1, 4
"""Sides of a stitch that have bits and masks of their own: after it, and where nobody told of any."""
MASKS = ("sure", "maybe")
"""Of an entry, as bits by :func:`extremes`: which picks surely take it, and which may or may not."""


@dataclass
class Kinds:
    """Keeps ``kind_<list>``: the kind of every entry by the hash of its plain values, with :data:`FLAGS`."""

    engine: Engine
    meaning: Meaning
    numbers: dict[str, Numbering] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    queries: dict[str, str] = field(default_factory=dict)

    def learn(self, needed: ListNeeds) -> None:
        """Work out every entry of ``held_<list>`` that was not met before."""
        name = needed.name
        if name not in self.met:
            self.met.add(name)
            columns = "".join(f", CAST(0 AS INTEGER) AS {flag}" for flag in FLAGS) + "".join(f", CAST(0 AS BIGINT) AS {bits}" for bits in _columns(needed))
            self.engine.table(f"kind_{name}", f"SELECT CAST(0 AS {KEY}) AS plain, CAST(0 AS INTEGER) AS kind{columns} WHERE FALSE")
        self.engine.table(
            "unmet",
            "SELECT * FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY plain ORDER BY pid, entry, begins) AS turn FROM "
            f"held_{name} WHERE plain NOT IN (SELECT plain FROM kind_{name})) AS p WHERE turn = 1",
        )
        self.engine.table("fresh", "SELECT u.*, ROW_NUMBER() OVER (ORDER BY plain) AS record_id FROM unmet AS u")
        if self.engine.rows("SELECT 1 FROM fresh LIMIT 1"):
            self._work_out(needed)
        self.engine.drop("unmet", "fresh")

    def _work_out(self, needed: ListNeeds) -> None:
        name = needed.name
        found = self.engine.numbers(f"SELECT record_id, {', '.join(self._values(needed))} FROM fresh")
        sorted_ = _Sorted(needed, found, self._truths(needed, found["record_id"]))
        numbers = {"kind": self._number(name, sorted_.kinds()), "rest": self._number(f"rest of {name}", sorted_.rest())}
        self.engine.put("given", {"record_id": found["record_id"], **numbers, **sorted_.flags(), **sorted_.bits(), **sorted_.masks()})
        columns = "".join(f", CAST(g.{flag} AS INTEGER) AS {flag}" for flag in FLAGS) + "".join(f", g.{bits}" for bits in _columns(needed))
        self.engine.append(f"kind_{name}", f"SELECT f.plain, g.kind{columns} FROM fresh AS f JOIN given AS g ON g.record_id = f.record_id")
        self.engine.drop("given")

    def _number(self, name: str, columns: NDArray[np.int64]) -> NDArray[np.int32]:
        return self.numbers.setdefault(name, Numbering(columns.shape[1], np.int64)).number(columns)

    def _values(self, needed: ListNeeds) -> Iterator[str]:
        """Yield the SQL of each value as a whole number: where it lies among the limits, or what it is."""
        for each in needed.plain():
            columns = names_of(each.name, each.type)
            if each.type.is_number:
                yield from (f"{whole(bucket(column, needed.limits(each.name)))} AS {column}" for column in columns)
                yield f"CAST(COALESCE({columns[0]} <> {columns[1]}, TRUE) AS INTEGER) AS open_{each.name}"
            else:
                yield f"CAST({columns[0]} IS NULL AS INTEGER) AS open_{each.name}"

    def _truths(self, needed: ListNeeds, records: NDArray[np.generic]) -> dict[str, NDArray[np.int8]]:
        """Return the truth of every ``where`` over the fresh entries: with a stitch placed later, with one placed before, and if nobody knows."""
        found = {}
        for after in _whens(needed).values():
            self.engine.table(needed.name, f"SELECT record_id, {', '.join(self._fields(needed, after))} FROM fresh")
            rows = self.engine.numbers(self._query(needed))
            order = np.argsort(rows["record_id"])[np.argsort(np.argsort(records))]
            found.update({f"{name} {after}": rows[f"w{index}"][order].astype(np.int8) for index, name in enumerate(_facts(needed))})
        return found

    def _query(self, needed: ListNeeds) -> str:
        """Return the SQL of the truth of every ``where``. Its text is made once."""
        if needed.name not in self.queries:
            tests = [f"{self._test(name, needed.name)} AS w{index}" for index, name in enumerate(_facts(needed))]
            self.queries[needed.name] = f'SELECT record_id, {", ".join(tests)} FROM "{needed.name}"'
        return self.queries[needed.name]

    def _fields(self, needed: ListNeeds, after: str) -> Iterator[str]:
        for name, each in needed.fields.items():
            columns = names_of(name, each.type, "")
            if name == AFTER:
                yield f"CAST({after} AS BOOLEAN) AS {name}"
            elif name == GESTATION:
                yield "CAST(gestation_low AS DOUBLE) AS gestation_days_low, CAST(gestation_high AS DOUBLE) AS gestation_days_high"
            elif each in needed.plain():
                yield from (f"f_{column} AS {column}" for column in columns)

    def _test(self, name: str, table: str) -> str:
        test = self.meaning.criteria.get(name)
        text = "TRUE" if test is None else Sql(self.meaning).truth(test, table).sql("duckdb")
        return f"CAST(CASE WHEN {text} THEN 1 WHEN NOT ({text}) THEN -1 ELSE 0 END AS TINYINT)"


def is_sorted(needed: ListNeeds, meaning: Meaning) -> bool:
    """Return whether entries of a list can be sorted into kinds: no ``where`` looks at their age, every pick has a ``where``, and a word has a bit for each."""
    wheres = [meaning.criteria.get(name) for name in _facts(needed)]
    return all(where is not None and not _looks_at_age(where) for where in wheres) and len(extremes(needed)) <= WORD


def _looks_at_age(where: Node) -> bool:
    return any(isinstance(part, Member) and part.id == AGE for part in walk(where))


def _facts(needed: ListNeeds) -> list[str]:
    return [*(each.name for each in needed.truths), *(each.name for each in needed.picks)]


def words_of(needed: ListNeeds) -> list[str]:
    """Return the columns of bits that say what an entry adds, by what is known of it and stitches."""
    return [f"{when}_{word}" for when in _whens(needed) for word in range(-(-_width(needed) // WORD))]


def masks_of(needed: ListNeeds) -> list[str]:
    """Return the columns of :data:`MASKS`, by what is known of an entry and stitches."""
    return [f"{when}_{mask}" for when in _whens(needed) for mask in MASKS]


def _columns(needed: ListNeeds) -> list[str]:
    return [*words_of(needed), *masks_of(needed)]


def _whens(needed: ListNeeds) -> Mapping[str, str]:
    """Return the names of what is known of an entry and stitches, with whether it came after one: before any, after one, or nobody told of any."""
    return {"before": "FALSE", "after": "TRUE", "untold": "NULL"} if AFTER in needed.used else {"before": "FALSE"}


def _width(needed: ListNeeds) -> int:
    """Return how many bits an entry has."""
    return 2 * len(_once(needed)) + sum(1 if pick.value == AGE else len(_places(needed, pick)) for pick in extremes(needed))


def _once(needed: ListNeeds) -> list[Truths]:
    """Return the facts of which it matters only whether there is one."""
    return [fact for fact in needed.truths if needed.most_of.get(fact.name, 1) == 1]


def extremes(needed: ListNeeds) -> list[Pick]:
    """Return the picks of the shortest or longest, and of ages, which are told apart by themselves."""
    return [pick for pick in needed.picks if pick.value == AGE or (pick.take in ("shortest", "longest") and pick.type.is_number)]


def _places(needed: ListNeeds, pick: Pick) -> range:
    """Return the places of a known number among its limits: the ends of a pick reach the last, or the first, whatever it takes."""
    limits = len(needed.limits(pick.value))
    return range(2 * limits + 1) if limits else range(1, 2)


@dataclass(frozen=True)
class _Sorted:
    """Fresh entries of one list, with the truths of every ``where``."""

    needed: ListNeeds
    values: Columns
    truths: dict[str, NDArray[np.int8]]

    def kinds(self) -> NDArray[np.int64]:
        """Return what makes the kind of each entry. Shape (entries, columns)."""
        columns = [each.astype(np.int64) for each in self.truths.values()]
        for value in sorted({pick.value for pick in self.needed.picks} - {AGE}):
            taken = np.logical_or.reduce([self._may_take(pick) for pick in self.needed.picks if pick.value == value])
            columns += [
                np.where(taken, values, np.int64(-1)) for name, values in self.values.items() if name.removesuffix("_low").removesuffix("_high") == f"f_{value}"
            ]
        return np.column_stack(columns)

    def rest(self) -> NDArray[np.int64]:
        """Return what makes the kind of each entry apart from :meth:`bits`. Shape (entries, columns)."""
        added = (*_once(self.needed), *extremes(self.needed))
        facts: list[Truths | Pick] = [*self.needed.truths, *self.needed.picks]
        others = [fact for fact in facts if fact not in added]
        columns = [self.truths[name].astype(np.int64) for fact in others for name in self._variants(fact)]
        columns += [values for fact in others if isinstance(fact, Pick) for values in self._values(fact)]
        for pick in extremes(self.needed):
            unsure = np.logical_or.reduce([self.truths[name] == UNKNOWN for name in self._variants(pick) if not name.endswith("NULL")])
            columns += [unsure.astype(np.int64), *(np.where(self._is_open(pick), values, np.int64(-1)) for values in self._values(pick))]
        return np.column_stack([np.zeros(len(self.values["record_id"]), dtype=np.int64), *columns])

    def _values(self, pick: Pick) -> list[NDArray[np.int64]]:
        return [values.astype(np.int64) for name, values in self.values.items() if name in names_of(pick.value, pick.type)]

    def _is_open(self, pick: Pick) -> NDArray[np.bool_]:
        """Return which entries a pick may take with a value that is not known exactly."""
        known = pick.value == AGE
        return np.zeros(len(self.values["record_id"]), dtype=np.bool_) if known else self._may_take(pick) & (self.values[f"open_{pick.value}"] != 0)

    def bits(self) -> dict[str, NDArray[np.int64]]:
        """Return what each entry adds to what the others tell, by column."""
        found = []
        for after in _whens(self.needed).values():
            bits = list(self._bits(after))
            found += [bits[first : first + WORD] for first in range(0, len(bits), WORD)]
        words = ([each.astype(np.int64) << place for place, each in enumerate(word)] for word in found)
        return {name: np.bitwise_or.reduce(word) for name, word in zip(words_of(self.needed), words, strict=True)}

    def masks(self) -> dict[str, NDArray[np.int64]]:
        """Return :data:`MASKS` by column."""
        masks = [np.bitwise_or.reduce([*self._masks(after)], axis=0) for after in _whens(self.needed).values()]
        return dict(zip(masks_of(self.needed), np.concatenate(masks), strict=True))

    def _masks(self, after: str) -> Iterator[NDArray[np.int64]]:
        """Yield the bit of each pick in each mask. Shape (masks, entries)."""
        yield np.zeros((len(MASKS), len(self.values["record_id"])), dtype=np.int64)
        for place, pick in enumerate(extremes(self.needed)):
            belongs = self.truths[f"{pick.name} {after}"]
            yield np.stack([belongs == TRUE, belongs == UNKNOWN]).astype(np.int64) << place

    def _bits(self, after: str) -> Iterator[NDArray[np.bool_]]:
        """Yield that a ``where`` holds, and that it may; that a pick takes an entry, and a number so short, or so long."""
        for fact in _once(self.needed):
            yield self.truths[f"{fact.name} {after}"] == TRUE
            yield self.truths[f"{fact.name} {after}"] != FALSE
        for pick in extremes(self.needed):
            taken = self.truths[f"{pick.name} {after}"] != FALSE
            if pick.value == AGE:
                yield taken
                continue
            place, _ = self._values(pick)
            yield from (taken & ((place <= limit) if pick.take == "shortest" else (place >= limit)) for limit in _places(self.needed, pick))

    def _may_take(self, pick: Pick) -> NDArray[np.bool_]:
        taken: NDArray[np.bool_] = np.logical_or.reduce([self.truths[name] != FALSE for name in self._variants(pick)])
        return taken

    def _variants(self, fact: Truths | Pick) -> list[str]:
        return [name for name in self.truths if name.rpartition(" ")[0] == fact.name]

    def flags(self) -> dict[str, NDArray[np.int32]]:
        """Return what else matters of each entry."""
        size = len(self.values["record_id"])
        return {
            "unsure": self._unsure(size),
            "untold": self._untold(size),
            "ordered": self._ordered(size),
            "joint": self._joint(size),
            "cuts": self._cuts(size),
        }

    def _unsure(self, size: int) -> NDArray[np.int32]:
        """Return which entries a pick may or may not take, or may take with a value that is not known exactly."""
        unsure = np.zeros(size, dtype=np.bool_)
        for pick in self.needed.picks:
            unsure |= self.truths[f"{pick.name} FALSE"] == UNKNOWN
            unsure |= self._is_open(pick)
        return unsure.astype(np.int32)

    def _untold(self, size: int) -> NDArray[np.int32]:
        """Return which entries a pick surely takes although nobody told of stitches: where there is none, no pick has a value."""
        sure = [self.truths[f"{pick.name} NULL"] == TRUE for pick in self.needed.picks if AFTER in self.needed.used]
        untold: NDArray[np.int32] = np.logical_or.reduce([np.zeros(size, dtype=np.bool_), *sure]).astype(np.int32)
        return untold

    def _ordered(self, size: int) -> NDArray[np.int32]:
        """Return which entries may be the latest, or tell something for a time, where that decides more than how long ago it was."""
        latest = [self._may_take(pick) for pick in self.needed.picks if pick.valid_for_days is not None or (pick.take == "latest" and pick.value != AGE)]
        ordered: NDArray[np.int32] = np.logical_or.reduce([np.zeros(size, dtype=np.bool_), *latest]).astype(np.int32)
        return ordered

    def _joint(self, size: int) -> NDArray[np.int32]:
        joint = np.zeros(size, dtype=np.int32)
        picks = {pick.name: pick for pick in self.needed.picks}
        for bit, name in enumerate(sorted(self.needed.against)):
            joint |= np.where(self._may_take(picks[name]), np.int32(1 << bit), np.int32(0))
        return joint

    def _cuts(self, size: int) -> NDArray[np.int32]:
        """Return the ages at which an entry tells something else to a fact that may take it, as bits."""
        cuts = np.zeros(size, dtype=np.int32)
        for pick in self.needed.picks:
            bits = sum(1 << self.needed.ages.index(age) for age in self.needed.cuts_of.get(pick.name, ()))
            cuts |= np.where(self._may_take(pick), np.int32(bits), np.int32(0))
        return cuts
