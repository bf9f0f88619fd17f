"""The charts of show and compare where values are not finite."""

import json
import math
from pathlib import Path

import pytest
from cli_runs import Nano
from drawn_states import text_of
from recorded import Recording

from nanotrain_tui.cli.chart import FRAME, draw_chart, draw_lines
from nanotrain_tui.drawing.compare.overlay import Shown, draw_overlay
from nanotrain_tui.drawing.compare.tables import comparison
from nanotrain_tui.drawing.glyphs import UNICODE
from nanotrain_tui.drawing.scale import LABEL_CELLS, Curves, Scale
from nanotrain_tui.follow.compare.read import read_run
from nanotrain_tui.follow.trace import Trace, steps_of, trace_of_curve
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.metrics import MetricPart, parse_metric_part

NAN, INF = math.nan, math.inf
BRAILLE = set(map(chr, range(0x2801, 0x2900)))


def run(home: Path, not_finite: dict[int, float], steps: int = 300) -> SessionFolder:
    recording = Recording(home).started(steps=steps)
    recording.steps(steps, losses=not_finite).evaluated(
        loss=not_finite.get(steps, 0.5), accuracy=0.5
    )
    return recording.finished()


def charts_of(text: str) -> list[list[str]]:
    """The lines of each chart that show draws: head, rows, ticks."""
    parts = text.split("\n\n")
    return [part.splitlines() for part in parts if "┌" in part]


@pytest.mark.parametrize(
    ("not_finite", "note", "signs"),
    [
        (dict.fromkeys(range(4, 301), NAN), "× training: nan from step 4", "×"),
        (dict.fromkeys(range(1, 301), NAN), "× training: nan from step 1", "×"),
        ({300: INF}, "∞ training: infinite at step 300", "∞"),
        (dict.fromkeys(range(100, 151), NAN), "× training: nan at steps 100-150", "×"),
        ({5: NAN, 200: -INF}, "×∞ training: nan or infinite 2 times, steps 5-200", "×∞"),
    ],
)
def test_show_has_one_step_axis_and_marks_what_is_not_finite(
    nano: Nano, home: Path, not_finite: dict[int, float], note: str, signs: str
) -> None:
    run(home, not_finite)
    ran = nano("show", "mnist-1")
    loss, accuracy = charts_of(ran.out)
    assert loss[-1] == accuracy[-1] and loss[-1].split() == ["1", "76", "150", "225", "300"]
    assert note in loss and all(sign in loss[-11] for sign in signs)
    assert not any(sign in line for sign in "×∞" for line in accuracy)
    assert max(map(len, loss)) <= 80
    report = json.loads(nano("show", "mnist-1", "--json").out)["not_finite"]
    assert report["train_loss"]["first_step"] == min(not_finite)
    assert report["train_loss"]["nan"] == sum(map(math.isnan, not_finite.values()))
    assert report["train_accuracy"] is None


def test_a_line_is_not_drawn_across_what_is_not_finite() -> None:
    trace = Trace([[(1, 0.0), (2, 0.0)], [(99, 1.0), (100, 1.0)]], [(50.0, "nan")])
    rows = draw_chart("loss", {"training": trace}, 80).splitlines()
    middle = [row[20:60] for row in rows[4:-3]]  # below the marks
    assert not "".join(middle).strip()
    assert "x" in draw_chart("loss", {"training": trace}, 80, simple=True).splitlines()[3][40:50]


def test_lines_are_framed_with_box_characters_unless_simple() -> None:
    traces = {"one": Trace([[(1, 0.0), (2, 1.0)]], [])}
    drawn = draw_lines("loss", traces, 40)
    assert "┤" in drawn and "A" in drawn and "\x1b" not in drawn


def test_evaluations_are_a_line_of_braille_with_spots_as_on_the_dashboard() -> None:
    values = [(100.0 * i, i / 10) for i in range(11)]
    rows = draw_chart("accuracy", {"test": Trace([values])}, 60).splitlines()
    dots = sum(ord(char) - 0x2800 and bin(ord(char) - 0x2800).count("1")
               for row in rows for char in row if 0x2800 <= ord(char) < 0x2900)  # fmt: skip
    assert rows[0].endswith("⢴⠤ test")
    line = Trace([values])
    alone = draw_chart("accuracy", {"training": line}, 60).splitlines()
    thin = sum(bin(ord(char) - 0x2800).count("1")
               for row in alone for char in row if 0x2800 <= ord(char) < 0x2900)  # fmt: skip
    assert dots >= thin + 11, "a spot at each value"
    simple = draw_chart("accuracy", {"test": line}, 60, simple=True)
    assert simple.isascii() and simple.count("o") >= 11


