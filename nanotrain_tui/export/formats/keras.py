"""A file that Keras itself loads, in a folder: model.keras, or model.h5 where Keras is older."""

from pathlib import Path

from nanotrain_tui.export.models import OPTIONS, write_model_format
from nanotrain_tui.export.registry import FolderFormat, Options
from nanotrain_tui.session.reader import SessionReader


def write(reader: SessionReader, folder: Path, options: Options) -> None:
    """The model and ``preprocessing.json``, what must be known to use it. Raises ExportError."""
    write_model_format("keras", reader, folder, options)


FORMAT = FolderFormat(
    "the trained model as a file of Keras', in a folder (--checkpoint)", "-keras", write, OPTIONS
)  # fmt: skip
