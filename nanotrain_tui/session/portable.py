"""Sessions from files: a recording alone, or a bundle with checkpoint and log; none is trusted."""

import contextlib
import json
import os
import shutil
import sqlite3
import tarfile
from typing import IO, Any, Dict, List, Optional

from nanotrain_tui.session.checkpoints import sha256_of
from nanotrain_tui.session.errors import RecordingError, SessionError
from nanotrain_tui.session.folder import (
    RECORDING,
    SessionFolder,
    free_name,
    is_name,
    sessions_folder,
)
from nanotrain_tui.session.labels import FILE as LABELS
from nanotrain_tui.session.labels import parse_labels, write_labels
from nanotrain_tui.session.verify import verify_file

MEMBER = "session.nanotrain"  # of a bundle
MANIFEST = "manifest.json"  # {"files": {name: SHA-256}}
LARGEST_BUNDLE = 64 << 30  # bytes unpacked
MOST_MEMBERS = 1000
_GZIP, _SQLITE = b"\x1f\x8b", b"SQLite format 3\0"


def import_file(path: str, home: str, name: Optional[str] = None) -> SessionFolder:
    """A new session from an exported file, under its own name, ``name``, or the next free one.

    Raises SessionError saying what is wrong with the file, and leaves nothing then.
    """
    parent = sessions_folder(home)
    aside = os.path.join(parent, ".import.{}".format(os.getpid()))
    try:
        with open(path, "rb") as file:
            head = file.read(16)
        os.makedirs(parent, mode=0o700, exist_ok=True)
        os.mkdir(aside, 0o700)
    except OSError as error:
        raise SessionError("{}: {}".format(error.filename, error.strerror)) from error
    try:
        if head.startswith(_GZIP):
            _unpack(path, aside)
        elif head == _SQLITE:
            shutil.copyfile(path, os.path.join(aside, RECORDING))
        else:
            raise RecordingError("{} is neither a recording nor a bundle of one".format(path))
        _check(path, os.path.join(aside, RECORDING))
        return _place(aside, parent, name)
    except OSError as error:
        raise SessionError("cannot import {}: {}".format(path, error)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _unpack(path: str, folder: str) -> None:
    """A bundle's files, only those a bundle has: no links, no ways out of the folder."""
    try:
        with tarfile.open(path, "r:gz") as bundle:
            room = LARGEST_BUNDLE
            for index, member in enumerate(bundle):
                if index >= MOST_MEMBERS or member.size > room:
                    raise RecordingError("{} is too large for a bundle".format(path))
                room -= member.size
                to = _place_of(member.name)
                if not member.isfile() or to is None:
                    raise RecordingError(
                        "{} holds {!r}, which no bundle has".format(path, member.name)
                    )
                source = bundle.extractfile(member)
                if source is not None:
                    _write(source, os.path.join(folder, to))
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise RecordingError("{} is no whole bundle: {}".format(path, error)) from error
    if not os.path.exists(os.path.join(folder, RECORDING)):
        raise RecordingError("{} holds no {}".format(path, MEMBER))
    _check_manifest(path, folder)


def _place_of(name: str) -> Optional[str]:
    """Where a bundle's file belongs in a session's folder; None for what does not belong there."""
    kept = {MEMBER: RECORDING, MANIFEST: MANIFEST, LABELS: LABELS}
    kept.update((plain, plain) for plain in ("trainer.log", "environment.json", "config.toml"))
    folder, _, file = name.rpartition("/")
    if folder == "checkpoints" and is_name(file):
        return name
    return kept.get(name)


def _write(source: IO[bytes], path: str) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with open(path, "xb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def _check_manifest(path: str, folder: str) -> None:
    manifest = os.path.join(folder, MANIFEST)
    try:
        with open(manifest, encoding="utf-8") as file:
            told: Dict[str, Any] = json.load(file)["files"]
        for name, sha256 in told.items():
            place = _place_of(name)
            if place is None or sha256_of(os.path.join(folder, place)) != sha256:
                raise RecordingError("{}: {!r} is not what was packed".format(path, name))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RecordingError("{} has no sound {}: {}".format(path, MANIFEST, error)) from error
    os.remove(manifest)


def _check(path: str, recording: str) -> None:
    problems: List[str] = verify_file(recording).problems
    if problems:
        more = "" if len(problems) == 1 else " (and {} more)".format(len(problems) - 1)
        raise RecordingError("{} is refused: {}{}".format(path, problems[0], more))


def _place(aside: str, parent: str, name: Optional[str]) -> SessionFolder:
    """Give the folder its name, and the recording the same; labels go beside it."""
    recording = os.path.join(aside, RECORDING)
    with contextlib.closing(sqlite3.connect(recording, isolation_level=None)) as connection:
        meta = dict(connection.execute("SELECT key, value FROM meta"))
        wanted = name or str(meta["name"])
        if name is None:
            wanted = free_name(parent, wanted if is_name(wanted) else "imported")
        folder = SessionFolder(os.path.join(parent, wanted))
        if not is_name(wanted) or os.path.exists(folder.path):
            raise SessionError("a session cannot be called {!r}, or is already".format(wanted))
        connection.execute("UPDATE meta SET value = ? WHERE key = 'name'", (wanted,))
        connection.execute("DELETE FROM meta WHERE key = 'labels'")
    with open(os.path.join(aside, "lock"), "ab"):
        pass
    if "labels" in meta:
        with contextlib.suppress(ValueError):
            write_labels(SessionFolder(aside), parse_labels(json.loads(meta["labels"])))
    os.rename(aside, folder.path)
    return folder
