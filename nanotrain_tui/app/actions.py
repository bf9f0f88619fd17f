"""Every action of the dashboard, once: bindings, footer, help and palette are read off this table."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from textual.binding import Binding

from nanotrain_tui.follow.run_state import ENDED


class Situation(NamedTuple):
    """What decides whether an action makes sense: the session's state, empty without one."""

    state: str = ""
    launching: bool = False
    name: str = ""

    @property
    def live(self) -> bool:
        return self.launching or (bool(self.state) and self.state not in ENDED)


class Action(NamedTuple):
    """One thing the user can do.

    ``why_not`` gives the sentence shown in its place when it makes no sense now. A ``pane`` of
    "form" binds the keys while the form has the focus, an empty one everywhere on the dashboard.
    """

    id: str
    keys: str
    label: Callable[[Situation], str]
    help: str
    group: str
    palette: str = ""
    why_not: Callable[[Situation], str] = lambda situation: ""
    pane: str = ""
    footer: bool = False


def _always(label: str) -> Callable[[Situation], str]:
    return lambda situation: label


def _needs_live(situation: Situation) -> str:
    if situation.live:
        return ""
    if situation.state:
        return f"{situation.name} has ended ({situation.state}): r starts a new session."
    return "Nothing runs yet: r starts a session."


ACTIONS = (
    Action("run", "r", _always("run"), "Start a session with the values of the form.", "Session",
           "Run: start a session", footer=True),
    Action("pause", "space", lambda s: "resume" if s.state == "paused" else "pause",
           "Pause at the next step, or go on.", "Session", "Pause or resume", _needs_live, footer=True),
    Action("stop", "s", _always("stop"), "End the session after the step it is in (asks first).",
           "Session", "Stop the session", _needs_live, footer=True),
    Action("quit", "q,ctrl+q", _always("quit"), "Leave the dashboard; the session goes on.", "Session",
           "Quit: the session goes on", footer=True),
    Action("edit", "enter", _always("edit"), "Open the field under the cursor.", "Form",
           pane="form", footer=True),
    Action("cursor_up", "up,k", _always("up"), "The field above.", "Form", pane="form"),
    Action("cursor_down", "down,j", _always("down"), "The field below.", "Form", pane="form"),
    Action("page_up", "pageup,ctrl+b", _always("page up"), "One page up.", "Form", pane="form"),
    Action("page_down", "pagedown,ctrl+f", _always("page down"), "One page down.", "Form", pane="form"),
    Action("first", "home,g", _always("first"), "The first field.", "Form", pane="form"),
    Action("last", "end,G", _always("last"), "The last field.", "Form", pane="form"),
    Action("preset", "p", _always("preset"), "Fill the form from a preset.", "Form",
           "Preset: fill the form"),
    Action("theme", "t", _always("theme"), "The next theme; it is remembered.", "Screen",
           "Theme: the next one", footer=True),
    Action("next_pane", "tab", _always("pane"), "To the next pane: form, log.", "Screen"),
    Action("previous_pane", "shift+tab", _always("pane"), "To the pane before.", "Screen"),
    Action("help", "question_mark,f1", _always("help"), "All keys.", "Screen", "Help: all keys",
           footer=True),
    Action("palette", "ctrl+p,slash", _always("find"), "Find any action or field by name.", "Screen",
           footer=True),
    Action("suspend", "ctrl+z", _always("suspend"), "Back to the shell for a while (fg returns).",
           "Screen"),
)  # fmt: skip

BY_ID = {action.id: action for action in ACTIONS}
FOOTER_ORDER = ("run", "pause", "stop", "edit", "theme", "help", "palette", "quit")
_SHOWN_KEYS = {
    "space": "Space", "question_mark": "?", "slash": "/", "enter": "Enter", "up": "↑", "down": "↓",
    "pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End", "tab": "Tab",
    "shift+tab": "Shift+Tab", "f1": "F1",
}  # fmt: skip


def bindings(pane: str = "") -> list[Binding]:
    """The bindings of one pane; all run the app's ``perform``, which knows when to refuse."""
    return [
        Binding(action.keys, f"app.perform('{action.id}')", action.help, show=False, id=action.id)
        for action in ACTIONS
        if action.pane == pane
    ]


def shown_key(key: str) -> str:
    """A key as people write it: ``?``, ``^p``, ``PgUp``."""
    return _SHOWN_KEYS.get(key) or key.replace("ctrl+", "^")


def shown_keys(action: Action) -> str:
    """All keys of an action, as the help screen lists them."""
    return " ".join(shown_key(key) for key in action.keys.split(","))


def footer_items(situation: Situation) -> list[tuple[str, str, str, bool]]:
    """``(id, key, label, makes sense now)`` for each action the footer names."""
    chosen = (BY_ID[name] for name in FOOTER_ORDER)
    return [
        (
            action.id,
            shown_key(action.keys.split(",")[0]),
            action.label(situation),
            not action.why_not(situation),
        )
        for action in chosen
    ]
