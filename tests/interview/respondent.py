"""Somebody who answers the interview from a full record, and the orders in which it may be asked."""

from dataclasses import dataclass
from datetime import date

from gravida.evaluate import fact
from gravida.facts import Observed, Pick
from gravida.interview import MOST_AT_ONCE, Count, Interview, Unsaid
from gravida.prepare import prepare
from gravida.record import plain, read_record
from gravida.record_checks import TIMES
from gravida.units import weeks
from gravida.verdict import judge

PAST = frozenset({"passed", "not-met"})


class Respondent:
    """Answers from the record in ``path``; what stands nowhere in it, she does not know."""

    def __init__(self, path, knowledge):
        self.knowledge = knowledge
        self.record = read_record(path.read_bytes(), path.name, knowledge.dictionary)
        self.data = plain(self.record)
        self.as_of = self.record.as_of
        self.situation = prepare(self.record, knowledge.meaning, knowledge.largest_k, self.as_of)
        self.verdicts = verdicts(self.interview().considered, self.situation, knowledge)

    def interview(self):
        return Interview(self.knowledge, self.as_of)

    def answer(self, step):
        """Return the answer to a step."""
        match step.kind:
            case "signs":
                return {name: self._value(name) for name, _ in step.items}
            case "ticks":
                found = {name: self._at(name) for name, _ in step.items}
                return {name: None if value is Unsaid.UNSURE else value for name, value in found.items()}
            case "pregnant":
                return self.situation.today.pregnant if self.situation.today.pregnant is not None else Unsaid.UNSURE
            case "today":
                return self._today()
            case "how-many" | "examined":
                return self._count(step.id)
            case "complete":
                return {"yes": True, "no": False}.get(self.data.get(step.id), Unsaid.UNSURE)
            case "when":
                return self._when(step.id)
            case _:
                return self._at(step.id)

    def _value(self, name):
        return fact(name, self.situation.world)

    def _today(self):
        days = self.situation.today.gestation_days
        if days is None:
            return Unsaid.UNSURE
        return weeks(int(days)) if isinstance(days, int | float) else (weeks(int(days.low)), weeks(int(days.high)))

    def _count(self, name):
        entries = self.data.get(name)
        if entries is None and name == "prior_pregnancies" and "prior_pregnancies_total" in self.data:
            return Count(int(self.data["prior_pregnancies_total"]))
        if entries is None:
            return Unsaid.UNSURE
        if name == "examinations":
            return bool(entries)
        complete = self.data.get(f"{name}_complete")
        return Count(len(entries), at_least=name == "prior_pregnancies" and complete != "yes" and bool(entries))

    def _when(self, name):
        list_name, index = name.removesuffix(".when").rstrip("]").split("[")
        entry = self.data[list_name][int(index)]
        day, at = TIMES[list_name]
        if day in entry:
            return date.fromisoformat(entry[day])
        return self._written(entry.get(at))

    def _at(self, name):
        interview = self.interview()
        interview.data |= self.data
        value = self.data
        for step in interview.path_of(name).replace("[", ".").replace("]", "").split("."):
            value = dict(enumerate(value)) if isinstance(value, list) else value
            value = value.get(int(step) if step.isdigit() else step, {}) if isinstance(value, dict) else {}
        return self._written(value)

    @staticmethod
    def _written(value):
        if value in (None, {}):
            return Unsaid.UNSURE
        if isinstance(value, dict):
            return (value["from"], value["to"])
        return {"yes": True, "no": False}.get(value, value)


def verdicts(recommendations, situation, knowledge):
    """Return the verdict of each recommendation, and whether its weeks are over."""
    return {each.key: judge(each, knowledge.actions, situation.world, situation.today) for each in recommendations}


def same(one, other):
    """Return whether two judgements come to the same for her."""
    if one.verdict == other.verdict or {one.verdict, other.verdict} <= PAST:
        return True
    return {one.verdict, other.verdict} == {"passed", "done"}


@dataclass
class Interviewed:
    """How an interview went: after how many questions the verdicts were reached (all of them if never), and how many it asked."""

    until_reached: int
    asked: int
    reached: bool
    differing: tuple
    steps: tuple


def SETTLING(interview):  # noqa: N802  (the name of an order)
    """What settles most comes next: the interview itself."""
    return interview.step()


def RELEVANT(interview):  # noqa: N802
    """The order of the dictionary, leaving out what can no longer change a verdict."""
    return first_of_all(interview) or _first(interview, set().union(*interview.candidates(interview.situation()).values()))


def FORM(interview):  # noqa: N802
    """The order of the dictionary, whatever has been answered."""
    situation = interview.situation()
    return first_of_all(interview) or _first(
        interview, {each for each in _order(interview) if interview.can_ask(each, situation) and _is_there(each, interview)}
    )


def first_of_all(interview):
    situation = interview.situation()
    return next(interview.safety(situation), None) or next(interview.times(), None)


def _order(interview):
    """Yield every question in the order of the dictionary: today, then lists with their entries, then facts."""
    dictionary = interview.knowledge.dictionary
    yield from ("pregnant", "gestation")
    for name, declared in dictionary.lists.items():
        yield name
        entries = interview.data.get(name)
        for index in range(len(entries) if isinstance(entries, list) else 0):
            for field in declared.fields.values():
                if field.source and name not in ("symptoms", "examinations"):
                    yield f"{name}[{index}].{field.source}"
    yield from (name for name in dictionary.facts if "/" not in name and name != "pregnant")


def _is_there(name, interview):
    declared = interview.knowledge.dictionary.facts.get(name)
    if declared is not None and name != "pregnant":
        askable = isinstance(declared, Observed) or (isinstance(declared, Pick) and declared.list == "examinations")
        return askable and fact(name, interview.situation().world) is None
    if name in ("pregnant", "gestation"):
        today = interview.situation().today
        return today.pregnant is None if name == "pregnant" else today.pregnant is True and today.gestation_days is None
    if "[" not in name:
        return name not in interview.data
    list_name, rest = name.split("[")
    index, field = rest.split("].")
    return field not in interview.data[list_name][int(index)]


def _first(interview, names):
    situation = interview.situation()
    order = [name for name in _order(interview) if name in names]
    first = interview.group(order[0]) if order else ""
    return interview.step_for_all([name for name in order if interview.group(name) == first][:MOST_AT_ONCE], situation) if order else None


def interviewed(respondent, order, most=400):
    """Hold an interview in an order, to its end."""
    interview = respondent.interview()
    reached, steps = None, []
    while len(steps) < most:
        found = verdicts(interview.considered, interview.situation(), respondent.knowledge)
        differing = tuple(key for key, each in found.items() if not same(each, respondent.verdicts[key]))
        if not differing and reached is None:
            reached = len(steps)
        step = order(interview)
        if step is None or (reached is not None and order is not SETTLING):
            break
        interview.answer(step, respondent.answer(step))
        steps.append(step.id)
    return Interviewed(len(steps) if reached is None else reached, len(steps), reached is not None, differing, tuple(steps))
