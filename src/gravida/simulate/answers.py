# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""What is due, asked of the population engine and kept.

The engine judges records in bulk (:mod:`gravida.audit`). Here its records are the distinct states of a simulated world,
and what it says of a state on a day holds for everybody in that state, under every policy and in every sensitivity draw.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from gravida.audit.engine import Duck
from gravida.audit.intake import Portion, Sources
from gravida.audit.needs import needs_of
from gravida.audit.run import Audit
from gravida.audit.verdicts import verdicts
from gravida.draws import Array
from gravida.flat import TABLES
from gravida.guideline import Guideline, Recommendation, Source
from gravida.knowledge import Knowledge
from gravida.policies import OWN, Policy
from gravida.simulate.cohort import Cohort
from gravida.simulate.histories import LISTS, Histories
from gravida.simulate.questions import KNOWN_FROM, START, Question, ids, spelt_out, tables
from gravida.simulate.states import States, Told
from gravida.synthesize_parquet import table_of
from gravida.units import DAYS_IN_A_WEEK, TERM_LENGTH_DAYS

NOT_DUE, DUE, DONE, OPEN = range(4)
"""``OPEN``: the record cannot answer, because the guideline leaves something open."""
MEANS = {"now": DUE, "now-if": DUE, "met": DUE, "overdue": DUE, "done": DONE, "unknown": OPEN}
AT_ONCE = 20_000
AHEAD = 4
"""Weeks that are asked about together: a question costs little, and asking much."""
WEEKS = 45
NOT_ASKED = -1
KEEP, ASK = "kept_", "source_"


_ABOUT_STITCHES = Recommendation(OWN, "about-stitches", "", Source("", "", ""), {}, "", "", None, "offer", "", actions=("transvaginal-cerclage",))


def followed(knowledge: Knowledge, policies: Collection[Policy]) -> list[Recommendation]:
    """Return everything that these policies go by, in an order that does not rest on theirs, and one rule about stitches.

    The engine must look at stitches wherever it looks at scans, because a scan after a stitch says something else.
    Raises ``KeyError`` for what is not there.
    """
    own = {line.own.key: line.own for policy in policies for line in policy.lines if line.own}
    keys = sorted({key for policy in policies for line in policy.lines for key in line.follows})
    return [*(knowledge.recommendations[key] for key in keys), *(own[key] for key in sorted(own)), _ABOUT_STITCHES]


