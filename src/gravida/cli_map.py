"""``gravida map``: what each guideline says of one action, over gestation and length of the cervix."""

import json
import textwrap
from datetime import datetime
from pathlib import Path

import click

from gravida.decision_map import DecisionMap, decision_map
from gravida.folders import Folders
from gravida.prepare import prepare
from gravida.terminal import KNOWLEDGE, Fault, How, how_to_read, load_knowledge, no_such, plain_errors, progress, read, today
from gravida.words import say

WIDTH = 80


@click.command("map")
@click.argument("file", metavar="FILE")
@click.option(
    "--action", default="transvaginal-cerclage", show_default=True, metavar="ACTION", help="Of which action; vaginal-progesterone and pessary are others."
)
@click.option("--guideline", "guidelines", multiple=True, metavar="ID", help="Only this guideline or body (may be repeated).")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Judge as of this day; what was recorded later is left out.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to print.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Also write the picture (SVG) to this file.")
@KNOWLEDGE
@how_to_read
def decision_map_command(
    file: str, action: str, guidelines: tuple[str, ...], as_of: datetime | None, form: str, save: Path | None, knowledge: Folders, how: How
) -> None:
    """Show what each guideline says for the record in FILE at every gestation and every length of the cervix.

    Each point is judged as if a transvaginal scan on that day showed that length; everything else is as recorded. The
    point of today is marked. One action at a time, one panel for each guideline.

    \b
    gravida map examples/cervix-24-9-mm.yaml
    gravida map examples/cervix-24-9-mm.yaml --action vaginal-progesterone --save map.svg
    """
    with plain_errors():
        known = load_knowledge(knowledge)
        if action not in known.actions:
            raise no_such("action", action, known.actions, "gravida guidelines")
        bodies = {name for each in known.guidelines.values() for name in (each.id, each.body)}
        for name in guidelines:
            if name not in bodies:
                raise no_such("guideline", name, bodies, "gravida guidelines")
        day = as_of.date() if as_of else None
        record = read(file, known, day, how)
        situation = prepare(record, known.meaning, known.largest_k, today(record, day))
        if situation.today.pregnant is False:
            raise Fault(
                "the record says not pregnant, and a map is one of a pregnancy: write 'pregnancy: {status: ongoing, plurality: 1}' in a copy to see one"
            )
        with progress("judging") as advance:
            found = decision_map(situation, known, action, guidelines, advance)
        _show(found, known.actions[action].label, form, save)
        if save:
            from gravida.report_map import picture  # noqa: PLC0415

            save.write_text(picture(found, known.actions[action].label), encoding="utf-8")
            click.echo(f"wrote {save}", err=True)


def _show(found: DecisionMap, label: str, form: str, save: Path | None) -> None:
    from gravida.report_map import markdown, page, plain_values  # noqa: PLC0415

    if not any(each.says_something for each in found.panels):
        raise Fault(f"no guideline says anything about {label} for this record, at any gestation and length")
    if form == "json":
        click.echo(json.dumps(plain_values(found), indent=2, ensure_ascii=False))
    elif form == "markdown":
        click.echo(f"*{say('notice.clinical')}*\n\n{markdown(found, label)}", nl=False)
        click.echo(f"\n![{label}]({save})" if save else "", nl=bool(save))
    else:
        for line in (*page(found, label), "", say("notice.clinical")):
            click.echo(line if line.startswith("  ") else textwrap.fill(line, WIDTH, break_on_hyphens=False))
