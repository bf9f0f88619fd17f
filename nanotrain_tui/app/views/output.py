"""What the script or the trainer has printed."""

from nanotrain_tui.app.handlers.views import ViewContext
from nanotrain_tui.app.screens.output import OutputScreen


def open_view(context: ViewContext) -> None:
    """Open the screen, or close it if it is open."""
    screen = context.screens.dashboard.app.screen
    if isinstance(screen, OutputScreen):
        screen.dismiss()
    else:
        context.shell.push_screen(OutputScreen())
