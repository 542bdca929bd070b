"""Which texts of the catalogue the page uses, and what stands in its templates without one; read from its source."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

WEB = Path(__file__).parents[2] / "src" / "gravida" / "web"
TEMPLATES = sorted((WEB / "templates").glob("*.html"))
MODULES = sorted(WEB.glob("*.py"))
SPOKEN = ("alt", "aria-label", "aria-description", "placeholder", "title", "label")
"""Attributes that are shown or read out."""
NAME = "Gravida"
ANYTHING = r"[\w.\-\[\]]+"
UNSEEN = re.compile(r"(?s)\{% block (?:room|robots) %\}.*?\{% endblock %\}|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
"""Expressions, and blocks whose text becomes an attribute."""
ATTRIBUTES = re.compile(r'[\w-]+="[^"]*"|\bautofocus\b')
"""What a macro writes that stands inside of a tag."""
LETTERS = re.compile(r"[^\W\d_]{2,}")


def used_patterns():
    """Return a pattern for each name of a text that the page uses; what is filled in at work may be anything."""
    found = [pattern for path in TEMPLATES for pattern in _of_template(path)]
    return sorted({*found, *(pattern for path in MODULES for pattern in _of_module(path))})


def _of_template(path):
    tree = Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))
    joined = [[_part(each) for each in node.nodes] for node in tree.find_all(nodes.Concat)]
    inside = {id(each) for node in tree.find_all(nodes.Concat) for each in node.nodes}
    alone = [[re.escape(node.value)] for node in tree.find_all(nodes.Const) if isinstance(node.value, str) and id(node) not in inside]
    return ["".join(parts) for parts in (*joined, *alone) if parts[0].startswith(r"web\.")]


def _part(node):
    return re.escape(node.value) if isinstance(node, nodes.Const) and isinstance(node.value, str) else ANYTHING


def _of_module(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    inside = {id(each) for node in joined for each in node.values}
    alone = [re.escape(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside]
    filled = ["".join(re.escape(each.value) if isinstance(each, ast.Constant) else ANYTHING for each in node.values) for node in joined]
    return [f"{each}{ANYTHING}" if each.endswith(".") else each for each in (*alone, *filled) if re.match(r"web\\\.[\w\\\-]+", each)]


class _Visible(HTMLParser):
    def __init__(self):
        super().__init__()
        self.texts = []

    def handle_starttag(self, tag, attrs):  # noqa: ARG002  (the parser's own)
        self.texts += [value for name, value in attrs if name in SPOKEN and value]

    def handle_data(self, data):
        self.texts.append(data)


def written_out(source):
    """Return the texts that a reader of a template's page would see, and that come from no expression."""
    reader = _Visible()
    reader.feed(UNSEEN.sub("", source))
    texts = [ATTRIBUTES.sub("", text).replace(NAME, "").strip() for text in reader.texts]
    return [text for text in texts if LETTERS.search(text)]
