"""The parent of a fork, as its recording names it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from recorded import Recording

from nanotrain_tui.follow.source import Follower, LocalSource
from nanotrain_tui.session.summary import parent_name, parent_of


def test_a_fork_is_followed_with_the_name_of_its_parent(tmp_path: Path) -> None:
    fork = Recording(tmp_path, parent=("mnist-9", 300)).started().steps(5).finished()
    alone = Recording(tmp_path).started().steps(5).finished()
    for folder, parent, begins_at in ((fork, "mnist-9", 300), (alone, "", 0)):
        follower = Follower(LocalSource(folder.path))
        state = follower.follow()
        assert (state.parent, state.begins_at) == (parent, begins_at)
        follower.close()


@pytest.mark.parametrize(
    "parent",
    [None, "", "not JSON", "[1]", "3", '{"session": 5}', '{"session": "../x"}', "{}"],
)
def test_a_damaged_parent_is_none(parent: Any) -> None:
    assert parent_name({"parent": parent}) is None
    assert parent_of({"parent": parent}) is None or isinstance(parent_of({"parent": parent}), dict)
