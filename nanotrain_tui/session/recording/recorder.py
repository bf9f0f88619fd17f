"""Writes a recording. Only the host uses it.

Events are committed at once, and steps about twice a second, without an fsync. ``checkpoint`` does
an fsync about every 10 s, because SD cards wear out. On a full disk, a reserve is freed first. Then
a limited number of rows waits in memory until a commit succeeds.
"""

import json
import math
import os
import sqlite3
from typing import Any, Dict, Mapping, NamedTuple, Optional, Tuple

from nanotrain_tui.session.durable import sync
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.backlog import Backlog, Lost
from nanotrain_tui.session.recording.compact import compact
from nanotrain_tui.session.recording.needed_schema import FIRST, NeededSchema
from nanotrain_tui.session.recording.records import Event
from nanotrain_tui.session.recording.reserve import Reserve
from nanotrain_tui.session.recording.schema import NEWEST_SEQ, TABLES, VIEWS
from nanotrain_tui.session.summary import to_store

_MOST_AT_ONCE = 256 << 10  # bytes of rows in one transaction: there may be space for some
_BUSY_S = 0.25  # another program that writes delays the host no longer; the host tries again
_GAP_S = 0.05  # an idle time longer than this ends a row, so that its times stay correct

_INSERT = {
    "segments": "INSERT INTO segments VALUES (?, ?, ?, ?, ?)",
    "events": "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)",
    "steps": "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "samples": "INSERT INTO samples VALUES (?, ?, ?, ?, ?)",
    "schema": "UPDATE meta SET value = ? WHERE key = 'schema'",
}


_SCHEMA = "SELECT value FROM meta WHERE key = 'schema'"
_METRICS = "SELECT DISTINCT metric FROM steps"


class _Run(NamedTuple):
    """Consecutive updates with the same metrics that are not yet rows."""

    first_step: int
    updates: int
    t0: float
    t1: float
    data: Dict[str, bytearray]


