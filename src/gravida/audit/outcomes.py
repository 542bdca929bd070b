"""What every recommendation says of a profile, apart from the clock: sets of recommendations, packed into bits.

A profile that was not met before is worked out from the classes of its components. The clock comes later, because a
profile lasts for days: :mod:`gravida.audit.courses` sets these against the windows.

>>> sorted(SETS)[:3]
['acted', 'acted_unknown', 'again_unknown']
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gravida.audit.needs import Needs, due_again
from gravida.audit.truths import FALSE, TRUE, UNKNOWN, Bits, Numbering, Truths, both, either, every, packed, some, truth
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
    """Works out outcomes. Members of the sets are ``recommendations``, in their order; ``rows`` keeps every outcome."""

    needs: Needs
    recommendations: Sequence[Recommendation]
    actions: Mapping[str, Action]
    numbering: Numbering

    @property
    def words(self) -> int:
        """How many words of 64 bits one set takes."""
        return int(self.numbering.rows.shape[1]) // (len(SETS) + 1)

    def number(self, atoms: Mapping[str, Truths]) -> NDArray[np.int32]:
        """Return the number of the outcome of each profile, given the truths of its atoms."""
        size = len(next(iter(atoms.values())))
        criteria = {node: truth(self.needs.trees[name], atoms, size) for name, node in self.needs.criteria.items()}
        judged = [_Judged(each, self.actions, criteria, size).sets() for each in self.recommendations]
        columns = [packed(np.stack([each[name] for each in judged])) for name in SETS]
        return self.numbering.number(np.concatenate([*columns, packed_acts(acts_of(self.actions), criteria, size, columns[0].shape[1])], axis=1))

    def sets(self) -> dict[str, Bits]:
        """Return every set of all outcomes so far; ``acts`` are the actions done, by :func:`acts_of`."""
        return {name: self.numbering.rows[:, index * self.words : (index + 1) * self.words] for index, name in enumerate((*SETS, "acts"))}


def outcomes(needs: Needs, recommendations: Sequence[Recommendation], actions: Mapping[str, Action]) -> Outcomes:
    """Return outcomes of which none is known yet."""
    words = -(-len(recommendations) // 64)
    return Outcomes(needs, recommendations, actions, Numbering((len(SETS) + 1) * words, np.uint64))


def acts_of(actions: Mapping[str, Action]) -> list[Action]:
    """Return the actions of which one entry of a record tells that they were done. A series is none of these: one scan is no series."""
    return [action for action in actions.values() if action.done_when is not None and not action.days_since]


def packed_acts(acts: Sequence[Action], criteria: Mapping[Node, Truths], size: int, words: int) -> Bits:
    """Return which actions were done. An action that no recommendation names counts as not done."""
    never = np.full(size, FALSE, dtype=np.int8)
    found = packed(np.stack([criteria.get(action.done_when, never) == TRUE for action in acts]))  # type: ignore[arg-type]
    return np.pad(found, ((0, 0), (0, words - found.shape[1])))


@dataclass(frozen=True)
class _Judged:
    """One recommendation over many profiles: :func:`gravida.verdict.judge`, written for arrays."""

    recommendation: Recommendation
    actions: Mapping[str, Action]
    criteria: Mapping[Node, Truths]
    size: int

    def sets(self) -> dict[str, NDArray[np.bool_]]:
        """Return for which profiles the recommendation belongs to each set."""
        who, acted = self._who(), self._acted()
        done, again = self._done(acted), self._again()
        applies, unless = who == TRUE, some((self.criteria[each.node] for each in self.recommendation.unless), self.size)
        finished = applies & (done == TRUE) & (again != TRUE)
        open_ = applies & ~finished
        barred = open_ & self._impossible()
        free = open_ & ~barred
        return {
            "clear": free & (unless == FALSE), "unsure": free & (unless == UNKNOWN), "against": free & (unless == TRUE), "impossible": barred,
            "done": finished & (again == FALSE), "again_unknown": finished & (again == UNKNOWN), "maybe": who == UNKNOWN,
            "overrun": applies & (done == TRUE) & (again == TRUE), "acted": acted == TRUE, "acted_unknown": acted == UNKNOWN,
        }  # fmt: skip

    def _who(self) -> Truths:
        stated = self.recommendation.who
        who = np.full(self.size, TRUE, dtype=np.int8) if stated is None else self.criteria[stated.node]
        silent = some((self.criteria[each.node] for each in self.recommendation.silent_on), self.size)
        return np.where((who == TRUE) & (silent != FALSE), np.int8(UNKNOWN), who)

    def _acts(self) -> list[Action]:
        return [self.actions[name] for name in self.recommendation.actions] if self.recommendation.favours else []

    def _acted(self) -> Truths:
        """Return whether the act was done: any one of a free choice, or all of several. Of what leaves no trace, nothing is done."""
        never = np.full(self.size, FALSE, dtype=np.int8)
        found = [never if each.done_when is None else self.criteria[each.done_when] for each in self._acts()]
        result = found[0] if found else never
        for each in found[1:]:
            result = either(result, each) if self.recommendation.free_choice else both(result, each)
        return result

    def _done(self, acted: Truths) -> Truths:
        """Return whether that settles it: a series without an interval is never done by one."""
        series = self.recommendation.repeat_days is None and any(each.days_since for each in self._acts())
        return np.full(self.size, FALSE, dtype=np.int8) if series else acted

    def _again(self) -> Truths:
        nodes = [due_again(self.recommendation, each) for each in self._acts()]
        return some((self.criteria[node] for node in nodes if node is not None), self.size)

    def _impossible(self) -> NDArray[np.bool_]:
        acts = self._acts()
        if not acts or any(each.not_when is None for each in acts):
            return np.zeros(self.size, dtype=np.bool_)
        barred: NDArray[np.bool_] = every((self.criteria[each.not_when] for each in acts if each.not_when is not None), self.size) == TRUE
        return barred
