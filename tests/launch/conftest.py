"""Where launched sessions live."""

import pytest

from nanotrain_tui.config import Folders


@pytest.fixture
def folders(tmp_path):
    home = tmp_path / "home"
    return Folders(home, home / "config", home / "cache", (home / "data",))
