"""As much of a shell as the pages use: words, pipes, ``>``, a variable before a command; and Gravida without a new process."""

import io
import json
import runpy
import shlex
import shutil
import subprocess
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import click
from click.testing import CliRunner
from starlette.testclient import TestClient

from gravida.cli import main
from gravida.hooks_app import make_app
from gravida.hooks_config import Config
from gravida.hooks_judge import InProcess, Settings
from gravida.library import load

TOOLS = ("cat", "cp", "echo", "grep", "head", "ls", "mkdir", "tail", "wc")
FEW = 60
"""How many people are made where a page shows no output; where it does, as many as it says."""

NO_SIGNS = "0\n"
"""What is typed into an interview: none of the signs. Then the lines end, and so does the interview."""


@dataclass
class Done:
    """What a command printed, and how it ended."""

    output: str
    code: int = 0
    printed: str = ""


@dataclass
class Shell:
    """One folder in which the commands of a page run, one after the other."""

    folder: Path
    kept: Path
    served_as_of: date | None = field(default=None)

    def run(self, line: str, *, exactly: bool = False) -> Done:
        """Run one line, with no more people than a test needs unless it is run exactly; the last command of a pipe says how it ended."""
        given, done = "", Done("")
        for part in _parts(line):
            words, target = _target(part)
            done = self._command(words, given, exactly=exactly)
            given = done.printed or done.output
            if target:
                (self.folder / target).write_text(given, encoding="utf-8")
                done = Done(done.output.removeprefix(given) if done.printed else "", done.code)
        return done

    def _command(self, words: list[str], given: str, *, exactly: bool) -> Done:
        environment = {}
        while "=" in words[0]:
            name, _, value = words.pop(0).partition("=")
            environment[name] = value
        with chdir(self.folder):
            if words[0] == "gravida":
                if words[1] == "synthesize" and "-n" in words and not exactly:
                    return self._synthesize(words[1:])
                if words[1] == "simulate" and "--out" in words and not exactly:
                    return _gravida(_of_few(words[1:]), given, environment)
                return _gravida(words[1:], given, environment)
            if words[0] == "python":
                return _python(words[1:], given)
            if words[0] == "curl":
                return self._curl(words[1:])
            assert words[0] in TOOLS, f"{words[0]}: teach tests/docs/small_shell.py to run it, or say in NOT_RUN why no test can"
            done = subprocess.run(words, input=given, capture_output=True, text=True, check=False)
            return Done(done.stdout + done.stderr, done.returncode, done.stdout)

    def _synthesize(self, words: list[str]) -> Done:
        """Make few people, and the same ones once for all pages."""
        words[words.index("-n") + 1] = str(FEW)
        at = words.index("--out") + 1
        out, name = words[at], "_".join(words[1 : at - 1] + words[at + 1 :]).replace("/", "-")
        if not (self.kept / name).exists():
            made = CliRunner().invoke(main, [*words[:at], str(self.kept / name), *words[at + 1 :]])
            if made.exit_code:
                return Done(made.output, made.exit_code)
        shutil.copytree(self.kept / name, out)
        return Done(f"wrote {FEW} synthetic pregnancies to {out}; begin with {out}/README.txt and {out}/validation.html\n")

    def _curl(self, words: list[str]) -> Done:
        """Ask the service that the page began with ``gravida serve``."""
        app = make_app(InProcess(load(), Settings(as_of=self.served_as_of)), Config(), local=True)
        address = urlsplit(next(word for word in words if word.startswith("http://127.0.0.1:8080/")))
        with TestClient(app) as client:
            if "-d" not in words:
                return Done(client.get(address.path).text)
            file = words[words.index("-d") + 1].removeprefix("@")
            answer = client.post(address.path, json=json.loads(Path(file).read_text(encoding="utf-8")))
        return Done(answer.text, 0 if answer.status_code == 200 else 1)


def _of_few(words: list[str]) -> list[str]:
    """Return a simulation of few people, without sensitivity draws and tornado, which live each life again and again; tests/simulate has them."""
    for option in ("-n", "--psa"):
        if option in words:
            at = words.index(option)
            words = words[:at] + words[at + 2 :]
    return [*(word for word in words if word != "--tornado"), "-n", str(FEW)]


def _parts(line: str) -> list[list[str]]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|>")
    lexer.whitespace_split, lexer.commenters = True, "#"
    parts: list[list[str]] = [[]]
    for word in lexer:
        if word == "|":
            parts.append([])
        else:
            parts[-1].append(word.removeprefix(".venv/bin/"))
    return parts


def _target(words: list[str]) -> tuple[list[str], str]:
    return (words[: words.index(">")], words[words.index(">") + 1]) if ">" in words else (words, "")


def _gravida(words: list[str], given: str, environment: dict[str, str]) -> Done:
    given = given or (NO_SIGNS if words[0] == "ask" else "")
    result = CliRunner(env=environment).invoke(main, words, input=given)
    return Done(result.output, result.exit_code, result.stdout)


def _python(words: list[str], given: str) -> Done:
    if words[:2] == ["-m", "json.tool"]:
        return Done(json.dumps(json.loads(given), indent=4, ensure_ascii=False) + "\n")
    printed = io.StringIO()
    with redirect_stdout(printed):
        if words[0] == "-c":
            exec(compile(words[1], "-c", "exec"), {"__name__": "__main__"})  # noqa: S102  (a page of ours)
        else:
            runpy.run_path(words[0], run_name="__main__")
    return Done(printed.getvalue())


def options_are_there(words: list[str]) -> None:
    """Hold the words of a command that is not run against the command: it is there, and so is each option. Raises ``UsageError``."""
    command, context, rest = main, click.Context(main, info_name="gravida"), words
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, rest)
        assert found is not None, name
        command, context = found, click.Context(found, info_name=name, parent=context)
    command.make_parser(context).parse_args(list(rest))


def serves_as_of(line: str) -> date | None:
    """Return the day for which a page begins ``gravida serve``."""
    words = shlex.split(line, comments=True)
    return date.fromisoformat(words[words.index("--as-of") + 1]) if "--as-of" in words else None


def new_folder(folder: Path, root: Path) -> Path:
    """Fill a folder with what the repository has in it and pages speak of."""
    shutil.copytree(root / "examples", folder / "examples")
    (folder / "knowledge").symlink_to(root / "knowledge")
    return folder
