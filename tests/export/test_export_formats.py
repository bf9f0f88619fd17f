"""CSV and JSON have every step once, for any recording."""

import csv
import io
import json
import math
import struct
import tracemalloc
from array import array
from collections import deque
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import STEP_S, Recording, accuracy_at, loss_at, tutorial_run

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.export import Options, format_names, get_format
from nanotrain_tui.export.numbers import float32_texts
from nanotrain_tui.export.rows import join
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Steps


def export(folder: SessionFolder, name: str) -> str:
    out = io.StringIO()
    with SessionReader(folder) as reader:
        get_format(name).write(reader, out, Options())
    return out.getvalue()


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def reject(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def as_float32(value: float) -> float:
    return struct.unpack("f", struct.pack("f", value))[0]


def losses_of(rows: list[dict[str, str]]) -> list[float]:
    return [as_float32(float(row["loss"])) for row in rows]


def test_every_module_is_a_format() -> None:
    assert {"csv", "json", "jsonl", "parquet", "session"} <= set(format_names())
    with pytest.raises(ConfigError, match="Did you mean 'csv'"):
        get_format("csw")


def test_csv_has_every_step_once(tmp_path: Path) -> None:
    rows = rows_of(export(tutorial_run(tmp_path), "csv"))
    assert list(rows[0]) == [
        "step", "time_s", "loss", "accuracy", "learning_rate", "test_loss", "test_accuracy",
    ]  # fmt: skip
    assert [int(row["step"]) for row in rows] == list(range(1, 1001))
    assert losses_of(rows) == [as_float32(loss_at(step)) for step in range(1, 1001)]
    assert rows[499]["learning_rate"] == "0.0001"
    assert float(rows[499]["time_s"]) == pytest.approx(500 * STEP_S, abs=1e-5)
    evaluated = [row for row in rows if row["test_loss"]]
    assert [int(row["step"]) for row in evaluated] == [*range(1, 1000, 100), 1000]
    assert float(evaluated[-1]["test_accuracy"]) == pytest.approx(accuracy_at(1000))


def test_json_is_valid_and_complete(tmp_path: Path) -> None:
    folder = tutorial_run(tmp_path, optimizer__name="sgd")
    session = json.loads(export(folder, "json"), parse_constant=reject)
    assert session["name"] == "mnist-1"
    assert session["state"] == "finished"
    assert session["config"]["optimizer"]["name"] == "sgd"
    assert [e["step"] for e in session["evaluations"]] == [*range(1, 1000, 100), 1000]
    assert [row["step"] for row in session["steps"]] == list(range(1, 1001))
    assert session["steps"][999]["test_accuracy"] == pytest.approx(accuracy_at(1000))
    assert "test_accuracy" not in session["steps"][998]
    kinds = [event["kind"] for event in session["events"]]
    assert kinds[:3] == ["configured", "ready", "started"]
    assert kinds.count("evaluated") == 11


def test_json_has_the_telemetry(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    recording.steps(10)
    for t in (1.0, 2.0):
        recording.recorder.sample(t, 10, {"source": "psutil", "ram_used_mb": 512})
    samples = json.loads(export(recording.finished(), "json"))["samples"]
    assert [sample["t"] for sample in samples] == [1.0, 2.0]
    assert samples[0]["body"]["ram_used_mb"] == 512


def test_nan_is_named_in_csv_and_null_in_json(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    recording.steps(3, losses={2: math.nan, 3: math.inf})
    recording.evaluated(loss="nan", accuracy=None)
    folder = recording.finished()
    rows = rows_of(export(folder, "csv"))
    assert [row["loss"] for row in rows[1:]] == ["nan", "inf"]
    assert (rows[2]["test_loss"], rows[2]["test_accuracy"]) == ("nan", "")
    session = json.loads(export(folder, "json"), parse_constant=reject)
    assert [row["loss"] for row in session["steps"][1:]] == [None, None]
    assert session["evaluations"][0]["loss"] is None


def test_steps_that_a_resume_ran_again_count_once(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    recording.steps(130, losses=dict.fromkeys(range(1, 131), 100.0))
    recording.evaluated(loss=7.0)
    recording.begin(from_step=75)
    recording.steps(100).evaluated(loss=8.0)
    rows = rows_of(export(recording.finished(), "csv"))
    assert [int(row["step"]) for row in rows] == list(range(1, 176))
    assert losses_of(rows[:75]) == [100.0] * 75
    assert losses_of(rows[75:]) == [as_float32(loss_at(step)) for step in range(76, 176)]
    assert [row["test_loss"] for row in rows if row["test_loss"]] == ["8"]
    times = [float(row["time_s"]) for row in rows]
    assert times == sorted(times)


def test_a_running_session_gives_what_is_committed(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    recording.steps(120)
    recording.steps(30, commit=False)
    assert len(rows_of(export(recording.folder, "csv"))) == 120
    recording.finished()
    assert len(rows_of(export(recording.folder, "csv"))) == 150


def test_an_empty_session_is_a_header(tmp_path: Path) -> None:
    folder = Recording(tmp_path).close()
    assert export(folder, "csv") == (
        "step,time_s,loss,accuracy,learning_rate,test_loss,test_accuracy\n"
    )
    session = json.loads(export(folder, "json"))
    assert session["steps"] == [] and session["state"] == "interrupted"


def test_memory_does_not_grow_with_the_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nanotrain_tui.export.rows.PAGE_VALUES", 3 * 1024)
    monkeypatch.setattr("nanotrain_tui.export.rows.LEAST_PAGE_STEPS", 1024)

    class Nowhere(io.StringIO):
        def write(self, text: str) -> int:
            return len(text)

    def peak(steps: int) -> int:
        recording = Recording(tmp_path / str(steps)).started(steps)
        recording.steps(steps, chunk=1024)
        with SessionReader(recording.finished()) as reader:
            export_format = get_format("csv")
            tracemalloc.start()
            export_format.write(reader, Nowhere(), Options())
            used = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return used

    small, large = peak(2_500), peak(10_000)
    assert large < 1.2 * small


@given(st.lists(st.floats(width=32), max_size=50))
def test_texts_of_numbers_give_the_same_float32(values: list[float]) -> None:
    again = array("f", map(float, float32_texts(array("f", values))))
    assert [math.isnan(v) for v in again] == [math.isnan(v) for v in values]
    assert [v for v in again if v == v] == [v for v in values if v == v]


# Of a metric: counts of steps in its rows; negative ones are gaps.
RANGES = st.lists(st.integers(-9, 9).filter(bool), max_size=12)


@given(st.lists(RANGES, min_size=1, max_size=4))
def test_metrics_with_different_ranges_are_joined(ranges: list[list[int]]) -> None:
    recorded = {str(i): _rows(str(i), counts) for i, counts in enumerate(ranges)}
    expected: dict[int, set[str]] = {}
    for name, rows in recorded.items():
        for row in rows:
            for index in range(len(row.values)):
                expected.setdefault(row.first_step + index, set()).add(name)
    seen: dict[int, dict[str, float]] = {}
    _note(seen, join({name: deque(rows) for name, rows in recorded.items()}))
    assert list(seen) == sorted(expected)
    for step, values in seen.items():
        assert values == dict.fromkeys(expected[step], float(step))


def _rows(metric: str, counts: list[int]) -> list[Steps]:
    """Rows with these numbers of steps; a negative number is a gap."""
    rows, step = [], 1
    for count in counts:
        if count > 0:
            values = array("f", range(step, step + count))
            rows.append(Steps(step, 1, metric, step, step - 1.0, step + count - 1.0, values))
        step += abs(count)
    return rows


def _note(seen: dict[int, dict[str, float]], blocks: object) -> None:
    for block in blocks:  # type: ignore[attr-defined]
        for index, time_s in enumerate(block.times_s):
            step = block.first_step + index
            assert step not in seen
            assert time_s == pytest.approx(step)
            seen[step] = {name: values[index] for name, values in block.values.items()}
