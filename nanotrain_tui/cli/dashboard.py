"""Opens the dashboard for ``nanotrain``, ``nanotrain attach`` and ``nanotrain replay``."""

from contextlib import nullcontext
from typing import TYPE_CHECKING

from nanotrain_tui.config import load_presets, load_settings

from .options import RunOptions
from .places import my_folders

if TYPE_CHECKING:
    from nanotrain_tui.app.source.ports import Watch


def export_formats() -> dict[str, tuple[str, str]]:
    """The suffix and the summary of every export format, by name. Loads all formats."""
    from nanotrain_tui.export import format_names, get_format

    formats = {name: get_format(name) for name in format_names()}
    return {name: (chosen.suffix, chosen.summary) for name, chosen in formats.items()}


def open_dashboard(
    options: RunOptions, session: str | None = None, watch: "Watch | None" = None
) -> int:
    """Run the dashboard until the user quits; returns its exit status."""
    folders = my_folders()
    config = options.configure(folders)
    from nanotrain_tui.app import run_dashboard

    from .cost import dashboard_cost

    # With --in-process the CPU time includes the training.
    with nullcontext() if options.in_process else dashboard_cost(folders):
        return run_dashboard(
            config,
            folders=folders,
            settings=load_settings(folders),
            presets=load_presets(folders.presets),
            session=session,
            watch=watch,
            in_process=options.in_process,
            formats=export_formats,
        )
