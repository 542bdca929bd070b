"""What to expect of guidelines, and what is known to depart from it: ``knowledge/compare.yaml``, typed.

An *expectation* says how a record may become more serious, which should never withdraw an offer. A *gap* is somebody for
whom a guideline that speaks of such people says nothing. What departs from them, and where one recommendation
contradicts or repeats another of the same document, is either a fault to mend or a peculiarity of the text. The second
kind is *declared*, with the reason, so that a new one is noticed.

>>> Declared("contradiction", ("a/b", "a/c"), "two reasons for one act", "compare.yaml:3:1").key
('contradiction', ('a/b', 'a/c'))
"""

from dataclasses import dataclass
from typing import Literal

from gravida.cql import Node
from gravida.guideline import Condition, Window

Finding = Literal["contradiction", "never-due", "implied", "withdrawn"]
"""What can be found inside one guideline that somebody should look at; a gap is only shown."""
FINDINGS: tuple[Finding, ...] = ("contradiction", "never-due", "implied", "withdrawn")


@dataclass(frozen=True, slots=True)
class Expectation:
    """How a record becomes more serious: a number of a list's entries gets less, or a list gets one more entry of a kind."""

    id: str
    says: str
    list: str
    less: str = ""
    one_more: Node | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Somebody to whom a guideline might say nothing, though it speaks of what these lists hold."""

    id: str
    says: str
    who: Condition
    window: Window
    speaks_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """A peculiarity of a text that was looked at. ``of`` are recommendations, or guideline, act and expectation."""

    what: Finding
    of: tuple[str, ...]
    because: str
    place: str

    @property
    def key(self) -> tuple[Finding, tuple[str, ...]]:
        """What it is about."""
        return self.what, self.of


@dataclass(frozen=True, slots=True)
class Comparing:
    """Everything in ``compare.yaml``."""

    expectations: tuple[Expectation, ...] = ()
    gaps: tuple[Gap, ...] = ()
    declared: tuple[Declared, ...] = ()
