"""The labels of a session, tags and a note, in a file beside the recording.

They are not in the recording, because only the host writes it and a running session can be labelled
too.
"""

import contextlib
import json
import os
import re
from typing import Iterable, List, NamedTuple, Optional, Tuple

from nanotrain_tui.session.durable import sync
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.regular import open_regular
from nanotrain_tui.session.text import printable

FILE = "labels.json"
LONGEST_NOTE = 4000  # characters
MOST_TAGS = 32

_TAG = re.compile(r"[^\s,+-][^\s,]{0,31}\Z")


class Labels(NamedTuple):
    """Tags in alphabetical order, and a note that may have several lines."""

    tags: Tuple[str, ...] = ()
    note: str = ""


def read_labels(folder: SessionFolder) -> Labels:
    """The labels of a session; empty if the file is missing or damaged."""
    try:
        with open_regular(os.path.join(folder.path, FILE)) as file:
            return parse_labels(json.loads(file.read(1 << 16).decode("utf-8")))
    except (OSError, ValueError, RecursionError):
        return Labels()


def parse_labels(found: object) -> Labels:
    """The labels in a JSON value; invalid parts are left out."""
    if not isinstance(found, dict):
        return Labels()
    tags, note = found.get("tags"), found.get("note")
    kept = [tag for tag in tags if is_tag(tag)] if isinstance(tags, list) else []
    text = printable(note[:LONGEST_NOTE], lines=True) if isinstance(note, str) else ""
    return Labels(tuple(sorted(set(kept))[:MOST_TAGS]), text)


def write_labels(folder: SessionFolder, labels: Labels) -> None:
    """Replace the labels of a session, atomically. Raises SessionError."""
    path = os.path.join(folder.path, FILE)
    aside = "{}.{}.part".format(path, os.getpid())
    text = json.dumps({"tags": list(labels.tags), "note": labels.note}, indent=1)
    try:
        with open(aside, "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
        sync(folder.path)
    except OSError as error:
        with contextlib.suppress(OSError):  # it may not exist, or the disk has failed
            os.remove(aside)
        raise SessionError("cannot write {}: {}".format(path, error.strerror)) from error


def tagged(labels: Labels, add: Iterable[str], remove: Iterable[str] = ()) -> Labels:
    """The labels with tags added and removed. Raises SessionError for an invalid tag."""
    add, remove = list(add), set(remove)
    for tag in add:
        if not is_tag(tag):
            raise SessionError(
                "{!r} is not a tag: up to 32 characters without spaces and commas".format(tag)
            )
    tags: List[str] = sorted((set(labels.tags) | set(add)) - remove)
    if len(tags) > MOST_TAGS:
        raise SessionError("a session has at most {} tags".format(MOST_TAGS))
    return labels._replace(tags=tuple(tags))


def noted(labels: Labels, note: str) -> Labels:
    """The labels with another note, which may be empty. Raises SessionError if it is too long."""
    note = printable(note.strip(), lines=True)
    if len(note) > LONGEST_NOTE:
        raise SessionError("a note has at most {} characters".format(LONGEST_NOTE))
    return labels._replace(note=note)


def is_tag(text: Optional[object]) -> bool:
    """Whether this is a valid tag: printable, no spaces or commas, no sign at its start."""
    return isinstance(text, str) and bool(_TAG.match(text)) and text.isprintable()
