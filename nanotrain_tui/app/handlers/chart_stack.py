"""The actions of the charts screen: hide, show and scroll charts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from nanotrain_tui.app.handlers.chart_text import named
from nanotrain_tui.app.handlers.charts import ChartActions
from nanotrain_tui.app.handlers.session_link import SessionLink
from nanotrain_tui.app.handlers.shell import Screens, Shell
from nanotrain_tui.app.keys.actions import CHART_KEYS
from nanotrain_tui.app.screens.charts import ChartsScreen
from nanotrain_tui.catalog.formats import plural
from nanotrain_tui.drawing.chart_model import Chart
from nanotrain_tui.drawing.charts.row import ChartRow
from nanotrain_tui.drawing.charts.table import chart_rows, missing, stacked
from nanotrain_tui.drawing.metric_text import METRIC_CELLS, cut


class StackActions:
    """What the actions of the charts screen do. The view is that of ``ChartActions``."""

    def __init__(
        self, shell: Shell, screens: Screens, link: SessionLink, charts: ChartActions
    ) -> None:
        self._shell = shell
        self._screens = screens
        self._link = link
        self._charts = charts

    def opened(self) -> None:
        """Fill the charts screen once it has its size."""
        screen = self._screens.charts
        if screen is None:
            return
        screen.stack.update_view(self._charts.view, self._charts.detail, self._charts.behind)
        screen.show_state(self._link.state)
        self._say(screen, self._about)
        self._screens.refresh_keys()

    def _about(self, screen: ChartsScreen) -> str:
        """The keys, and the charts that are not on the screen."""
        last_key = min(len(chart_rows(self._link.state)), len(CHART_KEYS))
        parts = [f"Esc: return, 1 to {last_key}: hide or show a chart."]
        lost = [row.title for row in missing(self._link.state)]
        if lost:
            parts.append(f"Not recorded: {named(lost)}.")
        if self._below(screen):
            parts.append(f"{self._extent(screen)} d: more.")
        return " ".join(parts)

    def _say(self, screen: ChartsScreen, text_of: Callable[[ChartsScreen], str]) -> None:
        """Show a text about the charts screen, as long as it stays the same."""
        shown = text_of(screen)
        self._shell.say(
            shown, holds=lambda: self._screens.charts is screen and text_of(screen) == shown
        )

    def _say_of_view(self, text: str, level: str = "info") -> None:
        """Show a message about the charts screen, as long as its view stays the same."""
        view, screen = self._charts.view, self._screens.charts
        self._shell.say(
            text,
            level,
            lambda: self._screens.charts is screen and self._charts.view == view,
        )

    def closed(self, _: object) -> None:
        """Draw the dashboard again, which was covered by the charts screen."""
        charts = self._charts
        self._screens.dashboard.show_view(charts.view, charts.detail, charts.behind)
        self._screens.show(self._link.state)

    def chart_row(self, key: str) -> None:
        rows, screen = chart_rows(self._link.state), self._screens.charts
        row = rows[int(key) - 1] if int(key) <= len(rows) else None
        if screen is None:
            self._say_of_view(
                "Press z to open the charts screen. There the digits hide and show charts."
            )
        elif row is None:
            number = f"This session has {plural(len(rows), 'chart')}."
            self._say_of_view(f"There is no chart {key}. {number}", "warning")
        else:
            self._toggle(row, key, screen)

    def more_charts(self) -> None:
        """Show the next page of charts; after the last one, the first one again."""
        screen = self._screens.charts
        if screen is not None and not self._below(screen):
            self._turn(-len(self._shown_charts()))
        else:
            self.page_down()

    def page_up(self) -> None:
        self._page(-1)

    def page_down(self) -> None:
        self._page(1)

    def scroll(self, charts: int) -> None:
        """Scroll by a number of charts; down if positive. Scrolls nothing at an end."""
        screen = self._screens.charts
        if screen is not None and (self._below(screen) or self._charts.view.top):
            self._turn(charts)

    def _page(self, direction: int) -> None:
        screen = self._screens.charts
        if screen is None:
            self._say_of_view(
                "Press z to open the charts screen. There PgUp, PgDn and d scroll the charts."
            )
        else:
            self._turn(direction * len(screen.stack.with_room(self._shown_charts())))

    def _turn(self, charts: int) -> None:
        """Scroll by a number of charts, and say which ones are shown."""
        screen, known = self._screens.charts, self._shown_charts()
        if screen is None:
            return
        room = len(screen.stack.with_room(known))
        if room == len(known):
            self._say_of_view("All charts are shown.")
            return
        top = max(0, min(self._charts.view.top + charts, len(known) - room))
        self._charts.show(replace(self._charts.view, top=top))
        self._say(screen, self._extent)

    def _extent(self, screen: ChartsScreen) -> str:
        known = self._shown_charts()
        now = screen.stack.with_room(known)
        first, last = known.index(now[0]) + 1, known.index(now[-1]) + 1
        return f"Charts {first} to {last} of {len(known)}."

    def _below(self, screen: ChartsScreen) -> bool:
        """Whether there are charts below the visible ones."""
        known = self._shown_charts()
        shown = screen.stack.with_room(known)
        return bool(shown) and shown[-1].key != known[-1].key

    def _toggle(self, row: ChartRow, key: str, screen: ChartsScreen) -> None:
        """Hide a chart or show it again, or scroll to it if it is out of sight."""
        title = cut(row.title, METRIC_CELLS)
        keys = [chart.key for chart in self._shown_charts()]
        in_sight = [chart.key for chart in screen.stack.with_room(self._shown_charts())]
        if row.key in [one.key for one in missing(self._link.state)]:
            self._say_of_view(f"{title} was not recorded.", "warning")
        elif row.key in keys and row.key not in in_sight:
            self._reach(keys.index(row.key), len(in_sight))
            self._say_of_view(f"{title} is shown. Press {key} again to hide it.")
        elif keys == [row.key]:
            self._say_of_view(f"Cannot hide {title}: it is the only chart.", "warning")
        else:
            self._charts.show(self._charts.view.toggled(row.key))
            hidden = row.key in self._charts.view.hidden
            known = [chart.key for chart in self._shown_charts()]
            if not hidden and row.key in known:
                self._reach(known.index(row.key), len(in_sight))
            what = "hidden" if hidden else "shown"
            self._say_of_view(f"{title} is {what}. Press {key} again to undo.")

    def _reach(self, index: int, room: int) -> None:
        """Scroll as little as possible to a chart, with room for so many charts."""
        view = self._charts.view
        top = min(max(view.top, index - room + 1), index)
        self._charts.show(replace(view, top=top))

    def _shown_charts(self) -> Sequence[Chart]:
        charts = self._charts
        return stacked(self._link.state, charts.view, charts.detail, charts.behind)
