"""What lies side by side in words: bits that are turned, and courses of which each is one bit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gravida.audit.courses import Lanes
from gravida.audit.truths import packed, turned, unpacked


@given(st.integers(1, 3).flatmap(lambda words: st.integers(1, 5).flatmap(lambda width: arrays(np.uint8, (64 * words, width)))))
def test_turning_rows_of_bits_makes_each_bit_a_plane(rows):
    columns = np.unpackbits(rows, axis=1, bitorder="little").T

    assert (unpacked(turned(rows), len(rows)) == columns).all()


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=6), min_size=1, max_size=150))
def test_what_holds_ever_and_what_held_before_is_asked_of_each_course_alone(courses):
    courses = sorted(courses, key=len, reverse=True)
    counts = np.array([len(each) for each in courses])
    moments = np.array([moment for each in courses for moment in each])
    before = np.array([held for each in courses for held in (False, *each[:-1])])
    lanes = Lanes(np.cumsum(counts) - counts, counts)
    holds = packed(moments[lanes.rows])

    assert unpacked(lanes.ever(holds), len(courses)).astype(bool).tolist() == [any(each) for each in courses]
    began = unpacked(lanes.ever(holds & ~lanes.before(holds)), len(courses)).astype(bool).tolist()
    news = np.bitwise_or.reduceat(moments & ~before, np.cumsum(counts) - counts)
    assert began == news.tolist()
