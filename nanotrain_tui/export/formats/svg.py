"""The charts as one vector graphic: loss, accuracy, learning rate, telemetry over session time."""

from typing import TextIO

from nanotrain_tui.export.registry import Options, TextFormat
from nanotrain_tui.export.session_charts import read_charts
from nanotrain_tui.export.vector import draw_charts
from nanotrain_tui.session.recording.reader import SessionReader


def write(reader: SessionReader, out: TextIO, options: Options) -> None:  # noqa: ARG001
    """No script, no font from elsewhere; light or dark as the reader's screen is."""
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(draw_charts(read_charts(reader)) + "\n")


FORMAT = TextFormat("the charts as one vector graphic", ".svg", write)
