"""Files from other machines cannot choose what is run, read or shown."""

import gzip
import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from session_recordings import resumed

from nanotrain_tui.launch.resume_and_fork import configuration_of
from nanotrain_tui.session.errors import RecordingError, SessionError
from nanotrain_tui.session.labels import Labels, read_labels
from nanotrain_tui.session.recording import portable
from nanotrain_tui.session.recording.portable import import_file
from nanotrain_tui.session.recording.programs import PROGRAMS
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.verify import verify_file
from nanotrain_tui.session.summary import summarise


def packed(path: Path, files: dict[str, bytes]) -> Path:
    """A bundle of these files with a manifest that lists them."""
    sums = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    listed = json.dumps({"files": sums}).encode()
    with tarfile.open(path, "w:gz") as bundle:
        for name, data in {"manifest.json": listed, **files}.items():
            about = tarfile.TarInfo(name)
            about.size = len(data)
            bundle.addfile(about, io.BytesIO(data))
    return path


def refused(file: Path, home: Path, why: str) -> None:
    with pytest.raises(SessionError, match=why):
        import_file(str(file), str(home))
    assert list((home / "sessions").iterdir()) == []


def test_a_bundle_that_does_not_fit_is_refused(
    tmp_path: Path, sound: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = packed(tmp_path / "file", {"session.nanotrain": sound})
    free = shutil.disk_usage(tmp_path)._replace(free=portable.SPARE + len(sound))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    refused(file, tmp_path / "home", "too large")


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.XGLTYPE])
def test_a_header_of_any_size_is_not_read(tmp_path: Path, kind: bytes) -> None:
    header = tarfile.TarInfo("session.nanotrain")
    header.type, header.size = kind, 1 << 36
    with gzip.open(tmp_path / "file", "wb") as out:
        out.write(header.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20))
    refused(tmp_path / "file", tmp_path / "home", "not a complete bundle")


def test_a_file_that_the_manifest_does_not_list_is_refused(tmp_path: Path, sound: bytes) -> None:
    whole = packed(tmp_path / "whole", {"session.nanotrain": sound})
    with tarfile.open(whole) as found, tarfile.open(tmp_path / "file", "w:gz") as bundle:
        for member in found:
            bundle.addfile(member, found.extractfile(member))
        bundle.addfile(tarfile.TarInfo("trainer.log"))
    refused(tmp_path / "file", tmp_path / "home", "lists other files")


@pytest.mark.parametrize("name", ["session.nanotrain", "trainer.log"])
def test_a_file_that_was_changed_after_packing_is_refused(
    tmp_path: Path, sound: bytes, name: str
) -> None:
    files = {"session.nanotrain": sound, "trainer.log": b"as it was"}
    sums = {other: hashlib.sha256(data).hexdigest() for other, data in files.items()}
    sums[name] = hashlib.sha256(b"another content").hexdigest()
    with tarfile.open(tmp_path / "file", "w:gz") as bundle:
        for member, data in {
            "manifest.json": json.dumps({"files": sums}).encode(),
            **files,
        }.items():
            about = tarfile.TarInfo(member)
            about.size = len(data)
            bundle.addfile(about, io.BytesIO(data))
    refused(tmp_path / "file", tmp_path / "home", f"'{name}' was changed after packing")


def test_labels_and_a_summary_from_elsewhere_do_not_break_the_list(
    tmp_path: Path, sound: bytes
) -> None:
    recording = tmp_path / "recording"
    recording.write_bytes(sound)
    deep = "[" * 30000
    with closing(sqlite3.connect(recording)) as db, db:
        (seq,) = db.execute("SELECT MAX(seq) FROM events").fetchone()
        report = {"seq": seq, "state": [1], "step": "x", "spark": 7}
        db.execute("INSERT OR REPLACE INTO meta VALUES ('summary', ?)", (json.dumps(report),))
        db.execute("INSERT INTO meta VALUES ('labels', ?)", (deep,))
    plain = import_file(str(recording), str(tmp_path))
    files = {"session.nanotrain": recording.read_bytes(), "labels.json": deep.encode()}
    bundled = import_file(str(packed(tmp_path / "file", files)), str(tmp_path))
    for folder in (plain, bundled):
        assert (summarise(folder).state, summarise(folder).step) == ("finished", 150)
        assert read_labels(folder) == Labels()


