"""The gates that need no case: what the files say of the record, of their sources, and of each other.

A problem is shown at the line and column where it can be mended. The files are read once more for that, and only when
there is something to say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath

from gravida.article import Article, Claim
from gravida.cases import prepare_case
from gravida.evaluate import World, fact, truth
from gravida.facts import Derived, EntryList, Observed
from gravida.folders import Folders
from gravida.guideline import Case, Condition, Guideline, Recommendation
from gravida.knowledge import Knowledge, Problem
from gravida.numbers_said import unsaid_in_definition, unsaid_numbers
from gravida.plain_yaml import Path, Tree, YamlError, read_yaml
from gravida.record_checks import RESTATED, TIMES
from gravida.record_model import kinds, parts
from gravida.references import broken_references
from gravida.typecheck import READABLE, nearest

DATING = frozenset({"as_of", "pregnancy.due_date", "pregnancy.last_period", "pregnancy.gestation", "pregnancy.gestation.at", "pregnancy.gestation.on"})
"""What says how far along she is today. Only a window may ask for that."""

COMPUTED = frozenset({"gestation_days", "age_days", "after_cerclage"})
"""The fields of an entry that :mod:`gravida.prepare` works out."""


@dataclass(frozen=True)
class Places:
    """Where something stands in the files of a knowledge."""

    folders: Folders

    def at(self, file: str, *path: str | int) -> str:
        """Return ``file:line:column`` of a key or value, or of what holds it. ``file`` begins with its root's own name."""
        return _tree(self.folders.find(file), file).place(path)

    def of_key(self, name: str, *path: str | int) -> str:
        """Return where a key stands in a file that several folders may have."""
        trees = [_tree(file, self.folders.shown(file)) for _, file in self.folders.each(name)]
        return next((tree.place(path) for tree in trees if path[:1] in tree.places), f"{self.folders.base.name}/{name}")

    def in_recommendation(self, recommendation: Recommendation, *path: str | int) -> str:
        """Return where a key of a recommendation stands."""
        return self.at(recommendation.path, *path)

    def in_list(self, name: str, *path: str | int) -> str:
        """Return where a list of the record, or something in it, is declared."""
        whole: Path = ("lists", name, *path)
        trees = [_tree(file, self.folders.shown(file)) for _, file in self.folders.matching("facts/*.yaml")]
        return next((tree.place(whole) for tree in trees if whole[:2] in tree.places), f"{self.folders.base.name}/facts")


def _tree(file: FilePath, shown: str) -> Tree:
    try:
        return read_yaml(file.read_text(encoding="utf-8"), shown)
    except (OSError, YamlError):
        return Tree(None, shown)


def record_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield where the dictionary and the record do not match: such a fact would be unknown for everybody."""
    places, known = Places(knowledge.folders), kinds()
    for name, declared in knowledge.dictionary.facts.items():
        if isinstance(declared, Observed):
            for message in _path_problems(declared.path, declared.type.kind, known):
                yield Problem(knowledge.notes[name].place, f"{name}: {message}")
    lists = {at.removesuffix("[]") for at, _ in parts() if at.endswith("[]")}
    for name, entries in knowledge.dictionary.lists.items():
        if name not in lists:
            yield Problem(places.in_list(name), f"the record has no list {name!r}{nearest(name, lists)}")
            continue
        for field, message in _field_problems(entries, known):
            yield Problem(places.in_list(name, "fields", field), f"{name}.{field}: {message}")
    for name in TIMES:
        missing = [
            each for each in ("gestation_days", "age_days") if name not in knowledge.dictionary.lists or each not in knowledge.dictionary.lists[name].fields
        ]
        if missing:
            yield Problem(places.in_list(name), f"the record has a list {name!r} with dates, so the dictionary needs it with {' and '.join(missing)}")


def _path_problems(path: str, kind: str, known: dict[str, str]) -> Iterator[str]:
    if path in DATING:
        yield f"{path} tells today's gestation, which belongs in 'window', never in a fact"
    elif path not in known:
        yield f"the record has no field {path!r}{nearest(path, known)}"
    elif path not in RESTATED and known[path] != kind:
        yield f"{path} is {READABLE[known[path]]} in the record, and {READABLE[kind]} here"


def _field_problems(entries: EntryList, known: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, field in entries.fields.items():
        if not field.source:
            if name not in COMPUTED or entries.name not in TIMES:
                yield name, f"nothing works this out; 'computed' is for {', '.join(sorted(COMPUTED))} in {', '.join(TIMES)}"
            continue
        start = f"{entries.name}[]."
        inside = {path.removeprefix(start): kind for path, kind in known.items() if path.startswith(start)}
        yield from ((name, message) for message in _path_problems(field.source, field.type.kind, inside))


def base_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield which of the records that cases start from is none."""
    for name, base in knowledge.bases.items():
        found = prepare_case(Case(name, base, None, Places(knowledge.folders).of_key("cases/bases.yaml", name)), knowledge)
        if isinstance(found, Problem):
            yield Problem(found.place, f"base {name!r}: {'; '.join(found.message.splitlines())}")


