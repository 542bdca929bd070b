"""Keeps the loaded knowledge ready between runs, because reading several hundred files takes a second.

The cache holds knowledge only, never anything about a person. Its name is a digest of every file of knowledge and of
this program, so an edit of either makes a new one; a cache that cannot be read or written is passed over in silence,
since the files say the same.
"""

import hashlib
import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from gravida.folders import Folders, as_folders
from gravida.knowledge import Knowledge

KEPT = 4
"""So many caches are kept; older ones are removed."""


def load_kept(folders: Folders | Path | None = None) -> Knowledge:
    """Load the knowledge from the cache, or from its files. Raises :class:`KnowledgeError`."""
    folders = as_folders(folders)
    folder = _folder()
    path = folder / f"knowledge-{_digest(folders)}.pickle" if folder else None
    kept = _read(path) if path else None
    if kept is not None:
        return kept
    from gravida.library import load  # noqa: PLC0415  (validating the files needs libraries that a kept one does not)

    knowledge = load(folders)
    _ = knowledge.meaning, knowledge.index, knowledge.largest_k  # worked out once, and kept with the rest
    with suppress(OSError, pickle.PicklingError):
        if path:
            _write(path, knowledge)
    return knowledge


def _folder() -> Path | None:
    """Return where caches are kept; nowhere for somebody without a home, as a container's user may be."""
    with suppress(RuntimeError):
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gravida"
    return None


def _digest(folders: Folders) -> str:
    found = hashlib.sha256("\0".join([sys.version, *(str(root.resolve()) for root in folders.roots)]).encode())
    for path in _files(folders):
        found.update(str(path).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:32]


def _files(folders: Folders) -> Iterator[Path]:
    for root in folders.roots:
        yield from sorted(path for path in root.rglob("*") if path.suffix in (".yaml", ".bib", ".csv"))
    yield from sorted(Path(__file__).parent.glob("*.py"))


def _read(path: Path) -> Knowledge | None:
    try:
        with path.open("rb") as file:
            if _is_foreign(file.fileno()):
                return None
            found = pickle.load(file)  # noqa: S301  (written by this program into the person's own cache)
    except Exception:  # noqa: BLE001  (a damaged cache may fail in any way, and the files say the same)
        return None
    return found if isinstance(found, Knowledge) else None


def _is_foreign(descriptor: int) -> bool:
    """Return whether somebody else wrote a file; reading a pickle can run what its writer wants."""
    return hasattr(os, "getuid") and os.fstat(descriptor).st_uid != os.getuid()


def _write(path: Path, knowledge: Knowledge) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_bytes(pickle.dumps(knowledge, protocol=pickle.HIGHEST_PROTOCOL))
    partial.replace(path)
    old = sorted(path.parent.glob("knowledge-*.pickle"), key=lambda each: each.stat().st_mtime, reverse=True)[KEPT:]
    for each in old:
        each.unlink(missing_ok=True)
