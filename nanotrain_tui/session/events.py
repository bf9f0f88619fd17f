"""The one table of events: what is recorded of each kind, and how it is shown.

The state of a session, the check of a recording, the check of what a trainer sends, the log, the
marks on charts and the stops of a replay follow from it. docs/SESSION_FORMAT.md explains each key;
a test compares the two. Other modules name a kind by its constant, so that mypy finds a misspelt
one.
"""

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

from nanotrain_tui.session.event_levels import ERROR, GOOD, GUARD_ACTIONS, INFO, WARNING, ActionKind

CONFIGURED = "configured"
PREPARING = "preparing"
READY = "ready"
STARTED = "started"
FIT_STARTED = "fit_started"
FIT_ENDED = "fit_ended"
EVALUATED = "evaluated"
CHECKPOINT = "checkpoint"
CHECKPOINT_REMOVED = "checkpoint_removed"
EDITED = "edited"
DIVERGED = "diverged"
PAUSED = "paused"
RESUMED = "resumed"
REFUSED = "refused"
GUARD = "guard"
WARNED = "warned"
NOTE = "note"
STOPPED = "stopped"
FINISHED = "finished"
CRASHED = "crashed"

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


class Sign(NamedTuple):
    """How charts mark an event."""

    glyph: str
    ascii: str  # where the terminal has no Unicode
    role: str  # its colour: a role of ``drawing``
    weight: int  # where several signs meet, the one of most weight is shown
    about: str  # what it means, in a sentence


class Kind(NamedTuple):
    """A kind of event.

    A type is one of the names above, one of the classes above, or a dict for an object with
    exactly these keys.
    """

    body: Dict[str, Any]  # key: type
    state: str = ""  # after the event; empty: the state stays
    movable: bool = False  # compaction may move steps past it: it names its own step
    level: str = INFO  # in the log
    sign: Optional[Sign] = None  # on the charts; None: they do not mark it
    is_stop: bool = False  # whether a replay stops there
    is_listed: bool = True  # in lists of events; follow.event_log has rules of its own


_PREPROCESSING: Dict[str, Any] = {  # how examples become inputs
    "version": COUNT, "kind": TEXT,
    # of drawings, without a kind: how a picture must look
    "size": ListOf(COUNT), "colour": TEXT, "paper": COUNT, "drawn_share": NUMBER, "centre": TEXT,
    # of a table
    "columns": ListOf({
        "name": TEXT, "type": TEXT, "median": NUMBER, "mean": NUMBER, "deviation": NUMBER,
        "form": TEXT, "categories": ListOf(TEXT), "missing": FLAG,
    }),
    "dialect": {
        "encoding": TEXT, "separator": TEXT, "decimal": TEXT, "heading": FLAG, "skip": COUNT,
    },
    "part": TEXT,
    # of arrays
    "shape": ListOf(COUNT), "channels_first": FLAG, "bytes": FLAG, "mean": ListOf(NUMBER),
    "fit": TEXT, "color": TEXT,
    "deviation": ListOf(NUMBER), "arrays": MapOf(ListOf(TEXT)),
    # of both
    "target": {
        "task": TEXT, "columns": ListOf(TEXT), "classes": ListOf(TEXT), "mean": ListOf(NUMBER),
        "deviation": ListOf(NUMBER),
    },
}  # fmt: skip

_CALL = OneOf(("fit", "train_on_batch", "record"))  # that of a script which trains

