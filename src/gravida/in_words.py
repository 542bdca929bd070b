"""A criterion in words: the same clauses in the same order, for somebody who reads no CQL.

Nothing is simplified and nothing is left out; each clause is one line, with the labels of its facts, and clauses that
stand inside another stand below it.

>>> from gravida.cql import parse
>>> from gravida.library import load
>>> speaker = Speaker(load())
>>> for line in speaker.lines(parse("plurality = 1 and (symptomatic or cervical_length_mm <= 25)")):
...     print(line)
all of these:
- number of babies: exactly 1
- at least one of these:
  - symptoms at the examination
  - cervical length (shortest, transvaginal): at most 25 mm
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gravida.cql import And, Arithmetic, AtLeast, Between, Compare, Gestation, Literal, Member, Name, Node, Not, Or, show
from gravida.facts import BOOLEAN, Type, Words
from gravida.knowledge import Knowledge
from gravida.markdown_text import inline
from gravida.units import unit_of, weeks

NUMBER = {"=": "exactly", "!=": "other than", "<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
TIME = {"=": "exactly at", "!=": "other than", "<": "before", "<=": "up to and including", ">": "after", ">=": "from"}
WORD = {"=": "", "!=": "other than"}
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


@dataclass(frozen=True)
class Clause:
    """One line, and the lines below it."""

    text: str
    below: tuple["Clause", ...] = ()

    def lines(self, indent: int = 0) -> Iterator[str]:
        """Yield the line and those below it as a nested Markdown list."""
        yield f"{'  ' * indent}- {inline(self.text)}{':' if self.below else ''}"
        for each in self.below:
            yield from each.lines(indent + 1)


@dataclass(frozen=True)
class Speaker:
    """Says criteria in words: over facts, or over the entries of one list."""

    knowledge: Knowledge
    entries: str = ""
    """The list whose entries are judged, inside a ``where``."""

    def lines(self, node: Node) -> list[str]:
        """Return a criterion as a Markdown list; clauses that must all hold stand under one heading."""
        whole = self.clause(node)
        if isinstance(node, And | Or) and whole.below:
            return [f"{whole.text}:", *(line for each in whole.below for line in each.lines())]
        return list(whole.lines())

    def clause(self, node: Node) -> Clause:
        """Return one clause in words."""
        match node:
            case And(clauses=clauses):
                return Clause("all of these", tuple(self._together(clauses)))
            case Or(clauses=clauses):
                return self._either(clauses)
            case Not(operand=operand):
                return self._not(operand)
            case AtLeast(k=k, list=name):
                return Clause(f"at least {k}: {self.label(name)}")
            case Compare(operator=operator, left=left, right=right):
                return Clause(self._compared(operator, left, right))
            case Between(value=value, low=low, high=high):
                return Clause(f"{self._value(value)}: from {self._value(low, value)} to {self._value(high, value)}, both included")
            case _:
                return Clause(self._value(node))

    def label(self, node: Name | Member) -> str:
        """Return what a fact or a field is called."""
        return self._words(node).label if isinstance(node, Name) else self.knowledge.dictionary.lists[self.entries].fields[node.id].words.label

    def _words(self, node: Name) -> Words:
        return self.knowledge.dictionary.facts[node.id].words

    def _type(self, node: Node) -> Type:
        match node:
            case Name(id=name):
                return self.knowledge.dictionary.facts[name].type
            case Member(id=name):
                return self.knowledge.dictionary.lists[self.entries].fields[name].type
            case Arithmetic(left=left):
                return self._type(left)
            case Gestation():
                return Type("gestation")
            case Literal(value=value) if isinstance(value, int | float) and not isinstance(value, bool):
                return Type("decimal")
            case Literal(value=value) if isinstance(value, str):
                return Type("string")
        return BOOLEAN

    def _together(self, clauses: Sequence[Node]) -> Iterator[Clause]:
        """Yield clauses that must all hold; two that say "at least this, and not at least that" of one list are one line."""
        for before, node, after in zip((None, *clauses), clauses, (*clauses[1:], None), strict=False):
            if _span(node, after):
                yield Clause(f"{_span(node, after)}: {self.label(node.list)}")  # type: ignore[union-attr]
            elif not (before and _span(before, node)):
                yield self.clause(node)

    def _either(self, clauses: Sequence[Node]) -> Clause:
        """Return "one of these"; of one thing that may be this or that, in one line."""
        same = [each for each in clauses if isinstance(each, Compare) and each.operator == "=" and isinstance(each.right, Literal)]
        if len(same) == len(clauses) and len({show(each.left) for each in same}) == 1:
            *first, last = [self._value(each.right, each.left) for each in same]
            return Clause(f"{self._value(same[0].left)}: {', '.join(first)} or {last}")
        return Clause("at least one of these", tuple(self.clause(each) for each in clauses))

    def _not(self, operand: Node) -> Clause:
        match operand:
            case Or():
                inner = self.clause(operand)
                return Clause("none of these", inner.below) if inner.below else Clause(f"not: {inner.text}")
            case And():
                return Clause("not all of these", self.clause(operand).below)
            case AtLeast(k=k, list=name):
                return Clause(f"{'none' if k == 1 else f'fewer than {k}'}: {self.label(name)}")
        return Clause(f"not: {self.clause(operand).text}")

    def _compared(self, operator: str, left: Node, right: Node) -> str:
        if isinstance(left, Literal | Gestation) and not isinstance(right, Literal | Gestation):
            operator, left, right = MIRRORED[operator], right, left
        kind = self._type(left).kind
        words = TIME if kind == "gestation" else WORD if kind in ("string", "boolean") else NUMBER
        return f"{self._value(left)}: {f'{words[operator]} {self._value(right, left)}'.strip()}"

    def _value(self, node: Node, of: Node | None = None) -> str:
        """Return a value in words; ``of`` is what a number is compared with, and tells its unit."""
        match node:
            case Name() | Member():
                return self.label(node)
            case Gestation(total=total):
                return weeks(total)
            case Literal(value=value):
                return _literal(value) + self._unit(value, of)
            case Arithmetic(operator=operator, left=left, right=right):
                return f"{self._value(left)} {'plus' if operator == '+' else 'minus'} {self._value(right, left)}"
        return show(node)

    def _unit(self, value: object, of: Node | None) -> str:
        if of is None or isinstance(value, bool | str):
            return ""
        of = of.left if isinstance(of, Arithmetic) else of
        unit = "days" if self._type(of).kind == "gestation" else unit_of(of.id) if isinstance(of, Name | Member) else ""
        return f" {unit}" if unit else ""


def _span(node: Node | None, after: Node | None) -> str:
    """Return how many two neighbouring clauses ask for together, if they speak of one list."""
    if isinstance(node, AtLeast) and isinstance(after, Not) and isinstance(after.operand, AtLeast) and after.operand.list == node.list:
        most = after.operand.k - 1
        return f"exactly {node.k}" if most == node.k else f"from {node.k} to {most}" if most > node.k else ""
    return ""


def _literal(value: bool | float | str) -> str:  # noqa: FBT001  (any literal of the language)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else f"{value:g}"