def create_recording(
    folder: SessionFolder, created: str, config: Mapping[str, Any], parent: Optional[str] = None
) -> None:
    """Write an empty recording, atomically; raises RecordingError."""
    if os.path.exists(folder.recording):
        raise RecordingError("{} exists already".format(folder.recording))
    aside = folder.recording + ".new"
    meta = [
        ("schema", str(FIRST)),
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
        sync(folder.path)
    except (sqlite3.Error, OSError) as error:
        raise RecordingError("cannot write {}: {}".format(folder.recording, error)) from error


class Recorder:
    """Appends to an existing recording; the caller holds the folder's lock.

    ``trouble`` is the reason why rows cannot be written, None if they can. ``dropped`` is what
    memory could not hold meanwhile.
    """

    def __init__(self, folder: SessionFolder) -> None:
        self._folder = folder
        self.trouble: Optional[str] = None
        self._backlog = Backlog()
        self._reserve = Reserve(folder.path)
        self._gave_up = self._ending = False
        self._runs: Dict[Tuple[str, ...], _Run] = {}  # by the names of the metrics
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
            (schema,) = self._connection.execute(_SCHEMA).fetchone()
            self._schema = int(schema)
            recorded = {name for (name,) in self._connection.execute(_METRICS)}
        except sqlite3.Error as error:
            raise RecordingError("cannot write {}: {}".format(folder.recording, error)) from error
        self._needs = NeededSchema(recorded)
        self._reserve.make()

    @property
    def dropped(self) -> Lost:
        return self._backlog.dropped

    @property
    def unwritten(self) -> Lost:
        """What would be missing from the recording if the host ended now."""
        return self._backlog.dropped.plus(self._backlog.contents())

    @property
    def lives_on_reserve(self) -> bool:
        """Whether the disk has been full since the last attempt."""
        return self._gave_up and not self._reserve.is_whole

    def begin_segment(
        self, t: float, wall: str, from_step: int, environment: Mapping[str, Any]
    ) -> None:
        """Record a start or a resume; later rows belong to it."""
        self._close_runs()
        self._needs.begin_segment(from_step)
        self._segment = self._next_seq()
        row = (self._segment, t, wall, from_step, _json(environment))
        self._backlog.add("segments", row, len(row[-1]))
        self._commit_if_well()

    def event(self, t: float, step: int, kind: str, body: Mapping[str, Any]) -> Event:
        """Record an event at once, after all earlier rows."""
        self._close_runs()
        self._need(self._needs.of_event(kind, body))
        text = _json(body)
        row = (self._next_seq(), self._segment, t, step, kind, text)
        self._backlog.add("events", row, len(text))
        self._commit_if_well()
        return Event(row[0], row[1], t, step, kind, dict(body))

    def sample(self, t: float, step: int, body: Mapping[str, Any]) -> None:
        """Keep telemetry for the next commit."""
        self._close_runs()
        text = _json(body)
        self._backlog.add("samples", (self._next_seq(), self._segment, t, step, text), len(text))

    def steps(
        self, first_step: int, count: int, t0: float, t1: float, metrics: Mapping[str, bytes]
    ) -> None:
        """Keep metrics of ``count`` updates for the next commit.

        Each metric has ``count`` little-endian float32 values; ``t0`` and ``t1`` are seconds of
        session time. The updates of a metric must come in order; gaps are allowed.
        """
        self._need(self._needs.of_steps(first_step, count, metrics))
        names = tuple(sorted(metrics))
        run = self._runs.get(names)
        if run is not None and (first_step != run.first_step + run.updates or t0 - run.t1 > _GAP_S):
            self._close(self._runs.pop(names))
            run = None
        if run is None:
            data = {name: bytearray(values) for name, values in metrics.items()}
            self._runs[names] = _Run(first_step, count, t0, t1, data)
            return
        for name, values in metrics.items():
            run.data[name] += values
        self._runs[names] = run._replace(updates=run.updates + count, t1=t1)

    def commit(self) -> bool:
        """Commit everything to the operating system; False if rows wait, see ``trouble``."""
        self._close_runs()
        if not self._backlog:
            return self.trouble is None
        while self._backlog:
            try:
                self._write()
            except sqlite3.Error as error:
                self._roll_back()
                if self._make_room(error):
                    continue
                self.trouble = str(error)
                self._backlog.shed()
                return False
        self.trouble = None
        return True

    def checkpoint(self) -> None:
        """Write everything to the disk (an fsync)."""
        try:
            self._fold_log()
        except sqlite3.Error as error:
            if not _is_about_room(error):  # else the next commit meets it
                self.trouble = str(error)
        if self.trouble is None:
            self._reserve.make_if_roomy()

    def end(self) -> bool:
        """Commit the last rows; the whole reserve may be used for them."""
        self._ending = True
        return self.commit()

    def finish(self, tidy: bool = True) -> bool:
        """Commit, compact and try to leave a single file; True if everything was written.

        Without ``tidy`` the file is only closed. This is for a deleted file: SQLite would look for
        its log by name, and could find the log of another session.
        """
        written = self.end()
        self._reserve.remove()
        for step in (compact, self._store_summary, _one_file) if tidy else ():
            try:
                step(self._connection)
            except sqlite3.Error:
                self._roll_back()  # another program reads, or no space: committed rows stay valid
        self._connection.close()
        return written

    def _store_summary(self, connection: sqlite3.Connection) -> None:
        try:
            summary = to_store(self._folder)
        except RecordingError:
            return  # a list of sessions then reads the whole recording
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('summary', ?)", (summary,))

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq

    def _need(self, schema: int) -> None:
        """Set the schema of the recording, if it has another one."""
        if schema > self._schema:
            self._schema = schema
            self._backlog.add("schema", (str(schema),), 0)

    def _close_runs(self) -> None:
        runs, self._runs = self._runs, {}
        for run in runs.values():
            self._close(run)

    def _close(self, run: _Run) -> None:
        about = (run.first_step, run.updates, run.t0, run.t1)
        for metric, data in run.data.items():
            row = (self._next_seq(), self._segment, metric, *about, bytes(data))
            self._backlog.add("steps", row, len(data))

    def _write(self) -> None:
        """Write the oldest rows in one transaction."""
        rows = self._backlog.first(_MOST_AT_ONCE)
        self._connection.execute("BEGIN IMMEDIATE")
        for row in rows:
            self._connection.execute(_INSERT[row.table], row.values)
        self._connection.execute("COMMIT")
        self._backlog.written(len(rows))

    def _make_room(self, error: sqlite3.Error) -> bool:
        """Free a piece of the reserve if that may help; False if there is none."""
        if not _is_about_room(error) or not self._reserve.give(at_end=self._ending):
            return False
        self._gave_up = "full" in str(error)
        try:
            self._fold_log()  # then the log is reused from its beginning
        except sqlite3.Error:
            pass  # no space for that, or another program reads
        return True

    def _fold_log(self) -> None:
        pragma = "PRAGMA wal_checkpoint(PASSIVE)"
        _, rows, merged = self._connection.execute(pragma).fetchone()
        if merged < rows:  # another program reads: SQLite may not have synced the log
            sync(self._folder.recording + "-wal")  # SQLite has no locks on this file

    def _commit_if_well(self) -> None:
        if self.trouble is None:  # otherwise the timer tries again, not every event
            self.commit()

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            pass  # SQLite rolled back by itself


def _is_about_room(error: sqlite3.Error) -> bool:
    """Whether the disk is full, or an error that SQLite makes of a full quota (EDQUOT)."""
    return "full" in str(error) or "disk I/O" in str(error)


def _one_file(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode=DELETE").fetchone()


def _json(body: Mapping[str, Any]) -> str:
    """Standard JSON: a value that is not finite is written as "nan", "inf" or "-inf"."""
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
