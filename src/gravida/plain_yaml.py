"""YAML without surprises: every scalar stays the text that somebody wrote.

YAML 1.1 reads ``no`` as false, ``22:30`` as 1350 and ``010`` as 8. Here all scalars are strings; who reads the tree
knows what type belongs where. Anchors, tags, several documents and repeated keys are refused, so a small file cannot
grow into a large one. The place of every node is kept for error messages.

The text is read event by event: a loader that builds nodes by recursion would end the whole program on a long row of
``[``, and one that resolves tags would do what a tag says.

>>> tree = read_yaml("plurality: 1\\ncomplete: no\\n", "record.yaml")
>>> tree.value
{'plurality': '1', 'complete': 'no'}
>>> tree.place(("complete",))
'record.yaml:2:11'
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
LoaderBase: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_DEPTH = 30
MAX_VALUES = 200_000
"""As many scalars, lists and entries as a text may have. The largest file of knowledge has a tenth of them."""

STANDARD_TAG = "tag:yaml.org,2002:"


class YamlError(ValueError):
    """A text that cannot be read. ``line`` and ``column`` count from 1."""

    def __init__(self, message: str, name: str, line: int, column: int) -> None:
        super().__init__(f"{name}:{line}:{column}: {message}")
        self.message, self.name, self.line, self.column = message, name, line, column


@dataclass(frozen=True)
class Tree:
    """A text that was read: dicts, lists and strings, with the line and column of every node."""

    value: Any
    name: str
    places: dict[Path, tuple[int, int]] = field(default_factory=dict, repr=False)
    text: str = field(default="", repr=False)

    def place_within(self, path: Path, offset: int) -> str:
        """Return ``name:line:column`` of one character inside a scalar, counted in the scalar's own text.

        Folding changes only white space, so the place is found by counting the other characters. An offset at the end
        gives the place after the last character.
        """
        value = str(_descend(self.value, path))
        before = sum(not char.isspace() for char in value[:offset])
        wanted = sum(not char.isspace() for char in value)
        last = None
        for count, place in enumerate(self._characters(path)):
            if count == wanted:
                break
            if count == before:
                return f"{self.name}:{place[0]}:{place[1]}"
            last = place
        return f"{self.name}:{last[0]}:{last[1] + 1}" if last else self.place(path)

    def _characters(self, path: Path) -> Iterator[tuple[int, int]]:
        """Yield line and column of every character from where a scalar begins, except white space and what only quotes."""
        line, column = self.places.get(path, (1, 1))
        lines = self.text.splitlines()
        sign = lines[line - 1][column - 1 : column] if line <= len(lines) else ""
        if sign and sign in ">|":
            line, column = line + 1, 1
        if sign and sign in "'\"":
            column += 1
        escape = {"'": "'", '"': "\\"}.get(sign)
        for number in range(line, len(lines) + 1):
            escaped = False
            for position in range(column if number == line else 1, len(lines[number - 1]) + 1):
                char = lines[number - 1][position - 1]
                escaped = char == escape and not escaped
                if not char.isspace() and not escaped:
                    yield number, position

    def place(self, path: Path) -> str:
        """Return ``name:line:column`` of a node, or of the nearest node above that is there."""
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        return f"{self.name}:{line}:{column}"


def read_yaml(text: str, name: str, most: int = MAX_VALUES) -> Tree:
    """Read one YAML text of at most so many values. ``name`` is used in messages. An empty text gives ``None`` as value.

    Raises :class:`YamlError` with the place.
    """
    reader = _Reader(text, name, most)
    try:
        value = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlError(f"this is not YAML: {_in_words(error, text.splitlines()[line - 1 : line], column)}", name, line, column) from None
    except yaml.YAMLError as error:
        line, column = _position(text, getattr(error, "position", 0))
        raise YamlError(f"this is not YAML: {getattr(error, 'reason', error)}", name, line, column) from None
    return Tree(value, name, reader.places, text)


IN_WORDS = {
    "mapping values are not allowed": "a colon and a space begin a value, and none can begin here; if the colon belongs to the text, put the text in quotes",
    "found character that cannot start any token": "a value cannot begin with this sign; put the value in quotes",
    "found a tab character": "a line is indented with spaces, never with a tab",
    "did not find expected ',' or": "the bracket that opens in line {line} is not closed, or a comma is missing",
    "found unexpected end of stream": "the quote that opens in line {line} is not closed",
    "could not find expected ':'": "expected a key and a colon, such as 'why: textbook'; a text that goes on in the next line is indented",
    "did not find expected '-' indicator": "the indentation does not fit the lines above: expected a dash, as in line {line}",
    "did not find expected key": "the indentation does not fit the lines above, or a bracket or a quote is not closed",
    "block sequence entries are not allowed": "a list that is written with dashes begins on a line of its own",
}
"""What the YAML library says, by its beginning, in words that help."""


def _in_words(error: yaml.MarkedYAMLError, lines: list[str], column: int) -> str:
    problem = error.problem or str(error.context)
    if lines and lines[0][column - 1 : column] == "\t":
        problem = "found a tab character"
    line = error.context_mark.line + 1 if error.context_mark else 1
    return next((words.format(line=line) for start, words in IN_WORDS.items() if problem.startswith(start)), problem)


def _position(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of a byte of the text, from 1."""
    before = text.encode("utf-8", "replace")[:offset].decode("utf-8", "ignore")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _descend(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


class _Reader:
    """Turns the events of a text into plain values, refusing what could surprise before anything is built."""

    def __init__(self, text: str, name: str, most: int) -> None:
        self.name, self.most = name, most
        self.places: dict[Path, tuple[int, int]] = {}
        self.events: Iterator[Any] = yaml.parse(text, Loader=LoaderBase)
        self.count = 0

    def document(self) -> Any:
        """Return the value of the only document, or ``None``."""
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            return None
        value = self._value(next(self.events), ())
        next(self.events)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise self._error("a second document begins here; one file holds one", after)
        return value

    def _value(self, event: Any, path: Path) -> Any:
        self._refuse(event, path)
        self.places[path] = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return [self._value(each, (*path, index)) for index, each in enumerate(self._until(yaml.SequenceEndEvent))]
        return dict(self._pairs(path))

    def _until(self, end: type) -> Iterator[Any]:
        while not isinstance(event := next(self.events), end):
            yield event

    def _pairs(self, path: Path) -> Iterator[tuple[str, Any]]:
        keys: set[str] = set()
        for key in self._until(yaml.MappingEndEvent):
            self._refuse(key, path)
            if not isinstance(key, yaml.ScalarEvent):
                raise self._error("a key must be a word", key)
            if key.value in keys:
                raise self._error(f"the key {key.value!r} stands here twice; only one can count", key)
            keys.add(key.value)
            yield key.value, self._value(next(self.events), (*path, key.value))

    def _refuse(self, event: Any, path: Path) -> None:
        self.count += 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._error("anchors and aliases (& and *) are not allowed: write the value out, or put it in quotes", event)
        if event.tag is not None:
            raise self._error(f"the tag {event.tag.replace(STANDARD_TAG, '!!')!r} is not allowed", event)
        if len(path) > MAX_DEPTH:
            raise self._error(f"this is nested more than {MAX_DEPTH} deep", event)
        if self.count > self.most:
            raise self._error(f"these are more than {self.most:,} values", event)

    def _error(self, message: str, event: Any) -> YamlError:
        return YamlError(message, self.name, event.start_mark.line + 1, event.start_mark.column + 1)
