"""Recordings with a change that was interrupted by a kill."""

import signal
import struct
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

PAGE = 4096
MAGIC = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
NONCE = 12345

CHANGE = "UPDATE events SET body = '{}'"

KILLED = """
import os, signal, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size=1")
db.execute("BEGIN")
db.execute("UPDATE meta SET value = 'lost' WHERE key = 'name'")
db.execute("INSERT INTO samples SELECT value, 1, 0, 0, hex(zeroblob(3000)) FROM ("
           "WITH RECURSIVE n(value) AS (SELECT 1000 UNION ALL SELECT value + 1 FROM n "
           "WHERE value < 1200) SELECT value FROM n)")
os.kill(os.getpid(), signal.SIGKILL)
"""


def journal(before: bytes, names: str = "") -> bytes:
    """SQLite's rollback journal of a file that was ``before``; ``names`` is a super-journal."""
    pages = [before[at : at + PAGE] for at in range(0, len(before), PAGE)]
    found = (MAGIC + struct.pack(">5I", len(pages), NONCE, len(pages), 512, PAGE)).ljust(512, b"\0")
    for number, page in enumerate(pages, 1):
        checked = NONCE + sum(page[at] for at in range(PAGE - 200, 0, -200))
        found += struct.pack(">I", number) + page + struct.pack(">I", checked & 0xFFFFFFFF)
    if names:
        found = found.ljust(-(-len(found) // 512) * 512, b"\0")
        report = names.encode()
        found += struct.pack(">I", 0x40000000 // PAGE + 1) + report
        found += struct.pack(">2I", len(report), sum(report)) + MAGIC
    return found


def cut_short(recording: str, names: str = "") -> bytes:
    """Leave it changed, with the journal that rolls the change back; what it was before."""
    path = Path(recording)
    before = path.read_bytes()
    with closing(connect(path, isolation_level=None)) as db:
        db.execute(CHANGE)
    Path(recording + "-journal").write_bytes(journal(before, names))
    return before


def cut_short_while_put_away(recording: str) -> None:
    """As where a host is killed that switches from a write-ahead log to one file."""
    path = Path(recording)
    now = path.read_bytes()
    assert now[18:20] == b"\1\1"
    Path(recording + "-journal").write_bytes(journal(now[:18] + b"\2\2" + now[20:]))


def killed_while_writing(recording: str) -> None:
    """By a process that really is killed; its journal is SQLite's own."""
    died = subprocess.run([sys.executable, "-c", KILLED, recording], check=False)
    assert died.returncode == -signal.SIGKILL
    assert Path(recording + "-journal").stat().st_size > 512


def files_of(folder: str) -> dict[str, bytes]:
    """All of a folder, by name."""
    return {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()}
