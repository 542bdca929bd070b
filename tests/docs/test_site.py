"""The site builds without a warning, asks nothing of anybody, says on every page that it is a draft, and leaves nothing out."""

import html
import json
import re

import click
import pytest
from examples_in_docs import ROOT
from mkdocs.commands.build import build
from mkdocs.config import load_config
from small_shell import options_are_there

from gravida.cli import main
from gravida.library import load

LOADED = re.compile(r"<(?:script|img|iframe|source|video|audio)[^>]*\ssrc=\"?(?P<src>[^\s\">]+)|<link[^>]*\shref=\"?(?P<link>[^\s\">]+)")
LINK = re.compile(r"<a\s[^>]*href=\"?(?P<href>[^\s\">#]+\.html)")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    build(load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder), strict=True))
    return folder


@pytest.fixture(scope="session")
def pages(site):
    """Return each page's text, by its path."""
    return {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html") if path.name != "404.html"}


def test_every_page_says_that_it_is_a_draft_and_whom_to_call(pages):
    for path, text in pages.items():
        assert "No clinician has reviewed any of this." in text, path
        assert "call the maternity unit or the emergency number" in text, path


def test_nothing_is_loaded_from_elsewhere(site, pages):
    for path, text in pages.items():
        loaded = [found["src"] or found["link"] for found in LOADED.finditer(text)]
        assert len(loaded) >= 5, path
        assert [each for each in loaded if re.match(r"(https?:)?//", each)] == [], path
    for path in site.rglob("*.css"):
        assert not re.search(r"(url\(|@import\s*)['\"]?(https?:)?//", path.read_text(encoding="utf-8")), path


def test_every_page_can_be_reached_from_the_first(site, pages):
    reached, waiting = set(), [site / "index.html"]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        waiting += [(path.parent / href).resolve() for href in LINK.findall(pages[path]) if not href.startswith("http")]
    assert set(pages) - reached == set()
    assert sum("sheets" in path.parts for path in reached) > 300


def test_whoever_was_given_the_old_name_finds_the_first_page(site):
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    found = [each["location"] for each in index["docs"] if "incompetent cervix" in html.unescape(each["title"]).lower()]
    assert found == ["index.html#incompetent-cervix"]


def test_every_decision_is_listed_and_in_the_navigation():
    listed = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for path in (ROOT / "docs/decisions").glob("0*.md"):
        assert f"({path.name})" in listed
        assert f"decisions/{path.name}" in navigation


# --- the reference of commands ------------------------------------------------------------------------------------------


def every_command(command, name="gravida"):
    yield name, command
    for inner, each in getattr(command, "commands", {}).items():
        yield from every_command(each, f"{name} {inner}")


COMMANDS = dict(every_command(main))
REFERENCE = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")


def part_of(name):
    return REFERENCE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_stands_in_the_reference(name):
    options = [word for option in COMMANDS[name].params if isinstance(option, click.Option) and not option.hidden for word in option.opts]
    assert [word for word in options if not re.search(rf"(?<![\w-]){word}(?![\w-])", part_of(name))] == []
    usage = " ".join(COMMANDS[name].get_usage(click.Context(COMMANDS[name], info_name=name)).removeprefix("Usage: ").split())
    assert f"```text\n{usage}\n```" in part_of(name)


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_in_a_command_s_help_name_what_is_there(name):
    for line in re.findall(r"^gravida (.*)$", part_of(name), re.MULTILINE):
        words = re.split(r"\s{2,}", line)[0].split()
        if not line.startswith(("[", *(f"{each.removeprefix('gravida ')} [" for each in COMMANDS))):  # the usage
            options_are_there([word for word in words if not word.startswith("[")])
            names_are_there(words)


def names_are_there(words):
    knowledge = load()
    for option, names in (("--topic", knowledge.topics), ("--guideline", knowledge.guidelines), ("--action", knowledge.actions)):
        if option in words:
            assert words[words.index(option) + 1] in names, words
    for word in words:
        if word.partition("/")[0] in knowledge.guidelines and "/" in word:
            assert word.partition("=")[0] in knowledge.recommendations, words
