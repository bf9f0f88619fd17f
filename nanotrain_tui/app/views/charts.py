"""All charts of the session on one x axis."""

from nanotrain_tui.app.handlers.views import ViewContext
from nanotrain_tui.app.screens.charts import ChartsScreen


def open_view(context: ViewContext) -> None:
    """Open the screen, or close it if it is open."""
    charts, screen = context.charts, context.screens.charts
    if screen is not None:
        screen.dismiss()
    else:
        context.shell.push_screen(ChartsScreen(charts.opened), charts.closed)
