"""The file or folder an export goes to: there whole or not at all."""

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
    """A text file; the folders it lies in are made. Raises FileExistsError where there is one
    already, unless forced; OSError naming the path."""
    _check_free(path, force)
    _make_parent(path)
    with written_aside(path) as file:
        yield file


@contextmanager
def export_bytes(path: Path, force: bool = False) -> Iterator[BinaryIO]:
    """The same for a file of bytes."""
    with export_file(path, force) as file:
        yield file.buffer


@contextmanager
def export_folder(path: Path, force: bool = False) -> Iterator[Path]:
    """An empty folder that takes its name once all is in it; one that is replaced goes last."""
    path = Path(os.path.realpath(path))
    if path.exists() and not force:
        raise FileExistsError(errno.EEXIST, "exists already; --force overwrites it", str(path))
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file; a folder is wanted", str(path))
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
    except BaseException:  # whatever stops it, Ctrl+C too: nothing half-written stays
        with contextlib.suppress(OSError):
            shutil.rmtree(aside)
        raise


@contextmanager
def export_path(path: Path, force: bool = False) -> Iterator[Path]:
    """A path for another program to write to; it and what stands beside it come over when whole."""
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
        raise IsADirectoryError(errno.EISDIR, "is a folder; a file's name is wanted", str(path))
    if path.exists() and not force:
        raise FileExistsError(errno.EEXIST, "exists already; --force overwrites it", str(path))


def _make_parent(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        why = f"{path.parent} is a file; a folder is wanted"
        raise NotADirectoryError(errno.ENOTDIR, why, str(path)) from None
