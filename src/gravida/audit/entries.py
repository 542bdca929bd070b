# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""What is known of each pregnancy, with the days from and until which it is known.

``versions`` are the days from and until which nothing changes outside the lists, ``stated`` what a record says there, and ``listed`` what it says about lists;
``datings`` the day of 0+0 by the rules of :mod:`gravida.dating`; ``known_<list>`` the rows of a list, and ``holding_<list>``
its entries, as days and numbers with two ends.

>>> ends_of(Column("plurality", "integer", "plurality"), Column("plurality_to", "integer", "plurality"), "s")
('s.plurality', 'COALESCE(s.plurality_to, s.plurality)')
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gravida.audit.engine import Engine
from gravida.audit.intake import WHEN
from gravida.audit.needs import ListNeeds, Needs
from gravida.evaluate import Meaning
from gravida.facts import Field, Observed, Type
from gravida.flat import LISTS, SCALARS, TABLES, Column
from gravida.units import TERM_LENGTH_DAYS

PREGNANT = "pregnant"
DATING = (
    "pregnancy_due_date", "pregnancy_last_period", "pregnancy_gestation_at_days", "pregnancy_gestation_at_days_to", "pregnancy_gestation_on",
)  # fmt: skip
HISTORY = ("prior_pregnancies_complete", "prior_pregnancies_total")
NO_DAY = "CAST(NULL AS INTEGER)"


