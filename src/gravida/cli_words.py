"""``gravida words``: the catalogue, as YAML for an overlay, or as gettext (PO) for translators and back."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import click

from gravida.folders import Folders
from gravida.terminal import KNOWLEDGE, Fault, load_knowledge, plain_errors
from gravida.typecheck import nearest

NEEDS_BABEL = "PO files are read and written with Babel, which is not installed: pip install 'gravida[translate]'"


@click.command("words")
@click.argument("name", metavar="[NAME]", required=False)
@click.option("--po", "as_gettext", is_flag=True, help="As gettext (PO), for a translator's program.")
@click.option("--from-po", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE", help="Translations back, as a words.yaml.")
@KNOWLEDGE
def words_command(name: str | None, file: Path | None, knowledge: Folders, *, as_gettext: bool) -> None:
    """Print the catalogue: every text that can be translated or worded otherwise, each with its name, as YAML.

    With NAME, only texts whose name begins with it. An overlay's words.yaml gives other texts for some of these names.

    \b
    gravida words topics                    the topics
    gravida words facts.plurality           how one fact is asked
    gravida words --po > de.po              for a translator
    gravida words --from-po de.po > german/words.yaml
    """
    from gravida.catalogue import catalogue  # noqa: PLC0415
    from gravida.report_words import as_yaml  # noqa: PLC0415

    with plain_errors():
        if (as_gettext or file) and find_spec("babel") is None:
            raise Fault(NEEDS_BABEL)
        texts = catalogue(load_knowledge(knowledge))
        found = _named(name, texts) if name else texts
        if file:
            click.echo(as_yaml(_translated(file, texts, found)), nl=False)
        elif as_gettext:
            from gravida.translation import to_po  # noqa: PLC0415

            click.echo(to_po(found), nl=False)
        else:
            click.echo(as_yaml(found), nl=False)


def _named(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts whose name begins so."""
    from gravida.catalogue import SHELVES  # noqa: PLC0415

    found = {key: text for key, text in texts.items() if key == name or key.startswith(f"{name}.")}
    if not found:
        raise Fault(f"no text has a name that begins with {name!r}{nearest(name, [*texts, *SHELVES, 'words'])}")
    return found


def _translated(file: Path, texts: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """Return the translations that can be used, and say how many cannot."""
    from gravida.translation import NotTranslated, from_po  # noqa: PLC0415

    try:
        found = from_po(file.read_bytes(), texts)
    except NotTranslated as error:
        raise Fault("\n".join(f"{file}: {line}" for line in str(error).splitlines())) from None
    except OSError as error:
        raise Fault(f"{file}: this file cannot be read: {error.strerror}") from None
    used = {name: text for name, text in found.texts.items() if name in wanted}
    left_out = f"{found.empty} empty, {found.fuzzy} fuzzy, {found.older} of an older English text"
    click.echo(f"{len(used)} translated; left out: {left_out}", err=True)
    return used
