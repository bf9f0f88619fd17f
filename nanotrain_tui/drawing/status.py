"""Draws the status header: the state of the session, its progress and its speed."""

from __future__ import annotations

import time

from nanotrain_tui.catalog.formats import clock
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, first_fitting, fit, split, width_of
from nanotrain_tui.drawing.metric_text import METRIC_CELLS, cut
from nanotrain_tui.drawing.regions.figures import draw_figures
from nanotrain_tui.follow.run_state import RunState

_ROLES = {
    "running": "good",
    "finished": "good",
    "paused": "warning",
    "stopped": "warning",
    "failed": "error",
    "interrupted": "error",
}
_SHORTEST_BAR = 6
_LEFT_S = 2.0  # a preparation that ends sooner needs no time left
_LEAST_NAME = 8  # the name of a session is never cut to fewer cells
_LONGEST_BAR = 60


def draw_status(state: RunState, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """Two lines of ``width`` cells: state, name, progress and speed; the figures of the training.

    With ``height`` 1 there is only the first line.
    """
    if width <= 0 or height <= 0:
        return []
    first = _first_line(state, width, glyphs)
    return [first] if height == 1 else [first, _second_line(state, width, glyphs)]


def _first_line(state: RunState, width: int, glyphs: Glyphs) -> Line:
    if not state.name:
        return fit((Span("nanotrain", "title"), Span("  no session is open", "muted")), width)
    name = Span(cut(state.name, max(_LEAST_NAME, width // 3), glyphs.ellipsis), "title")
    if not state.is_known:
        return fit((Span("reading ", "muted"), name), width, glyphs.ellipsis)
    named = (*_banner(state, glyphs), *_state(state, glyphs), Span("  "), name)
    return _progress(state, (*named, Span("  ")), width, glyphs)


def _second_line(state: RunState, width: int, glyphs: Glyphs) -> Line:
    """What is wrong, or else the figures."""
    if not state.is_known:
        return fit((), width)
    if state.trouble:
        return _not_recorded(state, width, glyphs)
    if state.held:
        return _held(state, width, glyphs)
    if state.diverged is not None:
        return _divergence(state, width, glyphs)
    return draw_figures(state, width, glyphs)


def _banner(state: RunState, glyphs: Glyphs) -> Line:
    """Tells a replay from the session: its state is the one at the position."""
    return () if state.replay is None else (Span(f"{glyphs.playing} replay: ", "warning"),)


def _state(state: RunState, glyphs: Glyphs) -> Line:
    symbol = glyphs.states.get(state.state, "?")
    word, role = state.state, _ROLES.get(state.state, "value")
    if not state.responding:
        word, role = f"{word}, not responding", "error"
    if state.silent_since is not None:
        since = time.strftime("%H:%M:%S", time.localtime(state.silent_since))
        word, role = f"{word}{', no news' if state.responding else ''} since {since}", "error"
    spans = [Span(f"{symbol} {word}", role)]
    if state.behind:
        spans.append(Span(" reading", "muted"))
    return tuple(spans)


def _progress(state: RunState, before: Line, width: int, glyphs: Glyphs) -> Line:
    """The line ``before`` and the progress. Its numbers come before the bar: they change more.

    Textual writes a changed line from the left edge, so what is left of a change is sent too.
    """
    if state.preparing is not None:
        fraction = state.preparing.fraction
        percent = "" if fraction is None else f" {100 * fraction:.0f}%"
        left_s = state.preparing.left_s
        left = f"  ETA {clock(left_s)}" if left_s is not None and left_s >= _LEFT_S else ""
        figures: Line = (*before, Span(f"{state.preparing.what}{percent}{left}"))
        return _with_bar(figures, fraction or 0.0, width, glyphs)
    if not state.step and not state.steps:
        return fit(before, width, glyphs.ellipsis)
    parts = [f"step {_steps(state)}", _percent(state)]
    if state.eta_s is not None:
        parts.append(f"ETA {clock(state.eta_s)}")
    if state.samples_per_s is not None:
        parts.append(f"{_rounded(state.samples_per_s)} samples/s")
    parts.append(f"elapsed {clock(state.elapsed_s)}")
    parts = [part for part in parts if part]
    room = width - width_of(before) - _SHORTEST_BAR - 2
    while len(parts) > 1 and len("  ".join(parts)) > room:
        parts.pop()
    return _with_bar((*before, Span("  ".join(parts))), state.fraction, width, glyphs)


def _not_recorded(state: RunState, width: int, glyphs: Glyphs) -> Line:
    """Why the host cannot record. It replaces the progress, which would be out of date."""
    text = f"{glyphs.cross} not recorded: {state.trouble}"
    return fit((Span(text, "error"),), width, glyphs.ellipsis)


def _held(state: RunState, width: int, glyphs: Glyphs) -> Line:
    """Why the heat guard has paused the session, and the temperature; replaces the progress."""
    gauge = state.gauges.get("die_temperature")
    hottest = gauge.now if gauge is not None else None
    reading = "" if hottest is None else f"  now {hottest:.0f} °C"
    return fit((Span(state.held, "warning"), Span(reading)), width, glyphs.ellipsis)


def _divergence(state: RunState, width: int, glyphs: Glyphs) -> Line:
    """The divergence, the last good checkpoint and the keys to press; replaces the progress."""
    assert state.diverged is not None
    diverged = state.diverged
    label = cut(state.metrics.get(diverged.metric).label, METRIC_CELLS, glyphs.ellipsis)
    what = f"{glyphs.cross} {label} is {diverged.value} since step {diverged.step:,}"
    good = state.good_checkpoint
    last = "no good checkpoint" if good is None else f"last good: step {good.step:,}"
    keys = "R restarts" if good is None else "F forks"
    keys += ", Space resumes" if state.state == "paused" else ""
    return first_fitting(
        width,
        (Span(f"{what}  {last}  ", "error"), Span(keys)),
        (Span(f"{what}  {last}", "error"),),
        (Span(what, "error"),),
    )


def _with_bar(figures: Line, fraction: float, width: int, glyphs: Glyphs) -> Line:
    room = min(_LONGEST_BAR, width - width_of(figures) - 2)
    if room < _SHORTEST_BAR:
        return fit(figures, width, glyphs.ellipsis)
    done = min(room, int(fraction * room))
    bar = (Span(glyphs.done * done, "bar"), Span(glyphs.rest * (room - done), "muted"))
    return split(figures, tuple(span for span in bar if span.text), width)


def _steps(state: RunState) -> str:
    return f"{state.step:,}/{state.steps:,}" if state.steps else f"{state.step:,}"


def _percent(state: RunState) -> str:
    return f"{int(100 * state.fraction)}%" if state.steps else ""


def _rounded(rate: float) -> str:
    """A rate with two digits, so that it changes seldom: ``12,000``, ``340``, ``2.5``."""
    if rate < 10:
        return f"{rate:.1f}"
    digits = len(str(int(rate))) - 2
    return f"{round(rate, -digits):,.0f}"