EVENTS: Dict[str, Kind] = {
    CONFIGURED: Kind({  # the first event of every segment
        "config": CONFIG, "who": TEXT, "said": ListOf(PROSE), "resumed_from": TEXT, "edits": EDITS,
        "sources": ListOf({"file": FILE, "sha256": TEXT}),
    }, state="starting"),
    PREPARING: Kind({"what": TEXT, "fraction": NUMBER}, movable=True, is_listed=False),
    READY: Kind({
        "versions": MapOf(TEXT, ("python", "tensorflow", "numpy")), "cuda": FLAG,
        "devices": ListOf({"name": TEXT, "kind": TEXT, "memory_mb": NUMBER}),
        "activations": ListOf(TEXT), "losses": ListOf(TEXT), "optimizers": ListOf(TEXT),
        "threads": COUNT, "pid": COUNT,
    }),
    STARTED: Kind({
        "steps": COUNT, "parameters": COUNT, "batch_size": COUNT, "xla": FLAG, "threads": COUNT,
        "update": {  # how the trainer makes its steps
            "way": TEXT, "origin": TEXT, "steps": COUNT, "batch": COUNT, "parts": COUNT,
            "step_ms": MapOf(NUMBER),
        },
        "metrics": MapOf({
            "title": TEXT, "unit": TEXT, "better": OneOf(("up", "down")),
            "format": OneOf(("percent", "number")), "on": ListOf(TEXT), "resolution": TEXT,
        }),
        "data": {
            "name": TEXT, "source": TEXT, "train": COUNT, "test": COUNT, "validation": COUNT,
            "shape": ListOf(COUNT),
            "classes": COUNT, "outputs": COUNT, "task": TEXT,
            "class_names": ListOf(TEXT), "identity": TEXT,
            "preprocessing": _PREPROCESSING,
            "grid": {  # where the network is drawn as a function
                "axes": ListOf({"name": TEXT, "low": NUMBER, "high": NUMBER, "points": COUNT}),
                "truth": ListOf(NUMBER), "samples": ListOf(ListOf(NUMBER)),
            },
        },
    }, state="running", is_stop=True),
    FIT_STARTED: Kind({  # a script calls fit, or its first train_on_batch or record
        "fit": COUNT, "call": _CALL, "epochs": COUNT, "initial_epoch": COUNT,
        "steps_per_epoch": COUNT, "batch_size": COUNT, "config": CONFIG,
        "model": {
            "name": TEXT, "kind": TEXT, "parameters": COUNT, "layers": ListOf(TEXT), "loss": TEXT,
            "optimizer": TEXT, "learning_rate": TEXT, "fixed": MapOf(TEXT),
        },
    }, is_stop=True),
    FIT_ENDED: Kind({
        "fit": COUNT, "call": _CALL, "epochs": COUNT, "updates": COUNT, "seconds": NUMBER,
        "error": PROSE,
    }, is_stop=True),
    EVALUATED: Kind({
        "loss": NUMBER, "accuracy": NUMBER, "metrics": MapOf(NUMBER), "seconds": NUMBER,
        "on": OneOf(("test", "validation")),
        "cause": OneOf(("schedule", "asked", "checkpoint")), "outputs": ListOf(NUMBER),
    }, movable=True, is_listed=False),
    CHECKPOINT: Kind({
        "file": FILE, "sha256": TEXT, "bytes": COUNT, "accuracy": NUMBER, "best": FLAG,
        "tested": {"step": COUNT, "metrics": MapOf(NUMBER)},
        "score": {"metric": TEXT, "value": NUMBER}, "after": COUNT,
    }, movable=True, sign=Sign("╵", "'", "muted", 1, "A checkpoint that still exists."),
       is_stop=True),
    CHECKPOINT_REMOVED: Kind({"file": FILE}, is_listed=False),
    EDITED: Kind({
        "who": TEXT, "changes": CHANGES, "retraced": FLAG, "scripted": FLAG, "undoes": COUNT,
        "again": COUNT,
    }, sign=Sign("▲", "^", "warning", 5, "An edit took effect."), is_stop=True),
    DIVERGED: Kind({
        "metric": TEXT, "value": NUMBER, "loss": NUMBER,
        "policy": OneOf(("pause", "stop", "continue")), "checkpoint": TEXT,
    }, level=ERROR, sign=Sign("×", "x", "error", 7, "A metric became NaN or infinite."),
       is_stop=True),
    PAUSED: Kind(
        {"who": TEXT}, state="paused",
        sign=Sign("‖", "=", "muted", 2, "The session was paused."), is_stop=True,
    ),
    RESUMED: Kind(
        {"who": TEXT, "steps": COUNT}, state="running",
        sign=Sign("┼", "+", "value", 3, "The session was resumed: a new segment."), is_stop=True,
    ),
    REFUSED: Kind({
        "who": TEXT,
        "command": {"do": TEXT, "values": TABLE, "n": COUNT, "edit": COUNT, "undoes": COUNT},
        "why": PROSE,
    }, level=WARNING),
    GUARD: Kind({
        "guard": OneOf(("heat", "memory")),
        "action": OneOf(tuple(GUARD_ACTIONS)),
        "value": NUMBER, "limit": NUMBER, "warn": NUMBER, "resume": NUMBER, "what": TEXT,
        "message": PROSE,
    }, level=WARNING, sign=Sign("▽", "v", "warning", 4, "The guard warned, paused or resumed."),
       is_stop=True),
    WARNED: Kind({"message": PROSE, "unsaved_step": COUNT}, level=WARNING),
    NOTE: Kind({"message": PROSE}),
    STOPPED: Kind({"who": TEXT, "exit_status": COUNT}, state="stopped", is_stop=True),
    FINISHED: Kind({"exit_status": COUNT}, state="finished", level=GOOD, is_stop=True),
    CRASHED: Kind({  # with "resuming" the state is "starting"
        "reason": PROSE, "exit_status": COUNT, "log_tail": LinesOf(), "resuming": FLAG,
    }, state="failed", level=ERROR, sign=Sign("✘", "!", "error", 6, "The trainer crashed."),
       is_stop=True),
}  # fmt: skip


def level_of(kind: str, body: Mapping[str, Any]) -> str:
    """The level of an event in the log; ``info`` if the kind is unknown."""
    entry = EVENTS.get(kind)
    if entry is None:
        return INFO
    action = _action_of(kind, body)
    return entry.level if action is None else action.level


def is_marked(kind: str, body: Mapping[str, Any]) -> bool:
    """Whether charts mark an event."""
    action = _action_of(kind, body)
    return kind in signs() and (action is None or action.is_marked)


def signs() -> Dict[str, Sign]:
    """The sign of each kind that charts mark, sorted by weight, the largest last."""
    found = [(kind, entry.sign) for kind, entry in EVENTS.items() if entry.sign is not None]
    return dict(sorted(found, key=lambda one: one[1].weight))


def stops() -> List[str]:
    """The kinds at which a replay stops."""
    return [kind for kind, entry in EVENTS.items() if entry.is_stop]


def is_listed(kind: str) -> bool:
    """Whether lists of events show this kind; they show all unknown kinds."""
    return kind not in EVENTS or EVENTS[kind].is_listed


def _action_of(kind: str, body: Mapping[str, Any]) -> Optional[ActionKind]:
    """The action of a guard event; its level and mark replace those of the kind."""
    action = body.get("action") if kind == GUARD else None
    return GUARD_ACTIONS.get(action) if isinstance(action, str) else None