def shared_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what is wrong with the files that no guideline owns."""
    yield from _feature_problems(knowledge)
    yield from _action_problems(knowledge)
    yield from _article_problems(knowledge.article, knowledge) if knowledge.article else ()
    for _, path in knowledge.folders.each("references.bib"):
        for line, message in broken_references(path):
            yield Problem(f"{knowledge.folders.shown(path)}:{line}:1", f"this entry is not used: {message}")


def _feature_problems(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what is wrong with how earlier events are said to fit."""
    places, file = Places(knowledge.folders), f"{knowledge.root.name}/history.yaml"
    for index, fit in enumerate(knowledge.fits):
        if fit.source not in knowledge.recommendations and fit.source not in knowledge.references:
            hint = nearest(fit.source, [*knowledge.recommendations, *knowledge.references])
            yield Problem(places.at(file, index, "source"), f"{fit.source!r} is neither a recommendation nor in references.bib{hint}")
        if truth(fit.where, World(knowledge.meaning, {}, {})) is True:
            yield Problem(places.at(file, index, "where"), "this is true of an event of which nothing is known; say which events it is about")


def _action_problems(knowledge: Knowledge) -> Iterator[Problem]:
    numbers = [each for each, declared in knowledge.dictionary.facts.items() if declared.type.is_number]
    for name, action in knowledge.actions.items():
        if action.days_since and action.days_since not in numbers:
            place = Places(knowledge.folders).of_key("actions.yaml", name, "days_since")
            yield Problem(place, f"'days_since' needs a fact that is a number of days; found {action.days_since!r}{nearest(action.days_since, numbers)}")


def _article_problems(article: Article, knowledge: Knowledge) -> Iterator[Problem]:
    """Yield where an answer to the article leads nowhere, or rests on nothing that anybody has read."""
    places, ids = Places(knowledge.folders), [each.id for each in article.claims]
    if article.cite not in knowledge.references:
        yield Problem(places.at(article.path, "cite"), _no_reference(article.cite, knowledge))
    for index, name in enumerate(article.first):
        if name not in ids:
            yield Problem(places.at(article.path, "first", index), f"there is no claim {name!r}{nearest(name, ids)}")
    for index, claim in enumerate(article.claims):
        if claim.id in ids[:index]:
            yield Problem(places.at(article.path, "claims", index, "id"), f"another claim is called {claim.id!r} too; only one can be")
        yield from (Problem(places.at(article.path, "claims", index, *path), message) for path, message in _claim_problems(claim, knowledge))


def _claim_problems(claim: Claim, knowledge: Knowledge) -> Iterator[tuple[Path, str]]:
    left_out = {key for overlay in knowledge.overlays for key in overlay.left_out}  # a hospital may, and the page says so
    for index, key in enumerate(claim.by):
        if key not in knowledge.recommendations and key not in left_out:
            yield ("by", index), f"there is no recommendation {key!r}{nearest(key, knowledge.recommendations)}"
    for index, key in enumerate(claim.refs):
        if key not in knowledge.references:
            yield ("refs", index), _no_reference(key, knowledge)
    if claim.rests_on_recalled(knowledge.recommendations):
        yield ("by",), "nobody has read what this rests on, all of it is recalled: name a recommendation that was read beside it, or say 'unsupported'"
    if claim.verdict == "unsupported" and claim.is_supported:
        yield ("verdict",), "'unsupported' says that nothing here speaks to it, and something is named below: take one of the two away"
    if claim.verdict != "unsupported" and not claim.is_supported:
        yield ("verdict",), f"nothing is named that says so: {claim.verdict!r} needs a recommendation under 'by', or a citation under 'refs'"


