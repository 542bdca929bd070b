"""The digest that a signature covers: everything that a recommendation means, and nothing else.

A recommendation names facts, definitions, actions, a topic and records; whoever changes one of these changes what was
signed, though its own file stays as it was. So the digest reaches through every name. It is worked out from what the
files say once they are read: where a thing stands, how its lines are broken, and what a comment says is not part of it.

>>> from gravida.library import load
>>> digest = load().recommendations["rcog-2022-cerclage/ultrasound-indicated"].digest
>>> digest[:7], len(digest)
('sha256:', 71)
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from gravida.dictionary_loading import Part, Written
from gravida.guideline import Case, Recommendation
from gravida.knowledge import Knowledge
from gravida.reach import named, needed, reach

ABOUT_THE_DOCUMENT = ("id", "body", "name", "title", "year", "jurisdiction", "status", "superseded_by", "amends", "amended_by", "cite")
"""What ``guideline.yaml`` says of the document and a signature covers; a definition counts only where it is used."""

ELSEWHERE = {"recommendations": {"review"}, "lists": {"fields"}}
"""What is left out of a part: signatures sign no signatures, and a list's fields are parts of their own."""


def with_digests(knowledge: Knowledge, written: Written) -> Knowledge:
    """Return the knowledge with the digest of each recommendation. ``written`` is what the files say, part by part."""
    work = _Digests(knowledge, written)
    found = {key: replace(each, digest=work.of(each)) for key, each in knowledge.recommendations.items()}
    return replace(knowledge, recommendations=found)


@dataclass
class _Digests:
    knowledge: Knowledge
    written: Written
    known: dict[Part, str] = field(default_factory=dict)
    """Digests of parts, which many recommendations share."""

    def of(self, recommendation: Recommendation) -> str:
        """Return the digest of one recommendation."""
        parts = set(self._parts(recommendation))
        covered = {"/".join(part): self._of_part(part) for part in parts}
        return _digest({"covered": covered, "reworded": dict(self._reworded(parts))})

    def _parts(self, recommendation: Recommendation) -> Iterator[Part]:
        """Yield everything that a recommendation names, directly or through what it names. Fields that no criterion uses are no part of it."""
        yield "recommendations", recommendation.key
        yield "guidelines", recommendation.guideline
        yield "topics", recommendation.topic
        yield from (("actions", each) for each in recommendation.actions)
        facts = reach(named(recommendation, self.knowledge.actions), self.knowledge.meaning)
        yield from (("facts", each) for each in facts)
        for name, fields in needed(facts, self.knowledge.meaning).fields.items():
            yield "lists", name
            yield from (("fields", f"{name}.{each}") for each in fields)
        yield from self._bases([*recommendation.cases, *(case for each in facts for case in self.knowledge.notes[each].cases)])

    def _bases(self, cases: Iterable[Case]) -> Iterator[Part]:
        """Yield the records that cases start from. One that is not there is told by the check."""
        yield from (("bases", str(case.given["base"])) for case in cases if str(case.given.get("base")) in self.knowledge.bases)

    def _of_part(self, part: Part) -> str:
        if part not in self.known:
            self.known[part] = _digest(_covered(part[0], self.written[part]))
        return self.known[part]

    def _reworded(self, parts: Iterable[Part]) -> Iterator[tuple[str, str]]:
        """Yield other words that an overlay gives to what was signed: what stands on the screen then is not what was read."""
        covered = {".".join(part) for part in parts}
        for overlay in self.knowledge.overlays:
            yield from ((name, text) for name, text in overlay.words.items() if name.rpartition(".")[0] in covered)


def _covered(kind: str, tree: Any) -> Any:
    """Return what a signature covers of one part of the files."""
    if kind == "guidelines":
        return {key: tree[key] for key in ABOUT_THE_DOCUMENT if key in tree}
    elsewhere = ELSEWHERE.get(kind)
    return {key: value for key, value in tree.items() if key not in elsewhere} if elsewhere else tree


def _digest(tree: Any) -> str:
    """Return the digest of a tree of dicts, lists and strings, in whatever order its keys stand.

    >>> _digest({"a": "1", "b": "2"}) == _digest({"b": "2", "a": "1"})
    True
    """
    text = json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
