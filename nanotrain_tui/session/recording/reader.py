"""Reads a recording, also while its host writes it.

No read transaction stays open after a call. Otherwise the host could not merge its write-ahead log,
which would fill an SD card.
"""

import array
import os
import re
from operator import itemgetter
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Optional,
    Sequence,
    Tuple,
    TypeVar,
)

from nanotrain_tui.session.bodies import load_object
from nanotrain_tui.session.energy import Energy
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.events import CHECKPOINT, EVALUATED, STARTED
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.metrics import Metrics, MetricsFold
from nanotrain_tui.session.recording.connection import ReadConnection
from nanotrain_tui.session.recording.records import (
    Batch,
    Evaluation,
    Event,
    Place,
    Sample,
    Segment,
    Steps,
    StepsRow,
)
from nanotrain_tui.session.recording.rows import (
    DamagedRow,
    evaluation_of,
    event_of,
    is_step,
    is_time,
    meta_of,
    place_of,
    sample_of,
    segment_of,
    steps_of,
    steps_row_of,
)
from nanotrain_tui.session.recording.schema import NEWEST_SEQ
from nanotrain_tui.session.spark import Spark
from nanotrain_tui.session.text import printable, printable_json

_EVENT = "SELECT seq, segment, t, step, kind, body FROM events"
_STEPS_ROW = "seq, segment, metric, first_step, count, t0, t1"
_STEPS = "SELECT " + _STEPS_ROW + ", data FROM {}"
_SAMPLE = "SELECT seq, segment, t, step, body FROM samples"
_SEGMENT = "SELECT seq, t, wall, from_step, environment FROM segments"
_SUMMARY = "SELECT value, ({}) FROM meta WHERE key = 'summary'".format(NEWEST_SEQ)
_ALL = {
    "steps": "steps",
    "evaluations": "(SELECT * FROM events WHERE kind = '{}')".format(EVALUATED),
}
_POWER = re.compile(r'"power_total_mw": (\d{1,9})')  # cheaper than the JSON of a whole sample
_AFTER_ALL = 2**63 - 1
_ROWS_OF_A_COMMIT = 256  # the newest rows of steps: one metric may be behind another among them
_NEWEST_STEPS = (
    "(SELECT MAX(seq) AS seq, segment, MAX(first_step + count - 1) AS step, MAX(t1) AS t FROM "
    "(SELECT * FROM steps ORDER BY seq DESC LIMIT {}) GROUP BY segment)".format(_ROWS_OF_A_COMMIT)
)


_Row = TypeVar("_Row")


