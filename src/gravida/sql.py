# ruff: noqa: S608 - every name in a query comes from the dictionary, never from a record
"""The SQL engine: the same criteria as one query over many records, rendered node by node.

Nothing is rewritten or optimised: three-valued logic survives because every node becomes the SQL that means it. sqlglot
builds and prints the expressions; DuckDB (or another dialect) runs them.

Tables: ``records`` has a row for each record, ``record_id`` first, then the observed facts; each list has a row for each
entry, with ``record_id`` and ``entry``; one that is counted and not described is a row without values, ``described`` is
false. A number ``x`` is two columns, ``x_low`` and ``x_high``, which differ only for a range. ``<list>_known`` in
``records`` tells an empty list from an unknown one.

>>> from gravida.cql import parse
>>> from gravida.evaluate import Meaning
>>> Sql(Meaning({}, {}, {})).truth(parse("a and not b")).sql("duckdb")
'records.a AND (NOT records.b)'
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlglot import expressions as sql
from sqlglot import parse_one

from gravida.cql import And, Arithmetic, AtLeast, Between, Compare, Gestation, Literal, Member, Name, Node, Not, Or
from gravida.evaluate import Meaning
from gravida.facts import Derived, EntryList, Pick, Truths, Type

Expression = sql.Expr


@dataclass(frozen=True, slots=True)
class Bounds:
    """A number in SQL: its lowest and its highest possible value."""

    low: Expression
    high: Expression


@dataclass
class Sql:
    """Renders criteria. ``lists`` and ``picks`` collect which child tables a query needs."""

    meaning: Meaning
    truths: dict[str, Truths] = field(default_factory=dict)
    picks: dict[str, Pick] = field(default_factory=dict)

    def truth(self, node: Node, table: str = "records") -> Expression:
        """Return the SQL of a truth."""
        match node:
            case Literal(value=value):
                return sql.Literal.string(value) if isinstance(value, str) else sql.Boolean(this=bool(value))
            case Name(id=name):
                return self._fact(name)
            case Member(id=name):
                return _column(name, table)
            case Not(operand=operand):
                return sql.Not(this=_wrapped(self.truth(operand, table)))
            case And(clauses=clauses):
                return _joined(sql.And, [self.truth(clause, table) for clause in clauses])
            case Or(clauses=clauses):
                return _joined(sql.Or, [self.truth(clause, table) for clause in clauses])
            case Compare(operator=operator, left=left, right=right):
                return self._compare(operator, left, right, table)
            case Between(value=value, low=low, high=high):
                ends = [self._compare(">=", value, low, table), self._compare("<=", value, high, table)]
                return _joined(sql.And, ends)
            case AtLeast(k=k, list=truths):
                return self._at_least(k, truths.id)
        raise TypeError(f"{node} is not a truth")

    def _fact(self, name: str) -> Expression:
        fact = self.meaning.facts.get(name)
        if isinstance(fact, Derived):
            return sql.Paren(this=self.truth(self.meaning.criteria[name]))
        if isinstance(fact, Pick):
            self.picks[name] = fact
            return _column("value", f"pick_{_plain(name)}")
        return _column(name, "records")

    def _compare(self, operator: str, left: Node, right: Node, table: str) -> Expression:
        if not (self._is_number(left, table) and self._is_number(right, table)):
            test = sql.EQ(this=_wrapped(self.truth(left, table)), expression=_wrapped(self.truth(right, table)))
            return sql.Paren(this=test) if operator == "=" else sql.Not(this=sql.Paren(this=test))
        a, b = self.number(left, table), self.number(right, table)
        if operator == "!=":
            return sql.Not(this=_wrapped(_equal(a, b)))
        return _equal(a, b) if operator == "=" else _ordered(operator, a, b)

    def _is_number(self, node: Node, table: str) -> bool:
        match node:
            case Gestation() | Arithmetic():
                return True
            case Literal(value=value):
                return not isinstance(value, bool | str)
            case Name(id=name):
                return self.meaning.facts[name].type.is_number
            case Member(id=name):
                return self.meaning.lists[table].fields[name].type.is_number
        return False

    def number(self, node: Node, table: str) -> Bounds:
        """Return the SQL of a number."""
        match node:
            case Literal(value=value):
                return Bounds(sql.Literal.number(value), sql.Literal.number(value))
            case Gestation(total=total):
                return Bounds(sql.Literal.number(total), sql.Literal.number(total))
            case Member(id=name):
                return _bounds(name, table)
            case Arithmetic(operator=operator, left=left, right=right):
                return _arithmetic(operator, self.number(left, table), self.number(right, table))
            case Name(id=name):
                return self._number_fact(name)
        raise TypeError(f"{node} is not a number")

    def _number_fact(self, name: str) -> Bounds:
        fact = self.meaning.facts[name]
        if isinstance(fact, Derived):
            return self.number(self.meaning.criteria[name], "records")
        if isinstance(fact, Pick):
            self.picks[name] = fact
            return _bounds("value", f"pick_{_plain(name)}")
        return _bounds(name, "records")

    def _at_least(self, k: int, name: str) -> Expression:
        fact = self.meaning.facts[name]
        assert isinstance(fact, Truths)
        self.truths[name] = fact
        count = f"count_{fact.list}.{_plain(name)}"
        return parse_one(
            f'CASE WHEN NOT records."{fact.list}_known" THEN NULL WHEN COALESCE({count}_certain, 0) >= {k} THEN TRUE '
            f"WHEN COALESCE({count}_possible, 0) < {k} THEN FALSE ELSE NULL END",
            dialect="duckdb",
        )

    def query(self, criteria: Mapping[str, Node]) -> str:
        """Return one query: a row for each record, a column for each criterion, readable from top to bottom."""
        self.truths.clear()
        self.picks.clear()
        return self._select([sql.alias_(self.truth(node), name, quoted=True, copy=False) for name, node in criteria.items()])

    def facts_query(self, names: Iterable[str]) -> str:
        """Return one query for what is known of each fact: one column, or two as :func:`fact_columns` names them."""
        self.truths.clear()
        self.picks.clear()
        columns = []
        for name in names:
            labels = fact_columns(name, self.meaning)
            columns += [sql.alias_(each, label, quoted=True, copy=False) for each, label in zip(self._found(name), labels, strict=True)]
        return self._select(columns)

    def _found(self, name: str) -> list[Expression]:
        fact = self.meaning.facts[name]
        if isinstance(fact, Truths):
            return [self._number_of(which, name, fact) for which in ("certain", "possible")]
        if fact.type.is_number:
            bounds = _doubled(self._number_fact(name))
            return [bounds.low, bounds.high]
        return [self._fact(name)]

    def _number_of(self, which: str, name: str, fact: Truths) -> Expression:
        self.truths[name] = fact
        text = f'CASE WHEN records."{fact.list}_known" THEN COALESCE(count_{fact.list}.{_plain(name)}_{which}, 0) ELSE NULL END'
        return parse_one(text, dialect="duckdb")

    def _select(self, columns: Iterable[Expression]) -> str:
        select = sql.select("records.record_id", *columns, copy=False).from_("records", copy=False)
        for name in sorted({fact.list for fact in self.truths.values()}):
            _join(select, f"count_{name}", self._counts(name))
        for name, pick in sorted(self.picks.items()):
            candidate = f"candidate_{_plain(name)}"
            select.with_(candidate, as_=self._candidates(name, pick), copy=False)
            _join(select, f"pick_{_plain(name)}", _winner(candidate, pick))
        return select.sql("duckdb", pretty=True)

    def _counts(self, name: str) -> Expression:
        """Return how many entries of a list certainly belong to each fact, and how many may: the list is read once for all."""
        columns = []
        for fact in sorted(each for each, truths in self.truths.items() if truths.list == name):
            where, plain = self.truth(self.meaning.criteria[fact], name).sql("duckdb"), _plain(fact)
            columns += [f"COUNT(*) FILTER (WHERE {where}) AS {plain}_certain", f"COUNT(*) FILTER (WHERE ({where}) IS NOT FALSE) AS {plain}_possible"]
        return parse_one(f'SELECT record_id, {", ".join(columns)} FROM "{name}" GROUP BY record_id', dialect="duckdb")

    def _candidates(self, name: str, pick: Pick) -> Expression:
        tests = [self.truth(self.meaning.criteria[name], pick.list)] if name in self.meaning.criteria else []
        if pick.valid_for_days is not None:
            limit = Bounds(sql.Literal.number(pick.valid_for_days), sql.Literal.number(pick.valid_for_days))
            tests.append(_ordered("<=", _bounds("age_days", pick.list), limit))
        belongs = _joined(sql.And, tests).sql("duckdb") if tests else "TRUE"
        columns = [f"({belongs}) AS belongs", _value_columns(pick.value, pick.type)]
        if "age_days" in self.meaning.lists[pick.list].fields:
            columns.append("age_days_low, age_days_high")
        return parse_one(
            f'SELECT * FROM (SELECT record_id, entry, {", ".join(columns)} FROM "{pick.list}") AS entries WHERE belongs IS NOT FALSE',
            dialect="duckdb",
        )


def fact_columns(name: str, meaning: Meaning) -> tuple[str, ...]:
    """Return the columns in which a query tells what is known of a fact: numbers have ends, truth lists have counts."""
    kind = meaning.facts[name].type
    if kind.kind == "truths":
        return f"{name} certain", f"{name} possible"
    return (f"{name} low", f"{name} high") if kind.is_number else (name,)


def _value_columns(name: str, kind: Type) -> str:
    return f'"{name}_low" AS value_low, "{name}_high" AS value_high' if kind.is_number else f'"{name}" AS value'


def _winner(table: str, pick: Pick) -> Expression:
    """Return the entry that certainly belongs and that no other candidate could beat."""
    if pick.take == "any":
        return _any_entry(table)
    columns = ("value_low", "value_high") if pick.type.is_number else ("value",)
    beaten = {
        "shortest": "COALESCE(one.value_high <= other.value_low, FALSE)",
        "longest": "COALESCE(one.value_low >= other.value_high, FALSE)",
        "latest": "COALESCE(one.age_days_high <= other.age_days_low, FALSE)",
    }[pick.take]
    rivals = f"SELECT 1 FROM {table} AS other WHERE other.record_id = one.record_id AND other.entry <> one.entry"
    query = (
        f"SELECT record_id, {', '.join(f'ANY_VALUE({each}) AS {each}' for each in columns)} FROM {table} AS one "
        f"WHERE belongs AND NOT EXISTS ({rivals} AND NOT {beaten})"
    )
    if pick.take == "latest":
        same_day = "NOT COALESCE(other.age_days_low > one.age_days_high OR other.age_days_high < one.age_days_low, FALSE)"
        query += f" AND NOT EXISTS ({rivals} AND {same_day} AND NOT COALESCE({_same(columns)}, FALSE))"
    return parse_one(f"{query} GROUP BY record_id", dialect="duckdb")


def _same(columns: tuple[str, ...]) -> str:
    """Return the test that two entries certainly have one value: two equal ranges may still hold different numbers."""
    if columns == ("value",):
        return "other.value = one.value"
    return "other.value_high <= one.value_low AND other.value_low >= one.value_high"


def _any_entry(table: str) -> Expression:
    """Return whether any says so: one certain yes stands; a no needs an entry that belongs, and no open one."""
    return parse_one(
        "SELECT record_id, CASE WHEN COUNT(*) FILTER (WHERE belongs AND value) > 0 THEN TRUE "
        "WHEN COUNT(*) FILTER (WHERE belongs) = 0 THEN NULL "
        "WHEN COUNT(*) FILTER (WHERE (belongs AND value) IS NOT FALSE) > 0 THEN NULL ELSE FALSE END AS value "
        f"FROM {table} GROUP BY record_id",
        dialect="duckdb",
    )


def _join(select: sql.Select, table: str, rows: Expression) -> None:
    """Add a table with at most one row for each record. In place: copying the query for each of its parts takes longer than running it."""
    select.with_(table, as_=rows, copy=False)
    select.join(table, on=f"{table}.record_id = records.record_id", join_type="left", copy=False)


def _plain(name: str) -> str:
    """Return a name that SQL takes without quotes. The name of a guideline and its definition's stay apart."""
    return "".join(char if char.isalnum() else "_" for char in name.replace("/", "__"))


