"""Numbers from nowhere: every number of a criterion or window must stand in the recommendation's own words.

>>> said("25 mm or less before 24+0, after three losses")  # doctest: +ELLIPSIS
{...}
>>> sorted(number for number in said("three losses before 24 weeks") if number in ("3", "24+0"))
['24+0', '3']
"""

import re
from collections.abc import Iterator

from gravida.cql import AtLeast, Gestation, Literal, Node, walk
from gravida.guideline import Recommendation
from gravida.units import weeks

WORDS = {
    "one": 1, "a": 1, "an": 1, "single": 1, "singleton": 1, "singletons": 1, "any": 1,
    "two": 2, "twin": 2, "twins": 2, "both": 2, "multiple": 2, "multiples": 2, "several": 2, "more": 2, "second": 2,
    "three": 3, "triplet": 3, "triplets": 3, "third": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10,
}  # fmt: skip

WRITTEN = re.compile(r"\d+\+\d|\d+(?:\.\d+)?|[a-z]+", re.IGNORECASE)


def said(text: str) -> set[str]:
    """Return every number that a text says, in figures or in words; ``24`` also says ``24+0``."""
    found: set[str] = set()
    for token in WRITTEN.findall(text.lower()):
        if token in WORDS:
            found.add(str(WORDS[token]))
        elif "+" in token:
            found.add(token)
        elif token[0].isdigit():
            found |= {f"{float(token):g}", f"{token}+0"}
    return found


def unsaid_numbers(recommendation: Recommendation) -> list[str]:
    """Return the numbers of ``who`` and ``window`` that stand neither in ``says`` nor in a note."""
    known = said(" ".join((recommendation.says, *recommendation.notes)))
    who = _numbers(recommendation.who.node) if recommendation.who else ()
    return [number for number in dict.fromkeys((*who, *_window_numbers(recommendation))) if number not in known]


def _numbers(node: Node) -> Iterator[str]:
    for part in walk(node):
        match part:
            case Gestation(total=total):
                yield weeks(total)
            case AtLeast(k=k) if k > 1:
                yield str(k)
            case Literal(value=value) if not isinstance(value, bool | str):
                yield f"{value:g}"


def _window_numbers(recommendation: Recommendation) -> Iterator[str]:
    window = recommendation.window
    for bound in (window.start, window.end) if window else ():
        if bound is not None:
            yield from (weeks(each) for each in {bound.low, bound.high})
