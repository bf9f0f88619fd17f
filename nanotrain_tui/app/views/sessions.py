"""The list of all sessions; a chosen one is opened, replayed or exported."""

from nanotrain_tui.app.handlers.views import ViewContext
from nanotrain_tui.app.screens.sessions import Chosen, SessionsScreen
from nanotrain_tui.app.source.ports import Watch


def open_view(context: ViewContext) -> None:
    library = context.backend.library
    if library is None:
        context.shell.say("The list of sessions is not available here.", "warning")
        return

    def closed(chosen: Chosen | None) -> None:
        if chosen is None:
            return
        what, name = chosen
        if what == "export":
            context.export.export_session(name)
        elif what == "replay":
            context.link.watch(Watch(name))
        else:
            context.link.attach(name)

    screen = SessionsScreen(library, context.link.state.name, context.overlay.draw)
    context.shell.push_screen(screen, closed)
