"""Every event that a host wrote, held against the table of events: strictly, unlike readers."""

import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from nanotrain_tui.host.internal_errors import PHRASE
from nanotrain_tui.session.bodies import fits, unprintable_in
from nanotrain_tui.session.events import EVENTS, ListOf
from nanotrain_tui.session.recording.portable import import_file
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.verify import verify_file


def undocumented(kind, body):
    """What the table does not hold of an event: its kind, a key, a type."""
    if kind not in EVENTS:
        return [f"the kind {kind}"]
    found = [f"{kind}.{key} is {body[key]!r}" for key in body if not _known(body, key, kind)]
    steering = unprintable_in(kind, body)
    return found + [f"{kind}.{steering} holds control characters"] * bool(steering)


def _known(body, key, kind):
    shape = EVENTS[kind].body.get(key)
    return shape is not None and fits(body[key], shape) and not _unknown_keys(body[key], shape)


def _unknown_keys(value, shape):
    if isinstance(shape, dict) and value is not None:
        return any(key not in shape or _unknown_keys(value[key], shape[key]) for key in value)
    if isinstance(shape, ListOf) and value is not None:
        return any(_unknown_keys(item, shape.item) for item in value)
    return False


def undocumented_in(recording):
    """The same for a whole recording, as it is in the file."""
    with closing(sqlite3.connect(f"file:{recording}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT kind, body FROM events ORDER BY seq").fetchall()
    return [what for kind, body in rows for what in undocumented(kind, json.loads(body))]


def assert_sound(folder):
    """What a host wrote is documented, verifies and imports; nothing went wrong in the host."""
    folder.settle()
    found = undocumented_in(folder.recording) + verify_file(folder.recording).problems
    assert found == [], found
    with tempfile.TemporaryDirectory() as elsewhere, SessionReader(folder) as reader:
        copy = Path(elsewhere, "copy.nanotrain")
        reader.backup(str(copy))
        import_file(str(copy), elsewhere)
        for event in reader.events(["warned"]):
            assert PHRASE not in event.body["message"], Path(folder.log).read_text(
                "utf-8", "replace"
            )
