"""Every example of every page runs as it stands there: one test for each fenced block."""

import doctest
import re
from functools import cache
from pathlib import Path

import pytest
import small_shell
from click import UsageError
from examples_in_docs import PAGES, ROOT, RUN, SHOWN, Example, commands_in, examples_of, why_not_run
from small_shell import Shell

from gravida.hooks_config import read_config
from gravida.library import load
from gravida.plain_yaml import read_yaml
from gravida.record import RecordError, read_record

EXAMPLES = [example for page in PAGES for example in examples_of(page)]
RUNNABLE = [example for example in EXAMPLES if example.kind in RUN]
LOOKS_LIKE_A_COMMAND = re.compile(r"^(\$ |(\.venv/bin/)?gravida [a-z])", re.MULTILINE)


class Story:
    """A page in the telling: its blocks run in order, in one folder, and each is told once."""

    def __init__(self, page: Path, folder: Path, kept: Path) -> None:
        self.examples = [each for each in RUNNABLE if each.page == page]
        self.shell = Shell(small_shell.new_folder(folder, ROOT), kept)
        self.names: dict[str, object] = {"__name__": "__main__"}
        self.told: dict[Example, Exception | None] = {}

    def tell(self, until: Example) -> None:
        for example in self.examples[: self.examples.index(until) + 1]:
            if example not in self.told:
                self.told[example] = self._happens(example)
        if (raised := self.told[until]) is not None:
            raise raised

    def _happens(self, example: Example) -> Exception | None:
        try:
            TELLERS[example.kind](self, example)
        except (AssertionError, Exception) as error:  # noqa: BLE001  (whatever it is, the test of this block shows it)
            return error
        return None


@pytest.fixture(scope="session")
def story(tmp_path_factory):
    kept = tmp_path_factory.mktemp("kept")
    return cache(lambda page: Story(page, tmp_path_factory.mktemp("page"), kept))


@pytest.mark.parametrize("example", RUNNABLE, ids=lambda example: example.name)
def test_example_runs_as_it_stands_there(example, story):
    story(example.page).tell(example)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_block_says_what_it_is(page):
    for example in examples_of(page):
        assert example.kind in (*RUN, *SHOWN), f"{example.name}: say what it is; see tests/docs/examples_in_docs.py"
        if example.kind in SHOWN:
            assert not LOOKS_LIKE_A_COMMAND.search(example.text), f"{example.name}: a command is console or sh, so that it is run"
        if example.kind in ("yaml", "json"):
            assert example.file, f'{example.name}: name the file, title="NAME"'


def tell_commands(story: Story, example: Example) -> None:
    for line, shown in commands_in(example):
        command = line.replace(".venv/bin/", "").partition(" #")[0].strip()
        if command.startswith("gravida serve"):
            story.shell.served_as_of = small_shell.serves_as_of(command)
        if why_not_run(command):
            assert not shown.strip(), f"{line}: what it prints is shown, and no test runs it"
            held_against_its_options(command)
            continue
        done = story.shell.run(command, exactly=bool(shown.strip()))
        expected = int(found[1]) if (found := re.search(r"# ends with (\d)$", line)) else 0
        assert done.code == expected, f"{line}\n{done.output}"
        if shown.strip():
            printed_as_shown(shown, done.output)


def held_against_its_options(command: str) -> None:
    words = command.split()
    if words[0] != "gravida":
        return
    try:
        small_shell.options_are_there(words[1:])
    except UsageError as error:
        pytest.fail(f"{command}: {error.format_message()}")


def printed_as_shown(shown: str, output: str) -> None:
    """Compare line by line; ``…`` stands for anything, and alone on a line for any lines. All blanks are one, and at an end they are none."""
    told = [line.rstrip() for line in output.replace("\N{NO-BREAK SPACE}", " ").strip("\n").splitlines()]
    parts = [part.strip("\n").splitlines() for part in re.split(r"^…$", shown.strip("\n"), flags=re.MULTILINE)]
    at = 0
    for number, part in enumerate(parts):
        lines = [re.compile(re.escape(line.rstrip()).replace("…", ".*")) for line in part]
        places = [at] if number == 0 else [len(told) - len(lines)] if number == len(parts) - 1 and lines else range(at, len(told) - len(lines) + 1)
        place = next((place for place in places if place >= at and stands_at(place, lines, told)), None)
        assert place is not None, "\n".join(["these lines are shown:", *part, "", "and after what was found so far it prints:", *told[at : at + 40]])
        at = place + len(lines)
    assert len(parts) > 1 or at == len(told), "\n".join(["it prints more than is shown:", *told[at:]])


def stands_at(place: int, lines: list[re.Pattern[str]], told: list[str]) -> bool:
    return all(wanted.fullmatch(line) for wanted, line in zip(lines, told[place : place + len(lines)], strict=True))


def tell_python(story: Story, example: Example) -> None:
    with small_shell.chdir(story.shell.folder):
        if ">>>" not in example.text:
            if example.file:
                Path(example.file).write_text(example.text, encoding="utf-8")
            exec(compile(example.text, example.name, "exec"), story.names)  # noqa: S102  (a page of ours)
            return
        test = doctest.DocTestParser().get_doctest(example.text, story.names, example.name, str(example.page), example.line)
        said: list[str] = []
        doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append, clear_globs=False)
        story.names.update(test.globs)
        assert not said, "".join(said)


def tell_file(story: Story, example: Example) -> None:
    path = story.shell.folder / example.file
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text(encoding="utf-8") + example.text if example.continued else example.text
    path.write_text(text, encoding="utf-8")
    check = next((check for pattern, check in FILES.items() if re.search(pattern, path.name)), is_a_record)
    check(path.name, text)


def is_a_record(name: str, text: str) -> None:
    read_record(text, name, load().dictionary)


def is_no_record(name: str, text: str) -> None:
    with pytest.raises(RecordError):
        is_a_record(name, text)


def is_a_set_up(name: str, text: str) -> None:
    read_config(text, name)


def is_read_by_a_command_below(name: str, text: str) -> None:
    read_yaml(text, name)


FILES = {
    r"^bad": is_no_record,
    r"^hooks": is_a_set_up,
    r"^(overlay|words|hospital-x|ours)\.yaml$": is_read_by_a_command_below,
}  # fmt: skip
"""What a file of a page is, by its name; every other is a record."""

TELLERS = {"console": tell_commands, "sh": tell_commands, "python": tell_python, "yaml": tell_file, "json": tell_file}
