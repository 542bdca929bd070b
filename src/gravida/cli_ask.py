"""``gravida ask``: the interview at a terminal.

Plain lines and numbers, so that it works with a screen reader, over a slow line, and with its input from a file.
Nothing is written anywhere unless a file is named, and that file can be read by its owner alone.
"""

import os
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click

from gravida.answers import Unclear, parse
from gravida.assess import assess
from gravida.folders import Folders
from gravida.interview import Interview, Step
from gravida.interview_kept import as_text, asked_in
from gravida.knowledge import Knowledge
from gravida.record import RecordError
from gravida.safety import red_flags
from gravida.terminal import KNOWLEDGE, console, load_knowledge, plain_errors, read

WIDTH = 76
BAR = 20


class Stopped(Exception):  # noqa: N818  (it is no error)
    """The person stopped, or the input ended."""


@dataclass
class Talk:
    """One interview, the words it is held in, and where the answers are kept, if anywhere."""

    interview: Interview
    keep: Path | None = None
    warned: frozenset[str] = frozenset()

    @property
    def say(self) -> Callable[..., str]:
        """What the program says under a name, with its open places filled in."""
        return lambda name, **values: self.interview.knowledge.say(f"ask.{name}", **values)

    def write(self) -> None:
        """Keep the answers so far, whole or not at all."""
        if self.keep is not None:
            write_private(self.keep, as_text(self.interview))


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; half a file is never left behind."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)


@click.command("ask")
@click.argument("file", metavar="[FILE]", required=False)
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Keep the answers in this file, after each of them.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day of the interview; today if left out.")
@click.option("--clinical", is_flag=True, help="End with the page for clinicians, not with the one in plain words.")
@KNOWLEDGE
def ask(file: str | None, save: Path | None, as_of: datetime | None, *, clinical: bool, knowledge: Folders) -> None:
    """Ask what is needed, and say what every guideline says for the answers; with FILE, go on from a record.

    Signs that need help come first. Then comes whatever settles most, and nothing that can no longer change anything.
    "I don't know" and "prefer not to say" are answers. Nothing is kept unless you say where.

    \b
    gravida ask                       begin
    gravida ask --save mine.yaml      begin, and keep the answers after each question
    gravida ask mine.yaml             go on from there, and keep the answers there
    """
    with plain_errors():
        known = load_knowledge(knowledge)
        day = as_of.date() if as_of else date.today()  # noqa: DTZ011  (the person's own calendar day is meant)
        talk = Talk(_begin(file, known, day), save or (Path(file) if file and file != "-" else None))
        _hold(talk)
        _show(talk, clinical=clinical)


def _begin(file: str | None, knowledge: Knowledge, day: date) -> Interview:
    if file is None:
        return Interview(knowledge, day)
    record = read(file, knowledge, day)
    asked = asked_in(Path(file).read_text(encoding="utf-8")) if file != "-" else ()
    return Interview.resume(record, knowledge, day, asked)


def _hold(talk: Talk) -> None:
    """Ask until nothing more would change anything, or the person stops."""
    _print(talk.say("hello"))
    _print(talk.say("keys"))
    try:
        while (step := talk.interview.step()) is not None:
            _ask(step, talk)
            talk.write()
            _warn(talk)
        click.echo()
        _print(talk.say("done"))
    except Stopped:
        click.echo()
        _print(talk.say("stopped"))
    _offer_to_save(talk)


def _ask(step: Step, talk: Talk) -> None:
    """Ask one question until it has an answer."""
    click.echo()
    _print_progress(talk)
    for line in (step.about, step.text):
        if line:
            _print(line)
    for number, (_, text) in enumerate(step.items, start=1):
        _print(text, f"{number:>3}  ")
    for number, choice in enumerate(step.choices, start=1):
        _print(talk.interview.knowledge.say(f"values.{choice}"), f"{number:>3}  ")
    _print(_form(step, talk), "     ")
    while not _answered(step, _typed("> "), talk):
        pass


def _form(step: Step, talk: Talk) -> str:
    """Return what an answer may look like."""
    names = {"signs": "signs-help", "ticks": "signs-help", "choice": "choice-help", "number": "number-help", "gestation": "ended-help", "date": "date-help"}
    if step.kind == "number" and step.type and step.type.kind == "integer":
        return talk.say("count-help")
    if step.kind in names:
        return talk.say(names[step.kind])
    return step.help if step.kind in ("today", "how-many", "when") else "y / n"


