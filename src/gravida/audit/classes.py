# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""From the keys of a component to its classes: what no criterion can tell apart is one.

A key that was not met before is worked out on the records of one pregnancy that has it, and remembered: ``class_<c>``
gives the number of the class of each key, from 1 on, and ``numbers`` the truths of the atoms of each class.

What is known at a moment is one class for each component: a *profile*. The classes stand side by side in words of 62
bits, so that sums of what changes give the profile itself, and a word tells its classes again.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gravida.audit.engine import Engine
from gravida.audit.hashes import KEY
from gravida.audit.needs import AFTER, OWN, STITCHES, Needs
from gravida.audit.truths import BITS, FALSE, TRUE, UNKNOWN, Numbering, Truth, turned
from gravida.audit.worlds import Worlds, joined

ROOM = 62
"""Bits of a word: sums of two of them still are numbers of 64 bits."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the class of a component stands in a profile."""

    word: int
    shift: int
    bits: int


@dataclass
class Classes:
    """Keeps the classes of every component that some criterion looks at."""

    engine: Engine
    needs: Needs
    worlds: Worlds
    numbers: dict[str, Numbering] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    """Where the class of each component stands in the profiles of this portion."""

    def __post_init__(self) -> None:
        for name, atoms in self.needs.atoms.items():
            self.numbers[name] = Numbering(len(atoms), np.int8)
            self.engine.table(f"class_{name}", f"SELECT CAST(0 AS {KEY}) AS key, CAST(0 AS INTEGER) AS class WHERE FALSE")

    def word(self, name: str) -> str:
        """Return the column in which the class of a component stands."""
        return self.words[self.places[name].word]

    def learn(self) -> None:
        """Work out every key of the portion that was not met before."""
        for name in self.needs.atoms:
            self._choose(name)
            if self.engine.rows("SELECT 1 FROM chosen LIMIT 1"):
                self._work_out(name)
        self.places = dict(zip(self.numbers, _places([len(each.rows).bit_length() for each in self.numbers.values()]), strict=True))

    @property
    def words(self) -> list[str]:
        """The columns of a profile."""
        return [f"profile_{word}" for word in range(1 + max(place.word for place in self.places.values()))]

    def _choose(self, name: str) -> None:
        """Keep, for each new key, one moment of one pregnancy that has it."""
        unmet = " UNION ALL ".join(_unmet(name))
        self.engine.table("met", f"SELECT key, pid, MIN(begins) AS day FROM ({unmet}) AS m GROUP BY key, pid")
        first = "SELECT key, MIN(pid) AS pid FROM met GROUP BY key"
        self.engine.table(
            "chosen",
            f"SELECT ROW_NUMBER() OVER (ORDER BY m.key) AS record_id, m.key, m.pid, m.day FROM met AS m JOIN ({first}) AS f ON f.key = m.key AND f.pid = m.pid",
        )

    def _work_out(self, name: str) -> None:
        atoms = self.needs.atoms[name]
        self.worlds.make(list(self._lists(name)))
        answers = self.worlds.answers(atoms)
        columns = ", ".join(f"CAST(CASE WHEN {atom} THEN 1 WHEN NOT {atom} THEN -1 ELSE 0 END AS TINYINT) AS {atom}" for atom in atoms)
        found = self.engine.numbers(f"SELECT record_id, {columns} FROM {joined(answers)}")
        numbers = self.numbers[name].number(np.column_stack([found[atom] for atom in atoms]))
        self.engine.put("given", {"record_id": found["record_id"], "class": numbers + np.int32(1)})
        self.engine.append(f"class_{name}", "SELECT c.key, g.class FROM chosen AS c JOIN given AS g ON g.record_id = c.record_id")
        self.engine.drop("given", *answers)

    def _lists(self, name: str) -> Iterator[str]:
        if name != OWN:
            yield name
            if AFTER in self.needs.lists[name].used:
                yield STITCHES

    def atoms(self, profiles: Mapping[str, NDArray[Any]]) -> dict[str, Truth]:
        """Return the truth of every atom in some profiles."""
        found: dict[str, Truth] = {}
        for name, names in self.needs.atoms.items():
            rows, classes = self.numbers[name].rows, self._classes(name, profiles)
            known = np.packbits(np.concatenate([rows == TRUE, rows == FALSE], axis=1), axis=1, bitorder="little")
            cases = np.zeros((-(-len(classes) // BITS) * BITS, known.shape[1]), dtype=np.uint8)
            cases[: len(classes)] = known[classes]
            planes = turned(cases)
            found.update({atom: Truth(planes[index], planes[index + len(names)]) for index, atom in enumerate(names)})
        return found

    def of(self, profiles: Mapping[str, NDArray[Any]]) -> NDArray[np.int64]:
        """Return the class of every component in some profiles; a class keeps its number. Shape (profiles, components)."""
        return np.column_stack([self._classes(name, profiles) for name in self.needs.atoms])

    def unknown(self, profiles: Mapping[str, NDArray[Any]]) -> Callable[[str], NDArray[np.bool_]]:
        """Return a function that tells in which of some profiles an atom is unknown."""
        classes = {name: self._classes(name, profiles) for name in self.needs.atoms}
        places = {atom: (name, place) for name, names in self.needs.atoms.items() for place, atom in enumerate(names)}

        def found(atom: str) -> NDArray[np.bool_]:
            name, place = places[atom]
            return np.asarray((self.numbers[name].rows[:, place] == UNKNOWN)[classes[name]])

        return found

    def _classes(self, name: str, profiles: Mapping[str, NDArray[Any]]) -> NDArray[np.int64]:
        """Return the class of a component in some profiles, from 0 on."""
        place = self.places[name]
        word = np.asarray(profiles[self.words[place.word]], dtype=np.int64)
        return ((word >> place.shift) & ((1 << place.bits) - 1)) - 1


def _places(bits: Sequence[int]) -> Iterator[Place]:
    """Yield places of so many bits, one after another, in as few words as that takes."""
    word, shift = 0, 0
    for each in bits:
        if shift + each > ROOM:
            word, shift = word + 1, 0
        yield Place(word, shift, each)
        shift += each


def _unmet(name: str) -> Iterator[str]:
    """Yield the SQL of pid, begins and key of a component, where the key was not met: of the rows, and of what is said about a list that has none.

    Little is said that differs, and seldom anything new: what is new is looked up before it is looked for.
    """
    new = f"NOT IN (SELECT key FROM class_{name})"
    if name == OWN:
        yield f"SELECT pid, begins, {name} AS key FROM bare WHERE {name} {new}"
        return
    yield f"SELECT pid, begins, key FROM state_{name} WHERE key {new}"
    said = f"SELECT saying, {name} AS key FROM sayings WHERE {name} {new}"
    yield f"SELECT t.pid, t.begins, k.key FROM told AS t JOIN ({said}) AS k ON k.saying = t.saying WHERE t.pid NOT IN (SELECT pid FROM state_{name})"
