"""What the drawing functions return: right figures, exact sizes, no crash on any state."""

import math
from dataclasses import replace

import pytest
from batches import Rows, batch_of
from hypothesis import given, settings
from hypothesis import strategies as st

from nanotrain_tui.drawing.chart import draw_chart
from nanotrain_tui.drawing.chart_model import WHOLE, Chart, Charts
from nanotrain_tui.drawing.chart_stack import draw_stack, stacked
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE, Glyphs, glyphs_for, plain
from nanotrain_tui.drawing.lines import Line, width_of
from nanotrain_tui.drawing.log import draw_event
from nanotrain_tui.drawing.status import draw_status
from nanotrain_tui.drawing.telemetry import draw_telemetry
from nanotrain_tui.follow.fold import Fold
from nanotrain_tui.follow.run_state import LogLine, RunState

TEGRA = {
    "source": "tegrastats",
    "gpu_load_percent": 87,
    "tf_memory_mb": 412,
    "tf_memory_peak_mb": 530,
    "ram_used_mb": 2411,
    "ram_total_mb": 3964,
    "gpu_temperature_c": 51.5,
    "cpu_temperature_c": 50,
    "power_total_mw": 6240,
}


def accuracy_chart(state: RunState) -> Chart:
    return Charts(state).accuracy()


def loss_chart(state: RunState) -> Chart:
    return Charts(state).loss()


def state_of(rows: Rows, name: str = "mnist-12", **seen: bool) -> RunState:
    fold = Fold(name)
    fold.add(batch_of(rows))
    return fold.state(**seen)


def wild() -> Rows:
    """A start like the tutorial's: a loss of thousands, then less than one."""
    rows = Rows().begin()
    for i in range(10):
        rows.steps([4000 * math.exp(-(10 * i + k) / 8) + 0.5 for k in range(10)], [0.1 * i] * 10)
        rows.evaluated(4000 * math.exp(-10 * i / 8) + 0.5, 0.1 * i + 0.01)
    return rows