@dataclass(frozen=True)
class Entries:
    """Makes these tables for one portion, and views that are read once. Where nothing was recorded later, the steps for it are left out."""

    engine: Engine
    meaning: Meaning
    needs: Needs

    @property
    def lists(self) -> list[ListNeeds]:
        """The lists that some criterion looks at."""
        return [self.needs.lists[name] for name in LISTS if name in self.needs.lists]

    @property
    def observed(self) -> list[Observed]:
        """The facts outside the lists that some criterion looks at. That the pregnancy goes on is given."""
        return [fact for fact in self.needs.observed.values() if fact.name != PREGNANT]

    def make(self) -> None:
        """Make them. The portion's tables must be there."""
        changed = self._changed()
        self._versions(changed)
        self._datings(changed)
        for needed in self.lists:
            self._held(needed.name)

    # --- outside the lists -------------------------------------------------------------------------------------------

    def _columns(self) -> list[str]:
        """Return the columns that some criterion, the dating or the length of a list rests on, in the order of the schema."""
        used = {column.name for fact in self.observed for column in columns_of(fact.path, SCALARS)} | {*DATING, *HISTORY}
        return [column.name for column in SCALARS if column.name in used]

    def _versions(self, changed: Sequence[str]) -> None:
        """Make the versions, given the columns for which something was recorded later, and what a record says in each."""
        if changed:
            self._carried(changed)
        low, high = _start("s")
        lists = [f"{name}_{what}" for name in LISTS for what in ("known", "open")]
        self.engine.view("versions", f"SELECT *, {low} AS start_low, {high} AS start_high FROM ({self._stages(changed, lists)}) AS s WHERE begins <= ended")
        said = ", ".join([*HISTORY, *lists])
        facts = ", ".join(f"{value} AS {name}" for fact in self.observed for name, value in observed_columns(fact))
        self.engine.view("stated", f"SELECT pid, begins, nexts, {said}, {facts} FROM versions AS d")
        once = f"SELECT pid, known_from AS begins, {NO_DAY} AS nexts, {said} FROM in_pregnancies"
        self.engine.view("listed", f"SELECT pid, begins, nexts, {said} FROM stated" if set(HISTORY) & set(changed) else once)
        self.engine.drop("stages", "updated")

    def _stages(self, changed: Sequence[str], lists: Sequence[str]) -> str:
        """Return the SQL of every pregnancy from each day on which something outside the lists was recorded: all that it says then."""
        first = {name: _settled(name, "p.known_from", "p.") for name in self._columns()}
        if not changed:
            columns = ", ".join([*(f"{value} AS {name}" for name, value in first.items()), *(f"p.{name}" for name in lists)])
            return f"SELECT p.pid, p.known_from AS begins, {NO_DAY} AS nexts, p.ended_on AS ended, {columns} FROM in_pregnancies AS p"
        first |= {name: f"CASE WHEN c.pid IS NULL THEN {first[name]} ELSE c.{name} END" for name in changed}
        columns = ", ".join([*(f"{value} AS {name}" for name, value in first.items()), *(f"p.{name}" for name in lists)])
        days = "COALESCE(c.begins, p.known_from) AS begins, CASE WHEN c.nexts <= p.ended_on THEN c.nexts END AS nexts, p.ended_on AS ended"
        return f"SELECT p.pid, {days}, {columns} FROM in_pregnancies AS p LEFT JOIN carried AS c ON c.pid = p.pid"

    def _changed(self) -> list[str]:
        """Return the columns for which something was recorded later, each with those that say one value together with it."""
        columns = self._columns()
        ((*counts,),) = self.engine.rows(f"SELECT {', '.join(f'COUNT({name})' for name in columns)} FROM in_updates")
        changed = {name for name, count in zip(columns, counts, strict=True) if count}
        dating = {name for name in columns if name.startswith("pregnancy_gestation")}
        changed |= dating if changed & dating else set()
        return [name for name in columns if name.removesuffix("_to") in changed or name in changed]

    def _carried(self, changed: Sequence[str]) -> None:
        """Carry every value on until another is recorded. Of two on one day the greater stands; they are counted among the findings."""
        day = "GREATEST(COALESCE(u.recorded_on, p.known_from), p.known_from)"
        own = ", ".join(f"p.{name}" for name in changed)
        later = ", ".join(_again(name) for name in changed)
        self._carried_once(changed, day)
        rest = "pid IN (SELECT pid FROM in_updates WHERE pid NOT IN (SELECT pid FROM updated))"
        self.engine.table(
            "stages",
            f"SELECT p.pid, p.known_from AS begins, FALSE AS later, {own} FROM in_pregnancies AS p WHERE p.{rest} "
            f"UNION ALL SELECT p.pid, {day} AS begins, TRUE AS later, {later} FROM in_updates AS u JOIN in_pregnancies AS p ON p.pid = u.pid WHERE u.{rest}",
        )
        best = ", ".join(f"COALESCE(MAX({name}) FILTER (WHERE later), MAX({name}) FILTER (WHERE NOT later)) AS {name}" for name in changed)
        carried = ", ".join(f"LAST_VALUE({_settled(name, 'begins')} IGNORE NULLS) OVER earlier AS {name}" for name in changed)
        before, after = (", ".join(f"{each} AS {name}" for name, each in values.items()) for values in _once(changed))
        self.engine.table(
            "carried",
            f"SELECT pid, first AS begins, day AS nexts, {before} FROM updated UNION ALL SELECT pid, day AS begins, {NO_DAY} AS nexts, {after} FROM updated "
            f"UNION ALL SELECT pid, begins, LEAD(begins) OVER (PARTITION BY pid ORDER BY begins) AS nexts, {carried} FROM "
            f"(SELECT pid, begins, {best} FROM stages GROUP BY pid, begins) AS s "
            "WINDOW earlier AS (PARTITION BY pid ORDER BY begins ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)",
        )

    def _carried_once(self, changed: Sequence[str], day: str) -> None:
        """Keep the pregnancies of which something was recorded once later: nearly all, and what holds then needs no order."""
        both = "".join(f", p.{name} AS first_{name}, {_again(name)} AS {name}" for name in changed)
        self.engine.table(
            "updated",
            f"SELECT u.pid, p.known_from AS first, {day} AS day{both} FROM in_updates AS u JOIN in_pregnancies AS p ON p.pid = u.pid "
            f"WHERE {day} > p.known_from AND u.pid IN (SELECT pid FROM in_updates GROUP BY pid HAVING COUNT(*) = 1)",
        )

    def _datings(self, changed: Sequence[str]) -> None:
        """Keep the spans of days in which one dating held: nearly always there is one for each pregnancy."""
        if not set(DATING) & set(changed):
            low, high = _start("s")
            own = ", ".join(f"{_settled(name, 'known_from')} AS {name}" for name in DATING)
            first = f"SELECT pid, known_from AS begins, {NO_DAY} AS nexts, ended_on AS ended, {own} FROM in_pregnancies"
            self.engine.table("datings", f"SELECT pid, begins, nexts, ended, {low} AS start_low, {high} AS start_high FROM ({first}) AS s")
            return
        before = ", ".join(f"LAG({name}) OVER ordered AS before_{name}" for name in ("begins", "start_low", "start_high"))
        changes = "before_begins IS NULL OR start_low IS DISTINCT FROM before_start_low OR start_high IS DISTINCT FROM before_start_high"
        ordered = f"SELECT pid, begins, ended, start_low, start_high, {before} FROM versions WINDOW ordered AS (PARTITION BY pid ORDER BY begins)"
        nexts = "LEAD(begins) OVER (PARTITION BY pid ORDER BY begins) AS nexts"
        self.engine.table("datings", f"SELECT pid, begins, {nexts}, ended, start_low, start_high FROM ({ordered}) AS v WHERE {changes}")

    def is_said_once(self) -> bool:
        """Return whether nothing was said otherwise about the lists later."""
        return self.engine.rows("SELECT COUNT(*) FROM listed") == self.engine.rows("SELECT COUNT(*) FROM in_pregnancies")

    # --- lists -------------------------------------------------------------------------------------------------------

    def _held(self, name: str) -> None:
        """Say what the entries of a list are, from the day on which each was known until it is replaced or dated otherwise."""
        on, low, high = (f"r.{WHEN[name][0]}", *_gestation(name)) if name in WHEN else (NO_DAY, NO_DAY, NO_DAY)
        self._known(name, on)
        columns = [pair for each in self.fields(name) for pair in field_columns(each, name)]
        days = f"COALESCE({on}, d.start_low + {low}) AS day_low, COALESCE({on}, d.start_high + {high}) AS day_high"
        gestation = f"COALESCE({low}, {on} - d.start_high) AS gestation_low, COALESCE({high}, {on} - d.start_low) AS gestation_high"
        fields = "".join(f", {value} AS {column}" for column, value in columns)
        dated = (
            f"SELECT r.pid, r.entry, r.known, r.ended, r.replaced, d.begins AS dated_from, d.nexts AS dated_until, {days}, {gestation}{fields} "
            f"FROM known_{name} AS r JOIN datings AS d ON d.pid = r.pid"
        )
        begins, until = "GREATEST(known, dated_from, COALESCE(day_low, known))", "LEAST(replaced, dated_until)"
        self.engine.view(
            f"holding_{name}",
            f"SELECT pid, entry, known, {begins} AS begins, {until} AS until, ended, day_low, day_high, gestation_low, gestation_high"
            f"{''.join(f', {column}' for column, _ in columns)} FROM ({dated}) AS h WHERE {begins} <= ended AND ({until} IS NULL OR {begins} < {until})",
        )

    def _known(self, name: str, on: str) -> None:
        """Say when each row of a list became known, and when another of the same entry replaced it."""
        known = f"GREATEST(COALESCE(r.recorded_on, {on}, p.known_from), p.known_from)"
        rows = f"SELECT r.*, {known} AS known, p.ended_on AS ended FROM in_{name} AS r JOIN in_pregnancies AS p ON p.pid = r.pid"
        if not self._has_later_rows(name):
            self.engine.view(f"known_{name}", f"SELECT *, {NO_DAY} AS replaced FROM ({rows}) AS r")
            return
        self.engine.table(f"rewritten_{name}", f"SELECT DISTINCT pid FROM (SELECT pid FROM in_{name} GROUP BY pid, entry HAVING COUNT(*) > 1) AS r")
        order = ", ".join(["known", *(f'"{column.name}"' for column in TABLES[name] if column.path)])
        replaced = f"LEAD(known) OVER (PARTITION BY pid, entry ORDER BY {order})"
        once = f"SELECT *, {NO_DAY} AS replaced FROM ({rows}) AS r WHERE pid NOT IN (SELECT pid FROM rewritten_{name})"
        again = f"SELECT *, {replaced} AS replaced FROM ({rows}) AS r WHERE pid IN (SELECT pid FROM rewritten_{name})"
        self.engine.view(f"known_{name}", f"{once} UNION ALL {again}")

    def fields(self, name: str) -> list[Field]:
        """Return the fields of a list that are used and stand in the record."""
        return self.needs.lists[name].plain()

    def _has_later_rows(self, name: str) -> bool:
        return bool(self.engine.rows(f"SELECT 1 FROM in_{name} GROUP BY pid, entry HAVING COUNT(*) > 1 LIMIT 1"))