def test_a_column_has_the_mean_of_its_values() -> None:
    noisy = [(float(x), 0.4 + 0.2 * (x % 2)) for x in range(10_000)]
    whole = Curves([[0.0, 1.0]])
    rows = draw_chart("accuracy", {"training": Trace([noisy])}, 80, curves=whole).splitlines()
    assert len([row for row in rows[2:-2] if any(char > "\u2800" for char in row)]) == 1


def test_each_line_of_a_comparison_ends_with_its_letter() -> None:
    traces = {name: Trace([[(0.0, y), (50.0, y), (end, y)]])
              for name, y, end in (("one", 0.2, 100.0), ("two", 0.8, 70.0))}  # fmt: skip
    for simple in (False, True):
        rows = draw_lines("loss", traces, 60, simple=simple).splitlines()[1:]
        two, one = (next(row for row in rows if letter in row) for letter in "BA")
        assert len(one) - one.rindex("A") <= 3 and not two[two.rindex("B") + 2 : -1].strip()
        assert one.rindex("A") - two.rindex("B") > 10
    assert "⠤" in draw_lines("loss", traces, 60) or "⠒" in draw_lines("loss", traces, 60)


def test_the_head_says_which_signs_stand_for_what_in_ascii_too() -> None:
    traces = {"training": Trace([], [(1.0, "infinite"), (2.0, "nan")], "nan or infinite")}
    text = draw_chart("loss", traces, 80, simple=True)
    assert text.isascii() and "xi training: nan or infinite" in text
    assert draw_chart("loss", {"training": Trace([])}, 80) == ""


def test_compare_marks_the_one_that_diverged_and_keeps_its_steps(nano: Nano, home: Path) -> None:
    run(home, {})
    run(home, dict.fromkeys(range(100, 301), NAN))
    for axis, end in (("step", "300"), ("time", "0.3"), ("epoch", "0.5")):
        out = nano("compare", "mnist-1", "mnist-2", "--metric", "loss", "--by", axis).out
        assert "× mnist-2: nan from step 100" in out and "× mnist-1" not in out
        assert charts_of(out)[0][-1].split()[-1] == end
    nano("compare", "mnist-1", "mnist-2", "--metric", "test_loss")
    report = json.loads(nano("compare", "mnist-1", "mnist-2", "--metric", "loss", "--json").out)
    healthy, diverged = report["sessions"]
    assert healthy["not_finite"] is None
    assert diverged["not_finite"] == {
        "nan": 201, "infinite": 0, "first_step": 100, "last_step": 300,
    }  # fmt: skip
    assert all(y is not None for _, y in diverged["points"])
    assert (diverged["loss"], diverged["best_loss"]) == (None, None)


def test_the_comparison_on_the_screen_marks_it_too(home: Path) -> None:
    not_finite = {**dict.fromkeys(range(100, 151), NAN), **dict.fromkeys(range(251, 301), INF)}
    found = [read_run(run(home, {})), read_run(run(home, not_finite))]
    for axis in ("step", "time", "epoch"):
        lines = draw_overlay(found, Shown(MetricPart("loss"), axis), 80, 20, UNICODE)
        head, top, *_, bottom = ["".join(span.text for span in line) for line in lines]
        end = {"step": " 300 steps", "time": " 0:00", "epoch": " 0.50 epochs"}[axis]
        assert bottom.strip().startswith("└0 ──") and bottom.endswith(f"─{end}")
        assert len(bottom) == 80
        assert "A mnist-1  B mnist-2 ×∞" in head
        assert 25 <= top.index("×") <= 35 and 64 <= top.index("∞") <= 70 and top[78] == "∞"
    note = " B mnist-2: loss nan or infinite 101 times, steps 100-300"
    assert note in text_of(comparison(found, 80))


def test_the_steps_that_all_curves_share(home: Path) -> None:
    compared = read_run(run(home, dict.fromkeys(range(1, 301), NAN)))
    curves = [compared.curve(parse_metric_part(one)) for one in ("loss", "test_accuracy")]
    assert steps_of(curves) == (1, 300) and steps_of([]) == (1, 1)
    assert trace_of_curve(curves[0]).pieces == []
    assert len(trace_of_curve(curves[0]).not_finite) == 300


def test_a_column_of_dots_has_the_mean_of_its_values() -> None:
    """Two values of each column cancel out, so that the line is flat."""
    dots = 2 * (60 - LABEL_CELLS - FRAME)
    points = [(float(x), float(x % 2)) for x in range(2 * dots)]
    chart = draw_chart("x", {"training": Trace([points])}, 60, axis=lambda *_: Scale(0.0, 1.0))
    rows = [line for line in chart.splitlines()[1:] if BRAILLE & {*line}]
    assert len(rows) == 1, chart
