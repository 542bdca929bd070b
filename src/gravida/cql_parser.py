"""Reads criteria: the grammar of the subset, and what to say when a text does not fit it."""

from difflib import get_close_matches
from functools import cache

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from gravida.cql import And, Arithmetic, AtLeast, Between, Compare, CqlError, Gestation, Literal, Member, Name, Node, Not, Or
from gravida.units import DAYS_IN_A_WEEK

GRAMMAR = r"""
?start: disjunction
?disjunction: conjunction ("or" conjunction)*
?conjunction: condition ("and" condition)*
?condition: comparison | negation
negation: "not" atom
?comparison: sum
    | sum COMPARISON sum          -> compare
    | sum "between" sum "and" sum -> between
?sum: atom
    | sum SIGN atom               -> arithmetic
?atom: "(" disjunction ")"
    | "true"                      -> true
    | "false"                     -> false
    | INTEGER                     -> integer
    | DECIMAL                     -> decimal
    | STRING                      -> string
    | "ga" "(" INTEGER "," INTEGER ")"      -> gestation
    | "AtLeast" "(" INTEGER "," NAME ")"    -> at_least
    | NAME "." NAME               -> member
    | NAME                        -> name

COMPARISON: "<=" | ">=" | "!=" | "=" | "<" | ">"
SIGN: "+" | "-"
DECIMAL: /\d+\.\d+/
INTEGER: /\d+/
STRING: /'[^'\\]*'/
NAME: /(?!(and|or|not|between|true|false|ga|AtLeast)\b)[A-Za-z_][A-Za-z0-9_]*/
%ignore /\s+/
"""


def parse_text(text: str) -> Node:
    """Return the criterion that a text writes. Raises :class:`CqlError`."""
    try:
        tree: Node = _parser().parse(text)  # type: ignore[assignment]
    except VisitError as error:
        if isinstance(error.orig_exc, CqlError):
            raise error.orig_exc from None
        raise
    except UnexpectedInput as error:
        raise _explain(error, text) from None
    return tree


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", transformer=_Build())


@v_args(inline=True)
class _Build(Transformer[Token, Node]):
    """Builds the nodes; positions come from the first token inside."""

    def disjunction(self, *clauses: Node) -> Node:
        return Or(clauses, clauses[0].at)

    def conjunction(self, *clauses: Node) -> Node:
        return And(clauses, clauses[0].at)

    def negation(self, operand: Node) -> Node:
        return Not(operand, operand.at)

    def compare(self, left: Node, operator: Token, right: Node) -> Node:
        return Compare(str(operator), left, right, left.at)

    def between(self, value: Node, low: Node, high: Node) -> Node:
        return Between(value, low, high, value.at)

    def arithmetic(self, left: Node, operator: Token, right: Node) -> Node:
        return Arithmetic(str(operator), left, right, left.at)

    def true(self) -> Node:
        return Literal(True)

    def false(self) -> Node:
        return Literal(False)

    def integer(self, token: Token) -> Node:
        return Literal(int(token), _start(token))

    def decimal(self, token: Token) -> Node:
        return Literal(float(token), _start(token))

    def string(self, token: Token) -> Node:
        return Literal(str(token)[1:-1], _start(token))

    def gestation(self, weeks: Token, days: Token) -> Node:
        if int(days) >= DAYS_IN_A_WEEK:
            raise CqlError(f"ga({weeks}, {days}): the days of a gestation run from 0 to 6", _start(days))
        return Gestation(int(weeks), int(days), _start(weeks))

    def at_least(self, k: Token, truths: Token) -> Node:
        if int(k) < 1:
            raise CqlError(f"AtLeast({k}, …) is always true: the first number must be 1 or more", _start(k))
        return AtLeast(int(k), Name(str(truths), _start(truths)), _start(k))

    def member(self, alias: Token, name: Token) -> Node:
        return Member(str(alias), str(name), _start(alias))

    def name(self, token: Token) -> Node:
        return Name(str(token), _start(token))


def _start(token: Token) -> int:
    return token.start_pos or 0


READABLE = {
    "LPAR": "'('", "RPAR": "')'", "COMMA": "','", "DOT": "'.'", "AND": "and", "OR": "or", "NOT": "not",
    "BETWEEN": "between", "TRUE": "true", "FALSE": "false", "GA": "ga(weeks, days)", "ATLEAST": "AtLeast(k, list)",
    "NAME": "a fact", "INTEGER": "a number", "DECIMAL": "a number", "STRING": "'a word in quotes'",
    "COMPARISON": "a comparison (= != < <= > >=)", "SIGN": "+ or -", "$END": "the end",
}  # fmt: skip

NOT_IN_THE_LANGUAGE = {
    "exists": "use AtLeast(1, …)", "count": "use AtLeast(k, …)", "min": "use a fact that picks the shortest",
    "max": "use a fact that picks the longest", "first": "use a fact that picks one", "last": "use a fact that picks one",
    "in": "a missing value in a list is false in CQL; write = … or = …", "is": 'ask "was it measured?" through an own fact',
    "null": 'ask "was it measured?" through an own fact', "xor": "write it with and, or, not",
    "implies": "write it with or, not", "case": "use two recommendations",
}  # fmt: skip


def _explain(error: UnexpectedInput, text: str) -> CqlError:
    at = error.pos_in_stream if error.pos_in_stream is not None else len(text)
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return CqlError(f"the criterion ends too early; expected {_expected(error.accepts)}", len(text))
    word = _word_at(text, at)
    if word.lower() in NOT_IN_THE_LANGUAGE:
        return CqlError(f"{word!r} is not in the language: {NOT_IN_THE_LANGUAGE[word.lower()]}", at)
    if isinstance(error, UnexpectedCharacters):
        return CqlError(f"{word!r} cannot stand here; expected {_expected(error.allowed or set())}", at)
    accepts = error.accepts if isinstance(error, UnexpectedToken) else set()
    near = get_close_matches(word, [READABLE[a] for a in accepts if a in READABLE], n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return CqlError(f"{word!r} cannot stand here; expected {_expected(accepts)}{hint}", at)


def _word_at(text: str, at: int) -> str:
    end = at + 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_") and (text[at].isalnum() or text[at] == "_"):
        end += 1
    return text[at:end]


def _expected(accepts: set[str]) -> str:
    words = sorted({READABLE.get(name, name.lower()) for name in accepts})
    return ", ".join(words[:-1]) + " or " + words[-1] if len(words) > 1 else "".join(words)
