"""The trained weights as NumPy arrays, weights.npz in a folder: read without TensorFlow."""

from pathlib import Path

from nanotrain_tui.export.models import OPTIONS, write_model_format
from nanotrain_tui.export.registry import FolderFormat, Options
from nanotrain_tui.session.reader import SessionReader


def write(reader: SessionReader, folder: Path, options: Options) -> None:
    """The model and ``preprocessing.json``, what must be known to use it. Raises ExportError."""
    write_model_format("weights", reader, folder, options)


FORMAT = FolderFormat(
    "the weights as NumPy arrays, in a folder (--checkpoint)", "-weights", write, OPTIONS
)  # fmt: skip
