"""Records refused commands: shortened and at a limited rate, so that the recording stays small."""

import json
from typing import Any, Callable, Dict

_LONGEST_COMMAND = 500  # characters of JSON
_LONGEST_WHY = 500
_MOST_VALUES = 8
_LONGEST_VALUE = 50
_AT_ONCE = 20
_A_SECOND = 1.0

Record = Callable[[str, Dict[str, Any]], None]


class RefusedCommands:
    """Records the first 20 refusals, then one a second, and counts those left out.

    ``record(kind, body)`` records an event, ``clock`` returns seconds.
    """

    def __init__(self, record: Record, clock: Callable[[], float]) -> None:
        self._record = record
        self._clock = clock
        self._allowed = float(_AT_ONCE)
        self._at = clock()
        self._left_out = 0

    def refused(self, who: str, command: Dict[str, Any], why: str) -> None:
        """Record a refusal, or count it."""
        now = self._clock()
        self._allowed = min(_AT_ONCE, self._allowed + (now - self._at) * _A_SECOND)
        self._at = now
        if self._allowed < 1.0:
            self._left_out += 1
            return
        self._allowed -= 1.0
        body = {"who": who, "command": brief(command), "why": cut(why, _LONGEST_WHY)}
        self._record("refused", body)

    def record_left_out(self) -> None:
        """Record how many refusals were left out since the last call, if any."""
        left_out, self._left_out = self._left_out, 0
        if left_out:
            message = "{:,} more commands were refused; they are not recorded one by one"
            self._record("note", {"message": message.format(left_out)})


def brief(command: Dict[str, Any]) -> Dict[str, Any]:
    """The command itself; of a long command enough to recognise it."""
    if len(json.dumps(command)) <= _LONGEST_COMMAND:
        return command
    short = {key: _short(value) for key, value in command.items() if key != "values"}
    values = command.get("values")
    if isinstance(values, dict):
        short["values"] = {
            cut(str(key), _LONGEST_VALUE): _short(values[key])
            for key in list(values)[:_MOST_VALUES]
        }
    return short


def cut(text: str, longest: int) -> str:
    """The text, at most ``longest`` characters, ending in dots if it is cut."""
    return text if len(text) <= longest else text[: longest - 3] + "..."


def _short(value: Any) -> Any:
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int) and abs(value) < 1 << 63:
        return value
    return cut(value if isinstance(value, str) else type(value).__name__, _LONGEST_VALUE)
