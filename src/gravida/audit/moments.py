# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""Moments: the time between two changes of class, with the classes of all components.

What changes nothing for any criterion begins no moment: a second scan of the same kind, or a scan that turns two weeks
old where nothing has to be repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gravida.audit.classes import Classes
from gravida.audit.engine import Engine
from gravida.audit.needs import OWN, Needs

IN_TIME = "PARTITION BY d.pid ORDER BY d.begins"


@dataclass(frozen=True)
class Moments:
    """Makes the table ``moments`` of one portion: pid, turn (1 for the first), begins, ends, and the words of the profile."""

    engine: Engine
    needs: Needs
    classes: Classes

    def make(self) -> None:
        """Make it. The classes of all keys of the portion must be known."""
        words = self.classes.words
        sums = ", ".join(f"SUM({word}) AS {word}" for word in words)
        own = [self._own()] if OWN in self.needs.atoms else []
        parts = [self._changes(*each) for each in (*own, *map(self._classed, self._lists))]
        if self._lists:
            once = self.engine.rows("SELECT COUNT(*) FROM said") == self.engine.rows("SELECT COUNT(*) FROM in_pregnancies")
            parts.append((self._every if once else self._changes)(*self._said()))
        self.engine.table("deltas", f"SELECT pid, begins, {sums} FROM ({' UNION ALL '.join(parts)}) AS d GROUP BY pid, begins")
        running = ", ".join(f"CAST(SUM(d.{word}) OVER earlier AS BIGINT) AS {word}" for word in words)
        self.engine.table(
            "moments",
            "SELECT d.pid, ROW_NUMBER() OVER ordered AS turn, d.begins, COALESCE(LEAD(d.begins) OVER ordered - 1, p.ended_on) AS ends, "
            f"{running} FROM deltas AS d JOIN in_pregnancies AS p ON p.pid = d.pid WHERE {' OR '.join(f'd.{word} <> 0' for word in words)} "
            f"WINDOW ordered AS ({IN_TIME}), earlier AS ({IN_TIME} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)",
        )
        self.engine.drop("deltas")

    @property
    def _lists(self) -> list[str]:
        return [name for name in self.needs.atoms if name != OWN]

    def _own(self) -> tuple[str, list[str]]:
        """Return the SQL of the class of what stands outside the lists, and the word in which it stands."""
        word = self.classes.word(OWN)
        return f"(SELECT b.pid, b.begins, {self._code(OWN)} AS {word} FROM bare AS b JOIN class_{OWN} AS c_{OWN} ON c_{OWN}.key = b.{OWN})", [word]

    def _said(self) -> tuple[str, list[str]]:
        """Return the SQL of what is said about lists, in words: a list that has rows is added with them."""
        joins, sums = [], {self.classes.word(name): list[str]() for name in self._lists}
        for name in self._lists:
            joins.append(f"LEFT JOIN class_{name} AS c_{name} ON c_{name}.key = b.{name}")
            joins.append(f"LEFT JOIN (SELECT DISTINCT pid FROM state_{name}) AS s_{name} ON s_{name}.pid = b.pid")
            sums[self.classes.word(name)].append(f"CASE WHEN s_{name}.pid IS NULL THEN {self._code(name)} ELSE 0 END")
        words = ", ".join(f"CAST({' + '.join(parts)} AS BIGINT) AS {word}" for word, parts in sums.items())
        return f"(SELECT b.pid, b.begins, {words} FROM said AS b {' '.join(joins)})", list(sums)

    def _code(self, name: str) -> str:
        return f"CAST(c_{name}.class AS BIGINT) * {1 << self.classes.places[name].shift}"

    def _classed(self, name: str) -> tuple[str, list[str]]:
        """Return the SQL of the class of a list with rows, and the word in which it stands."""
        word = self.classes.word(name)
        return f"(SELECT s.pid, s.begins, {self._code(name)} AS {word} FROM state_{name} AS s JOIN class_{name} AS c_{name} ON c_{name}.key = s.key)", [word]

    def _changes(self, table: str, words: Sequence[str]) -> str:
        """Return the SQL of what changes in some words, and when."""
        changes = ", ".join(f"{word} - COALESCE(LAG({word}) OVER ordered, 0) AS {word}" for word in words)
        rows = f"SELECT pid, begins, {changes} FROM {table} AS t WINDOW ordered AS (PARTITION BY pid ORDER BY begins)"
        return f"{self._every(f'({rows})', words)} WHERE {' OR '.join(f'{word} <> 0' for word in words)}"

    def _every(self, table: str, words: Sequence[str]) -> str:
        """Return the SQL of all words of a profile, of which only some are in a table."""
        every = ", ".join(word if word in words else f"0 AS {word}" for word in self.classes.words)
        return f"SELECT pid, begins, {every} FROM {table} AS c"
