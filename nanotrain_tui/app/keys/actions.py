"""The table of all actions. Key bindings, footer, help and palette are made from it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from textual.binding import Binding, BindingType

from nanotrain_tui.app.keys.situation import (
    Reason,
    after_an_edit,
    always,
    in_a_replay,
    not_of_a_script,
    not_with_a_script,
    while_live,
    while_live_or_played,
    while_paused,
    while_staged,
    with_a_network_of_ours,
    with_a_session,
    with_output,
)


class Action(NamedTuple):
    """One thing the user can do.

    ``does`` names the handler and its method, for example ``session.run``: see
    ``handlers.dispatch``. ``disabled_reason`` returns why the action is not available now, or "".
    If ``pane`` is one of ``PANES``, the keys work while that pane has the focus; if it is empty,
    they work everywhere on the dashboard.
    """

    id: str
    does: str
    keys: str
    label: str  # in the footer
    help: str
    group: str
    palette: str = ""  # its line in the palette, if it differs from the help
    disabled_reason: Reason = always
    pane: str = ""
    when_paused: str = ""  # its label while the session is paused, if it differs
    when_replayed: str = ""  # its label in a replay, if it differs
    when_halted: str = ""  # its label in a replay that is paused, if it differs
    each_key: bool = False  # its method gets the key pressed; the keys cannot be changed
    paired: str = ""  # an action shown with it in the footer, for example + and -


SESSION, STEER, FORM, CHART, LOG, REPLAY, SCREEN = (
    "Session", "Steering", "Form", "Charts", "Events", "Replay", "Screen",
)  # fmt: skip

CHART_KEYS = "123456789"  # one for each of the first nine charts
REGION_KEYS = ("f3", "f4", "f5", "f6")  # one for each region of the dashboard

ACTIONS = (
    Action("run", "session.run", "r", "run", "Start a session, or resume one that ended.", SESSION,
           "Run: start or resume a session", not_of_a_script),
    Action("pause", "session.pause", "space", "pause", "Pause at the next step, or resume.",
           SESSION, "Pause or resume", while_live_or_played, when_paused="resume",
           when_halted="play"),
    Action("step", "session.step", "n,full_stop", "step", "While paused: run one step.", SESSION,
           "Step: run one step", while_paused, paired="steps"),
    Action("steps", "session.steps", "N", "steps", "While paused: run a number of steps.", SESSION,
           "Steps: run a number of steps", while_paused),
    Action("evaluate", "session.evaluate", "v", "evaluate", "Evaluate on all test examples.",
           SESSION, "Evaluate", while_live),
    Action("checkpoint", "session.checkpoint", "c", "checkpoint", "Write a checkpoint.", SESSION,
           "Checkpoint: write one", while_live),
    Action("stop", "session.stop", "s", "stop", "Stop the session after this step; asks first.",
           SESSION, "Stop the session", while_live),
    Action("restart", "session.restart", "R", "restart",
           "Start again from step 0, with the form's values.", SESSION,
           "Restart: start again from step 0", with_a_network_of_ours),
    Action("fork", "session.fork", "F", "fork", "Start a new session from a checkpoint.", SESSION,
           "Fork: a new session from a checkpoint", with_a_network_of_ours),
    Action("sessions", "view.sessions", "o", "sessions",
           "List all sessions: open, replay, compare, delete.", SESSION,
           "Sessions: list all sessions"),
    Action("export", "export.export", "X", "export",
           "Write the session to a file for other programs.", SESSION,
           "Export: write the session to a file", with_a_session),
    Action("watch", "replay.watch", "W", "watch",
           "Replay the session; press again to return to it.", REPLAY,
           "Watch: replay the session, or return to it", with_a_session, when_replayed="return"),
    Action("faster", "replay.faster", "greater_than_sign", "faster",
           "Play faster, up to the maximum speed.", REPLAY, "Replay: faster", in_a_replay),
    Action("slower", "replay.slower", "less_than_sign", "speed", "Play slower.", REPLAY,
           "Replay: slower", in_a_replay, paired="faster"),
    Action("event_before", "replay.event_before", "left_square_bracket", "event",
           "Go to the previous event.", REPLAY, "Replay: previous event", in_a_replay,
           paired="event_after"),
    Action("event_after", "replay.event_after", "right_square_bracket", "next event",
           "Go to the next event.", REPLAY, "Replay: next event", in_a_replay),
    Action("back", "replay.back", "left_curly_bracket", "1%", "Go back by 1% of the session.",
           REPLAY, "Replay: go back by 1%", in_a_replay, paired="ahead"),
    Action("ahead", "replay.ahead", "right_curly_bracket", "ahead",
           "Go forward by 1% of the session.", REPLAY, "Replay: go forward by 1%", in_a_replay),
    Action("goto", "replay.goto", "colon", "go to",
           "Go to a step, a time (12:30) or a percentage (45%).", REPLAY,
           "Replay: go to a step, time or percentage", in_a_replay),
    Action("quit", "screen.quit", "q,ctrl+q", "quit",
           "Close the dashboard; the session keeps running.", SESSION,
           "Quit: the session keeps running"),
    Action("edit", "form.edit", "enter", "edit", "Edit the field; Enter applies the new value.",
           FORM, "Edit the field under the cursor", pane="form"),
    Action("more", "form.more", "plus,equals_sign,right,l", "change",
           "Increase the value, or select the next choice.", FORM,
           "More: increase the value of the field", pane="form", paired="less"),
    Action("less", "form.less", "minus,left,h", "less",
           "Decrease the value, or select the previous choice.", FORM,
           "Less: decrease the value of the field", pane="form"),
    Action("stage", "form.stage", "e", "stage",
           "Edit the field; its value waits until you apply it.", STEER,
           "Stage: edit a field without applying it", pane="form"),
    Action("apply", "steering.apply", "a", "apply", "Apply all staged values together.", STEER,
           "Apply all staged values", while_staged),
    Action("drop", "steering.drop", "x", "drop", "Discard all staged values.", STEER,
           "Drop: discard all staged values", while_staged),
    Action("undo", "steering.undo", "u", "undo",
           "Undo the last edit; press again for earlier edits.", STEER,
           "Undo the session's last edit", after_an_edit),
    Action("jump", "form.jump", "f", "field", "Go to a field by its letter.", FORM,
           "Field: go to a field by its letter"),
    Action("cursor_up", "form.cursor_up", "up,k", "up", "Go to the field above.", FORM,
           pane="form"),
    Action("cursor_down", "form.cursor_down", "down,j", "down", "Go to the field below.", FORM,
           pane="form"),
    Action("page_up", "form.page_up", "pageup,ctrl+b", "page up", "Go up one page.", FORM,
           pane="form"),
    Action("page_down", "form.page_down", "pagedown,ctrl+f", "page down", "Go down one page.", FORM,
           pane="form"),
    Action("first", "form.first", "home,g", "first", "Go to the first field.", FORM, pane="form"),
    Action("last", "form.last", "end,G", "last", "Go to the last field.", FORM, pane="form"),
    Action("preset", "form.preset", "p", "preset", "Fill the form from a preset.", FORM,
           "Preset: fill the form from a preset", not_with_a_script),
    Action("save_preset", "form.save_preset", "w", "save", "Save the form's values as a preset.",
           FORM, "Preset: save the form's values", not_with_a_script),
    Action("mark_before", "charts.mark_before", "up,k", "previous mark",
           "Go to the previous mark.", CHART, pane="chart"),
    Action("mark_after", "charts.mark_after", "down,j", "next mark",
           "Go to the next mark.", CHART, pane="chart"),
    Action("chart_left", "charts.chart_left", "left,h", "left",
           "Move the cursor one column to the left.", CHART, pane="chart"),
    Action("chart_right", "charts.chart_right", "right,l", "right",
           "Move the cursor one column to the right.", CHART, pane="chart"),
    Action("chart_first", "charts.chart_first", "home,g", "start", "Go to the first step.", CHART,
           pane="chart"),
    Action("chart_last", "charts.chart_last", "end,G", "end", "Go to the newest step.", CHART,
           pane="chart"),
    Action("charts", "view.charts", "z", "charts",
           "Show all charts on one axis; press again to return.", CHART,
           "Charts: show all on one axis", with_a_session),
    Action("learned", "view.learned", "V", "learned",
           "Show what was learned at large; press again to return.", CHART,
           "Learned: show the curve or the plane of the network", with_a_session),
    Action("output", "view.output", "O", "output",
           "Show what was printed; press again to return.", LOG,
           "Output: show what the script or the trainer has printed", with_output),
    Action("overlay", "overlay.choose", "C", "compare",
           "Draw other sessions behind the charts, or remove them.", CHART,
           "Compare: draw other sessions behind the charts", with_a_session),
    Action("zoom_in", "charts.zoom_in", "plus,equals_sign", "zoom", "Zoom in at the cursor.", CHART,
           "Charts: zoom in", pane="chart", paired="zoom_out"),
    Action("zoom_out", "charts.zoom_out", "minus", "zoom out", "Zoom out.", CHART,
           "Charts: zoom out", pane="chart"),
    Action("zoom_all", "charts.zoom_all", "0", "all", "Show all steps.", CHART,
           "Charts: show all steps", pane="chart"),
    Action("pan_left", "charts.pan_left", "shift+left,H", "earlier",
           "While zoomed in: show earlier steps.", CHART, "Charts: earlier steps", pane="chart",
           paired="pan_right"),
    Action("pan_right", "charts.pan_right", "shift+right,L", "later",
           "While zoomed in: show later steps.", CHART, "Charts: later steps", pane="chart"),
    Action("smoother", "charts.smoother", "m", "smooth", "Smooth the training curves more.", CHART,
           "Charts: smooth more", pane="chart", paired="rougher"),
    Action("rougher", "charts.rougher", "M", "less smooth", "Smooth the training curves less.",
           CHART, "Charts: smooth less", pane="chart"),
    Action("scale", "charts.scale", "y", "scale",
           "Change the y axes: automatic, from 0, logarithmic.", CHART,
           "Charts: automatic y axis, from 0 or logarithmic", pane="chart"),
    Action("along", "charts.along", "b", "by step", "Change the x axis: step, session time, epoch.",
           CHART, "Charts: by step, time or epoch", pane="chart"),
    Action("chart_row", "stack.chart_row", ",".join(CHART_KEYS), "hide",
           "On the charts screen: hide or show a chart.", CHART, pane="chart", each_key=True),
    Action("more_charts", "stack.more_charts", "d", "more charts",
           "On the charts screen: show the next charts.", CHART,
           "Charts: show the next ones", pane="chart"),
    Action("charts_up", "stack.page_up", "pageup,ctrl+b", "page up",
           "On the charts screen: scroll up by one page.", CHART, pane="chart"),
    Action("charts_down", "stack.page_down", "pagedown,ctrl+f", "page down",
           "On the charts screen: scroll down by one page.", CHART, pane="chart"),
    Action("log_up", "screen.log_up", "up,k", "scroll", "Scroll to older events.", LOG,
           pane="log", paired="log_down"),
    Action("log_down", "screen.log_down", "down,j", "down", "Scroll to newer events.", LOG,
           pane="log"),
    Action("log_page_up", "screen.log_page_up", "pageup", "page", "Scroll back one page.", LOG,
           pane="log", paired="log_page_down"),
    Action("log_page_down", "screen.log_page_down", "pagedown", "page down",
           "Scroll forward one page.", LOG, pane="log"),
    Action("log_oldest", "screen.log_oldest", "home,g", "oldest", "Go to the oldest event.", LOG,
           pane="log"),
    Action("log_newest", "screen.log_newest", "end,G", "newest",
           "Go to the newest event and follow.", LOG, pane="log"),
    Action("theme", "screen.theme", "t", "theme", "Choose a theme; the screen previews each one.",
           SCREEN, "Theme: choose one"),
    Action("next_pane", "screen.next_pane", "tab", "pane",
           "Go to the next region: form, charts, events.", SCREEN),
    Action("previous_pane", "screen.previous_pane", "shift+tab", "pane",
           "Go to the previous region.", SCREEN),
    Action("region", "screen.region", ",".join(REGION_KEYS), "region",
           "Go to the form, the upper or lower chart, the events.", SCREEN, each_key=True),
    Action("help", "view.help", "question_mark,f1", "help", "Show all keys.", SCREEN,
           "Help: show all keys"),
    Action("palette", "screen.palette", "ctrl+p,slash", "find", "Find any action or field by name.",
           SCREEN),
    Action("picture", "screen.picture", "f2", "picture",
           "Save the screen as an SVG file in this folder.", SCREEN,
           "Picture: save the screen as SVG"),
    Action("suspend", "screen.suspend", "ctrl+z", "suspend",
           "Suspend to the shell; the command fg returns.", SCREEN),
)  # fmt: skip

BY_ID = {action.id: action for action in ACTIONS}
PANES = ("form", "chart", "log")
# The actions whose keys with Ctrl, and F1 to F12, also work in dialogs, lists and fields.
EVERYWHERE = ("quit", "suspend")
# The actions without a pane that also work on a view.
ON_A_VIEW = (
    "pause", "evaluate", "checkpoint", "watch", "faster", "slower", "event_before", "event_after",
    "back", "ahead", "goto", "charts", "learned", "output", "overlay", "theme", "help", "picture",
    "suspend", "quit",
)  # fmt: skip
# The actions in the footer: by phase, or of the chart, the log or the view that has the focus.
# Each footer fits in 80 cells.
FOOTERS = {
    "idle": ("run", "edit", "more", "jump", "preset", "theme", "help", "quit"),
    "live": ("pause", "more", "jump", "undo", "charts", "stop", "help", "quit"),
    "paused": ("pause", "step", "edit", "undo", "fork", "stop", "help", "quit"),
    "staged": ("apply", "drop", "stage", "more", "jump", "pause", "stop", "help"),
    "replay": ("pause", "slower", "event_before", "back", "goto", "watch", "help", "quit"),
    "chart": ("pause", "charts", "zoom_in", "zoom_all", "smoother", "scale", "along", "help"),
    "log": ("log_up", "log_page_up", "log_oldest", "log_newest", "help", "quit"),
    "charts": ("charts", "zoom_in", "zoom_all", "smoother", "scale", "along", "chart_row",
               "help"),
    "learned": ("learned", "pause", "charts", "help", "quit"),
    "ended": ("run", "fork", "edit", "more", "jump", "preset", "help", "quit"),
    "script live": ("pause", "more", "undo", "charts", "output", "stop", "help", "quit"),
    "script paused": ("pause", "step", "undo", "checkpoint", "output", "stop", "help", "quit"),
    "script ended": ("output", "charts", "watch", "export", "sessions", "help", "quit"),
    "output": ("output", "log_up", "log_page_up", "pause", "help", "quit"),
}  # fmt: skip


def bindings(pane: str = "", only: Collection[str] = ()) -> list[BindingType]:
    """The key bindings of one pane. All call the app's ``perform``, which may refuse the action."""
    return [
        binding
        for action in ACTIONS
        if action.pane == pane and (not only or action.id in only)
        for binding in _bindings_of(action)
    ]


def _bindings_of(action: Action) -> Iterator[Binding]:
    if not action.each_key:
        perform = f"app.perform('{action.id}')"
        yield Binding(action.keys, perform, action.help, show=False, id=action.id)
        return
    for key in action.keys.split(","):
        yield Binding(key, f"app.perform('{action.id}', '{key}')", action.help, show=False)
