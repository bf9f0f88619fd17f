"""A reader's connection to a recording; no transaction stays open between two calls.

If a writer is killed in the middle of a change, the recording is repaired and read again.
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
    """A read-only connection. The constructor and all methods may raise RecordingError.

    With ``settle`` the recording is made a single file when it is opened and closed, if possible.
    Otherwise no file is changed.
    """

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
        """Close the connection, and settle the recording if no other process uses it."""
        self._connection.close()
        if self._settles:
            self._folder.settle()

    def query(self, sql: str, arguments: Tuple[Any, ...] = ()) -> List[Any]:
        """All rows of a query."""
        return self._read(lambda connection: connection.execute(sql, arguments).fetchall())

    def snapshot(self, queries: Iterable[Query]) -> List[List[Any]]:
        """The rows of each query, all read in one transaction, so that they agree."""
        asked = list(queries)

        def read(connection: sqlite3.Connection) -> List[List[Any]]:
            connection.execute("BEGIN")
            try:
                return [connection.execute(sql, args).fetchall() for sql, args in asked]
            finally:
                connection.execute("ROLLBACK")

        return self._read(read)

    def make_views(self) -> None:
        """Create temporary views; those in the file may be missing or changed."""
        if not self._has_views:
            self._read(_make_views)
            self._has_views = True

    def backup(self, path: str) -> None:
        """Copy the recording into a single file, atomically."""
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
            if "no such" in str(error):  # a database of another program
                raise RecordingError(
                    "{} is an SQLite file but not a nanotrain recording".format(self.path)
                ) from error
            raise RecordingError(sentence(self.path, error)) from error
        except DAMAGE as error:
            raise RecordingError(sentence(self.path, error)) from error
        version = version_of(rows[0][0]) if rows else None
        if version is None:
            raise RecordingError("{} has no schema version: not a recording".format(self.path))
        if version > SCHEMA_VERSION:
            raise RecordingError(
                "{} was written by a newer nanotrain (schema {}; this one reads up to {}): "
                "update nanotrain to open it".format(self.path, version, SCHEMA_VERSION)
            )


def _make_views(connection: sqlite3.Connection) -> None:
    connection.executescript(VIEWS.replace("CREATE VIEW", "CREATE TEMP VIEW"))
