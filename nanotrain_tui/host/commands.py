"""Decides what a command does in each state, and checks its arguments. Pure functions."""

import json
from typing import Any, Dict, Iterable, Mapping, NamedTuple, Optional, Sequence

from nanotrain_tui.session import state as states
from nanotrain_tui.session.text import printable
from nanotrain_tui.session.undo import Edits, Undo

COMMANDS = ("set", "undo", "pause", "resume", "step", "evaluate", "checkpoint", "stop")
EDITS = ("set", "undo")

SEND = "send"  # the trainer applies it at its next step boundary, or once it has started
NOTHING = "nothing"  # the session is in that state already
REFUSE = "refuse"

STEPPING = "stepping"  # runs a number of steps and pauses again; recorded as running

_LEADS_TO = {
    "pause": states.PAUSED,
    "step": STEPPING,
    "resume": states.RUNNING,
    "stop": states.STOPPED,
}
_MOST_STEPS = 10**9
_LONGEST_WHO = 200
_LONGEST_VALUES = 8192  # characters of JSON; a whole configuration has 2,000
_LARGEST = 2**63  # the range of a 64-bit integer, which every JSON reader accepts


class Decision(NamedTuple):
    """What to do with a command, and why it is refused."""

    action: str
    why: str = ""


class BadRequest(ValueError):
    """An invalid request; the message says what is wrong with it."""


def decide(state: str, sent: Sequence[str], do: str) -> Decision:
    """The decision on the command ``do`` in ``state``, after the commands already ``sent``."""
    ahead = projected(state, sent)
    if do == "stop":
        return Decision(NOTHING if ahead in states.ENDED else SEND)
    if state in states.ENDED:
        return Decision(REFUSE, "the session has ended ({})".format(state))
    if ahead in states.ENDED:
        return Decision(REFUSE, "the session is about to stop")
    if do == "resume" and ahead == states.STARTING:
        return Decision(REFUSE, "nothing is paused: the session is still starting")
    if (do == "resume" and ahead == states.RUNNING) or (do == "pause" and ahead == states.PAUSED):
        return Decision(NOTHING)
    if do == "step" and ahead in (states.RUNNING, STEPPING):
        return Decision(REFUSE, "the session is running: pause it first")
    return Decision(SEND)


def leads_to(state: str, do: str) -> str:
    """The state after the command is applied in ``state``."""
    return _LEADS_TO.get(do, state)


def projected(state: str, sent: Iterable[str]) -> str:
    """The state after all ``sent`` commands are applied in order."""
    for do in sent:
        state = leads_to(state, do)
    return state


def arguments(do: str, request: Dict[str, Any]) -> Dict[str, Any]:
    """The checked arguments of a command; raises BadRequest."""
    if do == "step":
        n = request.get("n", 1)
        if type(n) is not int or not 0 < n <= _MOST_STEPS:
            raise BadRequest(
                "step needs n, the number of updates: from 1 to {}".format(_MOST_STEPS)
            )
        return {"n": n}
    if do == "set":
        values = request.get("values")
        if not isinstance(values, dict) or not values:
            raise BadRequest('set needs values, as {"optimizer.learning_rate": 0.001}')
        for key, value in values.items():
            parts = value if isinstance(value, list) else [value]
            if not all(map(_is_single, parts)):  # even a refused command's values are recorded
                raise BadRequest("{}: must be a single value".format(printable(key[:100])))
        if len(json.dumps(values)) > _LONGEST_VALUES:
            raise BadRequest("set takes {} characters of values at most".format(_LONGEST_VALUES))
        return {"values": values}
    if do == "undo":
        edit = request.get("edit")
        if edit is not None and type(edit) is not int:
            raise BadRequest("undo takes edit, the seq of the event to undo, or no argument")
        return {} if edit is None else {"edit": edit}
    return {}


def _is_single(value: Any) -> bool:
    if type(value) in (int, float):
        return not abs(value) >= _LARGEST  # also nan
    return value is None or isinstance(value, (str, bool))


def undo_of(edits: Edits, wanted: Optional[int], config: Mapping[str, Any], step: int) -> Undo:
    """The newest edit that can be undone.

    ``wanted`` is the seq of the edit to undo, None for any. Raises BadRequest if there is no edit
    to undo, or if the newest one is not ``wanted``.
    """
    found = edits.undo(config, step)
    if wanted is not None and (found is None or found.seq != wanted):
        by = edits.undone_by(wanted)
        if by is not None:
            raise BadRequest("it was undone already, by {}".format(by))
        raise BadRequest("it is not the newest edit that can be undone")
    if found is None:
        raise BadRequest("there is no edit to undo")
    return found


def asker(request: Dict[str, Any], default: str) -> str:
    """The name that the client gives itself. It is recorded, and grants no permission."""
    who: Optional[Any] = request.get("who")
    if isinstance(who, str) and who.strip():
        return printable(who[:_LONGEST_WHO])
    return default
