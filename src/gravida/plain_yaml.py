"""YAML without surprises: every scalar stays the text that somebody wrote.

YAML 1.1 reads ``no`` as false, ``22:30`` as 1350 and ``010`` as 8. Here all scalars are strings; who reads the tree
knows what type belongs where. Anchors, tags, several documents and repeated keys are refused, so a small file cannot
grow into a large one. The place of every node is kept for error messages.

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

        Folding changes only white space, so the place is found by counting the other characters.
        """
        line, column = self.places.get(path, (1, 1))
        raw = self.text.splitlines()
        value = _descend(self.value, path)
        wanted = sum(not char.isspace() for char in str(value)[:offset])
        start = column if raw[line - 1][column - 1] in "'\"" else column - 1
        if raw[line - 1][column - 1] in ">|":
            line, start = line + 1, 0
        for number in range(line - 1, len(raw)):
            for position in range(start if number == line - 1 else 0, len(raw[number])):
                if raw[number][position].isspace():
                    continue
                if wanted == 0:
                    return f"{self.name}:{number + 1}:{position + 1}"
                wanted -= 1
        return self.place(path)

    def place(self, path: Path) -> str:
        """Return ``name:line:column`` of a node, or of the nearest node above that is there."""
        while path and path not in self.places:
            path = path[:-1]
        line, column = self.places.get(path, (1, 1))
        return f"{self.name}:{line}:{column}"


def read_yaml(text: str, name: str) -> Tree:
    """Read one YAML text. ``name`` is used in messages. An empty text gives ``None`` as value.

    Raises :class:`YamlError` with the place.
    """
    try:
        root = yaml.compose(text, Loader=LoaderBase)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise YamlError(f"this is not YAML: {error.problem or error.context}", name, line, column) from None
    except yaml.YAMLError as error:
        raise YamlError(f"this is not YAML: {getattr(error, 'reason', error)}", name, 1, 1) from None
    reader = _Reader(name)
    value = None if root is None else reader.read(root, ())
    return Tree(value, name, reader.places, text)


def _descend(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


class _Reader:
    """Turns composed nodes into plain values, refusing what could surprise."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[Path, tuple[int, int]] = {}
        self.seen: set[int] = set()

    def read(self, node: yaml.Node, path: Path) -> Any:
        self._refuse(node, path)
        self.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.ScalarNode):
            return node.value
        if isinstance(node, yaml.SequenceNode):
            return [self.read(child, (*path, index)) for index, child in enumerate(node.value)]
        return dict(self._pairs(node, path))

    def _pairs(self, node: yaml.Node, path: Path) -> Iterator[tuple[str, Any]]:
        keys: set[str] = set()
        for key, child in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._error("a key must be a word", key)
            if key.value in keys:
                raise self._error(f"the key {key.value!r} stands here twice; only one can count", key)
            keys.add(key.value)
            yield key.value, self.read(child, (*path, key.value))

    def _refuse(self, node: yaml.Node, path: Path) -> None:
        if id(node) in self.seen:
            raise self._error("anchors and aliases (& and *) are not allowed: write the value out", node)
        self.seen.add(id(node))
        if len(path) > MAX_DEPTH:
            raise self._error(f"this is nested more than {MAX_DEPTH} deep", node)
        if not node.tag.startswith("tag:yaml.org,2002:"):
            raise self._error(f"the tag {node.tag!r} is not allowed", node)

    def _error(self, message: str, node: yaml.Node) -> YamlError:
        return YamlError(message, self.name, node.start_mark.line + 1, node.start_mark.column + 1)
