"""The trained model as a Keras file."""

from pathlib import Path

from nanotrain_tui.export.format_types import Options, PathFormat
from nanotrain_tui.export.models import OPTIONS, write_model_file
from nanotrain_tui.session.recording.reader import SessionReader


def write(reader: SessionReader, path: Path, options: Options) -> None:
    """Write the model of a checkpoint, and ``preprocessing.json`` beside it. Raises ExportError."""
    write_model_file("keras", reader, path, options)


FORMAT = PathFormat(
    "the trained model as a Keras file: .keras, or .h5 with an old TensorFlow",
    ".keras",
    write,
    OPTIONS,
)
