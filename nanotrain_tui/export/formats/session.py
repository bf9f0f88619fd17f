"""The whole recording as one portable file, by SQLite's backup; ``nanotrain import`` reads it."""

import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from nanotrain_tui.export.registry import BinaryFormat, Options
from nanotrain_tui.session.reader import SessionReader


def write(reader: SessionReader, out: BinaryIO, options: Options) -> None:  # noqa: ARG001
    """A moment of the recording, also while it runs. Raises RecordingError."""
    with tempfile.TemporaryDirectory(prefix="nanotrain-") as folder:
        copy = Path(folder, "session.nanotrain")
        reader.backup(str(copy))
        with copy.open("rb") as file:
            shutil.copyfileobj(file, out, 1 << 20)


FORMAT = BinaryFormat("the recording itself as one file, for nanotrain import", ".nanotrain", write)
