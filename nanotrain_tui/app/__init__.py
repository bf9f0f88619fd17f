"""The dashboard. ``run_dashboard`` is its door; nothing else is imported until it is called."""

from nanotrain_tui.app.entry import run_dashboard

__all__ = ["run_dashboard"]
