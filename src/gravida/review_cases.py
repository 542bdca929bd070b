"""The cases of a recommendation for a reader: one patient that most of them share, and of each what is special.

A case in a file is a whole record, and most of the record is the same in all of them. What most cases say is told
once; a row of the table tells the rest.

>>> from gravida.library import load
>>> knowledge = load()
>>> cases = told(knowledge.recommendations["rcog-2022-cerclage/ultrasound-indicated"], knowledge)
>>> cases.special[1]
'scans of the cervix: cervical length 26 mm'
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gravida.cases import CASE_DAY, merged
from gravida.facts import Field, Observed
from gravida.guideline import Case, Recommendation
from gravida.knowledge import Knowledge
from gravida.reach import named, needed
from gravida.record import DECLINED
from gravida.record_checks import TIMES
from gravida.units import unit_of

Flat = Mapping[str, Any]
"""A record as values by dotted path; a list of entries is one value."""

FRAME = {
    "as_of": "judged on", "pregnancy.gestation": "today", "pregnancy.gestation.at": "gestation", "pregnancy.gestation.on": "which held on",
    "pregnancy.due_date": "due", "pregnancy.last_period": "last period", "pregnancy.planning": "planning a pregnancy",
    "prior_pregnancies_complete": "all earlier pregnancies are listed", "prior_pregnancies_total": "number of earlier pregnancies",
}  # fmt: skip
"""What the dictionary has no word for: how far along, and how complete."""
STATUS = "pregnancy.status"
STATES = {"ongoing": "pregnant", "ended": "the pregnancy has ended", "not-pregnant": "not pregnant"}
TODAY = CASE_DAY.isoformat()
NONE = "none"
"""A word that says nothing without the label before it."""


@dataclass(frozen=True)
class Told:
    """``shared`` is the patient that most cases start from, a line for each part; ``special`` what each case says otherwise."""

    shared: tuple[str, ...]
    special: tuple[str, ...]


def told(recommendation: Recommendation, knowledge: Knowledge) -> Told:
    """Return the cases of a recommendation in words.

    What no criterion of it asks for is left out, but for a row in which nothing else is special.
    """
    records = [flat(record_of(case, knowledge)) for case in recommendation.cases]
    shared = common(records)
    words, idle = _Words(knowledge), unused(recommendation, knowledge)
    asked_for = without(shared, idle)
    special = (words.difference(without(each, idle), asked_for) or words.difference(each, shared) for each in records)
    return Told(tuple(words.parts(asked_for)), tuple(special))


def unused(recommendation: Recommendation, knowledge: Knowledge) -> frozenset[str]:
    """Return the paths of a record, such as ``scans.route``, that no criterion of a recommendation asks for."""
    meaning = knowledge.meaning
    used = needed(named(recommendation, knowledge.actions), meaning)
    facts = {fact.path for name, fact in meaning.facts.items() if isinstance(fact, Observed) and name not in used.facts}
    fields = {
        f"{name}.{each.source}" for name, entries in meaning.lists.items() for key, each in entries.fields.items() if key not in used.fields.get(name, ())
    }
    lists = {f"{name}{end}" for name in meaning.lists if name not in used.fields and name not in TIMES for end in ("", "_complete", "_total")}
    return frozenset((facts | fields | lists) - {STATUS})


def without(record: Flat, idle: Collection[str]) -> dict[str, Any]:
    """Return a record without what stands at some paths.

    >>> without({"a": "1", "b": "2", "list": [{"x": "1", "y": "2"}]}, ["a", "list.y"])
    {'b': '2', 'list': [{'x': '1'}]}
    """
    found = {path: value for path, value in record.items() if path not in idle}
    for path, entries in found.items():
        if _holds_entries(entries):
            found[path] = [{key: value for key, value in each.items() if f"{path}.{key}" not in idle} for each in entries]
    return found


def record_of(case: Case, knowledge: Knowledge) -> dict[str, Any]:
    """Return the whole record of a case, with its base."""
    given = dict(case.given)
    base = knowledge.bases.get(str(given.pop("base", "")), {})
    return merged(base, given)


def flat(record: Mapping[str, Any], start: str = "") -> dict[str, Any]:
    """Return a record as values by dotted path.

    >>> flat({"pregnancy": {"plurality": "1"}, "scans": []})
    {'pregnancy.plurality': '1', 'scans': []}
    """
    found: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, Mapping) and set(value) != {"from", "to"}:
            found |= flat(value, f"{start}{key}.")
        else:
            found[f"{start}{key}"] = value
    return found


def common(records: Sequence[Flat]) -> dict[str, Any]:
    """Return what most records say, value by value; where most say nothing, nothing.

    >>> common([{"a": "1", "list": [{"x": "1"}]}, {"a": "1", "list": [{"x": "2"}]}, {"a": "2", "b": "1", "list": [{"x": "2"}]}])
    {'a': '1', 'list': [{'x': '2'}]}
    """
    found = {}
    for path in dict.fromkeys(path for each in records for path in each):
        value = _usual([each.get(path) for each in records])
        if value is not None:
            found[path] = value
    return found


def _usual(values: Sequence[Any]) -> Any:
    """Return the most frequent of some values; of lists of the most frequent length, entry by entry."""
    sizes = [len(each) if _holds_entries(each) else repr(each) for each in values]
    most = Counter(sizes).most_common(1)[0][0]
    alike = [each for each, size in zip(values, sizes, strict=True) if size == most]
    if _holds_entries(alike[0]):
        return [common([flat(each[index]) for each in alike]) for index in range(len(alike[0]))]
    return alike[0]


def _holds_entries(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, Mapping) for each in value)


@dataclass(frozen=True)
class _Words:
    """Says parts of a record in the words of the dictionary."""

    knowledge: Knowledge

    def parts(self, record: Flat) -> Iterator[str]:
        """Yield a record, a line for each of its parts."""
        for part in dict.fromkeys(path.partition(".")[0] for path in record):
            own = {path: value for path, value in record.items() if path.partition(".")[0] == part}
            yield "; ".join(self._values(own, self._fact))

    def difference(self, record: Flat, shared: Flat) -> str:
        """Return what a record says otherwise."""
        changed = {path: value for path, value in record.items() if value != shared.get(path)}
        said = self._values({path: value for path, value in changed.items() if not _holds_entries(value)}, self._fact)
        said += [self._list(path, value, shared.get(path)) for path, value in changed.items() if _holds_entries(value)]
        return "; ".join([*said, *_gone([self._label(path) for path in shared if record.get(path) is None])])

    def _label(self, path: str) -> str:
        if path == STATUS:
            return "whether she is pregnant"
        if path in self.knowledge.dictionary.lists:
            return self.knowledge.dictionary.lists[path].label
        facts = (fact.words.label for fact in self.knowledge.dictionary.facts.values() if isinstance(fact, Observed) and fact.path == path)
        return FRAME.get(path) or next(facts, _key(path))

    def _fact(self, path: str, value: Any) -> str:
        if path == STATUS:
            return STATES.get(str(value), str(value))
        return f"{self._label(path)}: {self._entries(path, value)}" if _holds_entries(value) else f"{self._label(path)} {_written(path, value)}"

    def _values(self, values: Flat, tell: Callable[[str, Any], str], label: Callable[[str], str] | None = None) -> list[str]:
        """Return values in words; what is answered yes stands together, and so does what is answered no."""
        label = label or self._label
        said = [tell(path, each) for path, each in values.items() if each not in ("yes", "no")]
        yes, no = ([label(path) for path, each in values.items() if each == word] for word in ("yes", "no"))
        alone = len(yes) == len(values)
        return [*said, *([("" if alone else "yes: ") + ", ".join(yes)] if yes else []), *([f"no: {', '.join(no)}"] if no else [])]

    def _entries(self, name: str, entries: Sequence[Any]) -> str:
        return " / ".join(self._entry(name, each) for each in entries) or NONE

    def _entry(self, name: str, entry: Mapping[str, Any], gone: Iterable[str] = ()) -> str:
        fields = _Fields({each.source: each for each in self.knowledge.dictionary.lists[name].fields.values() if each.source})
        said = self._values(entry, fields.tell, fields.label)
        return ", ".join([*said, *_gone([fields.label(key) for key in gone])]) or "nothing known"

    def _list(self, name: str, entries: Sequence[Any], shared: Any) -> str:
        """Return a list; of one whose entries are nearly the shared ones, only what differs."""
        if _holds_entries(shared) and len(shared) == len(entries):
            pairs = [(number, each, usual) for number, (each, usual) in enumerate(zip(entries, shared, strict=True), 1) if each != usual]
            if all(_is_near(each, usual) for _, each, usual in pairs):
                told = [self._entry_difference(name, each, usual, f"no. {number}: " if len(entries) > 1 else "") for number, each, usual in pairs]
                return f"{self._label(name)}: " + " / ".join(told)
        return f"{self._label(name)}: {self._entries(name, entries)}"

    def _entry_difference(self, name: str, entry: Mapping[str, Any], usual: Mapping[str, Any], number: str) -> str:
        changed = {key: value for key, value in entry.items() if value != usual.get(key)}
        return number + self._entry(name, changed, [key for key in usual if key not in entry])


@dataclass(frozen=True)
class _Fields:
    """Says the fields of an entry, by their key in the record. A word that only one field can hold needs no label."""

    by_key: Mapping[str, Field]

    def label(self, key: str) -> str:
        return self.by_key[key].words.label if key in self.by_key else _key(key)

    def tell(self, key: str, value: Any) -> str:
        kind = self.by_key[key].type if key in self.by_key else None
        if kind is None or kind.kind == "gestation":
            return "today" if key == "on" and value == TODAY else f"{_key(key)} {_written(key, value)}"
        holders = [each for each in self.by_key.values() if value in each.type.values]
        return str(value) if len(holders) == 1 and value != NONE else f"{self.label(key)} {_written(key, value)}"


def _gone(labels: Sequence[str]) -> list[str]:
    return [f"not recorded: {', '.join(labels)}"] if labels else []


def _key(path: str) -> str:
    return path.rpartition(".")[2].replace("_", " ")


def _is_near(entry: Mapping[str, Any], usual: Mapping[str, Any]) -> bool:
    """Return whether an entry says mostly the same as another; what it says beside that does not count."""
    differing = [key for key in usual if entry.get(key) != usual[key]]
    return len(differing) <= max(1, len(usual) // 2)


def _written(path: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{value['from']} to {value['to']}"
    unit = unit_of(path) if str(value).replace(".", "", 1).isdigit() else ""
    return f"{'prefers not to say' if value == DECLINED else value} {unit}".strip()
