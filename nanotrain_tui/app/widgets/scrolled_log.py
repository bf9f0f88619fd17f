"""Lines of a log that follow the newest one until the user scrolls back."""

from __future__ import annotations

from textual import events

from nanotrain_tui.app.keys.actions import bindings
from nanotrain_tui.app.widgets.live import LiveWidget

WHEEL_ROWS = 3


class ScrolledLog(LiveWidget, can_focus=True):
    """Scrolls with the mouse wheel, and with keys if it has the focus."""

    BINDINGS = bindings("log")

    def scroll_rows(self, rows: int) -> None:
        """Scroll by rows; back if positive."""
        raise NotImplementedError

    def page(self, pages: int) -> None:
        """Scroll by pages; back if positive."""
        self.scroll_rows(pages * max(1, self.content_size.height - 2))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_rows(-WHEEL_ROWS)
