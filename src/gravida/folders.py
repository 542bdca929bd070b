"""Where the knowledge is read from: one whole folder, and the overlays that a hospital or a country lays over it.

An overlay is a folder with an ``overlay.yaml``. Its files stand where they would stand in the whole knowledge: a file
of a guideline replaces the one of the same name or adds one, and entries of ``actions.yaml``, ``topics.yaml``,
``cases/bases.yaml`` and ``references.bib`` join those that are there. The later overlay lies on top.

>>> folders = Folders(Path("knowledge"), (Path("our-hospital"),))
>>> [path.name for path in folders.roots]
['knowledge', 'our-hospital']
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = "GRAVIDA_KNOWLEDGE"
OVERLAY = "overlay.yaml"


class NoFolder(ValueError):  # noqa: N818  (its text is the whole message)
    """A folder that was named is no knowledge and no overlay."""


@dataclass(frozen=True)
class Folders:
    """One whole folder of knowledge, and overlays in the order in which they are laid over it."""

    base: Path
    overlays: tuple[Path, ...] = ()

    @property
    def roots(self) -> tuple[Path, ...]:
        """All folders, the lowest first."""
        return (self.base, *self.overlays)

    def each(self, name: str) -> Iterator[tuple[Path, Path]]:
        """Yield every file of this name that is there, with its root, the lowest first."""
        yield from ((root, root / name) for root in self.roots if (root / name).is_file())

    def matching(self, pattern: str) -> Iterator[tuple[Path, Path]]:
        """Yield every file that matches, with its root: folder by folder, in order of name."""
        yield from ((root, path) for root in self.roots for path in sorted(root.glob(pattern)))

    def guidelines(self) -> Mapping[str, tuple[Path, ...]]:
        """Return the folders of every guideline by its id, the lowest first."""
        found: dict[str, tuple[Path, ...]] = {}
        for root in self.roots:
            for path in sorted((root / "guidelines").glob("*")):
                if path.is_dir():
                    found[path.name] = (*found.get(path.name, ()), path)
        return dict(sorted(found.items()))

    def shown(self, path: Path) -> str:
        """Return how a file is named in messages: from its root's own name on."""
        root = next(root for root in reversed(self.roots) if path.is_relative_to(root))
        return str(Path(root.name) / path.relative_to(root))

    def find(self, shown: str) -> Path:
        """Return the file that :meth:`shown` names."""
        places = [root.parent / shown for root in reversed(self.roots) if Path(shown).parts[:1] == (root.name,)]
        return next((place for place in places if place.exists()), places[0] if places else self.base.parent / shown)


def shipped() -> Path:
    """Return the knowledge that comes with Gravida: beside the sources, or installed with them."""
    here = Path(__file__).resolve()
    beside = here.parents[2] / "knowledge"
    return beside if beside.is_dir() else here.parent / "knowledge"


def as_folders(found: Folders | Path | None) -> Folders:
    """Return the folders that somebody names: as they are, one whole folder, or, for none, what :func:`knowledge_folders` finds."""
    if found is None:
        return knowledge_folders()
    return found if isinstance(found, Folders) else Folders(found)


def knowledge_folders(named: Sequence[Path] = ()) -> Folders:
    """Return the folders to read: those named, else the environment's, over the knowledge that comes with Gravida.

    A folder without ``overlay.yaml`` is whole, and stands instead of what comes with Gravida. Raises :class:`NoFolder`.
    """
    paths = tuple(named) or tuple(Path(each) for each in os.environ.get(ENVIRONMENT, "").split(os.pathsep) if each)
    overlays = tuple(path for path in paths if (path / OVERLAY).is_file())
    whole = [path for path in paths if path not in overlays]
    for path in whole:
        if not (path / "facts").is_dir():
            raise NoFolder(f"{path}: this is neither knowledge nor an overlay: it has no facts/, and no {OVERLAY}")
    if len(whole) > 1:
        raise NoFolder(f"{whole[1]}: there is a whole knowledge already ({whole[0]}); what is laid over it needs an {OVERLAY}")
    return Folders(whole[0] if whole else shipped(), overlays)
