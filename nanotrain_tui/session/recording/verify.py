"""Checks each row of a recording against docs/SESSION_FORMAT.md."""

import contextlib
import os
import re
import sqlite3
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Set, Tuple

from nanotrain_tui.session.bodies import is_config, parse_object, problem_of, unprintable_in
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.events import EVALUATED, STARTED
from nanotrain_tui.session.metrics import is_metric_name
from nanotrain_tui.session.recording.needed_schema import ANY_METRICS
from nanotrain_tui.session.recording.opening import DAMAGE, open_untouched, sentence
from nanotrain_tui.session.recording.regular import open_regular
from nanotrain_tui.session.recording.rows import is_step, is_time
from nanotrain_tui.session.recording.schema import SCHEMA_VERSION, TABLES, VIEWS, version_of
from nanotrain_tui.session.text import printable, steers

MOST_PROBLEMS = 50  # reported; a badly damaged file has more
_ROWS = 500  # read at once
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")  # of a kind of event, in schema 1 of a metric
_WALL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?([+-]\d\d:\d\d|Z)?\Z", re.ASCII)

Progress = Callable[[float], None]


class Report(NamedTuple):
    """The result: ``problems`` is empty if the recording is valid."""

    problems: List[str]
    facts: Dict[str, Any]  # schema, steps, segments, events, samples, bytes


def verify_file(path: str, progress: Progress = lambda _: None, foreign: bool = False) -> Report:
    """Check every row of the recording at ``path``; its content never raises an error.

    Nothing is changed: an interrupted change is checked in a private copy. A ``foreign`` recording
    comes from another machine, so text that could control a terminal is a problem. In a session of
    this machine an earlier version may have recorded such text; readers replace it.
    """
    check = _Check(progress, foreign)
    facts: Dict[str, Any] = {}
    try:
        facts["bytes"] = os.stat(path).st_size
        with open_regular(path) as file:  # before SQLite has it open: see docs/SESSION_FORMAT.md
            if file.read(16) != b"SQLite format 3\0":
                return Report(["{} is no SQLite file".format(path)], facts)
        recording = open_untouched(path)
    except RecordingError as error:
        return Report([str(error)], facts)
    except (OSError, *DAMAGE) as error:
        return Report(["{} cannot be opened: {}".format(path, error)], facts)
    with contextlib.closing(recording) as connection:
        try:
            connection.execute("PRAGMA trusted_schema=OFF")  # ignored before SQLite 3.31
            connection.execute("PRAGMA cell_size_check=ON")
            check.whole(connection, facts)
        except DAMAGE as error:
            check.say(sentence(path, error))
    return Report(check.problems, facts)


class _Enough(Exception):
    """The limit of problems is reached."""