def _column(name: str, table: str) -> Expression:
    return sql.column(name, table=table, quoted=True if "/" in name else None)


def _bounds(name: str, table: str) -> Bounds:
    return Bounds(_column(f"{name}_low", table), _column(f"{name}_high", table))


def _wrapped(expression: Expression) -> Expression:
    return expression if isinstance(expression, sql.Column | sql.Paren | sql.Boolean | sql.Literal | sql.Cast) else sql.Paren(this=expression)


def _joined(kind: type[sql.And] | type[sql.Or], parts: Iterable[Expression]) -> Expression:
    first, *rest = [_wrapped(part) for part in parts]
    for part in rest:
        first = kind(this=first, expression=part)
    return first


def _case(true: Expression, false: Expression) -> Expression:
    return sql.Case().when(true, sql.true()).when(false, sql.false()).else_(sql.null())


def _ordered(operator: str, a: Bounds, b: Bounds) -> Expression:
    """Compare two ranges: true or false only if every pair of values agrees."""
    if operator in (">", ">="):
        return _ordered("<" if operator == ">" else "<=", b, a)
    if operator == "<":
        return _case(sql.LT(this=a.high, expression=b.low), sql.GTE(this=a.low, expression=b.high))
    return _case(sql.LTE(this=a.high, expression=b.low), sql.GT(this=a.low, expression=b.high))