@pytest.mark.parametrize("bad", [[{}], {"a": 1}, True, 10**400, [float("inf")]])
def test_a_damaged_summary_is_made_anew(tmp_path: Path, bad: object) -> None:
    folder = resumed(tmp_path)
    with closing(sqlite3.connect(folder.recording)) as db:
        (text,) = db.execute("SELECT value FROM meta WHERE key = 'summary'").fetchone()
        whole = summarise(folder)._replace(spark=[])
        for key in set(json.loads(text)) - {"seq"}:
            report = json.dumps({**json.loads(text), key: bad})
            with db:
                db.execute("UPDATE meta SET value = ? WHERE key = 'summary'", (report,))
            assert summarise(folder)._replace(spark=[]) == whole
            assert all(isinstance(one, float) for one in summarise(folder).spark)


@pytest.mark.parametrize(
    "body", ['{"changes": [1]}', '{"changes": {"train.steps": 5}}', '{"config": [[1]]}']
)
def test_a_folder_copied_by_hand_does_not_break_the_list(tmp_path: Path, body: str) -> None:
    folder = resumed(tmp_path)
    with closing(sqlite3.connect(folder.recording)) as db, db:
        db.execute("DELETE FROM meta WHERE key = 'summary'")
        (before,) = db.execute("SELECT MIN(seq) FROM segments").fetchone()
        for kind in ("edited", "configured"):
            row = (before, 0.0, 1, kind, body)
            db.execute(
                "INSERT INTO events (segment, t, step, kind, body) VALUES (?, ?, ?, ?, ?)", row
            )
    assert summarise(folder).data == "mnist"


def test_the_programs_of_another_machine_are_blanked(tmp_path: Path) -> None:
    evil = {"trainer": {"command": "sh evil"}, "telemetry.tegrastats": "/tmp/evil",
            "train": {"on_finish": "sh evil", "steps": 300},
            "data": {"function": "evil.py:load"}}  # fmt: skip
    planned = [{"step": 7, "set": {"train.on_finish": "sh evil"}}]
    folder = resumed(tmp_path / "there")
    with closing(sqlite3.connect(folder.recording)) as db, db:
        config = json.dumps({**evil, "edits": planned})
        db.execute("UPDATE meta SET value = ? WHERE key = 'config'", (config,))
        body = json.dumps({"config": {**evil, "edits": planned}, "edits": planned, "who": "eve"})
        db.execute("UPDATE events SET body = ? WHERE kind = 'configured'", (body,))
        changes = {"train.on_finish": ["", "sh evil"], "train.steps": [300, 400]}
        edit = json.dumps({"changes": changes, "who": "eve"})
        db.execute("UPDATE events SET kind='edited', body=? WHERE kind = 'evaluated'", (edit,))
    assert verify_file(folder.recording).problems == []
    here = import_file(folder.recording, str(tmp_path / "here"))
    assert (tmp_path / "here" / "sessions").stat().st_mode & 0o777 == 0o700
    with SessionReader(here) as reader:
        assert "evil" not in json.dumps([reader.meta(), [one.body for one in reader.events()]])
        (edited,) = reader.events(["edited"])
        assert edited.body == {"changes": {"train.steps": [300, 400]}, "who": "eve"}
    config = configuration_of(here)
    assert not any(config.get(key) for key in PROGRAMS) and config["train.steps"] == 300


@pytest.mark.parametrize(
    ("problems", "reason"),
    [(["one"], "one"), (["one", "two"], "one (and 1 more)"), (list("abc"), "a (and 2 more)")],
)
def test_the_first_problem_is_named_and_the_others_are_counted(monkeypatch, problems, reason):
    found = SimpleNamespace(problems=problems)
    monkeypatch.setattr(portable, "verify_file", lambda *_, **__: found)
    with pytest.raises(RecordingError) as caught:
        portable._check("a.db", "recording")
    assert str(caught.value) == "a.db is refused: " + reason
