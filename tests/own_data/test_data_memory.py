"""Data that does not fit into memory is refused before it is read."""

import numpy as np
import pytest
from tables_written import refused, rows_text, written

from nanotrain_tui.trainer import data
from nanotrain_tui.trainer.data import memory
from nanotrain_tui.trainer.data.dataset import DataError


@pytest.fixture
def little(tmp_path, monkeypatch):
    """A machine with 1 kB of free memory."""
    path = tmp_path / "meminfo"
    path.write_text("MemTotal:  4000000 kB\nMemAvailable:   1 kB\n")
    monkeypatch.setattr(memory.check_room, "__defaults__", (str(path),))


@pytest.mark.usefixtures("little")
def test_a_table_and_compressed_arrays_are_refused_by_name(tmp_path):
    path = written(tmp_path, rows_text(500, lambda i: i / 2, lambda i: i * i, lambda i: i % 2))
    key, message = refused(path)
    assert key == "data.path" and str(path) in message and "data.features" in message
    arrays = tmp_path / "arrays.npz"
    np.savez_compressed(arrays, x=np.ones((500, 9)), y=np.arange(500) % 2)
    facts = data.inspect({"data.name": "npz", "data.path": str(arrays)})
    assert not facts["ok"] and "without compression" in facts["message"]


def test_what_the_kernel_does_not_say_fits(tmp_path):
    for text in ("", "MemAvailable: ?"):
        (tmp_path / "meminfo").write_text(text)
        memory.check_room(1 << 60, "data.path", "x", "", str(tmp_path / "meminfo"))
    memory.check_room(1 << 60, "data.path", "x", "", str(tmp_path / "missing"))
    (tmp_path / "meminfo").write_text("MemAvailable: 2048 kB\n")
    memory.check_room(2 << 20, "data.path", "x", "", str(tmp_path / "meminfo"))
    with pytest.raises(DataError, match="2 MB are available"):
        memory.check_room((2 << 20) + 1, "data.path", "x", "", str(tmp_path / "meminfo"))
