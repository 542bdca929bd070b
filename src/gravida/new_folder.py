"""A folder that is whole or not there: what is written stands beside the wanted place until it is done.

>>> from tempfile import mkdtemp
>>> wanted = Path(mkdtemp()) / "made"
>>> with whole_or_nothing(wanted) as beside:
...     _ = (beside / "a.txt").write_text("a")
>>> [path.name for path in wanted.iterdir()]
['a.txt']
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_or_nothing(folder: Path) -> Iterator[Path]:
    """Give a folder to write into that takes the place of the wanted one at the end, or vanishes if anything stops it."""
    beside, before = (folder.with_name(f".{folder.name}.{os.getpid()}.{what}") for what in ("partial", "before"))
    beside.mkdir(parents=True)
    try:
        yield beside
        if folder.exists():
            folder.rename(before)
        beside.rename(folder)
    finally:
        if before.exists() and not folder.exists():
            before.rename(folder)
        for each in (beside, before):
            shutil.rmtree(each, ignore_errors=True)
