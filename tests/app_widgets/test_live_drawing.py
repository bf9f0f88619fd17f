"""What the drawing functions return: right figures, exact sizes, no crash on any state."""

import math

import pytest
from batches import Rows
from drawn_states import TEGRA, accuracy_chart, loss_chart, roles_of, state_of, text_of, wild
from hypothesis import given, settings
from hypothesis import strategies as st

from nanotrain_tui.drawing.chart import draw_chart
from nanotrain_tui.drawing.chart_model import WHOLE
from nanotrain_tui.drawing.chart_stack import draw_stack
from nanotrain_tui.drawing.charts.table import stacked
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE, Glyphs, glyphs_for, plain
from nanotrain_tui.drawing.lines import Line, width_of
from nanotrain_tui.drawing.log import draw_event
from nanotrain_tui.drawing.status import draw_status
from nanotrain_tui.drawing.telemetry import draw_telemetry
from nanotrain_tui.follow.run_state import LogLine, RunState


def test_a_chart_tells_current_best_and_axes() -> None:
    lines = text_of(draw_chart(accuracy_chart(state_of(wild())), 60, 9, UNICODE))
    assert "training 90%" in lines[0] and "⢴⠤ test 91.00%" in lines[0] and "best 91.00%" in lines[0]
    assert "100%" in lines[1] and "50%" in lines[4] and "0%" in lines[7]
    assert lines[8].split()[-2:] == ["100", "steps"]


def test_a_wild_loss_gets_a_logarithmic_axis_that_says_so() -> None:
    lines = text_of(draw_chart(loss_chart(state_of(wild())), 60, 8, UNICODE))
    assert lines[0].startswith("Loss (log)") and "100" in lines[3] and "1" in lines[6]


def test_a_tame_loss_stays_linear() -> None:
    state = state_of(Rows().begin().steps([2.0, 1.5, 1.0, 0.5]))
    lines = text_of(draw_chart(loss_chart(state), 60, 8, UNICODE))
    assert lines[0].startswith("Loss ") and "log" not in lines[0]
    assert [line.split("│")[0].strip() for line in lines[1:7]] == ["2", "", "", "1", "", ""]


def test_training_and_test_differ_in_sign_and_in_role() -> None:
    lines = draw_chart(accuracy_chart(state_of(wild())), 60, 9, UNICODE)
    plotted = [span for line in lines[1:-1] for span in line]
    assert any(span.role == "test" and set(span.text) - {" "} for span in plotted)
    assert any(span.role == "train" and set(span.text) - {" "} for span in plotted)


def test_evaluations_every_step_leave_the_training_line_visible() -> None:
    rows = Rows().begin(steps=100)
    for _ in range(100):
        rows.steps([1.0], [0.9]).evaluated(1.0, 0.2)
    lines = text_of(draw_chart(accuracy_chart(state_of(rows)), 40, 8, ASCII))
    assert 10 <= sum(line.count("o") for line in lines[1:7]) <= 17


def test_the_low_accuracy_chart_leaves_its_axis_to_the_loss_below_it() -> None:
    state = state_of(wild())
    assert not any(
        "└" in line for line in text_of(draw_chart(accuracy_chart(state), 50, 5, UNICODE))
    )
    assert "└" in text_of(draw_chart(loss_chart(state), 50, 5, UNICODE))[-1]


def test_no_number_is_marked_and_never_drawn() -> None:
    rows = Rows().begin().steps([1.0, 2.0, math.nan, math.inf, 1.0]).evaluated("nan", None)
    lines = draw_chart(loss_chart(state_of(rows)), 60, 8, UNICODE)
    assert "error" in roles_of(lines)
    assert "×" in text_of(lines)[1]
    assert (
        "⢴⠤ test nan" in text_of(lines)[0]
        and "×∞ nan or infinite at steps 3-4" in text_of(lines)[0]
    )


def test_where_values_stop_being_finite_is_marked_and_said() -> None:
    rows = Rows().begin(steps=64).steps([2.0] * 20 + [math.nan] * 12 + [1.0] * 8 + [math.inf] * 24)
    chart = loss_chart(state_of(rows))
    top = text_of(draw_chart(chart, 70, 8, UNICODE))[1][6:]
    assert top.index("×") == 20 and top.rindex("×") == 32 and top.index("∞") == 40
    assert text_of(draw_chart(chart, 70, 8, ASCII))[1][6:].index("i") == 40
    assert "nan or infinite 36 times, steps 21-64" in text_of(draw_chart(chart, 70, 8, UNICODE))[0]
    assert "×∞ nan" in text_of(draw_chart(chart, 50, 8, UNICODE))[0]
    assert chart.at(20)[0] == 2.0 and math.isnan(chart.at(25)[0]) and chart.at(60)[0] == math.inf
    assert "⠤⠤ training nan" in text_of(draw_chart(chart, 70, 8, UNICODE, cursor=25))[0]
    (stacked_chart, *_) = stacked(state_of(rows))
    lines = text_of(draw_stack(state_of(rows), WHOLE, [stacked_chart], 80, 12, UNICODE))
    assert "1 Loss ×∞ nan, inf" in lines[1]
    healthy = loss_chart(state_of(Rows().begin().steps([1.0])))
    assert "nan" not in text_of(draw_chart(healthy, 70, 8, UNICODE))[0]


