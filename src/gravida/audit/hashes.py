"""Hashes of what can be told apart, as SQL that both engines read.

>>> bucket("x", (15.0, 25.0))
'(CAST(x > 15 AS INTEGER) + CAST(x >= 15 AS INTEGER) + CAST(x > 25 AS INTEGER) + CAST(x >= 25 AS INTEGER))'
"""

from collections.abc import Sequence

KEY = "DECIMAL(38, 0)"
"""The type of a sum of hashes."""
UNKNOWN = "-9999"


def bucket(value: str, limits: Sequence[float]) -> str:
    """Return the SQL of where a number lies among limits: below, on and above each are different places."""
    tests = [f"CAST({value} {sign} {limit:g} AS INTEGER)" for limit in limits for sign in (">", ">=")]
    return f"({' + '.join(tests)})" if tests else f"CAST({value} IS NOT NULL AS INTEGER)"


def between(low: str, high: str, limits: Sequence[float]) -> list[str]:
    """Return the SQL of where both ends of a number lie. The upper is asked only where there is a range."""
    return [whole(bucket(low, limits)), f"CASE WHEN {low} = {high} THEN -1 ELSE {whole(bucket(high, limits))} END"]


def whole(value: str) -> str:
    """Return the SQL of a number that is never null: what is unknown is below everything."""
    return f"COALESCE(CAST({value} AS INTEGER), {UNKNOWN})"


def text(value: str) -> str:
    """Return the SQL of a word that is never null."""
    return f"COALESCE({value}, '')"


def key(*parts: str) -> str:
    """Return the SQL of a key. A part that is null would not count in every engine, so there must be none."""
    return f"CAST(HASH({', '.join(parts)}) AS {KEY})"
