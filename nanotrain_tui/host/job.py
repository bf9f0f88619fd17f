"""What a host is asked to do: one JSON object on its standard input."""

import json
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple


class JobError(Exception):
    """A session that cannot be started; ``key`` names the configuration key at fault, or ''."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key
        self.message = message


class Job(NamedTuple):
    """One training: where it is recorded, what is trained, and how."""

    folder: str  # the session's, made already
    config: Dict[str, Any]  # flat and checked, for the record
    trainer_config: Dict[str, Any]  # what the trainer is told
    trainer_command: List[str]
    tegrastats: Optional[str]
    interval_s: float
    who: str
    said: List[str]  # what was chosen for the person, told at the start
    cwd: str  # where the trainer runs: its command may hold paths
    env: Dict[str, str]  # for the trainer, besides our own
    on_nan: str = "stop"  # what train.on_nan = "auto" stands for
    checkpoint: Optional[Dict[str, Any]] = None  # to begin from, in the folder: step, file, ...
    exact: bool = False  # the configuration is the one that the checkpoint was written with
    edits: Optional[List[Dict[str, Any]]] = None  # that lie ahead: step, set, who
    warnings: Sequence[str] = ()  # to be put on the record at the start
    parent: Optional[Dict[str, Any]] = None  # the session and checkpoint it was forked from
    resumes_after: Optional[int] = None  # the last seq of the recording to go on with

    def to_json(self) -> str:
        return json.dumps(self._asdict())


_NONE = type(None)
_TYPES: Dict[str, Tuple[type, ...]] = {
    "folder": (str,), "config": (dict,), "trainer_config": (dict,), "trainer_command": (list,),
    "tegrastats": (str, _NONE), "interval_s": (int, float), "who": (str,), "said": (list,),
    "cwd": (str,), "env": (dict,), "on_nan": (str,), "checkpoint": (dict, _NONE), "exact": (bool,),
    "edits": (list, _NONE), "warnings": (list, tuple), "parent": (dict, _NONE),
    "resumes_after": (int, _NONE),
}  # fmt: skip


def read_job(text: str) -> Job:
    """The job in a JSON text; raises JobError."""
    try:
        job = Job(**json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise JobError("", "the host was given no valid job: {}".format(error)) from error
    for name, kinds in _TYPES.items():
        if not isinstance(getattr(job, name), kinds):
            raise JobError("", "the host was given no valid job: {} is of no use".format(name))
    return job
