"""What the program says, by name: the texts stand in ``words.yaml``, and only marks and their order stand here.

Texts come from the knowledge that is in use (:func:`speak`), so an overlay or a translation is heard everywhere; until
some is in use, from the words that come with Gravida.

>>> VERDICTS["now-if"].clinical
'now, if nothing speaks against it'
>>> say("page.weeks", weeks=20)
'20 weeks'
"""

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gravida.article import ClaimVerdict
from gravida.folders import shipped
from gravida.guideline import Stance, Tier, Verdict
from gravida.plain_yaml import read_yaml

_spoken: ContextVar[Mapping[str, str] | None] = ContextVar("spoken", default=None)


def speak(texts: Mapping[str, str]) -> None:
    """Use these texts from now on, in this thread of work."""
    _spoken.set(texts)


def say(name: str, /, **values: object) -> str:
    """Return a text by its name, with its open places filled in. Raises ``KeyError`` for a name that is not there."""
    return (_spoken.get() or _shipped())[name].format(**values)


@cache
def _shipped() -> Mapping[str, str]:
    path = shipped() / "words.yaml"
    return flat(read_yaml(path.read_text(encoding="utf-8"), path.name).value)


def flat(tree: Any) -> dict[str, str]:
    """Return nested texts by dotted names.

    >>> flat({"page": {"title": "Where you are"}})
    {'page.title': 'Where you are'}
    """
    return dict(_flat(tree, ""))


def _flat(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name}.{key}" if name else key)
    else:
        yield name, str(value)


def words_file(base: Path) -> Path:
    """Return where a knowledge keeps its words; one without words of its own uses those that come with Gravida."""
    own = base / "words.yaml"
    return own if own.is_file() else shipped() / "words.yaml"


@dataclass(frozen=True, slots=True)
class Words:
    """A mark for tables, a phrase for clinicians, a sentence for the person herself; ``name`` is where its texts stand."""

    mark: str
    name: str

    @property
    def clinical(self) -> str:
        """The phrase for clinicians."""
        return say(f"{self.name}.clinical")

    @property
    def plain(self) -> str:
        """The sentence for the person herself."""
        return say(f"{self.name}.plain")


VERDICTS: dict[Verdict, Words] = {
    "overdue": Words("!", "verdicts.overdue"), "now": Words("●", "verdicts.now"), "now-if": Words("◐", "verdicts.now-if"),
    "met": Words("■", "verdicts.met"), "later": Words("○", "verdicts.later"), "withheld": Words("⊘", "verdicts.withheld"),
    "done": Words("✓", "verdicts.done"), "passed": Words("·", "verdicts.passed"), "unknown": Words("?", "verdicts.unknown"),
    "not-met": Words("-", "verdicts.not-met"),
}  # fmt: skip
"""Every verdict, in the order in which they matter."""

STANCES: dict[Stance, Words] = {
    "recommend": Words("recommend", "stances.recommend"), "offer": Words("offer", "stances.offer"), "consider": Words("consider", "stances.consider"),
    "against": Words("against", "stances.against"), "insufficient": Words("unsure", "stances.insufficient"), "inform": Words("states", "stances.inform"),
}  # fmt: skip

CLAIMS: dict[ClaimVerdict, Words] = {
    "contradicted": Words("✗", "claims.contradicted"), "outdated": Words("↺", "claims.outdated"), "omitted": Words("+", "claims.omitted"),
    "partly": Words("≈", "claims.partly"), "stands": Words("✓", "claims.stands"), "unsupported": Words("?", "claims.unsupported"),
}  # fmt: skip
"""How a claim of the article stands to the guidelines: first what could do harm to believe."""

TIERS: dict[Tier, Words] = {"now": Words("NOW", "tiers.now"), "today": Words("TODAY", "tiers.today")}

COMPILED = "Compiled"
"""The body of the safety signs: no guideline, so no lead names it and it has no column."""


def ended(outcome: str) -> str:
    """Return how a pregnancy ended, in words; nothing recorded is said so."""
    return say(f"ended.{outcome or 'unknown'}")


def babies(plurality: str) -> str:
    """Return how many babies, in words."""
    name = plurality or "unknown"
    return say(f"babies.{name}") if name in ("unknown", "1", "2", "3") else say("babies.more", count=plurality)


def leans(which: str) -> str:
    """Return how a feature of an earlier event leans, in words."""
    return say(f"leans.{which}")


def seen(provenance: str) -> str:
    """Return how a source was seen, in words; nothing for none."""
    return say(f"provenance.{provenance}") if provenance else ""
