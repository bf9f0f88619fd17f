"""What a recording would have a machine run: it is forgotten where the file comes from elsewhere.

A resume, a fork, ``predict`` and the exports of a model begin the trainer with the command that
the recording names; no stranger's file may choose it.
"""

import json
import sqlite3
from typing import Any, Callable, Dict

from nanotrain_tui.catalog import FIELDS
from nanotrain_tui.catalog.fields import COMMAND
from nanotrain_tui.session.bodies import parse_object
from nanotrain_tui.session.events import CONFIGURED, EDITED

Table = Dict[str, Any]

PROGRAMS = frozenset(
    [field.key for field in FIELDS.values() if field.kind == COMMAND] + ["telemetry.tegrastats"]
)


def forget_programs(connection: sqlite3.Connection) -> None:
    """Leave the programs of a verified recording open, as if none had been chosen.

    Raises sqlite3.Error.
    """
    ((text,),) = connection.execute("SELECT value FROM meta WHERE key = 'config'").fetchall()
    config = _written(text, _config)
    connection.execute("UPDATE meta SET value = ? WHERE key = 'config'", (config,))
    for kind, forget in ((CONFIGURED, _configured), (EDITED, _edited)):
        events = connection.execute("SELECT seq, body FROM events WHERE kind = ?", (kind,))
        for seq, text in events.fetchall():
            body = _written(text, forget)
            if body != text:
                connection.execute("UPDATE events SET body = ? WHERE seq = ?", (body, seq))


def _written(text: str, forget: Callable[[Table], Table]) -> str:
    """The object with its programs forgotten; the very text where there was none."""
    value = parse_object(text) or {}
    left = forget(value)
    return text if left == value else json.dumps(left)


def _config(config: Table) -> Table:
    return _edits(_open(config))


def _configured(body: Table) -> Table:
    left = dict(body)
    if left.get("config"):
        left["config"] = _config(left["config"])
    return _edits(left)


def _edits(table: Table) -> Table:
    if not table.get("edits"):
        return table
    return dict(table, edits=[dict(edit, set=_open(edit["set"])) for edit in table["edits"]])


def _edited(body: Table) -> Table:
    changes = body.get("changes")
    if not changes:
        return body
    return dict(body, changes={k: v for k, v in changes.items() if k not in PROGRAMS})


def _open(value: Any, key: str = "") -> Any:
    """The values with what names a program emptied, in tables or under dotted keys."""
    if isinstance(value, dict):
        return {
            name: _open(part, key + "." + name if key else name) for name, part in value.items()
        }
    return "" if key in PROGRAMS and value else value
