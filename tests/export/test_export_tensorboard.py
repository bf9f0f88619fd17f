"""Event files, read by the code of TensorBoard."""

import json
import math
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from recorded import Recording, accuracy_at, loss_at, tutorial_run

from nanotrain_tui.export import FolderFormat, Options, get_format
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader

pytestmark = pytest.mark.slow

sys.modules.setdefault("tensorboard.compat.notf", ModuleType("tensorboard.compat.notf"))


def export(folder: SessionFolder, to: Path, every: int = 1) -> Path:
    chosen = get_format("tensorboard")
    assert isinstance(chosen, FolderFormat)
    to.mkdir(parents=True)
    with SessionReader(folder) as reader:
        chosen.write(reader, to, Options(every=every))
    return to


def accumulated(path: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    sizes = {"scalars": 0, "tensors": 0}
    return EventAccumulator(str(path), size_guidance=sizes).Reload()


def test_every_step_and_evaluation_is_a_scalar(tmp_path: Path) -> None:
    read = accumulated(export(tutorial_run(tmp_path), tmp_path / "board" / "mnist-1"))
    losses = read.Scalars("train/loss")
    assert [one.step for one in losses] == list(range(1, 1001))
    assert losses[499].value == pytest.approx(loss_at(500), rel=1e-6)
    assert losses[0].wall_time == pytest.approx(1714972089.0, abs=1.0)
    tested = read.Scalars("test/accuracy")
    assert [one.step for one in tested] == [*range(1, 1000, 100), 1000]
    assert tested[-1].value == pytest.approx(accuracy_at(1000), rel=1e-6)
    assert len(read.Scalars("learning_rate")) == 1000


def test_a_file_begins_with_the_version_that_tensorboard_asks_for(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
    from tensorboard.compat.proto.event_pb2 import Event

    board = export(tutorial_run(tmp_path), tmp_path / "board")
    for file in board.rglob("events.out.*"):
        first = Event.FromString(next(iter(RawEventFileLoader(str(file)).Load())))
        assert first.file_version == "brain.Event:2"
        assert first.wall_time == pytest.approx(1714972089.0, abs=1.0)


def test_nan_telemetry_and_every_nth_step(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started().steps(20, losses={10: math.nan, 20: math.inf})
    recording.recorder.sample(1.0, 20, {"source": "psutil", "temperatures_c": {"GPU": 41.5}})
    recording.begin(from_step=15)
    recording.steps(25)
    read = accumulated(export(recording.finished(), tmp_path / "board", every=5))
    losses = read.Scalars("train/loss")
    assert [one.step for one in losses] == [5, 10, 15, 20, 25, 30, 35, 40]
    assert math.isnan(losses[1].value) and losses[3].value == pytest.approx(loss_at(20), rel=1e-6)
    assert read.Scalars("telemetry/temperatures_c/GPU")[0].value == 41.5


def test_the_configuration_and_the_log_are_texts(tmp_path: Path) -> None:
    read = accumulated(export(tutorial_run(tmp_path), tmp_path / "board"))
    (text,) = read.Tensors("configuration")
    assert text.step == 0
    assert b"| optimizer.name | adam |" in text.tensor_proto.string_val[0]
    assert b"training starts" in read.Tensors("log")[0].tensor_proto.string_val[0]


def test_several_exports_are_the_trials_of_hparams(tmp_path: Path) -> None:
    from tensorboard.plugins.hparams import metadata

    home = tmp_path / "home"
    for number, optimizer in enumerate(("adam", "sgd"), 1):
        folder = tutorial_run(home, optimizer__name=optimizer)
        export(folder, tmp_path / "board" / f"mnist-{number}")
    found = {}
    for run in ("mnist-1", "mnist-2"):
        content = accumulated(tmp_path / "board" / run).PluginTagToContent("hparams")
        start = metadata.parse_session_start_info_plugin_data(
            content["_hparams_/session_start_info"]
        )
        end = metadata.parse_session_end_info_plugin_data(content["_hparams_/session_end_info"])
        found[run] = (start.hparams["optimizer.name"].string_value, end.status)
        assert start.hparams["train.batch_size"].number_value == 100
        assert start.start_time_secs < end.end_time_secs
        assert start.group_name == run
    assert found == {"mnist-1": ("adam", 1), "mnist-2": ("sgd", 1)}


def test_what_holds_for_a_whole_session_stands_at_step_0(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    board = export(tutorial_run(tmp_path), tmp_path / "board")
    steps = {}
    for file in board.iterdir():
        for event in EventFileLoader(str(file)).Load():
            steps.update({value.tag: event.step for value in event.summary.value})
    whole = {tag for tag in steps if tag.startswith("_hparams_/")} | {"configuration"}
    assert len(whole) > 2
    assert {tag: steps[tag] for tag in whole} == dict.fromkeys(whole, 0)


def test_the_hparams_plugin_lists_them(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
    from tensorboard.context import RequestContext
    from tensorboard.plugins.base_plugin import TBContext
    from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups

    for number, optimizer in enumerate(("adam", "sgd"), 1):
        folder = tutorial_run(tmp_path / "home", optimizer__name=optimizer)
        export(folder, tmp_path / "board" / f"mnist-{number}")
    board = plugin_event_multiplexer.EventMultiplexer()
    board.AddRunsFromDirectory(str(tmp_path / "board"))
    board.Reload()
    provider = data_provider.MultiplexerDataProvider(board, str(tmp_path / "board"))
    context = backend_context.Context(TBContext(data_provider=provider))
    request = api_pb2.ListSessionGroupsRequest(start_index=0, slice_size=10)
    request.allowed_statuses.extend([api_pb2.STATUS_SUCCESS])
    handler = list_session_groups.Handler(RequestContext(), context, "", request)
    listed = handler.run()
    rows = {group.hparams["optimizer.name"].string_value for group in listed.session_groups}
    assert rows == {"adam", "sgd"}


def test_tensorflow_is_not_imported_even_if_it_is_installed(tmp_path: Path) -> None:
    folder = tutorial_run(tmp_path)
    code = """
import json, sys
from pathlib import Path
from nanotrain_tui.export import Options, get_format
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader
with SessionReader(SessionFolder(sys.argv[1])) as reader:
    get_format("tensorboard").write(reader, Path(sys.argv[2]), Options())
print(json.dumps(sorted(name for name in sys.modules if name.startswith("tensorflow"))))
"""
    to = tmp_path / "board"
    to.mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", code, folder.path, str(to)], capture_output=True, check=True
    )
    assert json.loads(ran.stdout) == []
    assert len(list(to.iterdir())) == 1
