"""The knowledge as it was: read out of git at a revision, with the program of today.

Nothing in the repository or in its working folder is touched; the old files are unpacked into a folder that is gone
again afterwards. If this program cannot read them, because a key has another name by now, the nearest later revision
that it can read is looked for.
"""

import subprocess
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from gravida.folders import Folders
from gravida.knowledge import Knowledge, KnowledgeError
from gravida.library import load

SHOWN = 3
"""So many problems of knowledge that cannot be read are repeated."""


class NoOldKnowledge(ValueError):  # noqa: N818  (its text is the whole message)
    """There is nothing to compare with, and why."""


@dataclass(frozen=True)
class OldKnowledge:
    """The knowledge of a revision. ``name`` tells which: its short number, day and subject."""

    name: str
    knowledge: Knowledge


def knowledge_at(revision: str, folders: Folders) -> OldKnowledge:
    """Return the knowledge at a git revision. Raises :class:`NoOldKnowledge`, with what to do instead."""
    repository = _Repository(folders)
    commit = repository.commit(revision)
    try:
        return OldKnowledge(repository.name(commit), repository.load(commit))
    except KnowledgeError as error:
        raise NoOldKnowledge(_cannot_read(revision, commit, error, repository)) from None


def _cannot_read(revision: str, commit: str, error: KnowledgeError, repository: "_Repository") -> str:
    count = len(error.problems)
    more = f"\n… and {count - SHOWN} more" if count > SHOWN else ""
    told = "\n".join(str(each) for each in error.problems[:SHOWN]) + more
    nearest = repository.first_readable_after(commit)
    advice = f"The nearest later revision that it can read is {repository.name(nearest)}: gravida review diff {nearest[:9]}" if nearest else (
        "No later revision can be read either: commit the knowledge as it is now, and compare with that from then on"
    )  # fmt: skip
    return f"{told}\nthe knowledge at {revision} ({repository.name(commit)}) cannot be read by this program, as said above. {advice}"


@dataclass(frozen=True)
class _Repository:
    """The git repository that the folders of the knowledge lie in."""

    folders: Folders

    def commit(self, revision: str) -> str:
        """Return the full number of a revision."""
        inside = _git(self.folders.base, "rev-parse", "--show-toplevel")
        if inside.returncode:
            raise NoOldKnowledge(f"{self.folders.base}: there is no earlier version to compare with: git says {_said(inside)!r}")
        found = _git(self.folders.base, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if found.returncode:
            names = "HEAD~1 is the commit before the last; 'git log --oneline -- .' in that folder lists those that changed it"
            raise NoOldKnowledge(f"there is no revision {revision!r} in the repository of {self.folders.base}: {names}")
        return _out(found)

    def name(self, commit: str) -> str:
        """Return how a commit is called: its short number, day and subject."""
        return _out(_git(self.folders.base, "log", "-1", "--format=%h, %cs, “%s”", commit))

    def load(self, commit: str) -> Knowledge:
        """Return the knowledge of a commit. Raises :class:`KnowledgeError`."""
        with TemporaryDirectory(prefix="gravida-") as place:
            roots = [_unpacked(root, commit, Path(place, str(number))) for number, root in enumerate(self.folders.roots)]
            return load(Folders(roots[0], tuple(each for each in roots[1:] if each.is_dir())))

    def first_readable_after(self, commit: str) -> str:
        """Return the first later commit whose knowledge can be read, or nothing. What could be read once is taken to stay so."""
        later = _out(_git(self.folders.base, "rev-list", "--reverse", f"{commit}..HEAD", "--", ".")).split()
        low, high = 0, len(later)
        while low < high:
            middle = (low + high) // 2
            if self._is_readable(later[middle]):
                high = middle
            else:
                low = middle + 1
        return later[low] if low < len(later) else ""

    def _is_readable(self, commit: str) -> bool:
        try:
            self.load(commit)
        except (KnowledgeError, NoOldKnowledge):
            return False
        return True


def _unpacked(root: Path, commit: str, place: Path) -> Path:
    """Unpack a folder as it was at a commit. An overlay that was not there yet is left out; the knowledge must be there."""
    inside = _out(_git(root, "rev-parse", "--show-prefix")).rstrip("/")
    top = Path(_out(_git(root, "rev-parse", "--show-toplevel")))  # inside a folder, git would look for the folder in itself
    archive = _git(top, "archive", "--format=tar", f"{commit}:{inside}")
    target = place / root.resolve().name
    if archive.returncode:
        if place.name == "0":
            raise NoOldKnowledge(f"there was no folder {inside!r} at {commit[:9]}: name a later revision, in which the knowledge was there already")
        return target
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(target, filter="data")
    return target


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git, which only reads. Raises :class:`NoOldKnowledge` if there is none."""
    try:
        return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)  # noqa: S603, S607  (git, wherever it is; no shell)
    except FileNotFoundError:
        raise NoOldKnowledge("git is needed to see the knowledge as it was, and is not here: install it, or compare on another machine") from None


def _out(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stdout.decode("utf-8", "replace").strip()


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")
