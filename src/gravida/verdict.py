"""From a criterion and the calendar to a verdict: the table that design section 3 gives, written out.

A verdict never says more than the record does. A treatment whose stated contraindications are unknown is never plain
``now``; it is ``now-if``, and those questions come first.

>>> TABLE[True, "inside"], TABLE[None, "inside"], TABLE[True, "after"]
('now', 'unknown', 'passed')
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gravida.cql import Node
from gravida.evaluate import World, compare, fact, truth
from gravida.facts import Range, Scalar
from gravida.guideline import Action, Clock, Recommendation, Verdict
from gravida.logic import Truth, both, either, negation, some

TABLE: dict[tuple[Truth, Clock], Verdict] = {
    (True, "before"): "later", (True, "inside"): "now", (True, "after"): "passed",
    (True, "not-stated"): "met", (True, "uncertain"): "unknown", (True, "not-pregnant"): "later",
    (None, "before"): "unknown", (None, "inside"): "unknown", (None, "after"): "passed",
    (None, "not-stated"): "unknown", (None, "uncertain"): "unknown", (None, "not-pregnant"): "unknown",
    (False, "before"): "not-met", (False, "inside"): "not-met", (False, "after"): "not-met",
    (False, "not-stated"): "not-met", (False, "uncertain"): "not-met", (False, "not-pregnant"): "not-met",
}  # fmt: skip

STANDING: frozenset[Verdict] = frozenset({"now", "met", "overdue"})
"""Verdicts that call for something, and that a contraindication can take back."""

PROMISING: frozenset[Verdict] = frozenset({*STANDING, "later"})


@dataclass(frozen=True, slots=True)
class Today:
    """The day of assessment as a pregnancy sees it.

    ``gestation_days`` is a range if the dating is one. ``pregnant`` is ``None`` if nobody said.
    """

    pregnant: Truth
    gestation_days: Scalar = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one recommendation says for one record, and what decided it."""

    verdict: Verdict
    who: Truth
    clock: Clock
    withheld_by: tuple[int, ...] = ()
    """Which of ``unless`` are true."""
    open_contraindications: tuple[int, ...] = ()
    """Which of ``unless`` are unknown."""
    impossible: bool = False
    """Whether no action of it makes sense in this pregnancy any more (``not_when`` in ``actions.yaml``)."""


def judge(recommendation: Recommendation, actions: Mapping[str, Action], world: World, today: Today) -> Judgement:
    """Return the verdict of one recommendation for one record on one day."""
    who = applies(recommendation, world)
    clock = clock_of(recommendation, today)
    if who is False:
        return _simple("not-met", who, clock)
    verdict = first_verdict(recommendation, who, clock)
    if who is True and is_done(recommendation, actions, world) is True:
        again = is_due_again(recommendation, actions, world)
        if again is not True:
            return Judgement("done" if again is False else "unknown", who, clock)
    if verdict in PROMISING and is_impossible(recommendation, actions, world):
        return Judgement("withheld", who, clock, impossible=True)
    if verdict not in STANDING or not recommendation.unless:
        return _simple(verdict, who, clock)
    truths = [truth(condition.node, world) for condition in recommendation.unless]
    against = tuple(index for index, found in enumerate(truths) if found is True)
    unsure = tuple(index for index, found in enumerate(truths) if found is None)
    restrained: Verdict = "withheld" if against else "now-if" if unsure else verdict
    return Judgement(restrained, who, clock, against, unsure)


@cache
def _simple(verdict: Verdict, who: Truth, clock: Clock) -> Judgement:
    """Return a judgement to which contraindications make no difference. There are few, so each is made once."""
    return Judgement(verdict, who, clock)


def applies(recommendation: Recommendation, world: World) -> Truth:
    """Return whether the criterion holds; where the guideline's text is silent, a yes becomes unknown."""
    who = True if recommendation.who is None else truth(recommendation.who.node, world)
    for condition in recommendation.silent_on if who is True else ():
        who = both(who, either(negation(truth(condition.node, world)), None))
    return who


def clock_of(recommendation: Recommendation, today: Today) -> Clock:
    """Return where today stands to the recommendation's window."""
    if today.pregnant is False:
        return "not-pregnant"
    if recommendation.window is None:
        # A warning sign that was answered yes must not be hidden because nobody wrote down that she is pregnant.
        sure = today.pregnant is True or recommendation.before_pregnancy or recommendation.tier is not None
        return "not-stated" if sure else "uncertain"
    if today.pregnant is None:
        return "uncertain"
    if isinstance(today.gestation_days, Range):
        return _clock_of_range(recommendation, today.gestation_days)
    if not isinstance(today.gestation_days, int | float):
        return "uncertain"
    return recommendation.window.clock(int(today.gestation_days))


def _clock_of_range(recommendation: Recommendation, gestation: Range) -> Clock:
    """Return the clock if every day of an uncertain dating gives the same, else ``uncertain``."""
    assert recommendation.window is not None
    clocks = {recommendation.window.clock(day) for day in range(int(gestation.low), int(gestation.high) + 1)}
    return clocks.pop() if len(clocks) == 1 else "uncertain"


def first_verdict(recommendation: Recommendation, who: Truth, clock: Clock) -> Verdict:
    """Return the verdict by criterion and calendar alone."""
    if clock == "not-pregnant" and recommendation.before_pregnancy and who is True:
        return "now"
    if clock == "after" and recommendation.window is not None and recommendation.window.deadline:
        return {True: "overdue", None: "unknown", False: "not-met"}[who]  # type: ignore[return-value]
    return TABLE[who, clock]


def is_done(recommendation: Recommendation, actions: Mapping[str, Action], world: World) -> Truth:
    """Return whether the record shows the action done: any one of a free choice, or all of several."""
    if not recommendation.favours or not recommendation.actions:
        return False
    if recommendation.repeat_days is None and any(actions[action].days_since for action in recommendation.actions):
        return False  # a series is never done by one
    done: list[Truth] = [_done(actions[action].done_when, world) for action in recommendation.actions]
    result = done[0]
    for each in done[1:]:
        result = either(result, each) if recommendation.free_choice else both(result, each)
    return result


def is_impossible(recommendation: Recommendation, actions: Mapping[str, Action], world: World) -> bool:
    """Return whether every action is one that cannot be meant here, such as a stitch when the pregnancy is being lost.

    No guideline has to say so; unknown is no reason.
    """
    if not recommendation.favours or not recommendation.actions:
        return False
    barred = [actions[action].not_when for action in recommendation.actions]
    return all(node is not None and truth(node, world) is True for node in barred)


def is_due_again(recommendation: Recommendation, actions: Mapping[str, Action], world: World) -> Truth:
    """Return whether what was done must be repeated: as many days have gone by as the guideline says."""
    if recommendation.repeat_days is None:
        return False
    ages = [fact(actions[action].days_since, world) for action in recommendation.actions if actions[action].days_since]
    return some(compare(">=", age, recommendation.repeat_days) for age in ages if not isinstance(age, tuple))


def _done(done_when: Node | None, world: World) -> Truth:
    return False if done_when is None else truth(done_when, world)
