"""The network of a session's checkpoint, asked of the trainer's Python: TensorFlow stays there."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nanotrain_tui.config import find_folders
from nanotrain_tui.host import crash, preload
from nanotrain_tui.host.container import Folder
from nanotrain_tui.host.paths import PathMap
from nanotrain_tui.host.trainer_environment import trainer_invocation
from nanotrain_tui.launch.again import configuration_of
from nanotrain_tui.launch.asking import json_objects, last_words
from nanotrain_tui.launch.errors import LaunchError
from nanotrain_tui.launch.plan import PYTHONS
from nanotrain_tui.launch.python_finder import KEY
from nanotrain_tui.launch.remembered import Remembered
from nanotrain_tui.launch.trainer_call import PATHS, paths_of, python_of, seeing, with_trainer
from nanotrain_tui.session.checkpoints import Checkpoint, list_checkpoints
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.reader import SessionReader

LAST, BEST = "last", "best"


@dataclass(frozen=True, slots=True)
class Model:
    """A checkpoint that is whole, and the data that it was trained on."""

    folder: SessionFolder
    checkpoint: Checkpoint
    data: Mapping[str, Any]  # name, source, shape, classes, train, test
    command: tuple[str, ...]  # that runs the trainer, and sees the checkpoints
    told: Any = None  # trainer.paths


def find_model(
    folder: SessionFolder, wanted: int | str | None = None, python: tuple[str, ...] = ()
) -> Model:
    """The model of a checkpoint: ``best``, ``last`` or a step; None is best, else last.

    ``python`` is the command of a Python with TensorFlow; else the session's, else the first that
    is found. Raises LaunchError or RecordingError.
    """
    checkpoint = choose(list_checkpoints(folder), wanted, folder.name)
    with SessionReader(folder) as reader:
        started = [event.body.get("data") for event in reader.events(["started"])]
    data = next((told for told in reversed(started) if isinstance(told, dict)), None)
    if data is None or not isinstance(data.get("shape"), list):
        raise LaunchError("", f"{folder.name} does not say which data it was trained on.")
    config = configuration_of(folder)
    if python:
        config = {**config, "trainer.command": list(python)}
    told = config.get(PATHS)  # older recordings have none
    found, _ = python_of(config, Remembered(find_folders().cache / PYTHONS))
    command = seeing(with_trainer(found, told), [Folder(folder.checkpoints)], told)
    return Model(folder, checkpoint, data, command, told)


def choose(listed: list[Checkpoint], wanted: int | str | None, name: str) -> Checkpoint:
    """The checkpoint that is meant. Raises LaunchError."""
    whole = [one for one in listed if one.is_whole]
    if wanted is None:
        found = [one for one in whole if one.best] or whole
    elif wanted == LAST:
        found = whole
    else:
        found = [one for one in listed if (one.best if wanted == BEST else one.step == wanted)]
    if found and not found[-1].is_whole:
        raise LaunchError("", f"{name}: the checkpoint {found[-1].problem}.")
    if not found:
        there = ", ".join(str(one.step) for one in whole) or "none"
        what = f" of step {wanted}" if isinstance(wanted, int) else ""
        what = " known as its best" if wanted == BEST else what
        raise LaunchError("", f"{name} has no whole checkpoint{what}; there are: {there}.")
    return found[-1]


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
            child = subprocess.Popen(
                told.command,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=told.env,
                start_new_session=True,  # Ctrl+C is ours to understand
            )  # fmt: skip
        except OSError as error:
            why = f"cannot run {model.command[0]}: {error.strerror}."
            raise LaunchError(KEY, why) from error
        assert child.stdin is not None and child.stdout is not None
        try:
            with suppress(BrokenPipeError):  # it ended early; what it said follows
                child.stdin.write(question)
                child.stdin.close()
            answer = yield from _answers(child.stdout)
            if answer.get("ok"):
                return
            child.wait()
            said.seek(0)
            words = said.read()
            text = words.decode("utf-8", "replace")
            if answer:
                message = str(paths.outside(str(answer.get("message"))))
                raise _Refusal(str(answer.get("key", "")), message, None, f"{message}\n{text}")
            why = f"{model.command[0]} ended with status {child.returncode}: {last_words(words)}"
            raise _Refusal(KEY, why, child.returncode, text)
        finally:
            child.kill()
            child.wait()
            child.stdout.close()
            with suppress(BrokenPipeError):
                child.stdin.close()


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
