"""Opening the dashboard, for ``nanotrain`` alone and for ``nanotrain attach``."""

from contextlib import nullcontext
from typing import TYPE_CHECKING

from nanotrain_tui.config import load_presets, load_settings

from .options import Asked
from .places import my_folders

if TYPE_CHECKING:
    from nanotrain_tui.app.source.ports import Watch


def export_formats() -> dict[str, tuple[str, str]]:
    """Every format of the export: by name its suffix and what it is. Loads them all."""
    from nanotrain_tui.export import format_names, get_format

    formats = {name: get_format(name) for name in format_names()}
    return {name: (one.suffix, one.summary) for name, one in formats.items()}


def open_dashboard(asked: Asked, session: str | None = None, watch: "Watch | None" = None) -> int:
    """Run the dashboard until the person leaves; its exit status."""
    folders = my_folders()
    config = asked.configure(folders)
    from nanotrain_tui.app import run_dashboard

    from .cost import dashboard_cost

    # In process its CPU time is the training's.
    with nullcontext() if asked.in_process else dashboard_cost(folders):
        return run_dashboard(
            config,
            folders=folders,
            settings=load_settings(folders),
            presets=load_presets(folders.presets),
            session=session,
            watch=watch,
            in_process=asked.in_process,
            formats=export_formats,
        )