def text_of(lines: list[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def roles_of(lines: list[Line]) -> set[str]:
    return {span.role for line in lines for span in line if span.text.strip()}


def test_a_chart_tells_current_best_and_axes() -> None:
    lines = text_of(draw_chart(accuracy_chart(state_of(wild())), 60, 9, UNICODE))
    assert "training 90%" in lines[0] and "◆ test 91.00%" in lines[0] and "best 91.00%" in lines[0]
    assert "100%" in lines[1] and "50%" in lines[4] and "0%" in lines[7]
    assert lines[8].split()[-2:] == ["128", "steps"]


def test_a_wild_loss_gets_a_logarithmic_axis_that_says_so() -> None:
    lines = text_of(draw_chart(loss_chart(state_of(wild())), 60, 8, UNICODE))
    assert lines[0].startswith("Loss (log)") and "5000" in lines[1] and "0.5" in lines[6]


def test_a_tame_loss_stays_linear() -> None:
    state = state_of(Rows().begin().steps([2.0, 1.5, 1.0, 0.5]))
    lines = text_of(draw_chart(loss_chart(state), 60, 8, UNICODE))
    assert (
        lines[0].startswith("Loss ")
        and "log" not in lines[0]
        and lines[6].split("│")[0].strip() == "0"
    )


def test_training_and_test_differ_in_sign_and_in_role() -> None:
    lines = draw_chart(accuracy_chart(state_of(wild())), 60, 9, UNICODE)
    plotted = [span for line in lines[1:-1] for span in line]
    assert any(span.role == "test" and span.text == "◆" for span in plotted)
    assert any(span.role == "train" and set(span.text) - {" "} for span in plotted)


def test_evaluations_every_step_leave_the_training_line_visible() -> None:
    rows = Rows().begin(steps=100)
    for _ in range(100):
        rows.steps([1.0], [0.9]).evaluated(1.0, 0.2)
    lines = text_of(draw_chart(accuracy_chart(state_of(rows)), 40, 8, UNICODE))
    assert 10 <= sum(line.count("◆") for line in lines[1:]) <= 17


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
    assert "◆nan" in text_of(lines)[0] and "×∞ nan or infinite at steps 3-4" in text_of(lines)[0]


def test_where_values_stop_being_finite_is_marked_and_said() -> None:
    rows = Rows().begin(steps=64).steps([2.0] * 20 + [math.nan] * 12 + [1.0] * 8 + [math.inf] * 24)
    chart = loss_chart(state_of(rows))
    top = text_of(draw_chart(chart, 70, 8, UNICODE))[1][6:]
    assert top.index("×") == 20 and top.rindex("×") == 32 and top.index("∞") == 40
    assert text_of(draw_chart(chart, 70, 8, ASCII))[1][6:].index("i") == 40
    assert "nan or infinite 36 times, steps 21-64" in text_of(draw_chart(chart, 70, 8, UNICODE))[0]
    assert "×∞ nan" in text_of(draw_chart(chart, 50, 8, UNICODE))[0]
    assert chart.at(20)[0] == 2.0 and math.isnan(chart.at(25)[0]) and chart.at(60)[0] == math.inf
    assert "⠤⠤ nan" in text_of(draw_chart(chart, 70, 8, UNICODE, cursor=25))[0]
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
    assert lines[0].startswith("Accuracy at step 2  ⠤⠤ 20%  ◆ —")
    assert sum("│" in line[6:] for line in lines) >= 3


def test_a_divergence_takes_the_place_of_the_progress() -> None:
    rows = Rows().begin().steps([1.0, 2.0]).event("checkpoint", file="2.npz").steps([math.nan])
    rows.event("diverged", loss="nan", policy="pause", checkpoint="2.npz").event("paused")
    state = state_of(rows)
    second = text_of(draw_status(state, 80, 2, UNICODE))[1]
    assert second.startswith("× loss is nan since step 3  last good: step 2  F forks, Space")
    assert text_of(draw_status(state, 30, 2, UNICODE))[1].strip() == "× loss is nan since step 3"


@pytest.mark.parametrize("removed", [False, True])
def test_without_a_good_checkpoint_nothing_is_forked(removed: bool) -> None:
    rows = Rows().begin().steps([1.0])
    if removed:
        rows.event("checkpoint", file="1.npz").event("checkpoint_removed", file="1.npz")
    rows.steps([math.nan])
    named = "1.npz" if removed else None
    rows.event("diverged", loss="nan", policy="pause", checkpoint=named).event("paused")
    rows.event("checkpoint", file="2.npz")  # asked for, with the loss that is no number
    second = text_of(draw_status(state_of(rows), 80, 2, UNICODE))[1]
    assert second.startswith("× loss is nan since step 2  no good checkpoint  R begins anew, Space")


def test_a_parents_checkpoint_is_a_good_one() -> None:
    rows = Rows().begin(from_step=300).event("checkpoint", file="parents").steps([math.nan])
    rows.event("diverged", loss="nan", policy="stop", checkpoint=None).event("stopped")
    second = text_of(draw_status(state_of(rows), 80, 2, UNICODE))[1]
    assert second.startswith("× loss is nan since step 301  last good: step 300  F forks")


def test_the_header_says_state_in_sign_and_word() -> None:
    state = state_of(wild())
    first, second = text_of(draw_status(state, 80, 2, UNICODE))
    assert first.startswith("● running  mnist-12") and first.endswith("mnist · 1024 relu")
    assert second.startswith("step 100/1,000  10%  2,000 samples/s  ETA 0:46  elapsed 0:06")
    bar = second.split()[-1]
    assert 0 < bar.count("━") < bar.count("─")


@pytest.mark.parametrize(
    ("kind", "sign"), [("paused", "❚❚ paused"), ("stopped", "■ stopped"), ("crashed", "✘ failed")]
)
def test_every_state_has_its_sign(kind: str, sign: str) -> None:
    assert text_of(draw_status(state_of(wild().event(kind)), 80, 2, UNICODE))[0].startswith(sign)


def test_a_silent_host_is_called_out() -> None:
    line = draw_status(state_of(wild(), responding=False), 80, 2, UNICODE)[0]
    assert line[0].text == "● running, not responding" and line[0].role == "error"


def test_a_recording_that_is_not_written_is_told_in_place_of_the_progress() -> None:
    state = replace(state_of(wild()), trouble="database or disk is full")
    line = draw_status(state, 80, 2, UNICODE)[1]
    assert text_of([line])[0].startswith(f"{UNICODE.bad} not recorded: database or disk is full")
    assert line[0].role == "error"


def test_preparation_stands_where_the_progress_will() -> None:
    rows = Rows().segment().event("preparing", what="drawing digits", fraction=0.4)
    assert text_of(draw_status(state_of(rows), 80, 2, UNICODE))[1].startswith(
        "drawing digits 40%  ━"
    )


def test_without_a_session_the_header_says_so() -> None:
    assert text_of(draw_status(RunState(state=""), 80, 2, UNICODE))[0].strip() == "no session"


def test_telemetry_labels_the_kinds_of_memory_apart() -> None:
    lines = text_of(
        draw_telemetry(state_of(Rows().begin().steps([3.0] * 5).sample(**TEGRA)), 50, 7, UNICODE)
    )
    assert lines[0].split()[:4] == ["GPU", "load", "87%", "▇"]
    assert lines[1].startswith("TF alloc") and "412 MB" in lines[1] and "max 530 MB" in lines[1]
    assert lines[2].startswith("RAM shared") and "2.35/3.9 GB" in lines[2]
    assert "52 °C" in lines[3] and "6.2 W" in lines[4]
    assert lines[6].startswith("from tegrastats")


def test_what_nobody_measures_is_missing_and_the_source_says_why() -> None:
    rows = (
        Rows()
        .begin()
        .steps([3.0] * 5)
        .sample(source="psutil + NVML", ram_used_mb=500, ram_total_mb=800)
    )
    lines = text_of(draw_telemetry(state_of(rows), 50, 7, UNICODE))
    assert lines[0].split() == ["GPU", "load", "—"] and lines[4].split() == ["Power", "—"]
    assert lines[2].startswith("RAM  ") and "500/800 MB" in lines[2]
    assert lines[6].startswith("from psutil + NVML: no tegrastats here")


def test_a_hot_board_and_full_memory_alarm_by_more_than_colour() -> None:
    rows = (
        Rows()
        .begin()
        .steps([3.0] * 5)
        .sample(**{**TEGRA, "gpu_temperature_c": 97, "ram_used_mb": 3900})
    )
    lines = draw_telemetry(state_of(rows), 50, 7, UNICODE)
    assert "! 97 °C" in text_of(lines)[3] and "! 3.81/3.9 GB" in text_of(lines)[2]
    assert "warning" in roles_of(lines)


def hot_rows() -> Rows:
    body = {**TEGRA, "gpu_temperature_c": 52, "throttling": ["gpu"], "gpu_mapped_mb": 700}
    watching = {"guard": "heat", "action": "watching", "limit": 60.0, "warn": 51.0, "resume": 40.0}
    return Rows().begin().event("guard", **watching).steps([3.0] * 5).sample(**body)


def test_what_bounds_the_run_takes_the_place_of_the_source() -> None:
    lines = text_of(draw_telemetry(state_of(hot_rows()), 60, 10, UNICODE))
    assert lines[7].rstrip() == "▸ heat: gpu slowed down at 50 °C"
    assert lines[8].startswith("  Let a fan blow on it") and len(lines) == 10
    assert len(draw_telemetry(state_of(hot_rows()), 44, 8, UNICODE)) == 8


def test_energy_stands_below_what_bounds_the_run() -> None:
    rows = hot_rows()
    for _ in range(3):
        rows.steps([3.0] * 10, seconds=2.0).sample(**TEGRA)
    lines = text_of(draw_telemetry(state_of(rows), 60, 9, UNICODE))
    assert lines[8].rstrip() == "  1.25 J/step, 80.1 samples/J, 37.4 J in all"
    lines = text_of(draw_telemetry(state_of(rows), 40, 9, UNICODE))
    assert lines[8].rstrip() == "  1.25 J/step, 80.1 samples/J"


def test_memory_has_three_names_and_the_guards_limit_alarms() -> None:
    lines = text_of(draw_telemetry(state_of(hot_rows()), 50, 9, UNICODE))
    labels = [line[:11].strip() for line in lines[1:4]]
    assert labels == ["TF alloc", "GPU mapped", "RAM shared"]
    assert "! 52 °C" in lines[4]


@pytest.mark.parametrize("highest", [63.0, 50.0, 42.0])
def test_the_guards_limits_are_lines_across_the_temperature(highest: float) -> None:
    """Of the hottest zone, which is the one that counts; the limits also where it is far below."""
    rows = hot_rows()
    for degrees in (38.0, 39.0, 41.0, highest):
        zones = {"temperatures_c": {"CPU": degrees, "GPU": 30.0}, "gpu_temperature_c": 30.0}
        rows.steps([1.0] * 20, seconds=9.0).sample(**{**TEGRA, **zones})
    rows.event("guard", guard="heat", action="paused", message="it is hot")
    charts = Charts(state_of(rows)).with_time()
    chart = charts.gauge("die_temperature", "Temperature")
    lines = text_of(draw_chart(chart, 60, 12, UNICODE))
    assert sum("──────" in line for line in lines[:-1]) == 2 and "▽" in lines[-1]
    assert chart.last == highest
    lines = text_of(draw_chart(charts.gauge("power", "Power"), 60, 12, UNICODE))
    assert not any("──────" in line for line in lines[:-1])


def test_what_is_slowed_down_for_heat_has_a_sign_however_cool_it_is() -> None:
    body = {**TEGRA, "gpu_temperature_c": 40, "cpu_temperature_c": 40}
    for names, sign in (([], "  40 °C"), (["gpu"], "! 40 °C")):
        state = state_of(Rows().begin().steps([1.0]).sample(**body, throttling=names))
        (gpu,) = [
            one for one in text_of(draw_telemetry(state, 50, 9, UNICODE)) if "GPU temp" in one
        ]
        assert sign in gpu


def test_why_the_guard_holds_it_is_said_in_place_of_the_progress() -> None:
    paused = {"guard": "heat", "action": "paused", "message": "GPU is at 60 °C: waits"}
    rows = hot_rows().event("guard", **paused)
    rows.event("paused", who="guard")
    lines = text_of(draw_status(state_of(rows), 60, 2, UNICODE))
    assert lines[1].startswith("GPU is at 60 °C: waits  now 52 °C")


def test_a_low_wide_panel_stands_in_two_columns() -> None:
    lines = text_of(
        draw_telemetry(state_of(Rows().begin().steps([3.0] * 5).sample(**TEGRA)), 80, 4, UNICODE)
    )
    assert lines[0].startswith("GPU load") and "GPU temp" in lines[0]
    assert lines[2].startswith("RAM shared") and "Power" in lines[1]
    assert lines[3].startswith("from tegrastats")


def test_more_gauges_show_where_there_is_room() -> None:
    rows = (
        Rows()
        .begin()
        .steps([3.0] * 5)
        .sample(**TEGRA, cpu_load_percent=33, swap_used_mb=1, swap_total_mb=2048)
    )
    labels = [line[:8].strip() for line in text_of(draw_telemetry(state_of(rows), 50, 12, UNICODE))]
    assert labels[6:9] == ["CPU load", "Swap", "from teg"]


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


def test_the_load_of_other_programs_has_a_line_of_its_own() -> None:
    rows = Rows().segment().event("configured", config={})
    rows.event("ready", devices=[{"name": "CPU:0", "kind": "CPU"}])
    rows.event("started", step=0, steps=100, batch_size=10)
    cores = [{"load_percent": 99.0}, {"load_percent": 98.0}]
    for second in range(4):
        rows.steps([1.0] * 10)
        body = {**TEGRA, "gpu_load_percent": 99, "cpus": cores, "trainer_cpu_s": 1.9 * second}
        rows.sample(**body)

    def state() -> RunState:
        fold = Fold("m")
        fold.add(batch_of(rows))
        return fold.state()

    drawn = draw_telemetry(state(), 80, 12, UNICODE)
    lines = ["".join(span.text for span in line).strip() for line in drawn]
    assert "▸ the CPU: 2 cores at 100%, GPU 100%" in lines
    assert lines.index("▸ another program keeps the GPU busy: 100%") > 0
    rows.segment(from_step=40).event("configured", config={})
    rows.event("ready", devices=[{"name": "GPU:0", "kind": "GPU"}])
    rows.event("started", step=40, steps=100, batch_size=10)
    rows.steps([1.0] * 10).sample(**TEGRA).steps([1.0]).sample(**TEGRA)
    assert state().other_load is None  # on another machine
