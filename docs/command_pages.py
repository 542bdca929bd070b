"""The reference of the commands, from click's own accounts of them."""

import inspect
import re
from collections.abc import Iterator

import click

HEAD = """# Commands

Generated from the commands' own help; do not edit. `--help` prints the same at a terminal.
"""


def commands(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    """Yield a command, and those inside it, in order of name."""
    yield name, command
    if isinstance(command, click.Group):
        for inner, each in sorted(command.commands.items()):
            yield from commands(f"{name} {inner}".strip(), each)


def commands_page(main: click.Command) -> str:
    """Return the whole page."""
    return HEAD + re.sub(r"\n{3,}", "\n\n", "\n".join(part for name, command in commands("", main) for part in _told(f"gravida {name}".strip(), command)))


def _told(name: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=name, max_content_width=100, terminal_width=100)
    yield f"\n## {name}\n\n```text\n{' '.join(command.get_usage(context).removeprefix('Usage: ').split())}\n```\n"
    yield from (_paragraph(part) for part in inspect.cleandoc(command.help or "").split("\n\n"))
    if isinstance(command, click.Group):
        yield "".join(
            f"- [`{name} {inner}`](#{_anchor(f'{name} {inner}')}): {each.get_short_help_str(200)}\n" for inner, each in sorted(command.commands.items())
        )
    options = [found for option in command.get_params(context) if (found := option.get_help_record(context)) and found[1]]
    yield "".join(f"- `{' '.join(option.split())}`: {_plain(says)}\n" for option, says in options)


def _paragraph(text: str) -> str:
    """Return a paragraph of help; click keeps the lines of one that begins with a backspace."""
    if text.startswith("\b"):
        return f"```text\n{text.removeprefix(chr(8)).strip(chr(10))}\n```\n"
    return f"{_plain(' '.join(text.split()))}\n"


def _plain(text: str) -> str:
    """Keep Markdown from reading a star or a bracket of the help as its own."""
    return re.sub(r"([*_\[])", r"\\\1", text).replace("<", "&lt;")


def _anchor(title: str) -> str:
    return title.replace(" ", "-")
