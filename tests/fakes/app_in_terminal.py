"""Run as a program in a pseudo-terminal: the dashboard on a session in memory.

``app_in_terminal.py [SESSION [live]]``; ``live``: the session goes on a step each 50 ms.
"""

import itertools
import sys
import threading
import time

from app_fakes import FakeBackend, curve, make_app, midway
from declared_metrics import curves_of

from nanotrain_tui.app.entry import farewell, say

backend = FakeBackend()
session = backend.add("brisk-otter")
session.change(**midway())


def go_on() -> None:
    for step in itertools.count(413):
        time.sleep(0.05)
        losses = curve([2.5 * 0.93**i + 0.2 + 0.05 * ((step * (i + 3)) % 7) for i in range(42)], 10)
        curves = curves_of(loss=losses, accuracy=losses)
        session.change(step=step, steps=10**6, curves=curves)


if sys.argv[2:] == ["live"]:
    threading.Thread(target=go_on, daemon=True).start()
app = make_app(backend, session=sys.argv[1] if len(sys.argv) > 1 else None)
app.run()
say(farewell(app))