def columns_of(path: str, columns: Sequence[Column]) -> list[Column]:
    """Return the one column of a path, or the two of a number that may be a range."""
    return [column for column in columns if column.path == path]


def ends_of(low: Column, high: Column | None, table: str) -> tuple[str, str]:
    """Return the SQL of the lowest and the highest value of a number."""
    first = f"{table}.{low.name}"
    return (first, f"COALESCE({table}.{high.name}, {first})") if high is not None else (first, first)


def observed_columns(fact: Observed) -> Iterator[tuple[str, str]]:
    """Yield the columns of a fact in ``versions``, with their SQL over the columns of the schema. A date is a gestation."""
    low, *high = columns_of(fact.path, SCALARS)
    if low.kind == "date":
        yield f"{fact.name}_low", f"d.{low.name} - d.start_high"
        yield f"{fact.name}_high", f"d.{low.name} - d.start_low"
    elif fact.type.is_number:
        yield from zip((f"{fact.name}_low", f"{fact.name}_high"), ends_of(low, high[0] if high else None, "d"), strict=True)
    else:
        yield fact.name, f"d.{low.name}"


def field_columns(field: Field, name: str) -> Iterator[tuple[str, str]]:
    """Yield the columns of a field in ``held_<list>``, with their SQL over the rows ``r``."""
    low, *high = columns_of(field.source, TABLES[name])
    if field.type.is_number:
        yield from zip((f"f_{field.name}_low", f"f_{field.name}_high"), ends_of(low, high[0] if high else None, "r"), strict=True)
    else:
        yield f"f_{field.name}", f"r.{low.name}"


