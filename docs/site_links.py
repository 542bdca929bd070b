"""What the site needs beyond ``docs/``: files of the repository that a page links to become pages of the site.

A link such as ``../../knowledge/README.md`` leads somewhere in the repository and nowhere on a site that has ``docs/`` alone.
So each such target is shown under ``repository/``: a Markdown file as it is, a folder or another file as text. In those pages a
link to what is not on the site becomes words.
"""

import re
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\[(?P<words>[^\[\]]*)\]\((?P<target>(?!https?:|mailto:|#)[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")
HEADING = re.compile(r"^(#{2,} .*)$", re.MULTILINE)
SHOWN_UNDER = "repository"
ALWAYS = ("CONTRIBUTING.md", "knowledge/README.md", "examples")
"""What the navigation names, whether or not a page links to it."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each target outside ``docs/`` that a page of ``docs/`` links to."""
    targets = {target for file in files.documentation_pages() for target in _outside(file)}
    for target in sorted({*targets, *ALWAYS}):
        files.append(File.generated(config, _shown_at(target), content=_shown(target)))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to where their targets are on the site, and let Markdown be read inside ``<details>``.

    Of a review sheet the search finds what is said; its tables of patients and of fields would be two thirds of all that a reader loads.
    """
    markdown = markdown.replace("<details>", '<details markdown="1">')
    if page.file.src_uri.startswith("sheets/"):
        before, heading, after = markdown.partition("\n## Patients, and what must come out\n")
        markdown = before + HEADING.sub(r"\1 { data-search-exclude }", heading + after)
    return LINK.sub(lambda found: _led(found, page.file.src_uri, files), markdown)


def _outside(file: File) -> set[str]:
    targets = (_in_repository(file.src_uri, found["target"]) for found in LINK.finditer(file.content_string))
    return {target for target in targets if not target.startswith("docs/") and (ROOT / target).exists()}


def _in_repository(page: str, target: str) -> str:
    """Return the path of a link's target from the root of the repository."""
    home = PurePosixPath(page.removeprefix(f"{SHOWN_UNDER}/")) if page.startswith(f"{SHOWN_UNDER}/") else PurePosixPath("docs", page)
    return (ROOT / home.parent / target).resolve().relative_to(ROOT).as_posix()


def _shown_at(target: str) -> str:
    return f"{SHOWN_UNDER}/{target}" if target.endswith(".md") else f"{SHOWN_UNDER}/{target}.md"


def _led(found: re.Match[str], page: str, files: Files) -> str:
    target = _in_repository(page, found["target"])
    place = target.removeprefix("docs/") if target.startswith("docs/") else _shown_at(target)
    if files.get_file_from_path(place) is not None:
        up = "../" * (len(PurePosixPath(page).parts) - 1)
        return f"[{found['words']}]({up}{place}{found['anchor'] or ''})"
    folder = f"{target}/README.md".removeprefix("docs/")
    if files.get_file_from_path(folder) is not None:
        return f"[{found['words']}]({'../' * (len(PurePosixPath(page).parts) - 1)}{folder})"
    return f"{found['words']} (`{target}` in the repository)" if page.startswith(SHOWN_UNDER) else found[0]


def _shown(target: str) -> str:
    path = ROOT / target
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    if path.is_file():
        return f"# {path.name}\n\n`{target}` in the repository.\n\n{_fenced(path)}"
    kept = sorted(each for each in path.iterdir() if each.is_file())
    parts = [f"# {path.name.capitalize()}\n\nThe files of `{target}/` in the repository. Every person in them is made up.\n"]
    return "\n".join([*parts, *(f"## {each.name}\n\n{_fenced(each)}" for each in kept)])


def _fenced(path: Path) -> str:
    return f"```{path.suffix.removeprefix('.')}\n{path.read_text(encoding='utf-8').rstrip()}\n```\n"
