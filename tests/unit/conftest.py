"""What several tests stand on."""

import pytest


@pytest.fixture
def house(tmp_path):
    """Return an empty overlay, to be laid over the toy knowledge."""
    folder = tmp_path / "house"
    folder.mkdir()
    (folder / "overlay.yaml").write_text("name: House of Elrond\nshort: Elrond\nsays: Our roads are steeper.\n")
    return folder
