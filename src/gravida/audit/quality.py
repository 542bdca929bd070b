# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""What is wrong with the data: rows that could not be used, with the reason, and values that cannot be right.

Rows read are rows used and rows set aside, for every table, and the sum is checked.

>>> str(Account("scans", 10, 8, {"no such pregnancy": 2}))
'scans: 10 rows read, 8 used, 2 set aside (no such pregnancy: 2)'
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from gravida.audit.engine import Engine
from gravida.audit.intake import Intake
from gravida.audit.needs import Needs
from gravida.flat import TABLES

NO_ID = "no pregnancy_id"
UNLINKED = "no such pregnancy, or one that was set aside"
AFTER_END = "recorded, or happened, after the last day, or replaced before it counted"
SAME_DAY = "another row of the same entry on the same day"


@dataclass(frozen=True)
class Account:
    """The rows of one table: read, used, and set aside by reason."""

    table: str
    read: int
    used: int
    aside: Mapping[str, int]

    def __post_init__(self) -> None:
        if self.read != self.used + sum(self.aside.values()):
            raise AssertionError(f"{self.table}: {self.read} rows read, but {self.used} used and {dict(self.aside)} set aside")

    def __str__(self) -> str:
        reasons = "; ".join(f"{reason}: {count:,}" for reason, count in self.aside.items())
        return f"{self.table}: {self.read:,} rows read, {self.used:,} used, {sum(self.aside.values()):,} set aside" + (f" ({reasons})" if reasons else "")


@dataclass
class Told:
    """What was counted of some portions."""

    aside: dict[str, Counter[str]] = field(default_factory=lambda: {table: Counter() for table in TABLES})
    used: Counter[str] = field(default_factory=Counter)
    findings: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By table, column and what is wrong: values that became unknown."""

    def merge(self, other: "Told") -> None:
        """Add what was counted of other portions."""
        for table, reasons in other.aside.items():
            self.aside[table].update(reasons)
        self.used.update(other.used)
        self.findings.update(other.findings)


@dataclass
class Quality:
    """Counts findings portion by portion."""

    engine: Engine
    intake: Intake
    needs: Needs
    told: Told = field(default_factory=Told)

    @property
    def tables(self) -> list[str]:
        """The tables that are there."""
        return [table for table in TABLES if table in self.intake.sources.columns]

    def add(self) -> None:
        """Count what is wrong in the portion that was loaded, and whose entries were made."""
        self._pregnancies()
        self.told.findings.update(self.intake.findings)
        for table in self.tables:
            if table != "pregnancies":
                self._children(table)

    def _pregnancies(self) -> None:
        for found, count in self.engine.rows("SELECT reason, SUM(number) FROM ids GROUP BY reason"):
            if found is None:
                self.told.used["pregnancies"] += int(count)
            else:
                self.told.aside["pregnancies"][found] += int(count)

    def _children(self, table: str) -> None:
        ((loaded,),) = self.engine.rows(f"SELECT COUNT(*) FROM in_{table}")
        used = self._late(table, loaded) if table == "updates" else self._kept(table, loaded) if table in self.needs.lists else loaded
        self.told.used[table] += used

    def _late(self, table: str, loaded: int) -> int:
        ((late,),) = self.engine.rows(f"SELECT COUNT(*) FROM in_{table} AS u JOIN in_pregnancies AS p ON p.pid = u.pid WHERE u.recorded_on > p.ended_on")
        self.told.aside[table].update({AFTER_END: late} if late else {})
        return loaded - int(late)

    def _kept(self, table: str, loaded: int) -> int:
        """Return how many rows of a list hold on some day."""
        ((redated,),) = self.engine.rows("SELECT COUNT(*) FROM datings WHERE nexts IS NOT NULL")
        rows = f"SELECT DISTINCT pid, entry, known FROM held_{table}" if redated else f"SELECT pid FROM held_{table}"
        ((kept,),) = self.engine.rows(f"SELECT COUNT(*) FROM ({rows}) AS h")
        same = f"SELECT COUNT(*) AS n FROM known_{table} WHERE replaced IS NOT NULL AND replaced = known"
        ((replaced,),) = self.engine.rows(same)
        rest = {SAME_DAY: int(replaced), AFTER_END: loaded - int(kept) - int(replaced)}
        self.told.aside[table].update({reason: count for reason, count in rest.items() if count})
        return int(kept)

    def accounts(self) -> list[Account]:
        """Return the account of every table that is there, after all portions."""
        return [self._account(table) for table in self.tables]

    def _account(self, table: str) -> Account:
        ((read, nameless),) = self.engine.rows(f"SELECT COUNT(*), COUNT(*) FILTER (WHERE pregnancy_id IS NULL) FROM source_{table}")
        aside = self.told.aside[table] + Counter({NO_ID: nameless})
        unlinked = read - self.told.used[table] - sum(aside.values())
        return Account(table, read, self.told.used[table], dict(sorted((aside + Counter({UNLINKED: unlinked})).items())))
