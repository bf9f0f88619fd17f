"""The dashboard. Start it with ``run_dashboard``, which imports the rest when it is called."""

from nanotrain_tui.app.entry import run_dashboard

__all__ = ["run_dashboard"]
