"""The SQL schema of a recording, an SQLite file that plain SQL can read (docs/SESSION_FORMAT.md).

SQLite 3.22 (Ubuntu 18.04) is enough: there is no upsert and no window function.
"""

import re
from typing import Any, Optional

SCHEMA_VERSION = 2  # the newest; see needed_schema for what needs it

TABLES = """
-- seq is one counter over all tables: the total order of what happened
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE segments (seq INTEGER PRIMARY KEY, t REAL, wall TEXT, from_step INTEGER,
                       environment TEXT);
CREATE TABLE events (seq INTEGER PRIMARY KEY, segment INTEGER, t REAL, step INTEGER, kind TEXT,
                     body TEXT);
CREATE TABLE steps (seq INTEGER PRIMARY KEY, segment INTEGER, metric TEXT, first_step INTEGER,
                    count INTEGER, t0 REAL, t1 REAL, data BLOB);
CREATE TABLE samples (seq INTEGER PRIMARY KEY, segment INTEGER, t REAL, step INTEGER, body TEXT);

"""

#: Created in the file for people who read it with plain SQL. The reader creates temporary views of
#: its own, because it must not run SQL from a file.
VIEWS = """
-- the last step of each segment that no later segment ran again
CREATE VIEW segment_ends AS
SELECT g.seq AS segment,
       (SELECT MIN(later.from_step) FROM segments AS later WHERE later.seq > g.seq) AS last_step
FROM segments AS g;

-- steps without those that a later segment ran again; a row that is cut keeps its rate
CREATE VIEW current_steps AS
SELECT seq, segment, metric, first_step, kept AS count, t0,
       CASE WHEN kept = count THEN t1 ELSE t0 + (t1 - t0) * kept / count END AS t1,
       CASE WHEN kept = count THEN data ELSE substr(data, 1, 4 * kept) END AS data
FROM (SELECT s.*, CASE WHEN e.last_step IS NULL THEN s.count
                       ELSE MIN(s.count, e.last_step - s.first_step + 1) END AS kept
      FROM steps AS s JOIN segment_ends AS e ON e.segment = s.segment)
WHERE kept > 0;

-- evaluations without those at steps that a later segment ran again
CREATE VIEW current_evaluations AS
SELECT v.seq, v.segment, v.t, v.step, v.body
FROM events AS v JOIN segment_ends AS e ON e.segment = v.segment
WHERE v.kind = 'evaluated' AND (e.last_step IS NULL OR v.step <= e.last_step);
"""

#: The seq of the newest row, 0 if there is none.
NEWEST_SEQ = """
SELECT COALESCE(MAX(newest), 0) FROM (
    SELECT MAX(seq) AS newest FROM segments UNION ALL SELECT MAX(seq) FROM events
    UNION ALL SELECT MAX(seq) FROM steps UNION ALL SELECT MAX(seq) FROM samples)
"""


def version_of(value: Any) -> Optional[int]:
    """The schema version in ``meta``; None if the value is invalid."""
    return int(value) if isinstance(value, str) and re.match(r"[0-9]{1,9}\Z", value) else None
