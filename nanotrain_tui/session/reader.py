"""Reading a recording, while its host writes or long after.

No read transaction outlives a call: a reader that held one would keep the host's write-ahead log
from being folded, and an SD card would fill.
"""

import array
import json
import os
import re
import sqlite3
import sys
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from nanotrain_tui.session.energy import Energy
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.folder import SessionFolder, uri_of
from nanotrain_tui.session.records import (
    Batch,
    Event,
    Place,
    Sample,
    Segment,
    Steps,
    StepsRow,
)
from nanotrain_tui.session.schema import NEWEST_SEQ, SCHEMA_VERSION, VIEWS, version_of

_EVENT = "SELECT seq, segment, t, step, kind, body FROM events"
_STEPS = "SELECT seq, segment, metric, first_step, t0, t1, data FROM {}"
_SAMPLE = "SELECT seq, segment, t, step, body FROM samples"
_SEGMENT = "SELECT seq, t, wall, from_step, environment FROM segments"
_SUMMARY = "SELECT value, ({}) FROM meta WHERE key = 'summary'".format(NEWEST_SEQ)
_ALL = {"steps": "steps", "evaluations": "(SELECT * FROM events WHERE kind = 'evaluated')"}
_POWER = re.compile(r'"power_total_mw": (\d{1,9})')  # cheaper than the JSON of a whole sample
_LARGEST = 3.5e38  # beyond float32: an overflow
_AFTER_ALL = 2**63 - 1
_HAS_BACKUP = hasattr(sqlite3.Connection, "backup")  # since Python 3.7


class Evaluation(NamedTuple):
    """The network on all test examples after update ``step``, at ``t`` seconds."""

    step: int
    t: float
    loss: float  # may be nan or inf
    accuracy: Optional[float]  # 0 to 1; None where the task has none
    seconds: Optional[float]  # what the evaluation took


