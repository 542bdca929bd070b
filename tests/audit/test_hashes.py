"""Where a number lies among limits, as SQL."""

import duckdb
from hypothesis import given
from hypothesis import strategies as st

from gravida.audit.hashes import bucket

NUMBERS = st.integers(-3, 40) | st.sampled_from([24.9, 25.0, 25.1])


@given(st.lists(NUMBERS, max_size=6, unique=True), st.lists(st.none() | NUMBERS, min_size=1, max_size=8))
def test_a_bucket_counts_the_limits_that_a_number_reaches_and_those_that_it_passes(limits, numbers):
    rows = ", ".join(f"({number}, CAST({'NULL' if each is None else each} AS DOUBLE))" for number, each in enumerate(numbers))
    found = duckdb.sql(f"SELECT {bucket('x', limits)} FROM (VALUES {rows}) AS t(n, x) ORDER BY n").fetchall()  # noqa: S608
    known = [None if each is None else sum((each >= limit) + (each > limit) for limit in limits) for each in numbers]

    assert [place for (place,) in found] == (known if limits else [int(each is not None) for each in numbers])
