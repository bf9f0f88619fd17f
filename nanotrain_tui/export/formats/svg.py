"""The charts of metrics and telemetry over session time, as an SVG image."""

from typing import TextIO

from nanotrain_tui.export.format_types import Options, TextFormat
from nanotrain_tui.export.session_charts import read_charts
from nanotrain_tui.export.vector import draw_charts
from nanotrain_tui.session.recording.reader import SessionReader


def write(reader: SessionReader, out: TextIO, options: Options) -> None:  # noqa: ARG001
    """Write the image. It follows the light or dark mode of the viewer. Raises RecordingError."""
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(draw_charts(read_charts(reader)) + "\n")


FORMAT = TextFormat("the charts as one vector graphic", ".svg", write)
