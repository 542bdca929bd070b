"""Finds documents and lines of advice by words, as somebody would type them.

A word is found at the beginning of longer ones, in another form (*pregnant* finds *pregnancy*), without its accents, in
British or American spelling, and with a slip of the pen if nothing else fits. A text counts if it has all the words; if
none has, those with some of them are shown, and that is said.

>>> marked("Vaginal cerclage", frozenset({"cerclage"}))
(Piece(text='Vaginal ', is_hit=False), Piece(text='cerclage', is_hit=True))
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from gravida.guideline import Guideline, Recommendation
from gravida.knowledge import Knowledge

WORD = re.compile(r"\w+")
LETTERS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"})
MOST_WORDS = 8
MOST_PARTS = 3
BETWEEN = " · "
"""Between the parts of a text that is made of several."""
ALIKE = 5
"""So many first letters must two forms of one word share, and most of the longer one."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and whether it is what was looked for."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be found: texts by the place where they stand, the weightiest first."""

    key: str
    texts: Mapping[str, str]

    def words(self, place: str) -> frozenset[str]:
        """Return the words of one text, in the one form in which they are compared."""
        return frozenset(fold(each) for each in WORD.findall(self.texts[place]))


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found: its texts, marked, and where the words stand."""

    key: str
    texts: Mapping[str, tuple[Piece, ...]]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hits:
    """Everything that was found, the best first. Without ``all_words``, nothing has all the words, and these have some."""

    found: tuple[Hit, ...]
    all_words: bool = True


@dataclass(frozen=True)
class Catalogue:
    """Entries that can be searched."""

    entries: Sequence[Entry]

    @cached_property
    def _words(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        return {each.key: {place: each.words(place) for place in each.texts} for each in self.entries}

    @cached_property
    def _vocabulary(self) -> list[str]:
        return sorted({word for places in self._words.values() for words in places.values() for word in words})

    def search(self, query: str, among: Collection[str] | None = None) -> Hits:
        """Return what has the words of a query; ``among`` are the keys that may be found, if not all."""
        meant = [self._meant(fold(each)) for each in WORD.findall(query)[:MOST_WORDS]]
        entries = [each for each in self.entries if among is None or each.key in among]
        scored = [(self._scores(each, meant), each) for each in entries]
        whole = [(sum(scores), each) for scores, each in scored if meant and all(scores)]
        some = whole or [(sum(scores), each) for scores, each in scored if any(scores)]
        best = sorted(some, key=lambda found: -found[0])  # entries that are as good stay in their order
        wanted = frozenset().union(*meant)
        return Hits(tuple(self._hit(each, wanted) for _, each in best), bool(whole) or not best)

    def _scores(self, entry: Entry, meant: Iterable[frozenset[str]]) -> list[int]:
        """Return for each word of the query how weighty the best place is in which it stands; nought for nowhere."""
        places = list(self._words[entry.key].values())
        return [max((len(places) - number for number, words in enumerate(places) if words & each), default=0) for each in meant]

    def _hit(self, entry: Entry, wanted: frozenset[str]) -> Hit:
        places = tuple(place for place, words in self._words[entry.key].items() if words & wanted)
        return Hit(entry.key, {place: marked(_hit_parts(text, wanted), wanted) for place, text in entry.texts.items()}, places)

    def _meant(self, word: str) -> frozenset[str]:
        """Return the words of the texts that somebody may mean by one."""
        found = frozenset(each for each in self._vocabulary if is_form_of(each, word))
        return found or frozenset(get_close_matches(word, self._vocabulary, cutoff=0.75) if len(word) <= self._longest else ())

    @cached_property
    def _longest(self) -> int:
        return max((len(each) for each in self._vocabulary), default=0)


def fold(word: str) -> str:
    """Return a word in the one form in which words are compared.

    >>> [fold(each) for each in ("Césarienne", "Labour", "haemorrhage", "fødsel")]
    ['cesarienne', 'labor', 'hemorrhage', 'fodsel']
    """
    plain = unicodedata.normalize("NFKD", word.casefold().translate(LETTERS))
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    letters = letters.replace("ae", "e").replace("oe", "e")
    return letters.removesuffix("our") + "or" if letters.endswith("our") and len(letters) > ALIKE else letters


def is_form_of(word: str, asked: str) -> bool:
    """Return whether a word begins with what is asked for, or is another form of it.

    >>> is_form_of("pregnancy", "pregnant"), is_form_of("cervix", "cervical"), is_form_of("contractions", "contraindication")
    (True, True, False)
    """
    if len(asked) == 1:
        return word == asked
    if word.startswith(asked):
        return True
    shared = next((number for number, (one, other) in enumerate(zip(word, asked, strict=False)) if one != other), min(len(word), len(asked)))
    return shared >= ALIKE and shared > max(len(word), len(asked)) / 2


def _hit_parts(text: str, wanted: frozenset[str]) -> str:
    """Return of a text that is made of several the first parts that are hits; the whole text if none is."""
    parts = [part for part in text.split(BETWEEN) if any(fold(word) in wanted for word in WORD.findall(part))]
    return BETWEEN.join(parts[:MOST_PARTS]) or text


def marked(text: str, wanted: frozenset[str]) -> tuple[Piece, ...]:
    """Return a text in pieces; those are hits whose word is wanted."""
    return tuple(_pieces(text, wanted))


def _pieces(text: str, wanted: frozenset[str]) -> Iterator[Piece]:
    done = 0
    for each in WORD.finditer(text):
        if fold(each.group()) in wanted:
            if done < each.start():
                yield Piece(text[done : each.start()], is_hit=False)
            yield Piece(each.group(), is_hit=True)
            done = each.end()
    if done < len(text):
        yield Piece(text[done:], is_hit=False)


# --- what can be found -------------------------------------------------------------------------------------------------


def lines_of(knowledge: Knowledge) -> Catalogue:
    """Return all lines of advice, to be searched."""
    return Catalogue([_line(each, knowledge) for each in knowledge.recommendations.values()])


def _line(found: Recommendation, knowledge: Knowledge) -> Entry:
    guideline, topic = knowledge.guidelines[found.guideline], knowledge.topics[found.topic]
    actions = [knowledge.actions[each] for each in found.actions]
    texts = {
        "topic": _joined(topic.label, topic.plain), "action": _joined(*(text for each in actions for text in (each.label, each.plain))),
        "says": found.says, "plain": found.plain, "document": _joined(guideline.heading, guideline.body_name),
        "name": found.id.replace("-", " "), "strength": found.strength,
    }  # fmt: skip
    return Entry(found.key, {place: text for place, text in texts.items() if text})


def documents_of(knowledge: Knowledge) -> Catalogue:
    """Return all documents, to be searched."""
    return Catalogue([_document(each, knowledge) for each in knowledge.guidelines.values()])


def _document(found: Guideline, knowledge: Knowledge) -> Entry:
    reference = knowledge.references.get(found.cite)
    terms = _joined(*(knowledge.dictionary.facts[each].words.label for each in found.definitions))
    texts = {
        "document": found.heading, "title": found.title, "body": found.body_name, "citation": reference.citation if reference else "",
        "country": knowledge.words.get(f"web.base.countries.{found.jurisdiction}", found.jurisdiction), "terms": terms,
    }  # fmt: skip
    return Entry(found.id, {place: text for place, text in texts.items() if text})


def _joined(*texts: str) -> str:
    return BETWEEN.join(texts)
