"""The file or folder of an export. It appears only when it is complete."""

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from nanotrain_tui.config import written_aside


@contextmanager
def export_file(path: Path, force: bool = False) -> Iterator[TextIO]:
    """Open a text file for writing, and create its folders.

    Raises FileExistsError if the file exists and ``force`` is false, and OSError with the path.
    """
    _check_free(path, force)
    _make_parent(path)
    with written_aside(path) as file:
        yield file


@contextmanager
def export_bytes(path: Path, force: bool = False) -> Iterator[BinaryIO]:
    """Open a binary file for writing; see ``export_file``."""
    with export_file(path, force) as file:
        yield file.buffer


@contextmanager
def export_folder(path: Path, force: bool = False) -> Iterator[Path]:
    """An empty folder to write to. It gets its name when the block ends without an error.

    With ``force`` it replaces an existing folder, which is deleted at the end. Raises
    FileExistsError, NotADirectoryError or another OSError with the path.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not force:
        raise FileExistsError(errno.EEXIST, "exists already; --force overwrites it", str(path))
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file; give a folder", str(path))
    _make_parent(path)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    aside.mkdir()
    try:
        yield aside
        if path.exists():
            old = path.with_name(f".{path.name}.{os.getpid()}.old")
            path.rename(old)
            aside.rename(path)
            shutil.rmtree(old)
        else:
            aside.rename(path)
    except BaseException:  # also Ctrl+C: an incomplete folder is deleted
        with contextlib.suppress(OSError):
            shutil.rmtree(aside)
        raise


@contextmanager
def export_path(path: Path, force: bool = False) -> Iterator[Path]:
    """A path for a library to write to; files that it writes beside the path are kept too.

    All files get their names when the block ends without an error. Raises OSError with the path.
    """
    path = Path(os.path.realpath(path))
    _check_free(path, force)
    _make_parent(path)
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    aside.mkdir()
    try:
        yield aside / path.name
        for written in sorted(aside.iterdir(), key=lambda one: one.name == path.name):
            written.replace(path.with_name(written.name))  # the file itself comes last
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _check_free(path: Path, force: bool) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder; give the name of a file", str(path))
    if path.exists() and not force:
        raise FileExistsError(errno.EEXIST, "exists already; --force overwrites it", str(path))


def _make_parent(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        why = f"{path.parent} is a file; give a folder"
        raise NotADirectoryError(errno.ENOTDIR, why, str(path)) from None
