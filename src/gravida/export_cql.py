"""The knowledge as CQL files that can be used alone: the criteria, and from them whether a recommendation stands today.

:mod:`gravida.cql_library` prints what a clinician signed. Whoever runs that elsewhere still has to put the answers
together, and a criterion that holds is not yet a recommendation that stands: the text may be silent, the weeks may have
passed, it may be done already, something may speak against it. So each library of a guideline ends in steps, written
from the same data, and three-valued like everything else:

========================= ==========================================================================================
``"… criterion"``         who it is for; a yes becomes unknown where the text is silent
``"… in time"``           whether today lies in its weeks, from ``pregnant`` and ``"gestation today"``
``"… to do"``             false if the record shows it done, and it is not due again
``"… possible"``          false if no such action can be meant here at all
``"… nothing against"``   false if a stated contraindication is there, unknown if nobody asked
``"… applies now"``       all of them
========================= ==========================================================================================

``"… applies now"`` is true exactly where Gravida's verdict is *now*, *met* or *overdue*; ``validation/cql`` holds the two
against each other.

>>> from gravida.library import load
>>> cql = next(each.cql for each in exported(load()) if each.name == "Rcog_2022_Cerclage")
>>> print(next(line for line in cql.splitlines() if line.startswith('define "multiple-pregnancy applies now"')))
define "multiple-pregnancy applies now": "multiple-pregnancy criterion" and "multiple-pregnancy in time"
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gravida.cql_library import DICTIONARY, Expression, Library, libraries, library_of
from gravida.facts import BOOLEAN, Fact, Observed, Type, Words
from gravida.guideline import Action, Bound, Guideline, Recommendation
from gravida.knowledge import Knowledge
from gravida.units import DAYS_IN_A_WEEK

APPLIES = "applies now"
PREGNANT, TODAY = "pregnant", "gestation today"
"""What steps ask beside the criteria. A fact has no space in its name, so the second can be none of them."""

_TOLD: dict[str, Fact] = {
    PREGNANT: Observed(PREGNANT, BOOLEAN, "pregnancy.status", Words("pregnant now")),
    TODAY: Observed(TODAY, Type("gestation"), "pregnancy.gestation", Words("gestation today, in days")),
}
OWN = "where of "
"""How the definitions of a library begin that stand beside a pick."""


@dataclass(frozen=True)
class Step:
    """One definition that is put together from others. ``asks`` names what it has to be told beside them."""

    name: str
    text: str
    asks: frozenset[str] = frozenset()

    @property
    def cql(self) -> str:
        """The definition as it stands in the library."""
        return f'define "{self.name}": {self.text}'


@dataclass(frozen=True)
class Exported(Library):
    """A library and the steps at its end. ``guideline`` is the document that it stands for, if it stands for one."""

    steps: tuple[Step, ...] = ()
    guideline: str = ""

    @property
    def cql(self) -> str:
        """The whole text."""
        return "\n".join((super().cql, *(f"{each.cql}\n" for each in self.steps)))


def exported(knowledge: Knowledge) -> tuple[Exported, ...]:
    """Return every library that is exported: the dictionary first, then one for each guideline."""
    shared, *others = libraries(knowledge)
    conditions = {each.name: each for each in shared.expressions if not each.fact}
    pairs = zip(others, knowledge.guidelines.values(), strict=True)
    return (_alone(shared), *(_whole(library, guideline, conditions, knowledge) for library, guideline in pairs))


def file_name(library: Library) -> str:
    """Return the name of the file that a library stands in. Shape: ``Rcog_2022_Cerclage.cql``."""
    return f"{library.name}.cql"


def _alone(library: Library) -> Exported:
    assert library.name == DICTIONARY
    return Exported(library.name, library.about, library.values, library.lists, library.expressions)


def _whole(library: Library, guideline: Guideline, conditions: Mapping[str, Expression], knowledge: Knowledge) -> Exported:
    """Return the library of a guideline with what its actions ask for, and the steps."""
    recommendations = [knowledge.recommendations[key] for key in guideline.recommendations]
    steps = tuple(step for each in recommendations for step in _steps(each, knowledge.actions))
    own = [each for each in library.expressions if not each.fact and not each.name.startswith(OWN)]
    of_actions = [each for name, each in conditions.items() if any(f'"{name}"' in step.text for step in steps)]
    asked = frozenset().union(*(step.asks for step in steps))
    whole = library_of(library.name, library.about, (*guideline.definitions, *sorted(asked - _TOLD.keys())), (*own, *of_actions), knowledge)
    values = {**whole.values, **{name: fact for name, fact in _TOLD.items() if name in asked and name not in whole.values}}
    return Exported(whole.name, whole.about, values, whole.lists, whole.expressions, steps, guideline.id)


def _steps(recommendation: Recommendation, actions: Mapping[str, Action]) -> Iterator[Step]:
    """Yield the steps of one recommendation; one that could never say no is left out."""
    name = recommendation.id
    found = [
        _criterion(recommendation),
        _in_time(recommendation),
        _to_do(recommendation, actions),
        _possible(recommendation, actions),
        _nothing_against(recommendation),
    ]
    steps = [each for each in found if each]
    yield from steps
    yield Step(f"{name} {APPLIES}", " and ".join(f'"{each.name}"' for each in steps))


def _criterion(recommendation: Recommendation) -> Step:
    who = "true" if recommendation.who is None else f'"{recommendation.id} who"'
    silent = [f'(not "{recommendation.id} silent on {number}" or null)' for number in range(1, len(recommendation.silent_on) + 1)]
    return Step(f"{recommendation.id} criterion", " and ".join((who, *silent)))


def _in_time(recommendation: Recommendation) -> Step | None:
    name = f"{recommendation.id} in time"
    window, before = recommendation.window, recommendation.before_pregnancy
    if window is None:
        if before:
            return None
        # An urgent sign must not be hidden because nobody wrote down that she is pregnant.
        return Step(name, f"{PREGNANT} is not false" if recommendation.tier else PREGNANT, frozenset({PREGNANT}))
    ends = [_begun(window.start)] if window.start else []
    ends += [_told_at_the_end(window.end) if window.deadline else _not_over(window.end)] if window.end else []
    within = " and ".join((PREGNANT, *ends))
    return Step(name, f"{PREGNANT} is false or ({within})" if before else within, frozenset({PREGNANT, TODAY} if ends else {PREGNANT}))


def _begun(start: Bound) -> str:
    """Return in CQL whether a window has begun: unknown where the text is vague."""
    return _case(f"< {_days(start.low)}", "false", f">= {_days(start.high)}", "true", exact=f">= {_days(start.low)}" if start.low == start.high else "")


def _not_over(end: Bound) -> str:
    return _case(f"<= {_days(end.low)}", "true", f"> {_days(end.high)}", "false", exact=f"<= {_days(end.low)}" if end.low == end.high else "")


def _told_at_the_end(end: Bound) -> str:
    """Return in CQL what stands before the end, and is overdue after it: unknown only where it cannot be told which."""
    return _case(f"<= {_days(end.low)}", "true", f"> {_days(end.high)}", "true")


def _case(first: str, then: str, second: str, other: str, exact: str = "") -> str:
    today = f'"{TODAY}"'
    if exact:
        return f"{today} {exact}"
    return f"(case when {today} {first} then {then} when {today} {second} then {other} else null as Boolean end)"


def _days(total: int) -> str:
    whole, rest = divmod(total, DAYS_IN_A_WEEK)
    return f"ga({whole}, {rest})"


def _to_do(recommendation: Recommendation, actions: Mapping[str, Action]) -> Step | None:
    """Return whether it is still to be done: any one of a free choice, or all of several, would be enough."""
    if not recommendation.favours or not recommendation.actions:
        return None
    wanted = [actions[each] for each in recommendation.actions]
    series = [each.days_since for each in wanted if each.days_since]
    known = [f'"{each.id} done when"' for each in wanted if each.done_when is not None]
    if not known or (len(known) < len(wanted) and not recommendation.free_choice) or (series and recommendation.repeat_days is None):
        return None  # no record can show it done, or a series is never done by one
    done = (" or " if recommendation.free_choice else " and ").join(known)
    again = "".join(f" or {each.rpartition('/')[2]} >= {recommendation.repeat_days}" for each in series)
    return Step(f"{recommendation.id} to do", f"({done}) is not true{again}", frozenset(series))


def _possible(recommendation: Recommendation, actions: Mapping[str, Action]) -> Step | None:
    """Return whether some action of it can be meant here; unknown is no reason that none can."""
    barred = [each for each in recommendation.actions if actions[each].not_when is not None]
    if not recommendation.favours or not barred or len(barred) < len(recommendation.actions):
        return None
    impossible = " and ".join(f'"{each} not when"' for each in barred)
    return Step(f"{recommendation.id} possible", f"({impossible}) is not true")


def _nothing_against(recommendation: Recommendation) -> Step | None:
    reasons = [f'"{recommendation.id} unless {number}"' for number in range(1, len(recommendation.unless) + 1)]
    return Step(f"{recommendation.id} nothing against", f"not ({' or '.join(reasons)})") if reasons else None
