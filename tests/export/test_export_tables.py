"""Tables, JSON lines, Parquet and the recording, each read by its own library."""

import csv
import io
import json
import math
import sqlite3
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from recorded import Recording, accuracy_at, loss_at, tutorial_run

from nanotrain_tui.export import BinaryFormat, Options, TextFormat, get_format, rows
from nanotrain_tui.export.formats import parquet
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader


def text_of(folder: SessionFolder, name: str, table: str = "steps") -> str:
    out = io.StringIO()
    chosen = get_format(name)
    assert isinstance(chosen, TextFormat)
    with SessionReader(folder) as reader:
        chosen.write(reader, out, Options(table=table))
    return out.getvalue()


def bytes_of(folder: SessionFolder, name: str, table: str = "steps") -> bytes:
    out = io.BytesIO()
    chosen = get_format(name)
    assert isinstance(chosen, BinaryFormat)
    with SessionReader(folder) as reader:
        chosen.write(reader, out, Options(table=table))
    return out.getvalue()


def rows_of(folder: SessionFolder, table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text_of(folder, "csv", table))))


def with_telemetry(home: Path) -> SessionFolder:
    recording = Recording(home).started().steps(20)
    first = {"source": "tegrastats", "ram_used_mb": 900, "temperatures_c": {"GPU": 41.5}}
    second = {"source": "tegrastats", "cpus": [{"load_percent": 12}, None], "ram_used_mb": 901.5}
    recording.recorder.sample(1.0, 20, first)
    recording.recorder.sample(2.0, 20, second)
    recording.event("edited", who='ann, "the" first', changes={"optimizer.learning_rate": [1, 2]})
    recording.event("note", message="line\nend = 1, 2")
    return recording.evaluated(loss="nan", accuracy=0.5).finished()


def test_evaluations_as_csv(tmp_path: Path) -> None:
    rows = rows_of(tutorial_run(tmp_path), "evaluations")
    assert list(rows[0]) == ["step", "time_s", "loss", "accuracy", "seconds"]
    assert [int(row["step"]) for row in rows] == [*range(1, 1000, 100), 1000]
    assert float(rows[-1]["accuracy"]) == pytest.approx(accuracy_at(1000))


def test_every_quantity_of_telemetry_has_a_column(tmp_path: Path) -> None:
    rows = rows_of(with_telemetry(tmp_path), "samples")
    assert list(rows[0]) == [
        "time_s", "step", "cpus.0.load_percent", "ram_used_mb", "source", "temperatures_c.GPU",
    ]  # fmt: skip
    assert rows[0]["temperatures_c.GPU"] == "41.5" and rows[0]["cpus.0.load_percent"] == ""
    assert rows[1]["temperatures_c.GPU"] == "" and rows[1]["ram_used_mb"] == "901.5"


def test_events_keep_any_text(tmp_path: Path) -> None:
    rows = rows_of(with_telemetry(tmp_path), "events")
    edit = next(row for row in rows if row["kind"] == "edited")
    assert edit["who"] == 'ann, "the" first'
    assert json.loads(edit["body"])["changes"] == {"optimizer.learning_rate": [1, 2]}
    note = next(row for row in rows if row["kind"] == "note")
    assert json.loads(note["body"])["message"] == "line\nend = 1, 2"


def test_json_lines_have_the_same_content_as_json(tmp_path: Path) -> None:
    folder = with_telemetry(tmp_path)
    lines = [json.loads(line) for line in text_of(folder, "jsonl").splitlines()]
    whole = json.loads(text_of(folder, "json"))
    assert lines[0]["type"] == "session" and lines[0]["config"] == whole["config"]
    names = {"segment": "segments", "evaluation": "evaluations", "event": "events"}
    for kind, name in {**names, "sample": "samples", "step": "steps"}.items():
        mine = [{k: v for k, v in line.items() if k != "type"} for line in lines]
        of_kind = [one for one, line in zip(mine, lines, strict=True) if line["type"] == kind]
        assert of_kind == whole[name]


def table_of(data: bytes) -> Any:
    return pq.read_table(io.BytesIO(data))


def test_parquet_has_every_step_once_in_its_type(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    recording.steps(130, losses={7: math.nan}).evaluated(loss=7.0)
    recording.begin(from_step=75)
    recording.steps(100).evaluated(loss=8.0)
    table = table_of(bytes_of(recording.finished(), "parquet"))
    assert table["step"].to_pylist() == list(range(1, 176))
    losses = table["loss"].to_pylist()
    assert str(table.schema.field("loss").type) == "float"
    assert math.isnan(losses[6]) and losses[174] == pytest.approx(loss_at(175), rel=1e-6)
    assert table["loss"].null_count == 0
    assert [value for value in table["test_loss"].to_pylist() if value is not None] == [8.0]
    about = json.loads(table.schema.metadata[b"nanotrain"])
    assert about["name"] == "mnist-1" and "optimizer" in about["config"]


def test_parquet_has_groups_of_rows_that_are_neither_single_nor_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 100)
    monkeypatch.setattr(rows, "LEAST_PAGE_STEPS", 50)
    monkeypatch.setattr(rows, "PAGE_VALUES", 1)
    folder = Recording(tmp_path).started().steps(250, chunk=50).evaluated().finished()
    file = pq.ParquetFile(io.BytesIO(bytes_of(folder, "parquet")))
    groups = [file.metadata.row_group(index).num_rows for index in range(file.num_row_groups)]
    assert groups == [100, 100, 50]
    assert file.read()["step"].to_pylist() == list(range(1, 251))


def test_parquet_of_the_other_tables(tmp_path: Path) -> None:
    folder = with_telemetry(tmp_path)
    samples = table_of(bytes_of(folder, "parquet", "samples"))
    assert samples["ram_used_mb"].to_pylist() == [900.0, 901.5]
    assert samples["temperatures_c.GPU"].to_pylist() == [41.5, None]
    events = table_of(bytes_of(folder, "parquet", "events"))
    assert events["kind"].to_pylist()[-1] == "finished"


@pytest.mark.parametrize("table", ["steps", "evaluations", "samples", "events"])
def test_parquet_of_an_empty_session(tmp_path: Path, table: str) -> None:
    found = table_of(bytes_of(Recording(tmp_path).close(), "parquet", table))
    assert found.num_rows == (1 if table == "events" else 0)


def test_parquet_is_written_in_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nanotrain_tui.export.formats.parquet.GROUP_ROWS", 100)
    monkeypatch.setattr("nanotrain_tui.export.rows.PAGE_ROWS", 6)
    recording = Recording(tmp_path).started().steps(1000)  # at its end rows become one
    data = bytes_of(recording.folder, "parquet")
    recording.close()
    assert pq.ParquetFile(io.BytesIO(data)).num_row_groups > 3
    assert table_of(data)["step"].to_pylist() == list(range(1, 1001))


def test_the_recording_as_a_file_of_a_running_session(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started().steps(100)
    copy = tmp_path / "copy.nanotrain"
    copy.write_bytes(bytes_of(recording.folder, "session"))
    recording.close()
    db = sqlite3.connect(copy)
    try:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT SUM(count) FROM steps WHERE metric = 'loss'").fetchone() == (100,)
    finally:
        db.close()
