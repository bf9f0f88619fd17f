"""Run as a program in a pseudo-terminal: the dashboard on a session in memory."""

import sys

from app_fakes import FakeBackend, make_app, midway

from nanotrain_tui.app.entry import farewell

backend = FakeBackend()
backend.add("brisk-otter").change(**midway())
app = make_app(backend, session=sys.argv[1] if len(sys.argv) > 1 else None)
app.run()
print(farewell(app), end="")
