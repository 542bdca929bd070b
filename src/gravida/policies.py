"""What a policy is: who is scanned, which recommendations are followed, and how often they are taken up.

A policy holds no criteria of a guideline. It names recommendations, and the population engine says when they are due. A
rule of the policy's own, such as "scan everybody once", is written in the same language and becomes a recommendation
too, so that one engine decides everything.

>>> Line("scan", follows=("rcog-2022-cerclage/surveillance",), uptake="uptake_offered").is_treatment
False
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from gravida.guideline import Recommendation

Act = Literal["scan", "history-stitch", "short-cervix-stitch", "rescue-stitch", "history-progesterone", "short-cervix-progesterone"]
ACTS: tuple[Act, ...] = get_args(Act)
"""What a policy can have done, in the order in which it is counted."""

LENGTH_TESTS = ("serial-cervical-length", "single-cervical-length", "cervix-at-anatomy-scan")
DOES: Mapping[Act, tuple[str, ...]] = {
    "scan": LENGTH_TESTS,
    "history-stitch": ("transvaginal-cerclage",),
    "short-cervix-stitch": ("transvaginal-cerclage",),
    "rescue-stitch": ("emergency-cerclage",),
    "history-progesterone": ("vaginal-progesterone",),
    "short-cervix-progesterone": ("vaginal-progesterone",),
}
"""The actions of a guideline that each act carries out."""

OWN = "policy"
"""What stands where a guideline would, in the name of a rule that is the policy's own."""


@dataclass(frozen=True, slots=True)
class Line:
    """One act of a policy: on whose word it is done, and by how many.

    ``follows`` are recommendations; ``own`` is the policy's own rule. Days are gestations, both included; a line acts
    on no other days, whatever its recommendations allow. ``every`` is in days.
    """

    act: Act
    follows: tuple[str, ...] = ()
    own: Recommendation | None = None
    uptake: str | float = 1.0
    """A share, or the name of one among the numbers of the population."""
    first: int | None = None
    last: int | None = None
    every: int | None = None
    """After how many days a scan is repeated, where the recommendation names none."""
    alone: bool = False
    """Whether it is not for who has a stitch or progesterone already."""
    because: str = ""

    @property
    def is_treatment(self) -> bool:
        """Whether it is a stitch or a medicine."""
        return self.act != "scan"

    @property
    def recommendations(self) -> tuple[str, ...]:
        """The keys of everything that it goes by."""
        return (*self.follows, *((self.own.key,) if self.own else ()))


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy. With ``habits`` it is what clinicians choose, as the made-up hospitals of the population do."""

    id: str
    label: str
    says: str
    lines: tuple[Line, ...] = ()
    habits: bool = False
    cite: str = ""
    locator: str = ""
    because: str = ""
    leaves_out: tuple[str, ...] = ()
    """What the policy leaves out of a guideline, a line each, with the reason."""
    path: str = ""
