"""Sessions over each other: their curves, what each came to, what differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.widgets.bars import MessageLine
from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.drawing.chart import LABEL_CELLS
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit
from nanotrain_tui.drawing.plot import dots_of, plot_line
from nanotrain_tui.drawing.scale import (
    accuracy_scale,
    clock,
    figure,
    joules,
    loss_scale,
    percent,
    short,
)
from nanotrain_tui.follow.compare import AXES, common_target, differences, metric_parts
from nanotrain_tui.follow.not_finite import in_words
from nanotrain_tui.session.metrics import TEST, MetricPart

if TYPE_CHECKING:
    from nanotrain_tui.follow.compare import Contender, Reached
    from nanotrain_tui.follow.trace import Trace

LETTERS = "ABCDEFGH"
ROLES = ("train", "test", "good", "warning", "error", "value", "muted", "bar")
KEYS = " m metric   b by step, time, epoch   up down scroll   Esc back"


class Overlay(LiveWidget):
    """One metric of all sessions along one axis, each with its letter at its end."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.contenders: Sequence[Contender] = ()
        self.metric, self.axis = MetricPart("accuracy", TEST), AXES[0]

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        if not self.contenders:
            return []
        return draw_overlay(self.contenders, self.metric, self.axis, width, height, self.glyphs)


def draw_overlay(
    contenders: Sequence[Contender], metric: MetricPart, axis: str, width: int, height: int,
    glyphs: Glyphs,
) -> list[Line]:  # fmt: skip
    """A title, the curves, and the axis; O(bins) whatever the sessions' length."""
    traces = [one.trace(metric, axis) for one in contenders]
    values = [value for trace in traces for _, value in trace.points]
    end = max((x for trace in traces for x in trace.xs), default=0.0)
    scale = (accuracy_scale if metric.metric == "accuracy" else loss_scale)(values)
    across, rows = width - LABEL_CELLS - 1, max(1, height - 2)
    dots = dots_of(glyphs)[0]
    cells = [[Span(" ")] * across for _ in range(rows)]
    for index, trace in enumerate(traces):
        role = ROLES[index % len(ROLES)]
        columns = _columns(trace, end, across * dots)
        for y, text in enumerate(plot_line(columns, scale, across, rows, glyphs)):
            for x, sign in enumerate(text):
                if sign.strip():
                    cells[y][x] = Span(sign, role)
    for index, trace in enumerate(traces):
        for at, kind in trace.bad:
            x = min(across - 1, int(at / (end or 1.0) * across))
            cells[0][x] = Span(glyphs.not_finite(kind), ROLES[index % len(ROLES)])
    for letter, trace in zip(LETTERS, traces, strict=False):  # last, that no line hides one
        if trace.pieces:
            last_x, last = trace.pieces[-1][-1]
            x = min(across - 1, int(last_x / (end or 1.0) * across))
            y = rows - 1 - min(rows - 1, int(scale.position(last) * rows))
            cells[y][x] = Span(letter, "title")
    signs = ["".join(map(glyphs.not_finite, trace.kinds)) for trace in traces]
    title = f"{metric.text.replace('_', ' ')} by {axis}{' (log)' if scale.log else ''}"
    drawn = [(Span(title, "title"),
              *(Span(f"  {LETTERS[i]} {one.name} {signs[i]}".rstrip(), ROLES[i % len(ROLES)])
                for i, one in enumerate(contenders)))]  # fmt: skip
    for y, row in enumerate(cells):
        label = {0: scale.high, rows - 1: scale.low}.get(y) if rows > 1 else None
        text = "" if label is None else short(label)[:LABEL_CELLS]
        drawn.append((Span(f"{text:>{LABEL_CELLS}}{glyphs.vertical}", "muted"), *row))
    told = {"step": f"{end:,.0f} steps", "time": clock(end), "epoch": f"{end:.2f} epochs"}[axis]
    rest = glyphs.horizontal * max(0, across - len(told) - 3)
    drawn.append((Span(f"{'':>{LABEL_CELLS}}{glyphs.corner}0 {rest} {told}", "muted"),))
    return [fit(line, width, glyphs.ellipsis) for line in drawn]


def _columns(trace: Trace, end: float, count: int) -> list[float | None]:
    """Means by column; between two points of a piece that are apart, a straight line."""
    sums, sizes = [0.0] * count, [0] * count
    pieces = [
        [min(count - 1, int(x / (end or 1.0) * count)) for x, _ in piece] for piece in trace.pieces
    ]
    for places, piece in zip(pieces, trace.pieces, strict=True):
        for place, (_, value) in zip(places, piece, strict=True):
            sums[place] += value
            sizes[place] += 1
    found = [total / n if n else None for total, n in zip(sums, sizes, strict=True)]
    for places in pieces:
        for a, b in pairwise(sorted(set(places))):
            first, last = found[a] or 0.0, found[b] or 0.0
            for x in range(a + 1, b):
                found[x] = first + (last - first) * (x - a) / (b - a)
    return found


