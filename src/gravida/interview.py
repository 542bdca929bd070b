"""The interview: which question comes next, and what an answer puts into the record.

Safety comes first, always. Then whatever settles most; nothing is asked before it can be known, nor when it can no
longer change a verdict. "I don't know" leaves the record as it is, "prefer not to say" stands in it; neither is asked
again. The interview keeps a record and nothing else; whoever runs it decides whether to save that.

>>> from datetime import date
>>> from gravida.library import load
>>> interview = Interview(load(), date(2026, 6, 1))
>>> step = interview.step()
>>> step.kind, [fact for fact, _ in step.items][0]
('signs', 'reported_heavy_bleeding')
"""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, Literal

from gravida.explain import describe
from gravida.facts import Field, Observed, Pick, Type
from gravida.guideline import Recommendation
from gravida.interview_order import grouped
from gravida.knowledge import Knowledge
from gravida.prepare import Situation, prepare
from gravida.record import DECLINED, Record, plain, record_from
from gravida.record_checks import ONLY_PREGNANT, TIMES
from gravida.safety import open_signs
from gravida.undecided import all_undecided
from gravida.words import TIERS

Kind = Literal["signs", "ticks", "yes-no", "choice", "number", "gestation", "date", "pregnant", "today", "how-many", "complete", "when", "examined"]
OF_THIS_PREGNANCY = frozenset({"scans", "examinations"})
MOST_AT_ONCE = 8
PATH = re.compile(r"(\w+)\[(\d+)\]\.(\w+)")


class Unsaid(Enum):
    """Two answers that are no answer."""

    UNSURE = "I don't know"
    DECLINED = "prefer not to say"


