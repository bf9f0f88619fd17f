"""The trained weights as NumPy arrays."""

from pathlib import Path

from nanotrain_tui.export.format_types import Options, PathFormat
from nanotrain_tui.export.models import OPTIONS, write_model_file
from nanotrain_tui.session.recording.reader import SessionReader


def write(reader: SessionReader, path: Path, options: Options) -> None:
    """Write the weights of a checkpoint, and ``preprocessing.json``. Raises ExportError."""
    write_model_file("weights", reader, path, options)


FORMAT = PathFormat("the trained weights as NumPy arrays", ".npz", write, OPTIONS)
