"""A trainer without TensorFlow: it speaks the protocol and does what a script of words says.

Run by ``trainer.command = ["python", ".../scripted_trainer.py", "--script=slow,die=30"]``; the
words may also stand in the environment variable ``NANOTRAIN_SCRIPT``. Other arguments are ignored,
except ``--inspect``. Losses and accuracies follow formulas, so tests can compute them; edits bend
them, by when and in which order they come. Checkpoints are small files, restored to the bit.

    load=S       takes S seconds before ``ready``, listening only to ``stop``
    gate=FILE    is not ready before FILE is there
    slow[=S]     S (0.02) seconds a step; default: as fast as it can
    until=FILE   does not make the last step before FILE is there
    chunk=K      K (10) steps a message
    fail=N       says ``failed`` after step N
    refuse=KEY   says ``failed`` at the start, naming KEY
    die=N        kills itself with SIGKILL after step N
    exit=N:S     exits with status S after step N, printing a traceback
    hang=N       does nothing any more after step N, deaf
    nan=N        losses are NaN from step N
    metrics=M    declares metrics and reports those: ``loss:down+iou:up`` (scripted_metrics.py)
    once=FILE    fails, dies, exits and hangs only while FILE is not there, and makes it
    garbage      lines that are no messages       huge         a line of 5 MiB
    raw=FILE     writes the bytes of a file to the host when it has started
    told=FILE    appends the configuration that it gets to FILE, as a line of JSON
    print=N      N bytes to standard error        overlap      says steps twice
    deaf         never reads a command            late         answers before the event
    say=TEXT     prints it before ``ready``       cuda=0     ``ready`` says whether it has CUDA
    late=LIB     cannot load a library, unless LD_PRELOAD names it
    unfit=WHY    says that TensorFlow does not load
    broken=WHY   fails at the start, of something else
    stay         does not go when it has ended    orphan=FILE  leaves a child, its pid in FILE
    inspect=BAD  ``--inspect`` says no (``no``), prints nonsense (``junk``), dies (``die``) or
                 hangs (``hang``)
"""

import importlib
import json
import math
import os
import queue
import sys
import threading
import time
from pathlib import Path

from scripted_checkpoints import PULLING, Checkpoints
from scripted_faults import Faults
from scripted_metrics import loss_at, metrics_of


def read_script(arguments):
    words = os.environ.get("NANOTRAIN_SCRIPT", "")
    for argument in arguments:
        if argument.startswith("--script="):
            words = argument[len("--script=") :]
    script = {}
    for word in filter(None, words.split(",")):
        name, _, value = word.partition("=")
        script[name] = value
    return script