class Answers:
    """Everything that was ever asked. ``rows`` are the answers: a row for each question, a column for each recommendation."""

    def __init__(self, knowledge: Knowledge, policies: Collection[Policy]) -> None:
        self.recommendations = followed(knowledge, policies)
        self.column = {each.key: number for number, each in enumerate(self.recommendations)}
        self.needs = needs_of(knowledge, self.recommendations)
        self.histories = Histories(self.needs)
        scans = self.needs.lists.get("scans")
        self.states = States(scans.limits("cervical_length_mm") if scans else ())
        self.engine = Duck(threads=1)
        self.knowledge = replace(knowledge, guidelines={**knowledge.guidelines, OWN: _own()})
        self.asked = 0
        self.rows = np.zeros((0, len(self.recommendations)), dtype=np.int8)
        self._place = np.full((0, WEEKS), NOT_ASKED, dtype=np.int64)
        self._stand_for = np.zeros(0, dtype=np.int64)
        self._first_of: dict[tuple[int, ...], int] = {}
        self._dated, self._sorted = np.zeros(0, dtype=bool), 0
        self._of_opened: dict[Question, int] = {}
        self._alike = self._weeks_alike()
        self._audit: Audit | None = None

    def met(self, cohort: Cohort) -> Array:
        """Return everybody's state at the beginning. New histories are put before the engine's eyes, which says which of them are one."""
        numbers, people, lists = self.histories.of(cohort)
        if len(people.row):
            before = len(self.histories.numbers) - len(people.row)
            names = pa.array([f"h{before + number:09}" for number in range(len(people.row))])
            for name, sheet in {"pregnancies": people, **lists}.items():
                self._keep(name, spelt_out(table_of(name, sheet, names)))
            self._stand_for = np.concatenate([self._stand_for, self._alike_histories(before, len(people.row))])
        return self.states.of(self._stand_for[numbers])

    def _alike_histories(self, first: int, count: int) -> Array:
        """Return, for each new history, the first one that was met of which every atom of every criterion has the same truth."""
        found = np.empty(count, dtype=np.int64)
        for begin in range(0, count, AT_ONCE):
            part = range(begin, min(begin + AT_ONCE, count))
            classes = self._classes([first + number for number in part])
            for number, told in zip(part, classes, strict=True):
                found[number] = self._first_of.setdefault(told, first + number)
        return found

    def _classes(self, histories: Sequence[int]) -> list[tuple[int, ...]]:
        """Return the classes that the engine puts histories into, list by list."""
        questions = [Question(0, KNOWN_FROM + 1) for _ in histories]
        audit = self._judge(questions, [Told(each) for each in histories])
        words = ", ".join(audit.classes.words)
        day = START + KNOWN_FROM + 1
        found = self.engine.numbers(f"SELECT pid, {words} FROM moments WHERE begins <= {day} AND {day} < nexts ORDER BY pid")
        if len(found["pid"]) != len(histories):
            raise RuntimeError(f"{len(histories)} histories were shown and {len(found['pid'])} classed")
        return list(map(tuple, audit.classes.of(found).tolist()))

    def _keep(self, name: str, table: pa.Table) -> None:
        exists = bool(self.engine.rows(f"SELECT 1 FROM duckdb_tables() WHERE table_name = '{KEEP}{name}'"))
        self.engine.connection.register("new_rows", table)
        self.engine.connection.execute(
            f"INSERT INTO {KEEP}{name} BY NAME SELECT * FROM new_rows" if exists else f"CREATE TABLE {KEEP}{name} AS SELECT * FROM new_rows"
        )
        self.engine.connection.unregister("new_rows")

    # --- asking ------------------------------------------------------------------------------------------------------

    def missing(self, states: Array, week: int) -> list[Question]:
        """Return what must be asked before :meth:`at` can answer; and, where anything must, what will be asked soon."""
        self._grow()
        distinct = np.unique(states)
        unknown = distinct[self._place[distinct, self._week(distinct, week)] == NOT_ASKED]
        weeks = [self._week(unknown, min(soon, WEEKS - 1)) for soon in range(week, week + AHEAD)]
        return [Question(state, at * DAYS_IN_A_WEEK) for each in weeks for state, at in zip(unknown.tolist(), each.tolist(), strict=True)]

    def scanned(self, states: Array, week: int, shown: Array) -> tuple[Array, list[Question]]:
        """Return the states after a scan, and what must be asked of them. Whatever else it could have shown is asked too."""
        after = self.states.after(states, self.states.scan(week, shown))
        wanted = self.missing(after, week)
        if wanted:
            before, events = np.unique(states), self.states.any_scan(week)
            others = self.states.after(np.repeat(before, len(events)), np.tile(events, len(before)))
            wanted += self.missing(others, week)
        return after, wanted

    def at(self, states: Array, week: int) -> Array:
        """Return what is due in each state in a week. Shape (people, recommendations)."""
        return np.asarray(self.rows[self._place[states, self._week(states, week)]])

    def missing_opened(self, questions: Iterable[Question]) -> list[Question]:
        """Return which of these were not asked yet."""
        return sorted({each for each in questions if each not in self._of_opened}, key=repr)

    def opened(self, questions: Sequence[Question]) -> Array:
        """Return what is due for people whose cervix was found open. Shape (questions, recommendations)."""
        return np.asarray(self.rows[[self._of_opened[each] for each in questions]])

    def learn(self, questions: Collection[Question]) -> None:
        """Ask, and keep the answers."""
        wanted = [each for each in dict.fromkeys(questions) if each.opened or self._place[each.state, each.day // DAYS_IN_A_WEEK] == NOT_ASKED]
        for first in range(0, len(wanted), AT_ONCE):
            part = wanted[first : first + AT_ONCE]
            self._take(part, self.ask(part))

    def _take(self, questions: Sequence[Question], given: Array) -> None:
        place = len(self.rows) + np.arange(len(questions))
        self.rows = np.concatenate([self.rows, given])
        self.asked += len(questions)
        self._grow()
        for question, row in zip(questions, place.tolist(), strict=True):
            if question.opened is None:
                self._place[question.state, question.day // DAYS_IN_A_WEEK] = row
            else:
                self._of_opened[question] = row

    def _grow(self) -> None:
        more = len(self.states.told) - len(self._place)
        if more > 0:
            more = max(more, len(self._place))
            self._place = np.concatenate([self._place, np.full((more, WEEKS), NOT_ASKED, dtype=np.int64)])
            self._dated = np.concatenate([self._dated, np.zeros(more, dtype=bool)])
        for state in range(self._sorted, len(self.states.told)):
            self._dated[state] = self.states.told[state].is_dated
        self._sorted = len(self.states.told)

    def _week(self, states: Array, week: int) -> Array:
        """Return the week to ask about: where nothing on record grows older, weeks between two bounds of windows are alike."""
        return np.where(self._dated[states], week, self._alike[week])

    def _weeks_alike(self) -> Array:
        bounds = [end for each in self.recommendations if each.window for end in (each.window.start, each.window.end) if end]
        cuts = np.array(sorted({cut for end in bounds for cut in (end.low, end.high, end.low + 1, end.high + 1)}))
        classes = np.searchsorted(cuts, np.arange(WEEKS) * DAYS_IN_A_WEEK, side="right")
        first = KNOWN_FROM // DAYS_IN_A_WEEK
        return np.array([first + int(np.argmax(classes[first:] == each)) for each in classes])

    # --- the engine --------------------------------------------------------------------------------------------------

    def ask(self, questions: Sequence[Question]) -> Array:
        """Return what is due. Shape (questions, recommendations)."""
        audit = self._judge(questions, [self.states.told[each.state] for each in questions])
        day = np.array([START + each.day for each in questions], dtype=np.int32)
        self.engine.put("asked", {"pid": np.arange(len(questions)), "day": day})
        at, given = verdicts(self.engine, audit.courses, "asked")
        if len(at) != len(questions):
            raise RuntimeError(f"{len(questions)} questions were asked and {len(at)} answered")
        found = np.zeros(given.shape, dtype=np.int8)
        for name, meaning in MEANS.items():
            found[given == name] = meaning
        return found[np.argsort(at[:, 0], kind="stable")]

    def _judge(self, questions: Sequence[Question], told: Sequence[Told]) -> Audit:
        """Let the engine judge records."""
        self._put(questions, told)
        if self._audit is None:
            names = {name: {str(column): str(kind) for column, kind, *_ in self.engine.rows(f'DESCRIBE "{ASK}{name}"')} for name in TABLES if name != "updates"}
            self._audit = Audit(self.engine, self.knowledge, Sources(names, ()), self.recommendations)
        self._audit.judge(Portion(None, None, len(questions)))
        self.engine.log.clear()
        return self._audit

    def _put(self, questions: Sequence[Question], told: Sequence[Told]) -> None:
        """Lay out the records that are asked about as the sources of an audit."""
        histories = pa.array([f"h{each.history:09}-1" for each in told])
        day = pa.array([START + each.day for each in questions], pa.int32()).cast(pa.date32())
        self._source("asked_of", pa.table({"id": ids(len(questions)), "history": histories, "day": day}))
        own = ("pregnancy_id", "known_from", "ended_on", "pregnancy_due_date")
        stated = ", ".join(f"TRUE AS {name}_known" for name in ("scans", "cerclages", "progestogens", "examinations", "symptoms"))
        known = [f"{name}_known" for name in ("scans", "cerclages", "progestogens", "examinations", "symptoms")]
        first, due = (f"CAST('1970-01-01' AS DATE) + {START + days}" for days in (KNOWN_FROM, TERM_LENGTH_DAYS))
        self.engine.table(
            f"{ASK}pregnancies",
            f"SELECT q.id AS pregnancy_id, {first} AS known_from, q.day AS ended_on, {due} AS pregnancy_due_date, {stated}, "
            f"k.* EXCLUDE ({', '.join([*own, *known])}) FROM asked_of AS q JOIN {KEEP}pregnancies AS k ON k.pregnancy_id = q.history",
        )
        for name in LISTS:
            query = f"SELECT q.id AS pregnancy_id, k.* EXCLUDE (pregnancy_id) FROM asked_of AS q JOIN {KEEP}{name} AS k ON k.pregnancy_id = q.history"
            self.engine.table(f"{ASK}{name}", query)
        for name, table in tables(questions, told).items():
            self._source(f"{ASK}{name}", table)

    def _source(self, name: str, table: pa.Table) -> None:
        self.engine.connection.register("handed_over", table)
        self.engine.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM handed_over')
        self.engine.connection.unregister("handed_over")


def _own() -> Guideline:
    """Return what stands for the document of a policy's own rules."""
    return Guideline(OWN, "", "", "", "", None, "", "current", "", "")
