# ruff: noqa: S608 - every name in a query comes from the knowledge or from our own schema, never from a record
"""What is known in one component of a pregnancy, as intervals with a key, summed up in the order of time.

Each recording holds from a day to a day and adds its key while it holds. A key is a hash of what some criterion can
tell apart, so the sum of the keys that hold stands for the multiset of what is known. Two different multisets share a
sum by chance once in 10^19.

Where something of an entry is unknown, it may or may not be the one that counts as the *shortest* or the *latest*: what
that leaves in doubt goes into the key (:mod:`gravida.audit.doubts`). Where a number is a range, or one entry is replaced by
another, entries carry their order beside their place among the limits. A range goes in as it is, and so do gestations
where a stitch was placed, because a scan after a stitch says something else than one before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gravida.audit.doubts import Doubts
from gravida.audit.engine import Engine
from gravida.audit.entries import Entries, names_of, observed_columns
from gravida.audit.hashes import KEY, UNKNOWN, between, key, text, whole
from gravida.audit.intake import literal
from gravida.audit.kinds import AFTERWARDS, FLAGS, UNTOLD, Kinds, is_sorted, words_of
from gravida.audit.needs import AFTER, AGE, GESTATION, OWN, STITCHES, ListNeeds, Needs
from gravida.facts import Field, Observed

KEPT = "pid, begins, until, ended, day_low, day_high"
SIDE = f"CASE WHEN s.pid IS NULL THEN 0 WHEN s.placed IS NULL THEN 3 WHEN h.gestation_low > s.placed THEN {AFTERWARDS} ELSE 2 END"
"""Of an entry: 0 where there is no stitch, 1 after it, 2 before, 3 where that cannot be told."""
UNSORTED = f"h.plain AS kind, 1 AS unsure, 1 AS ordered, 0 AS joint, {2**30 - 1} AS cuts"
ALL = "TRUE"
IN_TIME = "PARTITION BY pid ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"


@dataclass(frozen=True)
class States:
    """Makes ``bare`` and ``said``, the keys of what stands outside lists and of what is said about each, and ``state_<list>``: pid, begins, key."""

    engine: Engine
    needs: Needs
    entries: Entries
    kinds: Kinds

    @property
    def components(self) -> list[str]:
        """All components: what stands outside the lists, and each list."""
        return [OWN, *(needed.name for needed in self.entries.lists)]

    def make(self) -> None:
        """Make them. The tables of :class:`Entries` must be there; ``held_<list>`` are its entries, each with the hash of its plain values."""
        for needed in self.entries.lists:
            plain = key(f"{needed.name!r}", *self._plain(needed))
            self.engine.table(f"held_{needed.name}", f"SELECT h.*, {plain} AS plain FROM holding_{needed.name} AS h")
        self._stitched()
        self.engine.table("bare", f"SELECT pid, begins, nexts, {self._own()} AS {OWN} FROM stated")
        self._spoken()
        for needed in self.entries.lists:
            self._coded(needed)
            self._summed(needed)

    def _stitched(self) -> None:
        """Keep the pregnancies with a stitch: where there is one, placed at one gestation, it is enough to know which scans came after."""
        one = "COUNT(DISTINCT entry) = 1 AND COUNT(gestation_low) = COUNT(*) AND MIN(gestation_low) = MAX(gestation_high)"
        nobody = "SELECT CAST(0 AS BIGINT) AS pid, CAST(0 AS INTEGER) AS placed, CAST(0 AS INTEGER) AS since, FALSE AS is_one WHERE FALSE"
        some = f"SELECT pid, MIN(gestation_low) AS placed, MIN(begins) AS since, {one} AS is_one FROM held_{STITCHES} GROUP BY pid"
        self.engine.table("stitched", some if STITCHES in self.needs.lists else nobody)

    # --- outside the rows --------------------------------------------------------------------------------------------

    def _own(self) -> str:
        return key("'own'", *(part for fact in self.entries.observed for part in self._observed(fact)))

    def _observed(self, fact: Observed) -> list[str]:
        columns = [name for name, _ in observed_columns(fact)]
        if not fact.type.is_number:
            return [whole(columns[0]) if fact.type.kind == "boolean" else text(columns[0])]
        return between(columns[0], columns[1], sorted(self.needs.limits.get(fact.name, ())))

    def _spoken(self) -> None:
        """Keep what is said about lists by all that is said together, of which there is little that differs."""
        parts = {needed.name: [*self._bare(needed.name)] for needed in self.entries.lists}
        saying = key("'said'", *dict.fromkeys(part for each in parts.values() for part in each))
        keys = "".join(f", {key(literal(f'list {name}'), *each)} AS {name}" for name, each in parts.items())
        self.engine.table("told", f"SELECT pid, begins, {saying} AS saying FROM listed")
        some = "SELECT MIN(pid) FROM told GROUP BY saying"
        self.engine.table("sayings", f"SELECT DISTINCT {saying} AS saying{keys} FROM listed WHERE pid IN ({some})")
        names = "".join(f", k.{name}" for name in parts)
        self.engine.view("said", f"SELECT t.pid, t.begins{names} FROM told AS t JOIN sayings AS k ON k.saying = t.saying")

    def _bare(self, name: str) -> Iterator[str]:
        """Yield the SQL of what makes the key of a list without its rows: whether it is known, and how many are counted."""
        yield from (whole(f"{name}_{what}") for what in ("known", "open"))
        if AFTER in self.needs.lists[name].used:
            yield from (whole(f"{STITCHES}_{what}") for what in ("known", "open"))
        if self.entries.meaning.lists[name].declared:
            yield from (whole("prior_pregnancies_complete"), whole("prior_pregnancies_total"))

    # --- rows of lists -----------------------------------------------------------------------------------------------

    def _coded(self, needed: ListNeeds) -> None:
        """Keep what adds to the key of a list: from when until when, and at which ages it changes."""
        name = needed.name
        in_kinds = is_sorted(needed, self.entries.meaning)
        if in_kinds:
            self.kinds.learn(needed)
        self.engine.table("sides", self._sides(needed))
        self.engine.table("sorted", self._sorted(needed) if in_kinds else self._unsorted(needed))
        if self._is_parted(needed):
            self._lone(needed)
        self.engine.table("several", f"SELECT pid FROM sorted GROUP BY pid HAVING {_several(needed, in_kinds=in_kinds)}")
        if self._has_doubts(needed):
            self._doubted(needed)
        added, *others = [*_by_kind(needed, self._counted(needed)), _in_order(needed)] if in_kinds else [_by_row(name), _in_order(needed)]
        if AFTER in needed.used:
            placed = key("'placed'", *(f"CASE WHEN s.placed IS NULL THEN {whole(f'h.gestation_{end}')} ELSE 0 END" for end in ("low", "high")))
            others.append(f"SELECT {_of('h')}, 0 AS cuts, {placed} AS base FROM held_{STITCHES} AS h LEFT JOIN sides AS s ON s.pid = h.pid")
        none = "".join(f", 0 AS {each}" for each in self._bit_names(needed))
        self.engine.table(f"coded_{name}", " UNION ALL ".join([added, *(f"SELECT c.*{none} FROM ({each}) AS c" for each in others)]))
        self.engine.drop("sorted", "several", "sides", "doubted")

    def _is_parted(self, needed: ListNeeds) -> bool:
        """Return whether pregnancies with one entry can stand apart."""
        return is_sorted(needed, self.entries.meaning) and self.entries.is_said_once()

    def _has_doubts(self, needed: ListNeeds) -> bool:
        """Return whether an entry of which something is unknown can leave in doubt what a fact takes."""
        return needed.compares and is_sorted(needed, self.entries.meaning)

    def _lone(self, needed: ListNeeds) -> None:
        """Take out the pregnancies with one entry of which nothing changes but its age, as most have: their states need neither a grouping nor an order."""
        name, bits = needed.name, self._bit_names(needed)
        tests = (f"side IN (0, {UNTOLD})", "cuts = 0 OR day_low = day_high")
        plain = " AND ".join(["COUNT(*) = 1", "COUNT(until) = 0", *(f"MAX(CASE WHEN {test} THEN 0 ELSE 1 END) = 0" for test in tests)])
        self.engine.table("alone", f"SELECT pid FROM sorted GROUP BY pid HAVING {plain}")
        kind, age = key(_kind_of(name), "s.rest", "s.side"), key(_age_of(name), "s.cuts", "s.joint", "s.ordered", "s.side")
        settled = f"t.{name} + {key(kind, '0', '0')} + {key(*(f's.{each}' for each in bits))}"
        unseen = f"t.{name} + {key(*('CAST(0 AS BIGINT)' for _ in bits))}"
        days = "s.pid, t.begins AS told, s.begins, s.ended, s.day_low, s.day_high, s.cuts"
        joined = "FROM sorted AS s JOIN said AS t ON t.pid = s.pid WHERE s.pid IN (SELECT pid FROM alone)"
        self.engine.table(f"lone_{name}", f"SELECT {days}, {unseen} AS unseen, {settled} AS settled, {age} AS base {joined}")
        self.engine.table("sorted", "SELECT * FROM sorted WHERE pid NOT IN (SELECT pid FROM alone)")
        self.engine.drop("alone")

    def _bit_names(self, needed: ListNeeds) -> list[str]:
        """Return the columns of what adds up as bits."""
        return [f"bits_{number}" for number, _ in enumerate(_bits(needed))] if is_sorted(needed, self.entries.meaning) else []

    def _unsorted(self, needed: ListNeeds) -> str:
        return f"SELECT {_kept(needed)}, {UNSORTED}, {SIDE} AS side FROM held_{needed.name} AS h LEFT JOIN sides AS s ON s.pid = h.pid"

    def _sorted(self, needed: ListNeeds) -> str:
        """Return the SQL of the entries with their kinds and bits. Where it may change which scans came after a stitch, the kind stands for all."""
        adds, untold, told = "TRUE", "FALSE", ""
        if AFTER in needed.used:
            known = f"(COALESCE(p.{STITCHES}_known, FALSE) AND NOT COALESCE(p.{STITCHES}_open, FALSE))"
            adds = f"CASE WHEN s.pid IS NULL THEN TRUE ELSE {known} AND (s.placed IS NULL OR h.gestation_low <= s.placed OR h.begins >= s.since) END"
            untold = f"(s.pid IS NULL AND NOT {known})"
            told = " JOIN in_pregnancies AS p ON p.pid = h.pid"
        rest = f"CASE WHEN {adds} THEN k.rest ELSE -1 - k.kind END AS rest"
        bits = "".join(f", CASE WHEN {adds} THEN {each} ELSE 0 END AS bits_{number}" for number, each in enumerate(_bits(needed, untold)))
        flags = ", ".join(f"{value} AS {name}" for name, value in _flags(untold).items())
        side = f"CASE WHEN {untold} THEN {UNTOLD} ELSE {SIDE} END AS side"
        joins = f"JOIN kind_{needed.name} AS k ON k.plain = h.plain LEFT JOIN sides AS s ON s.pid = h.pid{told}"
        return f"SELECT {_kept(needed)}, {flags}, {rest}{bits}, {side} FROM held_{needed.name} AS h {joins}"

    def _plain(self, needed: ListNeeds) -> list[str]:
        plain = [part for each in self.entries.fields(needed.name) for part in _field(each, needed)]
        if GESTATION in needed.used:
            plain += between("gestation_low", "gestation_high", needed.limits(GESTATION))
        return plain

    def _counted(self, needed: ListNeeds) -> str:
        """Return the SQL of which entries of a kind count. Where the number of all is recorded, each of them tells how many are missing."""
        return ALL if self.entries.meaning.lists[needed.name].declared else f"turn <= {needed.most}"

    def _sides(self, needed: ListNeeds) -> str:
        """Return the SQL of the pregnancies with a stitch, and of when it was placed if that settles which entries came after."""
        if AFTER not in needed.used:
            return "SELECT CAST(0 AS BIGINT) AS pid, CAST(0 AS INTEGER) AS placed, CAST(0 AS INTEGER) AS since WHERE FALSE"
        doubtful = f"SELECT pid FROM held_{needed.name} WHERE gestation_low IS NULL OR gestation_low <> gestation_high"
        return f"SELECT pid, CASE WHEN is_one AND pid NOT IN ({doubtful}) THEN placed END AS placed, since FROM stitched"

    def _doubted(self, needed: ListNeeds) -> None:
        """Keep what is in doubt in the pregnancies that have several entries of which something is unknown."""
        doubts = Doubts(needed)
        rest = "FROM sorted WHERE pid NOT IN (SELECT pid FROM several)"
        self.engine.table("doubtful", f"SELECT pid {rest} GROUP BY pid HAVING COUNT(*) > 1 AND {doubts.doubtful()}")
        self.engine.table("doubted", doubts.entries())
        self.engine.table(f"doubts_{needed.name}", doubts.states())
        self.engine.drop("doubtful")

    def _summed(self, needed: ListNeeds) -> None:
        """Sum up the keys of a list in the order of time, for the pregnancies that have rows of it; what adds up as bits goes into the key too."""
        name, bits = needed.name, self._bit_names(needed)
        none = "".join(f", 0 AS {each}" for each in bits)
        parts = [f"SELECT pid, begins AS day, {_begun(needed)} AS k{''.join(f', {each}' for each in bits)} FROM coded_{name}"]
        doubts = [f"SELECT pid, begins AS day, {_change('doubt')} AS k FROM doubts_{name}"] if self._has_doubts(needed) else []
        parts += [f"SELECT pid, day, k{none} FROM ({each}) AS d" for each in (self._said(needed), *doubts, *_deltas(needed))]
        together = "".join(f", BIT_OR({each}) AS {each}" for each in bits)
        ever = "".join(f", BIT_OR({each}) OVER earlier AS {each}" for each in bits)
        deltas = f"SELECT pid, day, SUM(k) AS k{together} FROM ({' UNION ALL '.join(parts)}) AS d GROUP BY pid, day"
        states = f"SELECT pid, day AS begins, SUM(k) OVER earlier AS k{ever} FROM ({deltas}) AS d WINDOW earlier AS ({IN_TIME})"
        added = f" + {key(*bits)}" if bits else ""
        every = [f"SELECT pid, begins, CAST(k{added} AS {KEY}) AS key FROM ({states}) AS s", *(_lone_states(needed) if self._is_parted(needed) else ())]
        self.engine.table(f"state_{name}", " UNION ALL ".join(every))
        self.engine.drop(f"coded_{name}", *([f"lone_{name}"] if self._is_parted(needed) else []))

    def _said(self, needed: ListNeeds) -> str:
        """Return the SQL of what is said about a list that has rows, and of what is said otherwise later."""
        said = needed.name if self.entries.is_said_once() else _change(needed.name)
        rows = f"SELECT pid, begins AS day, {said} AS k FROM said WHERE pid IN (SELECT pid FROM coded_{needed.name})"
        return f"SELECT pid, day, k FROM ({rows}) AS c WHERE k <> 0"


def _change(key: str) -> str:
    return f"{key} - COALESCE(LAG({key}) OVER (PARTITION BY pid ORDER BY begins), 0)"


def _several(needed: ListNeeds, *, in_kinds: bool) -> str:
    """Return the test of a pregnancy in which the order of the entries matters, or which entry is replaced by which."""
    doubts = Doubts(needed)
    tests = ["COUNT(until) > 0"]
    if needed.compares:
        tests += ["SUM(ordered) > 1", f"({doubts.doubtful()} AND {doubts.ordered()})"] if in_kinds else ["TRUE"]
    return f"MAX(side) = 3 OR (COUNT(*) > 1 AND ({' OR '.join(tests)}))"


def _of(table: str) -> str:
    return ", ".join(f"{table}.{column}" for column in KEPT.split(", "))


def _kept(needed: ListNeeds) -> str:
    """Return the columns of an entry that its kind does not replace: its days, and what facts compare."""
    compared = sorted({end for end, _, _ in _compared(needed)} - set(KEPT.split(", ")))
    return ", ".join([_of("h"), *(f"h.{each}" for each in ("gestation_low", "gestation_high", *compared))])


def _flags(untold: str) -> dict[str, str]:
    """Return the SQL of what else matters of an entry. Where nobody told of stitches, and nothing is sure, neither its age matters nor its place."""
    found = {each: f"k.{each}" for each in ("kind", *FLAGS) if each not in ("rest", "untold")}
    found |= {each: f"CASE WHEN {untold} AND k.untold = 0 THEN 0 ELSE k.{each} END" for each in ("cuts", "joint")}
    return found | {"unsure": f"CASE WHEN {untold} THEN k.untold ELSE k.unsure END"}


def _bits(needed: ListNeeds, untold: str = "FALSE") -> Iterator[str]:
    """Yield the SQL of the words of what an entry adds: another after a stitch than before, and where nobody told of any."""
    before, after, nobody = ([each for each in words_of(needed) if each.startswith(when)] for when in ("before", "after", "untold"))
    is_after = "h.gestation_low > s.placed"
    words = zip(before, after, nobody, strict=True)
    yield from (f"CASE WHEN {untold} THEN k.{no} WHEN {is_after} THEN k.{late} ELSE k.{early} END" for early, late, no in words) if after else before


def _in_order(needed: ListNeeds) -> str:
    """Return the SQL of every entry where the order matters: its kind, and its place among the others."""
    order = [f"rank_{number}" for number, _ in enumerate(_compared(needed))]
    exact = [f"CASE WHEN side = 3 THEN {whole(f'gestation_{end}')} ELSE -1 END" for end in ("low", "high")]
    called = f"'place in {needed.name}'"
    ranked = f"SELECT h.*{_ranks(needed)} FROM sorted AS h WHERE h.pid IN (SELECT pid FROM several)"
    return f"SELECT {KEPT}, cuts, {key(called, 'kind', 'side', *exact, *order)} AS base FROM ({ranked}) AS h"


def _by_row(name: str) -> str:
    called = f"'row of {name}'"
    return f"SELECT {KEPT}, cuts, {key(called, 'kind')} AS base FROM sorted WHERE pid NOT IN (SELECT pid FROM several)"


def _by_kind(needed: ListNeeds, counted: str) -> Iterator[str]:
    """Yield the SQL of every entry with its bits and, as often as anybody counts, what does not add up as bits; and of the age of the latest of each sort.

    Where everything is certain and nothing is replaced, how long ago the latest was is all that age can tell.
    """
    name, rest = _kind_of(needed.name), "FROM sorted WHERE pid NOT IN (SELECT pid FROM several)"
    turn = ", ROW_NUMBER() OVER (PARTITION BY pid, rest, side ORDER BY begins) AS turn" if counted != ALL else ""
    kind = f"CASE WHEN {counted} THEN {key(name, 'rest', 'side')} ELSE 0 END"
    bits = "".join(f", bits_{number}" for number, _ in enumerate(_bits(needed)))
    never = "CAST(NULL AS INTEGER) AS until"
    yield f"SELECT pid, begins, {never}, ended, day_low, day_high, 0 AS cuts, {kind} AS base{bits} FROM (SELECT *{turn} {rest}) AS s"
    if needed.ages:
        sort, certain = "cuts, joint, ordered, side", " AND pid NOT IN (SELECT pid FROM doubted)" if needed.compares else ""
        yield _latest(needed, sort, f"(SELECT * {rest}{certain} AND cuts <> 0)")
        if needed.compares:
            yield _latest(needed, "picks, cuts", f"(SELECT * FROM ({Doubts(needed).aged()}) AS d WHERE cuts <> 0)")


def _latest(needed: ListNeeds, sort: str, entries: str) -> str:
    """Return the SQL of the age of the latest entry of each sort, from when it is known until a later one is."""
    later = f"MIN(begins) OVER (PARTITION BY pid, {sort} ORDER BY day_low ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS later"
    aged = key(_age_of(needed.name), *sort.split(", "))
    rows = f"SELECT *, {later} FROM {entries} AS e"
    return f"SELECT pid, begins, later AS until, ended, day_low, day_high, cuts, {aged} AS base FROM ({rows}) AS s WHERE later IS NULL OR later > begins"


def _field(field: Field, needed: ListNeeds) -> Iterator[str]:
    columns = names_of(field.name, field.type)
    if field.type.is_number:
        yield from between(columns[0], columns[1], needed.limits(field.name))
    else:
        yield whole(columns[0]) if field.type.kind == "boolean" else text(columns[0])


def _compared(needed: ListNeeds) -> Iterator[tuple[str, str, str]]:
    """Yield what facts compare among the entries: the end to rank, and both ends of the number."""
    values = sorted({pick.value for pick in needed.picks if pick.type.is_number and pick.value != AGE})
    pairs = [(f"f_{value}_low", f"f_{value}_high") for value in values]
    pairs += [("day_low", "day_high")] if needed.in_order else []
    for low, high in pairs:
        yield low, low, high
        yield high, low, high


def _ranks(needed: ListNeeds) -> str:
    return "".join(f", {_rank(*compared)} AS rank_{number}" for number, compared in enumerate(_compared(needed)))


def _rank(end: str, low: str, high: str) -> str:
    """Return the SQL of the place of a number among those of its pregnancy; where one of them is a range, of the number itself."""
    ranged = f"COALESCE(BOOL_OR({low} <> {high}) OVER (PARTITION BY pid), FALSE)"
    first = f"COALESCE(MIN({low}) OVER (PARTITION BY pid), 0)"
    place = f"RANK() OVER (PARTITION BY pid ORDER BY {end})"
    return f"CASE WHEN {end} IS NULL THEN {UNKNOWN} WHEN {ranged} THEN CAST({end} - {first} AS DOUBLE) ELSE CAST({place} AS DOUBLE) END"


def _kind_of(name: str) -> str:
    return literal(f"kind of {name}")


def _age_of(name: str) -> str:
    return literal(f"age of {name}")


def _lone_states(needed: ListNeeds) -> Iterator[str]:
    """Yield the SQL of the states of pregnancies with one entry: before it, when it begins, and at the ages at which it tells something else."""
    table = f"lone_{needed.name}"
    yield f"SELECT pid, told AS begins, CAST(unseen AS {KEY}) AS key FROM {table} WHERE told < begins"
    aged = f" + CASE WHEN cuts = 0 THEN 0 ELSE {_aged('begins', needed.ages)} END" if needed.ages else ""
    yield f"SELECT pid, begins, CAST(settled{aged} AS {KEY}) AS key FROM {table}"
    for bit, cut in enumerate(needed.ages):
        day = f"(day_high + {cut})"
        then = f"(cuts & {1 << bit}) <> 0 AND {day} > begins AND {day} <= ended"
        yield f"SELECT pid, {day} AS begins, CAST(settled + {_aged(day, needed.ages)} AS {KEY}) AS key FROM {table} WHERE {then}"


def _begun(needed: ListNeeds) -> str:
    """Return the SQL of the key of an entry when it begins; of one that adds nothing but bits, none."""
    return f"CASE WHEN base = 0 THEN 0 ELSE {_aged('begins', needed.ages)} END" if needed.ages else "base"


def _deltas(needed: ListNeeds) -> Iterator[str]:
    """Yield the SQL of what the entries of a list change, and when, once they have begun: they reach an age at which they tell something else, and end."""
    table, cuts = f"coded_{needed.name}", needed.ages
    yield f"SELECT pid, until AS day, -{_aged('until - 1', cuts)} AS k FROM {table} WHERE until <= ended"
    if cuts:
        listed, every = ", ".join(f"({cut}, {1 << bit})" for bit, cut in enumerate(cuts)), ", ".join(map(str, cuts))
        later = "day > begins AND day <= ended AND (until IS NULL OR day < until)"
        change = f"SELECT pid, day, {_aged('day', cuts)} - {_aged('day - 1', cuts)} AS k FROM"
        rows = f"SELECT h.*, h.{{end}} + col0 AS day FROM {table} AS h JOIN (VALUES {listed}) AS v(col0, col1) ON (h.cuts & col1) <> 0"
        ranged = f"{rows.format(end='day_low')} WHERE day_low <> day_high AND (day_low + col0 - day_high) NOT IN ({every})"
        yield f"{change} ({rows.format(end='day_high')}) AS h WHERE {later}"
        yield f"{change} ({ranged}) AS h WHERE {later}"


def _aged(day: str, cuts: Sequence[int]) -> str:
    """Return the SQL of the key of an entry on a day."""
    if not cuts:
        return "base"
    ages = []
    for end in ("day_high", "day_low"):
        parts = " + ".join(f"CAST((cuts & {1 << bit}) <> 0 AND {day} - {end} >= {cut} AS INTEGER)" for bit, cut in enumerate(cuts))
        ages.append(f"CASE WHEN cuts = 0 THEN 0 ELSE COALESCE({parts}, -1) END")
    return key("base", *ages)