class _Check:
    def __init__(self, progress: Progress, foreign: bool) -> None:
        self._foreign = foreign
        self.problems: List[str] = []
        self._progress = progress
        self._any_metrics = False  # True: of a schema in which each metric has its own steps
        self._seqs: Set[int] = set()
        self._segments: Dict[int, int] = {}  # seq: from_step
        self._ends: Dict[Tuple[int, str], int] = {}  # (segment, metric): the last step
        self._clocks: Dict[str, float] = {}  # table or metric: session time of the newest row

    def say(self, problem: str) -> None:
        self.problems.append(printable(problem))
        if len(self.problems) >= MOST_PROBLEMS:
            raise _Enough

    def whole(self, connection: sqlite3.Connection, facts: Dict[str, Any]) -> None:
        try:
            if not self._objects(connection, facts):
                return
            for (line,) in connection.execute("PRAGMA integrity_check(20)"):
                if line != "ok":
                    self.say("SQLite: {}".format(line))
            self._progress(0.2)
            self._meta(connection)
            self._rows(connection, facts)
        except _Enough:
            self.problems.append("... and perhaps more")

    def _objects(self, connection: sqlite3.Connection, facts: Dict[str, Any]) -> bool:
        """Check that there are only our tables and views: a reader would run a foreign trigger.

        The SQL of everything in sqlite_master is compared, because names alone prove nothing.
        """
        found = _objects_of(connection)
        ours = _our_objects()
        meta = ("table", "meta")
        if found.get(meta) == ours[meta] and not self._schema(connection, facts):
            return False
        for (kind, name), sql in found.items():
            if (kind, name) not in ours:
                self.say("it holds a {} {!r} that is none of a recording".format(kind, name))
            elif sql != ours[kind, name]:
                self.say("its {} {!r} is another than ours".format(kind, name))
        for kind, name in ours:
            if kind == "table" and (kind, name) not in found:
                self.say("its table {!r} is missing: no nanotrain recording".format(name))
        return not self.problems

    def _schema(self, connection: sqlite3.Connection, facts: Dict[str, Any]) -> bool:
        rows = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchall()
        schema = version_of(rows[0][0]) if rows else None
        if schema is None:
            self.say("meta: there is no schema")
            return False
        facts["schema"] = schema
        self._any_metrics = schema >= ANY_METRICS
        if schema > SCHEMA_VERSION:
            message = "meta: schema {} is newer than this nanotrain's {}; update it"
            self.say(message.format(schema, SCHEMA_VERSION))
        return schema <= SCHEMA_VERSION

    def _meta(self, connection: sqlite3.Connection) -> None:
        meta = dict(connection.execute("SELECT key, value FROM meta WHERE LENGTH(value) < 1e8"))
        if not isinstance(meta.get("name"), str):
            self.say("meta: name is missing")
        if not _is_wall(meta.get("created")):
            self.say("meta: created is missing, or no time of day")
        config = parse_object(meta.get("config"))
        if not is_config(config):
            self.say("meta: config is no configuration")
        for key, value in meta.items():
            parsed = parse_object(value) or value
            if self._foreign and steers([key, parsed], lines=True):
                self.say("meta: {!a} holds control characters".format(key))

    def _rows(self, connection: sqlite3.Connection, facts: Dict[str, Any]) -> None:
        tables: Tuple[Tuple[str, str, Callable[..., str]], ...] = (
            ("segments", "t, wall, from_step, environment", self._segment),
            ("events", "segment, t, step, kind, body", self._event),
            ("samples", "segment, t, step, body", self._sample),
            ("steps", "segment, metric, first_step, count, t0, t1, LENGTH(data), TYPEOF(data)",
             self._steps),
        )  # fmt: skip
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
        if not self._any_metrics:
            self._metrics()

    def _metrics(self) -> None:
        """Check that every update has every metric, as in schema 1."""
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

    def _segment(self, seq: int, t: Any, wall: Any, from_step: Any, environment: Any) -> str:
        if not is_time(t) or not is_step(from_step):
            return "its time or step is none"
        self._segments[seq] = from_step
        if not _is_wall(wall):
            return "its wall is no time of day"
        parsed = parse_object(environment)
        if parsed is None:
            return "its environment is no JSON object"
        return self._steers("its environment", parsed)

    def _event(self, seq: int, segment: Any, t: Any, step: Any, kind: Any, body: Any) -> str:
        if not isinstance(kind, str) or not _NAME.match(kind):
            return "it has no kind"
        problem = self._place(seq, "events", segment, t, step)
        if problem:
            return problem
        parsed = parse_object(body)
        if parsed is None:
            return "its body is no JSON object"
        problem = problem_of(kind, parsed) or self._declaration(kind, parsed)
        key = unprintable_in(kind, parsed)
        if key and self._foreign and not problem:
            return "its {} holds control characters".format(key)
        return problem

    def _declaration(self, kind: str, body: Dict[str, Any]) -> str:
        declared = body.get("metrics") if kind in (STARTED, EVALUATED) else None
        if not self._any_metrics or all(map(is_metric_name, declared or ())):
            return ""
        return "its metrics have a name that no metric has"

    def _sample(self, seq: int, segment: Any, t: Any, step: Any, body: Any) -> str:
        problem = self._place(seq, "samples", segment, t, step)
        if problem:
            return problem
        parsed = parse_object(body)
        return "its body is no JSON object" if parsed is None else self._steers("its body", parsed)

    def _steers(self, what: str, value: Dict[str, Any]) -> str:
        if self._foreign and steers(value):
            return "{} holds control characters".format(what)
        return ""

    def _place(self, seq: int, table: str, segment: Any, t: Any, step: Any) -> str:
        if segment not in self._segments or segment > seq:
            return "its segment {!r} is not there".format(segment)
        if not is_time(t) or not is_step(step):
            return "its time or step is none"
        return "" if self._goes_on(table, t) else "its time runs back"

    def _goes_on(self, what: str, t: float) -> bool:
        before, self._clocks[what] = self._clocks.get(what, 0.0), t
        return t >= before

    def _steps(
        self, _: int, segment: Any, metric: Any, first: Any, count: Any, t0: Any, t1: Any,
        size: Any, kind: Any,
    ) -> str:  # fmt: skip
        if segment not in self._segments:
            return "its segment {!r} is not there".format(segment)
        if not self._is_metric(metric):
            return "its metric has no name"
        if not is_step(first) or not is_step(count) or not count:
            return "its step or count is none"
        if kind != "blob" or size != 4 * count:
            return "{} values are {!r} bytes, not {}".format(count, size, 4 * count)
        if not is_time(t0) or not is_time(t1) or t1 < t0:
            return "its times are none, or run back"
        if not self._goes_on("steps " + metric, t1):
            return "its time runs back"
        due = self._ends.get((segment, metric), self._segments[segment]) + 1
        self._ends[segment, metric] = first + count - 1
        if first == due or (first > due and self._any_metrics):
            return ""
        return "it begins at step {}, where {} is due".format(first, due)

    def _is_metric(self, name: Any) -> bool:
        if self._any_metrics:
            return is_metric_name(name)
        return isinstance(name, str) and _NAME.match(name) is not None


def _all(connection: sqlite3.Connection, table: str, columns: str) -> Iterator[Tuple[Any, ...]]:
    """Every row in order of seq, read in pages."""
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
        return _objects_of(connection)
    finally:
        connection.close()


def _objects_of(connection: sqlite3.Connection) -> Dict[Tuple[str, str], str]:
    """(kind, name): the SQL that created it, without line ends and blanks."""
    return {
        (kind, name): " ".join(str(sql).split())
        for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master")
    }


def _is_wall(text: Any) -> bool:
    return isinstance(text, str) and _WALL.match(text) is not None
