"""The dashboard screen: its widgets and their layout, with another layout from 110x34.

It has two modes. While no session is open, the form has half of the screen, and ``#setup`` shows
what a run would do. While a session is open, the form is folded to one line above the charts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from nanotrain_tui.app.form.folded import RATE
from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.keys.actions import bindings
from nanotrain_tui.app.screens.live_screen import LiveScreen
from nanotrain_tui.app.widgets.bars import FieldAbout, KeyLine, MessageLine
from nanotrain_tui.app.widgets.charts import ChartWidget
from nanotrain_tui.app.widgets.editor import FieldEditor
from nanotrain_tui.app.widgets.form_list import FormList
from nanotrain_tui.app.widgets.function_picture import FunctionPicture
from nanotrain_tui.app.widgets.panels import (
    EventLog,
    MetricChart,
    StatusHeader,
    TelemetryPanel,
)
from nanotrain_tui.app.widgets.region_title import RegionTitle
from nanotrain_tui.app.widgets.scrubber import Scrubber
from nanotrain_tui.app.widgets.setup_panel import SetupPanel
from nanotrain_tui.catalog import FIELDS
from nanotrain_tui.drawing.backdrop import Backdrop
from nanotrain_tui.drawing.chart_model import Detail
from nanotrain_tui.drawing.chart_view import ChartView
from nanotrain_tui.drawing.curves import has_curve
from nanotrain_tui.follow.run_state import LogLine, RunState
from nanotrain_tui.session.events import NOTE

WIDE, TALL = 110, 34
LOW = 22  # with fewer lines, the board and the events have one line less
LEAST_WIDTH, LEAST_HEIGHT = 60, 18
REGIONS = ("#form", "#upper-chart", "#lower-chart", "#log")
_DRAWN = (
    StatusHeader, FormList, FieldAbout, SetupPanel, MetricChart, FunctionPicture, TelemetryPanel,
    EventLog, MessageLine, KeyLine, Scrubber,
)  # fmt: skip
IN_PROCESS = "In-process: the training ends when you press q or close this terminal."


class Dashboard(LiveScreen):
    """Draws the states it gets. It does not know sessions; keys call the app's ``perform``."""

    BINDINGS = [*bindings(), Binding("escape", "fold_form", "Fold the form", show=False)]  # noqa: RUF012
    AUTO_FOCUS = "#form"

    def __init__(self, model: FormModel, in_process: bool, opening: bool = False) -> None:
        """``opening``: whether a session is opened at once; its state is not known yet."""
        super().__init__(classes="-folded" if opening else "-setup")
        self._opening = opening
        self.model = model
        self._in_process = in_process
        self._state: RunState | None = None
        self._local: tuple[LogLine, ...] = ()
        self._editor: FieldEditor | None = None

    def compose(self) -> ComposeResult:
        yield StatusHeader(id="header")
        if self._in_process:
            yield Static(Content(IN_PROCESS), id="in-process")
        with Container(id="body"):
            with Vertical(id="left"):
                yield RegionTitle("Configuration", id="form-title")
                yield FormList(self.model, id="form")
                with Container(id="about-box"):
                    yield FieldAbout(id="about")
            with Vertical(id="right"):
                with Container(id="setup"):
                    yield SetupPanel()
                with Container(id="charts"):
                    with Vertical(id="curves"):
                        yield MetricChart(0, id="upper-chart")
                        yield MetricChart(1, id="lower-chart")
                    yield FunctionPicture(id="function")
                with Container(id="lower"):
                    yield TelemetryPanel(id="telemetry")
                    yield EventLog(id="log")
        yield MessageLine(id="message")
        yield KeyLine(id="keys")
        yield Scrubber(id="scrubber")
        yield Static("", id="too-small")

    def on_mount(self) -> None:
        if self._opening:
            self.form.describe("", is_known=False)
            self.fold_form(True)

    @property
    def is_whole(self) -> bool:
        """Whether its widgets are there: they leave before it does when the app closes.

        They leave in no certain order.
        """
        return {type(widget) for widget in self.walk_children()}.issuperset(_DRAWN)

    @property
    def form(self) -> FormList:
        return self.query_one("#form", FormList)

    @property
    def footer(self) -> str:
        """The footer of the chart or the log that has the focus."""
        if isinstance(self.focused, MetricChart):
            return "chart"
        return "log" if isinstance(self.focused, EventLog) else ""

    @property
    def log_pane(self) -> EventLog:
        return self.query_one("#log", EventLog)

    def go_to_region(self, index: int) -> bool:
        """Focus the form, the upper chart, the lower chart or the log, if it is shown."""
        pane = self.query_one(REGIONS[index])
        shown = pane.display and all(one.display for one in pane.ancestors if one is not self.app)
        if shown:
            self.set_focus(pane)
        return shown

    def on_descendant_focus(self) -> None:
        in_form = self.focused is not None and self.query_one("#left") in self.focused.ancestors
        self.query_one("#form-title").set_class(in_form, "-focused")

    @property
    def watches(self) -> bool:
        """Whether a session is open; else the screen sets one up."""
        return not self.has_class("-setup")

    @property
    def setup(self) -> SetupPanel:
        return self.query_one(SetupPanel)

    @property
    def lowest_chart(self) -> MetricChart:
        """The lower chart, or the upper one if there is only one."""
        upper, lower = self.query(MetricChart)
        return lower if lower.display else upper

    @property
    def editing(self) -> bool:
        return self._editor is not None

    @property
    def is_ready(self) -> bool:
        """Whether the right widget has the focus: the editor while it is open."""
        if self._editor is not None:
            return self.focused is not None and self._editor in self.focused.ancestors
        return not isinstance(self.focused, Input)

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self.set_class(width >= WIDE and height >= TALL, "-wide")
        self.set_class(height < LOW, "-low")
        for chart in self.query(MetricChart):
            self._show_or_hide(chart)
        small = width < LEAST_WIDTH or height < LEAST_HEIGHT
        if small:
            self.query_one("#too-small", Static).update(
                Content(
                    f"The terminal is too small: {width}x{height} characters. nanotrain needs "
                    f"{LEAST_WIDTH}x{LEAST_HEIGHT}, better "
                    "80x24. Make it larger, or press q to quit."
                )
            )
        elif self.has_class("-small"):
            self.call_after_refresh(self._focus_again)
        self.set_class(small, "-small")
        self.explain()

    def _focus_again(self) -> None:
        """Set the focus again, because hidden widgets lose it."""
        if self.focused is None:
            (self.query_one(Input) if self.editing else self.form).focus()

    def show_state(self, state: RunState) -> None:
        """Draw a session's state. The log also shows this dashboard's own lines."""
        self._state = state
        self._set_mode(bool(state.name))
        self.form.describe(str(state.data.get("name") or ""), state.is_known)
        merged = sorted((*state.log, *self._local), key=lambda line: line.seq)
        shown = replace(state, log=tuple(merged))
        unmeasured = state.ended and not any(gauge.curve for gauge in state.gauges.values())
        lower = self.query_one("#lower")
        lower.set_class(bool(merged), "-noted")
        lower.set_class(unmeasured, "-unmeasured")
        self.query_one(StatusHeader).update_state(shown)
        function = state.function
        self.set_class(function is not None and function.is_curve, "-with-curve")
        self.set_class(function is not None and not function.is_curve, "-with-plane")
        self.query_one(FunctionPicture).update_state(shown)
        for chart in self.query(MetricChart):
            chart.update_state(shown)
            self._show_or_hide(chart)
        self.query_one(TelemetryPanel).update_state(shown)
        self.query_one(EventLog).update_state(shown)
        self.set_class(state.replay is not None, "-replay")
        self.query_one(Scrubber).update_state(shown)

    def _set_mode(self, watches: bool) -> None:
        """Fold the form when a session is opened; unfold it when none is open."""
        if watches == self.watches:
            return
        self.set_class(not watches, "-setup")
        self.fold_form(watches)
        if not watches:
            self.form.focus()

    def fold_form(self, folded: bool) -> None:
        """Fold the form to one line, or unfold it beside the charts."""
        if self._editor is not None:
            self.close_editor()
        self.set_class(folded, "-folded")
        for chart in self.query(MetricChart):
            self._show_or_hide(chart)
        self.explain()
        self.form.fold(folded)
        if folded and self.form.is_at_start:
            self.form.go_to(RATE)  # the line has no preset, and this is changed most often

    def action_fold_form(self) -> None:
        """Fold the form, and go to it if another pane has the focus."""
        if self.watches:
            self.fold_form(True)
        self.form.focus()

    def unfold_form(self) -> None:
        """Show all fields, so that one can be edited or found."""
        if self.form.folded:
            self.fold_form(False)

    def go_to(self, key: str) -> bool:
        """Show a field. Returns False if the form does not have it now."""
        found = self.form.go_to(key)
        if found and not self.form.is_cursor_shown:
            self.unfold_form()
        return found

    def _show_or_hide(self, chart: MetricChart) -> None:
        """Hide the chart if there is no metric or no room for it. The focus stays on a chart."""
        had_focus = chart.has_focus
        chart.display = chart.has_chart and not (chart.id == "lower-chart" and self._curve_below)
        if had_focus and not chart.display:
            self.lowest_chart.focus()

    @property
    def _curve_below(self) -> bool:
        """Whether the network's curve has the place of the lower chart."""
        folded, wide = self.has_class("-folded"), self.has_class("-wide")
        return self.has_class("-with-curve") and folded and not wide

    def show_view(self, view: ChartView, detail: Detail, behind: Backdrop) -> None:
        """Draw the charts with another view, or other sessions behind."""
        for chart in self.query(ChartWidget):
            chart.update_view(view, detail, behind)
            chart.update_state(chart.state)

    def note(self, text: str, level: str) -> None:
        """Add a log line that is not an event of the session: a bad theme, a failed start."""
        state = self._state or RunState()
        line = LogLine(state.seq, state.elapsed_s, state.step, NOTE, text, level)
        self._local = (*self._local, line)[-100:]
        if self._state is not None or not self._opening:
            self.show_state(state)

    def explain(self) -> None:
        """Explain the field under the cursor below the form."""
        values = "your script" if self.model.of_script else f"preset {self.model.preset_label}"
        self.query_one("#form-title", RegionTitle).show(values, "Esc: fold" if self.watches else "")
        row = self.form.row
        drawn = row.key in FIELDS and has_curve(row.key, self.model.value(row.key))
        about = self.query_one("#about-box")
        about.set_class(bool(row.problem or row.advice), "-problem")
        about.set_class(drawn, "-curve")
        self.query_one(FieldAbout).show(self.form, self.has_class("-wide"))

    def reload_form(self) -> None:
        self.form.reload()
        self.explain()

    def open_editor(
        self,
        key: str,
        title: str,
        hint: str,
        accept: Callable[[str], str],
        step: Callable[[str, bool], str | None],
        describe: Callable[[str], str] | None = None,
        complete: Callable[[str], str] | None = None,
    ) -> None:
        """Open the editor of a field in place of the explanation; see ``FieldEditor``."""
        self._drop_editor()
        self.unfold_form()
        text = self.model.text(key)
        self._editor = FieldEditor(key, title, text, hint, accept, step, describe, complete)
        self.query_one(FieldAbout).display = False
        about = self.query_one("#about-box")
        about.add_class("-editing")
        about.mount(self._editor)

    def close_editor(self) -> None:
        """Close the editor and show the explanation."""
        if self._editor is not None:
            self._drop_editor()
            self.query_one("#about-box").remove_class("-editing")
            self.query_one(FieldAbout).display = True
            self.form.focus()
        self.explain()

    def _drop_editor(self) -> None:
        if self._editor is not None:
            self._editor.remove()
            self._editor = None

    @on(FieldEditor.Done)
    def _editing_done(self, message: FieldEditor.Done) -> None:
        if self._editor is not None and message.key == self._editor.key:
            self.close_editor()

    @on(FormList.Unfolded)
    def _form_clicked(self) -> None:
        self.unfold_form()
        self.form.focus()

    @on(FormList.Moved)
    def _moved(self) -> None:
        if self._editor is not None and self._editor.key != self.form.key:
            self.close_editor()
        else:
            self.explain()
