# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""Moments: the time between two changes of class, with the sum of the classes of all components.

What changes nothing for any criterion begins no moment: a second scan of the same kind, or a scan that turns two weeks
old where nothing has to be repeated.
"""

from dataclasses import dataclass

from gravida.audit.classes import keys_of
from gravida.audit.engine import Engine
from gravida.audit.hashes import KEY, key
from gravida.audit.needs import OWN, Needs


@dataclass(frozen=True)
class Moments:
    """Makes the table ``moments`` of one portion: pid, begins, ends, profile."""

    engine: Engine
    needs: Needs

    def make(self) -> None:
        """Make it. The classes of all keys of the portion must be known."""
        lists = [name for name in self.needs.atoms if name != OWN]
        joins = [f"JOIN class_{OWN} AS c_{OWN} ON c_{OWN}.key = b.{OWN}"]
        sums = [_code(OWN)]
        for name in lists:
            joins.append(f"LEFT JOIN class_{name} AS c_{name} ON c_{name}.key = b.{name}")
            joins.append(f"LEFT JOIN (SELECT DISTINCT pid FROM state_{name}) AS s_{name} ON s_{name}.pid = b.pid")
            sums.append(f"CASE WHEN s_{name}.pid IS NULL THEN {_code(name)} ELSE 0 END")
        self.engine.table("summed", f"SELECT b.pid, b.begins, {' + '.join(sums)} AS code FROM bare AS b {' '.join(joins)}")
        rows = "(SELECT s.pid, s.begins, {code} AS code FROM state_{name} AS s JOIN class_{name} AS c_{name} ON c_{name}.key = s.key)"
        parts = [_changes("summed"), *(_changes(rows.format(code=_code(name), name=name)) for name in lists)]
        self.engine.table("deltas", f"SELECT pid, begins, SUM(k) AS k FROM ({' UNION ALL '.join(parts)}) AS d WHERE k <> 0 GROUP BY pid, begins")
        self.engine.table(
            "moments",
            "SELECT d.pid, d.begins, COALESCE(LEAD(d.begins) OVER ordered - 1, p.ended_on) AS ends, "
            f"CAST(SUM(d.k) OVER (PARTITION BY d.pid ORDER BY d.begins ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS {KEY}) AS profile "
            "FROM deltas AS d JOIN in_pregnancies AS p ON p.pid = d.pid WHERE d.k <> 0 WINDOW ordered AS (PARTITION BY d.pid ORDER BY d.begins)",
        )
        self.engine.drop("summed", "deltas")

    def classes_of(self, chosen: str) -> str:
        """Return the SQL of the class of every component at the moments of a table: record_id, then a column for each."""
        parts = [
            f"(SELECT record_id, MAX_BY(class, begins) AS {name} FROM ({self._met(name, chosen)}) AS m GROUP BY record_id) AS t_{name}"
            for name in self.needs.atoms
        ]
        first, *rest = parts
        return f"SELECT * FROM {first}" + "".join(f" JOIN {each} USING (record_id)" for each in rest)

    def _met(self, name: str, chosen: str) -> str:
        keys = f"({keys_of(name)}) AS k ON k.pid = m.pid AND k.begins <= m.day"
        return f"SELECT m.record_id, k.begins, c.class FROM {chosen} AS m JOIN {keys} JOIN class_{name} AS c ON c.key = k.key"


def _code(name: str) -> str:
    return key(f"'{name}'", f"c_{name}.class")


def _changes(table: str) -> str:
    return f"SELECT pid, begins, code - COALESCE(LAG(code) OVER (PARTITION BY pid ORDER BY begins), 0) AS k FROM {table} AS t"