def _equal(a: Bounds, b: Bounds) -> Expression:
    same = sql.And(this=sql.LTE(this=a.high, expression=b.low), expression=sql.GTE(this=a.low, expression=b.high))
    apart = sql.Or(this=sql.GT(this=a.low, expression=b.high), expression=sql.LT(this=a.high, expression=b.low))
    return _case(same, apart)


def _arithmetic(operator: str, left: Bounds, right: Bounds) -> Bounds:
    """Add or subtract. The right side keeps its brackets even in a sum: a + (b - c) rounds otherwise than a + b - c."""
    a, b = _doubled(left), _doubled(right)
    if operator == "+":
        return Bounds(sql.Add(this=a.low, expression=_wrapped(b.low)), sql.Add(this=a.high, expression=_wrapped(b.high)))
    return Bounds(sql.Sub(this=a.low, expression=_wrapped(b.high)), sql.Sub(this=a.high, expression=_wrapped(b.low)))


def _doubled(number: Bounds) -> Bounds:
    """Return a literal as a double, like every other number: two literals would add up as decimals, or overflow as integers."""
    if isinstance(number.low, sql.Literal):
        return Bounds(sql.cast(number.low, "DOUBLE"), sql.cast(number.high, "DOUBLE"))
    return number


def schema(facts: Mapping[str, Type], lists: Mapping[str, EntryList]) -> list[str]:
    """Return the CREATE TABLE statements that the queries expect. Only observed facts have columns."""
    known = [f'"{name}_known" BOOLEAN NOT NULL' for name in lists]
    statements = [f"CREATE TABLE records (record_id BIGINT PRIMARY KEY, {', '.join([*known, *_columns(facts)])})"]
    for name, entries in lists.items():
        columns = _columns({key: each.type for key, each in entries.fields.items()})
        statements.append(f'CREATE TABLE "{name}" (record_id BIGINT, entry INTEGER, described BOOLEAN, {", ".join(columns)})')
    return statements


def _columns(types: Mapping[str, Type]) -> list[str]:
    found = []
    for name, kind in types.items():
        if kind.is_number:
            found += [f'"{name}_low" DOUBLE', f'"{name}_high" DOUBLE']
        else:
            found.append(f'"{name}" {"BOOLEAN" if kind.kind == "boolean" else "VARCHAR"}')
    return found
