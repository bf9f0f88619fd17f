"""Text files written whole or not at all."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from nanotrain_tui.catalog.undecodable import SHOWN


@contextmanager
def written_aside(path: Path) -> Iterator[TextIO]:
    """A text file that is safe on the disk and takes its name once all is written.

    A link is followed, an existing file's mode is kept; bytes of a path that are no UTF-8 are
    written as ``\\xe9``. Raises OSError, and leaves nothing then.
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
    except BaseException:  # whatever stops it, Ctrl+C too: nothing half-written stays
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise


def replace_file(path: Path, text: str) -> None:
    """Write ``text`` in place of what is there; folders are made. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as file:
        file.write(text)
