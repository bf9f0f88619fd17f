"""Opening the dashboard, for ``nanotrain`` alone and for ``nanotrain attach``."""

from nanotrain_tui.config import find_folders, load_presets, load_settings

from .options import Asked


def open_dashboard(asked: Asked, session: str | None = None) -> int:
    """Run the dashboard until the person leaves; its exit status."""
    folders = find_folders()
    config = asked.configure(folders)
    from nanotrain_tui.app import run_dashboard

    return run_dashboard(
        config,
        folders=folders,
        settings=load_settings(folders),
        presets=load_presets(folders.presets),
        session=session,
        in_process=asked.in_process,
    )
