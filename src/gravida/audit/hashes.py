"""Hashes of what can be told apart, as SQL that both engines read.

>>> bucket("x", (25.0,))
'CASE WHEN x IS NOT NULL THEN CASE WHEN x > 25 THEN 2 ELSE CASE WHEN x >= 25 THEN 1 ELSE 0 END END END'
"""

from collections.abc import Sequence

KEY = "DECIMAL(38, 0)"
"""The type of a sum of hashes."""
UNKNOWN = "-9999"


def bucket(value: str, limits: Sequence[float]) -> str:
    """Return the SQL of where a number lies among limits, from 0 on: below, on and above each are different places."""
    tests = [f"{value} {sign} {limit:g}" for limit in sorted(limits) for sign in (">=", ">")]
    return f"CASE WHEN {value} IS NOT NULL THEN {_passed(tests, 0)} END" if tests else f"CAST({value} IS NOT NULL AS INTEGER)"


def _passed(tests: Sequence[str], before: int) -> str:
    """Return the SQL of how many tests are passed, each harder than the one before: half of them at a time, for most numbers meet only a few."""
    if not tests:
        return str(before)
    middle = len(tests) // 2
    return f"CASE WHEN {tests[middle]} THEN {_passed(tests[middle + 1 :], before + middle + 1)} ELSE {_passed(tests[:middle], before)} END"


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
