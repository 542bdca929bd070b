"""What the result for clinicians shows: opinions in lines that read, where a missing fact is filled in, what is counted.

Guidelines are never merged. Those that say the same of the same thing stand side by side in one line, each as a button
of its own that leads to its reasons.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gravida.assessment import Assessment, Missing, Opinion, Row
from gravida.facts import Observed, Pick
from gravida.guideline import Stance, Verdict
from gravida.knowledge import Knowledge
from gravida.report_text import ORDER, SHOWN, URGENT, visible
from gravida.web.clinicians_form import AS_OF, section_names
from gravida.web.clinicians_judge import Judged, Wanted
from gravida.web.clinicians_typed import Typed
from gravida.words import STANCES

UNKNOWN: Verdict = "unknown"
RANKS = {stance: rank for rank, stance in enumerate(STANCES)}
TODAY_FIELD = {"pregnant": "pregnancy.status", "gestation": "pregnancy.gestation.at"}
"""Where the two questions that are no fact of the dictionary are answered."""
COMPLETE = "_complete"


@dataclass(frozen=True, slots=True)
class Line:
    """Opinions of one verdict, one stance and the same actions: whose they are, side by side."""

    verdict: Verdict
    stance: Stance
    actions: tuple[str, ...]
    opinions: tuple[Opinion, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks against it here, or is not known, whoever says so."""
        return tuple(dict.fromkeys(reason for each in self.opinions for reason in (*each.withheld_by, *each.open_questions)))

    @property
    def repeated(self) -> frozenset[str]:
        """Headings of which there is more than one here, so that a name must be added."""
        found = [each.heading for each in self.opinions]
        return frozenset(each for each in found if found.count(each) > 1)

    @property
    def cautions(self) -> tuple[str, ...]:
        """What others hold against it."""
        return tuple(dict.fromkeys(caution for each in self.opinions for caution in each.cautions))


@dataclass(frozen=True, slots=True)
class TopicView:
    """One topic: what is said of what to do, what is only stated, and what cannot be said yet."""

    id: str
    label: str
    lines: tuple[Line, ...]
    stated: tuple[Line, ...]
    unknown: tuple[Line, ...]

    @property
    def open(self) -> int:
        """How many opinions cannot be said yet."""
        return sum(len(each.opinions) for each in self.unknown)

    @property
    def open_bodies(self) -> tuple[str, ...]:
        """Whose opinions cannot be said yet."""
        return tuple(dict.fromkeys(one.body for each in self.unknown for one in each.opinions))

    @property
    def statements(self) -> int:
        """How much is only stated."""
        return sum(len(each.opinions) for each in self.stated)


@dataclass(frozen=True, slots=True)
class Fill:
    """A missing fact, and the button that leads to where it is filled in: ``go FIELD`` or ``new LIST SOURCE``."""

    missing: Missing
    do: str


def topics(assessment: Assessment, wanted: Wanted) -> tuple[TopicView, ...]:
    """Return the topics on which something is said, first those on which something is to be done or left. Urgent signs stand above all."""
    rows = visible(assessment.matrix, everything=wanted.old)
    found = [_topic(row, wanted) for row in rows if row.topic != URGENT]
    said = (each for each in found if each.lines or each.stated or each.unknown)
    return tuple(sorted(said, key=lambda each: not each.lines))


def _topic(row: Row, wanted: Wanted) -> TopicView:
    lines = sorted(_lines(row.opinions), key=lambda each: (ORDER.index(each.verdict), RANKS[each.stance], each.actions))
    shown = [each for each in lines if each.verdict in SHOWN or (wanted.rest and each.verdict != UNKNOWN)]
    done, stated = (tuple(each for each in shown if (each.stance == "inform") is only) for only in (False, True))
    return TopicView(row.topic, row.label, done, stated, tuple(each for each in lines if each.verdict == UNKNOWN))


def _lines(opinions: Iterable[Opinion]) -> Iterator[Line]:
    found: dict[tuple[Verdict, Stance, tuple[str, ...]], list[Opinion]] = {}
    for each in opinions:
        found.setdefault((each.verdict, each.stance, each.actions if each.stance != "inform" else ()), []).append(each)
    for (verdict, stance, actions), those in found.items():
        yield Line(verdict, stance, actions, tuple(those))


