"""The curve or the plane that the network has learned, at large."""

from nanotrain_tui.app.handlers.views import ViewContext
from nanotrain_tui.app.screens.learned import LearnedScreen

NOTHING = "This network has no curve or plane: it has other inputs than one or two numbers."


def open_view(context: ViewContext) -> None:
    """Open the screen, or close it if it is open."""
    screen = context.screens.dashboard.app.screen
    if isinstance(screen, LearnedScreen):
        screen.dismiss()
    elif context.link.state.function is None:
        context.shell.say(NOTHING)
    else:
        context.shell.push_screen(LearnedScreen())
