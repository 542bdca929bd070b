"""A record, and the same record made more serious: no offer should be withdrawn.

Two spaces share all variables but those that change: each length of the second is at most that of the first, or the
second has one entry more. An offer that stands in the first, and of which nothing is left in the second, is *withdrawn*.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from gravida.compare.claims import APART, LATER, STANDS, Claim, Clause, Found, rules, sizes_for
from gravida.comparing import Expectation
from gravida.guideline import Recommendation
from gravida.knowledge import Knowledge
from gravida.smt.meaning import Formulas
from gravida.smt.reading import world_of
from gravida.smt.terms import Formula, Number, all_of
from gravida.smt.verdicts import Verdicts
from gravida.smt.worlds import Entry, Listed, Space

Pair = tuple[Found, Found]
"""The record before and after."""


@dataclass(frozen=True)
class Offer:
    """The offer of an act by some recommendations of one guideline: as it is made, and as it is gone."""

    made: Claim
    gone: Claim


def offer_of(recommendations: Sequence[Recommendation]) -> Offer:
    """Return the offer that any of some recommendations makes."""
    made = Claim((Clause(tuple((each, STANDS) for each in recommendations)),))
    return Offer(made, Claim(tuple(Clause(((each, APART | LATER),)) for each in recommendations)))


def withdrawn(offer: Offer, expectation: Expectation, knowledge: Knowledge) -> Pair | None:
    """Return a record, and a more serious one that loses the offer; or ``None``, which is proved."""
    first = Space(knowledge, sizes_for(Claim((*offer.made.clauses, *offer.gone.clauses)), knowledge))
    verdicts = Verdicts(Formulas(first))
    made, _ = offer.made.formula(verdicts), offer.gone.formula(verdicts)  # both, so that every variable is there to be shared
    if expectation.list not in first.lists:
        return None  # nothing of it looks at the list
    second, change = _more_serious(first, expectation)
    return _asked(all_of(made, offer.gone.formula(Verdicts(Formulas(second)))), change, first, second)


def _asked(wanted: Formula, change: Sequence[Formula], first: Space, second: Space) -> Pair | None:
    if wanted is False:
        return None
    solver = z3.Solver()
    solver.add(wanted, *change, *rules(first), *rules(second))
    if solver.check() != z3.sat:
        return None
    model = solver.model()
    return world_of(first, model), world_of(second, model)


def _more_serious(space: Space, expectation: Expectation) -> tuple[Space, list[Formula]]:
    """Return a space that shares every variable but those that change, and what holds of these."""
    second = Space(space.knowledge, space.sizes, name="then ")
    second.share(space)
    listed = space.listed(expectation.list)
    entries, change = _less(listed, expectation) if expectation.less else _one_more(listed, expectation, space)
    second.lists[expectation.list] = Listed(listed.known, tuple(entries), listed.blanks)
    return second, [*change, space.pregnant.yes]


def _less(listed: Listed, expectation: Expectation) -> tuple[list[Entry], list[Formula]]:
    entries, change = [], []
    for index, each in enumerate(listed.entries):
        old = each.fields[expectation.less]
        assert isinstance(old, Number)
        less = z3.Real(f"less {expectation.list}[{index}].{expectation.less}")
        entries.append(Entry(each.present, {**each.fields, expectation.less: Number(old.known, less, less)}))
        change += [less <= old.low, less >= 0]
    return entries, change


def _one_more(listed: Listed, expectation: Expectation, space: Space) -> tuple[list[Entry], list[Formula]]:
    alone = Space(space.knowledge, {expectation.list: 1}, name="one more ")
    new = alone.listed(expectation.list).entries[0]
    assert expectation.one_more is not None
    fields: Mapping[str, Any] = new.fields
    return [*listed.entries, new], [*alone.rules, new.present, Formulas(alone).truth(expectation.one_more, fields).yes]
