"""Small data, configurations and a trainer at the end of a pipe, for the trainer's tests."""

import base64
import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np

TRAINER = Path(__file__).resolve().parents[2] / "nanotrain_tui" / "trainer"
PIXELS = 36
PATIENCE_S = 600.0


def write_data(folder: Path, train: int = 400, test: int = 200) -> Path:
    """An mnist.npz of 6x6 pictures, class c brightest at pixel 3c: easy, but not trivial.

    In rows.npz are the same as rows of numbers.
    """
    random = np.random.RandomState(7)
    parts = {}
    for split, count in (("train", train), ("test", test)):
        labels = random.randint(0, 10, count).astype(np.uint8)
        images = random.randint(0, 60, (count, PIXELS)).astype(np.uint8)
        images[np.arange(count), labels * 3] += 190
        parts["x_" + split], parts["y_" + split] = images.reshape(-1, 6, 6), labels
    np.savez(folder / "mnist.npz", **parts)
    for name in ("x_train", "x_test"):
        parts[name] = parts[name].reshape(-1, PIXELS).astype(np.float32) / np.float32(255)
    np.savez(folder / "rows.npz", **parts)
    return folder


def dense_network(inputs: int, *units: int):
    """Dense layers for rows of so many inputs; the last one is the output layer."""
    from nanotrain_tui.trainer.network import Network

    hidden = [{"units": count, "activation": "relu"} for count in units[:-1]]
    return Network(hidden, (inputs,), units[-1])


PICTURES = {"data__name": "mnist"}


def config_of(folder: Path, **changes):
    """A configuration as the host sends it; ``__`` in a name stands for the dot.

    It trains on rows: a graph for ``PICTURES`` also has all that augments them, and takes longer.
    """
    config = {
        "data.name": "npz",
        "data.dir": str(folder),
        "model.hidden": "16, 12 tanh",
        "model.activation": "relu",
        "model.output": "auto",
        "model.initializer": "glorot_uniform",
        "model.dropout": 0.0,
        "model.l2": 0.0,
        "loss.name": "categorical_crossentropy",
        "optimizer.name": "adam",
        "optimizer.learning_rate": 0.01,
        "optimizer.beta_1": 0.9,
        "optimizer.beta_2": 0.999,
        "optimizer.epsilon": 1e-7,
        "schedule.name": "constant",
        "schedule.warmup_steps": 0,
        "train.batch_size": 30,
        "train.steps": 40,
        "train.epochs": 0,
        "train.eval_every": 10,
        "train.checkpoint_every": 0,
        "train.seed": 1,
        "trainer.update": "fused",  # what a short run chooses after measuring it
        "trainer.xla": "off",
        "trainer.threads": 1,
        "layers": [{"units": 16, "activation": "relu"}, {"units": 12, "activation": "tanh"}],
        "output": "softmax",
        "cache_dir": str(folder),
        "checkpoint_dir": str(folder),
        "restore": None,
    }
    config.update({key.replace("__", "."): value for key, value in changes.items()})
    if config["data.name"] == "npz":
        config.setdefault("data.path", str(Path(config["data.dir"], "rows.npz")))
    return config


def values_of(events, metric):
    """A metric of all steps, float32, in their order."""
    blocks = [event for event in events if event["event"] == "steps"]
    parts = [np.frombuffer(base64.b64decode(block[metric]), "<f4") for block in blocks]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def of_kind(events, kind):
    return [event for event in events if event["event"] == kind]


class Pipe(io.RawIOBase):
    """The host's end of the events: calls ``on_event`` with each, in the trainer's thread."""

    def __init__(self, on_event):
        self.events, self._on_event, self._rest = [], on_event, b""

    def writable(self):
        return True

    def write(self, data):
        *lines, self._rest = (self._rest + bytes(data)).split(b"\n")
        for line in lines:
            event = json.loads(line)
            self.events.append(event)
            self._on_event(event)
        return len(data)


def serve_here(config, script=()):
    """Run the trainer in this process, one command of ``script`` after another.

    ``script`` holds (when, command): the command is sent at the first event that ``when`` is true
    of, and the next one waits its turn. Returns (exit status, events).
    """
    from nanotrain_tui.trainer.serve import serve_pipe

    waiting = list(script)
    read_end, write_end = os.pipe()

    host = os.fdopen(write_end, "wb", buffering=0)

    def send(command):
        if command == HANG_UP:
            host.close()
        else:
            host.write(json.dumps(command).encode() + b"\n")

    def on_event(event):
        while waiting and waiting[0][0](event):
            send(waiting.pop(0)[1])

    pipe = Pipe(on_event)
    before = set(threading.enumerate())
    send({"id": 1, "do": "start", "config": config})
    with os.fdopen(read_end, "rb") as stdin:
        try:
            status = serve_pipe(stdin, pipe)
        finally:
            host.close()
            for thread in set(threading.enumerate()) - before:
                if thread.name == "commands":
                    thread.join()
    return status, pipe.events


HANG_UP = {"do": "hang up"}  # in a script: close the pipe


def at(kind, step=None):
    """A condition of a script: this event, at this step or a later one."""
    return lambda event: event["event"] == kind and (step is None or event["step"] >= step)


class Process:
    """The trainer as the host starts it: by its path, its own process.

    It is killed after ``PATIENCE_S``, so a test that waits for it in vain fails.
    """

    def __init__(
        self, *arguments, python=sys.executable, python_path=None, stderr=subprocess.DEVNULL
    ):
        environment = dict(os.environ, TF_CPP_MIN_LOG_LEVEL="3")
        if python_path is not None:
            environment["PYTHONPATH"] = str(python_path)
        self.process = subprocess.Popen(
            [python, str(TRAINER), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=environment,
        )
        self.events = []
        self._timer = threading.Timer(PATIENCE_S, self.process.kill)

    def __enter__(self):
        self._timer.start()
        return self

    def __exit__(self, *error):
        self._timer.cancel()
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()

    def send(self, **command):
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        self.process.stdin.flush()

    def until(self, kind):
        """Read events up to the first of a kind, and return that; None at the end."""
        for line in self.process.stdout:
            self.events.append(json.loads(line))
            if self.events[-1]["event"] == kind:
                return self.events[-1]
        return None
