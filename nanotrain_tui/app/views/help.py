"""All keys, grouped as in the table of actions."""

from nanotrain_tui.app.screens.dialogs import Help
from nanotrain_tui.app.views.context import ViewContext


def open_view(context: ViewContext) -> None:
    context.shell.push_screen(Help(context.key_table))
