"""A recording whose every text would steer the terminal that shows it."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from recorded import Recording

from nanotrain_tui.session import events
from nanotrain_tui.session.folder import SessionFolder

#: Window title, clipboard, reset, C1, carriage return, backspace, direction of text, markup.
TEXT = (
    "\x1b]0;T\x07\x1b]52;c;UFdORUQ=\x07\x1bc\x1b[2J\x9b31m\x9d0;T\x9c\r\b\x7f\u202e\u2066\u2028"
    "\ud800[bold]M[/bold][link=http://x]L[/link]<script>S</script>"
)
#: What must not come out again: characters, in text.
FORBIDDEN = "\x07\x08\r\x7f\x9b\x9c\x9d\u202e\u2066\u2028\ud800"


def steering_in(output: str) -> list[str]:
    """What of the hostile text is left in an output that writes no sequences of its own."""
    return [ascii(char) for char in "\x1b" + FORBIDDEN if char in output]


def hostile_value(shape: object) -> object:
    """A value of a type of the table of events, its text hostile."""
    if isinstance(shape, dict):
        return {key: hostile_value(inner) for key, inner in shape.items()} | {TEXT: TEXT}
    if isinstance(shape, events.ListOf):
        return [hostile_value(shape.item)]
    if isinstance(shape, events.MapOf):
        return {TEXT: hostile_value(shape.value), "tensorflow": TEXT, "python": TEXT}
    if isinstance(shape, events.LinesOf):
        return [TEXT, f"{TEXT}\n{TEXT}"]
    known = {
        events.FLAG: True, events.COUNT: 7, events.NUMBER: 0.5, events.TABLE: {TEXT: TEXT},
        events.CONFIG: {"data": {"name": "mnist", "dir": TEXT}, "model": {"hidden": TEXT},
                        "loss": {"name": TEXT}, TEXT: {TEXT: TEXT},
                        "edits": [{"step": 3, "set": {"data.dir": TEXT, TEXT: TEXT}}]},
        events.CHANGES: {"data.dir": [TEXT, TEXT], TEXT: [TEXT, TEXT]},
        events.EDITS: [{"step": 3, "set": {"data.dir": TEXT}, "who": TEXT}],
    }  # fmt: skip
    return known.get(shape, TEXT) if isinstance(shape, str) else TEXT


def hostile_session(home: Path) -> SessionFolder:
    """A finished session, hostile in every column, key and file that holds text."""
    recording = Recording(home).started(steps=100)
    recording.recorder.sample(recording.t, 0, {"source": "psutil", "power_total_mw": 4000})
    recording.steps(50).evaluated().steps(50)
    for kind in events.EVENTS:
        if kind not in ("finished", "stopped", "crashed"):
            recording.event(kind)
    recording.event("crashed", resuming=True)
    recording.event(TEXT.replace("\ud800", ""), message="x")
    folder = recording.finished()
    with closing(sqlite3.connect(folder.recording)) as db, db:
        _rewrite(db)
    Path(folder.path, "labels.json").write_text(json.dumps({"tags": [TEXT, "fine"], "note": TEXT}))
    Path(folder.log).write_bytes(TEXT.encode("utf-8", "surrogatepass"))
    return folder


def _rewrite(db: sqlite3.Connection) -> None:
    plain = TEXT.replace("\ud800", "")  # SQLite holds UTF-8; JSON spells the rest
    config = json.dumps(hostile_value(events.CONFIG))
    for key, value in {
        "name": plain, "created": plain, "config": config, "imported": plain,
        "parent": json.dumps({"session": TEXT, "checkpoint": TEXT, "step": 3, TEXT: TEXT}),
        plain: plain,
    }.items():  # fmt: skip
        db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
    db.execute("DELETE FROM meta WHERE key = 'summary'")
    machine = json.dumps({"hostname": TEXT, "board": TEXT, "power_mode": TEXT, TEXT: TEXT})
    db.execute("UPDATE segments SET wall = ?, environment = ?", (plain, machine))
    sample = {
        "source": TEXT, "sources": {TEXT: TEXT}, "temperatures_c": {TEXT: 40.0},
        "power_mw": {TEXT: {"now": 4000}}, "throttling": [TEXT], TEXT: TEXT, "power_total_mw": 4000,
        "ram_used_mb": 100, "ram_total_mb": 4000, "cpus": [{TEXT: TEXT}],
    }  # fmt: skip
    db.execute("UPDATE samples SET body = ?", (json.dumps(sample),))
    rows = db.execute("SELECT seq, kind FROM events").fetchall()
    for seq, kind in rows:
        shapes = events.EVENTS[kind].body if kind in events.EVENTS else {"message": events.PROSE}
        hostile = {key: hostile_value(shape) for key, shape in shapes.items()}
        hostile.update({"resuming": True} if kind == "crashed" else {}, **{TEXT: TEXT})
        db.execute("UPDATE events SET body = ? WHERE seq = ?", (json.dumps(hostile), seq))
    db.execute("UPDATE steps SET metric = ? WHERE metric = 'learning_rate'", (plain,))
