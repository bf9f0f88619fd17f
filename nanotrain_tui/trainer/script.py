"""Edits known before training: scripted ones, and those repeated after a checkpoint."""

from typing import Any, Dict, List, NamedTuple, Optional

from .protocol import Failed

ABOUT = ("who", "again", "undoes")  # keys of an edit that only the host reads


class ScriptedEdit(NamedTuple):
    """Values in force from the update after ``step`` on.

    ``about`` goes back to the host in the event as it came: who made the edit first, and so on.
    """

    step: int
    values: Dict[str, Any]
    about: Dict[str, Any]


class Script:
    """The edits that are still to be made, by step; those of one step in the given order."""

    def __init__(self, edits: List[ScriptedEdit], step: int) -> None:
        """Drop the edits before ``step``: the checkpoint that the run continues from contains them.

        An edit at exactly that step is made again: if the checkpoint contains it already, setting
        the same values changes nothing.
        """
        coming = [edit for edit in edits if edit.step >= step]
        self._edits = sorted(coming, key=lambda edit: edit.step)

    @property
    def next_step(self) -> Optional[int]:
        """The step after which the next edit is due."""
        return self._edits[0].step if self._edits else None

    def take(self, step: int) -> Optional[ScriptedEdit]:
        """The next edit that is due after ``step`` updates."""
        return self._edits.pop(0) if self._edits and self._edits[0].step <= step else None


def parse_edits(given: Any) -> List[ScriptedEdit]:
    """``[{"step": 300, "set": {key: value}, "who"?: name, ...}, ...]``. Raises Failed."""
    if not isinstance(given, list):
        raise Failed("config", "edits must be a list of steps and values to set.", "edits")
    return [_parse_edit(edit) for edit in given]


def _parse_edit(edit: Any) -> ScriptedEdit:
    step = edit.get("step") if isinstance(edit, dict) else None
    if isinstance(step, bool) or not isinstance(step, int) or not isinstance(edit.get("set"), dict):
        raise Failed("config", "edits: {!r} has no step and set.".format(edit), "edits")
    about = {key: edit[key] for key in ABOUT if edit.get(key) is not None}
    return ScriptedEdit(step, edit["set"], about)