class Trainer(Checkpoints, Faults):
    def __init__(self, script, stdin, stdout):
        super().__init__()
        self.script, self.stdin, self.stdout = script, stdin, stdout
        self.metrics = metrics_of(script)
        self.commands = queue.Queue()
        self.lock = threading.Lock()
        self.starting = True
        self.step = 0
        self.paused = False
        self.pause_at = None
        self.ended = None
        self.weight = self.slot = 0.0
        self.edits = []
        self.tested = None  # the last evaluation: {"step": ..., "metrics": {...}}
        self.diverged = False

    def emit(self, event, **body):
        with self.lock:
            self.stdout.write(json.dumps(dict(body, event=event)).encode() + b"\n")
            self.stdout.flush()

    def answer(self, command, why=None):
        extra = {} if why is None else {"why": why}
        self.emit("answer", id=command["id"], ok=why is None, step=self.step, **extra)

    def listen(self):
        for line in self.stdin:
            command = json.loads(line.decode())
            if command["do"] == "stop" and self.starting:
                self.answer(command)
                self.emit("stopped", step=0)
                os._exit(0)
            self.commands.put(command)
        os._exit(0)

    def run(self):
        script = self.script
        if "deaf" in script:
            first = json.loads(self.stdin.readline().decode())
        else:
            threading.Thread(target=self.listen, daemon=True).start()
            first = self.commands.get()
        self.config = first["config"]
        if "told" in script:
            with Path(script["told"]).open("a", encoding="utf-8") as file:
                file.write(json.dumps(self.config) + "\n")
        self.edits = list(self.config.pop("edits", []))
        self.misbehave_early()
        loading = time.monotonic() + float(script.get("load", 0) or 0)
        self.emit("progress", what="loading", fraction=None)
        gate = script.get("gate")
        while time.monotonic() < loading or (gate and not Path(gate).exists()):
            time.sleep(0.01)
        late = script.get("late")
        if late and late not in os.environ.get("LD_PRELOAD", ""):
            why = f"TensorFlow does not load: {late}: cannot allocate memory in static TLS block"
            self.answer(first, why)
            self.emit("failed", kind="error", key="trainer.command", message=why)
            return 1
        if "unfit" in script:
            why = "TensorFlow does not load: " + script["unfit"]
            self.answer(first, why)
            self.emit("failed", kind="error", key="trainer.command", message=why)
            return 1
        if "broken" in script:
            self.answer(first, "no")
            self.emit("failed", kind="error", message=script["broken"])
            return 1
        if "refuse" in script:
            self.answer(first, "no")
            self.emit("failed", kind="config", key=script["refuse"], message="is of no use")
            return 1
        cuda = {"cuda": script["cuda"] == "1"} if "cuda" in script else {}
        self.emit(
            "ready",
            **cuda,
            versions={"python": "3.x", "tensorflow": "0.0", "numpy": "0.0"},
            devices=[{"name": "CPU:0", "kind": "CPU"}],
            activations=["relu"],
            losses=["huber"],
            optimizers=["adam"],
            threads=1,
            pid=os.getpid(),
        )
        if self.config.get("restore") and not self.restore(self.config["restore"]):
            self.answer(first, "no")
            return 1
        batch = self.config.get("train.batch_size", 100)
        epochs = self.config.get("train.epochs", 0)
        if epochs:
            self.config["train.steps"] = epochs * -(-60000 // batch)
        self.emit("memory", current_mb=None, peak_mb=None)
        with self.lock:
            self.starting = False
        self.emit(
            "started",
            step=self.step,
            steps=self.config["train.steps"],
            parameters=814090,
            batch_size=batch,
            xla=False,
            threads=1,
            data=facts(self.config),
            **({"metrics": self.metrics.declaration} if self.metrics.declaration else {}),
        )
        self.answer(first)
        if "raw" in script:
            with self.lock:
                self.stdout.write(Path(script["raw"]).read_bytes() + b"\n")
        self.train()
        self.emit(self.ended, step=self.step)
        if "stay" in script:
            time.sleep(600)
        return 0

    def train(self):
        while self.ended is None:
            try:
                command = self.commands.get(timeout=0.05 if self.paused else 0.0001)
            except queue.Empty:
                command = None
            if command is not None:
                self.obey(command)
            elif self.edits and self.edits[0]["step"] <= self.step:
                edit = self.edits.pop(0)
                about = {key: value for key, value in edit.items() if key not in ("step", "set")}
                self.set(edit["set"], scripted=True, **about)
            elif not self.paused:
                self.go_on()
            if self.held and time.monotonic() - self.best_written >= 60.0:
                self.write_best()
        self.save()
        self.write_best()

    def go_on(self):
        steps = self.config["train.steps"]
        if self.step >= steps:
            if not self.is_tested():
                self.evaluate("schedule")
            self.ended = "finished"
            return
        if self.step == steps - 1 and not self.may_end():
            time.sleep(0.01)
            return
        every = self.config.get("train.eval_every", 100)
        until = [steps, self.step + int(self.script.get("chunk", 10))]
        until.append(self.step + every - (self.step - 1) % every)
        if not self.may_end():
            until.append(steps - 1)
        if self.pause_at is not None:
            until.append(self.pause_at)
        if self.edits:
            until.append(self.edits[0]["step"])
        saving = self.config.get("train.checkpoint_every", 0)
        if saving:
            until.append(self.step + saving - self.step % saving)
        for name in ("fail", "die", "exit", "hang", "nan"):
            if name in self.script:
                until.append(int(self.script[name].split(":")[0]))
        self.do_steps(min(step for step in until if step > self.step))
        self.diverge()
        saves = saving and self.step % saving == 0 and self.step < steps and not self.diverged
        if (self.step - 1) % every == 0:
            self.evaluate("schedule")
        elif saves:
            self.evaluate("checkpoint")
        if saves:
            self.save()
        self.hold_if_best()
        if self.step == self.pause_at and self.step < steps:
            self.pause()
        self.misbehave()

    def may_end(self):
        return "until" not in self.script or Path(self.script["until"]).exists()

    def do_steps(self, until):
        t0 = time.monotonic()
        numbers = range(self.step + 1, until + 1)
        if "slow" in self.script:
            time.sleep(float(self.script["slow"] or 0.02) * len(numbers))
        nan_from = int(self.script.get("nan", 2**40))
        rate = self.config.get("optimizer.learning_rate", 0.0001)
        losses = []
        for n in numbers:
            losses.append(loss_at(n) * (1 + self.weight) if n < nan_from else float("nan"))
            self.slot = 0.9 * self.slot + self.pull()
            self.weight += 0.001 * self.slot
        rows = self.metrics.rows(self.step + 1, until, losses, rate)
        t1 = time.monotonic()
        for _ in range(2 if "overlap" in self.script else 1):
            for first, count, told in rows:
                self.emit("steps", first_step=first, count=count, t0=t0, t1=t1, **told)
        self.step = until

    def pull(self):
        """Nothing with the defaults; else each key's own."""
        rate, batch, dropout, momentum, name = (self.config.get(key) for key in PULLING)
        pull = math.log10(rate or 0.0001) + 4 + (batch or 100) / 100 - 1
        return pull + (dropout or 0) + 0.1 * (momentum or 0) + 0.01 * (len(name or "adam") - 4)

    def diverge(self):
        """A loss that is no number is told once, and the policy followed."""
        if self.diverged or self.step < int(self.script.get("nan", 2**40)):
            return
        self.diverged = True
        policy = self.config.get("train.on_nan", "stop")
        self.write_best()
        last = max(self.kept)[0] if self.kept else None
        bad = self.metrics.diverges
        told = {"loss": "nan"} if bad == "loss" else {"metric": bad, "value": "nan"}
        self.emit("diverged", step=self.step, policy=policy, checkpoint=last, **told)
        if policy == "pause":
            self.pause()
        elif policy == "stop":
            self.ended = "stopped"

    def pause(self):
        self.paused, self.pause_at = True, None
        self.emit("paused", step=self.step)
        self.write_best()

    def is_tested(self):
        return self.tested is not None and self.tested["step"] == self.step

    def evaluate(self, cause):
        nan = self.step >= int(self.script.get("nan", 2**40))
        loss = "nan" if nan else loss_at(self.step) * (1 + self.weight)
        now = time.monotonic()
        metrics = self.metrics.evaluated(self.step, loss)
        self.tested = {"step": self.step, "metrics": metrics}
        self.emit(
            "evaluated", step=self.step, t=now, seconds=0.001, metrics=metrics, on="test",
            cause=cause, **self.metrics.beside(metrics),
        )  # fmt: skip

    def set(self, values, **marks):
        """Change what differs; why not, where it cannot be."""
        if values.get("train.steps", self.step) < self.step:
            return f"train.steps: {self.step} steps are done already."
        config = self.config
        changes = {
            key: [config.get(key), value]
            for key, value in values.items()
            if config.get(key) != value
        }
        if "optimizer.name" in changes:
            self.slot = 0.0
            for key in [key for key in config if key.startswith("optimizer.")]:
                if key not in values and key != "optimizer.learning_rate":
                    del config[key]
        config.update(values)
        if changes:
            retraced = any(key.endswith(("name", "activation")) for key in changes)
            self.emit("edited", step=self.step, changes=changes, retraced=retraced, **marks)
        return None

    def obey(self, command):
        do = command["do"]
        if "late" in self.script and do in ("pause", "resume", "stop"):
            self.answer(command)
        if do == "pause" and not self.paused:
            self.pause()
        elif do == "resume" and (self.paused or self.pause_at is not None):
            self.paused, self.pause_at = False, None
            self.emit("resumed", step=self.step)
        elif do == "step":
            if not self.paused:
                self.answer(command, "it is running")
                return
            self.paused, self.pause_at = False, self.step + command["n"]
        elif do == "evaluate":
            self.evaluate("asked")
            self.hold_if_best()
            if self.paused:
                self.write_best()
        elif do == "checkpoint":
            self.save()
            self.write_best()
        elif do == "set":
            why = self.set(command["values"])
            if why:
                self.answer(command, why)
                return
        elif do == "stop":
            self.ended = "stopped"
        if not ("late" in self.script and do in ("pause", "resume", "stop")):
            self.answer(command)


def facts(config):
    name = config.get("data.name", "auto")
    if name == "folder":  # headers are read without TensorFlow
        return importlib.import_module("nanotrain_tui.trainer.data").inspect(config)
    return {
        "name": "digits" if name == "auto" else name,
        "source": "scripted",
        "shape": [28, 28],
        "classes": 10,
        "train": 60000,
        "test": 10000,
        "task": "classification",
    }


def inspect(script, stdin, stdout):
    bad = script.get("inspect")
    config = json.loads(stdin.readline().decode())
    if bad == "hang":
        time.sleep(600)
    if bad == "die":
        sys.stderr.write(
            "Traceback (most recent call last):\nModuleNotFoundError: No module named 'numpy'\n"
        )
        return 3
    answer = dict(facts(config), ok=True)
    if bad == "no":
        answer = {"ok": False, "key": "data.dir", "message": "/nowhere is no folder with MNIST"}
    stdout.write(b"junk\n" if bad == "junk" else json.dumps(answer).encode() + b"\n")
    return 0


def main():
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    script = read_script(sys.argv[1:])
    if "--inspect" in sys.argv:
        status = inspect(script, stdin, stdout)
        stdout.flush()
        return status
    trainer = Trainer(script, stdin, stdout)
    status = trainer.run()
    stdout.flush()
    os._exit(status)


if __name__ == "__main__":
    sys.exit(main())
