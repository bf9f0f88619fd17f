"""Files that are there whole or not at all."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO


@contextmanager
def write_aside(path: Path, force: bool = False) -> Iterator[TextIO]:
    """A text file that takes its name once all is written.

    Raises FileExistsError where there is one already, unless forced; OSError naming the path.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder; a file's name is wanted", str(path))
    if path.exists() and not force:
        raise FileExistsError(errno.EEXIST, "exists already; --force overwrites it", str(path))
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    with aside.open("x", encoding="utf-8", newline="") as file:
        try:
            yield file
            file.flush()
            aside.replace(path)
        except BaseException:
            aside.unlink()
            raise
