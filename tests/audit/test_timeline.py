"""Moments and courses, against what anybody would write who has time."""

from collections import Counter, defaultdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gravida.audit.moments import Calendar, _changes, _steps
from gravida.audit.timeline import _courses, _Part

DAYS = st.integers(-400, 20_000)
HUGE = 2**62 - 1
KNOWN = st.dictionaries(st.tuples(st.integers(0, 5), DAYS), st.integers(0, HUGE), max_size=30)
"""What holds from which day of which pregnancy on, in one word of a profile."""


def arrays(known):
    """Return pregnancies, days and values, in the order of pregnancies and days."""
    rows = sorted((pid, day, value) for (pid, day), value in known.items())
    return [np.array([row[column] for row in rows], dtype=np.int64) for column in range(3)]


def profiles(every):
    """Return what holds from each day on which something changes: by pregnancy and day, a value for each word."""
    found = {}
    for pid in {pid for known in every for pid, _ in known}:
        before = (0,) * len(every)
        for day in sorted({day for known in every for other, day in known if other == pid}):
            now = tuple(known.get((pid, day), old) for known, old in zip(every, before, strict=True))
            if now != before:
                found[pid, day] = now
            before = now
    return found


@given(st.lists(KNOWN, min_size=1, max_size=3))
def test_moments_are_what_holds_from_each_change_on(every):
    columns = [arrays(known) for known in every]
    calendar = Calendar(-400, 20_401)
    changes = [(word, *_changes(calendar, calendar.at(pid, days), values)) for word, (pid, days, values) in enumerate(columns)]

    found = _steps(0, calendar, [str(word) for word, _ in enumerate(every)], changes)

    at = zip(calendar.pid(found.at).tolist(), calendar.day(found.at).tolist(), strict=True)
    words = zip(*(found.words[str(word)].tolist() for word, _ in enumerate(every)), strict=True)
    assert dict(zip(at, words, strict=True)) == profiles(every)


@given(st.lists(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=4), min_size=1, max_size=40))
def test_pregnancies_have_one_course_if_all_their_moments_are_the_same(pregnancies):
    parts = []
    for first in range(0, len(pregnancies), 7):  # courses of pregnancies from different parts are compared too
        some = pregnancies[first : first + 7]
        pid = np.repeat(np.arange(first, first + len(some)), [len(each) for each in some])
        columns = {"turn": np.concatenate([np.arange(len(each)) for each in some])}
        columns |= {name: np.array([moment[place] for each in some for moment in each]) for place, name in enumerate(("profile_0", "width"))}
        parts.append(_Part.of(pid, columns))

    found = _courses(parts)

    by_course = defaultdict(set)
    for pid, course in zip(found.pid.tolist(), found.course.tolist(), strict=True):
        by_course[course].add(tuple(pregnancies[pid]))
    assert found.pid.tolist() == list(range(len(pregnancies)))
    assert all(len(same) == 1 for same in by_course.values())
    assert len(by_course) == len({tuple(each) for each in pregnancies})
    moments = Counter(found.rows["course"].tolist())
    assert moments == {course: len(next(iter(same))) for course, same in by_course.items()}
    assert [moments[course] for course in sorted(moments)] == sorted(moments.values(), reverse=True)
    rows = zip(found.rows["course"].tolist(), found.rows["profile_0"].tolist(), found.rows["width"].tolist(), strict=True)
    kept = defaultdict(list)
    for course, *moment in rows:
        kept[course].append(tuple(moment))
    assert {course: {tuple(each)} for course, each in kept.items()} == by_course
