r"""The catalogue for translators: out as gettext (PO), which their programs read, and back as an overlay's ``words.yaml``.

A message's context is the name of the text, and the message itself is the English text, so a translation that was made
of an older English text is noticed. What a document says, and what the article answers, is not reworded by an overlay,
so it is not in the file.

>>> written = to_po({"words.safety": "Call at any hour.", "words.page.weeks": "{weeks} weeks"}).decode()
>>> print(written[written.index("msgctxt"):].strip())
msgctxt "words.safety"
msgid "Call at any hour."
msgstr ""
<BLANKLINE>
#. Keep what stands in braces: it is filled in.
#, python-brace-format
msgctxt "words.page.weeks"
msgid "{weeks} weeks"
msgstr ""
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from string import Formatter
from typing import TYPE_CHECKING

from gravida.typecheck import nearest

if TYPE_CHECKING:
    from babel.messages.catalog import Message

FIXED = (("recommendations.", ".says"), ("article.", ".answer"))
"""What an overlay may not reword: how its name begins, and how it ends."""
PLAIN = "For the person herself: short sentences for somebody of about twelve; no doses, no blame, no false comfort."
COMMENTS = {
    ".plain": PLAIN, ".question": f"A question. {PLAIN}", ".help": PLAIN, ".ask": f"A question to take to an appointment. {PLAIN}",
    "words.ask.": PLAIN, "words.web.you.": f"On the page, in the room for the person herself. {PLAIN}",
    "words.web.base.lang": "The code of the language that you translate into, such as de.",
    "words.web.base.": "On the page, everywhere or on its first page and about it. Plain words.",
    "words.web.clinicians.": "On the page, in the room for clinicians.", "words.web.guidelines.": "On the page, in the room of guidelines.",
    ".label": "A label, for clinicians.", ".clinical": "For clinicians.",
}  # fmt: skip
"""What a translator should know of a text, by how its name ends or begins; the first that fits."""
HEADER = "The texts of Gravida, licensed under CC BY 4.0. The context of a message is the name of the text."
PLACES = "Keep what stands in braces: it is filled in."


class NotTranslated(ValueError):  # noqa: N818  (its text is the whole message)
    """A PO file cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class Translated:
    """The texts that can be used, and how many were left out, by reason."""

    texts: Mapping[str, str]
    empty: int
    fuzzy: int
    older: int
    """Translations of an English text that has changed since."""


def to_po(texts: Mapping[str, str]) -> bytes:
    """Return texts as a PO file without translations; what an overlay may not reword is left out."""
    from babel.messages.catalog import Catalog  # noqa: PLC0415  (an extra, for translators alone)
    from babel.messages.pofile import write_po  # noqa: PLC0415

    messages = Catalog(project="Gravida", version=version("gravida"), header_comment=f"# {HEADER}", charset="utf-8", fuzzy=False)
    for name, text in texts.items():
        if not is_fixed(name):
            message = messages.add(text, context=name, auto_comments=list(_comments(name, text)), flags=["python-brace-format"] if open_places(text) else [])
            message.flags.discard("python-format")  # a per cent sign in a sentence is no place to fill in
    written = BytesIO()
    write_po(written, messages, width=0)
    return written.getvalue()


def is_fixed(name: str) -> bool:
    """Return whether a text is one that an overlay may not reword."""
    return any(name.startswith(start) and name.endswith(end) for start, end in FIXED)


def _comments(name: str, text: str) -> Iterator[str]:
    fitting = (comment for part, comment in COMMENTS.items() if (name.endswith(part) if part.startswith(".") else name.startswith(part)))
    yield from list(fitting)[:1]
    yield from [PLACES] if open_places(text) else []


def open_places(text: str) -> frozenset[str]:
    """Return the places that a text leaves open, with how they are written. Raises ``ValueError`` for a lone brace.

    >>> sorted(open_places("settles {settles:g}, at most {most}"))
    ['most', 'settles:g']
    """
    return frozenset(f"{name}:{form}" if form else name for _, name, form, _ in Formatter().parse(text) if name is not None)


def from_po(raw: bytes, texts: Mapping[str, str]) -> Translated:
    """Return the translated texts of a PO file. Raises :class:`NotTranslated` with everything that cannot be used."""
    told = [each for each in _read(raw) if each.id and each.context]
    problems = [problem for each in told for problem in _problems(each, texts)]
    if problems:
        raise NotTranslated("\n".join(problems))
    meant = {str(each.context): each for each in told}
    usable = {name: str(each.string) for name, each in meant.items() if each.string and not each.fuzzy and each.id == texts[name]}
    return Translated(
        usable,
        empty=sum(not each.string for each in told),
        fuzzy=sum(bool(each.string) and each.fuzzy for each in told),
        older=sum(bool(each.string) and not each.fuzzy and each.id != texts[str(each.context)] for each in told),
    )


def _read(raw: bytes) -> "list[Message]":
    from babel.messages.pofile import PoFileError, read_po  # noqa: PLC0415

    try:
        raw.decode("utf-8")
        return list(read_po(BytesIO(raw), abort_invalid=True))
    except (PoFileError, ValueError, LookupError) as error:
        raise NotTranslated(f"this cannot be read as PO in UTF-8: {error}") from None


def _problems(message: "Message", texts: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with one translation. One that is not to be used, because it is empty or fuzzy, may be wrong."""
    name, place = str(message.context), f"line {message.lineno}"
    if name not in texts:
        yield f"{place}: there is no text {name!r}{nearest(name, texts)}"
    elif message.string and not message.fuzzy and message.id == texts[name]:
        yield from _place_problems(f"{place}: {name}", str(message.string), texts[name])


def _place_problems(where: str, translation: str, text: str) -> Iterator[str]:
    wanted = open_places(text)
    try:
        found = open_places(translation)
    except ValueError:
        yield f"{where}: a brace stands alone; {{ and }} hold the name of what is filled in"
        return
    if found != wanted:
        yield f"{where}: found {_written(found)}; expected {_written(wanted)}, as in the English text"


def _written(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names)) or "nothing to fill in"
