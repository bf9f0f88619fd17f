"""The dashboard's live widgets: each shows one part of a ``RunState``, and writes only what changed."""

from __future__ import annotations

from textual.widget import Widget

from nanotrain_tui.follow.run_state import RunState


class StatusHeader(Widget):
    """State, name, step, progress, ETA, samples a second. Two rows (one will do)."""

    def update_state(self, state: RunState) -> None:
        """Show this state."""


class AccuracyChart(Widget):
    """Training and test accuracy over steps. From 24x4 up; fills what it is given."""

    def update_state(self, state: RunState) -> None:
        """Show this state."""


class LossChart(Widget):
    """Training and test loss over steps. From 24x4 up; fills what it is given."""

    def update_state(self, state: RunState) -> None:
        """Show this state."""


class TelemetryPanel(Widget):
    """One row a gauge: load, memory, temperature, power. Seven rows at most, 30 columns at least."""

    def update_state(self, state: RunState) -> None:
        """Show this state."""


class EventLog(Widget, can_focus=True):
    """What happened, newest last; scrolls with the keys once focused."""

    def update_state(self, state: RunState) -> None:
        """Show this state."""
