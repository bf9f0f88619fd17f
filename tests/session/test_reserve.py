"""The disk space that is reserved while a session runs."""

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from nanotrain_tui.session.recording.reserve import KEPT_FOR_THE_END, RESERVE_BYTES, Reserve


def test_a_reserve_goes_piece_by_piece_and_comes_back_whole(tmp_path):
    made = Reserve(str(tmp_path))
    made.make()
    assert made.is_whole
    while made.give():
        assert KEPT_FOR_THE_END <= made.held < RESERVE_BYTES
    assert made.give(at_end=True)
    assert made.held == 0 and not made.give(at_end=True)
    made.make_if_roomy()
    assert made.held == Path(made.path).stat().st_size == RESERVE_BYTES
    made.remove()
    assert not list(tmp_path.iterdir())


def test_a_disk_without_that_much_room_gives_what_it_has(tmp_path, monkeypatch):
    def allocate(fd, start, length):
        if start + length > 600_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        os.truncate(fd, start + length)

    monkeypatch.setattr(os, "posix_fallocate", allocate)
    made = Reserve(str(tmp_path))
    made.make()
    assert made.held == Path(made.path).stat().st_size == 512 << 10


def test_a_file_system_that_cannot_allocate_is_written_to(tmp_path, monkeypatch):
    def allocate(fd, start, length):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "posix_fallocate", allocate)
    made = Reserve(str(tmp_path))
    made.make()
    assert made.is_whole and Path(made.path).stat().st_blocks * 512 >= RESERVE_BYTES


@pytest.mark.parametrize(
    ("free", "is_made"), [(4 * RESERVE_BYTES, True), (4 * RESERVE_BYTES - 1, False)]
)
def test_a_reserve_is_made_again_with_four_times_its_size_free(
    tmp_path, monkeypatch, free, is_made
):
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=free, f_frsize=1))
    reserve = Reserve(str(tmp_path))
    reserve.make_if_roomy()
    assert reserve.is_whole is is_made