def names_of(field: str, kind: Type, prefix: str = "f_") -> tuple[str, ...]:
    """Return the names of the columns that a field has: two for a number."""
    return (f"{prefix}{field}_low", f"{prefix}{field}_high") if kind.is_number else (f"{prefix}{field}",)


def _gestation(name: str) -> tuple[str, str]:
    low, high = columns_of(WHEN[name][1].removesuffix("_days"), TABLES[name])
    return ends_of(low, high, "r")


def _again(name: str) -> str:
    """Return the SQL of a later value. One that is given without an upper end is exact, whatever it was before."""
    low = name.removesuffix("_to")
    return f"COALESCE(u.{name}, u.{low})" if low != name else f"u.{name}"


def _once(changed: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the SQL of each column before and after the one day on which something was recorded later."""
    before = {name: _settled(name, "first", "first_") for name in changed}
    return before, {name: f"COALESCE({_settled(name, 'day')}, {before[name]})" for name in changed}


def _settled(name: str, day: str, table: str = "") -> str:
    """Return the SQL of a column, in which a gestation without a day holds on the day of recording."""
    if name != "pregnancy_gestation_on":
        return f"{table}{name}"
    return f"CASE WHEN {table}pregnancy_gestation_at_days IS NOT NULL THEN COALESCE({table}{name}, {day}) END"


def _start(table: str) -> tuple[str, str]:
    """Return the SQL of the first and last day on which the gestation may have been 0+0: due date, then gestation, then last period."""
    due, period = f"{table}.pregnancy_due_date - {TERM_LENGTH_DAYS}", f"{table}.pregnancy_last_period"
    on, at = f"{table}.pregnancy_gestation_on", f"{table}.pregnancy_gestation_at_days"
    return f"COALESCE({due}, {on} - COALESCE({at}_to, {at}), {period})", f"COALESCE({due}, {on} - {at}, {period})"