# --- the matrix ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Matrix:
    """Topics by guidelines: ``rows`` hold for each topic and each column what that guideline says."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[Opinion, ...], ...]], ...]


def matrix(assessment: Assessment, wanted: Wanted) -> Matrix:
    """Return the whole matrix: every guideline is a column, and every opinion is in its cell."""
    rows = [row for row in visible(assessment.matrix, everything=wanted.old) if row.topic != URGENT]
    columns = sorted({(each.heading, each.guideline) for row in rows for each in row.opinions}, key=lambda pair: pair[0].casefold())
    cells = ((row.label, tuple(_cell(row, guideline, wanted) for _, guideline in columns)) for row in rows)
    return Matrix(tuple(heading for heading, _ in columns), tuple(cells))


def _cell(row: Row, guideline: str, wanted: Wanted) -> tuple[Opinion, ...]:
    found = (each for each in row.opinions if each.guideline == guideline and (wanted.rest or each.verdict not in ("not-met", "passed")))
    return tuple(sorted(found, key=lambda each: ORDER.index(each.verdict)))


# --- missing facts ---------------------------------------------------------------------------------------------------


def fills(judged: Judged, knowledge: Knowledge) -> tuple[Fill, ...]:
    """Return the missing facts, best first, each with where it is filled in."""
    found = judged.assessment.missing if judged.assessment else ()
    return tuple(Fill(each, do_for(each.id, judged.typed, knowledge)) for each in found)


def do_for(missing: str, typed: Typed, knowledge: Knowledge) -> str:
    """Return the button that leads to where a missing fact is filled in."""
    fact = knowledge.dictionary.facts.get(missing)
    if missing in TODAY_FIELD:
        return f"go {TODAY_FIELD[missing]}"
    if isinstance(fact, Observed):
        return f"go {fact.path}"
    if isinstance(fact, Pick):
        return _in_list(fact.list, knowledge.dictionary.lists[fact.list].fields[fact.value].source, typed, knowledge)
    list_name, _, value = missing.partition(".")
    if list_name in knowledge.dictionary.lists:
        return _in_list(list_name, knowledge.dictionary.lists[list_name].fields[value].source, typed, knowledge) if value else f"go {list_name}"
    list_name = missing.removesuffix(COMPLETE)
    if missing != list_name and list_name in typed.kept.open:
        return f"go open.{list_name}"
    return f"go {_own_number(missing, typed)}"


def _in_list(name: str, source: str, typed: Typed, knowledge: Knowledge) -> str:
    """Return the button for a value of a list: the last entry if it is of the day and leaves it open, else a new entry."""
    numbers = typed.entries.get(name, ())
    last = f"{name}[{numbers[-1]}]" if numbers else ""
    of_today = not section_names(knowledge)[name].is_of_the_day or typed[f"{last}.on"] == typed[AS_OF]
    if last and of_today and not typed[f"{last}.{source}"]:
        return f"go {last}.{source}"
    return f"new {name} {source}"


def _own_number(path: str, typed: Typed) -> str:
    """Return a path of the record by the name that its field has in the form."""
    list_name, inside, rest = path.partition("[")
    number, _, source = rest.partition("].")
    return typed.name_of((list_name, int(number), source)) if inside and number.isdigit() else path


def sign_button(judged: Judged, knowledge: Knowledge) -> str:
    """Return the button that leads to the signs that nobody has answered for the day; nothing if all are."""
    unanswered = judged.assessment.unanswered if judged.assessment else ()
    return do_for(unanswered[0].fact, judged.typed, knowledge) if unanswered else ""


# --- the timeline ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Time:
    """One line of the timeline: what several bodies say of the same weeks, once."""

    begins: str
    ends: str
    window: str
    what: str
    stance: Stance
    verdict: Verdict
    bodies: tuple[str, ...]


def times(assessment: Assessment) -> tuple[Time, ...]:
    """Return the timeline, with everything that is the same but for the body on one line."""
    found: dict[Time, list[str]] = {}
    for each in assessment.timeline:
        line = Time(str(each.begins or ""), str(each.ends or ""), each.window, each.what, each.stance, each.verdict, ())
        found.setdefault(line, []).append(each.body)
    return tuple(Time(one.begins, one.ends, one.window, one.what, one.stance, one.verdict, tuple(dict.fromkeys(whose))) for one, whose in found.items())


def headings(assessment: Assessment) -> Mapping[str, str]:
    """Return whose each recommendation is."""
    return {each.recommendation: each.heading for row in assessment.matrix for each in row.opinions}


def named(keys: Sequence[str], whose: Mapping[str, str]) -> tuple[str, ...]:
    """Return whose some recommendations are, each once."""
    return tuple(dict.fromkeys(whose[key] for key in keys if key in whose))
