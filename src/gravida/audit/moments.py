# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""Moments: the time between two changes of class, with the classes of all components.

What changes nothing for any criterion begins no moment: a second scan of the same kind, or a scan that turns two weeks
old where nothing has to be repeated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gravida.audit.classes import Classes
from gravida.audit.engine import Engine
from gravida.audit.needs import AFTER, OWN, STITCHES, Needs

IN_TIME = "PARTITION BY d.pid ORDER BY d.begins"


@dataclass(frozen=True)
class Moments:
    """Makes the view ``moments`` of one portion: pid, turn (1 for the first), begins, nexts, and the words of the profile.

    ``nexts`` is the day on which the next one begins; the last lasts until the pregnancy ended, and has none.
    """

    engine: Engine
    needs: Needs
    classes: Classes

    def make(self) -> None:
        """Make it. The classes of all keys of the portion must be known."""
        parts = [self._every(*each) for each in self._own()] if OWN in self.needs.atoms else []
        parts += [self._changes(*each) for each in map(self._classed, self._lists)]
        if self._lists:
            parts.append((self._every if self.classes.worlds.entries.is_said_once() else self._changes)(*self._said()))
        sums = ", ".join(f"CAST(SUM({word}) OVER ordered AS BIGINT) AS {word}" for word in self.classes.words)
        days = "DENSE_RANK() OVER ordered AS turn, begins, LEAD(begins) OVER ordered AS nexts"
        rows = f"SELECT pid, {days}, {sums} FROM ({' UNION ALL '.join(parts)}) AS d WINDOW ordered AS (PARTITION BY pid ORDER BY begins)"
        self.engine.view("moments", f"SELECT * FROM ({rows}) AS m WHERE nexts IS NULL OR nexts > begins")

    @property
    def _lists(self) -> list[str]:
        return [name for name in self.needs.atoms if name != OWN]

    def _own(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the SQL of the class of what stands outside the lists, and the word in which it stands: it comes, and goes when another comes."""
        word, joined = self.classes.word(OWN), f"FROM bare AS b JOIN class_{OWN} AS c_{OWN} ON c_{OWN}.key = b.{OWN}"
        yield f"(SELECT b.pid, b.begins, {self._code(OWN)} AS {word} {joined})", [word]
        yield f"(SELECT b.pid, b.nexts AS begins, -({self._code(OWN)}) AS {word} {joined} WHERE b.nexts IS NOT NULL)", [word]

    def _said(self) -> tuple[str, list[str]]:
        """Return the SQL of what is said about lists, in words: a list that has rows is added with them."""
        sums = {self.classes.word(name): list[str]() for name in self._lists}
        for bit, name in enumerate(self._lists):
            sums[self.classes.word(name)].append(f"CASE WHEN COALESCE(f.lists, 0) & {1 << bit} = 0 THEN k.{name} ELSE 0 END")
        words = ", ".join(f"CAST({' + '.join(parts)} AS BIGINT) AS {word}" for word, parts in sums.items())
        joins = f"JOIN ({self._sayings()}) AS k ON k.saying = b.saying LEFT JOIN ({self._filled()}) AS f ON f.pid = b.pid"
        return f"(SELECT b.pid, b.begins, {words} FROM told AS b {joins})", list(sums)

    def _sayings(self) -> str:
        """Return the SQL of the classes of all that is said about lists together."""
        codes = ", ".join(f"{self._code(name)} AS {name}" for name in self._lists)
        joins = " ".join(f"LEFT JOIN class_{name} AS c_{name} ON c_{name}.key = s.{name}" for name in self._lists)
        return f"SELECT s.saying, {codes} FROM sayings AS s {joins}"

    def _filled(self) -> str:
        """Return the SQL of which lists have rows, as bits: a stitch is a row of every list that it parts into before and after."""
        rows = {name: [name, *([STITCHES] if AFTER in self.needs.lists[name].used else [])] for name in self._lists}
        parts = [f"SELECT pid, {1 << bit} AS list FROM held_{each}" for bit, name in enumerate(self._lists) for each in rows[name]]
        return f"SELECT pid, BIT_OR(list) AS lists FROM ({' UNION ALL '.join(parts)}) AS l GROUP BY pid"

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
