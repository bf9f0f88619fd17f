"""Every action of the dashboard, once: bindings, footer, help and palette come from this table."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from textual.binding import Binding, BindingType

from nanotrain_tui.follow.run_state import ENDED


class Situation(NamedTuple):
    """What decides whether an action makes sense: the session's state, empty without one."""

    state: str = ""
    launching: bool = False
    name: str = ""
    staged: int = 0  # values in the form that wait to be applied
    undoable: bool = False  # something is staged, or the session has an edit to undo
    replayed: bool = False  # what is shown is a recording being played
    charts: bool = False  # the charts screen is open

    @property
    def live(self) -> bool:
        going_on = bool(self.state) and self.state not in ENDED and not self.replayed
        return self.launching or going_on

    @property
    def paused(self) -> bool:
        return self.state == "paused" and not self.launching and not self.replayed

    @property
    def phase(self) -> str:
        """Which footer is shown."""
        if self.charts:
            return "charts"
        if self.live and self.staged:
            return "staged"
        if self.paused:
            return "paused"
        if self.live:
            return "live"
        return "ended" if self.state else "idle"


IN_A_REPLAY = "This is a replay, which cannot be steered: W returns to the session itself."
WhyNot = Callable[[Situation], str]


def _always(_: Situation) -> str:
    return ""


def _not_in_a_replay(situation: Situation) -> str:
    return IN_A_REPLAY if situation.replayed else ""


def _in_a_replay(situation: Situation) -> str:
    return "" if situation.replayed else "For a replay: W plays the session from its beginning."


def _while_live_or_played(situation: Situation) -> str:
    return "" if situation.replayed else _while_live(situation)


def _while_live(situation: Situation) -> str:
    if situation.live:
        return ""
    if situation.replayed:
        return IN_A_REPLAY
    if situation.state:
        return f"{situation.name} has ended ({situation.state}): r starts or resumes."
    return "Nothing runs yet: r starts a session."


def _while_paused(situation: Situation) -> str:
    if situation.live and situation.state == "running" and not situation.launching:
        return "Single steps are for a paused session: Space pauses it."
    return _while_live(situation)


def _while_staged(situation: Situation) -> str:
    if situation.live and not situation.staged:
        return "Nothing is staged: e opens a field to stage its value."
    return _while_live(situation)


def _after_an_edit(situation: Situation) -> str:
    if situation.live and not situation.undoable:
        return "There is no edit to undo."
    return _while_live(situation)


def _with_a_session(situation: Situation) -> str:
    if situation.launching or not situation.state:
        return "There is no session yet: r starts one."
    return ""


def _with_a_session_itself(situation: Situation) -> str:
    return _with_a_session(situation) or _not_in_a_replay(situation)


class Action(NamedTuple):
    """One thing the user can do.

    ``why_not`` gives the sentence shown in its place when it makes no sense now. A ``pane`` of
    "form" or "chart" binds the keys while that has the focus, an empty one everywhere on the
    dashboard.
    """

    id: str
    keys: str
    label: str  # in the footer
    help: str
    group: str
    palette: str = ""  # its line in the palette, where that is not its help
    why_not: WhyNot = _always
    pane: str = ""
    when_paused: str = ""  # its label then, where that differs
    each_key: bool = False  # which of its keys was pressed is told; they cannot be others
    paired: str = ""  # the action that shares its place in the footer


SESSION, STEER, FORM, CHART, REPLAY, SCREEN = (
    "Session", "Steering", "Form", "Charts", "Replay", "Screen",
)  # fmt: skip

