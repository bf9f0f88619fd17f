"""Writing a recording: the host's alone.

Events are committed at once and steps about twice a second, without an fsync; ``checkpoint``
does that, about every 10 s, because SD cards wear. A full disk is no end: rows wait in memory,
bounded, until a commit succeeds.
"""

import json
import math
import os
import sqlite3
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

from nanotrain_tui.session.compact import compact
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.records import Event
from nanotrain_tui.session.schema import NEWEST_SEQ, SCHEMA_VERSION, TABLES, VIEWS
from nanotrain_tui.session.summary import to_store

MOST_WAITING_BYTES = 8 << 20  # rows kept in memory while the disk takes none
_ROW_BYTES = 200  # what a row costs in memory besides its text or data
_BUSY_S = 0.25  # a stranger that writes holds the host up no longer; it tries again
_GAP_S = 0.05  # an idle time longer than this ends a row, so that its times stay true

_INSERT = {
    "segments": "INSERT INTO segments VALUES (?, ?, ?, ?, ?)",
    "events": "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)",
    "steps": "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "samples": "INSERT INTO samples VALUES (?, ?, ?, ?, ?)",
}


class _Row(NamedTuple):
    table: str
    values: Tuple[Any, ...]
    bytes: int


class _Run(NamedTuple):
    """Consecutive updates that are not yet rows."""

    first_step: int
    updates: int
    t0: float
    t1: float
    data: Dict[str, bytearray]


def create_recording(
    folder: SessionFolder, created: str, config: Mapping[str, Any], parent: Optional[str] = None
) -> None:
    """Write an empty recording, whole or not at all; raises RecordingError."""
    if os.path.exists(folder.recording):
        raise RecordingError("{} exists already".format(folder.recording))
    aside = folder.recording + ".new"
    meta = [
        ("schema", str(SCHEMA_VERSION)),
        ("name", folder.name),
        ("created", created),
        ("config", json.dumps(config)),
        ("parent", parent),
    ]
    try:
        connection = sqlite3.connect(aside, isolation_level=None)
        try:
            connection.executescript("BEGIN;" + TABLES + VIEWS)
            connection.executemany("INSERT INTO meta VALUES (?, ?)", meta)
            connection.execute("COMMIT")
        finally:
            connection.close()
        os.rename(aside, folder.recording)
    except (sqlite3.Error, OSError) as error:
        raise RecordingError("cannot write {}: {}".format(folder.recording, error)) from error


