"""The article for lay readers, claim by claim: for a terminal, in plain words, as Markdown and as JSON.

What needs help at once stands first on every page, whatever was asked for. Each answer ends with who says so. Plain pages
name no recommendation that nobody has read.

>>> from gravida.article import Article, Claim
>>> page = Page(Article("somewhere"), (Claim("one-scan", "Testing", "One scan is enough.", "unsupported", "No.", "No."),))
>>> page.counted()
'1 claim: 1 unsupported'
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from gravida.article import Article, Claim, ClaimVerdict
from gravida.assess import heading
from gravida.guideline import Guideline, Recommendation
from gravida.knowledge import Knowledge
from gravida.report_plain import wrapped
from gravida.words import CLAIMS, COMPILED, STANCES, Words, say, seen

COLOURS: dict[ClaimVerdict, str] = {
    "stands": "green", "partly": "yellow", "outdated": "red", "contradicted": "red", "omitted": "cyan", "unsupported": "dim",
}  # fmt: skip
MORE = "gravida article CLAIM shows one claim whole; --verdict outdated shows those alone."


@dataclass(frozen=True, slots=True)
class Page:
    """The claims that a page shows, and the article they are from."""

    article: Article
    claims: tuple[Claim, ...]

    def counted(self) -> str:
        """Return how many claims there are, by verdict."""
        counts = {verdict: sum(each.verdict == verdict for each in self.claims) for verdict in CLAIMS}
        said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
        return f"{len(self.claims)} claim{'s' * (len(self.claims) != 1)}: {said or 'none'}"

    def first(self) -> tuple[Claim, ...]:
        """Return the claims that stand at the top of every page."""
        return tuple(each for name in self.article.first for each in self.article.claims if each.id == name)

    def groups(self) -> Iterable[tuple[Words, str, tuple[Claim, ...]]]:
        """Yield each verdict that there is, with its words and its claims: first what could do harm to believe."""
        for verdict, words in CLAIMS.items():
            if found := tuple(each for each in self.claims if each.verdict == verdict):
                yield words, verdict, found


@dataclass(frozen=True, slots=True)
class Voice:
    """One document behind an answer: how it is called, and which of its recommendations. A reference has none."""

    heading: str
    keys: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()
    """Those of the keys whose source nobody has read."""

    def marked(self, key: str) -> str:
        """Return a mark for what nobody has read."""
        return " (unverified)" if key in self.unread else ""


def page(knowledge: Knowledge, verdicts: Sequence[str] = ()) -> Page:
    """Return the claims of these verdicts, or all of them."""
    article = knowledge.article or Article("")
    return Page(article, tuple(each for each in article.claims if not verdicts or each.verdict in verdicts))


def voices(claim: Claim, knowledge: Knowledge, *, plain: bool = False) -> tuple[Voice, ...]:
    """Return who says so, one for each document. Plain pages hear only what somebody has read."""
    found = [knowledge.recommendations[key] for key in claim.by if key in knowledge.recommendations]
    unread = frozenset(each.key for each in found if each.is_recalled)
    headings: dict[str, list[str]] = {}
    for each in found:
        if not (plain and each.is_recalled):
            headings.setdefault(_heading(each, knowledge.guidelines[each.guideline], plain=plain), []).append(each.key)
    spoken = [Voice(heading, tuple(keys), unread) for heading, keys in headings.items()]
    cited = [Voice(knowledge.references[key].citation) for key in claim.refs if key in knowledge.references]
    return (*spoken, *cited)


def _heading(recommendation: Recommendation, guideline: Guideline, *, plain: bool) -> str:
    if plain and guideline.body == COMPILED and not recommendation.overlay:  # it is no guideline, and has no edition
        return guideline.body_name
    return heading(recommendation, guideline)


def _lead(claim: Claim) -> str:
    return "Left out" if claim.verdict == "omitted" else "It says"


def _source(article: Article, knowledge: Knowledge) -> str:
    found = knowledge.references.get(article.cite)
    return found.citation if found else article.cite


# --- for a terminal ----------------------------------------------------------------------------------------------------------


def article(shown: Page, knowledge: Knowledge) -> RenderableType:
    """Return the page: safety, how many claims there are, each claim under its verdict, the notice."""
    parts: list[RenderableType] = [*_first(shown), Text(f"The article: {_source(shown.article, knowledge)}"), Text(shown.counted() + ".")]
    for words, verdict, claims in shown.groups():
        parts += [Text(), Rule(f"{words.mark} {verdict}: {words.clinical}", align="left", style="dim", characters="─")]
        parts += [Group(Text(), _entry(each, knowledge)) for each in claims]
    return Group(*parts, Text(), Text(MORE, style="dim"), Text(say("notice.clinical"), style="bold"))


def _first(shown: Page) -> Iterable[RenderableType]:
    yield Text(say("safety"), style="bold")
    for claim in shown.first():
        yield Text(claim.answer, style="bold")
    yield Text()


def _head(claim: Claim) -> Text:
    return Text.assemble((f"{CLAIMS[claim.verdict].mark} ", COLOURS[claim.verdict]), (claim.id, "bold"), (f" · {claim.section}", "dim"))


def _entry(claim: Claim, knowledge: Knowledge) -> RenderableType:
    body = [Text(f"{_lead(claim)}: {claim.claim}", style="italic"), Text(claim.answer), *_spoken(claim, knowledge)]
    return Group(_head(claim), *(Padding(part, (0, 0, 0, 2)) for part in body))


def _spoken(claim: Claim, knowledge: Knowledge) -> Iterable[RenderableType]:
    for voice in voices(claim, knowledge):
        yield Text(f"- {voice.heading}", style="dim")
        for key in voice.keys:
            yield Padding(Text(key + voice.marked(key), style="dim"), (0, 0, 0, 2))


def claim(found: Claim, shown: Page, knowledge: Knowledge) -> RenderableType:
    """Return one claim whole: the answer, the plain answer, and what each recommendation behind it says."""
    parts: list[RenderableType] = [*_first(shown), _head(found), Text(f"{found.verdict}: {CLAIMS[found.verdict].clinical}", style=COLOURS[found.verdict])]
    told = ((_lead(found), found.claim), ("Answer", found.answer), ("In plain words", found.plain))
    for title, text in told:
        parts += [Text(title, style="bold"), Padding(Text(text), (0, 0, 0, 2))]
    parts.append(Text("Who says so", style="bold"))
    parts += [Padding(part, (0, 0, 1, 2)) for part in _said(found, knowledge)] or [Padding(Text("Nothing here does."), (0, 0, 1, 2))]
    return Group(*parts, Text(say("notice.clinical"), style="bold"))


def _said(found: Claim, knowledge: Knowledge) -> Iterable[RenderableType]:
    for key in found.by:
        each = knowledge.recommendations.get(key)
        if each is None:
            yield Text(f"{key}: left out of this folder of knowledge", style="dim")
            continue
        said = f"{heading(each, knowledge.guidelines[each.guideline])} {STANCES[each.stance].clinical}"
        strength = f"{each.strength or 'no strength given'}; {seen(each.provenance['who'])}"
        yield Group(Text(said), Text(each.says), Text(f"{strength}\n{key}", style="dim"))
    yield from (Text(knowledge.references[key].citation) for key in found.refs if key in knowledge.references)


# --- in plain words ----------------------------------------------------------------------------------------------------------


def plain_text(shown: Page, knowledge: Knowledge) -> str:
    """Return the page for the person herself: help first, no keys, no doses, nothing that nobody has read."""
    lines = wrapped(say("safety"))
    for each in shown.first():
        lines += ["", *wrapped(each.plain)]
    lines += ["", *wrapped(say("notice.plain"))]
    rest = Page(shown.article, tuple(each for each in shown.claims if each.id not in shown.article.first))
    for words, _, claims in rest.groups():
        title = words.plain.rstrip(".")
        lines += ["", title.upper(), "=" * len(title)]
        lines += [line for each in claims for line in ("", *_plain(each, knowledge))]
    return "\n".join([*lines, "", *wrapped(say("notice.plain"))]) + "\n"


def _plain(found: Claim, knowledge: Knowledge) -> Iterable[str]:
    yield from wrapped(f"{_lead(found)}: {found.claim}", "  ", "• ")
    yield from wrapped(found.plain, "  ")
    heard = [voice.heading for voice in voices(found, knowledge, plain=True) if voice.keys]
    others = [f"{len(found.refs)} other source{'s' * (len(found.refs) > 1)}"] if found.refs else []
    if heard or others:
        yield from wrapped(f"From: {'; '.join([*heard, *others])}.", "  ")


# --- for other programs ------------------------------------------------------------------------------------------------------


def markdown(shown: Page, knowledge: Knowledge) -> str:
    """Return the page as Markdown, for a leaflet, a lesson or a meeting."""
    lines = ["# The article, claim by claim", "", f"*{say('notice.clinical')}*", "", f"**{say('safety')}**", ""]
    lines += [line for each in shown.first() for line in (f"**{each.answer}**", "")]
    lines += [f"The article: {_source(shown.article, knowledge)}", "", f"{shown.counted()}.", ""]
    for words, verdict, claims in shown.groups():
        lines += [f"## {words.mark} {verdict}: {words.clinical}", "", *(line for each in claims for line in _markdown(each, knowledge))]
    return "\n".join(lines)


def _markdown(found: Claim, knowledge: Knowledge) -> Iterable[str]:
    yield from (f"### {_lead(found)}: {found.claim}", "", f"`{found.id}`", "", found.answer, "", f"*In plain words:* {found.plain}", "")
    heard = voices(found, knowledge)
    for voice in heard:
        yield f"- {voice.heading}" + (": " + ", ".join(f"`{key}`{voice.marked(key)}" for key in voice.keys) if voice.keys else "")
    yield from [""] * bool(heard)


def to_json(shown: Page, knowledge: Knowledge) -> str:
    """Return the page as JSON: each claim with its words, and what stands behind it."""
    found = {"article": _source(shown.article, knowledge), "notice": say("notice.clinical"), "safety": say("safety"), "first": list(shown.article.first)}
    return json.dumps({**found, "claims": [_record(each, knowledge) for each in shown.claims]}, indent=2, ensure_ascii=False)


def _record(found: Claim, knowledge: Knowledge) -> dict[str, object]:
    words = {name: getattr(found, name) for name in ("id", "section", "claim", "verdict", "answer", "plain")}
    spoken = [knowledge.recommendations[key] for key in found.by if key in knowledge.recommendations]
    by = [
        {"recommendation": each.key, "heading": heading(each, knowledge.guidelines[each.guideline]), "stance": each.stance, "says": each.says,
         "recalled": each.is_recalled}
        for each in spoken
    ]  # fmt: skip
    cited = [knowledge.references[key] for key in found.refs if key in knowledge.references]
    return {**words, "by": by, "refs": [{"key": each.key, "citation": each.citation, "url": each.url} for each in cited]}