def guideline_problems(guideline: Guideline, knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what is wrong with ``guideline.yaml``."""
    places, file = Places(knowledge.folders), f"{guideline.path}/guideline.yaml"
    if guideline.cite not in knowledge.references:
        yield Problem(places.at(file, "cite"), _no_reference(guideline.cite, knowledge))
    if not guideline.recommendations:
        yield Problem(places.at(file), "this guideline has no recommendation: write one, each in a file of its own beside this one")
    for key in ("amends", "amended_by"):
        other = getattr(guideline, key)
        folders = knowledge.folders.guidelines()
        if other and other not in folders:
            yield Problem(places.at(file, key), f"there is no guideline {other!r}{nearest(other, folders)}")
    if (guideline.status == "superseded") != bool(guideline.superseded_by):
        yield Problem(places.at(file, "status"), "'status: superseded' and 'superseded_by' go together: which document has replaced it?")


def _no_reference(key: str, knowledge: Knowledge) -> str:
    return f"the citation {key!r} is not in references.bib{nearest(key, knowledge.references)}"


def fact_problems(name: str, knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what can be seen of a fact or definition without running a case."""
    place, declared = knowledge.notes[name].place, knowledge.dictionary.facts[name]
    if isinstance(declared, Derived) and fact(name, World(knowledge.meaning, {}, {})) is True:
        yield Problem(place, f"{name} is true of an empty record, of somebody of whom nothing is known")
    for number in unsaid_in_definition(name, knowledge):
        yield Problem(place, f"{name}: the number {number} stands in the criterion, and neither in label, meaning nor note: what does it mean?")


def static_problems(recommendation: Recommendation, knowledge: Knowledge) -> Iterator[Problem]:
    """Yield what can be seen of a recommendation without running a case."""
    places = Places(knowledge.folders)
    if recommendation.source.cite not in knowledge.references:
        yield Problem(places.in_recommendation(recommendation, "source", "cite"), _no_reference(recommendation.source.cite, knowledge))
    yield from _provenance_problems(recommendation, places)
    for key, number in unsaid_numbers(recommendation):
        message = f"the number {number} stands in {key!r}, and neither in 'says' nor in a note: where does it come from?"
        yield Problem(places.in_recommendation(recommendation, key), message)
    if recommendation.review and not recommendation.is_signed:
        place = places.in_recommendation(recommendation, "review")
        yield Problem(place, "the signature is out of date: the file was changed after it was signed; sign again, or remove it")
    yield from _true_of_nobody(recommendation, knowledge)


def _provenance_problems(recommendation: Recommendation, places: Places) -> Iterator[Problem]:
    for key, given in (("window", recommendation.window), ("strength", recommendation.strength)):
        if bool(given) == (key in recommendation.provenance):
            continue
        message = f"says how the source of {key!r} was seen, and no {key} is given"
        if given:
            message = f"is incomplete: {key!r} is given, and nothing says how its source was seen"
        yield Problem(places.in_recommendation(recommendation, "provenance"), f"provenance {message}")


def _true_of_nobody(recommendation: Recommendation, knowledge: Knowledge) -> Iterator[Problem]:
    """Yield criteria that hold whatever the record says: nothing may be concluded about somebody of whom nothing is known."""
    said = {
        "who": "this is true of an empty record, so it would apply to somebody of whom nothing is known; say who it is for",
        "unless": "this is true of an empty record, so it would speak against it for everybody; say when it does",
        "silent_on": "this is true of an empty record, so the text would be silent on everybody; say on whom it is",
    }
    conditions: list[tuple[str, Condition]] = [("who", recommendation.who)] if recommendation.who else []
    conditions += [("unless", each) for each in recommendation.unless] + [("silent_on", each) for each in recommendation.silent_on]
    empty = World(knowledge.meaning, {}, {})
    yield from (Problem(each.place, said[key]) for key, each in conditions if truth(each.node, empty) is True)
