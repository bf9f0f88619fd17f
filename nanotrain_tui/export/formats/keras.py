"""The trained model as Keras' own file."""

from pathlib import Path

from nanotrain_tui.export.models import OPTIONS, write_model_file
from nanotrain_tui.export.registry import Options, PathFormat
from nanotrain_tui.session.recording.reader import SessionReader


def write(reader: SessionReader, path: Path, options: Options) -> None:
    """The model of ``--checkpoint``, and beside it what must be known to use it."""
    write_model_file("keras", reader, path, options)


FORMAT = PathFormat(
    "the trained model as Keras' own file: .keras, .h5 of an old TensorFlow",
    ".keras",
    write,
    OPTIONS,
)
