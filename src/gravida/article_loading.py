"""From ``article.yaml`` to the article's claims. A folder of knowledge need not have one; the topmost that has one counts.

>>> from gravida.folders import Folders
>>> read_article(Folders(FilePath("nowhere")), Draft()) is None
True
"""

from pathlib import Path as FilePath

from gravida.article import Article, Claim, ClaimVerdict
from gravida.dictionary_loading import Draft
from gravida.folders import Folders
from gravida.guideline_loading import read_tree
from gravida.knowledge_files import File, Text, read_as


class ClaimFile(File):
    """One claim of the article."""

    id: Text
    section: Text
    claim: Text
    verdict: ClaimVerdict
    answer: Text
    plain: Text
    by: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()


class ArticleFile(File):
    """``article.yaml``."""

    cite: Text
    first: tuple[str, ...] = ()
    claims: tuple[ClaimFile, ...]


def read_article(folders: Folders, draft: Draft) -> Article | None:
    """Read the article, or nothing. What is wrong with it goes to the draft."""
    paths: list[FilePath] = [path for _, path in folders.each("article.yaml")]
    tree = read_tree(paths[-1], draft, folders.shown) if paths else None
    file: ArticleFile | None = read_as(ArticleFile, tree, draft.problems) if tree else None
    if file is None or tree is None:
        return None
    return Article(file.cite, tuple(Claim(**dict(each)) for each in file.claims), file.first, tree.name)
