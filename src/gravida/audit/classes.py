# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""From the keys of a component to its classes: what no criterion can tell apart is one.

A key that was not met before is worked out on the records of one pregnancy that has it, and remembered: ``class_<c>``
gives the number of the class of each key, and ``truths`` the truths of the atoms of each class.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from gravida.audit.engine import Engine
from gravida.audit.hashes import KEY
from gravida.audit.needs import AFTER, OWN, STITCHES, Needs
from gravida.audit.truths import Numbering
from gravida.audit.worlds import Worlds, joined


@dataclass
class Classes:
    """Keeps the classes of every component that some criterion looks at."""

    engine: Engine
    needs: Needs
    worlds: Worlds
    numbers: dict[str, Numbering] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, atoms in self.needs.atoms.items():
            self.numbers[name] = Numbering(len(atoms), np.int8)
            self.engine.table(f"class_{name}", f"SELECT CAST(0 AS {KEY}) AS key, CAST(0 AS INTEGER) AS class WHERE FALSE")

    def learn(self) -> None:
        """Work out every key of the portion that was not met before."""
        for name in self.needs.atoms:
            self._choose(name)
            if self.engine.rows("SELECT 1 FROM chosen LIMIT 1"):
                self._work_out(name)

    def _choose(self, name: str) -> None:
        """Keep, for each new key, one moment of one pregnancy that has it."""
        met = f"SELECT pid, begins, key FROM ({keys_of(name)}) AS k WHERE key NOT IN (SELECT key FROM class_{name})"
        self.engine.table("met", f"SELECT key, pid, MIN(begins) AS day FROM ({met}) AS m GROUP BY key, pid")
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
        self.engine.put("given", {"record_id": found["record_id"], "class": numbers})
        self.engine.append(f"class_{name}", "SELECT c.key, g.class FROM chosen AS c JOIN given AS g ON g.record_id = c.record_id")
        self.engine.drop("given", *answers)

    def _lists(self, name: str) -> Iterator[str]:
        if name != OWN:
            yield name
            if AFTER in self.needs.lists[name].used:
                yield STITCHES


def keys_of(name: str) -> str:
    """Return the SQL of pid, begins and key of a component: of the rows where there are any, else of what is said about the list."""
    if name == OWN:
        return f"SELECT pid, begins, {name} AS key FROM bare"
    return f"SELECT pid, begins, key FROM state_{name} UNION ALL SELECT pid, begins, {name} AS key FROM bare WHERE pid NOT IN (SELECT pid FROM state_{name})"
