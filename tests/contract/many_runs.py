"""Many runs of the trainer in one process of any Python from 3.6 on: TensorFlow loads once.

    PYTHON many_runs.py TRAINER_FOLDER < jobs.json > answers.json

A job is ["--export", request], ["--predict", request], or ["run", command, ...]: the commands after
the first one are sent once there are steps. The answer is a list of [exit status, lines].
"""

import importlib
import importlib.util
import io
import json
import os
import sys


class Events(io.RawIOBase):
    """What the trainer says, a JSON object a line."""

    def __init__(self):
        super().__init__()
        self.data = b""
        self.at_steps = lambda: None

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        if any(json.loads(line).get("event") == "steps" for line in bytes(data).splitlines()):
            self.at_steps()
        return len(data)


def load_trainer(folder):
    """The modules of the trainer as it loads itself: one package, whatever lies beside it."""
    spec = importlib.util.spec_from_file_location("entry", folder + "/__main__.py")
    entry = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(entry)
    entry.load_package()
    return [importlib.import_module(entry.NAME + "." + name) for name in ("serve", "process")]


def run(serve, commands, events):
    """A whole run; the host's end of the pipe is closed after it. The exit status."""
    ours, theirs = os.pipe()
    lines = [json.dumps(dict(command, id=i)).encode() + b"\n" for i, command in enumerate(commands)]
    with os.fdopen(ours, "rb") as stdin, os.fdopen(theirs, "wb", 0) as host:  # the host ends first

        def send_others():
            events.at_steps = lambda: None
            for line in lines[1:]:
                host.write(line)

        events.at_steps = send_others
        host.write(lines[0])
        return serve.serve_pipe(stdin, events)


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # TensorFlow prints
    serve, process = load_trainer(sys.argv[1])
    told = []
    for what, *given in json.load(sys.stdin):
        events = Events()
        if what == "run":
            status = run(serve, given, events)
        else:
            status = process.use_model(what, io.BytesIO(json.dumps(given[0]).encode()), events)
        told.append([status, [json.loads(line) for line in events.data.splitlines()]])
    json.dump(told, answers)
    answers.flush()
    os._exit(0)  # TensorFlow's threads may hold a normal exit up


main()
