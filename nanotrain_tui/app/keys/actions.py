"""Every action of the dashboard, once: bindings, footer, help and palette come from this table."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from textual.binding import Binding, BindingType

from nanotrain_tui.app.keys.situation import (
    Reason,
    after_an_edit,
    always,
    in_a_replay,
    not_in_a_replay,
    while_live,
    while_live_or_played,
    while_paused,
    while_staged,
    with_a_session,
    with_a_session_itself,
)


class Action(NamedTuple):
    """One thing the user can do.

    ``does`` names the method that does it, and whose it is: see ``handlers.dispatch``.
    ``disabled_reason`` gives the sentence shown in its place when it makes no sense now. A
    ``pane`` of "form" or "chart" binds the keys while that has the focus, an empty one everywhere
    on the dashboard.
    """

    id: str
    does: str
    keys: str
    label: str  # in the footer
    help: str
    group: str
    palette: str = ""  # its line in the palette, where that is not its help
    disabled_reason: Reason = always
    pane: str = ""
    when_paused: str = ""  # its label then, where that differs
    each_key: bool = False  # its method gets the key that was pressed; they cannot be others
    paired: str = ""  # the action that shares its place in the footer


SESSION, STEER, FORM, CHART, REPLAY, SCREEN = (
    "Session", "Steering", "Form", "Charts", "Replay", "Screen",
)  # fmt: skip

CHART_KEYS = "123456789"  # of the first charts of a session

ACTIONS = (
    Action("run", "session.run", "r", "run", "Start a session, or resume one that ended.", SESSION,
           "Run: start or resume a session", not_in_a_replay),
    Action("pause", "session.pause", "space", "pause", "Pause at the next step, or go on.", SESSION,
           "Pause or resume", while_live_or_played, when_paused="resume"),
    Action("step", "session.step", "n,full_stop", "step", "Paused: make a single step.", SESSION,
           "Step: a single one", while_paused, paired="steps"),
    Action("steps", "session.steps", "N", "steps", "Paused: make a number of steps.", SESSION,
           "Steps: a number of them", while_paused),
    Action("evaluate", "session.evaluate", "v", "evaluate", "Evaluate on all test examples now.",
           SESSION, "Evaluate now", while_live),
    Action("checkpoint", "session.checkpoint", "c", "checkpoint", "Write a checkpoint now.",
           SESSION, "Checkpoint now", while_live),
    Action("stop", "session.stop", "s", "stop",
           "End the session after the step it is in; asks first.", SESSION, "Stop the session",
           while_live),
    Action("restart", "session.restart", "R", "restart",
           "Begin anew, with the same values or the form's.", SESSION, "Restart: begin anew",
           with_a_session_itself),
    Action("fork", "session.fork", "F", "fork",
           "A session from a checkpoint, with the form's values.", SESSION,
           "Fork: a new session from a checkpoint", with_a_session_itself),
    Action("sessions", "library.sessions", "o", "sessions",
           "All sessions: open, replay, label, compare, delete.", SESSION,
           "Sessions: the list of all"),
    Action("export", "library.export", "X", "export", "The session as a file for other programs.",
           SESSION, "Export: the session as a file", with_a_session),
    Action("watch", "replay.watch", "W", "watch",
           "Play it from its beginning; again: as it is now.", REPLAY,
           "Watch: replay the session, or return to it", with_a_session),
    Action("faster", "replay.faster", "greater_than_sign", "faster",
           "Play faster, up to as fast as it draws.", REPLAY, "Replay: faster", in_a_replay),
    Action("slower", "replay.slower", "less_than_sign", "slower", "Play slower.", REPLAY,
           "Replay: slower", in_a_replay),
    Action("event_before", "replay.event_before", "left_square_bracket", "event before",
           "To the event before.", REPLAY, "Replay: to the event before", in_a_replay),
    Action("event_after", "replay.event_after", "right_square_bracket", "event after",
           "To the next event.", REPLAY, "Replay: to the next event", in_a_replay),
    Action("back", "replay.back", "left_curly_bracket", "back", "One hundredth back.", REPLAY,
           "Replay: one hundredth back", in_a_replay),
    Action("ahead", "replay.ahead", "right_curly_bracket", "ahead", "One hundredth ahead.", REPLAY,
           "Replay: one hundredth ahead", in_a_replay),
    Action("goto", "replay.goto", "colon", "go to",
           "To a step (1200), a time (12:30) or a share (45%).", REPLAY,
           "Replay: go to a step, time or share", in_a_replay),
    Action("quit", "screen.quit", "q,ctrl+q", "quit", "Leave the dashboard; the session goes on.",
           SESSION, "Quit: the session goes on"),
    Action("edit", "form.edit", "enter", "edit",
           "Open the field; Enter again applies it to what runs.", FORM,
           "Edit the field under the cursor", pane="form"),
    Action("more", "form.more", "plus,equals_sign,right,l", "change",
           "A step up, or the next choice; at once.", FORM, "More: the field a step up",
           pane="form", paired="less"),
    Action("less", "form.less", "minus,left,h", "less",
           "A step down, or the choice before; at once.", FORM, "Less: the field a step down",
           pane="form"),
    Action("stage", "form.stage", "e", "stage",
           "Open the field; its value waits until all are applied.", STEER, "Stage a value",
           pane="form"),
    Action("apply", "steering.apply", "a", "apply", "Apply all staged values in one go.", STEER,
           "Apply what is staged", while_staged),
    Action("drop", "steering.drop", "x", "drop",
           "Drop what is staged: back to the values that run.", STEER, "Drop what is staged",
           while_staged),
    Action("undo", "steering.undo", "u", "undo", "Take back the last edit; again: the one before.",
           STEER, "Undo the session's last edit", after_an_edit),
    Action("jump", "form.jump", "f", "field", "To any field by one more letter.", FORM,
           "Field: go to one by its letter"),
    Action("cursor_up", "form.cursor_up", "up,k", "up", "The field above.", FORM, pane="form"),
    Action("cursor_down", "form.cursor_down", "down,j", "down", "The field below.", FORM,
           pane="form"),
    Action("page_up", "form.page_up", "pageup,ctrl+b", "page up", "One page up.", FORM,
           pane="form"),
    Action("page_down", "form.page_down", "pagedown,ctrl+f", "page down", "One page down.", FORM,
           pane="form"),
    Action("first", "form.first", "home,g", "first", "The first field.", FORM, pane="form"),
    Action("last", "form.last", "end,G", "last", "The last field.", FORM, pane="form"),
    Action("preset", "form.preset", "p", "preset", "Fill the form from a preset.", FORM,
           "Preset: fill the form"),
    Action("save_preset", "form.save_preset", "w", "write", "Write the form's values as a preset.",
           FORM, "Preset: save the form as one"),
    Action("mark_before", "charts.mark_before", "up,k,pageup", "mark before", "To the mark before.",
           CHART, pane="chart"),
    Action("mark_after", "charts.mark_after", "down,j,pagedown", "mark after", "To the mark after.",
           CHART, pane="chart"),
    Action("chart_left", "charts.chart_left", "left,h", "left", "One column to the left.", CHART,
           pane="chart"),
    Action("chart_right", "charts.chart_right", "right,l", "right", "One column to the right.",
           CHART, pane="chart"),
    Action("chart_first", "charts.chart_first", "home,g", "begin", "To the first step.", CHART,
           pane="chart"),
    Action("chart_last", "charts.chart_last", "end,G", "end", "To the newest step.", CHART,
           pane="chart"),
    Action("charts", "charts.charts", "z", "charts", "All charts on one axis; again, or Esc: back.",
           CHART, "Charts: all of them on one axis", with_a_session),
    Action("zoom_in", "charts.zoom_in", "plus,equals_sign", "zoom", "Closer, about the cursor.",
           CHART, "Charts: closer", pane="chart", paired="zoom_out"),
    Action("zoom_out", "charts.zoom_out", "minus", "zoom out", "From farther away.", CHART,
           "Charts: from farther away", pane="chart"),
    Action("zoom_all", "charts.zoom_all", "0", "all", "All steps again.", CHART,
           "Charts: all steps", pane="chart"),
    Action("pan_left", "charts.pan_left", "shift+left,H", "earlier", "Zoomed in: earlier steps.",
           CHART, "Charts: earlier steps", pane="chart", paired="pan_right"),
    Action("pan_right", "charts.pan_right", "shift+right,L", "later", "Zoomed in: later steps.",
           CHART, "Charts: later steps", pane="chart"),
    Action("smoother", "charts.smoother", "m", "smooth", "Smooth the training curves more.", CHART,
           "Charts: smoother", pane="chart", paired="rougher"),
    Action("rougher", "charts.rougher", "M", "rougher", "Smooth them less.", CHART,
           "Charts: less smooth", pane="chart"),
    Action("scale", "charts.scale", "y", "scale",
           "The y axes, but of fractions: auto, linear, logarithmic.", CHART,
           "Charts: linear or logarithmic", pane="chart"),
    Action("along", "charts.along", "b", "by step", "The x axis: by step, session time, epoch.",
           CHART, "Charts: by step, time or epoch", pane="chart"),
    Action("chart_row", "charts.chart_row", ",".join(CHART_KEYS), "hide",
           "On their screen: hide or show a chart.", CHART, pane="chart", each_key=True),
    Action("more_charts", "charts.more_charts", "d", "more charts",
           "On their screen: the charts there was no room for.", CHART,
           "Charts: those there was no room for", pane="chart"),
    Action("theme", "screen.theme", "t", "theme", "The next theme; it is remembered.", SCREEN,
           "Theme: the next one"),
    Action("next_pane", "screen.next_pane", "tab", "pane", "To the next pane: form, charts, log.",
           SCREEN),
    Action("previous_pane", "screen.previous_pane", "shift+tab", "pane", "To the pane before.",
           SCREEN),
    Action("help", "screen.help", "question_mark,f1", "help", "All keys.", SCREEN,
           "Help: all keys"),
    Action("palette", "screen.palette", "ctrl+p,slash", "find", "Find any action or field by name.",
           SCREEN),
    Action("picture", "screen.picture", "f2", "picture",
           "Save the screen as an SVG file in this folder.", SCREEN,
           "Picture: save the screen as SVG"),
    Action("suspend", "screen.suspend", "ctrl+z", "suspend",
           "To the shell for a while; fg returns.", SCREEN),
)  # fmt: skip

BY_ID = {action.id: action for action in ACTIONS}
PANES = ("form", "chart")
# Of the keys that do the same everywhere, those that make sense before the charts alone.
ON_THE_CHARTS_SCREEN = (
    "pause", "evaluate", "checkpoint", "watch", "faster", "slower", "event_before", "event_after",
    "back", "ahead", "goto", "charts", "theme", "help", "picture", "suspend", "quit",
)  # fmt: skip
# What the footer names, by phase: together not more than 80 cells.
FOOTERS = {
    "idle": ("run", "edit", "more", "jump", "preset", "theme", "help", "quit"),
    "live": ("pause", "edit", "more", "jump", "undo", "stop", "help", "quit"),
    "paused": ("pause", "step", "edit", "undo", "fork", "stop", "help", "quit"),
    "staged": ("apply", "drop", "stage", "more", "jump", "pause", "stop", "help"),
    "charts": ("charts", "zoom_in", "zoom_all", "smoother", "scale", "along", "chart_row",
               "help"),
    "ended": ("run", "fork", "edit", "more", "jump", "preset", "help", "quit"),
}  # fmt: skip


def bindings(pane: str = "", only: Collection[str] = ()) -> list[BindingType]:
    """The bindings of one pane; all run the app's ``perform``, which knows when to refuse."""
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
