"""Whether a recording is what docs/SESSION_FORMAT.md says, row by row: nothing of it is trusted."""

import json
import math
import os
import sqlite3
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple
from urllib.parse import quote

from nanotrain_tui.session.schema import SCHEMA_VERSION, TABLES, VIEWS

MOST_PROBLEMS = 50  # told; a file that is rotten through needs no more
LONGEST_BODY = 16 << 20  # bytes of a row's JSON
_HIGHEST_STEP = 1 << 53
_ROWS = 500  # read at once

Progress = Callable[[float], None]


class Report(NamedTuple):
    """What was found: ``problems`` is empty where the recording is whole."""

    problems: List[str]
    facts: Dict[str, Any]  # schema, steps, segments, events, samples, bytes


def verify_file(path: str, progress: Progress = lambda _: None) -> Report:
    """Look at every row of the recording at ``path``; never raises for what is in it."""
    check = _Check(progress)
    facts: Dict[str, Any] = {}
    try:
        facts["bytes"] = os.stat(path).st_size
        with open(path, "rb") as file:  # before SQLite has it open: see docs/SESSION_FORMAT.md
            if file.read(16) != b"SQLite format 3\0":
                return Report(["{} is no SQLite file".format(path)], facts)
        connection = sqlite3.connect("file:{}?mode=ro".format(quote(path)), uri=True, timeout=2.0)
    except (OSError, sqlite3.Error) as error:
        return Report(["{} cannot be opened: {}".format(path, error)], facts)
    try:
        connection.execute(
            "PRAGMA trusted_schema=OFF"
        )  # since SQLite 3.31; older ones pass over it
        connection.execute("PRAGMA cell_size_check=ON")
        check.whole(connection, facts)
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        check.say("{}: {}".format(path, error))
    finally:
        connection.close()
    return Report(check.problems, facts)


class _Enough(Exception):
    """So many problems that more would tell nothing."""


