"""The network of a session's checkpoint, asked of the trainer's Python: TensorFlow stays there."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from nanotrain_tui.catalog import trainer_command
from nanotrain_tui.launch.again import configuration_of
from nanotrain_tui.launch.errors import LaunchError
from nanotrain_tui.launch.plan import TRAINER
from nanotrain_tui.launch.python_finder import KEY, find_trainer_python
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
    command: tuple[str, ...]  # that runs the trainer

    @property
    def request(self) -> dict[str, Any]:
        """What every question to the trainer holds."""
        path = f"{self.folder.checkpoints}/{self.checkpoint.file}"
        return {"checkpoint": path, "shape": self.data["shape"]}


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
    named = list(python) or trainer_command(configuration_of(folder))
    command = (*find_trainer_python(named), str(TRAINER))
    return Model(folder, checkpoint, data, command)


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


def ask(model: Model, what: str, request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The trainer's lines in answer to ``--export`` or ``--predict``; the last has ``ok``.

    Raises LaunchError where the trainer cannot be run, or says why not.
    """
    with tempfile.TemporaryFile() as said:
        try:
            child = subprocess.Popen(
                [*model.command, what],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
                start_new_session=True,  # Ctrl+C is ours to understand
            )  # fmt: skip
        except OSError as error:
            why = f"cannot run {model.command[0]}: {error.strerror}."
            raise LaunchError(KEY, why) from error
        assert child.stdin is not None and child.stdout is not None
        try:
            with suppress(BrokenPipeError):  # it ended early; what it said follows
                child.stdin.write(json.dumps({**model.request, **request}).encode() + b"\n")
                child.stdin.close()
            for line in child.stdout:
                answer = _answer(line)
                if answer is None:
                    continue
                if answer.get("ok") is False:
                    raise LaunchError(str(answer.get("key", "")), str(answer.get("message")))
                yield answer
                if answer.get("ok"):
                    return
            child.wait()
            said.seek(0)
            lines = said.read().decode("utf-8", "replace").strip().splitlines() or ["nothing"]
            raise LaunchError(
                KEY, f"{model.command[0]} ended with status {child.returncode}: {lines[-1][:500]}"
            )
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


def _answer(line: bytes) -> dict[str, Any] | None:
    """A line of the trainer's; None for what a container prints besides."""
    try:
        answer = json.loads(line)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None
