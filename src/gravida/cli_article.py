"""``gravida article``: what an article for lay readers says, and how it stands to the guidelines.

>>> article.name
'article'
"""

import click

from gravida.article import CLAIM_VERDICTS
from gravida.folders import Folders
from gravida.knowledge import Knowledge
from gravida.terminal import KNOWLEDGE, Fault, load_knowledge, no_such, plain_errors, show


@click.command()
@click.argument("claim", metavar="[CLAIM]", required=False)
@click.option("--plain", is_flag=True, help="In plain words, for whoever has read the article.")
@click.option("--verdict", "verdicts", type=click.Choice(CLAIM_VERDICTS), multiple=True, metavar="V", help="Only claims of this verdict (may be repeated).")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to print.")
@KNOWLEDGE
def article(claim: str | None, verdicts: tuple[str, ...], *, plain: bool, form: str, knowledge: Folders) -> None:
    """Go through an article for patients, claim by claim: what holds, what does not, and who says so.

    Whoever is told of cervical insufficiency looks it up. This takes every claim of one lay article, which rests on a
    review of 2016, also what it leaves out, and sets beside it what the guidelines say. With CLAIM, one of them whole.

    \b
    gravida article                       all of them, first what could do harm to believe
    gravida article --plain               the same in plain words
    gravida article --verdict outdated    only what is out of date
    gravida article urgent-signs          one claim, with the words of each guideline

    Verdicts: ✓ stands, ≈ partly, ↺ outdated, ✗ contradicted, + omitted (the article leaves it out), ? unsupported
    (nothing here speaks to it). What needs help at once stands first on every page.
    """
    with plain_errors():
        known = load_knowledge(knowledge)
        if known.article is None:
            raise Fault("this folder of knowledge has no article: it would stand in article.yaml")
        if claim and verdicts:
            raise Fault("name a claim, or a verdict to look for; both at once leave nothing to choose")
        _print(claim, verdicts, form, known, plain=plain)


def _print(name: str | None, verdicts: tuple[str, ...], form: str, known: Knowledge, *, plain: bool) -> None:
    from gravida.report_article import Page, markdown, page, plain_text, to_json  # noqa: PLC0415
    from gravida.report_article import article as whole  # noqa: PLC0415
    from gravida.report_article import claim as single  # noqa: PLC0415

    shown = page(known, verdicts)
    if name is not None:
        if name not in known.claims:
            raise no_such("claim", name, known.claims, "gravida article")
        shown = Page(shown.article, (known.claims[name],))
    if form == "json":
        click.echo(to_json(shown, known))
    elif plain:
        click.echo(plain_text(shown, known), nl=False)
    elif form == "markdown":
        click.echo(markdown(shown, known), nl=False)
    else:
        show(single(shown.claims[0], shown, known) if name else whole(shown, known))
