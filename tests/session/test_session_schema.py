"""A recording is of schema 1 as long as it can be; what needs more makes it one of schema 2."""

import math
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from recorded import Recording, bytes_of
from session_recordings import resumed

from nanotrain_tui.export import BinaryFormat, Options, get_format
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.metrics import STANDARD, Metric, declaration_of
from nanotrain_tui.session.recording import connection
from nanotrain_tui.session.recording.portable import import_file
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.verify import verify_file

IOU = declaration_of([Metric("iou", "IoU", better="up", on=("training", "test"))])


def schema_of(folder: SessionFolder) -> int:
    report = verify_file(folder.recording, foreign=True)
    assert report.problems == []
    with SessionReader(folder) as reader:
        assert reader.meta()["schema"] == report.facts["schema"]
    return int(report.facts["schema"])


def give(recording: Recording, first: int, **metrics: float) -> None:
    """One update with these metrics."""
    rows = bytes_of({name: [value] for name, value in metrics.items()})
    recording.recorder.steps(first, 1, recording.t, recording.t, rows)
    recording.step = max(first, recording.step)


def test_the_standard_metrics_stay_in_schema_1(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started(metrics=declaration_of(STANDARD)).steps(10)
    recording.event("evaluated", loss=1.0, accuracy=None, metrics={"loss": 1.0})
    recording.event("diverged", loss="nan", policy="continue")
    score = {"metric": "accuracy", "value": 0.5}
    recording.event("checkpoint", file="1", tested={"step": 10, "metrics": {}}, score=score)
    assert schema_of(recording.finished()) == 1
    assert schema_of(resumed(tmp_path)) == 1
    few = Recording(tmp_path).started(metrics=declaration_of(STANDARD[:1]))
    give(few, 1, loss=1.0)
    give(few, 2, loss=math.nan)
    assert schema_of(few.finished()) == 1


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("started", {"metrics": IOU}),
        ("started", {"metrics": {"loss": {**declaration_of(STANDARD)["loss"], "better": "up"}}}),
        ("evaluated", {"metrics": {"loss": 1.0, "iou": 0.5}, "loss": 1.0}),
        ("checkpoint", {"file": "1", "score": {"metric": "iou", "value": 0.5}}),
        ("checkpoint", {"file": "1", "tested": {"step": 1, "metrics": {"iou": 0.5}}}),
        ("diverged", {"metric": "iou", "value": "nan", "policy": "stop"}),
    ],
)
def test_an_event_of_another_metric_needs_schema_2(
    tmp_path: Path, kind: str, body: dict[str, Any]
) -> None:
    recording = Recording(tmp_path).started().steps(1)
    recording.recorder.commit()
    assert schema_of(recording.folder) == 1
    recording.event(kind, **body)
    assert schema_of(recording.folder) == 2
    assert schema_of(recording.finished()) == 2


def test_a_metric_of_another_name_needs_schema_2(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    give(recording, 1, **{"Mean absolute error (°C)": 1.0})
    folder = recording.finished()
    assert schema_of(folder) == 2
    with SessionReader(folder) as reader:
        assert reader.metrics() == ["Mean absolute error (°C)"]


def test_updates_without_a_metric_that_others_have_need_schema_2(tmp_path: Path) -> None:
    for gap in (1, 2, 3):
        recording = Recording(tmp_path).started().steps(3)
        if gap == 1:
            give(recording, 4, loss=1.0)
        elif gap == 2:
            give(recording, 6, loss=1.0, accuracy=1.0, learning_rate=1.0)
        else:
            recording.begin(from_step=2)
            give(recording, 3, loss=1.0)
        assert schema_of(recording.finished()) == 2, gap


def test_a_session_of_schema_2_goes_on_in_it(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started(metrics=IOU)
    give(recording, 1, iou=0.5)
    recording.begin(from_step=1)
    recording.started(metrics=declaration_of(STANDARD)).steps(5)
    assert schema_of(recording.finished()) == 2


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE steps SET metric = printf('%.121c', 'x')", "no name"),
        ("UPDATE steps SET first_step = 1 WHERE first_step > 1", "is due"),
        ("UPDATE steps SET first_step = 0 WHERE first_step = 1", "is due"),
        ("UPDATE events SET body = '{\"metrics\": {\"a\": {\"better\": 1}}}' "
         "WHERE kind = 'started'", "its metrics"),
        ("UPDATE events SET body = '{\"metrics\": {\"\": {}}}' WHERE kind = 'started'", "a name"),
        ("UPDATE meta SET value = '3' WHERE key = 'schema'", "newer"),
    ],
)  # fmt: skip
def test_damage_to_schema_2_is_found(tmp_path: Path, sql: str, said: str) -> None:
    recording = Recording(tmp_path).started(metrics=IOU)
    give(recording, 1, iou=0.5)
    give(recording, 7, iou=0.5)
    folder = recording.finished()
    assert schema_of(folder) == 2
    with closing(sqlite3.connect(folder.recording)) as opened, opened:
        opened.execute(sql)
    problems = verify_file(folder.recording).problems
    assert problems and said in problems[0]


def test_what_schema_2_allows_is_damage_in_schema_1(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    give(recording, 1, iou=0.5)
    give(recording, 7, iou=0.5)
    folder = recording.finished()
    with closing(sqlite3.connect(folder.recording)) as opened, opened:
        opened.execute("UPDATE meta SET value = '1' WHERE key = 'schema'")
    assert "where 2 is due" in verify_file(folder.recording).problems[0]


@pytest.mark.parametrize("name", ["session", "bundle"])
def test_it_comes_back_from_its_exported_files(tmp_path: Path, name: str) -> None:
    recording = Recording(tmp_path).started(metrics=IOU)
    give(recording, 1, iou=0.5)
    give(recording, 7, iou=0.25)
    recording.event("evaluated", metrics={"iou": 0.5}, on="test")
    folder = recording.finished()
    exported = tmp_path / "exported"
    chosen = get_format(name)
    assert isinstance(chosen, BinaryFormat)
    with SessionReader(folder) as reader, exported.open("wb") as out:
        chosen.write(reader, out, Options())
    copy = import_file(str(exported), str(tmp_path / "elsewhere"))
    assert schema_of(copy) == 2
    with SessionReader(folder) as one, SessionReader(copy) as other:
        assert one.metric_series("iou") == other.metric_series("iou")
        assert one.known_metrics() == other.known_metrics()


def test_a_program_that_knows_only_schema_1_refuses_2_by_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = Recording(tmp_path).started(metrics=IOU)
    folder = recording.finished()
    monkeypatch.setattr(connection, "SCHEMA_VERSION", 1)
    with pytest.raises(RecordingError, match="schema 2; this one reads up to 1"):
        SessionReader(folder)


def test_the_newest_step_counts_where_one_metric_is_behind(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started(metrics=IOU).steps(20)
    give(recording, 7, iou=0.5)
    recording.recorder.commit()
    with SessionReader(recording.folder) as reader:
        assert reader.position()[0] == 20
        assert reader.reached(reader.segments()[0]) == 20
