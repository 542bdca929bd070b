"""Reads criteria: the grammar of the subset, and what to say when a text does not fit it."""

import re
from difflib import get_close_matches
from functools import cache

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError

from gravida.cql_nodes import And, Arithmetic, AtLeast, Between, Compare, CqlError, Gestation, Literal, Member, Name, Node, Not, Or, children
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
    | TRUE                        -> true
    | FALSE                       -> false
    | INTEGER                     -> integer
    | DECIMAL                     -> decimal
    | STRING                      -> string
    | "ga" "(" INTEGER "," INTEGER ")"      -> gestation
    | "AtLeast" "(" INTEGER "," NAME ")"    -> at_least
    | NAME "." NAME               -> member
    | NAME                        -> name

COMPARISON: "<=" | ">=" | "!=" | "=" | "<" | ">"
SIGN: "+" | "-"
TRUE: "true"
FALSE: "false"
DECIMAL: /\d+\.\d+/
INTEGER: /\d+/
STRING: /'[^'\\]*'/
NAME: /(?!(and|or|not|between|true|false|ga|AtLeast)\b)[A-Za-z_][A-Za-z0-9_]*/
%ignore /\s+/
"""


MAX_DEPTH = 30
"""As deep as clauses may stand in clauses. Nobody could review more, and what walks a criterion does so by recursion."""


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
    _refuse_depth(tree)
    return tree


def _refuse_depth(tree: Node) -> None:
    level: list[Node] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in children(node)]
    if level:
        raise CqlError(f"this is nested more than {MAX_DEPTH} deep: give its parts names of their own, as definitions", level[0].at)


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

    def true(self, token: Token) -> Node:
        return Literal(True, _start(token))

    def false(self, token: Token) -> Node:
        return Literal(False, _start(token))

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
    "NAME": "a fact", "INTEGER": "a whole number", "DECIMAL": "a number", "STRING": "'a word in quotes'",
    "COMPARISON": "a comparison (= != < <= > >=)", "SIGN": "+ or -", "$END": "the end",
}  # fmt: skip
OPERAND = frozenset({"LPAR", "STRING", "ATLEAST", "NAME", "INTEGER", "DECIMAL", "TRUE", "FALSE", "GA"})
"""What a clause or a value may begin with; a message names them as one."""

QUESTION = "write = for a value; whether something was measured is a fact of its own"
NOT_IN_THE_LANGUAGE = {
    "exists": "use AtLeast(1, …)", "count": "use AtLeast(k, …)", "sum": "one event could count twice; use one truth list over both",
    "min": "use a fact that picks the shortest", "max": "use a fact that picks the longest", "first": "use a fact that picks one",
    "last": "use a fact that picks one", "in": "write x = 1 or x = 2; a missing value in a list would be false in CQL", "is": QUESTION,
    "null": QUESTION, "xor": "write it with and, or, not", "implies": "write it with or, not", "case": "use two recommendations",
    "if": "use two recommendations", "no": "write not", "unless": "it is a key of its own, beside 'who'",
}  # fmt: skip
WRITTEN_SO = {"and": "and", "or": "or", "not": "not", "between": "between", "true": "true", "false": "false", "ga": "ga", "atleast": "AtLeast"}
"""Words of the language by their small letters: CQL tells capitals from small letters."""

SIGNS = {
    "==": "=", "<>": "!=", "=>": ">=", "=<": "<=", "≤": "<=", "≥": ">=", "≠": "!=", "&": "and", "&&": "and", "|": "or", "||": "or", "!": "not",
}  # fmt: skip
UNITS = frozenset({"mm", "cm", "week", "weeks", "w", "day", "days", "d"})


def _explain(error: UnexpectedInput, text: str) -> CqlError:
    at = error.pos_in_stream if error.pos_in_stream is not None else len(text)
    ended = isinstance(error, UnexpectedToken) and error.token.type == "$END"
    accepts = set(error.accepts if isinstance(error, UnexpectedToken) else getattr(error, "allowed", None) or ())
    found = _foreign_word(text, at) or (None if ended else _foreign_sign(text, at) or _misplaced(error, accepts, text, at))
    if found is not None:
        return found
    if ended:
        return CqlError(f"the criterion ends too early; expected {_expected(accepts)}", len(text))
    word = _word_at(text, at)
    near = get_close_matches(word, [READABLE[each] for each in accepts if each in READABLE], n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return CqlError(f"{word!r} cannot stand here; expected {_expected(accepts)}{hint}", at)


def _foreign_word(text: str, at: int) -> CqlError | None:
    """Return what is wrong if the word here, or the one before, belongs to another language."""
    before = re.search(r"([A-Za-z]+)\s*$", text[:at])
    for word, start in ((_word_at(text, at), at), (before[1], before.start()) if before else ("", at)):
        if word.lower() in NOT_IN_THE_LANGUAGE:
            return CqlError(f"{word!r} is not in the language: {NOT_IN_THE_LANGUAGE[word.lower()]}", start)
        written = WRITTEN_SO.get(word.lower(), word)
        if written != word:
            return CqlError(f"{word!r} is not in the language: write it {written!r}", start)
    return None


def _foreign_sign(text: str, at: int) -> CqlError | None:
    for run in re.finditer(r"[=<>!&|≤≥≠]+", text):
        if run.start() <= at < run.end() and run[0] in SIGNS:
            return CqlError(f"{run[0]!r} is not in the language: write {SIGNS[run[0]]!r}", run.start())
    if text[at] in "\"'\u2018\u2019\u201c\u201d":
        return CqlError("a word stands between single straight quotes, such as 'spontaneous'", at)
    comma = re.search(r"(\d+)\s*$", text[:at]) if re.match(r",\d", text[at:]) else None
    return CqlError("decimals stand after a point, such as 24.9", comma.start()) if comma else None


def _misplaced(error: UnexpectedInput, accepts: set[str], text: str, at: int) -> CqlError | None:
    """Return what is wrong if this belongs to the language, and not here."""
    if _word_at(text, at) in UNITS:
        return CqlError("a number stands alone: its unit is part of the fact's name", at)
    if not isinstance(error, UnexpectedToken) or error.token.type not in ("COMPARISON", "BETWEEN") or "AND" not in accepts:
        return None
    if "SIGN" in accepts:
        return CqlError("one comparison at a time: write 'x between 20 and 30', or join two comparisons with 'and'", at)
    return CqlError("'not' stands before a name or a bracket only: write not (x = 1), or x != 1", at)


def _word_at(text: str, at: int) -> str:
    end = at + 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_") and (text[at].isalnum() or text[at] == "_"):
        end += 1
    return text[at:end]


def _expected(accepts: set[str]) -> str:
    """Return what may stand somewhere, in words; what begins a value goes together, and brackets and signs that may only follow are left out."""
    shown = accepts - {"DOT", "SIGN", "RPAR"} if len(accepts) > 1 else accepts
    begins = ["a fact, a value, AtLeast(k, list), a bracket"] if shown >= OPERAND else []
    words = begins + sorted({READABLE.get(name, name.lower()) for name in (shown - OPERAND if begins else shown)})
    return ", ".join(words[:-1]) + " or " + words[-1] if len(words) > 1 else "".join(words).replace(", a bracket", " or a bracket")
