"""Small MNIST folders to break."""

from pathlib import Path

import pytest
from mnist_folders import small_arrays, write_idx


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    """A sound folder of four plain IDX files."""
    path = tmp_path / "plain"
    path.mkdir()
    write_idx(path, small_arrays())
    return path


@pytest.fixture()
def zipped_folder(tmp_path: Path) -> Path:
    """A sound folder of four gzipped IDX files."""
    path = tmp_path / "zipped"
    path.mkdir()
    write_idx(path, small_arrays(), zipped=True)
    return path