class _Check:
    def __init__(self, progress: Progress) -> None:
        self.problems: List[str] = []
        self._progress = progress
        self._seqs: Set[int] = set()
        self._segments: Dict[int, int] = {}  # seq: from_step

    def say(self, problem: str) -> None:
        self.problems.append(problem)
        if len(self.problems) >= MOST_PROBLEMS:
            raise _Enough

    def whole(self, connection: sqlite3.Connection, facts: Dict[str, Any]) -> None:
        try:
            if not self._objects(connection):
                return
            for (line,) in connection.execute("PRAGMA integrity_check(20)"):
                if line != "ok":
                    self.say("SQLite: {}".format(line))
            self._progress(0.2)
            if not self._meta(connection, facts):
                return
            self._rows(connection, facts)
        except _Enough:
            self.problems.append("... and perhaps more")

    def _objects(self, connection: sqlite3.Connection) -> bool:
        """Exactly our tables and views: a trigger or a foreign view would be run by the reader."""
        found = {
            (kind, name): _squeezed(sql)
            for kind, name, sql in connection.execute(
                "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
            )
        }
        ours = _our_objects()
        for (kind, name), sql in found.items():
            if (kind, name) not in ours:
                self.say("it holds a {} {!r} that is none of a recording".format(kind, name))
            elif kind == "view" and sql != ours[kind, name]:
                self.say("its view {!r} is another than ours".format(name))
        missing = [name for kind, name in ours if kind == "table" and (kind, name) not in found]
        for name in missing:
            self.say("its table {!r} is missing: no nanotrain recording".format(name))
        for name in (name for kind, name in ours if kind == "table" and name not in missing):
            columns = [row[1] for row in connection.execute("PRAGMA table_info({})".format(name))]
            if columns != _COLUMNS[name]:
                self.say("its table {!r} has other columns".format(name))
        return not self.problems

    def _meta(self, connection: sqlite3.Connection, facts: Dict[str, Any]) -> bool:
        meta = dict(connection.execute("SELECT key, value FROM meta WHERE LENGTH(value) < 1e8"))
        schema = str(meta.get("schema"))
        if not schema.isdigit():
            self.say("meta: there is no schema")
            return False
        facts["schema"] = int(schema)
        if int(schema) > SCHEMA_VERSION:
            self.say(
                "meta: schema {} is newer than this nanotrain's {}; update it".format(
                    schema, SCHEMA_VERSION
                )
            )
            return False
        for key in ("name", "created"):
            if not isinstance(meta.get(key), str):
                self.say("meta: {} is missing".format(key))
        if _object(meta.get("config")) is None:
            self.say("meta: config is no JSON object")
        return True

    def _rows(self, connection: sqlite3.Connection, facts: Dict[str, Any]) -> None:
        tables: Tuple[Tuple[str, str, Callable[..., str]], ...] = (
            ("segments", "t, from_step, environment", self._segment),
            ("events", "segment, t, step, kind, body", self._event),
            ("samples", "segment, t, step, body", self._sample),
            ("steps", "segment, metric, first_step, count, t0, t1, LENGTH(data), TYPEOF(data)",
             self._steps),
        )  # fmt: skip
        self._ends: Dict[Tuple[int, str], int] = {}
        for index, (table, columns, look) in enumerate(tables):
            count = 0
            for row in _all(connection, table, columns):
                seq = row[0]
                count += 1
                if not isinstance(seq, int) or seq < 1 or seq in self._seqs:
                    self.say("{}: seq {!r} is none, or used twice".format(table, seq))
                else:
                    self._seqs.add(seq)
                problem = look(seq, *row[1:])
                if problem:
                    self.say("{} {}: {}".format(table, seq, problem))
            facts[table] = count
            self._progress(0.2 + 0.2 * (index + 1))
        facts["updates"] = max(self._ends.values(), default=0)
        self._metrics()

    def _metrics(self) -> None:
        """Every update has every metric."""
        metrics = sorted({metric for _, metric in self._ends})
        reached: Dict[int, int] = {}
        for (segment, _), end in self._ends.items():
            reached[segment] = max(end, reached.get(segment, 0))
        for segment, last in sorted(reached.items()):
            for metric in metrics:
                end = self._ends.get((segment, metric), self._segments[segment])
                if end != last:
                    self.say(
                        "steps: {} of segment {} ends at step {}, where {} is due".format(
                            metric, segment, end, last
                        )
                    )

    def _segment(self, seq: int, t: Any, from_step: Any, environment: Any) -> str:
        if not _is_time(t) or not _is_step(from_step):
            return "its time or step is none"
        self._segments[seq] = from_step
        return "" if _object(environment) is not None else "its environment is no JSON object"

    def _event(self, _: int, segment: Any, t: Any, step: Any, kind: Any, body: Any) -> str:
        if not isinstance(kind, str):
            return "it has no kind"
        return self._sample(_, segment, t, step, body)

    def _sample(self, _: int, segment: Any, t: Any, step: Any, body: Any) -> str:
        if segment not in self._segments:
            return "its segment {!r} is not there".format(segment)
        if not _is_time(t) or not _is_step(step):
            return "its time or step is none"
        return "" if _object(body) is not None else "its body is no JSON object"

    def _steps(
        self, _: int, segment: Any, metric: Any, first: Any, count: Any, t0: Any, t1: Any,
        size: Any, kind: Any,
    ) -> str:  # fmt: skip
        if segment not in self._segments:
            return "its segment {!r} is not there".format(segment)
        if not isinstance(metric, str) or not _is_step(first) or not _is_step(count) or not count:
            return "its metric, step or count is none"
        if kind != "blob" or size != 4 * count:
            return "{} values are {!r} bytes, not {}".format(count, size, 4 * count)
        if not _is_time(t0) or not _is_time(t1) or t1 < t0:
            return "its times are none, or run back"
        due = self._ends.get((segment, metric), self._segments[segment]) + 1
        self._ends[segment, metric] = first + count - 1
        return "" if first == due else "it begins at step {}, where {} is due".format(first, due)


def _all(connection: sqlite3.Connection, table: str, columns: str) -> Iterator[Tuple[Any, ...]]:
    """Every row by seq, a page at a time."""
    seq = -(2**63)
    sql = "SELECT seq, {} FROM {} WHERE seq > ? ORDER BY seq LIMIT ?".format(columns, table)
    while True:
        rows = connection.execute(sql, (seq, _ROWS)).fetchall()
        if not rows:
            return
        yield from rows
        seq = rows[-1][0]


def _our_objects() -> Dict[Tuple[str, str], str]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(TABLES + VIEWS)
        return {
            (kind, name): _squeezed(sql)
            for kind, name, sql in connection.execute(
                "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
            )
        }
    finally:
        connection.close()


_COLUMNS = {
    "meta": ["key", "value"],
    "segments": ["seq", "t", "wall", "from_step", "environment"],
    "events": ["seq", "segment", "t", "step", "kind", "body"],
    "steps": ["seq", "segment", "metric", "first_step", "count", "t0", "t1", "data"],
    "samples": ["seq", "segment", "t", "step", "body"],
}


def _squeezed(sql: Any) -> str:
    return " ".join(str(sql).split())


def _object(text: Any) -> Optional[Dict[str, Any]]:
    if not isinstance(text, str) or len(text) > LONGEST_BODY:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _is_time(t: Any) -> bool:
    return isinstance(t, (int, float)) and math.isfinite(t) and t >= 0


def _is_step(step: Any) -> bool:
    return isinstance(step, int) and 0 <= step <= _HIGHEST_STEP
