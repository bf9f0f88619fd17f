"""Many runs of the trainer in one process of any Python from 3.6 on: TensorFlow loads once.

    PYTHON many_runs.py TRAINER_FOLDER < configurations.json > events.json

Reads a list of configurations, answers with a list of [exit status, events].
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

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        return len(data)


def load_trainer(folder):
    """The trainer as it loads itself: one package, whatever lies beside it."""
    spec = importlib.util.spec_from_file_location("entry", folder + "/__main__.py")
    entry = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(entry)
    entry.load_package()
    return importlib.import_module(entry.NAME + ".serve")


def main():
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # TensorFlow prints
    serve = load_trainer(sys.argv[1])
    told = []
    for config in json.load(sys.stdin):
        ours, theirs = os.pipe()
        host = os.fdopen(theirs, "wb", 0)
        host.write(json.dumps({"id": 1, "do": "start", "config": config}).encode() + b"\n")
        events = Events()
        with os.fdopen(ours, "rb") as commands:
            status = serve.serve_pipe(commands, events)
            host.close()
        told.append([status, [json.loads(line) for line in events.data.splitlines()]])
    json.dump(told, answers)
    answers.flush()
    os._exit(0)  # TensorFlow's threads may hold a normal exit up


main()
