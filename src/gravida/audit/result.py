"""What an audit found, as tidy tables: one row for each count, small ones suppressed.

========================= =============================================================================================
table                     a row says how many pregnancies
========================= =============================================================================================
``recommendations``       of a site and month came to a status by a recommendation
``acts``                  of a site and month had an act that some guideline supports, none does, or that cannot be told
``not_told``              could not be told for a recommendation, because this was not recorded
``groups``                there are of a site and month
``rows``                  rows of a source table were used, or set aside for a reason
``findings``              values of a column cannot be right, and became unknown
========================= =============================================================================================

A count below :data:`SMALL` that is not nought is null and ``suppressed``, so that nobody is found out. Every other is
rounded down to a multiple of :data:`SMALL`, totals too, which are made before that. A total that is exact would give a
small count away to whoever takes the other counts from it; of rounded ones a small count could be worked out only where
it is 9 and stands beside nine or more others that end in 9 as well.

>>> [shown(count, 10) for count in (0, 3, 10, 23, 23_456)], shown(3, 0)
([0, None, 10, 20, 23450], 3)
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from gravida.audit.counts import Counts
from gravida.audit.courses import STATUSES, SUPPORT
from gravida.audit.outcomes import acts_of
from gravida.audit.quality import Account
from gravida.guideline import Recommendation
from gravida.knowledge import Knowledge

SMALL = 10
"""Counts from 1 to 9 are suppressed unless somebody asks otherwise."""

Row = dict[str, object]


@dataclass(frozen=True)
class Cell:
    """A count, and what may be shown of it: ``shown`` is rounded down, and ``None`` where it is suppressed."""

    count: int
    shown: int | None

    @property
    def suppressed(self) -> bool:
        """Whether it is too small to be shown."""
        return self.shown is None


@dataclass(frozen=True)
class Result:
    """All that one audit found. ``suppress`` is the least count that is shown, and what counts are rounded down to; 0 shows all."""

    knowledge: Knowledge
    recommendations: Sequence[Recommendation]
    counts: Counts
    accounts: Sequence[Account]
    findings: Mapping[tuple[str, str, str], int]
    conflicts: Mapping[str, int]
    """What contradicted itself in the source that was read, by what it is."""
    suppress: int = SMALL

    def cell(self, count: int) -> Cell:
        """Return a count as it may be shown."""
        return Cell(count, shown(count, self.suppress))

    @property
    def pregnancies(self) -> int:
        """How many pregnancies were judged."""
        return sum(self.counts.pregnancies.values())

    def by(self, *keys: str) -> dict[tuple[str, ...], Counter[str]]:
        """Return how many pregnancies came to each status, by some of recommendation, guideline, topic, site and month.

        A pregnancy counts once for each recommendation. Statuses end in ``, done`` where an act that was not due, or of
        which that cannot be told, was done.
        """
        if keys not in self._counted:
            self._counted[keys] = self._by(keys)
        return self._counted[keys]

    @cached_property
    def _counted(self) -> dict[tuple[str, ...], dict[tuple[str, ...], Counter[str]]]:
        """What was counted once already, by its keys."""
        return {}

    def _by(self, keys: Sequence[str]) -> dict[tuple[str, ...], Counter[str]]:
        heads = [[_head(each, *group, keys) for group in self.counts.groups] for each in self.recommendations]
        names = [[written(status, done=done) for done in (False, True)] for status in STATUSES]
        totals: dict[tuple[str, ...], Counter[str]] = {}
        for (group, number, status, acted), count in self.counts.statuses.items():
            totals.setdefault(heads[number][group], Counter())[names[status][acted]] += count
        return totals

    def acts_by(self, *keys: str) -> dict[tuple[str, ...], Counter[str]]:
        """Return how many pregnancies had an act supported, not supported, or not to be told, by some of act, site and month."""
        totals: dict[tuple[str, ...], Counter[str]] = {}
        acts, groups = acts_of(self.knowledge.actions), list(self.counts.groups)
        for (group, act, support), count in self.counts.support.items():
            site, month = groups[group]
            key = {"act": acts[act].id, "site": site, "month": month}
            totals.setdefault(tuple(key[name] for name in keys), Counter())[SUPPORT[support]] += count
        return totals

    def not_told(self, recommendation: str) -> list[tuple[str, int]]:
        """Return what was not recorded where a recommendation could not be told, by a label, the most frequent first.

        Those that are shown as the same count are in the order of their labels, so that the order gives nothing away.
        """
        number = [each.key for each in self.recommendations].index(recommendation)
        found = [(self.label(leaf), int(count)) for leaf, count in zip(self.counts.leaves, self.counts.lacking[number], strict=True) if count]
        return sorted(found, key=lambda each: (-(self.cell(each[1]).shown or 0), each[0]))

    def label(self, leaf: str) -> str:
        """Return what a reader calls a leaf."""
        if leaf.startswith("list:"):
            return self.knowledge.dictionary.lists[leaf.removeprefix("list:")].label
        return self.knowledge.dictionary.facts[leaf].words.label if leaf in self.knowledge.dictionary.facts else leaf

    # --- tables ------------------------------------------------------------------------------------------------------

    def tables(self) -> dict[str, list[Row]]:
        """Return every table, in order, as it may be shown."""
        return {
            "recommendations": [*self._recommendations()], "acts": [*self._acts()], "not_told": [*self._not_told()],
            "groups": [*self._groups()], "rows": [*self._rows()], "findings": [*self._findings()],
        }  # fmt: skip

    def _shown(self, **row: object) -> Row:
        """Return a row whose last value is a count, as it may be shown."""
        what, count = row.popitem()
        cell = self.cell(int(str(count)))
        return {**row, what: cell.shown, "suppressed": cell.suppressed}

    def _recommendations(self) -> Iterator[Row]:
        by = {each.key: each for each in self.recommendations}
        for (key, site, month), statuses in sorted(self.by("recommendation", "site", "month").items()):
            each = by[key]
            head = {"guideline": each.guideline, "recommendation": each.id, "topic": each.topic, "stance": each.stance, "acts": ";".join(each.actions)}
            for status, count in sorted(statuses.items()):
                if not status.startswith("never"):
                    yield self._shown(**head, site=site, month=month, status=status, pregnancies=count)

    def _acts(self) -> Iterator[Row]:
        for (act, site, month), support in sorted(self.acts_by("act", "site", "month").items()):
            for name, count in sorted(support.items()):
                yield self._shown(act=act, site=site, month=month, support=name, pregnancies=count)

    def _not_told(self) -> Iterator[Row]:
        for each in self.recommendations:
            for label, count in self.not_told(each.key):
                yield self._shown(guideline=each.guideline, recommendation=each.id, lacking=label, pregnancies=count)

    def _groups(self) -> Iterator[Row]:
        for (site, month), count in sorted(self.counts.pregnancies.items()):
            yield self._shown(site=site, month=month, pregnancies=count)

    def _rows(self) -> Iterator[Row]:
        for account in self.accounts:
            yield self._shown(table=account.table, what="read", reason="", rows=account.read)
            yield self._shown(table=account.table, what="used", reason="", rows=account.used)
            yield from (self._shown(table=account.table, what="set aside", reason=reason, rows=count) for reason, count in account.aside.items())

    def _findings(self) -> Iterator[Row]:
        for (table, column, why), count in sorted(self.findings.items()):
            yield self._shown(table=table, column=column, finding=why, values=count)
        yield from (self._shown(table="source", column="", finding=what, values=count) for what, count in sorted(self.conflicts.items()))


def _head(recommendation: Recommendation, site: str, month: str, keys: Sequence[str]) -> tuple[str, ...]:
    every = {"recommendation": recommendation.key, "guideline": recommendation.guideline, "topic": recommendation.topic, "site": site, "month": month}
    return tuple(every[key] for key in keys)


def shown(count: int, suppress: int) -> int | None:
    """Return what may be shown of a count: ``None`` if it is small, and a multiple of ``suppress`` otherwise; 0 shows all."""
    if suppress == 0:
        return count
    return None if 0 < count < suppress else count - count % suppress


def written(status: str, *, done: bool) -> str:
    """Return a status as it stands in the tables.

    >>> written("withheld", done=True), written("due-done-in-time", done=True)
    ('withheld, done', 'due-done-in-time')
    """
    return f"{status}, done" if (done and status in ("never", "withheld")) or (done and status.startswith("unknown")) else status
