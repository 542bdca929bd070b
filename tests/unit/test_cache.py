"""The kept knowledge is never older than the files, and whatever happens to it, the files say the same."""

import os
import pickle
import shutil
import stat
from contextlib import suppress
from pathlib import Path

import pytest

from gravida import knowledge_cache, library
from gravida.knowledge import KnowledgeError
from gravida.knowledge_cache import KEPT, load_kept

TOY = Path(__file__).parents[1] / "toy"


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Return a copy of the toy, with a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path(shutil.copytree(TOY, tmp_path / "toy"))


@pytest.fixture
def reads(monkeypatch):
    """Count how often the files are read."""
    found = []
    load = library.load
    monkeypatch.setattr(library, "load", lambda folders: found.append(folders) or load(folders))
    return found


def kept(root):
    return sorted((root.parent / "cache" / "gravida").glob("*"))


def test_the_second_time_no_file_is_read(root, reads):
    one, other = load_kept(root), load_kept(root)

    assert len(reads) == 1
    assert len(kept(root)) == 1
    assert one.recommendations == other.recommendations
    assert one.criteria == other.criteria


@pytest.mark.parametrize("change", [
    lambda root: (root / "topics.yaml").write_text((root / "topics.yaml").read_text().replace("Danger", "Doom")),
    lambda root: (root / "references.bib").write_text(""),
    lambda root: (root / "guidelines/gondor-2019-roads/no-mine.yaml").unlink(),
    lambda root: shutil.copy(root / "facts/constraints.yaml", root / "facts/more.yaml") and (root / "facts/more.yaml").write_text("facts: {}\n"),
    lambda root: (root / "topics.yaml").rename(root / "topics.old") and shutil.copy(root / "topics.old", root / "topics.yaml")
    and (root / "guidelines/gondor-2019-roads/no-mine.yaml").rename(root / "guidelines/gondor-2019-roads/no-way.yaml"),
], ids=["edited", "emptied", "removed", "added", "renamed"])  # fmt: skip
def test_any_change_of_the_knowledge_is_seen(root, reads, change):
    load_kept(root)
    change(root)
    with suppress(KnowledgeError):  # a rule whose file has another name than its id is refused, which is seen, too
        load_kept(root)

    assert len(reads) == 2


def test_a_change_of_the_program_is_seen(root, reads, monkeypatch, tmp_path):
    load_kept(root)
    program = tmp_path / "program.py"
    program.write_text("changed = True\n")
    files = knowledge_cache._files  # noqa: SLF001  (the program's own files cannot be changed here)
    monkeypatch.setattr(knowledge_cache, "_files", lambda root: [*files(root), program])
    load_kept(root)

    assert len(reads) == 2


@pytest.mark.parametrize("damage", [
    b"", b"not a pickle", b"\x80\x05", pickle.dumps({"knowledge": None}), pickle.dumps([1, 2, 3]), b"cgravida.knowledge\nGone\n.", b"\x80\x05N.",
])  # fmt: skip
def test_a_damaged_cache_is_passed_over_and_written_anew(root, reads, damage):
    load_kept(root)
    (path,) = kept(root)
    path.write_bytes(damage)

    assert len(load_kept(root).recommendations) == 3
    assert len(load_kept(root).recommendations) == 3
    assert len(reads) == 2


def test_a_truncated_cache_is_passed_over(root, reads):
    load_kept(root)
    (path,) = kept(root)
    path.write_bytes(path.read_bytes()[:-100])

    assert len(load_kept(root).recommendations) == 3
    assert len(reads) == 2


def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(root, reads, monkeypatch):
    in_the_way = root.parent / "a-file"
    in_the_way.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(in_the_way))

    assert len(load_kept(root).recommendations) == 3
    assert len(load_kept(root).recommendations) == 3
    assert len(reads) == 2


def test_a_full_disk_is_no_reason_to_fail(root, monkeypatch):
    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)

    assert len(load_kept(root).recommendations) == 3


def test_somebody_without_a_home_is_served(root, monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", homeless)

    assert len(load_kept(root).recommendations) == 3


def test_wrong_knowledge_is_refused_and_not_kept(root):
    (root / "topics.yaml").write_text("danger: {}\n")
    for _ in range(2):
        with pytest.raises(KnowledgeError, match="the key 'label' is missing"):
            load_kept(root)

    assert kept(root) == []


def test_only_the_newest_are_kept(root):
    for number in range(KEPT + 3):
        (root / "references.bib").write_text((TOY / "references.bib").read_text() + f"% {number}\n")
        load_kept(root)

    assert len(kept(root)) == KEPT


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_nobody_else_can_write_into_the_cache(root):
    load_kept(root)

    assert stat.S_IMODE((root.parent / "cache" / "gravida").stat().st_mode) == 0o700


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs owners of files")
def test_a_cache_that_somebody_else_wrote_is_not_believed(root, reads, monkeypatch):
    """Reading a pickle can run what its writer wants."""
    load_kept(root)
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    load_kept(root)

    assert len(reads) == 2


def test_two_copies_of_the_knowledge_do_not_share_a_cache(root, reads, tmp_path):
    other = Path(shutil.copytree(root, tmp_path / "other" / "toy"))
    load_kept(root)

    assert load_kept(other).root == other
    assert len(reads) == 2
