"""What trials answer to a question: the rows that count, what they say together, and how it looks from near and far.

Fewer than two trials that may be pooled are shown and not pooled. What is less than read stays out unless somebody
asks, and is then marked.
"""

from collections.abc import Collection
from dataclasses import dataclass

from gravida.evidence import CONFIDENCES, TRUSTED, Confidence, Evidence, EvidenceQuestion, Outcome, Published, Row
from gravida.pooling import Absolute, Interval, Pooled, absolute, cumulative, informative, leave_one_out, of_trial, pool


@dataclass(frozen=True)
class Recomputed:
    """A published estimate and ours from the same trials. ``agrees`` within the tolerance that is stated for it."""

    published: Published
    rows: tuple[Row, ...]
    ours: Interval
    agrees: bool
    because: str


@dataclass(frozen=True)
class OutcomeAnswer:
    """One outcome of a question. ``held_back`` counts rows that are less than read and were not asked for."""

    outcome: Outcome
    rows: tuple[Row, ...]
    each: tuple[Interval, ...]
    pooled: Pooled | None
    without: tuple[tuple[Row, Pooled], ...]
    over_time: tuple[tuple[Row, Pooled], ...]
    effect: Absolute | None
    baseline: float | None
    held_back: int

    @property
    def is_marked(self) -> bool:
        """Whether some row is less than read."""
        return any(row.confidence not in TRUSTED for row in self.rows)


@dataclass(frozen=True)
class Answer:
    """Everything on one question."""

    question: EvidenceQuestion
    outcomes: tuple[OutcomeAnswer, ...]
    apart: tuple[tuple[Row, str], ...]
    published: tuple[Published, ...]
    recomputed: tuple[Recomputed, ...]


def answer(question: EvidenceQuestion, evidence: Evidence, confidences: Collection[Confidence] = TRUSTED, baseline: float | None = None) -> Answer:
    """Answer a question with rows of these confidences; ``baseline`` is the risk without treatment that frequencies start from."""
    outcomes = tuple(_outcome(question, name, evidence, confidences, baseline) for name in question.pool)
    published = tuple(each for each in evidence.published_for(question) if each.confidence in confidences)
    apart = tuple((row, why) for row, why in evidence.rows_apart(question) if row.confidence in confidences)
    again = tuple(each for each in recomputed(question, evidence) if all(row.confidence in confidences for row in each.rows))
    return Answer(question, outcomes, apart, published, again)


def _outcome(question: EvidenceQuestion, name: str, evidence: Evidence, confidences: Collection[Confidence], baseline: float | None) -> OutcomeAnswer:
    known = evidence.pooled_rows(question, name)
    rows = tuple(row for row in known if row.confidence in confidences)
    counting = informative(rows)
    pooled = pool(counting) if len(counting) > 1 else None
    risk = baseline if baseline is not None else _risk_without(counting)
    effect = absolute(pooled.headline, risk) if pooled and risk is not None and pooled.headline.is_known else None
    return OutcomeAnswer(
        evidence.outcomes[name], rows, tuple(of_trial(row) for row in rows), pooled,
        tuple(leave_one_out(rows)) if pooled else (), tuple(cumulative(rows)) if pooled else (), effect, risk, len(known) - len(rows),
    )  # fmt: skip


def _risk_without(rows: Collection[Row]) -> float | None:
    """Return the share of events in all the control arms together: the baseline if nobody names one."""
    people = sum(row.control for row in rows)
    return sum(row.events_control for row in rows) / people if people else None


def recomputed(question: EvidenceQuestion, evidence: Evidence) -> list[Recomputed]:
    """Return the published estimates of which all trials are here, beside what the same trials give now."""
    found = []
    for each in question.recompute:
        rows = [evidence.rows[f"{trial}/{each.outcome}"] for trial in each.trials]
        ours, published = (pool(rows).mantel_haenszel if len(rows) > 1 else of_trial(rows[0])), evidence.published_on(each)
        pairs = ((ours.estimate, published.estimate), (ours.low, published.low), (ours.high, published.high))
        agrees = all(theirs is None or abs(mine - theirs) <= each.within for mine, theirs in pairs)
        found.append(Recomputed(published, tuple(rows), ours, agrees, each.because))
    return found


def confidences(least: str) -> tuple[Confidence, ...]:
    """Return the confidences from the best down to one.

    >>> confidences("partial")
    ('seen', 'derived', 'partial')
    """
    return CONFIDENCES[: CONFIDENCES.index(least) + 1]
