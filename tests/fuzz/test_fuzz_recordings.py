"""Recordings with any values: no reader fails without a SessionError, and verify never fails."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.events import EVENTS
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.verify import verify_file
from nanotrain_tui.session.summary import summarise
from tests.crash.scenarios import NAME, SCENARIOS

from .shapes import objects

pytestmark = pytest.mark.slow

BODIES = st.one_of(
    *(st.tuples(st.just(kind), objects(dict(entry.body))) for kind, entry in EVENTS.items())
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> SessionFolder:
    home = tmp_path_factory.mktemp("home")
    SCENARIOS["rename"].prepare(home)
    return SessionFolder(str(Path(home, "sessions", NAME)))


@given(st.lists(BODIES, min_size=1, max_size=4))
def test_any_bodies_are_read_or_refused(
    folder: SessionFolder, bodies: list[tuple[str, Any]]
) -> None:
    with closing(sqlite3.connect(folder.recording)) as db, db:
        db.execute("DELETE FROM events WHERE seq > 1000")
        db.execute("DELETE FROM meta WHERE key = 'summary'")
        for seq, (kind, body) in enumerate(bodies, 1001):
            row = (seq, 1, 1e6, 1220, kind, json.dumps(body))
            db.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", row)
    verify_file(folder.recording, foreign=True)
    summarise(folder)
    try:
        with SessionReader(folder) as reader:
            reader.events()
            reader.known_metrics()
    except SessionError:
        return
