"""Imports sessions from files: a recording, or a bundle with checkpoints and the log.

Files are checked completely, because they may come from anybody.
"""

import contextlib
import gzip
import os
import shutil
import sqlite3
import struct
import tarfile
import tempfile
import zipfile
import zlib
from typing import IO, List, Optional, Set

from nanotrain_tui.session.bodies import parse_object
from nanotrain_tui.session.checkpoints import sha256_of
from nanotrain_tui.session.durable import sync, sync_tree
from nanotrain_tui.session.errors import RecordingError, SessionError
from nanotrain_tui.session.folder import (
    RECORDING,
    SessionFolder,
    check_name,
    free_name,
    sessions_folder,
)
from nanotrain_tui.session.labels import FILE as LABELS
from nanotrain_tui.session.labels import parse_labels, write_labels
from nanotrain_tui.session.leftovers import remove_unused_folder
from nanotrain_tui.session.names import is_name
from nanotrain_tui.session.recording.programs import blank_programs
from nanotrain_tui.session.recording.verify import verify_file
from nanotrain_tui.session.summary import to_store

MEMBER = "session.nanotrain"  # the recording in a bundle
CHECKPOINTS = "checkpoints"  # the folder in a bundle
MANIFEST = "manifest.json"  # {"files": {name: SHA-256}}
LARGEST_BUNDLE = 64 << 30  # bytes unpacked
MOST_MEMBERS = 1000
SPARE = 100 << 20  # bytes of the disk that an import leaves free
_LONGEST_HEADER = 64 << 10  # bytes; tarfile would read a header of any size into memory
_LONGEST_MANIFEST = 1 << 20
_GZIP, _SQLITE = b"\x1f\x8b", b"SQLite format 3\0"


def import_file(path: str, home: str, name: Optional[str] = None) -> SessionFolder:
    """Create a session from an exported file, with the name ``name``, else its own or a free one.

    Keys that name programs to run are blanked. If the file is refused nothing is left behind.
    Raises SessionError.
    """
    parent = sessions_folder(home)
    try:
        with open(path, "rb") as file:
            head = file.read(16)
        os.makedirs(parent, mode=0o700, exist_ok=True)
        sync(os.path.dirname(parent))
        aside = tempfile.mkdtemp(prefix=".import.", dir=parent)
    except OSError as error:
        raise SessionError("{}: {}".format(error.filename, error.strerror)) from error
    try:
        if head.startswith(_GZIP):
            _unpack(path, aside)
        elif head == _SQLITE:
            shutil.copyfile(path, os.path.join(aside, RECORDING))
        else:
            raise RecordingError("{} is neither a recording nor a bundle".format(path))
        _check(path, os.path.join(aside, RECORDING))
        return _place(aside, parent, name)
    except (OSError, sqlite3.Error) as error:
        raise SessionError("cannot import {}: {}".format(path, error)) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


class _LimitedGzip(gzip.GzipFile):
    """A stream that refuses to read more than ``allowed`` bytes, which the caller sets."""

    allowed = _LONGEST_HEADER

    def read(self, size: Optional[int] = -1) -> bytes:
        if size is None or not 0 <= size <= self.allowed:
            raise tarfile.ReadError("it is not packed like a bundle")
        self.allowed -= size
        return super().read(size)


def _unpack(path: str, folder: str) -> None:
    """Unpack a bundle; links, paths out of the folder and unknown files are refused."""
    found: Set[str] = set()
    room = min(LARGEST_BUNDLE, shutil.disk_usage(folder).free - SPARE)
    try:
        with _LimitedGzip(path) as stream, tarfile.open(fileobj=stream, mode="r:") as bundle:
            for member in iter(bundle.next, None):
                if len(found) >= MOST_MEMBERS or member.size > room:
                    raise RecordingError("{} is too large to unpack here".format(path))
                to = _place_of(member.name)
                if not member.isfile() or member.issparse() or to is None:
                    raise RecordingError(
                        "{} contains {!r}, which does not belong to a bundle".format(
                            path, member.name
                        )
                    )
                room -= member.size
                stream.allowed = member.size
                source = bundle.extractfile(member)
                assert source is not None  # a regular file has content
                _write(source, os.path.join(folder, to))
                found.add(member.name)
                stream.allowed = _LONGEST_HEADER
    except (tarfile.TarError, EOFError, ValueError, zlib.error) as error:
        raise RecordingError("{} is not a complete bundle: {}".format(path, error)) from error
    if MEMBER not in found:
        raise RecordingError("{} contains no {}".format(path, MEMBER))
    _check_manifest(path, folder, found)
    for name in found:
        if name.startswith(CHECKPOINTS + "/"):
            _check_checkpoint(path, os.path.join(folder, name))


