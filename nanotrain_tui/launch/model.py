"""The network of a session's checkpoint, asked of the trainer's Python: TensorFlow stays there."""

import json
import math
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nanotrain_tui.catalog import parse_layers
from nanotrain_tui.config import find_folders
from nanotrain_tui.launch.plan import PYTHONS
from nanotrain_tui.launch.resume_and_fork import configuration_of
from nanotrain_tui.session import events
from nanotrain_tui.session.checkpoints import Checkpoint, list_checkpoints, no_best
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.trainer_python import crash, preload
from nanotrain_tui.trainer_python.cache import Remembered
from nanotrain_tui.trainer_python.call import PATHS, paths_of, python_of, seeing, with_trainer
from nanotrain_tui.trainer_python.container import Folder
from nanotrain_tui.trainer_python.environment import trainer_invocation
from nanotrain_tui.trainer_python.errors import LaunchError
from nanotrain_tui.trainer_python.finder import KEY
from nanotrain_tui.trainer_python.leash import Leash
from nanotrain_tui.trainer_python.paths import PathMap
from nanotrain_tui.trainer_python.query import json_objects, last_words

LAST, BEST = "last", "best"


@dataclass(frozen=True, slots=True)
class Model:
    """A checkpoint that is whole, and the data that it was trained on."""

    folder: SessionFolder
    checkpoint: Checkpoint
    data: Mapping[str, Any]  # name, source, shape, classes, train, test
    command: tuple[str, ...]  # that runs the trainer, and sees the checkpoints
    told: Any = None  # trainer.paths
    sizes: tuple[int, ...] = ()  # of the network: pixels, units of each hidden layer, classes
    note: str = ""  # why this is not the checkpoint that was asked for


def find_model(
    folder: SessionFolder, wanted: int | str | None = None, python: tuple[str, ...] = ()
) -> Model:
    """The model of a checkpoint: ``best``, ``last`` or a step; None is best, else last.

    ``python`` is the command of a Python with TensorFlow; else the session's, else the first that
    is found. Raises LaunchError or RecordingError.
    """
    checkpoint, note = choose(list_checkpoints(folder), wanted, folder.name)
    with SessionReader(folder) as reader:
        started = [event.body.get("data") for event in reader.events([events.STARTED])]
    data = next((told for told in reversed(started) if isinstance(told, dict)), None)
    config = configuration_of(folder)
    sizes = _sizes_of(data or {}, config)
    if data is None or sizes is None:
        raise LaunchError("", f"{folder.name} does not say which data it was trained on.")
    if python:
        config = {**config, "trainer.command": list(python)}
    told = config.get(PATHS)  # older recordings have none
    found, _ = python_of(config, Remembered(find_folders().cache / PYTHONS))
    command = seeing(with_trainer(found, told), [Folder(folder.checkpoints)], told)
    return Model(folder, checkpoint, data, command, told, sizes, note)


def _sizes_of(data: Mapping[str, Any], config: Mapping[str, Any]) -> tuple[int, ...] | None:
    """The network's, by what was recorded; None where that is no data set."""
    shape, classes = data.get("shape"), data.get("classes")
    if not isinstance(shape, list) or not all(isinstance(one, int) for one in [*shape, classes]):
        return None
    units = [layer.units for layer in parse_layers(str(config.get("model.hidden")))]
    return (math.prod(shape), *units, int(str(classes)))


def choose(listed: list[Checkpoint], wanted: int | str | None, name: str) -> tuple[Checkpoint, str]:
    """The checkpoint that is meant, and why it is another than was asked for, else "".

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
    """The trainer's no, or its end without an answer; ``words`` is all that it said."""

    def __init__(self, key: str, message: str, status: int | None, words: str) -> None:
        super().__init__(message)
        self.key, self.message, self.status, self.words = key, message, status, words


def ask(model: Model, what: str, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The trainer's lines in answer to ``--export`` or ``--predict``; the last has ``ok``.

    A library that came too late for glibc comes first the next time, as in a session. Raises
    LaunchError where the trainer cannot be run, or says why not.
    """
    first: dict[str, str] = {}
    while True:
        try:
            yield from _ask_once(model, what, request, first)
            return
        except _Refusal as no:
            more = preload.with_library(first, no.words)
            if more is None:
                why = no.message
                if no.key == KEY:  # TensorFlow did not load, or died
                    why = crash.explain(why, no.status, no.words)
                raise LaunchError(no.key, why) from None
            first = more


def _ask_once(
    model: Model, what: str, request: Mapping[str, Any], first: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    """The same, once, with these variables besides. Raises _Refusal."""
    command = seeing([*model.command, what], _folders_of(request), model.told)
    paths = paths_of(command, model.told)
    told = trainer_invocation(list(command), first)
    question = json.dumps(_request(model, request, paths)).encode() + b"\n"
    with tempfile.TemporaryFile() as said:
        try:
            leash = Leash(told.command, subprocess.PIPE, said, told.env)
        except OSError as error:
            raise _cannot_run(model, error) from error
        with leash:
            child = leash.process
            assert child.stdin is not None and child.stdout is not None
            with suppress(BrokenPipeError):  # it ended early; what it said follows
                child.stdin.write(question)
                child.stdin.close()
            answer = yield from _answers(child.stdout)
            if answer.get("ok"):
                return
            child.wait()
            try:
                leash.check()
            except OSError as error:
                raise _cannot_run(model, error) from error
            said.seek(0)
            words = said.read()
            text = words.decode("utf-8", "replace")
            if answer:
                message = str(paths.outside(str(answer.get("message"))))
                raise _Refusal(str(answer.get("key", "")), message, None, f"{message}\n{text}")
            why = f"{model.command[0]} ended with status {child.returncode}: {last_words(words)}"
            raise _Refusal(KEY, why, child.returncode, text)


def _cannot_run(model: Model, error: OSError) -> LaunchError:
    return LaunchError(KEY, f"cannot run {model.command[0]}: {error.strerror}.")


def write_model(
    model: Model, kind: str, into: str, progress: Callable[[float], None]
) -> dict[str, Any]:
    """Have the trainer write ``keras``, ``savedmodel`` or ``weights`` into a folder."""
    answer: dict[str, Any] = {}
    for answer in ask(model, "--export", {"kind": kind, "into": into}):
        if "progress" in answer:
            progress(float(answer["progress"]))
    return answer


def _folders_of(request: Mapping[str, Any]) -> list[Folder]:
    return [Folder(request["into"], writable=True)] if "into" in request else []


def _request(model: Model, request: Mapping[str, Any], paths: PathMap) -> dict[str, Any]:
    """What the trainer is asked, its paths as it calls them."""
    checkpoint = f"{model.folder.checkpoints}/{model.checkpoint.file}"
    told = {
        "checkpoint": paths.inside(checkpoint),
        "shape": model.data["shape"],
        "sizes": list(model.sizes),
        "data_name": model.data.get("name"),
        "preprocessing": model.data.get("preprocessing"),
        **request,
    }
    return {**told, "into": paths.inside(request["into"])} if "into" in request else told


def _answers(lines: Iterable[bytes]) -> Generator[dict[str, Any], None, dict[str, Any]]:
    """The trainer's lines but a no; what a container prints besides is passed over.

    Returns the last one, which has ``ok``; empty where it did not come.
    """
    for line in lines:
        for answer in json_objects(line):
            if answer.get("ok") is False:
                return answer
            yield answer
            if answer.get("ok"):
                return answer
    return {}