@dataclass(frozen=True)
class Step:
    """One thing to ask. ``about`` says which entry of a list is meant; ``items`` are signs to tick, ``choices`` words."""

    id: str
    kind: Kind
    text: str
    about: str = ""
    help: str = ""
    type: Type | None = None
    items: tuple[tuple[str, str], ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Count:
    """How many entries a list has; ``at_least`` if there may be more."""

    number: int
    at_least: bool = False


@dataclass
class Interview:
    """A record that grows by answers. ``data`` is the record in the form of its file."""

    knowledge: Knowledge
    as_of: date
    data: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The questions that were asked, in order; none is asked again."""
    past: list[tuple[dict[str, Any], list[str]]] = field(default_factory=list)
    """The record and the questions before each answer, to go back to."""

    def __post_init__(self) -> None:
        self.data = copy.deepcopy(self.data)
        self.data["as_of"] = self.as_of.isoformat()

    @classmethod
    def resume(cls, record: Record, knowledge: Knowledge, as_of: date, asked: tuple[str, ...] = ()) -> "Interview":
        """Return an interview that goes on from a record; ``asked`` were asked before. Signs are asked afresh."""
        return cls(knowledge, as_of, plain(record), [each for each in asked if not each.startswith("signs-")])

    @property
    def record(self) -> Record:
        """The record so far."""
        return record_from(self.data, self.knowledge.dictionary)

    @property
    def considered(self) -> list[Recommendation]:
        """The recommendations that the interview is to settle: current, and read by somebody."""
        current = {key for key, each in self.knowledge.guidelines.items() if each.status == "current"}
        return [each for each in self.knowledge.recommendations.values() if each.guideline in current and not each.is_recalled]

    def situation(self) -> Situation:
        """Return the record as the engines judge it."""
        return prepare(self.record, self.knowledge.meaning, self.knowledge.largest_k, self.as_of)

    def progress(self) -> tuple[int, int]:
        """Return how many verdicts are settled, and how many there are."""
        considered = self.considered
        return len(considered) - len(all_undecided(considered, self.situation(), self.knowledge)), len(considered)

    def step(self) -> Step | None:
        """Return what to ask next; ``None`` if nothing more would change a verdict."""
        situation = self.situation()
        return next(self.safety(situation), None) or next(self.times(), None) or next(self._settling(situation), None)

    def candidates(self, situation: Situation) -> dict[str, frozenset[str]]:
        """Return by recommendation the questions that could change it and can be asked now."""
        found = all_undecided(self.considered, situation, self.knowledge)
        askable = {each for each in frozenset().union(*found.values()) if self.can_ask(each, situation)}
        askable = {each for each in askable if not self._waits_for_today(each, situation)} or askable
        return {key: questions & askable for key, questions in found.items() if questions & askable}

    def _waits_for_today(self, name: str, situation: Situation) -> bool:
        """Return whether it is better first to know if she is pregnant, and how far along."""
        today, declared = situation.today, self.knowledge.dictionary.facts.get(name)
        if today.pregnant is None and "pregnant" not in self.asked:
            return self._is_of_this_pregnancy(name)
        waits = name in OF_THIS_PREGNANCY or (declared is not None and declared.words.obtainable_from is not None)
        return waits and today.pregnant is True and today.gestation_days is None and "gestation" not in self.asked

    def safety(self, situation: Situation) -> Iterator[Step]:
        """Yield the signs of each urgency that nobody has answered for this day."""
        signs = open_signs(situation, self.knowledge)
        for tier in TIERS:
            items = tuple((name, self.knowledge.dictionary.facts[name].words.question) for name, asked_by in signs.items() if asked_by == tier)
            if items and f"signs-{tier}" not in self.asked:
                yield Step(f"signs-{tier}", "signs", self.knowledge.say(f"ask.signs-{tier}"), items=items)

    def times(self) -> Iterator[Step]:
        """Yield when each scan, look or stitch was: without its time an entry tells next to nothing."""
        for name in (each for each in TIMES if each != "symptoms"):
            entries = self.data.get(name)
            for index, entry in enumerate(entries if isinstance(entries, list) else ()):
                if f"{name}[{index}].when" not in self.asked and not entry.keys() & set(TIMES[name]):
                    text = self.knowledge.say(f"ask.when.{name}", number=index + 1, count=len(self.data[name]))
                    yield Step(f"{name}[{index}].when", "when", text, help=self.knowledge.say("ask.when-help"))

    def _settling(self, situation: Situation) -> Iterator[Step]:
        """Yield the other questions, the one that settles most first."""
        for names in grouped(self.candidates(situation), self.group, MOST_AT_ONCE):
            yield self.step_for_all(names, situation)

    def group(self, name: str) -> str:
        """Return with which others a question is asked in one go: what was found on one day, what is known of one birth."""
        declared = self.knowledge.dictionary.facts.get(name)
        if isinstance(declared, Observed):
            return declared.path.partition(".")[0] if declared.type.kind == "boolean" and name != "pregnant" else name
        if isinstance(declared, Pick):
            return declared.list if declared.type.kind == "boolean" else name
        found = PATH.fullmatch(name)
        if found is None:
            return name
        return f"{found[1]}[{found[2]}]" if self._column(found[1], found[3]).type.kind == "boolean" else name

    def _column(self, list_name: str, source: str) -> Field:
        return next(each for each in self.knowledge.dictionary.lists[list_name].fields.values() if each.source == source)

    def step_for_all(self, names: list[str], situation: Situation) -> Step:
        """Return how questions of one group are asked: one alone, or several to tick."""
        steps = [self.step_for(name, situation) for name in names]
        if len(steps) == 1:
            return steps[0]
        group = self.group(names[0])
        items = tuple((each.id, each.text) for each in steps)
        return Step(group, "ticks", self.knowledge.say(f"ask.ticks.{group.partition('[')[0]}"), steps[0].about, items=items)

    def can_ask(self, name: str, situation: Situation) -> bool:
        """Return whether a question can be asked and answered today."""
        if name in self.asked or name.startswith("symptoms"):  # signs are asked first, all at once, and not again
            return False
        pregnant, gestation = situation.today.pregnant, situation.today.gestation_days
        if pregnant is False and self._is_of_this_pregnancy(name):
            return False
        declared = self.knowledge.dictionary.facts.get(name)
        if isinstance(declared, Pick):
            return self._found_lately(declared, situation)
        first = declared.words.obtainable_from if declared else None
        return first is None or not isinstance(gestation, int | float) or gestation >= first

    def _is_of_this_pregnancy(self, name: str) -> bool:
        declared = self.knowledge.dictionary.facts.get(name)
        path = declared.path if isinstance(declared, Observed) else name
        return path in ONLY_PREGNANT or path.partition("[")[0] in OF_THIS_PREGNANCY

    def _found_lately(self, declared: Pick, situation: Situation) -> bool:
        """Return whether there is an entry of this day or so that an answer could be about."""
        entries = situation.world.lists.get(declared.list)
        ages = [entry.get("age_days") for entry in entries.described] if entries else []
        known = [age for age in ages if isinstance(age, int | float) and age >= 0]
        return declared.list == "examinations" and bool(known) and (declared.valid_for_days is None or min(known) <= declared.valid_for_days)

    def step_for(self, name: str, situation: Situation) -> Step:
        """Return how a question is asked."""
        say, dictionary = self.knowledge.say, self.knowledge.dictionary
        if name in ("pregnant", "gestation"):
            return Step(name, "pregnant" if name == "pregnant" else "today", say(f"ask.{name}"), help=say(f"ask.{name}-help"))
        if name in dictionary.lists:
            kind: Kind = "examined" if name == "examinations" else "how-many"
            return Step(name, kind, say(f"ask.how-many.{name}"), help=say("ask.count-help") if kind == "how-many" else "")
        if name.endswith("_complete"):
            return Step(name, "complete", say("ask.complete"))
        declared = dictionary.facts.get(name)
        if declared is not None:
            return self._of_value(name, declared.type, declared.words.question or declared.words.label, declared.words.meaning)
        list_name, index, source = PATH.fullmatch(name).groups()  # type: ignore[union-attr]
        column = self._column(list_name, source)
        about = self.about(list_name, int(index), situation)
        return self._of_value(name, column.type, column.words.question or column.words.label, column.words.meaning, about)

    def _of_value(self, name: str, type_: Type, text: str, meaning: str, about: str = "") -> Step:
        kinds: dict[str, Kind] = {"boolean": "yes-no", "string": "choice", "gestation": "gestation", "date": "date"}
        kind = "date" if name == "planned_caesarean_days" else kinds.get(type_.kind, "number")
        return Step(name, kind, text, about, meaning, type_, choices=type_.values)

    def about(self, list_name: str, index: int, situation: Situation) -> str:
        """Return which entry of a list is meant: its number, and what is known of it."""
        entries = situation.world.lists.get(list_name)
        entry = entries.described[index] if entries and index < len(entries.described) else {}
        known = describe(entry, list_name, self.knowledge) if entry else ""
        count = len(entries.described) if entries else 0
        named = self.knowledge.say(f"ask.entry.{list_name}", number=index + 1, count=count)
        return f"{named}: {known}" if known and known != "nothing known" else named

    def suspicious_below(self, step: Step) -> float | None:
        """Return below which number an answer could be a slip of unit; ``None`` if there is no such number."""
        found = PATH.fullmatch(step.id)
        lists = self.knowledge.dictionary.lists
        fields = lists[found[1]].fields.values() if found and found[1] in lists else ()
        return next((each.suspicious_below for each in fields if found and each.source == found[3]), None)

    # --- answers -----------------------------------------------------------------------------------------------------

    def answer(self, step: Step, given: Any, *, confirmed: bool = False) -> None:
        """Take an answer. Raises :class:`RecordError`, and keeps nothing, if the record cannot hold it.

        ``confirmed`` says that a length so short that it could be centimetres is meant.
        """
        before = (copy.deepcopy(self.data), list(self.asked))
        try:
            self._take(step, given)
            if confirmed:
                self._put(f"{step.id.rpartition('.')[0]}.confirmed", True)
            _ = self.record
        except ValueError:
            self.data, self.asked = before
            raise
        self.past.append(before)

    def back(self) -> bool:
        """Take the last answer back; return whether there was one."""
        if self.past:
            self.data, self.asked = self.past.pop()
            return True
        return False

    def _take(self, step: Step, given: Any) -> None:
        self.asked += [name for name, _ in step.items] if step.kind == "ticks" else [step.id]
        if given is Unsaid.UNSURE:
            return
        if given is Unsaid.DECLINED:
            self._decline(step)
            return
        match step.kind:
            case "signs":
                self._put_signs(given)
            case "ticks":
                for name, found in ((name, found) for name, found in given.items() if found is not None):
                    self._put(self.path_of(name), found)
            case "pregnant":
                self._put("pregnancy.status", "ongoing" if given else "not-pregnant")
            case "today":
                self._put_today(given)
            case "how-many" | "examined":
                self._put_list(step.id, Count(int(given)) if isinstance(given, bool) else given)
            case "complete":
                self.data[step.id] = "yes" if given else "no"
            case "when":
                self._put_when(step.id, given)
            case _:
                self._put(self.path_of(step.id), given)

    def path_of(self, name: str) -> str:
        """Return where in the record a question's answer stands."""
        declared = self.knowledge.dictionary.facts.get(name)
        if isinstance(declared, Observed):
            return declared.path
        if isinstance(declared, Pick):
            column = self.knowledge.dictionary.lists[declared.list].fields[declared.value]
            return f"{declared.list}[{self._latest(declared.list)}].{column.source}"
        return name

    def _latest(self, list_name: str) -> int:
        entries = self.situation().world.lists[list_name].described
        ages = [entry.get("age_days") for entry in entries]
        known = [age if isinstance(age, int | float) else float("inf") for age in ages]
        return known.index(min(known))

    def _decline(self, step: Step) -> None:
        if step.kind in ("pregnant", "today"):
            self._put("pregnancy.status" if step.kind == "pregnant" else "pregnancy.gestation", DECLINED)
        elif step.kind in ("how-many", "examined"):
            self.data[step.id] = DECLINED
        elif step.kind in ("yes-no", "choice", "number", "gestation", "date", "ticks"):
            for name in [name for name, _ in step.items] or [step.id]:
                self._put(self.path_of(name), DECLINED)

    def _put(self, path: str, value: Any) -> None:
        """Put a value at a path such as ``pregnancy.plurality`` or ``scans[0].route``."""
        holder: Any = self.data
        *steps, last = re.findall(r"\w+", path)
        for step in steps:
            holder = holder[int(step)] if step.isdigit() else holder.setdefault(step, {})
        holder[last] = written(value)

    def _put_signs(self, given: Mapping[str, bool | None]) -> None:
        entries = self.data.setdefault("symptoms", [])
        day = self.as_of.isoformat()
        entry = next((each for each in entries if each.get("on") == day), None)
        if entry is None:
            entry = {"on": day}
            entries.append(entry)
        for name, found in given.items():
            declared = self.knowledge.dictionary.facts[name]
            assert isinstance(declared, Pick)
            if found is not None:
                entry[self.knowledge.dictionary.lists["symptoms"].fields[declared.value].source] = written(found)

    def _put_today(self, given: Any) -> None:
        if isinstance(given, date):
            self._put("pregnancy.due_date", given)
        else:
            self._put("pregnancy.gestation", {"at": written(given), "on": self.as_of.isoformat()})

    def _put_list(self, name: str, given: Count) -> None:
        self.data[name] = [{} for _ in range(given.number)]
        if self.knowledge.dictionary.lists[name].declared:
            self.data[f"{name}_complete"] = "no" if given.at_least else "yes"

    def _put_when(self, name: str, given: Any) -> None:
        list_name, index, _ = PATH.fullmatch(name).groups()  # type: ignore[union-attr]
        day, at = TIMES[list_name]
        self.data[list_name][int(index)][day if isinstance(given, date) else at] = written(given)


def written(value: Any) -> Any:
    """Return an answer as a record's file has it: text, and ``from`` and ``to`` for a range."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return {"from": str(value[0]), "to": str(value[1])}
    if isinstance(value, Mapping | list):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
