"""The parts of the package tensorboard that write. Only ``formats.tensorboard`` imports them."""

from collections.abc import Mapping
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.plugins.hparams import api_pb2, metadata, plugin_data_pb2
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.plugins.scalar.metadata import create_summary_metadata as scalar_metadata
from tensorboard.plugins.text.metadata import create_summary_metadata as text_metadata
from tensorboard.summary.writer.record_writer import RecordWriter

from nanotrain_tui.catalog.undecodable import shown

_STATUS = {
    "finished": api_pb2.STATUS_SUCCESS,
    "stopped": api_pb2.STATUS_SUCCESS,
    "failed": api_pb2.STATUS_FAILURE,
    "interrupted": api_pb2.STATUS_FAILURE,
}


def session_start(values: Mapping[str, Any], started: float, name: str) -> Any:
    """The summary with the hyperparameters of a session, which is one trial."""
    printable = {
        key: shown(value) if isinstance(value, str) else value for key, value in values.items()
    }
    return hparams_pb(printable, trial_id=name, start_time_secs=started)


def session_end(state: str, ended: float) -> Any:
    """The summary with the result of a session. ``ended`` is in seconds since 1970."""
    info = plugin_data_pb2.SessionEndInfo(
        status=_STATUS.get(state, api_pb2.STATUS_RUNNING), end_time_secs=ended
    )
    data = plugin_data_pb2.HParamsPluginData(session_end_info=info)
    summary = Summary()
    value = summary.value.add(tag=metadata.SESSION_END_INFO_TAG, tensor=metadata.NULL_TENSOR)
    value.metadata.CopyFrom(metadata.create_summary_metadata(data))
    return summary


def text_tensor(text: str) -> Any:
    """A tensor with one string."""
    return TensorProto(dtype=DT_STRING, string_val=[shown(text).encode("utf-8")])


__all__ = [
    "Event",
    "RecordWriter",
    "Summary",
    "scalar_metadata",
    "session_end",
    "session_start",
    "text_metadata",
    "text_tensor",
]
