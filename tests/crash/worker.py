"""The process that has the layer preloaded: reads requests, forks a child for each."""

import ctypes
import json
import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from .scenarios import SCENARIOS

PATIENCE_S = 240


def main() -> None:
    layer = ctypes.CDLL(os.environ["CRASH_LAYER"])
    layer.crash_disarm.restype = layer.crash_hits.restype = ctypes.c_long
    for line in sys.stdin.buffer:
        reply = json.dumps(_in_child(layer, json.loads(line)))
        sys.stdout.write(reply + "\n")
        sys.stdout.flush()


def _in_child(layer: ctypes.CDLL, request: dict[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryFile() as report:
        pid = os.fork()
        if pid == 0:
            try:
                _run(layer, request, report.fileno())
            finally:
                os._exit(1)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        report.seek(0)
        found = json.loads(report.read() or b"{}")
    return {"status": status, "calls": 0, "hits": 0, "error": "", **found}


def _run(layer: ctypes.CDLL, request: dict[str, Any], report: int) -> None:
    signal.alarm(PATIENCE_S)
    home, first, last, error = Path(request["home"]), *request["fault"]
    notes = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(**what: Any) -> None:
        data = json.dumps(what).encode()
        os.write(notes, b"note\t0\t0\t\t\t%d\n%s" % (len(data), data))

    failure = ""
    log = b"" if first else os.fsencode(request["log"])
    layer.crash_arm(
        os.fsencode(home), log, ctypes.c_long(first), ctypes.c_long(last), ctypes.c_int(error)
    )
    try:
        SCENARIOS[request["scenario"]].run(home, note)
    except BaseException:
        failure = traceback.format_exc()
    calls, hits = layer.crash_disarm(), layer.crash_hits()
    os.pwrite(report, json.dumps({"calls": calls, "hits": hits, "error": failure}).encode(), 0)
    os._exit(1 if failure else 0)


if __name__ == "__main__":
    main()
