"""Finds the edit that can be undone next, from the events of the session.

Only edits made by a person can be undone, not scripted ones and not those of the guards. Edits that
are already undone, or that a resume has still to repeat, are left out.
"""

from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from nanotrain_tui.catalog import FIELDS, applies
from nanotrain_tui.session import events
from nanotrain_tui.session.history import SCRIPT
from nanotrain_tui.session.recording.records import Event
from nanotrain_tui.session.scores import place_of

GUARD = "guard"  # the ``who`` of actions against heat and low memory
# The kinds of events that are needed.
KINDS = (events.CONFIGURED, events.CHECKPOINT, events.CHECKPOINT_REMOVED, events.EDITED)
MOST_EDITS = 1000  # the newest; what is older cannot be undone


class Undo(NamedTuple):
    """An edit that can be undone, and the values that undo it."""

    seq: int  # of the event ``edited``
    step: int
    who: str
    values: Dict[str, Any]  # for the command ``set``


class _Edit(NamedTuple):
    seq: int
    step: int
    who: str
    changes: Dict[str, List[Any]]  # key: [from, to]
    is_person: bool
    undoes: Optional[int]
    again: Optional[int]  # the seq of the edit that this one repeats after a resume


class Edits:
    """The edits of a session. Its events are added in the order of seq."""

    def __init__(self) -> None:
        self._made: List[_Edit] = []
        self._checkpoints: Dict[str, int] = {}  # by file, the seq

    def add(self, event: Event) -> None:
        """Add one event; kinds other than ``KINDS`` are ignored."""
        if event.kind == events.EDITED:
            self._made.append(_edit(event))
            del self._made[:-MOST_EDITS]
        elif event.kind == events.CHECKPOINT:
            self._checkpoints[str(event.body.get("file"))] = place_of(event)
        elif event.kind == events.CHECKPOINT_REMOVED:
            self._checkpoints.pop(str(event.body.get("file")), None)
        elif event.kind == events.CONFIGURED:
            # Edits after the checkpoint, also those that undo one, are still to be repeated.
            until = self._checkpoints.get(str(event.body.get("resumed_from")), 0)
            self._made = [edit for edit in self._made if edit.seq <= until]

    def undo(self, config: Mapping[str, Any], step: int) -> Optional[Undo]:
        """The newest edit that can be undone, at ``step`` with this flat configuration in force.

        A value that was changed since by an edit that cannot be undone stays.
        """
        for edit in reversed(self._left()):
            values = _former_values(edit, config, step)
            if values:
                return Undo(edit.seq, edit.step, edit.who, values)
        return None

    def undone_by(self, seq: int) -> Optional[str]:
        """The name of who has undone this edit; None if it is not undone."""
        return next((edit.who for edit in self._made if edit.undoes == seq), None)

    def repeated(self, about: Mapping[str, Any]) -> Dict[str, Any]:
        """``who``, ``again`` and ``undoes`` of an edit that a resume repeats, as of now."""
        keys = ("who", "again", "undoes")
        found = {key: about[key] for key in keys if about.get(key) is not None}
        undone = found.get("undoes")
        for edit in self._made:
            if undone is not None and edit.again == undone:
                found["undoes"] = edit.seq  # the edit to undo was repeated as well
        return found

    def _left(self) -> List[_Edit]:
        """A person's edits that were not undone, the newest last."""
        undone = {edit.undoes for edit in self._made}
        left: List[_Edit] = []
        for edit in self._made:
            if not edit.is_person or edit.undoes is not None:
                continue
            if left and edit.again is not None and edit.again == left[-1].again:
                # A resume repeats the host's part of an edit apart from the trainer's.
                edit = edit._replace(changes=dict(left.pop().changes, **edit.changes))
            left.append(edit)
        return [edit for edit in left if edit.seq not in undone]


def _edit(event: Event) -> _Edit:
    body = event.body
    given = body.get("changes")
    changes = {
        key: change
        for key, change in (given.items() if isinstance(given, dict) else ())
        if isinstance(change, list) and len(change) == 2
    }
    who = str(body.get("who") or "")
    is_person = who not in (SCRIPT, GUARD)
    undoes, again = _seq(body.get("undoes")), _seq(body.get("again"))
    return _Edit(event.seq, event.step, who, changes, is_person, undoes, again)


def _former_values(edit: _Edit, config: Mapping[str, Any], step: int) -> Dict[str, Any]:
    """What the edit replaced, of the keys that still have the value it gave them."""
    former = {
        key: before
        for key, (before, after) in edit.changes.items()
        if key in FIELDS and config.get(key) == after and before is not None
    }
    if isinstance(former.get("train.steps"), int) and former["train.steps"] < step:
        del former["train.steps"]  # they are done already
    # A choice comes with its parameters: those that it shares with the present one are named too.
    shared = {
        key: value
        for key, value in config.items()
        if _chooser_of(key) in former and applies(key, config)
    }
    then = dict(config, **former)
    return {key: value for key, value in dict(shared, **former).items() if applies(key, then)}


def _chooser_of(key: str) -> Optional[str]:
    """The choice that a key is a parameter of."""
    field = FIELDS.get(key)
    return field.applies_to[0] if field is not None and field.applies_to else None


def _seq(value: Any) -> Optional[int]:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
