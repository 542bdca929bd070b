"""The only place where a citation is spelled out: ``knowledge/references.bib``, read with a BibTeX library."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from gravida.knowledge import Reference

AUTHORS = re.compile(r" and (?![^{]*\})")
"""Between two authors; inside braces BibTeX keeps a name whole."""


def read_references(path: Path) -> Mapping[str, Reference]:
    """Return the references by key; none if the file is not there. Later fields that BibTeX allows are kept out."""
    if not path.is_file():
        return {}
    from bibtexparser.entrypoint import parse_string  # noqa: PLC0415  (slow to load; only when the knowledge is read afresh)

    entries = parse_string(path.read_text(encoding="utf-8")).entries
    return {entry.key: _reference(entry.key, {field.key: str(field.value) for field in entry.fields}) for entry in entries}


def broken_references(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line of each entry that BibTeX cannot read, or that has the key of another, and what is wrong with it."""
    from bibtexparser.entrypoint import parse_string  # noqa: PLC0415

    for block in parse_string(path.read_text(encoding="utf-8")).failed_blocks if path.is_file() else ():
        said = " ".join(str(block.error).split())
        yield (block.start_line or 0) + 1, said.partition(". Note:")[0].partition(" due to syntactical error in bibtex: ")[2] or said


def _reference(key: str, fields: Mapping[str, str]) -> Reference:
    fields = {**fields, "author": AUTHORS.sub("; ", fields.get("author", ""))}
    clean = {name: text.replace("{", "").replace("}", "").replace("--", "-") for name, text in fields.items()}
    parts = [clean.get(name, "") for name in ("author", "title", "journal", "howpublished", "year")]
    where = ":".join(part for part in (clean.get("volume", ""), clean.get("pages", "")) if part)
    doi = f"doi {clean['doi']}" if "doi" in clean else ""
    citation = ". ".join(part.rstrip(".") for part in (*parts, where, clean.get("note", ""), doi) if part)
    return Reference(key, citation + ".", clean.get("url", ""))