class Recorder:
    """Appends to an existing recording; the caller holds the folder's lock.

    ``trouble`` is what keeps rows from the disk, None while all is well; ``dropped_rows`` counts
    the rows of telemetry and steps that memory could not hold until then.
    """

    def __init__(self, folder: SessionFolder) -> None:
        self._folder = folder
        self.trouble: Optional[str] = None
        self.dropped_rows = 0
        self._waiting: List[_Row] = []
        self._waiting_bytes = 0
        self._run: Optional[_Run] = None
        self._segment = 0
        try:
            self._connection = sqlite3.connect(
                folder.recording, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.execute("PRAGMA wal_autocheckpoint=0")  # checkpoint() is the one
            self._connection.execute("PRAGMA cache_size=-1000")
            self._seq = int(self._connection.execute(NEWEST_SEQ).fetchone()[0])
        except sqlite3.Error as error:
            raise RecordingError("cannot write {}: {}".format(folder.recording, error)) from error

    def begin_segment(
        self, t: float, wall: str, from_step: int, environment: Mapping[str, Any]
    ) -> None:
        """A start or a resume: rows from now on belong to it."""
        self._close_run()
        self._segment = self._next_seq()
        row = (self._segment, t, wall, from_step, _json(environment))
        self._append("segments", row, len(row[-1]))
        self._commit_if_well()

    def event(self, t: float, step: int, kind: str, body: Mapping[str, Any]) -> Event:
        """Record an event at once, after all that came before it."""
        self._close_run()
        text = _json(body)
        row = (self._next_seq(), self._segment, t, step, kind, text)
        self._append("events", row, len(text))
        self._commit_if_well()
        return Event(row[0], row[1], t, step, kind, dict(body))

    def sample(self, t: float, step: int, body: Mapping[str, Any]) -> None:
        """Keep telemetry for the next commit."""
        self._close_run()
        text = _json(body)
        self._append("samples", (self._next_seq(), self._segment, t, step, text), len(text))

    def steps(
        self, first_step: int, count: int, t0: float, t1: float, metrics: Mapping[str, bytes]
    ) -> None:
        """Keep ``count`` updates for the next commit.

        Each metric is count little-endian float32; t0 and t1 are seconds of session time.
        """
        run = self._run
        if run is not None and (
            first_step != run.first_step + run.updates
            or t0 - run.t1 > _GAP_S
            or set(metrics) != set(run.data)
        ):
            self._close_run()
            run = None
        if run is None:
            data = {name: bytearray(values) for name, values in metrics.items()}
            self._run = _Run(first_step, count, t0, t1, data)
            return
        for name, values in metrics.items():
            run.data[name] += values
        self._run = run._replace(updates=run.updates + count, t1=t1)

    def commit(self) -> bool:
        """Give everything to the operating system; False leaves it waiting, see ``trouble``."""
        self._close_run()
        if not self._waiting:
            return self.trouble is None
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for row in self._waiting:
                self._connection.execute(_INSERT[row.table], row.values)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            self.trouble = str(error)
            self._shed()
            return False
        self._waiting = []
        self._waiting_bytes = 0
        self.trouble = None
        return True

    def checkpoint(self) -> None:
        """Give everything to the disk (an fsync)."""
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error as error:
            self.trouble = str(error)

    def finish(self, tidy: bool = True) -> bool:
        """Commit, compact and try to leave one plain file; True when all was written.

        Without ``tidy`` it is closed as it is: where the file was deleted, SQLite would look for
        what is beside it by name, and find what another session has there.
        """
        written = self.commit()
        for step in (compact, self._store_summary, _one_file) if tidy else ():
            try:
                step(self._connection)
            except sqlite3.Error:
                self._roll_back()  # somebody reads, or no space: what is committed stays good
        self._connection.close()
        return written

    def _store_summary(self, connection: sqlite3.Connection) -> None:
        try:
            summary = to_store(self._folder)
        except RecordingError:
            return  # whoever lists the session reads all of it
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('summary', ?)", (summary,))

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq

    def _close_run(self) -> None:
        run, self._run = self._run, None
        if run is None:
            return
        for metric, data in run.data.items():
            row = (
                self._next_seq(),
                self._segment,
                metric,
                run.first_step,
                run.updates,
                run.t0,
                run.t1,
                bytes(data),
            )
            self._append("steps", row, len(data))

    def _append(self, table: str, values: Tuple[Any, ...], size: int) -> None:
        self._waiting.append(_Row(table, values, size + _ROW_BYTES))
        self._waiting_bytes += size + _ROW_BYTES

    def _commit_if_well(self) -> None:
        if self.trouble is None:  # else the timer tries again, not every event
            self.commit()

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            pass  # SQLite rolled back by itself

    def _shed(self) -> None:
        """Drop the oldest samples, then the oldest steps, until the rest fits; events stay."""
        for table in ("samples", "steps"):
            if self._waiting_bytes <= MOST_WAITING_BYTES:
                return
            kept = []
            for row in self._waiting:
                if row.table == table and self._waiting_bytes > MOST_WAITING_BYTES:
                    self._waiting_bytes -= row.bytes
                    self.dropped_rows += 1
                else:
                    kept.append(row)
            self._waiting = kept


def _one_file(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode=DELETE").fetchone()


def _json(body: Mapping[str, Any]) -> str:
    """JSON as everyone reads it: what is not finite is written as "nan", "inf" or "-inf"."""
    try:
        return json.dumps(body, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(body))


def _finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
