"""From ``knowledge/evidence/`` to rows, published estimates and questions."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from gravida.dictionary_loading import Draft
from gravida.evidence import CONFIDENCES, Apart, Evidence, EvidenceQuestion, Outcome, Published, Recompute, Row, is_meant, names
from gravida.folders import Folders
from gravida.guideline_loading import read_tree
from gravida.knowledge import Problem
from gravida.knowledge_files import File, Gestation, Number, Text, Yes, read_as
from gravida.plain_yaml import Tree
from gravida.typecheck import nearest


class OutcomeFile(File):
    """One outcome."""

    label: Text
    plain: Text
    harm: Yes
    until: Gestation | None = None


class ApartFile(File):
    """Rows that are not pooled."""

    trials: tuple[str, ...]
    why: Text
    outcomes: tuple[str, ...] = ()


class RecomputeFile(File):
    """A published estimate to be recomputed."""

    review: Text
    outcome: Text
    trials: tuple[str, ...]
    within: Number
    because: Text


class QuestionFile(File):
    """One question."""

    id: Text
    topic: Text
    asks: Text
    plain: Text
    compares: Text
    actions: tuple[str, ...]
    pool: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    apart: tuple[ApartFile, ...] = ()
    published: tuple[str, ...] = ()
    recompute: tuple[RecomputeFile, ...] = ()


def read_evidence(folders: Folders, draft: Draft) -> Evidence:
    """Read the evidence of every folder; none if there is none. What is wrong goes to the draft."""
    outcomes: dict[str, OutcomeFile] = {}
    files: list[tuple[Tree, int, QuestionFile]] = []
    for _, path in folders.each("evidence/outcomes.yaml"):
        outcomes |= _read(path, dict[str, OutcomeFile], folders, draft)[1] or {}
    for _, path in folders.each("evidence/questions.yaml"):
        tree, read = _read(path, list[QuestionFile], folders, draft)
        files += [(tree, index, file) for index, file in enumerate(read or [])]
    rows = _by_key(folders, draft)
    published = tuple(each for _, path in folders.each("evidence/published.csv") for each in _table(path, _published, folders, draft))
    found = Evidence(rows, published, {key: Outcome(key, **dict(file)) for key, file in outcomes.items()}, {file.id: _question(file) for _, _, file in files})
    for number, (tree, index, file) in enumerate(files):
        if any(file.id == other.id for _, _, other in files[:number]):
            draft.problems.append(
                Problem(tree.place((index, "id")), f"there is a question {file.id!r} already, and one of the two would be lost: give this one another id")
            )
        draft.problems += [Problem(tree.place((index, *at)), message) for at, message in _problems(file, found)]
    draft.problems += [Problem(f"{folders.base.name}/evidence/questions.yaml", message) for message in _left_over(found)] if files else []
    return found


def _read(path: Path, model: Any, folders: Folders, draft: Draft) -> tuple[Any, Any]:
    tree = read_tree(path, draft, folders.shown)
    return tree, read_as(model, tree, draft.problems) if tree else None


def _question(file: QuestionFile) -> EvidenceQuestion:
    apart, recompute = tuple(Apart(**dict(each)) for each in file.apart), tuple(Recompute(**dict(each)) for each in file.recompute)
    return EvidenceQuestion(**{**dict(file), "apart": apart, "recompute": recompute})


def _by_key(folders: Folders, draft: Draft) -> dict[str, Row]:
    """Return the rows of all folders by their key. A second row of one key is a problem: one of the two would be lost."""
    found: dict[str, Row] = {}
    for _, path in folders.each("evidence/trials.csv"):
        for row in _table(path, _row, folders, draft):
            if row.key in found:
                draft.problems.append(
                    Problem(folders.shown(path), f"there are two rows {row.key}: a trial has one row for each outcome; name the second comparison otherwise")
                )
            found[row.key] = row
    return found


def _table(path: Path, build: Any, folders: Folders, draft: Draft) -> Iterator[Any]:
    """Yield what each line of a table holds; a line that holds something else is a problem, with its number."""
    with path.open(encoding="utf-8", newline="") as file:
        for number, line in enumerate(csv.DictReader(file), start=2):
            try:
                yield build(line)
            except (KeyError, ValueError) as error:
                draft.problems.append(Problem(f"{folders.shown(path)}:{number}:1", f"this line cannot be used: {error}"))


def _row(line: Mapping[str, str]) -> Row:
    row = Row(
        line["trial_id"], int(line["year"]), line["outcome"], int(line["events_treat"]), int(line["total_treat"]), int(line["events_control"]),
        int(line["total_control"]), _confidence(line), line["first_author"], line["citation"], line["intervention"], line["comparator"],
        line["population"], line["note"],
    )  # fmt: skip
    if not (0 <= row.events_treated <= row.treated and 0 <= row.events_control <= row.control and row.treated and row.control):
        raise ValueError("there are more events than people, or nobody in an arm")
    return row


def _published(line: Mapping[str, str]) -> Published:
    found = Published(
        line["review_id"], line["citation"], line["population"], line["comparison"], line["outcome"], line["measure"], float(line["estimate"]),
        _number(line["ci_low"]), _number(line["ci_high"]), _whole(line["n_trials"]), _whole(line["n_participants"]), line["model"],
        _confidence(line), line["note"],
    )  # fmt: skip
    if found.low is not None and found.high is not None and not found.low <= found.estimate <= found.high:
        raise ValueError("the estimate lies outside its own limits")
    return found


def _confidence(line: Mapping[str, str]) -> Literal["seen", "derived", "partial", "recalled"]:
    word = line["confidence"]
    for each in CONFIDENCES:
        if word == each:
            return each
    raise ValueError(f"the confidence is one of {', '.join(CONFIDENCES)}; found {word!r}")


def _number(text: str) -> float | None:
    return float(text) if text else None


def _whole(text: str) -> int | None:
    return int(float(text)) if text else None


def _problems(file: QuestionFile, found: Evidence) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield where a question names something that is not there."""
    trials = {row.trial for row in found.rows.values()}
    for outcome, named in file.pool.items():
        for index, trial in enumerate(named):
            if f"{trial}/{outcome}" not in found.rows:
                yield ("pool", outcome, index), f"there is no row {trial}/{outcome} in trials.csv{nearest(f'{trial}/{outcome}', found.rows)}"
    for number, apart in enumerate(file.apart):
        for index, trial in enumerate(apart.trials):
            if trial not in trials:
                yield ("apart", number, "trials", index), f"there is no trial {trial!r} in trials.csv{nearest(trial, trials)}"
    for index, name in enumerate(file.published):
        if not any(names(name, each) for each in found.published):
            reviews = {each.review for each in found.published}
            yield ("published", index), f"there is no published estimate {name!r} in published.csv{nearest(name, reviews)}"
    for index, each in enumerate(file.recompute):
        if not any(names(each.review, one) and one.outcome == each.outcome for one in found.published):
            yield ("recompute", index), f"published.csv has no {each.outcome} of {each.review!r}"


def _left_over(found: Evidence) -> Iterator[str]:
    """Yield rows that no question accounts for, and outcomes that nothing explains: they would be lost without a word."""
    questions = found.questions.values()
    for row in found.rows.values():
        pooled = any(row.trial in question.pool.get(row.outcome, ()) for question in questions)
        if not pooled and not any(is_meant(apart, row) for question in questions for apart in question.apart):
            yield f"the row {row.key} of trials.csv stands in no question: pool it, or say under 'apart' why not"
        if row.outcome not in found.outcomes:
            yield f"the outcome {row.outcome!r} of {row.trial} is not in outcomes.yaml{nearest(row.outcome, found.outcomes)}"
    for each in found.published:
        if not any(names(name, each) for question in questions for name in question.published):
            yield f"the published estimate {each.review} ({each.population}; {each.comparison}) stands in no question"
        if each.outcome not in found.outcomes:
            yield f"the outcome {each.outcome!r} of {each.review} is not in outcomes.yaml{nearest(each.outcome, found.outcomes)}"
