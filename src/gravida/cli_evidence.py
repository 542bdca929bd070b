"""``gravida evidence``: what trials answer to a question, in numbers, words and a picture."""

import json
import textwrap
from pathlib import Path

import click

from gravida.evidence import CONFIDENCES, Evidence
from gravida.folders import Folders
from gravida.terminal import KNOWLEDGE, load_knowledge, no_such, plain_errors
from gravida.words import say

WIDTH = 80


def _share(_context: click.Context, _option: click.Parameter, text: str | None) -> float | None:
    """Read a risk: ``25%``, ``25`` (of a hundred) or ``0.25``."""
    if text is None:
        return None
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a risk: write 25% or 0.25") from None
    share = number / 100 if text.endswith("%") else number
    if not 0 < share < 1:
        raise click.BadParameter(f"{text!r} is not a risk between 0 and 1: write 25% or 0.25")
    return share


@click.command("evidence")
@click.argument("question", required=False, metavar="[QUESTION]")
@click.option("--confidence", type=click.Choice(CONFIDENCES), default="derived", show_default=True, help="The least that rows may rest on.")
@click.option("--baseline", callback=_share, metavar="RISK", help="The risk without treatment for natural frequencies, such as 25%.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to print.")
@click.option("--save", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Also write a forest plot (SVG) for each outcome.")
@KNOWLEDGE
def evidence(question: str | None, confidence: str, baseline: float | None, form: str, save: Path | None, knowledge: Folders) -> None:
    """Say what trials found: the rows, what they say together, how trials differ, and what was published.

    Rows whose figures were read are used; those that rest on memory only with --confidence partial or recalled, and
    then they are marked. Fewer than two trials are shown, and nothing is pooled.

    \b
    gravida evidence                                             the questions
    gravida evidence 17-ohpc-after-preterm-birth                 one of them
    gravida evidence pessary-short-cervix --baseline 20% --save pictures
    """
    with plain_errors():
        found = load_knowledge(knowledge).evidence
        if question is None:
            from gravida.report_evidence import question_list  # noqa: PLC0415

            click.echo("\n".join(question_list(found)))
            return
        if question not in found.questions:
            raise no_such("question", question, found.questions, "gravida evidence")
        _answer(question, confidence, baseline, form, save, found)


def _answer(question: str, confidence: str, baseline: float | None, form: str, save: Path | None, found: Evidence) -> None:
    from gravida.evidence_answer import answer, confidences  # noqa: PLC0415
    from gravida.report_evidence import markdown, page, picture, plain_values  # noqa: PLC0415

    answered = answer(found.questions[question], found, confidences(confidence), baseline)
    if form == "json":
        click.echo(json.dumps(plain_values(answered), indent=2, ensure_ascii=False))
    elif form == "markdown":
        click.echo(f"*{say('notice.clinical')}*\n\n{markdown(answered)}", nl=False)
    else:
        for line in page(answered):
            indent = " " * (len(line) - len(line.lstrip(" -")))
            click.echo(textwrap.fill(line, WIDTH, subsequent_indent=indent + "  ", break_long_words=False, break_on_hyphens=False))
        click.echo()
        click.echo(textwrap.fill(say("notice.clinical"), WIDTH))
    for outcome in answered.outcomes if save else ():
        if save and outcome.rows:
            save.mkdir(parents=True, exist_ok=True)
            path = save / f"{question}-{outcome.outcome.id}.svg"
            path.write_text(picture(answered, outcome), encoding="utf-8")
            click.echo(f"wrote {path}", err=True)
