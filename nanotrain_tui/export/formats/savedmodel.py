"""A TensorFlow SavedModel with the signature serving_default: image -> output."""

from pathlib import Path

from nanotrain_tui.export.format_types import FolderFormat, Options
from nanotrain_tui.export.models import OPTIONS, write_model_format
from nanotrain_tui.session.recording.reader import SessionReader


def write(reader: SessionReader, folder: Path, options: Options) -> None:
    """Write the model of a checkpoint, and ``preprocessing.json``. Raises ExportError."""
    write_model_format("savedmodel", reader, folder, options)


FORMAT = FolderFormat(
    "a TensorFlow SavedModel with a serving signature (--checkpoint)", "-savedmodel", write, OPTIONS
)  # fmt: skip
