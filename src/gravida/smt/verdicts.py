"""The verdict of a recommendation as formulas: the table and the order of :mod:`gravida.verdict`, over all records.

>>> from gravida.library import load
>>> import z3
>>> knowledge = load()
>>> advice = knowledge.recommendations["nice-2022-preterm-labour/progesterone-or-cerclage"]
>>> space = Space(knowledge, {"scans": 2, "prior_pregnancies": 2})
>>> now = Verdicts(Formulas(space)).among(advice, {"now"})
>>> z3.Solver().check(*space.rules, now, space.today.low < 112)     # not before 16+0
unsat
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import get_args

from gravida.cql import Node
from gravida.guideline import Action, Clock, Recommendation, Verdict, Window
from gravida.logic import Truth
from gravida.smt.meaning import Formulas
from gravida.smt.terms import Formula, Tri, all_of, any_of, compare, constant, every, none_of, settled, some
from gravida.smt.worlds import Space
from gravida.verdict import PROMISING, STANDING, first_verdict

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
TRUTHS: tuple[Truth, ...] = (True, False, None)


@dataclass
class Verdicts:
    """The verdicts of recommendations over the records of a space, each worked out once."""

    formulas: Formulas
    found: dict[int, Mapping[Verdict, Formula]] = field(default_factory=dict)
    kept: list[Recommendation] = field(default_factory=list)

    @property
    def space(self) -> Space:
        """The records that are asked about."""
        return self.formulas.space

    def among(self, recommendation: Recommendation, wanted: Collection[Verdict]) -> Formula:
        """Return when the verdict is one of these."""
        found = self.all_of(recommendation)
        return any_of(*(found[each] for each in sorted(wanted)))  # in one order, so that the solver finds one record

    def all_of(self, recommendation: Recommendation) -> Mapping[Verdict, Formula]:
        """Return when each verdict comes out."""
        if id(recommendation) not in self.found:
            self.kept.append(recommendation)  # so that no other takes its place
            self.found[id(recommendation)] = self._ladder(recommendation)
        return self.found[id(recommendation)]

    def who(self, recommendation: Recommendation) -> Tri:
        """Return when the criterion holds; where the text is silent, a yes becomes unknown."""
        who = settled(truth=True) if recommendation.who is None else self.formulas.truth(recommendation.who.node)
        spoken = [self.formulas.truth(each.node).no for each in recommendation.silent_on]
        return Tri(all_of(who.yes, *spoken), who.no)

    # --- in the order of gravida.verdict.judge -----------------------------------------------------------------------

    def _ladder(self, recommendation: Recommendation) -> Mapping[Verdict, Formula]:
        """Return the verdicts: each step takes what it decides from those that come after."""
        who = self.who(recommendation)
        first = self._first(recommendation, who)
        done, again = self._done(recommendation).yes, self._again(recommendation)
        settled_done = all_of(who.yes, done, none_of(again.yes))
        impossible = self._impossible(recommendation)
        against, unsure = self._unless(recommendation)
        found: dict[Verdict, Formula] = {}
        for verdict in VERDICTS:
            open_ = all_of(first[verdict], none_of(settled_done))
            stays = all_of(open_, none_of(impossible)) if verdict in PROMISING else open_
            found[verdict] = all_of(stays, none_of(against, unsure)) if verdict in STANDING else stays
        promising = all_of(any_of(*(first[each] for each in sorted(PROMISING))), none_of(settled_done))
        standing = all_of(any_of(*(first[each] for each in sorted(STANDING))), none_of(settled_done), none_of(impossible))
        found["withheld"] = any_of(all_of(promising, impossible), all_of(standing, against))
        found["now-if"] = all_of(standing, unsure, none_of(against))
        found["done"] = all_of(settled_done, again.no)
        found["unknown"] = any_of(found["unknown"], all_of(settled_done, again.open))
        return found

    def _first(self, recommendation: Recommendation, who: Tri) -> Mapping[Verdict, Formula]:
        """Return the verdicts by criterion and calendar alone."""
        clocks, truths = self.clocks(recommendation), {True: who.yes, False: who.no, None: who.open}
        found: dict[Verdict, list[Formula]] = {each: [] for each in VERDICTS}
        for clock, at in clocks.items():
            for truth in TRUTHS:
                found[first_verdict(recommendation, truth, clock)].append(all_of(at, truths[truth]))
        return {verdict: any_of(*parts) for verdict, parts in found.items()}

    def clocks(self, recommendation: Recommendation) -> Mapping[Clock, Formula]:
        """Return when today stands where to the recommendation's window."""
        pregnant, window = self.space.pregnant, recommendation.window
        if window is None:
            sure = True if recommendation.before_pregnancy or recommendation.tier is not None else pregnant.yes
            clocks: dict[Clock, Formula] = {"not-stated": all_of(none_of(pregnant.no), sure), "uncertain": all_of(none_of(pregnant.no), none_of(sure))}
        else:
            clocks = self._in_window(window)
        return {**clocks, "not-pregnant": pregnant.no}

    def _in_window(self, window: Window) -> dict[Clock, Formula]:
        pregnant, today = self.space.pregnant, self.space.today
        known = all_of(pregnant.yes, today.known)
        early = today.high < window.start.low if window.start else False
        late = today.low > window.end.high if window.end else False
        begun = today.low >= window.start.high if window.start else True
        not_over = today.high <= window.end.low if window.end else True
        before, after, inside = all_of(known, early), all_of(known, late), all_of(known, begun, not_over)
        return {"before": before, "after": after, "inside": inside, "uncertain": none_of(pregnant.no, before, after, inside)}

    def _done(self, recommendation: Recommendation) -> Tri:
        """Return when the record shows the action done, as :func:`gravida.verdict.is_done` does."""
        actions = self._actions(recommendation)
        if not recommendation.favours or not actions:
            return settled(truth=False)
        if recommendation.repeat_days is None and any(each.days_since for each in actions):
            return settled(truth=False)
        done = [self._criterion(each.done_when) for each in actions]
        return some(done) if recommendation.free_choice else every(done)

    def _criterion(self, node: Node | None) -> Tri:
        return settled(truth=False) if node is None else self.formulas.truth(node)

    def _again(self, recommendation: Recommendation) -> Tri:
        """Return when what was done must be repeated."""
        if recommendation.repeat_days is None:
            return settled(truth=False)
        ages = [self.formulas.fact(each.days_since) for each in self._actions(recommendation) if each.days_since]
        return some(compare(">=", age, constant(recommendation.repeat_days)) for age in ages)

    def _impossible(self, recommendation: Recommendation) -> Formula:
        actions = self._actions(recommendation)
        if not recommendation.favours or not actions or any(each.not_when is None for each in actions):
            return False
        return all_of(*(self._criterion(each.not_when).yes for each in actions))

    def _unless(self, recommendation: Recommendation) -> tuple[Formula, Formula]:
        """Return when something certainly speaks against it, and when something may."""
        truths = [self.formulas.truth(each.node) for each in recommendation.unless]
        return any_of(*(each.yes for each in truths)), any_of(*(each.open for each in truths))

    def _actions(self, recommendation: Recommendation) -> list[Action]:
        return [self.space.knowledge.actions[name] for name in recommendation.actions]