def _place_of(name: str) -> Optional[str]:
    """The path of a bundle's file in a session's folder; None if it does not belong there."""
    kept = {MEMBER: RECORDING, MANIFEST: MANIFEST, LABELS: LABELS}
    kept.update((plain, plain) for plain in ("trainer.log", "environment.json", "config.toml"))
    folder, _, file = name.rpartition("/")
    if folder == CHECKPOINTS and is_name(file):
        return name
    return kept.get(name)


def _write(source: IO[bytes], path: str) -> None:
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with open(path, "xb") as file:
        shutil.copyfileobj(source, file, 1 << 20)


def _check_manifest(path: str, folder: str, found: Set[str]) -> None:
    """Check that no file was changed, added or removed."""
    if MANIFEST not in found:
        raise RecordingError("{} contains no {}".format(path, MANIFEST))
    manifest = os.path.join(folder, MANIFEST)
    with open(manifest, encoding="utf-8", errors="replace") as file:
        listed = (parse_object(file.read(_LONGEST_MANIFEST)) or {}).get("files")
    if not isinstance(listed, dict) or set(listed) != found - {MANIFEST}:
        raise RecordingError("{}: its {} lists other files than it has".format(path, MANIFEST))
    for name, sha256 in listed.items():
        if sha256_of(os.path.join(folder, str(_place_of(name)))) != sha256:
            raise RecordingError("{}: {!r} was changed after packing".format(path, name))
    os.remove(manifest)


def _check_checkpoint(path: str, file: str) -> None:
    """Refuse a compressed checkpoint, which a trainer would inflate; ours are not compressed."""
    try:
        with zipfile.ZipFile(file) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError, struct.error):
        return  # not an archive: nothing is inflated, and a trainer reports that it is damaged
    if size > os.path.getsize(file):
        message = "{}: {} is compressed ({:,} bytes in {:,}), which a checkpoint never is"
        name, packed = os.path.basename(file), os.path.getsize(file)
        raise RecordingError(message.format(path, name, size, packed))


def _check(path: str, recording: str) -> None:
    problems: List[str] = verify_file(recording, foreign=True).problems
    if problems:
        more = "" if len(problems) == 1 else " (and {} more)".format(len(problems) - 1)
        raise RecordingError("{} is refused: {}{}".format(path, problems[0], more))


def _place(aside: str, parent: str, name: Optional[str]) -> SessionFolder:
    """Give the folder and the recording their name, and write the labels beside the recording."""
    recording = os.path.join(aside, RECORDING)
    with contextlib.closing(sqlite3.connect(recording, isolation_level=None)) as connection:
        meta = dict(connection.execute("SELECT key, value FROM meta"))
        wanted = name or str(meta["name"])
        if name is None:
            wanted = free_name(parent, wanted if is_name(wanted) else "imported")
        check_name(wanted)
        folder = SessionFolder(os.path.join(parent, wanted))
        remove_unused_folder(folder.path)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'name'", (wanted,))
        connection.execute("DELETE FROM meta WHERE key IN ('labels', 'summary')")
        blank_programs(connection)
        with open(os.path.join(aside, "lock"), "ab"):
            pass
        if "labels" in meta:
            write_labels(SessionFolder(aside), parse_labels(parse_object(meta["labels"])))
        summary = to_store(SessionFolder(aside))  # computed here, not taken from the file
        for key, value in (("summary", summary), ("imported", "true")):
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
    sync_tree(aside)
    os.rename(aside, folder.path)
    sync(parent)
    return folder