class CompareScreen(Screen[None]):
    """Two to eight sessions over each other."""

    AUTO_FOCUS = "#told"
    DEFAULT_CSS = """
    CompareScreen {
        background: $background; color: $foreground; layout: vertical; overflow: hidden;
        & #overlay { height: 1fr; }
        & #told { height: 1fr; scrollbar-size-vertical: 1; }
        & #told Static { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
        & #compare-keys { height: 1; background: $panel; color: $foreground; text-wrap: nowrap; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "app.pop_screen", show=False),
        Binding("m", "metric", show=False),
        Binding("b,x", "axis", show=False),
    ]

    def __init__(self, library: Library, names: Sequence[str]) -> None:
        super().__init__()
        self._library = library
        self._names = names

    def compose(self) -> ComposeResult:
        yield Overlay(id="overlay")
        with VerticalScroll(id="told"):
            yield Static(" Reading the sessions …", id="tables")
        yield MessageLine(id="message")
        yield Static(Content(KEYS), id="compare-keys")

    def on_mount(self) -> None:
        self._read()

    @work(thread=True, exit_on_error=False)
    def _read(self) -> None:
        try:
            found = self._library.compare(self._names)
        except Refused as error:
            self.app.call_from_thread(self._refused, error.message)
        else:
            self.app.call_from_thread(self._show, found)

    def _refused(self, why: str) -> None:
        self.query_one("#tables", Static).update("")
        self.query_one(MessageLine).say(why, "error")

    def _show(self, found: Sequence[Contender]) -> None:
        overlay = self.query_one(Overlay)
        overlay.contenders = found
        overlay.metric = next(iter(metric_parts(found)), overlay.metric)
        overlay.redraw()
        self.query_one("#tables", Static).update(Content("\n".join(tables(found))))
        if len({one.summary.data for one in found}) > 1:
            said = "They were trained on different data; their accuracies do not compare."
            self.query_one(MessageLine).say(said, "warning")

    def action_metric(self) -> None:
        overlay = self.query_one(Overlay)
        known = metric_parts(overlay.contenders) or [overlay.metric]
        overlay.metric = known[(known.index(overlay.metric) + 1) % len(known)]
        overlay.redraw()

    def action_axis(self) -> None:
        overlay = self.query_one(Overlay)
        overlay.axis = AXES[(AXES.index(overlay.axis) + 1) % len(AXES)]
        overlay.redraw()


def tables(found: Sequence[Contender]) -> list[str]:
    """What each came to, what the common accuracy took, what differs."""
    wanted = common_target(found, "accuracy")
    to = f"to {100 * wanted:g} %" if wanted is not None else ""
    names = [f"{LETTERS[i]} {one.name}" for i, one in enumerate(found)]
    steps = any(one.begins_at for one in found)  # else there is nothing to tell apart
    rows = [("", *(["steps"] if steps else []), "best", "at step", "loss", "time", "energy", to)]
    for name, one in zip(names, found, strict=True):
        best, reached = (
            one.best("accuracy"),
            one.reached("accuracy", wanted) if wanted is not None else None,
        )
        took = "" if reached is None else _took(reached)
        rows.append((
            name, *([_steps(one)] if steps else []),
            percent(best.value("accuracy") if best else None), f"{best.step:,}" if best else "",
            figure(one.summary.best("loss")), clock(one.summary.duration_s),
            joules(one.summary.energy_j), took,
        ))  # fmt: skip
    lines = [*_aligned(rows), *_not_finite(found, names)]
    differ = differences(found)
    if not differ:
        return [*lines, "", " Their configurations do not differ."]
    told = [("differs", *(LETTERS[: len(found)])), *((k, *v) for k, v in differ.items())]
    return [*lines, "", *_aligned(told)]


def _steps(one: Contender) -> str:
    own = f" ({one.summary.own_steps:,} own)" if one.begins_at else ""
    return f"{one.summary.step:,}{own}"


def _took(reached: Reached) -> str:
    own = f" ({reached.own_steps:,} own)" if reached.own_steps != reached.step else ""
    energy = "" if reached.energy_j is None else f", {joules(reached.energy_j)}"
    return f"step {reached.step:,}{own}, {clock(reached.time_s)}{energy}"


def _not_finite(found: Sequence[Contender], names: Sequence[str]) -> list[str]:
    """Where values of a session are not finite, a line a metric."""
    notes = [
        f" {name}: {metric.text.replace('_', ' ')} {note}"
        for name, one in zip(names, found, strict=True)
        for metric in metric_parts(found)
        if (note := in_words(one.curve(metric)))
    ]
    return ["", *notes] if notes else []


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [" " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
            for row in rows]  # fmt: skip
