"""The whole recording as one file, made by SQLite's backup. ``nanotrain import`` reads it."""

import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from nanotrain_tui.export.format_types import BinaryFormat, Options
from nanotrain_tui.session.labels import read_labels
from nanotrain_tui.session.recording.reader import SessionReader


def write(reader: SessionReader, out: BinaryIO, options: Options) -> None:  # noqa: ARG001
    """Write the recording as it is now; the session may run. Raises RecordingError."""
    with tempfile.TemporaryDirectory(prefix="nanotrain-") as folder:
        copy = Path(folder, "session.nanotrain")
        copy_recording(reader, copy)
        with copy.open("rb") as file:
            shutil.copyfileobj(file, out, 1 << 20)


def copy_recording(reader: SessionReader, path: Path) -> None:
    """Copy the recording, and add the tags and the note, which are in another file."""
    reader.backup(str(path))
    labels = read_labels(reader.folder)
    if labels.tags or labels.note:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            payload = json.dumps({"tags": list(labels.tags), "note": labels.note})
            connection.execute("INSERT OR REPLACE INTO meta VALUES ('labels', ?)", (payload,))


FORMAT = BinaryFormat("the recording itself as one file, for nanotrain import", ".nanotrain", write)
