"""What can be found inside one guideline: contradictions, what can never be due, what another always implies, what gaps it leaves.

A finding is no verdict on the guideline. Two recommendations that call for opposite things may mean two reasons for the
same act; that is declared in ``knowledge/compare.yaml``, with the reason, and then it is shown and not counted.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from gravida.compare.claims import APART, LATER, STANDS, Claim, Clause, Found, answer
from gravida.compare.serious import Offer, offer_of, withdrawn
from gravida.comparing import Declared, Expectation, Finding, Gap
from gravida.disagreement import DECIDED
from gravida.facts import Pick, Truths
from gravida.guideline import Guideline, Recommendation, Source
from gravida.knowledge import Knowledge
from gravida.reach import named, reach
from gravida.smt.verdicts import VERDICTS

EVERYTHING_ELSE = frozenset(VERDICTS) - STANDS


@dataclass(frozen=True)
class Peculiar:
    """Something that was found, with what shows it: one record, two (before and after), or none where it is a proof."""

    what: Finding
    of: tuple[str, ...]
    shown: tuple[tuple[Claim, Found], ...] = ()
    declared: Declared | None = None

    @property
    def key(self) -> tuple[Finding, tuple[str, ...]]:
        """What it is about, as it would be declared."""
        return self.what, self.of


def findings(guideline: Guideline, knowledge: Knowledge) -> Iterator[Peculiar]:
    """Yield everything that is peculiar about one guideline, the declared with its declaration."""
    declared = {each.key: each for each in knowledge.comparing.declared}
    for each in _found(guideline, knowledge):
        yield Peculiar(each.what, each.of, each.shown, declared.get(each.key))


def _found(guideline: Guideline, knowledge: Knowledge) -> Iterator[Peculiar]:
    said = [knowledge.recommendations[key] for key in guideline.recommendations]
    yield from (Peculiar("never-due", (each.key,)) for each in said if answer(stands(each), knowledge) is None)
    for one, other in permutations(said, 2):
        claim = contradiction(one, other)
        found = answer(claim, knowledge) if claim else None
        if claim and found:
            yield Peculiar("contradiction", (one.key, other.key), ((claim, found),))
        if _alike(one, other) and answer(without(one, other), knowledge) is None:
            yield Peculiar("implied", (one.key, other.key))
    yield from _withdrawals(guideline, said, knowledge)


def stands(each: Recommendation) -> Claim:
    """Return the claim that a recommendation applies now, with nothing in its way."""
    return Claim((Clause(((each, STANDS),)),))


def contradiction(one: Recommendation, other: Recommendation) -> Claim | None:
    """Return the claim that one is for an act and the other against it, at the same moment; ``None`` if they share no act."""
    opposite = one.favours and other.stance == "against" and not set(one.actions).isdisjoint(other.actions)
    return Claim((*stands(one).clauses, *stands(other).clauses)) if opposite else None


def _alike(one: Recommendation, other: Recommendation) -> bool:
    same = one.stance == other.stance and set(one.actions) == set(other.actions)
    return same and bool(one.actions) and one.stance != "inform"


def without(one: Recommendation, other: Recommendation) -> Claim:
    """Return the claim that one stands and the other does not."""
    return Claim((*stands(one).clauses, Clause(((other, EVERYTHING_ELSE),))))


def offers(said: Sequence[Recommendation], knowledge: Knowledge) -> Iterator[tuple[str, Offer]]:
    """Yield every act that some recommendations offer."""
    for action in dict.fromkeys(name for each in said for name in each.actions):
        making = [each for each in said if action in each.actions and each.favours and not each.is_recalled]
        if making and knowledge.actions[action].kind in DECIDED:
            yield action, offer_of(making)


def _withdrawals(guideline: Guideline, said: Sequence[Recommendation], knowledge: Knowledge) -> Iterator[Peculiar]:
    for action, offer in offers(said, knowledge):
        for expectation in knowledge.comparing.expectations:
            found = withdrawn(offer, expectation, knowledge)
            if found:
                shown = ((offer.made, found[0]), (offer.gone, found[1]))
                yield Peculiar("withdrawn", (guideline.id, action, expectation.id), shown)


# --- gaps ----------------------------------------------------------------------------------------------------------


def gaps(guideline: Guideline, knowledge: Knowledge) -> Iterator[tuple[Gap, tuple[Claim, Found] | None]]:
    """Yield each gap that a guideline could leave, with a record to which it says nothing; ``None`` if it always says something."""
    said = [knowledge.recommendations[key] for key in guideline.recommendations]
    acts = [each for each in said if each.stance != "inform" and any(knowledge.actions[name].kind in DECIDED for name in each.actions)]
    looked_at = {_list_of(name, knowledge) for each in acts for name in reach(named(each, knowledge.actions), knowledge.meaning)}
    for gap in knowledge.comparing.gaps:
        if looked_at.issuperset(gap.speaks_of):
            claim = Claim((*stands(_somebody(gap)).clauses, *(Clause(((each, APART | LATER),)) for each in acts)))
            found = answer(claim, knowledge)
            yield gap, (claim, found) if found else None


def _list_of(name: str, knowledge: Knowledge) -> str:
    fact = knowledge.meaning.facts[name]
    return fact.list if isinstance(fact, Truths | Pick) else ""


def _somebody(gap: Gap) -> Recommendation:
    """Return a recommendation that stands for whoever is in the gap, so that the same engines can be asked."""
    return Recommendation("gap", gap.id, "", Source("", "", ""), {}, gap.says, "", gap.who, "inform", "", window=gap.window)


def expectation_of(name: str, knowledge: Knowledge) -> Expectation:
    """Return an expectation by its id."""
    return next(each for each in knowledge.comparing.expectations if each.id == name)
