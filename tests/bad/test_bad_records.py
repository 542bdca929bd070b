"""Every folder of ``records/`` holds one broken record and ``expected.txt``, the whole of what must be said about it.

``GRAVIDA_UPDATE=1`` writes the messages anew; read the difference before you commit it.
"""

import os
from pathlib import Path

import pytest

from gravida.library import load_dictionary
from gravida.record import RecordError, read_record

FOLDERS = sorted(path for path in (Path(__file__).parent / "records").iterdir() if path.is_dir())
DICTIONARY = load_dictionary()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_whole_message(folder: Path) -> None:
    (record,) = folder.glob("record.*")
    with pytest.raises(RecordError) as caught:
        read_record(record.read_bytes(), record.name, DICTIONARY)
    expected = folder / "expected.txt"
    if os.environ.get("GRAVIDA_UPDATE"):
        expected.write_text(f"{caught.value}\n", encoding="utf-8")

    assert f"{caught.value}\n" == expected.read_text(encoding="utf-8")


def test_there_are_broken_records() -> None:
    assert FOLDERS
