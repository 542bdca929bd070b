# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""The records of one pregnancy for each new key, in the tables that :mod:`gravida.sql` reads, and what it answers.

``chosen`` names the moments: record_id, pid, day. From it come ``records`` and one table for each list, with ages as of
that day, and blank rows for entries that are counted, or may exist, and are not described.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gravida.audit.engine import Engine
from gravida.audit.entries import PREGNANT, Entries, names_of, observed_columns
from gravida.audit.needs import AFTER, AGE, GESTATION, STITCHES
from gravida.cql import Node
from gravida.evaluate import Meaning
from gravida.facts import EntryList, Field, Observed, Type
from gravida.sql import Sql
from gravida.sql_tables import MOST_COLUMNS

AFTER_ANY = "CASE WHEN l.cerclages_known THEN CASE WHEN t.later > 0 THEN TRUE WHEN COALESCE(t.not_later, 0) = COALESCE(t.number, 0) THEN FALSE END END"
"""The SQL of whether an entry lies after any stitch: unknown if the stitches are."""


@dataclass(frozen=True)
class Worlds:
    """Makes the worlds of the table ``chosen``, and asks them. ``largest_k``: so many blanks stand for a number that nobody knows."""

    engine: Engine
    meaning: Meaning
    entries: Entries
    largest_k: int
    queries: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    def make(self, used: Sequence[str]) -> None:
        """Make ``records`` and the tables of all lists, of which only some have rows."""
        then = "x.pid = c.pid AND x.begins <= c.day AND (x.{until} IS NULL OR c.day < x.{until})"
        told = "listed" if used else "stated"  # what rests on a list rests on nothing outside the lists
        self.engine.table("asked", f"SELECT c.record_id, c.day, x.* FROM chosen AS c JOIN {told} AS x ON {then.format(until='nexts')}")
        for name in used:
            self.engine.table(f"entries_{name}", f"SELECT c.record_id, c.day, x.* FROM chosen AS c JOIN held_{name} AS x ON {then.format(until='until')}")
            self.engine.table(f"number_{name}", f"SELECT record_id, COUNT(*) AS described FROM entries_{name} GROUP BY record_id")
        self.engine.table("lengths", self._lengths(used))
        self._placed(used)
        self.engine.table("records", self._records(used))
        for name, declared in self.meaning.lists.items():
            self.engine.table(name, self._list(name, declared, used))
        self.engine.drop("placed", "asked", *(f"{what}_{name}" for what in ("entries", "number") for name in used))

    def _lengths(self, used: Sequence[str]) -> str:
        """Return the SQL of which lists are known, and of how many entries are not described."""
        joins = " ".join(f"LEFT JOIN number_{name} AS n_{name} ON n_{name}.record_id = a.record_id" for name in used)
        columns = ", ".join(f"{self._known(name)} AS {name}_known, {self._missing(name)} AS {name}_missing" for name in used)
        return f"SELECT a.record_id, {columns} FROM asked AS a {joins}"

    def _known(self, name: str) -> str:
        counted = " OR a.prior_pregnancies_total IS NOT NULL" if self.meaning.lists[name].declared else ""
        return f"(COALESCE(a.{name}_known, FALSE) OR COALESCE(a.{name}_open, FALSE) OR n_{name}.described IS NOT NULL{counted})"

    def _missing(self, name: str) -> str:
        """Return the SQL that :func:`gravida.prepare._missing` gives in Python."""
        written = f"(COALESCE(a.{name}_known, FALSE) OR COALESCE(a.{name}_open, FALSE) OR n_{name}.described IS NOT NULL)"
        described, most = f"COALESCE(n_{name}.described, 0)", self.largest_k
        opened = f"WHEN {written} AND COALESCE(a.{name}_open, FALSE) THEN {most}"
        if not self.meaning.lists[name].declared:
            return f"CASE {opened} ELSE 0 END"
        total, complete = "a.prior_pregnancies_total", "a.prior_pregnancies_complete"
        return (
            f"CASE WHEN NOT {written} THEN COALESCE({total}, 0) {opened} WHEN COALESCE({complete}, FALSE) THEN 0 "
            f"WHEN {total} IS NOT NULL THEN GREATEST({total} - {described}, 0) WHEN {described} = 0 AND {complete} IS NULL THEN 0 ELSE {most} END"
        )

    def _placed(self, used: Sequence[str]) -> None:
        """Keep the gestation at which each stitch was placed; an open list adds one of which nothing is known."""
        if STITCHES in used:
            one = "SELECT record_id, gestation_low AS placed_low, gestation_high AS placed_high FROM entries_cerclages"
            unknown = "SELECT record_id, CAST(NULL AS INTEGER) AS placed_low, CAST(NULL AS INTEGER) AS placed_high FROM lengths WHERE cerclages_missing > 0"
            self.engine.table("placed", f"{one} UNION ALL {unknown}")

    def _records(self, used: Sequence[str]) -> str:
        known = ", ".join(f"l.{name}_known" if name in used else f"FALSE AS {name}_known" for name in self.meaning.lists)
        facts = ", ".join(part for fact in self.meaning.facts.values() if isinstance(fact, Observed) for part in self._fact(fact, used))
        return f"SELECT a.record_id, {known}, {facts} FROM asked AS a JOIN lengths AS l ON l.record_id = a.record_id"

    def _fact(self, fact: Observed, used: Sequence[str]) -> Iterator[str]:
        if fact.name == PREGNANT:
            yield f"TRUE AS {fact.name}"
        elif fact.name in self.entries.needs.observed and not used:
            yield from (f"{_cast(f'a.{name}', fact.type)} AS {name}" for name, _ in observed_columns(fact))
        else:
            yield from (f"{_cast('NULL', fact.type)} AS {name}" for name in names_of(fact.name, fact.type, ""))

    def _list(self, name: str, declared: EntryList, used: Sequence[str]) -> str:
        nothing = ", ".join(f"{_cast('NULL', each.type)} AS {column}" for each in declared.fields.values() for column in names_of(each.name, each.type, ""))
        if name not in used:
            return f"SELECT CAST(0 AS BIGINT) AS record_id, CAST(0 AS INTEGER) AS entry, FALSE AS described, {nothing} WHERE FALSE"
        values = ", ".join(part for each in declared.fields.values() for part in self._field(name, each))
        described = f"SELECT e.record_id, CAST(e.entry AS INTEGER) AS entry, TRUE AS described, {values} FROM entries_{name} AS e"
        if AFTER in declared.fields:
            tests = {"later": "e.gestation_low > p.placed_high", "not_later": "e.gestation_high <= p.placed_low"}
            counts = ", ".join(f"COUNT(*) FILTER (WHERE {test}) AS {which}" for which, test in tests.items())
            both = f"entries_{name} AS e JOIN placed AS p ON p.record_id = e.record_id"
            stitches = f"SELECT e.record_id, e.entry, COUNT(*) AS number, {counts} FROM {both} GROUP BY e.record_id, e.entry"
            described += f" JOIN lengths AS l ON l.record_id = e.record_id LEFT JOIN ({stitches}) AS t ON t.record_id = e.record_id AND t.entry = e.entry"
        most = max(self.largest_k, self._most(name))
        numbers = " UNION ALL ".join(f"SELECT {number} AS i" for number in range(1, most + 1))
        blank = f"SELECT l.record_id, CAST(-i AS INTEGER) AS entry, FALSE AS described, {nothing} FROM lengths AS l"
        return f"{described} UNION ALL {blank} JOIN ({numbers}) AS n ON n.i <= l.{name}_missing"

    def _most(self, name: str) -> int:
        ((most,),) = self.engine.rows(f"SELECT COALESCE(MAX({name}_missing), 0) FROM lengths")
        return int(most)

    def _field(self, name: str, field: Field) -> Iterator[str]:
        columns = names_of(field.name, field.type, "")
        if field.name == AGE:
            values: tuple[str, ...] = ("e.day - e.day_high", "e.day - e.day_low")
        elif field.name == GESTATION:
            values = ("e.gestation_low", "e.gestation_high")
        elif field.name == AFTER:
            values = (AFTER_ANY,)
        elif field.name in {each.name for each in self.entries.fields(name)}:
            values = tuple(f"e.f_{column}" for column in columns)
        else:
            values = ("NULL",) * len(columns)
        yield from (f"{_cast(value, field.type)} AS {column}" for value, column in zip(values, columns, strict=True))

    def answers(self, criteria: Mapping[str, Node]) -> list[str]:
        """Ask criteria; return the tables with the answers, each with ``record_id`` and a column for some of them.

        The text of a query is made once: for the criteria of one component it is always the same.
        """
        queries = self.queries.setdefault(tuple(criteria), []) or self._queries(criteria)
        for number, query in enumerate(queries):
            self.engine.table(f"answers_{number}", query)
        return [f"answers_{number}" for number, _ in enumerate(queries)]

    def _queries(self, criteria: Mapping[str, Node]) -> list[str]:
        names, made = list(criteria), self.queries[tuple(criteria)]
        for first in range(0, len(names), MOST_COLUMNS):
            made.append(Sql(self.meaning).query({name: criteria[name] for name in names[first : first + MOST_COLUMNS]}))
        return made


def joined(tables: Sequence[str]) -> str:
    """Return the SQL of some tables side by side, by ``record_id``."""
    first, *rest = tables
    return first + "".join(f" JOIN {each} USING (record_id)" for each in rest)


def _cast(value: str, kind: Type) -> str:
    if kind.is_number:
        return f"CAST({value} AS DOUBLE)"
    return f"CAST({value} AS {'BOOLEAN' if kind.kind == 'boolean' else 'VARCHAR'})"
