"""All keys, grouped as in the table of actions."""

from nanotrain_tui.app.handlers.views import ViewContext
from nanotrain_tui.app.screens.help import Help, help_lines


def open_view(context: ViewContext) -> None:
    context.shell.push_screen(Help(help_lines(context.key_table)))
