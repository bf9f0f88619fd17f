"""Writes text files atomically: completely or not at all."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from nanotrain_tui.catalog.undecodable import SHOWN
from nanotrain_tui.session.durable import sync


@contextmanager
def written_aside(path: Path) -> Iterator[TextIO]:
    """A context manager that yields a text file, which replaces ``path`` at the end.

    The file is written under another name, synced to the disk and renamed, and then its folder is
    synced. A symbolic link is followed, and the mode of an existing file is kept. Bytes of a path
    that are not UTF-8 are written as ``\\xe9``. Raises OSError; after any error no unfinished file
    is left.
    """
    path = Path(os.path.realpath(path))
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with aside.open("w", encoding="utf-8", errors=SHOWN, newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, aside)
        aside.replace(path)
        sync(str(path.parent))
    except BaseException:  # also Ctrl+C: remove the unfinished file
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise


def replace_file(path: Path, text: str) -> None:
    """Write ``text`` to ``path`` atomically and create missing folders. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as file:
        file.write(text)
