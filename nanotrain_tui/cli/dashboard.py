"""Opening the dashboard, for ``nanotrain`` alone and for ``nanotrain attach``."""

from typing import TYPE_CHECKING

from nanotrain_tui.config import load_presets, load_settings

from .options import Asked
from .places import my_folders

if TYPE_CHECKING:
    from nanotrain_tui.app.ports import Watch

# By name: suffix and what it is. Written down, as loading each format would cost a start;
# a test holds it against them.
EXPORTS = {
    "html": (".html", "One page with charts, configuration and events; opens anywhere."),
    "svg": (".svg", "The charts as one drawing."),
    "csv": (".csv", "One row a step."),
    "json": (".json", "Everything as one object."),
    "jsonl": (".jsonl", "Everything, one object a line."),
    "parquet": (".parquet", "The steps for pandas, DuckDB, Polars; needs pyarrow."),
    "tensorboard": ("-tensorboard", "A folder for tensorboard --logdir; needs tensorboard."),
    "cast": (".cast", "The dashboard replayed in a terminal, for asciinema."),
    "script": (".py", "A stand-alone Keras script that trains the same network again."),
    "keras": (".keras", "The trained network as Keras' own file."),
    "savedmodel": ("-savedmodel", "The trained network as a SavedModel folder."),
    "weights": (".npz", "The trained weights as NumPy arrays."),
    "session": (".nanotrain", "The recording itself, for nanotrain import."),
    "bundle": (".tar.gz", "Recording, best checkpoint and log, for nanotrain import."),
}


def open_dashboard(asked: Asked, session: str | None = None, watch: "Watch | None" = None) -> int:
    """Run the dashboard until the person leaves; its exit status."""
    folders = my_folders()
    config = asked.configure(folders)
    from nanotrain_tui.app import run_dashboard

    return run_dashboard(
        config,
        folders=folders,
        settings=load_settings(folders),
        presets=load_presets(folders.presets),
        session=session,
        watch=watch,
        in_process=asked.in_process,
        formats=EXPORTS,
    )
