# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""Which picks are in doubt, where something of an entry is unknown.

A pick takes the shortest of the entries that belong, or the latest. One that may or may not belong leaves it in doubt, unless
an entry that surely belongs is as short, or as late; one without a day always does. So an entry that is unknown in some
way comes down to one bit for each pick: where a pick is in doubt, it does not matter for how many reasons. (That nobody
recorded the value of an entry is part of its kind.)

This is so where all values are exact. Where one is a range, or an entry is replaced by another, entries keep their order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from gravida.audit.entries import names_of
from gravida.audit.hashes import key
from gravida.audit.intake import literal
from gravida.audit.kinds import AFTERWARDS, MASKS, UNTOLD, extremes, masks_of
from gravida.audit.needs import AGE, ListNeeds
from gravida.facts import Pick

IN_TIME = "WINDOW earlier AS (PARTITION BY pid ORDER BY begins RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
RANGED = "MAX(CASE WHEN {low} <> {high} THEN 1 ELSE 0 END) > 0"


@dataclass(frozen=True)
class Doubts:
    """Finds them in the entries of one list, which stand in ``sorted``."""

    needed: ListNeeds

    def doubtful(self) -> str:
        """Return the test of a pregnancy in which not only the kinds of its entries matter: something is unknown, or facts compare two picks."""
        several = " + ".join([f"MAX(CASE WHEN (joint & {1 << bit}) <> 0 THEN 1 ELSE 0 END)" for bit, _ in enumerate(self.needed.against)] or ["0"])
        return f"(MAX(unsure) > 0 OR {several} > 1 OR MAX(CASE WHEN day_low = day_high THEN 0 ELSE 1 END) > 0)"

    def ordered(self) -> str:
        """Return the test of a pregnancy in which the doubts do not tell all: it has ranges, or stitches that were told of later."""
        ranges = [RANGED.format(low=low, high=high) for low, high in [("day_low", "day_high"), *self._ranges()]]
        return f"({' OR '.join(['MAX(ordered) > 0', 'MIN(rest) < 0', *([] if self._compares_ages() else ['MAX(joint) > 0']), *ranges])})"

    def _ranges(self) -> list[tuple[str, ...]]:
        return sorted({names_of(pick.value, pick.type) for pick in extremes(self.needed) if pick.value != AGE})

    def _compares_ages(self) -> bool:
        return all(pick.value == AGE for pick in extremes(self.needed) if pick.name in self.needed.against)

    def entries(self) -> str:
        """Return the SQL of the entries of the pregnancies in ``doubtful``, with :data:`MASKS`. One without a day is never sure to be the latest."""
        sure, maybe = (self._mask(number) for number, _ in enumerate(MASKS))
        undated = f"CASE WHEN s.day_low IS NULL THEN (({sure}) | ({maybe})) & {self._ages()} ELSE 0 END"
        kinds = f"SELECT DISTINCT kind, {', '.join(masks_of(self.needed))} FROM kind_{self.needed.name}"
        rows = f"FROM sorted AS s JOIN ({kinds}) AS k ON k.kind = s.kind WHERE s.pid IN (SELECT pid FROM doubtful)"
        return f"SELECT s.*, {sure} AS sure, {maybe} AS maybe, {undated} AS undated {rows}"

    def _mask(self, number: int) -> str:
        """Return the SQL of a mask, by what is known of the entry and stitches."""
        before, *others = masks_of(self.needed)[number :: len(MASKS)]
        sides = "".join(f"WHEN {side} THEN k.{each} " for side, each in zip((AFTERWARDS, UNTOLD), others, strict=False))
        return f"CASE s.side {sides}ELSE k.{before} END" if sides else f"k.{before}"

    def _ages(self) -> int:
        return sum(1 << bit for bit, pick in enumerate(extremes(self.needed)) if pick.value == AGE)

    def states(self) -> str:
        """Return the SQL of what is in doubt from each day on, as a key: pid, begins, doubt."""
        best = ", ".join(each for bit, pick in enumerate(extremes(self.needed)) for each in _best(bit, pick))
        rows = f"SELECT pid, begins, BIT_OR(undated) OVER earlier AS undated, {best} FROM doubted {IN_TIME}"
        doubts = [_in_doubt(bit, pick) for bit, pick in enumerate(extremes(self.needed))]
        doubt = key(literal(f"doubts of {self.needed.name}"), " | ".join(["undated", *doubts]), *self._compared())
        return f"SELECT DISTINCT pid, begins, {doubt} AS doubt FROM ({rows}) AS d"

    def _compared(self) -> Iterator[str]:
        """Yield the SQL of how the picks that some criterion compares lie to each other."""
        places = [bit for bit, pick in enumerate(extremes(self.needed)) if pick.name in self.needed.against]
        for a, b in combinations(places, 2):
            yield f"CASE WHEN sure_{a} < sure_{b} THEN 1 WHEN sure_{a} = sure_{b} THEN 2 WHEN sure_{a} > sure_{b} THEN 3 ELSE 0 END"

    def aged(self) -> str:
        """Return the SQL of the entries that picks of ages surely take: ``picks`` are these, and ``cuts`` the ages that matter to them."""
        picks = {1 << bit: self.needed.cuts_of.get(pick.name, ()) for bit, pick in enumerate(extremes(self.needed)) if pick.value == AGE}
        cuts = [f"CASE WHEN (sure & {bit}) <> 0 THEN {sum(1 << self.needed.ages.index(age) for age in ages)} ELSE 0 END" for bit, ages in picks.items()]
        return f"SELECT pid, begins, ended, day_low, day_high, sure & {sum(picks)} AS picks, CAST({' | '.join(cuts) or '0'} AS INTEGER) AS cuts FROM doubted"


def _best(bit: int, pick: Pick) -> Iterator[str]:
    """Yield the SQL of the best value of a pick so far: among the entries that it surely takes, and among those that it may."""
    value = "day_low" if pick.value == AGE else names_of(pick.value, pick.type)[0]
    extreme = "MIN" if pick.take == "shortest" else "MAX"
    yield from (f"{extreme}(CASE WHEN ({mask} & {1 << bit}) <> 0 THEN {value} END) OVER earlier AS {mask}_{bit}" for mask in ("sure", "maybe"))


def _in_doubt(bit: int, pick: Pick) -> str:
    better = "<" if pick.take == "shortest" else ">"
    return f"CASE WHEN maybe_{bit} IS NOT NULL AND (sure_{bit} IS NULL OR maybe_{bit} {better} sure_{bit}) THEN {1 << bit} ELSE 0 END"