def test_nothing_known_draws_an_empty_chart() -> None:
    lines = text_of(draw_chart(loss_chart(RunState()), 60, 8, UNICODE))
    assert "test —" in lines[0] and "best —" in lines[0]


def test_an_edit_and_a_resume_show_on_the_step_axis() -> None:
    rows = Rows().begin().steps([1.0] * 20).event("edited", changes={})
    rows.steps([1.0] * 20).begin(from_step=30)
    axis = text_of(draw_chart(loss_chart(state_of(rows)), 60, 8, UNICODE))[-1]
    assert axis.index("▲") < axis.index("┼")


def test_marks_leave_the_figures_of_the_axis_and_the_curve_readable() -> None:
    rows = Rows().begin(steps=64).steps([1.0] * 62).event("edited", changes={})
    rows.event("checkpoint", file="62.npz")
    state = state_of(rows)
    *_, last, axis = text_of(draw_chart(loss_chart(state), 60, 8, UNICODE))
    assert axis.endswith(" 64 steps") and "▲" not in axis
    assert "▲" in last  # above the figure it would have hidden
    low = text_of(draw_chart(accuracy_chart(state), 60, 4, UNICODE))  # without an axis
    assert "▲" in low[-1]


def test_every_kind_of_mark_has_its_sign_and_the_weightiest_wins() -> None:
    rows = Rows().begin().steps([1.0] * 20)
    for kind in ("checkpoint", "edited", "diverged", "paused"):
        rows.event(kind, file="20.npz", changes={})
    axis = text_of(draw_chart(loss_chart(state_of(rows)), 60, 8, ASCII))[-1]
    assert "x" in axis and "^" not in axis


def test_a_cursor_reads_off_the_values_at_its_step() -> None:
    rows = Rows().begin().steps([4.0, 3.0, 2.0, 1.0], [0.1, 0.2, 0.3, 0.4])
    chart = accuracy_chart(state_of(rows))
    lines = text_of(draw_chart(chart, 60, 6, UNICODE, cursor=2))
    assert lines[0].startswith("Accuracy at step 2  ⠤⠤ training 20%  ⢴⠤ test —")
    assert sum("│" in line[6:] for line in lines) >= 3


@pytest.mark.parametrize("cursor", [None, 5])
def test_the_legend_never_loses_its_words(cursor: int | None) -> None:
    """However narrow: a sign without a word means nothing, so the whole value goes first."""
    chart = accuracy_chart(state_of(wild()))
    seen = set()
    for width in range(14, 80):
        title = text_of(draw_chart(chart, width, 6, UNICODE, cursor=cursor))[0]
        for sign, words in (("⠤⠤", (" training ", " train ")), ("⢴⠤", (" test ",))):
            for after in title.split(sign)[1:]:
                assert after.startswith(words), title
        seen.add(title.count("⢴⠤") + title.count("⠤⠤"))
    assert seen == {0, 1, 2}


def test_a_long_event_is_wrapped_at_words_and_not_for_ever() -> None:
    line = LogLine(1, 65.0, 3, "warned", "word " * 60, "warning")
    rows = text_of(draw_event(line, 40, UNICODE))
    assert rows[0].startswith(" 1:05 ! word word") and len(rows) == 4
    assert rows[-1].rstrip().endswith("…")


def test_a_terminal_without_unicode_gets_none() -> None:
    assert glyphs_for("utf-8", "xterm") is UNICODE and glyphs_for("UTF8", None) is UNICODE
    for encoding, term in (("iso-8859-1", "xterm"), (None, "xterm"), ("utf-8", "linux")):
        assert glyphs_for(encoding, term) is ASCII
    assert plain("a → b, 5 °C, 日") == "a > b, 5 oC, ??"


def everything(state: RunState, width: int, height: int, glyphs: Glyphs) -> list[list[Line]]:
    return [
        draw_chart(accuracy_chart(state), width, height, glyphs),
        draw_chart(loss_chart(state), width, height, glyphs),
        draw_telemetry(state, width, height, glyphs),
        draw_status(state, width, height, glyphs),
        [row for line in state.log for row in draw_event(line, width, glyphs)],
    ]


@pytest.mark.slow
@given(st.integers(1, 140), st.integers(1, 45), st.sampled_from([UNICODE, ASCII]))
@settings(max_examples=60)
def test_every_line_is_exactly_as_wide_as_asked(width: int, height: int, glyphs: Glyphs) -> None:
    rows = wild().sample(**TEGRA).event("warned", message="日本語 " * 30)
    state = state_of(rows, name="ein-sehr-langer-日本語-name" * 3)
    for lines in everything(state, width, height, glyphs):
        assert {width_of(line) for line in lines} <= {width}
    assert len(draw_chart(loss_chart(state), width, height, glyphs)) == height
    assert len(draw_telemetry(state, width, height, glyphs)) <= height


VALUE = st.floats(width=32)


@given(st.lists(VALUE, min_size=1, max_size=40), st.lists(VALUE, max_size=5))
@settings(max_examples=60)
def test_no_values_can_break_a_drawing(losses: list[float], tests: list[float]) -> None:
    rows = Rows().begin(steps=50).steps(losses, losses)
    for value in tests:
        rows.evaluated(value, value).sample(source="x", power_total_mw=value, ram_total_mb=value)
    for lines in everything(state_of(rows), 50, 8, UNICODE):
        assert {width_of(line) for line in lines} <= {50}