ACTIONS = (
    Action("run", "r", "run", "Start a session, or resume one that ended.",
           SESSION, "Run: start or resume a session", _not_in_a_replay),
    Action("pause", "space", "pause", "Pause at the next step, or go on.", SESSION,
           "Pause or resume", _while_live_or_played, when_paused="resume"),
    Action("step", "n,full_stop", "step", "Paused: make a single step.", SESSION,
           "Step: a single one", _while_paused, paired="steps"),
    Action("steps", "N", "steps", "Paused: make a number of steps.", SESSION,
           "Steps: a number of them", _while_paused),
    Action("evaluate", "v", "evaluate", "Evaluate on all test examples now.", SESSION,
           "Evaluate now", _while_live),
    Action("checkpoint", "c", "checkpoint", "Write a checkpoint now.", SESSION,
           "Checkpoint now", _while_live),
    Action("stop", "s", "stop", "End the session after the step it is in; asks first.", SESSION,
           "Stop the session", _while_live),
    Action("restart", "R", "restart", "Begin anew, with the same values or the form's.", SESSION,
           "Restart: begin anew", _with_a_session_itself),
    Action("fork", "F", "fork", "A session from a checkpoint, with the form's values.", SESSION,
           "Fork: a new session from a checkpoint", _with_a_session_itself),
    Action("sessions", "o", "sessions", "All sessions: open, replay, label, compare, delete.",
           SESSION, "Sessions: the list of all"),
    Action("export", "X", "export", "The session as a file for other programs.", SESSION,
           "Export: the session as a file", _with_a_session),
    Action("watch", "W", "watch", "Play it from its beginning; again: as it is now.",
           REPLAY, "Watch: replay the session, or return to it", _with_a_session),
    Action("faster", "greater_than_sign", "faster", "Play faster, up to as fast as it draws.",
           REPLAY, "Replay: faster", _in_a_replay),
    Action("slower", "less_than_sign", "slower", "Play slower.", REPLAY, "Replay: slower",
           _in_a_replay),
    Action("event_before", "left_square_bracket", "event before", "To the event before.", REPLAY,
           "Replay: to the event before", _in_a_replay),
    Action("event_after", "right_square_bracket", "event after", "To the next event.", REPLAY,
           "Replay: to the next event", _in_a_replay),
    Action("back", "left_curly_bracket", "back", "One hundredth back.", REPLAY,
           "Replay: one hundredth back", _in_a_replay),
    Action("ahead", "right_curly_bracket", "ahead", "One hundredth ahead.", REPLAY,
           "Replay: one hundredth ahead", _in_a_replay),
    Action("goto", "colon", "go to", "To a step (1200), a time (12:30) or a share (45%).", REPLAY,
           "Replay: go to a step, time or share", _in_a_replay),
    Action("quit", "q,ctrl+q", "quit", "Leave the dashboard; the session goes on.", SESSION,
           "Quit: the session goes on"),
    Action("edit", "enter", "edit", "Open the field; Enter again applies it to what runs.", FORM,
           "Edit the field under the cursor", pane="form"),
    Action("more", "plus,equals_sign,right,l", "change", "A step up, or the next choice; at once.",
           FORM, "More: the field a step up", pane="form", paired="less"),
    Action("less", "minus,left,h", "less", "A step down, or the choice before; at once.", FORM,
           "Less: the field a step down", pane="form"),
    Action("stage", "e", "stage", "Open the field; its value waits until all are applied.", STEER,
           "Stage a value", pane="form"),
    Action("apply", "a", "apply", "Apply all staged values in one go.", STEER,
           "Apply what is staged", _while_staged),
    Action("drop", "x", "drop", "Drop what is staged: back to the values that run.", STEER,
           "Drop what is staged", _while_staged),
    Action("undo", "u", "undo", "Take back the last edit; again: the one before.", STEER,
           "Undo the session's last edit", _after_an_edit),
    Action("jump", "f", "field", "To any field by one more letter.", FORM,
           "Field: go to one by its letter"),
    Action("cursor_up", "up,k", "up", "The field above.", FORM, pane="form"),
    Action("cursor_down", "down,j", "down", "The field below.", FORM, pane="form"),
    Action("page_up", "pageup,ctrl+b", "page up", "One page up.", FORM, pane="form"),
    Action("page_down", "pagedown,ctrl+f", "page down", "One page down.", FORM, pane="form"),
    Action("first", "home,g", "first", "The first field.", FORM, pane="form"),
    Action("last", "end,G", "last", "The last field.", FORM, pane="form"),
    Action("preset", "p", "preset", "Fill the form from a preset.", FORM, "Preset: fill the form"),
    Action("save_preset", "w", "write", "Write the form's values as a preset.", FORM,
           "Preset: save the form as one"),
    Action("mark_before", "up,k,pageup", "mark before", "To the mark before.", CHART, pane="chart"),
    Action("mark_after", "down,j,pagedown", "mark after", "To the mark after.", CHART,
           pane="chart"),
    Action("chart_left", "left,h", "left", "One column to the left.", CHART, pane="chart"),
    Action("chart_right", "right,l", "right", "One column to the right.", CHART, pane="chart"),
    Action("chart_first", "home,g", "begin", "To the first step.", CHART, pane="chart"),
    Action("chart_last", "end,G", "end", "To the newest step.", CHART, pane="chart"),
    Action("charts", "z", "charts", "All charts on one axis; again, or Esc: back.", CHART,
           "Charts: all of them on one axis", _with_a_session),
    Action("zoom_in", "plus,equals_sign", "zoom", "Closer, about the cursor.", CHART,
           "Charts: closer", pane="chart", paired="zoom_out"),
    Action("zoom_out", "minus", "zoom out", "From farther away.", CHART,
           "Charts: from farther away", pane="chart"),
    Action("zoom_all", "0", "all", "All steps again.", CHART, "Charts: all steps", pane="chart"),
    Action("pan_left", "shift+left,H", "earlier", "Zoomed in: earlier steps.", CHART,
           "Charts: earlier steps", pane="chart", paired="pan_right"),
    Action("pan_right", "shift+right,L", "later", "Zoomed in: later steps.", CHART,
           "Charts: later steps", pane="chart"),
    Action("smoother", "m", "smooth", "Smooth the training curves more.", CHART,
           "Charts: smoother", pane="chart", paired="rougher"),
    Action("rougher", "M", "rougher", "Smooth them less.", CHART, "Charts: less smooth",
           pane="chart"),
    Action("scale", "y", "scale", "Loss and learning rate: auto, linear, logarithmic.", CHART,
           "Charts: linear or logarithmic", pane="chart"),
    Action("along", "b", "by step", "The x axis: by step, session time, epoch.", CHART,
           "Charts: by step, time or epoch", pane="chart"),
    Action("chart_row", "1,2,3,4,5,6,7", "hide", "On their screen: hide or show a chart.", CHART,
           pane="chart", each_key=True),
    Action("theme", "t", "theme", "The next theme; it is remembered.", SCREEN,
           "Theme: the next one"),
    Action("next_pane", "tab", "pane", "To the next pane: form, charts, log.", SCREEN),
    Action("previous_pane", "shift+tab", "pane", "To the pane before.", SCREEN),
    Action("help", "question_mark,f1", "help", "All keys.", SCREEN, "Help: all keys"),
    Action("palette", "ctrl+p,slash", "find", "Find any action or field by name.", SCREEN),
    Action("picture", "f2", "picture", "Save the screen as an SVG file in this folder.", SCREEN,
           "Picture: save the screen as SVG"),
    Action("suspend", "ctrl+z", "suspend", "To the shell for a while; fg returns.", SCREEN),
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
