"""The recommendations of a report, by topic: every one that names an act, and what came of it.

Those that count stand by topic; of superseded and of recalled documents they stand at the end, marked. Each stands for
itself: nothing here adds the counts of two guidelines.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from gravida.audit.courses import recordable
from gravida.audit.report_parts import Parts, Shown, parts_of, rank
from gravida.audit.result import Result
from gravida.guideline import Recommendation, Topic
from gravida.knowledge import Knowledge
from gravida.words import STANCES, say, seen

MOST_LACKS = 4
DATING = "today"


@dataclass(frozen=True)
class Lack:
    """What was not recorded: in how many pregnancies at most, and how many recommendations waited for it."""

    label: str
    count: Shown
    lines: int = 1


@dataclass(frozen=True)
class Against:
    """What came of advice against an act: not done, done, and done where nobody can tell whether it was advised against."""

    heeded: Shown
    done: Shown
    untold: Shown
    counted: Shown


@dataclass(frozen=True)
class Line:
    """One recommendation that names an act."""

    recommendation: Recommendation
    body: str
    acts: str
    statuses: Mapping[str, int]
    recordable: bool
    """Whether a record can show what it names."""
    parts: Parts
    against: Against
    lacks: Sequence[Lack]

    @property
    def stance(self) -> str:
        """What it does, in words."""
        return STANCES[self.recommendation.stance].clinical

    @property
    def title(self) -> str:
        """Who says it, and what of."""
        return f"{self.body} {self.stance}: {self.acts}"

    @property
    def read(self) -> str:
        """How the part of it was read of which we are the least sure."""
        return seen(self.recommendation.confidence)


@dataclass(frozen=True)
class Chapter:
    """A topic and its recommendations: those that favour an act, those against one, and those with nothing to count."""

    topic: Topic
    favouring: Sequence[Line]
    against: Sequence[Line]
    rest: Sequence[Line]

    @property
    def lacks(self) -> list[Lack]:
        """What was lacking most in this topic."""
        found: dict[str, list[Shown]] = {}
        for each in self.waiting:
            for lack in each.lacks:
                found.setdefault(lack.label, []).append(lack.count)
        lacks = [Lack(label, max(counts, key=lambda count: count or 0), len(counts)) for label, counts in found.items()]
        return sorted(lacks, key=lambda each: (*rank(each.count, each.lines), each.label))[:MOST_LACKS]

    @property
    def waiting(self) -> list[Line]:
        """Those of which something could not be told, the most frequent first."""
        found = [each for each in self.favouring if each.parts.maybe != 0 or (each.recordable and each.parts.came["untold"] != 0)]
        return sorted(found, key=lambda each: (*rank(each.parts.maybe, each.parts.came["untold"]), each.recommendation.key))


@dataclass(frozen=True)
class Lines:
    """Every recommendation of a result that names an act."""

    result: Result

    @cached_property
    def all(self) -> list[Line]:
        """All of them, in the order of the result."""
        found = self.result.by("recommendation")
        return [_line(self.result, each, found.get((each.key,), {})) for each in self.result.recommendations if each.actions]

    @cached_property
    def counted(self) -> list[Line]:
        """Those of current documents that somebody has read."""
        return [each for each in self.all if not self.is_old(each) and not each.recommendation.is_recalled]

    @cached_property
    def old(self) -> list[Line]:
        """Those of superseded documents."""
        return [each for each in self.all if self.is_old(each)]

    @cached_property
    def recalled(self) -> list[Line]:
        """Those of current documents that were written down from memory."""
        return [each for each in self.all if not self.is_old(each) and each.recommendation.is_recalled]

    def is_old(self, line: Line) -> bool:
        """Return whether its document was superseded."""
        return self.result.knowledge.guidelines[line.recommendation.guideline].status == "superseded"

    def chapters(self, lines: Sequence[Line]) -> list[Chapter]:
        """Return some recommendations by topic, in the order of the topics."""
        return [_chapter(topic, mine) for topic, mine in self._by_topic(lines) if mine]

    def _by_topic(self, lines: Sequence[Line]) -> Iterator[tuple[Topic, list[Line]]]:
        for topic in self.result.knowledge.topics.values():
            yield topic, [each for each in lines if each.recommendation.topic == topic.id]

    @property
    def done_against(self) -> list[Line]:
        """Return those against an act that was done all the same, or perhaps."""
        found = [each for each in self.counted if each.against.done != 0 or (each.recordable and each.against.untold != 0)]
        return sorted(found, key=_order_against)

    # --- where to look first -----------------------------------------------------------------------------------------

    def undone(self, most: int) -> list[Line]:
        """Return those most often due and not done."""
        return _most(self.counted, most, lambda each: each.parts.came["undone"])

    def maybe(self, most: int) -> list[Line]:
        """Return those of which it can be told least whether they were due."""
        return _most([each for each in self.counted if each.recordable], most, lambda each: each.parts.maybe)

    def against(self, most: int) -> list[Line]:
        """Return those against an act that was most often done all the same."""
        return _most(self.counted, most, lambda each: each.against.done)


def _most(lines: Sequence[Line], most: int, count: Callable[[Line], Shown]) -> list[Line]:
    """Return those with the largest counts that can be shown."""
    return sorted((each for each in lines if count(each)), key=lambda each: (*rank(count(each)), each.recommendation.key))[:most]


def body_of(knowledge: Knowledge, guideline: str) -> str:
    """Return how a document is called in a table: by body and year, and by its name where there are two of them."""
    found = knowledge.guidelines[guideline]
    if sum((each.body, each.year) == (found.body, found.year) for each in knowledge.guidelines.values()) > 1:
        return found.heading
    return f"{found.body} {found.year}" if found.year else found.body


def _line(result: Result, recommendation: Recommendation, statuses: Mapping[str, int]) -> Line:
    actions = [result.knowledge.actions[name] for name in recommendation.actions]
    can_show = recordable(recommendation, result.knowledge.actions)
    return Line(
        recommendation, body_of(result.knowledge, recommendation.guideline), _acts(recommendation, [each.label for each in actions]), statuses,
        can_show, parts_of(result, statuses), _against(result, statuses), _lacks(result, recommendation),
    )  # fmt: skip


def _acts(recommendation: Recommendation, labels: Sequence[str]) -> str:
    return say("audit.or" if recommendation.free_choice else "audit.and").join(labels)


def _against(result: Result, statuses: Mapping[str, int]) -> Against:
    heeded, done, unknown, untraced = (statuses.get(f"against-{name}", 0) for name in ("heeded", "done", "unknown", "not-recordable"))
    untold = unknown + untraced
    return Against(*(result.cell(count).shown for count in (heeded, done, untold, heeded + done + untold)))


def _lacks(result: Result, recommendation: Recommendation) -> list[Lack]:
    found = result.not_told(recommendation.key)
    return [Lack(say("audit.dating") if label == DATING else label, result.cell(count).shown) for label, count in found][:MOST_LACKS]


def _chapter(topic: Topic, lines: Sequence[Line]) -> Chapter:
    favouring = sorted((each for each in lines if each.recommendation.favours), key=_order)
    against = sorted((each for each in lines if each.recommendation.stance == "against"), key=_order_against)
    rest = [each for each in lines if each.recommendation.stance in ("inform", "insufficient")]
    return Chapter(topic, favouring, against, rest)


def _order(line: Line) -> tuple[object, ...]:
    return (not line.recordable, *rank(line.parts.due, line.parts.maybe), line.recommendation.key)


def _order_against(line: Line) -> tuple[object, ...]:
    return (not line.recordable, *rank(line.against.done, line.against.counted), line.recommendation.key)
