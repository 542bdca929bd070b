"""What every recommendation says at some moments, apart from the clock: sets of recommendations, as planes of bits.

The truths of the atoms come from the classes of the components. The clock comes later, because a moment lasts for days:
:mod:`gravida.audit.courses` sets these against the windows.

>>> sorted(SETS)[:3]
['acted', 'acted_unknown', 'again_unknown']
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gravida.audit.needs import Needs, due_again
from gravida.audit.truths import Planes, Truth, both, constant, either, every, some, truth
from gravida.cql import Node
from gravida.guideline import Action, Recommendation

SETS = {
    "clear": "applies; nothing stands against it",
    "unsure": "applies; whether something stands against it was not recorded",
    "against": "applies; something that the guideline names stands against it",
    "impossible": "applies; the pregnancy is being lost, so that it cannot be meant",
    "done": "applies; the record shows it done",
    "again_unknown": "applies and was done; whether it is due again cannot be told",
    "maybe": "whether it applies cannot be told",
    "overrun": "applies and was done; it is due again",
    "acted": "its act was done, whether or not it applies",
    "acted_unknown": "whether its act was done cannot be told",
}
"""For which recommendations something holds. Those up to ``maybe`` exclude each other."""


@dataclass(frozen=True)
class Outcomes:
    """Works out what ``recommendations`` say, in their order."""

    needs: Needs
    recommendations: Sequence[Recommendation]
    actions: Mapping[str, Action]

    def sets(self, atoms: Mapping[str, Truth], words: int) -> dict[str, Planes]:
        """Return every set, given the truths of the atoms; ``acts`` are the actions done, by :func:`acts_of`. Shapes (members, words)."""
        criteria = {node: truth(self.needs.trees[name], atoms, words) for name, node in self.needs.criteria.items()}
        found = {name: np.empty((len(self.recommendations), words), dtype=np.uint64) for name in SETS}
        for number, each in enumerate(self.recommendations):
            for name, planes in _Judged(each, self.actions, criteria, words).sets().items():
                found[name][number] = planes
        never = constant(False, words)  # an action that no recommendation names
        acts = [criteria.get(each.done_when, never) for each in acts_of(self.actions)]  # type: ignore[arg-type]
        return found | {"acts": np.stack([each.yes for each in acts])}


def acts_of(actions: Mapping[str, Action]) -> list[Action]:
    """Return the actions of which one entry of a record tells that they were done. A series is none of these: one scan is no series."""
    return [action for action in actions.values() if action.done_when is not None and not action.days_since]


@dataclass(frozen=True)
class _Judged:
    """One recommendation at many moments: :func:`gravida.verdict.judge`, written for planes."""

    recommendation: Recommendation
    actions: Mapping[str, Action]
    criteria: Mapping[Node, Truth]
    words: int

    def sets(self) -> dict[str, Planes]:
        """Return at which moments the recommendation belongs to each set."""
        who, acted = self._who(), self._acted()
        done, again = self._done(acted), self._again()
        applies, unless = who.yes, some((self.criteria[each.node] for each in self.recommendation.unless), self.words)
        settled = applies & done.yes
        finished = settled & ~again.yes
        open_ = applies & ~finished
        barred = open_ & self._impossible()
        free = open_ & ~barred
        return {
            "clear": free & unless.no, "unsure": free & ~(unless.yes | unless.no), "against": free & unless.yes, "impossible": barred,
            "done": finished & again.no, "again_unknown": finished & ~again.no, "maybe": ~(who.yes | who.no),
            "overrun": settled & again.yes, "acted": acted.yes, "acted_unknown": ~(acted.yes | acted.no),
        }  # fmt: skip

    def _who(self) -> Truth:
        stated = self.recommendation.who
        who = constant(True, self.words) if stated is None else self.criteria[stated.node]
        silent = some((self.criteria[each.node] for each in self.recommendation.silent_on), self.words)
        return Truth(who.yes & silent.no, who.no)

    def _acts(self) -> list[Action]:
        return [self.actions[name] for name in self.recommendation.actions] if self.recommendation.favours else []

    def _acted(self) -> Truth:
        """Return whether the act was done: any one of a free choice, or all of several. Of what leaves no trace, nothing is done."""
        never = constant(False, self.words)
        found = [never if each.done_when is None else self.criteria[each.done_when] for each in self._acts()]
        result = found[0] if found else never
        for each in found[1:]:
            result = either(result, each) if self.recommendation.free_choice else both(result, each)
        return result

    def _done(self, acted: Truth) -> Truth:
        """Return whether that settles it: a series without an interval is never done by one."""
        series = self.recommendation.repeat_days is None and any(each.days_since for each in self._acts())
        return constant(False, self.words) if series else acted

    def _again(self) -> Truth:
        nodes = [due_again(self.recommendation, each) for each in self._acts()]
        return some((self.criteria[node] for node in nodes if node is not None), self.words)

    def _impossible(self) -> Planes:
        acts = self._acts()
        if not acts or any(each.not_when is None for each in acts):
            return constant(False, self.words).yes
        return every((self.criteria[each.not_when] for each in acts if each.not_when is not None), self.words).yes
