"""The job of a host: one JSON object on its standard input."""

import json
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from nanotrain_tui.catalog import nest
from nanotrain_tui.session.history import EDITS


class JobError(Exception):
    """A session that cannot be started; ``key`` names the configuration key at fault, or ''."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key
        self.message = message


class Job(NamedTuple):
    """One training: where it is recorded, what is trained, and how.

    ``interval_s`` is the interval of telemetry in seconds. Paths are absolute.
    """

    folder: str  # of the session; it exists already
    config: Dict[str, Any]  # flat and checked, to be recorded
    trainer_config: Dict[str, Any]  # what the trainer gets
    trainer_command: List[str]
    tegrastats: Optional[str]
    interval_s: float
    who: str
    said: List[str]  # messages shown at the start: what was chosen automatically
    cwd: str  # where the trainer runs: its command may contain relative paths
    env: Dict[str, str]  # variables for the trainer, added to the host's own
    on_nan: str = "stop"  # what train.on_nan = "auto" stands for
    checkpoint: Optional[Dict[str, Any]] = None  # to start from, in the folder: step, file, ...
    exact: bool = False  # the configuration is the one that the checkpoint was written with
    edits: Optional[List[Dict[str, Any]]] = None  # edits at later steps: step, set, who
    warnings: Sequence[str] = ()  # to be recorded at the start
    parent: Optional[Dict[str, Any]] = None  # the session and checkpoint it was forked from
    resumes_after: Optional[int] = None  # on resume: the last seq of the existing recording
    sources: Sequence[Dict[str, str]] = ()  # copies of a person's own code: file, sha256

    def to_json(self) -> str:
        return json.dumps(self._asdict())


_NONE = type(None)
_TYPES: Dict[str, Tuple[type, ...]] = {
    "folder": (str,), "config": (dict,), "trainer_config": (dict,), "trainer_command": (list,),
    "tegrastats": (str, _NONE), "interval_s": (int, float), "who": (str,), "said": (list,),
    "cwd": (str,), "env": (dict,), "on_nan": (str,), "checkpoint": (dict, _NONE), "exact": (bool,),
    "edits": (list, _NONE), "warnings": (list, tuple), "parent": (dict, _NONE),
    "resumes_after": (int, _NONE), "sources": (list, tuple),
}  # fmt: skip


def read_job(text: str) -> Job:
    """Parse a job from JSON text; raises JobError."""
    try:
        job = Job(**json.loads(text))
    except (ValueError, TypeError, RecursionError) as error:
        raise JobError("", "the host was given no valid job: {}".format(error)) from error
    for name, kinds in _TYPES.items():
        if not isinstance(getattr(job, name), kinds):
            raise JobError("", "the host was given no valid job: {} is invalid".format(name))
    return job


def configured_body(job: Job) -> Dict[str, Any]:
    """The body of the ``configured`` event that begins this job's first segment."""
    body: Dict[str, Any] = {"config": nest(job.config), "who": job.who, "said": job.said}
    if job.resumes_after is not None or job.parent is not None:
        body["resumed_from"] = job.checkpoint["file"] if job.checkpoint else None
    if job.sources:
        body["sources"] = list(job.sources)
    if job.edits is not None:
        body[EDITS] = job.edits
    return body
