"""Blanks the keys of a recording that name programs, when the file comes from another machine.

A resume, a fork, ``predict`` and the exports of a model run the trainer's command that is in the
recording, and a resume the function that returns the data. An imported file must not choose them.
"""

import json
import sqlite3
from typing import Any, Callable, Dict

from nanotrain_tui.catalog import FIELDS
from nanotrain_tui.catalog.fields import CODE, COMMAND
from nanotrain_tui.session.bodies import parse_object
from nanotrain_tui.session.events import CONFIGURED, EDITED

Table = Dict[str, Any]

PROGRAMS = frozenset(
    [field.key for field in FIELDS.values() if field.kind in (CODE, COMMAND)]
    + ["telemetry.tegrastats"]
)


def blank_programs(connection: sqlite3.Connection) -> None:
    """Blank the programs in a verified recording, as if none had been configured.

    Raises sqlite3.Error.
    """
    ((text,),) = connection.execute("SELECT value FROM meta WHERE key = 'config'").fetchall()
    config = _rewrite(text, _config)
    connection.execute("UPDATE meta SET value = ? WHERE key = 'config'", (config,))
    for kind, blank in ((CONFIGURED, _configured), (EDITED, _edited)):
        events = connection.execute("SELECT seq, body FROM events WHERE kind = ?", (kind,))
        for seq, text in events.fetchall():
            body = _rewrite(text, blank)
            if body != text:
                connection.execute("UPDATE events SET body = ? WHERE seq = ?", (body, seq))


def _rewrite(text: str, blank: Callable[[Table], Table]) -> str:
    """The JSON text with its programs blanked; the same text if it names none."""
    value = parse_object(text) or {}
    left = blank(value)
    return text if left == value else json.dumps(left)


def _config(config: Table) -> Table:
    return _edits(_blank(config))


def _configured(body: Table) -> Table:
    left = dict(body)
    if left.get("config"):
        left["config"] = _config(left["config"])
    return _edits(left)


def _edits(table: Table) -> Table:
    if not table.get("edits"):
        return table
    return dict(table, edits=[dict(edit, set=_blank(edit["set"])) for edit in table["edits"]])


def _edited(body: Table) -> Table:
    changes = body.get("changes")
    if not changes:
        return body
    return dict(body, changes={k: v for k, v in changes.items() if k not in PROGRAMS})


def _blank(value: Any, key: str = "") -> Any:
    """The values with the keys of programs set to "", in tables or under dotted keys."""
    if isinstance(value, dict):
        return {
            name: _blank(part, key + "." + name if key else name) for name, part in value.items()
        }
    return "" if key in PROGRAMS and value else value
