"""Random flat tables that nobody would write: ranges, undated and replaced entries, datings that change, contradictions."""

from datetime import date, timedelta
from random import Random

from gravida.audit.intake import types_of
from gravida.flat import LISTS, TABLES

FIRST = date(2026, 1, 1)


class RandomTables:
    """Draws rows around the limits that criteria draw. ``limits`` are numbers by field; what is not given is unknown."""

    def __init__(self, knowledge, needs, seed):
        self.random = Random(seed)  # noqa: S311  (nothing secret hangs on these numbers)
        self.types, _ = types_of(knowledge.dictionary)
        self.limits = {name: sorted(each) for name, each in needs.limits.items()}
        self.fields = {f"{name}.{field}": list(needed.limits(field)) for name, needed in needs.lists.items() for field in needed.fields}
        self.windows = sorted(
            {
                bound
                for each in knowledge.recommendations.values()
                if each.window
                for end in (each.window.start, each.window.end)
                if end
                for bound in (end.low, end.high)
            }
        )

    def draw(self, count):
        """Return the rows of each table for so many pregnancies."""
        tables = {name: [] for name in TABLES}
        for number in range(count):
            for name, rows in self._pregnancy(f"p{number:04}").items():
                tables[name] += rows
        return tables

    def chance(self, share):
        return self.random.random() < share

    def _pregnancy(self, key):
        known = FIRST + timedelta(self.random.randint(0, 400))
        booked = max(28, self.random.choice(self.windows) + self.random.randint(-20, 10))
        last = known + timedelta(self.random.randint(0, 120))
        own = {"pregnancy_id": key, "person_id": key, "site": "here", "known_from": known, "ended_on": last}
        rich = self.random.choice((0.05, 0.3, 0.8))
        own |= self._row("pregnancies", rich, known, booked, last) | self._dating(known, booked)
        for name in LISTS:
            own[f"{name}_known"], own[f"{name}_open"] = self.random.choice((True, True, False, None)), self.random.choice((None, None, None, True, False))
        updates = [
            {"pregnancy_id": key, "recorded_on": self._day(known, last)} | self._row("updates", rich * 0.3, known, booked, last)
            for _ in range(self.random.choice((0, 0, 1, 2)))
        ]
        for update in updates:
            if self.chance(0.2):
                update.update(self._dating(known, booked))
        lists = {
            name: [row for entry in range(self.random.choice((0, 0, 1, 1, 2, 3))) for row in self._entry(key, name, entry, known, booked, last)]
            for name in LISTS
        }
        total = self.random.choice((None, None, len({row["entry"] for row in lists["prior_pregnancies"]}), 4))
        return {"pregnancies": [own | {"prior_pregnancies_total": total}], "updates": updates, **lists}

    def _dating(self, known, booked):
        kind = self.random.choice(("due", "due", "due", "due", "period", "range", "both", "none"))
        start = known - timedelta(booked)
        empty = {
            "pregnancy_due_date": None,
            "pregnancy_last_period": None,
            "pregnancy_gestation_at_days": None,
            "pregnancy_gestation_at_days_to": None,
            "pregnancy_gestation_on": None,
        }
        if kind in ("due", "both"):
            empty["pregnancy_due_date"] = start + timedelta(280 + self.random.randint(-3, 3))
        if kind in ("period", "both"):
            empty["pregnancy_last_period"] = start + timedelta(self.random.randint(-9, 9))
        if kind == "range":
            empty |= {
                "pregnancy_gestation_at_days": booked,
                "pregnancy_gestation_at_days_to": booked + self.random.choice((0, 3, 13, 40)),
                "pregnancy_gestation_on": self.random.choice((None, known)),
            }
        return empty

    def _entry(self, key, name, entry, known, booked, last):
        rows = []
        for _ in range(self.random.choice((1, 1, 1, 1, 2))):
            recorded = self.random.choice((None, None, self._day(known, last)))
            rows.append({"pregnancy_id": key, "entry": entry, "recorded_on": recorded} | self._row(name, self.random.choice((0.5, 0.95)), known, booked, last))
        recordings = [each["recorded_on"] for each in rows]
        return rows if len(set(recordings)) == len(recordings) and (len(rows) == 1 or None not in recordings) else rows[:1]

    def _row(self, table, share, known, booked, last):
        row = {}
        for column in TABLES[table]:
            if (
                column.path
                and not column.name.endswith("_to")
                and not column.name.startswith(("pregnancy_gestation", "pregnancy_due", "pregnancy_last", "prior_pregnancies_total"))
            ):
                row[column.name] = self._value(table, column, known, booked, last) if self.chance(share) else None
        for column in TABLES[table]:
            low = row.get(column.name.removesuffix("_to"))
            if column.name.endswith("_to") and low is not None and column.name.removesuffix("_to") in row:
                kind = self.types.get(column.path if table not in LISTS else f"{table}[].{column.path}")
                upper = low + self.random.randint(1, 12)
                row[column.name] = self.random.choice((None, None, None, low, min(upper, kind.high) if kind is not None else upper))
        return row

    def _value(self, table, column, known, booked, last):
        path = column.path if table not in LISTS else f"{table}[].{column.path}"
        kind = self.types.get(path)
        if column.kind == "boolean":
            return self.chance(0.4)
        if column.kind == "string":
            return self.random.choice(kind.values)
        if column.kind == "date":
            return self._day(known - timedelta(20), last + timedelta(5))
        if table in ("scans", "examinations", "symptoms", "cerclages") and column.kind == "gestation":
            return min(max(booked + self.random.randint(-30, 60), kind.low), kind.high)
        return self._near(table, column, kind)

    def _near(self, table, column, kind):
        limits = self.fields.get(f"{table}.{column.path}") or self.fields.get(f"{table}.{column.path}_days") or [1, 2, 3]
        number = self.random.choice(limits) + self.random.choice((-1, 0, 0, 1, 4))
        return min(max(number, kind.low), kind.high) if kind is not None and kind.low is not None else number

    def _day(self, first, last):
        return first + timedelta(self.random.randint(0, max((last - first).days, 0)))
