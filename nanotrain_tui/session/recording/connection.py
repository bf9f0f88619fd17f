"""A connection to a recording for a reader: each read whole, none longer than a call.

Where a host or another program is killed in the middle of a change while we read, the recording is
repaired and read again.
"""

import sqlite3
from typing import Any, Callable, Iterable, List, Tuple, TypeVar

from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.backup import back_up
from nanotrain_tui.session.recording.opening import (
    DAMAGE,
    needs_repair,
    open_to_read,
    open_untouched,
    sentence,
)
from nanotrain_tui.session.recording.schema import SCHEMA_VERSION, VIEWS, version_of

T = TypeVar("T")

Query = Tuple[str, Tuple[Any, ...]]


class ReadConnection:
    """Every method may raise RecordingError, the making too."""

    def __init__(self, folder: SessionFolder, settle: bool) -> None:
        self.path = folder.recording
        self._folder = folder
        self._settles = settle
        self._has_views = False
        self._connection = self._open()
        try:
            self._check_schema()
        except RecordingError:
            self._connection.close()
            raise

    def close(self) -> None:
        """Let go of the file; the last to do so after the end leaves one plain file."""
        self._connection.close()
        if self._settles:
            self._folder.settle()

    def query(self, sql: str, arguments: Tuple[Any, ...] = ()) -> List[Any]:
        """All rows."""
        return self._read(lambda connection: connection.execute(sql, arguments).fetchall())

    def snapshot(self, queries: Iterable[Query]) -> List[List[Any]]:
        """All queries of one moment: what one answers fits the others."""
        asked = list(queries)

        def read(connection: sqlite3.Connection) -> List[List[Any]]:
            connection.execute("BEGIN")
            try:
                return [connection.execute(sql, args).fetchall() for sql, args in asked]
            finally:
                connection.execute("ROLLBACK")

        return self._read(read)

    def make_views(self) -> None:
        """Our own views, not the file's: those may be missing, or somebody else's."""
        if not self._has_views:
            self._read(_make_views)
            self._has_views = True

    def backup(self, path: str) -> None:
        """Copy it into one plain file, whole or not at all."""
        back_up(self._connection, path)

    def _open(self) -> sqlite3.Connection:
        if self._settles:
            return open_to_read(self._folder)
        try:
            return open_untouched(self.path)
        except (*DAMAGE, OSError) as error:
            raise RecordingError(sentence(self.path, error)) from error

    def _read(self, read: Callable[[sqlite3.Connection], T]) -> T:
        try:
            try:
                return read(self._connection)
            except sqlite3.OperationalError as error:
                if not needs_repair(error):
                    raise
            self._connection.close()
            self._connection = self._open()
            if self._has_views:
                _make_views(self._connection)
            return read(self._connection)
        except DAMAGE as error:
            raise RecordingError(sentence(self.path, error)) from error

    def _check_schema(self) -> None:
        try:
            rows = self._connection.execute(
                "SELECT value FROM meta WHERE key = 'schema'"
            ).fetchall()
        except sqlite3.OperationalError as error:
            if "no such" in str(error):  # a database, but of another program
                raise RecordingError(
                    "{} is an SQLite file but no nanotrain recording".format(self.path)
                ) from error
            raise RecordingError(sentence(self.path, error)) from error
        except DAMAGE as error:
            raise RecordingError(sentence(self.path, error)) from error
        version = version_of(rows[0][0]) if rows else None
        if version is None:
            raise RecordingError("{} names no schema: not a recording".format(self.path))
        if version > SCHEMA_VERSION:
            raise RecordingError(
                "{} was written by a newer nanotrain (schema {}; this one reads up to {}): "
                "update nanotrain to open it".format(self.path, version, SCHEMA_VERSION)
            )


def _make_views(connection: sqlite3.Connection) -> None:
    connection.executescript(VIEWS.replace("CREATE VIEW", "CREATE TEMP VIEW"))
