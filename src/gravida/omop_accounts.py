# ruff: noqa: S608 - every name in a query is one of ours
"""The accounts of reading an OMOP database: rows in = rows used + rows set aside, for each table, and what contradicts itself.

>>> Account(5, 3, {"no date": 2}).adds_up
True
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gravida.omop_rows import EXTENSION, NOT_JUDGED, OUTSIDE, REASONS, UNMAPPED, UNREAD
from gravida.omop_source import EVENTS, Db, Source, literal

NO_PREGNANCY = "no pregnancy that is judged"
NOT_NEEDED = "not needed"
CONFLICTS = "conflicts"
"""The table of contradictions that were met, beside the flat ones."""


@dataclass(frozen=True)
class Account:
    """What became of the rows of one table of the source."""

    rows: int
    used: int
    set_aside: Mapping[str, int] = field(default_factory=dict)

    @property
    def adds_up(self) -> bool:
        """Whether every row was either used or set aside."""
        return self.rows == self.used + sum(self.set_aside.values())


@dataclass(frozen=True)
class Flattened:
    """The account of a database: for each of its tables, the rows that came in are those used and those set aside, each with a reason."""

    accounts: Mapping[str, Account]
    conflicts: Counter[str]
    """Contradictions, which are told and not dropped, by kind; the table ``conflicts`` has each with its pregnancy."""
    rows: Counter[str]
    """Rows that were written, by table."""
    not_read: tuple[str, ...]
    """Tables of the source that hold nothing that is read."""

    @property
    def found(self) -> Counter[str]:
        """The rows that came in, by table."""
        return Counter({table: account.rows for table, account in self.accounts.items()})

    @property
    def used(self) -> Counter[str]:
        """The rows that were used, by table."""
        return Counter({table: account.used for table, account in self.accounts.items()})

    @property
    def aside(self) -> Counter[tuple[str, str]]:
        """The rows that were set aside, by table and reason."""
        return Counter({(table, reason): number for table, account in self.accounts.items() for reason, number in account.set_aside.items()})

    @property
    def adds_up(self) -> bool:
        """Whether nothing was lost."""
        return all(account.adds_up for account in self.accounts.values())


OTHERS = {
    "person": ("person_id IN (SELECT person_id FROM known)", NO_PREGNANCY),
    "observation_period": ("EXISTS (FROM known AS k WHERE k.person_id = s.person_id AND s.first <= k.ended_on AND s.last >= k.first_day)", NO_PREGNANCY),
    "visit_occurrence": ("EXISTS (FROM known AS k WHERE k.person_id = s.person_id AND s.day BETWEEN k.first_day AND k.ended_on)", OUTSIDE),
    "care_site": ("id IN (SELECT id FROM site)", NOT_NEEDED),
    "concept": ("id IN (SELECT id FROM by_id UNION SELECT id FROM unit_of UNION SELECT id FROM concept_name)", UNMAPPED),
    "cdm_source": ("true", NOT_NEEDED),
}
"""Tables that hold no events: which rows are used, and why the others are not."""


def accounts(source: Source, db: Db) -> dict[str, Account]:
    """Return the account of every table that is read."""
    _finish(db)
    found = {event.table: _of_events(event.table, source.rows[event.table], db) for event in EVENTS if event.table in source.rows}
    if EXTENSION in source.rows:
        found[EXTENSION] = _of_events(EXTENSION, source.rows[EXTENSION], db)
    for table, (used, reason) in OTHERS.items():
        if table in source.rows:
            number = int(db.execute(f"SELECT count(*) FROM src_{table} AS s WHERE {used}").fetchall()[0][0])
            rest = source.rows[table] - number
            found[table] = Account(source.rows[table], number, {reason: rest} if rest else {})
    return found


def _finish(db: Db) -> None:
    """Give a reason to every row that nothing used: one that was found on the way, or where it lies."""
    ranks = ", ".join(literal(reason) for reason in REASONS)
    db.execute(f"""
        CREATE TABLE outcome AS SELECT e.key, e.source, CASE WHEN u.key IS NOT NULL THEN NULL ELSE
            coalesce(e.reason, a.reason, CASE WHEN i.key IS NULL THEN '{OUTSIDE}' WHEN NOT i.judged THEN '{NOT_JUDGED}' ELSE '{UNREAD}' END) END AS reason
        FROM row AS e LEFT JOIN (SELECT DISTINCT key FROM used) AS u USING (key)
        LEFT JOIN (SELECT key, arg_min(reason, list_position([{ranks}], reason)) AS reason FROM aside GROUP BY key) AS a USING (key)
        LEFT JOIN (SELECT key, bool_or(judged) AS judged FROM inside GROUP BY key) AS i USING (key)""")


def _of_events(table: str, rows: int, db: Db) -> Account:
    counted = dict(db.execute("SELECT reason, count(*) FROM outcome WHERE source = $1 GROUP BY reason ORDER BY reason", [table]).fetchall())
    used = int(counted.pop(None, 0))
    unmapped = rows - used - sum(counted.values())
    found = {reason: int(counted[reason]) for reason in REASONS if reason in counted}
    return Account(rows, used, {UNMAPPED: unmapped, **found} if unmapped else found)


def conflicts(out: Path, db: Db) -> Counter[str]:
    """Write the conflicts, each with its pregnancy, and return how often each kind was met."""
    (out / CONFLICTS).mkdir(parents=True, exist_ok=True)
    db.execute(f"""COPY (SELECT e.pregnancy_id, c.kind AS says FROM conflict AS c ASOF LEFT JOIN episode AS e
        ON e.person_id = c.person_id AND e.first_day <= c.day ORDER BY ALL) TO {literal(str(out / CONFLICTS / "part-00000.parquet"))} (FORMAT parquet)""")
    return Counter({str(kind): int(number) for kind, number in db.execute("SELECT kind, count(*) FROM conflict GROUP BY kind ORDER BY kind").fetchall()})
