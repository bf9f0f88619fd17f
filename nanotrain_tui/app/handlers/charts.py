"""The keys of the charts: cursor, zoom, smoothing and axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nanotrain_tui.app.handlers.chart_text import scale_text
from nanotrain_tui.app.handlers.session_link import SessionLink
from nanotrain_tui.app.handlers.shell import Screens, Shell
from nanotrain_tui.app.source.jobs import Window
from nanotrain_tui.app.widgets.charts import ChartWidget
from nanotrain_tui.catalog.formats import clock
from nanotrain_tui.drawing.axis import Axis, extent
from nanotrain_tui.drawing.backdrop import NOTHING_BEHIND, Backdrop, has_parent
from nanotrain_tui.drawing.chart_model import NO_DETAIL, ChartContext, Detail
from nanotrain_tui.drawing.chart_view import LEAST_STEPS, SMOOTHINGS, ChartView
from nanotrain_tui.drawing.glyphs import terminal_glyphs
from nanotrain_tui.follow.run_state import Mark, RunState
from nanotrain_tui.session.events import signs

AXIS_TEXTS = {"step": "steps", "time": "session time", "epoch": "epochs"}
GROWN = 256  # a window is read again when it has grown by 1/256


class ChartActions:
    """What the actions of the charts do. All charts share one view."""

    def __init__(self, shell: Shell, screens: Screens, link: SessionLink) -> None:
        self._shell = shell
        self._screens = screens
        self._link = link
        self.view = ChartView()
        self._name = ""
        self._asked: Window | None = None
        self._read: Window | None = None
        self._curves: Detail = NO_DETAIL
        self.behind = NOTHING_BEHIND
        self.viewed: Callable[[], None] = lambda: None  # called when other steps are shown

    @property
    def detail(self) -> Detail:
        """The detailed curves of the zoomed window, or NO_DETAIL until they are read."""
        if self.view.window is None or self._read is None:
            return NO_DETAIL
        first, last = self._wanted()
        covered = self._read.first <= max(1, first) and last <= self._read.last + self._slack()
        return self._curves if covered else NO_DETAIL

    def follow(self, state: RunState) -> None:
        """Take a new state. Another session is shown in full; a zoomed window is read again."""
        if state.name != self._name:
            self._name = state.name
            self._asked = self._read = None
            self._curves = NO_DETAIL
            self.show(replace(self.view, window=None, cursor=None, top=0))
        self._ask()

    def windowed(self, window: Window, curves: Detail) -> None:
        """Take the curves of a window that has been read."""
        if window == self._asked:
            self._read, self._curves = window, curves
            self.show(self.view)

    def show_behind(self, behind: Backdrop) -> None:
        """Draw these sessions behind the curves of all charts."""
        if behind != self.behind:
            self.behind = behind
            self.show(self.view)

    # --- the view --------------------------------------------------------------------------

    def zoom_in(self) -> None:
        self._zoom(True)

    def zoom_out(self) -> None:
        self._zoom(False)

    def _zoom(self, closer: bool) -> None:
        before = self.view
        self.show(self.view.zoomed(closer, self._newest, self._whole))
        if self.view == before:
            least = f"Cannot zoom in further: the minimum is {LEAST_STEPS} steps."
            self._say(least if closer else "All steps are already shown.")
        else:
            self._say_extent()

    def zoom_all(self) -> None:
        self.show(self.view.whole())
        self._say_extent()

    def pan_left(self) -> None:
        self._pan(-1)

    def pan_right(self) -> None:
        self._pan(1)

    def _pan(self, direction: int) -> None:
        if self.view.window is None:
            self._say("All steps are shown. Press + to zoom in.")
            return
        self.show(self.view.panned(direction, self._newest, self._whole))
        self._say_extent()

    def _say_extent(self) -> None:
        extent = self._extent()
        self._shell.say(extent, holds=lambda: self._extent() == extent)

    def _extent(self) -> str:
        if self.view.window is None:
            return "All steps are shown."
        first, last = self.view.shown(self._whole)
        return f"Steps {first:,} to {last:,}. Press 0 to show all."

    def smoother(self) -> None:
        self._smooth(True)

    def rougher(self) -> None:
        self._smooth(False)

    def _smooth(self, more: bool) -> None:
        self.show(self.view.smoothed(more))
        weight = self.view.smoothing
        if not weight:
            self._say("The training curves are not smoothed.")
        else:
            most = " (the maximum)" if weight == SMOOTHINGS[-1] else ""
            self._say(f"Training curves are smoothed with weight {weight:g}{most}. M: smooth less.")

    def scale(self) -> None:
        self.show(self.view.scaled())
        self._say(*scale_text(self._link.state, self.view.scale))

    def along(self) -> None:
        self.show(self.view.along())
        kind = self.axis.kind
        if kind == self.view.axis:
            self._say(f"The x axis shows the {AXIS_TEXTS[kind]}.")
        else:
            wanted = self.view.axis
            self._shell.say(
                f"Cannot show the {AXIS_TEXTS[wanted]} yet: it is not known.",
                "warning",
                lambda: self.view.axis == wanted and self.axis.kind != wanted,
            )

    # --- the cursor ------------------------------------------------------------------------

    def mark_before(self) -> None:
        self._to_mark(-1)

    def mark_after(self) -> None:
        self._to_mark(1)

    def chart_left(self) -> None:
        self._to_column(-1)

    def chart_right(self) -> None:
        self._to_column(1)

    def chart_first(self) -> None:
        first = self._whole[0]
        self._place(first, lambda mark: mark.step == first)

    def chart_last(self) -> None:
        newest = self._newest
        self._place(newest, lambda mark: mark.step == newest)
        self.show(replace(self.view, cursor=None))  # the cursor follows the training again

    def point(self, cell: int, across: int) -> None:
        """Move the cursor to a cell of an x axis with ``across`` cells."""
        axis = self.axis
        step = axis.step_in(cell, across)
        if step > self._newest:
            self.chart_last()
        else:
            here = axis.cell(step, across)
            self._place(step, lambda mark: axis.cell(mark.step, across) == here)

    def _to_mark(self, direction: int) -> None:
        marks = self._link.state.marks
        steps = sorted({mark.step for mark in marks})
        here = self._cursor
        if direction < 0:
            found = next((step for step in reversed(steps) if step < here), None)
        else:
            found = next((step for step in steps if step > here), None)
        if found is None:
            where = "before" if direction < 0 else "after"
            self._say_here(f"There is no mark {where} step {here:,}.")
        else:
            self._place(found, lambda mark: mark.step == found)

    def _to_column(self, direction: int) -> None:
        """Move the cursor by one column, and at least one step."""
        axis = self.axis
        across = self._widget.cells_across
        here = self._cursor
        column = axis.cell(here, across)
        step = here + direction
        if column is not None:
            there = axis.step_of(max(0, column + direction), across)
            step = min(step, there) if direction < 0 else max(step, there)
        step = max(0, min(step, self._newest))
        column = axis.cell(step, across)
        self._place(step, lambda mark: axis.cell(mark.step, across) == column is not None)

    def _place(self, step: int, there: Callable[[Mark], bool]) -> None:
        self.show(self.view.moved(step, self._newest, self._whole))
        marks = [mark for mark in self._link.state.marks if there(mark)]
        # An edit is more important than a checkpoint at the same step.
        marks.sort(key=lambda mark: list(signs()).index(mark.kind), reverse=True)
        glyphs = terminal_glyphs()
        texts = [
            f"{glyphs.sign(signs()[mark.kind])} step {mark.step:,}, {clock(mark.t)}: {mark.text}"
            for mark in marks
        ]
        self._say_here("; ".join(texts) or f"step {step:,}: no event.")

    # --- inside ----------------------------------------------------------------------------

    def _say(self, text: str, level: str = "info") -> None:
        """Show a message about the view, as long as the view stays the same."""
        view = self.view
        self._shell.say(text, level, lambda: self.view == view)

    def _say_here(self, text: str) -> None:
        """Show a message about the step at the cursor, as long as the cursor is seen there."""
        here = self._cursor
        self._shell.say(text, holds=lambda: self._is_cursor_seen and self._cursor == here)

    @property
    def _is_cursor_seen(self) -> bool:
        """Whether a chart has the focus, also below a dialog: only then it draws the cursor."""
        on_top = self._screens.charts is not None
        return on_top or isinstance(self._screens.dashboard.focused, ChartWidget)

    @property
    def _newest(self) -> int:
        return self._link.state.step

    @property
    def _whole(self) -> tuple[int, int]:
        state = self._link.state
        return extent(state, has_parent(self.behind, state.begins_at))

    @property
    def axis(self) -> Axis:
        """The x axis of all charts."""
        context = ChartContext(self._link.state, self.view, self.detail, self.behind)
        return context.with_time().axis

    @property
    def _cursor(self) -> int:
        return self.view.at(self._newest)

    @property
    def _widget(self) -> ChartWidget:
        if self._screens.charts is not None:
            return self._screens.charts.stack
        focused = self._screens.focused
        if isinstance(focused, ChartWidget):
            return focused
        return self._screens.dashboard.lowest_chart

    def show(self, view: ChartView) -> None:
        """Use a view for all charts."""
        before, self.view = self.view, view
        self._ask()
        if (view.window, view.axis) != (before.window, before.axis):
            self.viewed()
        screen = self._screens.charts or self._screens.dashboard
        screen.show_view(view, self.detail, self.behind)

    def _wanted(self) -> tuple[int, int]:
        first, last = self.view.shown(self._whole)
        return first, min(last, self._newest)

    def _slack(self) -> int:
        first, last = self._wanted()
        return max(0, (last - first) // GROWN)

    def _ask(self) -> None:
        """Request the curves of the zoomed window, unless they were read in this detail."""
        if self.view.window is None:
            return
        first, last = max(1, self._wanted()[0]), self._wanted()[1]
        asked = self._asked
        if asked is not None:
            covered = asked.first <= first and last <= asked.last + self._slack()
            close = asked.last - asked.first < 2 * max(1, last - first)
            if covered and close and asked.last <= self._newest:
                return
        if first <= last:
            self._asked = Window(first, last)
            self._link.read_window(self._asked)