class SessionReader:
    """A recording read by plain queries; every method may raise RecordingError.

    Not to be used by two threads at once.
    """

    def __init__(self, folder: SessionFolder) -> None:
        self.folder = folder
        self.path = folder.recording
        if not os.path.exists(self.path):
            raise RecordingError("there is no recording at {}".format(self.path))
        folder.settle()
        self._delivered: Dict[Tuple[int, str], int] = {}
        self._has_views = False
        uri = uri_of(self.path)
        try:
            self._connection = sqlite3.connect(
                uri, uri=True, timeout=2.0, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise RecordingError(_sentence(self.path, error)) from error
        try:
            self._check_schema()
        except RecordingError:
            self._connection.close()
            raise

    def __enter__(self) -> "SessionReader":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; the last to do so after the end leaves one plain file."""
        self._connection.close()
        self.folder.settle()

    def meta(self) -> Dict[str, Any]:
        """schema (int), name, created, config (nested dict), parent (str or None), as written."""
        rows = dict(self._query("SELECT key, value FROM meta"))
        rows["schema"] = int(rows["schema"])
        rows["config"] = self._json(rows.get("config"))
        rows.setdefault("parent", None)
        return rows

    def read_since(self, seq: int, limit: Optional[int] = None) -> Batch:
        """Everything recorded after ``seq``, at most about ``limit`` rows a table.

        ``read_since(0)`` is the beginning; go on with ``last_seq`` until it does not grow. Rows are
        as written: a segment whose ``from_step`` lies back supersedes the later steps before it.
        """
        if seq == 0:
            self._delivered.clear()
        count = -1 if limit is None else limit
        after = " WHERE seq > ? ORDER BY seq LIMIT ?"
        selects = (_SEGMENT, _EVENT, _STEPS.format("steps"), _SAMPLE)
        tables = self._snapshot([(sql + after, (seq, count)) for sql in selects])
        full = [rows[-1][0] for rows in tables if limit is not None and len(rows) == limit]
        last = min(full) if full else max([seq] + [rows[-1][0] for rows in tables if rows])
        segments, events, steps, samples = (
            [row for row in rows if row[0] <= last] if full else rows for rows in tables
        )
        return Batch(
            [self._segment(row) for row in segments],
            [self._event(row) for row in events],
            list(self._undelivered(map(self._steps, steps))),
            [self._sample(row) for row in samples],
            last,
        )

    def last_seq(self) -> int:
        """The seq of the newest row: cheap, to ask whether anything is new."""
        return int(self._query(NEWEST_SEQ)[0][0])

    def stored_summary(self) -> Optional[Dict[str, Any]]:
        """What the host summed up when the session ended; None if something was recorded since."""
        # In one query: a list asks this of a thousand recordings.
        rows = self._query(_SUMMARY)
        try:
            summary = json.loads(rows[0][0]) if rows else None
        except (TypeError, ValueError, RecursionError):
            return None
        if not isinstance(summary, dict) or summary.get("seq") != rows[0][1]:
            return None
        return summary

    def metrics(self) -> List[str]:
        """The names of the per-step metrics there are, sorted."""
        return [row[0] for row in self._query("SELECT DISTINCT metric FROM steps ORDER BY metric")]

    def metric_series(self, name: str) -> List[Steps]:
        """A metric of every update once, in the order of steps; superseded ones are left out."""
        sql = _STEPS.format(self._current("steps")) + " WHERE metric = ? ORDER BY first_step, seq"
        return [self._steps(row) for row in self._query(sql, (name,))]

    def read_steps(self, metric: str, first: int, last: int) -> List[Steps]:
        """The updates ``first`` to ``last`` of a metric once each, in their order.

        Touches the rows that hold them and no other.
        """
        sql = (
            _STEPS.format(self._current("steps"))
            + " WHERE metric = ? AND first_step <= ? AND first_step + count > ? "
            "ORDER BY first_step, seq"
        )
        rows = [self._steps(row) for row in self._query(sql, (metric, last, first))]
        return [row.after(first - 1).until(last) for row in rows]

    def evaluations(self) -> List[Evaluation]:
        """Every evaluation in the order of steps; superseded ones are left out."""
        sql = "SELECT step, t, body FROM {} ORDER BY step, seq"
        rows = self._query(sql.format(self._current("evaluations")))
        return [_evaluation(step, t, self._json(body)) for step, t, body in rows]

    def events(self, kinds: Optional[Sequence[str]] = None) -> List[Event]:
        """Every event, or those of these kinds, in the order of seq."""
        if kinds is None:
            return [self._event(row) for row in self._query(_EVENT + " ORDER BY seq")]
        marks = ", ".join("?" * len(kinds))
        sql = _EVENT + " WHERE kind IN (" + marks + ") ORDER BY seq"
        return [self._event(row) for row in self._query(sql, tuple(kinds))]

    def samples(self) -> List[Sample]:
        """All telemetry in the order of seq."""
        return [self._sample(row) for row in self._query(_SAMPLE + " ORDER BY seq")]

    def samples_between(self, t0: float, t1: float) -> List[Sample]:
        """The telemetry from one session time to another, both included, in the order of seq."""
        sql = _SAMPLE + " WHERE t BETWEEN ? AND ? ORDER BY seq"
        return [self._sample(row) for row in self._query(sql, (t0, t1))]

    def segments(self) -> List[Segment]:
        """Every start and resume in the order of seq."""
        return [self._segment(row) for row in self._query(_SEGMENT + " ORDER BY seq")]

    def position(self) -> Tuple[int, float]:
        """(updates completed, session time in seconds) as of the newest row."""
        rows = self._query(
            "SELECT seq, step, t FROM (SELECT seq, step, t FROM events ORDER BY seq DESC LIMIT 1) "
            "UNION ALL SELECT seq, first_step + count - 1, t1 FROM "
            "(SELECT seq, first_step, count, t1 FROM steps ORDER BY seq DESC LIMIT 1) "
            "UNION ALL SELECT seq, step, t FROM "
            "(SELECT seq, step, t FROM samples ORDER BY seq DESC LIMIT 1) ORDER BY 1 DESC"
        )
        if not rows:
            return (0, 0.0)
        return (int(rows[0][1]), max(float(row[2]) for row in rows))

    def places(self) -> List[Place]:
        """Every segment, event and sample in the order of seq, without their bodies."""
        sql = (
            "SELECT seq, seq, t, from_step FROM segments UNION ALL "
            "SELECT seq, segment, t, step FROM events UNION ALL "
            "SELECT seq, segment, t, step FROM samples ORDER BY 1"
        )
        return [Place(*row) for row in self._query(sql)]

    def steps_rows(self, metric: Optional[str] = None) -> List[StepsRow]:
        """Every row of steps, or those of one metric, in the order of seq, without the values."""
        sql = "SELECT seq, segment, metric, first_step, count, t0, t1 FROM steps"
        if metric is None:
            return [StepsRow(*row) for row in self._query(sql + " ORDER BY seq")]
        rows = self._query(sql + " WHERE metric = ? ORDER BY seq", (metric,))
        return [StepsRow(*row) for row in rows]

    def read_range(self, first_seq: int, last_seq: int) -> Batch:
        """The segments, events and samples from one seq to another."""
        within = " WHERE seq BETWEEN ? AND ? ORDER BY seq"
        tables = self._snapshot(
            [(sql + within, (first_seq, last_seq)) for sql in (_SEGMENT, _EVENT, _SAMPLE)]
        )
        return Batch(
            [self._segment(row) for row in tables[0]],
            [self._event(row) for row in tables[1]],
            [],
            [self._sample(row) for row in tables[2]],
            last_seq,
        )

    def read_rows(self, rows: Iterable[StepsRow], after: int, until: int, t: float) -> Batch:
        """What these rows hold of the updates ``after + 1`` to ``until``, done by ``t`` at last."""
        steps = []
        for row in rows:
            found = self._query(_STEPS.format("steps") + " WHERE seq = ?", (row.seq,))
            if found:  # else the host has merged it meanwhile
                cut = self._steps(found[0]).after(after).until(until)
                steps.append(cut._replace(t1=min(t, cut.t1)))
        return Batch([], [], [row for row in steps if len(row.values)], [], 0)

    def energy_j(self) -> Optional[float]:
        """What the module took in, in joules; None where no power was recorded."""
        energy = Energy()
        for t, power_mw in self.power():
            energy.add(t, power_mw)
        return energy.joules

    def power(self) -> Iterator[Tuple[float, float]]:
        """What the module took: (session time in seconds, mW) by time."""
        for t, body in self._query("SELECT t, body FROM samples ORDER BY seq"):
            found = _POWER.search(body) if isinstance(body, str) else None
            if found is not None:
                yield t, float(found.group(1))

    def spark(self, parts: int) -> List[Optional[float]]:
        """The training loss in at most ``parts`` means over equal parts of the steps.

        Of a long session evenly spread rows are read, not every one. None: no finite loss there.
        """
        rows = self._query(
            "SELECT first_step, count, seq FROM {} WHERE metric = 'loss' "
            "ORDER BY first_step".format(self._current("steps"))
        )
        if not rows:
            return []
        end = rows[-1][0] + rows[-1][1] - 1
        parts = min(parts, end)
        sums, counts = [0.0] * parts, [0] * parts
        for first_step, count, seq in rows[:: max(1, len(rows) // (4 * parts))]:
            found = self._query(_STEPS.format("steps") + " WHERE seq = ?", (seq,))
            values = self._steps(found[0]).values[:count]
            at = 0
            while at < len(values):
                part = (first_step + at - 1) * parts // end
                stop = min(len(values), -(-(part + 1) * end // parts) - first_step + 1)
                total, n = _finite_sum(values[at:stop])
                sums[part] += total
                counts[part] += n
                at = stop
        return [total / n if n else None for total, n in zip(sums, counts)]

    def reached(self, segment: Segment) -> int:
        """Updates completed at the end of a segment."""
        rows = self._query(
            "SELECT first_step + count - 1 FROM steps WHERE seq > ? AND seq < COALESCE("
            "(SELECT MIN(seq) FROM segments WHERE seq > ?), ?) ORDER BY seq DESC LIMIT 1",
            (segment.seq, segment.seq, _AFTER_ALL),
        )
        return max(segment.from_step, int(rows[0][0])) if rows else segment.from_step

    def backup(self, path: str) -> None:
        """Copy the recording, of a running session too, into one plain file at ``path``.

        Whole or not at all; what was at ``path`` is replaced.
        """
        aside = path + ".part"
        try:
            copy = sqlite3.connect(aside, isolation_level=None)
            try:
                self._copy_into(copy)
            finally:
                copy.close()
            os.replace(aside, path)
        except (sqlite3.Error, OSError) as error:
            if os.path.exists(aside):
                os.remove(aside)
            raise RecordingError("cannot write {}: {}".format(path, error)) from error

    def _copy_into(self, copy: sqlite3.Connection) -> None:
        """By SQLite's backup, which Python 3.6 does not offer: there row by row."""
        if _HAS_BACKUP:
            self._connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            return
        self._connection.execute("BEGIN")
        try:
            for line in self._connection.iterdump():
                copy.execute(line)
        finally:
            self._connection.execute("ROLLBACK")

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
            raise RecordingError(_sentence(self.path, error)) from error
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise RecordingError(_sentence(self.path, error)) from error
        version = version_of(rows[0][0]) if rows else None
        if version is None:
            raise RecordingError("{} names no schema: not a recording".format(self.path))
        if version > SCHEMA_VERSION:
            raise RecordingError(
                "{} was written by a newer nanotrain (schema {}; this one reads up to {}): "
                "update nanotrain to open it".format(self.path, version, SCHEMA_VERSION)
            )

    def _current(self, what: str) -> str:
        """Where to select steps or evaluations without what a later segment ran again.

        From our own views, not the file's: those may be missing, or somebody else's.
        """
        if self._query("SELECT COUNT(*) FROM (SELECT 1 FROM segments LIMIT 2)")[0][0] < 2:
            return _ALL[what]
        if not self._has_views:
            try:
                self._connection.executescript(VIEWS.replace("CREATE VIEW", "CREATE TEMP VIEW"))
            except sqlite3.Error as error:
                raise RecordingError(_sentence(self.path, error)) from error
            self._has_views = True
        return "current_" + what

    def _query(self, sql: str, arguments: Tuple[Any, ...] = ()) -> List[Any]:
        try:
            return self._connection.execute(sql, arguments).fetchall()
        except (sqlite3.Error, UnicodeDecodeError) as error:  # a damaged schema's own message
            raise RecordingError(_sentence(self.path, error)) from error

    def _snapshot(self, queries: Iterable[Tuple[str, Tuple[Any, ...]]]) -> List[List[Any]]:
        """All queries of one moment: what one answers fits the others."""
        try:
            self._connection.execute("BEGIN")
            try:
                return [self._connection.execute(sql, args).fetchall() for sql, args in queries]
            finally:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise RecordingError(_sentence(self.path, error)) from error

    def _undelivered(self, rows: Iterable[Steps]) -> Iterator[Steps]:
        """Rows without the steps already given: the host merges rows when a session ends."""
        for row in rows:
            key = (row.segment, row.metric)
            seen = self._delivered.get(key, 0)
            last = row.first_step + len(row.values) - 1
            if last <= seen:
                continue
            self._delivered[key] = last
            yield row.after(seen)

    def _json(self, text: Any) -> Dict[str, Any]:
        try:
            value = json.loads(text) if isinstance(text, str) else None
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise RecordingError("{} holds a damaged row".format(self.path))
        return value

    def _event(self, row: Any) -> Event:
        seq, segment, t, step, kind, body = row
        return Event(seq, segment, t, step, kind, self._json(body))

    def _sample(self, row: Any) -> Sample:
        seq, segment, t, step, body = row
        return Sample(seq, segment, t, step, self._json(body))

    def _segment(self, row: Any) -> Segment:
        seq, t, wall, from_step, environment = row
        return Segment(seq, t, wall, from_step, self._json(environment))

    def _steps(self, row: Any) -> Steps:
        seq, segment, metric, first_step, t0, t1, data = row
        values = array.array("f")
        try:
            values.frombytes(data)
        except (TypeError, ValueError):
            raise RecordingError("{} holds a damaged row of steps".format(self.path)) from None
        if sys.byteorder == "big":
            values.byteswap()
        return Steps(seq, segment, metric, first_step, t0, t1, values)


def _finite_sum(values: "array.array[float]") -> Tuple[float, int]:
    """The sum of the finite values and how many they are."""
    total = sum(values)
    if -_LARGEST <= total <= _LARGEST:
        return total, len(values)
    finite = [value for value in values if -_LARGEST <= value <= _LARGEST]
    return sum(finite), len(finite)


def number(value: Any) -> Optional[float]:
    """A scalar of an event's body: ``"nan"``, ``"inf"`` and ``"-inf"`` stand for themselves."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _evaluation(step: int, t: float, body: Dict[str, Any]) -> Evaluation:
    loss = number(body.get("loss"))
    return Evaluation(
        step,
        t,
        float("nan") if loss is None else loss,
        number(body.get("accuracy")),
        number(body.get("seconds")),
    )


def _sentence(path: str, error: Exception) -> str:
    text = str(error)
    if "not a database" in text:
        return "{} is not a nanotrain recording".format(path)
    if "malformed" in text:
        return "{} is damaged or was cut short ({})".format(path, text)
    return "{} cannot be read: {}".format(path, text)