class SessionReader:
    """Reads a recording with plain queries. Every method may raise RecordingError.

    Use it from one thread at a time. With ``settle=False`` no file of the folder is changed.
    """

    def __init__(self, folder: SessionFolder, settle: bool = True, exact: bool = False) -> None:
        """``exact`` is for continuing a session: text of events and ``meta`` stays as written, also
        if it is not printable, and an invalid body is an error."""
        self.folder = folder
        self._exact = exact
        self._metrics: Dict[str, str] = {}  # as written, by the printable name
        self.path = folder.recording
        if not os.path.exists(self.path):
            raise RecordingError("there is no recording at {}".format(self.path))
        self._delivered: Dict[Tuple[int, str], int] = {}
        self._connection = ReadConnection(folder, settle)

    def __enter__(self) -> "SessionReader":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file. The last process that closes an ended session leaves a single file."""
        self._connection.close()

    def meta(self) -> Dict[str, Any]:
        """schema (int), name, created, config (nested dict), parent (str or None), as written."""
        rows = self._query("SELECT key, value FROM meta")
        (meta,) = self._of(lambda found: meta_of(found, self._exact), [rows])
        return dict(meta, schema=int(meta["schema"]))

    def read_since(self, seq: int, limit: Optional[int] = None) -> Batch:
        """Everything recorded after ``seq``, at most about ``limit`` rows of each table.

        ``read_since(0)`` reads the beginning; continue with ``last_seq`` until it no longer grows.
        Rows are as written: a segment that starts at an earlier step replaces the steps after it.
        """
        if seq == 0:
            self._delivered.clear()
        count = -1 if limit is None else limit
        after = " WHERE seq > ? ORDER BY seq LIMIT ?"
        selects = (_SEGMENT, _EVENT, _STEPS.format("steps"), _SAMPLE)
        tables = self._connection.snapshot([(sql + after, (seq, count)) for sql in selects])
        full = [rows[-1][0] for rows in tables if limit is not None and len(rows) == limit]
        last = min(full) if full else max([seq] + [rows[-1][0] for rows in tables if rows])
        segments, events, steps, samples = (
            [row for row in rows if row[0] <= last] if full else rows for rows in tables
        )
        return Batch(
            self._of(segment_of, segments),
            self._events(events),
            list(self._undelivered(self._of(steps_of, steps))),
            self._of(sample_of, samples),
            last,
        )

    def last_seq(self) -> int:
        """The seq of the newest row: a cheap way to see whether anything is new."""
        return int(self._query(NEWEST_SEQ)[0][0])

    def stored_summary(self) -> Optional[Dict[str, Any]]:
        """The summary that the host wrote at the end; None if something was recorded since."""
        # In one query: a list asks this of a thousand recordings.
        rows = self._query(_SUMMARY)
        summary = load_object(rows[0][0]) if rows else None
        if summary is None or summary.get("seq") != rows[0][1]:
            return None
        cleaned: Dict[str, Any] = printable_json(summary)
        return cleaned

    def metrics(self) -> List[str]:
        """The names of the per-step metrics, sorted."""
        return sorted(name for _, name in self._metric_rows())

    def known_metrics(self) -> Metrics:
        """Every metric: the declared ones, and other ones in rows and evaluations."""
        fold = MetricsFold()
        scores = self.events((STARTED, EVALUATED, CHECKPOINT))
        seen = [(event.seq, event.kind, event.body) for event in scores]
        found: List[Any] = [*seen, *((seq, "", name) for seq, name in self._metric_rows())]
        for _, kind, what in sorted(found, key=itemgetter(0)):
            fold.row(what) if not kind else fold.event(kind, what)
        return fold.metrics()

    def _metric_rows(self) -> List[Tuple[int, str]]:
        """(first seq, name) of each per-step metric, in order of seq."""
        rows = self._query("SELECT MIN(seq), metric FROM steps GROUP BY metric ORDER BY 1")
        known = [(seq, name) for seq, name in rows if isinstance(name, str)]
        self._metrics = {printable(name): name for _, name in known}
        return [(seq, printable(name)) for seq, name in known]

    def metric_series(self, name: str) -> List[Steps]:
        """A metric of every update once, in order of steps; replaced updates are left out."""
        sql = _STEPS.format(self._current("steps")) + " WHERE metric = ? ORDER BY first_step, seq"
        return self._of(steps_of, self._query(sql, (self._metrics.get(name, name),)))

    def read_steps(self, metric: str, first: int, last: int) -> List[Steps]:
        """A metric of the updates ``first`` to ``last``, once each, in order of steps.

        Only the rows that contain them are read.
        """
        sql = (
            _STEPS.format(self._current("steps"))
            + " WHERE metric = ? AND first_step <= ? AND first_step + count > ? "
            "ORDER BY first_step, seq"
        )
        name = self._metrics.get(metric, metric)
        rows = self._of(steps_of, self._query(sql, (name, last, first)))
        return [row.after(first - 1).until(last) for row in rows]

    def evaluations(self) -> List[Evaluation]:
        """Every evaluation, in order of steps; replaced ones are left out."""
        sql = "SELECT seq, segment, t, step, 'evaluated', body FROM {} ORDER BY step, seq"
        rows = self._query(sql.format(self._current("evaluations")))
        return [evaluation_of(event) for event in self._events(rows)]

    def events(self, kinds: Optional[Sequence[str]] = None) -> List[Event]:
        """Every event, or those of these kinds, in order of seq."""
        if kinds is None:
            return self._events(self._query(_EVENT + " ORDER BY seq"))
        marks = ", ".join("?" * len(kinds))
        sql = _EVENT + " WHERE kind IN (" + marks + ") ORDER BY seq"
        return self._events(self._query(sql, tuple(kinds)))

    def samples(self) -> List[Sample]:
        """All telemetry, in order of seq."""
        return self._of(sample_of, self._query(_SAMPLE + " ORDER BY seq"))

    def samples_between(self, t0: float, t1: float) -> List[Sample]:
        """The telemetry between two session times, both included, in order of seq."""
        sql = _SAMPLE + " WHERE t BETWEEN ? AND ? ORDER BY seq"
        return self._of(sample_of, self._query(sql, (t0, t1)))

    def segments(self) -> List[Segment]:
        """Every start and resume, in order of seq."""
        return self._of(segment_of, self._query(_SEGMENT + " ORDER BY seq"))

    def position(self) -> Tuple[int, float]:
        """(updates completed, session time in seconds) at the newest row."""
        newest = "SELECT * FROM (SELECT seq, segment, {} FROM {} ORDER BY seq DESC LIMIT 1)"
        tables = (
            ("step, t, kind", "events"),
            ("step, t, NULL", "events WHERE kind <> '{}'".format(CHECKPOINT)),
            ("step, t, NULL", _NEWEST_STEPS),
            ("step, t, NULL", "samples"),
        )
        rows = self._query(
            " UNION ALL ".join(newest.format(*t) for t in tables) + " ORDER BY 1 DESC"
        )
        if not rows:
            return (0, 0.0)
        of_rows = [(seq, segment, t, step) for seq, segment, step, t, _ in rows]
        places = self._of(place_of, of_rows)
        # A checkpoint may be of an earlier step than the training is at.
        counting = places if rows[0][4] == CHECKPOINT else places[:1]
        step = max(one.step for one in counting if one.segment == places[0].segment)
        return (step, max(one.t for one in places))

    def places(self) -> List[Place]:
        """Every segment, event and sample without its body, in order of seq."""
        sql = (
            "SELECT seq, seq, t, from_step FROM segments UNION ALL "
            "SELECT seq, segment, t, step FROM events UNION ALL "
            "SELECT seq, segment, t, step FROM samples ORDER BY 1"
        )
        return self._of(place_of, self._query(sql))

    def steps_rows(self, metric: Optional[str] = None) -> List[StepsRow]:
        """Every row of steps, or those of one metric, without values, in order of seq."""
        sql = "SELECT {} FROM steps".format(_STEPS_ROW)
        if metric is None:
            return self._of(steps_row_of, self._query(sql + " ORDER BY seq"))
        name = self._metrics.get(metric, metric)
        return self._of(steps_row_of, self._query(sql + " WHERE metric = ? ORDER BY seq", (name,)))

    def current_rows(self) -> List[StepsRow]:
        """Every row of steps that no later segment has run again, without values, by step."""
        sql = "SELECT {} FROM {} ORDER BY first_step, seq"
        sql = sql.format(_STEPS_ROW, self._current("steps"))
        return self._of(steps_row_of, self._query(sql))

    def read_range(self, first_seq: int, last_seq: int) -> Batch:
        """The segments, events and samples from one seq to another."""
        within = " WHERE seq BETWEEN ? AND ? ORDER BY seq"
        tables = self._connection.snapshot(
            [(sql + within, (first_seq, last_seq)) for sql in (_SEGMENT, _EVENT, _SAMPLE)]
        )
        return Batch(
            self._of(segment_of, tables[0]),
            self._events(tables[1]),
            [],
            self._of(sample_of, tables[2]),
            last_seq,
        )

    def read_rows(self, rows: Iterable[StepsRow], after: int, until: int, t: float) -> Batch:
        """The updates ``after + 1`` to ``until`` of these rows that were done by ``t``."""
        steps = []
        for row in rows:
            found = self._query(_STEPS.format("steps") + " WHERE seq = ?", (row.seq,))
            if found:  # otherwise the host has merged it meanwhile
                (steps_row,) = self._of(steps_of, found)
                cut = steps_row.after(after).until(until)
                steps.append(cut._replace(t1=min(t, cut.t1)))
        return Batch([], [], [row for row in steps if len(row.values)], [], 0)

    def energy_j(self) -> Optional[float]:
        """The energy that the module used, in joules; None if no power was recorded."""
        energy = Energy()
        for t, power_mw in self.power():
            energy.add(t, power_mw)
        return energy.joules

    def power(self) -> Iterator[Tuple[float, float]]:
        """The power of the module: (session time in seconds, mW), in order of time."""
        for t, body in self._query("SELECT t, body FROM samples ORDER BY seq"):
            found = _POWER.search(body) if isinstance(body, str) and is_time(t) else None
            if found is not None:
                yield t, float(found.group(1))

    def spark(self, metric: str, parts: int) -> List[Optional[float]]:
        """At most ``parts`` means of a metric over equal parts of its steps; see Spark.

        For a fork, only its own steps are used. Of a long session, only evenly spaced rows and the
        last one are read.
        """
        sql = "SELECT {} FROM {} WHERE metric = ? ORDER BY first_step"
        sql = sql.format(_STEPS_ROW, self._current("steps"))
        rows = self._of(steps_row_of, self._query(sql, (self._metrics.get(metric, metric),)))
        if not rows:
            return []
        before = rows[0].first_step - 1  # the steps of a fork's parent
        end = max(row.last_step for row in rows) - before
        spark = Spark(min(parts, end), end)
        for row in rows[: -1 : max(1, len(rows) // (4 * parts))] + rows[-1:]:
            spark.add(row.first_step - before, self._values_of(row)[: row.updates])
        return spark.means()

    def _values_of(self, row: StepsRow) -> "array.array[float]":
        """Empty if the host has merged the row meanwhile."""
        found = self._query(_STEPS.format("steps") + " WHERE seq = ?", (row.seq,))
        return self._of(steps_of, found)[0].values if found else array.array("f")

    def reached(self, segment: Segment) -> int:
        """Updates completed at the end of a segment."""
        rows = self._query(
            "SELECT MAX(last) FROM (SELECT first_step + count - 1 AS last FROM steps "
            "WHERE seq > ? AND seq < COALESCE((SELECT MIN(seq) FROM segments WHERE seq > ?), ?) "
            "ORDER BY seq DESC LIMIT {})".format(_ROWS_OF_A_COMMIT),
            (segment.seq, segment.seq, _AFTER_ALL),
        )
        if rows[0][0] is None:
            return segment.from_step
        if not is_step(rows[0][0]):
            raise RecordingError("{} holds a damaged row of steps".format(self.path))
        return max(segment.from_step, int(rows[0][0]))

    def backup(self, path: str) -> None:
        """Copy the recording, also of a running session, to a file at ``path``, atomically.

        An existing file is replaced.
        """
        self._connection.backup(path)

    def _current(self, what: str) -> str:
        """The source of a query for steps or evaluations that no later segment has run again."""
        if self._query("SELECT COUNT(*) FROM (SELECT 1 FROM segments LIMIT 2)")[0][0] < 2:
            return _ALL[what]
        self._connection.make_views()
        return "current_" + what

    def _query(self, sql: str, arguments: Tuple[Any, ...] = ()) -> List[Any]:
        return self._connection.query(sql, arguments)

    def _undelivered(self, rows: Iterable[Steps]) -> Iterator[Steps]:
        """Rows without the steps that were already returned: the host merges rows at the end."""
        for row in rows:
            key = (row.segment, row.metric)
            seen = self._delivered.get(key, 0)
            last = row.first_step + len(row.values) - 1
            if last <= seen:
                continue
            self._delivered[key] = last
            yield row.after(seen)

    def _events(self, rows: Iterable[Any]) -> List[Event]:
        return self._of(lambda row: event_of(row, self._exact), rows)

    def _of(self, make: Callable[[Any], _Row], rows: Iterable[Any]) -> List[_Row]:
        """The rows as typed values. Raises RecordingError that names a damaged one."""
        try:
            return [make(row) for row in rows]
        except DamagedRow as error:
            raise RecordingError("{} is damaged: {}".format(self.path, error)) from error
