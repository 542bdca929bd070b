"""All review sheets as a folder of pages: written, or held against what stands there.

A page for each recommendation, one for each document, and one over all. Pages of what is no longer there are removed;
nothing is touched that does not begin with the marker of a sheet.

>>> from gravida.library import load
>>> sorted(pages(load(), ["figo-2021-pessary"]))
['figo-2021-pessary/README.md', 'figo-2021-pessary/routine-care.md', 'figo-2021-pessary/twins.md']
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gravida.assess import cited, written_window
from gravida.guideline import Guideline, Recommendation
from gravida.knowledge import Knowledge
from gravida.markdown_text import inline, prose, table
from gravida.review_sheet import MARKER, sheet
from gravida.signing import status
from gravida.words import STANCES

INDEX = "README.md"
NOTHING_SIGNED = "Nothing here has been reviewed and signed by a clinician."

Advance = Callable[[int, int], object]


@dataclass(frozen=True)
class Difference:
    """One page that is not as it should be: ``stale``, ``missing`` or ``left over``."""

    page: str
    how: str


class ForeignPage(ValueError):  # noqa: N818  (its text is the whole message)
    """A file that is no review sheet stands where one should be written."""


def pages(knowledge: Knowledge, names: Collection[str] = (), advance: Advance = lambda done, total: None) -> dict[str, str]:
    """Return the pages by their path: all of them, or those of some guidelines and recommendations."""
    found = {INDEX: overview(knowledge)} if not names else {}
    chosen = list(selected(knowledge, names))
    for done, each in enumerate(chosen):
        if isinstance(each, Guideline):
            found[f"{each.id}/{INDEX}"] = guideline_page(each, knowledge)
        else:
            found[f"{each.key}.md"] = sheet(each, knowledge)
        advance(done, len(chosen))
    return found


def selected(knowledge: Knowledge, names: Collection[str]) -> Iterator[Guideline | Recommendation]:
    """Yield what has a page: a guideline with all that it says, or one recommendation. Without names, everything."""
    for name in dict.fromkeys(names or knowledge.guidelines):
        if name in knowledge.guidelines:
            yield knowledge.guidelines[name]
            yield from (knowledge.recommendations[key] for key in knowledge.guidelines[name].recommendations)
        else:
            yield knowledge.recommendations[name]


def guideline_page(guideline: Guideline, knowledge: Knowledge) -> str:
    """Return the page of one document: what it is, and its recommendations."""
    source = cited(guideline, knowledge)
    about = [prose(guideline.title), f"{prose(source.citation)} {f'<{source.url}>' if source.url else ''}".strip(), prose(guideline.status_note)]
    own = [knowledge.recommendations[key] for key in guideline.recommendations]
    rows = [[f"[{each.id}]({each.id}.md)", inline(knowledge.topics[each.topic].label), STANCES[each.stance].mark, written_window(each.window) or "not stated",
             len(each.cases), standing(each)] for each in own]  # fmt: skip
    lines = [MARKER, f"# {inline(guideline.heading)}", "", f"> {_counted(own)}", "", *(line for text in about if text for line in (text, ""))]
    lines += [*table(["Recommendation", "Topic", "Stance", "Weeks", "Patients", "Standing"], rows), "", f"[All documents](../{INDEX})"]
    return "\n".join(lines) + "\n"


def overview(knowledge: Knowledge) -> str:
    """Return the page over all documents."""
    rows = []
    for each in knowledge.guidelines.values():
        own = [knowledge.recommendations[key] for key in each.recommendations]
        counts = Counter(status(one) for one in own)
        figures = (counts["signed"], counts["lapsed"], counts["draft"], sum(one.is_recalled for one in own))
        superseded = "" if each.status == "current" else " (superseded)"
        rows.append([f"[{inline(each.heading)}]({each.id}/{INDEX}){superseded}", each.jurisdiction, len(own), *figures])
    lines = [MARKER, "# Review sheets", "", f"> {_counted(knowledge.recommendations.values())}", ""]
    lines += ["A page for each recommendation, for a clinician who reads no code: what it says, for whom, when, what speaks against it,"]
    lines += ["patients with what must come out for each, what every word means, where it stands, and how that was seen.", ""]
    lines += list(table(["Document", "From", "Recommendations", "Signed", "Lapsed", "Draft", "Unverified"], rows))
    return "\n".join(lines) + "\n"


def standing(recommendation: Recommendation) -> str:
    """Return in a word or two how far a recommendation can be trusted."""
    word = {"draft": "draft", "signed": "**signed**", "lapsed": "draft again: a signature lapsed"}[status(recommendation)]
    return f"{word}, unverified" if recommendation.is_recalled else word


def _counted(recommendations: Iterable[Recommendation]) -> str:
    counts = Counter(status(each) for each in recommendations)
    if not counts["signed"] and not counts["lapsed"]:
        return f"**Draft.** {NOTHING_SIGNED}"
    return f"{counts['signed']} of {sum(counts.values())} signed as they stand, {counts['lapsed']} with a signature that has lapsed, {counts['draft']} drafts."


def differences(folder: Path, wanted: Mapping[str, str], names: Collection[str] = ()) -> list[Difference]:
    """Return every page that is stale, missing or left over, in order of name."""
    found = []
    for page, text in wanted.items():
        path = folder / page
        if not path.is_file():
            found.append(Difference(page, "missing"))
        elif path.read_text(encoding="utf-8", errors="replace") != text:
            found.append(Difference(page, "stale"))
    found += [Difference(page, "left over") for page in _left_over(folder, wanted, names)]
    return sorted(found, key=lambda each: each.page)


def _left_over(folder: Path, wanted: Mapping[str, str], names: Collection[str]) -> Iterator[str]:
    """Yield sheets that are not wanted any more; with names, only in the folders of the guidelines that are named."""
    for path in sorted(folder.glob("*.md")) + sorted(folder.glob("*/*.md")):
        page = path.relative_to(folder).as_posix()
        concerned = not names or page.partition("/")[0] in names
        if concerned and page not in wanted and _is_sheet(path):
            yield page


def _is_sheet(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.readline().rstrip("\r\n") == MARKER


def write(folder: Path, wanted: Mapping[str, str], names: Collection[str] = ()) -> list[Difference]:
    """Make a folder as it should be, and return what was done. Raises :class:`ForeignPage` before anything is written."""
    todo = differences(folder, wanted, names)
    for each in todo:
        if each.how == "stale" and not _is_sheet(folder / each.page):
            raise ForeignPage(f"{folder / each.page}: this is no review sheet, and would be lost: name a folder that holds nothing else")
    for each in todo:
        path = folder / each.page
        if each.how == "left over":
            path.unlink()
            _remove_if_empty(path.parent, folder)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted[each.page].encode())
    return todo


def _remove_if_empty(path: Path, folder: Path) -> None:
    if path != folder and not any(path.iterdir()):
        path.rmdir()
