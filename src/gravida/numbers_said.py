"""Numbers from nowhere: every number of a criterion or window must stand in the recommendation's own words.

>>> said("25 mm or less before 24+0, after three losses")  # doctest: +ELLIPSIS
{...}
>>> sorted(number for number in said("three losses before 24 weeks") if number in ("3", "24+0"))
['24+0', '3']
>>> sorted(said("25 mm"))
['25']
"""

import re
from collections.abc import Iterator

from gravida.cql import AtLeast, Gestation, Literal, Node, walk
from gravida.guideline import Recommendation
from gravida.knowledge import Knowledge
from gravida.units import weeks

WORDS = {
    "one": 1, "a": 1, "an": 1, "single": 1, "singleton": 1, "singletons": 1, "any": 1,
    "two": 2, "twin": 2, "twins": 2, "both": 2, "multiple": 2, "multiples": 2, "several": 2, "more": 2, "second": 2,
    "three": 3, "triplet": 3, "triplets": 3, "third": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10,
}  # fmt: skip

WRITTEN = re.compile(r"(?P<gestation>\d+\+\d)|(?P<number>\d+(?:\.\d+)?)(?P<length>[ -]?(?:mm|cm|millimet|centimet))?|(?P<word>[a-z]+)", re.IGNORECASE)


def said(text: str) -> set[str]:
    """Return every number that a text says, in figures or in words; ``24`` also says ``24+0``, unless it is a length."""
    found: set[str] = set()
    for token in WRITTEN.finditer(text.lower()):
        if token["gestation"]:
            found.add(token["gestation"])
        elif token["number"]:
            found |= {f"{float(token['number']):g}"} | (set() if token["length"] else {f"{token['number']}+0"})
        elif token["word"] in WORDS:
            found.add(str(WORDS[token["word"]]))
    return found


def unsaid_numbers(recommendation: Recommendation) -> list[tuple[str, str]]:
    """Return the numbers of a recommendation that stand neither in ``says`` nor in a note, each after the key it stands in."""
    known = said(" ".join((recommendation.says, *recommendation.notes)))
    used = [("who", number) for number in (_numbers(recommendation.who.node) if recommendation.who else ())]
    used += [("window", number) for number in _window_numbers(recommendation)]
    for key, conditions in (("unless", recommendation.unless), ("silent_on", recommendation.silent_on)):
        used += [(key, number) for each in conditions for number in _numbers(each.node)]
    if recommendation.repeat_days is not None:
        used.append(("repeat", str(recommendation.repeat_days)))
    return [(key, number) for key, number in dict.fromkeys(used) if number not in known]


def unsaid_in_definition(name: str, knowledge: Knowledge) -> list[str]:
    """Return the numbers of a fact's criterion that stand neither in its label, nor in its meaning, nor in its note."""
    words = knowledge.dictionary.facts[name].words
    known = said(f"{words.label} {words.meaning} {knowledge.notes[name].note}")
    node = knowledge.criteria.get(name)
    return [number for number in dict.fromkeys(_numbers(node) if node is not None else ()) if number not in known]


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
            yield from dict.fromkeys((weeks(bound.low), weeks(bound.high)))
