"""Exports and predictions of a session's network, made by the trainer's Python."""

import json
import subprocess
import tempfile
import threading
from contextlib import suppress
from typing import (
    Any,
    Callable,
    Dict,
    Generator,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from nanotrain_tui.catalog import trainer_config
from nanotrain_tui.catalog.scripts import is_script
from nanotrain_tui.launch.resume_and_fork import configuration_of
from nanotrain_tui.session import events
from nanotrain_tui.session.checkpoints import Checkpoint, list_checkpoints, no_best
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.trainer_python import crash, preload
from nanotrain_tui.trainer_python.cache import PythonCache
from nanotrain_tui.trainer_python.call import python_of, with_trainer
from nanotrain_tui.trainer_python.container import Folder, find_paths, mount
from nanotrain_tui.trainer_python.environment import trainer_invocation
from nanotrain_tui.trainer_python.launch_error import LaunchError
from nanotrain_tui.trainer_python.leash import Leash
from nanotrain_tui.trainer_python.paths import COMMAND_KEY, PATHS_KEY, PathMap
from nanotrain_tui.trainer_python.query import exit_reason, json_objects

LAST, BEST = "last", "best"
#: Seconds until the first answer and between two: TensorFlow loads slowly from an SD card.
ANSWER_WITHIN_S = 600.0
Wanted = Union[int, str, None]  # a step, LAST or BEST; None: the best, else the last


class Model(NamedTuple):
    """A whole checkpoint, and the data that it was trained on."""

    folder: SessionFolder
    checkpoint: Checkpoint
    data: Mapping[str, Any]  # name, source, shape, classes, train, test
    command: Sequence[str]  # that runs the trainer, with the checkpoints mounted
    trainer_paths: Any = None  # the value of trainer.paths
    layers: Sequence[Mapping[str, Any]] = ()  # of the network, as the trainer gets them
    outputs: int = 0  # their number
    note: str = ""  # why this is not the checkpoint that was wanted

    @property
    def preprocessing(self) -> Mapping[str, Any]:
        """How examples become inputs; empty where nothing is done, or nothing was recorded."""
        found = self.data.get("preprocessing")
        return found if isinstance(found, dict) else {}

    @property
    def takes_bytes(self) -> bool:
        """Whether the examples are pictures of bytes; older recordings have no others."""
        if "kind" in self.preprocessing:
            return bool(self.preprocessing.get("bytes"))
        return bool(self.preprocessing) or "task" not in self.data

    @property
    def has_drawings(self) -> bool:
        """Whether the examples are grey drawings, as MNIST's: pictures are prepared for them."""
        return self.takes_bytes and "kind" not in self.preprocessing


def find_model(
    folder: SessionFolder,
    cache: PythonCache,
    wanted: Wanted = None,
    python: Sequence[str] = (),
) -> Model:
    """The model of a checkpoint: ``best``, ``last`` or a step; None is best, else last.

    ``python`` is the command of a Python with TensorFlow. Without it the session's is used, else
    the first that is found. Raises LaunchError or RecordingError.
    """
    config = configuration_of(folder)
    if is_script(config):
        raise LaunchError(
            "",
            f"{folder.name} ran a script, and only the script can make its network: let it save "
            "its model. The weights are in the session's checkpoints (docs/SCRIPTS.md).",
        )
    checkpoint, note = choose(list_checkpoints(folder), wanted, folder.name)
    with SessionReader(folder) as reader:
        started = [event.body.get("data") for event in reader.events([events.STARTED])]
    data = next((body for body in reversed(started) if isinstance(body, dict)), None)
    outputs = _outputs_of(data or {})
    if data is None or outputs is None:
        raise LaunchError("", f"{folder.name} does not say which data it was trained on.")
    if python:
        config = {**config, "trainer.command": list(python)}
    trainer_paths = config.get(PATHS_KEY)  # older recordings have none
    found, _ = python_of(config, cache)
    checkpoints = [Folder(folder.checkpoints)]
    command = mount(with_trainer(found, trainer_paths), checkpoints, trainer_paths)
    layers = trainer_config(config)["layers"]
    return Model(folder, checkpoint, data, command, trainer_paths, layers, outputs, note)


def _outputs_of(data: Mapping[str, Any]) -> Optional[int]:
    """The number of outputs of the recorded network; None where the data is not valid."""
    shape, outputs = data.get("shape"), data.get("outputs", data.get("classes"))
    if not isinstance(shape, list) or not all(isinstance(one, int) for one in [*shape, outputs]):
        return None
    return int(str(outputs))


def choose(listed: List[Checkpoint], wanted: Wanted, name: str) -> Tuple[Checkpoint, str]:
    """The wanted checkpoint, and why it is another one, else "".

    Raises LaunchError.
    """
    whole = [one for one in listed if one.is_whole]
    best = [one for one in listed if one.best]
    note = ""
    if wanted is None:
        found = [one for one in best if one.is_whole] or whole
    elif wanted == LAST:
        found = whole
    elif wanted == BEST:
        found = best or whole
        note = no_best(name) if whole and not best else ""
    else:
        found = [one for one in listed if one.step == wanted]
    if found and not found[-1].is_whole:
        raise LaunchError("", f"{name}: the checkpoint {found[-1].problem}.")
    if not found:
        there = ", ".join(str(one.step) for one in whole) or "none"
        what = f" of step {wanted}" if isinstance(wanted, int) else ""
        raise LaunchError("", f"{name} has no whole checkpoint{what}; there are: {there}.")
    return found[-1], note


class _Refusal(Exception):
    """The trainer refused, or ended without an answer; ``output`` is all that it printed."""

    def __init__(self, key: str, message: str, status: Optional[int], output: str) -> None:
        super().__init__(message)
        self.key, self.message, self.status, self.output = key, message, status, output


def ask(model: Model, option: str, request: Mapping[str, Any]) -> Iterator[Dict[str, Any]]:
    """The trainer's lines in answer to ``--export`` or ``--predict``; the last has ``ok``.

    Where glibc had no room for a library, it asks again with this library loaded first, as a
    session does. Raises LaunchError where the trainer cannot be run or refuses.
    """
    env: Dict[str, str] = {}
    while True:
        try:
            yield from _ask_once(model, option, request, env)
            return
        except _Refusal as refusal:
            more = preload.with_library(env, refusal.output)
            if more is None:
                why = refusal.message
                if refusal.key == COMMAND_KEY:  # TensorFlow did not load, or crashed
                    why = crash.explain(why, refusal.status, refusal.output)
                raise LaunchError(refusal.key, why) from None
            env = more


def _ask_once(
    model: Model, option: str, request: Mapping[str, Any], env: Mapping[str, str]
) -> Iterator[Dict[str, Any]]:
    """The same, once, with these additional variables. Raises _Refusal."""
    command = mount([*model.command, option], _folders_of(request), model.trainer_paths)
    paths = find_paths(command, model.trainer_paths)
    invocation = trainer_invocation(command, env)
    line = json.dumps(_request(model, request, paths)).encode() + b"\n"
    with tempfile.TemporaryFile() as errors:
        try:
            leash = Leash(invocation.command, subprocess.PIPE, errors, invocation.env)
        except OSError as error:
            raise _cannot_run(model, error) from error
        with leash:
            child = leash.process
            assert child.stdin is not None and child.stdout is not None
            with suppress(BrokenPipeError):  # it ended early; its output says why
                child.stdin.write(line)
                child.stdin.close()
            limit = _AnswerLimit(leash)
            try:
                answer = yield from _answers(child.stdout, limit.restart)
            finally:
                limit.cancel()
            if answer.get("ok"):
                return
            if limit.ended_it:
                raise LaunchError(COMMAND_KEY, _no_answer(model, option))
            child.wait()
            try:
                leash.check()
            except OSError as error:
                raise _cannot_run(model, error) from error
            errors.seek(0)
            printed = errors.read()
            text = printed.decode("utf-8", "replace")
            if answer:
                message = str(paths.outside(str(answer.get("message"))))
                raise _Refusal(str(answer.get("key", "")), message, None, f"{message}\n{text}")
            why = f"{model.command[0]} ended with status {child.returncode}: {exit_reason(printed)}"
            raise _Refusal(COMMAND_KEY, why, child.returncode, text)


class _AnswerLimit:
    """Ends a command that has not answered for ``ANSWER_WITHIN_S`` seconds."""

    def __init__(self, leash: Leash) -> None:
        self.ended_it = False
        self._leash = leash
        self._timer = threading.Timer(0.0, self._end_command)
        self.restart()

    def restart(self) -> None:
        """Count from now on, because an answer has arrived."""
        self._timer.cancel()
        self._timer = threading.Timer(ANSWER_WITHIN_S, self._end_command)
        self._timer.daemon = True
        self._timer.start()

    def cancel(self) -> None:
        self._timer.cancel()

    def _end_command(self) -> None:
        self.ended_it = True
        self._leash.end_command()


def _no_answer(model: Model, option: str) -> str:
    return (
        f"{model.command[0]} gave no answer to {option} in {ANSWER_WITHIN_S:g} s. "
        "A trainer of your own must support this option."
    )


def _cannot_run(model: Model, error: OSError) -> LaunchError:
    return LaunchError(COMMAND_KEY, f"cannot run {model.command[0]}: {error.strerror}.")


def write_model(
    model: Model, kind: str, into: str, progress: Callable[[float], None]
) -> Dict[str, Any]:
    """Have the trainer write ``keras``, ``savedmodel`` or ``weights`` into a folder."""
    answer: Dict[str, Any] = {}
    for answer in ask(model, "--export", {"kind": kind, "into": into}):
        if "progress" in answer:
            progress(float(answer["progress"]))
    return answer


def _folders_of(request: Mapping[str, Any]) -> List[Folder]:
    found = [Folder(request["into"], writable=True)] if "into" in request else []
    return found + [Folder(file["folder"]) for file in _files_of(request) if "folder" in file]


def _files_of(request: Mapping[str, Any]) -> List[Mapping[str, Any]]:
    """The files of a prediction or an evaluation."""
    return [*request.get("files", ()), *([request["file"]] if "file" in request else [])]


def _request(model: Model, request: Mapping[str, Any], paths: PathMap) -> Dict[str, Any]:
    """The request for the trainer, with its paths as the container calls them."""
    checkpoint = f"{model.folder.checkpoints}/{model.checkpoint.file}"
    complete = {
        "checkpoint": paths.inside(checkpoint),
        "shape": model.data["shape"],
        "layers": list(model.layers),
        "outputs": model.outputs,
        "bytes": model.takes_bytes,
        "data_name": model.data.get("name"),
        "task": model.data.get("task"),
        "preprocessing": model.data.get("preprocessing"),
        **request,
    }
    if "into" in request:
        complete["into"] = paths.inside(request["into"])
    if "files" in request:
        complete["files"] = [_seen(file, paths) for file in request["files"]]
    if "file" in request:
        complete["file"] = _seen(request["file"], paths)
    return complete


def _seen(file: Mapping[str, Any], paths: PathMap) -> Dict[str, Any]:
    """A file or folder of the request, with the path as the container calls it."""
    return {**file, "folder": paths.inside(file["folder"])} if "folder" in file else {**file}


def _answers(
    lines: Iterable[bytes], answered: Callable[[], None]
) -> Generator[Dict[str, Any], None, Dict[str, Any]]:
    """The JSON lines up to the one with ``ok``; other lines are skipped. A refusal is not yielded.

    ``answered`` is called after each. Returns the line with ``ok``; empty if there was none.
    """
    for line in lines:
        for answer in json_objects(line):
            answered()
            if answer.get("ok") is False:
                return answer
            yield answer
            if answer.get("ok"):
                return answer
    return {}
