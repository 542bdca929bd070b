"""A gestation is written as in a chart, and in no other way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gravida.units import DAYS_IN_A_WEEK, TERM_LENGTH_DAYS, days, weeks


@given(st.integers(min_value=0, max_value=99 * DAYS_IN_A_WEEK + 6))
def test_what_is_written_reads_back(number):
    assert days(weeks(number)) == number


@pytest.mark.parametrize(("written", "number"), [("0+0", 0), ("0+6", 6), ("1+0", 7), ("23+6", 167), ("24+0", 168), (" 40+0 ", TERM_LENGTH_DAYS)])
def test_known_days(written, number):
    assert days(written) == number


@pytest.mark.parametrize("wrong", ["24", "24+7", "24.5", "24w0d", "24+", "+3", "-1+0", "168", "24+0 weeks", "", "100+0", "24 + 0"])
def test_what_could_be_mistaken_is_refused(wrong):
    with pytest.raises(ValueError, match=r"write weeks\+days, such as 23\+6"):
        days(wrong)