def _answered(step: Step, text: str, talk: Talk) -> bool:
    """Take what was typed: an answer, or one of the keys. Return whether the question is done with."""
    match text.strip().lower():
        case "":
            return False
        case "s" | "stop":
            raise Stopped
        case "h" | "help":
            _print(_meaning(step, talk))
            return False
        case "b" | "back":
            if talk.interview.back():
                return True
            _print(talk.say("nothing-before"))
            return False
    try:
        given = parse(step, text)
        talk.interview.answer(step, given, confirmed=_is_meant(step, given, talk))
    except Unclear as error:
        _print(talk.say(f"unclear.{error.name}", **error.values))
        return False
    except RecordError as error:
        for problem in error.problems:
            _print(talk.say("unclear.record", found=problem.found, expected=problem.expected))
        return False
    if step.kind == "signs" and not isinstance(given, dict):
        _print(talk.say("signs-skipped"))
    return True


def _is_meant(step: Step, given: object, talk: Talk) -> bool:
    """Ask whether a length so short that it could be in centimetres is meant. Return whether it is."""
    limit = talk.interview.suspicious_below(step)
    if limit is None or not isinstance(given, str) or float(given) >= limit:
        return False
    if _typed(talk.say("short", found=given) + " y / n > ").strip().lower() in ("y", "yes"):
        return True
    raise Unclear("number")


def _meaning(step: Step, talk: Talk) -> str:
    knowledge = talk.interview.knowledge
    waiting = sum(step.id in names for names in talk.interview.candidates(talk.interview.situation()).values())
    told = step.help if step.kind not in ("how-many", "when") else ""
    return " ".join(filter(None, (told, talk.say("waits", count=waiting) if waiting else ""))) or knowledge.say("ask.help-none")


def _warn(talk: Talk) -> None:
    """Say at once what a sign calls for. One that needs help now stops the questions."""
    flags = [flag for flag in red_flags(talk.interview.situation(), talk.interview.knowledge) if flag.recommendation not in talk.warned]
    for flag in flags:
        click.echo()
        _print(flag.do.upper() + ".")
        _print(flag.plain, "  ")
    talk.warned |= {flag.recommendation for flag in flags}
    if any(flag.tier == "now" and not flag.contradicts for flag in flags):
        _print(talk.say("stop-now"))
        if _typed(f"{talk.say('go-on')} y / n > ").strip().lower() not in ("y", "yes"):
            raise Stopped


def _offer_to_save(talk: Talk) -> None:
    if talk.keep is None and sys.stdin.isatty():
        talk.keep = _file_to_keep(talk)
        talk.write()
    if talk.keep is not None:
        _print(talk.say("saved", path=talk.keep))
    elif sys.stdin.isatty():
        _print(talk.say("not-saved"))


def _file_to_keep(talk: Talk) -> Path | None:
    """Return the file that the person names; one that is there is replaced only if it is named twice."""
    _print(talk.say("save"))
    before = None
    while name := _typed("> ").strip():
        path = Path(name).expanduser()
        if not path.exists() or path == before:
            return path
        _print(talk.say("exists", path=path))
        before = path
    return None


def _show(talk: Talk, *, clinical: bool) -> None:
    from gravida.report_plain import plain_text  # noqa: PLC0415
    from gravida.report_text import print_assessment  # noqa: PLC0415

    interview = talk.interview
    _print(talk.say("answered", count=len(interview.asked)))
    click.echo()
    found = assess(interview.record, interview.knowledge, interview.as_of)
    if clinical:
        print_assessment(found, console())
    else:
        click.echo(plain_text(found), nl=False)


def _print_progress(talk: Talk) -> None:
    settled, total = talk.interview.progress()
    filled = BAR * settled // max(1, total)
    click.secho(f"[{'#' * filled}{'.' * (BAR - filled)}] {talk.say('progress', settled=settled, total=total)}", dim=True)


def _typed(prompt: str) -> str:
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        raise Stopped from None


def _print(text: str, first: str = "") -> None:
    for line in text.splitlines() or [""]:
        click.echo(textwrap.fill(line, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False, break_on_hyphens=False))
