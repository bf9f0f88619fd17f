"""Every kind of event in a recording: its body's keys with their types, and the state after it.

The one table of events: the state of a session, the check of a recording and the check of what a
trainer sends follow from it. docs/SESSION_FORMAT.md explains each key; a test compares the two.
"""

from typing import Any, Dict, NamedTuple, Tuple

# Types of single values. Null and absent mean unknown, everywhere.
TEXT = "text"  # one line
PROSE = "prose"  # may have several lines
FILE = "file"  # the name of a file, no path
FLAG = "flag"  # true or false
COUNT = "count"  # a whole number of 64 bits
NUMBER = "number"  # also "nan", "inf" and "-inf"
TABLE = "table"  # an object with any keys
ANY = "any"
CONFIG = "config"  # a configuration, nested as in a TOML file
CHANGES = "changes"  # {key: [from, to]}
EDITS = "edits"  # [{step, set, who}]


class OneOf(NamedTuple):
    """Text, one of these words; a later version may have more."""

    words: Tuple[str, ...]


class ListOf(NamedTuple):
    """A list of values of one type."""

    item: Any


class MapOf(NamedTuple):
    """An object with any keys and values of one type."""

    value: Any
    keys: Tuple[str, ...] = ()  # that it usually has


class LinesOf(NamedTuple):
    """A list of lines; recordings of earlier versions hold one text."""


class Kind(NamedTuple):
    """A kind of event.

    A type is one of the names above, one of the classes above, or a dict for an object with
    exactly these keys.
    """

    body: Dict[str, Any]  # key: type
    state: str = ""  # after the event; empty: the state stays
    movable: bool = False  # compaction may move steps past it: it names its own step


EVENTS: Dict[str, Kind] = {
    "configured": Kind({  # the first event of every segment
        "config": CONFIG, "who": TEXT, "said": ListOf(PROSE), "resumed_from": TEXT, "edits": EDITS,
    }, state="starting"),
    "preparing": Kind({"what": TEXT, "fraction": NUMBER}, movable=True),
    "ready": Kind({
        "versions": MapOf(TEXT, ("python", "tensorflow", "numpy")), "cuda": FLAG,
        "devices": ListOf({"name": TEXT, "kind": TEXT, "memory_mb": NUMBER}),
        "activations": ListOf(TEXT), "losses": ListOf(TEXT), "optimizers": ListOf(TEXT),
        "threads": COUNT, "pid": COUNT,
    }),
    "started": Kind({
        "steps": COUNT, "parameters": COUNT, "batch_size": COUNT, "xla": FLAG, "threads": COUNT,
        "metrics": MapOf({
            "title": TEXT, "unit": TEXT, "better": OneOf(("up", "down")),
            "format": OneOf(("percent", "number")), "on": ListOf(TEXT), "resolution": TEXT,
        }),
        "data": {
            "name": TEXT, "source": TEXT, "train": COUNT, "test": COUNT, "shape": ListOf(COUNT),
            "classes": COUNT, "task": TEXT,
            "preprocessing": {  # how a picture must look
                "version": COUNT, "size": ListOf(COUNT), "colour": TEXT, "paper": COUNT,
                "drawn_share": NUMBER, "centre": TEXT,
            },
        },
    }, state="running"),
    "evaluated": Kind({
        "loss": NUMBER, "accuracy": NUMBER, "metrics": MapOf(NUMBER), "seconds": NUMBER,
        "on": OneOf(("test", "validation")),
        "cause": OneOf(("schedule", "asked", "checkpoint")),
    }, movable=True),
    "checkpoint": Kind({
        "file": FILE, "sha256": TEXT, "bytes": COUNT, "accuracy": NUMBER, "best": FLAG,
        "tested": {"step": COUNT, "metrics": MapOf(NUMBER)},
        "score": {"metric": TEXT, "value": NUMBER}, "after": COUNT,
    }, movable=True),
    "checkpoint_removed": Kind({"file": FILE}),
    "edited": Kind({
        "who": TEXT, "changes": CHANGES, "retraced": FLAG, "scripted": FLAG, "undoes": COUNT,
        "again": COUNT,
    }),
    "diverged": Kind({
        "metric": TEXT, "value": NUMBER, "loss": NUMBER,
        "policy": OneOf(("pause", "stop", "continue")), "checkpoint": TEXT,
    }),
    "paused": Kind({"who": TEXT}, state="paused"),
    "resumed": Kind({"who": TEXT, "steps": COUNT}, state="running"),
    "refused": Kind({
        "who": TEXT,
        "command": {"do": TEXT, "values": TABLE, "n": COUNT, "edit": COUNT, "undoes": COUNT},
        "why": PROSE,
    }),
    "guard": Kind({
        "guard": OneOf(("heat", "memory")),
        "action": OneOf((
            "watching", "warned", "paused", "holding", "released", "resumed", "throttled",
            "unthrottled", "checkpoint", "relieved",
        )),
        "value": NUMBER, "limit": NUMBER, "warn": NUMBER, "resume": NUMBER, "what": TEXT,
        "message": PROSE,
    }),
    "warned": Kind({"message": PROSE}),
    "note": Kind({"message": PROSE}),
    "stopped": Kind({"who": TEXT}, state="stopped"),
    "finished": Kind({}, state="finished"),
    "crashed": Kind({  # with "resuming" the state is "starting"
        "reason": PROSE, "exit_status": COUNT, "log_tail": LinesOf(), "resuming": FLAG,
    }, state="failed"),
}  # fmt: skip
