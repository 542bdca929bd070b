"""How two guidelines can part ways about an act, from the plainest to the mildest."""

from collections.abc import Callable, Mapping
from typing import Literal

from gravida.compare.claims import APART, LATER, STANDS, Claim, Clause
from gravida.compare.positions import Position
from gravida.guideline import Recommendation, Verdict

Kind = Literal["opposed", "unsure", "not-for-her", "not-this-week"]
KINDS: tuple[Kind, ...] = ("opposed", "unsure", "not-for-her", "not-this-week")


def claim_of(kind: Kind, favours: Position, other: Position) -> Claim | None:
    """Return the claim that one guideline is for an act now and the other parts from it; ``None`` if its text leaves no room for it."""
    return MAKE[kind](favours, other) if favours.favour else None


def _any(some: tuple[Recommendation, ...], verdicts: frozenset[Verdict]) -> Clause:
    return Clause(tuple((each, verdicts) for each in some))


def _opposed(favours: Position, other: Position) -> Claim | None:
    return Claim((_any(favours.favour, STANDS), _any(other.against, STANDS))) if other.against else None


def _unsure(favours: Position, other: Position) -> Claim | None:
    return Claim((_any(favours.favour, STANDS), _any(other.unsure, STANDS))) if other.unsure else None


def _not_for_her(favours: Position, other: Position) -> Claim | None:
    """The other would do it for some, and this is none of them."""
    return Claim((_any(favours.favour, STANDS), *(Clause(((each, APART),)) for each in other.all))) if other.favour else None


def _not_this_week(favours: Position, other: Position) -> Claim | None:
    """The other would do it for her too, and its weeks have not come, or are over."""
    if not other.favour:
        return None
    return Claim((_any(favours.favour, STANDS), _any(other.favour, LATER), *(Clause(((each, APART | LATER),)) for each in other.all)))


MAKE: Mapping[Kind, Callable[[Position, Position], Claim | None]] = {
    "opposed": _opposed, "unsure": _unsure, "not-for-her": _not_for_her, "not-this-week": _not_this_week,
}  # fmt: skip
