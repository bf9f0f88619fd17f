"""The file an export goes to."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from nanotrain_tui.config import written_aside


@contextmanager
def export_file(path: Path, force: bool = False) -> Iterator[TextIO]:
    """A text file that is there whole or not at all.

    Raises FileExistsError where there is one already, unless forced; OSError naming the path.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder; a file's name is wanted", str(path))
    if path.exists() and not force:
        raise FileExistsError(errno.EEXIST, "exists already; --force overwrites it", str(path))
    with written_aside(path) as file:
        yield file
