"""Text files written whole or not at all."""

import contextlib
import os
import shutil
from pathlib import Path


def replace_file(path: Path, text: str) -> None:
    """Write ``text`` aside, make it safe on the disk and rename it; folders are made.

    A link is followed, an existing file's mode is kept. Raises OSError, and leaves nothing then.
    """
    path = Path(os.path.realpath(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with aside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, aside)
        aside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise
