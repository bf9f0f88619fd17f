"""Rows of a recording as typed values: every column is checked, all text is made printable.

A recording may be damaged, or come from another machine. The values returned here are valid: times
are finite, steps are within bounds, bodies are as documented, and no text can control a terminal.
"""

import array
import json
import sys
from typing import Any, Dict, Tuple

from nanotrain_tui.session.bodies import (
    is_config,
    load_object,
    number,
    problem_of,
    readable,
    readable_config,
)
from nanotrain_tui.session.metrics import evaluated_values, part_of
from nanotrain_tui.session.recording.records import (
    Evaluation,
    Event,
    Place,
    Sample,
    Segment,
    Steps,
    StepsRow,
)
from nanotrain_tui.session.text import is_printable, printable, printable_json, safe_paths

HIGHEST_STEP = 1 << 53
LATEST_S = 1 << 40


class DamagedRow(ValueError):
    """An invalid row; the message says which one and why."""


def is_time(t: Any) -> bool:
    """Whether this can be a session time: finite seconds, not below 0."""
    return type(t) in (int, float) and 0 <= t < LATEST_S


def is_step(step: Any) -> bool:
    """Whether this can be a number of updates."""
    return type(step) is int and 0 <= step <= HIGHEST_STEP


def event_of(row: Tuple[Any, ...], exact: bool = False) -> Event:
    """An event. ``exact`` keeps its text as written and refuses an invalid body.

    Without it, an invalid key of a body is left out.
    """
    seq, segment, t, step, kind, text = row
    _check_place("event", seq, segment, t, step)
    body = load_object(text)
    if not isinstance(kind, str) or body is None:
        raise DamagedRow("event {} has no kind, or its body is no JSON object".format(seq))
    problem = problem_of(kind, body) if exact else ""
    if problem:
        raise DamagedRow("event {} ({}): {}".format(seq, printable(kind), problem))
    return Event(seq, segment, t, step, printable(kind), readable(kind, body, not exact))


def sample_of(row: Tuple[Any, ...]) -> Sample:
    """Telemetry."""
    seq, segment, t, step, text = row
    _check_place("sample", seq, segment, t, step)
    return Sample(seq, segment, t, step, _clean_object("sample", seq, text))


def segment_of(row: Tuple[Any, ...]) -> Segment:
    """A start or a resume."""
    seq, t, wall, from_step, text = row
    _check_place("segment", seq, seq, t, from_step)
    wall_text = printable(wall) if isinstance(wall, str) else ""
    return Segment(seq, t, wall_text, from_step, _clean_object("segment", seq, text))


def steps_of(row: Tuple[Any, ...]) -> Steps:
    """A row of steps with its values."""
    seq, segment, metric, first_step, count, t0, t1, data = row
    steps_row_of(row[:-1])
    if not isinstance(data, bytes) or len(data) != 4 * count:
        raise DamagedRow("steps {}: its data are not {} float32".format(seq, count))
    values = array.array("f")
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return Steps(seq, segment, printable(metric), first_step, t0, t1, values)


def steps_row_of(row: Tuple[Any, ...]) -> StepsRow:
    """A row of steps without its values."""
    seq, segment, metric, first_step, count, t0, t1 = row
    _check_place("steps", seq, segment, t1, first_step)
    if not isinstance(metric, str):
        raise DamagedRow("steps {}: its metric has no name".format(seq))
    if not is_time(t0) or t0 > t1:
        raise DamagedRow("steps {}: its times run back".format(seq))
    if not is_step(count) or not count or not first_step:
        raise DamagedRow("steps {}: its step or count is none".format(seq))
    return StepsRow(seq, segment, printable(metric), first_step, count, t0, t1)


def place_of(row: Tuple[Any, ...]) -> Place:
    """The position of a row."""
    seq, segment, t, step = row
    _check_place("row", seq, segment, t, step)
    return Place(seq, segment, t, step)


def meta_of(rows: Any, exact: bool = False) -> Dict[str, Any]:
    """``meta`` without ``schema``, with a nested ``config``. Only values that are text are kept."""
    meta: Dict[str, Any] = {
        printable(key): value if exact else _clean_text(value)
        for key, value in rows
        if isinstance(key, str) and isinstance(value, str)
    }
    config = load_object(meta.get("config"))
    if config is None or (exact and not is_config(config)):
        raise DamagedRow("meta: its config is no configuration")
    meta["config"] = config if exact else readable_config(config)
    meta.setdefault("parent", None)
    return meta


def _check_place(what: str, seq: Any, segment: Any, t: Any, step: Any) -> None:
    if type(seq) is not int or type(segment) is not int:
        raise DamagedRow("{} {!a} has no seq or segment".format(what, seq))
    if not is_time(t) or not is_step(step):
        raise DamagedRow("{} {}: its time or step is none".format(what, seq))


def _clean_object(what: str, seq: int, text: Any) -> Dict[str, Any]:
    value = load_object(text)
    if value is None:
        raise DamagedRow("{} {}: it holds no JSON object".format(what, seq))
    # JSON spells what is not printable with a backslash: most rows have none.
    if "\\" not in text and is_printable(text):
        return value
    cleaned: Dict[str, Any] = printable_json(value)
    return cleaned


def _clean_text(text: str) -> str:
    """Printable text; in JSON, also the text that its escapes stand for."""
    if "\\" in text:
        value = load_object(text)
        if value is not None:
            return json.dumps(safe_paths(value))
    return printable(text, lines=True)


def evaluation_of(event: Event) -> Evaluation:
    """The values of an event ``evaluated``."""
    body = event.body
    return Evaluation(
        event.step,
        event.t,
        evaluated_values(body),
        part_of(body),
        body.get("cause") or "",
        number(body.get("seconds")),
    )
